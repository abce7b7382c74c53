# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Whom does Stable Diffusion imitate?", minutes: 0.5, accelerator: none, data: [data/models/csd-art, data/art, data/published/stable_diffusion.csv]}
# ---

# %% [markdown]
# # Whom does Stable Diffusion imitate?
#
# ## Overview
#
# In the atelier the truth is known, and the generator is ours. Here both are taken away: real painters, and pictures that a real Stable Diffusion made in their names. What can still be said, and of whom? In this chapter you will
#
# - see which artists' names lead to pictures like their works, by a test that assumes nothing and is corrected for the number of artists,
# - compare two answers to the same question: General Style Similarity, and retrieval,
# - look for what goes with being imitated: many works, a narrow range, a movement,
# - measure what all generated pictures have in common, take it out, and see what that does to scores and thresholds.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [A descriptor for real art](a_descriptor_for_real_art): what looks, and how far it can be trusted | needed |
# | [Whose style is it?](whose_style_is_it) and [who is in the model?](who_is_in_the_model): the same questions where the truth is known | needed |
#
# **Time:** twenty minutes to read, less than one to run: the pictures are there as numbers.

# %% tags=["parameters"]
root = ""  # folder of the data set: a wikiart.csv with its pictures; empty: the numbers that ship
generated_table = "sd14_artists.csv"  # table of generated pictures, a file in root
descriptor = "csd-art"  # what looks at style, where there are pictures
false_discoveries = 0.05  # share of the named artists who may be named by chance

# %% tags=["hide-input"]
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from IPython.display import display

import csdlib
from csdlib import figures
from csdlib import cache_folder
from csdlib.generation import Study, study
from csdlib.metrics import bootstrap, correlation, paired_difference
from csdlib.recipes import judging_artists
from csdlib.similarity import centred, imitated, pair_quantiles, prototypes
from csdlib.texts import artist_name

# %%
art = Path(root) if root else csdlib.data_path("art")
works = csdlib.load_dataset("wikiart", root=art)
generated = csdlib.load_dataset("generated", root=art, csv=generated_table)
asked_for = set(generated.frame["artist"]) & set(works.frame["artist"])
generated = generated.where(artist=sorted(asked_for))
if root:
    main = study(
        generated, works, csdlib.load(descriptor), cache=cache_folder() / "embeddings"
    )
else:
    described = csdlib.Embeddings.load(art / "csd-art", root=art)
    main = Study("csd-art", described.of(generated), described.of(works))
sides = {"made": main.generated, "works": main.references}
artists = sorted(set(main.asked))

# %% tags=["hide-input"]
subjects = sorted(set(generated.frame["content"]))
print(
    f"{len(generated)} pictures: {len(artists)} names, each with the subjects {', '.join(subjects)}, up to four of each. "
    f"{len(works):,} paintings by {works.frame['artist'].nunique()} artists to find."
)

# %% [markdown]
# Model and prompt are not stated by those who published the pictures; by the date it was Stable Diffusion 1.4. A part of the artists is known to `csd-art` from its training, the others are not; the last table of this section looks at both.
#
# ## Who is imitated?
#
# To find an artist is not enough: a generator's houses may look like Hobbema in *every* name. So the question is put the other way round. Take the works of one artist. In whose name were the pictures
# made that are nearest to them? All names were asked for the same subjects. If a name meant nothing, it would come first for its own artist in one of sixty cases, and its rank among the names is a probability, without any assumption.
#
# With sixty artists, three would have a probability below 0.05 by chance. So the artists who are named are chosen such that of those *named*, about one in twenty is there by chance: Benjamini and Hochberg's correction {cite:p}`benjamini1995`.
#
# **Prediction.** Of sixty painters, all dead by 1955 and in every museum: how many can be shown to be imitated?

# %%
named = imitated(main.generated, main.asked, main.references, main.painted)
named = named.assign(imitated=named["q"] <= false_discoveries).sort_values(
    "above", ascending=False
)
first = (named["rank"] == 1).sum()
print(f"{named['imitated'].sum()} of {len(named)} artists; {first} come first")

# %% tags=["hide-input"]
label = [artist_name(name) for name in named["artist"]]
chart = go.Figure()
for shown, said, colour, symbol in (
    (named["imitated"], "imitated", figures.COLOURS[0], "circle"),
    (~named["imitated"], "not shown", figures.COLOURS[1], "square-open"),
):
    chart.add_scatter(
        x=named.loc[shown, "above"],
        y=np.array(label)[shown],
        mode="markers",
        name=said,
        marker={"color": colour, "symbol": symbol, "size": 8},
        text=[
            f"rank {rank} of {names}"
            for rank, names in zip(
                named.loc[shown, "rank"], named.loc[shown, "names"], strict=True
            )
        ],
    )
chart.add_vline(x=0, line_dash="dot", line_color="#888888")
chart.update_layout(
    xaxis_title="cosine with the artist's works, above that of other names",
    yaxis={
        "autorange": "reversed",
        "categoryorder": "array",
        "categoryarray": label,
        "tickfont": {"size": 10},
    },
)
figures.show(
    chart,
    height=1150,
    caption=f"What a name does: the cosine of prototypes, pictures in the artist's name minus pictures in other names, beside the artist's works. Named are those whose rank among {len(artists)} names survives the correction (q up to {false_discoveries:g}).",
    alt=f"Sorted points from {named['above'].max():.2f} ({label[0]}) down to {named['above'].min():.2f} ({label[-1]}); {named['imitated'].sum()} of {len(named)} are marked as imitated.",
)

# %% tags=["hide-input"]
seen = ~named["artist"].isin(judging_artists())
rows = []
for who, kept in (("seen by csd-art", seen), ("not seen", ~seen)):
    rows.append(
        {
            "artists": who,
            "number": kept.sum(),
            "imitated": named.loc[kept, "imitated"].sum(),
        }
    )
    rows[-1] |= {
        "share (%)": bootstrap(named.loc[kept, "imitated"].to_numpy(float)).percent()
    }
figures.table(
    pd.DataFrame(rows),
    caption="Whom the descriptor knows from its training, and whom it does not. 95 % intervals over artists.",
)

# %% [markdown]
# For most of the artists the pictures in their own names are nearer to their works than what nearly all other names led to, and about one in twenty of those named is there by chance. That the descriptor has learned from many of them
# is not what does it: those whom it has never seen are named about as often, as far as the intervals tell. *Not shown* does not mean *not imitated*. Sixteen pictures are few, and a name that does a little cannot be seen among ranks.
#
# ## By subject
#
# The paper asks the same thing by retrieval: of the works nearest to a generated picture, is the first by the artist in the prompt?

# %%
frame = main.made.frame.assign(right=main.hits[:, 0], asked=main.asked)
shares = frame.pivot_table(index="asked", columns="content", values="right")

# %% tags=["hide-input"]
whole = main.retrieval()
rows = [
    {"label": subject, "group": "recall@1"}
    | bootstrap(shares[subject].to_numpy()).row()
    for subject in subjects
]
rows.append({"label": "all", "group": "recall@1"} | whole["mAP@1"].row())
chart = figures.intervals(
    pd.DataFrame(rows), group="group", axis="recall@1 of generated pictures"
)
chart.update_layout(showlegend=False)
chart.add_vline(
    x=whole["chance"].value,
    line_dash="dot",
    line_color="#888888",
    annotation_text="chance",
)
display(
    figures.show(
        chart,
        caption=f"Generated pictures among {len(works):,} works by {works.frame['artist'].nunique()} artists, with 95 % intervals over artists.",
        alt="Points with intervals. "
        + ", ".join(f"{row['label']} {row['value']:.3f}" for row in rows)
        + f"; chance is {whole['chance'].value:.3f}.",
    )
)
pairs = [
    (one, other)
    for number, one in enumerate(subjects)
    for other in subjects[number + 1 :]
]
gaps = {
    pair: paired_difference(shares[pair[0]].to_numpy(), shares[pair[1]].to_numpy())
    for pair in pairs
}
clear = [
    f"{one} minus {other}: {gap.percent()} points"
    for (one, other), gap in gaps.items()
    if gap.low > 0 or gap.high < 0
]
print(
    f"Of {len(pairs)} differences between subjects, {len(clear)} leave out 0 (not corrected for their number):",
    *clear,
    sep="\n",
)

# %% [markdown]
# The artist is found many times as often as by chance, and mostly is not found. One difference between subjects leaves out 0, that of dogs and houses: many of these artists painted houses, and few painted dogs. But of six differences one in four studies would show
# such a one by luck alone, so it is a suspicion.
#
# Set this beside the first chart. To come first among 107 artists is a much harder thing than to be nearer than other names are; one can be imitated without ever being found.
#
# ## Two answers to one question
#
# General Style Similarity puts one number on an artist: the cosine between the prototype of the works and that of the generated pictures. Retrieval counts. Do they agree on who is imitated?

# %%
by_artist = main.by_artist().set_index("artist").loc[named["artist"]]
by_artist = by_artist.assign(
    above=named["above"].to_numpy(),
    imitated=named["imitated"].to_numpy(),
    seen=seen.to_numpy(),
)
works_of = works.frame["artist"].value_counts()
by_artist = by_artist.assign(works=works_of[by_artist.index])

# %% name="two_answers" tags=["hide-input", "slide"]
chart = go.Figure()
for kept, said, colour, symbol in (
    (by_artist["imitated"], "imitated", figures.COLOURS[0], "circle"),
    (~by_artist["imitated"], "not shown", figures.COLOURS[1], "square-open"),
):
    chart.add_scatter(
        x=by_artist.loc[kept, "value"],
        y=100 * by_artist.loc[kept, "found"],
        mode="markers",
        name=said,
        text=[artist_name(name) for name in by_artist.index[kept]],
        marker={"color": colour, "symbol": symbol, "size": 9},
    )
chart.update_layout(
    xaxis_title="General Style Similarity",
    yaxis_title="recall@1 (% of the pictures in this name)",
)
display(
    figures.show(
        chart,
        caption="Every artist by both measures. Point at a mark to see who it is.",
        alt=f"A cloud of points; correlation {correlation(by_artist['value'].to_numpy(), by_artist['found'].to_numpy()).value:.2f}.",
    )
)
links = {
    "GSS and recall@1": correlation(
        by_artist["value"].to_numpy(), by_artist["found"].to_numpy()
    ),
    "GSS and what the name does": correlation(
        by_artist["value"].to_numpy(), by_artist["above"].to_numpy()
    ),
    "recall@1 and what the name does": correlation(
        by_artist["found"].to_numpy(), by_artist["above"].to_numpy()
    ),
}
display(
    figures.table(
        pd.DataFrame(
            [
                {"over artists": what, "correlation": str(link)}
                for what, link in links.items()
            ]
        ),
        caption="Correlations over artists, with 95 % intervals.",
    )
)

# %% [markdown]
# The two measures agree on the whole, and either agrees with what the name does. They part over single artists: there are some with a high similarity of whom hardly a picture is found. Their works are like those of others; then a picture that is quite like them lands next to
# a neighbour's work. And there are artists who are found often at a middling similarity: nobody else is near.
#
# ## What goes with it
#
# How often a name stands in the captions that the generator learned from is not known here. What can be asked of the works: how many there are, how varied they are (the {term}`spread`, which in the paper goes with similarity at 0.568), and the movement.

# %% tags=["hide-input"]
explained = {
    "works, log": np.log(by_artist["works"].to_numpy(float)),
    "spread of the works": by_artist["spread"].to_numpy(),
}
outcomes = {
    "General Style Similarity": "value",
    "recall@1": "found",
    "what the name does": "above",
}
rows = []
for what, numbers in explained.items():
    row = {"of the works": what}
    for title, column in outcomes.items():
        row[title] = str(correlation(numbers, by_artist[column].to_numpy()))
    rows.append(row)
display(
    figures.table(
        pd.DataFrame(rows),
        caption=f"Correlations over {len(by_artist)} artists, with 95 % intervals, not corrected for their number.",
    )
)
movement = works.frame.groupby("artist")["movement"].agg(
    lambda names: names.mode().iloc[0]
)
in_movement = by_artist.assign(movement=movement[by_artist.index].str.replace("_", " "))
rows = []
for name, group in sorted(
    in_movement.groupby("movement"), key=lambda item: -len(item[1])
):
    if len(group) >= 4:
        rows.append(
            {
                "movement": name,
                "artists": len(group),
                "imitated": group["imitated"].sum(),
            }
        )
        rows[-1] |= {
            "what the name does": str(
                bootstrap(
                    group["above"].to_numpy(),
                    groups=group.index.to_numpy(),
                    bounds=(-2, 2),
                )
            )
        }
figures.table(
    pd.DataFrame(rows),
    caption="By the movement of most of an artist's works; movements with four artists or more; 95 % intervals over artists.",
)

# %% [markdown]
# How many works there are does not matter here, as far as these artists can tell. The spread does, and with the opposite sign: whoever painted in many ways is found *less* often, and the name does less; for the similarity the point lies below 0 too, but its interval does not exclude it. The
# paper has +0.568. One reading is that a name can stand for one look, and a varied artist has several: each generated picture follows one of them, and the prototype of the works lies between all. The atelier gave the same sign ([does a style travel?](does_a_style_travel)). Of the movements
# none can be told from another by these intervals.
#
# ## What all of them share
#
# Generated pictures have a size, a sharpness, a gloss; paintings have varnish and a photographer. A descriptor sees both, and neither is a style. The plainest part of it is a shift of the mean, and means can be measured, and taken out.

# %%
apart = {name: centred(each) for name, each in sides.items()}
means = {name: each.vectors.mean(axis=0) for name, each in sides.items()}
shift = means["made"] - means["works"]
without = Study(
    "csd-art, centred", apart["made"].of(generated), apart["works"].of(works)
)

# %% tags=["hide-input"]
unit = {name: mean / np.linalg.norm(mean) for name, mean in means.items()}
across = (
    sides["made"].vectors @ shift / np.linalg.norm(shift),
    sides["works"].vectors @ shift / np.linalg.norm(shift),
)
print(
    f"Cosine between the mean painting and the mean generated picture: {unit['made'] @ unit['works']:.2f}"
)
print(
    f"Length of the shift: {np.linalg.norm(shift):.2f}; a single number along it tells the two kinds apart in {np.mean([(across[0] > cut).mean() / 2 + (across[1] <= cut).mean() / 2 for cut in [np.mean([each.mean() for each in across])]]):.0%} of cases"
)


def by_prototype(seen):
    """Whether each generated picture is nearest to the prototype of the artist in its prompt."""
    names, centres, _ = prototypes(seen.references.vectors, seen.painted)
    return (
        np.array(names)[(seen.generated.vectors @ centres.T).argmax(axis=1)]
        == seen.asked
    )


measured = {}
for said, seen_by in (("as they are", main), ("centred", without)):
    measured[said] = {
        "nearest work": seen_by.hits[:, 0],
        "nearest prototype": by_prototype(seen_by),
    }
rows = []
for what in ("nearest work", "nearest prototype"):
    row = {"the artist in the prompt is": f"the {what}'s"}
    row |= {
        f"{said} (%)": bootstrap(found[what].astype(float), groups=main.asked).percent()
        for said, found in measured.items()
    }
    gain = paired_difference(
        measured["centred"][what].astype(float),
        measured["as they are"][what].astype(float),
        groups=main.asked,
    )
    rows.append(row | {"difference (points)": gain.percent()})
figures.table(
    pd.DataFrame(rows),
    caption="Recall@1 of the generated pictures, before and after each kind of picture is centred on its own mean; 95 % intervals over artists.",
)

# %% [markdown]
# So much do generated pictures have in common that a single number nearly always tells them from paintings. Taking it out changes nothing for the nearest work. For prototypes it helps, beyond the interval: a picture is compared with 107 means, which differ less than single works do, and there a common
# direction weighs more. Whether that is the reason is not tested here.
#
# Now a threshold. Set it on paintings, where the makers are known: the score that only one of a hundred pairs by two artists exceeds. Then ask how many pairs of a generated picture and a work by *another* artist are above it.

# %% tags=["hide-input"]
rows = []
for said, works_seen, made_seen in (
    ("as they are", main.references, main.generated),
    ("centred", without.references, without.generated),
):
    cut = float(
        pair_quantiles(works_seen, main.painted, [0.99])["other_artists"].iloc[0]
    )
    cosines = made_seen.vectors @ works_seen.vectors.T
    same = main.asked[:, None] == main.painted
    stranger = np.array(
        [(row[~own] > cut).mean() for row, own in zip(cosines, same, strict=True)]
    )
    owner = np.array(
        [(row[own] > cut).mean() for row, own in zip(cosines, same, strict=True)]
    )
    rows.append({"scores": said, "threshold": f"{cut:.2f}", "set for (%)": "1.0"})
    rows[-1] |= {
        "works by others above it (%)": bootstrap(stranger, groups=main.asked).percent()
    }
    rows[-1] |= {
        "works by the artist above it (%)": bootstrap(
            owner, groups=main.asked
        ).percent()
    }
figures.table(
    pd.DataFrame(rows),
    caption="A threshold that was set on pairs of paintings, used on pairs of a generated picture and a painting; 95 % intervals over artists.",
)

# %% [markdown]
# The threshold was set for one pair of paintings by two artists in a hundred. Of pairs of a generated picture and a stranger's work only about half as many exceed it: generated pictures are a little further from all paintings. Centring does not repair this. So a threshold belongs to the kind of pictures that it was set on, and
# somebody who carries it over to a generator does not know how strict it is. The last column tells something else: even of the artist's *own* works few are above it. A score above such a threshold is rare, and a score below it says little.
#
# ## Where this could be wrong
#
# - **The descriptor has favourites.** It learned from two thirds of these artists. The table above finds no difference, with wide intervals.
# - **Nobody states the prompt.** If it said more than subject and artist, the names share the praise.
# - **Four subjects.** Nobody here painted a spaceship. A name may do more for what an artist did paint.
# - **Names are not independent.** Pupils share a look with their teachers. The test asks whether one's *own* name is nearer than others; a teacher's name can stand in the way of a pupil's.
# - **Who is on the list.** Somebody chose these names; if because they seemed to work, then others are imitated less.
#
# ## Summary
#
# - Ask whether the own name is nearer than other names are. That needs no threshold, and the rank is a probability.
# - With many artists some come first by luck: correct for their number, and say how many of those named may be wrong.
# - Being imitated, being similar and being found are three things; they go together, and not for everybody.
# - Varied artists are found less often here, where the paper finds the opposite for the similarity.
# - What all generated pictures share is large. It moves thresholds, and one that was set on paintings does not hold for them.
#
# ## Exercises
#
# **1. A rank is a probability (15 minutes).** Why is the smallest possible `p` here `1 / 60`, and what follows for the correction? Write `smallest_number(names, share)`: how many artists at least have to come first among
# `names` names for any of them to be named at the level `share`, when all others come last.


# %% tags=["exercise"]
def smallest_number(names: int, share: float) -> int:
    """How many artists have to come first before one of them is named."""
    return 0  # your code here


# %% tags=["solution"]
def smallest_number(names: int, share: float) -> int:
    """How many artists have to come first before one of them is named.

    The i-th smallest p of n artists is named if it is at most share i / n. All of the first have p = 1 / n: so i has
    to be at least 1 / share, whatever n is.
    """
    return int(np.ceil(1 / share - 1e-9))


# %% tags=["mistake"]
# Bonferroni's bar: one artist alone would need a p below share / n, which no rank among sixty gives.
def smallest_number(names: int, share: float) -> int:
    return int(np.ceil(names * share))


# %% tags=["check"]
from scipy.stats import false_discovery_control


def any_named(first: int, names: int) -> bool:
    """Whether anybody is, if so many come first and all others last."""
    ranks = np.array([1] * first + [names] * (names - first))
    return bool((false_discovery_control(ranks / names) <= 0.05).any())


for names in (40, 60):
    needed = smallest_number(names, 0.05)
    assert any_named(needed, names), "too few"
    assert not any_named(needed - 1, names), "one less would do"
print(f"At least {smallest_number(60, 0.05)} of sixty have to come first")

# %% [markdown]
# **2. Ten names fewer (20 minutes).** A prompt that nobody answers to still looks like somebody. Take the works of an artist for whom *no* pictures were made, and compute `strangers`: for each such artist the highest cosine with the
# prototype of any name. How many of the imitated artists' own names score lower with their works than that of a stranger?

# %% tags=["exercise"]
strangers = np.zeros(1)  # your code here

# %% tags=["solution"]
names_asked, of_names, _ = prototypes(main.generated.vectors, main.asked)
painters, of_painters, _ = prototypes(main.references.vectors, main.painted)
never = ~np.isin(painters, names_asked)
strangers = (of_painters[never] @ of_names.T).max(axis=1)
# A high score with *somebody* is not rare: the best of sixty names is chosen for each.

# %% tags=["mistake"]
# The wrong axis: for each name the stranger that is likest, and not for each stranger the name. Ask: how many numbers should there be?
names_asked, of_names, _ = prototypes(main.generated.vectors, main.asked)
painters, of_painters, _ = prototypes(main.references.vectors, main.painted)
never = ~np.isin(painters, names_asked)
strangers = (of_painters[never] @ of_names.T).max(axis=0)

# %% tags=["check"]
best = []
for painter in sorted(set(main.painted) - set(main.asked)):
    centre = main.references.vectors[main.painted == painter].mean(axis=0)
    centre /= np.linalg.norm(centre)
    scores = []
    for name in artists:
        other = main.generated.vectors[main.asked == name].mean(axis=0)
        scores.append(centre @ other / np.linalg.norm(other))
    best.append(max(scores))
assert np.shape(strangers) == (len(best),), "one number for each such artist"
assert np.allclose(np.sort(strangers), np.sort(best), atol=1e-4)
own_scores = by_artist.loc[by_artist["imitated"], "value"]
print(
    f"The median stranger's best score is {np.median(strangers):.2f}; {np.mean(own_scores < np.median(strangers)):.0%} of the imitated artists' own scores are lower"
)

# %% [markdown]
# **3. A claim for a newspaper (open, 30 minutes).** Write two sentences for a newspaper about one artist of the first chart: one that these numbers carry, and one that they do not. A good answer says which set, descriptor and generator it is about, gives rank and
# names instead of a percentage, says what the pictures of other names did, and does not use the word *stolen*.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, Section 6, for the study that this one follows; {cite:t}`benjamini1995` for the correction.
# - Next: [how to report a study of style](how_to_report_a_study_of_style).
