"""What is recorded of facet queries is what counting finds, by strangers; shipped spaces meet no judge."""

import numpy as np
import pytest

from csdlib.embeddings.arrays import Embeddings
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.recipes.recorded.facet_queries import Judges, K, precision_rows, right, unlike_rows
from csdlib.recipes.recorded.results import read_results
from csdlib.recipes.shipped.csd_art import judging_artists
from csdlib.recipes.shipped.facet_spaces import JUDGING
from csdlib.similarity import FacetSpace, fit_facets
from tests.similarity.test_facet_spaces import planted


@pytest.fixture(scope="module")
def space() -> FacetSpace:
    images, facets, painters = planted(1)
    return fit_facets(images, list(facets.values()), painters, descriptor="planted")


@pytest.fixture(scope="module")
def judges() -> Judges:
    images, facets, painters = planted(2)
    colour = Embeddings(np.random.default_rng(0).normal(size=(len(painters), 4)), images.ids, "colour", "l2")
    return Judges("drawn", {"planted": images, "colour": colour}, facets, painters)


def test_precision_is_the_share_that_counting_finds(space: FacetSpace, judges: Judges) -> None:
    rows = {row["by"]: row for row in precision_rows(judges, space, "light")}
    said, truth = space.project(judges.images["planted"], "light")[:, 0], judges.facets["key"].truth
    shares = []
    for row, painter in enumerate(judges.painters):
        others = np.flatnonzero(judges.painters != painter)
        nearest = others[np.argsort(np.abs(said[others] - said[row]))[:K]]
        reach = np.quantile(np.abs(truth[others] - truth[row]), 0.05)
        shares.append((np.abs(truth[nearest] - truth[row]) <= reach).mean())
    assert rows["facet"]["value"] == pytest.approx(np.mean(shares), abs=0.01)
    assert rows["facet"]["value"] > 0.7
    assert rows["facet"]["chance"] == pytest.approx(0.05, abs=0.005)
    assert abs(rows["colour"]["value"] - 0.05) < 0.03
    assert rows["colour"]["above"] == pytest.approx(rows["facet"]["value"] - rows["colour"]["value"])
    assert rows["plain"]["above_low"] > 0
    kinds = {row["by"]: row for row in precision_rows(judges, space, "medium")}
    assert kinds["facet"]["truth"] == "same kind"
    assert kinds["facet"]["value"] == 1


def test_a_painter_is_never_right_for_itself(space: FacetSpace, judges: Judges) -> None:
    for group in space.groups:
        found = right(judges, space, group)
        assert not found[judges.painters[:, None] == judges.painters].any()


def test_unlike_buys_difference_for_nearness(space: FacetSpace, judges: Judges) -> None:
    rows = {(row["other"], row["truth"], row["by"]): row for row in unlike_rows(judges, space, "light")}
    assert rows["palette", "differs", "both"]["value"] > 0.95
    assert abs(rows["palette", "differs", "facet"]["value"] - 0.5) < 0.05
    assert rows["palette", "keeps and differs", "both"]["above_low"] > 0
    keeps = rows["palette", "keeps", "both"]
    assert keeps["above"] == pytest.approx(keeps["value"] - rows["palette", "keeps", "facet"]["value"])


def test_shipped_spaces_have_met_no_judge() -> None:
    files = sorted(data_path("models/facets").glob("*.safetensors"))
    assert [file.stem for file in files] == ["clip-tiny", "csd-art", "csd-tiny"]
    for file in files:
        assert file.stat().st_size < 100_000
        space = FacetSpace.load(file)
        assert not set(space.painters) & set(judging_artists())
        assert not any(painter.startswith(f"invented-{JUDGING}-") for painter in space.painters)
        with pytest.raises(InputError, match="fitted on works by"):
            space.require_unmet(np.array(space.painters[:1]))


def test_the_record_says_where_facets_help_and_where_not() -> None:
    found = read_results("facet_queries").frame
    assert set(found["question"]) == {"precision", "unlike", "overlap", "cross-talk"}
    plain = found[(found["question"] == "precision") & (found["by"] == "plain")].set_index(
        ["world", "descriptor", "facet", "truth"]
    )
    assert (plain.loc[("paintings", "csd-art")].loc[["palette", "light", "marks"], "above_low"] > 0).all()
    assert plain.loc[("paintings", "csd-art", "time", "5 % nearest"), "above_high"] < 0
