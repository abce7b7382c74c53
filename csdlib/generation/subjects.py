"""A small network that names what a picture shows, whoever painted it."""

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torchvision.transforms import v2
from torchvision.transforms.v2 import functional as vision

from csdlib.descriptors.weights import seeded_weights
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, data_path
from csdlib.metrics.intervals import bootstrap
from csdlib.tables import ImageTable
from csdlib.training.loop import Trainer


class SubjectClassifier:
    """Pictures to the names of their subjects.

    Args:
        names: the subjects.
        size: side of the pictures that it looks at, in pixels.
    """

    def __init__(self, names: Sequence[str], size: int) -> None:
        self.names, self.size = list(names), size
        self.network = _network(len(self.names))

    def guess(self, table: ImageTable) -> np.ndarray:
        """What each picture of a table shows, (n,) strings, each one of ``names``."""
        return np.array(self.names)[self.probabilities(table).argmax(axis=1)]

    def probabilities(self, table: ImageTable) -> np.ndarray:
        """How likely each of ``names`` is for every picture of a table, (n, names) float64; rows sum to 1."""
        self.network.eval()
        with torch.inference_mode():
            found = [self.network(_scaled(part)).double().softmax(1) for part in torch.split(self.tensors(table), 256)]
        return np.asarray(torch.cat(found).numpy())

    def tensors(self, table: ImageTable) -> Tensor:
        """The pictures of a table, (n, 3, size, size) uint8; what is not square is squeezed."""
        resized = [vision.resize(table.open(row), [self.size, self.size]) for row in range(len(table))]
        return torch.stack([vision.pil_to_tensor(image) for image in resized])

    def save(self, folder: AnyPath) -> None:
        """Writes ``config.json`` and ``model.safetensors`` (16 bit) into a folder, atomically."""
        folder = Path(folder)
        weights = {
            name: value.half() if value.is_floating_point() else value
            for name, value in self.network.state_dict().items()
        }
        with atomic_path(folder / "model.safetensors") as path:
            save_file({name: value.contiguous() for name, value in weights.items()}, path)
        with atomic_path(folder / "config.json") as path:
            path.write_text(json.dumps({"names": self.names, "size": self.size}, indent=1) + "\n")

    @classmethod
    def load(cls, folder: AnyPath | None = None) -> "SubjectClassifier":
        """Reads what ``save`` wrote.

        Args:
            folder: by default that of the shipped ``subjects-tiny``, which knows the subjects of the atelier.

        Raises:
            InputError: a file is missing, cut, or does not fit.
        """
        folder = None if folder is None else Path(folder)
        folder = folder or data_path("models/subjects-tiny")
        try:
            classifier = cls(**json.loads((folder / "config.json").read_text()))
            weights = load_file(folder / "model.safetensors")
            whole = {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}
            classifier.network.load_state_dict(whole)
        except (OSError, ValueError, TypeError, RuntimeError, SafetensorError) as error:
            raise InputError(f"{folder}: holds no saved classifier of subjects ({error})") from error
        return classifier


def train_subject_classifier(
    table: ImageTable, *, size: int = 0, epochs: int = 16, shake_colours: bool = True, seed: int = 0
) -> SubjectClassifier:
    """Learns the subjects of a table's pictures, or whatever else stands in their ``content``.

    Args:
        table: pictures with their ``content``.
        size: side of the pictures that the classifier looks at; 0 is that of the first picture.
        epochs: passes over the pictures.
        shake_colours: of subjects, or it would learn the painters' palettes with them; not where the painter is asked.
        seed: of the weights, the batches and the augmentation.
    """
    with seeded_weights(seed):
        classifier = SubjectClassifier(list(dict.fromkeys(table.frame["content"])), size or table.open(0).width)
        _train(classifier, table, epochs, shake_colours)
    return classifier


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


def _train(classifier: SubjectClassifier, table: ImageTable, epochs: int, shake_colours: bool) -> None:
    model, images = classifier.network, classifier.tensors(table)
    subjects = torch.tensor([classifier.names.index(name) for name in table.frame["content"]])
    colours = [v2.ColorJitter(0.4, 0.4, 0.4, 0.3), v2.RandomGrayscale(0.2)] if shake_colours else []
    cut = v2.RandomResizedCrop(images.shape[-1], scale=(0.6, 1), antialias=True)
    changes = v2.Compose([cut, v2.RandomHorizontalFlip(), *colours])
    batch = min(64, len(images))
    steps = epochs * (len(images) // batch)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps)
    order = torch.cat([torch.randperm(len(images))[: len(images) // batch * batch] for _ in range(epochs)])
    trainer = Trainer(model, optimizer, schedule, steps=steps, ids=table.ids, progress=False)
    for _, (rows, shown) in trainer.run((rows.numpy(), images[rows]) for rows in torch.split(order, batch)):
        views = torch.stack([changes(image) for image in shown])
        loss = nn.functional.cross_entropy(model(_scaled(views)), subjects[rows], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        trainer.report(rows, cross_entropy=loss.item())


def content_accuracy(table: ImageTable, *, epochs: int = 16, seed: int = 0) -> dict[str, Any]:
    """Trains a classifier of subjects on the artists whom descriptors see, and tests it on the others.

    Args:
        table: images of one size with their ``content``; ``manifest["unseen"]`` names the artists that are put aside.
        epochs: passes over the training images.
        seed: of the weights, the batches and the augmentation.

    Returns:
        ``accuracy`` in [0, 1] with ``low`` and ``high`` (95 % bootstrap interval over artists), the tested ``artists``
        and ``images``, ``training_images``, ``confused`` (the most frequent mistakes), and ``seconds``.

    Raises:
        InputError: the table names no unseen artist, or nobody else.
    """
    started = time.perf_counter()
    unseen = table.frame["artist"].isin(table.manifest.get("unseen", [])).to_numpy()
    if unseen.all() or not unseen.any():
        raise InputError("content_accuracy needs artists who are unseen (manifest['unseen']), and others to learn from")
    model = train_subject_classifier(table.take(np.flatnonzero(~unseen)), epochs=epochs, seed=seed)
    found = judged_content(model, table.take(np.flatnonzero(unseen)))
    seconds = round(time.perf_counter() - started)
    return found | {"training_images": int((~unseen).sum()), "seconds": seconds}


def judged_content(classifier: SubjectClassifier, test: ImageTable) -> dict[str, Any]:
    """How often a classifier names the right subject.

    Args:
        classifier: what is judged.
        test: pictures with ``artist`` and ``content``.

    Returns:
        ``accuracy`` in [0, 1] with ``low`` and ``high`` (95 % bootstrap interval over artists), the ``artists``,
        ``images`` and ``confused`` (the most frequent mistakes).
    """
    guesses, truth = classifier.guess(test), test.column("content")
    estimate = bootstrap((guesses == truth).astype(float), groups=test.column("artist"))
    return {
        "accuracy": round(estimate.value, 4),
        **{end: None if np.isnan(at) else round(at, 4) for end, at in (("low", estimate.low), ("high", estimate.high))},
        "artists": estimate.n,
        "images": len(test),
        "confused": _confused(guesses.tolist(), truth.tolist()),
    }


def _confused(guesses: list[str], truth: list[str], most: int = 5) -> list[str]:
    wrong = Counter(f"{name} taken for {guess}" for guess, name in zip(guesses, truth, strict=True) if guess != name)
    return [f"{text}: {count}" for text, count in wrong.most_common(most)]
