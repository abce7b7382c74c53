"""A live table: every number as Python writes it, nothing unescaped, and what cannot live is refused."""

import base64
import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from csdlib.errors import InputError
from csdlib.figures import Control, live_table
from csdlib.figures.live import MISSING, steps
from csdlib.metrics.estimate import Estimate

EVIL = "</script><img src=x onerror=alert(1)>"
CUTS = (0.1, 0.25, 0.4)
PAIRS = (2.0, 10.0)


def lines() -> pd.DataFrame:
    """Two measures of two kinds of pictures; one follows the threshold alone, the other the base rate, too."""
    rows: list[dict[str, Any]] = []
    for kind, shift in (("paintings", 0.0), (EVIL, 0.0123)):
        for cut in CUTS:
            value = 0.9 - cut + shift
            row = {"of": kind, "threshold": cut, "low": value - 0.04, "high": value + 0.03}
            rows.append({"measure": "accepted", "pairs": np.nan, "value": value} | row)
            for pairs in PAIRS:
                ends = {"value": value / pairs, "low": np.nan, "high": np.nan}
                rows.append({"measure": "right", "pairs": pairs} | row | ends)
    return pd.DataFrame(rows)


CONTROLS = (
    Control("threshold", f"threshold {EVIL}", 0.25, "{:.2f}"),
    Control("pairs", "base rate", 10.0, "one pair in {:,.0f}"),
)


def table(frame: pd.DataFrame, *controls: Control, **options: Any) -> BeautifulSoup:
    given = {"task": "Move it.", "caption": EVIL} | options
    shown = live_table(frame, controls or CONTROLS, rows="measure", columns="of", **given)
    return BeautifulSoup(shown.data, "html.parser")


def sent(page: BeautifulSoup) -> dict[str, Any]:
    return json.loads(page.select_one(".csd-live > script").text)  # type: ignore[union-attr]


@given(st.floats(-1, 1), st.integers(0, 2))
def test_what_is_sent_is_what_python_writes_and_half_a_step_from_the_share(share: float, digits: int) -> None:
    code = int(steps(np.array([share]), digits)[0])
    # Python writes a minus before a zero, too.
    text = f"{100 * share:.{digits}f}"
    assert f"{code / 10**digits:.{digits}f}" == (text if float(text) else text.lstrip("-"))
    assert abs(code / 10**digits - 100 * share) <= 0.5 / 10**digits + 1e-9
    assert code != MISSING


def test_a_missing_number_is_none_of_the_shares() -> None:
    assert steps(np.array([[np.nan, 0.0, 1.0]]), 2).tolist() == [[MISSING, 0, 10_000]]


def test_without_a_script_the_table_stands_at_the_first_setting() -> None:
    page = table(lines())
    texts = [[cell.get_text() for cell in line.find_all("td")] for line in page.select("tbody tr")]
    accepted = [Estimate(value, value - 0.04, value + 0.03, 9, "group").percent() for value in (0.65, 0.6623)]
    assert texts == [accepted, ["6.5 no interval", "6.6 no interval"]]
    assert [output.text for output in page.find_all("output")] == ["0.25", "one pair in 10"]
    # A control that nothing follows would be a lie.
    assert all(ranged.has_attr("hidden") for ranged in page.find_all("input"))
    assert [(ranged["value"], ranged["max"]) for ranged in page.find_all("input")] == [("1", "2"), ("1", "1")]


def test_every_setting_stands_in_the_page_and_a_number_that_does_not_follow_a_control_once() -> None:
    frame = lines()
    data = sent(table(frame))
    assert (data["rows"], data["columns"]) == (["accepted", "right"], ["paintings", EVIL])
    for row, measure in enumerate(data["rows"]):
        for column, kind in enumerate(data["columns"]):
            cell = data["cells"][row][column]
            codes = np.frombuffer(base64.b64decode(cell["codes"]), "<i2")
            part = frame[(frame["measure"] == measure) & (frame["of"] == kind)]
            assert len(codes) == 3 * len(part)
            for at_cut, cut in enumerate(CUTS):
                for at_pairs, pairs in enumerate(PAIRS):
                    place = int(np.dot(cell["strides"], [at_cut, at_pairs]))
                    known = part[(part["threshold"] == cut) & (part["pairs"].isin([pairs]) | part["pairs"].isna())]
                    assert codes[place] == round(1000 * known["value"].item())


def test_the_order_of_the_lines_does_not_matter_but_names_keep_theirs() -> None:
    mixed = lines().sample(frac=1, random_state=1)
    data, known = sent(table(mixed)), sent(table(lines()))
    for row, measure in enumerate(data["rows"]):
        for column, kind in enumerate(data["columns"]):
            at = known["rows"].index(measure), known["columns"].index(kind)
            assert data["cells"][row][column] == known["cells"][at[0]][at[1]]


def test_what_comes_from_outside_is_text() -> None:
    page = table(lines(), task=EVIL)
    assert page.find_all("img") == []
    assert [script.get("type") for script in page.find_all("script")] == ["application/json", None]
    assert page.figcaption.text == EVIL  # type: ignore[union-attr]
    assert page.select_one(".csd-live-task").text == EVIL  # type: ignore[union-attr]
    assert [head.text for head in page.select("thead th")] == ["measure (%)", "paintings", EVIL]
    assert page.label.text.startswith(f"threshold {EVIL}: 0.25")  # type: ignore[union-attr]


def test_a_number_that_the_frame_does_not_have_is_a_dash() -> None:
    frame = lines()
    page = table(frame[(frame["measure"] == "accepted") | (frame["of"] == EVIL)])
    assert [cell.get_text().strip() for cell in page.select("tbody tr:nth-of-type(2) td")] == ["–", "6.6 no interval"]
    assert sent(page)["cells"][1][0] is None


def test_it_is_small() -> None:
    frame = pd.DataFrame({"threshold": np.arange(100) / 100, "measure": "m", "of": "a"})
    values = pd.DataFrame(np.random.default_rng(0).random((100, 3)), columns=["value", "low", "high"])
    data = sent(table(frame.join(values), Control("threshold", "t", 0.5)))
    assert len(data["cells"][0][0]["codes"]) == 100 * 3 * 2 * 4 / 3


def test_curves_of_differences_have_room_below_zero() -> None:
    assert sent(table(lines()))["bottom"] == 0
    assert sent(table(lines().assign(low=-0.113)))["bottom"] == -20


def test_what_cannot_live_is_refused() -> None:
    frame = lines()
    one = Control("threshold", "t", 0.25)
    with pytest.raises(InputError, match="needs a control, and a task"):
        live_table(frame, [], rows="measure", columns="of", task="Move it.", caption="c")
    with pytest.raises(InputError, match="needs a control, and a task"):
        table(frame, task=" ")
    with pytest.raises(InputError, match="none of its settings"):
        table(frame, Control("threshold", "t", 0.3), CONTROLS[1])
    with pytest.raises(InputError, match="two settings or more, got 1"):
        table(frame[frame["threshold"] == 0.25])
    with pytest.raises(InputError, match="right, paintings: the number must have each setting of threshold once"):
        table(frame, one)
    with pytest.raises(InputError, match=r"accepted, paintings: .* each setting"):
        table(frame.drop(index=0))
    with pytest.raises(InputError, match="from -1 to 1"):
        table(frame.assign(high=1.2))
    with pytest.raises(InputError, match="digits must be between 0 and 2"):
        table(frame, digits=3)
