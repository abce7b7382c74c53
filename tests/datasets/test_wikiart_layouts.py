"""Loaders on small fixtures in the layouts that users have."""

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from csdlib.datasets.folder import folder
from csdlib.datasets.registry import load_dataset
from csdlib.datasets.wikiart.table import wikiart
from csdlib.errors import InputError

# The layout of github.com/learn2phoenix/CSD, data/wikiart.py: wikiart.csv beside the style folders.
CSV = """name,path,artist,style,split
a_one.jpg,Baroque/a_one.jpg,a,Baroque,query
a_two.jpg,Baroque/a_two.jpg,a,Baroque,database
b_one.jpg,Symbolism/b_one.jpg,b,Symbolism,database
c_one.jpg,Symbolism/c_one.jpg,c,Symbolism,query
"""


def test_wikiart_csv(tmp_path: Path) -> None:
    (tmp_path / "wikiart.csv").write_text(CSV)
    table = wikiart(tmp_path)
    assert table.ids.tolist() == ["Baroque/a_one.jpg", "Baroque/a_two.jpg", "Symbolism/b_one.jpg"]
    assert table.frame["movement"].tolist() == ["Baroque", "Baroque", "Symbolism"]
    assert table.frame["styles"].tolist() == [["a"], ["a"], ["b"]]
    assert table.manifest["queries_without_artist_in_database"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CSV.replace("artist", "painter"), "column 'artist' is missing"),
        (CSV.replace("Baroque/a_two.jpg", ""), "line 3: path is empty"),
        (CSV.replace("database", "query"), "no row has the split 'database'"),
        (CSV.replace("Baroque/a_two.jpg", "../../x"), "path '../../x'"),
    ],
)
def test_wikiart_errors_name_file_and_line(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "wikiart.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        wikiart(tmp_path)


def test_the_real_paintings_load(art: Path) -> None:
    table = load_dataset("wikiart", root=art)
    listed = pd.read_csv(art / "wikiart.csv")
    assert len(table) == len(listed)
    assert table.frame["artist"].nunique() == listed["artist"].nunique()
    assert table.open(0).mode == "RGB"


def test_folder_takes_the_subfolder_as_artist(tmp_path: Path) -> None:
    for name in ("ann/1.png", "ann/deep/2.JPG", "bob/3.webp", "loose.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 20)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    table = folder(tmp_path, query_share=0.5)
    assert dict(zip(table.ids, table.frame["artist"], strict=True)) == {
        "ann/1.png": "ann",
        "ann/deep/2.JPG": "ann",
        "bob/3.webp": "bob",
        "loose.png": "",
    }
    Image.new("RGB", (20, 20)).save(tmp_path / "ann" / "0.png")
    again = folder(tmp_path, query_share=0.5).frame.set_index("image_id")["split"]
    assert again[table.ids].tolist() == table.frame["split"].tolist()


@pytest.mark.parametrize(
    ("name", "root", "message"),
    [
        (
            "wikiard",
            "",
            "choose one of atelier, atelier-crawl, atelier-domains, captioned, contrastyles, domainnet, folder, "
            "generated, shards, wikiart, wikiart-folder, wikiart-hub",
        ),
        ("wikiart", "", "needs the parameter root"),
        ("wikiart", "nowhere", "'nowhere': there is no such folder"),
        ("wikiart", ".", "there is no such table"),
        ("folder", ".", "no picture below"),
        ("wikiart-folder", ".", "no painting; the layout is"),
        ("domainnet", ".", "clipart_train.txt: there is no such list"),
    ],
)
def test_bad_names_and_roots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, root: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message):
        load_dataset(name, root=root)
