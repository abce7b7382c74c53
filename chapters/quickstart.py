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
# chapter asks that question of two pictures, gets one number, and then spends most of its time on the harder part:
# what the number means. You will
#
# - compute a style similarity in three lines of code,
# - see how the scores of *same painter* and *different painter* are distributed, and how much they overlap,
# - compare two painters rather than two pictures, and see what an interval from few pictures can and cannot say.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | Python, a little NumPy | needed |
# | the cosine of the angle between two vectors | helpful; explained below |
#
# **Time:** five minutes to read, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "csd-tiny"  # what looks at style: any name of csdlib.list_descriptors()
images = 240  # pictures drawn from the data set, at most; the distribution is measured on them
seed = 0  # seed of the random draws: which pictures

# %% tags=["hide-input"]
import numpy as np
import plotly.graph_objects as go

import csdlib
from csdlib import figures

random = np.random.default_rng(seed)
table = csdlib.load_dataset(dataset, root=root).where(split=["query", "database"])
table = table.take(random.permutation(len(table))[:images])
artists = table.column("artist")

# %% [markdown]
# ## Two pictures by one painter, one by another
#
# Here are three pictures. The first two have the same maker; the third has another one. In the book's own world, the
# *atelier*, the painters are programs, so who made what is not a matter of opinion.

# %%
several = [name for name in np.unique(artists) if (artists == name).sum() >= 2]
first, second = np.flatnonzero(artists == several[0])[:2]
stranger = np.flatnonzero(artists != several[0])[0]
figures.gallery(
    figures.pictures(table, [first, second, stranger]),
    columns=3,
    side=256,
    caption="Two by one painter, and one by another.",
)

# %% [markdown]
# A **{term}`descriptor`** turns a picture into a list of numbers, a vector of length one. The **style similarity** of
# two pictures is the cosine of the angle between their vectors: 1 if they point the same way, 0 if they are at
# right angles, −1 if they are opposite. That is all that `style_similarity` computes. What unrelated pictures get depends
# on the descriptor; we measure it below.

# %%
same = csdlib.style_similarity(table.path(first), table.path(second), descriptor=descriptor)
different = csdlib.style_similarity(table.path(first), table.path(stranger), descriptor=descriptor)
print("same painter:     ", same)
print("different painters:", different)

# %% [markdown]
# In the shell, the same is one line: `csdlib compare first.png second.png`.
#
# ## Is that a lot?
#
# One number says little. A thermometer is useful because we know what freezing and boiling read; so let us find out
# what *same painter* and *different painters* read. We embed a few hundred pictures, take every pair once, and draw
# the two distributions.

# %%
embeddings = csdlib.embed(table, csdlib.load(descriptor))
table = embeddings.table
artists = table.column("artist")
similarity = embeddings.vectors @ embeddings.vectors.T
pairs = np.triu_indices(len(table), k=1)
is_same = (artists[:, None] == artists[None, :])[pairs]
scores = similarity[pairs]

# %% tags=["hide-input"]
chart = go.Figure()
for name, part, colour in (("same painter", scores[is_same], 0), ("different painters", scores[~is_same], 1)):
    chart.add_histogram(
        x=part, name=name, histnorm="probability density", opacity=0.65, nbinsx=60, marker_color=figures.COLOURS[colour]
    )
chart.update_layout(barmode="overlay", xaxis_title="style similarity (cosine)", yaxis_title="density of pairs")
figures.show(
    chart,
    caption=f"Style similarity of all pairs among {len(table)} pictures.",
    alt=f"Two overlapping histograms. Pairs by one painter have a mean of {scores[is_same].mean():.2f}, pairs by two "
    f"painters of {scores[~is_same].mean():.2f}.",
)

# %% [markdown]
# The two hills overlap, and the overlap is the point: there is no score that means *same painter* with certainty. How
# well the score separates the two kinds of pairs has a name. Draw one pair of each kind at random; the probability
# that the same-painter pair scores higher is the **area under the ROC curve** (AUC). A coin gets 0.5.

# %%
ranks = scores.argsort().argsort() + 1
n_same, n_different = is_same.sum(), (~is_same).sum()
auc = (ranks[is_same].sum() - n_same * (n_same + 1) / 2) / (n_same * n_different)
middle = np.quantile(scores[~is_same], 0.95)
print(f"A same-painter pair scores higher than another pair with probability {auc:.3f}.")
print(
    f"Above a score of {middle:.2f} lie 5 % of the different-painter pairs and {(scores[is_same] > middle).mean():.0%} of the others."
)

# %% [markdown]
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
# is steadier, and with several pictures each can be left out once, to see how much hangs on it: `style_similarity` then returns an interval.
# From fewer than four pictures on the smaller side there is none, and below six a note says how few they are.

# %%
mine = np.flatnonzero(artists == several[0])
theirs = np.flatnonzero(artists == several[1])
most = min(len(mine), len(theirs))
for count in sorted({min(count, most) for count in (2, 4, 8)}):
    score = csdlib.style_similarity(
        [table.path(row) for row in mine[:count]], [table.path(row) for row in theirs[:count]], descriptor=descriptor
    )
    print(f"{count} pictures each: {score}\n    corrected for their number: {score.corrected}")

# %% [markdown]
# The value itself moves too: averaging shortens the part that is peculiar to one picture, so cosines of prototypes tend
# to move away from 0, up or down. The interval is about other sets *of this size*, and does not know where the value is heading. A score of prototypes without the number of its
# references is half a statement, which is why `Score` carries `n_references`; and `corrected` is what endlessly many pictures would give, so that sets of different size can be compared.
#
# ## Summary
#
# - A style similarity is the cosine of two descriptors, in [−1, 1]; higher is more alike.
# - Its meaning comes from the distribution of known pairs, and differs from descriptor to descriptor.
# - Several pictures give a prototype and an interval. Report how many there were.
#
# ## Exercises
#
# **1. The cosine by hand.** Write `cosine(a, b)` for two vectors of any length, and check that it reproduces the score
# of the first two pictures. Why does `csdlib` not divide by the lengths?


# %% tags=["exercise"]
def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """The cosine of the angle between two vectors."""
    return 0.0  # your code here


# %% tags=["solution"]
def cosine(a: np.ndarray, b: np.ndarray) -> float:
    """The cosine of the angle between two vectors. Descriptors have length one already: there, a product is enough."""
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


# %% tags=["check"]
assert abs(cosine(np.array([3.0, 0.0]), np.array([1.0, 1.0])) - 0.5**0.5) < 1e-6
assert abs(cosine(embeddings.vectors[0], embeddings.vectors[1]) - similarity[0, 1]) < 1e-5

# %% [markdown]
# **2. The stranger who looks like family.** Find the pair of *different* painters with the highest score. Set `twins`
# to its two row numbers, then look at the pictures. What made the descriptor think that they belong together?

# %% tags=["exercise"]
twins = (0, 0)  # your code here

# %% tags=["solution"]
others = np.where(artists[:, None] == artists[None, :], -np.inf, similarity)
twins = tuple(int(row) for row in np.unravel_index(others.argmax(), others.shape))

# %% tags=["check"]
assert artists[twins[0]] != artists[twins[1]]
assert np.isclose(similarity[twins], scores[~is_same].max())

# %%
figures.gallery(
    figures.pictures(table, twins), columns=2, side=256, caption="The most similar pair by two different painters."
)

# %% [markdown]
# ## Further reading
#
# - {cite:t}`somepalli2024csd` introduce the descriptor that this book is about.
# - {cite:t}`gatys2016style` made style a thing that can be measured: correlations between the filters of a network.
# - Next: [the painters](meet_the_painters) of the world that this book measures in, and then [how good a descriptor is](retrieval_benchmark).
