# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Who is in the model?", minutes: 1, accelerator: optional, data: [data/models/tiny-sd, data/models/tiny-sd-withheld, data/models/csd-tiny, data/models/clip-tiny, data/results/studies_atelier.csv, data/results/studies_atelier.json, data/results/studies_sd14.csv, data/results/studies_sd14.json]}
# ---

# %% [markdown]
# # Who is in the model?
#
# ## Overview
#
# An artist asks: has this generator seen my pictures? The makers do not say. The paper proposes to infer it from the outside: ask the model for
# pictures in the artist's name, and compare them with the artist's works. A high {term}`General Style Similarity <general style similarity>` is read as
# *the style is in the model*, a low one as *it is not, or has been taken out* {cite:p}`somepalli2024csd`. Nobody could check that reading, because nobody knew
# who had been in. Here we do. In this chapter you will
#
# - compute General Style Similarity for every painter, with an interval and the number of pictures behind it,
# - test the paper's two thresholds, 0.5 and 0.8, against the truth,
# - measure how well the score tells withheld painters from the others, and whether it does so for painters that the descriptor knows only,
# - compare two generators, one of which has seen everybody,
# - find a second way into a model, through the text encoder, which reads names even where the generator has seen no picture,
# - find out how many works and how many generated pictures the inference needs.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Whose style is it?](whose_style_is_it) | needed |
# | [How tiny-sd was made](how_tiny_sd_was_made): who saw whom | needed |
# | the area under the ROC curve ([Quickstart](quickstart)) | needed |
#
# **Time:** twenty-five minutes to read, about one to run; longer where the shared pictures are not in the cache yet.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart, wikiart-folder or folder
root = ""  # folder of the data set, for all but the atelier
model = "tiny-sd-withheld"  # the generator: tiny-sd-withheld, sd-2.1, a folder, or owner/name on the hub
compared_model = (
    "tiny-sd"  # a generator to compare it with, for example sd-1.4; empty: none
)
generated_folder = ""  # folder of generated pictures, instead of a model
declared_model = ""  # what made the pictures of a folder, if it has no table
artist_list = ""  # file with one artist a line; empty: all artists of the data set
made_each = 4  # pictures that are generated for each artist
guidance = 4.0  # how strongly the prompt is followed
denoising_steps = 12  # steps from noise to picture
descriptor = "csd-tiny"  # what looks at style
baselines = (
    "clip-tiny,colour"  # descriptors beside it, separated by commas; all need a cosine
)
seed = 0  # seed of the random draws; the first picture of each artist has it

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go

import csdlib
from csdlib import figures
from csdlib.atelier import UNSEEN, WITHHELD
from csdlib.files import cache_folder
from csdlib.generation import (
    asked_artists,
    made_or_found,
    model_record,
    simple_prompts,
    study,
    works_of,
)
from csdlib.metrics import SIGNED, auc, auc_difference, bootstrap, roc_area
from csdlib.recipes import read_results
from csdlib.similarity import own_above_others, prototype_similarity
from csdlib.texts import split_names

cache = cache_folder() / "embeddings"

# %% [markdown]
# ## A prediction
#
# Written before the first run: *the score separates withheld painters from the others with an area under the ROC curve of 0.9 or more. Thresholds do not carry over
# from the paper, because every descriptor has a scale of its own. A painter whose movement the generator knows well will look familiar without having
# been seen, and that will be the main source of errors.*
#
# ## The score of every painter
#
# `tiny-sd-withheld` has never seen sixteen of the forty-eight painters. Their names are in its vocabulary, as the names of strangers are in everybody's;
# prompts with them run without complaint, and something is painted.

# %%
works = works_of(dataset, root)
prompts = simple_prompts(asked_artists(works, artist_list), made_each, seed=seed)
options = {"guidance": guidance, "steps": denoising_steps}
made = made_or_found(
    prompts, model, generated_folder, declared=declared_model, **options
)
names = (descriptor, *split_names(baselines))
by_name = {name: study(made, works, csdlib.load(name), cache=cache) for name in names}
main = by_name[descriptor]
scores = main.by_artist().sort_values("value", ascending=False, ignore_index=True)
# Whom a model has seen is in its record. Most models come without one, and pictures from elsewhere always do.
record = {} if generated_folder else model_record(model)
known_truth = dataset == "atelier" and "unseen" in record
in_the_model = ~scores["artist"].isin(record.get("unseen", []))
scores = scores.assign(
    group=np.where(in_the_model, "seen", "withheld") if known_truth else "not known"
)
print(
    f"{len(made)} generated pictures, {len(works)} works; notes: {scores['note'].replace('', 'none').value_counts().to_dict()}"
)

# %% tags=["hide-input"]
chart = figures.intervals(
    scores.assign(label=scores["artist"]),
    group="group",
    axis=f"General Style Similarity ({descriptor})",
)
chart.update_yaxes(
    autorange="reversed",
    categoryorder="array",
    categoryarray=scores["artist"].tolist(),
    tickfont={"size": 10},
)
highest = scores[scores["group"] != "seen"]["value"].max()
figures.show(
    chart,
    height=max(420, 17 * len(scores)),
    caption=f"General Style Similarity of {len(scores)} artists, sorted, with 95 % bootstrap intervals over the pictures of both sides: "
    f"{made_each} generated pictures and about {scores['references'].median():.0f} works each.",
    alt=f"Sorted points with intervals. The highest score of an artist who was not seen is {highest:.2f}; the median of all is {scores['value'].median():.2f}.",
)

# %% [markdown]
# ## Two thresholds
#
# The paper reads a score below 0.5 as *absent* and above 0.8 as *present*. It says so of its own descriptor, and thresholds travel badly. What would a reader who
# applied them here conclude, and how often would it be true?

# %%
if known_truth:
    verdicts = pd.cut(
        scores["value"],
        [-1, 0.5, 0.8, 1],
        labels=["below 0.5: absent", "between", "above 0.8: present"],
    )
    print(pd.crosstab(scores["group"], verdicts).to_string())
    withheld_scores = scores.loc[scores["group"] == "withheld", "value"]
    if len(withheld_scores):
        print(
            f"\nWithheld painters score {withheld_scores.min():.2f} to {withheld_scores.max():.2f}, median {withheld_scores.median():.2f}."
        )
    print(
        f"Seen painters score {scores.loc[scores['group'] == 'seen', 'value'].median():.2f} in the median."
    )

# %% [markdown]
# A threshold can only be chosen with a yardstick: what do artists score who *cannot* be in the model? The paper has none. Here the withheld painters are
# one. For a real model, artists who published after its training data were collected would be.
#
# ## Does the score tell them apart?
#
# The {term}`AUC` is the probability that a seen painter scores higher than a withheld one; a coin gets 0.5. It needs no threshold. Its interval is wide, and not symmetric, because
# there are only sixteen painters on one side; it is found by inverting a test {cite:p}`newcombe2006auc`, because near 1 a bootstrap of sixteen painters hardly ever draws a mistake. We ask
# it of all painters, and then separately of painters that the descriptor saw in *its* training and of painters that it did not: a detector that works for the first kind only would
# be of no use to a stranger.


# %%
def areas(artists: pd.DataFrame) -> dict[str, str]:
    """The AUC of all painters, by what became of the withheld names, and of painters unknown to the descriptor."""
    values, seen = (
        artists["value"].to_numpy(),
        ~artists["artist"].isin(WITHHELD).to_numpy(),
    )
    known = ~artists["artist"].isin(UNSEEN).to_numpy()
    parts = {
        "all painters": seen | ~seen,
        "withheld: name read": seen | known,
        "withheld: never read": seen | ~known,
    }
    parts["descriptor knows none of them"] = ~known
    return {label: str(auc(values[part], seen[part])) for label, part in parts.items()}


rows = []
truth = {}
if known_truth and model == "tiny-sd-withheld":
    for name, seen_by in by_name.items():
        frame = seen_by.by_artist()
        seen = ~frame["artist"].isin(WITHHELD).to_numpy()
        truth[name] = (frame, seen)
        by_retrieval = str(auc(frame["found"].to_numpy(), seen))
        rows.append(
            {"descriptor": name} | areas(frame) | {"by retrieval instead": by_retrieval}
        )

# %% tags=["hide-input"]
if rows:
    display_table = figures.table(
        pd.DataFrame(rows),
        caption="Area under the ROC curve for withheld painters, with 95 % intervals over painters. The last column ranks painters by how often they are found, instead of by similarity.",
    )
else:
    display_table = figures.table(
        pd.DataFrame({"": ["not known who was seen: no curve"]}),
        caption="Area under the ROC curve.",
    )
display_table

# %%
for name in names[1:]:
    if rows:
        frame, seen = truth[descriptor]
        other = (
            truth[name][0].set_index("artist").loc[frame["artist"], "value"].to_numpy()
        )
        print(
            f"{descriptor} above {name} by {auc_difference(frame['value'].to_numpy(), other, seen)}"
        )

# %% tags=["hide-input"]
titles = (
    "share of withheld painters called seen",
    "share of seen painters called seen",
)
curves = figures.roc_curves(
    {name: (frame["value"].to_numpy(), seen) for name, (frame, seen) in truth.items()},
    titles=titles,
)
figures.show(
    curves,
    caption="ROC curves: every point is a threshold.",
    alt="ROC curves. "
    + (
        f"That of {descriptor} encloses {auc(truth[descriptor][0]['value'].to_numpy(), truth[descriptor][1]).value:.2f}."
        if truth
        else "Nothing is known."
    ),
)

# %% [markdown]
# ## The same painter under two generators
#
# A low score may have a simpler reason than absence: some painters are hard to imitate. The cleanest comparison keeps the painter and changes the generator.
# `tiny-sd` has the same parts and the same recipe (two of its four stages were shorter, [how](how_tiny_sd_was_made)), and has seen everybody. If absence is what the score measures, withheld painters should lose under
# `tiny-sd-withheld`, and the others should not.

# %%
paired = pd.DataFrame()
if compared_model:
    other = study(
        made_or_found(prompts, compared_model, "", **options),
        works,
        csdlib.load(descriptor),
        cache=cache,
    )
    after = other.by_artist().set_index("artist").loc[scores["artist"]]
    paired = scores.assign(
        other=after["value"].to_numpy(),
        change=after["value"].to_numpy() - scores["value"],
    )
    for group, own in paired.groupby("group"):
        change = bootstrap(own["change"].to_numpy(), bounds=SIGNED)
        print(
            f"{group}: {compared_model} - {model} = {change} over {len(own)} artists; {np.mean(own['change'] > 0):.0%} of them score higher under {compared_model}"
        )
    if rows:
        print(
            f"AUC of the change itself: {auc(paired['change'].to_numpy(), (paired['group'] == 'withheld').to_numpy())}"
        )

# %% tags=["hide-input"]
scatter = go.Figure()
if len(paired):
    for number, (group, own) in enumerate(paired.groupby("group")):
        scatter.add_scatter(
            x=own["value"],
            y=own["other"],
            mode="markers",
            name=group,
            text=own["artist"],
            marker={
                "color": figures.COLOURS[number],
                "symbol": figures.SYMBOLS[number],
                "size": 9,
            },
        )
    ends = [float(min(paired["value"].min(), paired["other"].min())), 1.0]
    scatter.add_scatter(
        x=ends,
        y=ends,
        mode="lines",
        name="equal",
        line={"color": "#888888", "width": 1},
    )
scatter.update_layout(
    xaxis_title=f"similarity under {model}",
    yaxis_title=f"similarity under {compared_model}",
)
figures.show(
    scatter,
    caption="One point an artist: General Style Similarity under both generators. Above the line: more alike under the second.",
    alt="Scatter plot of similarities under two generators"
    + (
        f"; {np.mean(paired['change'] > 0):.0%} of the points lie above the line."
        if len(paired)
        else "."
    ),
)

# %% [markdown]
# ## A name that was only read
#
# The two generators differ in what they have seen. But a generator has another way to learn of a painter: its text encoder. Both use that of `clip-tiny`, whose two towers learned
# pictures and captions together, and eleven of the sixteen withheld painters were among them: their names were *read*, beside their pictures, though this generator has painted from
# none. Five names were never read by anybody. Does reading alone give a hand away?
#
# The control: how like a painter's works is what was made in the painter's own name, and how like them is what was made in *other withheld painters'* names? The difference is what
# the name does. That some hands are easy to resemble is in both, and cancels.

# %%
named = (
    {f"{name}, {model}": seen_by for name, seen_by in by_name.items()} if rows else {}
)
if rows and compared_model:
    named[f"{descriptor}, {compared_model} (has seen all)"] = other
control: dict[str, dict[str, str]] = {}
leak = {}
for label, each in named.items():
    effect = own_above_others(
        each.generated, each.asked, each.references, each.painted, WITHHELD
    )
    withheld, unread = effect.index.isin(WITHHELD), effect.index.isin(UNSEEN)
    groups = {
        "seen": ~withheld,
        "withheld, name read": withheld & ~unread,
        "withheld, never read": withheld & unread,
    }
    for group, own in groups.items():
        found = bootstrap(
            effect[own].to_numpy(), groups=effect.index[own].to_numpy(), bounds=SIGNED
        )
        control.setdefault(group, {"painters": group})[label] = str(found)
        leak[label, group] = found.value
figures.table(
    pd.DataFrame(control.values())
    if control
    else pd.DataFrame({"": ["not known who was seen and who was read"]}),
    caption="What a name does: similarity of own prompt minus that of other withheld painters' prompts, to the same works; 95 % intervals over painters. 0 is a name that means nothing.",
)

# %%
for label in named:
    share = leak[label, "withheld, name read"] / leak[label, "seen"]
    print(
        f"{label}: a withheld name that was read does {share:.0%} of what a seen painter's does"
    )

# %% [markdown]
# **Reading leaks half a hand.** A generator that never saw a painter paints half of the way towards the painter's hand, if its text encoder has met the name. Where nobody has read the
# name, nothing comes. The untrained judge says it as well as the trained one, so it is no echo of what the descriptor knows, and the last column shows that a painter whom the generator
# has seen needs no reading. It bears on what the paper infers: the text encoder of Stable Diffusion, CLIP, has read every name that anybody asks for. A score above the strangers' there
# can mean *seen*, or only *read*.
#
# This is what two models of one family can tell, and what a single one cannot. (The artists whom the paper suspects are in
# `data/metadata/artists_of_interest.txt`; `-p artist_list` takes the file, `-p model sd-2.1 -p compared_model sd-1.4` the models, and `-p dataset folder -p root ...` their works.) The paper does it with Stable Diffusion 1.4 and 2.1, and suspects that
# artists who lost much between them had been taken out of the data. Here the suspicion can be tested, and the table says how often it would have been right.
#
# ## How many pictures does it take?
#
# With few pictures a prototype is mostly chance. So we compute the score again with fewer works of each painter, and with fewer generated pictures.


# %%
def area_with(works: int, made: int, draw: int) -> float:
    """The AUC when only some pictures of each artist are used."""
    few = main.sampled(works, made, random=np.random.default_rng([seed, draw]))
    values = prototype_similarity(few.generated, few.asked, few.references, few.painted)
    return roc_area(values.to_numpy(), ~values.index.isin(WITHHELD))


counts = [(works, made_each) for works in (1, 2, 4, 16, 56)] + [
    (56, made) for made in (1, 2)
]
needed = []
for works_each, generated_each in counts if rows else ():
    found = [area_with(works_each, generated_each, draw) for draw in range(10)]
    needed.append(
        {"works": works_each, "generated": generated_each, "AUC": np.mean(found)}
    )
    needed[-1] |= {"lowest": min(found), "highest": max(found)}
pd.DataFrame(needed).round(3)

# %% [markdown]
# ## With more pictures
#
# The page above makes four pictures of each painter. The same measurement was recorded with more of them, by several descriptors and both generators.

# %% tags=["hide-input"]
studies = read_results("studies_atelier")
# A stable order: csd-tiny stays the first descriptor.
ordered = studies.frame.sort_values("artist", kind="stable")
many, seen_all = (
    ordered[ordered["model"] == name] for name in ("tiny-sd-withheld", "tiny-sd")
)
rows = []
for content in ("simple", "user", "content"):
    of_content = many[many["content"] == content]
    first = of_content.loc[of_content["descriptor"] == "csd-tiny", "value"].to_numpy()
    for name, own in of_content.groupby("descriptor", sort=False):
        row = {"prompts": content, "descriptor": name} | areas(own)
        placebo = seen_all[
            (seen_all["content"] == content) & (seen_all["descriptor"] == name)
        ]
        row["all painters, tiny-sd"] = areas(placebo)["all painters"]
        difference = auc_difference(
            first, own["value"].to_numpy(), ~own["artist"].isin(WITHHELD).to_numpy()
        )
        rows.append(
            row
            | {"csd-tiny above it by": "" if name == "csd-tiny" else str(difference)}
        )
figures.table(
    pd.DataFrame(rows),
    caption=f"Area under the ROC curve for withheld painters, {studies.facts['images']} generated pictures of each. Under tiny-sd, which has seen all of them, it should be that of a coin. {studies.sentence()}",
)

# %% [markdown]
# The placebo first: under `tiny-sd` the sixteen have been seen like all others, and an area that differs from one half there is a difference between the painters and not between
# *seen* and *withheld*. Then the two kinds of withheld painters: those whose names were read are harder to tell from seen ones, where the intervals allow to say so; of the others
# there are five, and the interval is honest about five.

# %% [markdown]
# ## Real painters
#
# For Stable Diffusion the truth is not known, so there is no curve to draw. What can be recorded are the scores of sixty real painters whose works we have, and
# where they lie on the scale of the same descriptor.

# %% tags=["hide-input"]
recorded = read_results("studies_sd14")
real = recorded.frame
real = real[
    (real["content"] == "all") & (real["descriptor"] == "csd-tiny")
].sort_values("value", ascending=False, ignore_index=True)
real_chart = figures.intervals(
    real.assign(label=real["artist"], group="real painters"),
    group="group",
    axis="General Style Similarity (csd-tiny)",
)
real_chart.update_yaxes(
    autorange="reversed",
    categoryorder="array",
    categoryarray=real["artist"].tolist(),
    tickfont={"size": 10},
)
figures.show(
    real_chart,
    height=1100,
    caption=f"Stable Diffusion pictures in the names of {len(real)} painters beside their works. {recorded.sentence()}",
    alt=f"Sorted points with intervals, from {real['value'].max():.2f} ({real['artist'].iloc[0]}) down to {real['value'].min():.2f} ({real['artist'].iloc[-1]}).",
)

# %%
together = np.corrcoef(real["value"], real["found"])[0, 1]
print(
    f"{(real['value'] > 0.8).mean():.0%} of the sixty score above 0.8, {(real['value'] < 0.5).mean():.0%} below 0.5."
)
print(
    f"For {np.mean(real['found'] > 0):.0%} of them at least one generated picture lies nearest to a work of their own; correlation of the two measures {together:.2f}."
)

# %% [markdown]
# High scores, and hardly a picture that is found: on this descriptor's scale *any* painting-like picture is like any other, because it has never learned to tell real
# paintings apart. A reader who took the thresholds at their word would call most of these painters *present*. Whether that is right, nobody outside knows; the score is no reason to think so. The same one would come out for painters
# whom the model has never seen. Only a yardstick of such painters could tell, and for Stable Diffusion we have none.
#
# ## The prediction, and what came

# %%
csd = many[
    (many["model"] == "tiny-sd-withheld")
    & (many["content"] == "simple")
    & (many["descriptor"] == "csd-tiny")
]
print(
    f"AUC of 0.9 or more: {auc(csd['value'].to_numpy(), ~csd['artist'].isin(WITHHELD).to_numpy())}"
)
strangers_high = csd[csd["artist"].isin(WITHHELD)].nlargest(3, "value")
print("Withheld painters who look most like seen ones:")
for _, line in strangers_high.iterrows():
    print(f"  {line['artist']}: {line['value']:.2f}")

# %% [markdown]
# The curve is as good as predicted. That thresholds do not carry over was *wrong here*: by luck or by the loss that both descriptors share, 0.5 and 0.8 cut this scale at useful places. They do not
# on the real pictures, with the same descriptor. A scale that fits one world by luck is no calibration.
#
# ## Where this could be wrong
#
# - **Reading and knowing are one here.** The five names that were never read are also the withheld painters whom `csd-tiny` and `subjects-tiny` have never seen. Only judges that
#   have learned from nobody, such as colour, tell the leak from the judge.
# - **Family likeness.** A withheld painter of a movement whose other painters were seen is half known, if the prompt or the text encoder gives the movement away.
# - **What a model does with a strange name.** It paints something, and that may resemble the stranger by accident.
# - **One pair of generators, one training each.** Another seed of the training would move every score a little; the intervals do not know about that.
# - **Recognition by the descriptor.** Compare the columns for painters that it knows and does not know, before you apply it to strangers.
#
# ## What one may conclude
#
# *An artist* may say: by this measurement my style is imitated more (or less) closely than that of artists who are known not to be in the model. Without such
# artists as a yardstick, the number says nothing. *A lawyer* may take a ranking with a known error rate as a reason to ask for the training data, not as a
# substitute for it: at any threshold some withheld painters look seen and some seen painters look withheld, and the curve says how many. And what is in the model may have come in
# through the text encoder, which somebody else has trained.
#
# ## Summary
#
# - General Style Similarity ranks painters by how closely they are imitated; thresholds belong to a descriptor and have to be set with known cases.
# - It tells withheld painters from seen ones far better than a coin; the interval over sixteen of them is wide, and is part of the result.
# - Two generators say more than one: the change within a painter removes what makes the painter hard.
# - A name that only the text encoder has met gives half a hand away. *Not seen by the generator* is not *not in the model*.
#
# ## Exercises
#
# **1. A threshold of your own.** Choose `cut` so that at most one in sixteen withheld painters of this page would be called seen, and as many seen painters as
# possible are called seen. Use `scores`.

# %% tags=["exercise"]
cut = 0.0  # your code here

# %% tags=["solution"]
strangers = (
    scores.loc[scores["group"] != "seen", "value"]
    .sort_values(ascending=False)
    .to_numpy()
)
cut = float(strangers[1]) if len(strangers) > 1 else 0.0

# %% tags=["check"]
strange = (
    scores.loc[scores["group"] != "seen", "value"]
    .sort_values(ascending=False)
    .to_numpy()
)
if len(strange) > 1:
    assert (strange > cut).sum() <= 1, (
        "more than one withheld painter would be called seen"
    )
    assert cut <= strange[1] + 1e-9, (
        "a lower threshold would do, and call more seen painters seen"
    )

# %% [markdown]
# **2. The area by hand.** Write `area(high, low)`: the share of pairs in which a number of `high` exceeds one of `low`, a tie counting half.


# %% tags=["exercise"]
def area(high: np.ndarray, low: np.ndarray) -> float:
    """The area under the ROC curve."""
    return 0.5  # your code here


# %% tags=["solution"]
def area(high: np.ndarray, low: np.ndarray) -> float:
    """The area under the ROC curve: every pair is a contest."""
    return float(np.mean((high[:, None] > low) + 0.5 * (high[:, None] == low)))


# %% tags=["check"]
assert area(np.array([1.0, 2.0]), np.array([0.0])) == 1
assert area(np.array([1.0, 0.0]), np.array([1.0])) == 0.25
draws = np.random.default_rng(0).normal(size=(2, 30))
assert (
    abs(
        area(draws[0] + 1, draws[1])
        - auc(np.concatenate([draws[0] + 1, draws[1]]), np.arange(60) < 30).value
    )
    < 1e-9
)

# %% [markdown]
# **3. For the curious.** Run the chapter with `-p model tiny-sd -p compared_model tiny-sd-withheld`. Which sentences above become wrong, and why?
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Section 6, for General Style Similarity and the comparison of Stable Diffusion 1.4 and 2.1.
# - {cite:t}`csdplus2026` on the calibration of raw cosines.
# - Next: [do longer prompts copy more?](do_longer_prompts_copy_more)
