"""Trials of a forced choice: fair by construction, and what a descriptor makes of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.similarity.choices import Choices, Chosen, choose, draw_choices
from csdlib.tables import ImageTable


def works(artists: int = 8, subjects: int = 4, each: int = 6, *, movements: bool = True) -> ImageTable:
    """Works of artists in movements of two; every artist has painted every subject."""
    rows = [(a, s, n) for a in range(artists) for s in range(subjects) for n in range(each)]
    names = [f"{a}-{s}-{n}" for a, s, n in rows]
    frame = pd.DataFrame(
        {
            "image_id": names,
            "path": [f"{name}.png" for name in names],
            "split": "query",
            "artist": [f"artist-{a}" for a, _, _ in rows],
            "styles": [[] for _ in rows],
            "source": "painting",
            "content": [f"subject-{s}" for _, s, _ in rows],
        }
    )
    family = [f"m{a // 2}" if movements else None for a, _, _ in rows]
    return ImageTable(frame.assign(movement=family), Path("nowhere"))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 24), st.integers(2, 5))
def test_neither_subject_nor_place_tells_the_answer(seed: int, trials: int, candidates: int) -> None:
    test = draw_choices(works(), trials, candidates=candidates, seed=seed)
    (maker, artists), (shown, asked) = test.of("artist"), test.of("content")
    assert len(test) == trials
    assert test.candidates == candidates
    # One candidate is by the reference's artist, where the answer says, and all artists of a trial are different.
    assert np.array_equal(artists == maker[:, None], np.arange(candidates) == test.answer[:, None])
    assert all(len(set(row)) == candidates for row in artists)
    # The subject is one for all candidates, and another than the reference's.
    assert all(len(set(row)) == 1 for row in asked)
    assert not (shown[:, None] == asked).any()
    assert len(set(test.table.ids)) == len(test.table)
    assert np.ptp(np.bincount(test.answer, minlength=candidates)) <= 1
    assert np.ptp(np.unique(np.concatenate([maker, np.unique(works().column("artist"))]), return_counts=True)[1]) <= 1


@given(st.integers(0, 10_000), st.integers(1, 12))
def test_half_of_the_trials_have_a_relative_among_the_candidates(seed: int, pairs: int) -> None:
    test = draw_choices(works(), 2 * pairs, seed=seed)
    own, others = test.of("movement")
    relatives = (others == own[:, None]).sum(axis=1) - 1
    assert np.array_equal(relatives, test.related.astype(int))
    assert test.related.sum() == pairs
    # Who is asked for twice has a relative in one of the two.
    maker = test.of("artist")[0]
    for who in set(maker):
        assert abs(2 * test.related[maker == who].sum() - (maker == who).sum()) <= 1


def test_table_and_seed_decide_the_edition() -> None:
    one, same, other = (draw_choices(works(), seed=seed) for seed in (1, 1, 2))
    assert one.edition == same.edition != other.edition
    turned = Choices(one.table, (one.answer + 1) % 4, one.related)
    assert turned.edition != one.edition
    assert len(one.edition) == 12


def test_what_a_table_does_not_know_is_left_out() -> None:
    table = works(movements=False)
    plain = ImageTable(table.frame.drop(columns="content"), table.root)
    test = draw_choices(plain, 20)
    assert not test.related.any()
    assert len(set(test.table.ids)) == 100


def test_too_few_works_or_artists_are_refused() -> None:
    with pytest.raises(InputError, match="4 candidates need as many artists, and the table names 3"):
        draw_choices(works(artists=3))
    with pytest.raises(InputError, match="are left for another trial"):
        draw_choices(works(each=1), 40)
    with pytest.raises(InputError, match="are left for another trial"):
        draw_choices(works(subjects=1))
    with pytest.raises(InputError, match="trials must be between"):
        draw_choices(works(), 1)


def test_works_of_nobody_are_never_shown() -> None:
    table = works(artists=7)
    unknown = table.with_column("artist", ["" if a == "artist-6" else a for a in table.column("artist")])
    assert "" not in draw_choices(unknown, 10).table.column("artist")


def test_a_descriptor_that_sees_only_artists_is_always_right_and_one_that_sees_subjects_is_not() -> None:
    test = draw_choices(works(), 16, seed=3)
    for column, rights in (("artist", {True}), ("content", {False, True})):
        codes = np.unique(test.table.column(column), return_inverse=True)[1]
        vectors = np.eye(codes.max() + 1, dtype=np.float32)[codes]
        for metric in ("cosine", "l2"):
            embeddings = Embeddings(vectors, test.table.ids, "f", metric)  # type: ignore[arg-type]
            assert set(choose(test, embeddings).right.tolist()) == rights
    with pytest.raises(InputError, match="other works"):
        choose(test, embeddings.take(np.arange(len(vectors))[::-1]))


def test_choice_and_margin_are_those_of_the_definition() -> None:
    similar = np.random.default_rng(0).normal(size=(30, 4))
    answer = np.arange(30) % 4
    chosen = Chosen(similar, answer)
    for t in range(30):
        rest = np.delete(similar[t], answer[t])
        assert chosen.margin[t] == similar[t, answer[t]] - rest.max()
        assert chosen.right[t] == (chosen.margin[t] > 0)
        assert similar[t, chosen.choice[t]] == similar[t].max()
