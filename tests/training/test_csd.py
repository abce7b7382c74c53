"""Training lowers the loss, and a killed run ends as if it had not been killed."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from csdlib.descriptors.csd import CSDModel, random_tiny
from csdlib.errors import InputError
from csdlib.tables import ImageTable
from csdlib.training.csd import TrainingConfig, _terms, fit
from csdlib.training.losses import multilabel_contrastive_loss
from csdlib.training.views import StylePreservingViews
from tests.training import train_in_a_process

CONFIG = TrainingConfig(
    steps=12, batch_size=16, optimizer="adamw", projection_rate=2e-3, backbone_rate=2e-3, smallest_crop=0.5
)


def small_model() -> CSDModel:
    return random_tiny(image_size=32, patch_size=8, width=64, layers=2, heads=2, style_dim=32).model


def test_bfloat16_learns_nearly_the_same_and_only_where_it_is_native(
    striped_table: ImageTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = []
    for bfloat16, native in ((False, True), (True, True), (True, False)):
        monkeypatch.setattr("csdlib.training.loop.computes_bfloat16", lambda device, native=native: native)
        log = fit(small_model(), striped_table, replace(CONFIG, bfloat16=bfloat16), progress=False)
        losses.append(log["multi_label_loss"].iloc[-1])
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
    assert losses[0] == losses[2]


def test_training_lowers_both_losses(striped_table: ImageTable) -> None:
    log = fit(small_model(), striped_table, replace(CONFIG, steps=40), evaluate_every=10, progress=False)
    assert log["step"].tolist() == [0, 10, 20, 30, 40]
    for column in ("multi_label_loss", "self_supervised_loss"):
        assert log[column].iloc[-1] < log[column].iloc[1]


def test_one_view_an_image_is_enough_without_the_self_supervised_term(striped_table: ImageTable) -> None:
    views = StylePreservingViews(32, 0.5, views=1)
    log = fit(small_model(), striped_table, replace(CONFIG, ssl_weight=0.0), views=views, progress=False)
    assert log["self_supervised_loss"].iloc[-1] == 0
    with pytest.raises(InputError, match="views >= 2"):
        fit(small_model(), striped_table, CONFIG, views=views, progress=False)


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
    for table, config in (
        (striped_table, replace(CONFIG, seed=1)),
        (striped_table.tagged("movement"), CONFIG),
    ):
        with pytest.raises(InputError, match="data set or other settings"):
            fit(small_model(), table, config, checkpoint=checkpoint, progress=False)
    # What learns is part of what a training is: a half of one kind and a half of the other is neither.
    frozen = small_model()
    frozen.backbone.requires_grad_(False)
    with pytest.raises(InputError, match="of another model"):
        fit(frozen, striped_table, CONFIG, checkpoint=checkpoint, progress=False)


def test_impossible_trainings_are_refused(striped_table: ImageTable) -> None:
    with pytest.raises(InputError, match="fewer than batch_size"):
        fit(small_model(), striped_table, TrainingConfig(batch_size=64), progress=False)
    with pytest.raises(InputError, match="batch_size = 16 is no multiple of images_each = 3"):
        fit(small_model(), striped_table, TrainingConfig(batch_size=16, images_each=3), progress=False)
    bare = ImageTable(striped_table.frame.assign(styles=[[]] * len(striped_table)), striped_table.root)
    with pytest.raises(InputError, match="no training image carries a style tag"):
        fit(small_model(), bare, CONFIG, progress=False)
    with pytest.raises(InputError, match="both 0"):
        TrainingConfig(label_weight=0, ssl_weight=0)
    with pytest.raises(InputError, match="ssl_weight must be at least 0"):
        TrainingConfig(ssl_weight=float("nan"))


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
    style = torch.nn.functional.normalize(torch.randn(6, 2, 8, dtype=torch.float64), dim=2)
    labels = torch.tensor([[1, 0], [1, 0], [0, 0], [0, 1], [0, 1], [0, 0]])
    terms = _terms(style, labels, TrainingConfig())
    known = [0, 1, 3, 4]
    expected = multilabel_contrastive_loss(style[known, 0], labels[known])
    assert terms["multi_label_loss"].item() == pytest.approx(expected.item())
    other = style.clone()
    other[[2, 5]] = other[[5, 2]].roll(1, dims=2)
    changed = _terms(other, labels, TrainingConfig())
    assert changed["multi_label_loss"].item() == pytest.approx(expected.item())
    assert changed["self_supervised_loss"].item() != pytest.approx(terms["self_supervised_loss"].item())


def test_labels_are_dense_a_batch_at_a_time(striped_table: ImageTable, monkeypatch: pytest.MonkeyPatch) -> None:
    def all_at_once(*_: object) -> None:
        raise AssertionError("7.9 GB for half a million images and four thousand tags")

    monkeypatch.setattr(ImageTable, "labels", all_at_once)
    log = fit(small_model(), striped_table, replace(CONFIG, steps=1), progress=False)
    assert log["multi_label_loss"].iloc[-1] > 0


def test_a_broken_image_ends_no_training(striped_table: ImageTable, tmp_path: Path) -> None:
    for row in range(len(striped_table)):
        striped_table.open(row).save(tmp_path / striped_table.frame["path"].iloc[row])
    broken = ImageTable(striped_table.frame, tmp_path)
    broken.path(7).write_bytes(b"junk")
    log = fit(small_model(), broken, replace(CONFIG, steps=3), progress=False)
    assert log["step"].iloc[-1] == 3


def test_batches_without_a_positive_pair_are_counted_and_said(
    striped_table: ImageTable, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = striped_table.frame.assign(styles=[[f"tag-{row}"] for row in range(len(striped_table))])
    log = fit(small_model(), ImageTable(alone, striped_table.root), replace(CONFIG, steps=2), progress=True)
    assert log["without_positives"].iloc[-1] == 1
    assert log["multi_label_loss"].iloc[-1] == 0
    assert "no two images of step 1 share a tag" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [{"optimizer": "SGD"}, {"steps": 0}, {"batch_size": 1}, {"seed": -1}, {"warmup": 2}])
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        TrainingConfig(**wrong)  # type: ignore[arg-type]


SCRIPT = Path(train_in_a_process.__file__)
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2", str(SCRIPT)]


@pytest.fixture(scope="module")
def saved(striped_table: ImageTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved")
    striped_table.save(folder)
    return folder


def started(*arguments: Path | int) -> BaseProcess:
    """A training in a process of its own. The server has imported torch once, and every process is forked from it."""
    context = get_context("forkserver")
    context.set_forkserver_preload([train_in_a_process.__name__])
    process = context.Process(target=train_in_a_process.main, args=arguments)
    process.start()
    return process


def trained(saved: Path, output: Path, *, steps: int) -> dict[str, Tensor]:
    process = started(saved, output, steps)
    process.join(300)
    assert process.exitcode == 0
    return load_file(output)


@pytest.mark.slow
def test_two_processes_with_small_parts_train_as_one_with_the_whole(saved: Path, tmp_path: Path) -> None:
    one = trained(saved, tmp_path / "one.safetensors", steps=9)
    arguments = [str(saved), str(tmp_path / "two.safetensors"), "9", "3"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parents[2])}
    subprocess.run([*TORCHRUN, *arguments], env=environment, check=True, capture_output=True, timeout=300)
    two = load_file(tmp_path / "two.safetensors")
    for name, value in one.items():
        torch.testing.assert_close(value, two[name], atol=1e-5, rtol=0)
    logs = [pd.read_csv(tmp_path / f"{name}.csv") for name in ("one", "two")]
    for term in ("multi_label_loss", "self_supervised_loss"):
        np.testing.assert_allclose(logs[0][term], logs[1][term], atol=1e-5)


@pytest.mark.slow
def test_runs_killed_at_any_moment_end_with_the_same_weights(saved: Path, tmp_path: Path) -> None:
    """SIGKILL at three random moments after the first checkpoint; resumed each time; bit-equal at the end."""
    whole, killed = tmp_path / "whole.safetensors", tmp_path / "killed.safetensors"
    expected = trained(saved, whole, steps=120)
    random, checkpoint = np.random.default_rng(), killed.with_suffix(".pt")
    for _ in range(3):
        stamp = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        process = started(saved, killed, 120)
        while process.is_alive() and (not checkpoint.exists() or checkpoint.stat().st_mtime_ns == stamp):
            time.sleep(0.01)
        time.sleep(float(random.uniform(0, 0.15)))
        process.kill()
        process.join()
        assert process.exitcode == -signal.SIGKILL, "the run was over before it was killed: it needs more steps"
    again = trained(saved, killed, steps=120)
    for name, value in expected.items():
        assert torch.equal(value, again[name]), name
