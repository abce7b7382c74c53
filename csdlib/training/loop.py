"""The trainer: what every training shares, so that only what it learns stands in its loop.

It moves the learning rates, keeps the log, writes checkpoints, and stops where a loss is no number. A killed run goes
on as if nothing had happened.
"""

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import torch
from accelerate import PartialState
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.optim.lr_scheduler import LambdaLR, LRScheduler
from tqdm import tqdm

from csdlib.descriptors.devices import computes_bfloat16
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, launched_with_others, text_hash

Batch = TypeVar("Batch")

#: What a checkpoint holds the state of.
_PARTS = ("model", "optimizer", "schedule")


class Trainer:
    """A model on its way through a training: its steps, its log, its checkpoints.

    Args:
        model: what is trained.
        optimizer: of its weights; the body of the loop takes its steps.
        schedule: of the learning rates; the trainer takes its steps.
        steps: optimiser steps, those before a kill among them.
        ids: (n,) strings, the names of the images, for the message about a loss that is not finite.
        identity: what a checkpoint must have been written with to be read: settings, architecture, data. Two values
            whose texts are equal are taken for the same.
        evaluate: called with the model before the first step and after every ``evaluate_every`` steps, in the first
            process; its numbers enter the log.
        evaluate_every: steps between rows of the log, and between checkpoints.
        checkpoint: file for the state; read if it exists.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: the checkpoint is damaged, or has another identity.

    Example:
        >>> model = torch.nn.Linear(1, 1, bias=False)
        >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        >>> schedule = warmup_schedule(optimizer, steps=9)
        >>> trainer = Trainer(model, optimizer, schedule, steps=9, ids=np.array(["one"]), progress=False)
        >>> source = ((np.array([0]), torch.ones(1, 1)) for _ in trainer.remaining)
        >>> for step, (rows, inputs) in trainer.run(source):
        ...     loss = (model(inputs) - 3).square().mean()
        ...     optimizer.zero_grad()
        ...     loss.backward()
        ...     optimizer.step()
        ...     trainer.report(rows, squared_error=loss.item())
        >>> round(model.weight.item(), 2), trainer.log["step"].tolist()
        (3.0, [0.0, 9.0])
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        schedule: LRScheduler,
        *,
        steps: int,
        ids: np.ndarray,
        identity: Sequence[object] = (),
        evaluate: Callable[[Any], dict[str, float]] | None = None,
        evaluate_every: int = 100,
        checkpoint: AnyPath | None = None,
        progress: bool = True,
    ) -> None:
        self.model, self.optimizer, self.schedule = model, optimizer, schedule
        self.steps, self.ids, self.identity = steps, ids, text_hash(*identity)
        self.evaluate, self.evaluate_every = evaluate, evaluate_every
        self.checkpoint = None if checkpoint is None else Path(checkpoint)
        self.progress = progress
        self.step = 0
        self._rows: list[dict[str, float]] = []
        if self.checkpoint and self.checkpoint.is_file():
            self._resume(self.checkpoint)

    @property
    def remaining(self) -> range:
        """The numbers of the steps that are left."""
        return range(self.step, self.steps)

    @property
    def log(self) -> pd.DataFrame:
        """One row an evaluation, with step, means of what was reported since the last row, images a second, scores."""
        # Before the first step nothing has been reported: the last row has all columns.
        return pd.DataFrame(self._rows, columns=list(self._rows[-1]))

    def run(self, source: Iterable[Batch]) -> Iterator[tuple[int, Batch]]:
        """Goes through the steps that are left; the body of the loop takes each, and reports it.

        Args:
            source: what is learned from, a batch for every one of ``remaining``.

        Yields:
            the number of the step, and its batch.
        """
        self.model.train()
        self._start_row()
        if self.step == 0:
            self._record()
        with tqdm(total=self.steps, initial=self.step, desc="training", unit="step", disable=not self.progress) as bar:
            for batch in source:
                yield self.step, batch
                self.schedule.step()
                self.step += 1
                bar.update()
                if self.step % self.evaluate_every == 0 or self.step == self.steps:
                    self._record()
                    self._save()
                    bar.set_postfix({key: f"{value:.3f}" for key, value in self._rows[-1].items() if key != "step"})
        self.model.eval()

    def report(self, rows: np.ndarray, **terms: float) -> None:
        """Takes down what a step has learned from, and the terms of its loss: their means enter the log.

        Args:
            rows: (b,) int, the rows of the images of the batch.
            terms: numbers by the names of their columns in the log.

        Raises:
            InputError: a term is not finite; step and images are saved beside the checkpoint.
        """
        if not all(map(math.isfinite, terms.values())):
            raise self._failure(terms, self.ids[rows].tolist())
        self._reported.append(terms)
        self._images += len(rows)

    def _start_row(self) -> None:
        self._reported: list[dict[str, float]] = []
        self._images = 0
        self._since = time.perf_counter()

    def _record(self) -> None:
        row = {"step": float(self.step)}
        if self._reported:
            seconds = max(time.perf_counter() - self._since, 1e-9)
            row |= {name: float(np.mean([terms[name] for terms in self._reported])) for name in self._reported[0]}
            row["images_per_second"] = self._images / seconds
        if self.evaluate and PartialState().is_main_process:
            self.model.eval()
            row |= {name: float(value) for name, value in self.evaluate(self.model).items()}
            self.model.train()
        self._rows.append(row)
        self._start_row()

    def _failure(self, terms: dict[str, float], images: list[str]) -> InputError:
        """The error for a loss that is not finite; what is needed to look into it is saved beside the checkpoint."""
        found = {"step": self.step, "terms": {name: str(value) for name, value in terms.items()}, "images": images}
        where = f"images {images[:8]} ..."
        if self.checkpoint and PartialState().is_main_process:
            with atomic_path(self.checkpoint.with_suffix(".failed.json")) as path:
                path.write_text(json.dumps(found, indent=1))
            where = f"its images stand in {self.checkpoint.with_suffix('.failed.json')}"
        return InputError(f"step {self.step}: the loss is not finite ({terms}); {where}; try smaller rates")

    def _save(self) -> None:
        """Writes the checkpoint, atomically, in the first process only."""
        if not (self.checkpoint and PartialState().is_main_process):
            return
        parts = {name: getattr(self, name).state_dict() for name in _PARTS}
        with atomic_path(self.checkpoint) as path:
            torch.save(parts | {"identity": self.identity, "step": self.step, "log": self._rows}, path)

    def _resume(self, checkpoint: Path) -> None:
        try:
            state = torch.load(checkpoint, weights_only=True, map_location="cpu")
            identity, parts = state["identity"], [state[name] for name in _PARTS]
            step, rows = int(state["step"]), list(state["log"])
        # A few flipped bits make the readers of pickles raise almost anything.
        except Exception as error:
            raise InputError(f"{checkpoint}: damaged, or not a checkpoint; delete it to start anew") from error
        if identity != self.identity:
            raise InputError(f"{checkpoint}: of another model, data set or other settings; delete it to start anew")
        for name, part in zip(_PARTS, parts, strict=True):
            getattr(self, name).load_state_dict(part)
        self.step, self._rows = step, rows


def warmup_schedule(
    optimizer: torch.optim.Optimizer, steps: int, warmup: float = 0.0, decay: str = "cosine"
) -> LambdaLR:
    """The rate of every group of weights, times ``rate_factor``."""
    return LambdaLR(optimizer, lambda step: rate_factor(step, steps, warmup, decay))


def rate_factor(step: int, steps: int, warmup: float, decay: str = "cosine") -> float:
    """The learning rate as a share of its top: a linear rise, then a half cosine down to 0, or no change.

    Example:
        >>> [round(rate_factor(step, 10, 0.2), 2) for step in (0, 1, 2, 6, 10)]
        [0.5, 1.0, 1.0, 0.5, 0.0]
    """
    rise = max(1, round(warmup * steps))
    if step < rise:
        return (step + 1) / rise
    if decay == "none":
        return 1.0
    return 0.5 * (1 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


@contextmanager
def bfloat16(device: torch.device, wanted: bool = True) -> Iterator[None]:
    """Computes in bfloat16 (autocast) inside, where that is wanted and the device does so natively.

    Weights and gradients stay in float32. On a CPU attention is computed by its plain formula: PyTorch's fused one is
    slow backwards in bfloat16, and takes a third of a step of CSD.

    Args:
        device: where the model is.
        wanted: whether to do so at all.

    Example:
        >>> with bfloat16(torch.device("cpu"), wanted=False):
        ...     (torch.ones(1, 1) @ torch.ones(1, 1)).dtype
        torch.float32
    """
    native = wanted and computes_bfloat16(device)
    plain = sdpa_kernel(SDPBackend.MATH) if native and device.type == "cpu" else nullcontext()
    # Not accelerate's mixed precision: a process could choose that once only, and a notebook trains several models.
    with plain, torch.autocast(device.type, torch.bfloat16, enabled=native):
        yield


def require_one_process(training: str) -> None:
    """Refuses a training whose batches several processes cannot share.

    Raises:
        InputError: this process is one of several that were launched together.
    """
    if launched_with_others():
        raise InputError(f"{training} runs in one process: start it without torchrun or accelerate launch")
