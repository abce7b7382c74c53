"""Model cards and training records: what every shipped model says about itself."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from csdlib.benchmark import Retrieval
from csdlib.files import atomic_path
from csdlib.tables import ImageTable

#: What a table's manifest holds for every image, or the model's record says elsewhere.
_LONG = ("sha256", "unseen", "withheld")


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
        "config": asdict(config),
        "log": json.loads(log.to_json(orient="records")),
    }


def write_record(output: Path, record: dict[str, Any], card: str) -> None:
    """Writes ``training.json`` and the card into a model's folder, atomically."""
    with atomic_path(output / "training.json") as path:
        path.write_text(json.dumps(record, indent=1) + "\n")
    with atomic_path(output / "README.md") as path:
        path.write_text(card)


def provenance(record: dict[str, Any], learned: str) -> str:
    """The lines of a card that say what was learned, from what, by which command."""
    return f"""- **Data:** {record["images"]} pictures, {learned};
  table: `{json.dumps(record["dataset"])}`.
  Never seen: {", ".join(record["unseen"])}.
- **Command:** `{record["command"]}`; {record["seconds"]} seconds.
- **Settings:** `{json.dumps(record["config"])}`. The start is {record.get("start", "random weights")}."""


def retrieval_results(found: Retrieval) -> str:
    """The lines of a card with the retrieval of unseen artists."""
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


def limits(record: dict[str, Any]) -> str:
    """The lines of a card that say what a score does not mean."""
    seen = record["dataset"]["dataset"]
    return f"""**Limits.** It has seen only pictures of one data set ({seen}). On others its scores may mean little:
measure before you use it. A high score says that two pictures look alike to this model; it is not evidence of
copying."""
