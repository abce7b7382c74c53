"""What several chapters of the book look at, made once before the first of them: ``python -m csdlib.recipes.shared``.

The chapters would draw, embed and generate it themselves, one by one, and each while others wait.
"""

from joblib import Parallel, delayed

from csdlib.datasets.registry import load_dataset
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.files import cache_folder
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import simple_prompts
from csdlib.generation.studies import asked_artists, works_of
from csdlib.tables import ImageTable

BENCHMARKED = ("csd-tiny", "clip-tiny", "gram-clip-tiny", "colour", "gram", "random-tiny")
STUDIED = ("csd-tiny", "clip-tiny", "colour", "gram")
GENERATORS = ("tiny-sd", "tiny-sd-withheld")
MADE_EACH, GUIDANCE, STEPS = 4, 4.0, 12


def make_shared() -> None:
    """Draws the exhibition and the domains in the sizes that chapters show, embeds them, and asks the generators."""
    works = works_of("atelier")
    judged = [load_dataset(name).where(split=["query", "database"]) for name in ("atelier", "atelier-domains")]
    jobs = [delayed(_generate)(works, model) for model in GENERATORS]
    jobs += [delayed(_embed)(works, name) for name in STUDIED]
    jobs += [delayed(_embed)(table, name) for table in judged for name in BENCHMARKED]
    # Two processes of one thread each: small towers and decoding leave half of a second thread idle.
    Parallel(n_jobs=2)(jobs)


def _generate(works: ImageTable, model: str) -> None:
    prompts = simple_prompts(asked_artists(works), MADE_EACH, seed=0)
    generate(model, prompts, guidance=GUIDANCE, steps=STEPS, progress=False)


def _embed(table: ImageTable, name: str) -> None:
    embed(table, load(name), cache=cache_folder() / "embeddings", progress=False)


if __name__ == "__main__":
    make_shared()
