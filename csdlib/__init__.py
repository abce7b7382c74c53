"""Measuring style similarity: contrastive style descriptors (CSD, arXiv:2404.01292) and what surrounds them.

>>> import csdlib
>>> csdlib.load("colour").metric
'cosine'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from csdlib.benchmark import Retrieval, evaluate_embeddings, evaluate_retrieval
    from csdlib.datasets import load_dataset
    from csdlib.descriptors import list_descriptors, load, register
    from csdlib.embeddings import Embeddings, embed
    from csdlib.errors import InputError
    from csdlib.files import data_path
    from csdlib.similarity import Score, style_similarity
    from csdlib.tables import ImageTable

__version__ = "0.1.0"

_HOME = {
    "Embeddings": "embeddings",
    "ImageTable": "tables",
    "InputError": "errors",
    "Retrieval": "benchmark",
    "Score": "similarity",
    "data_path": "files",
    "embed": "embeddings",
    "evaluate_embeddings": "benchmark",
    "evaluate_retrieval": "benchmark",
    "list_descriptors": "descriptors",
    "load": "descriptors",
    "load_dataset": "datasets",
    "register": "descriptors",
    "style_similarity": "similarity",
}

__all__ = [
    "Embeddings",
    "ImageTable",
    "InputError",
    "Retrieval",
    "Score",
    "data_path",
    "embed",
    "evaluate_embeddings",
    "evaluate_retrieval",
    "list_descriptors",
    "load",
    "load_dataset",
    "register",
    "style_similarity",
]


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used: the atelier's painters start without waiting for torch."""
    if name not in _HOME:
        raise AttributeError(f"module 'csdlib' has no attribute {name!r}")
    return getattr(import_module(f"csdlib.{_HOME[name]}"), name)
