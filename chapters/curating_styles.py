# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Curating styles", minutes: 2, accelerator: none, data: [data/models/copy-tiny, data/models/csd-tiny]}
# ---

# %% [markdown]
# # Curating styles
#
# ## Overview
#
# A descriptor of style needs pictures with style labels, many of them, and nobody has ever labelled millions of pictures with
# their style. But people write captions, and captions name names: *sunflowers in the style of*, *after*, *by*. The first
# contribution of the paper {cite:p}`somepalli2024csd` is a data set made of this: from the twelve million pictures of
# LAION-Aesthetics {cite:p}`schuhmann2022laion`, captions are searched for the phrases of a **{term}`tag bank`**, near-duplicates are
# merged, and 511,921 pictures with 3,840 tags remain: LAION-Styles.
#
# Was it any good? With LAION nobody can say: the truth is what one does not have. In the {term}`atelier` we have it. Here a crawl of
# captioned pictures is curated with the paper's pipeline, and then the truth is opened. In this chapter you will
#
# - turn captions into tags, and see which rule saves which caption,
# - find the copies of a picture, and learn why a style descriptor must not be asked to,
# - draw the funnel from the crawl to the data set,
# - measure what the labels are worth,
# - think about the people behind the names.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Meet the painters](meet_the_painters): the crawl | needed |
# | [Quickstart](quickstart): descriptor, cosine | needed for the copies |
# | precision and recall | helpful; they are explained |
#
# **Time:** twenty minutes to read, about two to run on two cores.

# %% tags=["parameters"]
works_per_painter = 32  # pictures of each painter in the crawl, copies apart
validation_works = (
    14  # pictures of each painter in the crawl on which thresholds are set
)
spelling = True  # forgive one slip in a name
cues = True  # ask ambiguous words for a cue
minimum = 5  # images that a tag needs to be kept; the paper: 1
maximum = 100000  # images that a tag may have; the paper: 100,000
seed = 0  # seed of the random draws: the crawl

# %% tags=["hide-input"]
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from IPython.display import Markdown

import csdlib
from csdlib import figures
from csdlib.atelier import PAINTERS, UNSEEN, atelier_crawl
from csdlib.curation import (
    NOTHING,
    CurationConfig,
    TagBank,
    Tagger,
    curate,
    duplicate_groups,
    group_quality,
)
from csdlib.curation import tag_quality, threshold_for
from csdlib.files import cache_folder
from csdlib.recipes import atelier_bank
from csdlib.tables import ImageTable

# %% [markdown]
# ## What a robot brings home
#
# The crawl below is by the thirty-two painters whom descriptors may see. A caption may name its maker, forget to, misspell the name,
# take one painter for another, or name two. What happened to each is written in columns that begin with `true_`; the
# pipeline never reads them.

# %%
painters, cache = (
    [slug for slug in PAINTERS if slug not in UNSEEN],
    cache_folder() / "embeddings",
)
crawl = atelier_crawl(works_per_painter, painters=painters, seed=seed)
random = np.random.default_rng(seed)
figures.gallery(
    [
        (crawl.open(row), crawl.frame["caption"][row])
        for row in random.choice(len(crawl), 10, replace=False)
    ],
    columns=5,
    caption=f"Ten of the {len(crawl):,} pictures of the crawl, with their captions.",
)

# %% [markdown]
# **Stop and think.** How would you find the tags? Write down the first rule that comes to your mind, and two captions above, or of
# your own invention, for which it fails.
#
# ## The bank, and how a phrase is found
#
# A tag bank is a list of phrases, each with the tag that it means. The paper takes the lists of a prompting tool, CLIP-Interrogator:
# artists, movements, mediums. The atelier's own bank is built in; `TagBank.read` reads lists and tables that you have.

# %%
bank = atelier_bank()
sample = pd.DataFrame([vars(phrase) for phrase in bank.phrases])
figures.table(
    sample.groupby("kind", sort=False).sample(4, random_state=seed),
    caption=f"Some of the bank's {len(bank.phrases)} phrases. An empty tag means: recognised, and nothing.",
)

# %% [markdown]
# Between a phrase and a caption stand the habits of the web, and each needs a rule:
#
# 1. **Words, not letters.** *Oil* is not in *foil*. Captions are folded to lower case, accents, markup and possessives go, and phrases
#    match whole words only. A phrase does not reach over a comma or a bracket.
# 2. **The longest phrase wins.** *Opaque watercolour* is gouache, not watercolour. And some phrases only hide others: an *art print*
#    is no woodcut, so the bank knows *art print* as a phrase that means nothing.
# 3. **Ambiguous words need a cue.** *Oil* counts in *dog, oil, 40 x 40 cm* or in *oil on canvas*, where it stands alone between two commas or
#    beside a word such as *on*, *of* or *painting*.
# 4. **One slip in a name is forgiven**, if the name has several words and the others are right, and if the slip is not at the beginning.
#    *Oil* and *pen* get no such mercy: too many words are near them.
#
# All phrases are searched at once: every word of the bank becomes a letter, a caption becomes a string of these letters, and an
# Aho-Corasick automaton {cite:p}`aho1975` reads it in one pass, however long the bank is.

# %%
tagger = Tagger(bank, spelling=spelling, cues=cues)
rules: dict[str, dict[str, str]] = {}
for caption in crawl.frame["caption"]:
    for match in tagger.find(caption):
        rules.setdefault(
            match.rule,
            {
                "rule": match.rule,
                "caption": caption,
                "words": match.text,
                "tag": match.tag,
            },
        )
figures.table(
    pd.DataFrame(list(rules.values())),
    caption="The first caption to which each rule applied.",
)

# %% [markdown]
# ## Hits and misses
#
# **Precision** is the share of the found tags that are right, **recall** the share of the right tags that were found. Right, for the moment,
# is what the caption *means*: a caption that names the wrong painter means the wrong painter, and a reader of captions cannot know better.
#
# To see what each rule is worth we take them away, and add the reader that most people write first: *is the phrase anywhere in the text?*

# %%
captions, mentioned = (
    crawl.frame["caption"].tolist(),
    crawl.frame["true_named"].tolist(),
)


def anywhere(caption: str) -> list[str]:
    """The tags of all phrases that are a part of the text."""
    text = caption.lower()
    return sorted(
        {
            phrase.tag
            for phrase in bank.phrases
            if phrase.tag != NOTHING and phrase.text.lower() in text
        }
    )


no_hiding = TagBank(tuple(phrase for phrase in bank.phrases if phrase.tag != NOTHING))
readers = {
    "anywhere in the text": anywhere,
    "whole words, longest first": Tagger(no_hiding, spelling=False, cues=False).tags,
    "+ phrases that mean nothing": Tagger(bank, spelling=False, cues=False).tags,
    "+ cues": Tagger(bank, spelling=False).tags,
    "+ one slip: all rules": Tagger(bank).tags,
}
rows = []
for name, reader in readers.items():
    quality = tag_quality([reader(caption) for caption in captions], mentioned)
    for metric, estimate in quality.items():
        rows.append({"label": name, "metric": metric} | estimate.row())
quality_of_rules = pd.DataFrame(rows)

# %% tags=["hide-input"]
chart = figures.intervals(quality_of_rules, group="metric", axis="share (1 is best)")
chart.update_layout(
    xaxis_range=[quality_of_rules["low"].min() - 0.02, 1.005],
    yaxis_autorange="reversed",
)
best = quality_of_rules[quality_of_rules["label"] == "+ one slip: all rules"].set_index(
    "metric"
)["value"]
figures.show(
    chart,
    caption="Precision and recall of tags against what captions mean, with 95 % intervals over captions.",
    alt="Points with intervals for five readers of captions. "
    f"With all rules precision is {best['precision']:.3f} and recall {best['recall']:.3f}.",
)

# %% [markdown]
# The numbers of the last row are very good, and you should distrust them. The bank knows the very words that the captions' author uses for mediums,
# because one group of people wrote both; on the real web the bank misses the artists whom nobody listed, and no chart shows it. What the
# chart does show is what each rule mends. Phrases that mean nothing do the most for precision, because *art print* is everywhere; one slip does the
# most for recall. And cues cost a little and bring nothing: nobody in the atelier paints olive oil or window glass. On the web somebody does, so the rule
# stays, but you should ask every rule for its receipt, on your own captions.
#
# Here are tags that all rules together still miss, or invent.

# %% tags=["hide-input"]
found = [tagger.tags(caption) for caption in captions]
faults = [
    {
        "caption": caption,
        "missed": ", ".join(set(truth) - set(tags)),
        "invented": ", ".join(set(tags) - set(truth)),
    }
    for caption, tags, truth in zip(captions, found, mentioned, strict=True)
    if set(tags) != set(truth)
]
figures.table(
    pd.DataFrame(faults[:8], columns=["caption", "missed", "invented"]),
    caption=f"The first of {len(faults)} captions, of {len(captions):,}, in which a tag is missed or invented.",
)

# %% [markdown]
# ## What the labels are worth
#
# Now the other truth: not what the caption means, but who made the picture. No reader of captions can do better than its captions.

# %%
kinds = bank.kinds
true_tags = (
    crawl.frame[["true_artist", "true_movement", "true_medium"]].to_numpy().tolist()
)
rows = []
for kind in ("artist", "movement", "medium"):
    of_kind = [[tag for tag in tags if kinds[tag] == kind] for tags in found]
    truth = [[tag for tag in tags if kinds[tag] == kind] for tags in true_tags]
    right = tag_quality(of_kind, truth)
    rows.append(
        {
            "kind": kind,
            "right": right["precision"].percent(),
            "labelled": right["recall"].percent(),
        }
    )
figures.table(
    pd.DataFrame(rows),
    caption="Of the found tags, the share that is true of the picture; of the pictures' true tags, the share that was found. Percent, with "
    "95 % intervals.",
)

# %% [markdown]
# About one artist tag in eight is wrong, and of three pictures one lacks its painter's name. Whoever trains on such tags trains on this noise
# ([ablations](ablations) ask what it costs), and whoever
# *measures* on them measures with a bent ruler. Keep the second in mind: it is why this book tests on the exhibition, never on the crawl.
#
# ## Copies
#
# The web shows a well-known picture a thousand times: cropped, framed, stamped, squeezed, mirrored. In a data set for style the copies do harm. Two
# copies of a picture with one tag teach that *the same picture* has the same style, which is true and useless; and where a copy lies among
# the queries and another in the database, a benchmark measures memory.
#
# They also do good: one copy has the caption that another lacks. So the paper merges them: one picture stays, with the tags of all. Two
# pictures count as copies if the cosine of their descriptors is above a threshold: 0.8 for SSCD {cite:p}`pizzi2022sscd`, a
# descriptor that was made for it. A threshold belongs to a descriptor, and ours must be set anew.
#
# Which descriptor? We ask four: raw pixels, a colour histogram, `csd-tiny`, which is made for style, and `copy-tiny`, for which every picture is a
# class of its own: it was trained with the self-supervised term only. For each of them the threshold is set on *another* crawl, as the
# lowest at which 95 % of the pairs are copies; then it is used here.

# %%
validation = atelier_crawl(validation_works, painters=painters, seed=seed + 1)
true_groups = crawl.column("true_group")
descriptors = [
    csdlib.load(name) for name in ("pixels", "colour", "csd-tiny", "copy-tiny")
]


def unit_vectors(
    table: ImageTable, descriptor: csdlib.descriptors.Descriptor
) -> np.ndarray:
    """The descriptors of a table's pictures, of unit norm."""
    vectors = csdlib.embed(table, descriptor, cache=cache, progress=False).vectors
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


rows, thresholds, groups = [], {}, {}
for descriptor in descriptors:
    name, known = descriptor.name, validation.column("true_group")
    thresholds[name] = threshold_for(unit_vectors(validation, descriptor), known)
    groups[name] = duplicate_groups(unit_vectors(crawl, descriptor), thresholds[name])
    for metric, estimate in group_quality(groups[name], true_groups).items():
        label = f"{name} (above {thresholds[name]:.3f})"
        rows.append({"label": label, "name": name, "metric": metric} | estimate.row())
copy_quality = pd.DataFrame(rows)

# %% tags=["hide-input"]
chart = figures.intervals(
    copy_quality, group="metric", axis="share of pairs (1 is best)"
)
chart.update_layout(xaxis_range=[0, 1.02], yaxis_autorange="reversed")
values = copy_quality.set_index(["name", "metric"])["value"]
figures.show(
    chart,
    caption="Pairs of copies: precision and recall of the groups that each descriptor finds, with 95 % intervals over works. The thresholds were "
    "set on another crawl.",
    alt="Points with intervals for four descriptors. Recall is "
    + ", ".join(
        f"{values[descriptor.name, 'recall']:.2f} for {descriptor.name}"
        for descriptor in descriptors
    )
    + ".",
)

# %% [markdown]
# At a precision that one could live with, the style descriptor finds far fewer copies than the one that was made for them. That is no weakness: it was
# taught to bring different works of one painter together, and so a copy is not much nearer to it than a sibling. *A good answer to one
# question is a bad answer to another.*
#
# Two warnings. A group is whatever is connected: if A looks like B and B like C, all three are merged, though A and C may share nothing. And the number
# of pairs grows with the square of the pictures, so among a million pictures a threshold lets in far more strangers than among a thousand: set it on
# a sample of your own corpus, and look at the groups.

# %% tags=["hide-input"]
copies = groups["copy-tiny"]
sizes = np.bincount(copies, minlength=len(copies))
shown = []
for first in np.flatnonzero(sizes > 1)[:4]:
    shown += [
        (crawl.open(row), crawl.frame["true_copy"][row] or "original")
        for row in np.flatnonzero(copies == first)[:3]
    ]
figures.gallery(
    shown,
    columns=6,
    caption="The first four groups that copy-tiny finds, and the truth about each picture.",
)

# %% tags=["hide-input"]
mixed = [
    row
    for row in np.flatnonzero(copies != np.arange(len(copies)))
    if true_groups[row] != true_groups[copies[row]]
]
pairs = [
    (crawl.open(place), figures.label(crawl, place, ("true_artist", "true_content")))
    for row in mixed[:3]
    for place in (copies[row], row)
]
(
    figures.gallery(
        pairs,
        columns=6,
        caption=f"Wrongly joined: the first of {len(mixed)} pictures that are no copy of the picture that stays.",
    )
    if pairs
    else Markdown("No picture was joined to a group wrongly.")
)

# %% [markdown]
# ## The funnel
#
# Everything together is one call. Tags that are too rare teach nothing; those that are too frequent ("art", in LAION) name no style. Pictures without any
# tag stay: CSD's self-supervised term learns from them as well.

# %%
embeddings = csdlib.embed(crawl, csdlib.load("copy-tiny"), cache=cache, progress=False)
config = CurationConfig(thresholds["copy-tiny"], minimum, maximum, spelling, cues)
curated = curate(crawl, bank, embeddings, config)
figures.table(curated.funnel, caption="From the crawl to the data set.")

# %% tags=["hide-input"]
funnel = go.Figure()
for number, column in enumerate(["images", "tagged"]):
    named = {"images": "all images", "tagged": "images with a tag"}[column]
    funnel.add_funnel(
        y=curated.funnel["step"],
        x=curated.funnel[column],
        name=named,
        marker_color=figures.COLOURS[number],
        textinfo="value",
    )
ends = curated.funnel.iloc[[0, -1]]
figures.show(
    funnel,
    caption="The funnel: images that are left after each step.",
    alt=f"Funnel chart. {ends['images'].iloc[0]} captioned images become {ends['images'].iloc[1]}, of which {ends['tagged'].iloc[1]} have a tag.",
)

# %% [markdown]
# Merging copies loses pictures, but the *share* with a tag rises a little: a picture whose own caption names nobody inherits a name from its copy.
#
# ### The long tail
#
# On the web a few tags have most of the pictures, and most tags have few: the paper keeps every tag with one to 100,000 images. The atelier's painters are
# equally busy, so its tail is short: movements and mediums, which several painters share, at the left; then painters.

# %% tags=["hide-input"]
tail = go.Figure()
ranked = curated.tags.assign(rank=np.arange(1, len(curated.tags) + 1))
for number, (kind, part) in enumerate(ranked.groupby("kind", sort=True)):
    marker = {
        "color": figures.COLOURS[number],
        "symbol": figures.SYMBOLS[number],
        "size": 8,
    }
    tail.add_scatter(
        x=part["rank"],
        y=part["images"],
        mode="markers",
        name=kind,
        text=part["tag"],
        marker=marker,
    )
tail.update_layout(
    xaxis_title="rank of the tag",
    yaxis_title="images with the tag",
    yaxis_rangemode="tozero",
)
figures.show(
    tail,
    caption="How many images each tag has, the most frequent tag first.",
    alt=f"Scatter chart of {len(ranked)} tags by rank. The most frequent has {ranked['images'].max()} images, the rarest {ranked['images'].min()}.",
)

# %% [markdown]
# ### The card
#
# A data set without a description is a rumour. `curated.save(folder)` writes the table with the hash of every image, and this card.

# %%
with TemporaryDirectory() as folder:
    curated.save(Path(folder))
    card = (Path(folder) / "README.md").read_text()
print(card)

# %% [markdown]
# ## Names of people
#
# The tags of this chapter are names, and outside of the atelier they are names of living people. Three things to decide before you curate a corpus of your own:
#
# - **Whom do you list?** A bank is a choice. Lists that come from prompting tools over-represent those whom users already imitate: the data set will
#   measure imitation best where it is most frequent, and will be silent about everybody else.
# - **What does a tag claim?** *In the style of* is not *by*. A tag says that a name stood beside a picture. Published as authorship, it slanders twice: the artist,
#   who did not make it, and whoever did.
# - **Who may leave?** A data set with names needs an address for those who want to be taken out, and a version number for when they are.
#
# ## Your own corpus
#
# The same verbs work on a folder of captioned images, on webdataset shards, or on the authors' own ContraStyles:
#
# ```bash
# csdlib curate my-styles --dataset captioned --root photographs --bank artists.csv --minimum 5
# ```
#
# It prints the funnel, and writes the table and its card to `my-styles`.
#
# ## Summary
#
# - Captions are labels that nobody meant to give. Rules make tags of them: words, longest first, cues, one slip.
# - Precision and recall against *mentions* say how well the captions were read; against the *truth*, what the labels are worth.
# - Copies are found by a descriptor made for copies, with a threshold set on other pictures; their tags are merged.
# - A card says what went in, what was left, and what a tag does not mean.
#
# ## Exercises
#
# **1. The right to one slip.** Write `one_slip(a, b)`: whether two words become equal by one letter swapped with its neighbour, dropped, added or mistaken. Equal words
# need no slip: they give `True`, too.


# %% tags=["exercise"]
def one_slip(a: str, b: str) -> bool:
    """Whether at most one slip lies between two words."""
    return a == b  # your code here


# %% tags=["solution"]
def one_slip(a: str, b: str) -> bool:
    """Whether at most one slip lies between two words: everything that one slip can make of a is tried."""
    letters = set(b)
    cuts = [(a[:k], a[k:]) for k in range(len(a) + 1)]
    swapped = {
        head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1
    }
    dropped = {head + tail[1:] for head, tail in cuts if tail}
    added = {head + letter + tail for head, tail in cuts for letter in letters}
    mistaken = {
        head + letter + tail[1:] for head, tail in cuts if tail for letter in letters
    }
    return b in {a} | swapped | dropped | added | mistaken


# %% tags=["check"]
for a, b, answer in [
    ("torrend", "torend", True),
    ("torrend", "torrned", True),
    ("ilva", "ivla", True),
    ("ilva", "alvi", False),
    ("osei", "osai", True),
]:
    assert one_slip(a, b) == one_slip(b, a) == answer, (a, b)

# %% [markdown]
# **2. Chains.** Four pictures, each a bit further to the right than the one before. Write `chain(threshold)`: the number of groups that
# `duplicate_groups` makes of them, and find out by hand for which thresholds the first and the last end in one group although their cosine is far below.

# %%
angles = np.deg2rad([0, 20, 40, 60])
chain_vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


# %% tags=["exercise"]
def chain(threshold: float) -> int:
    """The number of groups at a threshold."""
    return 0  # your code here


# %% tags=["solution"]
def chain(threshold: float) -> int:
    """The number of groups at a threshold: neighbours are 20 degrees apart, so below cos 20 all four are one chain."""
    return len(np.unique(duplicate_groups(chain_vectors, threshold)))


# %% tags=["check"]
assert [chain(threshold) for threshold in (0.999, 0.95, 0.9)] == [4, 4, 1]

# %% [markdown]
# **3. For the curious.** Run the chapter with `spelling` and `cues` off. Which of the two do the labels notice? Then set `minimum` to 100: what becomes of the
# painters, and what is left to learn from?
#
# ## Further reading
#
# - {cite:t}`schuhmann2022laion` for the corpus, {cite:t}`pizzi2022sscd` for copies.
# - Next: [ablations](ablations), which ask among other things what the noise of these tags costs.
