"""What several chapters of the book look at, drawn and embedded once: ``python -m csdlib.recipes.shared``.

The chapters would do it themselves, one by one and each while others wait; the driver has it done before the first.
"""

from joblib import Parallel, delayed

from csdlib.datasets.registry import load_dataset
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import cache_folder
from csdlib.generation.studies import works_of
from csdlib.tables import ImageTable

BENCHMARKED = ("csd-tiny", "clip-tiny", "gram-clip-tiny", "colour", "gram", "random-tiny")
STUDIED = ("csd-tiny", "clip-tiny", "colour", "gram")


def make_shared() -> None:
    """Draws the exhibition and the domains in the sizes that chapters show, and embeds them by what they compare."""
    works = works_of("atelier")
    judged = [load_dataset(name).where(split=["query", "database"]) for name in ("atelier", "atelier-domains")]
    jobs = [(works, name) for name in STUDIED] + [(table, name) for table in judged for name in BENCHMARKED]
    # Two processes of one thread each: small towers and decoding leave half of a second thread idle.
    Parallel(n_jobs=2)(delayed(_embed)(table, name) for table, name in jobs)


def _embed(table: ImageTable, name: str) -> None:
    embed(table, load(name), cache=cache_folder() / "embeddings", progress=False)


if __name__ == "__main__":
    make_shared()
