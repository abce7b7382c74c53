"""Who is measured against whom: by name, by group, by a table; and no pair is dropped in silence."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.scoring.pairing import hint, pair, unasked
from csdlib.scoring.sides import Side


def side(*names: str, broken: tuple[str, ...] = ()) -> Side:
    readable = [name for name in names if name not in broken]
    vectors = np.tile([1.0, 0.0], (len(readable), 1))
    embeddings = Embeddings(vectors, np.array(readable, dtype=str), "f", "cosine")
    rows = np.array([readable.index(name) if name in readable else -1 for name in names])
    groups = np.array([name.partition("/")[0] if "/" in name else "" for name in names])
    notes = np.array(["" if name in readable else "broken" for name in names], dtype=object)
    return Side(np.array(names), groups, embeddings, rows, notes, np.full((len(names), 2), np.nan), {})


def paired(generated: Side, references: Side, way: str | Path) -> list[tuple[list[str], str]]:
    found = pair(generated, references, way)
    names = [[] if numbers is None else references.names[numbers].tolist() for numbers in found.candidates]
    return list(zip(names, found.notes, strict=True))


def test_names_are_paired_across_suffixes_and_folders() -> None:
    references = side("x/a.jpg", "b.webp", "x/c.png", "y/c.png", "D.png", "e.tiff", "e.png")
    generated = side("a.png", "b.png", "y/c.jpg", "c.png", "d.png", "e.jpg", "f.png")
    assert paired(generated, references, "name") == [
        (["x/a.jpg"], ""),
        (["b.webp"], ""),
        (["y/c.png"], ""),
        ([], "2 references of this name: x/c.png, y/c.png"),
        ([], "no reference of this name; one differs in capitals only: D"),
        ([], "2 references of this name: e.tiff, e.png"),
        ([], "no reference of this name"),
    ]


def test_groups_are_paired_with_their_own() -> None:
    references = side("x/1.png", "x/2.png", "y/1.png", broken=("x/2.png",))
    generated = side("x/a.png", "y/a.png", "z/a.png", "a.png")
    assert paired(generated, references, "group") == [
        (["x/1.png"], "1 of 2 references cannot be read"),
        (["y/1.png"], ""),
        ([], "no reference of the group 'z'"),
        ([], "in no group: it lies in no subfolder, or its table says none"),
    ]


def test_a_table_pairs_what_it_says(tmp_path: Path) -> None:
    generated, references = side("a.png", "b.png", "c.png"), side("1.png", "2.png")
    path = tmp_path / "pairs.csv"
    path.write_text("generated,reference\na.png,1.png\na.png,2.png\nb.png,2.png\n")
    assert paired(generated, references, path) == [
        (["1.png", "2.png"], ""),
        (["2.png"], ""),
        ([], "not in the table of pairs"),
    ]
    path.write_text("generated,reference\na.png,9.png\n")
    with pytest.raises(InputError, match=r"reference '9\.png' is no picture of that side"):
        pair(generated, references, path)
    path.write_text("generated\na.png\n")
    with pytest.raises(InputError, match="column 'reference' is missing"):
        pair(generated, references, path)
    (tmp_path / "pairs.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"pairs\.parquet"):
        pair(generated, references, tmp_path / "pairs.parquet")
    with pytest.raises(InputError, match="unknown pairing 'nmae'"):
        pair(generated, references, "nmae")


def test_a_table_may_write_an_accent_in_either_form(tmp_path: Path) -> None:
    apart, whole = "e\u0301.png", "\u00e9.png"
    path = tmp_path / "pairs.csv"
    path.write_text(f"generated,reference\n{whole},{apart}\n", encoding="utf-8")
    assert paired(side(apart), side(whole), path) == [([whole], "")]
    # Where both are there, each is itself.
    assert paired(side(whole, apart), side(whole, apart), path) == [([apart], ""), ([], "not in the table of pairs")]


def test_references_without_a_picture_are_counted() -> None:
    references = side("1.png", "2.png", "3.png", broken=("3.png",))
    assert unasked(references, pair(side("1.jpg"), references, "name")).startswith("1 of 3 references")
    assert unasked(references, pair(side("1.jpg"), references, "all")) == ""


def test_subfolders_on_both_sides_are_pointed_out() -> None:
    both = side("x/1.png", "y/1.png")
    assert "pairing='group'" in hint(both, both, "all")
    assert hint(both, both, "group") == hint(both, side("1.png"), "all") == ""
