"""ContraStyles: the authors' release of LAION-Styles, huggingface.co/datasets/tomg-group-umd/ContraStyles.

It is one ``train.parquet`` (103 MB, 497,901 rows, CC-BY-4.0) with six columns of text: ``key``, ``url``, ``caption``,
``md5``, ``tags`` and ``merged_tags`` (datasets-server.huggingface.co/info?dataset=tomg-group-umd%2FContraStyles).
The images are not in it: every reader fetches them from where they are on the web, as far as they still are.
"""

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pandas as pd
import pyarrow.parquet as pq
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from pyarrow import ArrowInvalid
from tqdm import tqdm

from csdlib.errors import InputError
from csdlib.files import atomic_path, cache_folder
from csdlib.images import open_image
from csdlib.tables import ImageTable

HUB = "tomg-group-umd/ContraStyles"
HUB_FILE = "train.parquet"
COLUMNS = ("key", "url", "caption", "md5", "tags", "merged_tags")

#: A picture of a web page is not larger; what is, is not read to its end.
MOST_BYTES = 50_000_000

#: Rows of the table that are in memory, and pictures that are fetched, at a time.
BATCH = 256


def contrastyles(
    cache: Path | None = None,
    *,
    limit: int = 1000,
    file: Path | None = None,
    workers: int = 16,
    timeout: float = 10,
    progress: bool = True,
) -> ImageTable:
    """The first images of ContraStyles that can still be fetched, with the authors' tags as styles.

    Captions stay beside the tags, so that one's own curation can be compared with the authors'. A second call finds
    what was fetched before, and asks again for what was not.

    Args:
        cache: folder for the pictures; by default ``contrastyles`` in the cache folder of csdlib.
        limit: rows of the table that are tried, from its beginning; 0 tries all (about half a million).
        file: the table, if it lies on this machine already.
        workers: pictures that are fetched at a time.
        timeout: seconds that a server has for an answer.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: no network and no ``file``, a table without the columns above, or no image that could be fetched.
    """
    if limit < 0:
        raise InputError(f"limit must be at least 0, got {limit}")
    folder = cache or cache_folder() / "contrastyles"
    table = file or _downloaded()
    counts: Counter[str] = Counter()
    kept: dict[str, dict[str, object]] = {}
    with tqdm(total=limit or None, desc="ContraStyles", unit="image", disable=not progress) as bar:
        for batch in _rows(table, limit):
            with ThreadPoolExecutor(workers) as pool:
                reasons = list(pool.map(lambda row: _fetch(row, folder, timeout), batch))
            for row, reason in zip(batch, reasons, strict=True):
                reason = reason or ("key stands twice" if row["key"] in kept else "")
                counts[reason] += bool(reason)
                kept |= {} if reason else {str(row["key"]): _as_row(row)}
            bar.update(len(batch))
    if not kept:
        raise InputError(f"{table}: none of its images could be fetched ({dict(+counts)}); is there a network?")
    manifest = {"dataset": "contrastyles", "source": f"huggingface.co/datasets/{HUB}", "limit": limit}
    return ImageTable(pd.DataFrame(list(kept.values())), folder, manifest | {"left_out": dict(+counts)})


def parsed_tags(text: object) -> list[str]:
    """The tags in a cell: separated by commas, or a list as Python writes it.

    Example:
        >>> parsed_tags("vincent van gogh, oil painting"), parsed_tags("['a', 'b, c']"), parsed_tags(None)
        (['vincent van gogh', 'oil painting'], ['a', 'b, c'], [])
    """
    if not isinstance(text, str):
        return []
    try:
        listed = ast.literal_eval(text) if text.lstrip().startswith("[") else text.split(",")
    except (SyntaxError, ValueError):
        listed = text.strip(" []").split(",")
    return list(dict.fromkeys(str(tag).strip() for tag in listed if str(tag).strip()))


def _downloaded() -> Path:
    try:
        return Path(hf_hub_download(HUB, HUB_FILE, repo_type="dataset"))
    except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as error:
        raise InputError(
            f"{HUB_FILE} of huggingface.co/datasets/{HUB} (103 MB) cannot be downloaded ({type(error).__name__}); "
            "download it elsewhere, and give its path as file="
        ) from error


def _rows(table: Path, limit: int) -> Iterator[list[dict[str, Any]]]:
    """Batches of the table's rows; the table is never in memory as a whole."""
    try:
        with pq.ParquetFile(table) as stored:
            missing = [name for name in COLUMNS if name not in stored.schema_arrow.names]
            if missing:
                found = ", ".join(stored.schema_arrow.names)
                raise InputError(f"{table}: column {missing[0]!r} is missing; it has {found}")
            parts = stored.iter_batches(BATCH, columns=list(COLUMNS))
            rows = islice((row for part in parts for row in part.to_pylist()), limit or None)
            while batch := list(islice(rows, BATCH)):
                yield batch
    except (ArrowInvalid, OSError) as error:
        raise InputError(f"{table}: cannot be read as parquet ({error})") from error


def _fetch(row: dict[str, Any], folder: Path, timeout: float) -> str:
    """Fetches the picture of a row, unless it is there; why it could not, or an empty text."""
    path, url = folder / _name(row), row["url"]
    if path.is_file():
        return ""
    if not row["key"] or not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        return "no key, or no address of the web"
    try:
        # The scheme was checked above; a redirection leads to the web again, or fails.
        request = Request(url, headers={"User-Agent": "csdlib"})  # noqa: S310
        with urlopen(request, timeout=timeout) as answer:  # noqa: S310
            data = answer.read(MOST_BYTES + 1)
    except (TimeoutError, URLError, OSError, ValueError):
        return "not found, or no answer"
    if len(data) > MOST_BYTES:
        return "too large"
    try:
        with atomic_path(path) as temporary:
            temporary.write_bytes(data)
            open_image(temporary)
    except InputError:
        return "not an image"
    return ""


def _name(row: dict[str, Any]) -> str:
    """A file name of which nothing comes from the web."""
    return hashlib.sha256(str(row["url"]).encode(errors="replace")).hexdigest()[:32] + ".image"


def _as_row(row: dict[str, Any]) -> dict[str, object]:
    return {
        "image_id": str(row["key"]),
        "path": _name(row),
        "split": "train",
        "artist": "",
        "styles": parsed_tags(row["merged_tags"]) or parsed_tags(row["tags"]),
        "source": "painting",
        "caption": row["caption"],
    }
