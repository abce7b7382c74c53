"""WikiArt as ArtGAN publishes it: a folder for each style, and the artist in the file's name.

``<Style>/<artist>_<title>.jpg``, for example ``Art_Nouveau_Modern/boris-kustodiev_promenade-along-the-volga-1909.jpg``
(github.com/cs-chan/ArtGAN, folder "WikiArt Dataset"). ArtGAN's own lists are for three tasks of classification, and
their artists are 23 of more than a thousand; only the lists of genres are read. There, a line of ``genre_train.csv`` or
``genre_val.csv`` is a path, a comma and a number, and a line of ``genre_class.txt`` a number, a blank and a genre.
"""

from collections import Counter
from pathlib import Path

import pandas as pd

from csdlib.datasets.listing import listing
from csdlib.datasets.lists import listed
from csdlib.datasets.splits import artist_split, kept_split, split_file
from csdlib.datasets.wikiart.table import as_frame
from csdlib.errors import InputError, require_range
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.texts import one_form

GENRE_LISTS = ("genre_train.csv", "genre_val.csv")
GENRES = "genre_class.txt"


def wikiart_folder(
    root: AnyPath, *, seed: int = 0, query_share: float = 0.2, split: AnyPath | None = None
) -> ImageTable:
    """The paintings of ArtGAN's folders with all their artists, and a split that is kept beside them.

    The paper's split (16,006 queries of 80,096 images) is random and not in ArtGAN's release, so one is drawn: every
    artist of a query has a work in the database. It is written as a table that ``wikiart``, and the paper's released
    code, read, and used again from then on. A painting that lies in several styles counts once, in the first: its copy
    would be found by anything, and the released code tells paintings apart by their names.

    The style becomes ``movement``; the genre (portrait, landscape ...) becomes ``content`` where ArtGAN's lists of
    genres lie in ``root``. Images that are left out are counted in the manifest, by their reason.

    Args:
        root: the folder of the style folders.
        seed: which works are queries.
        query_share: share of the images that are queries, in [0, 1].
        split: the file of the split; by default one in ``root`` that is named after seed and share, or in the cache
            where nothing may be written there. Where it is there, it decides, and not seed or share.

    Raises:
        InputError: no such image below ``root``, a share outside [0, 1], a list that cannot be read, or the split of
            other images than these.
    """
    root = Path(root)
    require_range("query_share", query_share, 0, 1)
    counts: Counter[str] = Counter()
    rows = _paintings(root, counts)
    if not rows:
        raise InputError(f"{root}: no painting; the layout is <Style>/<artist>_<title>.jpg (left out: {dict(counts)})")
    file = split_file(root, f"wikiart-seed{seed}-share{query_share}.csv", split)
    kept = kept_split(file, pd.DataFrame(rows), lambda drawn: artist_split(drawn, query_share=query_share, seed=seed))
    genres = _genres(root)
    frame = as_frame(kept).assign(content=kept["path"].map(one_form).map(genres).astype(object))
    manifest: dict[str, object] = {"dataset": "wikiart-folder", "split": str(file), "left_out": dict(counts)}
    if genres:
        # ArtGAN's lists hold a part of the paintings only.
        manifest["without_genre"] = int(frame["content"].isna().sum())
        manifest["genres_of_no_painting"] = len(genres.keys() - set(kept["path"].map(one_form)))
    return ImageTable(frame, root, manifest)


def _paintings(root: Path, counts: Counter[str]) -> list[dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    found = listing(root)
    counts.update(found.left_out)
    for path in found.pictures:
        artist, underscore, _ = path.name.partition("_")
        if len(path.parts) != 2:
            counts["not in a folder of a style"] += 1
        elif not artist or not underscore:
            counts["names without an artist"] += 1
        elif path.name in rows:
            counts["in several styles"] += 1
        else:
            rows[path.name] = {"name": path.name, "path": path.as_posix(), "artist": artist, "style": path.parts[0]}
    return list(rows.values())


def _genres(root: Path) -> dict[str, str]:
    """The genre of every path in the lists that are there."""
    lists = [root / name for name in GENRE_LISTS if (root / name).is_file()]
    names = _genre_names(root / GENRES) if lists else {}
    genres: dict[str, str] = {}
    for file in lists:
        for line, path, number in listed(file, ","):
            if number not in names:
                raise InputError(f"{file}: line {line}: {root / GENRES} has no genre of the number {number}")
            genres[one_form(path)] = names[number]
    return genres


def _genre_names(file: Path) -> dict[int, str]:
    if not file.is_file():
        raise InputError(f"{file}: there is no such file; it says what the numbers in {GENRE_LISTS[0]} mean")
    lines = [text.partition(" ") for text in file.read_text(encoding="utf-8-sig", errors="replace").splitlines()]
    return {int(number): genre.strip() for number, _, genre in lines if number.isdecimal()}
