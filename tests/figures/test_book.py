"""Figures: nothing unescaped, nothing without alt text."""

import pandas as pd
import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from csdlib import figures
from csdlib.errors import InputError

EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")


def parsed(shown: object) -> BeautifulSoup:
    return BeautifulSoup(shown.data, "html.parser")  # type: ignore[attr-defined]


def test_gallery_escapes_and_describes() -> None:
    page = parsed(figures.gallery([(Image.new("RGB", (300, 200)), EVIL)], caption=EVIL))
    assert not page.find_all("script")
    assert page.img["alt"] == EVIL
    assert page.figcaption.text == EVIL
    assert page.img["src"].startswith("data:image/webp;base64,")


def test_what_stands_between_backticks_in_a_caption_is_code_and_still_escaped() -> None:
    shown = figures.gallery([(Image.new("RGB", (8, 8)), "a")], caption=f"By `csdlib record` and `{EVIL}`, a ` alone.")
    page = parsed(shown)
    assert [each.text for each in page.figcaption.find_all("code")] == ["csdlib record", EVIL]
    assert not page.find_all("script")
    assert page.figcaption.text == f"By csdlib record and {EVIL}, a ` alone."


def test_neighbours_say_right_and_wrong_without_colour() -> None:
    picture = Image.new("RGB", (20, 20))
    rows = [((picture, "q"), [(picture, "a", True), (picture, "b", False)])]
    alts = [image["alt"] for image in parsed(figures.neighbour_rows(rows, caption="c")).find_all("img")]
    assert alts == ["query: q", "✓ a", "✗ b"]


def test_chart_has_a_description_and_no_plotly_of_its_own() -> None:
    shown = figures.show(go.Figure(go.Scatter(y=[1, 2])), caption="up", alt='a "line" going up')
    assert parsed(shown).find(role="img")["aria-label"] == 'a "line" going up'
    assert len(shown.data) < 20_000


def test_table_formats_and_escapes() -> None:
    page = parsed(figures.table(pd.DataFrame({"a": [EVIL], "b": [0.12345]}), caption="c", formats={"b": ".2f"}))
    assert [cell.text for cell in page.find_all("td")] == [EVIL, "0.12"]


def test_intervals_reach_from_low_to_high() -> None:
    frame = pd.DataFrame({"label": ["a"], "value": [0.5], "low": [0.4], "high": [0.8], "m": ["x"]})
    error = figures.intervals(frame, group="m", axis="share").data[0].error_x
    assert error.array[0] == pytest.approx(0.3)
    assert error.arrayminus[0] == pytest.approx(0.1)


def test_empty_gallery_is_refused() -> None:
    with pytest.raises(InputError, match="at least one"):
        figures.gallery([], caption="c")


def test_an_interval_stands_below_its_value_and_words_to_the_left() -> None:
    frame = pd.DataFrame(
        {
            "who": ["a", "b"],
            "found": ["74.7 [68.9, 79.6] (5 groups only)", "0.667 (3 queries: no interval)"],
            "n": [3, None],
            "set to": ["0 (supervised only)", "infinity"],
        }
    )
    page = parsed(figures.table(frame, caption="c"))
    assert [cell.text for cell in page.select(".csd-interval")] == ["[68.9, 79.6]"]
    assert [cell.text for cell in page.select(".csd-note")] == ["(5 groups only)", "(3 queries: no interval)"]
    assert [cell.text for cell in page.select("td.csd-words")] == ["a", "0 (supervised only)", "b", "infinity"]
    assert [head.text for head in page.select("th.csd-words")] == ["who", "set to"]
    assert page.find_all("td")[-2].text == "–"
    # What a reader copies is still one text.
    assert page.find_all("td")[1].text == "74.7 [68.9, 79.6] (5 groups only)"


def test_two_intervals_never_share_a_place_and_the_first_row_is_on_top() -> None:
    frame = pd.DataFrame({"label": ["a", "a", "b"], "value": 0.5, "low": 0.4, "high": 0.8, "m": ["x", "y", "x"]})
    chart = figures.intervals(frame, group="m", axis="share")
    places = [place for trace in chart.data for place in trace.y]
    assert len(set(places)) == 3
    assert sorted(round(place) for place in places) == [0, 0, 1]
    assert chart.layout.yaxis.range[0] > chart.layout.yaxis.range[1]
    assert list(chart.layout.yaxis.ticktext) == ["a", "b"]
    assert chart.layout.height > figures.intervals(frame[frame["m"] == "x"], group="m", axis="share").layout.height


def test_a_chart_neither_drags_nor_hides_its_legend() -> None:
    shown = figures.show(go.Figure(go.Scatter(y=[1, 2])), caption="up", alt="up")
    assert '"displayModeBar": false' in shown.data
    assert '"dragmode":false' in shown.data


def test_a_slider_shows_one_frame_and_escapes_labels() -> None:
    page = parsed(figures.slider([(EVIL, "<p>one</p>"), ("b", "<p>two</p>")], label=EVIL, caption=EVIL, start=1))
    assert not page.find_all("script")
    assert [frame.has_attr("hidden") for frame in page.select(".csd-frame")] == [True, False]
    assert page.output.text == "b"
    assert page.input["aria-valuetext"] == "b"
    assert page.label.text.startswith(EVIL)
    with pytest.raises(InputError, match="two frames"):
        figures.slider([("a", "")], label="x", caption="c")
    with pytest.raises(InputError, match="start"):
        figures.slider([("a", ""), ("b", "")], label="x", caption="c", start=2)


def test_a_form_holds_its_answers_escaped_and_sends_nothing() -> None:
    page = parsed(
        figures.form([figures.Field(EVIL, EVIL, EVIL), figures.Field("b", "?")], title=EVIL, name="x", caption="c")
    )
    assert not page.find_all("script")
    assert not page.find_all("form")
    assert [area["data-title"] for area in page.find_all("textarea")] == [EVIL, "b"]
    assert page.textarea.text == EVIL
    assert [button["data-kind"] for button in page.find_all("button")] == ["md", "json"]
    with pytest.raises(InputError, match="title of its own"):
        figures.form([figures.Field("a", ""), figures.Field("a", "")], title="t", name="x", caption="c")
