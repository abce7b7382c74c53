"""DomainNet in its official layout: domains as styles, and no content that queries and database share."""

from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

import csdlib
from csdlib.atelier import atelier_domains
from csdlib.datasets.domainnet import CLUSTERS, USUAL, domainnet
from csdlib.datasets.registry import load_dataset
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.retrieval.benchmark import evaluate_retrieval

# Classes of four of the divisions, with their numbers in the official lists.
CLASSES = {"bear": 23, "zebra": 343, "apple": 8, "pear": 215, "axe": 11, "t-shirt": 327, "The_Eiffel_Tower": 308}
COLOURS = {"clipart": "red", "infograph": "white", "painting": "brown", "real": "green", "sketch": "grey"}


def paths(domain: str) -> list[str]:
    """Names as in the official lists: <domain>/<class>/<domain>_<number of the class>_<number>.jpg."""
    return [f"{domain}/{name}/{domain}_{at + 1:03d}_{n:06d}.jpg" for name, at in CLASSES.items() for n in (1, 2, 18)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Layout: ai.bu.edu/M3SDA, cleaned version: <domain>.zip, <domain>_train.txt and <domain>_test.txt.

    Lines are as in github.com/NeurAI-Lab/DN4IL-dataset, a part of those lists:
    ``clipart/aircraft_carrier/clipart_001_000018.jpg 0``.
    """
    for domain, colour in COLOURS.items():
        for path in paths(domain):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (20, 20), colour).save(tmp_path / path)
        lines = [f"{path} {CLASSES[path.split('/')[1]]}\n" for path in paths(domain)]
        (tmp_path / f"{domain}_train.txt").write_text("".join(lines[:15]))
        (tmp_path / f"{domain}_test.txt").write_text("".join(lines[15:]))
    return tmp_path


def test_the_clusters_that_are_shipped_are_those_of_the_345_classes() -> None:
    """24 divisions of 345 classes, which stand in the order of their numbers in the official lists.

    Numbers: github.com/alan-turing-institute/ARC-Dataset-Similarity, data/metadata/domainnet_class_mapping.yaml.
    """
    rows = pd.read_csv(data_path(CLUSTERS))
    assert list(rows.columns) == ["class", "cluster"]
    assert len(rows) == rows["class"].nunique() == 345
    assert rows["cluster"].nunique() == 24
    assert {name: rows["class"].tolist().index(name) for name in CLASSES} == CLASSES


def test_both_lists_of_every_domain_are_read(root: Path) -> None:
    table = load_dataset("domainnet", root=root)
    split = pd.read_csv(table.manifest["split"])
    assert sorted(split["path"]) == sorted(path for domain in USUAL for path in paths(domain))
    frame = table.frame
    assert frame["styles"].tolist() == [[domain] for domain in frame["domain"]]
    assert frame["path"].tolist() == frame["image_id"].tolist()
    assert (frame["domain"] == frame["path"].str.split("/").str[0]).all()
    assert (frame["content"] == frame["path"].str.split("/").str[1]).all()
    assert (frame["artist"] == "").all()
    assert table.manifest["missing"] == {}
    assert table.manifest["listed"] == len(split) == len(frame) + table.manifest["unused"]


def test_queries_and_database_share_no_cluster_and_every_domain_is_on_both_sides(root: Path) -> None:
    table = domainnet(root, queries=20)
    sides = table.frame.groupby("split")[["cluster", "content", "domain"]].agg(set)
    assert not sides["cluster"]["query"] & sides["cluster"]["database"]
    assert not sides["content"]["query"] & sides["content"]["database"]
    assert sides["domain"]["query"] == sides["domain"]["database"] == set(USUAL)
    assert table.frame["split"].value_counts()["query"] == 20
    assert set(table.frame.loc[table.frame["split"] == "query", "domain"].value_counts()) == {4}
    assert set(table.manifest["query_clusters"]) == sides["cluster"]["query"]


def test_same_seed_same_split_and_the_file_is_used_again(root: Path) -> None:
    first = domainnet(root, queries=10)
    file = Path(first.manifest["split"])
    assert file.name == "domainnet-seed0-queries10.csv"
    assert file.read_text().startswith("path,domain,content,cluster,split\n")
    assert domainnet(root, queries=10).frame.equals(first.frame)
    stored = file.read_bytes()
    file.unlink()
    domainnet(root, queries=10)
    assert file.read_bytes() == stored
    assert domainnet(root, queries=10, seed=5, split=file).frame.equals(first.frame)
    seeds = {tuple(domainnet(root, queries=10, seed=seed).frame["image_id"]) for seed in range(4)}
    assert len(seeds) > 1


def test_changed_lists_and_other_clusters_are_noticed(root: Path, tmp_path: Path) -> None:
    domainnet(root)
    own = tmp_path / "clusters.csv"
    own.write_text("class,cluster\n" + "".join(f"{name},{name}\n" for name in CLASSES))
    with pytest.raises(InputError, match="the split of another data set: 105 images are new, 105 are gone"):
        domainnet(root, clusters=own)
    table = domainnet(root, clusters=own, split=tmp_path / "own.csv")
    assert (table.frame["cluster"] == table.frame["content"]).all()
    lines = (root / "real_test.txt").read_text().splitlines(keepends=True)
    (root / "real_test.txt").write_text("".join(lines[1:]))
    with pytest.raises(InputError, match=r"queries20000.csv: the split of another data set: 0 images are new, 1 are"):
        domainnet(root)


def test_images_that_are_not_there_are_counted_and_do_not_move_the_split(root: Path) -> None:
    whole = domainnet(root).frame
    gone = [path for path in whole["path"] if path.startswith(("clipart/", "real/"))][::9]
    for path in gone:
        (root / path).unlink()
    table = domainnet(root)
    assert table.manifest["missing"] == pd.Series(gone).str.split("/").str[0].value_counts().to_dict()
    rest = whole[~whole["path"].isin(gone)].reset_index(drop=True)
    pd.testing.assert_frame_equal(table.frame, rest)


def test_some_domains(root: Path) -> None:
    (root / "sketch_test.txt").unlink()
    table = domainnet(root, domains=["real", "clipart"])
    assert set(table.frame["domain"]) == {"real", "clipart"}
    assert Path(table.manifest["split"]).name == "domainnet-clipart-real-seed0-queries20000.csv"
    with pytest.raises(InputError, match=r"sketch_test.txt: there is no such list"):
        domainnet(root)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("clipart/bear/clipart_024_000099.jpg", r"line 7: expected a path a number, got"),
        ("clipart/bear/clipart_024_000099.jpg bear", r"line 7: expected a path a number"),
        ("clipart/../../etc/passwd 23", r"line 7: the path 'clipart/../../etc/passwd' must be relative"),
        ("/clipart/bear/clipart_024_000099.jpg 23", r"line 7: the path '/clipart"),
        ("real/bear/real_024_000099.jpg 23", r"line 7: 'real/bear/real_024_000099.jpg' is not clipart/<class>/<image>"),
        ("clipart/bear.jpg 23", r"line 7: 'clipart/bear.jpg' is not clipart/<class>/<image>"),
        ("clipart/unicorn/clipart_346_000001.jpg 345", r"line 7: the class 'unicorn' is in no cluster"),
        ("clipart/bear/clipart_024_000001.jpg 23", r"line 7: '\S+000001.jpg' stands in the lists twice"),
    ],
)
def test_a_bad_line_is_named(root: Path, line: str, message: str) -> None:
    with (root / "clipart_test.txt").open("a") as stream:
        stream.write(f"{line}\n")
    with pytest.raises(InputError, match=f"clipart_test.txt: {message}"):
        domainnet(root)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class\nbear\n", "column 'cluster' is missing; it needs class, cluster, and has class"),
        ("class,cluster\nbear,a\npear,\n", "line 3: a class or cluster is empty"),
        ("class,cluster\nbear,a\nbear,b\n", "line 3: .* the class stands twice"),
        ("", "the file is empty"),
        ("class,cluster\n" + "".join(f"{name},one\n" for name in CLASSES), "no query image of the domain 'clipart'"),
    ],
)
def test_bad_clusters_are_named(root: Path, text: str, message: str) -> None:
    (root / "own.csv").write_text(text)
    with pytest.raises(InputError, match=message):
        domainnet(root, clusters=root / "own.csv")


def test_bad_parameters_are_named(root: Path) -> None:
    with pytest.raises(InputError, match="unknown domain 'fresco': choose one of clipart, infograph, painting, quick"):
        domainnet(root, domains=["fresco"])
    with pytest.raises(InputError, match="queries must be above 0, got 0"):
        domainnet(root, queries=0)
    with pytest.raises(InputError, match=r"no query image of the domain .* more queries"):
        domainnet(root, queries=2)
    for path in root.glob("*/*/*.jpg"):
        path.unlink()
    with pytest.raises(InputError, match=r"none of the listed images is here; unpack clipart.zip"):
        domainnet(root)


def test_the_benchmark_takes_domains_as_labels(root: Path, tmp_path: Path) -> None:
    colour = csdlib.load("colour")
    found = evaluate_retrieval(domainnet(root), colour, label="domain", k=5, progress=False)
    assert found.skipped == {}
    assert found.hits[:, 0].all()  # Each domain of the fixture is of one colour.
    subjects = ["dog", "cat", "house", "boat"]
    drawn = atelier_domains(1, size=32, cache=tmp_path / "atelier", subjects=subjects, progress=False)
    found = evaluate_retrieval(drawn, colour, label="domain", k=5, progress=False)
    assert found.skipped == {}
    assert set(found.labels) == set(USUAL)
    assert not set(found.query.frame["content"]) & set(found.database.frame["content"])
