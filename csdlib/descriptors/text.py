"""The text side of a CLIP (arXiv:2103.00020), under the name by which ``load`` gives its image side."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import open_clip
import torch

from csdlib.descriptors.clip import openai_clip
from csdlib.descriptors.clip_tiny import load_clip
from csdlib.errors import lookup
from csdlib.files import AnyPath, data_path, file_hash, text_hash

_BATCH = 256


@dataclass(frozen=True)
class TextTower:
    """A frozen text tower.

    Attributes:
        name: as of its image side.
        fingerprint: of its weights.
        encode_batch: texts to their embeddings, (n, d), of any length.
        pieces: a text as the pieces that its tokenizer makes of it; a word that it has not learned is many.
    """

    name: str
    fingerprint: str
    encode_batch: Callable[[list[str]], torch.Tensor]
    pieces: Callable[[str], list[str]]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Texts to embeddings (n, d) float32 of unit norm, comparable with the image side's by cosine."""
        with torch.inference_mode():
            parts = [
                self.encode_batch(list(texts[start : start + _BATCH])).float() for start in range(0, len(texts), _BATCH)
            ]
        return np.asarray(torch.nn.functional.normalize(torch.cat(parts), dim=1).numpy())


def text_tower(name: str = "clip-tiny", weights: AnyPath | None = None) -> TextTower:
    """The text tower of a CLIP.

    Args:
        name: ``clip-tiny``, ``clip-vit-b-16`` or ``clip-vit-l-14``.
        weights: of ``clip-tiny`` a folder that ``save_clip`` wrote, of the others a checkpoint file for open_clip, as
            ``load(name, weights=...)`` takes it; by default what ships, or OpenAI's weights, downloaded on first use.

    Raises:
        InputError: an unknown name, or the weights cannot be had; the message says what to do.

    Example:
        >>> tower = text_tower()
        >>> tower.encode(["a dog", "calm"]).shape
        (2, 192)
        >>> tower.pieces("oil dog")
        ['oil</w>', 'dog</w>']
    """
    return lookup("text tower", name, _TOWERS)(name, weights)


def _tiny(name: str, folder: AnyPath | None) -> TextTower:
    model = load_clip(folder)
    home = Path(folder) if folder else data_path("models/clip-tiny")
    mark = text_hash(
        *(file_hash(home / file) for file in ("text_encoder/model.safetensors", "tokenizer/tokenizer.json"))
    )
    return TextTower(name, mark, lambda texts: model.encode_text(model.tokenised(texts)), model.tokenizer.tokenize)


def _openai(architecture: str) -> Callable[[str, AnyPath | None], TextTower]:
    def made(name: str, weights: AnyPath | None) -> TextTower:
        model, mark = openai_clip(name, architecture, weights)
        tokenizer: Any = open_clip.get_tokenizer(architecture)

        def pieces(text: str) -> list[str]:
            return [tokenizer.decoder[number] for number in tokenizer.encode(text)]

        return TextTower(name, mark, lambda texts: model.eval().encode_text(tokenizer(texts)), pieces)

    return made


_TOWERS: Mapping[str, Callable[[str, AnyPath | None], TextTower]] = MappingProxyType(
    {"clip-tiny": _tiny, "clip-vit-b-16": _openai("ViT-B-16"), "clip-vit-l-14": _openai("ViT-L-14")}
)
