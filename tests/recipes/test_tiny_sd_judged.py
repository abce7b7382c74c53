"""What a tiny-sd is judged by is one tidy table, and its card says it in words."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from csdlib.atelier import PAINTERS, UNSEEN, WITHHELD
from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.generation.pipelines import stages
from csdlib.recipes.shipped import tiny_sd_judged
from csdlib.recipes.shipped.tiny_sd_card import GROUPS, MEASURES, judged_table
from csdlib.tables import ImageTable

KEYS = ["measure", "subjects", "order", "practised"]


@pytest.mark.parametrize("name", ["tiny-sd", "tiny-sd-withheld"])
def test_every_judged_stage_is_one_tidy_table(name: str) -> None:
    record = json.loads((data_path(f"models/{name}") / "training.json").read_text())
    judged = [stage["judged"] for stage in stages(record) if "judged" in stage]
    assert len(judged) >= 3
    for rows in judged:
        frame = pd.DataFrame(rows)
        assert list(frame.columns)[:9] == [*KEYS, "group", "value", "low", "high", "n"]
        assert not frame.duplicated([*KEYS, "group"]).any()
        assert set(frame[KEYS].itertuples(index=False, name=None)) <= set(MEASURES)
        assert set(frame["group"]) == set(GROUPS)
        assert ((frame["low"] <= frame["value"]) & (frame["value"] <= frame["high"])).all()
    assert {tuple(row[key] for key in KEYS) for row in judged[-1]} == set(MEASURES)


def test_the_table_for_people_keeps_order_and_leaves_out_what_is_not_asked() -> None:
    rows = [
        dict(zip(KEYS, key, strict=True)) | {"group": group, "value": number / 100, "low": 0.0, "high": 1.0, "n": 30}
        for number, key in enumerate(reversed(MEASURES))
        for group in ("seen", "withheld")
    ]
    table = judged_table(rows, ["seen", "name_read"])
    assert table.index.tolist() == list(MEASURES.values())
    assert table.columns.tolist() == ["seen", "withheld, name read"]
    assert table["seen"].iloc[-1] == "0.0 [0.0, 100.0]"
    assert table["seen"].iloc[0] == "13.0 [0.0, 100.0]"
    assert set(table["withheld, name read"]) == {"–"}
    copies = judged_table([row for row in rows if row["measure"] == "copies"], ["seen"])
    assert copies.index.tolist() == ["copies, simple", "copies, new", "copies, new, name first", "copies, fresh works"]


def made(artists: list[str], contents: list[str]) -> ImageTable:
    rows = [
        {"image_id": f"{row}", "path": f"{row}.png", "split": "query", "artist": artist, "styles": []}
        | {"source": "generated", "content": content}
        for row, (artist, content) in enumerate(zip(artists, contents, strict=True))
    ]
    return ImageTable(pd.DataFrame(rows), Path("nowhere"))


def test_rows_hold_the_means_of_their_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = next(slug for slug in PAINTERS if slug not in WITHHELD)
    read = next(slug for slug in WITHHELD if slug not in UNSEEN)
    pairs = made([seen, seen, read, read], ["dog", "cat", "dog", "cat"])
    tables = {("open", "name_last"): pairs, ("new", "name_last"): pairs, ("new", "name_first"): pairs}
    answers = iter([[1, 0, 0, 0], [1, 0, 0, 0], [1, 1, 0, 1]])
    monkeypatch.setattr(tiny_sd_judged, "painter_found", lambda *_: np.array(next(answers), float))
    monkeypatch.setattr(tiny_sd_judged, "subject_found", lambda *_: np.array([1.0, 1, 1, 0]))
    monkeypatch.setattr(tiny_sd_judged, "kept_from_transfers", lambda frame: (frame["content"] == "cat").to_numpy())
    found = tiny_sd_judged._rows(tiny_sd_judged._found(tables, pairs))
    frame = pd.DataFrame(found).set_index([*KEYS, "group"])["value"]
    assert frame["painter_found", "open", "name_last", "any", "seen"] == 0.5
    assert frame["painter_found", "new", "name_first", "any", "withheld"] == 0.5
    assert frame["painter_found", "new", "name_first", "no", "withheld"] == 1.0, "cats alone"
    assert frame["painter_gained", "new", "name_first", "any", "seen"] == 0.5
    assert frame["painter_gained", "new", "name_first", "any", "name_read"] == 0.5
    assert frame["subject_gained", "new", "name_first", "any", "seen"] == 0.0
    assert "name_unread" not in frame.index.get_level_values("group"), "nobody of that group was asked for"


def test_only_a_model_with_a_record_is_judged(tmp_path: Path) -> None:
    (tmp_path / "model_index.json").write_text("{}")
    with pytest.raises(InputError, match=r"has no training\.json"):
        tiny_sd_judged.judge_tiny_sd(tmp_path)
