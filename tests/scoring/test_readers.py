"""Files of readers are strangers' files; agreement, votes, curves and simulated readers are what they should be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from csdlib.errors import InputError
from csdlib.metrics import crossed_mean
from csdlib.scoring import (
    ReaderModel,
    agreement,
    crowd_shares,
    majority,
    psychometric,
    read_readers,
    simulated_readers,
)
from csdlib.scoring.readers import KIND, LONGEST_NAME
from csdlib.similarity import Choices, Chosen, draw_choices
from tests.similarity.test_choices import works


@pytest.fixture(scope="module")
def test() -> Choices:
    return draw_choices(works(), 8, seed=5)


def sitting(test: Choices, seed: int = 0, **changed: Any) -> dict[str, Any]:
    random = np.random.default_rng(seed)
    answers = [{"trial": int(t), "choice": int(random.integers(4)) + 1} for t in random.permutation(len(test))]
    whole = {"kind": KIND, "version": 1, "edition": test.edition, "attempt": 1, "reader": "", "answers": answers}
    return whole | changed


def write(folder: Path, **files: Any) -> Path:
    for name, data in files.items():
        text = data if isinstance(data, bytes) else json.dumps(data).encode()
        (folder / f"{name}.json").write_bytes(text)
    return folder


def test_answers_come_back_as_they_were_given(test: Choices, tmp_path: Path) -> None:
    given = {f"r{n}": sitting(test, n, reader=f"reader {n}") for n in range(3)}
    found = read_readers(write(tmp_path, **given), test)
    assert found.names.tolist() == ["reader 0", "reader 1", "reader 2"]
    assert found.files.tolist() == ["r0.json", "r1.json", "r2.json"]
    frame = found.frame(test)
    for name, part in frame.groupby("file"):
        told = given[str(name).removesuffix(".json")]["answers"]
        assert part.sort_values("position")[["trial", "choice"]].to_dict("records") == told
        right = sum(test.answer[each["trial"]] == each["choice"] - 1 for each in told)
        assert part["right"].sum() == right
    assert found.problems == {}


SPOILT: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no whole json": lambda whole: json.dumps(whole).encode()[:-20],
    "not UTF-8": lambda whole: b'{"kind": "\xff"}',
    "line 1: not UTF-8": lambda whole: b"\xff\xfe\x00",
    "no whole json ": lambda whole: b"[" * 90_000,
    "not exported by the page": lambda whole: [whole],
    "not exported by": lambda whole: whole | {"kind": "another"},
    "not exported": lambda whole: whole | {"version": 2},
    "another edition of the test": lambda whole: whole | {"edition": "0" * 12},
    "another edition": lambda whole: whole | {"edition": {"a": "b" * 5000}},
    "a further attempt": lambda whole: whole | {"attempt": 2},
    "not 8 answers": lambda whole: whole | {"answers": whole["answers"][1:]},
    "not 8": lambda whole: whole | {"answers": "12345678"},
    "each once": lambda whole: whole | {"answers": [*whole["answers"][1:], whole["answers"][1]]},
    "a choice is not 1 to 4": lambda whole: whole | {"answers": [each | {"choice": 5} for each in whole["answers"]]},
    "a choice is not": lambda whole: whole | {"answers": [each | {"choice": 0} for each in whole["answers"]]},
    "no trial": lambda whole: whole | {"answers": [{"choice": 1}] * 8},
    "no choice": lambda whole: whole | {"answers": [each | {"choice": True} for each in whole["answers"]]},
    "no choice, or": lambda whole: whole | {"answers": [each | {"choice": 1.5} for each in whole["answers"]]},
    "is no whole number": lambda whole: whole | {"answers": [None] * 8},
    "no text": lambda whole: whole | {"reader": ["a"]},
    "more than 100,000 bytes": lambda whole: whole | {"reader": "a" * 100_000},
    "no whole json (Val": lambda whole: b'{"edition": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("said", SPOILT)
def test_a_spoilt_file_is_left_out_with_one_reason_and_the_others_count(
    test: Choices, tmp_path: Path, said: str
) -> None:
    whole = sitting(test)
    found = read_readers(write(tmp_path, good=whole, spoilt=SPOILT[said](sitting(test, 1))), test)
    assert found.files.tolist() == ["good.json"]
    assert list(found.problems) == ["spoilt.json"]
    assert said.strip() in found.problems["spoilt.json"]
    assert len(found.problems["spoilt.json"]) < 300
    assert str(tmp_path) not in found.problems["spoilt.json"]


def test_the_same_sitting_counts_once_and_a_folder_is_no_file(test: Choices, tmp_path: Path) -> None:
    write(tmp_path, a=sitting(test), b=sitting(test, reader="renamed"), c=sitting(test, 1))
    (tmp_path / "d.json").mkdir()
    found = read_readers(tmp_path, test)
    assert found.files.tolist() == ["a.json", "c.json"]
    assert found.problems == {"b.json": "the same answers as in a.json", "d.json": "not a file"}


def test_a_nickname_is_one_line_of_text(test: Choices, tmp_path: Path) -> None:
    names = {"a": "x" * 500, "b": "two\nlines\x1b[31m\u202e", "c": "<b>Ce\u0301zanne</b>", "d": "\ud800half"}
    given = {name: sitting(test, seed, reader=text) for seed, (name, text) in enumerate(names.items())}
    found = read_readers(write(tmp_path, **given), test).names.tolist()
    assert found == ["x" * LONGEST_NAME, "two lines [31m", "<b>C\u00e9zanne</b>", "half"]
    assert all(name.isprintable() for name in found)


def test_a_folder_without_answers_says_why(test: Choices, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it holds no"):
        read_readers(tmp_path, test)
    with pytest.raises(InputError, match=r"1 left out, the first, .* a further attempt"):
        read_readers(write(tmp_path, a=sitting(test, attempt=3)), test)
    with pytest.raises(InputError, match="no such folder"):
        read_readers(tmp_path / "nowhere", test)


def fleiss(choices: np.ndarray) -> float:
    """Fleiss' kappa by its definition: how many pairs of readers agree."""
    readers = len(choices)
    pairs = [(choices[a] == choices[b]).mean() for a in range(readers) for b in range(readers) if a != b]
    share = np.bincount(choices.ravel(), minlength=4) / choices.size
    chance = (share**2).sum()
    return float((np.mean(pairs) - chance) / (1 - chance))


@given(st.integers(0, 1000), st.integers(2, 9), st.integers(2, 25), st.floats(0, 1))
def test_kappa_is_how_many_pairs_of_readers_agree_beyond_chance(
    seed: int, readers: int, trials: int, lapses: float
) -> None:
    random = np.random.default_rng(seed)
    choices = np.tile(random.integers(4, size=trials), (readers, 1))
    lapsed = random.random(choices.shape) < lapses
    choices[lapsed] = random.integers(4, size=int(lapsed.sum()))
    if len(np.unique(choices)) == 1:
        with pytest.raises(InputError, match="one place"):
            agreement(choices)
        return
    assert agreement(choices).value == pytest.approx(fleiss(choices), abs=1e-12)


def test_the_published_example_of_fleiss_has_its_kappa() -> None:
    # Fleiss (1971) as the textbooks print it: 10 subjects, 14 raters, 5 categories; kappa 0.210.
    rows = ["0 0 0 0 14", "0 2 6 4 2", "0 0 3 5 6", "0 3 9 2 0", "2 2 8 1 1", "7 7 0 0 0", "3 2 6 3 0", "2 5 3 2 2"]
    counts = np.array([row.split() for row in [*rows, "6 5 2 1 0", "0 2 2 3 7"]], dtype=int)
    choices = np.stack([np.repeat(np.arange(5), row) for row in counts], axis=1)
    assert agreement(choices).value == pytest.approx(0.210, abs=0.0005)


def test_the_interval_of_kappa_holds_what_other_readers_and_trials_would_tell() -> None:
    random, covered, values = np.random.default_rng(0), 0, []
    for _ in range(60):
        truth, easy = random.integers(4, size=20), random.beta(2, 1.5, size=20)
        skill = random.uniform(0.6, 1, size=(10, 1))
        choices = np.where(random.random((10, 20)) < skill * easy, truth, random.integers(4, size=(10, 20)))
        found = agreement(choices)
        values.append((found.value, found.low, found.high))
    middle = np.mean([value for value, _, _ in values])
    covered = np.mean([low <= middle <= high for _, low, high in values])
    assert covered >= 0.9
    # Wide enough, and not for nothing.
    assert np.mean([high - low for _, low, high in values]) < 8 * np.std([value for value, _, _ in values])


def test_few_readers_have_no_interval() -> None:
    found = agreement(np.array([[0, 1, 2, 3, 0], [0, 1, 2, 3, 1], [0, 1, 2, 0, 1]]))
    assert np.isnan(found.low)
    assert found.note == "3 readers: no interval; 5 trials only"
    with pytest.raises(InputError, match="two readers"):
        agreement(np.array([[0, 1, 2]]))


def test_a_vote_is_what_most_chose_and_a_tie_is_drawn() -> None:
    choices = np.array([[0, 0, 1], [0, 1, 2], [1, 2, 3], [0, 0, 3]])
    assert majority(choices, np.array([0, 1, 3])).tolist() == [1.0, 0.0, 1.0]
    assert majority(choices[:2], np.array([0, 1, 1])).tolist() == [1.0, 0.5, 0.5]


def test_crowds_of_one_are_readers_and_the_crowd_of_all_is_the_vote() -> None:
    random = np.random.default_rng(1)
    answer = random.integers(4, size=20)
    choices = np.where(random.random((15, 20)) < 0.5, answer, random.integers(4, size=(15, 20)))
    found = crowd_shares(choices, answer, [1, 5, 15], draws=400).set_index("readers")["share"]
    assert found[1] == pytest.approx((choices == answer).mean(), abs=0.02)
    assert found[15] == pytest.approx(majority(choices, answer).mean())
    assert found[1] < found[5]
    with pytest.raises(InputError, match="crowds"):
        crowd_shares(choices, answer, [16])


def test_the_curve_that_made_the_answers_is_found() -> None:
    random = np.random.default_rng(0)
    margin = random.uniform(-0.5, 0.5, 400)
    share = 0.25 + 0.7 * expit(8 * (margin - 0.1))
    found = psychometric(margin, random.binomial(50, share), 50)
    assert found.threshold == pytest.approx(0.1, abs=0.02)
    assert found.slope == pytest.approx(8, rel=0.1)
    assert found.share(np.array([found.threshold])) == pytest.approx(0.6)
    with pytest.raises(InputError, match="cannot be right"):
        psychometric(margin, random.binomial(50, share), 40)
    with pytest.raises(InputError, match="three trials"):
        psychometric(np.ones(9), np.ones(9), 3)


def test_simulated_readers_do_what_their_model_says() -> None:
    random = np.random.default_rng(0)
    answer = random.integers(4, size=20)
    strong = Chosen(3.0 * (np.arange(4) == answer[:, None]) + 0.01 * random.normal(size=(20, 4)), answer)
    blind = simulated_readers([strong], 2000, model=ReaderModel(lapses=1.0))
    assert (blind.choices == answer).mean() == pytest.approx(0.25, abs=0.01)
    sharp = simulated_readers([strong], 500, model=ReaderModel(noise=0.05, lapses=0.0))
    assert (sharp.choices == answer).all()
    assert np.array_equal(np.sort(sharp.order, axis=1), np.tile(np.arange(20), (500, 1)))
    # Practice: those trials that a reader meets late go better, whichever they are.
    model = ReaderModel(noise=1.5, practice=0.8, lapses=0.0)
    learning = simulated_readers([strong], 1000, model=model)
    right = np.take_along_axis(learning.choices == answer, learning.order, axis=1)
    assert right[:, 15:].mean() > right[:, :5].mean() + 0.1
    again = simulated_readers([strong], 1000, model=model)
    assert np.array_equal(again.choices, learning.choices)
    with pytest.raises(InputError, match="one descriptor or more"):
        simulated_readers([])
    with pytest.raises(InputError, match="above 0"):
        ReaderModel(noise=0)


def test_shares_of_readers_and_trials_have_an_interval_over_both() -> None:
    answer = np.arange(20) % 4
    chosen = Chosen(np.random.default_rng(2).normal(size=(20, 4)) + 2 * (np.arange(4) == answer[:, None]), answer)
    right = (simulated_readers([chosen], 30).choices == answer).astype(float)
    found, _ = crossed_mean(right, bounds=(0, 1))
    # All readers meet the same twenty trials: six hundred answers are not six hundred trials.
    assert found.high - found.low > 2 * 1.96 * np.sqrt(found.value * (1 - found.value) / right.size)


def test_where_a_reader_or_a_trial_is_all_that_varies_there_is_no_interval() -> None:
    random = np.random.default_rng(0)
    for shape in ((5, 3), (3, 9)):
        assert np.isnan(agreement(random.integers(4, size=shape)).low), shape
    one = np.zeros((6, 8), int)
    one[0, 0] = 1
    found = agreement(one)
    assert np.isnan([found.low, found.high]).all()
    assert "no interval" in found.note


def test_votes_know_of_all_candidates() -> None:
    choices, answer = np.array([[4, 0], [4, 1], [0, 1]]), np.array([4, 5])
    assert majority(choices, answer).tolist() == [1, 0]


def test_a_curve_that_is_flat_or_too_high_has_no_threshold() -> None:
    margin = np.linspace(-0.5, 0.5, 20)
    flat = psychometric(margin, np.full(20, 12), 20)
    assert flat.share(margin) == pytest.approx(0.6, abs=0.02)
    for right in (np.full(20, 20), np.full(20, 5)):
        found = psychometric(margin, right, 20)
        assert np.isnan(found.threshold)
        assert np.ptp(found.share(margin)) < 0.05
