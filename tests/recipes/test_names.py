"""What a name does: who is asked for, and what is made of the pictures, on planted ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.atelier import PAINTERS
from csdlib.embeddings.arrays import Embedded
from csdlib.generation.name_controls import renamed
from csdlib.recipes.atelier_prompts import atelier_artists
from csdlib.recipes.name_prompts import KINDS, joint, nobodies, prompts_of_kind, strangers
from csdlib.recipes.recorded import names
from csdlib.tables import ImageTable


def test_everybody_has_a_stranger_and_a_nobody() -> None:
    written = atelier_artists()
    assert sorted(strangers().values()) == sorted(written.values())
    assert all(strangers()[slug] != name for slug, name in written.items())
    assert len(set(nobodies().values())) == len(PAINTERS)
    words = {word for name in written.values() for word in name.split()}
    assert not words & {word for name in nobodies().values() for word in name.split()}


def test_kinds_share_their_noise_and_painters_do_not() -> None:
    asked = {kind: prompts_of_kind(kind, 2) for kind in KINDS}
    for prompts in asked.values():
        assert prompts["seed"].tolist() == asked["simple"]["seed"].tolist()
        assert prompts["seed"].is_unique
        assert not prompts["others"].map(len).any()
        assert len(renamed(prompts, atelier_artists(), None, "bare")) == 2 * len(PAINTERS)


@pytest.mark.parametrize("size", [2, 3])
def test_every_painter_is_in_one_group_and_once_in_every_place(size: int) -> None:
    asked = joint(size, 1)
    assert asked["artist"].value_counts().tolist() == [1] * len(PAINTERS)
    last = asked["others"].str[-1]
    assert sorted(last) == sorted(PAINTERS)
    assert len(asked[["group", "seed"]].drop_duplicates()) == asked["group"].nunique()
    assert asked["seed"].nunique() == asked["group"].nunique()


def planted(change: float, gain: float) -> pd.DataFrame:
    """Six painters whose names change pictures so much, a little more from one to the next."""
    artists = [*PAINTERS][:6]
    each = np.arange(6) / 100
    rows = {"artist": artists, "compared": "own - no_name", "change style": change + each, "gain style": gain + each}
    return pd.DataFrame(rows)


def test_longer_prompts_are_compared_painter_by_painter() -> None:
    tables = {"simple": planted(0.8, 0.5), "user": planted(0.6, 0.2).iloc[::-1]}
    rows = pd.DataFrame(names._paired_rows(tables))
    found = rows[rows["painters"] == "all"].set_index(["part", "prompts", "measure"])
    assert found.loc[("change", "simple", "style"), "value"] == pytest.approx(0.825)
    assert found.loc[("gain", "user", "style"), "value"] == pytest.approx(0.225)
    for measure, value in (("change style", -0.2), ("gain style", -0.3)):
        row = found.loc[("contrast", "user", measure)]
        # Every painter differs by the same: paired, nothing is left to doubt.
        assert row[["value", "low", "high"]].to_numpy(float) == pytest.approx([value] * 3)
    assert ("contrast", "simple", "change style") not in found.index


def seen(vectors: np.ndarray, artists: list[str], root: Path) -> Embedded:
    ids = [f"p{n}" for n in range(len(artists))]
    rows = {"image_id": ids, "path": [f"{name}.png" for name in ids], "split": "query", "artist": artists}
    frame = pd.DataFrame(rows | {"source": "generated"}).assign(styles=[[artist] for artist in artists])
    table = ImageTable(frame, root)
    return Embedded(vectors.astype(np.float32), table.ids, "f", "cosine", table=table)


def test_what_is_like_neither_lies_in_the_middle_and_is_no_mixture(tmp_path: Path) -> None:
    at = {name: np.eye(5)[n] for n, name in enumerate("abcde")}
    couples = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]
    people = np.array([each for couple in couples for each in (couple, couple[::-1])])
    unit = np.repeat(np.arange(4), 2).astype(str)
    mixed = np.stack([(at[one] + at[other]) / np.sqrt(2) for one, other in people])
    made = seen(mixed, people[:, 0].tolist(), tmp_path)
    single = seen(np.eye(5), [*"abcde"], tmp_path)
    rows = pd.DataFrame(names._line_rows(made, people, unit, at, single))
    found = rows.set_index(["compared", "measure"])["value"]
    nearer = "cosine with the middle minus the better of both"
    expected = {
        "both names": (0.5, 1.0, np.sqrt(0.5), 1 - np.sqrt(0.5)),
        "one name": (1.0, 0.0, 1.0, np.sqrt(0.5) - 1),
        "a third name": (0.5, 1.0, 0.0, 0.0),
    }
    measures = ("place of the first name", "between", "cosine with the first", nearer)
    for compared, values in expected.items():
        assert [found[compared, each] for each in measures] == pytest.approx(values, abs=1e-6)


def test_who_is_found_by_the_place_in_the_prompt() -> None:
    people = np.array([["a", "b"], ["b", "a"]])
    found = np.array([["a", "x", "b"], ["x", "a", "x"]])
    values = {measure: each.tolist() for measure, each in names._found(found, people)}
    assert values["nearest is number 1"] == [1, 0]
    assert values["nearest is number 2"] == [0, 0]
    assert values["nearest is one of them"] == [1, 0]
    assert values["all among the ten nearest"] == [1, 0]
    assert values["order: first minus last nearest + 1, halved"] == [1, 0.5]
