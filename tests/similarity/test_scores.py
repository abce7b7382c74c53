"""Scores of pictures and prototypes."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from csdlib import style_similarity
from csdlib.cli import app
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.artists import prototype
from csdlib.similarity.attribution import candidates
from csdlib.similarity.scores import general_style_similarity
from tests.conftest import stripes


def test_a_picture_is_like_itself_and_order_does_not_matter() -> None:
    a, b = stripes(0, 3, 1), stripes(1, 9, 2)
    assert float(style_similarity(a, a, descriptor="gram")) == pytest.approx(1, abs=1e-5)
    score = style_similarity(a, b, descriptor="gram")
    assert score.value == pytest.approx(style_similarity(b, a, descriptor="gram").value)
    assert (score.low, score.high, score.n_references) == (None, None, 1)
    assert -1 <= score.value < style_similarity(a, stripes(0, 3, 5), descriptor="gram").value


def test_several_pictures_give_an_interval_around_the_value() -> None:
    ours, theirs = [stripes(0, 3, i) for i in range(6)], [stripes(0, 5, 50 + i) for i in range(8)]
    score = style_similarity(ours, theirs, descriptor="gram")
    assert score.n_references == 8
    assert score.low is not None
    assert score.high is not None
    assert score.low <= score.value <= score.high
    assert str(score).endswith("(gram, 8 reference(s))")


def test_the_interval_holds_the_value_where_resampling_shortens_prototypes() -> None:
    """Sets of several styles: every resample lacks some, and its cosine is lower than that of the whole."""
    mixed = [[stripes(colour, 3, seed + colour) for colour in range(4)] for seed in (0, 50)]
    for ours, theirs in (mixed, [mixed[0], mixed[0]]):
        score = style_similarity(ours, theirs, descriptor="colour")
        assert score.low is not None
        assert score.high is not None
        assert score.low < score.value <= score.high <= 1


def test_prototype_is_the_mean_direction() -> None:
    vectors = np.array([[1.0, 0.0], [0.6, 0.8]])
    np.testing.assert_allclose(prototype(vectors), np.array([1.6, 0.8]) / np.hypot(1.6, 0.8))
    with pytest.raises(InputError, match="cancel out"):
        prototype(np.array([[1.0, 0.0], [-1.0, 0.0]]))


def test_bad_input_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="empty list"):
        style_similarity([], stripes(0, 3, 0), descriptor="colour")
    with pytest.raises(InputError, match=r"gone\.png"):
        style_similarity(tmp_path / "gone.png", stripes(0, 3, 0), descriptor="colour")


def test_command_line_prints_the_score_or_one_line(tmp_path: Path) -> None:
    run = CliRunner().invoke
    for number in (0, 1):
        stripes(number, 4, number).save(tmp_path / f"{number}.png")
    paths = [str(tmp_path / "0.png"), str(tmp_path / "1.png")]
    good = run(app, ["compare", *paths, "--descriptor", "gram"])
    expected = style_similarity(*paths, descriptor="gram")
    assert (good.exit_code, good.stdout.strip()) == (0, str(expected))
    bad = run(app, ["compare", paths[0], "gone.png"])
    assert bad.exit_code == 2
    assert bad.stderr.startswith("csdlib: gone.png: there is no such image")
    unknown = run(app, ["compare", *paths, "--descriptor", "vgg"])
    assert "choose one of clip-tiny, clip-vit-b-16" in unknown.stderr


def test_command_line_embeds_a_folder(tmp_path: Path) -> None:
    (tmp_path / "in" / "ann").mkdir(parents=True)
    stripes(0, 4, 0).save(tmp_path / "in" / "ann" / "a.png")
    (tmp_path / "in" / "ann" / "b.png").write_text("no image")
    output = tmp_path / "out"
    done = CliRunner().invoke(app, ["embed", str(tmp_path / "in"), str(output), "--descriptor", "colour"])
    assert "1 images embedded, 1 skipped" in done.stdout
    assert Embeddings.load(output).ids.tolist() == ["ann/a.png"]
    assert "gram" in CliRunner().invoke(app, ["descriptors"]).stdout


def unit(vectors: np.ndarray, prefix: str = "", fingerprint: str = "f") -> Embeddings:
    rows = np.asarray(vectors, dtype=np.float32)
    ids = np.array([f"{prefix}{row}" for row in range(len(rows))])
    return Embeddings(rows / np.linalg.norm(rows, axis=1, keepdims=True), ids, fingerprint, "cosine")


def around(centre: list[float], count: int, seed: int) -> np.ndarray:
    return np.array(centre) + 0.3 * np.random.default_rng(seed).normal(size=(count, len(centre)))


def test_general_style_similarity_is_the_cosine_of_prototypes() -> None:
    works = unit(np.vstack([around([1, 0, 0], 5, 0), around([0, 1, 0], 4, 1)]))
    made = unit(np.vstack([around([1, 0, 0], 3, 2), around([0, 1, 1], 2, 3)]), "g")
    names, asked = np.array(["a"] * 5 + ["b"] * 4), np.array(["a"] * 3 + ["c"] * 2)
    found = general_style_similarity(made, asked, works, names).set_index("artist")
    mean = [vectors.mean(axis=0) for vectors in (made.vectors[:3], works.vectors[:5])]
    expected = mean[0] @ mean[1] / np.linalg.norm(mean[0]) / np.linalg.norm(mean[1])
    assert found.loc["a", "value"] == pytest.approx(expected, abs=1e-6)
    assert found.loc["a", "low"] < expected < found.loc["a", "high"]
    assert found.loc["a", ["generated", "references", "note"]].tolist() == [3, 5, ""]
    assert found.loc["b", "note"] == "nothing was generated in this name"
    assert found.loc["c", "note"] == "no work by this artist"
    assert found.loc[["b", "c"], ["value", "low", "high"]].isna().all().all()


def test_candidates_are_ranked_and_strangers_have_no_match() -> None:
    centres = np.eye(8)[:5]
    works = unit(np.vstack([around(centre, 40, seed) for seed, centre in enumerate(centres)]))
    names = np.repeat(["a", "b", "c", "d", "e"], 40)
    listed = names != "e"
    known = candidates(Embeddings(works.vectors[listed], works.ids[listed], "f", "cosine"), names[listed], wrong=0.1)
    assert known.names.tolist() == ["a", "b", "c", "d"]
    ranking = known.rank(unit(around([0, 1, 0, 0, 0, 0, 0, 0], 50, 9)), k=2)
    first = ranking[ranking["rank"] == 1]
    assert (first["artist"] == "b").mean() > 0.9
    assert first["named"].mean() == pytest.approx(known.found, abs=0.15)
    assert (ranking.groupby("image_id")["similarity"].diff().dropna() <= 0).all()
    strangers = known.rank(Embeddings(works.vectors[~listed], works.ids[~listed], "f", "cosine"), k=1)
    assert strangers["named"].mean() < 0.3, "e is not on the list"


def test_the_threshold_is_the_strangers_quantile() -> None:
    works, names = unit(around([1, 1, 1], 30, 0)), np.repeat(["a", "b", "c"], 10)
    known = candidates(works, names, wrong=0.2)
    best = [
        max(
            float(vector @ prototype(works.vectors[names == other].astype(float)))
            for other in ("a", "b", "c")
            if other != name
        )
        for vector, name in zip(works.vectors, names, strict=True)
    ]
    assert known.threshold == pytest.approx(np.quantile(best, 0.8), abs=1e-5)


def test_two_descriptors_are_never_compared() -> None:
    works, names = unit(around([1, 1, 1], 4, 0)), np.array(["a", "a", "b", "b"])
    other = unit(around([1, 1, 1], 4, 0), fingerprint="g")
    with pytest.raises(InputError, match="two descriptors"):
        general_style_similarity(other, names, works, names)
    with pytest.raises(InputError, match="two descriptors"):
        candidates(works, names).rank(other)
    with pytest.raises(InputError, match="two artists or more"):
        candidates(works, np.array(["a"] * 4))
    with pytest.raises(InputError, match="wrong must be"):
        candidates(works, names, wrong=1)
