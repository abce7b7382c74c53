"""Is the content there? A small classifier learns subjects from some painters, and names them in others' work."""

import json
import time
from datetime import date
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torchvision.transforms import v2

from csdlib.datasets.atelier import SUBJECTS, UNSEEN, atelier
from csdlib.files import atomic_path
from csdlib.metrics import recall_at_k
from csdlib.tables import ImageTable

_COMMAND = 'make chapter NAME=meet_the_painters PARAMS="-p train_classifier true"'


def content_accuracy(
    output: Path | None = None, *, works_per_painter: int = 84, size: int = 64, epochs: int = 16, seed: int = 0
) -> dict[str, object]:
    """Trains a classifier of subjects on the painters whom the descriptors see, and tests it on the unseen ones.

    Args:
        output: a JSON file that the result is written to, if given.
        works_per_painter: pictures of each painter.
        size: side of the pictures in pixels.
        epochs: passes over the training pictures.
        seed: of the weights, the batches and the augmentation.

    Returns:
        ``accuracy`` in [0, 1] with ``low`` and ``high`` (95 % bootstrap interval over painters), the tested
        ``pictures`` and ``painters``, ``confused`` (the most frequent mistakes), and how it was made.
    """
    started = time.perf_counter()
    table = atelier(works_per_painter, size=size)
    unseen = table.frame["artist"].isin(UNSEEN).to_numpy()
    model = _trained(*_tensors(table.take(np.flatnonzero(~unseen))), epochs, seed)
    test = table.take(np.flatnonzero(unseen))
    images, truth = _tensors(test)
    with torch.inference_mode():
        guesses = torch.cat([model(_scaled(batch)).argmax(1) for batch in torch.split(images, 256)])
    right = (guesses == truth).numpy()[:, None]
    estimate = recall_at_k(right, 1, groups=test.frame["artist"].to_numpy(dtype=str))
    record: dict[str, object] = {
        "accuracy": round(estimate.value, 4),
        "low": round(estimate.low, 4),
        "high": round(estimate.high, 4),
        "painters": estimate.n,
        "pictures": len(test),
        "training_pictures": int((~unseen).sum()),
        "confused": _confused(guesses, truth),
        "settings": {"works_per_painter": works_per_painter, "size": size, "epochs": epochs, "seed": seed},
        "date": date.today().isoformat(),
        "command": _COMMAND,
        "seconds": round(time.perf_counter() - started),
    }
    if output is not None:
        with atomic_path(output) as path:
            path.write_text(json.dumps(record, indent=1) + "\n")
    return record


def _tensors(table: ImageTable) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, size, size) uint8 and the numbers of their subjects (n,) int64."""
    pictures = np.stack([np.asarray(table.open(row)) for row in range(len(table))])
    numbers = {name: number for number, name in enumerate(SUBJECTS)}
    subjects = torch.tensor([numbers[name] for name in table.frame["content"]])
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(), subjects


def _scaled(images: Tensor) -> Tensor:
    return images.float() / 127.5 - 1


def _network(classes: int) -> nn.Sequential:
    """Four blocks of convolutions, 1.2 million weights."""
    layers: list[nn.Module] = []
    for inside, outside in ((3, 32), (32, 64), (64, 128), (128, 256)):
        for start in (inside, outside):
            layers += [nn.Conv2d(start, outside, 3, padding=1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()]
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.3), nn.Linear(256, classes))


def _trained(images: Tensor, subjects: Tensor, epochs: int, seed: int) -> nn.Sequential:
    """The network after training; colours are shaken, or it would learn the painters' palettes with the subjects."""
    torch.manual_seed(seed)
    model = _network(len(SUBJECTS))
    changes = v2.Compose(
        [
            v2.RandomResizedCrop(images.shape[-1], scale=(0.6, 1), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(0.4, 0.4, 0.4, 0.3),
            v2.RandomGrayscale(0.2),
        ]
    )
    batch, steps = 64, epochs * (len(images) // 64)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    order = torch.cat([torch.randperm(len(images))[: len(images) // batch * batch] for _ in range(epochs)])
    for rows in torch.split(order, batch):
        views = torch.stack([changes(image) for image in images[rows]])
        loss = nn.functional.cross_entropy(model(_scaled(views)), subjects[rows], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    return model.eval()


def _confused(guesses: Tensor, truth: Tensor, most: int = 5) -> list[str]:
    names = list(SUBJECTS)
    wrong = [f"{names[t]} taken for {names[g]}" for g, t in zip(guesses, truth, strict=True) if g != t]
    counts = {text: wrong.count(text) for text in wrong}
    return [f"{text}: {counts[text]}" for text in sorted(counts, key=lambda text: -counts[text])[:most]]
