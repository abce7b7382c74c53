"""The score: equal to brute force, whatever the sides are and however they are paired."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

import csdlib
from csdlib.datasets.pictures import pictures
from csdlib.descriptors.protocol import encode_images
from csdlib.descriptors.registry import load
from csdlib.embeddings import Embeddings
from csdlib.errors import InputError
from csdlib.images import open_image
from csdlib.scoring import Scores, attribute, compare_preprocessing, evaluate, examine, score
from csdlib.similarity import Corpus, StyleSimilarity
from tests.conftest import stripes

QUIET = {"descriptor": "colour", "progress": False}


def by_hand(folder: Path) -> dict[str, np.ndarray]:
    """Each picture's descriptor, one by one."""
    paths = sorted(folder.rglob("*.png"))
    return {
        path.relative_to(folder).as_posix(): encode_images(load("colour"), [open_image(path)])[0].numpy().astype(float)
        for path in paths
    }


def test_every_row_is_brute_force(made: Path, known: Path) -> None:
    ours, theirs = by_hand(made), by_hand(known)
    whole = score(made, known, **QUIET).frame
    grouped = score(made, known, pairing="group", **QUIET).frame
    assert whole["generated"].tolist() == list(ours)
    for row, (name, vector) in enumerate(ours.items()):
        for frame, names in (
            (whole, list(theirs)),
            (grouped, [each for each in theirs if each.split("/")[0] == name.split("/")[0]]),
        ):
            cosines = np.array([vector @ theirs[each] for each in names])
            centre = np.mean([theirs[each] for each in names], axis=0)
            found = frame.iloc[row]
            assert found["n"] == len(names)
            assert found["mean"] == pytest.approx(cosines.mean(), abs=1e-6)
            assert found["max"] == pytest.approx(cosines.max(), abs=1e-6)
            assert found["nearest"] == names[cosines.argmax()]
            assert found["prototype"] == pytest.approx(vector @ centre / np.linalg.norm(centre), abs=1e-6)
            assert found["note"] == ""


def test_score_and_metric_agree(made: Path, known: Path) -> None:
    metric = StyleSimilarity("colour")
    for side, folder in (("generated", made), ("references", known)):
        for style in range(3):
            metric.update(**{side: sorted(folder.glob(f"style-{style}/*"))})
    computed, found = metric.compute(), score(made, known, **QUIET)
    for name, value in computed.items():
        assert value.item() == pytest.approx(found.estimate(name).value, abs=1e-6)
    assert float(found) == found.estimate("mean").value
    metric.reset()
    with pytest.raises(InputError, match="both sides"):
        metric.compute()


def test_pictures_on_both_sides_are_no_references_of_themselves(known: Path) -> None:
    found = score(known, known, pairing="group", **QUIET).frame
    vectors = by_hand(known)
    for name, row in found.set_index("generated").iterrows():
        others = [vectors[each] for each in vectors if each.split("/")[0] == name.split("/")[0] and each != name]
        assert row["n"] == 4
        assert row["nearest"] != name
        assert row["mean"] == pytest.approx(np.mean([vectors[name] @ each for each in others]), abs=1e-6)
    # Named pairs mean what they say: a picture against itself is 1.
    np.testing.assert_allclose(score(known, known, pairing="name", **QUIET).frame["mean"], np.ones(15), atol=1e-6)
    alone = score(known / "style-0" / "000.png", [known / "style-0" / "000.png"], **QUIET).frame.iloc[0]
    assert np.isnan(alone["mean"])
    assert "itself" in alone["note"]


def test_intervals_are_over_styles(made: Path, known: Path) -> None:
    found = score(made, known, pairing="group", **QUIET).summary.set_index("measure")
    assert found.loc["mean", "n"] == 3
    assert found.loc["mean", "unit"] == "group"
    flat = score(made / "style-0", known / "style-0", **QUIET).summary.set_index("measure")
    assert flat.loc["mean", "n"] == 4
    assert flat.loc["mean", "unit"] == "picture"


def test_a_corpus_tells_how_much_a_score_is(made: Path, known: Path) -> None:
    found = score(made, known, pairing="group", corpus=known, k=3, **QUIET).frame
    vectors = by_hand(known)
    names = list(vectors)
    stacked = np.array([*vectors.values()])
    pairs = [(a, b) for a in range(15) for b in range(a)]
    cosines = {same: [] for same in (True, False)}
    for a, b in pairs:
        cosines[names[a].split("/")[0] == names[b].split("/")[0]].append(stacked[a] @ stacked[b])

    def crowd(vector: np.ndarray) -> float:
        near = stacked @ vector
        # No picture is its own neighbour.
        return float(np.sort(near[near < 1 - 1e-6])[-3:].mean())

    for name, vector in list(by_hand(made).items())[::5]:
        row = found.set_index("generated").loc[name]
        own = [vectors[each] for each in names if each.split("/")[0] == name.split("/")[0]]
        for column, same in (("above_same", True), ("above_different", False)):
            share = np.mean([np.mean(np.array(cosines[same]) < vector @ each) for each in own])
            assert row[column] == pytest.approx(share, abs=1e-3)
        csls = np.mean([2 * vector @ each - crowd(vector) - crowd(each) for each in own])
        assert row["csls"] == pytest.approx(csls, abs=1e-5)
    assert found["above_different"].mean() > 0.9
    notes = score(made, known, pairing="group", corpus=known, k=3, **QUIET).how["notes"]
    assert any(note.startswith("15 of the pictures stand in the corpus") for note in notes)


def test_the_shipped_corpora_are_by_makers_whom_nobody_has_seen() -> None:
    for descriptor, name in (("csd-art", "paintings"), ("csd-art", "atelier"), ("csd-tiny", "atelier")):
        found = csdlib.scoring.corpus(name, load(descriptor))
        assert isinstance(found, Corpus)
        assert 100 < len(found.embeddings) <= 2000
        assert found.above_same(np.array([1.0])).item() > 0.99
    with pytest.raises(InputError, match="does not ship for colour"):
        csdlib.scoring.corpus("paintings", load("colour"))


def test_sides_are_whatever_holds_pictures(made: Path, known: Path, tmp_path: Path) -> None:
    expected = score(made / "style-1", known / "style-1", **QUIET).frame[["mean", "max", "n"]]
    paths = sorted((made / "style-1").iterdir())
    table = pd.DataFrame({"path": [f"style-1/{path.name}" for path in paths], "group": "one"})
    table.to_csv(made / "list.csv", index=False)
    table.to_parquet(made / "list.parquet")
    embedded = csdlib.embed(csdlib.load_dataset("folder", made / "style-1"), load("colour"), progress=False)
    embedded.save(tmp_path / "saved")
    opened = [Image.open(path) for path in paths]
    sides = [paths, made / "list.csv", made / "list.parquet", str(tmp_path / "saved"), opened, [*map(np.array, opened)]]
    for side in sides:
        found = score(side, known / "style-1", **QUIET).frame
        pd.testing.assert_frame_equal(found[["mean", "max", "n"]], expected, rtol=1e-6)
    one = score(opened[0], known / "style-1", **QUIET)
    assert len(one) == 1


def test_embeddings_with_their_table_are_scored_as_its_pictures_are(made: Path, known: Path) -> None:
    """Also where the names tell no group, and in parts: so many scores need no picture twice."""
    options = {"descriptor": load("csd-tiny"), "pairing": "group", "corpus": None, "progress": False}
    Image.open(made / "style-0" / "000.png").resize((96, 32)).save(made / "style-0" / "000.png")
    tables = [pictures(folder) for folder in (made, known)]
    renamed = [table.with_column("image_id", [str(row) for row in range(len(table))]) for table in tables]
    generated, references = (csdlib.embed(table, options["descriptor"], progress=False) for table in renamed)
    expected = score(*tables, **options).frame.drop(columns=["generated", "nearest"])
    found = score(generated, references, **options).frame.drop(columns=["generated", "nearest"])
    pd.testing.assert_frame_equal(found, expected)
    first = renamed[1].take(np.flatnonzero(renamed[1].column("artist") == "style-0"))
    few = score(generated, references.of(first), **options).frame
    assert few["n"].tolist() == [5] * 4 + [0] * 8


def test_what_is_broken_or_has_no_partner_is_a_row_without_a_number(made: Path, known: Path) -> None:
    (made / "style-0" / "001.png").write_bytes(b"broken")
    (made / "notes.txt").write_text("x")
    (made / "style-9").mkdir()
    stripes(0, 3, 1).save(made / "style-9" / "0.png")
    found = score(made, known, pairing="group", **QUIET)
    rows = found.frame.set_index("generated")
    assert len(rows) == 13
    for name, note in (("style-0/001.png", "not an image"), ("style-9/0.png", "no reference of the group 'style-9'")):
        assert rows.loc[name, ["mean", "max", "prototype"]].isna().all()
        assert note in rows.loc[name, "note"]
        assert rows.loc[name, "n"] == 0
    assert found.how["without a number"] == 2
    assert not found.complete
    assert np.isnan(rows.loc["style-0/001.png", "crop_loss"])
    left_out = found.how["generated"]["left out"]
    assert left_out["pictures that cannot be read (not an image that Pillow can read)"] == 1
    assert left_out["files that are no pictures (.txt)"] == 1
    # The others are not changed by it.
    assert found.estimate("mean").value == pytest.approx(rows["mean"].mean())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_links_that_loop_or_lead_nowhere_and_pipes_are_counted(made: Path, known: Path) -> None:
    (made / "style-0" / "up").symlink_to(made)
    (made / "self").symlink_to(made / "self")
    (made / "nowhere.png").symlink_to(made / "gone.png")
    os.mkfifo(made / "pipe.png")
    found = score(made, known, **QUIET)
    assert len(found) == 12
    assert sum(found.how["generated"]["left out"].values()) == 4
    listed = score(
        [made / "pipe.png", made / "nowhere.png", made / "style-0", made / "style-0" / "000.png"], known, **QUIET
    )
    assert listed.frame["note"].tolist() == ["not a file", "there is no such image", "not a file", ""]


def test_reasons_are_counted_whatever_the_names_are(made: Path, known: Path, tmp_path: Path) -> None:
    for name in ("a: b.png", "c.png"):
        (made / "style-0" / name).write_bytes(b"broken")
    found = csdlib.embed(csdlib.load_dataset("folder", made), load("colour"), progress=False)
    found.save(tmp_path / "saved")
    expected = {"pictures that cannot be read (not an image that Pillow can read)": 2}
    for side in (made, tmp_path / "saved"):
        told = score(side, known, **QUIET)
        assert told.how["generated"]["left out"] == expected
        assert told.frame["crop_loss"].isna().all()
    assert evaluate(made, **QUIET).how["pictures"]["left out"] == {"not an image that Pillow can read": 2}
    assert examine(made, descriptor="csd-art", progress=False).frame["crop_loss"].isna().sum() == 2


def test_a_broken_reference_is_said(made: Path, known: Path) -> None:
    (known / "style-0" / "002.png").write_bytes(b"")
    found = score(made, known, pairing="group", **QUIET).frame.set_index("group")
    assert (found.loc["style-0", "n"] == 4).all()
    assert (found.loc["style-0", "note"] == "1 of 5 references cannot be read").all()
    assert (found.loc["style-1", "note"] == "").all()


def test_nothing_to_read_is_one_sentence(made: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "table.csv").write_text("file\na.png\n")
    (tmp_path / "out.csv").write_text("path\n../a.png\n")
    for side, message in (
        (tmp_path / "empty", "no picture below this folder"),
        (tmp_path / "gone", "no such picture, folder or table"),
        ("https://example.org/a.png", "download it first"),
        (tmp_path / "table.csv", "column 'path' is missing"),
        (tmp_path / "out.csv", "stays in the root folder"),
        ([], "empty list"),
    ):
        with pytest.raises(InputError, match=message):
            score(side, made, **QUIET)


def test_only_what_has_a_cosine_scores(made: Path, known: Path) -> None:
    for descriptor, message in (("pixels", "has none"), ("colur", "unknown descriptor")):
        with pytest.raises(InputError, match=message):
            score(made, known, descriptor=descriptor, progress=False)
    with pytest.raises(InputError, match="sees pictures in its own way"):
        score(made, known, preprocessing="squash", **QUIET)
    with pytest.raises(InputError, match="cannot be loaded with weights"):
        score(made, known, weights="x", **QUIET)
    csdlib.embed(csdlib.load_dataset("folder", made), load("gram"), progress=False).save(made / "saved")
    with pytest.raises(InputError, match="not by colour"):
        score(made / "saved", known, **QUIET)


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".json"])
def test_a_table_says_how_it_was_made(made: Path, known: Path, tmp_path: Path, suffix: str) -> None:
    hostile = ('#1, "quoted"\n.png', "cr\rlf\r\n.png", "NA", "-=\u202e\U0001f600é.png", " a#b.png ")
    for number, name in enumerate(hostile):
        stripes(0, 3, 7 + number).save(made / "style-0" / name, format="PNG")
    (made / "style-0").rename(made / "null")
    (known / "style-0").rename(known / "null")
    (made / "null" / "000.png").write_bytes(b"broken")
    found = score(made, known, pairing="group", corpus=known, k=3, **QUIET)
    path = tmp_path / "out" / f"scores{suffix}"
    found.save(path)
    again = Scores.load(path)
    pd.testing.assert_frame_equal(again.frame, found.frame, check_dtype=False)
    pd.testing.assert_frame_equal(again.summary, found.summary, check_dtype=False)
    assert again.how == json.loads(json.dumps(found.how))
    assert {"csdlib", "descriptor", "weights", "preprocessing", "size", "precision", "device", "pairing"} <= set(
        again.how
    )
    if suffix == ".csv":
        assert path.read_text().startswith("# csdlib: ")
        plain = pd.read_csv(path, comment="#", keep_default_na=False)
        assert plain["generated"].tolist() == found.frame["generated"].tolist()


def test_what_is_no_table_of_scores_is_refused(tmp_path: Path, made: Path, known: Path) -> None:
    (tmp_path / "a.csv").write_text("generated,mean\n1,2\n")
    with pytest.raises(InputError, match="no whole table"):
        Scores.load(tmp_path / "a.csv")
    with pytest.raises(InputError, match="unknown suffix"):
        Scores.load(tmp_path / "a.txt")
    found = score(made, known, **QUIET)
    with pytest.raises(InputError, match="must be a file that ends in"):
        found.save(tmp_path / "a.xlsx")
    found.save(tmp_path / "b.csv")
    whole = (tmp_path / "b.csv").read_bytes()
    edited = [line for line in whole.splitlines(keepends=True) if not line.startswith(b"# summary")]
    for content in (
        b"".join(edited),
        whole.replace(b"# summary: [", b"# summary: [1, "),
        b"\xef\xbb\xbf" + whole,
        whole[:900],
    ):
        (tmp_path / "b.csv").write_bytes(content)
        with pytest.raises(InputError, match="no whole table"):
            Scores.load(tmp_path / "b.csv")


def test_preprocessing_alone_moves_a_score(tmp_path: Path) -> None:
    for side, seed in (("made", 1), ("known", 9)):
        (tmp_path / side).mkdir()
        for number in range(4):
            stripes(0, 5, seed + number).resize((160, 64)).save(tmp_path / side / f"{number}.png")
    found = compare_preprocessing(tmp_path / "made", tmp_path / "known", descriptor="csd-tiny", progress=False)
    rows = found.frame.set_index("preprocessing")
    assert list(rows.index) == ["own", "reference", "squash", "pad", "multi-crop"]
    # csd-tiny sees pictures as the released evaluation does.
    assert rows.loc["own", "mean"] == pytest.approx(rows.loc["reference", "mean"], abs=1e-6)
    assert rows.loc["reference", "crop_loss"] == pytest.approx(0.6)
    assert rows["mean"].nunique() > 3


def test_much_that_is_cut_away_is_said(tmp_path: Path) -> None:
    wide = [stripes(0, 5, number).resize((200, 64)) for number in range(3)]
    found = score(wide, wide[:2], descriptor="csd-tiny", progress=False)
    assert found.frame["crop_loss"].round(2).tolist() == [0.68] * 3
    assert any("lose more than 20%" in note for note in found.how["notes"])
    assert any("csd-vit-l" in note for note in found.how["notes"])


def test_pictures_in_memory_are_not_taken_for_each_other() -> None:
    ours, theirs = ([stripes(style, 3, seed + style) for style in range(3)] for seed in (0, 50))
    found = score(ours, theirs, **QUIET).frame
    assert found["n"].tolist() == [3] * 3
    assert found["nearest"].tolist() == ["0", "1", "2"]
    assert found["max"].min() > 0.9
    assert score(ours[0], theirs[0], **QUIET).frame["n"].tolist() == [1]
    # One list on both sides: each picture has the others.
    assert score(ours, ours, **QUIET).frame["n"].tolist() == [2] * 3


def test_a_file_is_one_picture_whatever_leads_to_it(known: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(known / "style-0")
    first, other = known / "style-0" / "000.png", known / "style-1" / "000.png"
    for generated, references, n in (
        (known / "style-0", known, 14),
        (tmp_path / "linked", known, 14),
        ([first], [first, other], 1),
        (first, known / "style-1" / ".." / "style-0", 4),
    ):
        found = score(generated, references, **QUIET).frame
        assert (found["n"] == n).all()
        assert (found["max"] < 1 - 1e-6).all()


def test_what_gives_pictures_one_after_the_other_is_a_side(made: Path, known: Path) -> None:
    expected = score(made / "style-0", known, **QUIET).frame["mean"].tolist()
    paths = sorted((made / "style-0").iterdir())
    for side in (iter(paths), dict.fromkeys(paths), pd.Series(paths), (Image.open(path) for path in paths)):
        assert score(side, known, **QUIET).frame["mean"].tolist() == pytest.approx(expected, abs=1e-6)
    again = compare_preprocessing(iter(paths), known, descriptor="csd-tiny", progress=False)
    assert again.frame["mean"].notna().all()


def test_wrong_values_are_one_sentence(made: Path, known: Path) -> None:
    picture = stripes(0, 3, 1)
    for options, message in (
        ({"batch_size": 0}, "batch_size must be 1 or more, got 0"),
        ({"batch_size": -1}, "batch_size must be 1 or more, got -1"),
        ({"descriptor": None}, "no descriptor: NoneType lacks name"),
        ({"corpus": "~nobody-of-this-name/x"}, "no home folder is known"),
        ({"corpus": known, "k": 0}, "k must be between 1 and 14"),
        ({"corpus": known, "k": 15}, "k must be between 1 and 14"),
    ):
        for side in (picture, made):
            with pytest.raises(InputError, match=message):
                score(side, known, **QUIET | options)
    for side in (None, 3, [None], np.zeros((2, 20, 20, 3), np.uint8)):
        with pytest.raises(InputError, match="no picture could be read"):
            score(side, known, **QUIET)


def test_a_tilde_is_the_home_folder(made: Path, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(known.parent))
    csdlib.embed(csdlib.load_dataset("folder", made), load("colour"), progress=False).save(known.parent / "saved")
    found = score("~/saved", "~/known", corpus="~/known", k=3, **QUIET)
    found.save("~/out.csv")
    assert (known.parent / "out.csv").is_file()
    assert len(Scores.load("~/out.csv")) == 12


def test_what_a_corpus_leaves_out_is_said(made: Path, known: Path) -> None:
    (known / "style-0" / "broken.png").write_bytes(b"x")
    stripes(0, 3, 9).save(known / "loose.png")
    found = score(made, made, corpus=known, k=3, **QUIET)
    left_out = {
        "pictures that cannot be read (not an image that Pillow can read)": 1,
        "pictures that are in no group": 1,
    }
    assert found.how["corpus"]["left out"] == left_out
    assert not found.complete
    asked = attribute(made, known, wrong=0.5, **QUIET)
    assert asked.how["references"]["left out"] == left_out


def test_who_is_among_the_references_is_told(known: Path) -> None:
    found = attribute(known / "style-0", known, wrong=0.5, k=9, **QUIET).frame
    assert found["note"].str.contains("one of the references itself").all()
    (known / "style-1").rename(known.parent / "asked")
    assert (attribute(known.parent / "asked", known, wrong=0.5, **QUIET).frame["note"] == "").all()


def test_without_any_number_the_rows_say_why(known: Path) -> None:
    alone = known / "style-0" / "000.png"
    found = score(alone, alone, **QUIET)
    assert found.summary.empty
    for ask in (
        lambda: float(found),
        lambda: compare_preprocessing(alone, alone, descriptor="csd-tiny", progress=False),
    ):
        with pytest.raises(InputError, match="notes of the rows say why"):
            ask()
    one = score(known / "style-0" / "000.png", known / "style-1", **QUIET).summary
    assert set(one["note"]) == {"1 picture: no interval"}


def test_the_doctor_takes_no_embeddings(known: Path, tmp_path: Path) -> None:
    csdlib.embed(csdlib.load_dataset("folder", known), load("colour"), progress=False).save(tmp_path / "saved")
    with pytest.raises(InputError, match="hold no pictures"):
        examine(tmp_path / "saved", **QUIET)


def test_groups_of_saved_embeddings_are_in_one_form(made: Path, known: Path, tmp_path: Path) -> None:
    (made / "style-0").rename(made / "e\u0301")
    (known / "style-0").rename(known / "\u00e9")
    csdlib.embed(csdlib.load_dataset("folder", made), load("colour"), progress=False).save(tmp_path / "saved")
    assert score(tmp_path / "saved", known, pairing="group", **QUIET).frame["n"].tolist() == [5] * 12


@pytest.mark.parametrize("batch", ["a.png", Path("a.png"), b"", stripes(0, 3, 1)])
def test_a_batch_is_no_single_picture(batch: object) -> None:
    with pytest.raises(InputError, match="into a list"):
        StyleSimilarity("colour").update(batch)


def test_empty_batches_are_no_side() -> None:
    metric = StyleSimilarity("colour")
    metric.update(torch.zeros(0, 3, 32, 32), torch.rand(2, 3, 32, 32))
    with pytest.raises(InputError, match="both sides"):
        metric.compute()
    metric.update(torch.rand(1, 3, 32, 32, requires_grad=True))
    assert not metric.compute()["mean"].requires_grad


def test_percentiles_are_brute_force_on_random_numbers() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(60, 4))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    artists = random.choice(["a", "b", "c", ""], 60)
    corpus = Corpus("x", Embeddings(vectors, np.arange(60).astype(str), "x", "cosine"), artists)
    cosines = vectors.astype(np.float32) @ vectors.astype(np.float32).T
    asked = np.array([-1, 0.1, cosines[0, 1], 1, np.nan])
    pairs = [(i, j) for i in range(60) for j in range(i) if artists[i] and artists[j]]
    for kind, found in ((True, corpus.above_same(asked)), (False, corpus.above_different(asked))):
        those = np.array([cosines[i, j] for i, j in pairs if (artists[i] == artists[j]) == kind])
        expected = [np.mean((those < each) + (those == each) / 2) for each in asked[:4]]
        np.testing.assert_allclose(found[:4], expected, atol=1e-3)
        assert np.isnan(found[4])


def test_the_doctor_counts_what_its_rows_say(known: Path) -> None:
    (known / "style-0" / "copy.png").write_bytes((known / "style-2" / "003.png").read_bytes())
    half = (known / "style-1" / "000.png").read_bytes()[:900]
    for name, content in (("broken.png", b"x"), ("cut.png", half)):
        (known / "style-1" / name).write_bytes(content)
    stripes(2, 5, 9).resize((300, 64)).save(known / "style-2" / "wide.png")
    found = examine(known, descriptor="csd-tiny", progress=False)
    rows = found.frame
    rows = rows.assign(original=rows["copy_of"].where(rows["copy_of"] != "", rows["picture"]))
    assert len(rows) == 19
    for told in found.how["groups"]:
        own = rows[rows["group"] == told["group"]]
        read = own[own["note"] == ""]
        assert told == {
            "group": told["group"],
            "pictures": len(own),
            "read": len(read),
            "different": read["original"].nunique(),
            "cut": (read["crop_loss"] > 0.2).sum(),
        }
    assert rows.loc[rows["note"] != "", "crop_loss"].isna().all()
    assert rows["picture"][rows["crop_loss"] > 0.2].tolist() == ["style-2/wide.png"]
