# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "How tiny-sd was made", minutes: 1, accelerator: optional, data: [data/models/clip-tiny, data/models/tiny-sd, data/models/tiny-sd-withheld]}
# ---

# %% [markdown]
# # How tiny-sd was made
#
# ## Overview
#
# Who asks whether a generator copies an artist would like to know one thing before all others: has it seen that artist? Of Stable Diffusion
# nobody can say it for sure. So this book makes a generator of its own, with the same parts and the same steps, small enough for two processor
# cores, and with a list of everything that it has seen. In this chapter you will
#
# - take the four parts of a latent diffusion model apart, and say of each whose pictures it meets,
# - train an autoencoder for a moment, and see what it learns first and what last,
# - put noise on latents and see what the network is asked to find,
# - train that network for a moment, too, and read its loss,
# - read the records of the long trainings, and look for a leak between the parts.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Meet the painters](meet_the_painters): the atelier and its captions | needed |
# | [Training a descriptor](training_a_descriptor): a training loop, seen and unseen painters | needed |
# | convolutional networks, attention | helpful; both are black boxes here |
#
# **Time:** fifteen minutes to read, about one to run.
#
# ```{note}
# What runs here is the making in miniature, live. The shipped models come from longer trainings by the same code; their curves are at the end, and
# their commands stand in their cards.
# ```

# %% tags=["parameters"]
works_per_painter = 6  # pictures of each painter for the short trainings below; the long ones take hundreds
autoencoder_steps = 32  # optimiser steps of the autoencoder; the long training takes 12,000
training_steps = 12  # optimiser steps of the diffusion
batch_size = 16  # pictures a step, as latents
learning_rate = 0.001  # learning rate of AdamW, at its top
dropped = 0.1  # share of the captions that are left out
seed = 0  # seed of the random draws: weights, noise and order

# %% tags=["hide-input"]
import json

import numpy as np
import pandas as pd
import torch
from diffusers import AutoencoderTiny, DDIMScheduler
from transformers import CLIPTextModel, CLIPTokenizer

import csdlib
from csdlib import figures
from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD
from csdlib.generation import SCHEDULE, AutoencoderConfig, DiffusionConfig, LatentDescriptor, fit_autoencoder
from csdlib.generation import fit_diffusion, noised, pixels, random_autoencoder, random_unet, stages, write_latents
from csdlib.generation.autoencoder import pictures
from csdlib.metrics import Estimate
from csdlib.recipes import generator_pictures, judged_table, signal_to_noise
from csdlib.recipes.shipped.autoencoder import SIZE

# %% [markdown]
# ## Four parts
#
# A latent diffusion model {cite:p}`rombach2022ldm` is four networks and tables that were made at different times, from different pictures:
#
# 1. a **text encoder** turns a prompt into a few dozen vectors. Ours is that of `clip-tiny`, as Stable Diffusion's is that of CLIP;
# 2. an **autoencoder** writes a picture as a small block of numbers, its *latents*, and paints it again from them;
# 3. a **UNet** takes noise off latents, step by step, led by the text;
# 4. a **scheduler** says how much noise there is at each step. It learns nothing.
#
# Two questions have to be kept apart: which *pictures* a part has met, and which *names*. Sixteen painters are withheld from the generator
# `tiny-sd-withheld`, and sixteen are unseen by the descriptors, five of them in both sets. The text encoder was made with `clip-tiny`, so it
# belongs to the second group: it has read the names of eleven painters whose pictures `tiny-sd-withheld` never met.

# %%
parts = {
    "text encoder": [slug for slug in PAINTERS if slug not in UNSEEN],
    "autoencoder": [slug for slug in PAINTERS if slug not in WITHHELD],
    "UNet of tiny-sd-withheld": [slug for slug in PAINTERS if slug not in WITHHELD],
    "UNet of tiny-sd": list(PAINTERS),
}
rows = [
    {
        "part": part,
        "painters seen": len(seen),
        "withheld painters seen": sum(slug in WITHHELD for slug in seen),
    }
    for part, seen in parts.items()
]
figures.table(pd.DataFrame(rows), caption="Who has seen whom: painters whose pictures a part has met in training.")

# %% [markdown]
# A leak through the text encoder would be subtle: if it has learned that two names stand for similar pictures, their vectors lie close together,
# and the UNet may paint the one as it has learned to paint the other. That is not the same as having seen the pictures, but it is not nothing
# either. It can be measured, because five withheld painters are unseen by the text encoder as well.
#
# ## The pictures
#
# The generator learns from the crawl, with its captions, as Stable Diffusion learned from the web's. Two things are taken out: near-duplicates,
# and captions that name somebody else. From those it would learn a painter's hand under a stranger's name, and nobody could say any more whose
# works it has seen. Captions that forget the name or misspell it stay.

# %%
training = generator_pictures(works_per_painter)
frame = training.frame
sample = np.random.default_rng(seed).permutation(len(training))[:6]
print(f"{len(training)} pictures by {frame['true_artist'].nunique()} painters; names in the captions:")
print((100 * frame["true_noise"].value_counts(normalize=True)).round(1).to_string())
for row in sample[:4]:
    print("  ", frame["caption"].iloc[row])

# %% tags=["hide-input"]
figures.gallery(
    [(training.open(row), frame["caption"].iloc[row]) for row in sample],
    caption="What the generator learns from: pictures and their captions.",
)

# %% [markdown]
# ## The autoencoder
#
# Diffusion in pixels spends its effort on detail that no eye misses. So the first network learns to write a picture as a few numbers, and to
# paint it again from them. Everything that it cannot write down is lost to the generator for good: if strokes do not survive this way, no prompt
# will bring them back. And the strokes are what we are here for.

# %%
judges = generator_pictures(1, seed=1)
autoencoder = random_autoencoder(seed)
short_config = AutoencoderConfig(steps=autoencoder_steps, bfloat16=True, seed=seed)
autoencoder_log = fit_autoencoder(
    autoencoder,
    training,
    short_config,
    evaluate=lambda current: {"signal_to_noise": signal_to_noise(current, judges).mean()},
    evaluate_every=max(1, autoencoder_steps // 4),
)
autoencoder_log[["step", "squared_error", "signal_to_noise"]].round(3)

# %% tags=["hide-input"]
quality = figures.lines(
    autoencoder_log, x="step", ys=["signal_to_noise"], titles=("step", "peak signal-to-noise ratio (dB)")
)
figures.show(
    quality,
    caption="New pictures after the way to the latents and back, while the autoencoder learns. Higher is better.",
    alt=f"Line chart of the peak signal-to-noise ratio over {autoencoder_steps} steps, from "
    f"{autoencoder_log['signal_to_noise'].iloc[0]:.1f} to {autoencoder_log['signal_to_noise'].iloc[-1]:.1f} decibels.",
)

# %% [markdown]
# The *peak signal-to-noise ratio* compares pixels: 20 decibels mean that the error is a tenth of the range, 40 a hundredth. It is a poor judge of
# strokes, which are small and many. So look, too: at what this page's autoencoder paints after a moment of training, and at what the shipped one paints, which had
# twelve thousand steps.

# %%
images = torch.stack([pixels(training.open(row)) for row in sample])
shipped = AutoencoderTiny.from_pretrained(csdlib.data_path("models/tiny-sd/vae"))
with torch.inference_mode():
    again = pictures(autoencoder.decode(autoencoder.encode(images).latents).sample)
    latents = shipped.encode(images).latents
    well = pictures(shipped.decode(latents).sample)
print(f"one picture: {images[0].numel():,} numbers; its latents: {latents[0].numel():,}, {tuple(latents[0].shape)}")

# %% tags=["hide-input"]
shown = [(training.open(row), "as painted") for row in sample]
shown += [(image, f"after {autoencoder_steps} steps") for image in again] + [(image, "shipped") for image in well]
figures.gallery(shown, caption="Pictures, and the same after the way to the latents and back, by both autoencoders.")

# %% [markdown]
# Light and dark come first, then where things are and their hues; strokes come last of all. How many numbers the latents get decides whether they
# come. A first design had twelve times fewer numbers than the picture. It painted pleasant pictures in which hatching was a grey and mosaics were a
# blur, and `csd-tiny` found clearly fewer painters in them. With six times fewer, nothing measurable is lost; the table at the end says how much.
#
# From here on the shipped autoencoder is used. Its latents are scaled to unit deviation, so that noise means the same for all of them.

# %%
scale = shipped.config.scaling_factor
print(f"latents are multiplied by {scale:.2f}; their deviation is then {float(scale * latents.std()):.2f}")

# %% [markdown]
# ## Noise, and the way back
#
# Take the latents $x$ of a picture and mix them with noise $\epsilon$:
#
# $$ z_t = \sqrt{a_t}\, x + \sqrt{1 - a_t}\, \epsilon. $$
#
# At the first time step nearly all is picture, at the last one, $a_T = 0$, all is noise {cite:p}`lin2024flaws`. The network sees $z_t$, the time
# step and the caption, and is asked for the *velocity* $v = \sqrt{a_t}\, \epsilon - \sqrt{1 - a_t}\, x$ {cite:p}`salimans2022progressive`. Whoever
# knows $v$ knows the picture, because $x = \sqrt{a_t}\, z_t - \sqrt{1 - a_t}\, v$. Below, one picture at six strengths of noise.

# %%
scheduler = DDIMScheduler(**SCHEDULE)
noise = torch.randn(latents[:1].shape, generator=torch.Generator().manual_seed(seed))
times = torch.tensor([0, 200, 400, 600, 800, 999])
with torch.inference_mode():
    mixed = scheduler.add_noise(scale * latents[:1].expand(6, -1, -1, -1), noise.expand(6, -1, -1, -1), times)
    faded = pictures(shipped.decode(mixed / scale).sample)
signal = scheduler.alphas_cumprod[times].sqrt()

# %% tags=["hide-input"]
figures.gallery(
    [
        (image, f"step {step}: {share:.0%} picture")
        for image, step, share in zip(faded, times.tolist(), signal.tolist())
    ],
    caption="The latents of one picture with more and more noise, painted by the decoder. The percentage is the square root of a.",
)

# %% [markdown]
# ## Training, for a moment
#
# Each step takes a batch of latents, puts noise of every strength on them, and compares the network's velocity with the true one. One caption in
# ten is left out, so that the network also learns to paint without being told what {cite:p}`ho2022guidance`; [guidance](a_small_stable_diffusion)
# needs this. What is kept in the end is a slow average of the weights.
#
# The loss is easy to read: latents and noise have unit deviation, so a network that knows nothing and answers 0 pays about 1.

# %%
clip = csdlib.data_path("models/clip-tiny")
tokenizer = CLIPTokenizer.from_pretrained(clip / "tokenizer", model_max_length=40)
text_encoder = CLIPTextModel.from_pretrained(clip / "text_encoder", dtype=torch.float32)
data = write_latents(training, LatentDescriptor(shipped, "shipped", SIZE), (tokenizer, text_encoder))
unet = random_unet(seed)
print(f"{sum(value.numel() for value in unet.parameters()) / 1e6:.1f} million weights")
config = DiffusionConfig(
    steps=training_steps,
    batch_size=batch_size,
    rate=learning_rate,
    dropped=dropped,
    averaged=0.2,
    bfloat16=True,
    seed=seed,
)
log = fit_diffusion(unet, data, config, evaluate_every=max(1, training_steps // 10))
log[["step", "velocity_loss", "images_per_second"]].round(3)

# %% tags=["hide-input"]
short = figures.lines(log, x="step", ys=["velocity_loss"], titles=("step", "velocity loss (1 = knows nothing)"))
figures.show(
    short,
    caption="The short training of this page.",
    alt=f"Line chart of the velocity loss over {training_steps} steps, from {log['velocity_loss'].iloc[1]:.2f} to "
    f"{log['velocity_loss'].iloc[-1]:.2f}.",
)

# %% [markdown]
# ## Where the loss is lost
#
# One number hides most of the story. With little noise the velocity is nearly all noise, which is hard to tell from fine strokes; with much noise
# it is nearly all picture, and the network can only guess from the caption. So look at the loss by time step.

# %%
noisy, velocity, drawn = noised(data.latents(), scheduler, torch.Generator().manual_seed(seed + 1))
with torch.inference_mode():
    guess = unet(noisy, drawn, data.states[data.captions].float()).sample
errors = pd.DataFrame(
    {
        "time steps": pd.cut(drawn.numpy(), [-1, 199, 399, 599, 799, 999]).astype(str),
        "after the short training": (guess - velocity).square().flatten(1).mean(1).numpy(),
        "answering 0": velocity.square().flatten(1).mean(1).numpy(),
    }
)
errors.groupby("time steps", sort=False).mean().sort_index().round(3)

# %% [markdown]
# ## The long trainings
#
# The shipped models were trained by the same functions, with more pictures and steps. The autoencoder comes first, and sees only what
# `tiny-sd-withheld` may see. Then both UNets learn in the same four stages: from pictures and the web's captions, by a first practice, from captions
# said anew, and by a second practice. (What is practised, and why, is the subject of
# [hands carried to new subjects](hands_carried_to_new_subjects).) They differ in who is in the data, and in steps: two stages of
# `tiny-sd` were shorter, as the table says. (Stages two and three were interrupted, so their seconds say more than they took.)

# %% tags=["hide-input"]
folders = {"autoencoder": "tiny-sd/vae", "UNet of tiny-sd-withheld": "tiny-sd-withheld", "UNet of tiny-sd": "tiny-sd"}
records = {
    part: json.loads((csdlib.data_path(f"models/{name}") / "training.json").read_text())
    for part, name in folders.items()
}

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(
        [
            {
                "part": part,
                "stage": number,
                "pictures": stage["images"],
                "steps": stage["config"]["steps"],
                "a step": stage["config"]["batch_size"],
                "captions anew": stage.get("rewritten", 0.0),
                "practised": stage["config"].get("transferred", 0.0),
                "seconds": stage["seconds"],
                "on": stage.get("device", "2 CPU cores"),
            }
            for part, record in records.items()
            for number, stage in enumerate(stages(record), 1)
        ]
    ),
    caption="How the shipped parts were trained. Their cards in data/models have all settings.",
)

# %%
for record in records.values():
    for stage in stages(record):
        print(stage["command"])

# %% tags=["hide-input"]
losses = []
for part in ("UNet of tiny-sd-withheld", "UNet of tiny-sd"):
    step = 0
    for number, stage in enumerate(stages(records[part]), 1):
        losses += [
            {"step": step + row["step"], f"{part.removeprefix('UNet of ')}, stage {number}": row["validation_loss"]}
            for row in stage["log"]
            if row["step"] or number > 1
        ]
        step += stage["config"]["steps"]
curves = pd.DataFrame(losses)
long = figures.lines(
    curves, x="step", ys=[name for name in curves if name != "step"], titles=("step", "velocity loss on new pictures")
)
figures.show(
    long,
    caption="The loss of both UNets on pictures that they have not learned from, by the painters whom each may see. A step of the later stages has an eighth of the latents of one of the first.",
    alt="Line chart: "
    + ", ".join(f"{name} ends at {curves[name].dropna().iloc[-1]:.3f}" for name in curves if name != "step")
    + ".",
)

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(
        [
            {
                "painters": group,
                "signal to noise (dB)": f"{lost['decibels']['value']:.1f}",
                "painter still found (%)": Estimate.from_row(lost["painter_found"]).percent(),
                "lost (points)": Estimate.from_row(lost["painter_lost"]).percent(),
            }
            for group, lost in records["autoencoder"]["reconstruction"].items()
        ]
    ),
    caption="What the shipped autoencoder costs: new pictures of the exhibition, painted again; mAP@1 by csd-tiny, 95 % intervals over painters.",
)

# %% [markdown]
# Is it a leak that the autoencoder has met other painters' pictures? It learns what paint looks like, not who paints how: it loses no more of the
# painters that it never saw than of the others. Here is what each UNet does with their names.

# %% tags=["hide-input"]
judged = pd.concat(
    [
        judged_table(records[f"UNet of {name}"]["judged"]).rename_axis("").reset_index().assign(model=name)
        for name in ("tiny-sd", "tiny-sd-withheld")
    ]
)
figures.table(
    judged[["model", *judged.columns.drop("model")]],
    caption="Percent, with 95 % intervals over painters. Seen and withheld as for tiny-sd-withheld; tiny-sd has seen all of them. "
    "Made by: csdlib judge-diffusion NAME",
)

# %% [markdown]
# The last two columns measure the leak through the text encoder: withheld painters whose names it has read in captions, and withheld painters whose names it has not. If
# reading alone gave a hand away, the first kind would be found more often under `tiny-sd-withheld`.
# They show something else as well: the order of words matters, and [why](hands_carried_to_new_subjects) is the next chapter's subject. A name that the encoder has read costs the subject little when it is said first; a name that it has never read, spelled in pieces of other words,
# costs about a third of the pictures their subject. A strange word drowns what follows more than a familiar one.
#
# ## Summary
#
# - A latent diffusion model is made of parts that have seen different pictures. "Was this artist in the training data?" has an answer for each.
# - The autoencoder sets a ceiling: what it cannot paint again, nobody will generate. How many numbers it may use decides whether strokes survive.
# - The UNet learns velocities at every strength of noise; the loss is 1 for who knows nothing, and where it falls depends on the time step.
# - Captions with a wrong name were taken out, so that a painter's hand is learned under no other name.
#
# ## Exercises
#
# **1. From velocity to picture.** Write `latents_from(noisy, velocity, alpha)`, which gives the latents $x$ back from $z_t$, $v$ and $a_t$. All are
# arrays (n, c, h, w), `alpha` has the shape (n, 1, 1, 1).


# %% tags=["exercise"]
def latents_from(noisy, velocity, alpha):
    """The latents that noisy ones were made of."""
    return noisy  # your code here


# %% tags=["solution"]
def latents_from(noisy, velocity, alpha):
    """The latents that noisy ones were made of: turn z and v back by the angle by which they were turned."""
    return alpha.sqrt() * noisy - (1 - alpha).sqrt() * velocity


# %% tags=["check"]
alpha = scheduler.alphas_cumprod[drawn][:, None, None, None]
assert torch.allclose(latents_from(noisy, velocity, alpha), data.latents(), atol=1e-3)

# %% [markdown]
# **2. What nothing costs.** Why does a network that answers 0 pay about 1 at *every* time step? Write `cost_of_nothing(alpha)`, the expected square
# of one number of $v$, for latents and noise that are independent and have mean 0 and deviation 1.


# %% tags=["exercise"]
def cost_of_nothing(alpha: float) -> float:
    """The mean square of the velocity."""
    return 0.0  # your code here


# %% tags=["solution"]
def cost_of_nothing(alpha: float) -> float:
    """The mean square of the velocity: a parts of the noise's variance and 1 - a of the latents', both 1."""
    return alpha * 1.0 + (1 - alpha) * 1.0


# %% tags=["check"]
for alpha in (0.0, 0.3, 1.0):
    draws = np.random.default_rng(0).normal(size=(2, 100_000))
    assert abs(cost_of_nothing(alpha) - np.mean((alpha**0.5 * draws[0] - (1 - alpha) ** 0.5 * draws[1]) ** 2)) < 0.02

# %% [markdown]
# **3. For the curious.** Set `dropped` to 1: the network never reads a caption. Predict at which time steps its loss differs most from that of a
# network that does, train both for a few thousand steps, and look.
#
# ## Further reading
#
# - {cite:t}`rombach2022ldm` for latent diffusion, {cite:t}`ho2022guidance` for guidance without a classifier.
# - {cite:t}`lin2024flaws` on why the last step must hold no signal at all.
# - Next: [hands carried to new subjects](hands_carried_to_new_subjects).
