"""What a name does, by judges who met other painters: who is marked as withheld, read and known."""

from dataclasses import replace
from pathlib import Path

import pytest

from csdlib.atelier import CROSSED, PAINTERS, UNSEEN, WITHHELD, atelier
from csdlib.recipes.recorded import reading
from csdlib.recipes.recorded.reading import READING, record_reading
from csdlib.tables import ImageTable
from csdlib.training.csd import fit


@pytest.mark.slow
def test_a_generator_that_paints_as_everybody_does_gives_every_name_its_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: set[str] = set()

    def made(model: str, *_: object, **__: object) -> ImageTable:
        return atelier(4, size=64, seed=2, progress=False).with_column("model", model)

    monkeypatch.setattr(reading, "fit", lambda model, table, *_, **__: learned.update(table.frame["artist"]))
    monkeypatch.setattr(reading, "generate", made)
    monkeypatch.setattr(reading, "works_of", lambda _: atelier(4, size=64, seed=3, progress=False))
    found = record_reading(tmp_path / "reading.csv", works_per_painter=28, progress=False)
    assert learned == set(PAINTERS) - set(CROSSED)
    frame = found.frame
    assert frame.groupby(["judge", "model"])["artist"].nunique().tolist() == [48] * 6
    assert set(frame.loc[frame["withheld"], "artist"]) == set(WITHHELD)
    assert set(frame.loc[~frame["read"], "artist"]) == set(UNSEEN)
    assert set(frame.loc[(frame["judge"] == "crossed") & ~frame["known"], "artist"]) == set(CROSSED)
    # These pictures are the painters' own, so a name does something under every judge.
    assert (frame.groupby("judge")["effect"].mean() > 0).all()
    assert 0 <= found.facts["right@1"]["value"] <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["reading.csv", "reading.json"]


def test_a_killed_run_goes_on_from_what_it_has_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(Exception):
        pass

    def killed(*_: object, **__: object) -> ImageTable:
        raise KilledError

    logs = []
    monkeypatch.setattr(reading, "fit", lambda *args, **kwargs: logs.append(fit(*args, **kwargs)))
    monkeypatch.setattr(reading, "generate", killed)
    short = replace(READING, steps=2, batch_size=4, bfloat16=False)
    for _ in range(2):
        with pytest.raises(KilledError):
            record_reading(tmp_path / "reading.csv", short, works_per_painter=28, progress=False)
    # A second training would have had another speed.
    assert logs[0]["images_per_second"].equals(logs[1]["images_per_second"])
