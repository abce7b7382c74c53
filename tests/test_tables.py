"""The contract of the image table."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.errors import InputError
from csdlib.tables import ImageTable


def frame(**changes: object) -> pd.DataFrame:
    rows: dict[str, object] = {
        "image_id": ["a", "b"],
        "path": ["a.png", "sub/b.png"],
        "split": ["query", "database"],
        "artist": ["ann", "bob"],
        "styles": [["ann", "oil"], []],
        "source": ["painting", "painting"],
    }
    return pd.DataFrame(rows | changes)


def test_optional_columns_are_there_and_null(tmp_path: Path) -> None:
    table = ImageTable(frame(), tmp_path)
    assert table.frame["content"].isna().all()
    assert table.tags == ["ann", "oil"]
    np.testing.assert_array_equal(table.labels(), [[1, 1], [0, 0]])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": ["../../x", "b.png"]}, "row 0: path '../../x'"),
        ({"path": ["a.png", "/etc/passwd"]}, "row 1: path '/etc/passwd'"),
        ({"path": ["a.png", None]}, "row 1: path"),
        ({"image_id": ["a", "a"]}, "row 1: image_id 'a' stands twice"),
        ({"split": ["query", "test"]}, "row 1: split 'test'"),
        ({"source": ["photo", "painting"]}, "row 0: source 'photo'"),
        ({"artist": ["ann", None]}, "row 1: artist"),
        ({"styles": ["ann", []]}, "row 0: styles 'ann'"),
    ],
)
def test_wrong_rows_are_named(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message.replace("[", r"\[")):
        ImageTable(frame(**changes), tmp_path)


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="lacks the column 'split'"):
        ImageTable(frame().drop(columns="split"), tmp_path)


def test_where_says_what_is_missing(tmp_path: Path) -> None:
    table = ImageTable(frame(), tmp_path)
    assert table.where(artist=["ann", "zoe"]).ids.tolist() == ["a"]
    with pytest.raises(InputError, match="no image"):
        table.where(artist="zoe")
    with pytest.raises(InputError, match="no column 'painter'"):
        table.where(painter="ann")


def test_a_tag_is_found_among_the_tags(tmp_path: Path) -> None:
    table = ImageTable(frame(), tmp_path).with_column("styles", [["a", "b"], ["b"]])
    assert [len(table.where(styles=tag)) for tag in ("a", "b")] == [1, 2]
    assert len(table.where(styles=["a", "c"])) == 1
    with pytest.raises(InputError, match="no image of the table"):
        table.where(styles="c")


def test_what_cannot_be_saved_is_named(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    table = ImageTable(frame(), tmp_path)
    with pytest.raises(InputError, match=r"sub/b\.png: there is no such image any more"):
        table.save(tmp_path / "saved")
    Image.new("RGB", (20, 20)).save(tmp_path / "sub" / "b.png")
    with pytest.raises(InputError, match="the column 'x' holds int and str"):
        table.with_column("x", [1, "one"]).save(tmp_path / "saved")
    table.with_column("x", [1, 2.5]).save(tmp_path / "saved")


def test_names_have_one_form(tmp_path: Path) -> None:
    apart, composed = "Ce\u0301zanne", "C\u00e9zanne"
    table = ImageTable(frame().assign(artist=[apart, composed], styles=[[apart], [composed]]), tmp_path)
    assert table.column("artist").tolist() == [composed] * 2
    assert table.tags == [composed]


def test_saved_tables_come_back_and_notice_changed_images(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("a.png", "sub/b.png"):
        Image.new("RGB", (20, 20)).save(tmp_path / name)
    table = ImageTable(frame(), tmp_path, {"made": "by hand"})
    table.save(tmp_path / "saved")
    loaded = ImageTable.load(tmp_path / "saved", check_hashes=True)
    pd.testing.assert_frame_equal(loaded.frame, table.frame, check_dtype=False)
    assert loaded.manifest["made"] == "by hand"
    Image.new("RGB", (20, 20), "red").save(tmp_path / "a.png")
    with pytest.raises(InputError, match="changed"):
        ImageTable.load(tmp_path / "saved", check_hashes=True)
    with pytest.raises(InputError, match="not a saved ImageTable"):
        ImageTable.load(tmp_path)


def test_tags_come_from_the_columns_that_are_asked_for(tmp_path: Path) -> None:
    table = ImageTable(frame(movement=["odd", None]), tmp_path)
    assert table.tagged("artist", "movement").frame["styles"].tolist() == [["ann", "odd"], ["bob"]]
    assert table.tagged("movement").frame["styles"].tolist() == [["odd"], []]
    with pytest.raises(InputError, match="no column 'school'"):
        table.tagged("school")


@pytest.mark.parametrize("ids", [[1, 2], ["a", None], ["a", ""]])
def test_ids_are_strings(tmp_path: Path, ids: list[object]) -> None:
    with pytest.raises(InputError, match="image_id"):
        ImageTable(frame(image_id=pd.Series(ids, dtype=object)), tmp_path)


def test_a_column_is_strings_and_a_null_is_empty(tmp_path: Path) -> None:
    table = ImageTable(frame(movement=["odd", None], seed=[3, 4], score=[0.5, float("nan")]), tmp_path)
    assert table.column("movement").tolist() == ["odd", ""]
    assert table.column("seed").tolist() == ["3", "4"]
    assert table.column("score").tolist() == ["0.5", ""]
    assert table.column("artist").dtype.kind == "U"
    with pytest.raises(InputError, match="no column 'painter'; it has image_id, path"):
        table.column("painter")


def test_a_column_is_exchanged_and_checked(tmp_path: Path) -> None:
    table = ImageTable(frame(), tmp_path, {"made": "by hand"})
    changed = table.with_column("source", "generated").with_column("styles", [["x"], ["y"]])
    assert changed.column("source").tolist() == ["generated", "generated"]
    assert changed.frame["styles"].tolist() == [["x"], ["y"]]
    assert (changed.root, changed.manifest) == (table.root, table.manifest)
    assert table.column("source").tolist() == ["painting", "painting"]
    assert table.with_column("artist", np.array(["zoe", "ann"])).column("artist").tolist() == ["zoe", "ann"]
    with pytest.raises(InputError, match="3 values for the column 'artist' of 2 images"):
        table.with_column("artist", ["a", "b", "c"])
    with pytest.raises(InputError, match="row 0: split 'test'"):
        table.with_column("split", "test")
