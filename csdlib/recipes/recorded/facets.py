"""What descriptors know beside the artist, recorded: one table a question, all by one command."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType

from csdlib.errors import InputError, lookup, require_names
from csdlib.files import AnyPath
from csdlib.recipes.recorded.facet_worlds import DrawnWorlds
from csdlib.recipes.recorded.facets_drawn import record_layers, record_probes, record_shown
from csdlib.recipes.recorded.facets_real import record_real, record_times
from csdlib.recipes.recorded.results import Recorded

#: The tables of drawn pictures by name, and those of real paintings; their files are ``facets_NAME.csv``.
DRAWN: MappingProxyType[str, Callable[..., Recorded]] = MappingProxyType(
    {"shown": record_shown, "probes": record_probes, "layers": record_layers}
)
REAL: MappingProxyType[str, Callable[..., Recorded]] = MappingProxyType({"real": record_real, "times": record_times})


def record_facets(
    folder: AnyPath, root: AnyPath | None = None, *, tables: Sequence[str] | None = None, command: str = ""
) -> list[Path]:
    """Records what descriptors know of palette, light, marks, ground, composition, medium, movement, content and time.

    Args:
        folder: where the tables go.
        root: folder with ``wikiart.csv`` and the paintings; without it, only the tables of drawn pictures are made.
        tables: names of ``DRAWN`` and ``REAL``; by default all that can be made.
        command: what makes them again.

    Returns:
        the csv files.

    Raises:
        InputError: an unknown table, one of real paintings without ``root``, or a picture is missing.
    """
    all_tables = {**DRAWN, **REAL}
    worlds, outputs = DrawnWorlds(), []
    for name in require_names("tables", tables, DRAWN if root is None else all_tables):
        recorder = lookup("table", name, all_tables)
        if name in REAL and root is None:
            raise InputError(f"table {name!r} is of real paintings: say with root= where their wikiart.csv lies")
        outputs.append(Path(folder) / f"facets_{name}.csv")
        recorder(root if name in REAL else worlds, outputs[-1], command=command)
    return outputs
