"""Scores of pictures and of prototypes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from scipy.stats import t as student

from csdlib import style_similarity
from csdlib.errors import InputError
from csdlib.similarity.artists import prototype
from csdlib.similarity.scores import general_style_similarity, prototype_similarity
from csdlib.similarity.sets import corrected_cosine, prototype_cosine
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


def test_the_interval_of_mixed_sets_holds_the_value() -> None:
    """Sets of several styles: a prototype without some of them lies elsewhere."""
    mixed = [[stripes(colour, 3, seed + colour) for colour in range(4)] for seed in (0, 50)]
    for ours, theirs in (mixed, [mixed[0], mixed[0]]):
        score = style_similarity(ours, theirs, descriptor="colour")
        assert score.low is not None
        assert score.high is not None
        assert score.low < score.value <= score.high <= 1
        few = "4 images only; 4 references only"
        same = "4 of the images stand on both sides: a cosine with itself says nothing"
        assert score.note == (few if theirs is mixed[1] else f"{few}; {same}")


def test_the_interval_is_that_of_a_plain_loop() -> None:
    made, works = unit(around([1, 0.4, 0], 9, 1)), unit(around([1, 0, 0.3], 14, 2))
    names = [np.repeat("a", len(side)) for side in (made, works)]
    (row,) = general_style_similarity(made, names[0], works, names[1]).to_dict("records")
    sides = [side.vectors.astype(float) for side in (made, works)]
    scatters = []
    for side, other in (sides, sides[::-1]):
        left_out = [prototype(np.delete(side, row, axis=0)) @ prototype(other) for row in range(len(side))]
        scatters.append((len(side) - 1) * np.var(left_out))
    freedom = sum(scatters) ** 2 / (scatters[0] ** 2 / 8 + scatters[1] ** 2 / 13)
    reach = student.ppf(0.975, freedom) * np.sqrt(sum(scatters)) / (1 - row["value"] ** 2)
    assert row["value"] == pytest.approx(prototype(sides[0]) @ prototype(sides[1]))
    assert np.arctanh([row["low"], row["high"]]) == pytest.approx(np.arctanh(row["value"]) + reach * np.array([-1, 1]))


def test_the_corrected_cosine_is_that_of_a_plain_loop() -> None:
    one, other = (unit(around([1, y, 0], n, n)).vectors.astype(float) for y, n in ((0.4, 5), (0.0, 7)))

    def corrected(one: np.ndarray, other: np.ndarray) -> float:
        within = [np.mean([a @ b for i, a in enumerate(s) for j, b in enumerate(s) if i != j]) for s in (one, other)]
        return float(np.mean(one @ other.T) / np.sqrt(np.prod(within)))

    found = corrected_cosine(one, other)
    assert found.value == pytest.approx(corrected(one, other))
    parts = [
        4 * np.var([corrected(np.delete(one, row, axis=0), other) for row in range(5)]),
        6 * np.var([corrected(one, np.delete(other, row, axis=0)) for row in range(7)]),
    ]
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 4 + parts[1] ** 2 / 6)
    assert found.high - found.value == pytest.approx(student.ppf(0.975, freedom) * np.sqrt(sum(parts)))
    assert found.note == "5 images only"


@pytest.mark.parametrize("sizes", [(4, 8), (8, 56), (16, 56)])
def test_intervals_of_sets_cover_what_they_say(sizes: tuple[int, int]) -> None:
    """The corrected cosine is free of set size; the paper's is not, and its interval is about sets of this size."""
    random, dim, truth = np.random.default_rng(sizes), 32, 0.8
    centres = np.eye(dim)[0], truth * np.eye(dim)[0] + np.sqrt(1 - truth**2) * np.eye(dim)[1]

    def side(centre: np.ndarray, n: int) -> np.ndarray:
        drawn = centre + 0.8 * random.normal(size=(n, dim)) / np.sqrt(dim)
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))

    pairs = [[side(centre, n) for centre, n in zip(centres, sizes, strict=True)] for _ in range(300)]
    plain, corrected = ([measure(*pair) for pair in pairs] for measure in (prototype_cosine, corrected_cosine))
    assert np.mean([each.value for each in corrected]) == pytest.approx(truth, abs=0.015)
    assert 0.92 <= np.mean([each.low <= truth <= each.high for each in corrected]) <= 0.99
    expected = np.mean([each.value for each in plain])
    assert expected < truth - 0.01
    assert 0.92 <= np.mean([each.low <= expected <= each.high for each in plain]) <= 0.99


def test_a_set_that_cannot_carry_a_number_says_so() -> None:
    few = unit(around([1, 0, 0], 3, 0)).vectors.astype(float)
    opposite = np.array([[1.0, 0.0, 0.0], [-0.8, 0.6, 0.0], [0.0, -1.0, 0.0], [0.0, 0.1, 1.0]])
    assert np.isnan(corrected_cosine(few[:1], few).value), "one picture has no likeness within"
    assert np.isnan(corrected_cosine(opposite / np.linalg.norm(opposite, axis=1, keepdims=True), few).value)
    assert prototype_cosine(few, few).note == "3 images: no interval"
    assert np.isnan(prototype_cosine(few[:1], few[:1]).low)
    one = prototype_cosine(few[:1], np.repeat(few, 3, axis=0))
    assert one.low < one.value < one.high, "of a single picture nothing is left out: the other side's scatter is"


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
    assert np.isnan(found.loc["a", "low"])
    note = "3 generated images only; 5 works only"
    assert found.loc["a", ["generated", "references", "note"]].tolist() == [3, 5, note]
    assert found.loc["a", "corrected"] == pytest.approx(corrected_cosine(made.vectors[:3], works.vectors[:5]).value)
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
    ours = [stripes(number % 2, 3, number) for number in range(6)]
    score = style_similarity(ours, [*ours[:3], *(stripes(1, 9, n) for n in range(3))], descriptor="colour")
    assert (score.estimate.n, score.estimate.unit) == (12, "image")
    assert (float(score), score.low, score.high) == (score.estimate.value, score.estimate.low, score.estimate.high)
    assert str(score).startswith(str(score.estimate))
    alone = style_similarity(ours[0], ours[1], descriptor="colour")
    assert alone.note == "one image and one reference: no interval"
    assert str(alone).endswith("(colour, 1 reference(s); one image and one reference: no interval)")
