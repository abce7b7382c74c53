"""WikiArt on the Hugging Face hub: huggingface.co/datasets/huggan/wikiart, 81,444 paintings.

The repository holds ``data/train-00000-of-00072.parquet`` and its 71 siblings, about 0.5 GB each, with the columns
``image`` (a struct of ``bytes`` and ``path``), ``artist``, ``genre`` and ``style`` (numbers). What the numbers mean
stands in ``dataset_infos.json``, under ``features``. Of the artists only 128 are named; all others are number 0,
"Unknown Artist" (the card of the data set, and its dataset_infos.json).
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from csdlib.datasets.hub import hub_file, parquet_batches
from csdlib.datasets.splits import artist_split, kept_split
from csdlib.datasets.wikiart.table import as_frame
from csdlib.errors import InputError, require_range
from csdlib.files import AnyPath, atomic_path, cache_folder
from csdlib.tables import ImageTable

HUB = "huggan/wikiart"
INFOS = "dataset_infos.json"
FILES = 72
LABELS = ("artist", "genre", "style")

#: Labels that say that there is none.
UNKNOWN = ("Unknown Artist", "Unknown Genre")

#: Pictures that are in memory at a time, as files.
BATCH = 64


def wikiart_hub(
    cache: AnyPath | None = None,
    *,
    files: int = 1,
    seed: int = 0,
    query_share: float = 0.2,
    split: AnyPath | None = None,
    progress: bool = True,
) -> ImageTable:
    """The paintings of the first files of huggan/wikiart; their pictures are unpacked once, into the cache.

    After that the downloaded files are not needed again. An unknown artist is an empty one: such works are in the
    database, and no query looks for them. There is no published split, so one is drawn, in which every artist of a
    query has a work in the database, and kept as ``wikiart_folder`` keeps it. The style becomes ``movement``, and the
    genre (portrait, landscape ...) ``content``.

    Args:
        cache: folder for the pictures; by default ``wikiart-hub`` in the cache folder of csdlib.
        files: parquet files that are read, from the first; 0 reads all 72 (37 GB).
        seed: which works are queries.
        query_share: share of the images that are queries, in [0, 1].
        split: the file of the split; by default one in the cache that is named after files, seed and share. Where it is
            there, it decides, and not seed or share.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: a number out of range, no network and no file in the cache, a file that is not as described above,
            or the split of other images than these.
    """
    require_range("files", files, 0, FILES)
    require_range("query_share", query_share, 0, 1)
    folder = Path(cache or cache_folder() / "wikiart-hub")
    names = _class_names(hub_file(HUB, INFOS, folder, size="6 kB"))
    count = files or FILES
    rows: list[dict[str, str]] = []
    without_image = 0
    for number in tqdm(range(count), desc="WikiArt", unit="file", disable=not progress):
        index = _unpacked(number, folder)
        rows += [_row(path, labels, names, folder) for path, labels in index["rows"]]
        without_image += index["without_image"]
    frame = pd.DataFrame(rows, columns=["name", "path", "artist", "style", "genre"])
    file = split or folder / f"wikiart-files{count}-seed{seed}-share{query_share}.csv"
    kept = kept_split(
        file,
        frame.drop(columns="genre"),
        lambda drawn: artist_split(drawn, query_share=query_share, seed=seed),
    )
    genres = [genre or None for genre in frame["genre"]]
    manifest = {
        "dataset": "wikiart-hub",
        "source": f"huggingface.co/datasets/{HUB}",
        "files": count,
        "split": str(file),
    }
    content = pd.Series(genres, dtype=object)
    return ImageTable(as_frame(kept).assign(content=content), folder, manifest | {"without_image": without_image})


def _class_names(infos: Path) -> dict[str, list[str]]:
    """What the numbers in each column of labels mean."""
    try:
        features = next(iter(json.loads(infos.read_text()).values()))["features"]
        names = {column: features[column]["names"] for column in LABELS}
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, OSError):
        names = {}
    if not names or not all(isinstance(listed, list) for listed in names.values()):
        raise InputError(f"{infos}: not the description of {HUB}: it has no names of {', '.join(LABELS)}")
    return {column: [str(name) for name in listed] for column, listed in names.items()}


def _unpacked(number: int, folder: Path) -> dict[str, Any]:
    """The rows of a file: path of the picture, and numbers of its labels. Kept, so that the file is read once."""
    index_path = folder / f"train-{number:05d}.json"
    if not index_path.is_file():
        table = hub_file(HUB, f"data/train-{number:05d}-of-{FILES:05d}.parquet", folder, size="0.5 GB")
        index = _unpack(table, folder, index_path.stem)
        # Written last: where it is missing, a kill came before the last picture.
        with atomic_path(index_path) as target:
            target.write_text(json.dumps(index))
    found: dict[str, Any] = json.loads(index_path.read_text())
    return found


def _unpack(table: Path, folder: Path, name: str) -> dict[str, Any]:
    """Writes the pictures of a file that are not there yet."""
    rows: list[tuple[str, list[int]]] = []
    without_image = place = 0
    for batch in parquet_batches(table, ("image", *LABELS), batch=BATCH):
        for row in batch:
            path, data = f"{name}/{place:05d}.jpg", (row["image"] or {}).get("bytes")
            place += 1
            if not data:
                without_image += 1
                continue
            if not (folder / path).is_file():
                with atomic_path(folder / path) as target:
                    target.write_bytes(data)
            rows.append((path, [row[column] for column in LABELS]))
    return {"rows": rows, "without_image": without_image}


def _row(path: str, labels: list[int], names: dict[str, list[str]], folder: Path) -> dict[str, str]:
    said = {"name": path.rpartition("/")[2], "path": path}
    for column, number in zip(LABELS, labels, strict=True):
        if number not in range(len(names[column])):
            raise InputError(f"{folder / path}: {INFOS} has no {column} of the number {number}")
        name = names[column][number]
        said[column] = "" if name in UNKNOWN else name
    return said
