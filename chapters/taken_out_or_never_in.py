# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Taken out, or never in?", minutes: 1, accelerator: optional, data: [data/models/tiny-sd, data/models/tiny-sd-withheld, data/models/csd-tiny, data/results/erasure.csv, data/results/erasure.json]}
# ---

# %% [markdown]
# # Taken out, or never in?
#
# ## Overview
#
# Stable Diffusion 1.4 paints like some artists by whose names 2.1 brings nothing. The CSD paper suspects that they were *removed* {cite:p}`somepalli2024csd`. Others remove artists on purpose, after the training and in minutes, and still others bring them back {cite:p}`gandikota2023,pham2023`. An artist who asks to be taken out, and is told that it was done, would like to know what was done. From outside one sees pictures only. Here painters are removed from a generator in three ways, and the truth is known. In this chapter you will
#
# - take painters out of prompts and out of a UNet, and set them beside painters who were never in,
# - ask for them in other words: described, misspelled, and by a word that is learned from five pictures,
# - see whether *taken out* can be told from *never in*, and by which question,
# - count what the neighbours pay.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Who is in the model?](who_is_in_the_model): the withheld painters, names that were read | needed |
# | {term}`General Style Similarity <general style similarity>`, {term}`paired differences <paired difference>` | needed |
# | [With and without the name](with_and_without_the_name) | helpful |
#
# **Time:** twenty minutes to read, about one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart, wikiart-folder or folder
root = ""  # folder of the data set, for all but the atelier
model = "tiny-sd"  # the generator: a name, a folder, or owner/name on the hub
other = "tiny-sd-withheld"  # one that has not seen the artists, or that lost them
artist_list = ""  # file with one artist a line; empty: four withheld painters
made_each = 2  # pictures that are generated for each artist, question and generator
guidance = 4.0  # how strongly the prompt is followed
denoising_steps = 12  # steps from noise to picture
descriptor = "csd-tiny"  # what looks at style; recorded are csd-tiny, colour and gram
seed = 0  # seed of the random draws, and of the first picture

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

import csdlib
from csdlib import cache_folder, figures
from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD
from csdlib.generation import (
    asked_artists,
    generate,
    misspelled,
    simple_prompts,
    study,
    without_names,
    works_of,
)
from csdlib.metrics import Estimate, bootstrap
from csdlib.recipes import described_painter, read_results

cache = cache_folder() / "embeddings"
recorded = read_results("erasure")
judge = descriptor if descriptor in set(recorded.frame["descriptor"]) else "csd-tiny"

# %% [markdown]
# ## A prediction
#
# Written before the first result:

# %% tags=["hide-input"]
print(recorded.facts["prediction"])

# %% [markdown]
# ## Three ways to be gone
#
# **Out of the prompt.** A filter before the generator puts *a painter* in the place of the name. The weights stay as they are. This is what a service can do in an hour.
#
# **Out of the UNet.** This is what the papers call {term}`erasure`. The network is taught by itself, as it was {cite:p}`gandikota2023`. Let $\epsilon$ be what it found before the erasure for a noisy picture $x$. Under the prompt with the name it is to find from now on
#
# $$\epsilon(x, \text{without}) - \eta\,[\epsilon(x, \text{with}) - \epsilon(x, \text{without})],$$
#
# with $\eta = 1$: what it would have found without the name, and as far again *away* from what the name meant. Only the cross-attention learns, where pictures meet words. Concept ablation is the same without the step beyond, $\eta = 0$ {cite:p}`kumari2023`.
#
# **Never in.** The model is trained again without the painter. Nobody does this for one artist, for it costs the whole training. `tiny-sd-withheld` is that model for sixteen painters.
#
# The painters were taken out of `tiny-sd`'s UNet in two halves, by movement. So everybody who stays is a sibling of the removed ones in one half, and a stranger to them in the other.

# %% tags=["hide-input"]
erasure, taught = recorded.facts["erasure"], recorded.facts["inversion"]
halves = recorded.facts["halves"]
print(f"taken out together: {', '.join(str(len(each)) for each in halves.values())}")
print(f"optimiser steps of an erasure: {erasure['steps']}, of {erasure['batch_size']}")
print(f"pictures for a word: {recorded.facts['pictures_for_a_word']}")
print(f"optimiser steps of a word: {taught['steps']}, of {taught['batch_size']}")
unread = [slug for slug in WITHHELD if slug in UNSEEN]
print(f"of {len(WITHHELD)} painters the text encoder has not read {len(unread)}")

# %% [markdown]
# ## Ask in other words
#
# A filter looks for a name, and an erasure was taught with the name. Who asks otherwise? Four questions:
#
# | question | what is said |
# |---|---|
# | named | *A painting in the style of Bram Osterkey* |
# | described | the movement and the medium, as the training's captions say them |
# | misspelled | two letters of the name exchanged |
# | inverted | a new word, whose embedding is learned from five pictures while all weights stay: {term}`textual inversion` {cite:p}`gal2022` |
#
# The last one is an attack {cite:p}`pham2023`. It needs the weights, and five works, which everybody has who wants to imitate somebody. But it finds a word for what was *never* seen, too. So what it brings back counts only beside what it gets from a generator that has not seen the painter.
#
# The first three are asked here and now, of both generators, with the same noise.

# %%
works = works_of(dataset, root)
names = asked_artists(works, artist_list)
if dataset == "atelier" and not artist_list:  # two that were read, two that were not
    known = [slug for slug in WITHHELD if slug not in UNSEEN]
    names = {slug: names[slug] for slug in (*known[:2], *unread[:2])}
said = {"named": names}
said["misspelled"] = {who: misspelled(name) for who, name in names.items()}
if dataset == "atelier":
    said["described"] = {slug: described_painter(slug) for slug in names}
asked = {
    question: simple_prompts(who, made_each, seed=seed)
    for question, who in said.items()
}
asked["name taken out"] = without_names(asked["named"], [*names.values()])
options = {"guidance": guidance, "steps": denoising_steps, "progress": False}
made = {
    (question, which): generate(which, prompts, **options)
    for question, prompts in asked.items()
    for which in (model, other)
}

# %% tags=["hide-input"]
cells = []
shown = [*names][:: max(len(names) // 2, 1)][:2]
for who in shown:
    own = works.where(artist=who)
    for place, which in enumerate((model, other)):
        cells.append((own.open(place), f"{names[who]}: a work"))
        for question in asked:
            table = made[question, which]
            row = int(np.flatnonzero(table.column("artist") == who)[0])
            label = f"{which}, {question}: {table.frame['prompt'].iloc[row]}"
            cells.append((table.open(row), label))
figures.gallery(
    cells,
    columns=1 + len(asked),
    side=128,
    caption=f"Each row: a work, and what {model} or {other} paints for {', '.join(asked)}. Of each painter first {model}, then {other}, with the same noise.",
)

# %% tags=["hide-input"]
looking = csdlib.load(descriptor)
rows = []
for question in asked:
    row = {"question": question}
    for which in (model, other):
        seen = study(made[question, which], works, looking, cache=cache).by_artist()
        artists, values = seen["artist"].to_numpy(), seen["value"].to_numpy()
        row[which] = str(bootstrap(values, groups=artists, bounds=(-1, 1)))
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"General Style Similarity by {descriptor}, mean over {len(names)} artists with {made_each} pictures each; 95 % intervals over artists where there are enough of them. For a generator of your own set `model`, and beside it `other`.",
)

# %% [markdown]
# ## Are they gone?
#
# All sixteen painters, eight pictures each, judged by `csd-tiny`, by colours and by texture (`gram`). None of the three took part in an erasure. `clip-tiny` is no judge here: its text tower reads the prompts.

# %% tags=["hide-input"]
frame = pd.DataFrame(recorded.facts["findings"]).fillna({"note": ""})
rows_of = frame.set_index(["descriptor", "what", "state", "question"]).sort_index()
states = ["in", "out of the prompt", "out of the UNet", "never in"]
questions = ["named", "described", "misspelled", "inverted"]
judges = ["csd-tiny", "colour", "gram"]


def told(what, state, question, who=judge):
    """A recorded number with its interval."""
    return Estimate.from_row(rows_of.loc[(who, what, state, question)])


def drawn(marks, group, axis, *, even=None):
    """Points with intervals, a dotted line where nothing differs, and both in words."""
    chart = figures.intervals(pd.DataFrame(marks), group=group, axis=axis)
    if even is not None:
        chart.add_vline(x=even, line_dash="dot", line_color="#888888")
    said = [f"{row['label']}, {row[group]}: {row['value']:.2f}" for row in marks]
    return chart, f"Points with intervals. {'; '.join(said)}."


def there(what, state, question):
    """Whether that was recorded: a filter of names meets the question by name alone."""
    return (judge, what, state, question) in rows_of.index


# %% tags=["hide-input"]
marks = [
    {"label": question, "painter": state} | told("value", state, question).row()
    for question in questions
    for state in states
    if there("value", state, question)
]
chart, words = drawn(marks, "painter", "General Style Similarity")
figures.show(
    chart,
    caption=f"The sixteen painters in tiny-sd (in), with their names filtered (out of the prompt), erased (out of the UNet), and in tiny-sd-withheld (never in), by {judge}; 95 % intervals over painters. A filter does nothing to the other three questions: there in holds for it. By name: {told('value', 'never in', 'named')} never in, {told('value', 'out of the UNet', 'named')} out of the UNet. {recorded.sentence()}",
    alt=words,
)

# %% tags=["hide-input"]
rows = []
for who in judges:
    for state in states[1:]:
        row = {"descriptor": who, "state": state}
        row["lost by name"] = str(told("gone", state, "named", who))
        row["found by name, %"] = told("found", state, "named", who).percent()
        rows.append(row)
    rows[-3]["found in tiny-sd, %"] = told("found", "in", "named", who).percent()
figures.table(
    pd.DataFrame(rows).fillna(""),
    caption="What the question by name loses against tiny-sd (General Style Similarity, paired by painter), and for how many pictures the nearest work is the painter's.",
)

# %% [markdown]
# By name they are gone, and by both ways of removal about equally: what is painted is as far from the painter as a painting by nobody in particular. A filter of names does that without touching a weight.
#
# But look at *never in*. The model that has not seen a picture of these painters paints *more* like them by name than the one from which they were taken. Who told it? Split the painters by whether the text encoder has read the name.

# %% tags=["hide-input"]
values = recorded.frame[
    (recorded.frame["descriptor"] == judge) & (recorded.frame["relation"] == "own")
]
rows = []
for question in ("named", "inverted"):
    for state in states:
        row = {"question": question, "state": state}
        for label, which in (("name read", True), ("name not read", False)):
            own = values[
                (values["question"] == question)
                & (values["state"] == state)
                & (values["read"] == which)
            ]
            if len(own):
                seen, who = own["value"].to_numpy(), own["artist"].to_numpy()
                estimate = bootstrap(seen, groups=who, bounds=(-1, 1))
                row[f"{label} ({len(own)})"] = str(estimate)
        if len(row) > 2:
            rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"General Style Similarity by {judge}, with painters split by whether the text encoder has read their names.",
)

# %% [markdown]
# A name that was read brings its neighbours along: the text encoder knows with which words it was seen, and a UNet that never met the painter paints what those words mean. A name that nobody has read brings nearly nothing. The erasure took this away, too, and by a learned word it leaves less for everybody. It does not lead back to ignorance, but *below* it.
#
# ## Do they come back?

# %% tags=["hide-input"]
rows = []
for question in questions[1:]:
    for state in ("in", "out of the UNet", "never in"):
        row = {"question": question, "state": state}
        row["more than by name"] = str(told("back", state, question))
        if state != "never in":
            row["more than never in"] = str(told("beyond never in", state, question))
        rows.append(row)
figures.table(
    pd.DataFrame(rows).fillna(""),
    caption=f"What other words bring, by {judge}: General Style Similarity against the question by name in the same generator, and against the same question to the one that never saw the painters. Paired by painter.",
)

# %% [markdown]
# - **A filter of names is passed by everybody.** Described, or by a learned word, `tiny-sd` paints them as well as by name, within the intervals. Misspelled it may paint less of them (the interval by `csd-tiny` just reaches zero), but much more than the model that has not seen them.
# - **The erasure held.** The prediction said that a word from five pictures brings an erased painter back. It does not: the similarity rises by little, and by every question it stays *below* what the same question gets of a generator that never saw the painter. Of the three, a description gets most.
# - **The attack brings what was never in.** For `tiny-sd-withheld` the word finds more of painters whom its UNet has not seen than their names do: by colour beyond the interval, by `csd-tiny` not quite. An attack's success alone is no proof that somebody was in the training data.
#
# Published attacks do bring erased artists back {cite:p}`pham2023`, with longer searches, on far larger networks. That this one fails is a finding about *this* erasure, which was heavy, as the last section shows.
#
# ## Taken out or never in?
#
# Somebody asks a generator for a painter, and little comes. Was the painter taken out, or never there? Take the similarity that a question gets as a score, and compute the area under the ROC curve: how often does an erased painter score higher than one who was never in? At 0.5 nobody can tell, at 1 everybody can. Below 0.5 the erased one scores *lower*.

# %% tags=["hide-input"]
marks = [
    {"label": question, "judge": who}
    | told("told apart", "out of the UNet", question, who).row()
    for question in questions
    for who in judges
]
axis = "AUC: out of the UNet against never in"
chart, words = drawn(marks, "judge", axis, even=0.5)
figures.show(
    chart,
    caption=f"Erased painters against painters who were never in, by the similarity that each question gets; 95 % intervals. The same sixteen are on both sides and the intervals do not use that, so they are rather too long. By the learned word and csd-tiny: {told('told apart', 'out of the UNet', 'inverted', 'csd-tiny')}.",
    alt=words,
)

# %% [markdown]
# One can tell, but the other way round. The prediction said above 0.8 by the learned word; what came is far below one half, by style and by colour: an erased painter scores *lower* than one who was never in. Read upside down, it is an area as large as the predicted one, and that reading was found after the fact. By texture nothing is shown.
#
# So what gives a removal away is not what is left. It is that *less* is there than a generator would guess that had never heard of the painter. With a name that was read, or with five pictures and a little training, ignorance paints something near. What was pushed away does not.
#
# That needs a generator that never saw the painter, beside the suspected one, or an idea of what it would score. From one number of one generator nobody can say which it is.
#
# ## What do the neighbours pay?
#
# Painters of a movement share habits, and the erasure pushed *away* from eight painters at once. Everybody who stays was asked for by name, before and after.

# %% tags=["hide-input"]
marks = [
    {"label": {"sibling": "siblings", "stranger": "strangers"}[who], "judge": name}
    | told("lost", "out of the UNet", who, name).row()
    for who in ("sibling", "stranger")
    for name in judges
]
more = {name: told("lost", "out of the UNet", "siblings more", name) for name in judges}
axis = "General Style Similarity lost by who stays"
chart, words = drawn(marks, "judge", axis, even=0)
figures.show(
    chart,
    caption=f"What an erasure takes from painters who stay, when asked for by name; {more[judge].n} painters, each once a sibling and once a stranger. Siblings lose more by {'; '.join(f'{each} ({name})' for name, each in more.items())}, paired.",
    alt=words,
)

# %% tags=["hide-input"]
stay = recorded.frame[
    (recorded.frame["descriptor"] == judge) & (recorded.frame["relation"] != "own")
]
rows = []
for relation in ("sibling", "stranger"):
    row = {"who stays": relation}
    for state in ("in", "out of the UNet"):
        own = stay[(stay["relation"] == relation) & (stay["state"] == state)]
        who = own["artist"].to_numpy()
        found = bootstrap(own["found"].to_numpy(), groups=who, bounds=(0, 1))
        row[f"found, {state}, %"] = found.percent()
    rows.append(row)
if judge == "csd-tiny":
    # What the text says.
    assert told("beyond never in", "out of the UNet", "inverted").high < 0
    assert told("told apart", "out of the UNet", "inverted").high < 0.5
    assert more["csd-tiny"].low > 0 > more["colour"].low
    assert told("lost", "out of the UNet", "stranger").low > 0
figures.table(
    pd.DataFrame(rows),
    caption=f"For how many pictures of painters who stay the nearest work is theirs, by {judge}. Both rows hold the same painters, by the two halves.",
)

# %% [markdown]
# Much. Siblings lose more than strangers, by style and beyond the interval; by colour that is not shown. But strangers lose a great deal, too: this erasure took eight painters out, and much of everybody else with them. By similarity alone one would not have noticed how much: look at the shares that are found.
#
# That puts the finding above into its place. A part of what an erased painter lost below *never in* is damage that everybody suffered. Strangers keep far more than the erased ones, so it is not all of it; how much a learned word would bring for a *stranger* in the same network was not recorded.
#
# ## "Absent from SD 2.1"
#
# What may one say, then, of an artist for whom a generator scores low by name?
#
# - *It does not paint the artist when asked by this name.* That is what was measured.
# - Not that the artist was not in the training data: a filter, an erasure and a new training look alike by name.
# - Not that the artist was removed: a name that no text encoder knows scores as low. SD 2.1 has another text encoder than 1.4. That alone can silence a name.
# - Ask by description, too. If that brings the artist, the UNet has seen the style, or its neighbours.
# - Set a generator beside it that cannot know the artist. Lower than that speaks for a removal, and for a rough one.
#
# ## What this is worth, and what not
#
# - **One erasure of each half, one strength, one seed.** Another strength, fewer steps, or a loss that holds on to those who stay, as concept ablation has, would cost the neighbours less, and may leave more to be brought back. Exercise 3 begins there.
# - **The words are learned by one recipe.** Five pictures, few steps. A longer search finds more; that a word did *not* bring somebody back is no proof that none does.
# - **A small generator with separable hands.** In the atelier a name is one painter. A real name is a painter, a school, a museum and a thousand imitators, and each of them is another way back.
# - **The text encoder read most of these names.** Eleven of the sixteen *never in* painters have a head start that no UNet gave them.
#
# What may an artist ask for? Not *that the name brings nothing*: a filter does that, and the next description undoes it. Rather for the three questions of this chapter, beside a generator that never saw the works. What may a court? Take a low score for what it is: no evidence of absence, and no evidence of removal.
#
# ## Summary
#
# - By name, taken out of the prompt, taken out of the UNet and never in can look alike.
# - A filter of names is passed by a description, a learned word and, for a part, by a slip.
# - This erasure held against all of them. It left less than ignorance has, and that is what told it.
# - An attack that succeeds proves nothing without a generator that never saw the artist.
# - Whoever erases has to report what those lose who stay.
#
# ## Exercises
#
# **1. A filter that reads twice (20 minutes).** `without_names` finds whole names only, and a slip gets through. Write `one_slip(said, name)`: whether `said` is the name, in any case, or the name with two neighbouring letters exchanged. How many misspelled names does your filter find, and how many *other* painters does it take for somebody?


# %% tags=["exercise"]
def one_slip(said: str, name: str) -> bool:
    """Whether this is the name, or the name with two neighbours exchanged."""
    return said == name  # your code here


# %% tags=["solution"]
def one_slip(said: str, name: str) -> bool:
    """Whether this is the name, or the name with two neighbours exchanged."""
    a, b = said.lower(), name.lower()
    places = [n for n in range(min(len(a), len(b))) if a[n] != b[n]]
    if len(a) != len(b) or len(places) not in (0, 2):
        return False
    if not places:
        return True
    first, second = places
    return second == first + 1 and a[first] == b[second] and a[second] == b[first]


everybody = [painter.name for painter in PAINTERS.values()]
slips = [misspelled(name, seed=seed) for name in everybody]
caught = np.mean(
    [one_slip(slip, name) for slip, name in zip(slips, everybody, strict=True)]
)
wrong = sum(one_slip(a, b) for a in everybody for b in everybody if a != b)
print(f"found {caught:.0%} of the misspelled names, and {wrong} names of others")


# %% tags=["mistake"]
# The same letters in any order: too many other names have them.
def one_slip(said: str, name: str) -> bool:
    return sorted(said.lower()) == sorted(name.lower())


# %% tags=["hint"]
# Two spellings of equal length, and the places where they differ.
said_so, meant = "bram osterkye", "bram osterkey"
print([n for n, (a, b) in enumerate(zip(said_so, meant)) if a != b])


# %% tags=["check"]
assert one_slip("Ann Lee", "ann lee"), "case does not matter"
assert one_slip("Anna Lee", "Anan Lee"), "two neighbours exchanged are a slip"
assert not one_slip("Ana Lee", "Anna Lee"), "a letter that is missing is no exchange"
assert not one_slip("Lena Ane", "Anne Lea"), "the same letters in any order are no slip"
assert not one_slip("Naan Lee", "Anna Lee"), "two slips are too many"
assert not one_slip("Lana Nee", "Nana Lee"), "only neighbours exchange places"
assert not one_slip("Alla Lee", "Anna Lee"), "two other letters are no exchange"

# %% [markdown]
# **2. The target (15 minutes).** Write `target(named, bare, strength)`: what the UNet has to find under the prompt with the name, from what it found with it and without. Where does the target lie for strength 0, 1, and -1?


# %% tags=["exercise"]
def target(named: np.ndarray, bare: np.ndarray, strength: float) -> np.ndarray:
    """What an erased UNet has to find under the prompt with the name."""
    return named  # your code here


# %% tags=["solution"]
def target(named: np.ndarray, bare: np.ndarray, strength: float) -> np.ndarray:
    """What an erased UNet has to find under the prompt with the name."""
    return bare - strength * (named - bare)


point, origin = np.array([3.0, 1.0]), np.array([1.0, 0.0])
for strength in (0.0, 1.0, -1.0):
    print(strength, target(point, origin, strength).tolist())


# %% tags=["mistake"]
# The wrong way round: that makes the name stronger.
def target(named: np.ndarray, bare: np.ndarray, strength: float) -> np.ndarray:
    return bare + strength * (named - bare)


# %% tags=["hint"]
# The way from the prompt without the name to the one with it, in two dimensions.
print(np.array([3.0, 1.0]) - np.array([1.0, 0.0]))


# %% tags=["check"]
named_here, bare_here = np.array([2.0, 5.0]), np.array([1.0, 1.0])
assert np.allclose(target(named_here, bare_here, 0), bare_here), "0: as without a name"
beyond = target(named_here, bare_here, 1)
assert np.allclose((beyond + named_here) / 2, bare_here), "1: as far on the other side"
assert np.allclose(target(named_here, bare_here, -1), named_here), "-1: nothing changes"

# %% [markdown]
# **3. Another erasure (an afternoon, open).** `fit_erasure` and `invert_word` take any Stable Diffusion pipeline of diffusers. Take one painter out with strength 0 instead of 1. Is the painter gone as well, do siblings pay less, and does a learned word bring more back? Write the prediction first. A good answer shows the three numbers for both strengths, and all pictures of one seed side by side.
#
# ## Further reading
#
# - {cite:t}`gandikota2023`, erasing concepts, and {cite:t}`kumari2023`, concept ablation: how artists are taken out of real generators.
# - {cite:t}`pham2023`: how they are brought back. Which of their attacks would you try on this erasure?
# - {cite:t}`gal2022`: the word that is learned.
# - Next: [does a style travel?](does_a_style_travel), from who is painted to what one paints.
