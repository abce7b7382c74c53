"""Pictures that a chapter asks the atelier for: a movement at a glance, and siblings with each other's palettes."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from csdlib.atelier import PAINTERS, SUBJECTS, Painter, find_painter, render
from csdlib.atelier.works import Work, draw_missing
from csdlib.descriptors.protocol import Descriptor, encode_images
from csdlib.embeddings.arrays import Embedded
from csdlib.errors import require_range
from csdlib.tables import ImageTable


def painted(
    painter: str | Painter, subject: str, scene: int, label: str = "", **options: Any
) -> tuple[Image.Image, str]:
    """A picture with its label, for a gallery.

    Args:
        painter: a slug, or a record of one's own.
        subject: what is painted.
        scene: the scene's seed.
        label: by default the painter's name and the subject.
        options: of ``csdlib.atelier.render``, for example ``size``.

    Example:
        >>> image, label = painted("noor-felding", "dog", 3, size=32)
        >>> image.size, label
        ((32, 32), 'Noor Felding, dog')
    """
    image = Image.fromarray(render(painter, subject, scene, **options))
    return image, label or f"{find_painter(painter).name}, {subject}"


def movement_sheet(movement: str, columns: int = 6, size: int = 128) -> list[tuple[Image.Image, str]]:
    """The same number of pictures by every painter of a movement, painter after painter, with labels.

    Args:
        movement: one of the atelier's.
        columns: pictures of each painter, all of different subjects.
        size: of a picture, in pixels.
    """
    people = [who for who in PAINTERS.values() if who.movement == movement]
    subjects = list(SUBJECTS)
    return [
        painted(who, subjects[(5 * k + 3 * number) % len(subjects)], 100 + 7 * number + k, size=size)
        for number, who in enumerate(people)
        for k in range(columns)
    ]


def exchanged_palettes(
    subjects: Sequence[str], painters: Sequence[Painter] = tuple(PAINTERS.values())
) -> tuple[list[Image.Image], pd.DataFrame]:
    """Painters of one movement exchange their palettes: the strokes are by one, every colour is as the other chooses.

    Args:
        subjects: what is painted, in turn.
        painters: who takes part; each paints once with the palette of each sibling.

    Returns:
        the pictures, and a row for each: ``maker`` of the strokes and ``palette`` (slugs), ``subject`` and ``scene``.
    """
    siblings = [(a, b) for a in painters for b in painters if a != b and a.movement == b.movement]
    rows = [(a.slug, b.slug, subjects[k % len(subjects)], 5000 + k) for k, (a, b) in enumerate(siblings)]
    pairs = pd.DataFrame(rows, columns=["maker", "palette", "subject", "scene"])
    asked = zip(siblings, pairs["subject"], pairs["scene"], strict=True)
    return [painted(a, subject, scene, palette_of=b)[0] for (a, b), subject, scene in asked], pairs


def maker_found(
    pictures: Sequence[Image.Image], pairs: pd.DataFrame, works: Embedded, descriptor: Descriptor
) -> np.ndarray:
    """Whether a descriptor tells who made the strokes of each picture with an exchanged palette.

    Args:
        pictures: of ``exchanged_palettes``.
        pairs: its rows.
        works: by the painters, with their own palettes, by the same descriptor.
        descriptor: with metric cosine.

    Returns:
        (n, 1) bool: of the database pictures by the maker and by the owner of the palette, the nearest is by the maker.
    """
    artists = works.table.column("artist")
    scores = encode_images(descriptor, pictures).numpy() @ works.vectors.T
    makers, owners = (pairs[[column]].to_numpy(dtype=str) for column in ("maker", "palette"))
    scores[(artists != makers) & (artists != owners)] = -np.inf
    found: np.ndarray = artists[scores.argmax(axis=1)][:, None] == makers
    return found


def repainted(table: ImageTable, size: int) -> ImageTable:
    """The same works of the exhibition, painted in another size; drawn on first use, found in the cache afterwards.

    Args:
        table: rows of ``csdlib.atelier.atelier``.
        size: side of the pictures, in pixels, 32 to 1024.

    Raises:
        InputError: a size out of range.
    """
    require_range("size", size, 32, 1024)
    named = zip(*(table.frame[name] for name in ("true_artist", "true_content", "seed", "split")), strict=True)
    works = [Work(find_painter(who), subject, int(scene), size, split) for who, subject, scene, split in named]
    root = draw_missing(works, None, progress=False)
    frame = table.frame.assign(path=[work.path for work in works])
    return ImageTable(frame, root, table.manifest | {"size": size})
