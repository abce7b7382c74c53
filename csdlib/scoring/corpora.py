"""The corpora on which scores are read: those that ship, and anybody's own folder."""

import numpy as np

from csdlib.descriptors.protocol import Descriptor
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import AnyPath, at_home, data_path
from csdlib.scoring.sides import describe
from csdlib.similarity.corpus import Corpus

#: Corpora that ship as numbers, for some descriptors each.
SHIPPED = {
    "paintings": "real paintings by artists whom csd-art has not seen",
    "atelier": "pictures of the atelier by painters whom csd-tiny has not seen",
}


def corpus(source: AnyPath, descriptor: Descriptor, *, batch_size: int = 64, progress: bool = True) -> Corpus:
    """A corpus whose makers are known.

    Args:
        source: the name of one that ships, or a folder with one subfolder an artist, a table of paths and groups, or
            saved embeddings.
        descriptor: with which it is, or was, described.
        batch_size: pictures that are encoded together.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: no such corpus, none for this descriptor and preprocessing, or too few pictures by known makers.
    """
    if str(source) in SHIPPED:
        found = shipped_corpus(str(source), descriptor)
        if found is None:
            raise InputError(
                f"corpus {str(source)!r} does not ship for {descriptor.name} as it is loaded here: give a folder of "
                "your own, with one subfolder an artist"
            )
        return found
    if not at_home(source).exists():
        raise InputError(
            f"unknown corpus {str(source)!r}: name {' or '.join(SHIPPED)}, or a folder with one subfolder an artist"
        )
    side = describe(source, descriptor, batch_size=batch_size, progress=progress)
    return Corpus(str(source), side.embeddings, side.groups[side.in_order], side.missing | side.ungrouped)


def shipped_corpus(name: str, descriptor: Descriptor) -> Corpus | None:
    """A corpus that ships; None where it does not for this descriptor, precision and preprocessing."""
    try:
        stored = Embeddings.load(data_path(f"models/corpora/{name}/{descriptor.name}"))
    except InputError:
        return None
    if stored.fingerprint != descriptor.fingerprint:
        return None
    artists = np.array([image.rpartition("/")[0] for image in stored.ids.tolist()])
    return Corpus(name, stored.take(slice(None)), artists)


def usual_corpus(descriptor: Descriptor) -> Corpus | None:
    """The first corpus that ships for a descriptor; None where there is none."""
    return next((found for name in SHIPPED if (found := shipped_corpus(name, descriptor))), None)


def scale_of(
    source: AnyPath | None, descriptor: Descriptor, *, batch_size: int = 64, progress: bool = True
) -> Corpus | None:
    """The corpus on which scores are read: for ``auto`` the one that ships, for None or ``none`` none, else ``corpus``.

    Raises:
        InputError: as ``corpus``.
    """
    if source is None or source == "none":
        return None
    if source == "auto":
        return usual_corpus(descriptor)
    return corpus(source, descriptor, batch_size=batch_size, progress=progress)


def calibration_said(scale: Corpus) -> str:
    """On what the likelihood ratios of a corpus stand, or why there are none."""
    if scale.uncalibrated:
        return f"none: {scale.uncalibrated}"
    return (
        f"{scale.calibration()}; likewise for as many as a picture has, up to {scale.most_references}. Each group is "
        "read as one artist, beside any other artist of the corpus: a close rival has higher ratios. Pictures of "
        "another origin, generated ones say, are shifted against it"
    )
