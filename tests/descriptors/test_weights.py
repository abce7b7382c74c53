"""Files of weights: found, fetched once, checked where a hash is published, refused where they do not fit."""

import os
import pickle
import tarfile
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from csdlib.descriptors.registry import load
from csdlib.descriptors.weights import fill, from_archive, from_hub, from_url, read_checkpoint, state_hash
from csdlib.errors import InputError
from csdlib.files import file_hash


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "weights"


def test_an_address_is_fetched_once(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "mine.pt"
    source.write_bytes(b"weights")
    path = from_url("test", source.as_uri())
    assert path == cache / "test" / "mine.pt"
    source.unlink()
    assert from_url("test", source.as_uri()).read_bytes() == b"weights"


def test_a_failed_download_leaves_nothing_behind(cache: Path, tmp_path: Path) -> None:
    address = (tmp_path / "nothing.pt").as_uri()
    with pytest.raises(InputError, match=rf"no download \(URLError: .*\)\. Fetch {address} and put it at .*nothing"):
        from_url("test", address)
    assert not list((cache / "test").iterdir())


def test_a_published_hash_is_checked_however_the_file_came(cache: Path, tmp_path: Path) -> None:
    source = tmp_path / "plain"
    source.write_bytes(b"weights")
    right, wrong = f"mine-{file_hash(source)[:8]}.pth", "mine-00000000.pth"
    for name in (right, wrong):
        source.with_name(name).write_bytes(b"weights")
    assert from_url("test", (tmp_path / right).as_uri()).is_file()
    with pytest.raises(InputError, match=r"mine-00000000\.pth: refused: its SHA-256 does not begin with 00000000"):
        from_url("test", (tmp_path / wrong).as_uri())
    (cache / "test" / right).write_bytes(b"other")
    with pytest.raises(InputError, match="refused"):
        from_url("test", (tmp_path / right).as_uri())


def test_a_file_put_into_the_cache_by_hand_comes_before_the_hub(cache: Path, no_network: None) -> None:
    with pytest.raises(InputError, match=r"Fetch https://huggingface\.co/some/one/resolve/main/model\.bin and put it"):
        from_hub("test", "some/one", "model.bin")


def archive(path: Path, names: list[str]) -> str:
    content = path.with_name("content")
    content.write_bytes(b"mapper")
    with tarfile.open(path, "w:gz") as tar:
        for name in names:
            tar.add(content, arcname=name)
    return path.as_uri()


@pytest.mark.parametrize("prefix", ["", "./", "weights/"])
def test_one_file_is_taken_out_of_an_archive(prefix: str, cache: Path, tmp_path: Path) -> None:
    names = ["calibrator/clip_tuned.pth", f"{prefix}mapper/clip_tuned.pth", f"{prefix}mapper/dino_tuned.pth"]
    address = archive(tmp_path / "w.tar.gz", names)
    assert from_archive("test", address, "mapper/clip_tuned.pth") == cache / "test" / "clip_tuned.pth"
    assert sorted(path.name for path in (cache / "test").iterdir()) == ["clip_tuned.pth", "w.tar.gz"]
    (cache / "test" / "w.tar.gz").unlink()
    assert from_archive("test", address, "mapper/clip_tuned.pth").read_bytes() == b"mapper"


def test_archives_that_are_damaged_or_hold_something_else(cache: Path, tmp_path: Path) -> None:
    address = archive(tmp_path / "w.tar.gz", ["../../evil/clip_tuned.pth"])
    with pytest.raises(InputError, match=r"w\.tar\.gz: holds no mapper/clip_tuned\.pth"):
        from_archive("test", address, "mapper/clip_tuned.pth")
    whole = (cache / "test" / "w.tar.gz").read_bytes()
    (cache / "test" / "w.tar.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"w\.tar\.gz: damaged"):
        from_archive("test", address, "mapper/clip_tuned.pth")
    assert not (cache / "test" / "clip_tuned.pth").exists()


def test_a_state_dict_among_others(tmp_path: Path) -> None:
    path = tmp_path / "two.pth"
    torch.save({"first": {"a": torch.zeros(1)}, "second": {"a": torch.ones(1)}}, path)
    assert read_checkpoint(path, "second")["a"] == 1
    with pytest.raises(InputError, match=r"two\.pth: holds no state dict of tensors named third"):
        read_checkpoint(path, "third")
    torch.save({"epoch": 3, "state_dict": {"a": torch.ones(2)}}, path)
    assert len(read_checkpoint(path)["a"]) == 2


@pytest.mark.parametrize("numpy", ["numpy._core", "numpy.core"])
def test_numbers_of_either_numpy_are_no_code(numpy: str, tmp_path: Path) -> None:
    path = tmp_path / "state.pth"
    state = {"state_dict": {"a": torch.ones(2)}, "lr": np.float64(0.1), "step": np.int64(3), "args": Namespace(lr=0.1)}
    # In the old format of torch.save, so that the module's name can be replaced: numpy 1 wrote another.
    torch.save(state, path, _use_new_zipfile_serialization=False)
    path.write_bytes(path.read_bytes().replace(b"numpy._core", numpy.encode()))
    assert numpy.encode() in path.read_bytes()
    assert read_checkpoint(path)["a"].tolist() == [1, 1]


class Trap:
    """Runs a command when it is unpickled by a careless reader."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, (self.command,)


def test_a_pickle_with_code_is_refused_and_not_executed(tmp_path: Path) -> None:
    mark, path = tmp_path / "executed", tmp_path / "evil.pth"
    torch.save({"model_state_dict": {"a": torch.ones(2)}, "args": Trap(f"touch {mark}")}, path)
    with pytest.raises(InputError, match=r"evil\.pth: refused: .*nothing was executed"):
        read_checkpoint(path)
    bare = tmp_path / "bare.bin"
    bare.write_bytes(pickle.dumps(Trap(f"touch {mark}")))
    with pytest.raises(InputError, match=r"bare\.bin: refused"):
        read_checkpoint(bare)
    assert not mark.exists()


def test_damaged_files_are_named(tmp_path: Path) -> None:
    torch.save({"model_state_dict": {"a": torch.ones(99)}}, tmp_path / "whole.pth")
    whole = (tmp_path / "whole.pth").read_bytes()
    for name, content in {"cut.pth": whole[: len(whole) // 2], "empty.bin": b"", "junk.safetensors": b"x" * 99}.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError, match=f"{name}: refused"):
            read_checkpoint(path)
    with pytest.raises(InputError, match="no such file"):
        read_checkpoint(tmp_path / "nothing.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(InputError, match="no state dict"):
        read_checkpoint(tmp_path / "list.pth")


def test_weights_that_do_not_fit_are_named() -> None:
    state = {"weight": torch.ones(2, 3).half(), "bias": torch.zeros(2).half()}
    with torch.device("meta"):
        model = nn.Linear(3, 2)
    with pytest.raises(InputError, match=r"^w\.pt: lacks bias; it has weight"):
        fill(model, {"weight": state["weight"]}, Path("w.pt"))
    with pytest.raises(InputError, match=r"w\.pt: bias has the shape \(3,\), not \(2,\)"):
        fill(model, state | {"bias": torch.zeros(3)}, Path("w.pt"))
    with pytest.raises(InputError, match=r"w\.pt: scale is no part of the model"):
        fill(model, state | {"scale": torch.zeros(3)}, Path("w.pt"))
    fill(model, state, Path("w.pt"))
    torch.testing.assert_close(model(torch.ones(1, 3)), torch.full((1, 2), 3.0))


def test_a_hash_tells_names_and_numbers_apart() -> None:
    states = [
        {"a": torch.zeros(2)},
        {"b": torch.zeros(2)},
        {"a": torch.ones(2)},
        {"a": torch.ones((), dtype=torch.int)},
    ]
    assert len({state_hash(state) for state in states}) == 4
    assert state_hash(states[0]) == state_hash({"a": torch.zeros(2)})


@pytest.mark.parametrize(
    ("name", "address", "place"),
    [
        ("dino-vit-b-16", "huggingface.co/timm/vit_base_patch16_224.dino/", "dino-vit-b-16/model.safetensors"),
        ("dino-vit-b-8", "huggingface.co/timm/vit_base_patch8_224.dino/", "dino-vit-b-8/model.safetensors"),
        ("dinov2-vit-b-14", "/timm/vit_base_patch14_dinov2.lvd142m/", "dinov2-vit-b-14/model.safetensors"),
        ("moco-v3-vit-b-16", "dl.fbaipublicfiles.com/moco-v3/", "moco-v3-vit-b-16/vit-b-300ep.pth.tar"),
        ("sscd", "dl.fbaipublicfiles.com/sscd-copy-detection/", "sscd/sscd_disc_mixup.torchvision.pt"),
        ("vgg-gram", "download.pytorch.org/models/vgg16-397923af.pth", "vgg-gram/vgg16-397923af.pth"),
        ("gda-clip", "cs.cmu.edu/~dataattribution/files/weights.tar.gz", "gda/weights.tar.gz"),
        ("gda-dino", "huggingface.co/timm/vit_base_patch16_224.dino/", "dino-vit-b-16/model.safetensors"),
        ("gda-vit", "/timm/vit_base_patch16_384.augreg_in21k_ft_in1k/", "gda-vit/model.safetensors"),
    ],
)
def test_without_a_network_the_error_says_what_to_fetch_and_where_to_put_it(
    name: str, address: str, place: str, no_network: None
) -> None:
    with pytest.raises(InputError, match="no download") as caught:
        load(name)
    assert address in str(caught.value)
    assert str(caught.value).endswith(f"weights/{place}")
