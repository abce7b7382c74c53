# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "What decides a benchmark", minutes: 2, accelerator: optional, data: [data/models/csd-tiny, data/models/clip-tiny, data/results/real_paintings.csv, data/results/real_paintings.json, data/results/atelier_content.json]}
# ---

# %% [markdown]
# # What decides a benchmark
#
# ## Overview
#
# A benchmark is a chain of choices, and a reader of its table sees only the end. [The retrieval benchmark](retrieval_benchmark)
# compared methods on one set, with one protocol. Here the methods stay as they are, and everything else is turned: the
# metric, the number of neighbours, the works in the database, the size of the pictures. Then we ask what a method that finds
# the right painter has looked at. You will
#
# - order the same methods by two metrics that both are called mAP,
# - see what chance does with $k$, and how much easier a richer database is,
# - take the details away from the pictures,
# - ask the neighbours what they share with the query, and find those who were chosen for their content,
# - let painters exchange their palettes, and see which method still knows who made the strokes,
# - test how far an interval can be trusted.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [The retrieval benchmark](retrieval_benchmark): both metrics, paired differences, unseen painters | needed |
# | [Meet the painters](meet_the_painters): movements, palettes | needed for the end |
#
# **Time:** twenty-five minutes to read, about two to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, atelier-domains, wikiart, domainnet ...
root = ""  # folder of the data set, for all that are not made or fetched
descriptor = "csd-tiny"  # what looks at style; most charts are about it
baselines = "clip-tiny,gram-clip-tiny,colour,gram,random-tiny"  # descriptors beside it, separated by commas
label = "artist"  # column that a right neighbour shares with the query
k = 100  # neighbours searched for each query
sizes = "32,64"  # sides in pixels to which pictures are reduced, separated by commas
seed = 0  # seed of the random draws: which works stay in a small database

# %% tags=["hide-input"]
from math import comb

import numpy as np
import pandas as pd
from IPython.display import display

import csdlib
from csdlib import figures
from csdlib.atelier import SUBJECTS, UNSEEN, find_painter
from csdlib.descriptors import in_grey, reduced
from csdlib import cache_folder
from csdlib.metrics import (
    average_precision_per_query,
    bootstrap,
    mean_precision_per_query,
    paired_difference,
    unpaired_difference,
)
from csdlib.recipes import exchanged_palettes, maker_found, painted, read_results
from csdlib.retrieval import (
    evaluate_embeddings,
    places_by_metric,
    recall_by_chance,
    shares_by_lot,
    shares_with_nearest,
    thin_database,
)
from csdlib.texts import split_names

if not set(split_names(baselines)) - {descriptor}:
    raise csdlib.InputError(
        "baselines must name at least one other method, for example colour"
    )
cache = cache_folder() / "embeddings"

# %% tags=["hide-input"]
table = csdlib.load_dataset(dataset, root=root).where(split=["query", "database"])
called = table.manifest.get("names", {})
table = table.with_column(
    "artist", [called.get(slug, slug) for slug in table.column("artist")]
)
names = [descriptor, *(name for name in split_names(baselines) if name != descriptor)]
measured = {name: csdlib.load(name) for name in names}
search = {"label": label, "cache": cache, "progress": False}
results = {
    name: csdlib.evaluate_retrieval(table, measured[name], k=k, **search)
    for name in names
}
main = results[descriptor]
unseen = np.isin(
    main.query.column("artist"),
    [called.get(slug, slug) for slug in table.manifest.get("unseen", [])],
)
asked = {"unseen in training": unseen, "seen in training": ~unseen}
if unseen.all() or not unseen.any():
    asked = {"all": np.full(len(unseen), True)}
(whom, first), *_ = asked.items()
named = "artist" if label == "styles" else label
# A handful of labels cannot be resampled: then queries are drawn, and the interval is about these labels only.
groups = main.labels if len(set(main.labels)) >= 10 else main.query.ids

# %% [markdown]
# ## One descriptor, many numbers
#
# Queries, database and methods are those of the benchmark. The chart shows one method only, and one number: recall@1, the
# share of queries whose nearest neighbour is right. Each row changes one choice that has nothing to do with the method.

# %%
one_each = thin_database(table, 1, label=named, seed=seed)
changed = {
    "as in the benchmark": main,
    "one picture each": evaluate_embeddings(one_each, main.embeddings, label=label),
}

# %% tags=["hide-input"]
sides = [int(side) for side in split_names(sizes)]
small = {}
for name in dict.fromkeys([descriptor, *[n for n in ("colour",) if n in names]]):
    for side in sides:
        small[name, side] = csdlib.evaluate_retrieval(
            table, reduced(measured[name], side), k=1, **search
        )
changed |= {f"pictures at {side} pixels": small[descriptor, side] for side in sides}
rows = [
    {"label": what, "queries": said}
    | bootstrap(found.hits[kept, 0], groups=groups[kept]).row()
    for what, found in changed.items()
    for said, kept in asked.items()
    if len(found.hits) == len(kept)
]
figures.show(
    figures.intervals(
        pd.DataFrame(rows),
        group="queries",
        axis="recall@1 (share of queries)",
    ),
    height=400,
    caption=f"{descriptor} on {dataset}: one choice changed in each row, with 95 % intervals.",
    alt="Points with intervals: "
    + "; ".join(f"{r['label']}, {r['queries']}: {r['value']:.2f}" for r in rows),
)

# %% tags=["hide-input"]
for said, kept in asked.items():
    known = {
        f"with {what}": found for what, found in changed.items() if found is not main
    }
    known |= {f"by {name} instead": results[name] for name in names[1:4]}
    print(f"{said}, points of recall@1 above or below {descriptor} in the benchmark:")
    for what, found in known.items():
        if len(found.hits) == len(kept):
            change = paired_difference(
                found.hits[kept, 0], main.hits[kept, 0], groups=groups[kept]
            )
            print(f"  {what}: {change.percent()}")

# %% [markdown]
# The method is the same in all rows of the chart. The lines below it are paired differences. For unseen painters, a database
# with one picture of each costs `csd-tiny` more points than any of the three other methods in its place would, and pictures
# of 32 pixels about as many. At full size, painters of its training are found far more often than the others; at 32 pixels
# much of that lead is gone. The rest of the chapter takes these choices apart; where there is room for one group only, it is
# the unseen painters.
#
# ## Which of the two is it?
#
# The paper's mean precision looks at every rank; the textbook's average precision only at ranks that hold a right picture, and
# it divides by what could be found. Do they order the methods differently?

# %% tags=["hide-input"]
places = {}
for said, kept in asked.items():
    found = {name: results[name].of_queries(kept) for name in names}
    places[said] = (found, places_by_metric(found, (10, 100)))
both = places[whom][1].copy()
ratio = (both["mean_precision"] / both["average_precision"]).groupby(both["k"])
ratios = ", ".join(
    f"{low:.1f} to {high:.1f} at k = {depth}"
    for (depth, low), high in zip(ratio.min().items(), ratio.max(), strict=True)
)
for column in ("mean_precision", "average_precision"):
    both[column] = [f"{100 * value:.1f}" for value in both[column]]
titles = {
    "mean_precision": "mean precision (%)",
    "average_precision": "average precision (%)",
}
titles |= {
    "place_by_mean": "place by mean",
    "place_by_average": "place by average",
}
moved = [
    f"{(p['place_by_mean'] != p['place_by_average']).sum()} of {len(p)} ({s})"
    for s, (_, p) in places.items()
]
figures.table(
    both.rename(columns=titles),
    caption=f"Two metrics that both are called mAP; queries: {whom}. Mean precision divided by average precision: {ratios}. Places that differ: {', '.join(moved)}.",
)

# %% [markdown]
# The *values* are far apart: with the same neighbours, two papers that write "mAP" may differ by the factors in the caption.
# Which is larger depends on $k$. At 10, average precision is the smaller one, because ten neighbours cannot hold all that is
# right; at 100 it is the larger one for the better methods, because mean precision counts every rank after the last right
# picture against them.
#
# The order of methods is more robust than either number, and not safe: the caption says how many places differ. On the real
# paintings of the benchmark, recorded there, places three to five change with metric and depth:

# %% tags=["hide-input"]
real = read_results("real_paintings").frame
real = real[real["artists"] == "aside"]
order = {"place": range(1, real["descriptor"].nunique() + 1)}
for depth in (10, 100):
    for metric, title in (("mean_precision", "mean"), ("average_precision", "average")):
        at_depth = real[(real["metric"] == metric) & (real["k"] == depth)].sort_values(
            "value", ascending=False
        )
        order[f"{title} precision@{depth}"] = at_depth["descriptor"].tolist()
figures.table(
    pd.DataFrame(order),
    caption="Real paintings (recorded): the methods in the order of each metric.",
)

# %% [markdown]
# ## How many neighbours
#
# Mean precision falls with $k$ for every method but the untrained network, because the nearest pictures are the likeliest to
# be right; recall rises, because one hit is enough. Recall by chance, the dotted line, rises too, and quickly.

# %% tags=["hide-input"]
depths = [depth for depth in (1, 2, 5, 10, 20, 50, 100) if depth <= main.hits.shape[1]]
chart = figures.curves_over_k(places[whom][0], depths)
chart.update_xaxes(tickvals=depths)
lucky = recall_by_chance(main, depths[-1])
precise = {
    name: [mean_precision_per_query(found.hits, depth).mean() for depth in depths]
    for name, found in places[whom][0].items()
}
rising = ", ".join(
    name for name, over_k in precise.items() if max(over_k[1:]) > over_k[0]
)
figures.show(
    chart,
    height=460,
    caption=f"Mean precision@k (solid) and recall@k (dashed); queries: {whom}. By chance, recall@{depths[-1]} would be {lucky:.0%}.",
    alt=f"Lines over k from 1 to {depths[-1]}: recall rises for every method, and mean precision falls, but first rises "
    f"for: {rising or 'none'}; by chance recall reaches {lucky:.2f}.",
)

# %% [markdown]
# At the right end all recalls lie close together, and not far above chance: there, the metric says little about the methods.
#
# ## How many works of each
#
# A painter with more works in the database is found more easily. So recall@1 depends on how much of each painter there is,
# and a benchmark with richer painters looks easier without any descriptor being better. We thin out the database at random,
# and leave the queries as they are.

# %% tags=["hide-input"]
database = table.where(split="database").frame
most = int(database[label].value_counts().max()) if label != "styles" else 0
grown, at_works = [], {}
for works in [works for works in (1, 2, 4, 8, 16, 32) if works < most] + [most] * (
    most > 0
):
    smaller = thin_database(table, works, label=label, seed=seed)
    found = {
        n: evaluate_embeddings(smaller, results[n].embeddings, label=label, k=1).hits[
            :, 0
        ]
        for n in names[:4]
    }
    grown.append(
        {"works": works}
        | {name: 100 * hits[first].mean() for name, hits in found.items()}
    )
    at_works[works] = found[descriptor]
    if len(asked) > 1:
        grown[-1][f"{descriptor}, seen"] = 100 * found[descriptor][~first].mean()
if grown:
    grown = pd.DataFrame(grown)
    titles = (f"pictures of each {label} (log scale)", "recall@1 (percent)")
    chart = figures.lines(
        grown, x="works", ys=[c for c in grown if c != "works"], titles=titles
    )
    chart.update_xaxes(type="log", tickvals=grown["works"])
    chart.update_yaxes(rangemode="tozero")
    ends = grown[descriptor].iloc[[0, -1]]
    caption = f"The same queries ({whom}) against smaller databases. {descriptor}: {ends.iloc[0]:.0f} percent with one picture of each, {ends.iloc[1]:.0f} with all."
    display(figures.show(chart, caption=caption, alt=caption))

# %% tags=["hide-input"]
for said, kept in asked.items():
    for few in [works for works in (1, 2) if works < most]:
        gain = paired_difference(
            at_works[most][kept], at_works[few][kept], groups=groups[kept]
        )
        print(
            f"{said}: {descriptor} with {most} instead of {few}: {gain.percent()} points"
        )

# %% [markdown]
# For unseen painters the lines rise on the whole, up to the right end: with more works, each method finds more. For painters of
# its training, `csd-tiny` gains with the second picture, and nothing that could be measured after it. The order of close
# methods is not the same everywhere: with one picture each, the point of `colour` is the lowest of the four.
#
# ## How large a picture
#
# Brushwork lives in small details, so a picture that was scaled down has lost some of what tells its painter. Here every
# picture is reduced first and then given to the descriptor as usual. What a method loses is what it had from the details.

# %% tags=["hide-input"]
rows = []
for (name, side), found in small.items():
    rows.append({"descriptor": name, "longest side (pixels)": side})
    for said, kept in asked.items():
        lost = paired_difference(
            found.hits[kept, 0], results[name].hits[kept, 0], groups=groups[kept]
        )
        short = said.removesuffix(" in training")
        rows[-1] |= {
            f"{short}: recall@1 (%)": f"{100 * found.hits[kept, 0].mean():.1f}",
            f"{short}: change (points)": lost.percent(),
        }
if rows:
    display(
        figures.table(
            pd.DataFrame(rows).rename(columns={"longest side (pixels)": "pixels"}),
            caption="Reduced pictures (their longest side in pixels), beside full size: paired 95 % intervals.",
        )
    )
change = {
    key: found.hits[:, 0].astype(float) - results[key[0]].hits[:, 0]
    for key, found in small.items()
}
for side in [side for side in sides if ("colour", side) in small]:
    for said, kept in asked.items():
        more = (change[descriptor, side] - change["colour", side])[kept]
        beyond = bootstrap(more, groups=groups[kept], bounds=(-2, 2)).percent()
        print(f"{side} pixels, {said}: {descriptor}'s change minus colour's: {beyond}")
if len(asked) > 1:
    for side in sides:
        gap = unpaired_difference(
            change[descriptor, side], unseen, groups=groups, bounds=(-1, 1)
        )
        print(f"{side} pixels, {descriptor}: unseen minus seen: {gap.percent()}")

# %% [markdown]
# At 32 pixels `csd-tiny` loses with certainty, for unseen painters as for the others: a part of what it knows is in the
# details. Does it lose more than the histogram does? The lines below the table say so for painters of its training only; for
# unseen ones the interval holds 0. The last lines compare the two groups: at 32 pixels the painters of its training lose more, so what it has learned by heart are details. At 64 pixels, half the side of the atelier's pictures, it loses little or nothing.
#
# ## What does each method look at?
#
# The same neighbours can be asked other questions. Does the nearest one share the *movement*? The *medium*? A right neighbour
# always does, since each painter has one of each. So we ask the *wrong* neighbours, and set beside it what a wrong neighbour
# drawn at random would share. Where queries and database have subjects in common, the *content* is asked as well, and should
# be near chance: a dog is not a style.


# %% tags=["hide-input"]
def shared(column: str) -> bool:
    """Whether the table knows the column, and queries and database have values of it in common."""
    values = table.frame.groupby("split")[column].agg(set)
    return table.frame[column].notna().all() and bool(
        (values["query"] & values["database"]) - {"", None}
    )


columns = [
    c for c in ("domain", "movement", "medium", "content") if c != named and shared(c)
]
rows = []
for said, kept in asked.items():
    for name in names if said == whom else [descriptor]:
        failed = kept & ~results[name].hits[:, 0]
        row = {"descriptor": name, "queries": said.removesuffix(" in training")}
        rows.append(row | {"wrong": f"{failed.sum()} of {kept.sum()}"})
        for c in columns:
            share = shares_with_nearest(results[name], c)[failed]
            rows[-1][f"same {c} (%)"] = bootstrap(
                share, groups=groups[failed]
            ).percent()
lots = {
    f"same {c} (%)": f"{100 * shares_by_lot(main, c)[first].mean():.1f}"
    for c in columns
}
rows.append({"descriptor": "(at random)", "queries": "", "wrong": ""} | lots)
figures.table(
    pd.DataFrame(rows),
    caption=f"What the nearest neighbour shares with the query where it has another {named}: 95 % intervals over {named}s.",
)

# %% [markdown]
# Where a method is wrong, it is often right about the movement, and `colour` as often as the others: a movement is a family of
# colours. `gram` has the least of it. The medium is another matter: of unseen painters, every interval reaches down to about
# what pictures drawn at random share. Of painters of its training, the one of `csd-tiny` does not.
#
# ## When content wins
#
# The failure that a style descriptor must not have is to answer a cat with a cat. Where queries and database share no subject
# it cannot happen, which protects the number and hides the fault. So we let the queries search *among themselves*: there,
# every subject exists by every painter. Each row shows a query for which content won under the first baseline; below each
# neighbour stands which method found it.

# %% tags=["hide-input"]
queries = main.query
known = queries.frame["content"].notna().all() and label != "styles"


def among_themselves(name: str):
    """The nearest other query of every query, how similar it is, and whether label and content are the same."""
    own = results[name].embeddings.of(queries)
    found = csdlib.retrieval.neighbours(own, own, 1)
    nearest = found.rows[:, 0]
    return (
        nearest,
        found.scores[:, 0],
        {
            c: queries.column(c) == queries.column(c)[nearest]
            for c in (label, "content")
        },
    )


# %% tags=["hide-input"]
if known:
    by_baseline, sure, same_baseline = among_themselves(names[1])
    by_main, _, same_main = among_themselves(descriptor)
    caught = pd.Series(
        np.flatnonzero(first & same_baseline["content"] & ~same_baseline[label])
    )
    caught = (
        caught.iloc[np.argsort(-sure[caught])]
        .groupby(main.labels[caught], sort=False)
        .first()
        .head(4)
    )
    shown = []
    for query in caught:
        found = [
            (f"{names[1]}: ", by_baseline[query], False),
            (f"{descriptor}: ", by_main[query], bool(same_main[label][query])),
        ]
        neighbours = [
            (queries.open(row), who + figures.label(queries, row), good)
            for who, row, good in found
        ]
        shown.append(((queries.open(query), figures.label(queries, query)), neighbours))
    display(
        figures.neighbour_rows(
            shown,
            caption=f"Content won: what {names[1]} and {descriptor} find for the same query.",
        )
    )

# %% tags=["hide-input"]
if known:
    rows = []
    for said, kept in asked.items():
        for name, found in ((descriptor, same_main), (names[1], same_baseline)):
            wrong = kept & ~found[label]
            right = bootstrap(found[label][kept], groups=groups[kept]).percent()
            rows.append({"queries": said, "descriptor": name, "recall@1 (%)": right})
            rows[-1]["of the wrong, same content (%)"] = bootstrap(
                found["content"][wrong], groups=groups[wrong]
            ).percent()
    lucky = (queries.frame["content"].value_counts(normalize=True) ** 2).sum()
    caption = f"Queries among themselves. A wrong neighbour drawn at random has the same content in {lucky:.1%} of the cases."
    display(figures.table(pd.DataFrame(rows), caption=caption))

# %% [markdown]
# When `clip-tiny` is wrong, it has mostly answered content: captions taught it both, painter and subject. In `csd-tiny`, which
# came from it, this is much weaker, and still above chance.
#
# Does content show in the atelier at all? If its pictures show dogs and castles, a classifier that has learned them from
# *some* painters should recognise them in the work of *others*. A small convolutional network was trained on the painters
# whom the descriptors know, and tested on the sixteen unseen ones.

# %% tags=["hide-input"]
recorded = read_results("atelier_content")
content = recorded.facts
print(
    f"The subject is named right in {content['accuracy']:.1%} [{content['low']:.1%}, {content['high']:.1%}]; chance {1 / len(SUBJECTS):.1%}"
)
print(
    f"of {content['images']} pictures by {content['artists']} unseen painters: {content['works_per_painter']} of each, a larger exhibition than this page's."
)
print(recorded.sentence().replace("`", ""))

# %% [markdown]
# ## Siblings exchange their palettes
#
# Is colour all that a descriptor uses? Whatever the data set, this is asked in the atelier, where painters of one movement can
# exchange their palettes: one painter makes the strokes, and the other's rules choose the colours. We then search the database
# pictures of these two, painted in their own colours, for the nearest one. Is it by the *maker of the strokes*? A coin would
# be right half of the time.

# %% tags=["hide-input"]
exhibition = csdlib.load_dataset("atelier", progress=False).where(
    split=["query", "database"]
)
subjects = sorted(set(exhibition.where(split="query").frame["content"]))
exhibition = exhibition.where(split="database")
swapped, pairs = exchanged_palettes(subjects)
show_rows = []
for pair in pairs.head(2).itertuples():
    maker, owner = find_painter(pair.maker).name, find_painter(pair.palette).name
    for by, told, options in (
        (pair.maker, f"{maker}, own palette", {}),
        (pair.maker, f"{maker}, palette of {owner}", {"palette_of": pair.palette}),
        (pair.palette, f"{owner}, own palette", {}),
    ):
        show_rows.append(
            painted(by, pair.subject, pair.scene, told, size=192, **options)
        )
figures.gallery(
    show_rows,
    columns=3,
    side=192,
    caption="Left and right: as they paint. Middle: the strokes of the left one, in colours as the right one would choose.",
)

# %% [markdown]
# We ask twice: with the pictures as they are, and with every picture in grey, on both sides. In grey there is no palette left.

# %%
makers = pairs["maker"].to_numpy()
new = pairs[["maker", "palette"]].isin(UNSEEN).all(axis=1).to_numpy()
found = {}
for method in dict.fromkeys([descriptor, "colour", "random-tiny"]):
    plain = csdlib.load(method)
    for how, seer in (("in colour", plain), ("in grey", in_grey(plain))):
        works = csdlib.embed(exhibition, seer, cache=cache, progress=False)
        found[method, how] = maker_found(swapped, pairs, works, seer)[:, 0]

# %% tags=["hide-input"]
rows = []
for said, kept in (("both unseen in training", new), ("the others", ~new)):
    for method in dict.fromkeys(name for name, _ in found):
        shown = {how: found[method, how][kept] for how in ("in colour", "in grey")}
        rows.append({"pairs": said, "method": method})
        rows[-1] |= {
            f"{how} (%)": bootstrap(hit, groups=makers[kept]).percent()
            for how, hit in shown.items()
        }
display(
    figures.table(
        pd.DataFrame(rows),
        caption=f"Exchanged pictures whose strokes' maker is named, of two; {new.sum()} and {(~new).sum()} pictures. A coin gets 50.",
    )
)
for said, kept in (("both unseen in training", new), ("the others", ~new)):
    for name in [m for m in ("colour", "random-tiny") if m != descriptor]:
        ahead = paired_difference(
            found[descriptor, "in grey"][kept],
            found[name, "in grey"][kept],
            groups=makers[kept],
        )
        print(f"In grey, {said}: {descriptor} above {name} by {ahead.percent()} points")

# %% [markdown]
# The descriptor names the maker far more often than a coin, for unseen pairs too. But a histogram and a network that was
# never trained do so as well, in about two of three pictures; only of the unseen pairs there are too few to be sure. How can
# a *histogram* know who made the strokes? The grey column answers: it knows the tones. What was exchanged are the hues of every
# role of colour. How dark the shadows are and how much of the picture is light stayed with the maker, and a histogram of grey
# alone names the maker about as often as one of colours. The untrained network does not need the colours either. So at most
# what `csd-tiny` has above those two, in the printed lines, speaks for its knowledge of strokes; for unseen pairs, that may be
# nothing. Style is not a list of independent parts, even where we built it from a list.
#
# ## How far an interval can be trusted
#
# Every interval here promises to hold the truth in 95 of 100 repetitions. Does it keep the promise with five painters? It can
# be tried where the truth is known: draw a data set from known chances, compute the interval, look whether the truth is
# inside, a thousand times. The bootstrap as it is usually done, by quantiles of the resamples, stands beside ours, which is a
# $t$ interval on the logit scale ({term}`bootstrap`).

# %% tags=["hide-input"]
coverage = read_results("coverage")
simulated = coverage.frame.assign(coverage=100 * coverage.frame["coverage"])
simulated["method"] = simulated["method"].replace("csdlib", "ours")
share = simulated[simulated["kind"] == "share over artists"]
worst = share.assign(artists=share["size"].astype(int)).pivot_table(
    "coverage", "artists", "method", aggfunc="min"
)
chart = figures.lines(
    worst.reset_index(),
    x="artists",
    ys=list(worst),
    titles=("artists (log scale)", "intervals that hold the truth (%)"),
)
chart.update_xaxes(type="log", tickvals=worst.index)
chart.add_hline(y=95, line_dash="dot", line_color="#888888")
figures.show(
    chart,
    caption=f"A share over artists: the worst of several true values, {coverage.facts['trials']:,} simulations each. The promise is the dotted line.",
    alt="; ".join(
        f"{name}: {worst[name].iloc[0]:.0f} percent with {worst.index[0]} artists"
        for name in worst
    ),
)

# %% tags=["hide-input"]
spans = simulated.pivot_table(
    "coverage",
    "kind",
    "method",
    aggfunc=lambda found: f"{found.min():.1f}\u00a0to\u00a0{found.max():.1f}",
)
spans = spans.reindex(simulated["kind"].unique())
figures.table(
    spans.rename_axis(columns=None).reset_index(),
    caption=f"Percent of 95 % intervals that hold the truth, from the worst to the best case simulated. {coverage.sentence()}",
)

# %% [markdown]
# Of few painters, the usual bootstrap misses the truth far more often than it promises: the chart's lower line. (It is not
# smooth, because resamples of four or five artists can take few values only.) Ours stays near its promise. Of five artists or
# four it says with a note that it stands on few, and of fewer it gives none:

# %%
for few in (3, 5, 16):
    some = np.isin(groups, np.unique(groups[first])[:few])
    print(bootstrap(main.hits[some, 0], groups=groups[some]).percent())

# %% [markdown]
# In the table, look for the row that fails: the cosine of two styles *by prototypes*. It is no mistake of the interval. That
# cosine itself depends on how many pictures there are ([quickstart](quickstart) shows it), and the interval is about sets of
# that size. Only the corrected cosine is about the styles.
#
# ## Summary
#
# - The paper's mAP@k and average precision differ much in value, in a direction that depends on $k$; close methods may change
#   places between them.
# - The number of works, the size of the pictures and who was seen in training move a result as much as a method does: a result
#   means nothing without the set that it was measured on.
# - Where queries and database share no subject, content cannot win, and nobody sees that it would.
# - A method that finds the painter has not always found the strokes: tones alone go a long way.
#
# ## Exercises
#
# **1. Two metrics, two winners** (20 minutes). Find the queries on which the two mAPs disagree: write
# `disagreements(a, b, n_relevant)`, which gets the hits of two methods for the same queries and returns the rows of those on
# which one method is better by the paper's mean precision and the other one by average precision. Use
# `mean_precision_per_query` and `average_precision_per_query`.


# %% tags=["exercise"]
def disagreements(a: np.ndarray, b: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Rows of the queries on which the two metrics prefer different methods."""
    return np.array([], dtype=int)  # your code here


# %% [markdown] tags=["hint"]
# The two metrics disagree where the difference between the methods has one sign by the first and the other by the second. Of the check's
# two queries it is the first alone.


# %% tags=["solution"]
def disagreements(a: np.ndarray, b: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    """Rows of the queries on which the two metrics prefer different methods."""
    depth = a.shape[1]
    by_paper = mean_precision_per_query(a, depth) - mean_precision_per_query(b, depth)
    by_textbook = average_precision_per_query(
        a, depth, n_relevant
    ) - average_precision_per_query(b, depth, n_relevant)
    return np.flatnonzero(by_paper * by_textbook < 0)


# %% tags=["mistake"]
# The queries on which a method is better by the first metric, whatever the second one says.
def disagreements(a: np.ndarray, b: np.ndarray, n_relevant: np.ndarray) -> np.ndarray:
    depth = a.shape[1]
    return np.flatnonzero(
        mean_precision_per_query(a, depth) != mean_precision_per_query(b, depth)
    )


# %% tags=["check"]
# An early hit enters every later precision of the paper's mean; average precision counts precisions only at hits.
early, late, both = np.array(
    [[True, False, False], [False, True, True], [True, True, False]]
)
one, other = np.array([early, both, late, early]), np.array([late, early, early, early])
assert disagreements(one, other, np.array([3, 3, 3, 3])).tolist() == [0, 2]

# %% [markdown]
# **2. Luck, exactly** (10 minutes). The dotted line above draws neighbours *with* replacement. Write
# `lucky(k, right, database)`: the exact recall@k of $k$ *different* pictures drawn at random from a database that holds `right`
# right ones. For which $k$ does it matter? (`comb(n, k)` is imported.)


# %% tags=["exercise"]
def lucky(k: int, right: int, database: int) -> float:
    """The probability that k different pictures drawn at random hold a right one."""
    return 1 - (1 - right / database) ** k  # your code here


# %% tags=["solution"]
def lucky(k: int, right: int, database: int) -> float:
    """The probability that k different pictures drawn at random hold a right one: one minus that of all wrong."""
    return 1 - comb(database - right, k) / comb(database, k)


# The more of the database is drawn, the more it matters that no picture is drawn twice; for one neighbour not at all.
for drawn in (1, 10, 100):
    replaced = 1 - (1 - 14 / 672) ** drawn
    print(f"k = {drawn}: {lucky(drawn, 14, 672):.3f}, with replacement {replaced:.3f}")


# %% tags=["mistake"]
# Draws with replacement, as the dotted line does: one picture may come twice.
def lucky(k: int, right: int, database: int) -> float:
    return 1 - (1 - right / database) ** k


# %% tags=["check"]
assert abs(lucky(1, 14, 672) - 14 / 672) < 1e-12
assert abs(lucky(659, 14, 672) - 1) < 1e-12
assert abs(lucky(2, 1, 4) - 0.5) < 1e-12
assert abs(lucky(2, 2, 4) - 5 / 6) < 1e-12

# %% [markdown]
# **3. Two papers** (20 minutes, open). One paper reports 70 percent recall@1 on 200 artists with twenty works each in the
# database, another one 60 percent on 1,000 artists with two works each. Which method is better? Say what you would need to
# know, and which of it you can estimate from the charts of this page. A good answer names at least four choices beside the
# method, says for each in which direction it moves the number, and proposes one run of this chapter (with its parameters)
# that would tell something.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Table 1; {cite:t}`ohm2024fruit` on style and content kept apart.
# - Next: [your own images](your_own_images).
