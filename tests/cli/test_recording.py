"""The commands that record say where a folder was, and not which."""

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from csdlib.cli import app, recording

RECORDERS = {
    "ablations": ("run_ablations", "data/results/ablations.csv"),
    "conditions": ("record_conditions", "data/results/art_conditions.csv"),
    "described": ("record_described", "data/art"),
    "content": ("record_content", "data/results/atelier_content.json"),
    "facet-queries": ("record_facet_queries", "data/results/facet_queries.csv"),
    "map": ("record_generated_on_map", "data/results/generated_on_map.csv"),
    "moods": ("record_moods", "data/results/moods.csv"),
    "names": ("record_names", "data/results/names.csv"),
    "paintings": ("record_paintings", "data/results/real_paintings.csv"),
    "training": ("record_training", "data/results/real_training.json"),
    "studies": ("record_atelier_studies", "data/results/studies_atelier.csv"),
    "real-studies": ("record_real_studies", "data/results/studies_sd14.csv"),
}


@pytest.mark.parametrize("name", RECORDERS)
def test_a_recorder_alone_records_what_is_shipped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, output = RECORDERS[name]
    called: dict[str, Any] = {}
    monkeypatch.setattr(recording, function, lambda *args, **kwargs: called.update(kwargs, args=args))
    outside = name in ("conditions", "described", "map", "paintings", "training", "real-studies")
    done = CliRunner().invoke(app, ["record", name, *(["--root", "/my/own"] if outside else [])])
    assert done.exit_code == 0, done.output
    assert called["args"] == ((Path("/my/own"), Path(output)) if outside else (Path(output),))
    assert called["command"] == f"csdlib record {name} {output}" + " --root $CSD_ART" * outside


def test_a_table_that_is_missing_is_one_line(tmp_path: Path) -> None:
    failed = CliRunner().invoke(app, ["record", "map", "--root", str(tmp_path), str(tmp_path / "out.csv")])
    assert failed.exit_code == 2
    assert "wikiart.csv" in failed.stderr


@pytest.mark.parametrize(("verb", "table"), [("meaning", "content"), ("facets", "layers")])
def test_tables_are_recorded_with_and_without_real_pictures(
    verb: str, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[dict[str, Any]] = []
    monkeypatch.setattr(
        recording, f"record_{verb}", lambda *args, **kwargs: called.append(kwargs | {"args": args}) or [Path("x")]
    )
    runner = CliRunner()
    assert runner.invoke(app, ["record", verb, "--root", "/my/own", "--table", table]).exit_code == 0
    assert runner.invoke(app, ["record", verb]).exit_code == 0
    assert [each["args"] for each in called] == [(Path("data/results"), Path("/my/own")), (Path("data/results"), None)]
    assert called[0]["command"] == f"csdlib record {verb} data/results --root $CSD_ART --table {table}"
    assert (called[1]["command"], called[1]["tables"]) == (f"csdlib record {verb} data/results", None)


def test_recognition_is_recorded_without_a_path_of_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    called: dict[str, Any] = {}
    monkeypatch.setattr(recording, "record_recognition", lambda *args, **kwargs: called.update(kwargs, args=args))
    told = ["record", "recognition", "--root", "/my/own", "--pictures", "/my/pictures"]
    assert CliRunner().invoke(app, told).exit_code == 0
    assert called["args"] == (Path("data/results/recognition.csv"), Path("/my/own"))
    assert "/my" not in called["command"]
