"""The trainer: rates, log and checkpoints of any loop, and what no training may do to the process it runs in."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from csdlib.descriptors.clip_tiny import CLIPTiny, train_tokenizer
from csdlib.descriptors.csd import random_tiny
from csdlib.errors import InputError
from csdlib.generation.autoencoder import AutoencoderConfig, fit_autoencoder, random_autoencoder
from csdlib.generation.diffusion import DiffusionConfig, fit_diffusion, random_unet
from csdlib.generation.latents import Latents
from csdlib.generation.subjects import train_subject_classifier
from csdlib.recipes.shipped.clip_tiny import train_clip_tiny
from csdlib.tables import ImageTable
from csdlib.training.clip import CLIPConfig, fit_clip
from csdlib.training.csd import TrainingConfig, fit
from csdlib.training.loop import Trainer, rate_factor, warmup_schedule

STEPS = 12
IDS = np.array(["a", "b", "c"])


class Line(nn.Module):
    """y = slope x + height; the slope learns ten times as fast."""

    def __init__(self) -> None:
        super().__init__()
        self.slope, self.height = nn.Parameter(torch.zeros(())), nn.Parameter(torch.zeros(()))

    def trainer(self, **options: Any) -> Trainer:
        groups = [{"params": [self.slope], "lr": 0.1}, {"params": [self.height], "lr": 0.01}]
        optimizer = torch.optim.SGD(groups, momentum=0.9)
        schedule = warmup_schedule(optimizer, STEPS, warmup=0.25)
        options = {"evaluate_every": 4, "progress": False} | options
        return Trainer(self, optimizer, schedule, steps=STEPS, ids=IDS, **options)


def batches(steps: range) -> Iterator[tuple[np.ndarray, Tensor]]:
    for step in steps:
        yield np.array([step % 3, 2]), torch.randn(2, generator=torch.Generator().manual_seed(step))


def train(line: Line, trainer: Trainer, until: int = STEPS) -> list[list[float]]:
    """Learns y = 2 x + 1; returns the rates of every step."""
    rates = []
    for step, (rows, x) in trainer.run(batches(trainer.remaining)):
        if step == until:
            break
        rates.append([group["lr"] for group in trainer.optimizer.param_groups])
        loss = (line.slope * x + line.height - 2 * x - 1).square().mean()
        trainer.optimizer.zero_grad()
        loss.backward()
        trainer.optimizer.step()
        trainer.report(rows, squared_error=loss.item(), number=step)
    return rates


def test_rates_rise_and_fall_and_a_killed_run_goes_on_with_them(tmp_path: Path) -> None:
    whole, killed, resumed = Line(), Line(), Line()
    rates = train(whole, whole.trainer())
    factors = [rate_factor(step, STEPS, 0.25) for step in range(STEPS)]
    assert factors[:3] == [1 / 3, 2 / 3, 1] and factors[3:] == sorted(factors[3:], reverse=True)
    assert rates == [[0.1 * factor, 0.01 * factor] for factor in factors]
    # Between two checkpoints: the last steps are taken a second time.
    train(killed, killed.trainer(checkpoint=tmp_path / "state.pt"), until=6)
    trainer = resumed.trainer(checkpoint=tmp_path / "state.pt")
    assert trainer.remaining == range(4, STEPS)
    assert train(resumed, trainer) == rates[4:]
    assert (resumed.slope.item(), resumed.height.item()) == (whole.slope.item(), whole.height.item())
    assert trainer.log["step"].tolist() == [0, 4, 8, 12]
    assert train(resumed, resumed.trainer(checkpoint=tmp_path / "state.pt")) == [], "nothing is left"


def test_the_log_has_means_and_the_evaluation_and_is_empty_before_the_first_step() -> None:
    line, modes = Line(), []

    def evaluate(model: Line) -> dict[str, float]:
        modes.append(model.training)
        return {"slope": model.slope.item()}

    trainer = line.trainer(evaluate=evaluate, evaluate_every=5)
    train(line, trainer)
    assert trainer.log.columns.tolist() == ["step", "squared_error", "number", "images_per_second", "slope"]
    assert trainer.log["step"].tolist() == [0, 5, 10, 12]
    assert trainer.log["number"].tolist()[1:] == [2, 7, 10.5]
    assert trainer.log.iloc[0].isna().tolist() == [False, True, True, True, False]
    assert trainer.log["slope"].iloc[0] == 0 and trainer.log["slope"].iloc[-1] == line.slope.item()
    assert modes == [False] * 4 and not line.training


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_with_step_and_images(wrong: float, tmp_path: Path) -> None:
    trainer = Line().trainer(checkpoint=tmp_path / "state.pt")
    with pytest.raises(InputError, match=r"step 1: the loss is not finite .*state.failed.json"):
        for step, (rows, _) in trainer.run(batches(trainer.remaining)):
            trainer.optimizer.step()
            trainer.report(rows, fine=1.0, squared_error=wrong if step == 1 else 0.0)
    saved = json.loads((tmp_path / "state.failed.json").read_text())
    assert saved == {"step": 1, "terms": {"fine": "1.0", "squared_error": str(wrong)}, "images": ["b", "c"]}
    with pytest.raises(InputError, match=r"images \['a', 'c'\]"):
        Line().trainer().report(np.array([0, 2]), squared_error=wrong)


def test_a_checkpoint_of_another_training_or_damaged_is_refused(tmp_path: Path) -> None:
    line, checkpoint = Line(), tmp_path / "state.pt"
    train(line, line.trainer(checkpoint=checkpoint, identity=("settings", [1, 2])))
    line.trainer(checkpoint=checkpoint, identity=("settings", [1, 2]))
    with pytest.raises(InputError, match="data set or other settings; delete it"):
        line.trainer(checkpoint=checkpoint, identity=("settings", [1, 3]))
    whole = checkpoint.read_bytes()
    for damaged in (whole[: len(whole) // 2], b""):
        checkpoint.write_bytes(damaged)
        with pytest.raises(InputError, match=r"state\.pt: damaged"):
            line.trainer(checkpoint=checkpoint)


@pytest.fixture(scope="module")
def trainings(striped_table: ImageTable, micro_pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All that is trained, and all that begins with random weights, in small."""
    table = ImageTable(striped_table.frame.assign(caption="stripes"), striped_table.root)
    unet = UNet2DConditionModel.from_pretrained(micro_pipeline / "unet")
    data = Latents(
        torch.zeros(40, 4, 8, 8, dtype=torch.int8), torch.zeros(2, 48, 32).half(), np.ones(40, np.int64), table, ""
    )
    tiny = {"image_size": 32, "patch_size": 8, "width": 48, "layers": 1, "heads": 2, "style_dim": 48}
    clip = CLIPTiny(train_tokenizer(["stripes"], 520), tiny, layers=1, heads=2, tokens=12)
    autoencoder = random_autoencoder(encoder_block_out_channels=(8,) * 3, decoder_block_out_channels=(8,) * 3)
    short, quiet = {"steps": 1, "batch_size": 4}, {"progress": False}
    return {
        "random_tiny": lambda: random_tiny(1, **tiny),
        "random_autoencoder": lambda: random_autoencoder(1),
        "random_unet": lambda: random_unet(1),
        "fit": lambda: fit(random_tiny(1, **tiny).model, table, TrainingConfig(**short), **quiet),
        "fit_clip": lambda: fit_clip(clip, table, CLIPConfig(**short), **quiet),
        "fit_autoencoder": lambda: fit_autoencoder(autoencoder, table, AutoencoderConfig(**short, size=32), **quiet),
        "fit_diffusion": lambda: fit_diffusion(unet, data, DiffusionConfig(**short), **quiet),
        "subjects": lambda: train_subject_classifier(table, size=32, epochs=1),
        "train_clip_tiny": lambda: train_clip_tiny(
            tmp_path_factory.mktemp("clip-tiny"), CLIPConfig(**short), works_per_painter=2
        ),
    }


def global_state() -> tuple[list[int], str, object]:
    return torch.get_rng_state().tolist(), str(np.random.get_state()), random.getstate()  # noqa: NPY002


TRAININGS = ["random_tiny", "random_autoencoder", "random_unet", "fit", "fit_clip", "fit_autoencoder", "fit_diffusion"]


@pytest.mark.parametrize("name", [*TRAININGS, "subjects", "train_clip_tiny"])
@pytest.mark.usefixtures("small_exhibition")
def test_no_training_touches_the_global_random_state(name: str, trainings: dict[str, Callable[[], object]]) -> None:
    before = global_state()
    trainings[name]()
    assert global_state() == before


@pytest.mark.parametrize("name", ["fit_clip", "fit_autoencoder", "fit_diffusion"])
def test_what_several_processes_cannot_share_is_refused(
    name: str, trainings: dict[str, Callable[[], object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    with pytest.raises(InputError, match="runs in one process"):
        trainings[name]()
