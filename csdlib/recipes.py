"""How the shipped models are made: training, evaluation on unseen artists, and the model card, in one call."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from csdlib.benchmark import Retrieval, evaluate_retrieval
from csdlib.clip_training import CLIPConfig, fit_clip
from csdlib.curation.duplicates import duplicate_groups, threshold_for
from csdlib.curation.quality import group_quality
from csdlib.datasets.atelier import PAINTERS, UNSEEN, atelier, atelier_crawl
from csdlib.descriptors import load
from csdlib.descriptors.clip_tiny import CLIPTiny, save_clip, train_tokenizer
from csdlib.descriptors.copies import COPY_TINY
from csdlib.descriptors.csd import CSD, CSDModel, load_model, random_tiny, save_model
from csdlib.descriptors.towers import TowerDescriptor
from csdlib.embeddings import embed
from csdlib.errors import InputError
from csdlib.files import atomic_path
from csdlib.metrics import Estimate
from csdlib.tables import ImageTable
from csdlib.training import TrainingConfig, fit
from csdlib.views import CopyViews

#: What a table's manifest holds for every image, or the model's record says elsewhere.
_LONG = ("sha256", "unseen", "withheld")


def train_csd_tiny(
    table: ImageTable,
    output: Path,
    config: TrainingConfig,
    *,
    tags: Sequence[str] = ("artist",),
    unseen_share: float = 0.25,
    command: str = "",
) -> dict[str, Any]:
    """Trains csd-tiny from random weights, and writes weights, ``training.json`` and a model card.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        table: the data set. Its train split is learned (without one, its database).
        output: folder for the model.
        config: the settings.
        tags: the columns whose values are the style tags to learn from.
        unseen_share: share of the artists that training does not see, where the data set does not name them itself; the
            card's numbers are about them.
        command: what the card gives as the command that makes it again.

    Returns:
        what ``training.json`` holds.

    Raises:
        InputError: fewer than four artists: two must be seen, and two unseen.
    """
    unseen = unseen_artists(table, unseen_share, config.seed)
    seen = sorted(set(table.frame["artist"]) - {*unseen, ""})
    split = "train" if (table.frame["split"] == "train").any() else "database"
    training = table.where(split=split, artist=seen).tagged(*tags)
    test = table.where(split=["query", "database"], artist=unseen)
    model = random_tiny(config.seed).model
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    log = fit(model, training, config, evaluate=lambda current: _recall(current, test), checkpoint=checkpoint)
    save_model(model, output)
    record = _record(command, training, log, config, time.perf_counter() - started)
    record |= {"tags": list(tags), "unseen": unseen}
    _write(output, record, _csd_card(record, _evaluated(load_model(output), test)))
    checkpoint.unlink(missing_ok=True)
    return record


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


def train_clip_tiny(
    output: Path, config: CLIPConfig, *, works_per_painter: int = 600, command: str = "", cache: Path | None = None
) -> dict[str, Any]:
    """Trains clip-tiny on the captions of the crawl, without the painters whom no descriptor sees.

    The captions are the crawl's own, with its noise: names that are missing, misspelled or wrong. A run that was killed
    goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder for the model.
        config: the settings.
        works_per_painter: pictures of each painter, copies apart.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    painters = [slug for slug in PAINTERS if slug not in UNSEEN]
    training = atelier_crawl(works_per_painter, painters=painters, cache=cache)
    validation = atelier_crawl(6, seed=1, painters=painters, cache=cache)
    torch.manual_seed(config.seed)
    model = CLIPTiny(train_tokenizer(training.frame["caption"]))
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    log = fit_clip(
        model,
        training,
        config,
        evaluate=lambda current: zero_shot(current, validation),
        evaluate_every=250,
        checkpoint=checkpoint,
    )
    save_clip(model, output)
    record = _record(command, training, log, config, time.perf_counter() - started) | {"unseen": list(UNSEEN)}
    test = atelier(cache=cache)
    found = evaluate_retrieval(test.where(artist=list(UNSEEN)), load("clip-tiny", weights=output), k=10, progress=False)
    _write(output, record, _clip_card(record, found))
    checkpoint.unlink(missing_ok=True)
    return record


def train_copy_tiny(
    output: Path,
    config: TrainingConfig,
    *,
    works_per_painter: int = 200,
    command: str = "",
    cache: Path | None = None,
) -> dict[str, Any]:
    """Trains copy-tiny on views of the crawl's pictures, without any label, and sets its threshold on another crawl.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder for the model.
        config: the settings; ``label_weight`` must be 0.
        works_per_painter: pictures of each painter, copies apart.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds; ``threshold`` among it.

    Raises:
        InputError: settings that need labels.
    """
    if config.label_weight:
        raise InputError("label_weight must be 0: a copy descriptor learns from views alone")
    painters = [slug for slug in PAINTERS if slug not in UNSEEN]
    training = atelier_crawl(works_per_painter, painters=painters, cache=cache)
    validation = atelier_crawl(40, seed=1, painters=painters, cache=cache)
    model = random_tiny(config.seed, **COPY_TINY).model
    started = time.perf_counter()
    checkpoint = output / "checkpoint.pt"
    log = fit(
        model,
        training,
        config,
        views=CopyViews(COPY_TINY["image_size"]),
        evaluate=lambda current: {name: value.value for name, value in _copies(current, validation)[1].items()},
        evaluate_every=250,
        checkpoint=checkpoint,
    )
    save_model(model, output)
    threshold, quality = _copies(load_model(output), validation)
    record = _record(command, training, log, config, time.perf_counter() - started)
    record |= {"unseen": list(UNSEEN), "threshold": round(threshold, 4)}
    _write(output, record, _copy_card(record, len(validation), quality))
    checkpoint.unlink(missing_ok=True)
    return record


def _copies(model: CSDModel, validation: ImageTable) -> tuple[float, dict[str, Estimate]]:
    """The threshold that a validation set asks for, and the precision and recall of its groups."""
    tower = CSD(model, name="copy-tiny", weights_hash="in training")
    found, kept = embed(validation, tower, progress=False).of(validation)
    truth = kept.frame["true_group"].to_numpy(dtype=str)
    threshold = threshold_for(found.vectors, truth)
    return threshold, group_quality(duplicate_groups(found.vectors, threshold), truth)


def zero_shot(model: CLIPTiny, table: ImageTable) -> dict[str, float]:
    """How often a picture is nearest to the text with its own painter's name, and to that with its own subject.

    Args:
        model: what embeds pictures and texts.
        table: pictures of the crawl, with its columns of truth.

    Returns:
        two shares in [0, 1], higher is better; 1 / painters and 1 / subjects are chance.
    """
    size, dim = model.image.config["image_size"], model.image.config["style_dim"]
    tower = TowerDescriptor(model.image, name="in training", weights_hash="changing", size=size, dim=dim)
    found, kept = embed(table, tower, progress=False).of(table)
    questions = {
        "painter": {slug: f"a painting by {PAINTERS[slug].name}" for slug in kept.frame["true_artist"].unique()},
        "subject": {subject: f"a painting of a {subject}" for subject in kept.frame["true_content"].unique()},
    }
    truth = {"painter": kept.frame["true_artist"], "subject": kept.frame["true_content"]}
    shares = {}
    for what, texts in questions.items():
        with torch.inference_mode():
            answers = model.encode_text(model.tokenised(list(texts.values())).to(tower.device)).cpu().numpy()
        nearest = np.array(list(texts))[(found.vectors @ answers.T).argmax(axis=1)]
        shares[f"zero-shot {what}"] = float((nearest == truth[what].to_numpy()).mean())
    return shares


def _record(command: str, training: ImageTable, log: pd.DataFrame, config: Any, seconds: float) -> dict[str, Any]:
    """What ``training.json`` holds of any training."""
    manifest = training.manifest
    return {
        "command": command,
        "dataset": {"dataset": "unknown"} | {key: manifest[key] for key in manifest if key not in _LONG},
        "images": len(training),
        "seconds": round(seconds),
        "config": asdict(config),
        "log": json.loads(log.to_json(orient="records")),
    }


def _recall(model: CSDModel, test: ImageTable) -> dict[str, float]:
    found = _evaluated(model, test)
    return {"recall@1, unseen artists": float(found.hits[:, 0].mean())}


def _evaluated(model: CSDModel, test: ImageTable) -> Retrieval:
    return evaluate_retrieval(test, CSD(model, name="csd-tiny", weights_hash="training"), k=10, progress=False)


def _write(output: Path, record: dict[str, Any], card: str) -> None:
    with atomic_path(output / "training.json") as path:
        path.write_text(json.dumps(record, indent=1) + "\n")
    with atomic_path(output / "README.md") as path:
        path.write_text(card)


def _csd_card(record: dict[str, Any], found: Retrieval) -> str:
    return f"""# csd-tiny

A small contrastive style descriptor (CSD, arXiv:2404.01292): a vision transformer and a projection to the style space.
`csdlib.load("csd-tiny")` loads it. License: MIT, as the project's.

{_provenance(record, f"style tags from {record['tags']}")}
- **Files:** `model.safetensors` (16 bit), `config.json` (architecture), `training.json` (settings and curves).

{_results(found)}

{_limits(record)}
"""


def _clip_card(record: dict[str, Any], found: Retrieval) -> str:
    last = record["log"][-1]
    return f"""# clip-tiny

A small CLIP (arXiv:2103.00020): a vision transformer with its projection, and a text transformer.
`csdlib.load("clip-tiny")` loads the image side, `csdlib.descriptors.clip_tiny.load_clip()` both. License: MIT, as the
project's.

{_provenance(record, "with the captions of a crawl, names missing, misspelled and wrong among them")}
- **Files:** `model.safetensors`, `config.json` (image tower), `text_encoder/` and `tokenizer/` (transformers' format),
  `clip.json` (the scale of cosines), `training.json` (settings and curves). Weights are in 16 bit.

On new works of the painters it has seen, the painter's name is the nearest of {len(PAINTERS) - len(UNSEEN)} for
{100 * last["zero-shot painter"]:.1f} % of the pictures, and the subject's for {100 * last["zero-shot subject"]:.1f} %.

{_results(found)}

{_limits(record)}
"""


def _copy_card(record: dict[str, Any], images: int, quality: dict[str, Estimate]) -> str:
    return f"""# copy-tiny

A descriptor that finds copies of one picture, cropped, framed, stamped, squeezed or mirrored: a small vision
transformer trained with the self-supervised term of CSD alone. `csdlib.load("copy-tiny")` loads it. License: MIT, as
the project's.

{_provenance(record, "without labels")}
- **Files:** `model.safetensors` (16 bit), `config.json` (architecture), `training.json` (settings, curves, threshold).

Two pictures count as copies above a cosine of {record["threshold"]}: on {images} pictures of another crawl, the lowest
threshold at which 95 % of the pairs were copies. Joined to groups, there, in percent with 95 % bootstrap intervals
over works: precision {quality["precision"].percent()}, recall {quality["recall"].percent()}. The more pictures are
compared, the more strangers lie above any threshold: set it again for a larger or another corpus
(`csdlib.curation.threshold_for`).

{_limits(record)}
"""


def _provenance(record: dict[str, Any], learned: str) -> str:
    return f"""- **Data:** {record["images"]} pictures, {learned};
  table: `{json.dumps(record["dataset"])}`.
  Never seen: {", ".join(record["unseen"])}.
- **Command:** `{record["command"]}`; {record["seconds"]} seconds.
- **Settings:** `{json.dumps(record["config"])}`. The start is {record.get("start", "random weights")}."""


def _results(found: Retrieval) -> str:
    columns = ["metric", "k", "value", "low", "high"]
    rows = "\n".join(
        f"| {metric} | {k} | {100 * value:.1f} | {100 * low:.1f} to {100 * high:.1f} |"
        for metric, k, value, low, high in found.estimates((1, 10))[columns].to_numpy().tolist()
    )
    return f"""Retrieval on the artists that training did not see, {len(found.query)} queries in {len(found.database)}
database images, percent, with a 95 % bootstrap interval over artists:

| metric | k | value | interval |
|---|---|---|---|
{rows}"""


def _limits(record: dict[str, Any]) -> str:
    seen = record["dataset"]["dataset"]
    return f"""**Limits.** It has seen only pictures of one data set ({seen}). On others its scores may mean little:
measure before you use it. A high score says that two pictures look alike to this model; it is not evidence of
copying."""
