# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "The descriptor, line by line", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny, data/models/csd-art]}
# ---

# %% [markdown]
# # The descriptor, line by line
#
# ## Overview
#
# Between a picture and its {term}`descriptor` stand some hundred million multiplications, and no magic. This book holds all of them a second
# time: as a small program in JavaScript, the *engine*, which computes our descriptors in a reader's browser, without any library. Here you read
# its lines, piece by piece, as they run. Beside each piece you compute the same with a few lines of
# NumPy, and compare with the real model. You will
#
# - resize a picture by hand, equal to Pillow's to the last bit,
# - turn it into tokens, let them look at each other, and read off the descriptor,
# - see how a convolutional descriptor becomes cheaper before it sees a picture,
# - count what all of it costs, and learn why two right programs differ in the seventh digit.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): descriptor, cosine | needed |
# | NumPy: matrix products, axes | needed |
# | JavaScript | to guess it is enough |
#
# **Time:** forty minutes to read, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "csd-tiny"  # what looks at style: csd-tiny, copy-tiny or clip-tiny
seed = 3  # seed of the random draws: which picture

# %% tags=["hide-input"]
import time

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import torch
from PIL import Image
from scipy.special import erf, softmax

import csdlib
from csdlib import figures

# %%
table = csdlib.load_dataset(dataset, root=root)
row = int(np.random.default_rng(seed).integers(len(table)))
whole = table.open(row)
width, height = whole.size
# Not square, so that something has to be resized and cut.
picture = whole.crop((0, height // 8, width, height - height // 8))

model = csdlib.load(descriptor, device="cpu", precision="float32")
expected = model.encode(model.preprocess(picture)[None])[0].numpy()
w = {name: each.numpy() for name, each in model.module.state_dict().items()}

# %% tags=["hide-input"]
seen = model.preprocess(picture).numpy()
levels = (
    np.array(model.view.std)[:, None, None],
    np.array(model.view.mean)[:, None, None],
)
square = np.round(255 * (seen * levels[0] + levels[1])).astype(np.uint8)
figures.gallery(
    [
        (picture, f"the picture, {picture.width} x {picture.height} pixels"),
        (Image.fromarray(square.transpose(1, 2, 0)), "what the network sees"),
    ],
    columns=2,
    caption=f"A picture, and the square of {model.size} pixels a side that becomes numbers.",
)

# %% [markdown]
# `expected` is what we want to get: the model's own answer. All of its learned numbers stand in `w`, by name.
#
# ## A picture becomes a square
#
# Every network sees pictures of one size. `csd-tiny` takes the released evaluation's way: the short side to the network's, the middle kept.

# %% tags=["remove-input"]
figures.engine_source("preprocess", "reference")

# %% [markdown]
# The step that decides is `resized`. A browser can resize pictures, too; but each does it in its own way, and descriptors
# notice. So the engine does what Pillow does. Each new pixel is a weighted mean of old ones around it. How much an old one counts depends on its distance:

# %% tags=["remove-input"]
figures.engine_source("preprocess", "BICUBIC")

# %% tags=["remove-input"]
figures.engine_source("preprocess", "coefficients")

# %% [markdown]
# In words: put the centre of each new pixel among the old ones; weigh the old ones by the curve; make the weights' sum one; and write
# them as whole numbers, in units of $2^{-22}$. Where a picture becomes smaller, the curve is stretched, so that every old pixel counts. In NumPy, all weights together are a matrix, a row for each new pixel:


# %%
def filter_matrix(old, new):
    """How much each old pixel of a line (columns) counts for each new one (rows)."""
    scale = old / new
    centre = (np.arange(new)[:, None] + 0.5) * scale
    x = abs((np.arange(old) + 0.5 - centre) / max(scale, 1))
    near = (1.5 * x - 2.5) * x * x + 1
    far = (((x - 5) * x + 8) * x - 4) * -0.5
    weights = np.where(x < 1, near, np.where(x < 2, far, 0))
    weights /= weights.sum(axis=1, keepdims=True)
    return np.trunc(weights * 2**22 + np.copysign(0.5, weights)).astype(np.int64)


def resized_across(pixels, new):
    """Each line of pixels (height, width, 3) resampled to new pixels."""
    weights = filter_matrix(pixels.shape[1], new)
    sums = np.einsum("hwc,nw->hnc", pixels.astype(np.int64), weights)
    return np.clip((sums + 2**21) >> 22, 0, 255)


# %%
size = np.array(picture.size)
new_width, new_height = model.size * size // size.min()
pixels = resized_across(np.asarray(picture), new_width)
pixels = resized_across(pixels.transpose(1, 0, 2), new_height).transpose(1, 0, 2)
by_pillow = picture.resize((new_width, new_height), Image.Resampling.BICUBIC)
print("grey levels that differ from Pillow's:", (pixels != np.asarray(by_pillow)).sum())
assert (pixels == np.asarray(by_pillow)).all()

# %% [markdown]
# First across, rounded to whole grey levels, then down: the order matters for the last bit. Now the middle is cut out, and each channel loses its mean and
# is divided by its deviation, the ones that CLIP was trained with:

# %%
left, top = (np.array([new_width, new_height]) - model.size) // 2
middle = pixels[top : top + model.size, left : left + model.size] / 255
x = ((middle - model.view.mean) / model.view.std).transpose(2, 0, 1).astype(np.float32)
print("largest difference from the model's input:", abs(x - seen).max())

# %% [markdown]
# ## The whole network
#
# What follows is a **vision transformer** {cite:p}`dosovitskiy2021vit`. This is all of it:

# %% tags=["remove-input"]
figures.engine_source("vit", "describe")

# %% [markdown]
# Squares of the picture become *tokens*, vectors of equal length. They pass through blocks; in each they first look at each other, and then each is thought
# over alone. One token belongs to no square. It collects what the others know, and in the end it alone is read.
#
# **Squares to tokens.** `linear` is a matrix product with a bias: every row of the first times every row of the second. A square of pixels, written as one long row, is multiplied with
# the weights of each of the token's numbers. That is what others call a convolution whose stride is its size.

# %%
embedding = w["backbone.conv1.weight"]  # (width, 3, patch, patch)
width, _, patch, _ = embedding.shape
across = model.size // patch
squares = x.reshape(3, across, patch, across, patch).transpose(1, 3, 0, 2, 4)
tokens = squares.reshape(across**2, -1) @ embedding.reshape(width, -1).T

with torch.inference_mode():
    theirs = model.module.backbone.conv1(torch.tensor(x)[None])[0]
theirs = theirs.flatten(1).T.numpy()
away = abs(tokens - theirs).max() / abs(theirs).max()
print(f"{len(tokens)} tokens of {width} numbers, apart by {away:.0e} of the largest")

# %% [markdown]
# A token does not know where its square lies: for that, a learned vector is added to each. And the token that stands for all comes first.
#
# **Normalisation.** Before each step, every token is brought to mean 0 and deviation 1, and then scaled and shifted by learned numbers. Without it, deep networks do not
# train.

# %% tags=["remove-input"]
figures.engine_source("vit", "layerNorm")


# %%
def layer_norm(tokens, name):
    """Each row to mean 0 and deviation 1, then scaled and shifted."""
    centred = tokens - tokens.mean(axis=1, keepdims=True)
    deviation = np.sqrt(tokens.var(axis=1, keepdims=True) + 1e-5)
    return centred / deviation * w[f"{name}.weight"] + w[f"{name}.bias"]


tokens = np.vstack([w["backbone.class_embedding"], tokens])
tokens = layer_norm(tokens + w["backbone.positional_embedding"], "backbone.ln_pre")

# %% [markdown]
# ## Attention
#
# How do tokens look at each other? From each, three vectors are made: a *query*, a *key* and a *value*. A query meets all keys by
# dot products. Softmax makes shares of them, and by these shares the values are mixed. It is done by several *heads*, each with its part of the numbers.

# %% tags=["remove-input"]
figures.engine_source("vit", "attended")

# %% tags=["remove-input"]
figures.engine_source("vit", "oneHead")

# %% [markdown]
# Now the blocks, one after the other. After attention, each token is made four times wider, sent through a bend (GELU), and made narrow again. Both results are
# *added* to the token: it changes a little in every block, and no block can destroy what it holds.

# %%
heads = model.module.backbone.transformer.resblocks[0].attn.num_heads
blocks = len(model.module.backbone.transformer.resblocks)
shares = []
for number in range(blocks):
    block = f"backbone.transformer.resblocks.{number}"
    own = {
        name[len(block) + 1 :]: w[name] for name in w if name.startswith(f"{block}.")
    }
    rows = layer_norm(tokens, f"{block}.ln_1") @ own["attn.in_proj_weight"].T
    rows = (rows + own["attn.in_proj_bias"]).reshape(len(tokens), 3, heads, -1)
    queries, keys, values = rows.transpose(1, 2, 0, 3)  # each (heads, tokens, size)
    products = queries @ keys.transpose(0, 2, 1) / np.sqrt(queries.shape[2])
    shares.append(softmax(products, axis=2))
    mixed = (shares[-1] @ values).transpose(1, 0, 2).reshape(tokens.shape)
    tokens = tokens + mixed @ own["attn.out_proj.weight"].T + own["attn.out_proj.bias"]
    wide = layer_norm(tokens, f"{block}.ln_2") @ own["mlp.c_fc.weight"].T
    wide += own["mlp.c_fc.bias"]
    wide = wide * (1 + erf(wide / np.sqrt(2))) / 2
    tokens = tokens + wide @ own["mlp.c_proj.weight"].T + own["mlp.c_proj.bias"]

# %% [markdown]
# The shares can be looked at. Where does the token that stands for all look, in the last block?

# %% tags=["hide-input"]
looked = shares[-1][:, 0, 1:].mean(axis=0).reshape(across, across)
chart = go.Figure(go.Heatmap(z=looked, colorscale="Cividis", colorbar_title="share"))
chart.update_layout(yaxis_autorange="reversed", yaxis_scaleanchor="x")
chart.update_layout(xaxis_title="square, from the left", yaxis_title="from the top")
chart.update_layout(xaxis_constrain="domain", yaxis_constrain="domain")
best = np.unravel_index(looked.argmax(), looked.shape)
usual = (dataset, descriptor, seed) == ("atelier", "csd-tiny", 3)
assert not usual or (looked.min() > 0 and looked.max() < 0.5)
figures.show(
    chart,
    caption="How much the first token takes from each square of the picture in the last block, the mean of all heads. "
    f"An equal share would be {1 / looked.size:.3f}.",
    alt=f"A heat map of {across} by {across} squares. The largest share, {looked.max():.3f}, has the square in column {best[1]} and row {best[0]}.",
)

# %% [markdown]
# No square has it all, and none nothing: brushwork is everywhere. (Shares of attention say where a network takes numbers from, not why.)
#
# ## The descriptor
#
# The first token is normalised once more, multiplied by the projection of CSD {cite:p}`somepalli2024csd`, and brought to length one. Done:

# %% tags=["remove-input"]
figures.engine_source("layers", "unitNorm")

# %%
feature = layer_norm(tokens[:1], "backbone.ln_post")[0]
vector = feature @ w["style_projection"]
vector /= np.linalg.norm(vector)
print("cosine with the model's own:", float(vector @ expected))
print("largest difference of a number:", abs(vector - expected).max())
assert vector @ expected > 1 - 1e-6 and abs(vector - expected).max() < 1e-6

# %% [markdown]
# ## The other descriptor: convolutions
#
# `csd-art`, for real paintings, is no transformer. Its network, EfficientNet-lite0 {cite:p}`tan2019efficientnet`, slides small filters over the picture. After each filter comes a *batch
# normalisation*: subtract a mean, divide by a deviation, scale, shift, with numbers that are fixed after training. All of this is linear. So the engine does it once, to the weights, when they are loaded, and
# never again:

# %% tags=["remove-input"]
figures.engine_source("convnet", "folded")

# %%
network = csdlib.load(
    "csd-art", device="cpu", precision="float32"
).module.backbone.network
conv, norm = network.conv_stem, network.bn1
patches = torch.nn.functional.unfold(torch.tensor(x)[None], 3, stride=2)[0].T
with torch.inference_mode():
    factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    slow = norm.weight * (patches @ conv.weight.flatten(1).T - norm.running_mean)
    slow = slow / torch.sqrt(norm.running_var + norm.eps) + norm.bias
    kernel = conv.weight.flatten(1) * factor[:, None]
    quick = patches @ kernel.T + (norm.bias - norm.running_mean * factor)
away = abs(slow - quick).max() / abs(slow).max()
print(f"folded and not: apart by {away:.0e} of the largest number")

# %% [markdown]
# ## What it costs
#
# A matrix product of $(n, k)$ and $(k, m)$ numbers takes $n k m$ multiplications, each with an addition. Everything else costs little beside them.

# %%
n = len(tokens)
costs = {
    "squares to tokens": (n - 1) * embedding.size,
    "queries, keys, values": blocks * n * width * 3 * width,
    "attention itself": blocks * 2 * n * n * width,
    "mixed": blocks * n * width * width,
    "wider and narrower": blocks * 2 * n * width * 4 * width,
    "projection": w["style_projection"].size,
}

# %% tags=["hide-input"]
batch = model.preprocess(picture)[None]
times = [time.perf_counter()]
for _ in range(10):
    model.encode(batch)
    times.append(time.perf_counter())
seconds = np.diff(times).min()
parts = pd.Series(costs) / 1e6
assert not usual or parts["attention itself"] < 0.1 * parts.sum()
chart = go.Figure(go.Bar(x=parts.values, y=parts.index, orientation="h"))
chart.update_layout(yaxis_autorange="reversed", xaxis_title="million multiply-adds")
figures.show(
    chart,
    height=340,
    caption=f"Where the {parts.sum():.0f} million multiply-adds of a picture go. PyTorch took {1000 * seconds:.0f} ms for them here.",
    alt=f"Bars of the parts of the network. The longest: {parts.idxmax()}, {parts.max():.0f} million; projection {parts['projection']:.2f} million.",
)

# %% [markdown]
# Attention itself, which is famous for its cost, is a small part at so few tokens: it grows with their square. Nearly everything is `linear`. So here the
# engine leaves JavaScript, where a browser can, for instructions that multiply four numbers at once (its file `simd.js`); there, and in the filters of `csd-art`. All other lines stay plain.
#
# ## Why the seventh digit differs
#
# Your vector and the model's are not equal. Neither is wrong. A number of 32 bits holds about seven digits, and each addition rounds. So
# the *order* of additions matters:

# %%
products = (feature * w["style_projection"][:, 7]).astype(np.float32)
exact = products.astype(np.float64).sum()
forwards = np.float32(0)
for each in products:
    forwards += each
backwards = np.float32(0)
for each in products[::-1]:
    backwards += each
four = products.reshape(-1, 4).sum(axis=0).sum()

# %% tags=["hide-input"]
orders = {
    "one after the other": forwards,
    "from the end": backwards,
    "four sums, then theirs": four,
    "NumPy's sum": products.sum(),
}
figures.table(
    pd.DataFrame(
        {
            "order": list(orders),
            "sum": [float(each) for each in orders.values()],
            "off by": [abs(float(each) - exact) for each in orders.values()],
        }
    ),
    caption=f"One number of the descriptor before normalisation, in 32 bits, by the order of its {len(products)} additions; the sum in 64 bits is {exact:.10f}.",
    formats={"sum": ".10f", "off by": ".1e"},
)

# %% [markdown]
# PyTorch, NumPy and the engine each add in the order that is quick on their machine, and some of them multiply and add with one rounding instead of two. So
# two right programs agree to six or seven digits, on one machine as on two. A cosine moves by as little, far less than any score can
# tell. What would move it more is a wrong filter in the first step. The engine is tested beside Python on pictures of all shapes and kinds of
# files; what it refuses or sees otherwise stands at the top of its file `decode.js`.
#
# ## Summary
#
# - A descriptor is a resize, a normalisation, some forty matrix products, and a vector of length one.
# - The resampling filter is part of the descriptor: the same weights with another filter are another descriptor.
# - Attention mixes tokens by shares; everything else treats each token alone.
# - What is linear and fixed, like a batch normalisation, can be folded into the weights before.
# - Additions in another order differ in the seventh digit; what differs in the third is a mistake.
#
# ## Exercises
#
# **1. GELU without a library (10 minutes).** JavaScript has no error function, so the engine approximates it by a formula of Abramowitz and Stegun:

# %% tags=["remove-input"]
figures.engine_source("vit", "gelu")

# %% [markdown]
# Write it for arrays.


# %% tags=["exercise"]
def gelu(x):
    """x times the share of a normal distribution below x, for an array."""
    return x  # your code here


# %% [markdown] tags=["hint"]
# `gelu(0)` is 0, `gelu(1)` is `0.841`, `gelu(-1)` is `-0.159`. The formula holds for positive arguments: what changes below 0?


# %% tags=["solution"]
def gelu(x):
    """x times the share of a normal distribution below x, for an array."""
    z = abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    a = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, 0.0]
    above = np.polyval(a, t) / 2 * np.exp(-z * z)
    return x * np.where(x < 0, above, 1 - above)


# %% tags=["mistake"]
# The formula without a case for arguments below 0, where it is that of the other side.
def gelu(x):
    t = 1 / (1 + 0.3275911 * abs(x) / np.sqrt(2))
    a = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592, 0.0]
    return x * (1 - np.polyval(a, t) / 2 * np.exp(-x * x / 2))


# %% tags=["check"]
three = np.array([-1.0, 0.0, 1.0])
assert np.allclose(gelu(three), [-0.1587, 0, 0.8413], atol=1e-4)
line = np.linspace(-6, 6, 10_001)
assert abs(gelu(line) - line * (1 + erf(line / np.sqrt(2))) / 2).max() < 1e-6

# %% [markdown]
# **2. Larger pictures (15 minutes).** Write `share_of_attention(side)`: the share of all multiply-adds that *attention itself* has, if the network saw squares of `side` pixels. From
# which side on is it more than all the rest?


# %% tags=["exercise"]
def share_of_attention(side):
    """The share of the multiply-adds of attention itself, in [0, 1]."""
    return 0.0  # your code here


# %% tags=["solution"]
def share_of_attention(side):
    """The share of the multiply-adds of attention itself, in [0, 1]."""
    n = (side // patch) ** 2 + 1
    attention = blocks * 2 * n * n * width
    rest = (n - 1) * embedding.size + blocks * n * 12 * width * width + width * width
    return attention / (attention + rest)


sides = range(model.size, 100 * model.size, patch)
half = next(side for side in sides if share_of_attention(side) > 0.5)
print(f"from {half} pixels on attention itself is more than all the rest")


# %% tags=["mistake"]
# The tokens of one side, where attention compares those of the whole square. Ask: how many squares has a picture of twice the side?
def share_of_attention(side):
    n = side // patch + 1
    attention = blocks * 2 * n * n * width
    rest = (n - 1) * embedding.size + blocks * n * 12 * width * width + width * width
    return attention / (attention + rest)


# %% tags=["check"]
assert (
    abs(
        share_of_attention(model.size) - costs["attention itself"] / sum(costs.values())
    )
    < 1e-4
)
beside_all_else = [
    share / (1 - share)
    for share in map(share_of_attention, (model.size, 4 * model.size))
]
grown = beside_all_else[1] / beside_all_else[0]
assert 15 < grown < 16.5, "four times the side: how attention grows beside all else"

# %% [markdown]
# **3. Another filter (open, 30 minutes).** Replace the bicubic filter in `filter_matrix` by a triangle, $\max(0, 1 - |x|)$, and describe fifty larger pictures with both. A good answer gives the cosines between the
# two descriptors of one picture, beside those of two pictures by one painter, and says what it means for somebody who compares scores of two programs.
#
# ## Further reading
#
# - {cite:t}`dosovitskiy2021vit` made the transformer see.
# - {cite:t}`tan2019efficientnet` are the source of the convolutional network.
# - {cite:t}`parmar2022cleanfid` show how resizing alone changes published numbers.
# - [Training a descriptor](training_a_descriptor) shows where the numbers in `w` come from.
# - Next: [style maps](style_maps), which need thousands of descriptors.
