"""The atelier's domains: same pixels everywhere, domain and content independent, each domain what its name says."""

import hashlib
import subprocess
import sys

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.atelier import DOMAINS, PAINTERS, SUBJECTS, atelier_domains, sample_scene
from csdlib.atelier.domains.charts import Sheet
from csdlib.atelier.domains.collection import planned_domains
from csdlib.atelier.domains.figures import cut_out, extent, fitted
from csdlib.atelier.domains.infograph import LAYOUTS
from csdlib.atelier.domains.pictures import Picture
from csdlib.errors import InputError

ELSEWHERE = """
import cv2, hashlib
from csdlib.atelier import DOMAINS
from csdlib.atelier.domains.pictures import Picture
cv2.setNumThreads(1)
for domain in reversed(list(DOMAINS)):
    print(domain, hashlib.sha256(Picture(domain, "cat", 5, 64, "query").draw().tobytes()).hexdigest())
"""


def draw(domain: str, subject: str, scene: int = 1, size: int = 32) -> np.ndarray:
    return Picture(domain, subject, scene, size, "query").draw()


@pytest.fixture(scope="module")
def gallery() -> dict[str, np.ndarray]:
    """Every subject in every domain: (subjects, 64, 64, 3) each."""
    return {domain: np.stack([draw(domain, subject, 3, 64) for subject in SUBJECTS]) for domain in DOMAINS}


def test_every_domain_draws_every_subject():
    for domain in DOMAINS:
        for subject in SUBJECTS:
            picture = draw(domain, subject)
            assert picture.shape == (32, 32, 3)
            assert picture.dtype == np.uint8
            assert picture.std() > 5, (domain, subject)


def test_same_pixels_in_another_process_and_order():
    run = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True)
    elsewhere = dict(line.split() for line in run.stdout.splitlines())
    here = {domain: hashlib.sha256(draw(domain, "cat", 5, 64).tobytes()).hexdigest() for domain in DOMAINS}
    assert elsewhere == here


@pytest.mark.parametrize("domain", [domain for domain in DOMAINS if domain != "painting"])
def test_same_picture_at_every_size_of_the_same_canvas(domain):
    small, large = draw(domain, "house", 2, 64).astype(float), draw(domain, "house", 2, 128)
    reduced = cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA)
    assert np.abs(small - reduced).mean() < 2


def colourfulness(pictures: np.ndarray) -> np.ndarray:
    """The mean spread between the channels of each picture."""
    return np.ptp(pictures.astype(float), axis=3).mean(axis=(1, 2))


def share_of_commonest(picture: np.ndarray) -> float:
    codes = picture.reshape(-1, 3).astype(int) @ (1, 256, 65536)
    return float(np.unique(codes, return_counts=True)[1].max() / codes.size)


def test_sketches_and_doodles_have_no_colour_and_all_others_do(gallery):
    assert colourfulness(gallery["sketch"]).max() < 16
    assert colourfulness(gallery["quickdraw"]).max() == 0
    for domain in ("real", "painting", "clipart", "infograph"):
        # White paper has no colour: what counts is the strongest one in a picture.
        strongest = np.quantile(np.ptp(gallery[domain].astype(float), axis=3), 0.97, axis=(1, 2))
        assert np.median(strongest) > 60, domain


def test_a_doodle_is_thin_black_lines_on_white(gallery):
    for picture in gallery["quickdraw"]:
        assert (picture == 255).all(axis=2).mean() > 0.55
        assert 0.01 < (picture < 96).all(axis=2).mean() < 0.35


def test_clip_art_has_a_clean_ground_and_a_photograph_has_none(gallery):
    clean = np.array([share_of_commonest(picture) for picture in gallery["clipart"]])
    assert np.median(clean) > 0.3
    assert np.median([share_of_commonest(picture) for picture in gallery["real"]]) < 0.1
    corners = gallery["clipart"][:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert ((corners == 255).all(axis=(1, 2))).mean() > 0.4


def test_a_sketch_is_dark_lines_on_light_paper(gallery):
    light, dark = (np.quantile(gallery["sketch"], share, axis=(1, 2, 3)) for share in (0.9, 0.01))
    assert (light > 175).mean() > 0.8
    assert (dark < 150).mean() > 0.8


def test_an_information_graphic_has_straight_edges_across_it(gallery):
    def ruled(pictures: np.ndarray) -> float:
        """How often a whole row of pixels differs from the row above alike: title bars, panels."""
        rows = np.abs(np.diff(pictures.astype(float), axis=1)).mean(axis=3)
        return float((np.quantile(rows, 0.2, axis=2).max(axis=1) > 20).mean())

    assert ruled(gallery["infograph"]) > 0.7
    assert ruled(gallery["infograph"]) > ruled(gallery["real"]) + 0.3
    assert len(LAYOUTS) >= 4


def test_photographs_shade_softly_and_have_grain(gallery):
    """Flat areas of one exact colour fill drawings; in a photograph hardly two neighbours are alike."""
    alike = {
        domain: (np.diff(pictures.astype(int), axis=2) == 0).all(axis=3).mean() for domain, pictures in gallery.items()
    }
    assert alike["real"] < 0.08
    assert min(alike["clipart"], alike["infograph"]) > 0.35
    steps = np.abs(np.diff(gallery["real"].astype(float), axis=2)).mean(axis=3)
    assert np.median(steps) < 9


@pytest.mark.parametrize("domain", list(DOMAINS))
def test_pictures_of_a_domain_differ(domain):
    a, b, c = (draw(domain, "dog", scene).astype(float) for scene in (1, 2, 3))
    assert min(np.abs(a - b).mean(), np.abs(b - c).mean(), np.abs(a - c).mean()) > 6


def test_the_object_decides_more_than_the_hand():
    """The same scene drawn by another generator is still nearer to itself than to another scene: doodles overlap."""
    scene, other = sample_scene("house", 1), sample_scene("mountain", 2)
    first, again, strange = (
        cv2.GaussianBlur(DOMAINS["quickdraw"](s, np.random.default_rng(k), 64).astype(np.float32), (0, 0), 2)
        for s, k in ((scene, 0), (scene, 1), (other, 0))
    )
    assert np.abs(first - again).mean() < np.abs(first - strange).mean()


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_layout_shows_the_object(layout):
    rng, white = np.random.default_rng(0), np.ones(3)
    colours = np.tile([1.0, 0.0, 0.0], (10, 1))
    canvas = np.full((256, 256, 3), 255, np.uint8)
    sheet = Sheet(canvas, np.zeros(3), np.full((3, 3), 0.5), np.zeros(3), white, colours, rng)
    LAYOUTS[layout](sheet, cut_out(sample_scene("house", 1)), (0.03, 0.15, 0.97, 0.93), rng)
    # Nothing but the object is red.
    assert (canvas[..., 0].astype(int) - canvas[..., 1] > 40).mean() > 0.04


@pytest.mark.parametrize("subject", list(SUBJECTS))
def test_figures_fit_their_box(subject):
    for seed in range(6):
        left, top, right, bottom = extent(fitted(cut_out(sample_scene(subject, seed)), (0.2, 0.3, 0.7, 0.9)))
        assert min(left - 0.2, top - 0.3, 0.7 - right, 0.9 - bottom) > -1e-9
        assert max((right - left) / 0.5, (bottom - top) / 0.6) == pytest.approx(1)


def test_domain_and_content_are_independent():
    pictures = planned_domains(list(DOMAINS), list(SUBJECTS), 5, size=64, seed=1)
    frame = pd.DataFrame([vars(picture) for picture in pictures])
    assert (pd.crosstab(frame["domain"], frame["subject"]) == 5).all(axis=None)
    assert not set(frame.loc[frame["split"] == "query", "subject"]) & set(
        frame.loc[frame["split"] == "database", "subject"]
    )
    assert frame["scene"].is_unique
    assert list(dict.fromkeys(frame["subject"])) == list(SUBJECTS)


def test_table_is_the_same_every_time_and_reuses_pictures(tmp_path):
    made = {"size": 32, "cache": tmp_path, "subjects": ["dog", "cat"], "progress": False}
    first = atelier_domains(1, **made)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    again = atelier_domains(1, **made)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    assert set(first.frame["domain"]) == set(DOMAINS) - {"quickdraw"}
    assert dict(zip(first.frame["content"], first.frame["split"], strict=True)) == {"dog": "database", "cat": "query"}
    row = first.frame.iloc[0]
    assert row["styles"] == [row["domain"]]
    assert row["true_domain"] == row["domain"]
    assert row["true_content"] == row["content"]
    assert row["content"] in row["caption"]
    np.testing.assert_array_equal(np.asarray(Image.open(first.path(0))), draw(row["domain"], "dog", row["seed"]))


def test_only_paintings_have_a_painter_and_none_has_a_visible_one(tmp_path):
    frame = atelier_domains(
        2, size=32, cache=tmp_path, domains=["painting", "quickdraw"], subjects=["dog"], progress=False
    ).frame
    assert (frame["artist"] == "").all()
    painted = frame["domain"] == "painting"
    assert set(frame.loc[painted, "true_artist"]) <= set(PAINTERS)
    assert (frame.loc[~painted, "true_artist"] == "").all()
    assert (frame["domain"] == "quickdraw").sum() == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"domains": ["fresco"]}, "unknown domain 'fresco': choose one of clipart"),
        ({"subjects": ["unicorn"]}, "unknown subject 'unicorn': choose one of"),
        ({"size": 16}, "size must be between 32 and 1024, got 16"),
        ({"works_per_class": 0}, "works_per_class must be between 1 and 10000, got 0"),
        ({"seed": -1}, "seed must be between 0"),
        ({"domains": []}, "domains must be a list of different names"),
        ({"subjects": "dog"}, "subjects must be a list of different names"),
    ],
)
def test_wrong_arguments_are_named(options, message, tmp_path):
    with pytest.raises(InputError, match=message):
        atelier_domains(cache=tmp_path, progress=False, **options)
