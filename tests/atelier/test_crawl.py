"""The crawl: captions with known noise, near-duplicates in known groups, and a truth that curation cannot see."""

import numpy as np
import pytest

from csdlib.atelier import PAINTERS, SUBJECTS, atelier, atelier_crawl
from csdlib.atelier.captions import NOISE, SAID, web_caption
from csdlib.atelier.copies import COPIES
from csdlib.atelier.mediums import MEDIUMS
from csdlib.errors import InputError
from csdlib.tables import ImageTable

NOOR, OTHERS = PAINTERS["noor-felding"], list(PAINTERS.values())
FEW = ["noor-felding", "maelis-quenby", "xanthe-morrow"]


@pytest.fixture(scope="module")
def captions():
    random = np.random.default_rng(0)
    return [web_caption(NOOR, "dog", OTHERS, random) for _ in range(4000)]


@pytest.fixture(scope="module")
def crawl(tmp_path_factory):
    return atelier_crawl(60, size=32, cache=tmp_path_factory.mktemp("crawl"), painters=FEW, progress=False)


def test_noise_has_its_known_rates(captions):
    for noise, rate in NOISE.items():
        found = np.mean([caption.noise == noise for caption in captions])
        assert abs(found - rate) < 4 * np.sqrt(rate * (1 - rate) / len(captions))


def test_captions_name_whom_the_truth_says(captions):
    for caption in captions:
        text = caption.text.lower()
        names = {slug for slug, painter in PAINTERS.items() if painter.name.lower() in text}
        people = {tag for tag in caption.named if tag in PAINTERS}
        assert names == (set() if caption.noise == "misspelled" else people), caption
        assert (NOOR.slug in people) == (caption.noise in ("clean", "misspelled", "several")), caption
        assert len(people) == {"missing": 0, "several": 2}.get(caption.noise, 1), caption
        assert (NOOR.movement in caption.named) == (NOOR.movement.lower() in text)
        assert (NOOR.medium in caption.named) == any(phrase in text for phrase in SAID[NOOR.medium]), caption


def test_misspelled_names_are_one_slip_away(captions):
    wrong = {caption.text.lower() for caption in captions if caption.noise == "misspelled"}
    assert len(wrong) > 50
    assert not any("noor felding" in text for text in wrong)


def test_every_medium_has_its_phrases():
    assert set(SAID) == set(MEDIUMS)


@pytest.mark.slow
def test_labels_are_empty_and_truth_is_whole(crawl):
    frame = crawl.frame
    assert (frame["artist"] == "").all()
    assert not any(frame["styles"])
    assert frame["content"].isna().all()
    assert set(frame["true_artist"]) == set(FEW)
    for _, row in frame.iterrows():
        painter = PAINTERS[row["true_artist"]]
        assert (row["true_movement"], row["true_medium"]) == (painter.movement, painter.medium)
        assert row["true_content"] in (painter.repertoire or SUBJECTS)
        assert row["true_artist"] not in row["image_id"]


@pytest.mark.slow
def test_a_tenth_of_the_works_has_near_duplicates_in_known_groups(crawl):
    frame = crawl.frame
    originals = frame[frame["true_copy"] == ""]
    assert len(originals) == 60 * len(FEW)
    assert (originals["true_group"] == originals["image_id"]).all()
    sizes = frame.groupby("true_group").size()
    assert 0.03 < (sizes > 1).mean() < 0.2
    assert sizes.max() <= 4
    assert set(frame["true_copy"]) <= {"", *COPIES}


@pytest.mark.slow
def test_copies_look_like_their_original_more_than_other_works_by_the_same_hand(crawl):
    pixels = np.stack([np.asarray(crawl.open(row).resize((8, 8)), float).ravel() for row in range(len(crawl))])
    frame, gaps = crawl.frame, []
    for row in np.flatnonzero((frame["true_copy"] != "") & (frame["true_copy"] != "flip")):
        original = np.flatnonzero(frame["image_id"] == frame["true_group"][row])[0]
        others = np.flatnonzero(frame["true_group"] != frame["true_group"][row])
        strangers = np.median([np.corrcoef(pixels[row], pixels[other])[0, 1] for other in others[::9]])
        gaps.append(np.corrcoef(pixels[row], pixels[original])[0, 1] - strangers)
    assert np.mean(gaps) > 0.4


@pytest.mark.parametrize("kind", list(COPIES))
def test_copies_change_pixels_and_keep_the_shape(kind):
    picture = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    copy = COPIES[kind](picture, np.random.default_rng(2))
    assert copy.shape == picture.shape
    assert copy.dtype == np.uint8
    assert (copy != picture).any()


@pytest.mark.slow
def test_no_work_hangs_in_the_exhibition_too(crawl, tmp_path):
    hung = atelier(28, size=32, cache=tmp_path, painters=FEW[:1], progress=False)
    assert not set(hung.frame["path"]) & set(crawl.frame["path"])


@pytest.mark.slow
def test_the_same_crawl_every_time(crawl):
    again = atelier_crawl(60, size=32, cache=crawl.root, painters=FEW, progress=False)
    assert again.frame.astype(str).equals(crawl.frame.astype(str))
    other = atelier_crawl(2, size=32, seed=1, cache=crawl.root, painters=FEW, progress=False)
    assert not set(other.frame["image_id"]) & set(crawl.frame["image_id"])


@pytest.mark.slow
def test_a_saved_crawl_comes_back_with_its_lists(crawl, tmp_path):
    crawl.save(tmp_path)
    again = ImageTable.load(tmp_path)
    assert again.frame["true_named"].tolist() == crawl.frame["true_named"].tolist()
    assert isinstance(again.frame["true_named"].iloc[0], list)


def test_wrong_arguments_are_named(tmp_path):
    with pytest.raises(InputError, match="works_per_painter must be between 1 and 100000, got 0"):
        atelier_crawl(0, cache=tmp_path)
    with pytest.raises(InputError, match="unknown painter 'nobody'"):
        atelier_crawl(1, painters=["nobody"], cache=tmp_path)
