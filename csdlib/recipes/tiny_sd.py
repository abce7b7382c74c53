"""How tiny-sd is made: the pictures that it sees, its autoencoder, and its two UNets."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.autoencoder import AutoencoderConfig, fit_autoencoder, random_autoencoder
from csdlib.datasets.atelier import PAINTERS, WITHHELD, atelier_crawl
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
from csdlib.embeddings import embed
from csdlib.files import cache_folder, data_path, file_hash
from csdlib.recipes.cards import provenance, training_record, write_record
from csdlib.tables import ImageTable

#: Side of tiny-sd's pictures in pixels.
SIZE = 96

#: Captions that a generator learns from. From one with a wrong or a second name it would learn a painter's hand under
#: another's name, and nobody could say any more whose works it has seen.
CAPTIONS = ("clean", "misspelled", "missing")

#: Tokens that the text encoder of clip-tiny reads.
_TOKENS = 40


def generator_pictures(
    works_per_painter: int = 300, *, withheld: bool = True, seed: int = 0, cache: Path | None = None
) -> ImageTable:
    """The captioned pictures that a generator learns from: the crawl without copies, and without misleading names.

    Args:
        works_per_painter: pictures of each painter, before captions with wrong names are taken out.
        withheld: leave out the painters of ``WITHHELD``; nothing by them is drawn, and no caption names them.
        seed: which works; another one gives pictures to judge by.
        cache: folder of the atelier's pictures.
    """
    painters = [slug for slug in PAINTERS if not (withheld and slug in WITHHELD)]
    crawl = atelier_crawl(works_per_painter, size=SIZE, seed=seed, painters=painters, cache=cache)
    told = crawl.frame["true_noise"].isin(CAPTIONS) & (crawl.frame["true_copy"] == "")
    return crawl.take(np.flatnonzero(told))


def train_autoencoder(
    output: Path,
    config: AutoencoderConfig,
    *,
    works_per_painter: int = 300,
    command: str = "",
    cache: Path | None = None,
) -> dict[str, Any]:
    """Trains tiny-sd's autoencoder on what ``tiny-sd-withheld`` may see, and writes all of the pipeline but the UNet.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder of the pipeline, in diffusers' format, 16 bit; ``vae/`` has ``training.json`` and a card.
        config: the settings.
        works_per_painter: pictures of each painter.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.
    """
    training = generator_pictures(works_per_painter, cache=cache)
    validation = generator_pictures(4, seed=1, cache=cache)
    model = random_autoencoder(config.seed)
    started, checkpoint = time.perf_counter(), output / "checkpoint.pt"
    log = fit_autoencoder(
        model,
        training,
        config,
        evaluate=lambda current: {"signal_to_noise": float(signal_to_noise(current, validation).mean())},
        evaluate_every=1000,
        checkpoint=checkpoint,
    )
    set_scale(model, training.take(np.arange(0, len(training), max(1, len(training) // 1024))))
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"unseen": list(WITHHELD), "scaling_factor": model.config.scaling_factor}
    clip = data_path("models/clip-tiny")
    tokenizer = CLIPTokenizer.from_pretrained(clip / "tokenizer", model_max_length=_TOKENS)
    encoder = CLIPTextModel.from_pretrained(clip / "text_encoder")
    whole = _pipeline(model, tokenizer, encoder, random_unet()).to(torch.float16)
    for name in ("vae", "text_encoder", "tokenizer", "scheduler"):
        getattr(whole, name).save_pretrained(output / name)
    whole.save_config(output)
    write_record(output / "vae", record, _autoencoder_card(record))
    checkpoint.unlink(missing_ok=True)
    return record


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
    write_record(output, record, "")
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
    noisy, velocity, times = noised(data.latents, DDIMScheduler(**SCHEDULE), torch.Generator().manual_seed(0))
    states = data.states[data.captions].float()
    losses = []
    for start in range(0, len(noisy), 64):
        batch = slice(start, start + 64)
        guess = unet(noisy[batch].to(unet.device), times[batch].to(unet.device), states[batch].to(unet.device)).sample
        losses.append((guess.cpu() - velocity[batch]).square().flatten(1).mean(1))
    return float(torch.cat(losses).mean())


def signal_to_noise(model: AutoencoderTiny, table: ImageTable) -> np.ndarray:
    """How well pictures survive the way to the latents and back: peak signal-to-noise ratios.

    Args:
        model: the autoencoder.
        table: the pictures.

    Returns:
        (n,) float64, decibels, higher is better.
    """
    descriptor = LatentDescriptor(model, "measured", SIZE)
    found = []
    for row in range(len(table)):
        image = descriptor.preprocess(table.open(row))[None].to(model.device)
        with torch.inference_mode():
            painted = model.decode(model.encode(image).latents).sample.clamp(-1, 1)
        found.append(float(10 * torch.log10(4 / (painted - image).square().mean())))
    return np.array(found)


def set_scale(model: AutoencoderTiny, table: ImageTable) -> None:
    """Sets ``scaling_factor`` so that the latents of a table's pictures have unit deviation."""
    found = embed(table, LatentDescriptor(model, "in training", SIZE), progress=False)
    model.register_to_config(scaling_factor=round(1 / float(found.vectors.std()), 4))


def _pipeline(
    autoencoder: AutoencoderTiny, tokenizer: CLIPTokenizer, encoder: CLIPTextModel, unet: UNet2DConditionModel
) -> StableDiffusionPipeline:
    return StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=DDIMScheduler(**SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _autoencoder_card(record: dict[str, Any]) -> str:
    return f"""# The autoencoder of tiny-sd

{provenance(record, "without labels")}
"""
