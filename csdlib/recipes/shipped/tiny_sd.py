"""How the two UNets of tiny-sd are made."""

import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.atelier import SUBJECTS, WITHHELD
from csdlib.errors import InputError, require_range
from csdlib.files import AnyPath, cache_folder, data_path, file_hash
from csdlib.generation.diffusion import SCHEDULE, DiffusionConfig, fit_diffusion, noised, random_unet
from csdlib.generation.latents import LatentDescriptor, Latents, write_latents
from csdlib.generation.new_pairs import Transfers, write_transfers
from csdlib.generation.pipelines import model_folder, model_record
from csdlib.generation.prompts import CONTENT, NAME_FIRST, SIMPLE, content_prompts, with_article
from csdlib.recipes.atelier_prompts import atelier_artists, kept_from_transfers, never_painted
from csdlib.recipes.shipped.autoencoder import SIZE, generator_pictures
from csdlib.recipes.shipped.cards import training_record, write_record
from csdlib.recipes.shipped.tiny_sd_card import tiny_sd_card
from csdlib.tables import ImageTable

#: What tiny-sd is asked with in this book. Chosen among guidances of 2, 4 and 7 by painters and subjects found in 144
#: pictures of tiny-sd whose seeds are judged nowhere else; the steps by eye.
GUIDANCE, STEPS = 4.0, 12

#: The first training of tiny-sd, from random weights. The others went on from it; the cards have their settings.
TINY_SD = DiffusionConfig(steps=2600, batch_size=512, rate=1e-3, averaged=0.385, bfloat16=True)


def train_tiny_sd(
    output: AnyPath,
    config: DiffusionConfig = TINY_SD,
    *,
    withheld: bool,
    frame: AnyPath | None = None,
    start: AnyPath | None = None,
    works_per_painter: int = 300,
    rewritten: float = 0.0,
    command: str = "",
    cache: AnyPath | None = None,
) -> dict[str, Any]:
    """Trains a UNet of tiny-sd and writes it to ``unet/`` in ``output``, with its record.

    A run that was killed goes on from ``checkpoint.pt`` in ``output``; the file is removed at the end.

    Args:
        output: folder of the model.
        config: the settings.
        withheld: leave out the painters of ``WITHHELD``.
        frame: folder of the pipeline's other parts; by default that of the shipped tiny-sd.
        start: name or folder of a model whose UNet training starts from; by default random weights.
        works_per_painter: pictures of each painter.
        rewritten: share of the captions that are reworded, see ``rewritten_captions``.
        command: what the card gives as the command that makes it again.
        cache: folder of the atelier's pictures.

    Returns:
        what ``training.json`` holds.

    Raises:
        InputError: a share to be transferred, and no start; a start that is not a tiny-sd; or ``rewritten`` that is
            not from 0 to 1.
    """
    output = Path(output)
    require_range("rewritten", rewritten, 0, 1)
    before = _before(start, config)
    frame = frame or data_path("models/tiny-sd")
    training = generator_pictures(works_per_painter, withheld=withheld, cache=cache)
    validation = generator_pictures(8, withheld=withheld, seed=1, cache=cache)
    told = rewritten_captions(training, rewritten, seed=config.seed)
    data, judges = (latents_of(table, frame) for table in (told, validation))
    transfers = transfers_of(training, frame) if config.transferred else None
    unet = unet_to_start(start, config.seed)
    started, checkpoint = time.perf_counter(), output / "checkpoint.pt"
    log = fit_diffusion(
        unet,
        data,
        config,
        transfers,
        evaluate=lambda current: {"validation_loss": validation_loss(current, judges)},
        checkpoint=checkpoint,
    )
    record = training_record(command, training, log, config, time.perf_counter() - started)
    record |= {"rewritten": rewritten, "unseen": list(WITHHELD) if withheld else []}
    # A training that goes on from a model keeps what is known of those before.
    record |= {"start": str(start), "before": before} if before else {"start": "random weights"}
    unet.half().save_pretrained(output / "unet")
    write_record(output, record, tiny_sd_card(record))
    checkpoint.unlink(missing_ok=True)
    return record


def _before(start: AnyPath | None, config: DiffusionConfig) -> dict[str, Any]:
    """The record of the model to start from; nothing without one."""
    if not start:
        if config.transferred:
            raise InputError(
                "transferred: only who knows painters and subjects can practise; give such a model as start"
            )
        return {}
    record = model_record(start)
    if not record:
        raise InputError(f"start {str(start)!r}: has no training.json, so it is not a tiny-sd")
    return record


def unet_to_start(start: AnyPath | None, seed: int) -> UNet2DConditionModel:
    """The UNet of a model, in float32, or one with random weights."""
    if not start:
        return random_unet(seed)
    unet = UNet2DConditionModel.from_pretrained(model_folder(start) / "unet", dtype=torch.float32)
    unet.register_to_config(_name_or_path="")  # Where the start lay is nobody's business.
    return unet


def latents_of(table: ImageTable, frame: AnyPath) -> Latents:
    """A table's latents and text states, by the parts of a pipeline; finished latents are found in the cache.

    Args:
        table: captioned pictures.
        frame: folder of the pipeline.
    """
    frame = Path(frame)
    autoencoder = AutoencoderTiny.from_pretrained(frame / "vae", dtype=torch.float32)
    weights = file_hash(frame / "vae" / "diffusion_pytorch_model.safetensors")
    descriptor = LatentDescriptor(autoencoder, weights, SIZE)
    return write_latents(table, descriptor, _encoder(frame), cache=cache_folder() / "embeddings")


def rewritten_captions(table: ImageTable, share: float, *, seed: int = 0) -> ImageTable:
    """Pictures of the crawl, some of their captions reworded plainly: who painted it, and what it shows.

    The web names a painter somewhere between subject, medium and tags. A generator follows a prompt better where its
    captions were written like one (Betker et al., "Improving Image Generation with Better Captions", 2023). Only
    captions that name the painter rightly are reworded, so nothing is told that they did not tell.

    Args:
        table: what ``generator_pictures`` made.
        share: of those captions, in [0, 1].
        seed: which captions, and in which words: half of them ``NAME_FIRST``, the others ``CONTENT`` or ``SIMPLE``.

    Raises:
        InputError: a share that is not from 0 to 1.
    """
    require_range("rewritten", share, 0, 1)
    frame, written, rng = table.frame, atelier_artists(), np.random.default_rng(seed)
    chosen = (frame["true_noise"] == "clean").to_numpy() & (rng.random(len(frame)) < share)
    forms = rng.choice([NAME_FIRST, NAME_FIRST, CONTENT, SIMPLE], size=len(frame)).tolist()
    truths = zip(frame["caption"], frame["true_artist"], frame["true_content"], forms, chosen, strict=True)
    captions = [
        form.format(artist=written[artist], a_subject=with_article(subject)) if anew else caption
        for caption, artist, subject, form, anew in truths
    ]
    return table.with_column("caption", captions)


def transfers_of(table: ImageTable, frame: AnyPath) -> Transfers:
    """The hands of painters with a narrow repertoire, to be carried to most of the subjects that they never paint.

    Args:
        table: pictures of the crawl; those whose caption names the painter rightly are used.
        frame: folder of the pipeline.
    """
    frame = Path(frame)
    painters = atelier_artists(sorted(set(table.frame["true_artist"])))
    pairs = content_prompts(painters, list(SUBJECTS))
    wanted = pairs[never_painted(pairs) & ~kept_from_transfers(pairs)]
    named = table.frame["true_noise"] == "clean"
    return write_transfers(table, wanted, painters, _encoder(frame), pictures=np.flatnonzero(named))


def _encoder(frame: Path) -> tuple[CLIPTokenizer, CLIPTextModel]:
    """A pipeline's tokenizer and text encoder."""
    tokenizer = CLIPTokenizer.from_pretrained(frame / "tokenizer")
    return tokenizer, CLIPTextModel.from_pretrained(frame / "text_encoder", dtype=torch.float32)


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
