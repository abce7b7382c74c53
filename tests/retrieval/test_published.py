"""The paper's numbers and ours share a table, and never a column."""

import pandas as pd
import pytest

from csdlib.descriptors.registry import list_descriptors
from csdlib.errors import InputError
from csdlib.retrieval.published import PUBLISHED_AS, beside_published, published_retrieval, published_study


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


@pytest.mark.parametrize("dataset", ["wikiart", "domainnet"])
def test_ours_and_theirs_stand_in_two_columns(dataset: str) -> None:
    rows = [
        {
            "descriptor": name,
            "metric": "mean_precision",
            "k": 1,
            "value": value,
            "low": value - 0.1,
            "high": value + 0.1,
            "n": 9,
            "unit": "group",
        }
        for name, value in (("colour", 0.5), ("clip-vit-l-14", 0.25))
    ]
    table = beside_published(pd.DataFrame(rows), dataset, "my pictures").set_index("method")
    ours, theirs = "ours, my pictures (%)", f"published, {dataset} (%)"
    assert table.loc["colour", [ours, theirs, "source"]].tolist() == ["50.0 [40.0, 60.0]", "–", "this run"]
    both = table.loc["CLIP ViT-L/14"]
    assert both[ours] == "25.0 [15.0, 35.0]"
    assert float(both[theirs]) > 50
    assert "Table 1" in both["source"]
    assert (table[ours] != "–").sum() == 2
    assert (table[theirs] != "–").sum() == len(published_retrieval(dataset))


def test_the_papers_studies_of_stable_diffusion() -> None:
    rows = published_study("sd-2.1 retrieval").set_index("method")
    assert rows.loc["CSD ViT-L/14", ["simple prompts", "user prompts"]].tolist() == [24.5, 5.7]
    assert rows.loc["CSD ViT-L/14", "source"] == "arXiv:2404.01292, Table 2"
    with pytest.raises(InputError, match="human study"):
        published_study("sd-3")
