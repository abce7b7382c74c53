"""ContraStyles: the authors' release of LAION-Styles, huggingface.co/datasets/tomg-group-umd/ContraStyles.

It is one ``train.parquet`` (103 MB, 497,901 rows where the paper counts 511,921, CC-BY-4.0) with six columns of text:
``key``, ``url``, ``caption``, ``md5``, ``tags`` and ``merged_tags``
(datasets-server.huggingface.co/info?dataset=tomg-group-umd%2FContraStyles). How a cell separates its tags is nowhere
written: commas and lists are understood. The images are not in it: every reader fetches them from where they are on
the web, as far as they still are (github.com/learn2phoenix/CSD/issues/11).
"""

import ast
import hashlib
import ssl
import string
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import cache as once
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib import request
from urllib.parse import quote, urlsplit

import pandas as pd
from tqdm import tqdm

from csdlib.datasets.hub import hub_file, parquet_batches
from csdlib.datasets.splits import uniform
from csdlib.errors import InputError, require_range
from csdlib.files import AnyPath, atomic_path, cache_folder, of_the_disk
from csdlib.images import open_image
from csdlib.tables import ImageTable

HUB = "tomg-group-umd/ContraStyles"
HUB_FILE = "train.parquet"
COLUMNS = ("key", "url", "caption", "tags", "merged_tags")

#: A picture of a web page is not larger; what is, is not read to its end.
MOST_BYTES = 50_000_000

#: Rows of the table that are in memory, and pictures that are fetched, at a time.
BATCH = 256

#: Bytes that are read from a server at a time; the clock is looked at between them.
CHUNK = 65_536


def contrastyles(
    cache: AnyPath | None = None,
    *,
    limit: int = 1000,
    query_share: float = 0,
    file: AnyPath | None = None,
    workers: int = 16,
    timeout: float = 10,
    progress: bool = True,
) -> ImageTable:
    """The first images of ContraStyles that can still be fetched, with the authors' tags as styles.

    Captions stay beside the tags, so that one's own curation can be compared with the authors'. Images that cannot be
    had are counted in the manifest under ``left_out``, by their reason. A second call finds what was fetched before,
    and asks again for what was not.

    Args:
        cache: folder for the pictures; by default ``contrastyles`` in the cache folder of csdlib.
        limit: rows of the table that are tried, from its beginning; 0 tries all (about half a million).
        query_share: share of the images that are queries, in [0, 1], for a benchmark of retrieval; the rest is the
            database. An image's own key decides. By default all images are for training.
        file: the table, if it lies on this machine already.
        workers: pictures that are fetched at a time.
        timeout: seconds that a server has for an answer, and six times as many for the whole picture.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: no network and no ``file``, a table without its columns, or no image that could be fetched.
    """
    for name, value, least in (("limit", limit, 0), ("workers", workers, 1)):
        if value < least:
            raise InputError(f"{name} must be at least {least}, got {value}")
    require_range("query_share", query_share, 0, 1)
    if timeout <= 0:
        raise InputError(f"timeout must be above 0 seconds, got {timeout}")
    folder = Path(cache or cache_folder() / "contrastyles")
    table = file or hub_file(HUB, HUB_FILE, folder, size="103 MB", otherwise=", or give its path as file=")
    counts: Counter[str] = Counter()
    kept: dict[str, dict[str, object]] = {}
    with (
        tqdm(total=limit or None, desc="ContraStyles", unit="image", disable=not progress) as bar,
        ThreadPoolExecutor(workers) as pool,
    ):
        for batch in parquet_batches(table, COLUMNS, limit=limit, batch=BATCH):
            reasons = list(pool.map(lambda row: _fetch(row, folder, timeout), batch))
            for row, reason in zip(batch, reasons, strict=True):
                reason = reason or ("key stands twice" if row["key"] in kept else "")
                counts["tried"] += 1
                counts[reason] += bool(reason)
                kept |= {} if reason else {row["key"]: _as_row(row, query_share)}
            bar.update(len(batch))
    tried = counts.pop("tried", 0)
    if not kept:
        raise InputError(f"{table}: none of its images could be fetched ({dict(+counts)}); is there a network?")
    manifest = {"dataset": "contrastyles", "source": f"huggingface.co/datasets/{HUB}", "limit": limit, "tried": tried}
    manifest |= {"query_share": query_share, "left_out": dict(+counts)}
    return ImageTable(pd.DataFrame(list(kept.values())), folder, manifest)


def parsed_tags(text: object) -> list[str]:
    """The tags in a cell: separated by commas, or a list as Python writes it.

    Example:
        >>> parsed_tags("vincent van gogh, oil painting"), parsed_tags("['a', 'b, c']"), parsed_tags(None)
        (['vincent van gogh', 'oil painting'], ['a', 'b, c'], [])
    """
    if not isinstance(text, str):
        return []
    try:
        listed = ast.literal_eval(text.strip()) if text.lstrip().startswith("[") else text.split(",")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        listed = text.strip(" []").split(",")
    return list(dict.fromkeys(str(tag).strip() for tag in listed if str(tag).strip()))


def _fetch(row: dict[str, Any], folder: Path, timeout: float) -> str:
    """Fetches the picture of a row, unless it is there; why it could not, or an empty text."""
    key, url, path = row["key"], row["url"], folder / _name(row)
    if not isinstance(key, str) or not key or not _is_web(url):
        return "no key, or no address of the web"
    if path.is_file():
        return ""
    try:
        with atomic_path(path) as temporary:
            _download(_encoded(url), temporary, timeout)
            open_image(temporary)
    except _TooLargeError:
        return "too large"
    except InputError:
        return "not an image"
    except (OSError, HTTPException, ValueError) as error:
        if of_the_disk(error):
            raise InputError(
                f"{folder}: a picture cannot be written ({error}); make room, or choose another cache"
            ) from error
        return "not found, or no answer"
    return ""


class _TooLargeError(Exception):
    """A body above ``MOST_BYTES``."""


def _download(url: str, path: Path, timeout: float) -> None:
    """Writes a body into a file; ends where it is too large, or takes longer than six timeouts, drop by drop."""
    deadline = time.monotonic() + 6 * timeout
    size = 0
    # The scheme was checked, and the opener knows no other than http and https, not even for redirections.
    asked = request.Request(url, headers={"User-Agent": "csdlib"})  # noqa: S310
    with _opener().open(asked, timeout=timeout) as answer, path.open("wb") as target:
        while chunk := answer.read1(CHUNK):
            size += len(chunk)
            if size > MOST_BYTES:
                raise _TooLargeError
            if time.monotonic() > deadline:
                raise TimeoutError
            target.write(chunk)


@once
def _opener() -> request.OpenerDirector:
    """What fetches pages of the web, and nothing else: urllib's own would also read files and ask FTP servers."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        # One context for all: each reads the certificates from the disk.
        request.HTTPSHandler(context=ssl.create_default_context()),
        request.HTTPDefaultErrorHandler(),
        request.HTTPRedirectHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _is_web(url: object) -> bool:
    """Whether an address begins with http or https and names a server.

    Example:
        >>> _is_web("https://a.org/1.jpg"), _is_web("file:///etc/hosts"), _is_web("http://[broken"), _is_web(None)
        (True, False, False, False)
    """
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _encoded(url: str) -> str:
    """An address as servers take it: crawls write letters and blanks that have to be escaped.

    Example:
        >>> _encoded("http://a.org/café 1.jpg?x=%20&y=1")
        'http://a.org/caf%C3%A9%201.jpg?x=%20&y=1'
    """
    return quote(url.strip(), safe=string.punctuation, errors="replace")


def _name(row: dict[str, Any]) -> str:
    """A file name of which nothing comes from the web."""
    return hashlib.sha256(str(row["url"]).encode(errors="replace")).hexdigest()[:32] + ".image"


def _as_row(row: dict[str, Any], query_share: float) -> dict[str, object]:
    caption = row["caption"]
    return {
        "image_id": row["key"],
        "path": _name(row),
        "split": _side(row["key"], query_share),
        "artist": "",
        "styles": parsed_tags(row["merged_tags"]) or parsed_tags(row["tags"]),
        "source": "painting",
        "caption": caption.strip() or None if isinstance(caption, str) else None,
    }


def _side(key: str, query_share: float) -> str:
    if not query_share:
        return "train"
    return "query" if uniform(key) < query_share else "database"
