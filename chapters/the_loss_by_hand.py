# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "The loss by hand", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny]}
# ---

# %% [markdown]
# # The loss by hand
#
# ## Overview
#
# A style descriptor is made by one short formula. It takes a batch of pictures, asks of each one *who of the others is of your
# style?*, and punishes wrong answers. In this chapter we compute that formula with pencil, paper and a handful of pictures,
# until nothing about it is a mystery. You will
#
# - see the positives and negatives of a batch in a picture,
# - turn similarities into probabilities, and probabilities into the loss of the paper,
# - derive its gradient, and read it as forces between pictures,
# - meet the two readings of *several tags*: the paper's text and its released code do not agree.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): descriptor, cosine | needed |
# | softmax and logarithm | needed |
# | derivatives with the chain rule | needed for one section |
#
# **Time:** twenty minutes to read, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "csd-tiny"  # what looks at style: any name of csdlib.list_descriptors()
artists = 3  # artists in the batch
images_each = 3  # pictures of each artist in the batch
temperature = 0.1  # tau, the temperature of the contrastive loss
seed = 0  # seed of the random draws: which artists and pictures

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import torch

import csdlib
from csdlib import figures
from csdlib.training import multilabel_contrastive_loss, self_supervised_loss

random = np.random.default_rng(seed)
table = csdlib.load_dataset(dataset, root=root).where(split="database")
names = sorted(set(table.frame["artist"]) - {""})
chosen = random.permutation(names)[:artists]
rows = [
    random.permutation(np.flatnonzero(table.frame["artist"] == name))[:images_each]
    for name in chosen
]
batch = table.take(np.concatenate(rows))

# %% [markdown]
# ## A batch
#
# Training never sees all pictures at once. It sees a **batch**, and everything that the loss knows about style it knows from
# comparing the pictures of the batch with each other. Here is a very small one.

# %% tags=["hide-input"]
figures.gallery(
    figures.pictures(batch, range(len(batch)), ("artist",)),
    columns=images_each * 2,
    caption="The batch, numbered from 0.",
)

# %% [markdown]
# Two pictures that share a style tag are a **positive pair**; all others are negatives. A picture is neither to itself. With
# the artist as the only tag, the positives of our batch are squares along the diagonal.

# %%
labels = batch.tagged("artist").labels()
itself = np.eye(len(batch), dtype=bool)
positive = (labels @ labels.T > 0) & ~itself

# %% tags=["hide-input"]
ticks = [
    f"{number}: {name.split('-')[0]}"
    for number, name in enumerate(batch.frame["artist"])
]


def heatmap(values, caption, alt, **options):
    """A square matrix over the batch, the first picture at the top."""
    chart = go.Figure(
        go.Heatmap(z=values, x=ticks, y=ticks, colorscale="Cividis", **options)
    )
    chart.update_layout(
        yaxis_autorange="reversed", xaxis_title="picture j", yaxis_title="picture i"
    )
    return figures.show(chart, caption=caption, alt=alt, height=460)


heatmap(
    positive.astype(int),
    "Positive pairs (1), negatives (0). Row i asks: who is of my style?",
    f"A matrix of {len(batch)} by {len(batch)}: ones in square blocks along the diagonal, except on the diagonal itself.",
    colorbar_title="positive",
)

# %% [markdown]
# ## From similarities to probabilities
#
# Let $z_i$ be the descriptor of picture $i$, of length one, and $s_{ij} = z_i \cdot z_j / \tau$ its similarity to picture
# $j$, divided by a **temperature** $\tau$. Picture $i$ now makes a guess who might be of its style: a probability for
# each of the others, larger for the more similar.
#
# $$
# p_{ij} = \frac{e^{s_{ij}}}{\sum_{k \ne i} e^{s_{ik}}}, \qquad \sum_{j \ne i} p_{ij} = 1 .
# $$
#
# The sum leaves out $i$ itself: everybody is most similar to themselves, and nothing is learned from that.

# %%
z = csdlib.embed(batch, csdlib.load(descriptor)).vectors.astype(np.float64)
s = np.where(itself, -np.inf, z @ z.T / temperature)
p = np.exp(s - s.max(axis=1, keepdims=True))
p /= p.sum(axis=1, keepdims=True)

# %% tags=["hide-input"]
right = float(p[positive].sum() / len(batch))
heatmap(
    p,
    f"The guesses p of every picture (rows). The share that falls on positives is {right:.0%}.",
    f"A matrix of probabilities whose rows sum to one; {right:.0%} of the mass lies in the blocks of positive pairs.",
    colorbar_title="p",
)

# %% [markdown]
# What does the temperature do? A small $\tau$ stretches differences: the guess concentrates on the nearest picture. A large
# one flattens them, until everybody is equally likely. The paper takes $\tau = 0.1$ {cite:p}`somepalli2024csd`.

# %%
for tau in (0.02, 0.1, 0.5, 2.0):
    guess = np.exp((z[0] @ z[1:].T - 1) / tau)
    guess /= guess.sum()
    print(
        f"tau = {tau}: largest probability {guess.max():.2f}, as if choosing among {1 / (guess**2).sum():.1f} pictures"
    )

# %% [markdown]
# ## The loss
#
# The guess is good if the positives are likely. For a picture with positives $P(i)$ we take the mean of $-\log p_{ij}$ over
# them, and for the batch the mean over its $n$ pictures:
#
# $$
# L_\mathrm{MCL} = \frac1n \sum_i \ell_i, \qquad \ell_i = -\frac{1}{|P(i)|} \sum_{j \in P(i)} \log p_{ij} .
# $$
#
# This is the **multi-label contrastive** term. In words and loops:


# %%
def by_hand(p, positive):
    """The multi-label contrastive loss, one picture after the other."""
    total = 0.0
    for i in range(len(p)):
        friends = np.flatnonzero(positive[i])
        if len(friends):
            total += -np.log(p[i, friends]).mean()
    return total / len(p)


print(f"by hand:  {by_hand(p, positive):.6f}")
print(
    f"csdlib:   {float(multilabel_contrastive_loss(torch.tensor(z), torch.tensor(labels), temperature)):.6f}"
)

# %% [markdown]
# Two numbers help to read a loss. If all descriptors were equal, each of the $n - 1$ others would be equally likely, and the
# loss $\log(n - 1)$. And it can never fall to 0 where there are several positives: they share the probability, so $\ell_i$
# cannot be smaller than $\log |P(i)|$. Here is the loss of each picture between these two marks.

# %% tags=["hide-input"]
own = np.array([-np.log(p[i, positive[i]]).mean() for i in range(len(batch))])
chart = go.Figure(go.Bar(x=ticks, y=own, marker_color=figures.COLOURS[0]))
for level, text in (
    (np.log(len(batch) - 1), "all equal"),
    (np.log(positive.sum(axis=1).max()), "the best possible"),
):
    chart.add_hline(
        y=level, line_dash="dot", line_color="#888888", annotation_text=text
    )
chart.update_layout(xaxis_title="picture", yaxis_title="loss of the picture (nats)")
figures.show(
    chart,
    caption="What each picture adds to the loss.",
    alt=f"Bars from {own.min():.2f} to {own.max():.2f} nats, with marks at {np.log(len(batch) - 1):.2f} (all descriptors equal) "
    f"and {np.log(positive.sum(axis=1).max()):.2f} (the best possible).",
)

# %% [markdown]
# ## The gradient: forces between pictures
#
# How will the descriptors move? Write $\ell_i$ with the logarithm of the softmax spelled out,
#
# $$
# \ell_i = \log \sum_{k \ne i} e^{s_{ik}} - \frac{1}{|P(i)|} \sum_{j \in P(i)} s_{ij},
# $$
#
# and differentiate by one similarity. The first part gives $p_{ij}$, the second $1/|P(i)|$ for positives:
#
# $$
# \frac{\partial \ell_i}{\partial s_{ij}} = p_{ij} - q_{ij}, \qquad
# q_{ij} = \begin{cases} 1/|P(i)| & j \in P(i) \\ 0 & \text{else.} \end{cases}
# $$
#
# So $p$ is what picture $i$ guesses, $q$ what would be right, and the force between two pictures is the difference. A
# negative is pushed away as hard as it is (wrongly) believed in; a positive is pulled, less and less, until it has
# its fair share. Nobody has to choose *hard* negatives by hand: the softmax does it.

# %%
q = positive / np.maximum(positive.sum(axis=1, keepdims=True), 1)
force = (p - q) / len(batch)
gradient = (force + force.T) @ z / temperature

vectors = torch.tensor(z, requires_grad=True)
multilabel_contrastive_loss(vectors, torch.tensor(labels), temperature).backward()
print(
    "largest difference to automatic differentiation:",
    f"{np.abs(gradient - vectors.grad.numpy()).max():.1e}",
)

# %% [markdown]
# Seen in a plane: twelve points on a circle, three styles, and a few steps along the negative gradient (each followed by a
# return to length one). Points of a style gather, and the three groups take their places as far from each other as the circle
# allows.

# %% tags=["hide-input"]
toy_labels = torch.eye(3)[np.arange(12) % 3]
angles = torch.tensor(random.uniform(0, 2 * np.pi, 12))
places = torch.stack([angles.cos(), angles.sin()], dim=1).requires_grad_()
frames = [places.detach().numpy().copy()]
for _ in range(400):
    loss = multilabel_contrastive_loss(places, toy_labels, 0.5)
    (step,) = torch.autograd.grad(loss, places)
    places = torch.nn.functional.normalize(
        places.detach() - 0.5 * step, dim=1
    ).requires_grad_()
    frames.append(places.detach().numpy().copy())
chart = go.Figure()
for style in range(3):
    for moment, (opacity, size, name) in enumerate(
        ((0.35, 9, "before"), (1.0, 14, "after"))
    ):
        points = frames[-moment][style::3]
        marker = {
            "size": size,
            "color": figures.COLOURS[style],
            "symbol": figures.SYMBOLS[style],
            "opacity": opacity,
        }
        chart.add_scatter(
            x=points[:, 0],
            y=points[:, 1],
            mode="markers",
            marker=marker,
            name=f"style {style}, {name}",
        )
chart.update_layout(
    xaxis_title="first number", yaxis_title="second number", yaxis_scaleanchor="x"
)
figures.show(
    chart,
    height=480,
    caption="Twelve descriptors of two numbers, before and after 400 steps.",
    alt="Points of three styles on a circle: scattered before training; afterwards in three tight groups, about 120 degrees apart.",
)

# %% [markdown]
# ## Several tags: two readings
#
# A picture may carry several tags: its artist, a movement, a medium. Who is a positive then, and how much? The paper's text
# says: whoever shares *a* tag (an **indicator**). The released code multiplies the tag matrices, so that a picture
# that shares three tags counts three times (a **count**). Both are in `csdlib.training.losses`. For our batch, with the artist, the
# movement and the medium as tags:

# %%
several = batch.tagged("artist", "movement", "medium").labels()
shared = np.where(itself, 0, several @ several.T)

# %% tags=["hide-input"]
heatmap(
    shared,
    "How many tags two pictures share. The indicator sees zero or not zero; the count sees the number.",
    f"A matrix of shared tags from 0 to {int(shared.max())}; highest within an artist, lower between artists of one movement or medium.",
    colorbar_title="tags",
)

# %%
weights = {"indicator": (shared > 0).astype(float), "count": shared.astype(float)}
rows = []
for weighting, weight in weights.items():
    loss = multilabel_contrastive_loss(
        torch.tensor(z), torch.tensor(several), temperature, weighting
    )
    same_artist = weight[positive].sum() / max(weight.sum(), 1)
    rows.append(
        {
            "weighting": weighting,
            "loss": float(loss),
            "pull that goes to the same artist": same_artist,
        }
    )
figures.table(
    pd.DataFrame(rows),
    caption="The two weightings on this batch (loss in nats; the pull as a share).",
    formats={"loss": ".3f", "pull that goes to the same artist": ".0%"},
)

# %% [markdown]
# With the indicator, a stranger of the same movement pulls as hard as another picture by the artist. The count prefers
# the artist's own, because they usually share every tag. Which one is better is not a matter of taste: [the chapter
# on ablations](ablations) measures it.
#
# ## Views: the self-supervised term
#
# Most pictures of the web carry no tag at all. They can still teach something: two **views** of one picture, cut and turned
# differently, have one style. Take the views of a picture as its only positives, in the same formula, and call it
# $L_\mathrm{SSL}$. It needs no labels. The whole loss is
#
# $$
# L = L_\mathrm{MCL} + \lambda L_\mathrm{SSL}, \qquad \lambda = 0.2 .
# $$
#
# An untagged picture enters only the second term. In the first it must not even be a negative: for all we know, it is by the same
# artist.

# %%
generator = torch.Generator().manual_seed(seed)
noise = torch.randn(len(batch), 2, z.shape[1], generator=generator, dtype=torch.float64)
views = torch.nn.functional.normalize(torch.tensor(z)[:, None] + 0.02 * noise, dim=2)
print(
    f"L_SSL for two nearly equal views: {float(self_supervised_loss(views, temperature)):.3f}"
)
print(f"L_SSL if all descriptors were equal: {np.log(2 * len(batch) - 1):.3f}")

# %% [markdown]
# ## When the batch is large
#
# The formula looks at every pair. At 16,384 pictures that is a matrix of 268 million numbers, several times over. `csdlib`
# computes it in blocks of rows and computes each block again for the gradient, so that memory stays small and the
# gradient exact. And because the gradient *by the descriptors* is all that the towers need, descriptors can come from
# small parts of a batch, or from many machines: the loss still sees all of them.
#
# ## Summary
#
# - A row of the batch guesses who is of its style; the loss is the mean of $-\log p$ over those who are.
# - The gradient by a similarity is *guess minus truth*: believed negatives are pushed, neglected positives are pulled.
# - The temperature decides how many others a guess spreads over.
# - Indicator and count are two readings of several tags. The paper's text says one, its code does the other.
# - Pictures without tags learn from their own views only.
#
# ## Exercises
#
# **1. Without loops.** Write `loss(z, labels, tau)` for the indicator with NumPy and without a Python loop. A row without a
# positive counts as 0.


# %% tags=["exercise"]
def loss(z, labels, tau):
    """The multi-label contrastive loss of descriptors (n, d) and labels (n, a)."""
    return 0.0  # your code here


# %% tags=["solution"]
def loss(z, labels, tau):
    """The multi-label contrastive loss of descriptors (n, d) and labels (n, a)."""
    others = ~np.eye(len(z), dtype=bool)
    similarity = np.where(others, z @ z.T / tau, -np.inf)
    top = similarity.max(axis=1, keepdims=True)
    log_sum = top + np.log(np.exp(similarity - top).sum(axis=1, keepdims=True))
    weight = ((labels @ labels.T > 0) & others).astype(float)
    log_p = np.where(others, z @ z.T / tau, 0.0) - log_sum
    return float(
        -((weight * log_p).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)).mean()
    )


# %% tags=["check"]
for tags in (labels, several, labels[:, :1]):
    expected = float(
        multilabel_contrastive_loss(torch.tensor(z), torch.tensor(tags), temperature)
    )
    assert abs(loss(z, tags, temperature) - expected) < 1e-9

# %% [markdown]
# **2. Who is pushed hardest?** For picture 0, find the negative with the strongest push. Set `pushed` to its number.

# %% tags=["exercise"]
pushed = 0  # your code here

# %% tags=["solution"]
pushed = int(np.where(positive[0] | itself[0], -np.inf, p[0]).argmax())

# %% tags=["check"]
assert not positive[0, pushed]
assert pushed != 0
assert force[0, pushed] == max(
    force[0, j] for j in range(1, len(batch)) if not positive[0, j]
)

# %% [markdown]
# **3. To think about.** In a batch where *nobody* shares a tag, what is $L_\mathrm{MCL}$, and what does training learn
# from it? What batch size would you need so that each picture of a collection of 1,000 artists has a positive, on average?
#
# ## Further reading
#
# - {cite:t}`khosla2020supcon` introduce the supervised contrastive loss for one label a picture.
# - {cite:t}`chen2020simclr` are the source of the self-supervised term.
# - {cite:t}`gao2021gradcache` show how the gradient by the descriptors makes large batches possible on small memory.
# - Next: [training a descriptor](training_a_descriptor) with this loss.
