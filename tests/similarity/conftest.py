"""Descriptors around a centre."""

import numpy as np

from csdlib.embeddings.arrays import Embeddings


def unit(vectors: np.ndarray, prefix: str = "", fingerprint: str = "f") -> Embeddings:
    rows = np.asarray(vectors, dtype=np.float32)
    ids = np.array([f"{prefix}{row}" for row in range(len(rows))])
    return Embeddings(rows / np.linalg.norm(rows, axis=1, keepdims=True), ids, fingerprint, "cosine")


def around(centre: list[float], count: int, seed: int) -> np.ndarray:
    return np.array(centre) + 0.3 * np.random.default_rng(seed).normal(size=(count, len(centre)))


def painters(
    artists: int, works: int, seed: int, *, dim: int = 16, noise: float = 1.2, fingerprint: str = "f"
) -> tuple[Embeddings, np.ndarray]:
    """Works around the centres of artists, which are drawn at random."""
    random = np.random.default_rng(seed)
    centres = np.repeat(random.normal(size=(artists, dim)), works, axis=0)
    names = np.repeat([f"artist {number:03}" for number in range(artists)], works)
    return unit(centres + noise * random.normal(size=centres.shape), f"{seed}-", fingerprint), names
