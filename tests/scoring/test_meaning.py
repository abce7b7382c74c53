"""What the verbs say of a score's meaning: likelihood ratios, hubs, styles that do not stand apart."""

import colorsys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from csdlib.embeddings.arrays import Embeddings
from csdlib.scoring import attribute, examine, score
from csdlib.scoring.fitness import fitness

QUIET = {"descriptor": "colour", "progress": False}


def tinted(hand: int, seed: int) -> Image.Image:
    """A picture in two tones of the hand's own hue."""
    random = np.random.default_rng(seed)
    hue = np.array(colorsys.hsv_to_rgb(hand / 13, 0.8, 0.9)) * 255
    light = random.random((48, 48, 1)) > 0.4
    tones = np.where(light, hue, hue / 2) + random.normal(0, 14, (48, 48, 3))
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures by thirteen hands: large enough for likelihood ratios."""
    folder = tmp_path_factory.mktemp("corpus")
    for hand in range(13):
        (folder / f"hand-{hand:02d}").mkdir()
        for number in range(5):
            tinted(hand, 100 * hand + number).save(folder / f"hand-{hand:02d}" / f"{number}.png")
    return folder


def test_a_score_says_how_likely_it_is_where_the_references_are_by_one(corpus: Path) -> None:
    own = score(corpus / "hand-03" / "0.png", corpus / "hand-03", corpus=corpus, **QUIET)
    other = score(corpus / "hand-03" / "0.png", corpus / "hand-08", corpus=corpus, **QUIET)
    assert own.frame["likelihood_ratio"][0] > 1 > other.frame["likelihood_ratio"][0]
    assert "isotonic calibration of cosine" in own.how["corpus"]["likelihood ratio"]
    # Of several artists at once the question has no answer.
    several = score(corpus / "hand-03", corpus, corpus=corpus, **QUIET)
    assert several.frame["mean"].notna().all()
    assert several.frame["likelihood_ratio"].isna().all()
    # Of each group its own references: there it has.
    grouped = score(corpus, corpus, pairing="group", corpus=corpus, **QUIET)
    assert grouped.frame["likelihood_ratio"].notna().all()
    # So clear a corpus leaves all of them at the ceiling, where no artist makes a difference: there is no interval.
    assert grouped.frame[["likelihood_ratio_low", "likelihood_ratio_high"]].isna().all(axis=None)


def test_a_small_corpus_gives_no_ratio_and_says_why(corpus: Path, tmp_path: Path) -> None:
    for hand in ("hand-00", "hand-01", "hand-02"):
        (tmp_path / hand).symlink_to(corpus / hand)
    found = score(corpus / "hand-03", corpus / "hand-04", corpus=tmp_path, k=3, **QUIET)
    assert found.frame["likelihood_ratio"].isna().all()
    assert found.frame["above_different"].notna().all()
    assert found.how["corpus"]["likelihood ratio"].startswith("none: ")


def test_candidates_have_ratios_of_their_own(corpus: Path, tmp_path: Path) -> None:
    tinted(5, 77).save(tmp_path / "asked.png")
    found = attribute(tmp_path / "asked.png", corpus, k=13, wrong=0.2, corpus=corpus, **QUIET).frame
    assert found["likelihood_ratio"].notna().all()
    by_artist = found.set_index("artist")
    assert by_artist.loc["hand-05", "likelihood_ratio"] == found["likelihood_ratio"].max()
    plain = attribute(tmp_path / "asked.png", corpus, corpus=None, **QUIET)
    assert "likelihood_ratio" not in plain.frame
    assert plain.how["likelihood ratio"] == "none: no corpus"


def test_a_picture_among_the_references_is_no_evidence_for_its_own_artist(corpus: Path, tmp_path: Path) -> None:
    for hand in ("hand-04", "hand-05"):
        (tmp_path / hand).symlink_to(corpus / hand)
    (tmp_path / "hand-03").mkdir()
    (tmp_path / "hand-03" / "0.png").symlink_to(corpus / "hand-03" / "0.png")
    found = attribute(corpus / "hand-03" / "0.png", tmp_path, wrong=0.2, corpus=corpus, **QUIET).frame
    found = found.set_index("artist")["likelihood_ratio"]
    # With its only work by hand-03 taken out there is nothing to compare it with.
    assert np.isnan(found["hand-03"])
    assert found[["hand-04", "hand-05"]].notna().all()
    notes = attribute(corpus / "hand-07" / "0.png", tmp_path, wrong=0.2, corpus=corpus, **QUIET).how["notes"]
    assert any(note.startswith("1 of 3 artists have one work") for note in notes)


def test_the_doctor_tells_hubs_and_styles_that_do_not_stand_apart(corpus: Path, tmp_path: Path) -> None:
    styles = examine(corpus, **QUIET).how["styles"]
    assert styles["groups compared, pictures of each"] == [13, 5]
    assert styles["negative gaps"].startswith("0.000")
    (tmp_path / "a").mkdir()
    for number in range(3):
        tinted(0, number).save(tmp_path / "a" / f"{number}.png")
    few = examine(tmp_path, **QUIET).how["styles"]
    assert [reason.partition(":")[0] for reason in few["missing"]] == ["hubs", "negative gaps"]


def test_a_hub_and_a_style_without_a_place_are_named() -> None:
    """Fifty directions, a picture in their middle, and one style that is thrown among all others."""
    random = np.random.default_rng(0)
    places = np.linalg.qr(random.normal(size=(60, 60)))[0][:5]
    vectors = np.repeat(places, 10, axis=0) + 0.05 * random.normal(size=(50, 60))
    lost = np.tile(places, (2, 1)) + 0.05 * random.normal(size=(10, 60))
    everything = np.vstack([vectors, lost, places.sum(axis=0)])
    everything /= np.linalg.norm(everything, axis=1, keepdims=True)
    ids = np.array([*map(str, range(60)), "hub"])
    groups = np.array([*np.repeat(["a", "b", "c", "d", "e"], 10), *["lost"] * 10, ""])
    found = fitness(Embeddings(everything, ids, "x", "cosine"), groups)
    assert found.design == (6, 10)
    assert found.gaps["cosine"].value == pytest.approx(1 / 6)
    assert any("more like another group" in sentence for sentence in found.advice())
    assert sorted(found.facts()) == sorted(
        [
            "neighbours",
            "skewness",
            "orphans",
            "biggest hub",
            "has it among its nearest",
            "negative gaps",
            "negative gaps by csls",
            "groups compared, pictures of each",
        ]
    )


def test_a_threshold_that_does_not_hold_for_others_says_so(tmp_path: Path) -> None:
    # Two pairs of siblings: whichever is held out, the others have only half of the reason for a high threshold.
    for number, hue in enumerate((0, 0, 6, 6)):
        (tmp_path / f"hand-{number}").mkdir()
        for seed in range(6):
            tinted(hue, 10 * number + seed).save(tmp_path / f"hand-{number}" / f"{seed}.png")
    found = attribute(tmp_path / "hand-0" / "0.png", tmp_path, wrong=0.01, corpus=None, **QUIET)
    assert found.estimate("given to somebody").value > 0.02
    assert "instead of 1 %: it does not hold" in " ".join(found.how["notes"])
    assert attribute(tmp_path / "hand-0" / "0.png", tmp_path, wrong=0.5, corpus=None, **QUIET).how["notes"] == []
