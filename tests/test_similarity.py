"""Scores of pictures and prototypes."""

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from csdlib import style_similarity
from csdlib.cli import app
from csdlib.embeddings import Embeddings
from csdlib.errors import InputError
from csdlib.similarity import prototype
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
