"""Whether subjects are drawn so that a classifier knows them in the work of painters whom it has not seen."""

from csdlib.atelier import atelier
from csdlib.files import AnyPath
from csdlib.generation.subjects import content_accuracy
from csdlib.recipes.recorded.results import Recorded, write_results


def record_content(
    output: AnyPath, *, works_per_painter: int = 84, size: int = 64, command: str = "", cache: AnyPath | None = None
) -> Recorded:
    """Records what ``content_accuracy`` finds in the exhibition.

    Args:
        output: a json file.
        works_per_painter: pictures of each painter.
        size: their side in pixels.
        command: what makes it again.
        cache: folder of the atelier's pictures.
    """
    found = content_accuracy(atelier(works_per_painter, size=size, cache=cache))
    return write_results(output, found | {"works_per_painter": works_per_painter, "size": size}, command=command)
