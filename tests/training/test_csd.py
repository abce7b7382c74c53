"""Views keep colours, training lowers the loss, and a killed run ends as if it had not been killed."""

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from csdlib.descriptors.csd import CSDModel, random_tiny
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from csdlib.training.batches import batch_rows
from csdlib.training.csd import TrainingConfig, _terms, fit
from csdlib.training.losses import multilabel_contrastive_loss
from csdlib.training.views import CopyViews, StylePreservingViews
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


def test_copy_views_are_those_of_copies() -> None:
    """Half and more of the picture stays, colours too; some have a frame, and half are mirrored."""
    image = stripes(1, 3, 0, side=96)
    mean = np.asarray(image, dtype=float).mean(axis=(0, 1))
    views, generator = CopyViews(48, widest=0.0), torch.Generator().manual_seed(1)
    assert torch.equal(*(views(image, torch.Generator().manual_seed(7)) for _ in range(2)))
    means = [np.asarray(views.view(image, generator), dtype=float).mean(axis=(0, 1)) for _ in range(20)]
    np.testing.assert_allclose(means, np.tile(mean, (20, 1)), atol=35)
    framed = [np.asarray(CopyViews(48, widest=0.2).view(image, generator))[0] for _ in range(40)]
    assert 5 <= sum(bool((row == row[0]).all()) for row in framed) <= 30


def test_bfloat16_learns_nearly_the_same_and_only_where_it_is_native(
    striped_table: ImageTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = []
    for bfloat16, native in ((False, True), (True, True), (True, False)):
        monkeypatch.setattr("csdlib.training.csd.computes_bfloat16", lambda device, native=native: native)
        log = fit(small_model(), striped_table, replace(CONFIG, bfloat16=bfloat16), progress=False)
        losses.append(log["multi_label_loss"].iloc[-1])
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
    assert losses[0] == losses[2]


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
    with pytest.raises(InputError, match="both 0"):
        TrainingConfig(label_weight=0, ssl_weight=0)
    with pytest.raises(InputError, match="ssl_weight must be at least 0"):
        TrainingConfig(ssl_weight=float("nan"))
    with pytest.raises(InputError, match="smallest"):
        StylePreservingViews(size=32, smallest=0)
    with pytest.raises(InputError, match=r"widest=0\.5"):
        CopyViews(size=32, widest=0.5)


def test_a_loss_that_is_not_finite_stops_with_step_and_images(striped_table: ImageTable, tmp_path: Path) -> None:
    model = small_model()
    with torch.no_grad():
        model.style_projection.fill_(torch.nan)
    with pytest.raises(InputError, match="step 0: the loss is not finite"):
        fit(model, striped_table, CONFIG, checkpoint=tmp_path / "state.pt", progress=False)
    saved = json.loads((tmp_path / "state.failed.json").read_text())
    assert saved["step"] == 0
    assert set(saved["images"]) <= set(striped_table.ids)
    assert len(saved["images"]) == CONFIG.batch_size


def test_small_parts_of_a_batch_give_the_gradients_of_the_whole(striped_table: ImageTable) -> None:
    whole, parts = small_model().double(), small_model().double()
    one_step = replace(CONFIG, steps=2, optimizer="sgd")
    with torch.random.fork_rng():
        fit_double(whole, striped_table, one_step)
        fit_double(parts, striped_table, replace(one_step, micro_batch=5))
    for name, value in whole.state_dict().items():
        torch.testing.assert_close(value, parts.state_dict()[name], atol=1e-10, rtol=0)


def fit_double(model: CSDModel, table: ImageTable, config: TrainingConfig) -> None:
    """``fit`` in double precision, where equal sums stay equal."""
    model.register_forward_pre_hook(lambda _, inputs: (inputs[0].double(),))
    fit(model, table, config, progress=False)


def test_the_number_of_threads_changes_nothing(striped_table: ImageTable) -> None:
    models = [small_model(), small_model()]
    for model, workers in zip(models, (1, 4), strict=True):
        fit(model, striped_table, replace(CONFIG, steps=3), workers=workers, progress=False)
    for name, value in models[0].state_dict().items():
        assert torch.equal(value, models[1].state_dict()[name]), name


def test_images_without_tags_enter_the_self_supervised_term_only() -> None:
    described = torch.nn.functional.normalize(torch.randn(6, 2, 1, 8, dtype=torch.float64), dim=3)
    labels = torch.tensor([[1, 0], [1, 0], [0, 0], [0, 1], [0, 1], [0, 0]])
    terms = _terms(described, labels, TrainingConfig())
    known = [0, 1, 3, 4]
    expected = multilabel_contrastive_loss(described[known, 0, 0], labels[known])
    assert terms["multi_label_loss"].item() == pytest.approx(expected.item())
    other = described.clone()
    other[[2, 5]] = other[[5, 2]].roll(1, dims=3)
    changed = _terms(other, labels, TrainingConfig())
    assert changed["multi_label_loss"].item() == pytest.approx(expected.item())
    assert changed["self_supervised_loss"].item() != pytest.approx(terms["self_supervised_loss"].item())


def test_batches_without_a_positive_pair_are_counted_and_said(
    striped_table: ImageTable, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = striped_table.frame.assign(styles=[[f"tag-{row}"] for row in range(len(striped_table))])
    log = fit(small_model(), ImageTable(alone, striped_table.root), replace(CONFIG, steps=2), progress=True)
    assert log["without_positives"].iloc[-1] == 1
    assert log["multi_label_loss"].iloc[-1] == 0
    assert "no two images of step 1 share a tag" in capsys.readouterr().err


def test_the_content_head_learns_and_its_gradient_enters_the_tower_reversed() -> None:
    model = random_tiny(image_size=32, patch_size=8, width=64, layers=1, heads=2, style_dim=16, content=True).model
    images = torch.randn(4, 3, 32, 32)
    content = model(images, reversal=0.5)[:, 1]
    goal = torch.randn_like(content)
    content.mul(goal).sum().backward()
    assert model.content_projection.grad is not None
    reversed_gradient = model.backbone.conv1.weight.grad.clone()
    model.zero_grad()
    plain = torch.nn.functional.normalize(model.backbone(images) @ model.content_projection, dim=1)
    plain.mul(goal).sum().backward()
    torch.testing.assert_close(reversed_gradient, -0.5 * model.backbone.conv1.weight.grad, atol=1e-5, rtol=1e-4)


def test_a_content_weight_needs_a_content_head(striped_table: ImageTable) -> None:
    with pytest.raises(InputError, match="content_weight needs a model with a content head"):
        fit(small_model(), striped_table, replace(CONFIG, content_weight=0.1), progress=False)
    model = random_tiny(image_size=32, patch_size=8, width=64, layers=1, heads=2, style_dim=16, content=True).model
    log = fit(model, striped_table, replace(CONFIG, steps=2, content_weight=0.1), progress=False)
    assert np.isfinite(log["content_loss"].iloc[-1])


@pytest.mark.parametrize("shape", [(96, 96), (300, 40), (40, 300)])
def test_crops_keep_their_share_of_any_shape(shape: tuple[int, int]) -> None:
    views = StylePreservingViews(size=32, smallest=0.5)
    generator = torch.Generator().manual_seed(0)
    for _ in range(100):
        left, top, right, bottom = views._crop(*shape, generator)
        assert (right - left) * (bottom - top) >= 0.5 * shape[0] * shape[1] - 1e-6
        assert left >= 0
        assert top >= 0
        assert right <= shape[0] + 1e-6
        assert bottom <= shape[1] + 1e-6


def test_photometric_views_change_colours_and_the_default_ones_do_not() -> None:
    image = stripes(1, 3, 0, side=96)
    mean = np.asarray(image, dtype=float).mean(axis=(0, 1))
    views = StylePreservingViews(size=48, smallest=0.5, photometric=True)
    generator = torch.Generator().manual_seed(1)
    means = [np.asarray(views.view(image, generator), dtype=float).mean(axis=(0, 1)) for _ in range(20)]
    assert np.abs(np.array(means) - mean).mean() > 12


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


TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
SCRIPT = Path(__file__).parent / "train_in_a_process.py"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[1])}


@pytest.fixture(scope="module")
def saved(striped_table: ImageTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    striped_table.save(folder)
    return folder


def trained(
    saved: Path, output: Path, *, steps: int = 9, micro_batch: int = 0, processes: int = 1
) -> dict[str, Tensor]:
    start = [sys.executable] if processes == 1 else [*TORCHRUN, f"--nproc-per-node={processes}"]
    command = [*start, str(SCRIPT), str(saved), str(output), str(steps), str(micro_batch)]
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True, timeout=300)
    return load_file(output)


def test_two_processes_with_small_parts_train_as_one_with_the_whole(saved: Path, tmp_path: Path) -> None:
    one = trained(saved, tmp_path / "one.safetensors")
    two = trained(saved, tmp_path / "two.safetensors", micro_batch=3, processes=2)
    for name, value in one.items():
        torch.testing.assert_close(value, two[name], atol=1e-5, rtol=0)
    logs = [pd.read_csv(tmp_path / f"{name}.csv") for name in ("one", "two")]
    for term in ("multi_label_loss", "self_supervised_loss"):
        np.testing.assert_allclose(logs[0][term], logs[1][term], atol=1e-5)


def test_runs_killed_at_any_moment_end_with_the_same_weights(saved: Path, tmp_path: Path) -> None:
    """SIGKILL at three random moments after the first checkpoint; resumed each time; bit-equal at the end."""
    whole, killed = tmp_path / "whole.safetensors", tmp_path / "killed.safetensors"
    expected = trained(saved, whole, steps=120)
    random, command = np.random.default_rng(), [sys.executable, str(SCRIPT), str(saved), str(killed), "120", "0"]
    checkpoint = killed.with_suffix(".pt")
    for _ in range(3):
        stamp = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL)
        while process.poll() is None and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == stamp):
            time.sleep(0.01)
        time.sleep(float(random.uniform(0, 0.15)))
        process.kill()
        process.wait()
    assert not killed.exists(), "the run was over before it was killed: it needs more steps"
    again = trained(saved, killed, steps=120)
    for name, value in expected.items():
        assert torch.equal(value, again[name]), name
