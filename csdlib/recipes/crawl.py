"""What csd-tiny learns from and is chosen by: the crawl with curated tags, pupils, and who is put aside."""

from dataclasses import replace

import numpy as np

from csdlib.atelier import PAINTERS, UNSEEN, atelier, atelier_crawl
from csdlib.atelier.captions import SAID
from csdlib.curation.bank import NOTHING, Phrase, TagBank
from csdlib.curation.curated import Curated, CurationConfig, curate
from csdlib.descriptors.csd import copy_threshold
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder
from csdlib.tables import ImageTable

#: Ordinary words that are a medium only where a caption says so, and phrases that only sound like one.
_AMBIGUOUS_MEDIUMS = {"oil", "print", "glass", "dots", "facets", "collage"}
_NOT_A_MEDIUM = ("art print", "oil lamp", "olive oil", "oil field", "looking glass", "glass of")


def atelier_bank() -> TagBank:
    """The painters, movements and mediums of the atelier, with the names that its captions use for mediums."""
    painters = [Phrase(who.name, who.slug, "artist") for who in PAINTERS.values()]
    movements = [Phrase(name, name, "movement") for name in sorted({who.movement for who in PAINTERS.values()})]
    mediums = [
        Phrase(said, medium, "medium", said in _AMBIGUOUS_MEDIUMS)
        for medium, names in SAID.items()
        for said in dict.fromkeys((medium, *names))
    ]
    hidden = [Phrase(text, NOTHING, "medium") for text in _NOT_A_MEDIUM]
    return TagBank((*painters, *movements, *mediums, *hidden))


def curated_crawl(works_per_painter: int = 600, *, cache: AnyPath | None = None) -> Curated:
    """The crawl of the painters whom descriptors may see, curated: what csd-tiny learns from, never the truth.

    Args:
        works_per_painter: pictures of each painter, copies apart.
        cache: folder of the atelier's pictures.
    """
    painters = [slug for slug in PAINTERS if slug not in UNSEEN]
    crawl = atelier_crawl(works_per_painter, painters=painters, cache=cache)
    found = embed(crawl, load("copy-tiny"), cache=cache_folder() / "embeddings")
    return curate(crawl, atelier_bank(), found, CurationConfig(copy_threshold(), minimum=5))


def pupils(works_per_painter: int = 28, *, cache: AnyPath | None = None) -> ImageTable:
    """Painters for choosing settings: neither training nor the numbers in a card ever see them.

    Each has the hand of one seen painter (medium, brush, line, ground) and the eye of another, of another movement
    (colours, light, composition). So their styles are new, and the unseen painters stay what they are for.

    Args:
        works_per_painter: pictures of each, half of them queries and database.
        cache: folder of the atelier's pictures.
    """
    seen = [painter for slug, painter in PAINTERS.items() if slug not in UNSEEN]
    names = [f"Pupil {number}" for number in range(1, len(seen) + 1)]
    # The catalogue goes by movements, so half of it lies between a hand and its eye.
    eyes = seen[len(seen) // 2 :] + seen[: len(seen) // 2]
    mixed = [
        replace(eye, name=name, medium=hand.medium, brush=hand.brush, line=hand.line, ground=hand.ground)
        for name, hand, eye in zip(names, seen, eyes, strict=True)
    ]
    return atelier(works_per_painter, painters=mixed, cache=cache).where(split=["query", "database"])


def unseen_artists(table: ImageTable, share: float, seed: int) -> list[str]:
    """The artists that are put aside, sorted: those whom the data set itself names (``manifest["unseen"]``).

    Where it names none, the same share of every movement, as far as the table knows movements, and no movement whole.
    Two artists at least are put aside, and two are left.
    """
    artists = table.frame[table.frame["artist"] != ""].drop_duplicates("artist")
    if len(artists) < 4:
        raise InputError(f"{len(artists)} artist(s): training needs two to see and two unseen")
    random = np.random.default_rng(seed)
    chosen: list[str] = sorted(set(table.manifest.get("unseen", ())) & set(artists["artist"]))
    for _, names in artists.groupby(artists["movement"].fillna(""))["artist"] if not chosen else ():
        count = min(max(1, round(share * len(names))), len(names) - 1)
        chosen += random.permutation(sorted(names))[:count].tolist()
    others = sorted(set(artists["artist"]) - set(chosen))
    chosen += random.permutation(others)[: max(0, 2 - len(chosen))].tolist()
    return sorted(chosen[: len(artists) - 2])
