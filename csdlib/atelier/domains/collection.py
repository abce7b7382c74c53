"""The collection of domains as an image table: the atelier's DomainNet, in which the domain is the style."""

from collections.abc import Sequence

import pandas as pd

from csdlib.atelier.domains.captions import domain_caption
from csdlib.atelier.domains.pictures import DOMAINS, Picture
from csdlib.atelier.subjects import SUBJECTS, find_subject
from csdlib.atelier.works import SIDES, draw_missing, source_hash
from csdlib.errors import lookup, require_names, require_range
from csdlib.files import AnyPath, seeded, text_hash
from csdlib.tables import ImageTable

#: The domains that are drawn if none are named: the paper leaves quickdraw out.
USUAL = tuple(domain for domain in DOMAINS if domain != "quickdraw")

#: Scene seeds of the collection start here, beyond those of the exhibition and the crawl.
_FIRST_SEED = 1 << 45


def atelier_domains(
    works_per_class: int = 12,
    *,
    size: int = 128,
    seed: int = 0,
    cache: AnyPath | None = None,
    domains: Sequence[str] | None = None,
    subjects: Sequence[str] | None = None,
    progress: bool = True,
) -> ImageTable:
    """The same classes of objects in several domains, as in DomainNet: the domain is the style, the object the content.

    Every domain shows every subject equally often, each picture with a scene of its own, so that domain and content are
    independent. Queries and database share no subject: only the domain can find a match. ``styles`` holds the domain;
    ``artist`` is empty, and who has painted a painting stands in ``true_artist``.

    Args:
        works_per_class: pictures of each subject in each domain, 1 to 10000.
        size: side of the pictures in pixels, 32 to 1024.
        seed: which scenes are shown; every seed is another collection.
        cache: folder of the pictures; by default ``atelier`` in the cache folder of csdlib.
        domains: names, by default all of ``DOMAINS`` but quickdraw.
        subjects: names, by default all of ``SUBJECTS``; of two neighbours in the list the first is a subject of the
            database and the second one of the queries.
        progress: show a progress bar on stderr while drawing.

    Raises:
        InputError: a count, size or seed out of range, an empty list, or an unknown domain or subject.
    """
    require_range("works_per_class", works_per_class, 1, 10_000)
    require_range("size", size, 32, 1024)
    require_range("seed", seed, 0, 2**63 - 1)
    kinds = require_names("domains", USUAL if domains is None else domains, DOMAINS)
    for name in kinds:
        lookup("domain", name, DOMAINS)
    motifs = [find_subject(name).name for name in require_names("subjects", subjects, SUBJECTS)]
    pictures = planned_domains(kinds, motifs, works_per_class, size=size, seed=seed)
    root = draw_missing(pictures, cache, progress=progress)
    frame = pd.DataFrame([_row(picture) for picture in pictures])
    made = {"dataset": "atelier-domains", "works_per_class": works_per_class, "size": size, "seed": seed}
    return ImageTable(frame, root, made | {"source_hash": source_hash("domains")})


def planned_domains(
    domains: Sequence[str], subjects: Sequence[str], count: int, *, size: int, seed: int
) -> list[Picture]:
    """The pictures of every domain: ``count`` of every subject. Two pictures never share a scene.

    Example:
        >>> [(p.subject, p.split) for p in planned_domains(["sketch"], ["dog", "cat"], 1, size=64, seed=0)]
        [('dog', 'database'), ('cat', 'query')]
    """
    return [
        Picture(domain, subject, _first_seed(domain, subject, seed) + number, size, SIDES[place % 2])
        for domain in domains
        for place, subject in enumerate(subjects)
        for number in range(count)
    ]


def _first_seed(domain: str, subject: str, seed: int) -> int:
    """Of the scenes of a subject in a domain; the same whatever else is drawn, so that the cache serves all."""
    return _FIRST_SEED + int(text_hash("domains", seed, domain, subject)[:10], 16)


def _row(picture: Picture) -> dict[str, object]:
    rng = seeded("caption", picture.domain, picture.subject, picture.scene)
    painter = picture.painter
    return {
        "image_id": f"{picture.domain}-{picture.subject.replace(' ', '-')}-{picture.scene}",
        "path": picture.path,
        "split": picture.split,
        "artist": "",
        "styles": [picture.domain],
        "source": "painting",
        "content": picture.subject,
        "caption": domain_caption(picture.domain, picture.subject, rng),
        "domain": picture.domain,
        "seed": picture.scene,
        "true_content": picture.subject,
        "true_domain": picture.domain,
        "true_artist": painter.slug if painter is not None else "",
    }
