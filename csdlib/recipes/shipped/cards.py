"""Model cards and training records: what every shipped model says about itself."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from csdlib.descriptors.registry import load
from csdlib.files import AnyPath, atomic_path
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import paired_difference
from csdlib.metrics.ranking import METRIC_TITLES, mean_precision_at_k, recall_at_k, recall_per_query
from csdlib.retrieval.benchmark import Retrieval, evaluate_retrieval
from csdlib.tables import ImageTable

#: What a table's manifest holds for every image, or the model's record says elsewhere.
_LONG = ("sha256", "names", "unseen", "withheld")


def training_record(
    command: str, training: ImageTable, log: pd.DataFrame, config: Any, seconds: float
) -> dict[str, Any]:
    """What ``training.json`` holds of any training: the command, the data set, the settings, and the curves."""
    manifest = training.manifest
    return {
        "command": command,
        "dataset": {"dataset": "unknown"} | {key: manifest[key] for key in manifest if key not in _LONG},
        "images": len(training),
        "seconds": round(seconds),
        "device": torch.cuda.get_device_name()
        if torch.cuda.is_available()
        else f"{torch.get_num_threads()} CPU threads",
        "config": asdict(config),
        "log": json.loads(log.to_json(orient="records")),
    }


def write_record(output: AnyPath, record: dict[str, Any], card: str) -> None:
    """Writes ``training.json`` and the card into a model's folder, atomically."""
    output = Path(output)
    with atomic_path(output / "training.json") as path:
        path.write_text(json.dumps(record, indent=1) + "\n")
    with atomic_path(output / "README.md") as path:
        path.write_text(card)


def provenance(record: dict[str, Any], learned: str) -> str:
    """The lines of a card that say what was learned, from what, by which command."""
    return f"""- **Data:** {record["images"]} pictures, {learned};
  table: `{json.dumps(record["dataset"])}`.
  Never seen: {", ".join(record["unseen"]) or "nobody: it has seen all painters"}.
- **Command:** `{record["command"]}`; {record["seconds"]} seconds{on(record)}.
- **Settings:** `{json.dumps(record["config"])}`. The start is {record.get("start", "random weights")}."""


def on(record: dict[str, Any]) -> str:
    """What a training ran on, where its record says so."""
    return f" on {record['device']}" if "device" in record else ""


def retrieval_results(found: Retrieval) -> str:
    """The lines of a card with the retrieval of unseen artists."""
    rows = "\n".join(
        f"| {METRIC_TITLES[row['metric']]} | {row['k']} | {Estimate.from_row(row).percent()} |"
        for _, row in found.estimates((1, 10)).iterrows()
    )
    return f"""Retrieval on the artists that training did not see, {len(found.query)} queries in {len(found.database)}
database images, percent, with a 95 % bootstrap interval over artists; mean precision@k is what the paper calls mAP@k:

| metric | k | percent [interval] |
|---|---|---|
{rows}"""


def compared(found: Retrieval, baselines: Sequence[str]) -> list[dict[str, str]]:
    """A descriptor beside others on the same queries: one row a descriptor, itself first.

    Each row has percent with 95 % bootstrap intervals over artists; ``above`` is how much the first row's mAP@1 is
    above this one's, by the paired difference.
    """
    judges = ImageTable(
        pd.concat([found.query.frame, found.database.frame], ignore_index=True), found.query.root, found.query.manifest
    )
    others = [evaluate_retrieval(judges, load(name), label=found.label, k=10, progress=False) for name in baselines]
    return [_row(found, other) for other in (found, *others)]


def _row(found: Retrieval, other: Retrieval) -> dict[str, str]:
    gain = paired_difference(recall_per_query(found.hits, 1), recall_per_query(other.hits, 1), groups=found.labels)
    return {
        "descriptor": other.descriptor,
        "mAP@1": mean_precision_at_k(other.hits, 1, groups=other.labels).percent(),
        "mean precision@10": mean_precision_at_k(other.hits, 10, groups=other.labels).percent(),
        "recall@10": recall_at_k(other.hits, 10, groups=other.labels).percent(),
        "above": "" if other is found else gain.percent(),
    }


def comparison(rows: Sequence[dict[str, str]]) -> str:
    """The lines of a card that set a descriptor beside others."""
    name = rows[0]["descriptor"]
    lines = "\n".join(f"| {' | '.join(row.values())} |" for row in rows)
    return f"""Beside other descriptors, percent with 95 % bootstrap intervals over artists; the last column is how much
{name}'s mAP@1 is above theirs, by the paired difference:

| descriptor | mAP@1 | mean precision@10 | recall@10 | {name} above it by |
|---|---|---|---|---|
{lines}"""


def limits(record: dict[str, Any]) -> str:
    """The lines of a card that say what a score does not mean."""
    seen = record["dataset"]["dataset"]
    return f"""**Limits.** It has seen only pictures of one data set ({seen}). On others its scores may mean little:
measure before you use it. A high score says that two pictures look alike to this model; it is not evidence of
copying."""
