"""What is said of a work is how it was made, and what is recorded is what probes measure."""

from dataclasses import replace
from functools import partial
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from scipy.stats import chi2_contingency

from csdlib.atelier.composition import View
from csdlib.atelier.mediums import MEDIUMS
from csdlib.atelier.painters import Painter
from csdlib.atelier.studio import paint
from csdlib.embeddings.arrays import Embedded
from csdlib.errors import InputError
from csdlib.metrics import jackknife
from csdlib.recipes import FACETS, facets_of, invented_painters, record_facets
from csdlib.recipes.atelier_facets import _ENDS, _change, _made
from csdlib.recipes.invented import OF_A_MEDIUM
from csdlib.recipes.recorded import facet_worlds, facets_drawn
from csdlib.recipes.recorded.facets_drawn import layer_rows, measured_rows, record_layers, record_probes, record_shown
from csdlib.recipes.recorded.facets_real import dated, distance_rows, record_real, record_times
from csdlib.similarity import probe
from csdlib.tables import ImageTable

pytestmark = pytest.mark.usefixtures("own_cache")


def test_invented_habits_do_not_give_each_other_away() -> None:
    people = invented_painters(400)
    frame = pd.DataFrame([painter.habits for painter in people])
    assert frame["name"].is_unique
    numbers = frame.select_dtypes("number").drop(columns=["colours.hue"])
    numbers = numbers.loc[:, numbers.std() > 0]
    for habit in ("brush.length", "brush.width", "brush.coverage"):
        numbers[habit] = np.log(numbers[habit]) - np.log(numbers[habit]).groupby(frame["medium"]).transform("mean")
    apart = numbers.corr().to_numpy()[np.triu_indices(len(numbers.columns), 1)]
    assert np.abs(apart).max() < 0.2
    counts = pd.crosstab(frame["medium"], frame["movement"]).to_numpy()
    assert chi2_contingency(counts).pvalue > 0.01
    assert counts.sum(axis=1).min() > 10
    assert invented_painters(3, seed=1)[2] != people[2]


def test_the_truth_of_a_work_is_how_it_was_painted(monkeypatch: pytest.MonkeyPatch) -> None:
    painter = replace(invented_painters(1)[0], medium="flat print")
    seen: list[tuple[View, Painter]] = []
    monkeypatch.setitem(
        MEDIUMS, "flat print", lambda view, who, _: seen.append((view, who)) or np.zeros((96, 96, 3), np.uint8)
    )
    paint(painter, "dog", 7, 96)
    made = _made(painter, "dog", 7)
    ((view, who),) = seen
    assert who == made.painter != painter
    np.testing.assert_array_equal(view.palette.ramps, made.palette.ramps)
    values = {facet.name: facet.truth[0] for facet in facets_of([made, _made(painter, "cat", 8)])}
    assert values["contrast"] == who.light.contrast
    assert values["subject"] == "dog"


def test_a_medium_without_the_habit_has_no_such_facet() -> None:
    change = partial(_change, subjects=("dog",), side=48)
    assert change("oil", "brush.bristles") > 0 == change("flat print", "brush.bristles")
    assert change("scratchboard", "brush.length") > 0 == change("cut paper", "brush.length")
    assert change("flat print", "composition.scale") > 0
    shown = {"brush.bristles": {"oil": 0.1, "flat print": 0.0}}
    people = [replace(invented_painters(2)[n], medium=medium) for n, medium in enumerate(("oil", "flat print"))]
    made = [_made(painter, subject, 3) for painter in people for subject in ("dog", "cat")]
    painted = [*made, _made(replace(people[0], name="Third", brush=replace(people[0].brush, bristles=9)), "dog", 3)]
    known = {facet.name: facet.known.tolist() for facet in facets_of(painted, shown)}
    assert known["bristles"] == [True, True, False, False, True]
    assert known["subject"] == [True] * 5
    tried = {*_ENDS, *(f"brush.{habit}" for habit in OF_A_MEDIUM)}
    assert {truth.habit for truth in FACETS.values() if truth.habit} - {"medium", "movement"} == tried


@pytest.fixture(scope="module")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> facet_worlds.World:
    """Twelve invented painters with four works each, instead of 168 with fourteen."""
    people = [replace(painter, medium="flat print") for painter in invented_painters(12)]
    folder = tmp_path_factory.mktemp("atelier")
    table = facet_worlds.atelier(4, painters=people, subjects=["dog", "house"], size=32, cache=folder, progress=False)
    made = facet_worlds.made_works(table, people)
    kept = [facet for facet in facets_of(made) if facet.name in {"chroma", "key", "harmony", "subject", "scale"}]
    return facet_worlds.World("invented", table, made, kept, facet_worlds.measure_pictures(table))


@pytest.fixture
def small_worlds(small_world: facet_worlds.World, monkeypatch: pytest.MonkeyPatch) -> facet_worlds.DrawnWorlds:
    """Both worlds are the small one, which may be built once."""
    built = iter([small_world])
    monkeypatch.setattr(facet_worlds, "shown_habits", lambda: {"light.key": {"oil": 0.1}})
    monkeypatch.setattr(facet_worlds, "invented_world", lambda *_, **__: next(built))
    monkeypatch.setattr(facet_worlds, "catalogue_world", lambda *_, **__: replace(small_world, name="catalogue"))
    return facet_worlds.DrawnWorlds()


@pytest.mark.slow
def test_a_record_of_probes_is_the_probes(small_worlds: facet_worlds.DrawnWorlds, tmp_path: Path) -> None:
    made = record_probes(
        small_worlds, tmp_path / "probes.csv", descriptors=("colour", "pixels"), exchanges=3, command="c"
    )
    frame = made.frame
    assert set(frame["way"]) == {"linear", "kernel", "shared"}
    assert len(frame) == 5 * 2 * 4
    assert made.facts["facets"]["harmony"]["metric"] == "balanced accuracy"
    assert made.facts["worlds"]["invented"] == {"works": 48, "painters": 12}
    row = frame[(frame["descriptor"] == "colour") & (frame["facet"] == "key") & (frame["way"] == "linear")].iloc[0]
    world = small_worlds.invented
    found = probe(world.vectors("colour"), world.facets, world.painters, exchanges=3)["key"]
    assert row["value"] == pytest.approx(found.score, abs=1e-3)
    assert frame.loc[frame["descriptor"] == "colour", "above"].isna().all()


@pytest.mark.slow
def test_layers_are_compared_with_the_style(small_world: facet_worlds.World) -> None:
    rows = pd.DataFrame(layer_rows(small_world, "random-tiny"))
    assert set(rows["layer"]) >= {"embedding", "block 6", "feature", "style"}
    assert rows.groupby("facet")["lost"].count().eq(1).all()
    best = rows.loc[rows.groupby("facet")["value"].idxmax()].set_index("facet")
    style = rows[rows["layer"] == "style"].set_index("facet")
    pd.testing.assert_series_equal(best["lost"], best["value"] - style["value"], check_names=False)
    assert (best["lost"] > 0).any()


@pytest.mark.slow
def test_a_facet_shows_where_it_should(small_world: facet_worlds.World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        facets_drawn, "_SHOWS", [each for each in facets_drawn._SHOWS if each[0] in ("chroma", "scale")]
    )
    rows = pd.DataFrame(measured_rows(small_world)).set_index("facet")
    assert (rows["value"] > 0.6).all()
    assert (rows["painters"] == 12).all()


def test_tables_of_drawn_pictures_share_one_world(
    small_worlds: facet_worlds.DrawnWorlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The invented world can be built once only, and its pictures are not measured again.
    monkeypatch.setattr(facets_drawn, "_SHOWS", [("chroma", "", "chroma", 1)])
    monkeypatch.setattr(facets_drawn, "LAYERED", ())
    monkeypatch.setattr(facet_worlds, "measure_picture", None)
    frame = record_shown(small_worlds, tmp_path / "shown.csv").frame
    assert frame["check"].tolist() == ["changed", "measured"]
    assert record_layers(small_worlds, tmp_path / "layers.csv").facts["worlds"]["invented"]["painters"] == 12


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Sixteen artists, a decade apart, whose paintings turn from blue to red; one title tells of a year long past."""
    rng, rows = np.random.default_rng(0), []
    for artist in range(16):
        for number in range(6):
            year = 1800 + 10 * artist + number if number < 4 else None
            year = 1500 if (artist, number) == (3, 0) else year
            path = f"artist-{artist:02d}_view-{number}{'' if year is None else f'-{year}'}.png"
            red = 30 + 12 * artist + rng.integers(0, 20)
            pixels = rng.integers(0, 60, (32, 32, 3)) + np.array([red, 60, 250 - red]) * 0.75
            Image.fromarray(pixels.astype(np.uint8)).save(tmp_path / path)
            style = "old" if artist < 8 else "new"
            split = "query" if number == 0 else "database"
            rows.append({"name": path, "path": path, "artist": f"artist-{artist:02d}", "style": style, "split": split})
    pd.DataFrame(rows).to_csv(tmp_path / "wikiart.csv", index=False)
    return tmp_path


def test_a_year_of_a_title_is_none(history: Path) -> None:
    from csdlib.datasets.wikiart.table import wikiart

    works = dated(wikiart(history))
    assert isinstance(works.table, ImageTable)
    assert works.dropped == 1
    assert np.isfinite(works.years).sum() == 16 * 4 - 1
    middle = dict(zip(works.table.column("artist"), works.generation, strict=True))
    assert middle["artist-03"] == 1832
    assert middle["artist-00"] == 1801.5


@pytest.mark.slow
def test_a_history_of_colour_is_recorded_as_one(history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("csdlib.recipes.recorded.facets_real.judging_artists", lambda: ("artist-01", "artist-09"))
    made = record_real(history, tmp_path / "real.csv", descriptors=("colour", "gram"), exchanges=3, command="c")
    frame = made.frame[(made.frame["descriptor"] == "colour") & (made.frame["way"] == "linear")]
    rows = frame[frame["artists"] == "all"].set_index(["facet", "metric"])["value"]
    assert rows["movement", "balanced accuracy"] > 0.8
    assert rows["year", "R2"] > 0.7
    assert rows["generation", "years off"] < 25
    assert made.facts["share_with_year"] == round(63 / 96, 3)
    # Two artists set no interval, and 16 that are not theirs do not count.
    aside = frame[(frame["artists"] == "aside") & (frame["facet"] == "movement")].iloc[0]
    assert np.isnan(float(aside["low"] or np.nan))
    assert aside["n"] == 2


def test_neighbours_in_time_are_recorded(history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "csdlib.recipes.recorded.facets_real.judging_artists", lambda: [f"artist-{n:02d}" for n in range(0, 16, 2)]
    )
    made = record_times(history, tmp_path / "times.csv", descriptors=("colour",), permutations=99, command="c")
    rows = made.frame[made.frame["artists"] == "all"].set_index("question")
    assert rows.loc["time", "value"] > 0.7
    assert rows.loc["time", "p"] == 0.01
    distances = rows.loc["distance"].sort_values("years")["value"].dropna()
    assert distances.iloc[0] < distances.iloc[-1]


def test_a_distance_is_of_pairs_and_its_interval_of_left_out_artists() -> None:
    rng = np.random.default_rng(2)
    artists, years = rng.choice(list("abcdefg"), 40), 1800.0 + rng.integers(0, 120, 40)
    years[:3] = np.nan
    vectors = rng.normal(size=(40, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = [str(row) for row in range(40)]
    columns = {"image_id": ids, "path": ids, "split": "query", "artist": artists, "source": "painting"}
    table = ImageTable(pd.DataFrame(columns | {"styles": [[artist] for artist in artists]}), Path())

    def mean(left: str) -> float:
        pairs = [
            1 - vectors[i] @ vectors[j]
            for i, j in combinations(range(3, 40), 2)
            if artists[i] != artists[j] and left not in (artists[i], artists[j]) and 25 <= abs(years[i] - years[j]) < 50
        ]
        return float(np.mean(pairs))

    works = Embedded(vectors, table.ids, "x", "cosine", table=table)
    rows = pd.DataFrame(distance_rows(works, years)).set_index("years")
    wanted = jackknife(mean(""), np.array([mean(name) for name in np.unique(artists[3:])]), bounds=None)
    found = rows.loc[25, ["value", "low", "high", "n"]].tolist()
    assert found == pytest.approx([wanted.value, wanted.low, wanted.high, 7])


def test_real_tables_need_real_paintings(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="say with root="):
        record_facets(tmp_path, tables=["times"])
    with pytest.raises(InputError, match="unknown table"):
        record_facets(tmp_path, tmp_path, tables=["moods"])
