"""clip-tiny: the atelier's own CLIP (arXiv:2103.00020), an image tower and a text tower small enough to ship.

The image tower is where csd-tiny starts; text tower and tokenizer are saved in transformers' format, so that a
diffusion pipeline can use them. The image tower alone is a descriptor, see ``csdlib.descriptors.csd.clip_tiny``.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from tokenizers.pre_tokenizers import ByteLevel
from torch import Tensor, nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from csdlib.descriptors.csd import TINY, CSDModel, load_model
from csdlib.descriptors.style_model import save_model
from csdlib.errors import InputError
from csdlib.files import AnyPath, atomic_path, data_path

#: The text tower of clip-tiny: 2 M parameters. Its width is that of the embedding, which is its pooled output.
TEXT = {"layers": 4, "heads": 3, "tokens": 40}

#: What marks the last piece of a word.
WORD_END = "</w>"

_TEXT_WEIGHTS = "text_encoder/model.safetensors"


class CLIPTiny(nn.Module):
    """An image tower, a text tower, and the scale of their cosines.

    Args:
        tokenizer: see ``train_tokenizer``.
        image: the architecture of the image tower, as of ``CSDModel``.
        layers: transformer blocks of the text tower.
        heads: attention heads a block of the text tower.
        tokens: longest text in tokens; what is longer is cut.
    """

    def __init__(self, tokenizer: CLIPTokenizer, image: dict[str, Any] = TINY, **text: int) -> None:
        super().__init__()
        text = TEXT | text
        self.tokenizer, self.tokens = tokenizer, text["tokens"]
        self.image = CSDModel(**image)
        width = image["style_dim"]
        self.text = CLIPTextModel(
            CLIPTextConfig(
                vocab_size=len(tokenizer),
                hidden_size=width,
                intermediate_size=4 * width,
                projection_dim=width,
                num_hidden_layers=text["layers"],
                num_attention_heads=text["heads"],
                max_position_embeddings=text["tokens"],
                bos_token_id=tokenizer.bos_token_id,
                eos_token_id=tokenizer.eos_token_id,
                pad_token_id=tokenizer.pad_token_id,
            )
        )
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))
        self.config = {"image": self.image.config, "text": text, "vocabulary": sorted(tokenizer.get_vocab().items())}

    def tokenised(self, texts: Sequence[str]) -> Tensor:
        """Texts to tokens (n, t) int64, padded to the longest of them."""
        found = self.tokenizer(list(texts), padding=True, truncation=True, max_length=self.tokens, return_tensors="pt")
        return found["input_ids"]

    def encode_text(self, tokens: Tensor) -> Tensor:
        """Tokens (n, t) to embeddings (n, d) of unit norm, comparable with those of images by cosine.

        No mask is needed: a token looks only at those before it, and the embedding is read at the first end.
        """
        return functional.normalize(self.text(input_ids=tokens).pooler_output, dim=1)

    def forward(self, images: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        """Normalised images (n, 3, H, W) and tokens (n, t) to their embeddings, (n, d) each, of unit norm."""
        return self.image(images), self.encode_text(tokens)


def train_tokenizer(captions: Iterable[str], vocabulary: int = 1000) -> CLIPTokenizer:
    """A byte-pair tokenizer of CLIP's kind (lower case, byte level) whose merges are learned from captions.

    The same captions always give the same tokens. (The trainer of the tokenizers library numbers the ends of words in
    the order of a hash table: every process would learn other merges, and no training could go on after a kill.)

    Args:
        captions: the texts.
        vocabulary: tokens at most, more than the 514 of marks, bytes, and bytes at the end of a word.

    Raises:
        InputError: the vocabulary is too small.
    """
    marks, alphabet = ["<|startoftext|>", "<|endoftext|>"], sorted(ByteLevel.alphabet())
    tokens = [*marks, *alphabet, *(letter + WORD_END for letter in alphabet)]
    if vocabulary <= len(tokens):
        raise InputError(f"vocabulary must be above {len(tokens)}, got {vocabulary}")
    bare = CLIPTokenizer(vocab={token: number for number, token in enumerate(tokens)}, merges=[]).backend_tokenizer
    normal = (bare.normalizer.normalize_str(text) for text in captions)
    words = Counter(word for text in normal for word, _ in bare.pre_tokenizer.pre_tokenize_str(text))
    merges = byte_pair_merges(words, vocabulary - len(tokens))
    tokens += ["".join(pair) for pair in merges]
    pairs: Any = merges
    return CLIPTokenizer(vocab={token: number for number, token in enumerate(tokens)}, merges=pairs)


def byte_pair_merges(words: Mapping[str, int], count: int) -> list[tuple[str, str]]:
    """The merges of byte-pair encoding (arXiv:1508.07909): again and again, the most frequent pair becomes one piece.

    Args:
        words: how often each word occurs.
        count: merges at most; fewer where no pair occurs twice.

    Example:
        >>> byte_pair_merges({"low": 5, "lower": 2}, 2)
        [('l', 'o'), ('lo', 'w</w>')]
    """
    pieces = {word: [*word[:-1], word[-1] + WORD_END] for word in words}
    merges: list[tuple[str, str]] = []
    while len(merges) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, parts in pieces.items():
            for pair in pairwise(parts):
                pairs[pair] += words[word]
        # Ties are broken by the alphabet, not by the order of words.
        best = min(pairs, key=lambda pair: (-pairs[pair], pair), default=None)
        if best is None or pairs[best] < 2:
            break
        merges.append(best)
        for word, parts in pieces.items():
            if best in pairwise(parts):
                pieces[word] = _merged(parts, best)
    return merges


def _merged(parts: list[str], pair: tuple[str, str]) -> list[str]:
    """The pieces of a word after one merge, from left to right."""
    merged: list[str] = []
    for part in parts:
        if merged and (merged[-1], part) == pair:
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def save_clip(model: CLIPTiny, folder: AnyPath) -> None:
    """Writes both towers in 16 bit, and the tokenizer; the text side in transformers' format."""
    folder = Path(folder)
    model.tokenizer.save_pretrained(folder / "tokenizer")
    model.text.config.save_pretrained(folder / "text_encoder")
    weights = {name: value.detach().half().cpu().contiguous() for name, value in model.text.state_dict().items()}
    with atomic_path(folder / _TEXT_WEIGHTS) as path:
        save_file(weights, path, metadata={"format": "pt"})
    with atomic_path(folder / "clip.json") as path:
        about = {"log_scale": model.log_scale.item(), "text": model.config["text"]}
        path.write_text(json.dumps(about, indent=1) + "\n")
    save_model(model.image, folder)


def load_clip(folder: AnyPath | None = None) -> CLIPTiny:
    """Reads what ``save_clip`` wrote; the weights become float32.

    Args:
        folder: by default that of the shipped clip-tiny.

    Raises:
        InputError: a file is missing, cut, or does not fit the architecture.
    """
    folder = Path(folder) if folder else data_path("models/clip-tiny")
    for name in ("clip.json", "tokenizer/tokenizer.json", _TEXT_WEIGHTS):
        if not (folder / name).is_file():
            raise InputError(f"{folder / name}: missing; {folder} is not a saved CLIP")
    stored = json.loads((folder / "clip.json").read_text())
    image = load_model(folder)
    model = CLIPTiny(CLIPTokenizer.from_pretrained(folder / "tokenizer"), image.config, **stored["text"])
    model.image = image
    try:
        weights = load_file(folder / _TEXT_WEIGHTS)
        model.text.load_state_dict({name: value.float() for name, value in weights.items()})
    except (SafetensorError, RuntimeError) as error:
        raise InputError(f"{folder / _TEXT_WEIGHTS}: cannot be loaded ({error})") from error
    model.log_scale.data.fill_(stored["log_scale"])
    return model.eval()
