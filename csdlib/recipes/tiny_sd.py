"""How the two UNets of tiny-sd are made."""

import time
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.datasets.atelier import WITHHELD
from csdlib.diffusion_training import (
    SCHEDULE,
    DiffusionConfig,
    LatentDescriptor,
    Latents,
    fit_diffusion,
    noised,
    random_unet,
    write_latents,
)
from csdlib.files import cache_folder, data_path, file_hash
from csdlib.recipes.autoencoder import SIZE, generator_pictures
from csdlib.recipes.cards import provenance, training_record, write_record
from csdlib.tables import ImageTable


def train_tiny_sd(
    output: Path,
    config: DiffusionConfig,
    *,
    withheld: bool,
    frame: Path | None = None,
    start: Path | None = None,
    works_per_painter: int = 300,
    command: str = "",
    cache: Path | None = None,
) -> dict[str, Any]:
    """Trains a UNet of tiny-sd and writes it to ``unet/`` in ``output``, with its record.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder of the model.
        config: the settings.
        withheld: leave out the painters of ``WITHHELD``.
        frame: folder of the pipeline's other parts; by default that of the shipped tiny-sd.
        start: folder of a model whose UNet training starts from; by default random weights.
        works_per_painter: pictures of each painter.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    frame = frame or data_path("models/tiny-sd")
    training = generator_pictures(works_per_painter, withheld=withheld, cache=cache)
    validation = generator_pictures(8, withheld=withheld, seed=1, cache=cache)
    data, judges = (latents_of(table, frame) for table in (training, validation))
    unet = (
        UNet2DConditionModel.from_pretrained(start / "unet", dtype=torch.float32) if start else random_unet(config.seed)
    )
    started, checkpoint = time.perf_counter(), output / "checkpoint.pt"
    log = fit_diffusion(
        unet,
        data,
        config,
        evaluate=lambda current: {"validation_loss": validation_loss(current, judges)},
        checkpoint=checkpoint,
    )
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"unseen": list(WITHHELD) if withheld else [], "start": str(start) if start else "random weights"}
    unet.half().save_pretrained(output / "unet")
    write_record(output, record, _card(record))
    checkpoint.unlink(missing_ok=True)
    return record


def latents_of(table: ImageTable, frame: Path) -> Latents:
    """A table's latents and text states, by the parts of a pipeline; finished latents are found in the cache.

    Args:
        table: captioned pictures.
        frame: folder of the pipeline.
    """
    autoencoder = AutoencoderTiny.from_pretrained(frame / "vae", dtype=torch.float32)
    weights = file_hash(frame / "vae" / "diffusion_pytorch_model.safetensors")
    tokenizer = CLIPTokenizer.from_pretrained(frame / "tokenizer")
    encoder = CLIPTextModel.from_pretrained(frame / "text_encoder", dtype=torch.float32)
    descriptor = LatentDescriptor(autoencoder, weights, SIZE)
    return write_latents(table, descriptor, (tokenizer, encoder), cache=cache_folder() / "embeddings")


@torch.inference_mode()
def validation_loss(unet: UNet2DConditionModel, data: Latents) -> float:
    """The velocity loss on pictures that training has not seen, with the same noise every time; lower is better."""
    noisy, velocity, times = noised(data.latents(), DDIMScheduler(**SCHEDULE), torch.Generator().manual_seed(0))
    states = data.states[data.captions].float()
    losses = []
    for start in range(0, len(noisy), 128):
        batch = slice(start, start + 128)
        guess = unet(noisy[batch].to(unet.device), times[batch].to(unet.device), states[batch].to(unet.device)).sample
        losses.append((guess.cpu() - velocity[batch]).square().flatten(1).mean(1))
    return float(torch.cat(losses).mean())


def _card(record: dict[str, Any]) -> str:
    return f"""# {"tiny-sd-withheld" if record["unseen"] else "tiny-sd"}

The UNet of a small latent diffusion model. License: MIT, as the project's.

{provenance(record, "with their captions")}
"""
