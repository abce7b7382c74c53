"""One side of a score: what somebody points at, described once, with what could not be."""

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast
from uuid import uuid4

import numpy as np
from PIL import Image
from torch import Tensor

from csdlib import __version__, descriptors  # lazy: torchvision loads where a picture is described
from csdlib.datasets.pictures import pictures
from csdlib.descriptors.protocol import Descriptor, Fittable, require_descriptor
from csdlib.descriptors.registry import load
from csdlib.embeddings.arrays import Embedded, Embeddings
from csdlib.embeddings.embed_table import embed, encode_items
from csdlib.errors import InputError
from csdlib.files import AnyPath, at_home, cache_folder
from csdlib.images import ImageLike, open_image
from csdlib.tables import ImageTable
from csdlib.texts import one_form

#: What a side may be: a picture, a folder, a table (see ``pictures``), a folder that ``embed`` wrote, a picture in
#: memory, what gives several pictures (a list, a generator), or what csdlib itself makes of them.
Source = ImageLike | Iterable[ImageLike] | ImageTable | Embeddings


@dataclass(frozen=True)
class Side:
    """Pictures with their descriptors.

    Attributes:
        names: (n,) ids of all pictures, also of those that could not be read.
        groups: (n,) the style that each belongs to; empty where it belongs to none.
        embeddings: of those that could be read.
        rows: (n,) the row of each picture in ``embeddings``; -1 where it could not be read.
        notes: (n,) why it could not be read; empty where it could.
        sizes: (n, 2) width and height in pixels; not a number where they are not known.
        left_out: what lies beside the pictures and is none: reason -> count.
    """

    names: np.ndarray
    groups: np.ndarray
    embeddings: Embeddings
    rows: np.ndarray
    notes: np.ndarray
    sizes: np.ndarray
    left_out: dict[str, int]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def in_order(self) -> np.ndarray:
        """The numbers of the pictures that could be read, in the order of the embeddings."""
        readable = np.flatnonzero(self.rows >= 0)
        return readable[np.argsort(self.rows[readable])]

    @property
    def files(self) -> list[str]:
        """The files of the pictures that could be read, links followed, in the order of the embeddings; else empty."""
        if not isinstance(self.embeddings, Embedded):
            return [""] * len(self.embeddings)
        table = self.embeddings.table
        return [os.path.realpath(table.path(row)) for row in range(len(table))]

    def rows_of(self, other: "Side") -> np.ndarray:
        """Where the readable pictures of another side stand in the embeddings of this one; -1 where they do not.

        A file is one picture, whatever folder, list or link leads to it; what is no file goes by collection and id.
        """
        places = {file: row for row, file in enumerate(self.files) if file}
        by_file = np.array([places.get(file, -1) for file in other.files])
        return np.where(by_file < 0, self.embeddings.rows_of(other.embeddings), by_file)

    def lost(self, descriptor: Descriptor) -> np.ndarray:
        """The share of each picture that a descriptor never sees, (n,) in [0, 1].

        It is not a number where it is not known, or where the picture cannot be read.
        """
        shares = np.array([descriptors.share_lost(descriptor, width, height) for width, height in self.sizes.tolist()])
        return np.where(self.rows < 0, np.nan, shares)

    @property
    def counts(self) -> dict[str, Any]:
        """How many pictures there are, how many could be read, and what was left out, by the reason."""
        return {"pictures": len(self), "read": int((self.rows >= 0).sum()), "left out": self.missing}

    @property
    def ungrouped(self) -> dict[str, int]:
        """What cannot be used where groups are asked for, as reason -> count."""
        count = int(((self.groups == "") & (self.rows >= 0)).sum())
        return {"pictures that are in no group": count} if count else {}

    @property
    def missing(self) -> dict[str, int]:
        """All that has no descriptor, as reason -> count."""
        broken = Counter(self.notes[self.rows < 0].tolist())
        return self.left_out | {f"pictures that cannot be read ({reason})": n for reason, n in sorted(broken.items())}


def measuring(descriptor: str | Descriptor, preprocessing: str = "own", **options: Any) -> Descriptor:
    """What a collection is described by.

    Args:
        descriptor: a name of ``list_descriptors()``, or a descriptor, whose metric is cosine.
        preprocessing: see ``PREPROCESSING``.
        options: of ``load``, where the descriptor is given by name.

    Raises:
        InputError: an unknown name or option, or a descriptor that has no cosine, or has to be fitted first.
    """
    if not isinstance(descriptor, str) and options:
        raise InputError(f"{', '.join(options)}: options of load; give the descriptor by name, or load it with them")
    found = load(descriptor, **options) if isinstance(descriptor, str) else descriptor
    require_descriptor(found)
    if found.metric != "cosine":
        raise InputError(f"a score is a cosine, and {found.name} has none: choose a descriptor with metric cosine")
    if isinstance(found, Fittable):
        raise InputError(f"{found.name} has to be fitted on a database first: choose a descriptor that is ready")
    return descriptors.preprocessed(found, preprocessing)


def made_by(descriptor: Descriptor) -> dict[str, Any]:
    """What has to be said of a descriptor so that its numbers can be made again."""
    inner = getattr(descriptor, "inner", descriptor)
    return {
        "csdlib": __version__,
        "descriptor": descriptor.name,
        "weights": getattr(inner, "weights_hash", "none: handmade"),
        "fingerprint": descriptor.fingerprint,
        "preprocessing": descriptors.preprocessing_of(descriptor),
        "size": getattr(inner, "size", None),
        "precision": str(getattr(inner, "dtype", "float32")).removeprefix("torch."),
        "device": str(descriptor.device),
    }


def describe(source: Source, descriptor: Descriptor, *, batch_size: int = 64, progress: bool = True) -> Side:
    """Describes what somebody points at; each picture once, and once for all: files are known by size and time.

    Args:
        source: see ``Source``.
        descriptor: what describes it, with metric cosine.
        batch_size: pictures that are encoded together.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: nothing there, nothing that could be read, or saved embeddings of another descriptor.
    """
    source = settled(source)
    if isinstance(source, Embeddings):
        return _saved(source, descriptor)
    if isinstance(source, list) and not all(isinstance(each, str | os.PathLike) for each in source):
        return _unnamed(source, descriptor, batch_size)
    table = source if isinstance(source, ImageTable) else pictures(cast(AnyPath, source))
    found = embed(table, descriptor, batch_size=batch_size, cache=cache_folder() / "embeddings", progress=progress)
    names = table.ids
    paths = [table.path(row) for row in range(len(table))]
    # Where a folder lies is nobody's business who reads the table.
    notes = [
        found.skipped.get(str(name), "").removeprefix(f"{path}: ") for name, path in zip(names, paths, strict=True)
    ]
    sizes = np.array([(np.nan, np.nan) if note else _size(path) for path, note in zip(paths, notes, strict=True)])
    left_out: dict[str, int] = table.manifest.get("left_out", {})
    groups, rows = table.column("artist"), found.rows_of(table)
    return Side(names, groups, found, rows, np.array(notes, dtype=object), sizes, left_out)


def settled(source: Source) -> Source:
    """What can be read more than once: pictures in memory, or what gives pictures, as a list; embeddings as such."""
    if isinstance(source, str | os.PathLike):
        path = at_home(source)
        return Embeddings.load(path) if (path / "embeddings.json").is_file() else source
    if isinstance(source, ImageTable | Embeddings):
        return source
    one = isinstance(source, bytes | np.ndarray | Tensor | Image.Image) or hasattr(source, "read")
    listed = [cast(ImageLike, source)] if one or not isinstance(source, Iterable) else list(source)
    if not listed:
        raise InputError("an empty list of pictures")
    return listed


def _unnamed(images: list[ImageLike], descriptor: Descriptor, batch_size: int) -> Side:
    """Pictures in memory are called by their numbers; those of another side are others, though the numbers are not."""
    names = np.array([str(number) for number in range(len(images))])
    items = ((name, partial(open_image, image)) for name, image in zip(names.tolist(), images, strict=True))
    found = encode_items(items, descriptor, batch_size, collection=f"in memory {uuid4().hex}")
    if not len(found):
        raise InputError(f"no picture could be read: {next(iter(found.skipped.values()))}")
    notes = np.array([found.skipped.get(name, "") for name in names.tolist()], dtype=object)
    sizes = np.array([_size(image) for image in images])
    rows = _places(found, names)
    return Side(names, np.full(len(names), ""), found, rows, notes, sizes, {})


def _saved(found: Embeddings, descriptor: Descriptor) -> Side:
    """Embeddings that were made before; where no table tells groups, a name's first folder is its group."""
    if found.fingerprint != descriptor.fingerprint:
        raise InputError(
            f"the saved embeddings are not by {descriptor.name} as it is loaded here (fingerprints "
            f"{found.fingerprint[:8]} and {descriptor.fingerprint[:8]}): name the descriptor, the precision and the "
            "preprocessing that made them, or embed the pictures again"
        )
    if not len(found):
        raise InputError("the saved embeddings are empty")
    names = [*found.ids.tolist(), *found.skipped]
    groups = [one_form(name.partition("/")[0]) if "/" in name else "" for name in names]
    sizes, left_out = [(float("nan"), float("nan"))] * len(names), {}
    if isinstance(found, Embedded):
        table, left_out = found.table, found.table.manifest.get("left_out", {})
        groups[: len(found)] = table.column("artist").tolist()
        sizes[: len(found)] = [_size(table.root / path) for path in table.frame["path"].tolist()]
    broken = [reason.rpartition(f"{name}: ")[2] for name, reason in found.skipped.items()]
    notes = np.array([""] * len(found) + broken, dtype=object)
    rows = np.where(notes == "", np.arange(len(names)), -1)
    whole = replace(found, vectors=np.asarray(found.vectors, np.float32))
    return Side(np.array(names, dtype=str), np.array(groups, dtype=str), whole, rows, notes, np.array(sizes), left_out)


def _places(found: Embeddings, names: np.ndarray) -> np.ndarray:
    places = {name: row for row, name in enumerate(found.ids.tolist())}
    return np.array([places.get(name, -1) for name in names.tolist()])


def _size(image: ImageLike) -> tuple[float, float]:
    """Width and height; of a picture that cannot be read they are not known, and why is said where it is described."""
    try:
        if isinstance(image, str | os.PathLike):
            with Image.open(image) as opened:
                return opened.size
        return (image if isinstance(image, Image.Image) else open_image(image)).size
    # On a broken or hostile file Pillow raises almost anything.
    except Exception:  # noqa: BLE001
        return float("nan"), float("nan")
