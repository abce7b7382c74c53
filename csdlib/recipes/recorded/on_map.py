"""Generated pictures on the map of real paintings: do they land near the artist whom they imitate?"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.datasets.generated import generated
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import AnyPath, cache_folder
from csdlib.maps.layout import map_neighbours, style_map
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from csdlib.recipes.recorded.results import write_results, write_table
from csdlib.retrieval.relevance import matches
from csdlib.tables import ImageTable

DESCRIPTORS = ("csd-art", "csd-tiny", "colour")


def generated_on_map(
    paintings: ImageTable,
    made: ImageTable,
    descriptor: Descriptor,
    *,
    k: int = 10,
    seed: int = 0,
    cache: AnyPath | None = None,
    progress: bool = True,
) -> tuple[pd.DataFrame, dict[str, Estimate]]:
    """Places generated images on the map of the paintings, and asks whose paintings lie around them.

    Args:
        paintings: what the map is made from.
        made: generated images; ``artist`` is whose style was asked for.
        descriptor: of both.
        k: paintings around a generated image.
        seed: of the map.
        cache: folder for finished descriptors.
        progress: show progress bars on the error stream.

    Returns:
        one row an image (``source``, ``artist``, ``content``, ``x``, ``y``), and shares in [0, 1] with 95 % bootstrap
        intervals over artists: of the k nearest paintings, how many are by that artist, ``descriptor`` space and on
        the ``map``; and by ``chance``: the artist's share of all paintings.
    """
    known, new = (embed(table, descriptor, cache=cache, progress=progress) for table in (paintings, made))
    laid_out = style_map(known, seed=seed)
    places = laid_out.place(new)
    labels, wanted = known.table.column("artist"), new.table.column("artist")
    found = matches(new, known, k)
    shares = {
        "descriptor": found.hits.mean(axis=1),
        "map": (labels[map_neighbours(laid_out, k, places)] == wanted[:, None]).mean(axis=1),
        "chance": found.n_relevant / len(known),
    }
    frame = pd.concat([known.table.frame, new.table.frame], ignore_index=True)[["source", "artist", "content"]]
    frame[["x", "y"]] = np.concatenate([laid_out.coordinates, places])
    return frame, {name: bootstrap(each, groups=wanted) for name, each in shares.items()}


def record_generated_on_map(
    root: AnyPath,
    output: AnyPath,
    *,
    csv: str = "sd14_artists.csv",
    descriptors: Sequence[str] = DESCRIPTORS,
    command: str = "",
    cache: AnyPath | None = None,
) -> pd.DataFrame:
    """Writes where generated images land on the map of real paintings; numbers only, no picture.

    Args:
        root: folder with ``wikiart.csv`` and the table of generated images.
        output: a csv file of the shares; beside it ``..._places.csv`` holds the coordinates, and a json file with the
            same name says how both were made.
        csv: name of the table of generated images; only those of artists who have paintings are used.
        descriptors: names, a map each.
        command: what makes it again.
        cache: folder for finished descriptors; by default that of ``cache_folder``.

    Returns:
        one row a descriptor and kind of neighbour: ``descriptor``, ``neighbours``, ``value``, ``low``, ``high``, ``n``,
        ``unit``.

    Raises:
        InputError: a table or an image is missing.
    """
    output = Path(output)
    paintings = wikiart(root)
    made = generated(root, csv=csv)
    made = made.where(artist=sorted(set(made.frame["artist"]) & set(paintings.frame["artist"])))
    cache = cache or cache_folder() / "embeddings"
    shares, places = [], pd.DataFrame()
    for name in descriptors:
        frame, found = generated_on_map(paintings, made, load(name), cache=cache)
        shares += [{"descriptor": name, "neighbours": kind} | each.row() for kind, each in found.items()]
        places = places if len(places) else frame[["source", "artist", "content"]]
        places = places.assign(**{f"{name} x": frame["x"].round(2), f"{name} y": frame["y"].round(2)})
    facts = {
        "paintings": len(paintings),
        "generated": len(made),
        "artists": made.frame["artist"].nunique(),
    }
    table = pd.DataFrame(shares)
    write_table(output.with_name(f"{output.stem}_places.csv"), places)
    write_results(output, facts, table.round(5), command=command, descriptors=descriptors, generated=[made])
    return table
