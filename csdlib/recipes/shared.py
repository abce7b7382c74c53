"""What several chapters of the book look at, drawn and embedded once: ``python -m csdlib.recipes.shared``.

The chapters would do it themselves, one by one and each while others wait; the driver has it done before the first.
"""

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
    exhibition, works, domains = load_dataset("atelier"), works_of("atelier"), load_dataset("atelier-domains")
    for table, names in ((exhibition, BENCHMARKED), (domains, BENCHMARKED), (works, STUDIED)):
        _embed(table if table is works else table.where(split=["query", "database"]), names)


def _embed(table: ImageTable, names: tuple[str, ...]) -> None:
    for name in names:
        embed(table, load(name), cache=cache_folder() / "embeddings")


if __name__ == "__main__":
    make_shared()
