"""WikiArt in the layouts in which it is published, and a split that is drawn once."""

import json
import sys
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from huggingface_hub.errors import LocalEntryNotFoundError
from PIL import Image

from csdlib.datasets import hub
from csdlib.datasets.registry import load_dataset
from csdlib.datasets.wikiart.folders import wikiart_folder
from csdlib.datasets.wikiart.hub import wikiart_hub
from csdlib.datasets.wikiart.table import wikiart
from csdlib.errors import InputError
from tests.datasets.conftest import jpeg

# The package has functions of the modules' names.
wikiart_hub_module = sys.modules["csdlib.datasets.wikiart.hub"]

# Names as they stand in ArtGAN's lists (github.com/cs-chan/ArtGAN, "WikiArt Dataset", Style/style_val.csv,
# Genre/genre_train.csv and Genre/genre_class): more underscores, dots, brackets, and letters that lost their encoding.
MONET = [f"Impressionism/claude-monet_water-lilies-{number}.jpg" for number in (1, 4, 6, 12)]
NAMES = [
    *MONET,
    "Realism/claude-monet_by-the-sea.jpg",
    "Impressionism/paul-gauguin_port-de-grenelle-1875(1).jpg",
    "Post_Impressionism/paul-gauguin_the-kelp-gatherers-1889.jpg",
    "Impressionism/joaqu\u00e3\u00adn-sorolla_my-family-1901.jpg",
    "Realism/theodore-rousseau_not_detected_198922(1).jpg",
    "Art_Nouveau_Modern/m.c.-escher_hand.jpg",
]
GENRE_TRAIN = "Impressionism/claude-monet_water-lilies-1.jpg,4\nRealism/claude-monet_by-the-sea.jpg,1\n"
GENRE_VAL = "Art_Nouveau_Modern/m.c.-escher_hand.jpg,8\nRealism/gone.jpg,0\n"
GENRE_CLASS = "0 abstract_painting\n1 cityscape\n4 landscape\n8 sketch_and_study\n"


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for number, name in enumerate(NAMES):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (20, 20), (number, 0, 0)).save(tmp_path / name)
    return tmp_path


def test_artgans_folders(folders: Path) -> None:
    table = load_dataset("wikiart-folder", root=folders, query_share=0.3)
    frame = table.frame.set_index("image_id")
    assert set(frame.index) == set(NAMES)
    assert frame["artist"][NAMES].tolist() == [
        *["claude-monet"] * 5,
        *["paul-gauguin"] * 2,
        "joaqu\u00e3\u00adn-sorolla",
        "theodore-rousseau",
        "m.c.-escher",
    ]
    assert (frame["movement"] == [name.split("/")[0] for name in frame.index]).all()
    assert frame["styles"].tolist() == [[artist] for artist in frame["artist"]]
    assert frame["content"].isna().all()
    assert (frame["split"] == "query").sum() == 3
    assert set(frame["artist"][frame["split"] == "query"]) <= {"claude-monet", "paul-gauguin"}
    assert table.open(0).size == (20, 20)


def test_the_split_is_a_table_of_the_released_codes_layout(folders: Path) -> None:
    table = wikiart_folder(folders)
    file = Path(table.manifest["split"])
    assert file == folders / "wikiart-seed0-share0.2.csv"
    assert file.read_text(encoding="utf-8").startswith("name,path,artist,style,split\n")
    again = wikiart(folders, csv=file.name)
    columns = ["image_id", "split", "artist", "movement"]
    pd.testing.assert_frame_equal(again.frame[columns], table.frame[columns])
    # The released code finds an image's labels by its name: a name may stand only once.
    assert pd.read_csv(file)["name"].is_unique


def test_the_split_is_used_again_and_other_images_are_noticed(folders: Path) -> None:
    first = wikiart_folder(folders)
    file = Path(first.manifest["split"])
    text = file.read_text(encoding="utf-8")
    turned = text.replace(",query", ",x").replace(",database", ",query").replace(",x", ",database")
    file.write_text(turned, encoding="utf-8")
    again = wikiart_folder(folders)
    assert (again.frame["split"] != first.frame["split"]).all()
    file.unlink()
    pd.testing.assert_frame_equal(wikiart_folder(folders).frame, first.frame)
    other = wikiart_folder(folders, seed=1)
    assert Path(other.manifest["split"]) != file
    kept = wikiart_folder(folders, seed=1, split=file)
    assert kept.frame["split"].tolist() == first.frame["split"].tolist()
    (folders / MONET[0]).unlink()
    with pytest.raises(InputError, match=r"share0.2.csv: the split of another data set: 0 images are new, 1 are gone"):
        wikiart_folder(folders)


def test_genres_are_the_content(folders: Path) -> None:
    """Layout: path,number and number genre (github.com/cs-chan/ArtGAN, "WikiArt Dataset"/README.md and Genre/)."""
    (folders / "genre_train.csv").write_text(GENRE_TRAIN)
    with pytest.raises(InputError, match=r"genre_class.txt: there is no such file"):
        wikiart_folder(folders)
    (folders / "genre_class.txt").write_text(GENRE_CLASS)
    (folders / "genre_val.csv").write_text(GENRE_VAL)
    content = wikiart_folder(folders).frame.set_index("image_id")["content"].dropna().to_dict()
    assert content == {MONET[0]: "landscape", NAMES[4]: "cityscape", NAMES[9]: "sketch_and_study"}
    (folders / "genre_val.csv").write_text(GENRE_VAL + "Realism/x.jpg,77\n")
    with pytest.raises(InputError, match=r"genre_val.csv: line 3: .* has no genre of the number 77"):
        wikiart_folder(folders)
    (folders / "genre_val.csv").write_text(GENRE_VAL + "Realism/x.jpg;7\n")
    with pytest.raises(InputError, match=r"genre_val.csv: line 3: expected a path,a number"):
        wikiart_folder(folders)


def test_what_is_no_painting_of_the_layout_is_counted(folders: Path) -> None:
    for name in ("loose_one.jpg", "Realism/deep/er_x.jpg", "Realism/nameless.jpg", "Realism/_x.jpg"):
        (folders / name).parent.mkdir(exist_ok=True)
        (folders / name).write_bytes(jpeg())
    # The same painting under a second style: as a query it would find its own copy.
    (folders / "Realism" / Path(MONET[0]).name).write_bytes(jpeg())
    table = wikiart_folder(folders)
    assert set(table.ids) == set(NAMES)
    assert table.manifest["left_out"] == {
        "in several styles": 1,
        "names without an artist": 2,
        "not in a folder of a style": 2,
    }


def test_folders_that_are_not_wikiart(tmp_path: Path) -> None:
    (tmp_path / "nameless").mkdir()
    (tmp_path / "nameless" / "x.jpg").write_bytes(jpeg())
    with pytest.raises(InputError, match=r"layout is <Style>/<artist>_<title>.jpg .*names without an artist"):
        wikiart_folder(tmp_path)
    with pytest.raises(InputError, match="query_share must be between 0 and 1, got 2"):
        wikiart_folder(tmp_path, query_share=2)


# Columns and description as in huggingface.co/datasets/huggan/wikiart: data/train-00000-of-00072.parquet and
# dataset_infos.json, whose lists of names begin with these.
ARTISTS = ["Unknown Artist", "boris-kustodiev", "camille-pissarro"]
GENRES = ["abstract_painting", "cityscape", "Unknown Genre"]
STYLES = ["Abstract_Expressionism", "Action_painting", "Analytical_Cubism"]
IMAGE = pa.struct({"bytes": pa.binary(), "path": pa.string()})


def write_infos(folder: Path) -> None:
    labels = {"artist": ARTISTS, "genre": GENRES, "style": STYLES}
    features = {"image": {"decode": True, "id": None, "_type": "Image"}} | {
        column: {"num_classes": len(names), "names": names, "id": None, "_type": "ClassLabel"}
        for column, names in labels.items()
    }
    infos = {"huggan--wikiart": {"description": "Dataset ...", "citation": "", "features": features}}
    (folder / "dataset_infos.json").write_text(json.dumps(infos))


def write_shard(folder: Path, number: int, artists: list[int], without_image: int = -1) -> Path:
    images = [
        None if row == without_image else {"bytes": jpeg(f"#0000{10 + row}"), "path": None}
        for row in range(len(artists))
    ]
    columns = {
        "image": pa.array(images, type=IMAGE),
        "artist": pa.array(artists, pa.int64()),
        "genre": pa.array([row % 3 for row in range(len(artists))], pa.int64()),
        "style": pa.array([1] * len(artists), pa.int64()),
    }
    path = folder / "data" / f"train-{number:05d}-of-00072.parquet"
    path.parent.mkdir(exist_ok=True)
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which a user without a network has put the first two files."""

    def offline(*_: object, **__: object) -> str:
        raise LocalEntryNotFoundError("offline")

    monkeypatch.setattr(hub, "hf_hub_download", offline)
    write_infos(tmp_path)
    write_shard(tmp_path, 0, [1, 1, 1, 2, 0, 0], without_image=1)
    write_shard(tmp_path, 1, [2, 2])
    return tmp_path


def test_the_hubs_files(cache: Path) -> None:
    table = wikiart_hub(cache, files=2, query_share=0.3, progress=False)
    frame = table.frame
    assert frame["artist"].tolist() == ["boris-kustodiev"] * 2 + ["camille-pissarro", "", ""] + ["camille-pissarro"] * 2
    assert frame["styles"].tolist() == [[artist] if artist else [] for artist in frame["artist"]]
    assert set(frame["movement"]) == {"Action_painting"}
    genres = ["abstract_painting", "", "abstract_painting", "cityscape", "", "abstract_painting", "cityscape"]
    assert frame["content"].fillna("").tolist() == genres
    assert table.manifest["without_image"] == 1
    assert frame["path"].tolist()[3:6] == ["train-00000/00004.jpg", "train-00000/00005.jpg", "train-00001/00000.jpg"]
    assert [table.path(row).read_bytes() for row in (0, 1)] == [jpeg("#000010"), jpeg("#000012")]
    queries = frame[frame["split"] == "query"]
    assert len(queries) == 2
    assert set(queries["artist"]) <= set(frame["artist"][frame["split"] == "database"]) - {""}


def test_pictures_are_unpacked_once(cache: Path) -> None:
    first = wikiart_hub(cache, progress=False)
    stamps = {path: path.stat().st_mtime_ns for path in cache.rglob("*.jpg")}
    (cache / "data" / "train-00000-of-00072.parquet").unlink()
    again = wikiart_hub(cache, progress=False)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert stamps == {path: path.stat().st_mtime_ns for path in cache.rglob("*.jpg")}
    assert not list(cache.rglob(".partial-*"))


def test_a_kill_while_unpacking_loses_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(wikiart_hub_module.json, "dumps", killed)
        with pytest.raises(KeyboardInterrupt):
            wikiart_hub(cache, progress=False)
    stamps = {path: path.stat().st_mtime_ns for path in cache.rglob("*.jpg")}
    assert len(stamps) == 5
    assert len(wikiart_hub(cache, progress=False)) == 5
    assert stamps == {path: path.stat().st_mtime_ns for path in cache.rglob("*.jpg")}


def test_another_number_of_files_has_a_split_of_its_own(cache: Path) -> None:
    one, two = (wikiart_hub(cache, files=files, progress=False) for files in (1, 2))
    assert one.manifest["split"] != two.manifest["split"]
    with pytest.raises(InputError, match="the split of another data set: 2 images are new"):
        wikiart_hub(cache, files=2, split=Path(one.manifest["split"]), progress=False)


def test_without_a_network_the_message_says_what_to_fetch_and_where_to_put_it(cache: Path, tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"Fetch https://huggingface.co/datasets/huggan/wikiart/resolve/main/data/train-00002-of-00072.parquet "
        r"\(0.5 GB\) and put it at .*/data/train-00002-of-00072.parquet$",
    ):
        load_dataset("wikiart-hub", cache=cache, files=0, progress=False)
    with pytest.raises(InputError, match=r"resolve/main/dataset_infos.json .* put it at .*empty/dataset_infos.json"):
        wikiart_hub(tmp_path / "empty", progress=False)


def test_files_that_are_not_as_described(cache: Path) -> None:
    write_shard(cache, 0, [1, 77])
    with pytest.raises(InputError, match=r"00001.jpg: dataset_infos.json has no artist of the number 77"):
        wikiart_hub(cache, progress=False)
    (cache / "train-00000.json").unlink()
    pq.write_table(pa.table({"image": pa.array([None], type=IMAGE)}), cache / "data" / "train-00000-of-00072.parquet")
    with pytest.raises(InputError, match="column 'artist' is missing; it has image"):
        wikiart_hub(cache, progress=False)
    unnamed = json.dumps({"x": {"features": {column: {"names": "abc"} for column in ("artist", "genre", "style")}}})
    for text in ("[]", "{}", "{", '{"huggan--wikiart": {"features": {}}}', unnamed):
        (cache / "dataset_infos.json").write_text(text)
        with pytest.raises(InputError, match="it has no names of artist, genre, style"):
            wikiart_hub(cache, progress=False)
    with pytest.raises(InputError, match="files must be between 0 and 72, got 73"):
        wikiart_hub(cache, files=73)
