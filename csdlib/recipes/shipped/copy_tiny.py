"""How copy-tiny is made: trained on views alone, with a threshold that is set on other pictures."""

import time
from pathlib import Path
from typing import Any

from csdlib.atelier import PAINTERS, UNSEEN, atelier_crawl
from csdlib.curation.duplicates import duplicate_groups, threshold_for
from csdlib.curation.quality import group_quality
from csdlib.descriptors.csd import COPY_TINY as ARCHITECTURE
from csdlib.descriptors.csd import CSD, CSDModel, load_model, random_tiny
from csdlib.descriptors.style_model import save_model
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.metrics.estimate import Estimate
from csdlib.recipes.shipped.cards import limits, provenance, training_record, write_record
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig, fit
from csdlib.training.views import CopyViews

#: How copy-tiny was trained: by views alone.
COPY_TINY = TrainingConfig(
    steps=600,
    batch_size=192,
    label_weight=0,
    ssl_weight=1,
    temperature=0.05,
    optimizer="adamw",
    projection_rate=1e-3,
    backbone_rate=1e-3,
    bfloat16=True,
)


def train_copy_tiny(
    output: AnyPath,
    config: TrainingConfig = COPY_TINY,
    *,
    works_per_painter: int = 200,
    validation_works: int = 40,
    command: str = "",
    cache: AnyPath | None = None,
) -> dict[str, Any]:
    """Trains copy-tiny on views of the crawl's pictures, without any label, and sets its threshold on another crawl.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder for the model.
        config: the settings; ``label_weight`` must be 0.
        works_per_painter: pictures of each painter, copies apart.
        validation_works: the same in the other crawl.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds; ``threshold`` among it.

    Raises:
        InputError: settings that need labels.
    """
    output = Path(output)
    if config.label_weight:
        raise InputError("label_weight must be 0: a copy descriptor learns from views alone")
    painters = [slug for slug in PAINTERS if slug not in UNSEEN]
    training = atelier_crawl(works_per_painter, painters=painters, cache=cache)
    validation = atelier_crawl(validation_works, seed=1, painters=painters, cache=cache)
    model, views = random_tiny(config.seed, **ARCHITECTURE).model, CopyViews(ARCHITECTURE["image_size"])
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    log = fit(
        model,
        training,
        config,
        views=views,
        evaluate=lambda current: {name: value.value for name, value in _copies(current, validation)[1].items()},
        evaluate_every=250,
        checkpoint=checkpoint,
    )
    save_model(model, output)
    threshold, quality = _copies(load_model(output), validation)
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"unseen": list(UNSEEN), "threshold": round(threshold, 4), "views": repr(views)}
    write_record(output, record, _copy_card(record, len(validation), quality))
    checkpoint.unlink(missing_ok=True)
    return record


def _copies(model: CSDModel, validation: ImageTable) -> tuple[float, dict[str, Estimate]]:
    """The threshold that a validation set asks for, and the precision and recall of its groups."""
    tower = CSD(model, name="copy-tiny", weights_hash="in training")
    found = embed(validation, tower, progress=False)
    truth = found.table.column("true_group")
    threshold = threshold_for(found.vectors, truth)
    return threshold, group_quality(duplicate_groups(found.vectors, threshold), truth)


def _copy_card(record: dict[str, Any], images: int, quality: dict[str, Estimate]) -> str:
    return f"""# copy-tiny

A descriptor that finds copies of one picture, cropped, framed, stamped, squeezed or mirrored: a small vision
transformer trained with the self-supervised term of CSD alone. `csdlib.load("copy-tiny")` loads it. License: MIT, as
the project's.

{provenance(record, "without labels")}
- **Views:** `{record["views"]}`, in place of those of the settings.
- **Files:** `model.safetensors` (16 bit), `config.json` (architecture), `training.json` (settings, curves, threshold).

Two pictures count as copies above a cosine of {record["threshold"]}: on {images} pictures of another crawl, the lowest
threshold at which 95 % of the pairs in one group were copies. There, in percent with 95 % bootstrap intervals over
works: precision {quality["precision"].percent()}, recall {quality["recall"].percent()}. The more pictures are compared,
the more strangers lie above any threshold: set it again for a larger or another corpus
(`csdlib.curation.threshold_for`).

{limits(record)}
"""
