"""A chart in numbers: what it shows stands in the table, thinned where it is long, and nothing of it is markup."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from bs4 import BeautifulSoup
from plotly.subplots import make_subplots

from csdlib import figures

EVIL = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")


def fold(figure: go.Figure, **options: object) -> BeautifulSoup:
    page = BeautifulSoup(figures.show(figure, caption="c", alt="a", **options).data, "html.parser")  # type: ignore[arg-type]
    (found,) = page.select("figure > details.csd-numbers")
    return found  # type: ignore[return-value]


def cells(found: BeautifulSoup) -> list[list[str]]:
    return [[cell.text for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")]


def test_estimates_stand_with_their_names_and_intervals() -> None:
    frame = pd.DataFrame(
        {"label": ["a", "b"], "value": [0.5, 0.25], "low": [0.4, None], "high": [0.8, None], "m": ["x", "y"]}
    )
    found = fold(figures.intervals(frame, group="m", axis="share"))
    assert cells(found) == [["series", "name", "share"], ["x", "a", "0.50 [0.40, 0.80]"], ["y", "b", "0.25"]]
    assert not found.has_attr("open")


def test_a_long_series_is_thinned_with_both_ends_and_says_so() -> None:
    frame = pd.DataFrame({"step": range(1000), "loss": np.linspace(5, 1, 1000)})
    found = fold(figures.lines(frame, x="step", ys=["loss"], titles=("step", "nats")))
    shown = cells(found)
    assert shown[0] == ["step", "nats"]
    assert (shown[1], shown[-1]) == (["0", "5.00"], ["999", "1.00"])
    assert len(shown) == 13
    assert "12 points are shown" in found.p.text  # type: ignore[union-attr]


def test_a_short_series_is_whole_and_missing_points_are_left_out() -> None:
    found = fold(go.Figure(go.Scatter(x=[1, 2, None, 4], y=[10, np.nan, 30, 40])))
    assert cells(found)[1:] == [["1", "10"], ["4", "40"]]
    assert not found.p


def test_series_with_the_same_rows_stand_side_by_side_below_what_their_numbers_are() -> None:
    frame = pd.DataFrame({"k": [1, 10, 100], "a": [0.5, 0.25, 0.00154], "b": [0.125, None, 0.7]})
    found = fold(figures.lines(frame, x="k", ys=["a", "b"], titles=("k", "share of queries")))
    assert found.p.text == "share of queries"  # type: ignore[union-attr]
    assert cells(found) == [["k", "a", "b"], ["1", "0.500", "0.125"], ["10", "0.250", "–"], ["100", "0.002", "0.700"]]


def test_series_with_rows_of_their_own_stand_below_each_other() -> None:
    figure = go.Figure([go.Scatter(x=[1, 2], y=[3, 4], name="a"), go.Scatter(x=[5, 6], y=[7, 8], name="b")])
    assert cells(fold(figure))[1:] == [["a", "1", "3"], ["a", "2", "4"], ["b", "5", "7"], ["b", "6", "8"]]


def test_numbers_of_an_axis_of_powers_keep_their_digits_and_zero_has_no_sign() -> None:
    figure = go.Figure(go.Scatter(x=[0.00154, 123], y=[-2.4e-16, 0.5]))
    assert cells(fold(figure.update_xaxes(type="log")))[1:] == [["0.00154", "0.0"], ["123", "0.5"]]


def test_a_heatmap_is_its_matrix() -> None:
    found = fold(go.Figure(go.Heatmap(z=[[1, 0.123456]], x=["p", "q"], y=["r"])))
    assert cells(found) == [["row", "p", "q"], ["r", "1.000", "0.123"]]
    twice = fold(
        go.Figure(go.Heatmap(z=[[1, 2]], x=["p", "p"], y=["r"])).update_xaxes(tickvals=[0, 1], ticktext=["p"] * 2)
    )
    assert cells(twice)[1] == ["r", "1", "2"]
    assert len(cells(fold(go.Figure(go.Heatmap(z=np.zeros((40, 3))))))) == 41
    large = fold(go.Figure(go.Heatmap(z=np.zeros((40, 30)))))
    assert len(cells(large)) == 17
    assert "Of 40 rows and 30 columns, 16 and 16 are shown" in large.p.text  # type: ignore[union-attr]


def test_a_histogram_is_its_quartiles() -> None:
    found = fold(go.Figure(go.Histogram(x=[0, 1, 2, 3, 4])))
    assert cells(found)[1] == ["5", "0", "1", "2", "3", "4"]


def test_bars_and_funnels_stand_with_their_names() -> None:
    assert cells(fold(go.Figure(go.Bar(x=[3, 1], y=["a", "b"], orientation="h", text=["3!", "1!"]))))[1:] == [
        ["a", "3"],
        ["b", "1"],
    ]
    assert cells(fold(go.Figure(go.Funnel(x=[2000, 10], y=["all", "kept"]))))[1:] == [["all", "2,000"], ["kept", "10"]]


def test_each_panel_has_a_table_below_its_title() -> None:
    figure = make_subplots(1, 2, subplot_titles=("left", "right"))
    for column in (1, 2):
        figure.add_scatter(x=[column], y=[7], row=1, col=column)
    found = fold(figure)
    assert [title.text for title in found.select("p strong")] == ["left", "right"]
    assert [cells(table)[1] for table in found.find_all("table")] == [["1", "7"], ["2", "7"]]


def test_panels_without_titles_are_told_apart_by_their_axes() -> None:
    figure = make_subplots(2, 1)
    for row in (1, 2):
        figure.add_scatter(x=[1], y=[7], row=row, col=1)
    assert [title.text for title in fold(figure).select("p strong")] == ["Panel 1", "Panel 2"]
    figure.update_layout(yaxis_title="seen<br>percent", yaxis2_title="unseen<br>percent")
    assert [title.text for title in fold(figure).select("p strong")] == ["seen percent", "unseen percent"]


def test_lines_and_words_in_the_chart_are_said_and_the_ground_is_named() -> None:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="drawn"))
    figure.add_scatter(x=list(range(900)), y=list(range(900)), hoverinfo="skip", name="others")
    figure.add_vline(x=1.5, annotation_text="chance")
    figure.add_hline(y=0.25)
    said = fold(figure).p.text  # type: ignore[union-attr]
    assert "Left out: others." in said
    assert "chance (at 1.5)" in said
    assert "A horizontal line stands at 0.25." in said
    assert "vertical" not in said


def test_a_line_without_a_name_is_ground_where_others_have_one() -> None:
    figure = go.Figure([go.Scatter(x=[1], y=[2], name="a"), go.Scatter(x=list(range(9)), y=list(range(9)))])
    assert cells(fold(figure))[1:] == [["1", "2"]]


def test_places_without_a_unit_are_counted_where_nothing_names_them() -> None:
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name="a", hoverinfo="skip"))
    figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    assert cells(fold(figure)) == [["series", "points"], ["a", "2"]]


def test_names_from_outside_are_text_as_they_are_read() -> None:
    figure = go.Figure(go.Scatter(x=[1], y=["<b>bold</b> &lt;i&gt;"], text=["x"], name="&lt;b&gt;"))
    figure.add_scatter(x=[1], y=["y"], text=["&lt;script&gt;"], name="b")
    figure.update_layout(xaxis_title="<i>share</i>")
    found = fold(figure)
    assert not found.find_all(["b", "i", "script"])
    assert cells(found) == [
        ["series", "name", "what", "share"],
        ["<b>", "x", "bold <i>", "1"],
        ["b", "<script>", "y", "1"],
    ]


def test_given_numbers_stand_instead_of_the_charts_own() -> None:
    found = fold(go.Figure(go.Scatter(x=[1], y=[2])), numbers=pd.DataFrame({EVIL: [EVIL]}))
    assert cells(found) == [[EVIL], [EVIL]]
    assert not found.find_all("script")


def test_nothing_drawn_has_no_fold() -> None:
    assert "<details" not in figures.show(go.Figure(), caption="c", alt="a").data
