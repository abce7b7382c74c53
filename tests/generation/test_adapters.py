"""Adapters as diffusers and peft write them: what they change, how pictures tell of them, and what is refused."""

import importlib.metadata
import json
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from diffusers.training_utils import _collate_lora_metadata
from diffusers.utils import convert_state_dict_to_diffusers
from huggingface_hub.errors import LocalEntryNotFoundError
from peft import LoHaConfig, LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.datasets.registry import load_dataset
from csdlib.errors import InputError
from csdlib.generation import adapters
from csdlib.generation import pictures as generation
from csdlib.generation.adapters import add_adapter
from csdlib.generation.pictures import generate
from csdlib.generation.pipelines import load_pipeline, revision
from csdlib.generation.prompts import simple_prompts

#: Layers of the UNet as the training scripts of diffusers choose them, and twice as strong as their rank says.
LORA: dict[str, Any] = {"r": 2, "lora_alpha": 4, "target_modules": ["to_k", "to_q", "to_v", "to_out.0"]}
OF_DIFFUSERS, OF_PEFT = "pytorch_lora_weights.safetensors", "adapter_model.safetensors"
PROMPTS = simple_prompts({"ann-lee": "Ann Lee"}, 1)
QUICK: dict[str, Any] = {"steps": 2, "guidance": 2.0, "progress": False}

Made = dict[str, tuple[Path, np.ndarray]]


def pipeline_of(folder: Path, **options: Any) -> Any:
    return load_pipeline(folder, dtype=torch.float32, **options)


def picture(pipeline: Any) -> np.ndarray:
    noise = torch.Generator().manual_seed(0)
    made = pipeline(prompt="a painting", num_inference_steps=2, guidance_scale=2.0, generator=noise, output_type="np")
    return made.images[0]


def trained(network: torch.nn.Module) -> None:
    """Stands for a training: at its start an adapter changes nothing."""
    torch.manual_seed(1)
    for name, weights in network.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weights, std=0.5)


def by_diffusers(pipeline: Any, folder: Path) -> None:
    """As ``train_dreambooth_lora.py`` of diffusers saves it, of UNet and text encoder."""
    words = LoraConfig(**LORA | {"target_modules": ["q_proj", "k_proj", "v_proj", "out_proj"]})
    pipeline.unet.add_adapter(LoraConfig(**LORA, init_lora_weights="gaussian"))
    pipeline.text_encoder.add_adapter(words)
    networks = {"unet": pipeline.unet, "text_encoder": pipeline.text_encoder}
    for network in networks.values():
        trained(network)
    layers = {
        f"{name}_lora_layers": convert_state_dict_to_diffusers(get_peft_model_state_dict(network))
        for name, network in networks.items()
    }
    StableDiffusionPipeline.save_lora_weights(folder, **layers, **_collate_lora_metadata(networks))


def by_peft(pipeline: Any, folder: Path) -> None:
    """As ``save_pretrained`` of peft saves it, of the UNet."""
    wrapped = get_peft_model(pipeline.unet, LoraConfig(**LORA))
    trained(wrapped)
    wrapped.save_pretrained(folder)


@pytest.fixture(scope="module")
def made(micro_pipeline: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Who wrote it -> an adapter's folder, and what the pipeline painted in which it was trained."""
    found = {}
    for write in (by_diffusers, by_peft):
        folder, pipeline = tmp_path_factory.mktemp(write.__name__), pipeline_of(micro_pipeline)
        write(pipeline, folder)
        found[write.__name__] = folder, picture(pipeline)
    assert [path.name for path in found["by_diffusers"][0].iterdir()] == [OF_DIFFUSERS]
    assert {"adapter_config.json", OF_PEFT} <= {path.name for path in found["by_peft"][0].iterdir()}
    return found


@pytest.mark.parametrize("layout", ["by_diffusers", "by_peft"])
def test_an_adapter_paints_as_where_it_was_trained(micro_pipeline: Path, made: Made, layout: str) -> None:
    folder, there = made[layout]
    plain, adapted = picture(pipeline_of(micro_pipeline)), picture(pipeline_of(micro_pipeline, adapter=folder))
    assert np.abs(adapted - there).max() < 1e-5
    assert np.abs(adapted - plain).max() > 0.05
    half, none = (picture(pipeline_of(micro_pipeline, adapter=folder, adapter_scale=scale)) for scale in (0.5, 0.0))
    assert min(np.abs(half - plain).max(), np.abs(half - adapted).max()) > 0.01
    assert (none == plain).all()


def test_an_adapter_computes_in_the_precision_of_the_model(micro_pipeline: Path, made: Made) -> None:
    pipeline = load_pipeline(micro_pipeline, dtype=torch.bfloat16, adapter=made["by_diffusers"][0])
    for network in (pipeline.unet, pipeline.text_encoder):
        assert {weights.dtype for weights in network.parameters()} == {torch.bfloat16}
        assert any("lora_A" in name for name, _ in network.named_parameters())


def test_pictures_with_and_without_an_adapter_never_mix(
    micro_pipeline: Path, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    adapter = tmp_path / "mine"
    shutil.copytree(made["by_peft"][0], adapter)
    plain = generate(micro_pipeline, PROMPTS, **QUICK)
    adapted = generate(micro_pipeline, PROMPTS, adapter=adapter, **QUICK)
    weak = generate(micro_pipeline, PROMPTS, adapter=adapter, adapter_scale=0.5, **QUICK)
    assert len({table.root for table in (plain, adapted, weak)}) == 3
    assert generate(micro_pipeline, PROMPTS, adapter=str(adapter), **QUICK).root == adapted.root
    assert (np.asarray(adapted.open(0)) != np.asarray(plain.open(0))).any()
    # The table, the manifest and the revision say it.
    assert set(load_dataset("generated", weak.root).frame["model"]) == {f"{micro_pipeline} + {adapter} at 0.5"}
    own, mark = adapted.manifest["revision"].split("+")
    assert own == plain.manifest["revision"] == revision(micro_pipeline)
    assert revision(micro_pipeline, adapter) == f"{own}+{mark}"
    for given in ({}, {"adapter": adapter, "adapter_scale": 0.5}):
        with pytest.raises(InputError, match=r"holds pictures made with model = .* at 1\.0'"):
            generate(micro_pipeline, PROMPTS, adapted.root, **given, **QUICK)
    # What peft keeps beside the weights decides, too: lora_alpha is there.
    config = adapter / "adapter_config.json"
    config.write_text(config.read_text().replace('"lora_alpha": 4', '"lora_alpha": 8'))
    assert revision(micro_pipeline, adapter) != f"{own}+{mark}"
    assert generate(micro_pipeline, PROMPTS, adapter=adapter, **QUICK).root != adapted.root


def test_the_code_that_reads_adapters_and_peft_count_for_adapted_pictures_alone() -> None:
    assert "peft" not in generation.made_with()
    assert f"peft {importlib.metadata.version('peft')}" in generation.made_with(adapted=True)
    assert generation.made_with().rpartition(" ")[2] != generation.made_with(adapted=True).rpartition(" ")[2]


def test_an_adapter_of_the_hub_is_known_by_its_commit(
    micro_pipeline: Path, made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def snapshot(repository: str, *, allow_patterns: list[str]) -> str:
        asked.append((repository, allow_patterns))
        folder = tmp_path / "snapshots" / "c0ffee"
        shutil.copytree(made["by_diffusers"][0], folder, dirs_exist_ok=True)
        return str(folder)

    monkeypatch.setattr(adapters, "snapshot_download", snapshot)
    assert revision(micro_pipeline, "somebody/a-lora") == f"{revision(micro_pipeline)}+c0ffee"
    adapted = picture(pipeline_of(micro_pipeline, adapter="somebody/a-lora"))
    assert np.abs(adapted - made["by_diffusers"][1]).max() < 1e-5
    # Nothing but safetensors and a text is fetched.
    assert asked == [("somebody/a-lora", [OF_DIFFUSERS, OF_PEFT, "adapter_config.json"])] * 2


def test_an_adapter_that_cannot_be_fetched_is_one_sentence(
    micro_pipeline: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(*_: Any, **__: Any) -> str:
        raise LocalEntryNotFoundError("no network")

    monkeypatch.setattr(adapters, "snapshot_download", offline)
    said = r"no such folder, and no download \(.*no network.*Fetch https://huggingface\.co/somebody/a-lora and give its"
    with pytest.raises(InputError, match=said):
        load_pipeline(micro_pipeline, adapter="somebody/a-lora")


class Trap:
    """A pickle that says so when it is opened."""

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return (sys.exit, ("opened",))


@pytest.mark.parametrize("name", ["pytorch_lora_weights.bin", "adapter_model.bin"])
def test_what_was_pickled_is_not_opened(micro_pipeline: Path, made: Made, tmp_path: Path, name: str) -> None:
    shutil.copy(made["by_peft"][0] / "adapter_config.json", tmp_path)
    (tmp_path / name).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(InputError, match=r"holds neither .*that were pickled .* are not opened: save them as"):
        load_pipeline(micro_pipeline, adapter=tmp_path)


def test_a_damaged_file_is_refused_and_nothing_pickled_takes_its_place(
    micro_pipeline: Path, made: Made, tmp_path: Path
) -> None:
    for layout, name in (("by_diffusers", OF_DIFFUSERS), ("by_peft", OF_PEFT)):
        shutil.copytree(made[layout][0], tmp_path / layout)
        weights = tmp_path / layout / name
        weights.write_bytes(weights.read_bytes()[:-100])
        weights.with_suffix(".bin").write_bytes(pickle.dumps(Trap()))
        with pytest.raises(InputError, match=r"does not fit this StableDiffusionPipeline \(SafetensorError"):
            load_pipeline(micro_pipeline, adapter=tmp_path / layout)


@pytest.mark.parametrize(("layout", "name"), [("by_diffusers", OF_DIFFUSERS), ("by_peft", OF_PEFT)])
def test_an_adapter_of_another_model_is_refused(
    micro_pipeline: Path, made: Made, tmp_path: Path, layout: str, name: str
) -> None:
    shutil.copytree(made[layout][0], tmp_path / layout)
    weights = tmp_path / layout / name
    tensors = load_file(weights)
    # Other shapes: a wider network has layers of the same names.
    save_file({key: torch.zeros([2 * length for length in each.shape]) for key, each in tensors.items()}, weights)
    with pytest.raises(InputError, match="does not fit this StableDiffusionPipeline"):
        load_pipeline(micro_pipeline, adapter=weights.parent)
    # Other layers: a deeper network has these, and more.
    deep = [key for key in tensors if "down_blocks.0" in key]
    more = {key.replace("down_blocks.0", "down_blocks.7"): tensors[key].clone() for key in deep}
    save_file(tensors | more, weights)
    said = f"of its {len(tensors) + len(more)} tensors {len(tensors)} have a place there"
    with pytest.raises(InputError, match=said):
        load_pipeline(micro_pipeline, adapter=weights.parent)
    # Nothing that it knows.
    save_file(more, weights)
    with pytest.raises(InputError, match="does not fit this StableDiffusionPipeline"):
        load_pipeline(micro_pipeline, adapter=weights.parent)


def test_other_kinds_of_adapters_are_refused(micro_pipeline: Path, made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "peft"
    shutil.copytree(made["by_peft"][0], folder)
    unet = UNet2DConditionModel.from_pretrained(micro_pipeline / "unet")
    get_peft_model(unet, LoHaConfig(r=2, target_modules=["to_k"])).save_pretrained(folder)
    with pytest.raises(InputError, match=r"says .*LOHA.*: only LoRA is read"):
        load_pipeline(micro_pipeline, adapter=folder)
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": "many"}))
    with pytest.raises(InputError, match="does not fit this StableDiffusionPipeline"):
        load_pipeline(micro_pipeline, adapter=folder)
    (folder / "adapter_config.json").unlink()
    with pytest.raises(InputError, match=r"holds adapter_model\.safetensors, but not adapter_config\.json"):
        load_pipeline(micro_pipeline, adapter=folder)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"adapter": "no/such/folder"},
            "adapter no/such/folder: there is no such folder; give a folder, or owner/name",
        ),
        ({"adapter": "./mine"}, "there is no such folder"),
        ({"adapter": "https://example.org/lora"}, "an address, and no folder of this machine: download it first"),
        ({"adapter": "mine", "adapter_scale": float("nan")}, "adapter_scale must be a finite number, got nan"),
        ({"adapter_scale": 0.5}, r"adapter_scale is 0\.5, and there is no adapter"),
    ],
)
def test_what_is_no_adapter_is_one_sentence(micro_pipeline: Path, given: dict[str, Any], message: str) -> None:
    for ask in (lambda: load_pipeline(micro_pipeline, **given), lambda: generate(micro_pipeline, PROMPTS, **given)):
        with pytest.raises(InputError, match=message):
            ask()


def test_a_pipeline_that_takes_none_says_so(made: Made) -> None:
    with pytest.raises(InputError, match="a object of diffusers takes none"):
        add_adapter(object(), made["by_peft"][0], 1.0)


def test_without_peft_the_extra_is_named(micro_pipeline: Path, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def versions(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError("peft")

    pipeline = pipeline_of(micro_pipeline)
    monkeypatch.setitem(sys.modules, "peft", None)
    monkeypatch.setattr(generation, "version", versions)
    monkeypatch.setattr(generation, "made_with", generation.made_with.__wrapped__)
    folder = made["by_peft"][0]
    for ask in (
        lambda: add_adapter(pipeline, folder, 1.0),
        lambda: generate(micro_pipeline, PROMPTS, adapter=folder, **QUICK),
    ):
        with pytest.raises(InputError, match=r"^peft is not installed: pip install 'csdlib\[generate\]'$"):
            ask()


def test_the_command_line_takes_an_adapter(micro_pipeline: Path, made: Made, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("Ann Lee\n")
    asked = ["generate", str(tmp_path / "made"), "--model", str(micro_pipeline), "--steps", "1", "--images", "1"]
    asked += ["--artists", str(tmp_path / "names.txt"), "--adapter-scale", "0.5", "--adapter"]
    done = CliRunner().invoke(app, [*asked, str(made["by_peft"][0])])
    assert done.exit_code == 0, done.output
    settings = json.loads((tmp_path / "made" / "settings.json").read_text())
    assert settings["model"] == f"{micro_pipeline} + {made['by_peft'][0]} at 0.5"
    wrong = CliRunner().invoke(app, [*asked, str(tmp_path)])
    assert wrong.exit_code == 2
    assert "holds neither pytorch_lora_weights.safetensors nor" in " ".join(wrong.output.split())
