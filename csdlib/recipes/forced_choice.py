"""The test that readers of the book take, and its class reads: who made this, of four?"""

from dataclasses import replace

from csdlib.datasets.registry import load_dataset
from csdlib.files import AnyPath
from csdlib.recipes.atelier_pictures import repainted
from csdlib.similarity.choices import Choices, draw_choices


def style_test(
    dataset: str = "atelier", root: AnyPath = "", *, trials: int = 20, side: int = 192, seed: int = 31
) -> Choices:
    """Trials of four candidates, by artists whom no shipped descriptor has learned from, where the data set names them.

    The atelier's works are those of the exhibition that nothing trains on (queries and database), painted anew in the
    size in which readers see them.

    Args:
        dataset: a name of ``csdlib.load_dataset``.
        root: folder of the data set, for all but the atelier.
        trials: how many.
        side: of the atelier's pictures, in pixels.
        seed: of the draw; the same data, seed and number of trials are the same test.

    Raises:
        InputError: as ``load_dataset`` and ``draw_choices``.
    """
    table = load_dataset(dataset, root=root).where(split=["query", "database"])
    if unseen := table.manifest.get("unseen"):
        table = table.where(artist=unseen)
    choices = draw_choices(table, trials, seed=seed)
    return replace(choices, table=repainted(choices.table, side)) if dataset == "atelier" else choices
