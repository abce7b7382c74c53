# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "The retrieval benchmark", minutes: 2, accelerator: none, data: [data/models/csd-tiny, data/models/clip-tiny, data/published/retrieval.csv, data/results]}
# ---

# %% [markdown]
# # The retrieval benchmark
#
# ## Overview
#
# How good is a style descriptor? The field's answer is retrieval: give it a picture, let it rank a database, and look
# whether the first neighbours are by the same artist. This chapter runs that test whole. You will
#
# - rank methods by the metrics of the CSD paper, each with an interval and beside pure chance,
# - ask whether a method differs from each of the others *beyond the interval of the difference*,
# - look at neighbours, right and wrong, and at the painters who are mistaken for one another,
# - see the same table on real paintings, and the paper's own, which was measured on other data.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): descriptor, score | needed |
# | precision and recall | helpful; defined below |
# | the bootstrap | helpful; explained below |
#
# **Time:** fifteen minutes to read, about two to run.

# %% tags=["parameters"]
dataset = "atelier"  # atelier, wikiart or folder
root = ""  # folder of the images, for all but the atelier
descriptor = "csd-tiny"  # the method that the galleries are about
baselines = "clip-tiny,random-tiny,gram,colour"  # the methods beside it, at least one, separated by commas
label = "artist"  # the column that a right neighbour shares with the query
k = 100  # neighbours searched for each query
record = ""  # if set, the table is also written to data/results/ under this name
seed = 0  # which queries the galleries show

# %% tags=["hide-input"]
import json
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

import csdlib
from csdlib import figures
from csdlib.benchmark import chance
from csdlib.files import atomic_path
from csdlib.metrics import bootstrap, mean_precision_per_query, paired_difference, recall_per_query

random = np.random.default_rng(seed)

# %% [markdown]
# ## Queries and database
#
# The pictures fall into two sets that share no picture. **{term}`Queries <query>`** ask; the
# **{term}`database`** answers. In the atelier they do not share a single subject either: who asks with a cat finds no
# cat, and only the hand can match. A neighbour is *right* if it has the query's label, here the artist.

# %%
table = csdlib.load_dataset(dataset, root=root)
table = table.where(split=["query", "database"])
counts = table.frame.groupby("split").agg(pictures=("image_id", "size"), artists=("artist", "nunique"))
counts.reset_index()

# %% [markdown]
# ## Three numbers for a ranking
#
# For every query we note which of its first $k$ neighbours are right: $h_1, \dots, h_k \in \{0, 1\}$. Precision at $i$ is
# $P_i = (h_1 + \dots + h_i) / i$.
#
# | name | definition for one query | note |
# |---|---|---|
# | mean precision@k | $\frac1k \sum_{i=1}^k P_i$ | what the CSD paper calls **mAP@k** |
# | average precision@k | $\frac{1}{\min(k, R)} \sum_{i=1}^k h_i P_i$ | the textbook's, with $R$ right pictures in the database |
# | recall@k | 1 if any $h_i = 1$, else 0 | also called hit rate |
#
# *Macro* in the table means: the mean over artists of the artist's mean, so that every artist counts the same. The methods
# beside `csd-tiny`: `clip-tiny` is what its training started from, `random-tiny` the same network without any training, `gram` correlates *random* filters (the paper's VGG Gram
# uses trained ones), `colour` counts colours.
#
# At $k = 1$ all three agree. Beyond that they do not, and numbers of one must never stand in a column of another.
#
# Each number is an average over queries, and another set of artists would have given another one. The **bootstrap**
# asks how different: it draws artists with replacement, with all their queries, a thousand times, and reports the range
# that holds 95 % of the averages. Drawing single queries instead would pretend that a painter's pictures succeed or fail
# independently, and the intervals would come out too narrow.

# %%
if not set(baselines.split(",")) - {"", descriptor}:
    raise csdlib.InputError("baselines must name at least one other method, for example colour")
names = [descriptor, *(name for name in baselines.split(",") if name and name != descriptor)]
results = {name: csdlib.evaluate_retrieval(table, csdlib.load(name), label=label, k=k) for name in names}
estimates = pd.concat([result.estimates((1, 10, 100)) for result in results.values()], ignore_index=True)
floor = chance(results[descriptor])
skipped = {name: len(result.skipped) for name, result in results.items()}
print(f"Chance: {floor:.1%} of the database has the label of the average query.")
print(f"Skipped images, by method: {skipped}")

# %%
figures.table(
    estimates,
    caption="Fractions in [0, 1], higher is better, with 95 % bootstrap intervals over labels.",
    formats={"value": ".3f", "low": ".3f", "high": ".3f"},
)

# %% tags=["hide-input"]
PAPER = "mean precision@k (the paper's mAP@k)"
at_one = estimates[(estimates["metric"] == PAPER) & estimates["k"].isin([1, 10])]
chart = figures.intervals(
    at_one.assign(label=at_one["descriptor"], at="k = " + at_one["k"].astype(str)),
    group="at",
    axis="mean precision@k (fraction)",
)
chart.add_vline(x=floor, line_dash="dot", line_color="#888888", annotation_text="chance")
best = at_one[at_one["k"] == 1].sort_values("value").iloc[-1]
figures.show(
    chart,
    caption="Mean precision at 1 and at 10. The dotted line is chance.",
    alt=f"Points with intervals, one row a method. Best at k = 1: {best['descriptor']} with {best['value']:.2f}.",
)

# %% [markdown]
# ## Is the difference real?
#
# Two intervals that overlap do not mean that two methods are equal: what makes a query hard for one often makes it hard
# for the other, and that part cancels in the *difference*. So we subtract query by query, and resample the difference.

# %%
reference = mean_precision_per_query(results[descriptor].hits, 1)
rows = []
for name in names[1:]:
    difference = paired_difference(
        reference, mean_precision_per_query(results[name].hits, 1), groups=results[descriptor].labels
    )
    rows.append(
        {"compared": f"{descriptor} − {name}"}
        | vars(difference)
        | {"beyond 0": difference.low > 0 or difference.high < 0}
    )
figures.table(
    pd.DataFrame(rows),
    caption="Differences of mean precision@1 with 95 % intervals over labels; positive: the first method is better.",
    formats={"value": ".3f", "low": ".3f", "high": ".3f"},
)

# %% [markdown]
# ## Seen and unseen painters
#
# `csd-tiny` was trained on some painters of the atelier and has never seen the others. If what it knows were memory, it
# would fall back to the untrained tower on the unseen ones. (On another data set, nobody has been seen, and this table has
# one row.) In the atelier the sixteen unseen painters are fixed for the whole book, two of each movement.

# %%
unseen = set(json.loads((csdlib.data_path("models/csd-tiny") / "training.json").read_text())["unseen"])
is_unseen = np.array([name in unseen for name in results[descriptor].query.frame["artist"]])
parts = {"artists that csd-tiny never saw": is_unseen, "artists not on that list": ~is_unseen}
rows = [
    {"queries by": part, "queries": int(rows.sum())}
    | {
        name: bootstrap(recall_per_query(result.hits[rows], 1), groups=result.labels[rows]).percent()
        for name, result in results.items()
    }
    for part, rows in parts.items()
    if rows.any()
]
figures.table(pd.DataFrame(rows), caption="Recall@1 in percent, with 95 % intervals over labels; the whole database.")

# %% [markdown]
# ## What does each method look at?
#
# The same neighbours can be asked other questions. Does the nearest one share the *movement*? The *medium*? Where queries
# and database have subjects in common, the *content*? A method that looks at style should be high on the first two, and
# near chance on the last: a dog is not a style. (In the atelier they have no subject in common; [style maps](style_maps) asks
# about content there.) The baselines have habits of their own, and this table shows them.


# %%
def shared(column):
    """Whether the table knows the column, and queries and database have values of it in common."""
    values = table.frame.groupby("split")[column].agg(set)
    return table.frame[column].notna().all() and bool(values["query"] & values["database"])


columns = [name for name in ("artist", "movement", "medium", "content") if shared(name)]
rows = []
for name, result in results.items():
    nearest = result.database.frame.iloc[result.neighbours.rows[:, 0]]
    same = {column: (nearest[column].to_numpy() == result.query.frame[column].to_numpy()).mean() for column in columns}
    rows.append({"descriptor": name} | same)
database = results[descriptor].database.frame
rows.append({"descriptor": "(by chance)"} | {c: (database[c].value_counts(normalize=True) ** 2).sum() for c in columns})
figures.table(
    pd.DataFrame(rows),
    caption="The share of queries whose nearest neighbour has the same label.",
    formats=dict.fromkeys(columns, ".3f"),
)

# %% [markdown]
# ## Look at them
#
# A table tells how often, a gallery tells why. Each row is a query and its nearest neighbours, best first; ✓ and ✗ say
# whether the artist is right.


# %%
def neighbour_gallery(result: csdlib.Retrieval, queries: np.ndarray, caption: str):
    """Queries with their five nearest neighbours."""
    shown = []
    for query in queries:
        found = result.neighbours.rows[query, :5]
        neighbours = [
            (result.database.open(row), figures.label(result.database, row), bool(hit))
            for row, hit in zip(found, result.hits[query])
        ]
        shown.append(((result.query.open(query), figures.label(result.query, query)), neighbours))
    return figures.neighbour_rows(shown, caption=caption)


main = results[descriptor]
right = np.flatnonzero(main.hits[:, 0])
wrong = np.flatnonzero(~main.hits[:, 0])
neighbour_gallery(main, random.permutation(right)[:4], f"{descriptor}: queries whose nearest neighbour is right.")

# %%
neighbour_gallery(
    main,
    random.permutation(wrong)[:4],
    f"{descriptor}: failures. What do the wrong neighbours have in common with the query?",
)

# %% [markdown]
# ## Who is taken for whom
#
# Failures are not spread evenly. The chart shows, for every artist, the share of queries whose nearest neighbour is
# right; the table lists the most frequent mistakes. In the atelier, painters of one movement share their colours, so a
# method that leans on colour confuses siblings.

# %% tags=["hide-input"]
by_label = main.by_label()
chart = go.Figure(
    go.Scatter(
        x=np.arange(1, len(by_label) + 1),
        y=by_label["right"],
        mode="markers",
        text=by_label[label],
        marker_color=figures.COLOURS[0],
    )
)
chart.update_layout(
    xaxis_title=f"{label}s, best first (rank)", yaxis_title="recall@1 (share of queries)", yaxis_range=[-0.03, 1.03]
)
figures.show(
    chart,
    caption=f"{descriptor}: recall@1 of every {label}; the name is under the pointer.",
    alt=f"Falling curve of points from {by_label['right'].iloc[0]:.2f} for {by_label[label].iloc[0]} to {by_label['right'].iloc[-1]:.2f} for {by_label[label].iloc[-1]}.",
)

# %%
nearest = main.database.frame.iloc[main.neighbours.rows[:, 0]]
mistakes = pd.DataFrame(
    {
        "queries by": main.labels,
        "taken for": nearest[label].to_numpy(),
        "same movement": main.query.frame["movement"].eq(nearest["movement"].to_numpy()).to_numpy(),
    }
)
mistakes = mistakes[mistakes["queries by"] != mistakes["taken for"]]
print(f"{len(mistakes)} of {len(main.labels)} queries fail.")
if len(mistakes) and table.frame["movement"].notna().all():
    print(f"{mistakes['same movement'].mean():.0%} of the wrong neighbours belong to the right movement.")
figures.table(mistakes.value_counts().rename("times").reset_index().head(8), caption="The most frequent mistakes.")

# %% tags=["hide-input", "remove-output"]
if record:
    # The folder of the images is the reader's own, and not for publishing.
    given = f"-p dataset {dataset} -p root $CSD_ART -p descriptor {descriptor} -p baselines {baselines} -p label {label} -p k {k}"
    command = f'make chapter NAME=retrieval_benchmark PARAMS="{given} -p record {record}"'
    facts = {
        "date": date.today().isoformat(),
        "command": command,
        "queries": len(main.query),
        "database": len(main.database),
    }
    facts |= {
        "labels": len(set(main.labels)),
        "chance": floor,
        "skipped": skipped,
        "fingerprints": {name: csdlib.load(name).fingerprint for name in names},
        "seconds": {name: round(result.seconds, 1) for name, result in results.items()},
    }
    folder = csdlib.data_path("results")
    with atomic_path(folder / f"{record}.csv") as path:
        estimates.round(5).to_csv(path, index=False)
    with atomic_path(folder / f"{record}.json") as path:
        path.write_text(json.dumps(facts, indent=1) + "\n")

# %% [markdown]
# ## The same test on real paintings
#
# The atelier is drawn by programs. What do these methods find in the work of people? The following table was recorded
# by this very chapter, run on several thousand real paintings; the page says when and with which command, and it is not
# run again here. `csd-tiny` has seen no real painting, so this is a test far from its home.

# %% tags=["hide-input"]
recorded = csdlib.data_path("results")
provenance = json.loads((recorded / "real_paintings.json").read_text())
print(f"Recorded on {provenance['date']} by: {provenance['command']}")
print(
    f"{provenance['queries']} queries, {provenance['database']} database images, {provenance['labels']} artists; chance {provenance['chance']:.1%}"
)
print("descriptors:", ", ".join(f"{name} {print_[:8]}" for name, print_ in provenance["fingerprints"].items()))
if provenance["fingerprints"]["csd-tiny"] != csdlib.load("csd-tiny").fingerprint:
    print("csd-tiny has changed since: this row is of older weights.")
real = pd.read_csv(recorded / "real_paintings.csv")
figures.table(
    real,
    caption="Real paintings (recorded). Fractions with 95 % bootstrap intervals over artists.",
    formats={"value": ".3f", "low": ".3f", "high": ".3f"},
)

# %% [markdown]
# One method can be checked against somebody else: the same split was measured independently with a colour histogram of the
# same bins. A small network trained on photographs is given as an outer mark. These numbers are in percent:

# %% tags=["hide-input"]
figures.table(
    pd.read_csv(csdlib.data_path("published/independent.csv")),
    caption="The same paintings and split, measured independently (percent).",
)

# %% [markdown]
# The two histograms should land close together. A remaining difference may come from resizing (ours squeezes every
# painting to a square); we have not tested that.
#
# `csd-tiny`'s row is a lesson in modesty. It is twice as good as the same network without training, so a part of what it learned from drawn pictures
# holds for painted ones. But here it does not beat `clip-tiny`, from which it comes, and a colour histogram is above both: thirty-two
# programs do not teach what a hundred painters do. A descriptor has to be measured where it is used.
#
# ## The paper's numbers
#
# These are *published* numbers, on the full WikiArt with 1,119 artists, by much larger networks. They belong
# to other data, so they stand in a table of their own. The metric is the paper's mAP@k, our mean precision@k.

# %% tags=["hide-input"]
published = pd.read_csv(csdlib.data_path("published/retrieval.csv"))
published = published[(published["dataset"] == "wikiart") & (published["metric"] == "mAP")]
wide = published.pivot_table(index=["method", "backbone", "source", "table"], columns="k", values="value").reset_index()
wide.columns = [f"mAP@{name} (%)" if isinstance(name, int) else name for name in wide.columns]
figures.table(wide.sort_values("mAP@1 (%)"), caption="Published, full WikiArt (Somepalli et al., 2024).")

# %% [markdown]
# ## Summary
#
# - Retrieval asks whether the nearest pictures are by the same artist; chance and an untrained tower are its floor.
# - The paper's mAP@k is the mean of precision@1 to precision@k, not average precision.
# - Intervals are over artists, and methods are compared by the interval of their paired difference.
# - Failures are not spread evenly; in the atelier most fall within a movement, whose painters share colours.
#
# ## Exercises
#
# **1. Recall by hand.** Write `recall(hits, k)` for Boolean hits (queries, neighbours).


# %% tags=["exercise"]
def recall(hits: np.ndarray, k: int) -> float:
    """The share of queries with a hit among the first k."""
    return -1.0  # your code here


# %% tags=["solution"]
def recall(hits: np.ndarray, k: int) -> float:
    """The share of queries with a hit among the first k."""
    return float(hits[:, :k].any(axis=1).mean())


# %% tags=["check"]
few = min(10, main.hits.shape[1])
assert recall(np.array([[False, True], [False, False]]), 1) == 0.0
assert recall(np.array([[False, True], [False, False]]), 2) == 0.5
assert abs(recall(main.hits, few) - csdlib.metrics.recall_at_k(main.hits, few).value) < 1e-12

# %% [markdown]
# **2. Two metrics, two winners.** Invent two rankings of three neighbours, `first` and `second`, such that the paper's
# mAP@3 prefers `first`, and average precision@3 prefers `second`. Three pictures in the database are right.

# %% tags=["exercise"]
first = np.array([[False, False, False]])
second = np.array([[False, False, False]])
relevant = 3  # your choice

# %% tags=["solution"]
# An early hit enters every later precision of the paper's mean; average precision counts precisions only at hits.
first = np.array([[True, False, False]])
second = np.array([[False, True, True]])
relevant = 3

# %% tags=["check"]
from csdlib.metrics import average_precision_at_k, mean_precision_at_k

assert mean_precision_at_k(first, 3).value > mean_precision_at_k(second, 3).value
n_relevant = np.array([relevant])
assert (
    average_precision_at_k(first, 3, n_relevant=n_relevant).value
    < average_precision_at_k(second, 3, n_relevant=n_relevant).value
)

# %% [markdown]
# **3. For the curious.** Run the chapter with `label` set to `movement`, or to `content`. Which method is best at
# *content*, and is that good news for a style descriptor?
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Table 1; {cite:t}`gatys2016style` for Gram matrices; {cite:t}`ustyuzhaninov2017textures`
#   for why random filters suffice; {cite:t}`douze2024faiss` for the search.
# - Next: [style maps](style_maps).
