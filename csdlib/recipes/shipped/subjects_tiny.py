"""How subjects-tiny is made: the judge of what a generated picture shows."""

import time
from typing import Any

import numpy as np

from csdlib.atelier import UNSEEN, atelier
from csdlib.files import AnyPath
from csdlib.generation.subjects import judged_content, train_subject_classifier
from csdlib.recipes.shipped.cards import write_record

#: Side of the pictures that it looks at, in pixels: forms need no more.
SIZE = 64

#: How subjects-tiny was trained: pictures of each painter, and passes over them.
WORKS, EPOCHS = 84, 16


def train_subjects_tiny(
    output: AnyPath,
    *,
    works_per_painter: int = WORKS,
    epochs: int = EPOCHS,
    seed: int = 0,
    command: str = "",
    cache: AnyPath | None = None,
) -> dict[str, Any]:
    """Trains the classifier of subjects on the painters whom descriptors see, and tests it on the others.

    Args:
        output: folder for the model, its record and its card.
        works_per_painter: pictures of each painter of the exhibition.
        epochs: passes over the pictures.
        seed: of the weights, the batches and the augmentation.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    table = atelier(works_per_painter, size=SIZE, cache=cache)
    unseen = table.frame["artist"].isin(UNSEEN).to_numpy()
    training, test = table.take(np.flatnonzero(~unseen)), table.take(np.flatnonzero(unseen))
    started = time.perf_counter()
    classifier = train_subject_classifier(training, epochs=epochs, seed=seed)
    seconds = round(time.perf_counter() - started)
    classifier.save(output)
    record = {"command": command, "training_images": len(training), "epochs": epochs, "seed": seed, "seconds": seconds}
    record |= {"unseen": list(UNSEEN)} | judged_content(classifier, test)
    write_record(output, record, _card(record))
    return record


def _card(record: dict[str, Any]) -> str:
    return f"""# subjects-tiny

A small convolutional network that names the subject of an atelier picture, whoever painted it: the judge of what
generated pictures show. `csdlib.generation.SubjectClassifier.load()` loads it. License: MIT, as the project's.

- **Data:** {record["training_images"]} pictures of the exhibition, {SIZE} pixels.
  Never seen: {", ".join(record["unseen"])}.
- **Command:** `{record["command"]}`; {record["seconds"]} seconds.
- **Files:** `model.safetensors` (16 bit), `config.json` (subjects), `training.json` (settings, results).

It names {100 * record["accuracy"]:.1f} % [{100 * record["low"]:.1f}, {100 * record["high"]:.1f}] of the
{record["images"]} pictures by {record["artists"]} painters that it has not seen (95 % bootstrap interval over
painters). Its most frequent mistakes: {"; ".join(record["confused"])}.
"""
