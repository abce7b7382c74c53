"""Training CSD: one loop (arXiv:2404.01292, Section 3.3)."""

import math
import pickle
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from csdlib.descriptors.csd import CSDModel
from csdlib.errors import InputError, unknown
from csdlib.files import atomic_path, text_hash
from csdlib.losses import Weighting, multilabel_contrastive_loss, self_supervised_loss
from csdlib.tables import ImageTable
from csdlib.views import StylePreservingViews


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training.

    The defaults are the paper's where a small model allows it: tau = 0.1, lambda = 0.2, SGD with momentum 0.9, a
    linear warm-up, the projection learning faster than the tower.

    Attributes:
        steps: optimiser steps.
        batch_size: images a step.
        ssl_weight: lambda, the weight of the self-supervised term; 0 leaves it out.
        temperature: tau of both terms.
        weighting: of positives in the multi-label term, see ``csdlib.losses``.
        optimizer: ``"sgd"`` (the paper's) or ``"adamw"`` (for towers that start from random weights).
        projection_rate: learning rate of the projection.
        backbone_rate: learning rate of the tower.
        warmup: share of the steps in which the rates rise linearly from 0; afterwards they fall as a half cosine.
        smallest_crop: smallest share of a picture's area in a view; a closer look would change the size of strokes.
        seed: of the order of images and of the views.
    """

    steps: int = 400
    batch_size: int = 64
    ssl_weight: float = 0.2
    temperature: float = 0.1
    weighting: Weighting = "indicator"
    optimizer: Literal["sgd", "adamw"] = "sgd"
    projection_rate: float = 3e-3
    backbone_rate: float = 1e-4
    warmup: float = 0.1
    smallest_crop: float = 0.6
    seed: int = 0

    def __post_init__(self) -> None:
        if self.optimizer not in ("sgd", "adamw"):
            raise unknown("optimizer", self.optimizer, ["sgd", "adamw"])
        if self.steps < 1 or self.batch_size < 2 or self.seed < 0 or not 0 <= self.warmup <= 1:
            raise InputError(
                "need steps >= 1, batch_size >= 2, seed >= 0 and warmup in [0, 1], got "
                f"{self.steps}, {self.batch_size}, {self.seed} and {self.warmup}"
            )


def fit(
    model: CSDModel,
    table: ImageTable,
    config: TrainingConfig,
    *,
    evaluate: Callable[[CSDModel], dict[str, float]] | None = None,
    evaluate_every: int = 100,
    checkpoint: Path | None = None,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains a model on a table's style tags, in place.

    Batches and views depend on the seed and the step only. So a run that was killed and is called again with the same
    arguments goes on from its last checkpoint, and ends with the same weights.

    Args:
        model: the model; changed in place.
        table: the training images; rows without tags enter the self-supervised term only. Images that cannot be read
            are left out before the first step, and counted on the error stream.
        config: the settings.
        evaluate: called with the model before the first step and after every ``evaluate_every`` steps; its numbers
            enter the log.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation, with step, the mean losses since the last row, and the evaluation's numbers.

    Raises:
        InputError: fewer readable images than a batch, no image with a tag, a loss that is not finite, or a checkpoint
            that is damaged, or of another model, data set or settings.
    """
    table = _readable(table, progress)
    _check(table, config)
    accelerator = Accelerator()
    trained, optimizer = accelerator.prepare(model, _optimizer(model, config))
    run = _Run(model, optimizer, config, table, checkpoint)
    labels = torch.from_numpy(table.labels())
    views = StylePreservingViews(model.config["image_size"], config.smallest_crop)
    bar = tqdm(total=config.steps, initial=run.step, desc="training", unit="step", disable=not progress)
    if run.step == 0:
        run.record(evaluate)
    with bar:
        for rows, images in _batches(table, views, config, run.step):
            supervised, ssl = _losses(trained, images.to(accelerator.device), labels[rows], config)
            loss = supervised + config.ssl_weight * ssl
            if not torch.isfinite(loss):
                raise InputError(
                    f"step {run.step}: the loss is {loss.item()}; images {table.ids[rows][:8].tolist()} ..."
                )
            _set_rates(optimizer, config, run.step)
            optimizer.zero_grad()
            accelerator.backward(loss)
            optimizer.step()
            run.advance(float(supervised.detach()), float(ssl.detach()))
            bar.update()
            if run.step % evaluate_every == 0 or run.step == config.steps:
                run.record(evaluate)
                run.save()
                bar.set_postfix({key: f"{value:.3f}" for key, value in run.log[-1].items() if key != "step"})
    model.eval()
    return pd.DataFrame(run.log)


class _Run:
    """What a training has reached: step, log, and the losses since the last row of the log."""

    def __init__(
        self, model: CSDModel, optimizer: Any, config: TrainingConfig, table: ImageTable, checkpoint: Path | None
    ) -> None:
        self.model, self.optimizer, self.checkpoint = model, optimizer, checkpoint
        # Images and tags, but not the folder: a data set that was moved is still the same.
        data = text_hash(table.ids.tolist(), table.frame["styles"].tolist())
        self.identity = text_hash(sorted(asdict(config).items()), sorted(model.config.items()), data)
        self.step = 0
        self.log: list[dict[str, float]] = []
        self._recent: list[tuple[float, float]] = []
        if checkpoint and checkpoint.is_file():
            self._resume(checkpoint)
        model.train()

    def advance(self, supervised: float, ssl: float) -> None:
        self.step += 1
        self._recent.append((supervised, ssl))

    def record(self, evaluate: Callable[[CSDModel], dict[str, float]] | None) -> None:
        """Adds a row to the log; before the first step there are no losses yet."""
        supervised, ssl = np.mean(self._recent, axis=0).tolist() if self._recent else (math.nan, math.nan)
        row = {"step": float(self.step), "multi_label_loss": supervised, "self_supervised_loss": ssl}
        if evaluate:
            self.model.eval()
            row |= {name: float(value) for name, value in evaluate(self.model).items()}
            self.model.train()
        self.log.append(row)
        self._recent = []

    def save(self) -> None:
        if not self.checkpoint:
            return
        state = {"identity": self.identity, "step": self.step, "log": self.log, "model": self.model.state_dict()}
        with atomic_path(self.checkpoint) as path:
            torch.save(state | {"optimizer": self.optimizer.state_dict()}, path)

    def _resume(self, checkpoint: Path) -> None:
        try:
            state = torch.load(checkpoint, weights_only=True, map_location="cpu")
            identity = state["identity"]
        except (OSError, EOFError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError) as error:
            raise InputError(f"{checkpoint}: damaged, or not a checkpoint; delete it to start anew") from error
        if identity != self.identity:
            raise InputError(f"{checkpoint}: of another model, data set or other settings; delete it to start anew")
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.log = state["step"], state["log"]


def _check(table: ImageTable, config: TrainingConfig) -> None:
    if len(table) < config.batch_size:
        raise InputError(f"{len(table)} training images are fewer than batch_size = {config.batch_size}")
    if not table.tags:
        raise InputError("no training image carries a style tag: the multi-label term would have nothing to learn")


def _optimizer(model: CSDModel, config: TrainingConfig) -> torch.optim.Optimizer:
    groups = [
        {"params": [model.style_projection], "lr": config.projection_rate},
        {"params": list(model.backbone.parameters()), "lr": config.backbone_rate},
    ]
    for group in groups:
        group["top_rate"] = group["lr"]
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, momentum=0.9)
    return torch.optim.AdamW(groups, weight_decay=0.05)


def _set_rates(optimizer: Any, config: TrainingConfig, step: int) -> None:
    for group in optimizer.param_groups:
        group["lr"] = group["top_rate"] * rate_factor(step, config.steps, config.warmup)


def rate_factor(step: int, steps: int, warmup: float) -> float:
    """The learning rate as a share of its top: a linear rise, then a half cosine down to 0.

    Example:
        >>> [round(rate_factor(step, 10, 0.2), 2) for step in (0, 1, 2, 6, 10)]
        [0.5, 1.0, 1.0, 0.5, 0.0]
    """
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def batch_rows(images: int, batch_size: int, step: int, seed: int) -> np.ndarray:
    """The rows of a batch: every image once an epoch, in an order that seed and epoch fix.

    Example:
        >>> sorted(np.concatenate([batch_rows(6, 2, step, seed=0) for step in range(3)]).tolist())
        [0, 1, 2, 3, 4, 5]
    """
    positions = np.arange(step * batch_size, (step + 1) * batch_size)
    epochs = positions // images
    orders = {epoch: np.random.default_rng([seed, epoch]).permutation(images) for epoch in np.unique(epochs).tolist()}
    return np.array(
        [orders[epoch][position % images] for epoch, position in zip(epochs.tolist(), positions, strict=True)]
    )


def _readable(table: ImageTable, progress: bool) -> ImageTable:
    """The table without broken images: one of them, met at step 10,000, must not end a training."""
    reasons: dict[int, str] = {}

    def look(row: int) -> None:
        try:
            table.open(row)
        except InputError as error:
            reasons[row] = str(error)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(look, range(len(table))))
    if reasons and progress:
        tqdm.write(f"training: left out {len(reasons)} images, first: {reasons[min(reasons)]}", file=sys.stderr)
    return table.take([row for row in range(len(table)) if row not in reasons])


def _batches(
    table: ImageTable, views: StylePreservingViews, config: TrainingConfig, first: int
) -> Iterator[tuple[np.ndarray, Tensor]]:
    """The batches from a step on; the next one is decoded while the caller learns this one."""
    with ThreadPoolExecutor(1) as pool:
        ahead = pool.submit(_batch, table, views, config, first)
        for step in range(first, config.steps):
            current = ahead.result()
            if step + 1 < config.steps:
                ahead = pool.submit(_batch, table, views, config, step + 1)
            yield current


def _batch(
    table: ImageTable, views: StylePreservingViews, config: TrainingConfig, step: int
) -> tuple[np.ndarray, Tensor]:
    """The rows of a step and their views, (b, views, 3, H, W)."""
    rows = batch_rows(len(table), config.batch_size, step, config.seed)
    generator = torch.Generator().manual_seed(int(np.random.default_rng([config.seed, step]).integers(2**62)))
    return rows, torch.stack([views(table.open(int(row)), generator) for row in rows])


def _losses(model: Any, images: Tensor, labels: Tensor, config: TrainingConfig) -> tuple[Tensor, Tensor]:
    """Both terms: the multi-label one on the first view, as the released code does, the other on all views."""
    style = model(images.flatten(0, 1)).unflatten(0, images.shape[:2])
    supervised = multilabel_contrastive_loss(style[:, 0], labels.to(style.device), config.temperature, config.weighting)
    return supervised, self_supervised_loss(style, config.temperature)
