"""The loop that every training shares: rates, the log, checkpoints, and a stop where the loss is no number."""

import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from tqdm import tqdm

from csdlib.checkpoints import Run

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
