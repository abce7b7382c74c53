"""The loop that every training shares: rates, the log, checkpoints, and a stop where the loss is no number.

A killed run goes on as if nothing had happened.
"""

import json
import math
import pickle
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import torch
from accelerate import PartialState
from tqdm import tqdm

from csdlib.errors import InputError
from csdlib.files import atomic_path, text_hash
from csdlib.tables import ImageTable


class Run:
    """What a training has reached: step, log, and the terms since the last row of the log.

    Args:
        model: what is trained; ``config`` is its architecture, a dictionary.
        optimizer: of its weights.
        config: the settings, a dataclass with ``batch_size``.
        table: the data.
        views: what makes the views of an image, or another name for what is seen of it; two whose ``repr`` is equal are
            taken for the same.
        learns: the column of the table that is learned: tags or captions.
        terms: the names of what the log says about the steps since its last row.
        checkpoint: file for the state; read if it exists.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        config: Any,
        table: ImageTable,
        *,
        views: object,
        learns: str,
        terms: Sequence[str],
        checkpoint: Path | None,
    ) -> None:
        self.model, self.optimizer, self.config, self.checkpoint = model, optimizer, config, checkpoint
        self.terms = tuple(terms)
        self.ids = table.ids
        # Images and labels, but not the folder: a data set that was moved is still the same.
        data = text_hash(table.ids.tolist(), table.frame[learns].tolist())
        self.identity = text_hash(sorted(asdict(config).items()), sorted(model.config.items()), repr(views), data)
        self.step = 0
        self.log: list[dict[str, float]] = []
        self._recent: list[dict[str, float]] = []
        if checkpoint and checkpoint.is_file():
            self._resume(checkpoint)
        self._since = time.perf_counter()
        model.train()

    def advance(self, terms: dict[str, float]) -> None:
        """Counts a step and its terms."""
        self.step += 1
        self._recent.append(terms)

    def record(self, evaluate: Callable[[Any], dict[str, float]] | None) -> None:
        """Adds a row to the log; before the first step there are no losses yet."""
        seconds = max(time.perf_counter() - self._since, 1e-9)
        row = {"step": float(self.step)} | dict.fromkeys((*self.terms, "images_per_second"), math.nan)
        if self._recent:
            row |= {name: float(np.mean([terms[name] for terms in self._recent])) for name in self._recent[0]}
            row["images_per_second"] = len(self._recent) * self.config.batch_size / seconds
        if evaluate:
            self.model.eval()
            row |= {name: float(value) for name, value in evaluate(self.model).items()}
            self.model.train()
        self.log.append(row)
        self._recent, self._since = [], time.perf_counter()

    def failure(self, terms: dict[str, float], ids: list[str]) -> InputError:
        """The error for a loss that is not finite; what is needed to look into it is saved beside the checkpoint."""
        found = {"step": self.step, "terms": {name: str(value) for name, value in terms.items()}, "images": ids}
        where = f"images {ids[:8]} ..."
        if self.checkpoint and PartialState().is_main_process:
            with atomic_path(self.checkpoint.with_suffix(".failed.json")) as path:
                path.write_text(json.dumps(found, indent=1))
            where = f"its images stand in {self.checkpoint.with_suffix('.failed.json')}"
        return InputError(f"step {self.step}: the loss is not finite ({terms}); {where}; try smaller rates")

    def save(self) -> None:
        """Writes the checkpoint, atomically, in the first process only."""
        if not (self.checkpoint and PartialState().is_main_process):
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


Batch = TypeVar("Batch")


def run_steps(
    run: Run,
    source: Iterable[tuple[np.ndarray, Batch]],
    learn: Callable[[np.ndarray, Batch], dict[str, float]],
    *,
    evaluate: Callable[[Any], dict[str, float]] | None = None,
    evaluate_every: int = 100,
    decay: str = "cosine",
    progress: bool = True,
) -> pd.DataFrame:
    """Takes the steps of a training that are left.

    Args:
        run: what the training has reached; its ``config`` has ``steps`` and ``warmup``.
        source: the rows and the batch of every step from ``run.step`` on.
        learn: one optimiser step on a batch; returns the terms of its loss.
        evaluate: called with the model before the first step and after every ``evaluate_every`` steps; its numbers
            enter the log.
        evaluate_every: steps between evaluations and checkpoints.
        decay: what the learning rates do after their rise, see ``rate_factor``.
        progress: show a progress bar on the error stream.

    Returns:
        the log: one row an evaluation.

    Raises:
        InputError: a loss that is not finite; step and images are saved beside the checkpoint.
    """
    config = run.config
    if run.step == 0:
        run.record(evaluate)
    with tqdm(total=config.steps, initial=run.step, desc="training", unit="step", disable=not progress) as bar:
        for rows, batch in source:
            set_rates(run.optimizer, rate_factor(run.step, config.steps, config.warmup, decay))
            terms = learn(rows, batch)
            if not math.isfinite(sum(terms.values())):
                raise run.failure(terms, run.ids[rows].tolist())
            run.advance(terms)
            bar.update()
            if run.step % evaluate_every == 0 or run.step == config.steps:
                run.record(evaluate)
                run.save()
                bar.set_postfix({key: f"{value:.3f}" for key, value in run.log[-1].items() if key != "step"})
    run.model.eval()
    return pd.DataFrame(run.log)


def set_rates(optimizer: Any, factor: float) -> None:
    """Sets the rate of every group of weights to a share of its top rate."""
    for group in optimizer.param_groups:
        group["lr"] = group["top_rate"] * factor


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
