"""The paper's numbers and ours share a table, and never a column."""

import pytest

from csdlib.descriptors.registry import list_descriptors
from csdlib.errors import InputError
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
