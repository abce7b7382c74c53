# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Style maps", minutes: 2, accelerator: none, data: [data/models/csd-tiny]}
# ---

# %% [markdown]
# # Style maps
#
# ## Overview
#
# A table of numbers says how often a descriptor is right. A map lets you wander: from one painter to the next, into the
# border country where two hands look alike, to the lone picture that has lost its way. In this chapter you will
#
# - lay out pictures by style with UMAP, and see every one of them under the pointer,
# - compare a trained descriptor with a colour histogram and an untrained tower, in numbers and by a second map,
# - learn what a map can *not* show, by an experiment.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): descriptor, cosine | needed |
# | nearest neighbours | needed |
# | how UMAP works | not needed; the idea is below |
#
# **Time:** ten minutes to read, about two to run.

# %% tags=["parameters"]
dataset = "atelier"  # atelier, wikiart or folder
root = ""  # folder of the images, for all but the atelier
descriptor = "csd-tiny"  # any name of csdlib.list_descriptors()
images = 640  # how many pictures are drawn
n_neighbors = 15  # neighbours that UMAP tries to keep
min_dist = 0.1  # how close UMAP may put two points
seed = 0  # which pictures, and UMAP's start

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

import csdlib
from csdlib import figures
from csdlib.maps import map_figure, neighbourhood_agreement, style_map

random = np.random.default_rng(seed)
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
embeddings = csdlib.embed(table, csdlib.load(descriptor))
embeddings, table = embeddings.of(table)
laid_out = style_map(embeddings, n_neighbors=n_neighbors, min_dist=min_dist, seed=seed)

# %% [markdown]
# Move the pointer over the points. A click on a name in the legend hides its pictures, a double click hides all others. Where
# there are more artists than colours can tell apart, colour stands for the movement, and the pointer names the artist.

# %% tags=["hide-input"]
several = table.frame["artist"].nunique() > 16 and table.frame["movement"].notna().all()
group = "movement" if several else "artist"
map_figure(
    laid_out,
    table,
    colour=group,
    caption=f"{len(table)} pictures by style ({descriptor}); colour and symbol tell the {group}, the picture appears under the pointer.",
    alt=f"Scatter plot of {len(table)} pictures by {table.frame['artist'].nunique()} artists, laid out by UMAP. "
    "The table after the figure says how much pictures of one artist cluster.",
    height=720,
)

# %% [markdown]
# Pictures of one painter should gather; painters of one movement should be neighbours. Where they do not, look at the
# pictures: is it the subject that pulls them together, or the colours?
#
# ## How good is the map?
#
# Two questions are often confused. *Is the descriptor good?* That is decided before any map is drawn: take the ten
# nearest neighbours of every picture **in descriptor space**, and count how many share the artist. *Is the map faithful
# to the descriptor?* That is **trustworthiness**: 1 if all map neighbours are neighbours in descriptor space, lower if
# the map has put strangers side by side.
#
# The same count for *content* asks the opposite question. A style descriptor should gather painters and scatter
# subjects.

# %%
rows = []
maps = {}
for name in dict.fromkeys((descriptor, "colour", "random-tiny")):
    found, part = csdlib.embed(table, csdlib.load(name), progress=False).of(table)
    maps[name] = style_map(found, n_neighbors=n_neighbors, min_dist=min_dist, seed=seed)
    row = {"descriptor": name, "trustworthiness of the map": maps[name].trustworthiness}
    for column in ("artist", "movement", "content"):
        if part.frame[column].notna().all():
            labels = part.frame[column].to_numpy(dtype=str)
            frequency = part.frame[column].value_counts(normalize=True)
            row[f"neighbours of the same {column}"] = neighbourhood_agreement(found, labels)
            row[f"({column}, by chance)"] = float((frequency**2).sum())
    rows.append(row)
agreement = pd.DataFrame(rows)
figures.table(
    agreement,
    caption="The share of the ten nearest neighbours with the same label, in descriptor space, beside chance.",
    formats=dict.fromkeys(agreement.columns[1:], ".3f"),
)

# %% [markdown]
# ## The same pictures by colour alone
#
# Here is the map of the colour histogram. In the atelier, siblings of one movement share a palette, so colour should
# gather movements; whether it also tells siblings apart is in the table above.

# %% tags=["hide-input"]
map_figure(
    maps["colour"],
    table,
    colour="movement" if table.frame["movement"].notna().all() else "artist",
    caption="The same pictures laid out by their colour histograms.",
    alt="Scatter plot of the same pictures, laid out by colour histograms.",
    height=560,
)

# %% [markdown]
# ## What a map cannot show
#
# UMAP starts from a fixed layout and then samples by chance. Let us run it again with other seeds, and ask three things:
# do pictures keep their *neighbours*; do the *centres of painters* keep their *distances*; and are those distances the ones
# that the descriptors have? The last question matters most: maps that share a start may agree and still mislead together.

# %%
artists = table.frame["artist"].to_numpy(dtype=str)
names = np.unique(artists)


def nearest_on_map(coordinates: np.ndarray, k: int = 10) -> np.ndarray:
    """The k nearest points of every point, (n, k)."""
    distance = np.linalg.norm(coordinates[:, None] - coordinates[None], axis=2)
    return np.argsort(distance, axis=1)[:, 1 : k + 1]


def centre_distances(coordinates: np.ndarray) -> np.ndarray:
    """The distances between the artists' centres, one number a pair."""
    centres = np.array([coordinates[artists == name].mean(axis=0) for name in names])
    distance = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    return distance[np.triu_indices(len(names), k=1)]


again = [style_map(embeddings, n_neighbors=n_neighbors, min_dist=min_dist, seed=seed + other) for other in (1, 2)]
first = nearest_on_map(laid_out.coordinates)
rows = []
for number, other in enumerate(again, start=1):
    second = nearest_on_map(other.coordinates)
    kept = np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(first, second)])
    correlation = np.corrcoef(centre_distances(laid_out.coordinates), centre_distances(other.coordinates))[0, 1]
    faithful = np.corrcoef(centre_distances(embeddings.vectors), centre_distances(other.coordinates))[0, 1]
    rows.append(
        {
            "seed": seed + number,
            "map neighbours kept": kept,
            "correlation of the distances between painters": correlation,
            "correlation with the descriptors' distances": faithful,
        }
    )
figures.table(
    pd.DataFrame(rows),
    caption=f"Maps of other seeds compared with the map of seed {seed}.",
    formats=dict.fromkeys(list(rows[0])[1:], ".2f"),
)

# %% [markdown]
# Agreement between seeds is no proof: it shows only what sampling changes. Compare the last column, which asks the
# descriptors themselves. So:
#
# - **do** say that two pictures are neighbours, after checking it in descriptor space;
# - **do not** say that one movement is further from another than a third because of how the islands lie;
# - **do not** read anything into the size or the density of an island: UMAP evens them out.
#
# ## Summary
#
# - UMAP keeps neighbourhoods, not distances. Trustworthiness says how well.
# - Whether a descriptor captures style is measured in descriptor space; a map only shows it.
# - A style descriptor gathers painters and scatters subjects; the table has both numbers, beside chance.
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
# ## Further reading
#
# - {cite:t}`mcinnes2018umap` for the method.
# - Back to [the retrieval benchmark](retrieval_benchmark), where the same neighbours are counted with intervals.
