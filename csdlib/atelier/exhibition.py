"""The exhibition: every painter paints every subject, so that style and content are independent."""

from collections.abc import Sequence

import pandas as pd

from csdlib.atelier.captions import caption
from csdlib.atelier.catalogue import find_painters
from csdlib.atelier.painters import Painter
from csdlib.atelier.sets import SETS
from csdlib.atelier.subjects import SUBJECTS, find_subject
from csdlib.atelier.works import Work, draw_missing, planned, source_hash
from csdlib.errors import require_names, require_range
from csdlib.files import AnyPath, seeded
from csdlib.tables import ImageTable


def atelier(
    works_per_painter: int = 56,
    *,
    size: int = 128,
    seed: int = 0,
    cache: AnyPath | None = None,
    painters: Sequence[str | Painter] | None = None,
    subjects: Sequence[str] | None = None,
    progress: bool = True,
) -> ImageTable:
    """The atelier's pictures as an image table; drawn on first use, found in the cache afterwards.

    Half of a painter's works train, a quarter are queries, a quarter the database. Every painter paints the same
    subjects equally often in every split, so that style and content are independent. Queries and database share no
    subject: only the painter's hand can find a match.

    Args:
        works_per_painter: pictures of each painter, 1 to 100000; multiples of twice the subjects balance best.
        size: side of the pictures in pixels, 32 to 1024.
        seed: which works are painted; every seed is another exhibition by the same painters.
        cache: folder of the pictures; by default ``atelier`` in the cache folder of csdlib.
        painters: slugs or records, by default all of ``PAINTERS``.
        subjects: names, by default all of ``SUBJECTS``; of two neighbours in the list the first is a subject of the
            database and the second one of the queries.
        progress: show a progress bar on stderr while painting.

    Raises:
        InputError: a count, size or seed out of range, an empty list, or an unknown painter or subject.
    """
    require_range("works_per_painter", works_per_painter, 1, 100_000)
    require_range("size", size, 32, 1024)
    require_range("seed", seed, 0, 2**63 - 1)
    people = find_painters(painters)
    motifs = [find_subject(name).name for name in require_names("subjects", subjects, SUBJECTS)]
    works = planned(people, motifs, works_per_painter, size=size, seed=seed)
    root = draw_missing(works, cache, progress=progress)
    frame = pd.DataFrame([_row(work) for work in works])
    made = {"dataset": "atelier", "works_per_painter": works_per_painter, "size": size, "seed": seed}
    names = {who.slug: who.name for who in people}
    return ImageTable(frame, root, made | SETS | {"names": names, "source_hash": source_hash()})


def _row(work: Work) -> dict[str, object]:
    who = work.painter
    rng = seeded("caption", who.slug, work.subject, work.scene)
    return {
        "image_id": f"{who.slug}-{work.subject.replace(' ', '-')}-{work.scene}",
        "path": work.path,
        "split": work.split,
        "artist": who.slug,
        "styles": [who.slug, who.movement, who.medium],
        "source": "painting",
        "content": work.subject,
        "caption": caption(who, work.subject, rng),
        "movement": who.movement,
        "medium": who.medium,
        "seed": work.scene,
        "true_artist": who.slug,
        "true_content": work.subject,
    }
