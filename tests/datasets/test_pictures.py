"""Whatever somebody points at: what tables and lists may hold, and what they may not."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.datasets.pictures import pictures
from csdlib.errors import InputError
from tests.conftest import stripes


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        stripes(0, 3, 1).save(tmp_path / folder / "1.png")
    return tmp_path


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([1, 2], ["1", "2"]),
        # A column of whole numbers with a gap is one of floats.
        ([1.0, np.nan], ["1", ""]),
        (pd.array([1, None], dtype="Int64"), ["1", ""]),
        (pd.Categorical(["x", None]), ["x", ""]),
        ([0.5, 1.0], ["0.5", "1.0"]),
        (["01", None], ["01", ""]),
    ],
)
def test_groups_of_a_parquet_file_are_as_a_csv_has_them(root: Path, groups: object, expected: list[str]) -> None:
    pd.DataFrame({"path": ["a/1.png", "b/1.png"], "group": groups}).to_parquet(root / "t.parquet")
    assert pictures(root / "t.parquet").column("artist").tolist() == expected


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_without_a_path_in_a_row_is_refused(root: Path, suffix: str) -> None:
    table = pd.DataFrame({"path": ["a/1.png", None], "group": ["x", "y"]})
    getattr(table, f"to_{suffix[1:]}")(root / f"t{suffix}", index=False)
    with pytest.raises(InputError, match=rf"t\{suffix}: row 1: .* empty"):
        pictures(root / f"t{suffix}")


def test_what_a_table_says_is_refused_with_its_name(root: Path) -> None:
    for text, message in (
        ("path\na/1.png\na/1.png\n", "stands twice"),
        (f"path\n{root}/a/1.png\n", "relative path"),
        ("path\n../a/1.png\n", "stays in the root folder"),
        ("path;group\na/1.png;x\n", "column 'path' is missing"),
        ("path\na\\1.png\n", "stands in no table: rename it"),
    ):
        (root / "t.csv").write_text(text)
        with pytest.raises(InputError, match=rf"t\.csv: .*{message}"):
            pictures(root / "t.csv")
    (root / "t.csv").write_text("path\na/1.png\n", encoding="utf-16")
    with pytest.raises(InputError, match="save it as UTF-8"):
        pictures(root / "t.csv")


def test_a_list_may_climb(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root / "a")
    assert pictures(["../b/1.png", "1.png"]).ids.tolist() == ["b/1.png", "a/1.png"]
    # Behind a link, .. is not what its text says.
    (root / "a" / "deep").mkdir()
    stripes(1, 3, 2).save(root / "a" / "2.png")
    (root / "link").symlink_to(root / "a" / "deep")
    table = pictures([root / "link" / ".." / "2.png"])
    assert table.path(0).resolve() == (root / "a" / "2.png").resolve()


@pytest.mark.parametrize("name", [b"\xff.png", b"a\\b.png"])
def test_a_name_that_no_table_holds_is_said(root: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.fsencode(root) + b"/" + name))
    path.write_bytes((root / "a" / "1.png").read_bytes())
    for source in (path, [path]):
        with pytest.raises(InputError, match="rename it"):
            pictures(source)


def test_a_folder_may_have_any_name(root: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(root) + b"/\xff"))
    folder.mkdir()
    stripes(0, 3, 1).save(folder / "1.png")
    assert pictures(folder).fingerprint != pictures(root / "a").fingerprint
