"""Views keep colours, training lowers the loss, and a killed run ends as if it had not been killed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from csdlib.descriptors.csd import CSDModel, random_tiny
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from csdlib.training import TrainingConfig, batch_rows, fit
from csdlib.views import StylePreservingViews
from tests.conftest import stripes

CONFIG = TrainingConfig(
    steps=12, batch_size=16, optimizer="adamw", projection_rate=2e-3, backbone_rate=2e-3, smallest_crop=0.5
)


def small_model() -> CSDModel:
    return random_tiny(image_size=32, patch_size=8, width=64, layers=2, heads=2, style_dim=32).model


def test_views_differ_and_repeat_with_the_generator() -> None:
    views = StylePreservingViews(size=32)
    image = stripes(0, 5, 0)
    first, second = (views(image, torch.Generator().manual_seed(5)) for _ in range(2))
    assert first.shape == (2, 3, 32, 32)
    assert torch.equal(first, second)
    assert not torch.equal(first[0], first[1])


def test_views_really_rotate() -> None:
    """Horizontal stripes come out vertical in about half of the views."""
    image = Image.fromarray(
        np.repeat(np.repeat([[0], [255]] * 8, 16, axis=1), 4, axis=0).astype(np.uint8)[..., None].repeat(3, 2)
    )
    generator = torch.Generator().manual_seed(0)
    views = StylePreservingViews(size=32, smallest=0.6)
    turned = 0
    for _ in range(100):
        pixels = np.asarray(views.view(image, generator), dtype=float)[..., 0]
        turned += np.abs(np.diff(pixels, axis=1)).mean() > np.abs(np.diff(pixels, axis=0)).mean()
    assert 30 <= turned <= 70


def test_views_keep_the_colours() -> None:
    image = stripes(1, 3, 0, side=96)
    mean = np.asarray(image, dtype=float).mean(axis=(0, 1))
    views = StylePreservingViews(size=48, smallest=0.5)
    generator = torch.Generator().manual_seed(1)
    means = [np.asarray(views.view(image, generator), dtype=float).mean(axis=(0, 1)) for _ in range(20)]
    np.testing.assert_allclose(means, np.tile(mean, (20, 1)), atol=12)


def test_every_image_is_seen_once_an_epoch() -> None:
    rows = np.concatenate([batch_rows(10, 4, step, seed=3) for step in range(5)])
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10].tolist() != rows[10:].tolist()


def test_training_lowers_both_losses(striped_table: ImageTable) -> None:
    log = fit(small_model(), striped_table, replace(CONFIG, steps=40), evaluate_every=10, progress=False)
    assert log["step"].tolist() == [0, 10, 20, 30, 40]
    for column in ("multi_label_loss", "self_supervised_loss"):
        assert log[column].iloc[-1] < log[column].iloc[1]


class KilledError(Exception):
    """Stands for a SIGKILL between two steps."""


def test_a_killed_run_ends_with_the_same_weights(striped_table: ImageTable, tmp_path: Path) -> None:
    whole, killed = small_model(), small_model()
    log = fit(whole, striped_table, CONFIG, evaluate_every=4, progress=False)

    evaluations = iter([None, None])

    def kill(_: CSDModel) -> dict[str, float]:
        if next(evaluations, "over") == "over":
            raise KilledError
        return {}

    checkpoint = tmp_path / "state.pt"
    with pytest.raises(KilledError):
        fit(killed, striped_table, CONFIG, evaluate=kill, evaluate_every=4, checkpoint=checkpoint, progress=False)
    resumed = small_model()
    again = fit(resumed, striped_table, CONFIG, evaluate_every=4, checkpoint=checkpoint, progress=False)
    assert again["step"].tolist() == log["step"].tolist()
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name
    with pytest.raises(InputError, match="other settings"):
        fit(small_model(), striped_table, replace(CONFIG, seed=1), checkpoint=checkpoint, progress=False)


def test_impossible_trainings_are_refused(striped_table: ImageTable) -> None:
    with pytest.raises(InputError, match="fewer than batch_size"):
        fit(small_model(), striped_table, TrainingConfig(batch_size=64), progress=False)
    bare = ImageTable(striped_table.frame.assign(styles=[[]] * len(striped_table)), striped_table.root)
    with pytest.raises(InputError, match="no training image carries a style tag"):
        fit(small_model(), bare, CONFIG, progress=False)
    with pytest.raises(InputError, match="smallest"):
        StylePreservingViews(size=32, smallest=0)


def test_a_loss_that_is_not_finite_stops_with_step_and_images(striped_table: ImageTable) -> None:
    model = small_model()
    with torch.no_grad():
        model.style_projection.fill_(torch.nan)
    with pytest.raises(InputError, match="step 0: the loss is nan; images"):
        fit(model, striped_table, CONFIG, progress=False)


def test_a_checkpoint_of_other_tags_or_damaged_is_refused(striped_table: ImageTable, tmp_path: Path) -> None:
    checkpoint = tmp_path / "state.pt"
    fit(small_model(), striped_table, CONFIG, evaluate_every=4, checkpoint=checkpoint, progress=False)
    with pytest.raises(InputError, match="data set or other settings"):
        fit(small_model(), striped_table.tagged("movement"), CONFIG, checkpoint=checkpoint, progress=False)
    whole = checkpoint.read_bytes()
    for damaged in (whole[: len(whole) // 2], b""):
        checkpoint.write_bytes(damaged)
        with pytest.raises(InputError, match=r"state\.pt: damaged"):
            fit(small_model(), striped_table, CONFIG, checkpoint=checkpoint, progress=False)


def test_a_broken_image_is_left_out_and_counted(
    striped_table: ImageTable, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for row in range(len(striped_table)):
        striped_table.open(row).save(tmp_path / striped_table.frame["path"].iloc[row])
    broken = ImageTable(striped_table.frame, tmp_path)
    broken.path(7).write_bytes(b"junk")
    log = fit(small_model(), broken, CONFIG, progress=True)
    assert log["step"].iloc[-1] == CONFIG.steps
    assert "left out 1 images" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [{"optimizer": "SGD"}, {"steps": 0}, {"batch_size": 1}, {"seed": -1}, {"warmup": 2}])
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        TrainingConfig(**wrong)  # type: ignore[arg-type]
