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
# [Style maps](style_maps) had a point for every picture. Here a point is a person, with everything that person has painted
# behind it. Then the question turns round: two descriptors look at the same pictures, one taught by captions and one by
# painters, and we ask what each of them takes for likeness. In this chapter you will
#
# - draw painters as a map and as a tree, and find out which of the two may be believed, and how far,
# - see in two linked maps that what content pulls together, style pulls apart, and put a number with an interval on it,
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
generated_table = ""  # table of generated pictures, a file in root: path, artist, content, model, prompt
seed = 0  # seed of the random draws: which pictures, and UMAP's start

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

import csdlib
from csdlib import figures
from csdlib.figures import artist_layout, artists_figure, map_figure
from csdlib.files import cache_folder
from csdlib.maps import map_neighbours, style_map
from csdlib.recipes import read_results
from csdlib.similarity import artists_of, halves_agree, pull_of_content_and_style

random, cache = np.random.default_rng(seed), cache_folder() / "embeddings"
table = csdlib.load_dataset(dataset, root=root).where(split=["query", "database"])
table = table.take(np.sort(random.permutation(len(table))[:images]))
embeddings = csdlib.embed(table, csdlib.load(descriptor), cache=cache)
table = embeddings.table
labels = table.column("artist")

# %% [markdown]
# ## A point a painter
#
# The {term}`prototype` of a painter is the mean direction of the pictures' descriptors. It says where the work lies, and not how
# wide it is spread; so we also take the **spread**, the mean distance ($1 - \cos$) between two pictures of the painter. A
# painter who does the same thing every day has a small one.
#
# The map lays the prototypes out by UMAP. It may lie about distances, as we have seen, so every painter is tied by lines
# to the two *truly* nearest ones: where a line is long, the map has had to tear. The tree below it does not lay out at
# all. It joins the two nearest painters, then the next two, and so on, and where two branches meet their distance can be read off.

# %% tags=["hide-input"]
artists = artists_of(embeddings, labels)
movements = table.frame.assign(movement=table.frame["movement"].fillna("unknown")).groupby("artist")["movement"].first()
movements = movements.loc[artists.names].to_numpy(dtype=str)
laid_out = artist_layout(artists, seed=seed)
widest, narrowest = artists.names[np.nanargmax(artists.spread)], artists.names[np.nanargmin(artists.spread)]
artists_figure(
    artists,
    laid_out,
    movements,
    caption=f"{len(artists.names)} artists by style ({descriptor}): colour and symbol tell the movement, size the spread, lines lead to the two nearest.",
    alt=f"Map of {len(artists.names)} artists by their prototypes. The widest spread has {widest}, the narrowest {narrowest}.",
)

# %%
two = artists.nearest(2).rows
on_map = map_neighbours(laid_out, 2)
mutual = np.mean([row in two[other, :1] for row, other in enumerate(two[:, 0])])
kept = np.mean([np.isin(row, shown).mean() for row, shown in zip(two, on_map)])
own = np.mean(movements[two[:, 0]] == movements)
by_chance = np.mean([(np.sum(movements == movement) - 1) / (len(movements) - 1) for movement in movements])
print(f"{kept:.0%} of the lines lead to one of the two nearest on the map.")
print(f"For {mutual:.0%} of the artists, the nearest artist's nearest is the artist again.")
print(f"For {own:.0%} the nearest artist belongs to the same movement ({by_chance:.0%} by chance).")
print(f"Spread: {np.nanmin(artists.spread):.2f} ({narrowest}) to {np.nanmax(artists.spread):.2f} ({widest}).")

# %% [markdown]
# *Nearest* is no friendship: I may be your nearest neighbour while mine is somebody else. A map cannot show that, for on
# paper distance is the same from both ends.
#
# ## Would other pictures have told the same?
#
# A prototype is computed from the pictures that happen to be there. So we split every painter's pictures into two halves,
# compute everything twice, and ask whether a painter's nearest is the same in both. The more pictures, the steadier: the same
# with few pictures each shows what the answer costs.

# %%
rows = []
for works in (2, 4, 8, 14):
    same = halves_agree(embeddings, labels, works, random=random)
    rows.append({"pictures a half, at most": works, "same nearest artist": same.mean()})
    rows[-1] |= {"lowest": same.min(), "highest": same.max()}
figures.table(
    pd.DataFrame(rows),
    caption="Two halves of every artist's pictures: the share of artists whose nearest artist is the same, over ten splits.",
    formats=dict.fromkeys(("same nearest artist", "lowest", "highest"), ".2f"),
)

# %% [markdown]
# ## What content pulls together, style pulls apart
#
# Now two descriptors, and the same pictures under both. `clip-tiny` has learned from captions, which name subjects;
# `csd-tiny` was trained on from there, with painters as labels. The two maps are linked: what you point at on one is ringed on the
# other, and a click asks both for their neighbours. Start with the colours, which stand for *content*: on one map dogs
# lie with dogs, on the other they are scattered over the painters. Then switch to *artist*.

# %% tags=["hide-input"]
other = csdlib.embed(table, csdlib.load(compared_descriptor), cache=cache, progress=False)
shown = np.sort(random.permutation(len(table))[:640])
pair = {
    name: style_map(each.take(shown), min_dist=0.4, seed=seed)
    for name, each in ((compared_descriptor, other), (descriptor, embeddings))
}
has_content = table.frame["content"].notna().all()
map_figure(
    pair,
    table.take(shown),
    colour="content" if has_content else "artist",
    caption=f"The same {len(shown)} pictures by {compared_descriptor} and by {descriptor}, linked.",
    alt=f"Two scatter plots of the same {len(shown)} pictures, laid out by {compared_descriptor} and by {descriptor}. The tables after the "
    "figure say how much each keeps an artist's pictures together.",
    height=440,
)

# %% [markdown]
# A number for it must not come from the maps. For every picture we take its ten nearest others in descriptor space, and
# count two kinds that exclude each other: the *same content by another artist*, and the *same artist with another content*. The
# difference between the two descriptors is taken picture by picture, and its interval draws whole artists.

# %%
if has_content:
    pulls = pull_of_content_and_style(other, embeddings, table)
    kinds = {"content": "same content, another artist", "artist": "same artist, another content"}
    rows = [
        {
            "share of the ten nearest": kinds[share],
            "by": {"first": compared_descriptor, "second": descriptor}.get(which, "difference"),
        }
        | {"value": each.value, "low": each.low, "high": each.high}
        for (share, which), each in pulls.items()
    ]
    pull_table = figures.table(
        pd.DataFrame(rows),
        caption=f"What pulls pictures together, with 95 % bootstrap intervals over artists; difference: {descriptor} − {compared_descriptor}.",
        formats=dict.fromkeys(("value", "low", "high"), ".3f"),
    )
else:
    pull_table = "These pictures have no content labels: there is nothing to count."
pull_table

# %% tags=["hide-input"]
if has_content:
    content, style = pulls["content", "difference"], pulls["artist", "difference"]
    print(
        f"From {compared_descriptor} to {descriptor}, neighbours of the same content change by {100 * content.value:+.1f} points,"
    )
    print(f"neighbours by the same artist by {100 * style.value:+.1f} points.")
    beyond = [not each.low <= 0 <= each.high for each in (content, style)]
    print(
        f"Is 0 outside the interval? content: {'yes' if beyond[0] else 'no'}, artist: {'yes' if beyond[1] else 'no'}."
    )

# %% [markdown]
# ## A generator's pictures among the paintings
#
# A map of paintings can take guests. Pictures made by a generator with an artist's name in the prompt are embedded by the
# same descriptor and placed on the finished map. If the name works, they should land near that artist's paintings.
#
# The following was recorded, not run here: paintings by people, and samples of a Stable Diffusion model for those of the
# artists whom its makers had listed. No picture is part of this book; the numbers are.

# %% tags=["hide-input"]
recorded = read_results("generated_on_map")
shares, facts = recorded.frame, recorded.facts
print(recorded.sentence())
print(
    f"{facts['generated']} generated pictures ({', '.join(facts['model'])}) in the style of {facts['artists']} artists, "
    f"on the maps of {facts['paintings']} paintings"
)
figures.table(
    shares,
    caption="Of the ten paintings nearest to a generated picture, the share by the artist in its prompt: in descriptor space, "
    "on the map, and by chance. 95 % bootstrap intervals over artists.",
    formats=dict.fromkeys(("value", "low", "high"), ".3f"),
)

# %% tags=["hide-input"]
places = pd.read_csv(csdlib.data_path("results/generated_on_map_places.csv"))
by = next(iter(facts["fingerprints"]))
x, y = f"{by} x", f"{by} y"
is_made = places["source"] == "generated"
counts = places[~is_made & places["artist"].isin(places[is_made]["artist"])]["artist"].value_counts()
chart = figures.paintings_and_generated(places, counts.index[:4].tolist(), x=x, y=y)
own = shares[shares["descriptor"] == by].set_index("neighbours")["value"]
figures.show(
    chart,
    caption=f"Four of the artists with the most paintings, on the map by {by}: filled marks are paintings, open ones generated.",
    alt="Scatter plot of paintings and generated pictures of four artists on a ground of others. "
    f"Of the ten paintings nearest to a generated picture on the map, {own['map']:.1%} are by the artist of its prompt, {own['chance']:.1%} by chance.",
    height=620,
)

# %% tags=["hide-input"]
for name, part in shares.groupby("descriptor", sort=False):
    values = part.set_index("neighbours")["value"]
    print(
        f"{name:10} {values['descriptor'] / values['chance']:.1f} times chance in descriptor space, {values['map'] / values['chance']:.1f} times on the map"
    )

# %% [markdown]
# Read the intervals against chance, and mind what they do not say. These descriptors are small, and `csd-tiny` learned from
# painters who are programs; where its neighbours of *real* paintings are often wrong ([the benchmark](retrieval_benchmark) has
# the number), a generated picture cannot do better. A low share can mean that the generator did not hit the style, or that the
# descriptor does not see it; one number cannot tell the two apart.
#
# With a folder of your own, this chapter places your generator's pictures, and shows them:
# `make chapter NAME=artists_and_neighbours PARAMS="-p dataset wikiart -p root ~/art -p generated_table samples.csv"`.

# %%
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
else:
    guests = "No table of generated pictures was given (parameter generated_table)."
guests

# %% [markdown]
# ## Summary
#
# - A prototype says where an artist's work lies, the spread how wide it is. Report both, and how many pictures there were.
# - Lines to the true neighbours, and a tree, keep a map of artists honest. Nearness is not mutual.
# - A descriptor that looks at content pairs subjects, one that looks at style pairs painters; the paired difference says how much.
# - Generated pictures are placed on a map that stays as it is, and judged beside chance.
#
# ## Exercises
#
# **1. Friends.** Write `friends()`: a set of pairs `(a, b)` of names, `a < b`, where each is the nearest artist of the other.


# %% tags=["exercise"]
def friends() -> set[tuple[str, str]]:
    """Pairs of artists who are each other's nearest."""
    return set()  # your code here


# %% tags=["solution"]
def friends() -> set[tuple[str, str]]:
    """Pairs of artists who are each other's nearest."""
    nearest = artists.nearest(1).rows[:, 0]
    pairs = [(row, other) for row, other in enumerate(nearest) if nearest[other] == row]
    return {(str(artists.names[a]), str(artists.names[b])) for a, b in pairs if artists.names[a] < artists.names[b]}


# %% tags=["check"]
cosines = artists.prototypes.vectors @ artists.prototypes.vectors.T
np.fill_diagonal(cosines, -1)
best = {str(name): str(artists.names[row.argmax()]) for name, row in zip(artists.names, cosines)}
assert friends() == {(a, b) for a, b in best.items() if a < b and best[b] == a}

# %% [markdown]
# **2. Spread without pairs.** The spread is a mean over all pairs of pictures. Write `spread(vectors)` without a loop over
# pairs: the length of the *sum* of the vectors is enough.


# %% tags=["exercise"]
def spread(vectors: np.ndarray) -> float:
    """1 - the mean cosine of two different pictures."""
    return 0.0  # your code here


# %% tags=["solution"]
def spread(vectors: np.ndarray) -> float:
    """1 - the mean cosine of two different pictures: the squared length of the sum holds every pair twice, and n ones."""
    n = len(vectors)
    return float(1 - ((vectors.sum(axis=0) ** 2).sum() - n) / (n * (n - 1)))


# %% tags=["check"]
for name in artists.names[artists.counts > 1][:5]:
    works = embeddings.vectors[labels == name].astype(np.float64)
    pairs = np.triu_indices(len(works), k=1)
    assert abs(spread(works) - (1 - (works @ works.T)[pairs].mean())) < 1e-5

# %% [markdown]
# **3. Whose neighbourhood is mixed?** Write `mixed(k)`: the name of the artist whose pictures have the smallest mean share of
# the artist's own among their `k` nearest others, by `descriptor`. Find that artist on the map: who are the neighbours?


# %% tags=["exercise"]
def mixed(k: int) -> str:
    """The artist who keeps the least to themselves."""
    return ""  # your code here


# %% tags=["solution"]
def mixed(k: int) -> str:
    """The artist who keeps the least to themselves."""
    found = csdlib.retrieval.neighbours(embeddings, embeddings, k)
    own = (labels[found.rows] == labels[:, None]).mean(axis=1)
    return str(pd.Series(own).groupby(labels).mean().idxmin())


# %% tags=["check"]
similarity = embeddings.vectors @ embeddings.vectors.T
np.fill_diagonal(similarity, -np.inf)
own = (labels[np.argsort(-similarity, axis=1, kind="stable")[:, :5]] == labels[:, None]).mean(axis=1)
means = {name: own[labels == name].mean() for name in artists.names}
assert means.get(mixed(5), 1.0) <= min(means.values()) + 1e-6

# %% [markdown]
# ## Further reading
#
# - {cite:t}`somepalli2024csd` compare generated pictures with artists by prototypes; the book's glossary calls it
#   {term}`general style similarity`.
# - {cite:t}`ohm2024fruit` draw style and content apart with pictures made for the purpose.
# - Next: [a small Stable Diffusion](a_small_stable_diffusion), the generator of the chapters that follow.
