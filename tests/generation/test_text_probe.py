"""What text states tell."""

from pathlib import Path

import numpy as np
import torch

from csdlib.generation.latents import text_states
from csdlib.generation.pipelines import load_pipeline
from csdlib.generation.text_probe import told_by, word_states


def test_word_states_leave_out_start_end_and_padding(micro_pipeline: Path) -> None:
    pipeline = load_pipeline(micro_pipeline)
    encoder = (pipeline.tokenizer, pipeline.text_encoder)
    prompts = ["a painting", "a painting in the style of ann lee"]
    found = word_states(prompts, encoder)
    states = text_states(prompts, *encoder).float()
    for row, prompt in enumerate(prompts):
        words = len(pipeline.tokenizer(prompt)["input_ids"]) - 2
        np.testing.assert_allclose(found[row], torch.mean(states[row, 1 : words + 1], dim=0), rtol=1e-5)


def test_what_is_in_the_states_is_told_and_chance_is_not() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(2, size=400)
    tested = np.arange(400) >= 200
    noise = random.normal(size=(400, 4))
    assert told_by(noise + 6 * labels[:, None], labels, tested) > 0.95
    assert 0.35 < told_by(noise, labels, tested) < 0.65
