# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Ablations", minutes: 2, accelerator: optional, data: [data/models/clip-tiny, data/models/copy-tiny, data/results/ablations.csv, data/results/ablations.json, data/published/ablations.csv]}
# ---

# %% [markdown]
# # Ablations
#
# ## Overview
#
# A method has many knobs, and a paper has to say which of them matter. It does so by an **{term}`ablation`**: change one thing, leave
# the rest, train again. Table 4 of the paper {cite:p}`somepalli2024csd` does it for the start, the weight $\lambda$ of the
# self-supervised term, and the temperature $\tau$. It gives one number a setting. How much of a difference between two such numbers
# is luck? In this chapter you will
#
# - see the same ablations, and some more, on a small descriptor, each with several seeds and with intervals,
# - learn to tell two kinds of chance apart: the seed and the painters,
# - set the result beside the paper's, and find out where small and large agree,
# - run a comparison of two settings yourself,
# - measure what noise in the labels costs.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Training a descriptor](training_a_descriptor): both terms of the loss | needed |
# | [Curating styles](curating_styles): where the labels come from | helpful |
# | intervals by bootstrap, paired differences | helpful; see [the retrieval benchmark](retrieval_benchmark) |
#
# **Time:** twenty minutes to read, about two to run on two cores.

# %% tags=["parameters"]
measured_on = "pupils"  # painters on whom the charts are measured: pupils or unseen
live_setting = (
    "photometric"  # setting that is trained here and now beside the reference
)
live_steps = 8  # optimiser steps of each live training
live_batch_size = 32  # pictures a step of the live trainings
live_works = 14  # pictures of each painter for the live trainings
seed = 0  # seed of the random draws of the trainings

# %% tags=["hide-input"]
from dataclasses import replace
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import csdlib
from csdlib import figures
from csdlib.metrics import Estimate, bootstrap, crossed_mean, holm, paired_difference
from csdlib.recipes import REFERENCE, SETTINGS, pupils, read_results, run_ablations

if measured_on not in ("pupils", "unseen"):
    raise csdlib.InputError(
        f"measured_on must be pupils or unseen, got {measured_on!r}"
    )
result = read_results("ablations")
recorded, made = result.frame, result.facts
both = ("unseen", "pupils")

# %% [markdown]
# ## On whom do you choose?
#
# Whoever tries twenty settings and reports the best has tried twenty times. If the painters who judge the settings also judge the final model, its
# number is too good, and nobody can say by how much. So the painters on whom settings are chosen must be others than those who judge.
#
# The atelier can make some. A **{term}`pupil`** has the {term}`hand` of one painter (brush, line and medium) and the eye of another (colours, light and composition).
# Nobody has ever trained on a pupil, so a pupil's style is new. The sixteen *unseen* painters stay untouched for the last word.

# %% tags=["hide-input"]
school = pupils()
random = np.random.default_rng(seed)
shown = [
    int(row)
    for artist in sorted(
        set(school.frame["artist"]), key=lambda name: int(name.split("-")[1])
    )[:12]
    for row in random.choice(np.flatnonzero(school.frame["artist"] == artist), 1)
]
figures.gallery(
    figures.pictures(school, shown, ("artist", "movement", "medium")),
    columns=6,
    caption="Twelve of the thirty-two pupils, one picture each, with the movement of the eye and the medium of the hand.",
)

# %% [markdown]
# ## What was run
#
# The reference is a short training of `csd-tiny`: fewer steps than the shipped model's, because the point is to compare settings and not to win. Every
# other training changes one thing of it. All learn from the curated {term}`crawl`, never from the truth. The metric is mean precision@10: how many of
# a picture's ten nearest are by the same painter.

# %% tags=["hide-input"]
trainings = recorded.groupby(["factor", "setting", "seed"]).ngroups
kept_as = {
    "steps": "steps",
    "batch_size": "pictures a step",
    "ssl_weight": "weight λ of the self-supervised term",
    "temperature": "temperature τ",
    "optimizer": "optimiser",
    "projection_rate": "learning rate",
}
figures.table(
    pd.DataFrame(
        [
            {"setting": said, "reference": str(made["reference"][name])}
            for name, said in kept_as.items()
        ]
    ),
    caption=f"The reference. {trainings} trainings on up to {made['images']:,} pictures, {made['seconds'] / 60:.0f} minutes in all. {result.sentence()}",
)

# %% tags=["hide-input"]
meanings = {
    "training": "none: clip-tiny as it is",
    "initialisation": "random weights in place of clip-tiny's",
    "lambda": "the weight of the self-supervised term; 0: labels only, infinity: views only",
    "temperature": "τ in both terms",
    "tags and weighting": "movements and mediums are tags, too; two pictures count once (indicator), or once for each tag that they share (count)",
    "views": "photometric: views change colours, too",
    "batch size": "as many pictures in all, so other numbers of steps; mean over positives: the multi-label term is averaged over the pictures that have a positive, not over all",
    "labels": "true painters in place of curated tags",
    "labelled images": "only so many pictures keep their tags",
    "images": "only so many pictures are learned from; they keep their tags",
}
figures.table(
    pd.DataFrame({"changed": meanings.keys(), "what it means": meanings.values()}),
    caption="What the names in the next chart mean.",
)

# %% [markdown]
# **Stop and think.** Before you scroll: which single change will hurt most? Which will not matter at all? Write both down; a prediction that stands on paper
# cannot improve itself afterwards.
#
# ## What each change does
#
# For every painter and seed we subtract what the reference does for the *same* painter with the same seed. Both could have been others: other painters, and other trainings. Every
# training has met every painter, so the two are *crossed*, and the interval is about both.


# %%
def by_seed(painters: str, factor: str, setting: str) -> pd.DataFrame:
    """What a setting finds: one row per seed, one column per painter."""
    own = recorded.query(
        "painters == @painters and factor == @factor and setting == @setting"
    )
    return own.pivot_table(index="seed", columns="artist", values="precision@10")


def against(
    painters: str, setting: tuple[str, str], other=("reference", "reference")
) -> tuple[Estimate, float]:
    """A setting minus another, over painters and seeds; its probability by chance."""
    pair = [by_seed(painters, *name) for name in (setting, other)]
    seeds = max((each.index for each in pair), key=len)
    # Without training there is one result, whatever the seed.
    pair = [each.reindex(seeds).ffill() if len(each) == 1 else each for each in pair]
    return crossed_mean((pair[0] - pair[1]).dropna().to_numpy())


# %% tags=["hide-input"]
measured = recorded[recorded["painters"] == measured_on]
by_painter = measured.pivot_table(
    index=["factor", "setting"], columns="artist", values="precision@10"
)
base = by_painter.loc[("reference", "reference")].to_numpy()
names = [(setting.factor, setting.setting) for setting in SETTINGS[1:]]
compared = {(who, *name): against(who, name) for who in both for name in names}
differences = pd.DataFrame(
    [
        {
            "label": f"{factor}: {setting}",
            "painters": who,
            "factor": factor,
            "setting": setting,
        }
        | found.row()
        for (who, factor, setting), (found, _) in compared.items()
    ]
)
on_measured = differences[differences["painters"] == measured_on]
chart = figures.intervals(
    differences, group="painters", axis="change in mean precision@10 (share)"
)
chart.update_layout(xaxis_rangemode="normal", xaxis_tickangle=0)
chart.add_vline(x=0, line_dash="dot", line_color="#888888", annotation_text="reference")
worst = on_measured.loc[on_measured["value"].idxmin()]
seeds = recorded.groupby(["factor", "setting"])["seed"].nunique()
figures.show(
    chart,
    caption=f"What each change does to the reference, on painters who judge (unseen) and painters on whom one may choose (pupils). 95 % intervals over "
    f"painters and {seeds[seeds > 1].min()} to {seeds.max()} seeds, crossed.",
    alt=f"Points with intervals for {len(names)} changes. On {measured_on} the worst is {worst['label']}: {worst['value']:+.3f}.",
)

# %% [markdown]
# Now look for your own two predictions. A reader of the paper expects the parts of the loss to matter most. They do not: what matters most is **where training
# starts** and **whether there is anything to compare in a batch**. From random weights the same steps reach a fraction of the way. Without labels
# nothing of style is learned: beside `clip-tiny` without any training nothing is gained (the differences are printed below the next table).
#
# Many settings do not matter within what we can see. An interval around zero is not a proof of equality. It says that a difference, if there is one, is smaller than the
# interval's far end.
#
# ## Which of them survive
#
# So many comparisons are also as many chances to be fooled: with 95 % intervals, about one
# in twenty lies beside zero by luck alone. **Holm's correction** {cite:p}`holm1979` asks more of each, so that of all settings that do not matter *any* is taken for one that does in at most five of a hundred
# studies. One rule for all: a *finding* passes it on *both* sets of painters. What passes on one, or has an interval beside zero but does not pass, is a *suspicion*.

# %% tags=["hide-input"]
corrected = {
    who: dict(zip(names, holm([compared[(who, *name)][1] for name in names])))
    for who in both
}
verdicts = []
for name in names:
    found = {who: replace(compared[(who, *name)][0], note="") for who in both}
    passes = [who for who in both if corrected[who][name] < 0.05]
    beside = [who for who in both if found[who].low > 0 or found[who].high < 0]
    sign = "worse" if found[(passes or beside or both)[-1]].value < 0 else "better"
    kind = "finding" if len(passes) == 2 else "suspicion" if beside else ""
    verdicts.append(
        {"setting": ": ".join(name)}
        | {"verdict": f"{kind}: {sign}" if kind else ""}
        | {f"{who}, points": found[who].percent() for who in both}
        | {"p": " / ".join(f"{corrected[who][name]:.3f}" for who in both)}
    )
verdicts = pd.DataFrame(verdicts)
figures.table(
    verdicts[verdicts["verdict"] != ""],
    caption="Differences from the reference in points of mean precision@10, 95 % intervals over painters and seeds; p (unseen / pupils) is corrected for the number of settings.",
)

# %% tags=["hide-input"]
start, views = ("training", "none"), ("lambda", "infinity (self-supervised only)")
print(f"neither finding nor suspicion: {(verdicts['verdict'] == '').sum()}")
for who in both:
    own = [compared[(who, *name)][0] for name in names]
    beside = sum(each.low > 0 or each.high < 0 for each in own)
    passing = sum(corrected[who][name] < 0.05 for name in names)
    print(
        f"on {who}: {beside} of {len(names)} intervals lie beside zero, {passing} after the correction"
    )
for text, one, other in (
    ("views only minus clip-tiny", views, start),
    (
        "all tags, count minus indicator",
        ("tags and weighting", "all tags, count"),
        ("tags and weighting", "all tags, indicator"),
    ),
):
    for who in both:
        print(f"{text}, points, on {who}: {against(who, one, other)[0].percent()}")

# %% [markdown]
# Whoever had reported every interval beside zero would have printed more discoveries than the correction leaves. Whether $\lambda = 0$, training without views, and
# true labels are suspicions or less, the table says; `csd-tiny`
# keeps the paper's $\lambda = 0.2$ and its curated tags.
#
# ## Labels, or pairs?
#
# Two lines of the chart look like one finding: a tenth of the labels, and batches of sixteen. What does the loss see of labels? {term}`Positive pairs <positive pair>` in a batch, and nothing
# else. Of 64 pictures a tenth keeps its label, so of the pairs a *hundredth* is left. And a picture without a partner counts 0 in the mean, so the self-supervised term weighs more, too; and
# batches of sixteen take four times as many steps. One change is rarely one change. So we changed them one by one: a mean over the pictures that have a partner, and a crawl that is a tenth as large but fully labelled, with as many pairs in a batch as before.

# %% tags=["hide-input"]
pairs = recorded.groupby(["factor", "setting"])["pairs"].mean()
asked = [
    ("batch size", "16"),
    ("batch size", "16, mean over positives"),
    ("labelled images", "50 %"),
    ("images", "50 %"),
    ("labelled images", "10 %"),
    ("labelled images", "10 %, mean over positives"),
    ("images", "10 %"),
]
rows = [
    {
        "setting": "reference",
        "pairs in a batch": f"{pairs[('reference', 'reference')]:.1f}",
    }
]
for name in asked:
    row = {"setting": ": ".join(name), "pairs in a batch": f"{pairs[name]:.1f}"}
    rows.append(
        row
        | {
            f"{who}, points": replace(compared[(who, *name)][0], note="").percent()
            for who in both
        }
    )
figures.table(
    pd.DataFrame(rows).fillna(""),
    caption="Fewer labels in the same pictures, and fewer pictures that all keep theirs. Differences from the reference in points of mean precision@10, 95 % intervals over painters and seeds.",
)

# %% tags=["hide-input"]
for who in both:
    first, last = (
        by_seed(who, *name).mean().mean()
        for name in (("training", "none"), ("reference", "reference"))
    )
    kept = {
        name: (by_seed(who, what, "10 %").mean().mean() - first) / (last - first)
        for name, what in (("labels", "labelled images"), ("crawl", "images"))
    }
    print(
        f"{who}: of the gain, a tenth of the labels keeps {kept['labels']:.0%}, a tenth of the crawl {kept['crawl']:.0%}"
    )
    few = [("labelled images", ten) for ten in ("10 %, mean over positives", "10 %")]
    print(
        f"   mean over positives minus mean over all: {against(who, *few)[0].percent()}"
    )

# %% [markdown]
# A tenth of the *labels* loses nearly all that training gains. A tenth of the *crawl*, with as few labels, keeps most of it. What was missing were pairs to compare, and not labels. The weight of the term
# is no explanation: a mean over positives does not bring it back (the indented lines). Whoever has few labelled pictures should not spread them thinly over large batches of unlabelled ones; a batch of labelled pictures costs nothing more.
#
# ## Two kinds of chance
#
# A training has a **{term}`seed`**: which pictures meet in a batch, and how they are cut. If the seed moved the result as
# much as the setting does, one training per setting could tell us nothing. The next chart shows every training as a point.

# %% tags=["hide-input"]
per_training = (
    measured.groupby(["factor", "setting", "seed"], sort=False)["precision@10"]
    .mean()
    .reset_index()
)
spread = per_training.assign(
    label=per_training["factor"] + ": " + per_training["setting"],
    value=per_training["precision@10"],
    low=per_training["precision@10"],
    high=per_training["precision@10"],
    run="seed " + per_training["seed"].astype(str),
)
chart = figures.intervals(spread, group="run", axis="mean precision@10 (share)")
chart.update_layout(xaxis_tickangle=0)
within = (
    per_training.groupby(["factor", "setting"])["precision@10"].std().mean()
)  # one training has none
between = per_training.groupby(["factor", "setting"])["precision@10"].mean().std()
figures.show(
    chart,
    height=130 + 26 * len(SETTINGS),
    caption=f"Every training on {measured_on}. The standard deviation between seeds is {within:.3f} on average, between settings {between:.3f}.",
    alt=f"Points for {len(per_training)} trainings in {len(SETTINGS)} settings; seeds of one setting lie {within:.3f} apart (standard "
    f"deviation), settings {between:.3f}.",
)

# %% [markdown]
# Within a setting the points lie close together: the seed moves the result much less than the settings that matter do. And what would other *painters* have said? The reference alone, with its interval over painters, answers.

# %% tags=["hide-input"]
for who in both:
    wide = bootstrap(by_seed(who, "reference", "reference").mean().to_numpy())
    print(
        f"reference, mean precision@10 on {who}: {wide.percent()} %, over {wide.n} painters"
    )

# %% [markdown]
# These intervals are several times as wide as the differences between good settings. This is why the comparison is *paired* ({term}`paired difference`): a painter who is hard is hard for both
# settings, and drops out of the difference. A table of absolute numbers with overlapping intervals can hide a difference that is certain; and a table without
# intervals can show one that is not there.
#
# ## Beside the paper
#
# The paper ablates on WikiArt, with a network fifty times as large, and gives mAP@1, which is recall@1, without intervals. Levels cannot be compared. The order of settings can.

# %% tags=["hide-input"]
published = pd.read_csv(csdlib.data_path("published/ablations.csv"))
table_1 = pd.read_csv(csdlib.data_path("published/retrieval.csv"))
begun = table_1.query(
    "dataset == 'wikiart' and metric == 'mAP' and k == 1 and method == 'CLIP' and backbone == 'ViT-B/16'"
)
of_lambda = published[published["ablation"] == "ssl weight lambda"]
of_tau = published[published["ablation"] == "temperature tau"]
theirs = {
    name: part.set_index("setting")["value"]
    for name, part in (("lambda", of_lambda), ("temperature", of_tau))
}
reference = ("reference", "reference")
same = {
    "the start, no training": (start, begun["value"].item()),
    "λ = 0 (labels only)": ("lambda", "0 (supervised only)"),
    "λ = 0.2": (reference, theirs["lambda"]["0.2"]),
    "λ = 1": ("lambda", "1"),
    "λ infinite (views only)": views,
    "τ = 0.01": ("temperature", "0.01"),
    "τ = 0.1": (reference, theirs["temperature"]["0.1"]),
    "τ = 0.5": ("temperature", "0.5"),
    "τ = 1": ("temperature", "1"),
}
artists = recorded.groupby(["painters", "factor", "setting", "artist"])[
    "right@1"
].mean()
rows = []
for said, (name, value) in same.items():
    if isinstance(name, str):  # a setting that both have under one name
        name, value = (name, value), theirs[name][value]
    rows.append({"setting": said})
    for who in both:
        found = bootstrap(artists[(who, *name)].to_numpy())
        rows[-1][f"ours, {who}"] = found.percent()
    rows[-1]["paper, WikiArt"] = value
figures.table(
    pd.DataFrame(rows),
    caption="Recall@1, percent: ours, with 95 % intervals over painters, and the values that the paper publishes (arXiv:2404.01292, Table 4; the start: "
    "CLIP ViT-B/16 of Table 1), without intervals.",
    formats={"paper, WikiArt": ".1f"},
)

# %% [markdown]
# Some of the paper's order comes back, and some does not.
#
# - **The start and the labels.** Without labels neither network rises above its start. In the paper labels alone do not rise above it either: it takes labels
#   *and* views. In ours labels alone do. (Table 4 also exchanges one trained network for another; we exchange ours for none.)
# - **The self-supervised term.** The paper gains by $\lambda = 0.2$ over none; here the first chart shows no gain. In the atelier a painter's curated pictures share little but the hand, so the labels may
#   already teach what the views are meant to teach; on WikiArt, a painter's works come in series with one subject, and the views may keep the network from learning the series.
#   That is a guess, and the last exercise says how to test it.
# - **The temperature.** The paper loses a third of its precision at $\tau = 1$; so much we do not lose, on either set of painters. Whether we lose a little, so few trainings cannot tell. A higher temperature looks at all negatives alike instead of at the
#   hardest ones. With a few dozen painters nearly all negatives are easy; with thousands of artists the hard ones decide. The optimiser differs, too: AdamW forgets the scale of a
#   gradient, which SGD does not.
#
# A small world reproduces what does not depend on size. Where it disagrees with a large one, it does not refute it: it says which of the paper's settings one should *not* copy
# without trying.
#
# ## Try it: two settings, here and now
#
# What follows is not recorded. It is the same function that `csdlib record ablations` calls, with fewer steps, fewer pictures and one seed: enough to see how an ablation is done, too
# little to believe in.

# %% tags=["hide-input"]
chosen = [
    SETTINGS[0],
    *(setting for setting in SETTINGS[1:] if setting.setting == live_setting),
]
if len(chosen) < 2:
    raise csdlib.InputError(
        f"live_setting {live_setting!r}: choose one of {', '.join(setting for _, setting in names)}"
    )

# %%
brief = replace(REFERENCE, steps=live_steps, batch_size=live_batch_size)
options = {"seeds": [seed], "reference": brief, "works_per_painter": live_works}
with TemporaryDirectory() as folder:
    live = run_ablations(
        f"{folder}/live.csv", settings=chosen, progress=False, **options
    )
found = live.query("painters == @measured_on").pivot_table(
    index="artist", columns="setting", values="precision@10"
)
gain = paired_difference(found[live_setting].to_numpy(), found["reference"].to_numpy())
print(f"{live_setting} minus reference after {live_steps} steps, mean precision@10")
print(f"on {measured_on}: {gain.percent()}")

# %% [markdown]
# ## What the noise costs
#
# All of these trainings learn from tags that were [curated from captions](curating_styles), and some of the names among them are wrong. A descriptor
# learns the faults of its labels. How much does it matter? Among the recorded settings are the two ends of the scale: labels that are all true, because in the atelier the truth
# can be opened, and no labels at all, where only views are learned from.

# %% tags=["hide-input"]
told = {
    "true painters": ("labels", "true painters"),
    "curated tags": ("reference", "reference"),
    "curated tags, 10 % of the crawl": ("images", "10 %"),
    "curated tags, 10 % of them": ("labelled images", "10 %"),
    "no labels, views only": ("lambda", "infinity (self-supervised only)"),
}
rows = []
for who in both:
    for name, setting in told.items():
        gain, _ = against(who, setting, start)
        rows.append({"label": name, "painters": who} | gain.row())
gains = pd.DataFrame(rows)

# %% name="noise" tags=["hide-input", "slide"]
chart = figures.intervals(
    gains, group="painters", axis="gain in mean precision@10 (share)"
)
chart.update_layout(xaxis_rangemode="normal", xaxis_tickangle=0)
chart.add_vline(
    x=0,
    line_dash="dot",
    line_color="#888888",
    annotation_text="clip-tiny",
    annotation_position="top left",
)
noise = {
    who: replace(compared[(who, "labels", "true painters")][0], note="").percent()
    for who in both
}
figures.show(
    chart,
    caption="What training on different labels adds to clip-tiny, from which it starts; 95 % intervals over painters and seeds. True labels minus curated "
    f"tags, in points: {', '.join(f'{value} on {who}' for who, value in noise.items())}.",
    alt="Points with intervals. Gains: "
    + ", ".join(
        f"{row.label}, {row.painters}, {row.value:+.3f}" for row in gains.itertuples()
    )
    + ".",
)

# %% [markdown]
# The curated tags keep most of what true labels gain: the caption has the difference, and the table of verdicts says what it is worth. Views alone, without
# any label, gain nothing; where their interval lies below zero, the {term}`tower` is worse after such a training than before. They
# teach what stays the same when a picture is cut and turned, and a network that learns nothing else may forget {term}`hands <hand>` for it.
#
# Why is noise so mild? We can only guess: a wrong name is rarely the *same* wrong name twice, so wrong pairs pull in all directions while right pairs pull in
# one. And a picture without a tag is left out of the multi-label term; it is not taken for a stranger.
#
# ## Summary
#
# - The start decides, and whether a batch holds pairs to compare; most of the loss's own knobs move the result less than the interval over painters is wide.
# - That the paper's $\lambda$ and $\tau$ are best does not show here: a small world reproduces an idea, not its tuning.
# - An ablation changes one thing. Few labels and few pairs are two things; told apart, only the second one cost much.
# - Choose on painters who do not judge, correct for how much was tried, and believe what holds on both sets.
# - Seed and painters are two kinds of chance; pairing removes what both settings share.
#
# ## Exercises
#
# **1. The luck of the best.** (15 minutes) Suppose that all of $n$ settings are equally good, and that each measured value is the truth plus normal noise of standard deviation $s$. Write
# `expected_best(n, s)`: by how much the best of them looks better than it is, on average. Use simulation with 20,000 draws.


# %% tags=["exercise"]
def expected_best(n: int, s: float) -> float:
    """How much the best of n equal settings looks better than it is."""
    return 0.0  # your code here


# %% tags=["solution"]
def expected_best(n: int, s: float) -> float:
    """How much the best of n equal settings looks better than it is: the mean of the maximum of n normal draws."""
    return float(np.random.default_rng(0).normal(0, s, (20_000, n)).max(axis=1).mean())


# %% tags=["mistake"]
# The largest that can be expected of one draw, and not of the best of n.
def expected_best(n: int, s: float) -> float:
    return 1.96 * s


# %% tags=["check"]
assert abs(expected_best(1, 1.0)) < 0.03
# The maximum of two standard normal draws has the mean 1 / sqrt(pi).
assert abs(expected_best(2, 1.0) - 1 / np.sqrt(np.pi)) < 0.03
assert abs(expected_best(15, 0.01) - 0.01 * 1.736) < 0.0003
print(f"fifteen settings, the seeds' own spread: {expected_best(15, within):.3f}")

# %% [markdown]
# **2. Paired or not.** (15 minutes) Write `unpaired_width(a, b)`: the width of the interval of the difference of two means when painters are drawn for each method *separately* (1,000 resamples, seed 0).
# How much wider is it than the paired one, for the reference and the worst setting, and for the reference and $\lambda = 1$? Why is it not the same?


# %% tags=["exercise"]
def unpaired_width(a: np.ndarray, b: np.ndarray) -> float:
    """Width of the 95 % interval of mean(a) - mean(b), drawn separately."""
    return 0.0  # your code here


# %% tags=["solution"]
def unpaired_width(a: np.ndarray, b: np.ndarray) -> float:
    """Width of the 95 % interval of mean(a) - mean(b), drawn separately."""
    draws = np.random.default_rng(0)
    means = [
        values[draws.integers(len(values), size=(1000, len(values)))].mean(axis=1)
        for values in (a, b)
    ]
    low, high = np.percentile(means[0] - means[1], [2.5, 97.5])
    # Pairing takes away what both share: much, where the same painters are hard for both.
    return float(high - low)


# %% tags=["mistake"]
# Draws the same painters for both: that is the paired interval.
def unpaired_width(a: np.ndarray, b: np.ndarray) -> float:
    draws = np.random.default_rng(0)
    rows = draws.integers(len(a), size=(1000, len(a)))
    low, high = np.percentile((a[rows] - b[rows]).mean(axis=1), [2.5, 97.5])
    return float(high - low)


# %% tags=["check"]
independent = 2 * 1.96 * base.std() * np.sqrt(2 / base.size)
wide = unpaired_width(base, base) / independent
assert 0.3 < wide < 1.3, "about as wide as of two independent means"
for name in ((worst["factor"], worst["setting"]), ("lambda", "1")):
    other = by_painter.loc[name].to_numpy()
    paired = paired_difference(base, other)
    ratio = unpaired_width(base, other) / (paired.high - paired.low)
    alike = np.corrcoef(base, other)[0, 1]
    print(f"{': '.join(name)}: {ratio:.1f} times as wide, correlation {alike:.2f}")

# %% [markdown]
# **3. Does the self-supervised term help where works come in series?** (open; an afternoon) Here no gain is seen. If that is because a painter's pictures share no series, a crawl with series should bring the gain back.
# Keep the labels of two subjects per painter only (a few lines around `curated_crawl`, before `fit`), train with $\lambda = 0$ and $0.2$, three seeds each. A good answer holds the prediction, written down before; the number of positive pairs in a batch
# of both crawls (`csdlib.training.positive_pairs`), which must not differ between the two settings; the paired difference on pupils with its interval over painters and seeds; and one sentence about what would have refuted the guess.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Section 5 and Table 4.
# - Next: [the reference, checked](the_reference_checked).
