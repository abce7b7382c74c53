"""The command that generates."""

from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from csdlib.cli import app


def test_the_command_line_asks_in_both_orders(tmp_path: Path) -> None:
    names = tmp_path / "names.txt"
    names.write_text("Noor Felding\n")
    said = {}
    for kind in ("content", "name-first"):
        arguments = ["--prompts", kind, "--artists", str(names), "--subjects", "owl", "--images", "1", "--steps", "1"]
        found = CliRunner().invoke(app, ["generate", str(tmp_path / kind), *arguments])
        assert found.exit_code == 0, found.output
        said[kind] = pd.read_csv(tmp_path / kind / "generated.csv")["prompt"].tolist()
    assert said["content"] == ["A painting of an owl in the style of Noor Felding"]
    assert said["name-first"] == ["In the style of Noor Felding: a painting of an owl"]
