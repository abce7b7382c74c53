# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "With and without the name", minutes: 1, accelerator: optional, data: [data/models/tiny-sd, data/models/csd-tiny, data/models/clip-tiny, data/results/names.csv, data/results/names.json]}
# ---

# %% [markdown]
# # With and without the name
#
# ## Overview
#
# A picture was made with an artist's name in the prompt, and it looks like the artist's works. Did the *name* do that? Perhaps the generator paints so whatever it is asked. The CSD paper compares pictures with works, and has no picture in which the name, and nothing else, is missing. Where one can generate, this control costs one more picture: the same noise, the same words, the name taken out. In this chapter you will
#
# - take names out of prompts, put a stranger's in, and one that nobody has,
# - tell two questions apart that are easily mixed up: how much does a name *change*, and does it lead *to its painter*,
# - see whether a name does less where the prompt says more, as others found for real generators,
# - put two and three names into one prompt, and ask who is found, whether it is a mixture, and whether order matters.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Do longer prompts copy more?](do_longer_prompts_copy_more): three kinds of prompts | needed |
# | {term}`prototypes <prototype>`, {term}`paired differences <paired difference>` | needed |
# | [Who is in the model?](who_is_in_the_model): names that were read | helpful |
#
# **Time:** twenty-five minutes to read, about one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart, wikiart-folder or folder
root = ""  # folder of the data set, for all but the atelier
model = "tiny-sd"  # the generator: a name, a folder, or owner/name on the hub
adapter = ""  # a LoRA adapter of the generator: a folder, or owner/name; empty: none
artist_list = ""  # file with one artist a line; empty: some of the data set
subjects = "castle,dog"  # subjects that prompts ask for, separated by commas
made_each = 1  # pictures that are generated for each artist, prompt and control
guidance = 4.0  # how strongly the prompt is followed
denoising_steps = 12  # steps from noise to picture
descriptor = "csd-tiny"  # what looks at style; needs a cosine
seed = 0  # seed of the random draws, and of the first picture

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

import csdlib
from csdlib import cache_folder, figures
from csdlib.generation import (
    asked_artists,
    content_prompts,
    generate,
    generate_with_controls,
    joint_prompts,
    pairs,
    simple_prompts,
    study,
    user_prompts,
    works_of,
)
from csdlib.metrics import Estimate, bootstrap
from csdlib.recipes import read_results
from csdlib.similarity import prototypes
from csdlib.texts import split_names

cache = cache_folder() / "embeddings"
recorded = read_results("names")

# %% [markdown]
# ## A prediction
#
# Written before the first result: *a name changes the style most in simple prompts and least in user prompts. A name that nobody has changes pictures about as much as a painter's own, but does not bring them nearer to the painter's works; a stranger's leads away from them. In prompts with a subject the name changes what is seen in fewer than one picture of five. Of two names the picture is more often between both than one of either alone is, and the first name is the stronger.*
#
# ## One word, and nothing else
#
# A diffusion model starts from noise. The same {term}`seed` gives the same noise, so two pictures of one seed differ by their words alone. Each painter gets noise of its own, or the pictures without a name would all be one picture.

# %%
works = works_of(dataset, root)
names = asked_artists(works, artist_list)
unseen = works.manifest.get("unseen", [])
if dataset == "atelier" and not artist_list:  # three painters of each kind are enough
    known = [name for name in names if name not in unseen]
    names = {name: names[name] for name in sorted([*unseen[:3], *known[:3]])}
wishes = split_names(subjects)
kinds = {
    "simple": lambda who, first: simple_prompts(who, made_each, seed=first),
    "user": lambda who, first: user_prompts(who, wishes, made_each, seed=first),
    "content": lambda who, first: content_prompts(
        who, (wishes * made_each)[:made_each], seed=first
    ),
}
asked = {}
for kind, ask in kinds.items():
    own = [ask({who: names[who]}, seed + 100 * n) for n, who in enumerate(names)]
    asked[kind] = pd.concat(own, ignore_index=True)
    words = asked[kind]["prompt"].str.split().str.len().mean()
    print(f"{kind}: {words:.1f} words, such as {asked[kind]['prompt'].iloc[0]!r}")

# %% [markdown]
# What stands in the name's place? Nothing; or the next painter's name; or one that no painter has and that no text encoder here has read.

# %%
order = np.random.default_rng(seed).permutation([*names])
controls = {
    "no name": None,
    "stranger": {a: names[b] for a, b in zip(order, np.roll(order, 1))},
    "nobody": dict.fromkeys(names, "Corwin Fallowgate"),
}
options = {"guidance": guidance, "steps": denoising_steps, "adapter": adapter}
options["progress"] = False
made = {
    kind: generate_with_controls(model, prompts, names, controls, **options)
    for kind, prompts in asked.items()
}

# %%
looking = csdlib.load(descriptor)
looks = {
    (kind, put): study(table, works, looking, cache=cache)
    for kind, tables in made.items()
    for put, table in tables.items()
}
any_set = looks["simple", "own"]
painters, means, _ = prototypes(any_set.references.vectors, any_set.painted)


def partners(kind, first, second):
    """How far partners are apart, and how much nearer the first is to the artist."""
    one, other = looks[kind, first], looks[kind, second]
    a, b = pairs(one, other)
    x, y = one.generated.vectors[a], other.generated.vectors[b]
    own = means[np.searchsorted(painters, one.asked[a])]
    return 1 - (x * y).sum(axis=1), ((x - y) * own).sum(axis=1), one.asked[a]


# %% tags=["hide-input"]
_, gain, artists = partners("simple", "own", "no name")
gained = pd.Series(gain).groupby(artists).mean()
shown = gained.sort_values().index[[-1, len(gained) // 2]]
cells = []
for who, kind in [(who, kind) for who in shown for kind in made]:
    for put in ("own", *controls):
        table = made[kind][put]
        row = int(np.flatnonzero(table.column("artist") == who)[0])
        cells.append((table.open(row), table.frame["prompt"].iloc[row]))
figures.gallery(
    cells,
    columns=4,
    side=128,
    caption=f"The same noise in every row: with the painter's name, without a name, with a stranger's, with nobody's. {names[shown[0]]}, whose name brings pictures nearest to the painter's works among {len(names)} painters, and {names[shown[1]]}, from the middle.",
)

# %% [markdown]
# With the name gone, *a painting* is still a painting, and a strong one. Nobody's name makes another. So that a picture changes with a name is not yet the artist's doing: any word would have moved it. Two numbers keep this apart,
#
# $$\text{change} = 1 - x \cdot y, \qquad \text{gain} = x \cdot p - y \cdot p,$$
#
# where $x$ is the picture with the name, $y$ its partner, and $p$ the prototype of the artist's works. The change says that something happened. Only the gain says that it went *towards the artist*.

# %% tags=["hide-input"]
rows = []
for kind in made:
    row = {"prompts": kind}
    for label, pair in (
        ("change: name taken out", ("own", "no name")),
        ("change: nobody's name", ("nobody", "no name")),
    ):
        change, _, artists = partners(kind, *pair)
        row[label] = str(bootstrap(change, groups=artists, bounds=(0, 2)))
    for label, pair in (
        ("gain by the name", ("own", "no name")),
        ("gain by nobody's", ("nobody", "no name")),
    ):
        _, gain, artists = partners(kind, *pair)
        row[label] = str(bootstrap(gain, groups=artists, bounds=(-2, 2)))
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"Made here and now: {len(names)} artists, {made_each} picture of each, kind and control, by {descriptor}; 95 % intervals over artists. Each name against the same prompt without one.",
)

# %% [markdown]
# ## The same with all painters
#
# So few painters leave wide intervals. Recorded are all forty-eight, with three judges: style (`csd-tiny`), everything that a picture shows (`clip-tiny`), and its subject (a network that names it).

# %% tags=["hide-input"]
frame = recorded.frame.assign(unit="group").fillna({"note": ""})
keys = ["part", "prompts", "compared", "measure", "painters"]
rows_of = frame.set_index(keys).sort_index()


def told(part, prompts, compared, measure, painters="all"):
    """A recorded number with its interval."""
    return Estimate.from_row(rows_of.loc[(part, prompts, compared, measure, painters)])


def chart_rows(part, measure, pairs_of):
    """Rows of a chart: a kind of prompts each, one mark a pair of names."""
    return [
        {"label": kind, "names": label} | told(part, kind, pair, measure).row()
        for kind in ("simple", "content", "user")
        for pair, label in pairs_of.items()
    ]


# %% tags=["hide-input"]
against_none = {
    "own - no_name": "the painter's name",
    "nobody - no_name": "nobody's name",
    "stranger - no_name": "another painter's name",
}
changes = chart_rows("change", "style", against_none)
own = [told("change", kind, "own - no_name", "style") for kind in asked]
assert own[0].value > own[2].value > own[1].value, "simple, content, user"
figures.show(
    figures.intervals(
        pd.DataFrame(changes), group="names", axis="change of style (1 - cosine)"
    ),
    caption=f"How far a picture moves when a name is put into its prompt: {told('change', 'simple', 'own - no_name', 'style').n} painters, 95 % intervals over them. {recorded.sentence()}",
    alt="Points with intervals. "
    + "; ".join(f"{r['label']}, {r['names']}: {r['value']:.2f}" for r in changes)
    + ".",
)

# %% tags=["hide-input"]
gains = chart_rows("gain", "style", against_none)
# What the text says: who brings pictures nearer, and who leads away.
by_name = pd.DataFrame(gains).groupby("names")[["low", "high"]]
assert (by_name.get_group("the painter's name")["low"] > 0).all()
assert (by_name.get_group("nobody's name")["low"] < 0).all()
assert (by_name.get_group("nobody's name")["high"] > 0).all()
away = [row["high"] < 0 for row in gains if row["names"] == "another painter's name"]
assert away == [True, False, False]
chart = figures.intervals(
    pd.DataFrame(gains), group="names", axis="gain: nearer to the painter's works"
)
chart.add_vline(x=0, line_dash="dot", line_color="#888888")
chart.update_layout(xaxis_rangemode="normal")
figures.show(
    chart,
    caption="What the same names bring: cosine with the prototype of the painter's works, minus that of the picture without a name.",
    alt="Points with intervals. "
    + "; ".join(f"{r['label']}, {r['names']}: {r['value']:.2f}" for r in gains)
    + ".",
)

# %% [markdown]
# Read the two charts together. By the first, nobody's name moves a picture about as far as the painter's own does: whatever stands in that place has an effect. By the second, only the painter's own name moves it *towards the painter*. Nobody's brings nothing that could be seen here, and a stranger's leads a little away, beyond its interval in simple prompts only. Whoever reports the change alone reports that the generator reads; the gain reports what it knows.
#
# By single judges, and for painters whom the descriptor has not seen:

# %% tags=["hide-input"]
rows = []
for kind in ("simple", "content", "user"):
    pair = "own - no_name"
    row = {"prompts": kind}
    row["style changes"] = str(told("change", kind, pair, "style"))
    row["everything"] = str(told("change", kind, pair, "everything"))
    row["another subject, %"] = told("change", kind, pair, "subject").percent()
    row["gain in style"] = str(told("gain", kind, pair, "style"))
    row["gain, unseen"] = str(told("gain", kind, pair, "style", "unseen"))
    row["found more often, points"] = told(
        "gain", kind, pair, "found by style"
    ).percent()
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"A painter's own name against none. Unseen: the {told('gain', 'simple', 'own - no_name', 'style', 'unseen').n} painters whom csd-tiny has not seen. Found: the nearest of all works is the painter's. Simple prompts ask for no subject.",
)

# %% [markdown]
# All judges say the same: simple prompts leave most to the name, and users' prompts least. The gain is there for painters whom `csd-tiny` has not seen, too: it is no echo of what the judge remembers. And a name changes more than style. Where the prompt names a subject, about one picture in ten shows another one with the name than without. Where it names none, another one is seen most of the time: a name brings a subject along.
#
# ## The more is said, the less the name does?
#
# On the real generators of a large benchmark a name changes less in complex prompts than in simple ones, say its authors {cite:p}`su2025prompted`. Here the same pictures were asked in three ways, so the difference is paired, painter by painter.

# %% tags=["hide-input"]
rows = []
for kind in ("content", "user"):
    row = {"prompts": f"{kind} minus simple"}
    for label, measure in (
        ("change of style", "change style"),
        ("change of everything", "change everything"),
        ("gain in style", "gain style"),
    ):
        row[label] = str(told("contrast", kind, "own - no_name", measure))
    row["change by nobody's name"] = str(
        told("contrast", kind, "nobody - no_name", "change style")
    )
    rows.append(row)
both = [told("contrast", "user", pair, "change style") for pair in against_none]
assert max(each.high for each in both) < 0
assert told("contrast", "user", "own - no_name", "gain style").high < 0
figures.table(
    pd.DataFrame(rows),
    caption="What other words take from a name: differences to the simple prompt, paired by painter, 95 % intervals. The last column has no painter in it.",
)

# %% tags=["hide-input"]
# Quoted after others: the paper's own tables were not at hand.
quoted = {"SDXL": (0.571, 0.738), "PixArt": (0.632, 0.816), "SD 1.5": (0.520, 0.643)}
rows = [
    {"generator": name, "simple": f"{simple:.2f}", "more said": f"{more:.2f} (complex)"}
    for name, (simple, more) in quoted.items()
]
stays = {
    kind: 1 - told("change", kind, "own - no_name", "everything").value
    for kind in ("simple", "content", "user")
}
rows += [
    {
        "generator": "tiny-sd, by clip-tiny",
        "simple": f"{stays['simple']:.2f}",
        "more said": f"{stays[kind]:.2f} ({kind})",
    }
    for kind in ("content", "user")
]
figures.table(
    pd.DataFrame(rows),
    caption="How alike two pictures of one seed are with and without the name, by a CLIP: three real generators (second-hand: quoted after others, no intervals given), and tiny-sd. Compare the direction, not the values: these are other CLIPs, names and prompts.",
)

# %% [markdown]
# The direction is that of the real generators. But look at the last column of the table above: nobody's name loses, too. Other words hold the picture, whatever name stands among them, so a part of the smaller change is not about artists at all. That the *gain* falls, is: there the painter's own style goes missing.
#
# And *length* is not the cause. Users' prompts here are the shortest of the three (the words are counted at the top), and leave least to the name. They name a subject, and the name stands in other places, behind *by* or at the very beginning.
#
# ## Two names, three names
#
# *In the style of A and B.* Is the picture by one of them, or a mixture?

# %%
couples = [[a, b] for a, b in zip(order[::2], order[1::2])][:4]
both_orders = [each for couple in couples for each in (couple, couple[::-1])]
first_seed = seed + 5000
together = generate(
    model, joint_prompts(both_orders, names, seed=first_seed), **options
)
alone = generate(model, simple_prompts(names, 1, seed=first_seed), **options)

# %% tags=["hide-input"]
cells = []
for a, b in couples:
    # In a prompt with two names the artist of the table is the first of them.
    for table, who, other in (
        (alone, a, ""),
        (together, a, b),
        (together, b, a),
        (alone, b, ""),
    ):
        row = int(np.flatnonzero(table.column("artist") == who)[0])
        label = names[who] + (f" and {names[other]}" if other else "")
        cells.append((table.open(row), label))
figures.gallery(
    cells,
    columns=4,
    side=128,
    caption="The same noise everywhere: a painter alone, both names in either order, the other painter alone.",
)

# %% [markdown]
# To call a picture a mixture, two things have to hold. It lies *between* the two prototypes $p_A$ and $p_B$, by its place on the line that joins them,
#
# $$t = \frac{(x - p_B) \cdot (p_A - p_B)}{\lVert p_A - p_B \rVert^2},$$
#
# which is 1 at A and 0 at B. And it is *near* that line. The second is easily forgotten: a picture that is like neither, by a third painter, say, has a place near the middle, too. So a third name is the control.

# %% tags=["hide-input"]
parts = {
    "cosine with the first": "like the first",
    "cosine with the second": "like the second",
    "cosine with the middle minus the better of both": "like the middle, minus the better of both",
}
titles = {
    "one name": "the first alone",
    "both names": "both",
    "a third name": "a third alone",
}
joint = [
    {"label": label, "named": title} | told("joint", "2 names", compared, measure).row()
    for measure, label in parts.items()
    for compared, title in titles.items()
]
chart = figures.intervals(pd.DataFrame(joint), group="named", axis="cosine")
chart.add_vline(x=0, line_dash="dot", line_color="#888888")
chart.update_layout(xaxis_rangemode="normal")
figures.show(
    chart,
    caption=f"Pictures of two names, of the first alone, and of a third painter alone, beside the prototypes of the two (four pictures in each name). {told('joint', '2 names', 'both names', 'between').n} couples, each in both orders, 95 % intervals over couples.",
    alt="Points with intervals. "
    + "; ".join(f"{r['label']}, {r['named']}: {r['value']:.2f}" for r in joint)
    + ".",
)

# %% tags=["hide-input"]
rows = [
    {
        "named": title,
        "between, %": told("joint", "2 names", compared, "between").percent(),
        "place of the first": str(
            told("joint", "2 names", compared, "place of the first name")
        ),
    }
    for compared, title in titles.items()
]
low, high = recorded.facts["between"]
share = {each: told("joint", "2 names", each, "between") for each in titles}
assert share["a third name"].low > 0.85 > share["both names"].high
assert share["both names"].low < share["one name"].high, "left open"
assert told("joint", "2 names", "both names", "place of the first name").low > 0.7
figures.table(
    pd.DataFrame(rows),
    caption=f"How many pictures lie in the middle half of the line ({low} to {high}), and where they lie on average. Both orders of each couple are there: if order did not matter, the mean place of two names would be one half.",
)

# %% tags=["hide-input"]
rows = []
for prompts, places in (("2 names", 2), ("3 names", 3)):
    row = {"prompts": prompts}
    for place in (1, 2, 3):
        label = f"nearest is the {('first', 'second', 'third')[place - 1]}, %"
        measure = f"nearest is number {place}"
        row[label] = (
            told("joint", prompts, "works", measure).percent()
            if place <= places
            else "–"
        )
    for measure in ("nearest is one of them", "all among the ten nearest"):
        row[f"{measure}, %"] = told("joint", prompts, "works", measure).percent()
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption="Whose work is nearest to a picture with several names in its prompt, among the works of forty-eight painters. 95 % intervals over groups of painters.",
)

# %% [markdown]
# It is no mixture. The picture is the first painter's: near 1 on the line, nearest to a work of the first painter for most, and to one of the second for hardly any, though every couple is there in both orders. The second name is not without effect: it takes something from the first, more than it brings of itself. With three names the first leads again, and each later one counts for less. Of real generators the same direction is told: each further name changes the picture less {cite:p}`su2025prompted`.
#
# And look at *between*. Pictures of a third painter, who was never named, lie there nearly always, because they are like neither. Whoever had reported that share alone would have called them the best mixtures of all. (In high dimensions most places are in the middle: exercise 2.)
#
# ## The prediction, and what came

# %% tags=["hide-input"]
own, nobody = "own - no_name", "nobody - no_name"
stranger = "stranger - no_name"
order_of = told(
    "joint", "2 names", "works", "order: first minus last nearest + 1, halved"
)
styles = {
    "the style changes most in simple prompts, least in user prompts": ("change", own),
    "nobody's name changes as much": ("change", nobody),
    "... and does not bring nearer": ("gain", nobody),
    "a stranger's leads away": ("gain", stranger),
}
came = {
    what: [
        f"{kind} {told(part, kind, pair, 'style')}"
        for kind in ("simple", "content", "user")
    ]
    for what, (part, pair) in styles.items()
} | {
    "another subject is seen in fewer than one picture of five": [
        f"{kind} {told('change', kind, own, 'subject').percent()} %"
        for kind in ("content", "user")
    ],
    "two names lie between more often than one": [
        f"{title} {told('joint', '2 names', compared, 'between').percent()} %"
        for compared, title in titles.items()
    ],
    "the first name is the stronger": [
        f"place {told('joint', '2 names', 'both names', 'place of the first name')}",
        f"its work is nearest, against the second's {order_of}",
    ],
}
figures.table(
    pd.DataFrame(
        [{"predicted": what, "came": "; ".join(each)} for what, each in came.items()]
    ),
    caption="Each part of the prediction beside what was measured. Places and shares of the last row are one half where order does not matter.",
)

# %% [markdown]
# Right: the order of the prompts, and what nobody's name does. Right beyond expectation: the first name hardly leaves room for the second. Partly right: a stranger's name leads away, in simple prompts. Left open: fewer than one in five is what was counted, but the intervals reach above it; and that two names lie between more often than one is within the intervals, and as the third name shows it would have meant little.
#
# ## Where this could be wrong
#
# - **Out of distribution.** `tiny-sd` has learned from captions in which a painter is nearly always named. *A painting* without a name is a rare sentence to it, and so is the name of nobody. A partner that is strange makes the change large; the gain suffers less.
# - **The judge is related.** `csd-tiny` and `clip-tiny` look with towers that grew up with the generator's text encoder. Compare the unseen painters, and colour in [do longer prompts copy more?](do_longer_prompts_copy_more).
# - **One picture a cell.** The intervals are over painters and know of one noise each. Exercise 1 measures how much noise alone does.
# - **One generator, one training, invented painters**, each about as well known as the next. A real generator knows some names by a million pictures and others by ten.
# - **The third name and the stranger against none were added after the first results**, as controls that were missing. The prediction does not speak of them.
#
# ## What one may conclude
#
# *An artist* who shows that a picture changes when her name is taken out has shown that the generator reads the name. That it knows her style, she shows by the gain: towards her works, and not as much by a stranger's name or by nobody's. *A court* should ask for the control, because who has the generator can make it in seconds, and a likeness without it may be the generator's habit. Whoever has only the picture cannot. And where a prompt was long or named several artists, a small gain does not say that the style is not in the model; it says that this prompt used little of it.
#
# ## Summary
#
# - Equal noise, equal words, one name less: what differs then is the name's doing.
# - Change is not gain. A name that nobody has changes pictures about as much.
# - Prompts that say more leave less to the name, by change and by gain; length alone is not what does it.
# - A place in the middle is no mixture, unless a third painter's pictures lie elsewhere.
#
# ## Exercises
#
# **1. How much is noise? (15 minutes)** A change of style needs a scale. Write `apart(vectors, artists, same)`: the mean of $1 - x \cdot y$ over all pairs of two different rows of unit norm, by the same artist if `same`, else by two artists. What do two noises do to one name, what do two names do to pictures of different noise, and where between them lies the change by the name at equal noise?


# %% tags=["exercise"]
def apart(vectors: np.ndarray, artists: np.ndarray, same: bool) -> float:
    """The mean distance of pairs by the same artist, or by two."""
    return 0.0  # your code here


# %% tags=["solution"]
def apart(vectors: np.ndarray, artists: np.ndarray, same: bool) -> float:
    """The mean distance of pairs by the same artist, or by two."""
    a, b = np.triu_indices(len(vectors), 1)
    chosen = (artists[a] == artists[b]) == same
    return float(1 - (vectors[a] * vectors[b]).sum(axis=1)[chosen].mean())


again = pd.concat(
    [
        kinds["simple"]({who: names[who]}, seed + 100 * n + 50)
        for n, who in enumerate(names)
    ],
    ignore_index=True,
)
other_noise = study(generate(model, again, **options), works, looking, cache=cache)
seen = np.concatenate([any_set.generated.vectors, other_noise.generated.vectors])
whose = np.concatenate([any_set.asked, other_noise.asked])
print(f"one name, two noises: {apart(seen, whose, True):.2f}")
print(f"two names, two noises: {apart(seen, whose, False):.2f}")
print(
    f"name taken out, one noise: {partners('simple', 'own', 'no name')[0].mean():.2f}"
)


# %% tags=["mistake"]
# Also pairs a picture with itself: a distance of 0 that nobody has measured.
def apart(vectors: np.ndarray, artists: np.ndarray, same: bool) -> float:
    chosen = (artists[:, None] == artists) == same
    return float(1 - (vectors @ vectors.T)[chosen].mean())


# %% tags=["check"]
square = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
assert apart(square, np.array(list("aabb")), True) == 0
assert apart(square, np.array(list("aabb")), False) == 1
assert abs(apart(square, np.array(list("abab")), True) - 1) < 1e-9
assert abs(apart(square, np.array(list("abab")), False) - 0.5) < 1e-9

# %% [markdown]
# **2. The place of somebody else (20 minutes).** In many dimensions a random picture is like nobody. Write `place(x, a, b)`, the $t$ of each row of `x` above. Draw random directions of unit norm in 2, 8, 32 and 128 dimensions, and count how many lie in the middle half. What has *between* shown, then, in a space of many dimensions?


# %% tags=["exercise"]
def place(x: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where each row of x lies on the line from b (0) to a (1)."""
    return np.zeros(len(x))  # your code here


# %% tags=["solution"]
def place(x: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where each row of x lies on the line from b (0) to a (1)."""
    line = a - b
    return (x - b) @ line / (line @ line)


random = np.random.default_rng(seed)
for size in (2, 8, 32, 128):
    drawn = random.normal(size=(2002, size))
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    where = place(drawn[2:], drawn[0], drawn[1])
    print(f"{size} dimensions: {((where > 0.25) & (where < 0.75)).mean():.0%} between")


# %% tags=["mistake"]
# Divides by the length of the line and not by its square: a is at 1 only if it is that far from b.
def place(x: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    line = a - b
    return (x - b) @ line / np.linalg.norm(line)


# %% tags=["check"]
ends = np.eye(3)
assert np.allclose(place(ends, ends[0], ends[1]), [1, 0, 0.5])
near = np.array([[1.0, 0.0, 0.0], [0.6, 0.8, 0.0]])
assert np.allclose(place(near, near[0], near[1]), [1, 0])
assert np.allclose(place(ends[:2] * 0.5, ends[0], ends[1]), [0.75, 0.25])
many = np.random.default_rng(1).normal(size=(500, 400))
many /= np.linalg.norm(many, axis=1, keepdims=True)
assert ((place(many[2:], many[0], many[1]) - 0.5).__abs__() < 0.25).mean() > 0.95

# %% [markdown]
# **3. A generator of yours (an hour, open).** Run the page with `-p model ...` (a name, a folder with a pipeline, or a hub id) and `-p artist_list names.txt`, three names that the generator should know and three that nobody has. `-p adapter ...` (a folder, or a hub id) puts a LoRA beside its weights: run the page with it and without, and you see what the adapter has taught it of a name. A good answer says for each name the gain with its interval beside nobody's, names the judge, and says which sentence of the summary would have to go.
#
# ## Further reading
#
# - {cite:t}`su2025prompted`, who made pictures of the same prompt and seed with many names, and ask who was named: the next chapter.
# - {cite:t}`somepalli2024csd`, Section 6.
# - Next: [which name was in the prompt?](which_name_was_in_the_prompt)
