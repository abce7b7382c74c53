"""The command that exports."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from csdlib import descriptors
from csdlib.cli import app
from csdlib.descriptors.devices import choose_device


@pytest.mark.parametrize(("deviation", "said"), [(2e-7, "2e-07 from torch at most"), (None, "not checked: no onnx")])
def test_what_was_written_and_whether_it_was_checked_is_said(
    deviation: float | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[descriptors.TowerDescriptor, Path]] = []
    monkeypatch.setattr(descriptors, "export_onnx", lambda *both: given.append(both) or deviation)
    done = CliRunner().invoke(app, ["export", "csd-tiny", str(tmp_path / "tiny.onnx")])
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith(f"written: {tmp_path / 'tiny.onnx'} (")
    assert said in done.stdout
    assert [(tower.name, tower.device, path) for tower, path in given] == [
        ("csd-tiny", choose_device("cpu"), tmp_path / "tiny.onnx")
    ]


def test_what_cannot_be_exported_is_one_line(tmp_path: Path) -> None:
    failed = CliRunner().invoke(app, ["export", "colour", str(tmp_path / "colour.onnx")])
    assert failed.exit_code == 2
    assert failed.stderr.startswith("csdlib: colour is no vision tower")
    assert failed.stderr.count("\n") == 1
