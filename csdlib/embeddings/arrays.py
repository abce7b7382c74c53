"""Descriptors of many images as one array: checked at the door, kept on the disk, memory-mapped."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import InitVar, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

import numpy as np
import pandas as pd

from csdlib.errors import InputError, unknown
from csdlib.files import AnyPath, atomic_path, stored_arrays, text_hash
from csdlib.tables import ImageTable, collection_of

# Not needed to run: who only searches does not wait for the libraries of all descriptors, nor hold them in memory.
if TYPE_CHECKING:
    from csdlib.descriptors.protocol import Metric


#: Numbers of a piece of the vectors, when all of them may be too many for the memory: 256 MB in 32 bit.
PIECE = 2**26


@dataclass(frozen=True)
class Embeddings:
    """Descriptors of many images.

    Made of arrays from outside, every row is read and checked. What is made of checked rows (a part, a saved copy) says
    so with ``checked=True``, and only ids and lengths are looked at: the rows of ten million images are 20 GB.

    An image is known by its collection and its id: what is called 001.png in two folders are two images, even where
    one file is a copy of the other.

    Attributes:
        vectors: (n, d) float32, or float16 on the disk; rows of unit norm if ``metric`` is cosine.
        ids: (n,) image ids, unique within a collection.
        fingerprint: of the descriptor that made them.
        metric: cosine (higher product = more alike) or l2 (lower distance = more alike).
        skipped: image id -> reason, for images that could not be read.
        collections: (n,) the name of each image's collection, see ``ImageTable``. By default it is empty, which says
            that nobody knows: then ids alone decide.

    Raises:
        InputError: lengths that differ, an id that stands twice, an unknown metric, a vector that is not finite, or,
            for cosine, one whose norm is not 1.
    """

    vectors: np.ndarray
    ids: np.ndarray
    fingerprint: str
    metric: "Metric"
    skipped: dict[str, str] = field(default_factory=dict)
    collections: "pd.Categorical[Any]" = field(default=None, kw_only=True)  # type: ignore[arg-type]
    checked: InitVar[bool] = field(default=False, kw_only=True)

    def __post_init__(self, checked: bool) -> None:
        # Numbers as ids would become texts when saved, and no longer be equal to themselves.
        object.__setattr__(self, "ids", np.asarray(self.ids, dtype=str))
        if self.collections is None:
            object.__setattr__(self, "collections", same_collection("", len(self.ids)))  # type: ignore[unreachable]
        if self.metric not in ("cosine", "l2"):
            raise unknown("metric", self.metric, ["cosine", "l2"])
        if self.vectors.ndim != 2 or not len(self.vectors) == len(self.ids) == len(self.collections):
            raise InputError(f"need vectors (n, d) and n ids, got {self.vectors.shape} and {len(self.ids)}")
        several = len(self.collections.categories) > 1
        twice = (_pairs(self.ids, self.collections) if several else pd.Index(self.ids)).duplicated()
        if twice.any():
            raise InputError(f"the image id {str(self.ids[np.argmax(twice)])!r} stands twice in the embeddings")
        if not checked:
            self._check_vectors()

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def content_hash(self) -> str:
        """A SHA-256 over what the vectors are, whose, and their numbers."""
        names = text_hash(self.fingerprint, self.metric, *self.collections.categories, *self.ids)
        digest = hashlib.sha256(names.encode())
        digest.update(self.collections.codes.tobytes())
        for _, piece in self.pieces():
            digest.update(piece.data.cast("B"))
        return digest.hexdigest()

    def pieces(self, numbers: int = PIECE) -> Iterator[tuple[int, np.ndarray]]:
        """The vectors in pieces that fit into memory: the row that a piece begins with, and its rows in float32."""
        step = max(1, numbers // max(1, self.vectors.shape[1]))
        for start in range(0, len(self), step):
            yield start, np.ascontiguousarray(self.vectors[start : start + step], dtype=np.float32)

    def take(self, rows: slice | np.ndarray) -> "Embeddings":
        """The given rows in float32; of a memory-mapped array no others are read."""
        vectors = np.asarray(self.vectors[rows], dtype=np.float32)
        own = self.collections[rows]
        return Embeddings(
            vectors, self.ids[rows], self.fingerprint, self.metric, self.skipped, checked=True, collections=own
        )

    def of(self, table: ImageTable) -> "Embedded":
        """The embeddings of a table's images, in the table's order; with the table, without images that have none.

        Raises:
            InputError: none of the table's images is here.
        """
        places = self.rows_of(table)
        rows = np.flatnonzero(places >= 0)
        if not len(rows):
            namesakes = np.isin(table.ids, self.ids).any()
            advice = f"; what is called so is not of {table.root}: if it was moved there, load it with root="
            raise InputError(f"none of the table's images has an embedding{advice if namesakes else ''}")
        vectors, kept = self.take(places[rows]).vectors, table.take(rows)
        return Embedded(
            vectors,
            kept.ids,
            self.fingerprint,
            self.metric,
            self.skipped,
            checked=True,
            collections=same_collection(table.collection, len(kept)),
            table=kept,
        )

    def rows_of(self, images: "Embeddings | ImageTable") -> np.ndarray:
        """Where other images stand here: (m,) int64, the row of each; -1 where it is not here.

        Example:
            >>> here, there = (
            ...     Embeddings(np.eye(2), np.array(ids), "x", "cosine", collections=same_collection("mine", 2))
            ...     for ids in (["a", "b"], ["b", "c"])
            ... )
            >>> here.rows_of(there)
            array([ 1, -1])
        """
        asked = (
            images.collections if isinstance(images, Embeddings) else same_collection(images.collection, len(images))
        )
        ours, theirs = set(self.collections.categories), set(asked.categories)
        own = pd.Index(self.ids)
        one = ours == theirs and len(ours) == 1
        # Of whose images nobody knows, the ids decide, if they tell ours apart.
        unknown = {""} in (ours, theirs) and own.is_unique
        if one or unknown:
            return own.get_indexer(pd.Index(images.ids))
        return _pairs(self.ids, self.collections).get_indexer(_pairs(images.ids, asked))

    def save(self, folder: AnyPath, dtype: Literal["float32", "float16"] = "float32") -> None:
        """Writes the embeddings into a folder: vectors, ids, and ``embeddings.json``, which names the two others.

        Args:
            folder: made if needed; embeddings that it held are replaced when the new ones are whole.
            dtype: float16 takes half the space and moves a cosine by less than 0.001.

        Raises:
            InputError: float16 cannot hold the numbers.
        """
        save_parts([self], self.vectors.shape, folder, dtype)

    @classmethod
    def load(cls, folder: AnyPath, *, root: AnyPath | None = None) -> "Embeddings":
        """Reads saved embeddings; the vectors stay on the disk, memory-mapped, as they were saved.

        Args:
            folder: where ``save`` wrote them.
            root: the folder that their pictures lie in by now, if they were moved or are another machine's.

        Raises:
            InputError: a file is missing, cut, or does not belong to the others.
        """
        folder = Path(folder)
        try:
            made = json.loads((folder / "embeddings.json").read_text())
            names = pd.read_parquet(folder / Path(made["ids"]).name)
            vectors = np.load(folder / Path(made["vectors"]).name, mmap_mode="r", allow_pickle=False)
            # Saved before there were collections, they are nobody knows whose.
            stored = pd.Categorical(names["collection"] if "collection" in names else [""] * len(names))
            return cls(
                vectors,
                names["image_id"].to_numpy(dtype=str),
                made["fingerprint"],
                made["metric"],
                made["skipped"],
                checked=True,
                collections=stored if root is None else same_collection(collection_of(root), len(names)),
            )
        except InputError as error:
            raise InputError(f"{folder}: {error}") from error
        except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
            raise InputError(f"{folder}: no whole saved embeddings ({error}); make them again") from error

    def _check_vectors(self) -> None:
        for start, piece in self.pieces():
            norms = np.sqrt(np.einsum("nd,nd->n", piece, piece))
            self._refuse(~np.isfinite(norms), start, "is not finite")
            if self.metric == "cosine":
                self._refuse(abs(norms - 1) > 1e-3, start, "does not have unit norm, which cosine needs")

    def _refuse(self, wrong: np.ndarray, start: int, reason: str) -> None:
        if wrong.any():
            raise InputError(f"the descriptor of image {str(self.ids[start + np.argmax(wrong)])!r} {reason}")


@dataclass(frozen=True)
class Embedded(Embeddings):
    """Descriptors of a table's images, and the table.

    Attributes:
        table: the images that could be read, one a row of ``vectors``.

    Raises:
        InputError: as ``Embeddings``, or a table of other images.
    """

    table: ImageTable = field(kw_only=True)

    def __post_init__(self, checked: bool) -> None:
        super().__post_init__(checked)
        if not np.array_equal(self.ids, self.table.ids):
            raise InputError("the embeddings are of other images than the table: embed the table, or use .of(table)")


def same_collection(name: str, count: int) -> "pd.Categorical[Any]":
    """The name of their collection, for each of so many images: a byte each, however long it is."""
    return pd.Categorical.from_codes(np.zeros(count, dtype=np.int8), pd.Index([name]))


def _pairs(ids: np.ndarray, collections: "pd.Categorical[Any]") -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([collections.astype(object), ids])


def save_parts(parts: Iterable[Embeddings], shape: tuple[int, ...], folder: AnyPath, dtype: str) -> None:
    """Writes embeddings that come in parts, of which only one has to be in memory; see ``Embeddings.save``.

    Args:
        parts: of one descriptor, with ids that do not stand in another part.
        shape: (n, d) of all together.
        folder: where to.
        dtype: of the vectors on the disk.

    Raises:
        InputError: parts of two descriptors, of other shapes, or with numbers that the dtype cannot hold.
    """
    # New names each time: the one file that is written last decides which vectors belong to which ids.
    folder = Path(folder)
    token = uuid4().hex[:8]
    names = {"vectors": f"vectors-{token}.npy", "ids": f"ids-{token}.parquet"}
    names_of: list[pd.DataFrame] = []
    skipped: dict[str, str] = {}
    kinds: set[tuple[str, Metric]] = set()
    start = 0
    with atomic_path(folder / names["vectors"]) as path:
        vectors = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)
        for part in parts:
            kinds.add((part.fingerprint, part.metric))
            for row, piece in part.pieces():
                if abs(piece).max() > np.finfo(dtype).max:
                    raise InputError(f"{folder}: numbers that are too large for {dtype}: save them as float32")
                vectors[start + row : start + row + len(piece)] = piece
            start += len(part)
            names_of.append(pd.DataFrame({"image_id": part.ids, "collection": part.collections}))
            skipped |= part.skipped
        vectors.flush()
        if len(kinds) != 1 or start != shape[0]:
            raise InputError(
                f"{folder}: parts of {len(kinds)} descriptors with {start} vectors, expected 1 and {shape[0]}"
            )
    with atomic_path(folder / names["ids"]) as path:
        joined = pd.concat(names_of, ignore_index=True)
        joined.astype({"collection": "category"}).to_parquet(path, index=False)
    ((fingerprint, metric),) = kinds
    with atomic_path(folder / "embeddings.json") as path:
        made = {"fingerprint": fingerprint, "metric": metric, "skipped": skipped}
        path.write_text(json.dumps(made | names, indent=1))
    for old in {*folder.glob("vectors-*.npy"), *folder.glob("ids-*.parquet")} - {
        folder / name for name in names.values()
    }:
        old.unlink(missing_ok=True)


def load_part(path: AnyPath) -> Embeddings | None:
    """A stored part; None where there is none, or where it is damaged: then it has to be computed again."""
    stored = stored_arrays(path)
    try:
        if stored is None:
            return None
        skipped = dict(zip(stored["skipped"].tolist(), stored["reasons"].tolist(), strict=True))
        made: tuple[str, Metric] = stored["fingerprint"].item(), stored["metric"].item()
        whose = same_collection(stored["collection"].item(), len(stored["ids"]))
        return Embeddings(stored["vectors"], stored["ids"], *made, skipped, checked=True, collections=whose)
    except (KeyError, ValueError):
        return None


def save_part(part: Embeddings, path: AnyPath) -> None:
    """Stores a part of one collection, whole or not at all."""
    (collection,) = part.collections.categories
    skipped, reasons = (np.array(list(texts), dtype=str) for texts in (part.skipped, part.skipped.values()))
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            vectors=part.vectors,
            ids=part.ids,
            fingerprint=np.array(part.fingerprint),
            metric=np.array(part.metric),
            collection=np.array(collection),
            skipped=skipped,
            reasons=reasons,
        )
