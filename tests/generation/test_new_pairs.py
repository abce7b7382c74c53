"""Hands carried to new subjects: who is asked for what, the sum of directions, and a UNet that learns it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from csdlib.atelier import SUBJECTS, WITHHELD, find_painter
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.generation.diffusion import PRACTISED_FROM, DiffusionConfig, fit_diffusion, transferred
from csdlib.generation.latents import LatentDescriptor, Latents, text_states, write_latents
from csdlib.generation.new_pairs import Transfers, write_transfers
from csdlib.generation.pipelines import load_pipeline
from csdlib.generation.prompts import content_prompts
from csdlib.recipes.atelier_prompts import atelier_artists, kept_from_transfers, never_painted
from csdlib.recipes.shipped.autoencoder import generator_pictures
from csdlib.recipes.shipped.tiny_sd import transfers_of
from csdlib.tables import ImageTable

WRITTEN = {"artist-0": "Ada", "artist-1": "Bo"}


@pytest.fixture(scope="module")
def learned(striped_table: ImageTable, micro_pipeline: Path) -> tuple[Latents, Transfers]:
    """Stripes by four artists as latents, and two of the artists to be asked for dots instead."""
    frame = striped_table.frame
    told = frame.assign(
        caption=[f"stripes by {artist}" for artist in frame["artist"]], true_artist=frame["artist"], true_content="owl"
    )
    table = ImageTable(told, striped_table.root)
    pipeline = load_pipeline(micro_pipeline).to(torch.float32)
    encoder = pipeline.tokenizer, pipeline.text_encoder
    wanted = pd.DataFrame({"artist": ["artist-0", "artist-1", "artist-1"], "content": ["dot", "dot", "dog"]})
    return (
        write_latents(table, LatentDescriptor(pipeline.vae, "hash", 16), encoder, progress=False),
        write_transfers(table, wanted, WRITTEN, encoder),
    )


def test_every_picture_is_asked_for_what_its_artist_shall_learn(learned: tuple[Latents, Transfers]) -> None:
    data, transfers = learned
    artists = data.table.frame["artist"].to_numpy(dtype=str)
    assert len(transfers.rows) == (artists == "artist-0").sum() + 2 * (artists == "artist-1").sum()
    for picture, *said in transfers.rows.tolist():
        new, alone, first, own, own_alone = (transfers.texts[row] for row in said)
        name = WRITTEN[artists[picture]]
        asked = alone.removeprefix("A painting of ")
        assert new in (f"{asked} by {name}", f"{alone} in the style of {name}", first)
        assert first == f"In the style of {name}: a painting of {asked}"
        assert (own, own_alone) == (f"A painting of an owl in the style of {name}", "A painting of an owl")
        assert alone.split()[-1] in ({"dot"} if name == "Ada" else {"dot", "dog"})
    assert len(set(transfers.texts)) == len(transfers.texts) == len(transfers.states)


def test_states_are_those_of_the_texts(learned: tuple[Latents, Transfers], micro_pipeline: Path) -> None:
    pipeline = load_pipeline(micro_pipeline).to(torch.float32)
    expected = text_states([*learned[1].texts], pipeline.tokenizer, pipeline.text_encoder)
    torch.testing.assert_close(learned[1].states, expected)


def test_nobody_to_learn_from_is_an_error(striped_table: ImageTable, micro_pipeline: Path) -> None:
    table = ImageTable(striped_table.frame.assign(true_artist="x", true_content="y"), striped_table.root)
    pipeline = load_pipeline(micro_pipeline)
    wanted = pd.DataFrame({"artist": ["artist-0"], "content": ["dot"]})
    with pytest.raises(InputError, match="no picture is by an artist"):
        write_transfers(table, wanted, WRITTEN, (pipeline.tokenizer, pipeline.text_encoder))


class Told(nn.Module):
    """A network whose velocity is what it is told, everywhere."""

    def forward(self, noisy: Tensor, times: Tensor, states: Tensor) -> SimpleNamespace:
        return SimpleNamespace(sample=states.mean((1, 2))[:, None, None, None].expand_as(noisy) + noisy)


def test_a_hand_is_seen_twice_and_added_to_the_new_subject() -> None:
    noisy = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    # Two pictures: the new subjects are worth 10 and 20, with the painters' names first 11 and 23; the painters with
    # their own subjects 7 and 5, those alone 4 and 6.
    known = torch.tensor([10.0, 20, 11, 23, 7, 5, 4, 6])[:, None, None].expand(8, 5, 8)
    found = transferred(Told(), noisy, torch.tensor([3, 4]), known, 2.0)
    torch.testing.assert_close(found[0], 10 + 2 * (1 + 3) / 2 + noisy[0])
    torch.testing.assert_close(found[1], 20 + 2 * (3 - 1) / 2 + noisy[1])
    torch.testing.assert_close(transferred(Told(), noisy, torch.tensor([3, 4]), known, 0.0)[1], 20 + noisy[1])


def test_what_a_unet_says_already_costs_nothing(learned: tuple[Latents, Transfers], micro_pipeline: Path) -> None:
    data, _ = learned
    states = 9 * torch.randn(3, *data.states.shape[1:], generator=torch.Generator().manual_seed(0)).half()
    pair, subject, other = 0, 1, 2

    def loss(*asked: int, strength: float = 1) -> float:
        unet = UNet2DConditionModel.from_pretrained(micro_pipeline / "unet")
        transfers = Transfers(states, ("pair", "subject", "other"), np.array([[0, *asked], [1, *asked]]))
        config = DiffusionConfig(steps=1, batch_size=8, rate=0, transferred=1, strength=strength)
        return float(fit_diffusion(unet, data, config, transfers, progress=False)["velocity_loss"].iloc[-1])

    # The new pair is the new subject plus what the painter adds: here by definition, and here not.
    assert loss(pair, subject, pair, pair, subject) < 1e-10
    assert loss(pair, subject, subject, pair, subject, strength=2) < 1e-10
    assert loss(pair, pair, pair, other, other, strength=7) < 1e-10
    assert loss(pair, subject, pair, pair, subject, strength=2) > 1e-6
    assert loss(pair, subject, pair, subject, pair) > 1e-6


def test_a_share_of_the_batch_is_transferred(learned: tuple[Latents, Transfers], micro_pipeline: Path) -> None:
    data, transfers = learned
    unet = UNet2DConditionModel.from_pretrained(micro_pipeline / "unet")
    bare = Latents(data.codes, torch.full_like(data.states, float("nan")), data.captions, data.table, data.fingerprint)
    fit_diffusion(unet, bare, DiffusionConfig(steps=2, batch_size=8, transferred=1), transfers, progress=False)
    with pytest.raises(InputError, match="not finite"):
        fit_diffusion(unet, bare, DiffusionConfig(steps=2, batch_size=8, transferred=0.9), transfers, progress=False)
    with pytest.raises(InputError, match="say with transfers"):
        fit_diffusion(unet, data, DiffusionConfig(transferred=0.1), progress=False)
    with pytest.raises(InputError, match="transferred must be from 0 to 1"):
        DiffusionConfig(transferred=-0.1)


def test_practice_spares_the_steps_that_show_the_known_subject(
    learned: tuple[Latents, Transfers], micro_pipeline: Path
) -> None:
    data, transfers = learned
    unet, met = UNet2DConditionModel.from_pretrained(micro_pipeline / "unet"), []
    unet.register_forward_pre_hook(lambda _, given: met.append(given[1].min().item()))
    fit_diffusion(unet, data, DiffusionConfig(steps=6, batch_size=8, transferred=1), transfers, progress=False)
    assert 1000 * PRACTISED_FROM <= min(met) < 1000 * PRACTISED_FROM + 200
    met.clear()
    fit_diffusion(unet, data, DiffusionConfig(steps=6, batch_size=8), progress=False)
    assert min(met) < 200


def test_a_killed_training_with_transfers_ends_with_the_same_weights(
    learned: tuple[Latents, Transfers], micro_pipeline: Path, tmp_path: Path
) -> None:
    data, transfers = learned
    config = DiffusionConfig(steps=4, batch_size=8, transferred=0.5)
    whole, resumed, other = (UNet2DConditionModel.from_pretrained(micro_pipeline / "unet") for _ in range(3))
    calls = iter([None, None])

    def kill(_: nn.Module) -> dict[str, float]:
        if next(calls, "over") == "over":
            raise KeyboardInterrupt
        return {}

    fit_diffusion(whole, data, config, transfers, evaluate_every=2, progress=False)
    options = {"evaluate_every": 2, "checkpoint": tmp_path / "state.pt", "progress": False}
    with pytest.raises(KeyboardInterrupt):
        fit_diffusion(resumed, data, config, transfers, evaluate=kill, **options)
    fewer = Transfers(transfers.states, transfers.texts, transfers.rows[1:])
    with pytest.raises(InputError, match="of another model, data set"):
        fit_diffusion(other, data, config, fewer, **options)
    resumed = UNet2DConditionModel.from_pretrained(micro_pipeline / "unet")
    fit_diffusion(resumed, data, config, transfers, **options)
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_what_is_kept_from_transfers_is_never_asked_for_and_nobody_withheld_is_named() -> None:
    pairs = content_prompts(atelier_artists(), list(SUBJECTS))
    new, kept = never_painted(pairs), kept_from_transfers(pairs)
    assert not (kept & ~new).any()
    assert 0.2 < kept.sum() / new.sum() < 0.3
    choose, judge = (kept_from_transfers(pairs, half) for half in ("choose", "judge"))
    assert not (choose & judge).any()
    assert ((choose | judge) == kept).all()
    assert 0.4 < choose.sum() / kept.sum() < 0.6
    transfers = transfers_of(generator_pictures(2), data_path("models/tiny-sd"))
    said = " | ".join(transfers.texts)
    assert not [slug for slug in WITHHELD if find_painter(slug).name in said]
    for artist, content in pairs.loc[kept, ["artist", "content"]].to_numpy().tolist():
        article = "an" if content[0] in "aeiou" else "a"
        assert f"{article} {content} by {find_painter(artist).name}" not in transfers.texts
        assert f"A painting of {article} {content} in the style of {find_painter(artist).name}" not in transfers.texts
        assert f"In the style of {find_painter(artist).name}: a painting of {article} {content}" not in transfers.texts
