"""Generated images with a table, and tables that are wrong."""

from pathlib import Path

import pytest

from csdlib.datasets.registry import load_dataset
from csdlib.errors import InputError


def test_generated_images_load(outside_world: Path) -> None:
    table = load_dataset("generated", root=outside_world)
    assert set(table.frame["source"]) == {"generated"}
    assert table.frame.iloc[2][["artist", "content", "model", "prompt", "seed"]].tolist() == [
        "artist-1",
        "dog",
        "m 1",
        "a dog by 1",
        2,
    ]
    assert table.open(0).size == (64, 64)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "there is no such table"),
        ("path,artist,content,model\n", "column 'prompt' is missing"),
        ("path,artist,content,model,prompt\n", "has no row"),
        ("path,artist,content,model,prompt\n../x.png,a,dog,m,p\n", "stays in the root folder"),
    ],
)
def test_a_wrong_table_of_generated_images_is_refused(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "generated.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        load_dataset("generated", root=tmp_path)
