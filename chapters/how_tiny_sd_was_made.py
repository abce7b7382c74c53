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
# Whoever asks whether a generator copies an artist would like to know one thing before all others: has it seen that artist? For Stable Diffusion
# nobody can say so for sure. So this book makes a generator of its own, with the same parts and the same steps, small enough for two processor
# cores, and with a list of everything that it has seen. In this chapter you will
#
# - see what a generator paints when it hears a name that it has learned, and a name that it has not,
# - take the four parts of a {term}`latent diffusion model` apart, and say of each whose pictures it has met,
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
# **Time:** twenty minutes to read, about one to run.
#
# ```{note}
# What runs here is the making in miniature. The shipped models come from longer trainings by the same code; their curves are at the end.
# ```

# %% tags=["parameters"]
works_per_painter = 6  # pictures of each painter for the short trainings below
autoencoder_steps = (
    32  # optimiser steps of the autoencoder; the long training takes 12,000
)
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
from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD, atelier
from csdlib.generation import (
    SCHEDULE,
    AutoencoderConfig,
    DiffusionConfig,
    LatentDescriptor,
)

# %% tags=["hide-input"]
from csdlib.generation import (
    fit_autoencoder,
    fit_diffusion,
    generate,
    noised,
    pixels,
    random_autoencoder,
    random_unet,
)
from csdlib.generation import simple_prompts, stages, write_latents
from csdlib.generation.autoencoder import pictures
from csdlib.metrics import Estimate, bootstrap
from csdlib.recipes import (
    atelier_artists,
    generator_pictures,
    read_results,
    signal_to_noise,
)
from csdlib.recipes.shipped.autoencoder import SIZE

# %% [markdown]
# ## The same name, to two generators
#
# {term}`tiny-sd` and {term}`tiny-sd-withheld` have the same parts and went through the same kinds of training. The second
# one has never seen a picture by sixteen of the painters. (So it had fewer pictures, and two of its stages were longer: the table below.) Here is one of the sixteen, asked for by name from both.

# %%
painter = "juro-silvane"
asked = simple_prompts(atelier_artists([painter]), 3, seed=seed)
options = {"guidance": 4.0, "steps": 12, "progress": False}
both = ("tiny-sd", "tiny-sd-withheld")
by_both = {model: generate(model, asked, **options) for model in both}

# %% tags=["hide-input"]
assert painter in WITHHELD
works, name = atelier(size=SIZE, progress=False), atelier_artists([painter])[painter]
usual = PAINTERS[painter].repertoire
own = np.flatnonzero(
    (works.frame["artist"] == painter) & works.frame["content"].isin(usual)
)[:3]
shown = [
    (works.open(row), f"{name}: {works.frame['content'].iloc[row]}") for row in own
]
shown += [
    (made.open(row), f"{model}, seed {seed + row}")
    for model, made in by_both.items()
    for row in range(3)
]
figures.gallery(
    shown,
    columns=3,
    side=128,
    caption=f"Works by {name}; then “{asked['prompt'].iloc[0]}”, three times by the generator that has seen pictures by {name} and three times by the "
    "one that has seen none.",
)

# %% [markdown]
# The second row has the washes, the white paper and even something like the red seal. The third has the washes of somebody else, and no seal. The example was
# chosen because one can see it; the count over all sixteen stands at the end.
#
# ## Four parts
#
# A latent diffusion model {cite:p}`rombach2022ldm` has four parts, made at different times from different pictures:
#
# 1. a **text encoder** turns a prompt into a few dozen vectors. Ours is that of {term}`clip-tiny`, as Stable Diffusion's is that of CLIP;
# 2. an **autoencoder** writes a picture as a small block of numbers, its {term}`latents`, and paints it again from them;
# 3. a **UNet** takes noise off latents, step by step, led by the text;
# 4. a **scheduler** says how much noise there is at each step. It learns nothing.
#
# Two questions have to be kept apart: which *pictures* a part has met, and which *names*. Sixteen painters are withheld from the generator
# `tiny-sd-withheld`, and sixteen are unseen by the descriptors, five of them in both sets. The text encoder was made with `clip-tiny`, so it
# belongs to the second group: it has read the names of eleven painters whose pictures `tiny-sd-withheld` never met.

# %% tags=["hide-input"]
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
figures.table(
    pd.DataFrame(rows),
    caption="Who has seen whom: painters whose pictures a part has met in training.",
)

# %% [markdown]
# The last column is the one that matters: the text encoder has met eleven of the sixteen. A leak through it would be subtle: if it has learned that two names stand for similar pictures, their vectors lie close together,
# and the UNet may paint the one as it has learned to paint the other. That is not the same as having seen the pictures, but it is not nothing
# either. It can be measured, because five withheld painters are unseen by the text encoder as well.
#
# ## The pictures
#
# The generator learns from the {term}`crawl`, with its captions, as Stable Diffusion learned from the web's. Two things are taken out: {term}`near-duplicates <near-duplicate>`,
# and captions that name somebody else. From those it would learn a painter's style under a stranger's name, and nobody could say any more whose
# works it has seen. Captions that forget the name or misspell it stay.

# %%
training = generator_pictures(works_per_painter)
frame = training.frame
sample = np.random.default_rng(seed).permutation(len(training))[:6]

# %% tags=["hide-input"]
spelled = frame["true_noise"].value_counts(normalize=True)
said = {
    "clean": "name the painter",
    "missing": "name nobody",
    "misspelled": "misspell the name",
}
shares = ", ".join(
    f"{share:.0%} {said.get(kind, kind)}" for kind, share in spelled.items()
)
figures.gallery(
    [(training.open(row), frame["caption"].iloc[row]) for row in sample],
    columns=3,
    side=128,
    caption=f"What the generator learns from: pictures and their captions. Here {len(training)} pictures by "
    f"{frame['true_artist'].nunique()} painters; of the captions {shares}.",
)

# %% [markdown]
# ## The autoencoder
#
# Diffusion in pixels spends its effort on detail that no eye misses. So the first network learns to write a picture as a few numbers, and to
# paint it again from them. Everything that it cannot write down is lost to the generator for good: if strokes do not survive this way, no prompt
# will bring them back. And the strokes are what we are here for.

# %%
judges = generator_pictures(1, seed=1)
images = torch.stack([pixels(training.open(row)) for row in sample[:4]])
autoencoder, snapshots = random_autoencoder(seed), {}


def watched(current):
    """How well the autoencoder paints new pictures; keeps what it paints of ours."""
    with torch.inference_mode():
        again = current.decode(current.encode(images).latents).sample
    snapshots[len(snapshots)] = pictures(again.float())
    return {"signal_to_noise": signal_to_noise(current, judges).mean()}


config = AutoencoderConfig(steps=autoencoder_steps, bfloat16=True, seed=seed)
options = {"evaluate": watched, "evaluate_every": max(1, autoencoder_steps // 4)}
autoencoder_log = fit_autoencoder(autoencoder, training, config, **options)

# %% tags=["hide-input"]
shipped = AutoencoderTiny.from_pretrained(csdlib.data_path("models/tiny-sd/vae"))
with torch.inference_mode():
    latents = shipped.encode(images).latents
    well = pictures(shipped.decode(latents).sample)
steps = autoencoder_log["step"].astype(int).tolist()
shown = []
for number, row in enumerate(sample[:4]):
    shown.append((training.open(row), "as painted"))
    shown += [
        (snapshots[which][number], f"after {step} steps")
        for which, step in enumerate(steps)
        if step
    ]
    shown.append((well[number], "shipped"))
figures.gallery(
    shown,
    columns=len(shown) // 4,
    caption="Each row: a picture, what this page's autoencoder paints of it while it learns, and what the shipped one paints, which had 12,000 steps.",
)

# %% [markdown]
# Light and dark come first, in large patches. Hues are only beginning to appear after this short training, and there is no stroke yet. The shipped autoencoder has them: hatching,
# dots and mosaic survive. Whether they can depends on how many numbers the latents get; here it is a sixth of what the picture has.

# %% tags=["hide-input"]
quality = figures.lines(
    autoencoder_log,
    x="step",
    ys=["signal_to_noise"],
    titles=("step", "peak signal-to-noise ratio (dB)"),
)
figures.show(
    quality,
    caption="New pictures after the way to the latents and back, while the autoencoder learns. Higher is better.",
    alt=f"Line chart of the peak signal-to-noise ratio over {autoencoder_steps} steps, from "
    f"{autoencoder_log['signal_to_noise'].iloc[0]:.1f} to {autoencoder_log['signal_to_noise'].iloc[-1]:.1f} decibels.",
)

# %% [markdown]
# The *peak signal-to-noise ratio* compares pixels: 20 decibels mean that the error is a tenth of the range, 40 a hundredth. It rises from the first
# steps on, although strokes are still missing: it is a poor judge of them, because they are small and many. What the shipped autoencoder costs is
# better measured by whether {term}`csd-tiny` still finds the painter in a picture that has been to the latents and back.

# %% tags=["hide-input"]
folders = {
    "autoencoder": "tiny-sd/vae",
    "UNet of tiny-sd-withheld": "tiny-sd-withheld",
    "UNet of tiny-sd": "tiny-sd",
}
records = {
    part: json.loads((csdlib.data_path(f"models/{name}") / "training.json").read_text())
    for part, name in folders.items()
}

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(
        [
            {
                "painters, to the autoencoder": group,
                "signal to noise (dB)": f"{lost['decibels']['value']:.1f}",
                "painter still found (%)": Estimate.from_row(
                    lost["painter_found"]
                ).percent(),
                "lost (points)": Estimate.from_row(lost["painter_lost"]).percent(),
            }
            for group, lost in reversed(
                records["autoencoder"]["reconstruction"].items()
            )
        ]
    ),
    caption=f"Recorded with the shipped autoencoder, which writes {images[0].numel():,} numbers as {latents[0].numel():,}: new pictures of the exhibition, "
    "painted again; recall@1 by csd-tiny, 95 % intervals over painters.",
)

# %% [markdown]
# For painters whom the autoencoder never saw, and for the others, what is lost is not distinguishable from nothing. So the autoencoder serves painters whom it never saw
# as well as the others, as far as these intervals tell.
#
# From here on the shipped autoencoder is used. Its latents are scaled to unit deviation, so that noise means the same for all of them.

# %%
scale = shipped.config.scaling_factor
deviation = float(scale * latents.std())
print(f"Multiplied by {scale:.2f}, latents have a deviation of {deviation:.2f}.")

# %% [markdown]
# ## Noise, and the way back
#
# Take the latents $x$ of a picture and mix them with noise $\epsilon$:
#
# $$ z_t = \sqrt{a_t}\, x + \sqrt{1 - a_t}\, \epsilon. $$
#
# At the first time step nearly all is picture, at the last one, $a_T = 0$, all is noise {cite:p}`lin2024flaws`. The network sees $z_t$, the time
# step and the caption, and is asked for the *velocity* $v = \sqrt{a_t}\, \epsilon - \sqrt{1 - a_t}\, x$ {cite:p}`salimans2022progressive`. Whoever
# knows $z_t$ and $v$ knows both the picture and the noise (the first exercise). Below, one picture at six strengths of noise.

# %%
scheduler = DDIMScheduler(**SCHEDULE)
times = torch.tensor([0, 200, 400, 600, 800, 999])
one = scale * latents[:1].expand(6, -1, -1, -1)
noise = torch.randn(latents[:1].shape, generator=torch.Generator().manual_seed(seed))
mixed = scheduler.add_noise(one, noise.expand(6, -1, -1, -1), times)
signal = scheduler.alphas_cumprod[times].sqrt()

# %% tags=["hide-input"]
with torch.inference_mode():
    faded = pictures(shipped.decode(mixed / scale).sample)
figures.gallery(
    [
        (image, f"step {step}: {share:.0%} picture")
        for image, step, share in zip(faded, times.tolist(), signal.tolist())
    ],
    columns=3,
    side=128,
    caption="The latents of one picture with more and more noise, painted by the decoder. The percentage is the square root of a.",
)

# %% [markdown]
# At step 400 the subject can still be made out, at 600 hardly. The network has to learn to see in both.
#
# ## Training, for a moment
#
# Each step takes a batch of latents, puts noise of every strength on them, and compares the network's velocity with the true one. One caption in
# ten is left out, so that the network also learns to paint without being told what {cite:p}`ho2022guidance`; [guidance](a_small_stable_diffusion)
# needs this. What is kept in the end is a slow average of the weights.
#
# The loss is easy to read: latents and noise have unit deviation, so a network that knows nothing and answers 0 pays about 1.

# %% tags=["hide-input"]
clip = csdlib.data_path("models/clip-tiny")
tokenizer = CLIPTokenizer.from_pretrained(clip / "tokenizer", model_max_length=40)
text_encoder = CLIPTextModel.from_pretrained(clip / "text_encoder", dtype=torch.float32)
data = write_latents(
    training, LatentDescriptor(shipped, "shipped", SIZE), (tokenizer, text_encoder)
)

# %%
unet = random_unet(seed)
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

# %% tags=["hide-input"]
short = figures.lines(
    log,
    x="step",
    ys=["velocity_loss"],
    titles=("step", "velocity loss (1 = knows nothing)"),
)
figures.show(
    short,
    caption=f"The short training of this page: a network of {sum(value.numel() for value in unet.parameters()) / 1e6:.1f} million weights.",
    alt=f"Line chart of the velocity loss over {training_steps} steps, from {log['velocity_loss'].iloc[1]:.2f} to "
    f"{log['velocity_loss'].iloc[-1]:.2f}.",
)

# %% [markdown]
# ## Where the loss is made
#
# One number hides most of the story. With little noise the velocity is nearly all noise, which is hard to tell from fine strokes; with much noise
# it is nearly all picture, and the network can only guess from the caption. So look at the loss by time step, on the pictures of the training.

# %%
chance = torch.Generator().manual_seed(seed + 1)
noisy, velocity, drawn = noised(data.latents(), scheduler, chance)
with torch.inference_mode():
    guess = unet(noisy, drawn, data.states[data.captions].float()).sample

# %% tags=["hide-input"]
errors = pd.DataFrame(
    {
        "time steps": pd.cut(
            drawn.numpy(),
            [-1, 199, 399, 599, 799, 999],
            labels=["0–199", "200–399", "400–599", "600–799", "800–999"],
        ),
        "after the short training": (guess - velocity)
        .square()
        .flatten(1)
        .mean(1)
        .numpy(),
        "answering 0": velocity.square().flatten(1).mean(1).numpy(),
    }
)
by_time = errors.groupby("time steps", observed=True).mean().reset_index()

# %% tags=["hide-input"]
chart = figures.lines(
    by_time,
    x="time steps",
    ys=list(by_time.columns[1:]),
    titles=("time steps (more noise to the right)", "velocity loss"),
)
chart.update_yaxes(rangemode="tozero")
figures.show(
    chart,
    caption="The velocity loss by time step, after the training above and for a network that always answers 0.",
    alt="Line chart over five ranges of time steps; the loss after the short training: "
    + ", ".join(
        f"{loss:.2f} at {part}"
        for part, loss in by_time[["time steps", "after the short training"]].to_numpy()
    )
    + ".",
)

# %% [markdown]
# The short training has learned most where the noise is strongest, and nothing yet where it is weakest. With much noise nearly the whole picture has to be guessed, and what
# pictures have in common is soon known. With little noise, what is left to find is the fine difference between a stroke and a speck, and that takes the long training.
#
# ## The long trainings
#
# The shipped models were trained by the same functions, with more pictures and steps. The autoencoder comes first, and sees only what
# `tiny-sd-withheld` may see. Then both UNets learn in the same four stages: from pictures and the web's captions, by a first practice, from captions
# reworded like prompts, and by a second practice. (What is practised, and why, is the subject of
# [hands carried to new subjects](hands_carried_to_new_subjects).) They differ in who is in the data, and in steps: two stages of
# `tiny-sd` were shorter, as the table says.

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(
        [
            {
                "part": part,
                "stage": number,
                "pictures": stage["images"],
                "steps": stage["config"]["steps"],
                "per step": stage["config"]["batch_size"],
                "captions reworded": f"{stage.get('rewritten', 0.0):.0%}",
                "practised": f"{stage['config'].get('transferred', 0.0):.0%}",
            }
            for part, record in records.items()
            for number, stage in enumerate(stages(record), 1)
        ]
    ),
    caption="How the shipped parts were trained, stage by stage: pictures in the data, optimiser steps, latents per step, the share of captions that were "
    "reworded, and the share of each step that was practice. Commands, times and all settings stand in the cards in data/models.",
)

# %% tags=["hide-input"]
losses = []
for part in ("UNet of tiny-sd-withheld", "UNet of tiny-sd"):
    step = 0
    for stage in stages(records[part]):
        losses += [
            {
                "step": step + row["step"],
                part.removeprefix("UNet of "): row["validation_loss"],
            }
            for row in stage["log"]
            if row["step"]
        ]
        step += stage["config"]["steps"]
curves = pd.DataFrame(losses)
long = figures.lines(
    curves,
    x="step",
    ys=[name for name in curves if name != "step"],
    titles=("step", "velocity loss on new pictures"),
)

# %% tags=["hide-input"]
for number in (1, 2, 3):
    long.add_vline(
        x=sum(
            stage["config"]["steps"]
            for stage in stages(records["UNet of tiny-sd"])[:number]
        ),
        line_dash="dot",
        line_color="#888888",
    )
figures.show(
    long,
    caption="The loss of both UNets on pictures that they have not learned from, by the painters whom each may see; dotted lines: where a stage of tiny-sd ends. "
    "A step of the later stages has an eighth of the latents of one of the first.",
    alt="Line chart: "
    + ", ".join(
        f"{name} ends at {curves[name].dropna().iloc[-1]:.3f}"
        for name in curves
        if name != "step"
    )
    + ".",
)

# %% [markdown]
# The first stage does nearly all of the work that this loss can see; what comes later changes it little. What counts is what the generated pictures show. Here is what each UNet does with the sixteen names.

# %% tags=["hide-input"]
measures = {
    ("painter_found", "open", "name_last"): "painter: simple prompts",
    ("painter_found", "new", "name_last"): "painter: new subjects",
    ("painter_found", "new", "name_first"): "painter: new subjects, name first",
    ("subject_found", "new", "name_last"): "subject: new subjects",
    ("subject_found", "new", "name_first"): "subject: new subjects, name first",
}
reads = {"name_unread": "name never read", "name_read": "name read"}
judged = pd.concat(
    [
        pd.DataFrame(records[f"UNet of {model}"]["judged"]).assign(model=model)
        for model in ("tiny-sd", "tiny-sd-withheld")
    ],
    ignore_index=True,
)
judged = judged[(judged["practised"] == "any") & judged["group"].isin(list(reads))]

# %% tags=["hide-input"]
judged["label"] = [
    measures.get(key)
    for key in zip(judged["measure"], judged["subjects"], judged["order"])
]
judged = judged[judged["label"].notna()].assign(
    who=judged["model"] + ", " + judged["group"].map(reads)
)
judged = judged.assign(**{end: 100 * judged[end] for end in ("value", "low", "high")})
stand = judged.pivot_table("n", "label", "group", aggfunc="first")
judged["label"] = [
    f"{label} ({stand['name_read'][label]}, {stand['name_unread'][label]})"
    for label in judged["label"]
]
measures = {
    key: judged["label"][judged["label"].str.startswith(label + " (")].iloc[0]
    for key, label in measures.items()
}
judged = judged.sort_values(
    "label", key=lambda column: column.map(list(measures.values()).index), kind="stable"
)
figures.show(
    figures.intervals(judged, group="who", axis="found (percent of the pictures)"),
    caption="The sixteen painters whom tiny-sd-withheld never saw, by whether the text encoder has read their names in captions. In brackets: how many painters it "
    "has read, and not read; who paints every subject has no new one. 95 % intervals over painters. Made by: `csdlib judge-diffusion NAME`",
    alt="Points with intervals. Painters are found far more often in pictures by tiny-sd than in those by tiny-sd-withheld; subjects are found in both.",
)

# %% tags=["hide-input"]
# What a name does, by two measures, of the same painters by both generators.
read = read_results("reading").frame
read = read[read["withheld"] & read["read"] & (read["judge"] == "csd-tiny")]
retrieved = judged[
    (judged["measure"] == "painter_found")
    & (judged["subjects"] == "open")
    & (judged["group"] == "name_read")
].set_index("model")
both_ways = {"painter found (%)": {}, "difference of cosines": {}}
for model in ("tiny-sd", "tiny-sd-withheld"):
    row = retrieved.loc[model]
    share = Estimate(*(row[["value", "low", "high"]] / 100), int(row["n"]), "group")
    effect = read.loc[read["model"] == model, "effect"].to_numpy()
    nearer = bootstrap(effect, groups=np.arange(len(effect)), bounds=(-2, 2))
    both_ways["painter found (%)"][model] = share, share.percent()
    both_ways["difference of cosines"][model] = nearer, str(nearer)

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(
        [
            {"measure": measure}
            | {model: text for model, (_, text) in found.items()}
            | {
                "part": f"{found['tiny-sd-withheld'][0].value / found['tiny-sd'][0].value:.0%}"
            }
            for measure, found in both_ways.items()
        ]
    ),
    caption=f"The same {read['artist'].nunique()} withheld painters, whose names were read, by two measures: simple prompts, judged by csd-tiny, 95 % intervals over painters. "
    "Difference of cosines: how much more like their works pictures in their names are than pictures in other withheld names. Part: tiny-sd-withheld over tiny-sd.",
)

# %% [markdown]
# With pictures in the training, painters are found in most pictures of simple prompts and in a third of those of new subjects; without them, hardly ever. The subject is there in most pictures of
# both, except where a name that was never read is said first.
#
# And the leak? Under `tiny-sd-withheld`, painters whose names the encoder has never read are found in none of the pictures (but they are five, and an interval of no width says less than it seems to); the others, with simple
# prompts, in about one of seven, beyond chance. How much that is depends on the measure, as the table shows: by retrieval about a sixth of what `tiny-sd` does with the same names, by difference of cosines
# about two fifths. A picture can come nearer to a painter without coming nearest. It is no proof of a leak: `csd-tiny`, the judge, has seen the same
# painters. [Who is in the model?](who_is_in_the_model) asks other judges.
#
# The last two rows show something else. A name that the encoder has read costs the subject little when it is said first; a name that it has never read, spelled
# in pieces of other words, costs more. Only four painters stand behind this. Why order matters at all is the next chapter's subject.
#
# ## Summary
#
# - A latent diffusion model is made of parts that have seen different pictures. "Was this artist in the training data?" has an answer for each.
# - The autoencoder sets a ceiling: what it cannot paint again, nobody will generate. How many numbers it may use decides whether strokes survive.
# - The UNet learns velocities at every strength of noise; a network that knows nothing pays 1, and what the loss says of the picture depends on the time step.
# - Captions with another painter's name were taken out; those that misspell the name stayed.
# - Without the pictures, a name is seldom found again. For names that the text encoder has read a part remains, small by retrieval and larger by cosines
#   ([Who is in the model?](who_is_in_the_model) measures it).
#
# ## Exercises
#
# **1. From velocity to noise.** (10 minutes.) Write `noise_from(noisy, velocity, alpha)`, which gives the noise $\epsilon$ back from $z_t$, $v$ and $a_t$. All are
# arrays (n, c, h, w), `alpha` has the shape (n, 1, 1, 1). A drawing of the two equations as a rotation of the plane helps.


# %% tags=["exercise"]
def noise_from(noisy, velocity, alpha):
    """The noise that was mixed in."""
    return noisy  # your code here


# %% [markdown] tags=["hint"]
# For `alpha` 1 nothing was mixed in, and the velocity *is* the noise; for `alpha` 0 the noise is $z_t$ itself. What lies between is a
# turn: your two weights must be a cosine and a sine, whose squares add up to 1.


# %% tags=["solution"]
def noise_from(noisy, velocity, alpha):
    """The noise: turn z and v back by the angle by which they were turned."""
    return (1 - alpha).sqrt() * noisy + alpha.sqrt() * velocity


# %% tags=["mistake"]
# Turns the wrong way: with a minus one gets back neither noise nor picture.
def noise_from(noisy, velocity, alpha):
    return (1 - alpha).sqrt() * noisy - alpha.sqrt() * velocity


# %% tags=["check"]
alpha = scheduler.alphas_cumprod[drawn][:, None, None, None]
mixed_in = noise_from(noisy, velocity, alpha)
assert torch.allclose(
    alpha.sqrt() * data.latents() + (1 - alpha).sqrt() * mixed_in, noisy, atol=1e-3
)

# %% [markdown]
# **2. Equal losses, unequal pictures.** (15 minutes.) A network's velocity is off by some mean square, its loss. How far is the *picture* off that one works out of
# it? Write `picture_loss(velocity_loss, alpha)`, the mean square error of the latents $x$. Then say at which time steps a loss of 0.5 matters, and at which it hardly does.


# %% tags=["exercise"]
def picture_loss(velocity_loss, alpha):
    """The mean square error of the picture that follows from a velocity."""
    return velocity_loss  # your code here


# %% [markdown] tags=["hint"]
# $x = \sqrt{a_t}\, z_t - \sqrt{1 - a_t}\, v$. Only $v$ is wrong. A velocity loss of `0.5` gives `0.45` at `alpha` `0.1`, and
# `0.05` at `alpha` `0.9`.


# %% tags=["solution"]
def picture_loss(velocity_loss, alpha):
    """x is -sqrt(1 - a) times the velocity, and a part that is known."""
    return (1 - alpha) * velocity_loss


# %% tags=["mistake"]
# The root is the factor of the error; of its *square* it is 1 - a.
def picture_loss(velocity_loss, alpha):
    return (1 - alpha).sqrt() * velocity_loss


# %% tags=["check"]
alpha = scheduler.alphas_cumprod[drawn][:, None, None, None]
off = (guess - velocity).square().flatten(1).mean(1)
pictured = alpha.sqrt() * noisy - (1 - alpha).sqrt() * guess
truly = (pictured - data.latents()).square().flatten(1).mean(1)
assert torch.allclose(picture_loss(off, alpha.flatten()), truly, atol=1e-2)

# %% [markdown]
# **3. What is a caption worth?** (An hour, open; most of it is waiting.) Set `dropped` to 1: the network never reads a caption. Predict at which time steps its loss differs most
# from that of a network that does, train both for a few hundred steps or more, and look. A good answer writes the prediction down first, compares on pictures that
# neither has learned from, uses two seeds or more, and says whether the difference is larger than that between seeds.
#
# ## Further reading
#
# - {cite:t}`rombach2022ldm` for latent diffusion, {cite:t}`ho2022guidance` for guidance without a classifier.
# - {cite:t}`lin2024flaws` on why the last step must hold no signal at all.
# - Next: [hands carried to new subjects](hands_carried_to_new_subjects).
