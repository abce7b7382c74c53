"""Real pictures as numbers: their descriptors and labels may ship where the pictures may not.

The folder has the layout of the data sets, with everything but the images: ``wikiart(folder)`` and ``generated(folder,
csv=...)`` read its tables, and ``Embeddings.load(folder / name, root=folder)`` what a descriptor said of them.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from csdlib.datasets.generated import COLUMNS as GENERATED
from csdlib.datasets.generated import generated
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.art import imagenet_start, principal_components, table_statistics
from csdlib.descriptors.registry import load
from csdlib.descriptors.weights import state_hash
from csdlib.embeddings.arrays import Embedded, Embeddings, same_collection
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder, data_path, text_hash
from csdlib.recipes.recorded.results import write_results, write_table
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.tables import ImageTable, collection_of

#: Folder of the components of the statistics, beside those of the descriptors.
COMPONENTS = "imagenet-components"


def record_described(
    root: AnyPath,
    output: AnyPath,
    *,
    csv: str = "sd14_artists.csv",
    descriptors: Sequence[str] = ("csd-art",),
    components: int = 256,
    weights: AnyPath | None = None,
    command: str = "",
) -> None:
    """Writes what a reader without the pictures can work on: tables, descriptors, and ImageNet's statistics.

    Args:
        root: folder with ``wikiart.csv`` and the table of generated images.
        output: a folder: the two tables; a folder of ``Embeddings.save`` (16 bit) for each descriptor, and one for the
            principal components of ImageNet's statistics of the paintings, not whitened; and ``described.json``, which
            says how they were made. Components are those of artists whom csd-art's training saw.
        csv: name of the table of generated images; only those of artists who have paintings are kept.
        descriptors: names.
        components: how many.
        weights: of ImageNet, see ``imagenet_start``.
        command: what makes it again.

    Raises:
        InputError: a table is missing, an image cannot be read, or no artist is in both tables.
    """
    output = Path(output)
    works = wikiart(root)
    made = generated(root, csv=csv)
    made = made.where(artist=sorted(set(made.frame["artist"]) & set(works.frame["artist"])))
    if not len(made):
        raise InputError(f"{Path(root) / csv}: none of its artists has a work in wikiart.csv")
    for name in descriptors:
        found = [_whole(embed(table, load(name), cache=cache_folder() / "embeddings")) for table in (works, made)]
        _elsewhere(found, output).save(output / name, "float16")
    statistics = _components(works, components, weights)
    statistics.save(output / COMPONENTS, "float16")
    write_table(output / "wikiart.csv", _paintings(works))
    write_table(output / csv, made.frame[list(GENERATED)])
    facts = {"paintings": len(works), "generated": len(made), "components": components}
    write_results(output / "described.json", facts, command=command, descriptors=descriptors, generated=[made])


def read_described(csv: str = "sd14_artists.csv", *, descriptor: str = "csd-art") -> tuple[Embedded, Embedded]:
    """What a descriptor said of the real pictures whose numbers ship: of the paintings, and of the generated ones.

    Args:
        csv: name of the table of generated images.
        descriptor: name of one that ``record_described`` was given.
    """
    folder = data_path("art")
    found = Embeddings.load(folder / descriptor, root=folder)
    return found.of(wikiart(folder)), found.of(generated(folder, csv=csv))


def _whole(found: Embedded) -> Embedded:
    if found.skipped:
        name, reason = next(iter(found.skipped.items()))
        raise InputError(f"{len(found.skipped)} images cannot be described, first {name}: {reason}")
    return found


def _elsewhere(found: Sequence[Embeddings], output: Path) -> Embeddings:
    """Descriptors of several tables together, as those of pictures that lie in another folder."""
    vectors, ids = (np.concatenate([getattr(each, part) for each in found]) for part in ("vectors", "ids"))
    collection = same_collection(collection_of(output), len(ids))
    return Embeddings(vectors, ids, found[0].fingerprint, found[0].metric, checked=True, collections=collection)


def _components(works: ImageTable, count: int, weights: AnyPath | None) -> Embeddings:
    """The components of the paintings' statistics, scaled so that the first has deviation 1 over the artists seen."""
    model = imagenet_start(weights=weights).eval()
    statistics = table_statistics(model, works, whole=True)
    seen = ~works.frame["artist"].isin(judging_artists()).to_numpy()
    vectors = principal_components(statistics[seen], count, power=0)(statistics).astype(np.float32)
    vectors /= vectors[seen, 0].std()
    return Embeddings(vectors, works.ids, text_hash(state_hash(model.backbone.network.state_dict()), count), "l2")


def _paintings(works: ImageTable) -> pd.DataFrame:
    """The rows of a ``wikiart.csv``."""
    frame = works.frame.rename(columns={"movement": "style"})
    return frame.assign(name=[Path(path).name for path in frame["path"]])[["name", "path", "artist", "style", "split"]]
