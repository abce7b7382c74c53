# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "How to report a study of style", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny, data/published/retrieval.csv]}
# ---

# %% [markdown]
# # How to report a study of style
#
# ## Overview
#
# This book has measured style in many ways, and each chapter had to add: *by this descriptor, on these painters, with so many pictures*. A number without these words cannot be
# compared with another one, and a claim without them cannot be checked. This last chapter gathers the words into a checklist. In it you will
#
# - see how far one number moves when a single word of its description changes,
# - learn which ten things a report has to say, and which chapter shows why,
# - fill in a form for a study of your own, and keep it as a file,
# - tell apart what a study can conclude and what it cannot.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [the retrieval benchmark](retrieval_benchmark): metrics and intervals | needed |
# | [what decides a benchmark](what_decides_a_benchmark) | helpful |
# | one of the case studies, for example [Who is in the model?](who_is_in_the_model) | helpful |
#
# **Time:** fifteen minutes to read, less than one to run on two cores.

# %% tags=["parameters"]
dataset = "atelier"  # the data set
root = ""  # folder of the data set, for those that are not the atelier
descriptor = "csd-tiny"  # what looks at style
seed = 0  # seed of the random draws

# %% tags=["hide-input"]
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t

import csdlib
from csdlib import figures
from csdlib.figures import Field
from csdlib import cache_folder
from csdlib.metrics import (
    average_precision_at_k,
    mean_precision_at_k,
    recall_at_k,
)
from csdlib.recipes import unseen_artists
from csdlib.retrieval import chance, published_retrieval, thin_database

# %% [markdown]
# ## One descriptor, many numbers
#
# One descriptor looks at one collection. Nothing is trained in between. How well does it find other pictures by the
# same artist? Here are several answers, all of them correct.

# %%
table = csdlib.load_dataset(dataset, root).where(split=["query", "database"])
looks_at = csdlib.load(descriptor)
options = {
    "label": "artist",
    "k": 10,
    "cache": cache_folder() / "embeddings",
    "progress": False,
}
reported = csdlib.evaluate_retrieval(table, looks_at, **options)
put_aside = unseen_artists(
    table, 0.25, seed
)  # whom training has not seen, if the set says so

# %% tags=["hide-input"]
alone, thinned = (
    csdlib.evaluate_retrieval(changed, looks_at, **options)
    for changed in (table.where(artist=put_aside), thin_database(table, 2, seed=seed))
)
colour = csdlib.evaluate_retrieval(table, csdlib.load("colour"), **options)
hits, names = reported.hits, reported.labels
new = np.isin(names, put_aside)
rows = {
    "recall@1, all artists": (
        "as reported",
        mean_precision_at_k(hits, 1, groups=names),
    ),
    "recall@1, artists put aside, found among all": (
        "artists",
        mean_precision_at_k(hits[new], 1, groups=names[new]),
    ),
    "recall@1, artists put aside, among themselves": (
        "artists",
        mean_precision_at_k(alone.hits, 1, groups=alone.labels),
    ),
    "recall@1, a smaller database": (
        "set size",
        mean_precision_at_k(thinned.hits, 1, groups=thinned.labels),
    ),
    "mean precision@10": ("metric", mean_precision_at_k(hits, 10, groups=names)),
    "average precision@10": (
        "metric",
        average_precision_at_k(hits, 10, n_relevant=reported.n_relevant, groups=names),
    ),
    "recall@10": ("metric", recall_at_k(hits, 10, groups=names)),
    "recall@1, a colour histogram": (
        "another descriptor",
        mean_precision_at_k(colour.hits, 1, groups=colour.labels),
    ),
}
# %% tags=["hide-input"]
answers = pd.DataFrame(
    [
        {"label": name, "changed": what} | found.row()
        for name, (what, found) in rows.items()
    ]
)
chart = figures.intervals(
    answers, group="changed", axis="share of right neighbours, or of queries"
)
chart.add_vline(
    x=chance(reported), line_dash="dot", line_color="#888888", annotation_text="chance"
)
spread = answers[answers["changed"] != "another descriptor"]["value"]
figures.show(
    chart,
    caption=f"{descriptor} on {dataset}, {len(reported.query)} queries by {len(set(names))} artists; 95 % intervals over artists. "
    "Colour and shape say what was changed in the description of the first row.",
    alt=f"Points with intervals. The same descriptor gets between {spread.min():.2f} and {spread.max():.2f}.",
)

# %% tags=["hide-input"]
print(f"one descriptor, one set: {spread.min():.2f} to {spread.max():.2f}")
print(
    f"a colour histogram, recall@1: {answers['value'].iloc[-1]:.2f}; chance: {chance(reported):.3f}"
)
paper = published_retrieval("wikiart").set_index(["method", "backbone"])["mAP@1"]
gaps = {net: paper["CSD", net] - paper["CLIP", net] for net in ("ViT-B/16", "ViT-L/14")}
print(f"in points: {100 * (spread.max() - spread.min()):.0f} between these rows;")
print(
    "CSD above CLIP in the paper: "
    + ", ".join(f"{gap:.1f} ({net})" for net, gap in gaps.items())
)

# %% [markdown]
# Compare the rows of one colour with the first row. Whether the artists were known to the descriptor moves the number, and so does who stands in the database beside them: among fewer
# artists, fewer can be mistaken for each other. A smaller database holds fewer right pictures. And recall asks for one right picture among ten, while mean precision@10 asks for all of them.
# The last printed line sets the distance between the lowest and the highest row beside what the CSD paper reports between two *methods*, CLIP and CSD, on WikiArt {cite:p}`somepalli2024csd`. A number that comes without these words could be any of the rows.
#
# ## What a report has to say
#
# | | the report says | or else | shown in |
# |---|---|---|---|
# | 1 | **set**: which pictures, which version, chosen by whom | nobody can repeat it | [Meet the painters](meet_the_painters) |
# | 2 | **split**: queries, database, and what they may share (subject, series, copies) | content wins, and it looks like style | [What decides a benchmark](what_decides_a_benchmark) |
# | 3 | **pictures**: size in pixels, crop, file format, and the descriptor with its weights | small pictures lose the strokes | [What decides a benchmark](what_decides_a_benchmark) |
# | 4 | **seen**: which artists the descriptor, the generator and its text encoder met in training | memory is taken for understanding | [Who is in the model?](who_is_in_the_model) |
# | 5 | **set sizes**: pictures per artist, on both sides of a comparison | a score of prototypes grows with them | [Quickstart](quickstart) |
# | 6 | **metric**, with its definition and $k$ | {term}`mAP@k` has two meanings | [The retrieval benchmark](retrieval_benchmark) |
# | 7 | **interval**: level, method, and what is drawn again (queries, artists, trainings) | luck passes for a result | [Ablations](ablations) |
# | 8 | **chance and a simple baseline** | 70 % sounds good, whatever a histogram gets | [The retrieval benchmark](retrieval_benchmark) |
# | 9 | **choices**: what was tried, how often, and on whom it was chosen | the best of many is too good | [Ablations](ablations) |
# | 10 | **conclusion**: about whom, and what it does not say | a likeness becomes an accusation | [Whose style is it?](whose_style_is_it) |
#
# ## The form
#
# The fields below hold what this page knows of its own measurement. Replace it by your study. Two buttons keep the answers as a file on your
# machine; nothing is sent anywhere.

# %% tags=["hide-input"]
main = rows["recall@1, all artists"][1]
ours = dataset == "atelier"  # of other sets the program does not know who chose
parts = [{*own.column("content")} - {""} for own in (reported.query, reported.database)]
version = table.manifest.get("source_hash", "…")[:8]
chosen = "the atelier, every subject equally often by everybody" if ours else "…"
first = table.open(0)
side = tuple(looks_at.preprocess(first).shape[:0:-1])
kinds_of_file = ", ".join(sorted({Path(each).suffix for each in table.frame["path"]}))
crop = "no crop" if first.size[0] * side[1] == first.size[1] * side[0] else "crop: …"
each = table.frame.groupby(["artist", "split"]).size().groupby("split").median()
known = "unseen" in table.manifest
n_artists, weights = table.frame["artist"].nunique(), looks_at.fingerprint[:8]
filled = {
    "Set": f"{dataset}, version {version}: {len(table)} pictures by {n_artists} artists; chosen by {chosen}",
    "Split": f"{len(reported.query)} queries, {len(reported.database)} in the database; subjects in common: "
    f"{len(set.intersection(*parts))}; series and copies: {'none' if ours else '…'}",
    "Pictures": f"{first.size} pixels, seen at {side}, {crop}, {kinds_of_file}; {descriptor}, weights {weights}",
    "Seen": f"{len(put_aside)} artists not seen by the descriptor; no generator, no text encoder"
    if known
    else "",
    "Set sizes": f"median {each['query']:.0f} queries, {each['database']:.0f} in the database",
    "Metric": "recall@1: share of queries whose nearest neighbour is by the same artist",
    "Interval": f"{main.percent()} %; 95 %; {main.n} artists drawn again with all their queries; deviation of the bootstrap times Student's t, on the logit scale",
    "Chance and baseline": f"chance {chance(reported):.1%}, colour {answers['value'].iloc[-1]:.1%}",
}

# %% tags=["hide-input"]
questions = {
    "Set": "Which pictures, which version, chosen by whom?",
    "Split": "Queries, database, and what the two share.",
    "Pictures": "Size, crop, format; the descriptor and its weights.",
    "Seen": "Whom did descriptor, generator and text encoder meet in training?",
    "Set sizes": "Pictures per artist on both sides.",
    "Metric": "Its definition, and k.",
    "Interval": "Level, method, and what is drawn again.",
    "Chance and baseline": "What guessing gets, and what a simple method gets.",
    "Choices": "What was tried, how often, and on whom was it chosen?",
    "Conclusion": "About whom is it, and what does it not say?",
}
figures.form(
    [
        Field(title, question, filled.get(title, ""))
        for title, question in questions.items()
    ],
    title="A study of style",
    name="study_of_style",
    caption="The ten things that a report says. Two of them no program can fill in. An ellipsis marks what it does not know of your set.",
)

# %% [markdown]
# ## What may be concluded
#
# | one would like to say | what it needs | what is often measured instead |
# |---|---|---|
# | this descriptor sees style | right neighbours that share no subject, palette or series with the query | right neighbours |
# | it works for artists whom nobody has studied | artists that no training saw, with an interval over artists | a mean over all artists |
# | method A is better than B | a paired difference on the same queries, corrected for how much was tried | two numbers without intervals |
# | the generator has learned from this artist | the score of artists who cannot be in it, and a text encoder that has not read the name | a threshold from another descriptor |
# | this picture was copied | the work itself, found beside the picture | a high similarity of style |
#
# The third column is worth measuring, too. It only has another name.
#
# ## Summary
#
# - The same descriptor on the same set gets very different numbers; each is right, and each needs its description.
# - Ten things make a number comparable. The program that measures can fill in eight where the data set tells enough; choices and conclusion it cannot.
# - A conclusion names the artists that it is about, and the next stronger claim that it does not support.
#
# ## Exercises
#
# **1. How many artists does a claim need?** (15 minutes) A study plans to show that a descriptor finds the artist more often than a baseline does, with an interval at most `width` wide. A
# pilot has given the difference for each of its artists. Write `artists_needed(differences, width)`: the smallest number of artists, four or more, for which a $t$ interval of the mean is
# narrow enough, if the artists scatter as in the pilot.


# %% tags=["exercise"]
def artists_needed(differences: np.ndarray, width: float) -> int:
    """How many artists make the interval of the mean at most so wide."""
    return 0  # your code here


# %% [markdown] tags=["hint"]
# The interval is $2\, t_{0.975,\,n - 1}\, s / \sqrt{n}$ wide, and both $t$ and $\sqrt n$ depend on $n$: try 4, 5, 6 ... With the check's pilot (20
# differences that scatter by about `0.17`) a width of `0.1` takes fifty artists, and half the width nearly four times as many.


# %% tags=["solution"]
def artists_needed(differences: np.ndarray, width: float) -> int:
    """How many artists make the interval of the mean at most so wide: 2 t(n - 1) s / sqrt(n) <= width."""
    deviation, n = differences.std(ddof=1), 4
    while 2 * t.ppf(0.975, n - 1) * deviation / np.sqrt(n) > width:
        n += 1
    return n


# %% tags=["mistake"]
# With the normal distribution's 1.96, and no least number: too few where there are few.
def artists_needed(differences: np.ndarray, width: float) -> int:
    return int(np.ceil((2 * 1.96 * differences.std(ddof=1) / width) ** 2))


# %% tags=["check"]
from scipy.stats import ttest_1samp

pilot = np.random.default_rng(0).normal(0.1, 0.2, 20)


def spans(artists: int) -> float:
    """The width of scipy's interval of so many values that scatter as in the pilot."""
    values = np.random.default_rng(1).normal(size=artists)
    values *= pilot.std(ddof=1) / values.std(ddof=1)
    found = ttest_1samp(values, 0).confidence_interval()
    return found.high - found.low


assert artists_needed(pilot, 10.0) == 4, "four at least"
for artists in (5, 9, 60):
    # So many just suffice, and one less does not.
    for width in (spans(artists) + 1e-9, spans(artists - 1) - 1e-9):
        assert artists_needed(pilot, width) == artists

# %% [markdown]
# **2. Two conclusions, one number.** (10 minutes, open) Take the second and the third row of the chart. Write one sentence for each that a newspaper could print without saying more than was measured. Which
# of the two would you want to read about a descriptor that you are going to use on your own collection, and why?
#
# **3. Read a paper with the form.** (45 minutes, open) Choose a paper that reports style similarity, {cite:t}`somepalli2024csd` or another one, and fill in the form from its text alone. A good answer gives
# for each field the sentence or table where the paper says it, names the fields that stay empty, and says for one of them how much it could move the paper's main number, with a row of this
# book as evidence.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Sections 5 and 6, for the study that this book repeats.
# - {cite:t}`holm1979` on many comparisons, {cite:t}`newcombe2006auc` on intervals near the end of a scale.
