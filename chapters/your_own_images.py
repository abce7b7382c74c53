# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Your own images", minutes: 1, accelerator: none, data: [data/models/csd-art, data/models/copy-tiny, data/models/tiny-sd, data/models/corpora]}
# ---

# %% [markdown]
# # Your own images
#
# ## Overview
#
# Somebody has trained a generator on a style, and wants a number for the paper. There are two folders: what was generated, and what it should look like. This chapter goes all the way from the folders
# to a table that others can repeat. Most of the way is not the number. You will
#
# - examine a folder before anything is scored, and mend what would have spoiled the score,
# - score pictures by the references of their own style, with intervals, on a scale that says how much a cosine is,
# - set a control beside the score, without which it says nothing about *this* style,
# - ask whose style a picture shows, with the answer *nobody's* allowed,
# - measure how well the styles of a folder can be told apart at all, and see them on a map.
#
# With the parameter `root` all of it happens to a folder of yours.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): a cosine, and what it means | needed |
# | [The retrieval benchmark](retrieval_benchmark): recall@1, intervals over artists | helpful |
#
# **Time:** twenty minutes to read, about one to run.

# %% tags=["parameters"]
root = ""  # folder of the data set: references, one subfolder a style; empty: the chapter writes one
generated_folder = (
    ""  # folder of generated pictures, instead of a model's; subfolders as in root
)
descriptor = "csd-art"  # what looks at style: any name of csdlib.list_descriptors()
works_per_painter = 12  # pictures of each painter in the folder that the chapter writes
made_each = 4  # pictures that are generated in each painter's name
wrong = 0.05  # share of strangers' works that may be given to somebody on the list

# %% tags=["hide-input"]
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

import csdlib
from csdlib import figures, scoring
from csdlib.atelier import UNSEEN
from csdlib import cache_folder
from csdlib.generation import generate, simple_prompts, works_of
from csdlib.maps import style_map
from csdlib.metrics import bootstrap, paired_difference
from csdlib.recipes import atelier_artists

# %% [markdown]
# ## Two folders
#
# One subfolder a style is all the order that is needed. The chapter writes such a folder: works by painters of the {term}`atelier`, and beside it what {term}`tiny-sd` made in their names. Then it spoils
# the references a little, in ways that every real folder knows.


# %% tags=["hide-input"]
def write_folder(table, folder, each):
    """Pictures of a table into one subfolder an artist."""
    shutil.rmtree(folder, ignore_errors=True)
    for artist in sorted(set(table.column("artist"))):
        rows = np.flatnonzero(table.column("artist") == artist)[:each]
        (folder / artist).mkdir(parents=True)
        for number, row in enumerate(rows):
            table.open(row).save(folder / artist / f"{number:02}.png")
    return folder


# %%
mine = cache_folder() / "your_own_images"
known = Path(root) if root else mine / "references"
made = Path(generated_folder) if generated_folder else mine / "generated"
painters = list(UNSEEN)[:8]
if not root:
    works = works_of("atelier")
    works = works.where(artist=painters, split="database")
    write_folder(works, known, works_per_painter)
if not generated_folder:
    prompts = simple_prompts(atelier_artists(painters), made_each, seed=0)
    pictures = generate("tiny-sd", prompts, guidance=4.0, steps=12, progress=False)
    write_folder(pictures, made, made_each)

# %% tags=["hide-input"]
if not root:
    first, second = (known / painter for painter in painters[:2])
    shutil.copy(first / "00.png", second / "moved.png")
    (second / "upload.png").write_bytes((second / "01.png").read_bytes()[:500])
    (known / "notes.txt").write_text("from the web")
sides = {"references": known, "generated": made}
shown = [
    (Image.open(path).convert("RGB"), f"{side}: {path.parent.name}")
    for side, folder in sides.items()
    for path in sorted(folder.glob("*/*"))[: 3 * works_per_painter : works_per_painter]
    if path.stem != "upload"
]
figures.gallery(shown, columns=3, caption="Some pictures of each side.")

# %% [markdown]
# ## Ask the doctor first
#
# A style score takes whatever it is given. A picture that stands in two folders makes two styles look alike; a copy makes a style look more of one piece than it is; a file that cannot be read is often counted as zero
# by the scripts that go around. So before the score comes the question whether the folder is fit for one. In the shell it is `csdlib doctor references`.

# %%
examined = scoring.examine(known, descriptor=descriptor, progress=False)
for sentence in examined.how["advice"]:
    print("-", sentence)

# %% tags=["hide-input"]
rows = examined.frame
odd = rows[(rows["copy_of"] != "") | (rows["note"] != "") | (rows["crop_loss"] > 0.2)]
headings = {
    "copy_of": "copy of",
    "crop_loss": "share cut off",
    "note": "cannot be read",
}
figures.table(
    odd.head(8).rename(columns=headings),
    caption=f"Pictures that something is wrong with. Left out besides: {examined.how['pictures']['left out']}.",
    formats={"share cut off": ".2f"},
)

# %% [markdown]
# Every row names a file, so that it can be mended. The doctor does not know which of two labels is right. You may; the chapter takes both pictures out, and what cannot be read. (From a folder of yours it takes nothing.)

# %%
if not root:
    copied = odd[odd["copy_of"] != ""]
    broken = odd.loc[odd["note"] != "", "picture"]
    for name in {*copied["picture"], *copied["copy_of"], *broken}:
        (known / name).unlink()
    mended = scoring.examine(known, descriptor=descriptor, progress=False)
    print("Still to say:", "; ".join(mended.how["advice"]) or "nothing")

# %% [markdown]
# ## The score
#
# One line: each generated picture against the references of its own style. In the shell it is `csdlib score generated references --pair group -o scores.csv`.

# %%
scores = csdlib.score(
    made, known, pairing="group", descriptor=descriptor, progress=False
)
scores.save(mine / "scores.csv")

# %% tags=["hide-input"]
said = {**scoring.COLUMNS}
summary = scores.summary
rows = [
    {
        "measure": name,
        "value": str(scores.estimate(name)),
        "what it is": said[name],
    }
    for name in summary["measure"]
]
figures.table(
    pd.DataFrame(rows),
    caption=f"{len(scores)} pictures, by {descriptor}, with 95 % intervals over {summary['n'].iloc[0]} {summary['unit'].iloc[0]}s.",
)

# %% [markdown]
# The interval is over *styles*, where there are several: another generator of the same kind would be asked for other styles, and pictures of one style rise and fall together. An interval over pictures would be far too short.
#
# A cosine has no unit. The two lines below the cosines give it one: they say which share of the pairs of a *corpus* a score exceeds, pairs by two artists and pairs by one. The corpus is one that no one trained on, and it ships as numbers. `csls` takes off what a picture has in common with everything. In the rows stands one number more, `likelihood_ratio`: how much more frequent such a mean is where the references' artist made the picture than where another did, with its interval over the artists of the corpus. [What a score means](what_a_score_means) says where it comes from, and why it is no probability.
#
# The file is worth a look. It begins with how it was made:

# %%
lines = (mine / "scores.csv").read_text().splitlines()
for line in lines:
    if line.startswith("# ") and not line.startswith("# summary"):
        print(line[:100])

# %% tags=["hide-input"]
ordered = scores.frame.dropna(subset="mean").sort_values("mean", ascending=False)
ends = pd.concat([ordered.head(3), ordered.tail(3)])
figures.gallery(
    [
        (
            Image.open(made / row.generated).convert("RGB"),
            f"{row.group}: {row.mean:.2f}",
        )
        for row in ends.itertuples()
    ],
    columns=3,
    caption="The three pictures with the highest mean cosine, and the three with the lowest.",
)

# %% [markdown]
# ## A control
#
# Suppose the score is high. Does that say that the generator has learned *these* styles? Perhaps all its pictures score high with all references, because they are all soft, or all by one machine. The control costs nothing:
# the same pictures against the references of the *other* styles.
#
# **Prediction.** How far below its own style will a picture be with the others?

# %%
styles = sorted({path.name for path in known.iterdir() if path.is_dir()})
against = {}
for style in styles:
    found = csdlib.score(
        made, known / style, descriptor=descriptor, corpus=None, progress=False
    )
    against[style] = found.frame["mean"].to_numpy()
table = pd.DataFrame(against, index=found.frame["group"])

# %% tags=["hide-input"]
asked = table.index.to_numpy()
values = table.to_numpy()
is_own = asked[:, None] == np.array(styles)
own = np.where(is_own, values, 0).sum(axis=1)
other = np.where(is_own, 0, values).sum(axis=1) / (~is_own).sum(axis=1)
kept = is_own.any(axis=1) & ~np.isnan(values).any(axis=1)
groups = asked[kept]
first_choice = (values[kept].argmax(axis=1) == is_own[kept].argmax(axis=1)).astype(
    float
)
rows = [
    {
        "mean cosine": "with its own style",
        "value": str(bootstrap(own[kept], groups=groups, bounds=(-1, 1))),
    },
    {
        "mean cosine": "with the other styles",
        "value": str(bootstrap(other[kept], groups=groups, bounds=(-1, 1))),
    },
    {
        "mean cosine": "difference, paired",
        "value": str(
            paired_difference(own[kept], other[kept], groups=groups, bounds=(-2, 2))
        ),
    },
    {
        "mean cosine": "share whose own style is first",
        "value": str(bootstrap(first_choice, groups=groups)),
    },
]
figures.table(
    pd.DataFrame(rows),
    caption=f"{kept.sum()} pictures; 95 % intervals over {len(set(groups))} styles.",
)

# %% tags=["hide-input"]
rows = []
for style in sorted(set(groups)):
    here = groups == style
    for kind, cosines in (("its own style", own), ("the other styles", other)):
        row = {
            "label": style,
            "references of": kind,
            "value": cosines[kept][here].mean(),
        }
        rows.append(row | {"low": np.nan, "high": np.nan})
figures.show(
    figures.intervals(
        pd.DataFrame(rows),
        group="references of",
        axis="mean cosine of a style's pictures",
    ),
    caption="The same, style by style. Where two points are close, the generator has not learned the style, or the style has nothing of its own.",
    alt="Points. "
    + ", ".join(
        f"{row['label']} with {row['references of']} {row['value']:.2f}" for row in rows
    )
    + ".",
)

# %% [markdown]
# The difference is what the generator knows of the styles; the score itself also holds what all its pictures share. A paper that reports a style score should report this line with it.
#
# ## Whose style is it?
#
# The opposite question: here is a picture, who could it be? `csdlib attribute generated references` ranks the styles, and names one only where the likeness is more than what strangers reach.

# %%
named = scoring.attribute(
    made, known, wrong=wrong, descriptor=descriptor, progress=False
)
best = named.frame[named.frame["rank"] == 1]
right = best["artist"] == best["picture"].str.split("/").str[0]

# %% tags=["hide-input"]
works_by = named.how["references"]["read"]
rows = [
    {
        "share of": "generated pictures whose own style is first",
        "value": f"{100 * right.mean():.0f} %",
    },
    {
        "share of": "generated pictures that are given to somebody",
        "value": f"{100 * best['named'].mean():.0f} %",
    },
    {
        "share of": "of these, to their own style",
        "value": f"{100 * right[best['named']].mean():.0f} %"
        if best["named"].any()
        else "–",
    },
    {
        "share of": f"works by strangers that are given to somebody (aimed at {wrong:.0%})",
        "value": named.estimate("given to somebody").percent(),
    },
    {"share of": "references found", "value": named.estimate("found").percent()},
]
figures.table(
    pd.DataFrame(rows),
    caption=f"By the prototypes of {works_by} references; the threshold is a cosine of {named.how['threshold']:.2f}.",
)

# %% [markdown]
# The threshold was set on the references themselves: each artist in turn played the stranger. Generated pictures are no references. They are softer, and all of one make, so fewer of them pass. *Nobody's* is an answer here, and often the honest one.
#
# ## Can these styles be told apart at all?
#
# If the references of two styles cannot be told apart, no score can tell whose style a picture has. `csdlib evaluate references` searches each reference among all the others.

# %%
benchmark = scoring.evaluate(known, descriptor=descriptor, progress=False)
print(f"recall@1: {benchmark.estimate('recall@1').percent()} %")
print(f"by chance: {100 * benchmark.how['chance']:.1f}")

# %% tags=["hide-input"]
figures.table(
    benchmark.frame,
    caption="The share of each style's references whose nearest other picture is of the same style.",
    formats={"right": ".2f", "database": ".0f"},
)

# %% tags=["hide-input"]
collection = csdlib.load_dataset("folder", root=known)
seen = csdlib.embed(
    collection,
    csdlib.load(descriptor),
    cache=cache_folder() / "embeddings",
    progress=False,
)
laid_out = style_map(seen, n_neighbors=min(15, len(seen) - 2), min_dist=0.4)
figures.map_figure(
    {descriptor: laid_out},
    seen.table,
    caption=f"The references as a map, by {descriptor}. In the shell: csdlib map references -o map.html, one file that opens anywhere.",
    alt=f"A map of {len(seen)} pictures; points of {len(styles)} styles.",
)

# %% [markdown]
# ## Summary
#
# - First the doctor: copies across styles, thin styles and unread files spoil a score without a word.
# - A score belongs to its descriptor, weights, preprocessing and pairing. The table says them; quote them.
# - Intervals are over styles. A control with other styles tells what the number says about *this* one.
# - Attribution needs *nobody*, and a threshold that was set on people who did not have to be named.
#
# ## Exercises
#
# **1. How many references? (15 minutes.)** Write `mean_with(n)`: the mean of the pictures' `prototype` cosine when only the first `n` references of each style are used. Does the cosine with the prototype depend on `n`? Does `mean`? What must a paper say, then?


# %% tags=["exercise"]
def mean_with(n: int) -> dict[str, float]:
    """The summary's mean and prototype with n references a style."""
    return {"mean": 0.0, "prototype": 0.0}  # your code here


# %% tags=["solution"]
def mean_with(n: int) -> dict[str, float]:
    """The summary's mean and prototype with n references a style.

    The cosine with the prototype rises with n, since a mean of more pictures holds less of each one's own.
    """
    rows = collection.frame.groupby("artist").head(n).index
    few = csdlib.score(
        made,
        collection.take(rows),
        pairing="group",
        descriptor=descriptor,
        corpus=None,
        progress=False,
    )
    return {name: few.estimate(name).value for name in ("mean", "prototype")}


# %% tags=["mistake"]
# The first n rows of the table, which are all of one style. Ask: of how many styles are references left?
def mean_with(n: int) -> dict[str, float]:
    few = csdlib.score(
        made,
        collection.take(range(n)),
        pairing="group",
        descriptor=descriptor,
        corpus=None,
        progress=False,
    )
    return {name: few.estimate(name).value for name in ("mean", "prototype")}


# %% tags=["check"]
one, more = mean_with(1), mean_with(6)
assert abs(one["mean"] - one["prototype"]) < 1e-6, (
    "with one reference they are the same"
)
by_hand = csdlib.embed(
    csdlib.load_dataset("folder", root=made),
    csdlib.load(descriptor),
    cache=cache_folder() / "embeddings",
    progress=False,
)
firsts = dict(zip(seen.table.column("artist")[::-1], seen.vectors[::-1], strict=True))
own = by_hand.table.column("artist")
cosines = [
    vector @ firsts[of] for of, vector in zip(own, by_hand.vectors) if of in firsts
]
assert abs(one["mean"] - np.mean(cosines)) < 1e-3, "every style has its first reference"
for name in ("mean", "prototype"):
    print(f"{name}: {one[name]:.3f} with one reference, {more[name]:.3f} with six")

# %% [markdown]
# **2. A folder of yours (open, 45 minutes).** Take thirty pictures that you know well, in three subfolders, and ten that belong to none of them. Before you run anything, write down which styles will be confused. Run the chapter with `-p root`. A good answer names the numbers that
# would have surprised you, and one change to the folder that moved a score without any change of style.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Section 6, for General Style Similarity.
# - [A descriptor for real art](a_descriptor_for_real_art): what `csd-art` can and cannot do, and where it must not be used.
# - Next: [one generator, many scores](one_generator_many_scores).
