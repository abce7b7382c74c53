"""Generated images: any pipeline, one picture a seed, one setting a folder, and a clean end after every accident."""

import ast
import errno
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import pandas as pd
import pytest
from diffusers import DDPMPipeline, DDPMScheduler, DiffusionPipeline, UNet2DModel
from PIL import Image

from csdlib.datasets.registry import load_dataset
from csdlib.errors import InputError
from csdlib.files import code_of
from csdlib.generation import pictures as generation
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import load_pipeline, model_folder
from csdlib.generation.prompts import content_prompts, simple_prompts
from csdlib.tables import ImageTable

PEOPLE = {"ann-lee": "Ann Lee", "bo-ray": "Bo Ray"}
PROMPTS = simple_prompts(PEOPLE, 2)
QUICK: dict[str, Any] = {"steps": 2, "guidance": 2.0, "progress": False}


def levels(table: ImageTable) -> np.ndarray:
    return np.stack([np.asarray(table.open(row), dtype=int) for row in range(len(table))])


def test_a_table_of_prompts_becomes_a_data_set(micro_pipeline: Path, tmp_path: Path) -> None:
    made = generate(micro_pipeline, PROMPTS, tmp_path / "out", **QUICK)
    again = load_dataset("generated", tmp_path / "out")
    for table in (made, again):
        assert table.frame["artist"].tolist() == ["ann-lee", "ann-lee", "bo-ray", "bo-ray"]
        assert table.frame["seed"].tolist() == [0, 1, 0, 1]
        assert set(table.frame["source"]) == {"generated"}
        assert table.frame["guidance"].tolist() == [2.0] * 4
    assert made.manifest["steps"] == 2
    assert made.manifest["refused"] == 0
    pictures = levels(made)
    assert pictures.shape == (4, 16, 16, 3)
    assert (pictures[0] != pictures[1]).any(), "another seed is another picture"


def test_a_picture_does_not_depend_on_its_company(micro_pipeline: Path, tmp_path: Path) -> None:
    together = generate(micro_pipeline, PROMPTS, tmp_path / "a", batch_size=4, **QUICK)
    alone = generate(micro_pipeline, PROMPTS, tmp_path / "b", batch_size=1, **QUICK)
    # A matrix product of another shape may round its last bit otherwise.
    assert abs(levels(together) - levels(alone)).max() <= 1


def test_settings_change_pictures(micro_pipeline: Path, tmp_path: Path) -> None:
    plain = levels(generate(micro_pipeline, PROMPTS, tmp_path / "plain", **QUICK))
    for name, value in {"guidance": 6.0, "steps": 3, "negative_prompt": "green"}.items():
        other = generate(micro_pipeline, PROMPTS, tmp_path / name, **QUICK | {name: value})
        assert (levels(other) != plain).any(), name
    large = generate(micro_pipeline, PROMPTS.head(1), tmp_path / "large", size=32, **QUICK)
    assert large.open(0).size == (32, 32)


def test_settings_never_mix_in_a_folder(micro_pipeline: Path, tmp_path: Path) -> None:
    generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)
    with pytest.raises(InputError, match=r"holds pictures made with steps = 2, not 3"):
        generate(micro_pipeline, PROMPTS, tmp_path, **QUICK | {"steps": 3})
    with pytest.raises(InputError, match=r"prompt_set = 'simple', not 'content'"):
        generate(micro_pipeline, content_prompts(PEOPLE, ["dog"]), tmp_path, **QUICK)
    more = generate(micro_pipeline, simple_prompts(PEOPLE, 3), tmp_path, **QUICK)
    assert len(more) == 6
    assert len(load_dataset("generated", tmp_path)) == 6
    assert len(generate(micro_pipeline, PROMPTS.tail(1), tmp_path, **QUICK)) == 1


def test_other_weights_are_another_setting(micro_pipeline: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(micro_pipeline, copy)
    generate(copy, PROMPTS.head(1), tmp_path / "out", **QUICK)
    (copy / "unet" / "extra.safetensors").write_bytes(b"x")
    with pytest.raises(InputError, match="revision"):
        generate(copy, PROMPTS.head(1), tmp_path / "out", **QUICK)


def test_another_scheduler_is_another_setting(micro_pipeline: Path, tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(micro_pipeline, copy)
    generate(copy, PROMPTS.head(1), tmp_path / "out", **QUICK)
    (copy / "training.json").write_text("{}")
    generate(copy, PROMPTS, tmp_path / "out", **QUICK)
    path = copy / "scheduler" / "scheduler_config.json"
    path.write_text(path.read_text().replace("scaled_linear", "linear"))
    with pytest.raises(InputError, match="revision"):
        generate(copy, PROMPTS, tmp_path / "out", **QUICK)


def test_the_cache_keeps_nothing_that_is_made_otherwise_now(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    first = generate(micro_pipeline, PROMPTS, **QUICK)
    assert generate(micro_pipeline, PROMPTS, **QUICK).root == first.root
    monkeypatch.setattr(generation, "made_with", lambda **_: "diffusers 9")
    assert generate(micro_pipeline, PROMPTS, **QUICK).root != first.root


def test_what_a_shared_cache_has_is_not_made_again(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "theirs"))
    theirs = generate(micro_pipeline, PROMPTS, **QUICK)
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "mine"))
    monkeypatch.setenv("CSDLIB_SHARED_CACHE", str(tmp_path / "theirs"))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "theirs").rglob("*")}
    lent = generate(micro_pipeline, PROMPTS.tail(2), **QUICK)
    assert lent.root == theirs.root
    assert lent.frame.equals(theirs.take([2, 3]).frame)
    assert not (tmp_path / "mine").exists()
    # What it lacks is made at home, and nothing is written there.
    more = generate(micro_pipeline, pd.concat([PROMPTS, simple_prompts(PEOPLE, 1, seed=5)]), **QUICK)
    assert more.root.is_relative_to(tmp_path / "mine")
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "theirs").rglob("*")}


def test_versions_and_code_say_what_pictures_are_made_with(monkeypatch: pytest.MonkeyPatch) -> None:
    said = generation.made_with.__wrapped__()
    assert f"diffusers {diffusers.__version__}" in said
    monkeypatch.setattr(generation, "code_of", lambda source: ast.parse(f"{source}\nx = 1"))
    assert generation.made_with.__wrapped__() != said
    monkeypatch.setattr(generation, "code_of", lambda source: code_of(f"{source}# nothing else"))
    assert generation.made_with.__wrapped__() == said


def test_a_folder_of_an_older_version_goes_on_and_says_so(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(micro_pipeline, PROMPTS.head(2), tmp_path, **QUICK)
    old = generation.made_with()
    monkeypatch.setattr(generation, "made_with", lambda **_: "diffusers 9")
    capsys.readouterr()
    generate(micro_pipeline, PROMPTS.head(2), tmp_path, **QUICK)
    assert capsys.readouterr().err == "", "nothing is missing, so nothing is made"
    for _ in range(2):
        assert len(generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)) == 4
    assert capsys.readouterr().err.count("are made with diffusers 9") == 1
    assert json.loads((tmp_path / "settings.json").read_text())["made_with"] == [old, "diffusers 9"]


def test_a_folder_that_does_not_know_its_version_goes_on_and_says_so(
    micro_pipeline: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generate(micro_pipeline, PROMPTS.head(2), tmp_path, **QUICK)
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({k: v for k, v in json.loads(settings.read_text()).items() if k != "made_with"}))
    assert len(generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)) == 4
    assert "made with an earlier csdlib" in capsys.readouterr().err


def test_two_that_ask_for_the_same_pictures_make_them_once(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    made: list[str] = []
    make = generation._make

    def counted(pipeline: Any, rows: pd.DataFrame, *rest: Any) -> None:
        made.extend(rows["path"])
        make(pipeline, rows, *rest)

    monkeypatch.setattr(generation, "_make", counted)
    # As chapters do: one asks for four pictures, the other one for two of them and four more.
    asked = [PROMPTS, pd.concat([PROMPTS.tail(2), simple_prompts(PEOPLE, 2, seed=2)])]
    with ThreadPoolExecutor(2) as pool:
        tables = list(pool.map(lambda prompts: generate(micro_pipeline, prompts, **QUICK), asked))
    assert [len(table) for table in tables] == [4, 6]
    assert len(made) == len(set(made)) == 8


def test_a_killed_run_goes_on(micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = levels(generate(micro_pipeline, PROMPTS, tmp_path / "whole", **QUICK))
    counted: list[int] = []
    make = generation._make

    def dying(pipeline: Any, rows: pd.DataFrame, *rest: Any) -> None:
        if len(counted) == 1:
            raise KeyboardInterrupt
        counted.append(len(rows))
        make(pipeline, rows, *rest)

    monkeypatch.setattr(generation, "_make", dying)
    with pytest.raises(KeyboardInterrupt):
        generate(micro_pipeline, PROMPTS, tmp_path / "out", batch_size=2, **QUICK)
    monkeypatch.setattr(generation, "_make", make)
    pictures = sorted((tmp_path / "out").glob("*.png"))
    assert len(pictures) == 2
    # As if the kill had come while a picture was written by something less careful than we are.
    pictures[0].write_bytes(pictures[0].read_bytes()[:40])
    assert (levels(generate(micro_pipeline, PROMPTS, tmp_path / "out", **QUICK)) == whole).all()


def test_a_full_disk_leaves_no_half_picture(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Image.Image, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(Image.Image, "save", full)
        with pytest.raises(OSError, match="No space"):
            generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)
    assert not list(tmp_path.glob("*.png"))
    assert len(generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)) == 4


def test_blackened_pictures_are_counted_and_not_kept(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Careful:
        def __init__(self, pipeline: DiffusionPipeline) -> None:
            self.pipeline, self.tokenizer = pipeline, pipeline.tokenizer

        def __call__(self, **asked: Any) -> Any:
            made = self.pipeline(**asked)
            made.nsfw_content_detected = [row == 1 for row in range(len(made.images))]
            return made

    careful = Careful(load_pipeline(micro_pipeline))
    monkeypatch.setattr(generation, "load_pipeline", lambda model, **adapter: careful)
    made = generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)
    assert len(made) == 3
    assert made.manifest["refused"] == 1
    # What was refused is refused again, and not made again.
    monkeypatch.setattr(generation, "load_pipeline", None)
    again = generate(micro_pipeline, PROMPTS, tmp_path, **QUICK)
    assert (len(again), again.manifest["refused"]) == (3, 1)
    with pytest.raises(InputError, match=r"safety checker of .* refused all 1 pictures"):
        generate(micro_pipeline, PROMPTS.iloc[[1]], tmp_path, **QUICK)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"guidance": -1.0}, "guidance must be at least 0"),
        ({"guidance": float("nan")}, "guidance must be at least 0"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"size": 20}, "size must be a multiple of 8"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"negative_prompt": "green " * 1000}, "negative_prompt: the prompt has"),
    ],
)
def test_wrong_settings_are_refused(micro_pipeline: Path, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        generate(micro_pipeline, PROMPTS, tmp_path, **QUICK | change)


@pytest.mark.parametrize(
    ("prompts", "message"),
    [
        (PROMPTS.assign(prompt=["a", "", "b", "c"]), "row 1: the prompt is empty"),
        (PROMPTS.assign(prompt=["a", "b", "word " * 1000, "c"]), r"row 2: the prompt has \d+ tokens"),
        (PROMPTS.head(0), "no row"),
        (PROMPTS.drop(columns="seed"), "lack the column 'seed'"),
        (PROMPTS.assign(prompt_set=["a", "a", "b", "b"]), "several sets"),
    ],
)
def test_wrong_prompts_are_refused(micro_pipeline: Path, tmp_path: Path, prompts: pd.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        generate(micro_pipeline, prompts, tmp_path, **QUICK)


def test_a_folder_of_ones_own_may_be_called_as_the_shipped_ones_lie(
    micro_pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(micro_pipeline, tmp_path / "models" / "mine")
    monkeypatch.chdir(tmp_path)
    assert model_folder("models/mine") == Path("models/mine")


def test_a_pipeline_without_words_is_refused(micro_pipeline: Path, tmp_path: Path) -> None:
    unet = UNet2DModel(
        sample_size=8,
        block_out_channels=(8,),
        down_block_types=("DownBlock2D",),
        up_block_types=("UpBlock2D",),
        norm_num_groups=4,
    )
    DDPMPipeline(unet, DDPMScheduler()).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="a DDPMPipeline reads no prompt"):
        load_pipeline(tmp_path)


def test_what_is_no_pipeline_is_refused(micro_pipeline: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown model 'tiny-ds': choose one of .*tiny-sd-withheld"):
        model_folder("tiny-ds")
    with pytest.raises(InputError, match=r"no model_index\.json"):
        load_pipeline(tmp_path)
    cut = tmp_path / "cut"
    shutil.copytree(micro_pipeline, cut)
    weights = cut / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match="not a whole pipeline"):
        load_pipeline(cut)
    shutil.rmtree(cut / "unet")
    with pytest.raises(InputError, match="not a whole pipeline"):
        load_pipeline(cut)


def test_a_folder_without_a_table_enters_with_a_declared_model(tmp_path: Path) -> None:
    for artist in ("Greg Rutkowski", "Ruan Jia"):
        (tmp_path / artist).mkdir()
        Image.new("RGB", (32, 32), "teal").save(tmp_path / artist / "1.png")
    made = load_dataset("generated", tmp_path, model="Midjourney 5")
    assert made.frame["artist"].tolist() == ["Greg Rutkowski", "Ruan Jia"]
    assert set(made.frame["model"]) == {"Midjourney 5"}
    assert set(made.frame["split"]) == {"query"}
    with pytest.raises(InputError, match="the parameter model"):
        load_dataset("generated", tmp_path)
    (tmp_path / "generated.csv").write_text("path,artist,content,model,prompt\n")
    with pytest.raises(InputError, match="leave the parameter model out"):
        load_dataset("generated", tmp_path, model="Midjourney 5")


def test_the_settings_of_a_folder_can_be_read(micro_pipeline: Path, tmp_path: Path) -> None:
    generate(micro_pipeline, PROMPTS.head(1), tmp_path, **QUICK)
    kept = json.loads((tmp_path / "settings.json").read_text())
    assert kept["guidance"] == 2.0
    assert len(kept["revision"]) == 16
