"""The atelier: same pixels everywhere, style and content independent, nothing broken by a kill, clear errors."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from csdlib.atelier import CROSSED, PAINTERS, SUBJECTS, UNSEEN, WITHHELD, atelier, render, sample_scene
from csdlib.atelier.mediums import MEDIUMS
from csdlib.atelier.painters import Brush
from csdlib.atelier.palettes import FAMILIES
from csdlib.atelier.scenes import SHADOW, SLOTS
from csdlib.atelier.works import planned
from csdlib.errors import InputError

PAIR = ["ilva-torrend", "xanthe-morrow"]
ELSEWHERE = """
import cv2, hashlib
from csdlib.atelier import PAINTERS, render
cv2.setNumThreads(1)
for slug in reversed(list(PAINTERS)):
    print(slug, hashlib.sha256(render(slug, "cat", 5, 64).tobytes()).hexdigest())
"""


def pixel_hash(slug: str) -> str:
    return hashlib.sha256(render(slug, "cat", 5, 64).tobytes()).hexdigest()


@pytest.mark.slow
def test_every_painter_paints_and_every_subject_is_painted():
    for row, slug in enumerate(PAINTERS):
        for subject in list(SUBJECTS)[row % 3 :: 3]:
            picture = render(slug, subject, 1, 32)
            assert picture.shape == (32, 32, 3)
            assert picture.dtype == np.uint8
            assert picture.std() > 8, (slug, subject)


@pytest.mark.slow
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
    assert (movements == 6).all()
    assert len(PAINTERS) == 48
    assert len({(painter.medium, painter.brush, painter.line) for painter in PAINTERS.values()}) == len(PAINTERS)


def test_neither_movement_nor_medium_names_the_painter():
    frame = pd.DataFrame({"movement": p.movement, "medium": p.medium} for p in PAINTERS.values())
    assert (frame.groupby("movement")["medium"].nunique() >= 4).all()
    assert (frame.groupby("medium")["movement"].nunique() >= 2).all()
    assert set(frame["medium"]) == set(MEDIUMS)


def test_repertoires_run_from_narrow_to_wide():
    widths = [len(painter.repertoire or SUBJECTS) for painter in PAINTERS.values()]
    assert all(set(painter.repertoire) <= set(SUBJECTS) for painter in PAINTERS.values())
    assert sum(width <= 2 for width in widths) >= 8
    assert sum(3 <= width <= 7 for width in widths) >= 16
    assert sum(width >= 12 for width in widths) >= 12


def test_sets_are_crossed_with_each_other_with_movement_and_with_repertoire():
    assert len(set(UNSEEN)) == len(set(WITHHELD)) == 16
    assert {*UNSEEN, *WITHHELD} <= set(PAINTERS)
    assert len({*UNSEEN} & {*WITHHELD}) == 5  # 16 * 16 / 48
    # What the judge of reading knows is crossed with what was withheld, and among the withheld with what was read.
    assert len({*CROSSED} & {*WITHHELD}) == 8 == len({*CROSSED} - {*WITHHELD})
    assert len({*CROSSED} & {*WITHHELD} & {*UNSEEN}) == 3
    for chosen in (UNSEEN, WITHHELD, CROSSED):
        assert (pd.Series([PAINTERS[slug].movement for slug in chosen]).value_counts() == 2).all()
        wide = np.mean([not PAINTERS[slug].repertoire for slug in chosen])
        assert abs(wide - np.mean([not painter.repertoire for painter in PAINTERS.values()])) < 0.1
        mediums = pd.Series([PAINTERS[slug].medium for slug in chosen]).value_counts()
        assert mediums.max() <= 2


def test_colours_of_another_painter_leave_the_strokes_where_they_are():
    own = render("aldous-merrin", "house", 2, 64).astype(float).mean(axis=2)
    lent = render("aldous-merrin", "house", 2, 64, palette_of="maelis-quenby").astype(float)
    assert np.abs(own - lent.mean(axis=2)).mean() > 4
    assert np.corrcoef(own.ravel(), lent.mean(axis=2).ravel())[0, 1] > 0.8


@pytest.mark.slow
def test_a_record_of_a_readers_own_paints_and_is_exhibited(tmp_path):
    mine = replace(PAINTERS["ilva-torrend"], name="Me Myself", brush=Brush(length=0.2, width=0.05))
    assert (render(mine, "dog", 1, 64) != render("ilva-torrend", "dog", 1, 64)).any()
    table = atelier(8, size=32, cache=tmp_path, painters=[mine, "noor-felding"], progress=False)
    assert set(table.frame["artist"]) == {"me-myself", "noor-felding"}
    thicker = replace(mine, brush=Brush(length=0.2, width=0.06))
    again = atelier(8, size=32, cache=tmp_path, painters=[thicker, "noor-felding"], progress=False)
    changed = table.frame["path"] != again.frame["path"]
    assert (changed == (table.frame["artist"] == "me-myself")).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"movement": "Nowhere"}, "unknown movement 'Nowhere': choose one of "),
        ({"medium": "butter"}, "unknown medium of Ilva Torrend 'butter': choose one of "),
        ({"repertoire": ("unicorn",)}, "unknown subject 'unicorn'"),
    ],
)
def test_a_record_that_cannot_paint_is_named(change, message):
    with pytest.raises(InputError, match=message):
        render(replace(PAINTERS["ilva-torrend"], **change), "dog", 0, 32)


@pytest.mark.parametrize(("field", "value"), [("length", 0.0), ("width", -1.0), ("coverage", 0.0), ("opacity", 2.0)])
def test_a_brush_that_leaves_no_mark_is_refused(field, value):
    with pytest.raises(InputError, match=f"{field} must be between"):
        Brush(**{field: value})


@pytest.mark.slow
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
    works = planned(list(PAINTERS.values()), list(SUBJECTS), 56, size=64, seed=0)
    frame = pd.DataFrame([vars(work) | {"painter": work.painter.slug} for work in works])
    for _, split in frame.groupby("split"):
        assert pd.crosstab(split["painter"], split["subject"]).to_numpy().std() == 0
    subjects = frame.groupby("split")["subject"].agg(set)
    assert not subjects["query"] & subjects["database"]
    assert subjects["query"] | subjects["database"] == subjects["train"] == set(SUBJECTS)
    assert frame["split"].value_counts(normalize=True).to_dict() == {"train": 0.5, "query": 0.25, "database": 0.25}


@pytest.mark.parametrize("count", [7, 96, 1000])
def test_no_scene_stands_in_two_splits(count):
    works = planned(list(PAINTERS.values()), list(SUBJECTS), count, size=64, seed=3)
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


def test_the_sizes_of_the_book_are_painted_together(tmp_path):
    atelier(2, size=128, cache=tmp_path, painters=PAIR, progress=False)
    stamps = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    small = atelier(2, size=96, cache=tmp_path, painters=PAIR, progress=False)
    assert stamps == {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.png")}
    row = small.frame.iloc[0]
    np.testing.assert_array_equal(np.asarray(small.open(0)), render(row["artist"], row["content"], row["seed"], 96))


@pytest.mark.slow
def test_a_kill_leaves_only_whole_pictures(tmp_path):
    code = f"from csdlib.atelier import atelier; atelier(200, size=64, cache={str(tmp_path)!r}, progress=False)"
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
        ({"subjects": ["unicorn"]}, "unknown subject 'unicorn': choose one of bird"),
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


def test_two_records_of_one_name_are_refused(tmp_path):
    mine = PAINTERS["ilva-torrend"].with_habit("brush.length", 0.2)
    with pytest.raises(InputError, match="two painters are called 'ilva-torrend'"):
        atelier(1, cache=tmp_path, painters=["ilva-torrend", mine], progress=False)


def test_render_names_wrong_arguments():
    with pytest.raises(InputError, match="unknown subject 'unicorn'"):
        render("ilva-torrend", "unicorn", 0)
    with pytest.raises(InputError, match="unknown painter 'x'"):
        render("x", "dog", 0)
