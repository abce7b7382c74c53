"""Training clip-tiny: images and their captions find each other (CLIP, arXiv:2103.00020, Figure 3)."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
import torch
from accelerate import Accelerator
from torch import Tensor
from torch.nn import functional

from csdlib.descriptors.clip_tiny import CLIPTiny
from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.tables import ImageTable
from csdlib.training.batches import batch_rows, batches, readable
from csdlib.training.loop import Trainer, bfloat16, require_one_process, warmup_schedule
from csdlib.training.views import StylePreservingViews


@dataclass(frozen=True)
class CLIPConfig:
    """The settings of a training on captions.

    Attributes:
        steps: optimiser steps.
        batch_size: images a step.
        rate: learning rate of AdamW at its top; it rises linearly, and falls as a half cosine.
        warmup: share of the steps in which it rises.
        weight_decay: of matrices; vectors and scalars have none.
        smallest_crop: smallest share of a picture's area in a view.
        seed: of the order of images and of the views.
    """

    steps: int = 1000
    batch_size: int = 128
    rate: float = 1e-3
    warmup: float = 0.05
    weight_decay: float = 0.1
    smallest_crop: float = 0.5
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 2), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")


def fit_clip(
    model: CLIPTiny,
    table: ImageTable,
    config: CLIPConfig,
    *,
    evaluate: Callable[[CLIPTiny], dict[str, float]] | None = None,
    evaluate_every: int = 100,
    checkpoint: AnyPath | None = None,
    workers: int = 2,
    progress: bool = True,
) -> pd.DataFrame:
    """Trains both towers on a table's captions, in place.

    The towers compute in bfloat16 where the device does so natively; weights, loss and optimiser stay in float32. A run
    that was killed and is called again with the same arguments goes on from its last checkpoint.

    Args:
        model: the model; changed in place.
        table: the training images; all have a caption.
        config: the settings.
        evaluate: called with the model before the first step and after every ``evaluate_every`` steps.
        evaluate_every: steps between evaluations and checkpoints.
        checkpoint: file for the state; read if it exists.
        workers: threads that prepare views.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation, as that of ``csdlib.training.fit``; the loss is ``contrastive_loss``.

    Raises:
        InputError: an image without caption, fewer readable images than a batch, several processes, a loss that is not
            finite, or a checkpoint that is damaged, or of another model, data set or settings.
    """
    require_one_process("a training on captions")
    table = readable(table, progress=progress)
    _check(table, config)
    accelerator = Accelerator()
    optimizer = _optimizer(model, config)
    schedule = warmup_schedule(optimizer, config.steps, config.warmup)
    trained, optimizer = accelerator.prepare(model, optimizer)
    views = StylePreservingViews(model.image.config["image_size"], config.smallest_crop, views=1, turns=False)
    captions = table.frame["caption"].to_numpy(dtype=object)
    trainer = Trainer(
        model,
        optimizer,
        schedule,
        steps=config.steps,
        ids=table.ids,
        identity=(config, model.config, views, table.ids.tolist(), captions.tolist()),
        evaluate=evaluate,
        evaluate_every=evaluate_every,
        checkpoint=checkpoint,
        progress=progress,
    )
    draw = partial(batch_rows, len(table), config.batch_size, seed=config.seed)
    source = batches(table, views, draw, trainer.remaining, seed=config.seed, workers=workers)
    for _, (rows, images) in trainer.run(source):
        tokens = model.tokenised(captions[rows].tolist())
        with bfloat16(accelerator.device):
            pictures, texts = trained(images[:, 0].to(accelerator.device), tokens.to(accelerator.device))
        loss = contrastive_loss(pictures.float(), texts.float(), model.log_scale.exp())
        optimizer.zero_grad()
        accelerator.backward(loss)
        optimizer.step()
        # CLIP clips its scale at 100, lest the softmax become too sharp to learn from.
        model.log_scale.data.clamp_(0, math.log(100))
        trainer.report(rows, contrastive_loss=loss.item())
    return trainer.log


def contrastive_loss(images: Tensor, texts: Tensor, scale: Tensor | float) -> Tensor:
    """CLIP's loss: every image should find its text among the batch's, and every text its image.

    Args:
        images: (n, d), rows of unit norm.
        texts: (n, d), rows of unit norm; row i belongs to image i.
        scale: 1 / tau, above 0.

    Returns:
        the mean of both cross-entropies in nats, a scalar >= 0; lower is better, log n is chance.

    Example:
        >>> round(float(contrastive_loss(torch.eye(2), torch.eye(2), 1.0)), 4)  # log(1 + 1 / e)
        0.3133
    """
    logits = scale * images @ texts.T
    own = torch.arange(len(images), device=images.device)
    return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2


def _check(table: ImageTable, config: CLIPConfig) -> None:
    bare = ~table.frame["caption"].map(lambda text: isinstance(text, str))
    if bare.any():
        raise InputError(f"image {str(table.ids[bare.to_numpy()][0])!r} has no caption to learn from")
    if len(table) < config.batch_size:
        raise InputError(f"{len(table)} training images are fewer than batch_size = {config.batch_size}")


def _optimizer(model: CLIPTiny, config: CLIPConfig) -> torch.optim.Optimizer:
    weights = list(model.parameters())
    groups = [
        {"params": [value for value in weights if value.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [value for value in weights if value.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=config.rate, betas=(0.9, 0.98), eps=1e-6)
