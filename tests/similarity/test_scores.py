"""Scores of pictures and of prototypes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from csdlib import style_similarity
from csdlib.errors import InputError
from csdlib.similarity.artists import prototype
from csdlib.similarity.scores import general_style_similarity, prototype_similarity
from tests.conftest import stripes
from tests.similarity.conftest import around, unit


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


def test_the_interval_is_that_of_a_plain_loop() -> None:
    made, works = unit(around([1, 0.4, 0], 9, 1)), unit(around([1, 0, 0.3], 14, 2))
    names = [np.repeat("a", len(side)) for side in (made, works)]
    (row,) = general_style_similarity(made, names[0], works, names[1]).to_dict("records")
    random, sides = np.random.default_rng(5), [side.vectors.astype(float) for side in (made, works)]
    drawn = []
    for _ in range(6000):
        one, other = (prototype(side[random.integers(len(side), size=len(side))]) for side in sides)
        drawn.append(one @ other)
    shifted = np.quantile(drawn, [0.025, 0.975]) + row["value"] - np.mean(drawn)
    assert row["value"] == pytest.approx(prototype(sides[0]) @ prototype(sides[1]))
    assert [row["low"], row["high"]] == pytest.approx(np.clip(shifted, -1, 1), abs=0.15 * np.ptp(shifted))
    assert row["high"] - row["low"] > 0.01


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


def test_two_descriptors_are_never_compared() -> None:
    works, names = unit(around([1, 1, 1], 4, 0)), np.array(["a", "a", "b", "b"])
    other = unit(around([1, 1, 1], 4, 0), fingerprint="g")
    with pytest.raises(InputError, match="two descriptors"):
        general_style_similarity(other, names, works, names)
    with pytest.raises(InputError, match="two descriptors"):
        prototype_similarity(other, names, works, names)


def test_values_alone_are_those_with_intervals() -> None:
    works, made = unit(around([1, 1, 1], 8, 0)), unit(around([1, 0, 1], 6, 1), "g")
    names, asked = np.repeat(["a", "b"], 4), np.array(["a", "a", "a", "b", "b", "c"])
    found = general_style_similarity(made, asked, works, names).set_index("artist")["value"].dropna()
    pd.testing.assert_series_equal(prototype_similarity(made, asked, works, names), found, check_names=False)


class Counting:
    """A descriptor of mean colours that remembers its batches."""

    name, dim, metric, fingerprint, device = "counting", 3, "cosine", "counting", torch.device("cpu")

    def __init__(self) -> None:
        self.batches: list[int] = []

    def preprocess(self, image: Image.Image) -> torch.Tensor:
        return torch.from_numpy(np.asarray(image, np.float32).mean(axis=(0, 1)) + 1)[:, None, None]

    def encode(self, images: torch.Tensor) -> torch.Tensor:
        self.batches.append(len(images))
        return torch.nn.functional.normalize(images.flatten(1), dim=1)


def test_large_sets_are_encoded_in_batches() -> None:
    counting = Counting()
    ours, theirs = ([stripes(colour, 3, seed, side=16) for seed in range(150)] for colour in (0, 1))
    score = style_similarity(ours, theirs, descriptor=counting)
    assert sum(counting.batches) == 300
    assert max(counting.batches) <= 64
    vectors = [counting.encode(torch.stack([counting.preprocess(each) for each in side])) for side in (ours, theirs)]
    first, second = (prototype(side.numpy().astype(float)) for side in vectors)
    assert score.value == pytest.approx(first @ second)


def test_a_score_is_an_estimate_of_its_images() -> None:
    score = style_similarity([stripes(0, 3, 1), stripes(0, 3, 2)], stripes(1, 3, 3), descriptor="colour")
    assert (score.estimate.n, score.estimate.unit) == (3, "image")
    assert (float(score), score.low, score.high) == (score.estimate.value, score.estimate.low, score.estimate.high)
    assert str(score).startswith(str(score.estimate))
