"""The paper's numbers and ours share a table, and never a column."""

import pandas as pd
import pytest

from csdlib.descriptors.registry import list_descriptors
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.retrieval.published import PUBLISHED_AS, published_retrieval, published_study


def test_every_row_of_the_papers_table_has_a_descriptor() -> None:
    known = set(list_descriptors()["name"])
    assert set(PUBLISHED_AS) <= known
    for dataset in ("wikiart", "domainnet"):
        published = published_retrieval(dataset)
        assert set(zip(published["method"], published["backbone"], strict=True)) <= set(PUBLISHED_AS.values())
    assert len(published_retrieval("wikiart")) == len(PUBLISHED_AS)


def test_published_numbers_are_those_of_the_paper() -> None:
    rows = published_retrieval("wikiart").set_index(["method", "backbone"])
    assert rows.loc[("CSD", "ViT-L/14"), "mAP@1"] == 64.56
    assert rows.loc[("VGG Gram", "VGG-16"), ["mAP@1", "mAP@10", "mAP@100"]].tolist() == [25.9, 19.4, 11.4]
    assert rows["mAP@1"].is_monotonic_increasing


def test_the_papers_studies_of_stable_diffusion() -> None:
    rows = published_study("sd-2.1 retrieval").set_index("method")
    assert rows.loc["CSD ViT-L/14", ["simple prompts", "user prompts"]].tolist() == [24.5, 5.7]
    assert rows.loc["CSD ViT-L/14", "source"] == "arXiv:2404.01292, Table 2"
    with pytest.raises(InputError, match="human study"):
        published_study("sd-3")


def test_published_scores_are_cosines_with_their_sources() -> None:
    rows = pd.read_csv(data_path("published/csd_scores.csv"), dtype={"arxiv": str})
    assert rows["score"].between(-1, 1).all()
    assert rows[["generator", "setting", "paper"]].notna().all(axis=None)
    assert set(rows["first_hand"]) == {"yes", "no"}
    # Each generator has more than one score: that is what the table is for.
    assert (rows.groupby("generator")["score"].nunique() > 1).all()
