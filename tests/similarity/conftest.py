"""Descriptors around a centre."""

import numpy as np

from csdlib.embeddings.arrays import Embeddings


def unit(vectors: np.ndarray, prefix: str = "", fingerprint: str = "f") -> Embeddings:
    rows = np.asarray(vectors, dtype=np.float32)
    ids = np.array([f"{prefix}{row}" for row in range(len(rows))])
    return Embeddings(rows / np.linalg.norm(rows, axis=1, keepdims=True), ids, fingerprint, "cosine")


def around(centre: list[float], count: int, seed: int) -> np.ndarray:
    return np.array(centre) + 0.3 * np.random.default_rng(seed).normal(size=(count, len(centre)))
