"""How the shipped models are made: training, evaluation on unseen artists, and the model card, in one call."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from csdlib.benchmark import Retrieval, evaluate_retrieval
from csdlib.descriptors.csd import CSD, CSDModel, load_model, random_tiny, save_model
from csdlib.errors import InputError
from csdlib.files import atomic_path
from csdlib.tables import ImageTable
from csdlib.training import TrainingConfig, fit

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
    record = {
        "command": command,
        "dataset": {"dataset": "unknown"} | {key: table.manifest[key] for key in table.manifest if key not in _LONG},
        "images": len(training),
        "tags": list(tags),
        "unseen": unseen,
        "seconds": round(time.perf_counter() - started),
        "config": asdict(config),
        "log": json.loads(log.to_json(orient="records")),
    }
    _write(output, record, _evaluated(load_model(output), test))
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


def _recall(model: CSDModel, test: ImageTable) -> dict[str, float]:
    found = _evaluated(model, test)
    return {"recall@1, unseen artists": float(found.hits[:, 0].mean())}


def _evaluated(model: CSDModel, test: ImageTable) -> Retrieval:
    return evaluate_retrieval(test, CSD(model, name="csd-tiny", weights_hash="training"), k=10, progress=False)


def _write(output: Path, record: dict[str, Any], found: Retrieval) -> None:
    with atomic_path(output / "training.json") as path:
        path.write_text(json.dumps(record, indent=1) + "\n")
    with atomic_path(output / "README.md") as path:
        path.write_text(_card(record, found))


def _card(record: dict[str, Any], found: Retrieval) -> str:
    columns = ["metric", "k", "value", "low", "high"]
    rows = "\n".join(
        f"| {metric} | {k} | {100 * value:.1f} | {100 * low:.1f} to {100 * high:.1f} |"
        for metric, k, value, low, high in found.estimates((1, 10))[columns].to_numpy().tolist()
    )
    unseen = ", ".join(record["unseen"])
    return f"""# csd-tiny

A small contrastive style descriptor (CSD, arXiv:2404.01292): a vision transformer and a projection to the style space.
`csdlib.load("csd-tiny")` loads it. License: MIT, as the project's.

- **Data:** {record["images"]} pictures, style tags from {record["tags"]};
  table: `{json.dumps(record["dataset"])}`.
  Never seen: {unseen}.
- **Command:** `{record["command"]}`; {record["seconds"]} seconds.
- **Settings:** `{json.dumps(record["config"])}`. The start is random weights.
- **Files:** `model.safetensors` (16 bit), `config.json` (architecture), `training.json` (settings and curves).

Retrieval on the artists that training did not see, {len(found.query)} queries in {len(found.database)} database images,
percent, with a 95 % bootstrap interval over artists:

| metric | k | value | interval |
|---|---|---|---|
{rows}

**Limits.** It has seen only pictures of one data set ({record["dataset"]["dataset"]}). On others its scores may mean
little: measure before you use it. A high score says that two pictures look alike to this model; it is not evidence
of copying.
"""
