"""The crawl: the painters' pictures as the web would hold them, with its captions, and its near-duplicates."""

from collections.abc import Iterator, Sequence

import pandas as pd

from csdlib.atelier.captions import web_caption
from csdlib.atelier.catalogue import find_painters
from csdlib.atelier.copies import COPIES, Copy, web_name
from csdlib.atelier.painters import Painter
from csdlib.atelier.scenes import either
from csdlib.atelier.sets import SETS
from csdlib.atelier.subjects import SUBJECTS
from csdlib.atelier.works import Work, draw_missing, first_seed, source_hash
from csdlib.errors import require_range
from csdlib.files import AnyPath, seeded
from csdlib.tables import ImageTable

#: The share of works of which near-duplicates exist.
COPIED = 0.1


def atelier_crawl(
    works_per_painter: int = 40,
    *,
    size: int = 128,
    seed: int = 0,
    cache: AnyPath | None = None,
    painters: Sequence[str | Painter] | None = None,
    progress: bool = True,
) -> ImageTable:
    """Captioned pictures without labels, as a crawl of the web finds them: what curation has to make tags of.

    Painters choose their subjects from their own repertoire. Captions have the noise of ``captions.NOISE``; of one work
    in ten there are one to three near-duplicates, each with a caption of its own. ``artist``, ``styles`` and
    ``content`` are empty; the truth stands in ``true_artist``, ``true_movement``, ``true_medium``, ``true_content``,
    ``true_noise`` (a key of ``captions.NOISE``), ``true_named`` (list of the tags that the caption means),
    ``true_group`` (the image id of the original) and ``true_copy`` (how the copy was made; empty for originals).

    Args:
        works_per_painter: pictures of each painter, copies apart, 1 to 100000.
        size: side of the pictures in pixels, 32 to 1024.
        seed: which works are painted and how they are captioned; no work of the exhibition is among them.
        cache: folder of the pictures; by default ``atelier`` in the cache folder of csdlib.
        painters: slugs or records, by default all of ``PAINTERS``.
        progress: show a progress bar on stderr while painting.

    Raises:
        InputError: a count, size or seed out of range, an empty list, or an unknown painter.
    """
    require_range("works_per_painter", works_per_painter, 1, 100_000)
    require_range("size", size, 32, 1024)
    require_range("seed", seed, 0, 2**63 - 1)
    people = find_painters(painters)
    finds = [find for who in people for find in _finds(who, works_per_painter, (size, seed))]
    root = draw_missing(finds, cache, progress=progress)
    frame = pd.DataFrame([_row(find, people, seed) for find in finds])
    made = {"dataset": "atelier-crawl", "works_per_painter": works_per_painter, "size": size, "seed": seed}
    names = {who.slug: who.name for who in people}
    return ImageTable(frame, root, made | SETS | {"names": names, "source_hash": source_hash()})


def _finds(painter: Painter, count: int, common: tuple[int, int]) -> Iterator[Work | Copy]:
    """A painter's works, each followed by its near-duplicates."""
    size, seed = common
    subjects = painter.repertoire or tuple(SUBJECTS)
    first = first_seed("crawl", seed, painter)
    for number in range(count):
        work = Work(painter, subjects[number % len(subjects)], first + number, size, "train")
        yield work
        rng = seeded("copies", web_name(work), seed)
        if rng.random() < COPIED:
            yield from (Copy(work, either(rng, *COPIES), k) for k in range(int(rng.integers(1, 4))))


def _row(find: Work | Copy, people: Sequence[Painter], seed: int) -> dict[str, object]:
    work = find.original if isinstance(find, Copy) else find
    who = work.painter
    said = web_caption(who, work.subject, people, seeded("web caption", web_name(find), seed))
    return {
        "image_id": web_name(find),
        "path": find.path,
        "split": "train",
        "artist": "",
        "styles": [],
        "source": "painting",
        "caption": said.text,
        "true_artist": who.slug,
        "true_movement": who.movement,
        "true_medium": who.medium,
        "true_content": work.subject,
        "true_noise": said.noise,
        "true_named": list(said.named),
        "true_group": web_name(work),
        "true_copy": find.kind if isinstance(find, Copy) else "",
    }
