"""What a training has reached: step, log and checkpoint, so that a killed run goes on as if nothing had happened."""

import json
import math
import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from accelerate import PartialState

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
