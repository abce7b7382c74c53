"""Files of answers, as from strangers: nothing in them is lost in silence."""

from pathlib import Path

import pytest

from csdlib.errors import InputError
from csdlib.scoring import load_metric, read_answers, write_questions

IDS = ["a.png", "b.png", "c.png", "d.png"]
HEAD = "expert,anchor,first,second,nearer,seconds\n"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "triplets.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


def test_answers_are_read_and_what_is_no_answer_is_counted(tmp_path: Path) -> None:
    rows = [
        "ann,a.png,b.png,c.png,first,2.5",
        "ann,a.png,c.png,b.png,second,2",  # the same question, turned, and the same answer
        "ann,a.png,b.png,c.png,second,1",  # and now the opposite
        "bob,a.png,b.png,c.png,second,4",
        "bob,d.png,b.png,c.png,skipped,9",
        "bob,d.png,b.png,a.png,,",
        "bob,d.png,b.png,gone.png,first,1",
    ]
    found = read_answers(written(tmp_path, *rows), IDS)
    assert (found.skipped, found.open, found.repeated, found.contradicted) == (1, 1, 1, 1)
    assert found.unknown == {"gone.png": 1}
    said = {
        (str(who), *triplet, bool(first))
        for who, triplet, first in zip(found.experts, found.triplets.tolist(), found.first_nearer, strict=True)
    }
    assert said == {("ann", 0, 1, 2, True), ("ann", 0, 1, 2, False), ("bob", 0, 1, 2, False)}
    assert len(found.by("bob")) == 1
    assert len(found.notes()) == 5
    assert "gone.png" in found.notes()[-1]


def test_experts_who_met_the_same_questions_are_compared(tmp_path: Path) -> None:
    rows = [
        f"{who},a.png,b.png,c.png,{nearer},1" for who, nearer in (("ann", "first"), ("bob", "first"), ("cy", "second"))
    ]
    rows += [f"{who},d.png,c.png,b.png,{nearer},1" for who, nearer in (("ann", "first"), ("bob", "first"))]
    table = read_answers(written(tmp_path, *rows), IDS).agreement().set_index(["expert", "other"])
    assert table.loc[("ann", "bob"), ["questions", "value"]].tolist() == [2, 1.0]
    assert table.loc[("ann", "cy"), ["questions", "value"]].tolist() == [1, 0.0]
    assert table.loc[("ann", "bob"), "low"] < 0.5


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("ann,a.png,b.png,c.png,left,1", "line 2: nearer must be first, second, skipped or empty, got 'left'"),
        ("ann,a.png,a.png,c.png,first,1", "line 2: a question needs three different pictures"),
        ("ann,x.png,y.png,z.png,first,1", "none of its pictures is there, for example x.png"),
        ("ann,a.png,b.png", "line 2: 3 fields, and the header has 6"),
    ],
)
def test_a_wrong_line_is_named(row: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_answers(written(tmp_path, row), IDS)


def test_questions_come_back_unanswered_and_overwrite_nothing(tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    write_questions(path, [[0, 1, 2], [3, 2, 1]], IDS, expert="ann")
    found = read_answers(path, IDS)
    assert (len(found), found.open) == (0, 2)
    with pytest.raises(InputError, match="may hold answers"):
        write_questions(path, [[0, 1, 2]], IDS)


METRICS = '{"format": "csdlib judgement 1", "space": "x", "facets": ["a"], "units": [1], "weights": '


@pytest.mark.parametrize("content", ["{}", "[]", METRICS + '{"": [-1]}}', METRICS + '{"": [1, 2]}}'])
def test_what_is_no_metric_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "metric.json"
    path.write_text(content)
    with pytest.raises(InputError, match=r"metric.json: no metric that"):
        load_metric(path)


def test_of_several_metrics_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metric.json"
    path.write_text(METRICS + '{"ann": [2], "bob": [3]}}')
    assert load_metric(path, "bob").weights.tolist() == [3.0]
    with pytest.raises(InputError, match="name the expert whose metric is wanted: 'ann', 'bob'"):
        load_metric(path)


def test_the_same_three_with_another_anchor_are_another_question(tmp_path: Path) -> None:
    rows = ["ann,a.png,b.png,c.png,first,1", "ann,b.png,a.png,c.png,second,1"]
    found = read_answers(written(tmp_path, *rows), IDS)
    assert (len(found), found.repeated, found.contradicted) == (2, 0, 0)


def test_names_that_look_like_formulas_are_names(tmp_path: Path) -> None:
    found = read_answers(written(tmp_path, "'=ann,'+a.png,b.png,'-c.png,first,1"), ["+a.png", "b.png", "-c.png"])
    assert (found.experts.tolist(), found.triplets.tolist()) == (["=ann"], [[0, 1, 2]])
