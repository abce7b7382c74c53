"""The pipeline as a whole, on the striped pictures: what is kept, counted and written."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.curation.bank import Phrase, TagBank
from csdlib.curation.curated import CurationConfig, curate
from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.tables import ImageTable

BANK = TagBank(
    (
        Phrase("Ann Example", "ann", "artist"),
        Phrase("Bob Sample", "bob", "artist"),
        Phrase("stripes | `x`", "stripes | `x`", "movement"),
        Phrase("oil", "oil", "medium"),
    )
)
CAPTIONS = ["dog by Ann Example, oil", "oil by Bob Sample", "IMG_1.jpg", None, "stripes x, oil", "Ann Example"]


@pytest.fixture
def captioned(striped_table: ImageTable) -> ImageTable:
    part = striped_table.take(range(6))
    frame = part.frame.assign(caption=CAPTIONS, artist="somebody", styles=[["somebody"]] * 6)
    return ImageTable(frame, part.root, {"dataset": "test", "sha256": {"long": "list"}, "unseen": ["zoe"]})


def embeddings(table: ImageTable, rows: list[int]) -> Embeddings:
    """Images 0 and 1 are copies."""
    vectors = np.eye(8, dtype=np.float32)[[0, 0, 1, 2, 3, 4]][rows]
    return Embeddings(vectors, table.ids[rows], "x", "cosine", {"gone": "broken"})


def test_tags_are_found_merged_and_limited(captioned: ImageTable) -> None:
    made = curate(captioned, BANK, embeddings(captioned, list(range(6))), CurationConfig(0.9, maximum=2))
    table = made.table
    assert table.ids.tolist() == [str(captioned.ids[row]) for row in (0, 2, 3, 4, 5)]
    assert table.frame["styles"].tolist() == [["ann", "oil", "bob"], [], [], ["stripes | `x`", "oil"], ["ann"]]
    assert table.frame["artist"].tolist() == ["", "", "", "", "ann"]
    assert table.frame["copies"].tolist() == [1, 0, 0, 0, 0]
    assert made.funnel["images"].tolist() == [6, 6, 5, 5]
    assert made.funnel["tagged"].tolist() == [4, 4, 3, 3]
    assert table.manifest["unseen"] == ["zoe"]


def test_rare_and_flooded_tags_go(captioned: ImageTable) -> None:
    rare = curate(captioned, BANK, embeddings(captioned, list(range(6))), CurationConfig(0.9, minimum=2))
    assert rare.table.tags == ["ann", "oil"]
    config = CurationConfig(0.9, maximum=1, keep_untagged=False)
    flooded = curate(captioned, BANK, embeddings(captioned, list(range(6))), config)
    assert flooded.table.tags == ["bob", "stripes | `x`"]
    assert flooded.funnel["images"].iloc[-1] == len(flooded.table) == 2
    with pytest.raises(InputError, match="no tag has between 9 and"):
        curate(captioned, BANK, embeddings(captioned, list(range(6))), CurationConfig(0.9, minimum=9))


def test_an_image_that_cannot_be_read_is_counted(captioned: ImageTable) -> None:
    made = curate(captioned, BANK, embeddings(captioned, [1, 2, 3, 4, 5]), CurationConfig(0.9))
    assert made.funnel["images"].tolist()[:2] == [6, 5]
    assert str(captioned.ids[0]) not in made.table.ids


def test_without_captions_there_is_nothing_to_curate(captioned: ImageTable) -> None:
    bare = ImageTable(captioned.frame.assign(caption=[None, "", " "] * 2), captioned.root)
    with pytest.raises(InputError, match="no image of the table has a caption"):
        curate(bare, BANK, embeddings(captioned, list(range(6))), CurationConfig(0.9))
    with pytest.raises(InputError, match="minimum <= maximum"):
        CurationConfig(0.9, minimum=3, maximum=2)


def test_the_card_counts_and_escapes(captioned: ImageTable, tmp_path: Path) -> None:
    made = curate(captioned, BANK, embeddings(captioned, list(range(6))), CurationConfig(0.9))
    made.save(tmp_path)
    card = (tmp_path / "README.md").read_text()
    assert "| copies merged | 5 | 3 | 4 |" in card
    assert "`stripes / 'x'`" in card
    again = ImageTable.load(tmp_path)
    assert again.frame["styles"].tolist() == made.table.frame["styles"].tolist()


def test_sparse_labels_are_the_labels(captioned: ImageTable) -> None:
    table = curate(captioned, BANK, embeddings(captioned, list(range(6))), CurationConfig(0.9)).table
    expected = pd.DataFrame([{tag: tag in styles for tag in table.tags} for styles in table.frame["styles"]])
    np.testing.assert_array_equal(table.sparse_labels().toarray(), expected.to_numpy(dtype=float))
    assert table.sparse_labels(["oil"]).shape == (5, 1)
