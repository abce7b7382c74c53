"""Training CSD: one loop (arXiv:2404.01292, Section 3.3), the same on a CPU, a GPU or several of them."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd
import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from csdlib.descriptors.style_model import StyleModel
from csdlib.errors import InputError, unknown
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.training.batches import batch_rows, batches, readable, tagged_rows
from csdlib.training.loop import Trainer, bfloat16, warmup_schedule
from csdlib.training.losses import MeanOver, Weighting, multilabel_contrastive_loss, self_supervised_loss
from csdlib.training.views import StylePreservingViews, Views


@dataclass(frozen=True)
class TrainingConfig:
    """The settings of a training.

    The defaults are the paper's where a small model allows it: tau = 0.1, lambda = 0.2, SGD with momentum 0.9, a
    linear warm-up, the projection learning faster than the tower.

    Attributes:
        steps: optimiser steps.
        batch_size: images a step, over all processes together.
        images_each: images of each tag in a batch, whose tags are drawn at random; 0 draws images, whatever their tags.
            Where artists are many and batches small, images drawn one by one hardly ever share one.
        micro_batch: images that a process holds with gradients at a time; 0 holds its whole share. Smaller ones need
            less memory, take a second forward pass, and give the same gradients.
        label_weight: of the multi-label term; 0 leaves it out, and tags are not needed.
        ssl_weight: lambda, the weight of the self-supervised term; 0 leaves it out.
        temperature: tau of both terms.
        weighting: of positives in the multi-label term, see ``multilabel_contrastive_loss``.
        mean_over: what the multi-label term is the mean over, see there: with few labels, ``"positives"`` keeps its
            weight beside the self-supervised one.
        optimizer: ``"sgd"`` (the paper's) or ``"adamw"`` (for towers that start from random weights).
        projection_rate: learning rate of the projection.
        backbone_rate: learning rate of the tower.
        warmup: share of the steps in which the rates rise linearly from 0.
        decay: what the rates do afterwards: ``"cosine"`` falls to 0 as a half cosine, ``"none"`` stays.
        smallest_crop: smallest share of a picture's area in a view; a closer look would change the size of strokes.
        photometric: also change colour and sharpness in views: for the ablation, since this changes style.
        bfloat16: compute the tower in bfloat16 (autocast) where the device does so natively; weights, loss and
            optimiser stay in float32.
        seed: of the order of images and of the views.
    """

    steps: int = 400
    batch_size: int = 64
    images_each: int = 0
    micro_batch: int = 0
    label_weight: float = 1.0
    ssl_weight: float = 0.2
    temperature: float = 0.1
    weighting: Weighting = "indicator"
    mean_over: MeanOver = "rows"
    optimizer: Literal["sgd", "adamw"] = "sgd"
    projection_rate: float = 3e-3
    backbone_rate: float = 1e-4
    warmup: float = 0.1
    decay: Literal["cosine", "none"] = "cosine"
    smallest_crop: float = 0.6
    photometric: bool = False
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if self.optimizer not in ("sgd", "adamw"):
            raise unknown("optimizer", self.optimizer, ["sgd", "adamw"])
        if self.decay not in ("cosine", "none"):
            raise unknown("decay", self.decay, ["cosine", "none"])
        for name, least in (("steps", 1), ("batch_size", 2), ("images_each", 0), ("micro_batch", 0), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        for name in ("label_weight", "ssl_weight"):
            if not getattr(self, name) >= 0:
                raise InputError(f"{name} must be at least 0, got {getattr(self, name)}")
        if not self.label_weight + self.ssl_weight > 0:
            raise InputError("label_weight and ssl_weight are both 0: there would be nothing to learn")
        if not 0 <= self.warmup <= 1:
            raise InputError(f"warmup must be in [0, 1], got {self.warmup}")


def fit(
    model: StyleModel,
    table: ImageTable,
    config: TrainingConfig,
    *,
    views: Views | None = None,
    evaluate: Callable[[Any], dict[str, float]] | None = None,
    evaluate_every: int = 100,
    checkpoint: AnyPath | None = None,
    workers: int = 2,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains a model on a table's style tags, in place.

    Batches and views depend on the seed and the step only. So a run that was killed and is called again with the same
    arguments goes on from its last checkpoint, and ends with the same weights. Under ``accelerate launch`` every
    process describes its share of the batch, and the loss is that of the whole batch, with exact gradients.

    Args:
        model: the model; changed in place.
        table: the training images; rows without tags enter the self-supervised term only. Images that cannot be read
            are left out before the first step, and counted on the error stream.
        config: the settings.
        views: what makes the views of an image; by default ``StylePreservingViews`` with the settings' crop.
        evaluate: called with the model before the first step and after every ``evaluate_every`` steps, in the first
            process; its numbers enter the log.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        workers: threads that prepare views; their number changes nothing but the speed.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation, with step, the mean losses since the last row, the share of batches without a
        positive pair, images a second, and the evaluation's numbers.

    Raises:
        InputError: fewer readable images than a batch, no image with a tag, a batch that the processes cannot share
            evenly, a loss that is not finite (step and images are saved beside the checkpoint), or a checkpoint that is
            damaged, or of another model, data set or settings.
    """
    table = readable(table, progress=progress)
    accelerator = Accelerator()
    _check(table, config, accelerator.num_processes)
    learning = [name for name, weight in model.named_parameters() if weight.requires_grad]
    optimizer = _optimizer(model, config)
    schedule = warmup_schedule(optimizer, config.steps, config.warmup, config.decay)
    trained, optimizer = accelerator.prepare(model, optimizer)
    size = model.config["image_size"]
    views = views or StylePreservingViews(size, config.smallest_crop, photometric=config.photometric)
    trainer = Trainer(
        model,
        optimizer,
        schedule,
        steps=config.steps,
        ids=table.ids,
        # Images and labels, but not the folder: a data set that was moved is still the same.
        identity=(config, model.config, learning, views, table.ids.tolist(), table.frame["styles"].tolist()),
        evaluate=evaluate,
        evaluate_every=evaluate_every,
        checkpoint=checkpoint,
        progress=progress,
    )
    # Most of them are zeros: as a dense matrix, half a million images by thousands of tags would fill gigabytes.
    labels = table.sparse_labels()
    if config.images_each:
        draw = partial(tagged_rows, labels, config.batch_size, config.images_each, seed=config.seed)
    else:
        draw = partial(batch_rows, len(table), config.batch_size, seed=config.seed)
    source = batches(table, views, draw, trainer.remaining, seed=config.seed, workers=workers)
    for step, (rows, images) in trainer.run(source):
        optimizer.zero_grad()
        terms = _backward(accelerator, trained, images, torch.from_numpy(labels[rows].toarray()), config)
        optimizer.step()
        trainer.report(rows, **terms)
        _warn(terms, step)
    accelerator.wait_for_everyone()
    return trainer.log


def _check(table: ImageTable, config: TrainingConfig, processes: int) -> None:
    if len(table) < config.batch_size:
        raise InputError(f"{len(table)} training images are fewer than batch_size = {config.batch_size}")
    if config.label_weight and not table.tags:
        raise InputError("no training image carries a style tag: the multi-label term would have nothing to learn")
    if config.images_each and config.batch_size % config.images_each:
        raise InputError(f"batch_size = {config.batch_size} is no multiple of images_each = {config.images_each}")
    if config.batch_size % processes:
        raise InputError(f"batch_size = {config.batch_size} cannot be shared evenly by {processes} processes")


def _warn(terms: dict[str, float], step: int) -> None:
    """Says where the first batches hold no positive pair."""
    if terms["without_positives"] and step < 10:
        tqdm.write(f"training: no two images of step {step + 1} share a tag; larger batches help", file=sys.stderr)


def _optimizer(model: StyleModel, config: TrainingConfig) -> torch.optim.Optimizer:
    groups = [
        {"params": [model.style_projection], "lr": config.projection_rate},
        {"params": list(model.backbone.parameters()), "lr": config.backbone_rate},
    ]
    if config.optimizer == "sgd":
        return torch.optim.SGD(groups, momentum=0.9)
    return torch.optim.AdamW(groups, weight_decay=0.05)


def _backward(
    accelerator: Accelerator, trained: Any, images: Tensor, labels: Tensor, config: TrainingConfig
) -> dict[str, float]:
    """One step's gradients, and the terms of the loss over the whole batch.

    The loss needs the descriptors of all images, but a gradient of the loss by a descriptor is all that its image needs
    to go on: so descriptors are gathered, the loss is differentiated by them, and each part of the batch continues with
    its piece (the idea of GradCache, arXiv:2101.06983). One process with one part is the plain backward pass.
    """
    described = partial(_described, trained, in_bfloat16=config.bfloat16)
    parts = torch.split(images.to(accelerator.device), config.micro_batch or len(images))
    with torch.set_grad_enabled(len(parts) == 1):
        own = torch.cat([described(part) for part in parts])
    everything = accelerator.gather(own.detach()).requires_grad_()
    terms = _terms(everything, labels.to(own.device), config)
    loss = config.label_weight * terms["multi_label_loss"] + config.ssl_weight * terms["self_supervised_loss"]
    (gradient,) = torch.autograd.grad(loss, everything)
    # Processes average their gradients, but ours are shares of one sum.
    first = accelerator.process_index * len(own)
    share = gradient[first : first + len(own)] * accelerator.num_processes
    if len(parts) == 1:
        accelerator.backward(own, gradient=share)
    else:
        for number, (part, piece) in enumerate(zip(parts, torch.split(share, len(parts[0])), strict=True)):
            with nullcontext() if number + 1 == len(parts) else accelerator.no_sync(trained):
                accelerator.backward(described(part), gradient=piece)
    return {name: float(value.detach()) for name, value in terms.items()}


def _described(trained: Any, images: Tensor, *, in_bfloat16: bool) -> Tensor:
    """Views (b, views, 3, H, W) to style descriptors (b, views, d) float32."""
    with bfloat16(images.device, in_bfloat16):
        described: Tensor = trained(images.flatten(0, 1))
    return described.float().reshape(*images.shape[:2], -1)


def _terms(style: Tensor, labels: Tensor, config: TrainingConfig) -> dict[str, Tensor]:
    """The terms of the loss: the multi-label one on the first view, as the released code does, the other on all views.

    An image without tags says nothing about who made it: it is neither a positive nor a negative of the first term.
    """
    tagged = labels.any(dim=1)
    return {
        "multi_label_loss": multilabel_contrastive_loss(
            style[tagged, 0], labels[tagged], config.temperature, config.weighting, config.mean_over
        )
        if tagged.sum() > 1
        else style.sum() * 0,
        # One view an image is enough where this term counts for nothing.
        "self_supervised_loss": self_supervised_loss(style, config.temperature)
        if config.ssl_weight or style.shape[1] > 1
        else style.sum() * 0,
        "without_positives": torch.tensor(config.label_weight > 0 and not (labels.sum(dim=0) > 1).any()).float(),
    }
