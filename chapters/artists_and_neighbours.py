# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Artists and their neighbours", minutes: 1, accelerator: none, data: [data/models/csd-tiny, data/models/clip-tiny, data/results]}
# ---

# %% [markdown]
# # Artists and their neighbours
#
# ## Overview
#
# [Style maps](style_maps) had a point for every picture. Here a point is a painter, with everything that painter has made
# behind it. Then the question turns round: two descriptors look at the same pictures, one taught by whole captions and one by
# style tags, and we ask what each of them takes for likeness. In this chapter you will
#
# - draw painters as a map and as a tree, and find out how far either may be believed,
# - ask whether other pictures by the same painters would have told the same,
# - see in two linked maps that what {term}`content` pulls together, {term}`style` pulls apart, and put a number with an interval on it,
# - put a generator's pictures on a map of real paintings: do they land near the artist whose name was in the prompt?
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Style maps](style_maps): what a map keeps | needed |
# | [Quickstart](quickstart): prototypes | needed |
# | the bootstrap ([the retrieval benchmark](retrieval_benchmark)) | helpful |
#
# **Time:** twenty minutes to read and wander, about one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "csd-tiny"  # what looks at style: any name of csdlib.list_descriptors()
compared_descriptor = "clip-tiny"  # a descriptor to compare it with
images = 1344  # pictures drawn from the data set, at most
generated_table = ""  # table of generated pictures, a file in root; see below
seed = 0  # seed of the random draws: which pictures, and UMAP's start

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

import csdlib
from csdlib import figures
from csdlib.datasets import year_of
from csdlib.figures import artist_layout, artists_figure, map_figure
from csdlib import cache_folder
from csdlib.maps import map_neighbours, style_map
from csdlib.metrics import (
    bootstrap,
    correlation,
    paired_difference,
    unpaired_difference,
)
from csdlib.recipes import judging_artists, read_results
from csdlib.similarity import artists_of, halves_agree, neighbour_shares
from csdlib.texts import artist_name

random, cache = np.random.default_rng(seed), cache_folder() / "embeddings"
table = csdlib.load_dataset(dataset, root=root).where(split=["query", "database"])
table = table.take(np.sort(random.permutation(len(table))[:images]))
# Painters under their names, and who of them csd-tiny has not seen in its training.
written = table.manifest.get("names", {})
not_seen = {written.get(name, name) for name in table.manifest.get("unseen", [])}
table = table.with_column(
    "artist", [written.get(name, name) for name in table.column("artist")]
)

# %% [markdown]
# ## A point per painter
#
# The {term}`prototype` of a painter is the mean direction of the pictures' {term}`descriptors <descriptor>`. It says where the work
# lies, and not how varied it is; so we also take the {term}`spread`, the mean distance ($1 - \cos$) between two pictures by the
# painter. A painter who does the same thing every day has a small one.

# %%
embeddings = csdlib.embed(table, csdlib.load(descriptor), cache=cache)
table = embeddings.table
labels = table.column("artist")
artists = artists_of(embeddings, labels)
laid_out = artist_layout(artists, seed=seed)

# %% tags=["hide-input"]
has_content = table.frame["content"].notna().all()
movements = (
    table.frame.assign(movement=table.frame["movement"].fillna("unknown"))
    .groupby("artist")["movement"]
    .first()
)
movements = movements.loc[artists.names].to_numpy(dtype=str)
widest, narrowest = (
    artists.names[np.nanargmax(artists.spread)],
    artists.names[np.nanargmin(artists.spread)],
)
artists_figure(
    artists,
    laid_out,
    movements,
    caption=f"{len(artists.names)} artists by style ({descriptor}): colour and symbol tell the movement, size the spread, lines lead to the two nearest.",
    alt=f"Map of {len(artists.names)} artists by their prototypes. The widest spread has {widest}, the narrowest {narrowest}.",
)

# %% [markdown]
# The map lays the prototypes out by UMAP. It may lie about distances, as [the last chapter](style_maps) measured, so every
# painter is tied by lines to the two *truly* nearest ones: where a line is long, the map has had to tear. The tree below it
# does without a layout. It joins the two nearest painters, then the next two, and so on, and where two branches meet
# their distance can be read off.
#
# How far can one believe these pictures? Four counts, made in descriptor space:

# %% tags=["hide-input"]
two = artists.nearest(2).rows
on_map = map_neighbours(laid_out, 2)
own = movements[two[:, 0]] == movements
by_chance = np.mean(
    [
        (np.sum(movements == movement) - 1) / (len(movements) - 1)
        for movement in movements
    ]
)
strange = np.isin(artists.names, list(not_seen))


# %% tags=["hide-input"]
lines = np.array([np.isin(*pair).mean() for pair in zip(two, on_map)])
mutual = np.array([row in two[o, :1] for row, o in enumerate(two[:, 0])])
shares = {
    "lines that lead to one of the two nearest on the map": lines,
    "painters whose nearest has them as the nearest, too": mutual,
    "nearest painter of the same movement": own,
}
split = strange.any() and not strange.all()
if split:
    shares["the same: unseen painters"] = own[strange]
    shares["the same: painters of the training"] = own[~strange]
rows = [
    (label, bootstrap(each.astype(float)).percent()) for label, each in shares.items()
]
if split:
    rows.append(
        (
            "the same: unseen minus training",
            unpaired_difference(own.astype(float), strange).percent(),
        )
    )
rows.append(("the same: by chance", f"{100 * by_chance:.1f}"))

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(rows, columns=["share of", "percent"]),
    caption=f"Of {len(artists.names)} painters by {descriptor}, with 95 % intervals over painters. The spread reaches from {np.nanmin(artists.spread):.2f} "
    f"({narrowest}) to {np.nanmax(artists.spread):.2f} ({widest}).",
)

# %% [markdown]
# More than half of the lines lead past the painter who *looks* nearest on the map. The second row is about nearness
# itself: I may be your nearest neighbour while mine is somebody else. A map cannot show that, for on paper distance is
# the same from both ends. And the last rows say that painters of one movement do lie together, far beyond chance. That holds for painters of the
# training and for unseen ones; which of the two lie closer together these numbers cannot say.
#
# ## Would other pictures have told the same?
#
# A prototype is computed from the pictures that happen to be there. So we split every painter's pictures into two halves,
# compute everything twice, and ask whether a painter's nearest is the same in both. With few pictures per half we see what a
# steady answer costs.

# %%
counts = (2, 4, 8, 14)
agreed = {
    works: halves_agree(embeddings, labels, works, random=random) for works in counts
}

# %% tags=["hide-input"]
assert agreed[counts[-1]].mean() > agreed[counts[0]].mean()
figures.table(
    pd.DataFrame(
        [
            {
                "pictures in each half, at most": works,
                "same nearest artist": f"{same.mean():.2f} [{same.min():.2f}, {same.max():.2f}]",
            }
            for works, same in agreed.items()
        ]
    ),
    caption="Two halves of every artist's pictures: the share of artists whose nearest artist is the same in both. The mean over ten "
    "splits, and below it the lowest and the highest.",
)

# %% [markdown]
# With two pictures per half, the nearest painter is the same for less than half of the painters; with all the pictures there are it
# is still not the same for many. So "her nearest neighbour in style is he" is a sentence that needs the number of pictures beside
# it, and better a second sample.
#
# ## What content pulls together, style pulls apart
#
# Now two descriptors, and the same pictures under both. {term}`clip-tiny` has learned from whole captions, which name subjects as well as
# painters; {term}`csd-tiny` was trained on from there, with style tags as labels. The two subjects are marked that `clip-tiny` gathers best; all others are
# grey.

# %%
compared = csdlib.load(compared_descriptor)
other = csdlib.embed(table, compared, cache=cache, progress=False)
shown = np.sort(random.permutation(len(table))[:640])
seen_by = {compared_descriptor: other, descriptor: embeddings}
pair = {
    name: style_map(each.take(shown), min_dist=0.4, seed=seed)
    for name, each in seen_by.items()
}

# %% tags=["hide-input"]
column, marked = "artist", []
if has_content:
    subjects = neighbour_shares(other, table)["content"].groupby(
        table.column("content")
    )
    column, marked = "content", list(subjects.mean().nlargest(2).index)
map_figure(
    pair,
    table.take(shown),
    colour=column,
    highlight=marked,
    caption=f"The same {len(shown)} pictures by {compared_descriptor} and by {descriptor}, linked; at first {' and '.join(marked) or 'all'} can be seen.",
    alt=f"Two scatter plots of the same {len(shown)} pictures, laid out by {compared_descriptor} and by {descriptor}. The chart after the "
    "figure says how much each keeps an artist's pictures together.",
    height=440,
)

# %% [markdown]
# On the left, both subjects form crowds of their own, with pictures by many painters; on the right they are scattered, one or two to
# each painter's island. A click on a lit name in the legend lights all. The maps are linked: what you point at on one is ringed on the
# other, and a click asks both for their neighbours. Colours stand for the subject; then switch to *artist*.
#
# A number for it must not come from the maps. For every picture we take its ten nearest others in descriptor space, and
# count two kinds that exclude each other: the *same subject by another painter*, and the *same painter with another subject*.
# The difference between the two descriptors is taken picture by picture, and its interval draws whole painters. Painters whom
# neither descriptor has seen in training are counted apart.

# %%
if has_content:
    shares = {name: neighbour_shares(each, table) for name, each in seen_by.items()}

# %% tags=["hide-input"]
strangers = np.isin(labels, list(not_seen))
groups = (
    {"unseen": strangers, "seen": ~strangers}
    if strangers.any() and not strangers.all()
    else {"all": labels != ""}
)
kinds = {
    "content": "same subject, another painter",
    "artist": "same painter, another subject",
}
points, gains = [], []

# %% tags=["hide-input"]
for kind, said in kinds.items() if has_content else ():
    for group, rows in groups.items():
        values = {name: share[kind].to_numpy()[rows] for name, share in shares.items()}
        for name, each in values.items():
            found = bootstrap(each, groups=labels[rows])
            ends = {end: 100 * getattr(found, end) for end in ("value", "low", "high")}
            points.append({"label": f"{said} ({group})", "by": name} | ends)
        gained = paired_difference(
            values[descriptor], values[compared_descriptor], groups=labels[rows]
        )
        before, after = (values[by].mean() for by in (compared_descriptor, descriptor))
        factor = f"{after / before:.2f}" if before else ""
        gains.append((f"{said} ({group})", gained.percent(), factor))
    # Painter by painter, so that the two groups can be compared.
    change = pd.Series(shares[descriptor][kind] - shares[compared_descriptor][kind])
    each = change.groupby(labels).mean().reindex(artists.names)
    new = np.isin(artists.names, list(not_seen))
    if len(groups) > 1:
        more = unpaired_difference(each.to_numpy(), new, bounds=(-1, 1)).percent()
        gains.append((f"{said}: unseen minus seen", more, ""))
chart = (
    figures.show(
        figures.intervals(
            pd.DataFrame(points), group="by", axis="share of the ten nearest (percent)"
        ),
        caption=f"What pulls pictures together, with 95 % intervals over painters ({' and '.join(groups)} in the training of the descriptors).",
        alt=f"Points with intervals: by {descriptor} fewer neighbours share the subject and more share the painter.",
    )
    if has_content
    else None
)
chart

# %% tags=["hide-input"]
figures.table(
    pd.DataFrame(gains, columns=["neighbours", "change (points)", "factor"]),
    caption=f"From {compared_descriptor} to {descriptor}: change in percentage points, picture by picture, with 95 % intervals over painters, and the share "
    "after over the share before.",
) if has_content else None

# %% [markdown]
# The two rows of a kind tell the same story: for unseen painters, too, the subject nearly stops pulling, and the painter pulls more. They
# differ in how much. In points, unseen painters gain fewer neighbours by the same painter than the others, beyond the interval of the difference. But they started
# lower, and as a factor both groups gain alike. So the training has taught `csd-tiny` to look away from subjects and towards painters in general, and the
# painters that it was shown are still the ones it recognises best.
#
# ## Real artists: do movements and centuries appear?
#
# {term}`csd-art` looks at paintings, and what it says of them ships as numbers. So the same map can be drawn of real artists: the marks' colours are the
# movement of most of their works, the lines lead to the two nearest.

# %% tags=["hide-input"]
art = csdlib.data_path("art")
collection = csdlib.load_dataset("wikiart", root=art)
looked = csdlib.Embeddings.load(art / "csd-art", root=art).of(collection)
frame = looked.table.frame.assign(
    artist=[artist_name(slug) for slug in looked.table.column("artist")],
    year=[year_of(path) for path in looked.table.column("path")],
)
persons = artists_of(looked, frame["artist"].to_numpy(dtype=str))
schools = frame.groupby("artist")["movement"].agg(lambda each: each.mode().iloc[0])
schools = schools.loc[persons.names].str.replace("_", " ").to_numpy(dtype=str)
artists_figure(
    persons,
    artist_layout(persons, seed=seed),
    schools,
    caption=f"{len(persons.names)} artists by csd-art, from {len(frame):,} paintings.",
    alt=f"Map of {len(persons.names)} artists by their prototypes, coloured by movement.",
)

# %% tags=["hide-input"]
neighbour = persons.nearest(1).rows[:, 0]
years = frame.groupby("artist")["year"].median().loc[persons.names].to_numpy(float)
dated = frame.groupby("artist")["year"].count().loc[persons.names].to_numpy() >= 3
learned = ~pd.Series(persons.names).isin(
    [artist_name(slug) for slug in judging_artists()]
)
random_gap = np.array(
    [np.abs(years[dated] - year).sum() / (dated.sum() - 1) for year in years]
)
gap = np.abs(years - years[neighbour])
known = dated & dated[neighbour]
same = schools == schools[neighbour]
luck = np.array([(schools == school).sum() - 1 for school in schools])
luck = luck / (len(schools) - 1)
rows = []
for who, kept in (
    ("all", same | ~same),
    ("seen by csd-art", learned.to_numpy()),
    ("not seen", ~learned.to_numpy()),
):
    row = {"artists": f"{who} ({kept.sum()})"}
    row["nearest is of the movement (%)"] = bootstrap(
        same[kept].astype(float)
    ).percent()
    row["by chance (%)"] = f"{100 * luck[kept].mean():.1f}"
    nearer = paired_difference(
        gap[kept & known], random_gap[kept & known], bounds=(-600, 600)
    )
    row["years to the nearest, less than to any"] = (
        f"{nearer.value:.0f} [{nearer.low:.0f}, {nearer.high:.0f}]"
    )
    rows.append(row)
figures.table(
    pd.DataFrame(rows),
    caption=f"The nearest artist by csd-art: is it one of the movement, and of the time? Years are medians of the dates in file names, of {dated.sum()} artists with three or more; "
    "negative: the nearest lived closer in time than artists do on average. 95 % intervals over artists.",
)

# %% [markdown]
# Both appear. An artist's nearest is mostly one of the movement, far beyond chance, and lived closer in time than artists do on average, by decades. It holds for the artists whom `csd-art` has never seen, too, so it is not what training was told. Which of the two is behind it these
# numbers cannot say: a movement *is* a time. And lines that leave the movement are not all wrong: look at whom they join.
#
# ## A generator's pictures among the paintings
#
# A map of paintings can take guests. Pictures made by a generator with an artist's name in the prompt are embedded by the
# same descriptor and placed on the finished map. If the name works, they should land near that artist's paintings.
#
# The following was recorded, not run here: paintings by people, and samples of a Stable Diffusion model for those of the
# artists whom its makers had listed. No picture is part of this book; the numbers are.

# %% tags=["hide-input"]
recorded = read_results("generated_on_map")
places = pd.read_csv(csdlib.data_path("results/generated_on_map_places.csv"))
by = next(iter(recorded.facts["fingerprints"]))
places = places.rename(columns={f"{by} x": "x", f"{by} y": "y"})
places["artist"] = places["artist"].map(artist_name)
made, paintings = (
    places[places["source"] == kind] for kind in ("generated", "painting")
)

# %% tags=["hide-input"]
apart = (
    (made[["x", "y"]].to_numpy()[:, None] - paintings[["x", "y"]].to_numpy()[None]) ** 2
).sum(axis=2)
nearest = paintings["artist"].to_numpy()[np.argpartition(apart, 10, axis=1)[:, :10]]
right = (
    pd.Series((nearest == made["artist"].to_numpy()[:, None]).mean(axis=1))
    .groupby(made["artist"].to_numpy())
    .mean()
)
known = paintings["artist"].value_counts()
often = right[
    known.reindex(right.index).sort_values(ascending=False).index[:12]
].sort_values(ascending=False)

# %% tags=["hide-input"]
chart = make_subplots(6, 2, horizontal_spacing=0.02, vertical_spacing=0.06)
ground = paintings.sample(400, random_state=0)

# %% tags=["hide-input"]
looks = {
    "other paintings": {"size": 3, "color": "rgba(128,128,128,0.3)"},
    "the artist's paintings": {"size": 5, "color": figures.COLOURS[0]},
    "generated in the artist's name": {
        "size": 7,
        "color": figures.COLOURS[1],
        "symbol": "square-open",
    },
}

# %% tags=["hide-input"]
for number, name in enumerate(often.index):
    panel = {"row": number // 2 + 1, "col": number % 2 + 1}
    theirs = (each[each["artist"] == name] for each in (paintings, made))
    for (label, look), part in zip(looks.items(), (ground, *theirs), strict=True):
        options = {"marker": look, "name": label, "showlegend": not number}
        points = go.Scatter(
            x=part["x"], y=part["y"], mode="markers", hoverinfo="skip", **options
        )
        chart.add_trace(points, **panel)
    title = {"text": f"{name}<br>{often[name]:.0%}", "font": {"size": 12}}
    chart.update_xaxes(title=title, **panel)
bare = {"showticklabels": False, "showgrid": False, "zeroline": False}
chart.update_xaxes(bare).update_yaxes(bare)
figures.show(
    chart,
    caption=f"The map by {by}, once for each of the twelve artists with the most paintings. Below the name: of the ten paintings nearest to a "
    f"generated picture on the map, the share by that artist. {recorded.sentence()}",
    alt=f"Twelve small maps. The share of right neighbours is between {often.min():.0%} and {often.max():.0%}.",
    height=1200,
)

# %% [markdown]
# In most of the small maps the squares lie in a region where the artist has paintings, too. The number below each name says how far the region is theirs: it reaches from artists
# around whose pictures hardly a painting is their own to some who have a part of the map for themselves. Here are the shares for all artists, beside chance.

# %% tags=["hide-input"]
facts = recorded.facts
where = {
    "descriptor": "in descriptor space",
    "map": "on the map",
    "chance": "by chance",
}
shares = recorded.frame.assign(
    label=recorded.frame["descriptor"], by=recorded.frame["neighbours"].map(where)
)
shares = shares.assign(**{end: 100 * shares[end] for end in ("value", "low", "high")})
values = shares.pivot_table(index="descriptor", columns="neighbours", values="value")
assert (values["descriptor"] > 2 * values["chance"]).all() and (
    values["descriptor"] > values["map"]
).all()
figures.show(
    figures.intervals(shares, group="by", axis="by the artist in the prompt (percent)"),
    caption=f"{facts['generated']} generated pictures ({', '.join(facts['generators'])}) in the style of {facts['artists']} artists among "
    f"{facts['paintings']} paintings: of the ten paintings nearest to each, the share by the artist in the prompt. 95 % intervals over artists.",
    alt="Points with intervals for three descriptors: each is above chance, a little more in descriptor space than on the map.",
)

# %% [markdown]
# All three find the artist of the prompt more often than chance would, beyond the intervals, and `csd-art`, which has learned from paintings, several times as often as the two others. On the map all three numbers are lower, but within the intervals, and the record holds no difference artist by artist. Mind
# what these numbers do not say. `csd-tiny` learned from painters who are programs, and does no better than a histogram; a low share can mean that the generator did not hit the style, or that the descriptor does not see it. One number cannot tell the two apart. A better instrument can: here it was mostly the
# instrument.
#
# With a folder of your own, and a table of generated pictures in it (columns path, artist, content, model, prompt), this chapter places
# your generator's pictures, and shows them:
# `make chapter NAME=artists_and_neighbours PARAMS="-p dataset wikiart -p root ~/art -p generated_table samples.csv"`.

# %% tags=["hide-input"]
guests = None
if generated_table:
    made = csdlib.load_dataset("generated", root=root, csv=generated_table)
    placed = csdlib.embed(made, csdlib.load(descriptor))
    paintings = table.take(shown)
    guests = map_figure(
        {descriptor: pair[descriptor].extended(placed)},
        paintings,
        placed.table,
        colour="source",
        caption=f"{len(placed)} generated pictures (open marks) placed on the map of {len(paintings)} paintings.",
        alt="Scatter plot of paintings, with generated pictures placed among them.",
    )
guests

# %% [markdown]
# ## Summary
#
# - A prototype says where an artist's work lies, the spread how varied it is. Report both, and how many pictures there were.
# - The nearest artist is an unsteady thing: other pictures by the same people often name somebody else. Nearness is not mutual either.
# - A descriptor that looks at content pairs subjects, one that looks at style pairs painters; the paired difference says how much, for
#   unseen painters apart.
# - Generated pictures are placed on a map that stays as it is, and judged beside chance.
#
# ## Exercises
#
# **1. Spread without pairs.** (15 minutes.) The spread is a mean over all pairs of pictures. Write `spread(vectors)` so that its time grows
# with the number of pictures, not of pairs: no loop over pairs, and no $n \times n$ matrix. The vectors have length one.


# %% tags=["exercise"]
def spread(vectors: np.ndarray) -> float:
    """1 - the mean cosine of two different pictures."""
    return 0.0  # your code here


# %% [markdown] tags=["hint"]
# $|v_1 + \dots + v_n|^2$ is the sum of *all* products, each pair twice and each vector once with itself. For two vectors at right angles the
# spread is 1, for two equal ones 0.


# %% tags=["solution"]
def spread(vectors: np.ndarray) -> float:
    """The squared length of the sum holds every pair twice, and a one per vector."""
    n = len(vectors)
    return float(1 - ((vectors.sum(axis=0) ** 2).sum() - n) / (n * (n - 1)))


# %% tags=["mistake"]
# The mean over all products, a picture's with itself among them: too small a spread, most so of few pictures.
def spread(vectors: np.ndarray) -> float:
    return float(1 - (vectors.mean(axis=0) ** 2).sum())


# %% tags=["check"]
for name in artists.names[artists.counts > 1][:5]:
    works = embeddings.vectors[labels == name].astype(np.float64)
    pairs = np.triu_indices(len(works), k=1)
    assert abs(spread(works) - (1 - (works @ works.T)[pairs].mean())) < 1e-5

# %% [markdown]
# **2. How sure is a neighbour?** (20 minutes.) Write `steadiness(draws)`. It draws every artist's pictures again, with replacement and as many
# as there are, `draws` times, and returns for each artist of `artists.names` the share of draws in which the nearest artist is the
# one that all pictures name. Who is sure, who is not, and has it to do with the spread?


# %% tags=["exercise"]
def steadiness(draws: int) -> np.ndarray:
    """For each artist, how often the nearest artist stays the same."""
    return np.ones(len(artists.names))  # your code here


# %% tags=["solution"]
def steadiness(draws: int) -> np.ndarray:
    """For each artist, how often the nearest artist stays the same."""
    generator = np.random.default_rng(1)
    nearest = artists.nearest(1).rows[:, 0]
    same = np.zeros(len(nearest))
    works = [np.flatnonzero(labels == name) for name in artists.names]
    for _ in range(draws):
        drawn = [generator.choice(own, len(own)) for own in works]
        means = np.array([embeddings.vectors[rows].mean(axis=0) for rows in drawn])
        cosines = means @ means.T / np.linalg.norm(means, axis=1)
        np.fill_diagonal(cosines, -np.inf)
        same += cosines.argmax(axis=1) == nearest
    return same / draws


sure = pd.Series(steadiness(60), index=artists.names).sort_values()
print(
    "least sure:", ", ".join(f"{name} {share:.2f}" for name, share in sure[:3].items())
)
print("surest:", ", ".join(f"{name} {share:.2f}" for name, share in sure[-3:].items()))
varied = np.isfinite(artists.spread)
by_spread = sure[artists.names].to_numpy()[varied], artists.spread[varied]
print(
    "correlation with the spread:",
    correlation(*by_spread) if np.ptp(by_spread[0]) else "none",
)


# %% tags=["mistake"]
# Draws without replacement: each draw holds all pictures, only in another order.
def steadiness(draws: int) -> np.ndarray:
    generator = np.random.default_rng(1)
    nearest = artists.nearest(1).rows[:, 0]
    same = np.zeros(len(nearest))
    works = [np.flatnonzero(labels == name) for name in artists.names]
    for _ in range(draws):
        drawn = [generator.permutation(own) for own in works]
        means = np.array([embeddings.vectors[rows].mean(axis=0) for rows in drawn])
        cosines = means @ means.T / np.linalg.norm(means, axis=1)
        np.fill_diagonal(cosines, -np.inf)
        same += cosines.argmax(axis=1) == nearest
    return same / draws


# %% tags=["check"]
generator, pictures_of = (
    np.random.default_rng(7),
    [np.flatnonzero(labels == name) for name in artists.names],
)
expected = np.zeros(len(artists.names))
for _ in range(60):
    rows = np.concatenate([generator.choice(own, len(own)) for own in pictures_of])
    drawn = np.array(
        [
            embeddings.vectors[rows[labels[rows] == name]].mean(axis=0)
            for name in artists.names
        ]
    )
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    cosines = drawn @ drawn.T - 9 * np.eye(len(drawn))
    expected += (cosines.argmax(axis=1) == artists.nearest(1).rows[:, 0]) / 60
given = np.asarray(steadiness(60))
assert given.shape == expected.shape
assert given.min() >= 0
assert given.max() <= 1
assert np.abs(given - expected).mean() < 0.12, (
    "with replacement, and each artist's own pictures only"
)

# %% [markdown]
# **3. Another pair of eyes.** (30 minutes, open.) Run the chapter with `-p compared_descriptor colour`. Before you look, write down what you
# expect of both kinds of neighbours. A good answer compares the prediction with the differences and their intervals, says what holds for
# unseen painters, and shows two painters on whom the descriptors disagree most, with pictures that suggest why.
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd` compare generated pictures with artists by prototypes; the book's glossary calls it
#   {term}`general style similarity`.
# - {cite:t}`ohm2024fruit` draw style and content apart with pictures made for the purpose.
# - Next: [beyond the artist](beyond_the_artist): what a descriptor knows beside the hand.
