"""Who a generator may see, and what its autoencoder costs."""

from functools import partial
from pathlib import Path

import pytest

from csdlib.atelier import PAINTERS, WITHHELD, atelier
from csdlib.generation.autoencoder import AutoencoderConfig
from csdlib.recipes.shipped.autoencoder import generator_pictures, judge_autoencoder, train_autoencoder


def test_withheld_painters_leak_neither_by_pictures_nor_by_captions() -> None:
    training = generator_pictures(12, withheld=True)
    assert not set(training.frame["true_artist"]) & set(WITHHELD)
    assert not {name for named in training.frame["true_named"] for name in named} & set(WITHHELD)
    assert (training.frame["true_copy"] == "").all()
    texts = " | ".join(training.frame["caption"]).lower()
    for slug in WITHHELD:
        assert PAINTERS[slug].name.lower() not in texts
    everybody = generator_pictures(12, withheld=False)
    assert set(everybody.frame["true_artist"]) == set(PAINTERS)
    assert set(training.ids) < set(everybody.ids)


@pytest.mark.slow
@pytest.mark.usefixtures("few_pictures")
def test_a_judged_autoencoder_says_what_it_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A judge who sees the whole exhibition takes a minute.
    few = {"painters": list(PAINTERS)[::4], "subjects": ["bird", "boat", "cat", "dog"]}
    monkeypatch.setattr("csdlib.recipes.shipped.autoencoder.atelier", partial(atelier, 8, **few))
    train_autoencoder(tmp_path, AutoencoderConfig(steps=1, batch_size=2), works_per_painter=1)
    found = judge_autoencoder(tmp_path)["reconstruction"]
    withheld = len(set(WITHHELD) & set(few["painters"]))
    assert [found[group]["painter_lost"]["n"] for group in ("seen", "withheld")] == [12 - withheld, withheld]
    for lost in (group["painter_lost"] for group in found.values()):
        assert lost["value"] > 0, "of a picture that one step has learned to paint no hand is left"
    assert "| withheld |" in (tmp_path / "vae" / "README.md").read_text()
