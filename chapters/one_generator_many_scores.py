# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "One generator, many scores", minutes: 1, accelerator: none, data: [data/models/csd-art, data/models/csd-tiny, data/models/clip-tiny, data/models/tiny-sd, data/models/tiny-sd-withheld, data/published/csd_scores.csv]}
# ---

# %% [markdown]
# # One generator, many scores
#
# ## Overview
#
# Papers on style transfer report a CSD score, and readers put two of them side by side: this generator got more than that one. Can they? This chapter leaves the pictures as they are, and turns all that papers seldom
# mention: how a picture becomes a square, which references it meets, how many of them, and which number of many cosines is printed. You will
#
# - see what papers say about one and the same generator,
# - score the same pictures in a few hundred settings, and find out what moves the number,
# - ask which settings still see a difference that is there, and which invent one,
# - learn to say how a score was made, in a header that travels with the table.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Your own images](your_own_images): a score, its references, its interval | needed |
# | [What decides a benchmark](what_decides_a_benchmark): the same doubt about retrieval | helpful |
#
# **Time:** twenty minutes to read, about one to run.

# %% tags=["parameters"]
model = "tiny-sd"  # the generator
compared_model = "tiny-sd-withheld"  # a generator to compare it with
descriptor = "csd-art"  # what looks at style, in the default setting
baselines = "csd-tiny,clip-tiny"  # descriptors beside it, separated by commas
works_per_painter = 14  # pictures of each painter: the references
reference_counts = (
    "1,3,10"  # references of each style, separated by commas; all of them come besides
)
made_each = 2  # pictures that are generated in each painter's name, by each generator
denoising_steps = 12  # steps from noise to picture
seed = 0  # seed of the random draws: the shape to which each reference is cut

# %% tags=["hide-input"]
from itertools import product

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from PIL import ImageOps

import csdlib
from csdlib import figures
from csdlib.atelier import UNSEEN, WITHHELD
from csdlib.descriptors import PREPROCESSING, preprocessed
from csdlib.descriptors.preprocessing import squared
from csdlib import cache_folder, data_path
from csdlib.files import atomic_path, seeded
from csdlib.generation import generate, simple_prompts, works_of
from csdlib.metrics import paired_difference
from csdlib.recipes import atelier_artists
from csdlib.texts import split_names

# %% [markdown]
# ## A puzzle
#
# Three generators, and what papers print as their CSD score.

# %% name="published" tags=["hide-input", "slide"]
published = pd.read_csv(data_path("published/csd_scores.csv"), dtype={"arxiv": str})
figures.table(
    published.rename(columns={"first_hand": "read there"}),
    caption="Published CSD scores. Where the last column says no, the number is quoted after others, and not checked against the paper.",
    formats={"score": ".3f"},
)

# %% [markdown]
# One generator, two numbers or three. The generator did not change between the rows. The pictures did: each paper has its own prompts and styles. But a reader cannot tell how
# much of the gap is theirs, because each paper also has its own script. Among the scripts that go around, one squeezes pictures into a square and another crops them; one takes the mean of the references and another the nearest; and all print "CSD".
#
# This chapter cannot solve the puzzle: we do not have those pictures. It can measure how large such a gap may be *without any change of pictures*.
#
# ## Two generators, of which we know which is better
#
# {term}`tiny-sd` has learned from all painters of the {term}`atelier`; {term}`tiny-sd-withheld` has not seen sixteen of them. We ask both for eight of these sixteen, those first whom the small descriptors have not seen
# either. Here the right answer is known: one generator has met the style, the other one guesses. For later we ask for eight painters whom *both* know. There, nobody knows who is better.
#
# One thing has to be arranged. Pictures of the atelier are square, so that no crop would ever lose anything. Real pictures are not. So we cut the *references* to shapes that real ones have: for each, a draw decides
# between 1:1, 3:2, 2:3 and 2:1. The generated pictures stay square, as generators make them.

# %% tags=["hide-input"]
SHAPES = {"1:1": (96, 96), "3:2": (96, 64), "2:3": (64, 96), "2:1": (96, 48)}


def write_cut(works, folder):
    """The middles of works, in shapes that a draw decides, into one subfolder an artist."""
    for artist in sorted(set(works.column("artist"))):
        rows = np.flatnonzero(works.column("artist") == artist)[:works_per_painter]
        draw = seeded("shapes", artist, seed)
        for row, shape in zip(rows, draw.choice(list(SHAPES), len(rows)), strict=True):
            path = folder / artist / works.path(row).name
            if not path.exists():
                with atomic_path(path) as temporary:
                    ImageOps.fit(works.open(row), SHAPES[shape]).save(temporary, "PNG")


# %%
def collected(painters, folder):
    """References in many shapes, and what both generators make in these names."""
    write_cut(works_of("atelier").where(artist=painters, split="database"), folder)
    prompts = simple_prompts(atelier_artists(painters), made_each, seed=0)
    options = {"guidance": 4.0, "steps": denoising_steps, "progress": False}
    made = (generate(name, prompts, **options) for name in (model, compared_model))
    return [csdlib.load_dataset("folder", root=folder), *made]


mine = cache_folder() / "one_generator_many_scores" / f"{works_per_painter}-{seed}"
withheld = sorted(WITHHELD, key=lambda painter: painter not in UNSEEN)[:8]
both_know = [painter for painter in UNSEEN if painter not in WITHHELD][:8]
references, first, second = collected(withheld, mine / "withheld")
close_race = collected(both_know, mine / "both_know")

# %% tags=["hide-input"]
shown = []
for painter in withheld[:2]:
    known = np.flatnonzero(references.column("artist") == painter)[:3]
    who = references.name_of(painter)
    shown += [(references.open(row), f"{who}: reference") for row in known]
    for name, made in ((model, first), (compared_model, second)):
        row = int(np.argmax(made.column("artist") == painter))
        shown.append((made.open(row), f"{who}: by {name}"))
figures.gallery(
    shown,
    columns=5,
    caption="Two painters: references as they were cut, and a picture by each generator.",
)

# %% [markdown]
# A descriptor sees squares only. Four ways to a square are in use, and each has a name here: this is the {term}`preprocessing`. There is a fifth name, `own`, and it is no fifth way: it is the one that a descriptor is used
# to, `squash` for `csd-art`, `reference` for the small ones. "We used the default" says nothing, then, unless one knows whose.

# %% name="squares" tags=["hide-input", "slide"]
every = (references.open(row) for row in range(len(references)))
long = max(every, key=lambda picture: picture.width / picture.height)
ways = [way for way in PREPROCESSING if way != "own"]
squares = [
    (square, way) for way in ways for square in squared(long, 128, way, (0.5, 0.5, 0.5))
]
figures.gallery(
    [(long, "the picture"), *squares],
    columns=7,
    side=96,
    caption="One reference, and what each way shows of it. Of the three squares of multi-crop the mean descriptor counts.",
)

# %% [markdown]
# ## Every setting
#
# Five choices stand between pictures and a number:
#
# | factor | what is chosen |
# |---|---|
# | descriptor | what looks, with which weights |
# | preprocessing | how a picture becomes a square |
# | {term}`pairing` | whom a picture meets: the references of its own style (`group`), or `all` |
# | references | how many each style has |
# | {term}`read-out` | the mean of the cosines, the largest (`max`), or the cosine with the {term}`prototype` |
#
# Pictures are described once for each way of looking. After that a score is cheap, and we can afford all of them.
#
# **Prediction.** Which of the five moves the number most? And which, if any, takes the difference between the two generators away?


# %%
def all_scores(tables, names):
    """The scores of both generators' pictures, one row a setting."""
    for name, way in product(names, PREPROCESSING):
        looks = preprocessed(csdlib.load(name), way)
        known, *made = (csdlib.embed(each, looks, **quiet) for each in tables)
        for count, pairing in product(counts, ("group", "all")):
            few = tables[0].frame.groupby("artist").head(count).index
            how = {"pairing": pairing, "descriptor": looks, "corpus": None}
            some = known.of(tables[0].take(few))
            found = [csdlib.score(pictures, some, **how).frame for pictures in made]
            for column in ("mean", "max", "prototype"):
                values = [frame[column].to_numpy() for frame in found]
                yield name, way, pairing, count, column, *values


# %%
names = [descriptor, *split_names(baselines)]
fewer = {min(int(count), works_per_painter) for count in split_names(reference_counts)}
counts = sorted({*fewer, works_per_painter})
quiet = {"cache": cache_folder() / "embeddings", "progress": False}
rows = [("one", *row) for row in all_scores([references, first, second], names)]
rows += [("both", *row) for row in all_scores(close_race, names[1:] or names)]

# %% tags=["hide-input"]
FACTORS = ["descriptor", "preprocessing", "pairing", "references", "read-out"]
asked = {"one": first.column("artist"), "both": close_race[1].column("artist")}
settings = pd.DataFrame(rows, columns=["known to", *FACTORS, "a", "b"])
ahead = [
    paired_difference(a, b, groups=asked[who], bounds=(-2, 2))
    for who, a, b in settings[["known to", "a", "b"]].to_numpy()
]
settings[model] = settings.pop("a").map(np.mean)
settings[compared_model] = settings.pop("b").map(np.mean)
for end in ("value", "low", "high"):
    settings[end] = [getattr(each, end) for each in ahead]
sides = [settings["low"] > 0, settings["high"] < 0]
settings["verdict"] = np.select(sides, [model, compared_model], "undecided")
scored = settings[settings["known to"] == "one"]
default = dict(
    zip(FACTORS, (descriptor, "own", "group", works_per_painter, "mean"), strict=True)
)
usual = scored[(scored[FACTORS] == pd.Series(default)).all(axis=1)].iloc[0]
print(f"{len(scored)} settings. By default {model} gets {usual[model]:.3f};")
print(f"among all of them {scored[model].min():.3f} to {scored[model].max():.3f}")

# %% name="settings" tags=["hide-input", "slide"]
levels = [(factor, level) for factor in FACTORS for level in scored[factor].unique()]
jitter = np.random.default_rng(seed).uniform(-0.2, 0.2, len(scored))
chart = go.Figure()
for number, factor in enumerate(FACTORS):
    lines = [levels.index((factor, level)) for level in scored[factor]]
    marker = {
        "size": 5,
        "opacity": 0.6,
        "color": figures.COLOURS[number],
        "symbol": figures.SYMBOLS[number],
    }
    chart.add_scatter(
        x=scored[model],
        y=lines + jitter,
        mode="markers",
        marker=marker,
        name=factor,
        hoverinfo="x",
    )
chart.add_vline(
    x=usual[model], line_dash="dot", line_color="#888888", annotation_text="default"
)
chart.update_layout(
    xaxis_title=f"score of {model}",
    yaxis={
        "tickvals": list(range(len(levels))),
        "ticktext": [f"{factor}: {level}" for factor, level in levels],
        "range": [len(levels) - 0.5, -1.2],
        "zeroline": False,
    },
    height=140 + 30 * len(levels),
    meta={"rows": True},
)
bands = [scored.groupby(factor, sort=False)[model] for factor in FACTORS]
spans = pd.concat(band.agg(["count", "min", "median", "max"]) for band in bands)
spans.insert(0, "setting", [f"{factor}: {level}" for factor, level in levels])
figures.show(
    chart,
    numbers=spans.round(3),
    caption=f"The same {len(first)} pictures in {len(scored)} settings. Every setting is a point in each of the five bands, in the line of its level; inside a line, height means nothing.",
    alt=f"A strip chart. The scores of one generator lie between {scored[model].min():.2f} and {scored[model].max():.2f}; the default is {usual[model]:.2f}.",
)

# %% [markdown]
# No picture was made anew for any of these points. Compare the lines of one band: where they lie over each other, the factor hardly matters; where they lie apart, it has to be said. (`own` repeats the line of one of the other
# ways, for each descriptor.)
#
# ## Which choice moves it most?
#
# Now one factor at a time, the others at the default. Beside it stands what the two generators differ by.

# %% tags=["hide-input"]
moved = []
for factor in FACTORS:
    others = [name for name in FACTORS if name != factor]
    same = scored[(scored[others] == pd.Series(default)[others]).all(axis=1)]
    low, high = (
        same.loc[find] for find in (same[model].idxmin(), same[model].idxmax())
    )
    moved.append(
        {
            "factor": factor,
            "lowest": f"{low[model]:.3f} ({low[factor]})",
            "highest": f"{high[model]:.3f} ({high[factor]})",
            "range": high[model] - low[model],
            "difference of the generators": f"{same['value'].min():.3f} to {same['value'].max():.3f}",
        }
    )
figures.table(
    pd.DataFrame(moved).sort_values("range", ascending=False),
    caption=f"The score of {model} when one factor is turned, and the difference {model} minus {compared_model} in the same settings. At the default it is {usual['value']:.3f} [{usual['low']:.3f}, {usual['high']:.3f}].",
    formats={"range": ".3f"},
)

# %% [markdown]
# The pairing comes first, and it changes the question: `group` asks whether a picture looks like the style that was asked for, `all` whether it looks like anything in the collection. The descriptor is the next: cosines of two
# descriptors are as little comparable as degrees of two thermometers with scales of their own. Preprocessing and read-out each move the score about as far as the two generators are apart, and here one of them has never seen the style! The number of
# references does least, but only because the default is the mean:

# %% name="references" tags=["hide-input", "slide"]
others = ["descriptor", "preprocessing", "pairing"]
same = scored[(scored[others] == pd.Series(default)[others]).all(axis=1)]
grown = same.pivot_table(model, "references", "read-out")
figures.show(
    figures.lines(
        grown.reset_index(),
        x="references",
        ys=list(grown),
        titles=("references of each style", f"score of {model}"),
    ),
    caption="The score over the number of references, by read-out. With one reference all three are the same number.",
    alt="; ".join(
        f"{name}: {grown[name].iloc[0]:.2f} to {grown[name].iloc[-1]:.2f}"
        for name in grown
    ),
)

# %% [markdown]
# The more references there are, the nearer is the nearest; and a prototype of many holds less of each one's own. Whoever has more references has more of both, without a better picture.
#
# ## Does the order change?
#
# Perhaps the number does not matter, as long as the better generator gets the higher one. For each setting we take the {term}`paired difference` of the two, same prompt and same {term}`seed`, with an interval over painters. The last rows are the close race: the eight painters
# whom both know. (By the small descriptors only, to save time.)

# %% tags=["hide-input"]
rows = []
for (known_to, pairing, name), part in settings.groupby(
    ["known to", "pairing", "descriptor"], sort=False
):
    said = part["verdict"].value_counts()
    rows.append(
        {
            "painters known to": {"one": model}.get(known_to, known_to),
            "pairing": pairing,
            "descriptor": name,
            f"{model} ahead": said.get(model, 0),
            "undecided": said.get("undecided", 0),
            f"{compared_model} ahead": said.get(compared_model, 0),
            f"higher mean: {model}": f"{(part['value'] > 0).mean():.0%}",
        }
    )
rows.sort(key=lambda row: (row["painters known to"] == "both", row["pairing"] == "all"))
figures.table(
    pd.DataFrame(rows),
    caption="In how many settings who is ahead. Ahead means that the 95 % interval over painters leaves out 0; the last column counts bare means, as most papers print them.",
)

# %% tags=["hide-input"]
blurred = scored[scored["pairing"] == "all"]
for column, part in blurred.groupby("read-out", sort=False):
    count = (part["verdict"] == model).sum()
    print(f"all references, {column}: {model} ahead in {count} of {len(part)} settings")

# %% tags=["hide-input"]
ordered = scored.sort_values("value", ignore_index=True)
chart = go.Figure()
for number, (pairing, part) in enumerate(ordered.groupby("pairing", sort=False)):
    ends = {"array": part["high"] - part["value"], "thickness": 0.7, "width": 0}
    chart.add_scatter(
        x=part["value"],
        y=part.index,
        error_x=ends | {"symmetric": False, "arrayminus": part["value"] - part["low"]},
        mode="markers",
        marker={
            "size": 5,
            "color": figures.COLOURS[number],
            "symbol": figures.SYMBOLS[number],
        },
        name=f"pairing: {pairing}",
        hoverinfo="x",
    )
chart.add_vline(x=0, line_color="#888888")
chart.update_layout(
    xaxis_title=f"{model} minus {compared_model}",
    yaxis={"showticklabels": False, "title": "settings, in order"},
    height=560,
)
ahead = scored.groupby("pairing")["verdict"].apply(lambda said: (said == model).mean())
figures.show(
    chart,
    caption=f"The difference in every setting, of the painters whom only {model} knows, with 95 % intervals over painters. Colour is the pairing.",
    alt=f"Points with intervals in order. With the pairing group {ahead['group']:.0%} of the settings put {model} ahead, with all {ahead['all']:.0%}.",
)

# %% [markdown]
# With the pairing `group`, the generator that knows the style has the higher mean in every single setting, whatever the descriptor, the crop and the read-out. So an order stands firmer than a number, *if both were measured alike*.
#
# With `all`, the difference nearly vanishes, and by `csd-art` the generator that guesses mostly has the higher bare mean, though no interval would call it ahead. Nothing is wrong with the arithmetic: whoever paints like *somebody* in the collection has done all that `all` asks for. The small descriptors
# still see the difference by the maximum: that asks for one near reference only, and a picture that has the style finds it among its own. What moves the number most is here also what takes its meaning away.
#
# In the close race most settings are undecided, as they should be. A few name a winner all the same, and the bare means take sides by the pairing. Whoever may choose the setting afterwards may choose the answer: fix it before you
# look. And do not count settings as witnesses. They are hundreds of views of the same few pictures.
#
# Now the reader with two papers on the desk. Each used one setting, and did not say which. How often does the generator that *guesses* get the higher number?

# %% tags=["hide-input"]
for said, part in {
    "any setting": scored,
    **dict([*scored.groupby("descriptor")]),
}.items():
    higher = part[compared_model].to_numpy()[:, None] > part[model].to_numpy()
    print(f"{said}: {compared_model} above {model} in {higher.mean():.0%} of the pairs")
same = (scored[compared_model] > scored[model]).mean()
print(f"both in the same setting: {same:.0%}")

# %% [markdown]
# ## What has to be said
#
# A number can be repeated if its setting is known. `Scores.save` writes the setting above the table, so that nobody has to remember:

# %%
scores = csdlib.score(
    first,
    references,
    pairing="group",
    descriptor=descriptor,
    corpus=None,
    progress=False,
)
scores.save(mine / "scores.csv")
for line in (mine / "scores.csv").read_text().splitlines():
    if line.startswith("# "):
        print(line[:88])

# %% [markdown]
# As a checklist:
#
# | a paper must say | where the header has it |
# |---|---|
# | which descriptor, and which file of weights | `descriptor`, `weights`, `fingerprint` |
# | how a picture becomes a square, and how large | `preprocessing`, `size` |
# | by which version, where, and in which numbers it was computed | `csdlib`, `device`, `precision` |
# | who is measured against whom | `pairing` |
# | how many pictures and references, and what was left out | `generated`, `references`, `without a number` |
# | on which scale it is read | `corpus` |
# | an interval, and over what | `summary` |
# | **which column is quoted**: `mean`, `max` or `prototype` | nowhere: the file has all three |
# | **which pictures**: prompts, seeds, styles, shapes | nowhere: publish the folder |
#
# The last two are up to you. What a number that is told in full *says*, the [next chapter](what_a_score_means) asks. And `notes` says what spoils a comparison, such as pictures that lose much to the crop. For pictures of yours, `csdlib score generated references --compare-preprocessing` shows how far that factor alone moves the score.
#
# ## Summary
#
# - The same pictures get very different scores. Two published numbers can be compared only if descriptor, preprocessing, pairing, references and read-out are the same, or after both sets of pictures were scored anew, alike.
# - In one setting an order is firmer than a number. It still needs an interval over styles, and a pairing that asks for the style in question.
# - Measured against *all* references, a generator that guesses may score as high as one that knows.
# - Choose the setting before you look, and publish the table with its header.
#
# ## Exercises
#
# **1. What a paper left open (15 minutes).** A paper states some of the five choices. Write `span(said)`: it gets them as a dictionary, such as `{"descriptor": "csd-art", "read-out": "mean"}`, and returns the lowest and the highest score of the generator among the settings in `scored` that fit. How much is left open by a paper
# that names the descriptor and says "the mean cosine"?


# %% tags=["exercise"]
def span(said: dict[str, object]) -> tuple[float, float]:
    """The lowest and the highest score of the generator that fit what was said."""
    return 0.0, 0.0  # your code here


# %% tags=["solution"]
def span(said: dict[str, object]) -> tuple[float, float]:
    """The lowest and the highest score of the generator that fit what was said."""
    fits = (scored[list(said)] == pd.Series(said, dtype=object)).all(axis=1)
    return scored.loc[fits, model].min(), scored.loc[fits, model].max()


# Of nothing said, every setting fits: `all` of no column is true.
for said in (
    {},
    {"descriptor": descriptor},
    {"descriptor": descriptor, "read-out": "mean"},
):
    low, high = span(said)
    print(f"{', '.join(said) or 'nothing'} said: {low:.3f} to {high:.3f}")


# %% tags=["mistake"]
# Takes the settings to which *any* of the choices fits: the more a paper says, the more is left open.
def span(said: dict[str, object]) -> tuple[float, float]:
    fits = (scored[list(said)] == pd.Series(said, dtype=object)).any(axis=1)
    return scored.loc[fits, model].min(), scored.loc[fits, model].max()


# %% tags=["check"]
assert span({}) == (scored[model].min(), scored[model].max())
assert span(default) == (usual[model], usual[model])
partly = span({"descriptor": descriptor, "pairing": "group"})
assert span({})[0] <= partly[0] <= usual[model] <= partly[1] <= span({})[1]

# %% [markdown]
# **2. A paper, read with the checklist (open, 30 minutes).** Take a paper that reports a CSD score, with its code if there is any. Fill in the checklist, line by line. Then take two of its rows that differ by little, and say which of the open lines could turn them around, and which could not, because they were the same for both. A good answer separates what hurts a comparison *inside* the table from what hurts one with *another* table,
# and names the one line that you would ask the authors for.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`: the descriptor that gave the score its name; [the reference, checked](the_reference_checked) reads its released code.
# - [How to report a study of style](how_to_report_a_study_of_style): the same for retrieval, as a form.
# - Next: [what a score means](what_a_score_means).
