# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "A small Stable Diffusion", minutes: 1, accelerator: optional, data: [data/models/tiny-sd, data/models/tiny-sd-withheld, data/models/csd-tiny, data/models/clip-tiny, data/models/subjects-tiny]}
# ---

# %% [markdown]
# # A small Stable Diffusion
#
# ## Overview
#
# The next chapters ask whether a generator copies artists' styles. Before we accuse anybody, we should have watched one at work. {term}`tiny-sd` is a
# {term}`latent diffusion model`, a Stable Diffusion pipeline in diffusers' own format, with the same parts, small enough to run while you wait. In this chapter you will
#
# - follow one {term}`prompt` to its picture, and measure what is settled first: forms, colours or marks,
# - turn the two knobs that everybody turns, {term}`guidance` and {term}`seed`, and measure what they do instead of guessing,
# - see what the model has learned and what it has not, in a sheet of painters and subjects beside the painters' own works,
# - ask for pictures that no training picture shows, and find out whether it combines or repeats.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Meet the painters](meet_the_painters): who they are | needed |
# | [Quickstart](quickstart): descriptors, scores | needed |
# | [How tiny-sd was made](how_tiny_sd_was_made) | may be read after this one |
#
# **Time:** twenty-five minutes to read, about one to run.

# %% tags=["parameters"]
model = "tiny-sd"  # the generator: a name, a folder, or owner/name on the hub
prompt = (  # what the generator is asked for
    "A painting of a castle in the style of Ilva Torrend"
)
guidance = 4.0  # how strongly the prompt is followed; 1 is without guidance
denoising_steps = 12  # steps from noise to picture
painters = 6  # painters in the sheet
asked_painters = 24  # painters in the measurement of guidance
seed = 0  # seed of the random draws: the noise

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import torch
from diffusers import DDIMScheduler
from scipy.ndimage import gaussian_filter

import csdlib
from csdlib import figures
from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN, atelier, find_painter
from csdlib import cache_folder

# %% tags=["hide-input"]
from csdlib.generation import (
    SubjectClassifier,
    content_prompts,
    generate,
    load_pipeline,
    model_record,
    painter_found,
)
from csdlib.generation import subject_found
from csdlib.generation.autoencoder import pictures
from csdlib.metrics import bootstrap, paired_difference
from csdlib.recipes import atelier_artists, never_painted

works, judge, style = (
    atelier(size=96, progress=False),
    SubjectClassifier.load(),
    csdlib.load("csd-tiny"),
)
cache = cache_folder() / "embeddings"
everybody = atelier_artists()

# %% [markdown]
# ## One prompt, one picture

# %%
pipeline = load_pipeline(model)
knobs = {"guidance_scale": guidance, "num_inference_steps": denoising_steps}
noise = torch.Generator().manual_seed(seed)
picture = pipeline(prompt, generator=noise, **knobs).images[0]

# %% name="painted" tags=["hide-input", "slide"]
asked = next((slug for slug, name in everybody.items() if name in prompt), "")
motif = next((subject for subject in SUBJECTS if subject in prompt), "")
own = [
    np.flatnonzero(
        (works.frame["artist"] == asked) & (works.frame["content"] == subject)
    )[:1]
    for subject in dict.fromkeys(
        [motif, *(PAINTERS[asked].repertoire or SUBJECTS if asked else ())]
    )
]
cells = [(picture, f"{model}: {prompt}")]
own = [row for rows in own for row in rows][:2]
cells += [
    (works.open(row), f"{everybody[asked]}: {works.frame['content'].iloc[row]}")
    for row in own
]
figures.gallery(
    cells,
    columns=3,
    side=192,
    caption="What the generator paints (first), and works by the painter whose name is in the prompt.",
)

# %% [markdown]
# The picture has 96 pixels on a side, and what it shows is rather a smudge than a castle. Can a smudge carry style? As this book uses the word,
# yes. {term}`Style <style>` is the choice of colours, the direction, length and thickness of the marks, the way light and dark are laid out, and all of that fits into 96
# pixels. The painters' own works are no larger here, and in the chart at the end of this chapter {term}`csd-tiny` names the painter of most of
# them.
#
# ## Words to vectors
#
# A pipeline is a bundle of networks that were trained at different times. This is what is in the bundle.

# %% tags=["hide-input"]
networks = {
    "text_encoder": "prompt to vectors",
    "unet": "noise off the latents",
    "vae": "latents to pixels",
}
parts = [
    {
        "part": name,
        "turns": turns,
        "million weights": sum(
            value.numel() for value in getattr(pipeline, name).parameters()
        )
        / 1e6,
    }
    for name, turns in networks.items()
]
figures.table(
    pd.DataFrame(parts),
    caption=f"The networks of {model}.",
    formats={"million weights": ".1f"},
)

# %% [markdown]
# The first network does not read letters. A tokenizer cuts the prompt into pieces from a fixed list: common words are one piece, rare names fall
# into several. Every piece becomes a vector, and the text encoder lets the vectors look at one another.

# %%
states = pipeline.encode_prompt(prompt, pipeline.device, 1, True)[0]
stranger = everybody[UNSEEN[0]]
pieces = {text: pipeline.tokenizer.tokenize(text) for text in (prompt, stranger)}

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(
        [
            {
                "text": text,
                "pieces": " | ".join(piece.replace("</w>", "") for piece in cut),
                "how many": len(cut),
            }
            for text, cut in pieces.items()
        ]
    ),
    caption=f"A prompt is padded to {states.shape[1]} pieces, and each becomes {states.shape[2]} numbers. Below the prompt, the name of a "
    "painter whom the tokenizer has never read.",
)

# %% [markdown]
# A name that stood in the captions often enough is made of few pieces, which belong to nobody else. A name that never occurred is a row of
# syllables, and the network has to make sense of them.
#
# ## Noise to picture
#
# Now the second network. It starts from pure noise in the space of {term}`latents`, small blocks of numbers that stand for pixels. At every step it is asked:
# which part of this is noise, if the picture is what the prompt says? Whoever knows the noise knows the picture, so each answer is also a guess
# at the clean picture. A share of the noise is taken off, and the question is asked again. Here is the whole loop, with the guess
# at every step.

# %%
scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
side = pipeline.unet.config.sample_size
shape = (pipeline.unet.config.in_channels, side, side)
chance = [torch.Generator().manual_seed(seed + n) for n in range(asked_painters)]
noises = torch.stack([torch.randn(shape, generator=each) for each in chance])


def walk(prompts, latents):
    """At every step: the latents, and the clean picture that the network expects."""
    told, untold = pipeline.encode_prompt(prompts, pipeline.device, 1, True)[:2]
    latents = latents.to(told)
    for time in scheduler.timesteps:
        with_prompt = pipeline.unet(latents, time, told).sample
        without = pipeline.unet(latents, time, untold).sample
        answer = without + guidance * (with_prompt - without)
        latents, guess = scheduler.step(answer, time, latents, return_dict=False)
        yield latents, guess


scheduler.set_timesteps(denoising_steps)
with torch.inference_mode():
    way = list(walk([prompt], noises[:1]))


# %% name="steps" tags=["hide-input", "slide"]
def painted(latents):
    """Latents as pictures."""
    with torch.inference_mode():
        return pictures(
            pipeline.vae.decode(
                latents.to(pipeline.dtype) / pipeline.vae.config.scaling_factor
            ).sample.float()
        )


shown = np.unique(np.linspace(0, len(way) - 1, 5).astype(int))
figures.gallery(
    [
        (painted(way[number][which])[0], f"{said} {number + 1}")
        for which, said in enumerate(("after step", "guess in step"))
        for number in shown
    ],
    columns=len(shown),
    caption=f"“{prompt}”, painted by the decoder. Above: the latents after a step. Below: the clean picture that the network expects in that step.",
)

# %% [markdown]
# The upper row looks as if nothing happened for a long time. The lower row shows what the network has in mind meanwhile: first a blur that is
# light where the castle will be, in colours that are still to change; later marks, and the final colours. To be sure, we measure four things on
# more prompts, and ask of each guess how far it agrees with the finished picture:
#
# - *large forms*: light and dark in a strong blur (correlation of the pixels),
# - *overall colour*: the mean colour,
# - *palette*: how much of the picture has which of 64 colours (overlap of the shares),
# - *marks*: what a slight blur takes away (correlation of the pixels).
#
# Every prompt starts from noise of its own. For each measure, 0 is what the finished picture of another prompt reaches, and 1 is the finished picture itself.

# %%
chosen = list(PAINTERS)[:: max(1, len(PAINTERS) // asked_painters)][:asked_painters]
wishes = pd.concat(
    [
        content_prompts({slug: everybody[slug]}, [list(SUBJECTS)[row % 14]], seed=seed)
        for row, slug in enumerate(chosen)
    ],
    ignore_index=True,
)
some = wishes["prompt"].tolist()[::2]
with torch.inference_mode():
    ways = [painted(guess) for _, guess in walk(some, noises[: len(some)])]


# %% tags=["hide-input"]
def correlated(one, other):
    """The correlation of the pixels, pair by pair."""
    pair = [each.reshape(*each.shape[:-2], -1) for each in (one, other)]
    one, other = (each - each.mean(axis=-1, keepdims=True) for each in pair)
    size = np.sqrt((one**2).sum(axis=-1) * (other**2).sum(axis=-1))
    return (one * other).sum(axis=-1) / size


# %% tags=["hide-input"]
stack = np.array([[np.asarray(image) / 255 for image in images] for images in ways])
stack, wide = stack[:, :, 6:-6, 6:-6], stack.shape[2]  # without the margins
grey = stack.mean(axis=-1)
forms, slight = (
    gaussian_filter(grey, (0, 0, wide / share, wide / share)) for share in (16, 48)
)
colours = (stack * 3.999).astype(int) @ [16, 4, 1]
palette = np.stack([(colours == n).mean(axis=(2, 3)) for n in range(64)], axis=-1)
looks = [forms, stack.mean(axis=(2, 3)), palette, grey - slight]
found = []
# All guesses beside the finished pictures, and these beside those of other prompts.
for steps, shift in ((slice(None), 0), (slice(-1, None), 1)):
    pairs = [(each[steps], np.roll(each[-1], shift, axis=0)) for each in looks]
    colour = 1 - np.linalg.norm(np.subtract(*pairs[1]), axis=-1)
    shares = np.minimum(*pairs[2]).sum(axis=-1)
    values = correlated(*pairs[0]), colour, shares, correlated(*pairs[3])
    found.append(np.mean(values, axis=-1))
reached, apart = found

# %% tags=["hide-input"]
kinds = ["large forms", "overall colour", "palette", "marks"]
settled = pd.DataFrame(((reached - apart) / (1 - apart)).T, columns=kinds)
settled["step"] = np.arange(len(ways)) + 1
when = {
    kind: int(settled["step"][(settled[kind] >= 0.9).to_numpy().argmax()])
    for kind in kinds
}
assert (
    when["large forms"] <= when["marks"] and when["overall colour"] <= when["palette"]
)
figures.show(
    figures.lines(
        settled,
        x="step",
        ys=kinds,
        titles=("step", "agreement with the finished picture"),
    ),
    caption=f"What is settled when: the network's guess at each step beside the finished picture, mean over {len(some)} prompts. Nine tenths are reached by "
    + ", ".join(f"the {kind} in step {step}" for kind, step in when.items())
    + ".",
    alt="Line chart over the steps. In the order in which nine tenths are reached: "
    + ", ".join(sorted(when, key=when.get))
    + ".",
)

# %% [markdown]
# Two curves rise early. Where light and dark will be is decided first, and the overall colour soon after; both when in the upper row
# nothing can be seen yet. With much noise only such large things can be guessed. The *palette* is not settled with them, although one might
# expect it: how much of the picture has which colour is complete only near the end, with the marks. Style, as this book measures it, is therefore made at both ends: the key of a picture early, its colours in
# detail and its strokes late.
#
# ## Guidance
#
# If a model only did what the prompt makes likely, its pictures would follow prompts as loosely as captions describe pictures on the web. So it is
# asked twice at every step, with the prompt and with an empty one, and pushed in the direction in which the two answers differ
# {cite:p}`ho2022guidance`; you saw the line in the loop above. With answers $v_p$ and $v_\emptyset$ and guidance $w$,
#
# $$ v = v_\emptyset + w\,(v_p - v_\emptyset). $$
#
# At $w = 0$ the prompt is ignored; at 1 it is taken at its word; above 1 it is exaggerated. (diffusers treats everything up to 1 as 1, because
# then one question is enough. So for $w = 0$ below we ask with an empty prompt, which is the same.) Move the slider.

# %%
strengths = (0, 1, 2, 3, 4, 5, 7.5, 10)
turned = {}
for strength in strengths:
    words = [prompt if strength else ""] * 3
    knobs_now = knobs | {"guidance_scale": max(1.0, strength)}
    noises = [torch.Generator().manual_seed(seed + number) for number in range(3)]
    turned[strength] = pipeline(words, generator=noises, **knobs_now).images

# %% tags=["hide-input"]
frames = [
    (
        f"{strength:g}",
        figures.gallery(
            [
                (image, f"seed {seed + number}, guidance {strength:g}")
                for number, image in enumerate(images)
            ],
            columns=3,
            caption="the empty prompt" if strength == 0 else f"“{prompt}”",
        ).data,
    )
    for strength, images in turned.items()
]
figures.slider(
    frames,
    label="guidance",
    caption="The same three noises with more and more guidance.",
    start=1,
)

# %% [markdown]
# The pictures say something; numbers say it for more than one prompt. We ask for one subject from each of many painters at several strengths, and look
# at three things: whether {term}`subjects-tiny`, a small classifier, sees the subject; whether `csd-tiny` finds the painter among the painters' works
# ({term}`recall@k` at 1); and how much contrast the pictures have. The painters whom `csd-tiny` never saw are counted apart.

# %%
options, measured, made_at = {"steps": denoising_steps, "progress": False}, {}, {}
for strength in (1.0, 2.0, 4.0, 8.0):
    made_at[strength] = made = generate(model, wishes, guidance=strength, **options)
    contrast = np.mean([np.std(made.open(row)) / 255 for row in range(len(made))])
    found = painter_found(made, works, style, cache=cache)
    measured[strength] = subject_found(made, judge), found, contrast

# %% tags=["hide-input"]
unseen = wishes["artist"].isin(UNSEEN).to_numpy()
points = []
for strength, (subject, found, _) in measured.items():
    kinds = {
        "painter, unseen by csd-tiny": found[unseen],
        "painter, seen by csd-tiny": found[~unseen],
        "subject": subject,
    }
    for kind, values in kinds.items():
        if len(values):
            each = bootstrap(values)
            ends = {end: 100 * getattr(each, end) for end in ("value", "low", "high")}
            points.append(
                {
                    "label": f"guidance {strength:g}",
                    "found": f"{kind} (n = {len(values)})",
                }
                | ends
            )

# %% tags=["hide-input"]
figures.show(
    figures.intervals(
        pd.DataFrame(points), group="found", axis="found (percent of the pictures)"
    ),
    caption=f"Painter and subject found in {len(wishes)} pictures at each strength, with 95 % intervals over pictures.",
    alt="Points with intervals for four strengths of guidance: painters and subjects are found least often without guidance.",
)

# %% tags=["hide-input"]
kinds = {
    "subject": (0, unseen | True),
    "painter": (1, unseen | True),
    "painter, seen": (1, ~unseen),
    "painter, unseen": (1, unseen),
}
gained = [
    {"guidance": f"{strength:g} instead of 1"}
    | {
        kind: paired_difference(
            values[which][rows], measured[1.0][which][rows]
        ).percent()
        for kind, (which, rows) in kinds.items()
        if rows.any()
    }
    for strength, values in measured.items()
    if strength > 1
]
figures.table(
    pd.DataFrame(gained),
    caption="What guidance changes, in points: the same prompts from the same noise, picture by picture, with 95 % intervals over pictures. "
    "Painters seen and unseen by csd-tiny.",
)

# %% tags=["hide-input"]
own_contrast = np.mean(
    [
        np.asarray(works.open(row), dtype=float).std() / 255
        for row in range(0, len(works), 50)
    ]
)
contrasts = [
    (f"guidance {strength:g}", contrast)
    for strength, (_, _, contrast) in measured.items()
]
assert contrasts[-1][1] > contrasts[0][1], "contrast rises with guidance"
above = [name for name, contrast in contrasts if contrast > own_contrast]
figures.table(
    pd.DataFrame(
        [*contrasts, ("the painters' own works", own_contrast)],
        columns=["pictures", "contrast"],
    ),
    caption="Contrast: the standard deviation of all values of a picture, as a share of the range. Above that of the painters' own works: "
    f"{', '.join(above) or 'none'}.",
    formats={"contrast": ".3f"},
)

# %% [markdown]
# *Subjects* are found more often with guidance than without: all three intervals lie above 0. *Painters* are less clear: together they gain, but at 4 the interval holds 0, as all do
# once seen and unseen painters are counted apart. The *contrast* rises with every step, and at guidance 4, that of this page and of the case studies, it already lies above the painters' own works.
#
# What a study finds depends on this knob. A study that does not report its guidance has not reported its result.
#
# ## Seeds
#
# The noise that a picture starts from is the only thing that is left to chance, and a {term}`seed` fixes it. The same prompt with six seeds shows how much room
# the prompt leaves. Below each picture stands whose work is nearest to it, by `csd-tiny`.

# %%
wish = {"artist": asked or "nobody", "content": motif, "prompt": prompt}
wish |= {"prompt_set": "content", "others": []}
again = pd.DataFrame([wish | {"seed": seed + number} for number in range(6)])
several = generate(model, again, guidance=guidance, **options)

# %% tags=["hide-input"]
mine, theirs = (
    csdlib.embed(each, style, cache=cache, progress=False) for each in (several, works)
)
nearest = theirs.table.column("artist")[
    csdlib.retrieval.neighbours(mine, theirs, 1).rows[:, 0]
]
figures.gallery(
    [
        (several.open(row), f"seed {seed + row}, nearest: {everybody[slug]}")
        for row, slug in enumerate(nearest)
    ],
    columns=3,
    caption=f"“{prompt}”, from six different noises. The painter who was asked for is found in {(nearest == asked).sum()} of them.",
)

# %% [markdown]
# Whoever wants to show that this model can paint like this painter, or cannot, finds a seed for it. A study says how many pictures it made, and counts all.
#
# ## What it has learned
#
# In each row, three pictures by the generator and the same three subjects by the painter. A star marks pairs
# that *no training picture shows*, because the painter never paints that subject. (The painters' own works include them: for the {term}`exhibition` everybody
# was asked to paint everything. The generator has not seen the exhibition.)

# %%
rows = list(PAINTERS)[:: max(1, len(PAINTERS) // painters)][:painters]
subjects = ["boat", "castle", "flower"]
wanted = content_prompts(atelier_artists(rows), subjects, seed=seed)
sheet = generate(model, wanted, guidance=guidance, **options)
new = never_painted(wanted)

# %% name="sheet" tags=["hide-input", "slide"]
cells = []
for number, slug in enumerate(rows):
    for column, subject in enumerate(subjects):
        row = number * len(subjects) + column
        cells.append((sheet.open(row), f"{subject}{' *' if new[row] else ''}, {model}"))
    for subject in subjects:
        own = np.flatnonzero(
            (works.frame["artist"] == slug) & (works.frame["content"] == subject)
        )[0]
        cells.append((works.open(own), f"{subject}, {find_painter(slug).name}"))
figures.gallery(
    cells,
    columns=6,
    side=128,
    caption=f"Left: generated. Right: the painter's own. A star: no training picture shows this pair ({new.sum()} of {len(new)}).",
)

# %% [markdown]
# Look for mistakes of three kinds. *Forms*: does the boat meet the water? *Marks*: has a hatching
# become a grey? *Mixtures*: has something of the painter's usual subjects got into a starred picture? In which kind are the starred
# pictures worse than the others?
#
# ## Combining or repeating?
#
# The sheet is too small to count on. The following is recorded with the model, because it needs more pictures than this page should wait for. It is about pairs of painter and
# subject that training never showed. If the model could only repeat, it would fail on them. And if its pictures were copies, {term}`copy-tiny`, a
# descriptor that finds {term}`near-duplicates <near-duplicate>`, would find
# their originals among the training pictures. *Fresh works* tell how often it is wrong: new pictures by the same painters, of the subjects that they usually paint, which
# cannot be copies. Three quarters of the new pairs were {term}`practised` after the first training; the others are counted apart.
#
# Who paints every subject has no new pair: the brackets say how many painters stand behind a row, in the order of the legend.

# %% tags=["hide-input"]
record = model_record("tiny-sd")
judged = pd.DataFrame(record["judged"]).query(
    "group in ['seen', 'withheld', 'name_unread']"
)
who = {
    "name_unread": "of the withheld, unseen by csd-tiny",
    "withheld": "withheld",
    "seen": "all others",
}
asked_for = {
    ("fresh", "", "any"): "fresh works",
    ("open", "name_last", "any"): "simple prompts",
    ("new", "name_last", "any"): "new pairs",
    ("new", "name_last", "no"): "new pairs, not practised",
    ("new", "name_first", "any"): "new pairs, name first",
}
judged["label"] = [
    asked_for.get(key)
    for key in zip(judged["subjects"], judged["order"], judged["practised"])
]

# %% tags=["hide-input"]
judged = judged.assign(
    **{end: 100 * judged[end] for end in ("value", "low", "high")},
    who=judged["group"].map(who),
)
judged = (
    judged[judged["label"].notna()]
    .set_index("label")
    .loc[list(asked_for.values())]
    .reset_index()
)
judged = pd.concat([judged[judged["group"] == group] for group in who])
painters_of = (
    judged[judged["measure"] == "painter_found"].groupby("label")["n"].agg(list)
)
judged["row"] = [
    f"{label} ({', '.join(map(str, painters_of[label]))})" for label in judged["label"]
]
used = record["judged_with"]
recorded_with = f"Recorded with tiny-sd, which has seen all 48 painters: guidance {used['guidance']}, {used['steps']} steps; 95 % intervals over painters."
figures.show(
    figures.intervals(
        judged[judged["measure"] == "painter_found"].assign(label=judged["row"]),
        group="who",
        axis="painter found (percent of the pictures)",
    ),
    caption=f"{recorded_with} In brackets: painters in each group. Made by: `csdlib judge-diffusion tiny-sd`",
    alt="Points with intervals for three groups of painters: found most often in fresh works and simple prompts, least often in new pairs.",
)

# %% tags=["hide-input"]
rest = judged[
    judged["measure"].isin(["subject_found", "copies"])
    & (judged["group"] != "name_unread")
]
rest = rest.assign(
    asked=rest["measure"].map(
        {"subject_found": "subject found: ", "copies": "taken for a copy: "}
    )
    + rest["label"]
)
texts = [
    f"{row.value:.1f} [{row.low:.1f}, {row.high:.1f}]" for row in rest.itertuples()
]
wide = (
    rest.assign(text=texts)
    .pivot_table(index="asked", columns="who", values="text", aggfunc="first")
    .sort_index(ascending=False)
    .reset_index()
)
figures.table(
    wide.rename(columns={"asked": "percent of the pictures"}),
    caption=f"Subjects and copies, for as many painters as in the chart. {recorded_with}",
)

# %% tags=["hide-input"]
bounds = []
for group in ("withheld", "seen"):
    own = judged[judged["group"] == group].set_index(["measure", "label"])
    open_, pair = (
        own.loc[("painter_found", "simple prompts")],
        own.loc[("painter_found", "new pairs")],
    )
    subject = own.loc[("subject_found", "new pairs")]
    least = (open_["value"] * open_["n"] - 100 * (open_["n"] - pair["n"])) / pair["n"]
    bounds.append(
        {
            "painters with new pairs": f"{pair['n']} ({who[group]})",
            "painter, simple prompts: at least": least,
            "painter, new pairs": pair["value"],
            "painter and subject in one picture, new pairs: at least": pair["value"]
            + subject["value"]
            - 100,
        }
    )
    assert least > pair["value"]
figures.table(
    pd.DataFrame(bounds),
    caption="The same painters in both rows (percent of the pictures). At least: if all painters without a new pair were found always, and if no picture that "
    "misses the painter missed the subject, too.",
    formats=dict.fromkeys(list(bounds[0])[1:], ".1f"),
)

# %% [markdown]
# The *subject* is there nearly always when a prompt is in the paper's words, also where no training picture shows it. The
# *painter* is found often when the prompt leaves the subject open, and in about a third of the pictures of new pairs. These are fewer painters; but even if
# all the others were found always, those with new pairs would be found more often by simple prompts (the last table). So the new subject pushes the painter's style
# aside. Not always: at least one picture in five has both the painter and the subject, which no training picture shows together. There the model combines.
#
# That it is so many is the work of later trainings, in which the model practised to put known styles to new subjects
# ([hands carried to new subjects](hands_carried_to_new_subjects)). The quarter left out of the practice is lower, within the
# intervals. With the name said first the painter is found in more than half of the pictures, and the subject
# less often. The reason lies in the text encoder, and is told in the same chapter.
#
# *Copies*: what `copy-tiny` takes for a copy is, within the intervals, as frequent among generated pictures as among fresh works, which cannot be any.
#
# Why three groups? {term}`tiny-sd-withheld`, the model of the case studies, never saw the withheld painters; `tiny-sd` has. Here the two large groups should be alike, and their
# intervals in the chart overlap. The third group is a part of the withheld: painters whom `csd-tiny` has not seen either. It is
# a weaker judge of them, even on fresh works.
#
# ## Summary
#
# - A prompt becomes vectors, noise becomes latents in a few steps, and latents become pixels. Large forms and the overall colour are settled first,
#   palette and marks last.
# - Guidance exaggerates the prompt: subjects become easier to recognise, painters perhaps, and contrast rises beyond the painters' own. Report it.
# - Count over many seeds.
# - The model paints subjects that a painter never painted, and then, asked in the paper's words, keeps the style far less often than on its own choice. Its pictures
#   are not taken for copies distinguishably more often than works that cannot be any.
#
# ## Exercises
#
# **1. Is it only contrast?** (15 minutes.) Guidance raises the contrast. Is that why subjects are found more often? Write `flattened(image, contrast)`: the picture with
# its values pulled towards their mean, so that their standard deviation is `contrast` times 255 (0.155, say, which is about that of guidance 1). Then let
# `subjects-tiny` look again at flattened pictures of guidance 8. They are `made_at[8.0].open(row)`, and `judge.guess(table)` asks a table only for its length and for `open(row)`, so a small class
# of your own can stand in for one.


# %% tags=["exercise"]
def flattened(image, contrast):
    """The picture with another contrast, its mean kept."""
    return image  # your code here


# %% tags=["solution"]
from PIL import Image


def flattened(image, contrast):
    """The picture with another contrast, its mean kept."""
    values = np.asarray(image, dtype=float)
    pulled = values.mean() + (values - values.mean()) * contrast * 255 / values.std()
    return Image.fromarray(pulled.clip(0, 255).round().astype(np.uint8))


class Flat:
    """The pictures of guidance 8, flattened, as a table for the judge."""

    def __len__(self):
        return len(made_at[8.0])

    def open(self, row):
        return flattened(made_at[8.0].open(row), 0.155)


paler = (judge.guess(Flat()) == made_at[8.0].column("content")).astype(float)
for strength in (1.0, 8.0):
    more = paired_difference(paler, measured[strength][0]).percent()
    print(f"subjects found in flattened pictures, more than at {strength:g}: {more}")
# If contrast were all, the first number would be near 0 and the second far below it.


# %% tags=["mistake"]
# Shrinks the values towards black instead of their mean, so the picture is darker as well. Ask: what does white become?
from PIL import Image


def flattened(image, contrast):
    values = np.asarray(image, dtype=float)
    return Image.fromarray(
        (values * contrast * 255 / values.std()).clip(0, 255).astype(np.uint8)
    )


# %% tags=["check"]
bright = turned[10][0]
for contrast in (0.05, 0.12):
    flat, before = (
        np.asarray(each, dtype=float) for each in (flattened(bright, contrast), bright)
    )
    assert flat.shape == before.shape, "one picture"
    assert abs(flat.std() / 255 - contrast) < 0.005, "its contrast"
    assert abs(flat.mean() - before.mean()) < 1, "its mean is kept"
    assert np.corrcoef(flat.ravel(), before.ravel())[0, 1] > 0.98, (
        "the same picture, only paler"
    )

# %% [markdown]
# **2. How many seeds make a proof?** (10 minutes.) Somebody shows you one picture in which a painter is found, and does not say how many were made. Write `luck(share, tries)`: the
# probability that at least one of `tries` pictures is a hit, if each is one with probability `share`; and `enough(share, sure)`: the fewest
# tries after which such a picture exists with probability `sure`. How many pictures make an even bet, and how many make it nearly sure (95 %), of a painter who is found at chance, one picture in 48?


# %% tags=["exercise"]
def luck(share: float, tries: int) -> float:
    """The probability of at least one hit."""
    return share  # your code here


def enough(share: float, sure: float) -> int:
    """The fewest tries that give a hit with this probability."""
    return 1  # your code here


# %% tags=["solution"]
def luck(share: float, tries: int) -> float:
    """The probability of at least one hit: not all of them miss."""
    return 1 - (1 - share) ** tries


def enough(share: float, sure: float) -> int:
    """The fewest tries that give a hit with this probability."""
    return int(np.ceil(np.log(1 - sure) / np.log(1 - share)))


print(
    f"At chance: {enough(1 / 48, 0.5)} pictures for an even bet, {enough(1 / 48, 0.95)} for 95 %."
)


# %% tags=["mistake"]
# Adds up chances: after fifty pictures by chance it is more than certain.
def luck(share: float, tries: int) -> float:
    return min(1.0, share * tries)


def enough(share: float, sure: float) -> int:
    return int(np.ceil(sure / share))


# %% tags=["check"]
for share in (1 / 48, 0.33, 0.7):
    misses = np.random.default_rng(0).random((20_000, 6)) >= share
    assert abs(luck(share, 6) - (1 - misses.all(axis=1).mean())) < 0.02
    tries = enough(share, 0.95)
    assert luck(share, tries) >= 0.95, "too few tries"
    assert luck(share, tries - 1) < 0.95, "one less would do"

# %% [markdown]
# **3. A name that means nothing.** (30 minutes, open.) Run this chapter with `-p model tiny-sd-withheld` and a prompt that names one of the sixteen painters whom it never saw
# (`csdlib.atelier.WITHHELD`). What does a model paint when it hears a name that means nothing to it? A good answer has a guess written down first, counts over
# several seeds and subjects, says whose works are nearest and whether these are always the same painters, and compares with the same prompts under `tiny-sd`.
#
# ## Further reading
#
# - {cite:t}`rombach2022ldm` on latent diffusion, {cite:t}`ho2022guidance` on guidance.
# - Next: [how tiny-sd was made](how_tiny_sd_was_made), or straight to the first case study: [whose style is it?](whose_style_is_it)
