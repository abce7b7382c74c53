"""The sum of directions, at work in a pipeline."""

from pathlib import Path

import numpy as np
import pytest
import torch

from csdlib.errors import InputError
from csdlib.generation.composed import composed_pictures
from csdlib.generation.pipelines import load_pipeline

WORDS = ["a castle", "by ann: a castle", "a boat by ann", "a boat"]


def test_without_the_hand_it_is_the_pipeline_s_own_picture(micro_pipeline: Path) -> None:
    pipeline = load_pipeline(micro_pipeline).to(torch.float32)
    (anybody,) = composed_pictures(pipeline, WORDS, 0.0, steps=3, count=1, seed=5)
    noise = torch.Generator().manual_seed(5)
    own = pipeline(WORDS[0], guidance_scale=4.0, num_inference_steps=3, generator=noise).images[0]
    difference = np.abs(np.asarray(anybody, dtype=int) - np.asarray(own, dtype=int))
    assert difference.max() <= 1


def test_pictures_have_noise_of_their_own_and_the_hand_changes_them(micro_pipeline: Path) -> None:
    pipeline = load_pipeline(micro_pipeline).to(torch.float32)
    first, second = composed_pictures(pipeline, WORDS, 1.5, steps=2, count=2)
    (alone,) = composed_pictures(pipeline, WORDS, 1.5, steps=2, count=1, seed=1)
    (anybody,) = composed_pictures(pipeline, WORDS, 0.0, steps=2, count=1)
    assert first != second
    assert np.abs(np.asarray(second, dtype=int) - np.asarray(alone, dtype=int)).max() <= 1
    assert first != anybody


def test_other_than_four_prompts_are_refused(micro_pipeline: Path) -> None:
    with pytest.raises(InputError, match="four prompts, got 2"):
        composed_pictures(load_pipeline(micro_pipeline), WORDS[:2], 1.0)
