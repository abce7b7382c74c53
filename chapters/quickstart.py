# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Quickstart", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny]}
# ---

# %% [markdown]
# # Quickstart: two pictures, one score
#
# ## Overview
#
# Can a machine see that two pictures are by the same hand, although one shows a dog and the other a mountain? This
# chapter asks that question of three pictures, gets two numbers, and then spends most of its time on the harder part:
# what such a number means. You will
#
# - compute a style similarity in a few lines of code,
# - see how the scores of *same painter* and *different painters* are distributed, and how much they overlap,
# - compare two painters rather than two pictures, and see what an interval from few pictures can and cannot say.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | Python, a little NumPy | needed |
# | the cosine of the angle between two vectors | helpful; explained below |
#
# **Time:** ten minutes to read, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "csd-tiny"  # what looks at style: any name of csdlib.list_descriptors()
images = 240  # pictures drawn from the data set, at most; all pairs are compared
seed = 0  # seed of the random draws: which pictures

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
from plotly.subplots import make_subplots

import csdlib
from csdlib import figures
from csdlib.metrics import bootstrap, roc_area

everything = csdlib.load_dataset(dataset, root=root).where(split=["query", "database"])
called = everything.manifest.get("names", {})
everything = everything.with_column(
    "artist", [called.get(a, a) for a in everything.column("artist")]
)
unseen = [called.get(slug, slug) for slug in everything.manifest.get("unseen", [])]
random = np.random.default_rng(seed)
table = everything.take(random.permutation(len(everything))[:images])

# %% [markdown]
# ## Two pictures by one painter, one by another
#
# The pictures come from the book's own world, the {term}`atelier`, whose painters are programs; so who made what is not
# a matter of opinion. A **{term}`descriptor`** turns each picture into a list of numbers, a vector of length one. The
# descriptor of this chapter, `csd-tiny`, has learned from pictures by some of the painters, and has never seen the others.

# %%
embeddings = csdlib.embed(table, csdlib.load(descriptor))
similarity = embeddings.vectors @ embeddings.vectors.T

# %% name="three_pictures" tags=["hide-input", "slide"]
table = embeddings.table
artists, contents = table.column("artist"), table.column("content")
new = np.isin(artists, unseen)
same = artists[:, None] == artists[None, :]
other_subject = (contents[:, None] != contents[None, :]) | (contents == "")
candidates = same & other_subject & ~np.eye(len(table), dtype=bool)
if (candidates & new[:, None]).any():
    candidates &= new[:, None]
first, second = np.unravel_index(
    np.where(candidates, similarity, -np.inf).argmax(), same.shape
)
alike = np.flatnonzero(~same[first] & (contents == contents[first]))
stranger = (alike if len(alike) else np.flatnonzero(~same[first]))[0]
figures.gallery(
    figures.pictures(table, [first, second, stranger]),
    columns=3,
    side=256,
    caption="The first two are by one painter. The third has the subject of the first, and another painter.",
)

# %% [markdown]
# In the atelier, the first two are by a painter whom `csd-tiny` has never seen. The **style similarity** of two pictures
# is the cosine of the angle between their vectors: 1 if they point the same way, 0 if they are at right angles, −1 if
# they are opposite.

# %% name="two_scores" tags=["slide"]
one, two, three = (table.path(row) for row in (first, second, stranger))
score = csdlib.style_similarity(one, two, descriptor=descriptor)
print(f"same painter, another subject: {score.value:.3f}")
score = csdlib.style_similarity(one, three, descriptor=descriptor)
print(f"another painter, same subject: {score.value:.3f}")

# %% [markdown]
# With `csd-tiny`, the first number is far above the second: here the painter counts, and not the subject. But these
# three pictures were picked to make the question clear. The first two are the most alike that an unseen painter has made
# of two subjects. (In the shell, the same is one line: `csdlib compare first.png second.png --descriptor csd-tiny`. Without a name, {term}`csd-art` looks, which has learned from [real art](a_descriptor_for_real_art).)
#
# ## Is that a lot?
#
# One number says little. A thermometer is useful because we know what freezing and boiling read; so let us find out
# what *same painter* and *different painters* read. We take every pair of the pictures once and draw both
# distributions: on top for the painters that `csd-tiny` has never seen, below for those that it has learned from. A
# data set in which nobody has been seen gets one chart.

# %% tags=["hide-input"]
groups = (
    {"unseen in training": new, "seen in training": ~new}
    if new.any() and not new.all()
    else {"all": new | ~new}
)
pairs = []
for said, kept in groups.items():
    i, j = np.triu_indices(len(table), k=1)
    i, j = (side[kept[i] & kept[j]] for side in (i, j))
    pairs.append(
        pd.DataFrame(
            {
                "painters": said,
                "painter": artists[i],
                "score": similarity[i, j],
                "same": same[i, j],
            }
        )
    )
pairs = pd.concat(pairs, ignore_index=True)

# %% name="pairs" tags=["hide-input", "slide"]
chart = make_subplots(
    len(groups),
    1,
    shared_xaxes=True,
    vertical_spacing=0.12,
)
bins = {"start": -1, "end": 1.02, "size": 0.04}
for row, (said, part) in enumerate(pairs.groupby("painters", sort=False), 1):
    for kind, name in enumerate(("different painters", "same painter")):
        look = {
            "marker_color": figures.COLOURS[1 - kind],
            "opacity": 0.65,
            "name": name,
            "showlegend": row == 1,
        }
        scores = part.loc[part["same"] == bool(kind), "score"]
        chart.add_histogram(
            x=scores, xbins=bins, histnorm="percent", row=row, col=1, **look
        )
    chart.update_yaxes(title=f"{said}<br>percent of pairs", row=row, col=1)
chart.update_layout(barmode="overlay")
chart.update_xaxes(range=[pairs["score"].min() - 0.05, 1.02])
chart.update_xaxes(title="style similarity (cosine)", row=len(groups), col=1)
means = pairs.groupby(["painters", "same"], sort=False)["score"].mean()
figures.show(
    chart,
    height=260 + 200 * len(groups),
    caption=f"Style similarity of the pairs among {len(table)} pictures; each colour adds up to 100 percent.",
    alt="Overlapping histograms. "
    + " ".join(
        f"{said}: mean {means[said, True]:.2f} of one painter, {means[said, False]:.2f} of two."
        for said in groups
    ),
)

# %% [markdown]
# The hills overlap, and the overlap is the point: no score means *same painter* with certainty. For painters that the
# descriptor has never seen, the overlap is much larger.
#
# How well a score separates the two kinds of pairs can be said in one number. Take a picture, and draw two others at
# random: one by its painter, one by somebody else. The probability that the first is nearer is the **area under the ROC
# curve** ({term}`AUC`); a coin gets 0.5. We compute it for every picture among those of its group, and average.


# %%
def told_apart(row, kept):
    """The area under the ROC curve of one picture, among those of its group."""
    others = kept & (np.arange(len(table)) != row)
    return roc_area(similarity[row, others], same[row, others])


# %% name="told_apart" tags=["hide-input", "slide"]
rows, passing = [], {}
for said, kept in groups.items():
    several = np.flatnonzero(kept & (same.sum(axis=1) > 1))
    area = bootstrap(
        np.array([told_apart(row, kept) for row in several]), groups=artists[several]
    )
    unlike, alike = (
        pairs[(pairs["painters"] == said) & (pairs["same"] == kind)]
        for kind in (False, True)
    )
    bar = unlike["score"].quantile(0.95)
    passed = bootstrap(
        (alike["score"] > bar).to_numpy(), groups=alike["painter"].to_numpy()
    )
    passing[said] = passed.value
    rows.append({"painters": said, "AUC": str(area), "threshold": f"{bar:.2f}"})
    rows[-1] |= {"same-painter pairs that pass (%)": passed.percent()}
sizes = "; ".join(
    f"{said}: {kept.sum()} pictures by {len(set(artists[kept]))} painters"
    for said, kept in groups.items()
)
figures.table(
    pd.DataFrame(rows),
    caption=f"How well the score tells painters apart. 5 % of the pairs by different painters score above the threshold. In brackets: 95 % intervals over painters. {sizes}.",
)

# %% [markdown]
# Read the first line first: it says what the descriptor can do for a painter it has not met. The threshold lets one in twenty
# of the pairs by different painters pass. The last column says how many of the pairs by one painter pass then. For painters
# known from training it is nearly all; for the others, many true pairs are missed. A number that mixes the two groups would
# describe neither, so this book keeps them apart.
#
# The brackets hold a **95 % interval**: how far the number might move had we met other painters. How it is made is
# explained in [the retrieval benchmark](retrieval_benchmark).
#
# Two warnings before you use a score for anything that matters:
#
# 1. **The scale belongs to the descriptor.** A 0.7 of one descriptor is not a 0.7 of another. Compare a score with the
#    distribution of known pairs under the *same* descriptor, as we have just done.
# 2. **A high score is not evidence of copying.** It says that two pictures are alike in what this descriptor attends
#    to. It knows nothing of intention, of law, or of who was first.
#
# ## From pictures to painters
#
# One picture is a small sample of a painter. The mean direction of several descriptors, their **{term}`prototype`**,
# is steadier. `style_similarity` takes lists as well, and leaves each picture out once to see how much hangs on it:
# that gives an interval, from four pictures on. We compare the painter of the first picture with *other works of the
# same painter*, and with a *sibling*, from 2, 4 and 8 pictures on each side. (The atelier's painters come in groups of six,
# the movements; siblings are painters of one movement.)


# %% tags=["hide-input"]
def works(rows):
    """The paths of some works, in a random order."""
    return [everything.path(row) for row in random.permutation(np.flatnonzero(rows))]


painter, movements = artists[first], everything.column("movement")
is_mine = everything.column("artist") == painter
near = ~is_mine & (movements == movements[is_mine][0])
sibling = everything.column("artist")[near if near.any() else ~is_mine][0]
mine, theirs = works(is_mine), works(everything.column("artist") == sibling)
half = len(mine) // 2
beside = {"other works": mine[half:], "a sibling": theirs}

# %%
scores = {
    (n, who): csdlib.style_similarity(mine[:n], paths[:n], descriptor=descriptor)
    for who, paths in beside.items()
    for n in (2, 4, 8)
}

# %% name="more_pictures" tags=["hide-input", "slide"]
rows = []
for (number, who), score in scores.items():
    for kind, found in (
        ("cosine of the prototypes", score.estimate),
        ("corrected for their number", score.corrected),
    ):
        rows.append({"label": f"{who}, {number} each", "kind": kind} | found.row())
chart = figures.intervals(
    pd.DataFrame(rows).dropna(subset="value"),
    group="kind",
    axis="similarity (a cosine, or its correction)",
)
figures.show(
    chart,
    height=480,
    caption=f"{painter} beside other works of the same painter, and beside a sibling, {sibling}; 2 to 8 pictures on each side.",
    alt="Points with intervals: "
    + "; ".join(
        f"{n} pictures, {who}: {score.value:.2f}" for (n, who), score in scores.items()
    ),
)

# %% [markdown]
# Follow one comparison down the chart. Two pictures give no interval; from four on it shrinks with their number, as it
# should. The cosine itself rises, too: averaging takes away what is peculiar to single pictures, so cosines of prototypes
# move away from 0 as sets grow. The interval says how much the cosine would vary with other sets *of the same size*, and not
# what larger sets would give. So a score of prototypes without the number of its pictures is half a statement.
#
# The *corrected* value estimates what endlessly many pictures would give, so that sets of different size can be compared: the
# mean cosine across the two sides, divided by the root of the product of the mean cosines within each. For two sets by one
# hand it should be about 1. It is an estimate and no cosine, so it can come out above 1; from few pictures it is very
# uncertain.
#
# ## Summary
#
# - A style similarity is the cosine of two descriptors, in [−1, 1]; higher is more alike.
# - Its meaning comes from the distribution of known pairs, and differs from descriptor to descriptor.
# - A descriptor tells painters of its training apart much better than others. Report the two separately.
# - Several pictures give a prototype and an interval. Report how many there were.
#
# ## Exercises
#
# **1. What a hit is worth** (10 minutes). You compare one picture with a whole archive. A share `prior` of the archive is
# by its painter. Your threshold lets a share `found` of these pass, and a share `false` of all others. Write
# `trust(prior, found, false)`: the probability that a picture which passes is by the painter. Then put in the numbers of
# the table's first line and an archive with one true picture in a thousand: of how many that pass is one by the painter?


# %% tags=["exercise"]
def trust(prior: float, found: float, false: float) -> float:
    """The probability that a picture above the threshold is by the painter."""
    return found  # your code here


# %% tags=["solution"]
def trust(prior: float, found: float, false: float) -> float:
    """The probability that a picture above the threshold is by the painter: Bayes' rule."""
    return prior * found / (prior * found + (1 - prior) * false)


said, share = next(iter(passing.items()))
right = trust(0.001, share, 0.05)
print(f"{said}: {right:.3f}, one right picture among {1 / right:.0f} that pass")


# %% tags=["mistake"]
# The threshold's promise, turned round: with equal shares of both kinds it is right, and forgets how rare the painter is.
def trust(prior: float, found: float, false: float) -> float:
    return found / (found + false)


# %% tags=["mistake"]
# Adds up what passes, and forgets that the two kinds are not equally many.
def trust(prior: float, found: float, false: float) -> float:
    return prior * found


# %% tags=["check"]
assert abs(trust(0.5, 0.8, 0.2) - 0.8) < 1e-9
assert abs(trust(0.001, 1.0, 0.05) - 0.0196) < 1e-4
assert trust(0.3, 0.7, 0.0) == 1

# %% [markdown]
# **2. The stranger who looks like family** (10 minutes). Find the pair by two *different* painters with the highest
# score. Set `twins` to its two row numbers. `similarity[i, j]` is the score of the pictures in rows `i` and `j`, and
# `same[i, j]` says whether they are by one painter. Guess what made the descriptor think that they belong together; then open
# the cell below the check, and look. (In the atelier, [the benchmark](retrieval_benchmark) meets these two painters again,
# among its surest mistakes.)

# %% tags=["exercise"]
twins = (0, 0)  # your code here

# %% [markdown] tags=["hint"]
# `same` is true on the diagonal, where each picture meets itself. Where must you not look for the largest score? `np.unravel_index` turns the
# place in the flat array into a row and a column.


# %% tags=["solution"]
twins = np.unravel_index(np.where(same, -np.inf, similarity).argmax(), same.shape)

# %% tags=["mistake"]
# The largest score of all: that of a picture with itself.
twins = np.unravel_index(similarity.argmax(), similarity.shape)


# %% tags=["check"]
assert artists[twins[0]] != artists[twins[1]], "two painters"
assert np.isclose(similarity[twins[0], twins[1]], similarity[~same].max())

# %% tags=["hide-cell"]
figures.gallery(
    figures.pictures(table, twins),
    columns=2,
    side=256,
    caption="The most similar pair by two different painters.",
)

# %% [markdown]
# **3. Your own eye** (20 minutes, open). Choose ten pairs, five by one painter and five by two, without looking at their
# scores. Order them yourself from most to least alike in style; then let `style_similarity` order them. Where do you
# disagree, and who is right? A good answer names what you looked at in the pairs on which you disagree (colour, strokes,
# subject), says how many of the true pairs each of you placed above all others, and what ten pairs cannot show.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd` introduce the descriptor that this book is about.
# - {cite:t}`gatys2016style` made style a thing that can be measured: correlations between the filters of a network.
# - Next: [the painters](meet_the_painters) of the world that this book measures in.
