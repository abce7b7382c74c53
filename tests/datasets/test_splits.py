"""Splits: no artist without a work to find, no content on both sides, the same file again, other images noticed."""

import os
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.datasets.splits import artist_split, content_split, kept_split, split_file
from csdlib.errors import InputError

SEEDS = st.integers(0, 2**32)


@st.composite
def works(draw: st.DrawFn) -> pd.DataFrame:
    artists = draw(st.lists(st.sampled_from(["a", "b", "c", "d", ""]), min_size=1, max_size=60))
    return pd.DataFrame({"path": [f"{number}.jpg" for number in range(len(artists))], "artist": artists})


@st.composite
def pictures(draw: st.DrawFn) -> pd.DataFrame:
    """At least two clusters, and every domain in each of them."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=2, max_size=6))
    rows = [
        (f"{domain}/{cluster}/{number}.jpg", domain, f"cluster {cluster}")
        for domain, factor in (("clipart", 1), ("real", 3))
        for cluster, size in enumerate(sizes)
        for number in range(size * factor)
    ]
    return pd.DataFrame(rows, columns=["path", "domain", "cluster"])


@given(works(), st.floats(0, 1), SEEDS)
def test_every_artist_of_a_query_has_a_work_in_the_database(rows: pd.DataFrame, share: float, seed: int) -> None:
    split = artist_split(rows, query_share=share, seed=seed)
    sides = {side: set(rows["artist"][[at == side for at in split]]) for side in ("query", "database")}
    assert sides["query"] <= sides["database"] - {""}
    counts = Counter(rows["artist"])
    possible = sum(count - 1 for artist, count in counts.items() if artist)
    assert split.count("query") == min(round(share * len(rows)), possible)


@given(works(), SEEDS)
def test_a_split_of_artists_depends_on_seed_and_paths_not_on_the_order(rows: pd.DataFrame, seed: int) -> None:
    first = dict(zip(rows["path"], artist_split(rows, query_share=0.5, seed=seed), strict=True))
    turned = rows[::-1].reset_index(drop=True)
    assert first == dict(zip(turned["path"], artist_split(turned, query_share=0.5, seed=seed), strict=True))


@given(pictures(), SEEDS)
def test_no_cluster_stands_on_both_sides_and_every_domain_does(rows: pd.DataFrame, seed: int) -> None:
    split = pd.Series(content_split(rows, queries=10_000, seed=seed))
    clusters = rows["cluster"].groupby(split).agg(set)
    assert not clusters["query"] & clusters["database"]
    assert clusters["query"] | clusters["database"] == set(rows["cluster"])
    assert set(rows["domain"][split == "query"]) == set(rows["domain"][split == "database"]) == {"clipart", "real"}
    assert (split == "query").mean() <= 0.5
    assert content_split(rows, queries=10_000, seed=seed) == split.tolist()


@given(pictures(), SEEDS, st.integers(4, 30))
def test_queries_are_counted_and_stratified(rows: pd.DataFrame, seed: int, queries: int) -> None:
    most = pd.Series(content_split(rows, queries=10_000, seed=seed)) == "query"
    split = pd.Series(content_split(rows, queries=queries, seed=seed))
    drawn = split == "query"
    assert not (drawn & ~most).any()
    assert drawn.sum() == min(queries, most.sum())
    for domain in ("clipart", "real"):
        expected = drawn.sum() * (rows["domain"][most] == domain).mean()
        assert abs((rows["domain"][drawn] == domain).sum() - expected) <= 1
    # What is not drawn is nowhere: in the database it would share its content with a query.
    assert set(split[most & ~drawn]) <= {"unused"}


def test_seeds_differ_and_a_share_of_the_query_clusters_can_be_drawn() -> None:
    rows = pd.DataFrame(
        [(f"{cluster}/{number}", "real", str(cluster)) for cluster in range(10) for number in range(10)],
        columns=["path", "domain", "cluster"],
    )
    splits = [content_split(rows, queries=0.5, seed=seed) for seed in range(8)]
    assert all(Counter(split) == {"database": 50, "query": 25, "unused": 25} for split in splits)
    assert len(set(map(tuple, splits))) == 8
    artists = rows.rename(columns={"cluster": "artist"})
    assert len({tuple(artist_split(artists, query_share=0.2, seed=seed)) for seed in range(8)}) == 8


def test_the_split_of_a_seed_is_the_same_for_ever() -> None:
    """Published numbers rest on it: these were drawn when the code was written."""
    paths = [f"{number}.jpg" for number in range(8)]
    rows = pd.DataFrame({"path": paths, "artist": list("aabbccdd")})
    split = artist_split(rows, query_share=0.5, seed=0)
    assert [path for path, side in zip(paths, split, strict=True) if side == "query"] == [
        "0.jpg",
        "3.jpg",
        "4.jpg",
        "6.jpg",
    ]
    rows = pd.DataFrame({"path": paths, "domain": "real", "cluster": list("aabbccdd")})
    split = content_split(rows, queries=3, seed=0)
    assert [path for path, side in zip(paths, split, strict=True) if side == "query"] == ["1.jpg", "2.jpg", "3.jpg"]


def test_a_domain_on_one_side_only_is_refused() -> None:
    rows = pd.DataFrame({"path": ["1", "2", "3"], "domain": ["real", "sketch", "sketch"], "cluster": ["a", "b", "c"]})
    with pytest.raises(InputError, match="image of the domain 'real': give another seed"):
        content_split(rows, queries=3, seed=0)
    with pytest.raises(InputError, match="no query image of the domain 'real'"):
        content_split(rows.assign(cluster="a"), queries=3, seed=0)


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame({"path": ["b, 1.jpg", "a.jpg", "ü.jpg"], "artist": ["NA", "", "x"]})


def draw(rows: pd.DataFrame) -> list[str]:
    return ["query", "database", "unused"][: len(rows)]


def never(_: pd.DataFrame) -> list[str]:
    raise AssertionError("there is a split already")


def test_a_kept_split_is_used_again_in_any_order_of_rows(tmp_path: Path, rows: pd.DataFrame) -> None:
    file = tmp_path / "new" / "split.csv"
    first = kept_split(file, rows, draw)
    assert first["split"].tolist() == ["query", "database", "unused"]
    assert file.read_text(encoding="utf-8").splitlines()[:2] == ["path,artist,split", '"b, 1.jpg",NA,query']
    pd.testing.assert_frame_equal(kept_split(file, rows, never), first)
    again = kept_split(file, rows[::-1], never)
    assert dict(zip(again["path"], again["split"], strict=True)) == dict(
        zip(first["path"], first["split"], strict=True)
    )


def test_a_changed_data_set_is_noticed(tmp_path: Path, rows: pd.DataFrame) -> None:
    file = tmp_path / "split.csv"
    kept_split(file, rows, draw)
    for changed, message in (
        (rows[:2], "0 images are new, 1 are gone"),
        (pd.concat([rows, pd.DataFrame({"path": ["c"], "artist": ["x"]})]), "1 images are new, 0 are gone"),
        (rows.assign(artist="another"), "3 images are new, 3 are gone"),
    ):
        with pytest.raises(InputError, match=f"split of another data set: {message}.*or delete the file"):
            kept_split(file, changed, never)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("path,split\na.jpg,query\n", "has the columns path,artist,split, this has path,split"),
        ('path,artist,split\n"b, 1.jpg",NA,query\na.jpg,,train\n', "line 3: the split 'train' is not one of query"),
        ("", "the file is empty"),
        ('path,artist,split\n"b, 1.jpg",NA,query\na.jpg,,query\na.jpg,,database\nü.jpg,x,query\n', "1 stand twice"),
    ],
)
def test_a_broken_split_is_named(tmp_path: Path, rows: pd.DataFrame, text: str, message: str) -> None:
    file = tmp_path / "split.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"split.csv: .*{message}"):
        kept_split(file, rows, never)


def test_where_no_file_can_be_written_the_message_says_what_to_do(tmp_path: Path, rows: pd.DataFrame) -> None:
    (tmp_path / "folder").write_text("a file where a folder is needed")
    with pytest.raises(InputError, match=r"cannot be written .*name another file with split="):
        kept_split(tmp_path / "folder" / "split.csv", rows, draw)


def test_a_split_of_a_folder_that_may_not_be_written_is_kept_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path / "cache"))
    assert split_file(root, "x.csv") == root / "x.csv"
    assert split_file(root, "x.csv", "mine.csv") == Path("mine.csv")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    kept = split_file(root, "x.csv")
    assert kept.is_relative_to(tmp_path / "cache")
    assert kept == split_file(root, "x.csv") != split_file(tmp_path, "x.csv")
    (root / "x.csv").touch()
    assert split_file(root, "x.csv") == root / "x.csv"
