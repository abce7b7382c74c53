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
# A style {term}`descriptor` is made by one short formula. It takes a handful of pictures, asks of each one *who of the others
# is of your style?*, and punishes wrong answers. You compute it
# with a pencil for four vectors in the plane, then with a few lines of code for nine pictures. You will
#
# - turn similarities into probabilities, and probabilities into the loss of the paper,
# - derive its gradient, and read it as forces that turn the vectors,
# - watch an untrained descriptor learn to tell three painters apart,
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
# **Time:** forty minutes to read with a pencil, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "random-tiny"  # what looks at style: any name of csdlib.list_descriptors()
compared_descriptor = "csd-tiny"  # a descriptor to compare it with: a trained one
artists = 3  # artists in the batch
images_each = 3  # pictures of each artist in the batch
temperature = 0.1  # tau, the temperature of the contrastive loss
seed = 0  # seed of the random draws: which artists and pictures

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import torch
from plotly.subplots import make_subplots

import csdlib
from csdlib import figures
from csdlib.training import (
    StylePreservingViews,
    multilabel_contrastive_loss,
    self_supervised_loss,
)

# %% [markdown]
# ## Four vectors and a pencil
#
# Every descriptor in this book is a vector of length one. The real ones have many numbers; let ours have two, so that they
# are points on a circle. There are two painters with two pictures each: $a$ and $b$ are by the first, $c$ and $d$ by the
# second.

# %%
z = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]])  # a, b, c, d
tags = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
tau = 0.2

# %% tags=["hide-input"]
letters = list("abcd")
vectors = torch.tensor(z, requires_grad=True)
multilabel_contrastive_loss(vectors, torch.tensor(tags), tau).backward()
around = np.stack(
    [-z[:, 1], z[:, 0]], axis=1
)  # the direction along the circle, anticlockwise
turning = -(vectors.grad.numpy() * around).sum(axis=1)
ends = z + 0.5 * turning[:, None] * around


# %% name="circle" tags=["hide-input", "slide"]
def unit_circle():
    """A chart of the circle on which all vectors of length one lie."""
    angles = np.linspace(0, 2 * np.pi, 200)
    look = {"mode": "lines", "line_color": "#888888", "showlegend": False}
    return go.Figure(go.Scatter(x=np.cos(angles), y=np.sin(angles), **look))


chart = unit_circle()
outside = np.array(["middle right", "top right", "top center", "middle left"])
for painter in (0, 1):
    own = tags[:, painter] == 1
    marker = {
        "size": 14,
        "color": figures.COLOURS[painter],
        "symbol": figures.SYMBOLS[painter],
    }
    text = [f"<b>{letter}</b>" for letter in np.array(letters)[own]]
    chart.add_scatter(
        x=z[own, 0],
        y=z[own, 1],
        mode="markers+text",
        text=text,
        textposition=outside[own],
        textfont_size=18,
        name=f"painter {painter + 1}",
        marker=marker,
    )
for (x, y), (to_x, to_y) in zip(z, ends, strict=True):
    chart.add_annotation(
        x=to_x,
        y=to_y,
        ax=x,
        ay=y,
        axref="x",
        ayref="y",
        arrowhead=2,
        arrowwidth=2,
        arrowcolor="#888888",
    )
chart.update_layout(
    xaxis_range=[-1.3, 1.3], yaxis_range=[-0.3, 1.3], yaxis_scaleanchor="x"
)
chart.update_layout(xaxis_constrain="domain", yaxis_constrain="domain")
chart.update_layout(xaxis_title="first number", yaxis_title="second number")
figures.show(
    chart,
    height=460,
    caption="Four descriptors on a circle. An arrow shows where the loss would turn each of them; a longer arrow is a stronger pull.",
    alt="Four points on a circle. The arrows at b and c point away from each other, b towards a and c towards d; those at a and d are short.",
)

# %% [markdown]
# Further down you compute these arrows. Training turns vectors until pictures by one
# painter lie close together and those by others far away. Here $b$ and $c$, by two painters, are too close, and their arrows point away from each other.
#
# **Step 1: similarities.** The {term}`cosine similarity` of two vectors of length one is their dot product,
# for example $a \cdot b = 1 \cdot 0.8 + 0 \cdot 0.6 = 0.8$. For $b$ and the three others:
# $b \cdot a = 0.8$, $b \cdot c = 0.6$, $b \cdot d = -0.48 + 0.48 = 0$.
#
# **Step 2: divide by the temperature.** We take $\tau = 0.2$, so dividing by it is multiplying by five: $4$, $3$, $0$.
#
# **Step 3: exponentials.** $e^4 \approx 54.60$, $e^3 \approx 20.09$, $e^0 = 1$. Their sum is $75.68$.
#
# **Step 4: probabilities.** Divide by the sum: $0.721$ for $a$, $0.265$ for $c$, $0.013$ for $d$. This is the guess
# of $b$, who of the others might be by its own painter. It leaves out $b$ itself, from which nothing is learned.
#
# **Step 5: the loss.** The right answer is $a$, so $b$ pays $-\log 0.721 = 0.327$. A guess that is sure of the right one pays
# nothing.
#
# Do the same for $a$ before you look at the table. You need $e^{-3} \approx 0.05$.

# %%
itself = np.eye(len(z), dtype=bool)
positive = (tags @ tags.T > 0) & ~itself
s = z @ z.T / tau
e = np.where(itself, 0, np.exp(s))
p = e / e.sum(axis=1, keepdims=True)
own_loss = -np.log(p[positive])

# %% tags=["hide-input"]
rows = []
for i, j in np.argwhere(~itself):
    rows.append(
        {
            "pair": f"{letters[i]}, {letters[j]}" + " ✓" * int(positive[i, j]),
            "cosine / τ": f"{s[i, j]:.0f}",
            "exponential": f"{e[i, j]:.2f}",
            "guess": f"{p[i, j]:.3f}",
            "loss": f"{own_loss[i]:.3f}" if positive[i, j] else "",
        }
    )
assert np.allclose(s[1], [4, 5, 3, 0]) and np.allclose(
    p[1], [0.7214, 0, 0.2654, 0.0132], atol=1e-4
)
assert abs(own_loss[1] - 0.327) < 1e-3 and abs(own_loss.mean() - 0.173) < 1e-3
by_csdlib = float(multilabel_contrastive_loss(torch.tensor(z), torch.tensor(tags), tau))
figures.table(
    pd.DataFrame(rows),
    caption=f"Steps 2 to 5: what the first letter guesses of the second; ✓ is the right answer. The mean of the losses is {own_loss.mean():.4f}; csdlib gets {by_csdlib:.4f}.",
)

# %% [markdown]
# The whole loss is the mean of the four. Nearly all of it comes from $b$ and $c$, who take each other for relatives;
# $a$ and $d$ have hardly anything left to learn.
#
# ## The formula
#
# Training sees a **batch** of $n$ pictures at once. Two pictures that share a style tag
# are a {term}`positive pair`; all other pairs are negatives. Let $z_i$ be the descriptor of picture $i$,
# $s_{ij} = z_i \cdot z_j / \tau$ its similarity to picture $j$, divided by the {term}`temperature`, and $P(i)$ its
# positives. The guesses of $i$, and the **multi-label contrastive** term, are
#
# $$
# p_{ij} = \frac{e^{s_{ij}}}{\sum_{k \ne i} e^{s_{ik}}}, \qquad
# L_\mathrm{MCL} = \frac1n \sum_i \ell_i, \qquad \ell_i = -\frac{1}{|P(i)|} \sum_{j \in P(i)} \log p_{ij} .
# $$
#
# A picture with several positives pays the mean over them. In loops:


# %%
def by_hand(p, positive):
    """The multi-label contrastive loss, one picture after the other."""
    total = 0.0
    for i in range(len(p)):
        friends = np.flatnonzero(positive[i])
        if len(friends):
            total += -np.log(p[i, friends]).mean()
    return total / len(p)


assert abs(by_hand(p, positive) - by_csdlib) < 1e-9

# %% [markdown]
# ## What the temperature does
#
# Move the slider. A small $\tau$ stretches the differences between similarities, and the guess concentrates on the nearest picture. A
# large one flattens them, until everybody is equally likely. The paper takes $\tau = 0.1$ {cite:p}`somepalli2024csd`.


# %% name="temperature" tags=["hide-input", "slide"]
def bars(shares, names, right):
    """Probabilities as bars of HTML, the positive in another colour and with a sign."""
    lines = []
    for share, name, good in zip(shares, names, right, strict=True):
        colour, sign = (figures.COLOURS[2], "✓") if good else (figures.COLOURS[7], "✗")
        bar = f'<div style="background:{colour};width:{60 * share:.1f}%;min-width:2px;height:1.2em"></div>'
        text = (
            f'<span style="width:3em">{sign} {name}</span>{bar}<span>{share:.3f}</span>'
        )
        lines.append(
            f'<div style="display:flex;gap:.5em;align-items:center;margin:.3em 0">{text}</div>'
        )
    return "".join(lines)


frames = []
for tau_now in (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0):
    guess = np.exp((z[1] @ z[[0, 2, 3]].T - 1) / tau_now)
    guess /= guess.sum()
    said = f"<p>Loss of b: {-np.log(guess[0]):.3f}. As if choosing among {1 / (guess**2).sum():.1f} pictures.</p>"
    frames.append(
        (f"{tau_now:g}", bars(guess, ["a", "c", "d"], [True, False, False]) + said)
    )
figures.slider(
    frames,
    label="temperature",
    caption="The guesses of b, by the temperature. The right answer is a (✓).",
)

# %% [markdown]
# The number of pictures that the guess chooses among is $1 / \sum_j p_{ij}^2$: it is 1 for a guess that is certain and 3 for one
# that has no idea. At a low temperature the loss of $b$ vanishes, because its nearest neighbour happens to be the right one.
# Exercise 2 asks what happens where it is the wrong one.
#
# ## The gradient: forces between pictures
#
# How do the vectors move? Write $\ell_i$ with the logarithm of the softmax spelled out,
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
# So $p$ is what picture $i$ guesses, $q$ what would be right, and the force is the difference. For $b$, by hand:
# $0.721 - 1 = -0.279$ for $a$, which is pulled nearer; $0.265$ for $c$ and $0.013$ for $d$, which are pushed away, $c$ twenty
# times as hard. Nobody has to pick *hard* negatives: the softmax does it. A positive is pulled less and less, until it has its fair
# share of the probability.
#
# A vector moves for two reasons: it guesses, and others guess at it. Since $\partial s_{ij} / \partial z_i = z_j / \tau$, and likewise
# $\partial s_{ji} / \partial z_i = z_j / \tau$,
#
# $$
# \frac{\partial L}{\partial z_i} = \frac{1}{n\tau} \sum_j \bigl[(p_{ij} - q_{ij}) + (p_{ji} - q_{ji})\bigr]\, z_j ,
# $$
#
# in code the matrix of forces plus its transpose:

# %%
q = positive / positive.sum(axis=1, keepdims=True)
force = (p - q) / len(z)
gradient = (force + force.T) @ z / tau

# %% name="forces" tags=["hide-input", "slide"]
assert np.allclose(gradient, vectors.grad.numpy())
assert (
    np.allclose((p - q)[1], [-0.279, 0, 0.265, 0.013], atol=1e-3)
    and 19 < p[1, 2] / p[1, 3] < 21
)
steps = pd.DataFrame(p - q, columns=[f"on {letter}" for letter in letters]).mask(itself)
steps.insert(0, "force of", letters)
figures.table(
    steps,
    caption="Guess minus truth: a negative number pulls, a positive one pushes. The gradient made of them equals that of "
    "automatic differentiation (asserted).",
    formats=dict.fromkeys(steps.columns[1:], "+.3f"),
)

# %% [markdown]
# Each row sums to zero: what the positive is lacking is what the negatives have too much of. The arrows of the first figure are the part of
# $-\partial L / \partial z_i$ that runs along the circle; the rest would only change a length, and lengths are set back to one.
#
# ## Nine pictures, and a tower that was never trained
#
# Now real pictures, and a descriptor of many numbers. Its network, the {term}`tower`, has random weights.

# %% name="batch" tags=["hide-input", "slide"]
random = np.random.default_rng(seed)
table = csdlib.load_dataset(dataset, root=root).where(split="database")
called = table.manifest.get("names", {})
chosen = random.permutation(sorted(set(table.frame["artist"]) - {""}))[:artists]
places = [
    random.permutation(np.flatnonzero(table.frame["artist"] == name))[:images_each]
    for name in chosen
]
batch = table.take(np.concatenate(places))
painters = [called.get(name, name) for name in batch.frame["artist"]]
figures.gallery(
    [(batch.open(row), f"{row}: {painters[row]}") for row in range(len(batch))],
    columns=images_each,
    caption=f"The batch, numbered from 0: {images_each} pictures by each of {artists} painters, a painter a row.",
)

# %%
labels = batch.tagged("artist").labels()
itself = np.eye(len(batch), dtype=bool)
positive = (labels @ labels.T > 0) & ~itself
looks = {}
for name in (descriptor, compared_descriptor):
    z = csdlib.embed(batch, csdlib.load(name), progress=False).vectors.astype(float)
    s = np.where(itself, -np.inf, z @ z.T / temperature)
    looks[name] = z, np.exp(s) / np.exp(s).sum(axis=1, keepdims=True)

# %% name="guesses" tags=["hide-input", "slide"]
chart = make_subplots(1, len(looks), subplot_titles=list(looks), shared_yaxes=True)
on_positives = {
    name: float(p[positive].sum() / len(p)) for name, (_, p) in looks.items()
}
for column, (_, p) in enumerate(looks.values(), start=1):
    chart.add_heatmap(
        z=p, colorscale="Cividis", zmin=0, zmax=1, colorbar_title="p", row=1, col=column
    )
    chart.update_xaxes(title_text="picture j", dtick=2, row=1, col=column)
chart.update_xaxes(tickangle=0)
chart.update_yaxes(autorange="reversed", dtick=1)
chart.update_yaxes(title_text="picture i guesses", row=1, col=1)
figures.show(
    chart,
    caption="The guesses p: untrained on the left, trained on the right. The positives are the squares along the diagonal.",
    alt="Two matrices of probabilities whose rows sum to one. On the positives lie "
    + " and ".join(f"{share:.0%} ({name})" for name, share in on_positives.items())
    + " of the mass.",
)

# %% tags=["hide-input"]
rows = []
for name, (z, p) in looks.items():
    term = float(
        multilabel_contrastive_loss(torch.tensor(z), torch.tensor(labels), temperature)
    )
    assert abs(term - by_hand(p, positive)) < 1e-6
    rows.append(
        {
            "descriptor": name,
            "on positives": on_positives[name],
            "loss": term,
        }
    )
    rows[-1] |= {"all equal": np.log(len(batch) - 1)}
    rows[-1] |= {"best": np.log(positive.sum(axis=1)).mean()}
unseen = set(table.manifest.get("unseen", []))
met = sum(name not in unseen for name in chosen)
known = (
    f" {compared_descriptor} has met {met} of the {len(chosen)} painters in its training."
    if unseen and compared_descriptor == "csd-tiny"
    else ""
)
figures.table(
    pd.DataFrame(rows),
    caption="The probability on the positives and the loss (nats), beside two marks: all descriptors equal, when the positives would have "
    f"{positive.sum() / len(batch) / (len(batch) - 1):.0%}, and the best possible.{known}",
    formats={"on positives": ".0%"} | dict.fromkeys(list(rows[0])[2:], ".3f"),
)

# %% [markdown]
# Two numbers help to read a loss, here in {term}`nats`. If all descriptors were equal, each of the $n - 1$ others would be equally likely, and the
# loss $\log(n - 1)$. That is not the worst: whoever prefers wrong ones pays more.
# And it cannot fall to 0 where there are several positives: they share the probability, so $\ell_i$ is at least
# $\log |P(i)|$. The untrained tower is at the first mark. It does see differences between pictures, as the left matrix shows, but
# hardly those between painters. The trained one has nearly reached the second: it has little left to learn from these pictures. Some of that may be
# memory: see in the caption how many of the painters it has met.
#
# ## Learning, seen on the circle
#
# To watch the forces at work, give the untrained tower a small **head**: a matrix $W$ that turns its numbers (with the mean of the batch taken off)
# into two, scaled to length one. The tower stays as it is. Only $W$ learns, by steps along the negative gradient. Here $\tau = 0.5$: forces grow
# with $1 / \tau$, and at $\tau = 0.1$ steps of this size overshoot (try it).

# %%
looked = torch.tensor(looks[descriptor][0] - looks[descriptor][0].mean(axis=0))
looked = looked / looked.norm(dim=1, keepdim=True)
start = torch.Generator().manual_seed(seed)
W = torch.randn(looked.shape[1], 2, generator=start, dtype=torch.float64)
path, calm = [], 0.5  # the temperature on the circle
for _ in range(201):
    W.requires_grad_()
    on_circle = torch.nn.functional.normalize(looked @ W, dim=1)
    step_loss = multilabel_contrastive_loss(on_circle, torch.tensor(labels), calm)
    (slope,) = torch.autograd.grad(step_loss, W)
    path.append((float(step_loss.detach()), on_circle.detach().numpy()))
    W = (W - 0.1 * slope).detach()

# %% name="paths" tags=["hide-input", "slide"]
radius = np.linspace(0.35, 1, len(path))[:, None, None]
trace = np.stack([points for _, points in path]) * radius
chart = unit_circle()
for number, name in enumerate(dict.fromkeys(painters)):
    look = {"color": figures.COLOURS[number % 8], "symbol": figures.SYMBOLS[number % 8]}
    for first, row in enumerate(np.flatnonzero(np.array(painters) == name)):
        x, y = trace[:, row].T
        group = {
            "legendgroup": name,
            "hovertext": f"{row}: {name}",
            "line_color": look["color"],
        }
        chart.add_scatter(
            x=x, y=y, mode="lines", opacity=0.6, showlegend=False, **group
        )
        marker = look | {"size": [7, 13]}
        ends = {"x": x[[0, -1]], "y": y[[0, -1]], "name": name}
        chart.add_scatter(
            mode="markers", marker=marker, showlegend=first == 0, **ends, **group
        )
chart.update_layout(yaxis_scaleanchor="x", xaxis_visible=False, yaxis_visible=False)
figures.show(
    chart,
    height=520,
    caption="The paths of the nine pictures over 200 steps. Only the angle is learned; the distance from the centre shows time, from the first step (small "
    "marks) to the last (large marks).",
    alt="Paths from the inside of a circle to its rim. The pictures of three painters start mixed and end in groups.",
)

# %% tags=["hide-input"]
angles = 2 * np.pi * labels.argmax(axis=1) / labels.shape[1]
groups = torch.tensor(np.stack([np.cos(angles), np.sin(angles)], axis=1))
ideal = float(multilabel_contrastive_loss(groups, torch.tensor(labels), calm))
rows = []
for step in (0, 20, 50, 100, 200):
    value, points = path[step]
    apart = np.degrees(np.arccos(np.clip(points @ points.T, -1, 1)))
    rows.append(
        {
            "step": step,
            "loss": value,
            "one painter": apart[positive].max(),
        }
    )
    rows[-1] |= {"two painters": apart[~positive & ~itself].min()}
if (dataset, descriptor, artists, images_each, seed) == (
    "atelier",
    "random-tiny",
    3,
    3,
    0,
):
    assert rows[-1]["one painter"] < rows[-1]["two painters"]
    assert rows[0]["one painter"] < rows[1]["one painter"] > rows[2]["one painter"]
figures.table(
    pd.DataFrame(rows),
    caption="The loss (nats), and two angles (degrees): between the farthest two pictures by one painter, and between the nearest two by different "
    f"painters. The loss of equal vectors is {np.log(len(batch) - 1):.3f}, that of {len(chosen)} tight groups at equal distances {ideal:.3f}.",
    formats={"loss": ".3f", "one painter": ".0f", "two painters": ".0f"},
)

# %% [markdown]
# At step 0 the painters are mixed, worse than if all vectors were equal. On the way two pictures by one painter may even move further apart: the
# mean falls, not every term of it. At the end the farthest two by one painter are nearer than the nearest two by
# different ones. But $W$ has many more numbers than there are pictures, so it can learn nine pictures by heart (exercise 4).
#
# ## Several tags: two readings
#
# A picture may carry several tags: its artist, a movement, a medium. Who is a positive then, and how much? The paper's text
# says: whoever shares *a* tag (an **indicator**). The released code multiplies the tag matrices, so that a picture
# that shares three tags counts three times (a **count**). For our batch:

# %%
several = batch.tagged("artist", "movement", "medium").labels()
shared = np.where(itself, 0, several @ several.T)
weights = {"indicator": (shared > 0).astype(float), "count": shared}
pulls = {name: each[positive].sum() / each.sum() for name, each in weights.items()}

# %% tags=["hide-input"]
chart = go.Figure(go.Heatmap(z=shared, colorscale="Cividis", colorbar_title="tags"))
chart.update_layout(
    yaxis_autorange="reversed", xaxis_title="picture j", yaxis_title="picture i"
)
chart.update_layout(xaxis_dtick=1, yaxis_dtick=1)
figures.show(
    chart,
    caption="How many tags two pictures share. The indicator sees only zero or not zero; the count sees the number. "
    + " ".join(
        f"With the {name} {pull:.0%} of the weight goes to the same artist."
        for name, pull in pulls.items()
    ),
    alt=f"A matrix of shared tags from 0 to {int(shared.max())}; highest within an artist, lower between artists who share a movement or a medium.",
)

# %% [markdown]
# With the indicator, a stranger of the same movement pulls as hard as another picture by the artist. The count prefers
# the artist's own, because they share every tag; the caption has the shares. Which one makes the better descriptor has to be measured:
# [the ablations](ablations) train with both, and print the difference.
#
# ## Views: the self-supervised term
#
# Most pictures of the web carry no tag. They can still teach: two {term}`views <style-preserving view>` of one picture, cut and turned
# differently, have one style. Take the views of a picture as its only positives, in the same formula, and call it
# $L_\mathrm{SSL}$. The whole loss of the paper {cite:p}`somepalli2024csd` is
#
# $$
# L = L_\mathrm{MCL} + \lambda L_\mathrm{SSL}, \qquad \lambda = 0.2 .
# $$
#
# In `csdlib` an untagged picture enters only the second term. In the first it is not even a negative: it may be by the same artist.

# %%
draws = torch.Generator().manual_seed(seed)
cut = StylePreservingViews(128)
pictures = [batch.open(row) for row in range(len(batch))]
views = [cut.view(picture, draws) for picture in pictures for _ in range(2)]

# %% tags=["hide-input"]
rows = []
for name in looks:
    tower = csdlib.load(name)
    seen = torch.as_tensor(
        tower.encode(
            torch.stack([torch.as_tensor(tower.preprocess(view)) for view in views])
        )
    )
    term = float(
        self_supervised_loss(seen.unflatten(0, (len(batch), 2)).double(), temperature)
    )
    rows.append(
        {
            "descriptor": name,
            "self-supervised term": term,
            "if all were equal": np.log(len(views) - 1),
        }
    )
figures.table(
    pd.DataFrame(rows),
    caption="The self-supervised term of two views of each picture (nats).",
    formats={"self-supervised term": ".3f", "if all were equal": ".3f"},
)

# %% [markdown]
# Here even the untrained tower is below the mark of equal descriptors, though far above the trained one: two cuts of one picture share its colours, and
# random weights do not lose them all.
#
# ## When the batch is large
#
# The formula looks at every pair: at 16,384 pictures, $16{,}384^2$ or 268 million numbers, several times over. `csdlib`
# computes them in blocks of rows, and each block again for the gradient: little memory, and exact.
# Because the gradient *by the descriptors* is all that the towers need, descriptors can come from
# small parts of a batch, or from many machines: the loss still sees all of them {cite:p}`gao2021gradcache`.
#
# ## Summary
#
# - Each picture of a batch guesses who is of its style; the loss is the mean of $-\log p$ over those who are.
# - The gradient by a similarity is *guess minus truth*: negatives that are believed in are pushed, positives that are neglected are pulled.
# - The temperature decides how many others a guess spreads over.
# - Read a loss beside two marks: all descriptors equal, and the best that the positives allow.
# - Several tags have two readings: the paper's text says indicator, its code counts.
# - Pictures without tags learn from their own views only.
#
# ## Exercises
#
# **1. Without loops (15 minutes).** Write `loss(z, labels, tau)` for the indicator with NumPy and without a Python loop. A row without a
# positive counts as 0.


# %% tags=["exercise"]
def loss(z, labels, tau):
    """The multi-label contrastive loss of descriptors (n, d) and labels (n, a)."""
    return 0.0  # your code here


# %% [markdown] tags=["hint"]
# `z @ z.T / tau` holds all products. What must a row's own column be before the exponentials, so that it adds nothing to the sum? With no
# positive in any row the loss is 0.


# %% tags=["solution"]
def loss(z, labels, tau):
    """The multi-label contrastive loss of descriptors (n, d) and labels (n, a)."""
    others = ~np.eye(len(z), dtype=bool)
    similarity = np.where(others, z @ z.T / tau, -np.inf)
    top = similarity.max(axis=1, keepdims=True)
    log_sum = top + np.log(np.exp(similarity - top).sum(axis=1, keepdims=True))
    weight = ((labels @ labels.T > 0) & others).astype(float)
    log_p = np.where(others, z @ z.T / tau, 0.0) - log_sum
    each = (weight * log_p).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    return float(-each.mean())


# %% tags=["mistake"]
# Leaves the diagonal in the sum below: each picture competes with itself.
def loss(z, labels, tau):
    others = ~np.eye(len(z), dtype=bool)
    similarity = z @ z.T / tau
    log_p = similarity - np.log(np.exp(similarity).sum(axis=1, keepdims=True))
    weight = ((labels @ labels.T > 0) & others).astype(float)
    each = (weight * log_p).sum(axis=1) / np.maximum(weight.sum(axis=1), 1)
    return float(-each.mean())


# %% tags=["check"]
seen_by = looks[compared_descriptor][0]
cases = {
    "one tag each": labels,
    "several tags": several,
    "some without a partner": labels[:, :1],
}
for case in cases:
    expected = float(
        multilabel_contrastive_loss(
            torch.tensor(seen_by), torch.tensor(cases[case]), temperature
        )
    )
    assert abs(loss(seen_by, cases[case], temperature) - expected) < 1e-6

# %% [markdown]
# **2. The wrong neighbour (15 minutes).** Go back to the four vectors, but exchange the tags: now $a$ and $c$ are by one painter, $b$ and $d$ by the other. Everybody's
# nearest neighbour is wrong. Predict: does the loss rise or fall as $\tau$ goes to 0? And as it grows without end, where does it go? Then write
# `crossed(tau)`, the loss of all four (with your `loss` of exercise 1, or `multilabel_contrastive_loss`).


# %% tags=["exercise"]
def crossed(tau):
    """The loss of the four vectors where a and c, and b and d, are of one style."""
    return 0.0  # your code here


# %% [markdown] tags=["hint"]
# Draw the loss for `tau` from `0.05` to 50. On the left it climbs without bound; on the right it comes down to the loss of somebody who
# guesses among three, $\log 3$ = `1.099`.


# %% tags=["solution"]
def crossed(tau):
    """The loss of the four vectors where a and c, and b and d, are of one style.

    For a small tau it is about (nearest - right) / tau: without bound.
    For a large one all guesses are equal: log 3.
    """
    four = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]])
    return loss(four, np.array([[1, 0], [0, 1], [1, 0], [0, 1]]), tau)


# %% tags=["mistake"]
# The tags as they were: each picture's nearest neighbour is right, and the loss falls to 0 with the temperature.
def crossed(tau):
    four = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]])
    return loss(four, np.array([[1, 0], [1, 0], [0, 1], [0, 1]]), tau)


# %% tags=["check"]
turned = torch.tensor(
    [[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]], dtype=torch.float64
)
for tau_now in (0.02, 0.2, 50.0):
    expected = float(
        multilabel_contrastive_loss(
            turned, torch.tensor([[1, 0], [0, 1], [1, 0], [0, 1]]), tau_now
        )
    )
    assert abs(crossed(tau_now) - expected) < 1e-6

# %% [markdown]
# **3. Which way does $b$ turn, and how hard (20 minutes)?** Compute `turn_b` with the original tags and $\tau = 0.2$: the derivative of the loss of all four by the angle of $b$,
# where angles grow anticlockwise. Do it with a pencil, from the table of forces. Mind the sign: the arrows of the first figure show *minus* the derivative.

# %% tags=["exercise"]
turn_b = 0.0  # your code here

# %% [markdown] tags=["hint"]
# Moved by a small angle, $b$ moves along $(-0.6, 0.8)$. Multiply what each of the others pulls with by how far it lies in that direction, add
# rows *and* columns, and divide by $n \tau$. The result is negative: turning anticlockwise lowers the loss.


# %% tags=["solution"]
# The derivative of b by its angle is t = (-0.6, 0.8), and a, c, d times t are
# -0.6, 0.8, 1. Each is weighted by the forces of b and on b: rows and columns.
on_a, on_c, on_d = steps.loc[1, "on a"], steps.loc[1, "on c"], steps.loc[1, "on d"]
by_a, by_c, by_d = steps["on b"][[0, 2, 3]]
turn_b = ((on_a + by_a) * -0.6 + (on_c + by_c) * 0.8 + (on_d + by_d) * 1.0) / (4 * 0.2)


# %% tags=["mistake"]
# Only what b pays itself: the others look at b, too, and their forces stand in its column.
turn_b = (
    steps.loc[1, "on a"] * -0.6 + steps.loc[1, "on c"] * 0.8 + steps.loc[1, "on d"]
) / (4 * 0.2)


# %% tags=["check"]
small = 1e-4
swung = []
for angle in np.arctan2(0.6, 0.8) + np.array([-small, small]):
    four = torch.tensor(
        [[1, 0], [np.cos(angle), np.sin(angle)], [0, 1], [-0.6, 0.8]],
        dtype=torch.float64,
    )
    swung.append(float(multilabel_contrastive_loss(four, torch.tensor(tags), 0.2)))
assert abs(turn_b - (swung[1] - swung[0]) / (2 * small)) < 1e-2

# %% [markdown]
# **4. Learned, or learned by heart (open, 40 minutes)?** Put *other* pictures by the three painters through the tower and $W$, and give each to the painter
# whose group it lands in. Start with `csdlib.embed(others, csdlib.load(descriptor)).vectors - looks[descriptor][0].mean(axis=0)`, where `others` are
# rows of `table`; scale to length one, and multiply by `W`. A good answer says how many pictures it looked at, gives the share that lands right
# beside chance (one in three), does the same with the $W$ of step 0, repeats it for several seeds, and explains one seed (2, for example) with which the
# groups do not come apart: what holds the pictures there, although the loss would be lower elsewhere?
#
# ## Further reading
#
# - {cite:t}`khosla2020supcon` introduce the supervised contrastive loss for one label a picture.
# - {cite:t}`chen2020simclr` are the source of the self-supervised term.
# - {cite:t}`gao2021gradcache` show how the gradient by the descriptors makes large batches possible on small memory.
# - Next: [training a descriptor](training_a_descriptor) with this loss.
