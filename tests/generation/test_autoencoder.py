"""The autoencoder: pieces, its loss, and a training that goes on after a kill."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import AutoencoderTiny
from PIL import Image

from csdlib.errors import InputError
from csdlib.generation.autoencoder import (
    AutoencoderConfig,
    fit_autoencoder,
    latent_shape,
    pictures,
    pixels,
    random_autoencoder,
    square,
)
from csdlib.tables import ImageTable

SMALL = {"encoder_block_out_channels": (8,) * 3, "decoder_block_out_channels": (8,) * 3}


def small() -> AutoencoderTiny:
    return random_autoencoder(0, **SMALL)


def test_pictures_and_pixels_are_each_others_inverse() -> None:
    levels = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)
    values = pixels(Image.fromarray(levels))
    assert values.shape == (3, 12, 20)
    assert values.min() >= -1 and values.max() <= 1
    assert (np.asarray(pictures(values[None])[0]) == levels).all()
    assert np.asarray(pictures(torch.tensor([[[[-3.0]], [[3.0]], [[0.0]]]]))[0]).tolist() == [[[0, 255, 128]]]


def test_the_middle_of_a_picture_is_looked_at() -> None:
    wide = Image.fromarray(np.tile(np.arange(0, 200, 2, dtype=np.uint8)[None, :, None], (50, 1, 3)))
    middle = np.asarray(square(wide, 50))
    assert middle.shape == (50, 50, 3)
    assert (middle == np.asarray(wide)[:, 25:75]).all()
    assert square(wide, 32).size == (32, 32)


def test_a_picture_becomes_six_times_fewer_numbers() -> None:
    model = random_autoencoder()
    latents = model.encode(torch.zeros(1, 3, 96, 96)).latents
    assert latents.shape == (1, *latent_shape(model, 96)) == (1, 8, 24, 24)


def test_it_learns_to_paint_pictures_again(striped_table: ImageTable) -> None:
    model = small()
    config = AutoencoderConfig(steps=90, batch_size=8, size=32, rate=3e-3)
    log = fit_autoencoder(model, striped_table, config, evaluate_every=15, progress=False)
    assert log["squared_error"].iloc[-1] < 0.6 * log["squared_error"].iloc[1]


def test_a_killed_training_ends_with_the_same_weights(striped_table: ImageTable, tmp_path: Path) -> None:
    config = AutoencoderConfig(steps=6, batch_size=4, size=32)
    whole, killed, resumed = small(), small(), small()
    fit_autoencoder(whole, striped_table, config, evaluate_every=2, progress=False)
    calls = iter([None, None])

    def kill(_: AutoencoderTiny) -> dict[str, float]:
        if next(calls, "over") == "over":
            raise KeyboardInterrupt
        return {}

    options = {"evaluate_every": 2, "checkpoint": tmp_path / "state.pt", "progress": False}
    with pytest.raises(KeyboardInterrupt):
        fit_autoencoder(killed, striped_table, config, evaluate=kill, **options)
    # Another process would keep diffusers' private notes in another order.
    resumed.config["_use_default_values"].reverse()
    fit_autoencoder(resumed, striped_table, config, **options)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    with pytest.raises(InputError, match="other settings"):
        fit_autoencoder(small(), striped_table, AutoencoderConfig(steps=7), **options)


@pytest.mark.parametrize(
    ("change", "message"), [({"steps": 0}, "steps"), ({"size": 33}, "multiple of 8"), ({"size": 8}, "at least 32")]
)
def test_wrong_settings_are_refused(change: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        AutoencoderConfig(**change)
