"""Data sets on the Hugging Face hub: single files, fetched once, and parquet tables read piece by piece."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError
from pyarrow import ArrowException

from csdlib.errors import InputError, reason
from csdlib.files import AnyPath


def hub_file(repository: str, name: str, folder: AnyPath, *, size: str, otherwise: str = "") -> Path:
    """A file of a data set: where the user has put it, or from the hub.

    Args:
        repository: owner and name on the hub.
        name: path of the file in the repository.
        folder: where a user without a network puts the file, under the same path.
        size: of the file, in words.
        otherwise: what else the user can do, for the message.

    Raises:
        InputError: no such file, and no download; the message says what to fetch, and where to put it.
    """
    folder = Path(folder)
    own = folder / name
    if own.is_file():
        return own
    try:
        return Path(hf_hub_download(repository, name, repo_type="dataset"))
    except (OSError, HfHubHTTPError, ValueError, ImportError) as error:
        address = f"https://huggingface.co/datasets/{repository}/resolve/main/{name}"
        todo = f"Fetch {address} ({size}) and put it at {own}{otherwise}"
        raise InputError(f"{repository}: no download ({reason(error)}). {todo}") from error


def parquet_batches(
    table: AnyPath, columns: Sequence[str], *, limit: int = 0, batch: int = 256
) -> Iterator[list[dict[str, Any]]]:
    """Batches of a table's rows; the table is never in memory as a whole.

    Args:
        table: the parquet file.
        columns: the columns that are read.
        limit: rows that are read, from the beginning; 0 reads all.
        batch: rows at a time.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    try:
        with pq.ParquetFile(table) as stored:
            found = stored.schema_arrow.names
            missing = [name for name in columns if name not in found]
            if missing:
                raise InputError(f"{table}: column {missing[0]!r} is missing; it has {', '.join(found)}")
            parts = stored.iter_batches(batch, columns=list(columns))
            rows = islice((row for part in parts for row in part.to_pylist()), limit or None)
            while taken := list(islice(rows, batch)):
                yield taken
    except (ArrowException, OSError) as error:
        raise InputError(f"{table}: cannot be read as parquet ({error})") from error
