"""What a name does that the text encoder has read and the generator has not: judged by descriptors that did not share.

The text encoder's painters are those of csd-tiny, so csd-tiny cannot tell what was read from what it knows itself. Two
judges can: colour, which learns nothing, and a descriptor that is trained here without another set of painters.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from shutil import rmtree

import pandas as pd

from csdlib.atelier import CROSSED, PAINTERS, UNSEEN, WITHHELD, atelier
from csdlib.descriptors.csd import CSD, random_tiny
from csdlib.descriptors.protocol import Descriptor
from csdlib.descriptors.registry import load
from csdlib.files import AnyPath
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import simple_prompts
from csdlib.generation.studies import study, works_of
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.ranking import recall_at_k
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.recipes.recorded.results import Recorded, rounded, unfinished, write_results
from csdlib.recipes.shipped.csd_tiny import CSD_TINY
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS
from csdlib.retrieval.benchmark import evaluate_retrieval
from csdlib.similarity.names import own_above_others
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig, fit

#: As csd-tiny's, for a shorter time.
READING = replace(CSD_TINY, steps=1500, batch_size=64)


def record_reading(
    output: AnyPath,
    config: TrainingConfig = READING,
    *,
    works_per_painter: int = 224,
    images: int = 8,
    seed: int = 5000,
    command: str = "",
    progress: bool = True,
) -> Recorded:
    """Trains the descriptor that does not know ``CROSSED``, and records what every painter's name does by three judges.

    A run that was killed goes on from the folder beside ``output``, which is removed at the end.

    Args:
        output: a csv file: a row for each judge, generator and painter, with ``effect`` (``own_above_others``, beside
            the other withheld painters' names), ``withheld``, ``read`` (by the text encoder) and ``known`` (by the
            judge). Beside it a json file says how it was made, and how well the trained judge finds painters whom it
            has not seen.
        config: the settings of its training, which starts from random weights: clip-tiny's have read the names.
        works_per_painter: pictures of each painter in its exhibition; half of them are learned from.
        images: generated pictures in each painter's name.
        seed: of the first of them.
        command: what makes it again.
        progress: show progress bars on the error stream.
    """
    started = time.perf_counter()
    exhibition = atelier(works_per_painter, seed=1, progress=progress)
    known = sorted(set(exhibition.frame["artist"]) - set(CROSSED))
    model = random_tiny(config.seed).model
    learned = exhibition.where(split="train", artist=known).tagged("artist")
    folder = unfinished(output)
    fit(model, learned, config, checkpoint=folder / "checkpoint.pt", progress=progress)
    judge = CSD(model, name="crossed", weights_hash="recorded")
    prompts = simple_prompts(atelier_artists(), images, seed=seed)
    made = {
        name: generate(name, prompts, guidance=GUIDANCE, steps=STEPS, progress=progress)
        for name in ("tiny-sd", "tiny-sd-withheld")
    }
    rows = [
        _effects(table, descriptor, strangers).assign(model=name)
        for descriptor, strangers in ((judge, CROSSED), (load("csd-tiny"), UNSEEN), (load("colour"), tuple(PAINTERS)))
        for name, table in made.items()
    ]
    facts = {"training": asdict(config), "works_per_painter": works_per_painter, "images": images, "seed": seed}
    facts |= {"right@1": rounded(_right(exhibition, judge)), "seconds": round(time.perf_counter() - started)}
    frame = pd.concat(rows, ignore_index=True).round(4)
    found = write_results(
        output, facts, frame, command=command, descriptors=("csd-tiny", "colour"), generated=made.values()
    )
    rmtree(folder)
    return found


def _effects(made: ImageTable, descriptor: Descriptor, strangers: Sequence[str]) -> pd.DataFrame:
    """What every painter's name does, by one judge, and who had met the painter."""
    seen = study(made, works_of("atelier"), descriptor)
    effect = own_above_others(seen.generated, seen.asked, seen.references, seen.painted, WITHHELD)
    return pd.DataFrame(
        {
            "judge": descriptor.name,
            "artist": effect.index,
            "withheld": effect.index.isin(WITHHELD),
            "read": ~effect.index.isin(UNSEEN),
            "known": ~effect.index.isin(strangers),
            "effect": effect.to_numpy(),
        }
    )


def _right(exhibition: ImageTable, judge: Descriptor) -> Estimate:
    """How often the judge finds another work of a painter whom it has not seen: the share of right nearest works."""
    strangers = exhibition.where(split=["query", "database"], artist=list(CROSSED))
    found = evaluate_retrieval(strangers, judge, k=1, progress=False)
    return recall_at_k(found.hits, 1, groups=found.labels)
