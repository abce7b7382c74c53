"""Content: is it in the pictures, and does a style descriptor still look at it?

A small classifier learns subjects from some painters, and names them in others' work. And among the works of one
artist, where style cannot help, a descriptor that pairs pictures by subject looks at content.
"""

import time
from collections import Counter

import numpy as np
import torch
from scipy.spatial.distance import cdist
from torch import Tensor, nn
from torchvision.transforms import v2

from csdlib.descriptors import Descriptor
from csdlib.embeddings import embed
from csdlib.errors import InputError
from csdlib.metrics import recall_at_k
from csdlib.tables import ImageTable


def content_accuracy(table: ImageTable, *, epochs: int = 16, seed: int = 0) -> dict[str, object]:
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
    names = list(dict.fromkeys(table.frame["content"]))
    model = _trained(*_tensors(table.take(np.flatnonzero(~unseen)), names), len(names), (epochs, seed))
    test = table.take(np.flatnonzero(unseen))
    images, truth = _tensors(test, names)
    with torch.inference_mode():
        guesses = torch.cat([model(_scaled(batch)).argmax(1) for batch in torch.split(images, 256)])
    right = (guesses == truth).numpy()[:, None]
    estimate = recall_at_k(right, 1, groups=test.frame["artist"].to_numpy(dtype=str))
    return {
        "accuracy": round(estimate.value, 4),
        "low": round(estimate.low, 4),
        "high": round(estimate.high, 4),
        "artists": estimate.n,
        "images": len(test),
        "training_images": int((~unseen).sum()),
        "confused": _confused([names[k] for k in guesses.tolist()], test.frame["content"].tolist()),
        "seconds": round(time.perf_counter() - started),
    }


def content_leakage(table: ImageTable, descriptor: Descriptor) -> np.ndarray:
    """Whether the most similar other work of the same artist shows the same content.

    Style is held fixed, so a pure style descriptor would find the same content as often as chance; more is leakage.

    Args:
        table: images with ``artist`` and ``content``.
        descriptor: what is asked.

    Returns:
        (n,) float64 in {0, 1}, in the order of the images that could be read; the mean is a share, lower is better.

    Raises:
        InputError: an artist with a single image.
    """
    found, kept = embed(table, descriptor, progress=False).of(table)
    content = kept.frame["content"].to_numpy(dtype=str)
    same = np.zeros(len(kept))
    for artist, works in kept.frame.reset_index(drop=True).groupby("artist").groups.items():
        if len(works) < 2:
            raise InputError(f"artist {artist!r} has a single image: there is no other work to look for")
        vectors = found.vectors[works]
        nearness = vectors @ vectors.T if found.metric == "cosine" else -cdist(vectors, vectors)
        np.fill_diagonal(nearness, -np.inf)
        same[works] = content[works] == content[works][nearness.argmax(axis=1)]
    return same


def _tensors(table: ImageTable, names: list[str]) -> tuple[Tensor, Tensor]:
    """Pictures (n, 3, size, size) uint8 and the numbers of their subjects (n,) int64."""
    pictures = np.stack([np.asarray(table.open(row)) for row in range(len(table))])
    subjects = torch.tensor([names.index(name) for name in table.frame["content"]])
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


def _trained(images: Tensor, subjects: Tensor, classes: int, run: tuple[int, int]) -> nn.Sequential:
    """The network after training; colours are shaken, or it would learn the painters' palettes with the subjects."""
    epochs, seed = run
    torch.manual_seed(seed)
    model = _network(classes)
    changes = v2.Compose(
        [
            v2.RandomResizedCrop(images.shape[-1], scale=(0.6, 1), antialias=True),
            v2.RandomHorizontalFlip(),
            v2.ColorJitter(0.4, 0.4, 0.4, 0.3),
            v2.RandomGrayscale(0.2),
        ]
    )
    batch = min(64, len(images))
    steps = epochs * (len(images) // batch)
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


def _confused(guesses: list[str], truth: list[str], most: int = 5) -> list[str]:
    wrong = Counter(f"{name} taken for {guess}" for guess, name in zip(guesses, truth, strict=True) if guess != name)
    return [f"{text}: {count}" for text, count in wrong.most_common(most)]
