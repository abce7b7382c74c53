"""The case studies' recorded numbers: on real Stable Diffusion images, and on many of tiny-sd's."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from csdlib.atelier import SUBJECTS
from csdlib.datasets.generated import generated
from csdlib.datasets.wikiart.table import wikiart
from csdlib.descriptors.registry import load
from csdlib.errors import InputError
from csdlib.files import AnyPath, cache_folder
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import content_prompts, simple_prompts, user_prompts
from csdlib.generation.studies import study, works_of
from csdlib.recipes.atelier_prompts import atelier_artists, kept_from_transfers, never_painted
from csdlib.recipes.recorded.results import rounded, write_results
from csdlib.recipes.shipped.tiny_sd import GUIDANCE, STEPS
from csdlib.tables import ImageTable

DESCRIPTORS = ("csd-tiny", "clip-tiny", "colour", "gram")
#: Of real pictures.
REAL_DESCRIPTORS = ("csd-art", *DESCRIPTORS)


def record_real_studies(
    root: AnyPath,
    output: AnyPath,
    *,
    csv: str = "sd14_artists.csv",
    command: str = "",
    descriptors: Sequence[str] = REAL_DESCRIPTORS,
) -> pd.DataFrame:
    """Records a case study on real images; numbers only, no picture.

    Args:
        root: folder with ``wikiart.csv`` and the table of generated images.
        output: a csv file with a row for each artist, content and descriptor: the columns of ``Study.by_artist``,
            ``content`` (``all``, or one of the table's), ``descriptor`` and ``model``. Beside it a json file holds the
            retrieval, and says how both were made.
        csv: name of the table of generated images; only those of artists who have paintings are used. Images of
            several models are studied apart.
        command: what makes it again.
        descriptors: names.

    Returns:
        the rows of the csv file.

    Raises:
        InputError: a table or an image is missing, or no artist is in both.
    """
    root = Path(root)
    output = Path(output)
    works = wikiart(root)
    made = generated(root, csv=csv)
    shared = sorted(set(made.frame["artist"]) & set(works.frame["artist"]))
    if not shared:
        raise InputError(f"{root / csv}: none of its artists has a work in wikiart.csv")
    made = made.where(artist=shared)
    tables = {
        (model, content): made.where(model=model) if content == "all" else made.where(model=model, content=content)
        for model in sorted(made.frame["model"].unique())
        for content in ("all", *sorted(made.frame["content"].unique()))
    }
    return _record(tables, works, output, descriptors, command, {"table": csv})


def record_atelier_studies(
    output: AnyPath, *, images: int = 8, seed: int = 5000, command: str = "", descriptors: Sequence[str] = DESCRIPTORS
) -> pd.DataFrame:
    """Records a case study of both tiny-sd on many pictures.

    Args:
        output: as ``record_real_studies``; ``content`` is the set of prompts: ``simple``, ``user``, ``content`` (every
            painter with subjects in turn), and ``new`` (subjects that the painter never paints). The last are studied
            once more apart: ``practised`` by the generator without pictures, and ``kept`` from practice.
        images: pictures of each painter, set and model.
        seed: of the first picture of each painter.
        command: what makes it again.
        descriptors: names.

    Returns:
        the rows of the csv file.
    """
    output = Path(output)
    artists, subjects = atelier_artists(), list(SUBJECTS)
    turns = -(-images // len(subjects))
    content = content_prompts(artists, subjects, turns, seed=seed)
    prompts = {
        "simple": simple_prompts(artists, images, seed=seed),
        "user": user_prompts(artists, subjects, images, seed=seed),
        "content": content[content.groupby("artist").cumcount() < images],
        "new": content[never_painted(content) & (content.groupby("artist").cumcount() < len(subjects))],
    }
    tables = {
        (model, name): generate(model, asked, guidance=GUIDANCE, steps=STEPS)
        for model in ("tiny-sd", "tiny-sd-withheld")
        for name, asked in prompts.items()
    }
    for model in ("tiny-sd", "tiny-sd-withheld"):
        new = tables[model, "new"]
        kept = kept_from_transfers(new.frame)
        tables[model, "practised"], tables[model, "kept"] = (new.take(np.flatnonzero(rows)) for rows in (~kept, kept))
    settings = {"images": images, "seed": seed, "guidance": GUIDANCE, "steps": STEPS}
    return _record(tables, works_of("atelier"), output, descriptors, command, settings)


def _record(
    tables: dict[tuple[str, str], ImageTable],
    works: ImageTable,
    output: Path,
    descriptors: Sequence[str],
    command: str,
    settings: dict[str, Any],
) -> pd.DataFrame:
    """Studies every table by every descriptor, and writes what was found."""
    rows, retrieval = [], []
    for name in descriptors:
        descriptor = load(name)
        for (model, content), made in tables.items():
            seen = study(made, works, descriptor, cache=cache_folder() / "embeddings")
            where = {"model": model, "content": content, "descriptor": name}
            rows.append(seen.by_artist().assign(**where))
            retrieval += [where | {"what": what} | rounded(each) for what, each in seen.retrieval().items()]
    frame = pd.concat(rows, ignore_index=True)
    facts = settings | {
        "works": len(works),
        "generated": {f"{model}, {content}": len(made) for (model, content), made in tables.items()},
        "artists": frame["artist"].nunique(),
        "retrieval": retrieval,
    }
    write_results(output, facts, frame.round(4), command=command, descriptors=descriptors, generated=tables.values())
    return frame
