# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Does a style travel?", minutes: 1, accelerator: optional, data: [data/models/tiny-sd, data/models/csd-tiny, data/models/clip-tiny, data/models/subjects-tiny, data/published/stable_diffusion.csv, data/results/studies_atelier.csv, data/results/studies_atelier.json, data/results/studies_sd14.csv, data/results/studies_sd14.json]}
# ---

# %% [markdown]
# # Does a style travel?
#
# ## Overview
#
# A portrait painter is asked for a spaceship. Is the result still in the painter's style, and is that easier for painters who painted many things? The
# paper finds that it is: artists with varied works are imitated better on subjects that they never painted, with a correlation of 0.568
# {cite:p}`somepalli2024csd`. It measures variety by the {term}`spread` of the works' descriptors. In the {term}`atelier` the true repertoire is known. In this chapter you will
#
# - ask a generator for subjects that its painters never painted, and look,
# - compare the imitation of painted and unpainted subjects,
# - test whether breadth helps: the true repertoire, and the spread that stands for it,
# - find the opposite of the paper's sign, and ask what it says,
# - look at real painters and four subjects, spaceships among them.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Who is in the model?](who_is_in_the_model): General Style Similarity | needed |
# | [Artists and their neighbours](artists_and_neighbours): spread | needed |
# | correlation | needed |
#
# **Time:** twenty minutes to read, about one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart, wikiart-folder or folder
root = ""  # folder of the data set, for all but the atelier
model = "tiny-sd"  # the generator: a name, a folder, or owner/name on the hub
generated_folder = ""  # folder of generated pictures, instead of a model
declared_model = ""  # what made the pictures of a folder, if it has no table
artist_list = ""  # file with one artist a line; empty: all artists of the data set
subjects = "castle"  # subjects that prompts ask for, separated by commas
made_each = 1  # pictures that are generated for each artist and subject
guidance = 4.0  # how strongly the prompt is followed
denoising_steps = 12  # steps from noise to picture
descriptor = "csd-tiny"  # what looks at style; needs a cosine
seed = 0  # seed of the random draws; the first picture of each artist has it

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.stats import norm

import csdlib
from csdlib import figures
from csdlib.atelier import PAINTERS, SUBJECTS, UNSEEN
from csdlib import cache_folder
from csdlib.generation import (
    SubjectClassifier,
    asked_artists,
    content_prompts,
    made_or_found,
    model_record,
    stages,
)
from csdlib.generation import study, subject_found, works_of
from csdlib.metrics import Estimate, bootstrap, correlation, paired_difference
from csdlib.recipes import kept_from_transfers, never_painted, read_results
from csdlib.similarity import artists_of, general_style_similarity
from csdlib.texts import split_names

cache = cache_folder() / "embeddings"

# %% [markdown]
# ## A prediction
#
# Written before the first run: *on unpainted subjects the painter is found less often, but far above chance. Breadth helps, and the true repertoire predicts it
# better than the spread does, because the spread also counts how unsteady a hand is.*
#
# ## Asked for the unpainted
#
# Some painters paint everything, some one subject only. The generator saw their repertoires alone.

# %%
works = works_of(dataset, root)
names = asked_artists(works, artist_list)
prompts = content_prompts(names, split_names(subjects), made_each, seed=seed)
options = {"guidance": guidance, "steps": denoising_steps, "declared": declared_model}
made = made_or_found(prompts, model, generated_folder, **options)
main = study(made, works, csdlib.load(descriptor), cache=cache)

# %% tags=["hide-input"]
in_atelier = dataset == "atelier" and not generated_folder
written = asked_artists(works) | names
# Of the pictures that are there, not of the prompts: one that could not be made or read has no place in either.
new = never_painted(main.made.frame) if in_atelier else np.zeros(len(main.made), bool)
found = main.hits[:, 0].astype(float)
random = np.random.default_rng(seed)
some = random.permutation(np.flatnonzero(new if new.any() else ~new))
shown = [*some[found[some] == 1][:3], *some[found[some] == 0][:3]]
nearest = main.painted[main.matches.neighbours.rows[:, 0]]

# %% tags=["hide-input"]
cells = []
for row in shown:
    slug = main.asked[row]
    usual = (PAINTERS[slug].repertoire or tuple(SUBJECTS))[:2] if in_atelier else ()
    theirs = works.frame["artist"] == slug
    own = np.flatnonzero(
        theirs & works.frame["content"].isin(usual) if usual else theirs
    )[0]
    cells += [
        (
            main.made.open(int(row)),
            f"{main.made.frame['content'].iloc[row]}, {written[slug]}; nearest: {written[nearest[row]]}",
        ),
        (
            works.open(int(own)),
            f"{written[slug]} paints {', '.join(usual)} …" if usual else written[slug],
        ),
    ]
figures.gallery(
    cells,
    columns=4,
    side=128,
    caption="Pairs: what was asked for, outside the painter's repertoire, and a work by the same painter. The first three "
    f"pictures are found to be nearest to a work by that painter, by {descriptor}; the others are not.",
)

# %% [markdown]
# The subject is there in most of them. Whether the painter is there, too, is counted: is the nearest of all works by the painter who was asked
# for? Painters whom the descriptor has not seen in its training are counted apart.

# %% tags=["hide-input"]
unseen = np.isin(main.asked, works.manifest.get("unseen", []))
groups = {"painted": ~new, "never painted": new}
record = {} if generated_folder else model_record(model)
if in_atelier and any(stage["config"].get("transferred") for stage in stages(record)):
    kept = kept_from_transfers(main.made.frame)
    groups |= {
        "never painted, practised": new & ~kept,
        "never painted, not practised": kept,
    }
rows = []

# %% tags=["hide-input"]
for label, own in groups.items():
    row = {"subject": label, "pictures": int(own.sum())}
    for who, chosen in {
        "unseen painters found (%)": own & unseen,
        "other painters found (%)": own & ~unseen,
    }.items():
        row[who] = (
            bootstrap(found[chosen], groups=main.asked[chosen]).percent()
            if chosen.any()
            else "–"
        )
    if in_atelier and own.any():
        judged = subject_found(
            main.made.take(np.flatnonzero(own)), SubjectClassifier.load()
        )
        row["subject seen (%)"] = bootstrap(judged, groups=main.asked[own]).percent()
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"Pictures of this page, 95 % intervals over painters. By chance, {main.retrieval()['chance'].value:.1%} would be found.",
)

# %% [markdown]
# On unpainted subjects fewer painters are found in both columns, but within wide intervals: these are few pictures. And the rows are different painters, for whoever paints everything has
# no unpainted subject. The recorded study below asks the *same* narrow painters for both.
#
# ## Painted and unpainted, by the same painters
#
# The simple prompt lets the model choose the subject, and it chooses what it knows. Beside it, subjects outside the repertoire. This generator was taught known styles on new subjects, without a single picture of them ([hands carried to new subjects](hands_carried_to_new_subjects)). A quarter of
# the pairs was left out of this practice, so that we can tell what it carries over from what it has rehearsed. Only painters with pictures of all three kinds count, and
# only how often they are found: a General Style Similarity of two pictures cannot be compared with one of eight.

# %% tags=["hide-input"]
studies = read_results("studies_atelier")
many = studies.frame[studies.frame["model"] == "tiny-sd"]
rows, gaps = [], []

# %% tags=["hide-input"]
for name, part in many.groupby("descriptor", sort=False):
    wide = {kind: frame.set_index("artist") for kind, frame in part.groupby("content")}
    narrow = wide["practised"].index.intersection(wide["kept"].index)
    parts = {"": narrow}
    if name in ("csd-tiny", "clip-tiny"):
        known = narrow.isin(UNSEEN)
        parts = {
            f", {known.sum()} unseen painters": narrow[known],
            f", {(~known).sum()} seen": narrow[~known],
        }
    for label, own in parts.items():
        free, practised, kept = (
            wide[kind].loc[own, "found"].to_numpy()
            for kind in ("simple", "practised", "kept")
        )
        found_by = {"descriptor": name + label}
        shares = {"own choice": free, "practised": practised, "not practised": kept}
        rows.append(
            found_by | {kind: bootstrap(own).percent() for kind, own in shares.items()}
        )
        apart = {
            "practised minus own choice": (practised, free),
            "not practised minus own choice": (kept, free),
            "practised minus not practised": (practised, kept),
        }
        gaps.append(
            found_by
            | {each: paired_difference(*pair).percent() for each, pair in apart.items()}
        )

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(rows),
    caption=f"Painter found (percent of the pictures) for tiny-sd and {len(narrow)} narrow painters, paired by painter; 95 % intervals. Practised and not practised: subjects that the painter never paints. {studies.sentence()}",
)

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(gaps),
    caption="The differences, in points, paired by painter; 95 % intervals.",
)

# %% [markdown]
# For the ten painters whom {term}`csd-tiny` has not seen, no difference in its row of the second table is beyond the interval. For those whom it knows, any new subject costs more than half of the finds; by the two descriptors that have learned from nobody, about half or more.
# Practice adds something in every row, and in none beyond the interval. Pairs that were left out of it are still found far more often than chance (2 %) would:
# not all of this was practised. What the generator could do *before*, the lines under *The prediction, and what came* tell.
#
# ## Does breadth help?
#
# Now the paper's question. First with all painters asked for the same subjects in turn, painted or not, then with narrow painters asked for what they never painted. Each time the
# score is set against the true repertoire, and against the *spread* of the works by the descriptor. The paper's artists show what they chose to paint, so our spread is
# that of works within the repertoire. The *corrected* similarity is the mean cosine between the two sides, divided by the root of the mean cosines within each side: it does not depend on how many pictures there are.
#
# One more row is needed: a *perfect imitator*. For that we take eight of every painter's own works for generated pictures, and score them against the
# painter's other works.

# %%
references, painted = main.references, main.painted
works_by = [np.flatnonzero(painted == name) for name in np.unique(painted)]
everyone = [random.permutation(own) for own in works_by]
played = np.concatenate([own[: min(8, len(own) // 2)] for own in everyone])
rest = np.setdiff1d(np.arange(len(painted)), played)
perfect = general_style_similarity(
    references.take(played), painted[played], references.take(rest), painted[rest]
).set_index("artist")

# %% tags=["hide-input"]
breadth = pd.Series(
    {slug: len(painter.repertoire or SUBJECTS) for slug, painter in PAINTERS.items()}
)
csd = many[many["descriptor"] == "csd-tiny"]
by_kind = {kind: part.set_index("artist") for kind, part in csd.groupby("content")}
spread = by_kind["content"]["spread"]
if in_atelier:
    contents = works.column("content")
    inside = [
        not PAINTERS[a].repertoire or c in PAINTERS[a].repertoire
        for a, c in zip(painted, contents)
    ]
    embedded = references.take(np.flatnonzero(inside))
    seen_spread = artists_of(embedded, painted[inside])
    spread = pd.Series(seen_spread.spread, index=seen_spread.names)
titles = {
    "found": "painter found",
    "value": "similarity",
    "corrected": "similarity, corrected",
}

# %% tags=["hide-input"]
sets = {"same subjects": by_kind["content"], "never painted": by_kind["new"]} | (
    {"perfect imitator": perfect} if in_atelier else {}
)
points = []
for kind, frame in sets.items():
    for column, title in titles.items():
        if column in frame:
            for measure, values in {
                "true repertoire": breadth.astype(float),
                "spread": spread,
            }.items():
                link = correlation(
                    frame[column].to_numpy(), values.loc[frame.index].to_numpy()
                )
                ends = {"value": link.value, "low": link.low, "high": link.high}
                points.append(
                    {"label": f"{kind}: {title}", "with": f"with the {measure}"} | ends
                )

# %% tags=["hide-input"]
chart = figures.intervals(
    pd.DataFrame(points), group="with", axis="correlation over painters"
)
chart.add_vline(x=0.568, line_dash="dot", line_color="#888888")
found_links = {(point["label"], point["with"]): point for point in points}
ours = found_links["same subjects: similarity", "with the spread"]
assert ours["high"] < 0, "the opposite of the paper's sign, beyond the interval"
apart = correlation(spread.loc[breadth.index].to_numpy(), breadth.to_numpy(float))
figures.show(
    chart,
    caption=f"How well {len(sets['same subjects'])} painters (never painted: {len(sets['never painted'])}) are imitated by tiny-sd, and how varied their works are, by csd-tiny: Pearson's correlation with 95 % intervals over "
    f"painters; the dotted line is the paper's 0.568, with the spread. “Corrected” takes out the number of pictures. Spread and true repertoire themselves correlate by {apart}. {studies.sentence()}",
    alt="Points with intervals. With the spread, similarity on the same subjects correlates below zero, while the paper has 0.568.",
)

# %% [markdown]
# **The sign is the opposite of the paper's.** Look at *same subjects: similarity, with the spread*: the more varied a painter's works, the *less* like
# them are tiny-sd's pictures, and the interval stays below 0. The paper has +0.568. With the true repertoire it is the other way round: whoever paints many
# subjects is imitated better on the same subjects. That is the trivial half, because those painters *have* painted them. Repertoire and spread are hardly related; one is
# no stand-in for the other.
#
# What does the opposite sign say? The first suspect is the measure. Look at the perfect imitator: the painters themselves get a negative correlation, and a stronger one. The
# mean of eight varied pictures strays further from the mean of all than that of eight similar ones, so a varied painter scores lower however good the imitation. The
# corrected similarity changes the perfect imitator's number, and leaves that of {term}`tiny-sd` where it was. The imitator's interval is too wide to tell the two apart: how much of the sign is the measure stays open.
#
# The second suspect is who is counted.

# %% tags=["hide-input"]
points, odd = [], by_kind["content"].index.isin(UNSEEN)
two = [by_kind["content"][["spread", "corrected"]][own].mean() for own in (odd, ~odd)]
for name, part in many[many["content"] == "content"].groupby("descriptor", sort=False):
    strange = part["artist"].isin(UNSEEN)
    who = {"16 unseen": part[strange], "32 seen": part[~strange], "all": part}
    for label, own in who.items():
        link = correlation(own["corrected"].to_numpy(), own["spread"].to_numpy())
        points.append(
            {"label": name, "painters": label}
            | {"value": link.value, "low": link.low, "high": link.high}
        )
figures.show(
    figures.intervals(
        pd.DataFrame(points),
        group="painters",
        axis="correlation, similarity and spread",
    ),
    caption="Corrected similarity and spread: the same subjects once more, for four descriptors, and for painters whom csd-tiny and clip-tiny have not seen in training and those "
    "whom they have. 95 % intervals over painters. The spread is that of all works here. By csd-tiny, unseen painters have a mean spread of "
    f"{two[0]['spread']:.2f} and a similarity of {two[0]['corrected']:.2f}, seen ones of {two[1]['spread']:.2f} and {two[1]['corrected']:.2f}.",
    alt="Points with intervals: for unseen painters the correlation is below zero with every descriptor, for seen painters it is mostly above zero.",
)

# %% [markdown]
# Taken apart, unseen painters give a negative correlation by all four descriptors, the seen ones a positive one by three of them, and most intervals
# reach across 0; those that do not are negative. The number over all painters describes neither group: unseen painters look more varied to `csd-tiny` *and* are
# imitated less closely in its eyes (the caption has the means), and two groups that lie so make a negative correlation even without one inside them (exercise 1). So the paper's positive correlation is not reproduced here; over all painters the sign is the opposite
# by three descriptors of four, and by two of them beyond the interval.
#
# And on subjects that nobody asked has painted, which is where the paper's claim belongs? With the spread, nothing either way. With the true repertoire the
# similarity falls.

# %% tags=["hide-input"]
frame = many[(many["content"] == "new") & (many["descriptor"] == "csd-tiny")].set_index(
    "artist"
)
chart = go.Figure()
for number, (label, own) in enumerate(
    (
        ("csd-tiny has not seen the painter", frame.index.isin(UNSEEN)),
        ("has seen", ~frame.index.isin(UNSEEN)),
    )
):
    chart.add_scatter(
        x=breadth.loc[frame.index[own]] + 0.12 * (number - 0.5),
        y=frame["corrected"][own],
        mode="markers",
        name=label,
        text=[written.get(slug, slug) for slug in frame.index[own]],
        marker={
            "color": figures.COLOURS[number],
            "symbol": figures.SYMBOLS[number],
            "size": 9,
        },
    )

# %% tags=["hide-input"]
chart.update_layout(
    xaxis_title="subjects that the painter paints",
    yaxis_title="corrected similarity",
)
link = correlation(
    frame["corrected"].to_numpy(), breadth.loc[frame.index].to_numpy(float)
)
in_line = np.corrcoef(frame["generated"], breadth.loc[frame.index])[0, 1]
columns = {
    "painter": [written.get(slug, slug) for slug in frame.index],
    "seen by csd-tiny": np.where(frame.index.isin(UNSEEN), "no", "yes"),
    "subjects that the painter paints": breadth.loc[frame.index],
    "corrected similarity": frame["corrected"].round(3),
}
figures.show(
    chart,
    # On the chart, painters with the same number of subjects are moved apart.
    numbers=pd.DataFrame(columns),
    caption="A point per painter: how closely the style is imitated on subjects outside the repertoire (similarity, corrected). The fewer subjects, the more pictures stand "
    f"behind a point (correlation {in_line:.2f}).",
    alt=f"Scatter plot of similarity over the number of subjects that a painter paints; correlation {link.value:.2f}.",
)

# %% [markdown]
# Mind the number of pictures: whoever paints more subjects has fewer unpainted ones, so the narrowest painter has the
# most pictures here, and the uncorrected similarity rises with their number. The corrected one, drawn here, falls less; whether its interval still leaves out 0 depends on the
# descriptor (the table under *The prediction* has all four). One explanation lies in the training: whoever paints less has more pairs that no picture shows, so the generator
# practised narrow painters more. Another is chance: this is one of many intervals.
#
# ## Real painters
#
# Sixty painters, four subjects. None of them painted a spaceship; many painted houses and portraits. The spread is that of their works, as in the paper. Each subject has two rows: the
# similarity as the paper has it, and corrected for the number of pictures.

# %% tags=["hide-input"]
recorded = read_results("studies_sd14")
real = recorded.frame[recorded.frame["content"] != "all"]
points = []
for content, part in real.groupby("content"):
    for column, title in {"value": "as in the paper", "corrected": "corrected"}.items():
        for name, own in part.groupby("descriptor", sort=False):
            link = correlation(own[column].to_numpy(), own["spread"].to_numpy())
            ends = {"value": link.value, "low": link.low, "high": link.high}
            points.append(
                {"label": f"{content}, {title}", "descriptor": name, "as": title}
                | {"label_content": content}
                | ends
            )
links = pd.DataFrame(points)

# %% tags=["hide-input"]
below = (
    links.assign(below=links["high"] < 0, above=links["low"] > 0)
    .groupby("as")[["below", "above"]]
    .sum()
)
shares = real.groupby(["descriptor", "content"])["found"].mean()
chart = figures.intervals(
    links, group="descriptor", axis="correlation, similarity and spread"
)
chart.add_vline(x=0.568, line_dash="dot", line_color="#888888")
assert not below["above"].any(), "no interval lies above 0"
negative = links.assign(negative=links["value"] < 0).groupby("as")["negative"].sum()
both = links.pivot_table(
    index=["label_content", "descriptor"], columns="as", values="value"
)
assert (both["corrected"] > both["as in the paper"]).all(), (
    "all corrected ones are higher"
)
figures.show(
    chart,
    caption=f"Stable Diffusion pictures in the names of {recorded.facts['artists']} painters, 95 % intervals over painters. Below 0: {negative['as in the paper']} of {len(both)} as in the paper, {negative['corrected']} of {len(both)} corrected; with the whole interval: "
    f"{below.loc['as in the paper', 'below']} and {below.loc['corrected', 'below']}; above 0 with it: none; dotted: the paper. The painter is found in {shares.min():.1%} to {shares.max():.1%} of the pictures. {recorded.sentence()}",
    alt="Points with intervals for four subjects and five descriptors: most correlations are below zero, none reaches the paper's 0.568.",
)

# %% [markdown]
# No row comes near the paper's 0.568. As the paper measures it, nearly all points lie below 0, half of them with the whole interval. Corrected, every point lies higher: most come closer to 0, a few pass it,
# and most intervals hold it. By the small descriptors the painters are found so rarely that these similarities are mostly about something
# else than their styles. {term}`csd-art` does find them; its points all lie below 0, too.

# %% [markdown]
# ## Where this could be wrong
#
# - **The descriptor.** Where {term}`clip-tiny`, colour and Gram matrices disagree with `csd-tiny` in sign, the finding is about the instrument. The spread is measured by the same descriptor that gives the score.
# - **Practice.** How far a style travels was a matter of training here, not of nature: before captions were reworded and pairs practised, the painter was found a third as often (the lines below the prediction). Real models have had no such lessons.
# - **The order of words.** The prompts of this page say the name last, as the paper's do. With the name first, the painter is found more often ([a small Stable Diffusion](a_small_stable_diffusion)): a part of what looks like reach is the reading of a text encoder.
# - **A small model, trained briefly.** It may bind a style to the subjects on which it saw it because it has no room for anything better. The paper's numbers are about a larger one, and about
#   a larger descriptor.
# - **Few painters.** They leave intervals of about 0.3 in each direction around a correlation. The paper's 0.568 has none.
# - **The size of the training set is the same for everyone** here. On the web, varied artists may well be the famous ones, with more pictures in training: a rival
#   explanation of the paper's correlation that the atelier excludes by construction.
#
# ## The prediction, and what came

# %% tags=["hide-input"]
rows = []
for name, own in many[many["content"] == "new"].groupby("descriptor", sort=False):
    strange = own["artist"].isin(UNSEEN)
    link = correlation(
        own["corrected"].to_numpy(), breadth.loc[own["artist"]].to_numpy(float)
    )
    rows.append(
        {
            "descriptor": name,
            f"{strange.sum()} unseen painters found (%)": bootstrap(
                own["found"][strange].to_numpy()
            ).percent(),
            f"{(~strange).sum()} others found (%)": bootstrap(
                own["found"][~strange].to_numpy()
            ).percent(),
            "breadth and corrected similarity": str(link),
        }
    )
figures.table(
    pd.DataFrame(rows),
    caption="tiny-sd on subjects that the painter never painted: painter found, and the correlation of the true repertoire with how closely the painter is imitated. 95 % intervals over painters. "
    f"By chance, {main.retrieval()['chance'].value:.1%} would be found. Unseen: by csd-tiny and clip-tiny; the other two have learned from nobody.",
)

# %% tags=["hide-input"]
judged = [
    pd.DataFrame(each["judged"])
    for each in stages(model_record("tiny-sd"))
    if each.get("judged")
]
for when, table in {
    "before any practice": judged[0],
    "after the last training": judged[-1],
}.items():
    row = table.query(
        "measure == 'painter_found' and subjects == 'new' and order == 'name_last'"
        " and practised == 'any' and group == 'seen'"
    ).iloc[0]
    share = Estimate(row["value"], row["low"], row["high"], row["n"], "group").percent()
    print(f"tiny-sd, new subjects, {when}: {share} % found, {row['n']} painters")

# %% [markdown]
# The lines are of another set of prompts for new subjects, the same after each training. Found less often, and above chance even before any practice: as predicted. After it the painter was found
# about three times as often, which nobody had predicted. Breadth did *not* help where it was supposed to: no descriptor has
# a positive correlation, and two of four have a negative one beyond the interval. The prediction was wrong in this half.
#
# ## What one may conclude
#
# *An artist* who paints one thing only may be imitated closely on that thing and hardly at all beyond it: the first says nothing about the second. *A lawyer* cannot conclude from a failed imitation of an unusual subject that the artist was not in the training data.
#
# ## Summary
#
# - Asked for a subject that a painter never painted, this generator mostly paints it, and the painter is found in about two pictures of five if the judge has not seen the painter, in
#   little more than a third if it has: far above chance. When the subject is left open it does better, clearly so for painters whom the judge knows.
# - It does so more often on pairs that it has practised, though not beyond the intervals. Pairs that it has not practised are far above chance, too.
# - Similarity and spread correlate below 0 where the paper has +0.568. The measure itself leans that way, and how much of the sign it makes is open.
# - Taken apart by who was seen, the two groups point in two directions by three descriptors of four, most intervals holding 0. A correlation over artists needs an interval, a correction, a second descriptor, and a look at its groups.
#
# ## Exercises
#
# **1. Two groups, one correlation.** (15 minutes.) A correlation over all painters mixes two things: differences between the seen and the unseen, and differences within each group. Write
# `within(x, y, groups)`: Pearson's correlation after every value has lost the mean of its group. What is left of the correlation of corrected similarity and spread,
# by `csd-tiny`?


# %% tags=["exercise"]
def within(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The correlation inside groups."""
    return float(np.corrcoef(x, y)[0, 1])  # your code here


# %% tags=["solution"]
def within(x: np.ndarray, y: np.ndarray, groups: np.ndarray) -> float:
    """The correlation of what is left when the groups' means are gone."""
    frame = pd.DataFrame({"x": x, "y": y})
    left = frame - frame.groupby(np.asarray(groups)).transform("mean")
    return float(np.corrcoef(left["x"], left["y"])[0, 1])


asked_for = by_kind["content"]
# Less than over all painters (the chart): a part was the difference between the groups.
within(asked_for["corrected"], asked_for["spread"], asked_for.index.isin(UNSEEN))


# %% tags=["mistake"]
# Takes away the mean of all: the difference between the groups stays in.
def within(a: np.ndarray, b: np.ndarray, groups: np.ndarray) -> float:
    return float(np.corrcoef(a - a.mean(), b - b.mean())[0, 1])


# %% tags=["check"]
draws = np.random.default_rng(0).normal(size=(2, 60))
halves = np.repeat([0, 1], 30)
shifted = draws + 5 * halves
alone = [
    np.concatenate(
        [each[halves == half] - each[halves == half].mean() for half in (0, 1)]
    )
    for each in draws
]
assert abs(within(*shifted, halves) - np.corrcoef(*alone)[0, 1]) < 1e-9
assert abs(within(*draws, np.zeros(60)) - np.corrcoef(*draws)[0, 1]) < 1e-9

# %% [markdown]
# **2. How many painters?** (15 minutes.) Around a correlation $r$ of $n$ painters, Fisher's interval is $\tanh(\operatorname{artanh} r \pm 1.96 / \sqrt{n - 3})$. Over many studies of one true $r$ the measured values scatter: their $\operatorname{artanh}$ is about normal, around $\operatorname{artanh} r$, with deviation $1 / \sqrt{n - 3}$. Write `needed(r, share)`: the fewest
# painters with which the interval leaves out 0, on the side of $r$, in this share of the studies. How many does it take for 0.568 and for 0.25, if half of the studies are to show it, and if nine in ten are?


# %% tags=["exercise"]
def needed(r: float, share: float) -> int:
    """The fewest painters whose interval leaves out 0 in this share of studies."""
    return 4  # your code here


# %% tags=["solution"]
def needed(r: float, share: float) -> int:
    """Measured: artanh r + noise / sqrt(n - 3). It has to lie above 1.96 / sqrt(n - 3)."""
    reach = 1.96 + norm.ppf(share)
    return int(np.ceil((reach / np.arctanh(abs(r))) ** 2 + 3))


for r in (0.568, 0.25):
    print(f"{r}: half of the studies {needed(r, 0.5)}, nine in ten {needed(r, 0.9)}")


# %% tags=["mistake"]
# So many that the *true* correlation's interval just leaves out 0: about half of the studies then find less.
def needed(r: float, share: float) -> int:
    return int(np.ceil((1.96 / np.arctanh(abs(r))) ** 2 + 3))


# %% tags=["check"]
noise = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
for r, share in ((0.568, 0.9), (0.25, 0.5), (-0.2, 0.8)):
    n = needed(r, share)
    for count, enough in ((n, True), (n - 1, False)):
        root = np.sqrt(max(count, 4) - 3)
        outside = np.mean(abs(np.arctanh(r)) + noise / root > 1.96 / root)
        assert (outside > share) == enough, "so many suffice, and one less does not"

# %% [markdown]
# **3. A word that nobody taught.** (30 minutes, open.) Add a subject that nobody in the atelier paints, `-p subjects "castle,spaceship"`. What does `tiny-sd` make of a word that it has never read? Does the
# painter come through more clearly, or less? A good answer has a prediction, counts painters found for both words on the same painters with a paired interval, keeps the unseen ones apart, and says what
# {term}`subjects-tiny` can and cannot tell here.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Section 6, on generalisation of styles.
# - {cite:t}`ohm2024fruit` on why similarity scores depend on style and content at once.
# - Next: [whom does Stable Diffusion imitate?](whom_does_stable_diffusion_imitate)
