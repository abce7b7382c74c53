"""What a text encoder tells a generator: which words of a prompt are left in its states?"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from transformers import CLIPTextModel, CLIPTokenizer

from csdlib.generation.latents import text_states


def word_states(prompts: list[str], encoder: tuple[CLIPTokenizer, CLIPTextModel]) -> np.ndarray:
    """The mean state of the words of each prompt, (n, d) float32: without start, end and padding.

    Args:
        prompts: texts.
        encoder: tokenizer and text encoder.
    """
    tokenizer, model = encoder
    lengths = [len(tokens) for tokens in tokenizer(prompts)["input_ids"]]
    states = text_states(prompts, tokenizer, model).float().numpy()
    return np.stack([row[1 : length - 1].mean(0) for row, length in zip(states, lengths, strict=True)])


def told_by(states: np.ndarray, labels: np.ndarray, tested: np.ndarray) -> float:
    """How well a linear classifier tells labels from states that it has not learned from.

    Args:
        states: (n, d).
        labels: (n,) what is to be told.
        tested: (n,) bool: on which it is tested; it learns from the others.

    Returns:
        the share of the tested ones that are told rightly, in [0, 1].

    Example:
        >>> states = np.array([[0.0, 3.0], [0.0, 1.0], [1.0, 1.0], [1.0, 3.0], [0.0, 2.0], [1.0, 2.0]])
        >>> told_by(states, np.array(["a", "a", "b", "b", "a", "b"]), np.arange(6) > 3)
        1.0
    """
    scaled = states / states.std(axis=0)
    probe = LogisticRegression(max_iter=2000).fit(scaled[~tested], labels[~tested])
    return float(probe.score(scaled[tested], labels[tested]))
