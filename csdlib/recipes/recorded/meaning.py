"""What a score means, recorded: one table a question, all by one command."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType

from csdlib.errors import lookup, require_names
from csdlib.files import AnyPath
from csdlib.recipes.recorded.fooled import record_fooled
from csdlib.recipes.recorded.pair_statistics import record_pair_statistics
from csdlib.recipes.recorded.palettes import record_palettes
from csdlib.recipes.recorded.results import Recorded
from csdlib.recipes.recorded.set_sizes import record_set_sizes
from csdlib.recipes.recorded.strengths import record_strengths
from csdlib.recipes.recorded.style_shares import record_style_shares

#: What records a table: given the output, and the folder of real pictures or None, and the command that makes it again.
Recorder = Callable[[Path, AnyPath | None, str], Recorded]

#: The tables by name; their files are ``meaning_NAME.csv`` and ``.json``.
TABLES: MappingProxyType[str, Recorder] = MappingProxyType(
    {
        "set_size": lambda output, _root, command: record_set_sizes(output, command=command),
        "content": lambda output, root, command: record_style_shares(output, root, command=command),
        "conditions": lambda output, root, command: record_strengths(output, root, command=command),
        "palettes": lambda output, _root, command: record_palettes(output, command=command),
        "pairs": lambda output, _root, command: record_pair_statistics(output, command=command),
        "fooled": lambda output, root, command: record_fooled(output, root, command=command),
    }
)


def record_meaning(
    folder: AnyPath, root: AnyPath | None = None, *, tables: Sequence[str] | None = None, command: str = ""
) -> list[Path]:
    """Records what moves a score beside style, and what a pair says: sizes of sets, content, picture states, malice.

    Args:
        folder: where the tables go.
        root: folder with ``wikiart.csv``, Stable Diffusion's table and the pictures; without it, real pictures enter
            only by the numbers that ship of them.
        tables: names of ``TABLES``; by default all.
        command: what makes them again.

    Returns:
        the csv files.

    Raises:
        InputError: an unknown table, or one of the pictures is missing.
    """
    recorders = {name: lookup("table", name, TABLES) for name in require_names("tables", tables, TABLES)}
    outputs = []
    for name, recorder in recorders.items():
        outputs.append(Path(folder) / f"meaning_{name}.csv")
        recorder(outputs[-1], root, command)
    return outputs
