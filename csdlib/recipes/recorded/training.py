"""The recipe of csd-tiny on real paintings: what a few thousand of them teach."""

from dataclasses import replace
from shutil import rmtree

from csdlib.datasets.wikiart.table import wikiart
from csdlib.files import AnyPath
from csdlib.recipes.recorded.results import Recorded, unfinished, write_results
from csdlib.recipes.shipped.csd_tiny import CSD_TINY, train_csd_tiny
from csdlib.training.csd import TrainingConfig

#: As csd-tiny, for fewer pictures.
REAL = replace(CSD_TINY, steps=400, batch_size=64)


def record_training(root: AnyPath, output: AnyPath, config: TrainingConfig = REAL, *, command: str = "") -> Recorded:
    """Trains csd-tiny on real paintings, without a fifth of the artists, and records how it finds that fifth.

    A run that was killed goes on from the folder beside ``output``, which is removed at the end.

    Args:
        root: folder with ``wikiart.csv`` and the images.
        output: a json file with what ``training.json`` of a shipped model holds. The weights are not kept.
        config: the settings.
        command: what makes it again.

    Raises:
        InputError: the table or an image is missing.
    """
    folder = unfinished(output)
    record = train_csd_tiny(wikiart(root), folder, config, unseen_share=0.2, command=command)
    found = write_results(output, record, command=command)
    rmtree(folder)
    return found
