"""Textual inversion: a new word for what a few pictures share, learned while the generator stays as it is.

Gal et al. 2022, arXiv:2208.01618. It is the strongest of the questions that bring erased concepts back (Pham et al.,
arXiv:2308.01508): whoever finds a word for a style shows that the UNet can still paint it. But it finds words for what
was never seen, too, so it has to be set beside a model that has not seen it.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from diffusers import DDIMScheduler
from torch import Tensor, nn
from torch.nn import functional

from csdlib.errors import InputError
from csdlib.files import AnyPath, seeded, text_hash
from csdlib.generation.diffusion import noised
from csdlib.training.loop import Trainer, bfloat16, require_one_process, warmup_schedule

#: What is said with the word while it is learned.
_TEMPLATES = ("A painting in the style of {}", "a painting by {}", "art by {}", "In the style of {}: a painting")


@dataclass(frozen=True)
class InversionConfig:
    """The settings of a textual inversion.

    Attributes:
        steps: optimiser steps.
        batch_size: noisy latents a step, drawn from the pictures with replacement.
        rate: learning rate of AdamW.
        start: words whose mean embedding is the first guess.
        bfloat16: compute in bfloat16 where the device does so natively.
        seed: of pictures, noise, time steps and templates.
    """

    steps: int = 200
    batch_size: int = 16
    rate: float = 5e-3
    start: str = "painter"
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("steps", 1), ("batch_size", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise InputError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not 0 < self.rate < float("inf"):
            raise InputError(f"rate must be above 0 and finite, got {self.rate}")


class Word(nn.Module):
    """A word that is being learned.

    Args:
        vector: (d,) its first embedding.
    """

    def __init__(self, vector: Tensor) -> None:
        super().__init__()
        self.vector = nn.Parameter(vector.detach().clone())


def invert_word(
    pipeline: Any,
    latents: Tensor,
    config: InversionConfig,
    *,
    checkpoint: AnyPath | None = None,
    progress: bool = True,
) -> tuple[Tensor, pd.DataFrame]:
    """Learns the embedding of a word for what pictures share; UNet, text encoder and autoencoder stay as they are.

    Args:
        pipeline: a Stable Diffusion pipeline in float32; nothing of it is changed.
        latents: (n, c, h, w) float32 of the pictures, scaled as the UNet expects; five will do.
        config: the settings.
        checkpoint: file for the state; read if it exists. A killed run ends with the same word.
        progress: show a progress bar on the error stream.

    Returns:
        the embedding, (d,) float32, and the log with the mean ``noise_loss`` since the last row.

    Raises:
        InputError: no picture, a start that has no token, several processes, or a checkpoint of something else.
    """
    require_one_process("a textual inversion")
    if latents.ndim != 4 or not len(latents):
        raise InputError(f"a word is learned from latents (n, c, h, w) of one picture or more, got {latents.shape}")
    unet, device = pipeline.unet.eval().requires_grad_(False), pipeline.unet.device
    pipeline.text_encoder.eval().requires_grad_(False)
    word = Word(_first_guess(pipeline, config.start)).to(device)
    said = _asked(pipeline, device)
    optimizer = torch.optim.AdamW([word.vector], lr=config.rate, weight_decay=0.0)
    trainer = Trainer(
        word,
        optimizer,
        warmup_schedule(optimizer, config.steps, 0.02),
        steps=config.steps,
        ids=np.arange(len(latents)).astype(str),
        identity=(config, text_hash(latents.cpu().numpy().tobytes().hex()), *_marks(pipeline)),
        evaluate_every=50,
        checkpoint=checkpoint,
        progress=progress,
    )
    scheduler = DDIMScheduler.from_config(pipeline.scheduler.config)
    for _, (rows, templates, chance) in trainer.run(_drawn(len(latents), config, trainer.remaining)):
        noisy, velocity, times = (each.to(device) for each in noised(latents[rows].cpu(), scheduler, chance))
        states = said(word.vector)[templates]
        with bfloat16(device, config.bfloat16):
            guess = unet(noisy, times, states).sample.float()
        loss = functional.mse_loss(guess, _wanted(scheduler, noisy, velocity, times))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        trainer.report(rows, noise_loss=loss.item())
    return word.vector.detach().cpu(), trainer.log


def add_words(pipeline: Any, words: Mapping[str, Tensor]) -> None:
    """Teaches a pipeline words, in diffusers' own form: ``pipeline.load_textual_inversion``.

    Args:
        pipeline: changed in place; ``pipeline.save_pretrained`` writes the words with it.
        words: what is to be written in prompts, best in angle brackets -> embedding (d,).

    Raises:
        InputError: a word that the tokenizer knows, or an embedding of another width.
    """
    for written, vector in words.items():
        try:
            pipeline.load_textual_inversion({written: vector}, token=written)
        except ValueError as error:
            raise InputError(f"word {written!r}: {error}") from error


def misspelled(name: str, *, seed: int = 0) -> str:
    """A name with one slip: two neighbouring letters of one of its words exchanged, never the first one.

    Args:
        name: as prompts write it.
        seed: which letters.

    Raises:
        InputError: no word has two neighbouring letters behind its first one that differ.

    Example:
        >>> misspelled("Ilva Torrend")
        'Ilav Torrend'
    """
    places = [
        k for k in range(1, len(name) - 1) if name[k - 1 : k + 2].isalpha() and name[k].lower() != name[k + 1].lower()
    ]
    if not places:
        raise InputError(f"name {name!r} is too short to be misspelled")
    at = places[int(seeded("misspelled", name, "", seed).integers(len(places)))]
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _first_guess(pipeline: Any, start: str) -> Tensor:
    """The mean embedding of some words, (d,)."""
    tokens = pipeline.tokenizer(start, add_special_tokens=False)["input_ids"]
    if not tokens:
        raise InputError(f"start {start!r} has no token to begin with")
    table: Tensor = pipeline.text_encoder.get_input_embeddings().weight
    return table[tokens].mean(0).float()


def _asked(pipeline: Any, device: torch.device) -> Callable[[Tensor], Tensor]:
    """What says all templates with a word of any embedding: (d,) to (templates, tokens, d)."""
    tokenizer, encoder = deepcopy(pipeline.tokenizer), pipeline.text_encoder
    tokenizer.add_tokens("<learned>")
    texts = [template.format("<learned>") for template in _TEMPLATES]
    tokens = tokenizer(
        texts, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
    )["input_ids"].to(device)
    there = tokens == tokenizer.convert_tokens_to_ids("<learned>")
    # The encoder has no such token: it reads another one, and its embedding is exchanged.
    tokens = tokens.masked_fill(there, 0)

    def said(vector: Tensor) -> Tensor:
        table = encoder.get_input_embeddings()
        hook = table.register_forward_hook(lambda *call: torch.where(there[..., None], vector, call[-1]))
        try:
            states: Tensor = encoder(tokens).last_hidden_state
        finally:
            hook.remove()
        return states

    return said


def _marks(pipeline: Any) -> list[str]:
    """What tells two pipelines apart."""
    parts = (pipeline.unet, pipeline.text_encoder)
    return [text_hash(*(float(weights.double().sum()) for weights in part.parameters())) for part in parts]


def _drawn(
    pictures: int, config: InversionConfig, steps: range
) -> Iterator[tuple[np.ndarray, Tensor, torch.Generator]]:
    """Pictures, templates and chance of every step; they depend on seed and step only."""
    for step in steps:
        random = np.random.default_rng([config.seed, step])
        rows = random.integers(pictures, size=config.batch_size)
        templates = torch.from_numpy(random.integers(len(_TEMPLATES), size=config.batch_size))
        yield rows, templates, torch.Generator().manual_seed(int(random.integers(2**62)))


def _wanted(scheduler: DDIMScheduler, noisy: Tensor, velocity: Tensor, times: Tensor) -> Tensor:
    """What the UNet has to find, by what its scheduler says that it predicts: noise, or velocity."""
    if scheduler.config.prediction_type == "v_prediction":
        return velocity
    signal = scheduler.alphas_cumprod.to(noisy.device)[times][:, None, None, None]
    # z = sqrt(a) x + sqrt(1 - a) e and v = sqrt(a) e - sqrt(1 - a) x.
    return signal.sqrt() * velocity + (1 - signal).sqrt() * noisy
