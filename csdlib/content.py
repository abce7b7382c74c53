"""Content: is it in the pictures, and does a style descriptor still look at it?

A small classifier learns subjects from some painters, and names them in others' work. And among the works of one
artist, where style cannot help, a descriptor that pairs pictures by subject looks at content.
"""

import time
from collections import Counter
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from csdlib.descriptors import Descriptor
from csdlib.embeddings import embed
from csdlib.errors import InputError
from csdlib.intervals import bootstrap
from csdlib.subject_classifier import SubjectClassifier, train_subject_classifier
from csdlib.tables import ImageTable


def content_accuracy(table: ImageTable, *, epochs: int = 16, seed: int = 0) -> dict[str, Any]:
    """Trains a classifier of subjects on the artists whom descriptors see, and tests it on the others.

    Args:
        table: images of one size with their ``content``; ``manifest["unseen"]`` names the artists that are put aside.
        epochs: passes over the training images.
        seed: of the weights, the batches and the augmentation.

    Returns:
        ``accuracy`` in [0, 1] with ``low`` and ``high`` (95 % bootstrap interval over artists), the tested ``artists``
        and ``images``, ``training_images``, ``confused`` (the most frequent mistakes), and ``seconds``.

    Raises:
        InputError: the table names no unseen artist, or nobody else.
    """
    started = time.perf_counter()
    unseen = table.frame["artist"].isin(table.manifest.get("unseen", [])).to_numpy()
    if unseen.all() or not unseen.any():
        raise InputError("content_accuracy needs artists who are unseen (manifest['unseen']), and others to learn from")
    model = train_subject_classifier(table.take(np.flatnonzero(~unseen)), epochs=epochs, seed=seed)
    found = judged_content(model, table.take(np.flatnonzero(unseen)))
    seconds = round(time.perf_counter() - started)
    return found | {"training_images": int((~unseen).sum()), "seconds": seconds}


def judged_content(classifier: SubjectClassifier, test: ImageTable) -> dict[str, Any]:
    """How often a classifier names the right subject.

    Args:
        classifier: what is judged.
        test: pictures with ``artist`` and ``content``.

    Returns:
        ``accuracy`` in [0, 1] with ``low`` and ``high`` (95 % bootstrap interval over artists), the ``artists``,
        ``images`` and ``confused`` (the most frequent mistakes).
    """
    guesses, truth = classifier.guess(test), test.frame["content"].to_numpy(dtype=str)
    estimate = bootstrap((guesses == truth).astype(float), groups=test.frame["artist"].to_numpy(dtype=str))
    return {
        "accuracy": round(estimate.value, 4),
        "low": round(estimate.low, 4),
        "high": round(estimate.high, 4),
        "artists": estimate.n,
        "images": len(test),
        "confused": _confused(guesses.tolist(), truth.tolist()),
    }


def content_leakage(table: ImageTable, descriptor: Descriptor) -> np.ndarray:
    """Whether the most similar other work of the same artist shows the same content.

    Style is held fixed, so a pure style descriptor would find the same content as often as chance; more is leakage.

    Args:
        table: images with ``artist`` and ``content``.
        descriptor: what is asked.

    Returns:
        (n,) float64 in {0, 1}, in the order of the images that could be read; the mean is a share, lower is better.

    Raises:
        InputError: an artist with a single image.
    """
    found, kept = embed(table, descriptor, progress=False).of(table)
    content = kept.frame["content"].to_numpy(dtype=str)
    same = np.zeros(len(kept))
    for artist, works in kept.frame.reset_index(drop=True).groupby("artist").groups.items():
        if len(works) < 2:
            raise InputError(f"artist {artist!r} has a single image: there is no other work to look for")
        vectors = found.vectors[works]
        nearness = vectors @ vectors.T if found.metric == "cosine" else -cdist(vectors, vectors)
        np.fill_diagonal(nearness, -np.inf)
        same[works] = content[works] == content[works][nearness.argmax(axis=1)]
    return same


def _confused(guesses: list[str], truth: list[str], most: int = 5) -> list[str]:
    wrong = Counter(f"{name} taken for {guess}" for guess, name in zip(guesses, truth, strict=True) if guess != name)
    return [f"{text}: {count}" for text, count in wrong.most_common(most)]
