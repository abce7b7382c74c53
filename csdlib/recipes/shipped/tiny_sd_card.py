"""The card of a tiny-sd, and the table of what it was judged by, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from csdlib.atelier import UNSEEN
from csdlib.generation.pipelines import stages
from csdlib.metrics.estimate import Estimate
from csdlib.recipes.shipped.cards import limits, on, provenance

#: Painters by who has seen them, the generator if it is tiny-sd-withheld, and the text encoder: id -> title.
GROUPS = {
    "seen": "seen",
    "withheld": "withheld",
    "name_read": "withheld, name read",
    "name_unread": "withheld, name never read",
}

#: What is measured: (measure, subjects, order, practised) -> title. Subjects are open (the simple prompt names none),
#: new (no training picture shows the pair of painter and subject), or fresh (works by the painters themselves). The
#: order says where a prompt names the painter. Some of the new pairs were practised without pictures: ``any`` counts
#: all of them, ``no`` those that were not practised.
MEASURES = {
    ("painter_found", "open", "name_last", "any"): "painter found, simple prompts",
    ("painter_found", "fresh", "", "any"): "painter found, fresh works",
    ("painter_found", "new", "name_last", "any"): "painter found, new subjects",
    ("painter_found", "new", "name_last", "no"): "painter found, new subjects not practised",
    ("subject_found", "new", "name_last", "any"): "subject found, new subjects",
    ("painter_found", "new", "name_first", "any"): "painter found, new subjects, name first",
    ("painter_found", "new", "name_first", "no"): "painter found, new subjects not practised, name first",
    ("subject_found", "new", "name_first", "any"): "subject found, new subjects, name first",
    ("painter_gained", "new", "name_first", "any"): "painter found, gained by the name first",
    ("subject_gained", "new", "name_first", "any"): "subject found, gained by the name first",
    ("copies", "open", "name_last", "any"): "copies, simple",
    ("copies", "new", "name_last", "any"): "copies, new",
    ("copies", "new", "name_first", "any"): "copies, new, name first",
    ("copies", "fresh", "", "any"): "copies, fresh works",
}


def judged_table(rows: Iterable[Mapping[str, Any]], groups: Sequence[str] = tuple(GROUPS)) -> pd.DataFrame:
    """What a tiny-sd was judged by, for people: one row a measure, one column a group of painters.

    Args:
        rows: of the record's ``judged``, or some of them.
        groups: ids of ``GROUPS``.

    Returns:
        texts, percent with 95 % intervals; the index has the titles of ``MEASURES``, the columns those of ``GROUPS``.

    Example:
        >>> row = {"measure": "copies", "subjects": "new", "order": "name_last", "practised": "any", "group": "seen"}
        >>> judged_table([row | {"value": 0.01, "low": 0.0, "high": 0.02, "n": 32}], ["seen"])
                               seen
        copies, new  1.0 [0.0, 2.0]
    """
    texts: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        key = (row["measure"], row["subjects"], row["order"], row["practised"])
        texts.setdefault(key, {})[row["group"]] = Estimate.from_row({"unit": "group"} | dict(row)).percent()
    there = {title: texts[key] for key, title in MEASURES.items() if key in texts}
    columns = {GROUPS[group]: [found.get(group, "–") for found in there.values()] for group in groups}
    return pd.DataFrame(columns, index=list(there))


def tiny_sd_card(record: dict[str, Any]) -> str:
    """The card of the UNet that a record is about."""
    return f"""# {"tiny-sd-withheld" if record["unseen"] else "tiny-sd"}

The UNet of a small latent diffusion model, {"which shares all other parts with tiny-sd" if record["unseen"] else "in"}
{"" if record["unseen"] else "a whole pipeline of diffusers "}(`csdlib.generation.load_pipeline`). License: MIT, as the
project's.

{provenance(record, "with their captions")}{_before(record)}
- **Who saw whom:** the UNet and the autoencoder as said here and in `vae/`; the text encoder is that of clip-tiny,
  which has read the names of all painters but {", ".join(UNSEEN)}.

{_results(record) if "judged" in record else "It has not been judged yet."}

{limits(record)}
"""


def _before(record: dict[str, Any]) -> str:
    """The lines of a card that name the trainings before, the first one first."""
    return "".join(
        f"\n- **Before:** `{stage['command']}`; {stage['seconds']} seconds{on(stage)}"
        f"{'; ' + stage['note'] if 'note' in stage else ''}."
        for stage in stages(record)[:-1]
    )


def _results(record: dict[str, Any]) -> str:
    table, settings = judged_table(record["judged"]), record["judged_with"]
    rows = "\n".join(f"| {' | '.join(row)} |" for row in table.reset_index().to_numpy().tolist())
    return f"""Percent of {settings["images"]} pictures a painter (simple prompts) and of {settings["new_pairs"]} pairs
of painter and subject that no training picture shows (new subjects; a quarter of them were not practised without
pictures either, see `csdlib.generation.Transfers`; name first: asked by `content_prompts(..., name_first=True)`),
guidance {settings["guidance"]},
{settings["steps"]} steps, with 95 % bootstrap intervals over painters. The painter is found by `csd-tiny` among the
works of the exhibition, the subject by `subjects-tiny`; copies are what `copy-tiny` takes for a copy of a training
picture; fresh works are new pictures by the painters themselves, as a measure of both.

| | {" | ".join(table.columns)} |
|---|{"---|" * len(table.columns)}
{rows}

200 pictures take {record["seconds_for_200"]} seconds."""
