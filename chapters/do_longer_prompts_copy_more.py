# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Do longer prompts copy more?", minutes: 1, accelerator: optional, data: [data/models/tiny-sd, data/models/csd-tiny, data/models/clip-tiny, data/published/stable_diffusion.csv, data/results/studies_atelier.csv, data/results/studies_atelier.json, data/results/studies_sd15.csv, data/results/studies_sd15.json]}
# ---

# %% [markdown]
# # Do longer prompts copy more?
#
# ## Overview
#
# "A painting in the style of Monet" is a short prompt. People write longer ones: a subject, a second artist, *highly detailed, 8k*. One hears
# that such prompts copy styles *more* than the short one. The CSD paper's Table 2 shows the opposite: with users' prompts the artist is found
# far *less* often {cite:p}`somepalli2024csd`. Both cannot be the whole truth. In this chapter you will
#
# - ask one generator in three ways for the same painters from the same noise, and compare pairs of pictures,
# - measure by {term}`retrieval` and by {term}`general style similarity`, and see whether they agree,
# - take apart why two measures of *the same thing* may point in different directions,
# - look at real pictures of 29 painters whose prompts are known.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Whose style is it?](whose_style_is_it): retrieval of generated pictures | needed |
# | [Who is in the model?](who_is_in_the_model): General Style Similarity | needed |
# | {term}`paired differences <paired difference>` ([the retrieval benchmark](retrieval_benchmark)) | helpful |
#
# **Time:** twenty minutes to read, about one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart, wikiart-folder or folder
root = ""  # folder of the data set, for all but the atelier
model = "tiny-sd"  # the generator: tiny-sd, sd-1.4, sd-2.1, sd-xl, a folder, owner/name
generated_sets = (
    ""  # folder of the folders simple, user and content, instead of a model
)
declared_model = ""  # what made the pictures of a folder, if it has no table
artist_list = ""  # file with one artist a line; empty: some of the data set
subjects = "castle"  # subjects that prompts ask for, separated by commas
made_each = 4  # pictures that are generated for each artist and subject
guidance = 4.0  # how strongly the prompt is followed
denoising_steps = 12  # steps from noise to picture
descriptor = "csd-tiny"  # what looks at style; needs a cosine
seed = 0  # seed of the random draws, and of the first picture

# %% tags=["hide-input"]
from itertools import combinations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.stats import multivariate_normal, norm, ttest_ind

import csdlib
from csdlib import figures
from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN
from csdlib import cache_folder
from csdlib.generation import (
    asked_artists,
    content_prompts,
    made_or_found,
    pairs,
    simple_prompts,
    study,
    user_prompts,
)
from csdlib.generation import works_of
from csdlib.metrics import SIGNED, bootstrap, paired_difference
from csdlib.recipes import read_results
from csdlib.retrieval import published_study
from csdlib.similarity import prototypes
from csdlib.texts import split_names

cache = cache_folder() / "embeddings"

# %% [markdown]
# ## A prediction
#
# Written before the first run: *users' prompts lower retrieval, because a second name and a subject pull pictures elsewhere. General Style Similarity falls, too,
# but less: a mean over pictures forgives single ones that go astray. A subject alone costs little where the painter paints it, and more where not.*
#
# ## Three ways to ask
#
# The paper has three sets of prompts, and so do we. In each of them a painter's pictures start from the same {term}`seeds <seed>`. So every picture has a partner in
# the other sets that differs in the words and in nothing else.

# %%
works = works_of(dataset, root)
names = asked_artists(works, artist_list)
never_seen = [name for name in works.manifest.get("unseen", []) if name in names]
if dataset == "atelier" and not artist_list:  # eight painters of each kind are enough
    known = [name for name in names if name not in never_seen]
    names = {name: names[name] for name in sorted(never_seen[:8] + known[:8])}
listed = split_names(subjects)
each = made_each * len(listed)
wishes = list(SUBJECTS) if dataset == "atelier" else listed
prompts = {
    "simple": simple_prompts(names, each, seed=seed),
    "user": user_prompts(names, wishes, each, seed=seed),
    "content": content_prompts(names, listed, made_each, seed=seed),
}

# %%
options = {"declared": declared_model, "guidance": guidance, "steps": denoising_steps}
made = {}
for kind, asked in prompts.items():
    found_in = f"{generated_sets}/{kind}" if generated_sets else ""
    made[kind] = made_or_found(asked, model, found_in, **options)

# %% tags=["hide-input"]
second = (prompts["user"]["others"].map(len) > 0).mean()
longest = made["user"].frame.assign(
    length=made["user"].frame["prompt"].map(len), row=range(len(made["user"]))
)
longest = (
    longest.sort_values("length", ascending=False).drop_duplicates("artist").head(4)
)
by_seed = {
    kind: table.frame.reset_index().set_index(["artist", "seed"])["index"]
    for kind, table in made.items()
}
shown = [
    (kind, by_seed[kind].get(key))
    for key in zip(longest["artist"], longest["seed"])
    for kind in made
]
figures.gallery(
    [
        (made[kind].open(row), made[kind].frame["prompt"].iloc[row])
        for kind, row in shown
        if row is not None
    ],
    columns=3,
    side=192,
    caption=f"A painter a row: the simple prompt, a user's, and one that asks for a subject, from the same noise. {sum(map(len, made.values()))} pictures were made so; {second:.0%} of the "
    "user prompts name a second artist.",
)

# %% [markdown]
# Across a row the layout often stays, because the noise is the same, while colours and strokes may leave the painter's. How much they do is to be measured.
#
# ## Two measures
#
# **Retrieval** asks of each picture whether the nearest work is by the artist in the prompt (recall@1; the paper calls it mAP@1). **General Style Similarity** is the cosine of two {term}`prototypes <prototype>`: of an artist's
# works, and of the pictures made in the artist's name.

# %%
looking = csdlib.load(descriptor)
looks = {}
for kind, table in made.items():
    looks[kind] = study(table, works, looking, cache=cache)
by_artist = {kind: seen.by_artist().set_index("artist") for kind, seen in looks.items()}
partners = {kind: pairs(looks[kind], looks["simple"]) for kind in ("user", "content")}

# %% tags=["hide-input"]
rows = []
for kind, seen in looks.items():
    hit, similar = seen.hits[:, 0].astype(float), by_artist[kind]["value"]
    row = {"prompts": kind, "recall@1": bootstrap(hit, groups=seen.asked).percent()}
    row["similarity"] = str(bootstrap(similar.dropna().to_numpy(), bounds=SIGNED))
    if kind in partners:
        own, base = partners[kind]
        others = looks["simple"].hits[base, 0].astype(float)
        row["recall@1 minus simple"] = paired_difference(
            hit[own], others, groups=seen.asked[own]
        ).percent()
        change = (similar - by_artist["simple"]["value"]).dropna().to_numpy()
        row["similarity minus simple"] = str(bootstrap(change, bounds=SIGNED))
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"{model} seen by {descriptor}: {len(names)} artists, {len(never_seen[:8]) if never_seen else 'none'} of them unseen by it, {each} pictures of each and kind of prompt. recall@1 in percent, similarity as a "
    "cosine, 95 % intervals over artists; differences are paired by artist and seed.",
)

# %% [markdown]
# Read the two columns of differences: retrieval falls, with users' prompts by more than its interval, and the similarity does not move beyond its own.
#
# ## The same with more pictures
#
# So few painters leave wide intervals. The same was recorded for all forty-eight, with more pictures and four descriptors, and here the painters whom the learned
# descriptors have not seen stand apart.

# %% tags=["hide-input"]
studies = read_results("studies_atelier")
many = studies.frame[studies.frame["model"] == "tiny-sd"]
groups = {
    "unseen painters": [*UNSEEN],
    "seen painters": [slug for slug in PAINTERS if slug not in UNSEEN],
}
wide = {
    key: part.set_index("artist")
    for key, part in many.groupby(["descriptor", "content"])
}
both = ["found", "value"]
changes = {
    # By the painters' names, never by position.
    (name, kind, group): (wide[name, kind][both] - wide[name, "simple"][both])
    .reindex(members)
    .dropna()
    for name in many["descriptor"].unique()
    for kind in ("user", "content")
    for group, members in groups.items()
}

# %% tags=["hide-input"]
told = {
    what: {
        key: bootstrap(change[what].to_numpy(), bounds=SIGNED)
        for key, change in changes.items()
    }
    for what in ("found", "value")
}
rows = [
    {"label": f"{name}, {kind}", "group": group} | estimate.row()
    for (name, kind, group), estimate in told["found"].items()
]
chart = figures.intervals(
    pd.DataFrame(rows),
    group="group",
    axis="change of recall@1, from simple",
)
chart.add_vline(x=0, line_dash="dot", line_color="#888888")
assert max(estimate.value for estimate in told["found"].values()) < 0
open_still = [key for key, estimate in told["found"].items() if estimate.high > 0]
assert open_still == [
    (name, "content", "unseen painters") for name in ("csd-tiny", "clip-tiny")
]
figures.show(
    chart,
    height=460,
    caption=f"Retrieval, minus that with the simple prompt: tiny-sd, {studies.facts['images']} pictures of each painter and kind of prompt, with 95 % intervals over painters, paired by painter. {studies.sentence()}",
    alt="Points with intervals, all below 0. "
    + "; ".join(f"{row['label']}, {row['group']}: {row['value']:.2f}" for row in rows)
    + ".",
)

# %% tags=["hide-input"]
print(
    "change for unseen painters minus change for seen ones, points [95 %, Welch's t]:"
)
apart = {}
for name, kind in dict.fromkeys(key[:2] for key in changes):
    unseen, seen = (100 * changes[name, kind, group]["found"] for group in groups)
    ends = ttest_ind(unseen, seen, equal_var=False).confidence_interval()
    apart[name, kind] = ends
    gap = unseen.mean() - seen.mean()
    print(f"  {name}, {kind}: {gap:.1f} [{ends.low:.1f}, {ends.high:.1f}]")
# What the text says: who loses less beyond the interval.
assert [key for key, ends in apart.items() if ends.low > 0] == [
    ("csd-tiny", "content"),
    ("clip-tiny", "user"),
]

# %% tags=["hide-input"]
rows = [
    {"label": f"{name}, {kind}", "group": group} | estimate.row()
    for (name, kind, group), estimate in told["value"].items()
]
chart = figures.intervals(
    pd.DataFrame(rows),
    group="group",
    axis="change of similarity, from simple",
)
chart.add_vline(x=0, line_dash="dot", line_color="#888888")
chart.update_layout(xaxis_rangemode="normal")
figures.show(
    chart,
    height=460,
    caption="General Style Similarity of the same pictures, minus that with the simple prompt.",
    alt="Points with intervals around 0. "
    + "; ".join(f"{row['label']}, {row['group']}: {row['value']:.3f}" for row in rows)
    + ".",
)

# %% [markdown]
# The first chart says one thing: with longer prompts the painter is found less often. All points lie below 0, and all intervals but those of the two learned descriptors for a subject alone and unseen painters. By both learned descriptors unseen painters lose less; they
# are found less often to begin with. The printed lines compare the two groups: of these four differences two are beyond the interval, one of them barely. The second chart says no such thing. By `csd-tiny` no change is beyond its interval, though that of users' prompts for seen painters comes close; by colour
# the longer prompts are even *more* similar to seen painters, and by {term}`gram` to all of them, by a few thousandths.
#
# Do the two measures disagree about single painters, or only on average?

# %% tags=["hide-input"]
csd = pd.concat(
    [
        change.assign(kind=kind, group=group)
        for (name, kind, group), change in changes.items()
        if name == "csd-tiny"
    ]
)
torn = (csd["found"] < 0) & (csd["value"] > 0)
# The share in that corner of any normal cloud with these means, widths and correlation.
both = csd[["found", "value"]]
cloud = multivariate_normal(both.mean(), both.cov())
less = norm.cdf(0, both["found"].mean(), both["found"].std())
usual = less - cloud.cdf([0, 0])
chart = go.Figure()
chart.update_layout(
    xaxis_title="change of recall@1 (points)",
    yaxis_title="change of similarity",
)
for number, (kind, part) in enumerate(csd.groupby("kind", sort=False)):
    look = {
        "color": figures.COLOURS[number],
        "symbol": figures.SYMBOLS[number],
        "size": 9,
    }
    text = [PAINTERS[slug].name for slug in part.index]
    chart.add_scatter(
        x=100 * part["found"],
        y=part["value"],
        mode="markers",
        name=f"{kind} minus simple",
        text=text,
        marker=look,
    )
figures.show(
    chart,
    caption=f"A point is a painter and a kind of prompt (recorded, csd-tiny). {torn.sum()} of the {len(csd)} points, {torn.mean():.0%}, lie in the upper left: found less often, and yet more similar. A normal cloud with the same means, widths and correlation has {usual:.0%} there.",
    alt=f"Scatter plot of two changes. {torn.mean():.0%} of the points are less often found and yet more similar; the correlation is {csd['found'].corr(csd['value']):.2f}.",
)

# %% [markdown]
# Mostly they agree: who loses much by one measure loses by the other, and the points rise to the right. Some lie where the
# measures contradict each other, but no more than in any cloud of two numbers that agree so far (the caption has both shares). So, as far as the chart tells, they disagree only on average.
#
# ## Why two measures may disagree
#
# Retrieval counts *winners*: a picture that moves a little, past one work of a rival, loses everything; one that moves far but stays nearest loses nothing. General Style
# Similarity averages *distances*, and averages the pictures before it compares: pictures that miss the style, each in its own way, cancel out in the mean. Can that be seen? Take
# one, two, three ... of each artist's pictures into the prototype, in all combinations.

# %%
any_set = looks["simple"]
painted_by, theirs, _ = prototypes(any_set.references.vectors, any_set.painted)
single = {}
for kind, seen in looks.items():
    own = theirs[np.searchsorted(painted_by, seen.asked)]
    single[kind] = (seen.generated.vectors * own).sum(axis=1)


def averaged(seen, count):
    """The mean cosines of prototypes of so many pictures with all artists' works."""
    cosines = {}
    for name in np.unique(seen.asked):
        own = seen.generated.vectors[seen.asked == name]
        some = combinations(range(len(own)), count)
        means = np.stack([own[list(rows)].mean(axis=0) for rows in some])
        means /= np.linalg.norm(means, axis=1, keepdims=True)
        cosines[name] = (means @ theirs.T).mean(axis=0)
    return pd.DataFrame(cosines, index=painted_by).T


# %% tags=["hide-input"]
fewest = min(pd.Series(seen.asked).value_counts().min() for seen in looks.values())
rows, floors = [], []
for count in range(1, min(fewest, 8) + 1):
    row, floor = {"pictures in the prototype": count}, {}
    for kind, seen in looks.items():
        cosines = averaged(seen, count)
        own = np.array([cosines.loc[name, name] for name in cosines.index])
        row[kind], floor[kind] = (
            own.mean(),
            (cosines.to_numpy().sum() - own.sum()) / (cosines.size - len(own)),
        )
    rows.append(row)
    floors.append(floor)

# %% tags=["hide-input"]
curves = pd.DataFrame(rows)
gaps = [curves["simple"].iloc[place] - curves["user"].iloc[place] for place in (0, -1)]
chart = figures.lines(
    curves,
    x="pictures in the prototype",
    ys=list(looks),
    titles=("pictures averaged", "cosine with the artist's works"),
)
chart.update_layout(xaxis_dtick=1)
figures.show(
    chart,
    caption=f"Similarity by the number of pictures that are averaged first ({descriptor}, {len(names)} artists). From simple to user prompts it falls by {gaps[0]:.3f} for single pictures, and by {gaps[1]:.3f} "
    f"for the mean of {len(curves)}. With the works of another artist the cosine goes from {floors[0]['user']:.2f} to {floors[-1]['user']:.2f} for user prompts.",
    alt="Three lines that rise with the number of pictures. "
    + "; ".join(
        f"{kind}: {curves[kind].iloc[0]:.2f} to {curves[kind].iloc[-1]:.2f}"
        for kind in looks
    )
    + ".",
)

# %% [markdown]
# At 1 a cosine is that of a single picture, and nothing has been averaged. To the right all lines rise: an average of pictures is nearer to a painter than its parts are. The line of the users' prompts rises most. Their
# subjects vary, so their errors differ and cancel; the content prompts all ask for the same subject, and averaging helps them least. By single pictures users' prompts are far less
# similar than simple ones; by a few pictures averaged hardly. The average also moves nearer to *other* painters, as the caption says. So three things decide what a
# similarity says: how many pictures stand behind it, how varied the prompts were, and how alike any two painters are to begin with. What retrieval says depends on one thing more: who else is in the database.
#
# ## What the paper says
#
# Table 2: retrieval of Stable Diffusion 2.1's pictures among works, by the kind of prompt. Table 3: the same with a subject in the prompt.

# %% tags=["hide-input"]
figures.table(
    published_study("sd-2.1 retrieval"),
    caption="The paper's Table 2: mAP@1 in percent, no intervals given.",
)

# %% tags=["hide-input"]
figures.table(
    published_study("sd-2.1 content-constrained"),
    caption="The paper's Table 3: mAP@1 in percent.",
)

# %% [markdown]
# By every method users' prompts are found much less often than simple ones, and one subject costs more than half of the retrieval, too: compare Table 3 with the row of CSD ViT-L/14 above it. With users' prompts the methods also change places: CLIP is ahead of
# both CSD models by a few tenths. The claim that complex prompts copy more may come from galleries, where single striking pictures are shown. It may be true of the most similar picture, and false of the average one (exercise 2); a table answers the second question only.
#
# ## Real pictures
#
# Of the real Stable Diffusion pictures at hand, one set states its prompts: *style of X*, alone, with *woman*, and with *city or village or landscape*; two
# fine-tuned models, one picture of each kind, 29 painters whose works we have. With one picture there is no average: the similarity here is that of single pictures.

# %% tags=["hide-input"]
recorded = read_results("studies_sd15")
real = recorded.frame[recorded.frame["content"] != "all"]
rows = []
for (name, kind), part in real.groupby(["descriptor", "content"], sort=False):
    alone = real[
        (real["descriptor"] == name) & (real["content"] == "unconstrained")
    ].set_index(["artist", "model"])
    change = (
        part.set_index(["artist", "model"])[["found", "value"]]
        - alone[["found", "value"]]
    ).dropna()
    if kind != "unconstrained":
        own = change.index.get_level_values("artist").to_numpy()
        for what in ("found", "value"):
            estimate = bootstrap(change[what].to_numpy(), groups=own, bounds=SIGNED)
            rows.append({"label": name, "group": kind, "what": what} | estimate.row())
differences = pd.DataFrame(rows)
found_at_all = real.groupby(["descriptor", "content"])["found"].mean()

# %% tags=["hide-input"]
similar = differences[differences["what"] == "value"]
chart = figures.intervals(
    similar,
    group="group",
    axis="change of cosine, from no subject",
)
chart.add_vline(x=0, line_dash="dot", line_color="#888888")
chart.update_layout(xaxis_rangemode="normal")
by_art = differences["label"] == "csd-art"
held = (differences["low"] <= 0) & (differences["high"] >= 0)
assert held[~by_art].all() and (similar[by_art]["high"] < 0).all()
figures.show(
    chart,
    caption=f"The cosine minus that without a subject in the prompt: {recorded.facts['artists']} painters, {recorded.facts['works']:,} works, paired by painter and model, with 95 % intervals over painters. The artist is found for {found_at_all.min():.0%} to "
    f"{found_at_all.max():.0%} of the pictures, whatever the prompt and the descriptor. {recorded.sentence()}",
    alt="Points with intervals; all but those of csd-art hold 0. "
    + "; ".join(
        f"{row.label}, {row.group}: {row.value:.3f}" for row in similar.itertuples()
    )
    + ".",
)

# %% [markdown]
# By {term}`csd-art`, which has learned from paintings, a subject in the prompt costs similarity, beyond both intervals: as in the paper, longer prompts copy *less* here. By the small descriptors every interval holds 0, and those of retrieval, which are not drawn, do for all: for
# that there are too few pictures. (An earlier edition of this page had only the small ones, and could say nothing for either side.)
#
# ## Where this could be wrong
#
# - **Length and subject are not the same.** User prompts differ from simple ones in words, subjects, names. Only the content set changes one thing.
# - **tiny-sd reads forty pieces of words** and has never met *8k*: to it, promises of quality are noise. To a real model they are not.
# - **Guidance** decides how loudly any word is heard, and is the same here for all.
# - **Content leakage.** A subject in the prompt is a subject in the picture, and a descriptor that looks at subjects will take it for style.
#
# ## The prediction, and what came

# %% tags=["hide-input"]
new = {}
for group, members in groups.items():
    both = (
        (wide["csd-tiny", "new"][["found"]] - wide["csd-tiny", "content"][["found"]])
        .reindex(members)
        .dropna()
    )
    new[group] = bootstrap(both["found"].to_numpy(), bounds=SIGNED).percent()
rows = []
for kind in ("user", "content"):
    for what, title in (("found", "recall@1, points"), ("value", "similarity")):
        texts = {group: told[what]["csd-tiny", kind, group] for group in groups}
        rows.append(
            {"change": f"{kind}, {title}"}
            | {
                group: each.percent() if what == "found" else str(each)
                for group, each in texts.items()
            }
        )
rows.append(
    {"change": "subjects never painted minus all subjects, recall@1, points"} | new
)
figures.table(
    pd.DataFrame(rows),
    caption="Changes by csd-tiny (recorded), with 95 % intervals over painters. All but the last are against the simple prompt.",
)

# %% [markdown]
# Retrieval fell as predicted. The similarity did less than predicted: by `csd-tiny` it nowhere moves beyond its interval. The last row is about the third sentence: it compares subjects that a painter
# never paints with all subjects in turn. For seen painters they cost more, as predicted; for unseen ones it is open. Whether longer prompts copy *less* or *as much* depends on the measure, and on how many pictures are averaged before it is taken.
#
# ## What one may conclude
#
# *An artist* may not conclude from a striking example that long prompts copy more, nor from a table of averages that they copy less in every case. *A lawyer* should ask which
# measure, over how many pictures, beside which baseline. Both should ask for the interval of the *difference*.
#
# ## Summary
#
# - The same noise with three prompts gives paired pictures, and a difference between pairs can be had with fewer of them.
# - Retrieval and General Style Similarity measure different things, and a claim that holds for one need not hold for the other.
# - Averaging pictures before comparing hides how far single ones stray, and hides more where they are varied.
# - The paper's table says that users' prompts are found less often; what one hears of it is another claim.
#
# ## Exercises
#
# **1. What pairing is worth (20 minutes).** Compute `loose`, the interval's width of the difference in recall@1 between user and simple prompts if the pairs were *not* used: bootstrap the two
# means apart (`bootstrap(...)`), and combine their widths as independent errors, $\sqrt{w_1^2 + w_2^2}$. Compare with the width in the table of *Two measures*. How many times as many painters would loose ones need? The noise is the same in both pictures of a pair: why is it not more? Correlate the painters' two shares of finds.

# %% tags=["exercise"]
loose = 0.0  # your code here

# %% tags=["solution"]
widths = []
for kind in ("user", "simple"):
    hits = looks[kind].hits[:, 0].astype(float)
    estimate = bootstrap(hits, groups=looks[kind].asked)
    widths.append(estimate.high - estimate.low)
loose = float(np.hypot(*widths))
own, base = partners["user"]
gain = [
    looks[kind].hits[at, 0].astype(float)
    for kind, at in zip(("user", "simple"), (own, base))
]
paired = paired_difference(*gain, groups=looks["user"].asked[own])
# Widths shrink with the root of the number of painters.
times = (loose / (paired.high - paired.low)) ** 2
print(
    f"{loose:.3f} loose, {paired.high - paired.low:.3f} paired: {times:.1f} times as many"
)
# Pairing takes away what the two have in common, and no more than that.
alike = by_artist["user"]["found"].corr(by_artist["simple"]["found"])
print(f"correlation of the artists' shares: {alike:.2f}")


# %% tags=["mistake"]
# The mean of the two widths: a difference has the errors of both.
widths = []
for kind in ("user", "simple"):
    hits = looks[kind].hits[:, 0].astype(float)
    estimate = bootstrap(hits, groups=looks[kind].asked)
    widths.append(estimate.high - estimate.low)
loose = float(np.mean(widths))


# %% tags=["check"]
both_ways = [looks["simple"], looks["user"]]
ends = [
    bootstrap(seen.hits[:, 0].astype(float), groups=seen.asked) for seen in both_ways
]
assert abs(loose**2 - sum((one.high - one.low) ** 2 for one in ends)) < 1e-9
assert loose > 0

# %% [markdown]
# **2. The best of many (20 minutes).** A gallery shows the most similar picture. Write `best_of(values, n, draws)`: the mean, over random draws, of the largest of `n` numbers. How many
# *user* pictures have to be tried, artist by artist, for the best to beat the average simple one? The cosine of each picture with the artist's prototype stands in `single`.


# %% tags=["exercise"]
def best_of(values: np.ndarray, n: int, draws: int = 2000) -> float:
    """The expected largest of n randomly drawn values."""
    return float(values.mean())  # your code here


# %% tags=["solution"]
def best_of(values: np.ndarray, n: int, draws: int = 2000) -> float:
    """The expected largest of n randomly drawn values."""
    drawn = np.random.default_rng(0).choice(values, size=(draws, n))
    return float(drawn.max(axis=1).mean())


def tries(user: np.ndarray, simple: np.ndarray) -> float:
    """The fewest user pictures whose best beats the average simple one; inf: never."""
    enough = [n for n in range(1, 21) if best_of(user, n) > simple.mean()]
    return enough[0] if enough else np.inf


needed = [
    tries(*(single[kind][looks[kind].asked == name] for kind in ("user", "simple")))
    for name in names
]
print(f"median over artists: {np.median(needed):.0f} user pictures; each: {needed}")


# %% tags=["mistake"]
# The largest of all: as if endlessly many pictures had been made.
def best_of(values: np.ndarray, n: int, draws: int) -> float:
    return float(values.max())


# %% tags=["check"]
dice = np.arange(1.0, 7.0)
assert abs(best_of(dice, 1, 20_000) - 3.5) < 0.1
assert abs(best_of(dice, 2, 20_000) - 161 / 36) < 0.1

# %% [markdown]
# **3. Settle it for one model (open, 60 minutes).** Rerun with `-p guidance 1`, or with a model of your own, and answer the question of the title in three sentences. A good answer names the measure, the number of pictures averaged and
# the set of painters, unseen and seen apart; gives the interval of the paired difference; says which result would have changed your mind; and does not use the word *copy* for what was measured.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Tables 2 and 3.
# - Next: [with and without the name](with_and_without_the_name)
