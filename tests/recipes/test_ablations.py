"""The ablations go on where they were, and change one thing at a time."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from csdlib.errors import InputError
from csdlib.files import data_path
from csdlib.recipes.recorded.ablations import REFERENCE, SETTINGS, Setting, _known, run_ablations


@pytest.mark.slow
@pytest.mark.usefixtures("small_exhibition")
def test_ablations_go_on_where_they_were(tmp_path: Path) -> None:
    output, brief = tmp_path / "ablations.csv", replace(REFERENCE, steps=1, batch_size=16, bfloat16=False)
    options = {"seeds": [0], "reference": brief, "works_per_painter": 6, "progress": False}
    settings = [
        Setting("reference", "reference"),
        Setting("labelled images", "none", {"label_weight": 0.0}, labelled=0),
        Setting("labels", "true painters", kinds=("truth",)),
        Setting("images", "half", pictures=0.5),
        Setting("training", "none", trained=False, seeds=1),
    ]
    first = run_ablations(output, settings=settings[:1], **options)
    assert first.groupby("painters")["artist"].nunique().to_dict() == {"pupils": 32, "unseen": 16}
    assert first["right@1"].between(0, 1).all()
    seconds = json.loads(output.with_suffix(".json").read_text())["seconds"]
    both = run_ablations(output, settings=settings, **options)
    assert both.iloc[: len(first)]["precision@10"].tolist() == pytest.approx(first["precision@10"].tolist(), rel=1e-5)
    assert set(both["factor"]) == {"reference", "labelled images", "labels", "images", "training"}
    scores = both.groupby("factor")["precision@10"].sum()
    assert scores.nunique() == 5
    pairs = both.groupby("factor")["pairs"].first()
    assert pairs["training"] == pairs["labelled images"] == 0 < pairs["reference"] < pairs["labels"]
    assert json.loads(output.with_suffix(".json").read_text())["seconds"] >= seconds
    with pytest.raises(InputError, match="delete it"):
        run_ablations(output, settings=settings, **options | {"reference": REFERENCE})


def test_a_run_goes_on_from_the_shipped_table_though_settings_have_come_since(tmp_path: Path) -> None:
    for name in ("ablations.csv", "ablations.json"):
        shutil.copy(data_path("results") / name, tmp_path)
    facts = json.loads((tmp_path / "ablations.json").read_text())
    facts["reference"].pop("images_each", None)
    (tmp_path / "ablations.json").write_text(json.dumps(facts))
    made = {"reference": asdict(REFERENCE), "images": facts["images"]}
    frame, seconds = _known(tmp_path / "ablations.csv", made)
    assert len(frame) > 0
    assert seconds == facts["seconds"]
    with pytest.raises(InputError, match="delete it"):
        _known(tmp_path / "ablations.csv", made | {"reference": asdict(replace(REFERENCE, steps=1))})


def test_every_setting_changes_one_thing() -> None:
    assert len({(setting.factor, setting.setting) for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        replace(REFERENCE, **setting.changes)
        changed = set(setting.changes) - {"steps"}
        changed |= {
            name
            for name in ("start", "kinds", "pictures", "labelled", "trained")
            if getattr(setting, name) != getattr(Setting("", ""), name)
        }
        assert len(changed) == (setting.factor != "reference") or setting.setting in (
            "infinity (self-supervised only)",
            "all tags, count",
            "16, mean over positives",
            "10 %, mean over positives",
        )
