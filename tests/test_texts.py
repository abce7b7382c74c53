"""Text from outside: what it is, or one sentence with file and line; names in one form."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.errors import InputError
from csdlib.texts import as_on_disk, one_form, read_csv, read_text

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1))
def test_a_table_comes_back_as_it_was_written(rows: list[tuple[str, str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([("a", "b"), *rows])
    again = read_csv(Path("x.csv"), text=written.getvalue())
    assert list(again.itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"name,path\nboat, red,a.png\n", "line 2: 3 fields, and the header has 2"),
        (b"name,path\na,b\n\nboat\n", "line 4: 1 fields, and the header has 2"),
        (b'name,path\n"two\nlines",a.png\nboat,b.png,c\n', "line 4: 3 fields"),
        (b'name,path\n"boat,a.png\nship,b.png\n', "line 2: a quote that is opened here does not end"),
        (b"name,path\ncaf\xe9,a.png\n", r"line 2: not UTF-8 \(byte 0xe9\); save it as UTF-8"),
        (b"\xff\xfen\x00a\x00", "line 1: not UTF-8"),
        (b"path,path\na,b\n", "the column 'path' stands twice"),
        (b"name\na\n", "column 'path' is missing; it needs path, and has name"),
    ],
)
def test_a_broken_table_names_its_line(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(InputError, match=f"x.csv: {message}"):
        read_csv(tmp_path / "x.csv", columns=["path"])


def test_rows_know_their_lines_and_nothing_becomes_a_number(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b'\xef\xbb\xbfname,n\r\n"two\r\nlines",007\r\n\r\nNA,\r\n')
    rows = read_csv(tmp_path / "x.csv", columns=["name", "n"])
    assert rows.index.tolist() == [2, 5]
    assert rows["n"].tolist() == ["007", ""]
    assert rows["name"].tolist() == ["two\r\nlines", "NA"]


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt: cannot be read"):
        read_text(tmp_path / "gone.txt")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path)


def test_a_name_is_found_in_whatever_form_the_disk_has_it(tmp_path: Path) -> None:
    composed, apart = "C\u00e9zanne", "Ce\u0301zanne"
    assert one_form(apart) == composed == unicodedata.normalize("NFC", apart)
    (tmp_path / apart).mkdir()
    (tmp_path / apart / f"{composed}.png").touch()
    asked = [
        f"{composed}/{apart}.png",
        f"{apart}/{composed}.png",
        f"{composed}/gone.png",
        "\u00e9/../../x",
        "/\u00e9/x",
        "a.png",
    ]
    found = f"{apart}/{composed}.png"
    assert as_on_disk(tmp_path, asked) == [found, found, f"{apart}/gone.png", *asked[3:]]
