"""What a latent diffusion model learns from: pictures and captions, written down once by frozen networks."""

from dataclasses import dataclass

import numpy as np
import torch
from diffusers import AutoencoderTiny
from PIL import Image
from torch import Tensor
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.descriptors.protocol import Metric
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.files import AnyPath, text_hash
from csdlib.generation.autoencoder import latent_shape, pixels, square
from csdlib.tables import ImageTable

#: Steps in which latents are kept, as a share of their deviation: one byte a number, and an error of a fiftieth.
STEP = 1 / 16


@dataclass(frozen=True)
class Latents:
    """What the diffusion learns from: pictures and captions, written down once by the networks that stay as they are.

    Attributes:
        codes: (n, c, h, w) int8, latents of unit deviation in units of ``STEP``.
        states: (captions, tokens, d) float16, the text encoder's last layer of every different caption; that of no
            caption at all comes first.
        captions: (n,) int64, each picture's row of ``states``.
        table: the pictures.
        fingerprint: of the autoencoder.
    """

    codes: Tensor
    states: Tensor
    captions: np.ndarray
    table: ImageTable
    fingerprint: str

    def latents(self, rows: np.ndarray | slice = slice(None)) -> Tensor:
        """Latents of some pictures, by default of all: (n, c, h, w) float32, of unit deviation."""
        return self.codes[rows].float() * STEP


class LatentDescriptor:
    """An autoencoder's latents in the form of a descriptor, so that ``embed`` can write them down, resumable.

    Args:
        autoencoder: diffusers' own; put into evaluation mode.
        weights_hash: of its weights.
        size: side of the pictures in pixels.
    """

    name = "latents"
    metric: Metric = "l2"

    def __init__(self, autoencoder: AutoencoderTiny, weights_hash: str, size: int) -> None:
        self.autoencoder, self.weights_hash, self.size = autoencoder.eval(), weights_hash, size
        self.shape = latent_shape(autoencoder, size)
        self.dim = int(np.prod(self.shape))

    @property
    def device(self) -> torch.device:
        """Where the autoencoder is."""
        return self.autoencoder.device

    @property
    def fingerprint(self) -> str:
        """A hash of the weights and the size of pictures."""
        return text_hash(self.name, self.weights_hash, self.size)

    def preprocess(self, image: Image.Image) -> Tensor:
        """An RGB picture, its middle as a square, to (3, size, size) float32 in [-1, 1]."""
        return pixels(square(image, self.size))

    @torch.inference_mode()
    def encode(self, images: Tensor) -> Tensor:
        """Pictures (n, 3, size, size) to their latents (n, c * h * w) float32, not scaled."""
        there = images.to(self.device, self.autoencoder.dtype)
        latents: Tensor = self.autoencoder.encode(there).latents
        return latents.flatten(1).float().cpu()


def write_latents(
    table: ImageTable,
    autoencoder: LatentDescriptor,
    encoder: tuple[CLIPTokenizer, CLIPTextModel],
    *,
    cache: AnyPath | None = None,
    progress: bool = True,
) -> Latents:
    """Latents and text states of captioned pictures.

    Args:
        table: the pictures; all have a caption.
        autoencoder: what writes pictures down; its ``config.scaling_factor`` is applied.
        encoder: tokenizer and text encoder.
        cache: folder for finished latents, from which a killed run goes on.
        progress: show a progress bar on the error stream.

    Raises:
        InputError: an image without caption.
    """
    bare = ~table.frame["caption"].map(lambda text: isinstance(text, str) and text != "")
    if bare.any():
        raise InputError(f"image {str(table.ids[bare.to_numpy()][0])!r} has no caption to learn from")
    found = embed(table, autoencoder, cache=cache, progress=progress)
    latents = torch.from_numpy(found.vectors.reshape(-1, *autoencoder.shape))
    texts = ["", *dict.fromkeys(found.table.frame["caption"])]
    rows = {text: row for row, text in enumerate(texts)}
    codes = (latents * autoencoder.autoencoder.config.scaling_factor / STEP).round().clamp(-127, 127).to(torch.int8)
    captions = found.table.frame["caption"].map(rows).to_numpy(np.int64, copy=True)
    return Latents(codes, text_states(texts, *encoder), captions, found.table, found.fingerprint)


@torch.inference_mode()
def text_states(texts: list[str], tokenizer: CLIPTokenizer, encoder: CLIPTextModel) -> Tensor:
    """The text encoder's last layer, (n, tokens, d) float16, padded and cut as diffusers' pipelines do."""
    states = []
    for start in range(0, len(texts), 256):
        tokens = tokenizer(
            texts[start : start + 256],
            padding="max_length",
            max_length=tokenizer.model_max_length,
            truncation=True,
            return_tensors="pt",
        )
        states.append(encoder(tokens["input_ids"].to(encoder.device)).last_hidden_state.half().cpu())
    return torch.cat(states)
