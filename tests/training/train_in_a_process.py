"""Trains a small CSD on a saved table and saves the weights, in a process that tests can kill or start twice.

As a script, for torchrun: python train_in_a_process.py TABLE OUTPUT STEPS MICRO_BATCH
"""

import os
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file

from csdlib.descriptors.csd import random_tiny
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig, fit


def main(table: Path, output: Path, steps: int, micro_batch: int = 0) -> None:
    """Trains; the first process saves weights and log."""
    torch.set_num_threads(1)
    model = random_tiny(image_size=32, patch_size=8, width=64, layers=2, heads=2, style_dim=32).model
    config = TrainingConfig(steps=steps, batch_size=16, micro_batch=micro_batch, projection_rate=0.1, backbone_rate=0.1)
    checkpoint = output.with_suffix(".pt")
    images = ImageTable.load(table)
    log = fit(model, images, config, checkpoint=checkpoint, evaluate_every=3, progress=False)
    if os.environ.get("RANK", "0") == "0":
        save_file(model.state_dict(), output)
        log.to_csv(output.with_suffix(".csv"), index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
