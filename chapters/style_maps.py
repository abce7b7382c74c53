# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Style maps", minutes: 1, accelerator: none, data: [data/models/csd-tiny]}
# ---

# %% [markdown]
# # Style maps
#
# ## Overview
#
# A table of numbers says how often a descriptor is right. A map lets you wander: from one painter to the next, into the
# border country where two hands look alike, to the lone picture that has lost its way. In this chapter you will
#
# - walk through a map of pictures laid out by style, and ask each picture for its true neighbours,
# - measure how far the map can be trusted, and whether the descriptor behind it is any good (two different questions),
# - find out by experiment what a map can *not* show: distances between islands, their size, their place,
# - place new pictures on a finished map.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): descriptor, cosine | needed |
# | nearest neighbours | needed |
# | how UMAP works | not needed; the idea is below |
#
# **Time:** twenty minutes to read and wander, about one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, wikiart or folder
root = ""  # folder of the data set, for all but the atelier
descriptor = "csd-tiny"  # what looks at style: any name of csdlib.list_descriptors()
images = 640  # pictures drawn from the data set, at most
n_neighbors = 15  # neighbours that UMAP tries to keep
min_dist = 0.4  # how close UMAP may put two points
seed = 0  # seed of the random draws: which pictures, and UMAP's start

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.stats import spearmanr

import csdlib
from csdlib import figures
from csdlib.figures import map_figure
from csdlib.files import cache_folder
from csdlib.maps import centre_distances, island_sizes, map_neighbours, map_quality, neighbourhood_agreement
from csdlib.maps import neighbours_kept, quality_over_seeds, style_map
from csdlib.similarity import artists_of

random, cache = np.random.default_rng(seed), cache_folder() / "embeddings"
table = csdlib.load_dataset(dataset, root=root).where(split=["query", "database"])
table = table.take(np.sort(random.permutation(len(table))[:images]))

# %% [markdown]
# ## From many dimensions to two
#
# A descriptor has a hundred dimensions or more; a page has two. **UMAP** {cite:p}`mcinnes2018umap` looks up the nearest
# neighbours of every picture in the high-dimensional space, and then moves points about in the plane until neighbours
# there are neighbours here, as far as that is possible. What it tries to keep is *who is near whom*. It does not try to
# keep how far apart the far ones are.

# %%
embeddings = csdlib.embed(table, csdlib.load(descriptor), cache=cache)
table = embeddings.table
settings = {"n_neighbors": n_neighbors, "min_dist": min_dist}
laid_out = style_map(embeddings, seed=seed, **settings)

# %% [markdown]
# ## Wander
#
# Point at a picture to see it. Click it, and below the map stand its eight nearest neighbours, with scores. These are its
# *true* neighbours, found in descriptor space and not on the map; numbered rings show where the map has put them. A click
# on a neighbour takes you there, so you can walk from painter to painter. Colours stand for what you choose; a click on a
# name dims the rest, and the box finds an artist. On the keyboard, arrows step to the next picture in their direction,
# Enter asks for the neighbours, Escape closes.

# %% tags=["hide-input"]
several = table.frame["artist"].nunique() > 16 and table.frame["movement"].notna().all()
map_figure(
    {descriptor: laid_out},
    table,
    colour="movement" if several else "artist",
    caption=f"{len(table)} pictures by {table.frame['artist'].nunique()} artists, laid out by style ({descriptor}).",
    alt=f"Scatter plot of {len(table)} pictures by {table.frame['artist'].nunique()} artists, laid out by UMAP. "
    "The table after the figure names each artist's neighbours, and how much the pictures keep together.",
)

# %% [markdown]
# Pictures of one painter should gather, whatever they show. Where they do not, ask for the neighbours: a green line below
# one says that it is by the same artist. When a picture has strangers around it, is it the subject that pulls them
# together, or the colours?
#
# Do the rings always lie close around the picture you clicked? Not all of them: the map had to give some neighbours up.
# How many is the next question.
#
# ## How good is the map, and how good the descriptor?
#
# Two questions are often confused. *Is the descriptor good?* That is decided before any map is drawn. *Is the map faithful
# to the descriptor?* That has three answers, because a map can fail in two ways:
#
# - **trustworthiness** falls when the map puts strangers side by side {cite:p}`venna2001`,
# - **continuity** falls when it tears neighbours apart (the same measure with the two spaces exchanged),
# - **agreement** counts plainly: which share of the ten nearest in descriptor space are among the ten nearest on the map?
#
# All three lie between 0 and 1, and higher is better. UMAP throws dice, so each is measured on maps of three seeds; PCA, the plane
# of the largest variance, throws none.

# %%
k = min(10, (len(table) - 1) // 2)
rows = [
    quality_over_seeds(embeddings, range(seed, seed + 3), k=k, method=method, **settings).assign(method=method)
    for method in ("umap", "densmap", "pca")
]
quality = pd.concat(rows)[["method", "measure", "mean", "lowest", "highest"]]
figures.table(
    quality,
    caption=f"How faithful maps of {len(table)} pictures are to {descriptor}: the mean of three seeds, the lowest and the highest.",
    formats=dict.fromkeys(("mean", "lowest", "highest"), ".3f"),
)

# %% [markdown]
# *densMAP* is UMAP with one more wish: crowded regions shall stay crowded, and wide ones wide. Below we will see whether the
# wish is granted, and what it costs is in the table.
#
# Now the other question. Take the ten nearest neighbours of every picture **in descriptor space**, and count how many
# share the artist. The same count for *content* asks the opposite: a style descriptor should gather painters and scatter
# subjects.

# %%
rows = []
for name in dict.fromkeys((descriptor, "colour", "random-tiny")):
    found = csdlib.embed(table, csdlib.load(name), cache=cache, progress=False)
    part = found.table
    row = {
        "descriptor": name,
        "trustworthiness of its map": map_quality(style_map(found, seed=seed, **settings), k).trustworthiness,
    }
    for column in ("artist", "movement", "content"):
        if part.frame[column].notna().all():
            row[f"same {column}"] = neighbourhood_agreement(found, part.column(column))
            frequency = part.frame[column].value_counts(normalize=True)
            row[f"({column}, by chance)"] = float((frequency**2).sum())
    rows.append(row)
agreement = pd.DataFrame(rows)
figures.table(
    agreement,
    caption="The share of the ten nearest neighbours with the same label, in descriptor space, beside chance.",
    formats=dict.fromkeys(agreement.columns[1:], ".3f"),
)

# %% [markdown]
# Read the second column against the third: an untrained tower can have a trustworthy map. A map is faithful to *its*
# descriptor, right or wrong. A beautiful map proves nothing about the descriptor, and an ugly one nothing against it.
#
# ## What a map cannot show
#
# UMAP starts from a fixed layout and then samples by chance. We make it again with other seeds and other settings, and
# ask of each map: does it keep the *neighbours* of the first one? Do the *centres of the painters* lie as far from each
# other as on the first? And are those distances the ones that the descriptors have? The last question matters most: maps
# that share a start may agree and still mislead together.

# %%
artists = table.column("artist")
names = np.unique(artists)
changes = [{"seed": seed + 1}, {"seed": seed + 2}, {"n_neighbors": 5}, {"n_neighbors": 50}, {"min_dist": 0.8}]
changes = [change for change in changes if change.get("n_neighbors", 0) < len(table) - 1]
first = map_neighbours(laid_out, k)
on_first, in_space = (centre_distances(points, artists) for points in (laid_out.coordinates, embeddings.vectors))
rows = []
for change in ({}, *changes):
    other = style_map(embeddings, **{"seed": seed, **settings} | change)
    distances = centre_distances(other.coordinates, artists)
    rows.append(
        {
            "changed": ", ".join(f"{name} = {value}" for name, value in change.items()) or "nothing",
            "map neighbours kept": neighbours_kept(first, map_neighbours(other, k)),
            "painters' distances, as on the first map": spearmanr(on_first, distances).statistic,
            "painters' distances, as in descriptor space": spearmanr(in_space, distances).statistic,
        }
    )
caveats = pd.DataFrame(rows)
figures.table(
    caveats,
    caption="Maps with one thing changed. The last two columns are rank correlations over pairs of painters, 1 at best.",
    formats=dict.fromkeys(caveats.columns[1:], ".2f"),
)

# %% tags=["hide-input"]
same_seed, another = caveats.iloc[0], caveats.iloc[1]
print(f"The same seed gives the same map: {same_seed['map neighbours kept']:.0%} of the neighbours are kept.")
print(f"Another seed keeps {another['map neighbours kept']:.0%} of the neighbours on the map.")
print(
    "Between the painters' distances on a map and those of the descriptors the rank correlation is "
    f"{caveats.iloc[:, 3].min():.2f} to {caveats.iloc[:, 3].max():.2f}."
)

# %% [markdown]
# Agreement between seeds is no proof: it shows only what sampling changes. The last column asks the descriptors
# themselves, and the chart shows why it is low. Were the map to scale, all pairs of painters would lie along one rising line.

# %% tags=["hide-input"]
rank = spearmanr(in_space, on_first).statistic
chart = go.Figure(
    go.Scatter(
        x=in_space,
        y=on_first,
        mode="markers",
        marker={"size": 5, "opacity": 0.5, "color": figures.COLOURS[0]},
    )
)
chart.update_layout(
    xaxis_title="distance in descriptor space", yaxis_title="distance on the map", yaxis_rangemode="tozero"
)
figures.show(
    chart,
    caption=f"Every pair of {len(names)} painters: the distance of their centres in descriptor space and on the map (rank correlation {rank:.2f}).",
    alt=f"Scatter plot of {len(in_space)} pairs of painters, distance on the map over distance in descriptor space; rank correlation {rank:.2f}.",
)

# %% [markdown]
# And the *size* of an island? For every painter, take the mean distance of two pictures in descriptor space, and on the map
# the mean distance of the pictures from their centre. If islands told the truth about how varied a painter's work is, the
# two would rank painters alike.

# %%
spread = artists_of(embeddings, artists).spread
varied = np.isfinite(spread)
for method in ("umap", "densmap", "pca"):
    sizes = island_sizes(style_map(embeddings, method=method, seed=seed, **settings).coordinates, artists)
    correlation = spearmanr(sizes[varied], spread[varied]).statistic
    print(f"{method:8} rank correlation of island size and true spread: {correlation:.2f}")

# %% [markdown]
# So:
#
# - **do** say that two pictures are neighbours, after checking it in descriptor space (a click does);
# - **do not** say that one movement is further from another than a third because of how the islands lie;
# - **do not** read anything into the size or the density of an island before you have checked it as above.
#
# ## New pictures on a finished map
#
# A map is most useful when it stays: tomorrow's pictures, or a generator's, should appear on today's map without moving
# anybody. A `StyleMap` keeps the descriptors it was made from, and `place` puts a new picture at the middle of its
# five nearest neighbours' places (the geometric median, which does not fall into the sea between two islands). It refuses
# another descriptor's embeddings. Does it put pictures where UMAP would have put them, had it known them? We hold every
# fifth picture back, and compare with the map that knew all.

# %%
held = np.arange(len(table)) % 5 == 0
known, new = (embeddings.take(np.flatnonzero(rows)) for rows in (~held, held))
known_map = style_map(known, seed=seed, **settings)
true = csdlib.retrieval.neighbours(new, known, k).rows
placed = map_neighbours(known_map, k, known_map.place(new))
strangers = np.random.default_rng(seed).permuted(placed, axis=0)
whole_map = laid_out.coordinates[~held], laid_out.coordinates[held]
distance = np.linalg.norm(whole_map[1][:, None] - whole_map[0][None], axis=2)
refitted = np.argsort(distance, axis=1)[:, :k]
print(f"Of {k} true neighbours among the known pictures, these are near on the map:")
print(f"  placed afterwards    {neighbours_kept(true, placed):.2f}")
print(f"  fitted with the rest {neighbours_kept(true, refitted):.2f}")
print(f"  anywhere             {neighbours_kept(true, strangers):.2f}")

# %% [markdown]
# `laid_out.save(folder)` and `StyleMap.load(folder)` keep a map on the disk, as plain arrays and a page of JSON.
# [The next chapter](artists_and_neighbours) puts a generator's pictures on a map of paintings.
#
# ## Summary
#
# - UMAP keeps neighbourhoods, not distances. Trustworthiness, continuity and agreement say how well, over seeds.
# - Whether a descriptor captures style is measured in descriptor space; a map only shows it.
# - Ask a picture for its true neighbours before you believe the map.
# - New pictures are placed on a map that stays as it is.
#
# ## Exercises
#
# **1. Which painter is a neighbour of whom?** Without the map: write `closest(name)`, the artist whose
# {term}`prototype` has the highest cosine with that of `name`.


# %% tags=["exercise"]
def closest(name: str) -> str:
    """The artist whose prototype is most similar."""
    return name  # your code here


# %% tags=["solution"]
from csdlib.similarity import prototype

prototypes = np.array([prototype(embeddings.vectors[artists == name]) for name in names])


def closest(name: str) -> str:
    """The artist whose prototype is most similar: the second best, for the best is the artist."""
    similarity = prototypes @ prototypes[names == name][0]
    return str(names[np.argsort(similarity)[-2]])


# %% tags=["check"]
means = {name: embeddings.vectors[artists == name].mean(axis=0) for name in names}
for name in names:
    assert closest(name) != name
    cosines = {o: means[o] @ means[name] / np.linalg.norm(means[o]) for o in names if o != name}
    assert closest(name) == max(cosines, key=cosines.get)

# %% [markdown]
# **2. Strangers side by side.** Write `odd_ones(n)`: the rows of the `n` pictures of which the fewest of ten nearest
# neighbours *in descriptor space* are by the same artist. Then look at them on the map.


# %% tags=["exercise"]
def odd_ones(n: int) -> np.ndarray:
    """Rows of the pictures that lie among strangers."""
    return np.array([], dtype=int)  # your code here


# %% tags=["solution"]
def odd_ones(n: int) -> np.ndarray:
    """Rows of the pictures that lie among strangers."""
    found = csdlib.retrieval.neighbours(embeddings, embeddings, 10)
    same = (artists[found.rows] == artists[:, None]).sum(axis=1)
    return np.argsort(same, kind="stable")[:n]


# %% tags=["check"]
similarity = embeddings.vectors @ embeddings.vectors.T
np.fill_diagonal(similarity, -np.inf)
same = (artists[np.argsort(-similarity, axis=1)[:, :10]] == artists[:, None]).sum(axis=1)
assert len(np.unique(odd_ones(6))) == 6
assert same[odd_ones(6)].sum() == np.sort(same)[:6].sum()

# %%
figures.gallery(figures.pictures(table, odd_ones(6)), caption="Pictures that lie among strangers.")

# %% [markdown]
# **3. A torn neighbourhood.** Write `torn(n)`: the rows of the `n` pictures that lose the most of their ten nearest in
# descriptor space on the map `laid_out`. Click them on the map, and see where the rings are.


# %% tags=["exercise"]
def torn(n: int) -> np.ndarray:
    """Rows of the pictures whose neighbours the map has given up."""
    return np.arange(n)  # your code here


# %% tags=["solution"]
def torn(n: int) -> np.ndarray:
    """Rows of the pictures whose neighbours the map has given up."""
    true = csdlib.retrieval.neighbours(embeddings, embeddings, 10).rows
    shown = map_neighbours(laid_out, 10)
    return np.argsort([np.isin(a, b).sum() for a, b in zip(true, shown)], kind="stable")[:n]


# %% tags=["check"]
places = laid_out.coordinates.astype(float)
distance = np.linalg.norm(places[:, None] - places[None], axis=2)
np.fill_diagonal(distance, np.inf)
shown = np.argsort(distance, axis=1)[:, :10]
true = np.argsort(-similarity, axis=1)[:, :10]
lost = np.array([10 - np.isin(a, b).sum() for a, b in zip(true, shown)])
assert len(np.unique(torn(8))) == 8
assert abs(lost[torn(8)].sum() - np.sort(lost)[-8:].sum()) <= 1

# %% [markdown]
# ## Further reading
#
# - {cite:t}`mcinnes2018umap` for the method, {cite:t}`narayan2021densmap` for densMAP.
# - {cite:t}`venna2001` for trustworthiness and continuity.
# - Next: [artists and neighbours](artists_and_neighbours). In [the retrieval benchmark](retrieval_benchmark) the same neighbours are
#   counted with intervals.
