"""The atelier: same pixels everywhere, style and content independent, nothing broken by a kill, clear errors."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.datasets.atelier import PAINTERS, SUBJECTS, atelier, render, sample_scene
from csdlib.datasets.atelier.mediums import MEDIUMS
from csdlib.datasets.atelier.palettes import FAMILIES
from csdlib.datasets.atelier.scenes import SHADOW, SLOTS
from csdlib.datasets.atelier.works import planned
from csdlib.errors import InputError

PAIR = ["ilva-torrend", "xanthe-morrow"]
ELSEWHERE = """
import cv2, hashlib
from csdlib.datasets.atelier import PAINTERS, render
cv2.setNumThreads(1)
for slug in reversed(list(PAINTERS)):
    print(slug, hashlib.sha256(render(slug, "cat", 5, 64).tobytes()).hexdigest())
"""


def pixel_hash(slug: str) -> str:
    return hashlib.sha256(render(slug, "cat", 5, 64).tobytes()).hexdigest()


def test_every_painter_paints_every_subject():
    for slug in PAINTERS:
        for subject in SUBJECTS:
            picture = render(slug, subject, 1, 32)
            assert picture.shape == (32, 32, 3)
            assert picture.dtype == np.uint8
            assert picture.std() > 8, (slug, subject)


def test_same_pixels_in_another_process_and_order():
    run = subprocess.run([sys.executable, "-c", ELSEWHERE], capture_output=True, text=True, check=True)
    elsewhere = dict(line.split() for line in run.stdout.splitlines())
    assert elsewhere == {slug: pixel_hash(slug) for slug in PAINTERS}


@pytest.mark.parametrize("slug", list(PAINTERS))
def test_same_look_at_every_size(slug):
    small = render(slug, "house", 2, 64).astype(float)
    large = render(slug, "house", 2, 512)
    reduced = cv2.resize(large, (64, 64), interpolation=cv2.INTER_AREA).astype(float)
    other = render(slug, "house", 3, 64).astype(float)
    assert np.abs(small - reduced).mean() < 0.6 * np.abs(small - other).mean()
    middle = cv2.resize(render(slug, "house", 2, 192), (64, 64), interpolation=cv2.INTER_AREA).astype(float)
    assert np.abs(small - middle).mean() < 3


def test_scenes_do_not_depend_on_who_paints_and_vary_with_the_seed():
    first, again, other = sample_scene("boat", 4), sample_scene("boat", 4), sample_scene("boat", 5)
    assert first.at == again.at
    assert all((a.outline == b.outline).all() for a, b in zip(first.figure, again.figure, strict=True))
    assert first.at != other.at


def test_layers_are_well_formed():
    for subject in SUBJECTS:
        for seed in range(12):
            scene = sample_scene(subject, seed)
            for layer in (*scene.surroundings, *scene.figure, *scene.front):
                assert layer.outline.ndim == 2
                assert len(layer.outline) >= 3
                assert np.isfinite(layer.outline).all()
                assert layer.slot in (*SLOTS, SHADOW)


def test_catalogue_has_siblings_that_share_palettes_but_no_habits():
    movements = pd.Series([painter.movement for painter in PAINTERS.values()]).value_counts()
    assert set(movements.index) == set(FAMILIES)
    assert (movements == 4).all()
    assert {painter.medium for painter in PAINTERS.values()} <= set(MEDIUMS)
    assert len({(painter.medium, painter.brush, painter.line) for painter in PAINTERS.values()}) == len(PAINTERS)


def test_siblings_overlap_in_colour_more_than_strangers():
    marks = {slug: np.mean([histogram(slug, seed) for seed in range(6)], axis=0) for slug in PAINTERS}
    inside, across = [], []
    for a in PAINTERS:
        for b in PAINTERS:
            if a < b:
                same = PAINTERS[a].movement == PAINTERS[b].movement
                (inside if same else across).append(float(np.minimum(marks[a], marks[b]).sum()))
    assert np.mean(inside) > np.mean(across) + 0.05


def histogram(slug: str, seed: int) -> np.ndarray:
    levels = render(slug, "tree", seed, 32) // 64
    codes = levels[..., 0] * 16 + levels[..., 1] * 4 + levels[..., 2]
    return np.bincount(codes.ravel(), minlength=64) / codes.size


def test_style_and_content_are_independent_in_every_split():
    works = planned(list(PAINTERS), list(SUBJECTS), 96, size=64, seed=0)
    frame = pd.DataFrame([vars(work) for work in works])
    for _, split in frame.groupby("split"):
        assert pd.crosstab(split["painter"], split["subject"]).to_numpy().std() == 0
    assert frame["split"].value_counts(normalize=True).to_dict() == {"train": 0.5, "query": 0.25, "database": 0.25}


@pytest.mark.parametrize("count", [7, 96, 1000])
def test_no_scene_stands_in_two_splits(count):
    works = planned(list(PAINTERS), list(SUBJECTS), count, size=64, seed=3)
    scenes = {split: {work.scene for work in works if work.split == split} for split in ("train", "query", "database")}
    assert not scenes["query"] & scenes["database"]
    assert not scenes["train"] & (scenes["query"] | scenes["database"])


def test_table_is_the_same_every_time_and_reuses_pictures(tmp_path):
    first = atelier(8, size=32, cache=tmp_path, painters=PAIR, progress=False)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    again = atelier(8, size=32, cache=tmp_path, painters=PAIR, progress=False)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    row = first.frame.iloc[0]
    assert row["styles"] == [row["artist"], row["movement"], row["medium"]]
    assert row["true_artist"] == row["artist"]
    assert row["true_content"] == row["content"]
    assert PAINTERS[row["artist"]].name in row["caption"]
    np.testing.assert_array_equal(np.asarray(first.open(0)), render(row["artist"], row["content"], row["seed"], 32))


def test_a_kill_leaves_only_whole_pictures(tmp_path):
    code = (
        f"from csdlib.datasets.atelier import atelier; atelier(200, size=64, cache={str(tmp_path)!r}, progress=False)"
    )
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    process = subprocess.Popen([sys.executable, "-c", code], start_new_session=True, env=environment)
    while process.poll() is None and not list(tmp_path.rglob("*/[!.]*.png")):
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    pictures = list(tmp_path.rglob("*/[!.]*.png"))
    assert pictures
    for path in pictures:
        with Image.open(path) as picture:
            picture.load()
    assert len(atelier(4, size=64, cache=tmp_path, painters=PAIR[:1], progress=False)) == 4


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"painters": ["nobody"]}, "unknown painter 'nobody': choose one of aldous-merrin"),
        ({"subjects": ["unicorn"]}, "unknown subject 'unicorn': choose one of boat"),
        ({"size": 16}, "size must be between 32 and 1024, got 16"),
        ({"size": 2000}, "size must be between 32 and 1024, got 2000"),
        ({"works_per_painter": -1}, "works_per_painter must be between 1 and 100000, got -1"),
        ({"seed": -1}, "seed must be between 0"),
        ({"painters": []}, "painters must be a list of different names"),
        ({"subjects": "dog"}, "subjects must be a list of different names"),
    ],
)
def test_wrong_arguments_are_named(options, message, tmp_path):
    with pytest.raises(InputError, match=message):
        atelier(cache=Path(tmp_path), progress=False, **options)


def test_render_names_wrong_arguments():
    with pytest.raises(InputError, match="unknown subject 'unicorn'"):
        render("ilva-torrend", "unicorn", 0)
    with pytest.raises(InputError, match="unknown painter 'x'"):
        render("x", "dog", 0)
