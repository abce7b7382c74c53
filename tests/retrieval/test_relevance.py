"""Which neighbours are right, by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.errors import InputError
from csdlib.retrieval.nearest import Neighbours, neighbours
from csdlib.retrieval.relevance import hits, matches, relevant_counts, tag_hits
from csdlib.tables import ImageTable
from tests.conftest import random_embeddings


def test_a_missing_neighbour_is_no_hit() -> None:
    found = neighbours(random_embeddings(1, 1, "q"), random_embeddings(2, 2, "d"), 4)
    np.testing.assert_array_equal(hits(found, np.array(["a"]), np.array(["a", "a"])), [[True, True]])
    images = random_embeddings(2, 3, "d")
    alone = neighbours(images, images, 10**12)
    assert alone.rows.tolist() == [[1, -1], [0, -1]]
    assert hits(alone, np.array(["a", "a"]), np.array(["a", "a"])).tolist() == [[True, False], [True, False]]
    with pytest.raises(InputError, match="1 labels for 2 queries"):
        hits(alone, np.array(["a"]), np.array(["a", "a"]))
    assert relevant_counts(np.array(["a", "z"]), np.array(["a", "a"])).tolist() == [2, 0]


@given(
    arrays(bool, st.tuples(st.integers(1, 6), st.just(4))),
    arrays(bool, st.tuples(st.integers(1, 9), st.just(4))),
    st.integers(1, 40),
)
@settings(max_examples=40)
def test_tags_match_by_brute_force(query: np.ndarray, database: np.ndarray, at_once: int) -> None:
    rows = np.random.default_rng(0).integers(-1, len(database), size=(len(query), 5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("csdlib.retrieval.relevance.MATCHED_AT_ONCE", at_once)
        right, counts = tag_hits(Neighbours(rows, rows), csr_array(query * 2), csr_array(database * 3))
    for row, own in enumerate(query):
        expected = [bool(found >= 0 and (own & database[found]).any()) for found in rows[row]]
        assert right[row].tolist() == expected
        assert counts[row] == sum((own & other).any() for other in database)


@pytest.mark.parametrize("label", ["artist", "styles"])
def test_one_table_is_searched_in_another_and_judged(striped_table: ImageTable, label: str) -> None:
    colour, own = load("colour"), striped_table.tagged("movement")
    query, database = (embed(own.where(split=split), colour, progress=False) for split in ("query", "database"))
    found = matches(query, database, 5, label=label)
    column = "artist" if label == "artist" else "movement"
    labels, asked = database.table.column(column), query.table.column(column)
    np.testing.assert_array_equal(found.neighbours.rows, neighbours(query, database, 5).rows)
    np.testing.assert_array_equal(found.hits, labels[found.neighbours.rows] == asked[:, None])
    assert found.n_relevant.tolist() == [(labels == own).sum() for own in asked]
    with pytest.raises(InputError, match="no column 'painter'"):
        matches(query, database, 5, label="painter")
