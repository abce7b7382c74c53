import pytest

from book import build
from book.build import main
from book.chapters import Chapter, read_chapter
from book.project import BookError, Project
from tests.book.conftest import write_chapter


@pytest.fixture
def tiny(project: Project) -> Chapter:
    return read_chapter(project, "tiny")


def test_parameters_have_defaults_types_and_meanings(tiny: Chapter) -> None:
    found = {each.name: (each.default, each.meaning) for each in tiny.parameters}
    assert found["power"] == (2, "exponent | of the curve")
    assert found["word"] == ("plain", "any # word")
    assert list(found) == ["power", "share", "word", "loud", "root"]


def test_a_meaning_is_found_between_the_brackets_of_a_formatter(project: Project) -> None:
    write_chapter(project, 'x = (\n    "#"  # a letter\n)\ny = 1  # a number')
    assert [each.meaning for each in read_chapter(project, "second").parameters] == ["a letter", "a number"]


@pytest.mark.parametrize("line", ["y = 1", "y = 1  #", 'y = "# no comment"'])
def test_a_parameter_without_a_meaning_is_refused_with_its_name(project: Project, line: str) -> None:
    write_chapter(project, f"x = 1  # a number\n{line}")
    with pytest.raises(BookError, match="chapter second: the parameter y has no meaning"):
        read_chapter(project, "second")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("power", "-3", -3),
        ("share", "2", 2.0),
        ("share", "1e-3", 0.001),
        ("word", "7", "7"),
        ("loud", "true", True),
        ("loud", "No", False),
    ],
)
def test_texts_are_read_by_the_type_of_the_default(tiny: Chapter, name: str, text: str, value: object) -> None:
    parsed = tiny.parse([(name, text)])[name]
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(("name", "text"), [("power", "2.5"), ("power", "many"), ("share", "half"), ("loud", "2")])
def test_a_text_of_another_type_is_refused(tiny: Chapter, name: str, text: str) -> None:
    with pytest.raises(BookError, match=f"{name} must be"):
        tiny.parse([(name, text)])


@pytest.mark.parametrize(
    ("name", "value"), [("loud", 1), ("power", True), ("power", 2.0), ("word", 3), ("share", False)]
)
def test_a_value_of_another_type_is_refused(tiny: Chapter, name: str, value: object) -> None:
    with pytest.raises(BookError, match=f"{name} must be"):
        tiny.resolve({name: value})


def test_an_integer_serves_as_a_float(tiny: Chapter) -> None:
    assert type(tiny.resolve({"share": 2})["share"]) is float


def test_an_unknown_name_is_refused_with_the_known_ones(tiny: Chapter) -> None:
    with pytest.raises(BookError) as caught:
        tiny.resolve({"powr": 2})
    for text in ("unknown parameter powr", "power: int = 2", "word: str = 'plain'", "loud: bool = False"):
        assert text in str(caught.value)


def test_an_unknown_chapter_is_refused_with_the_known_ones(project: Project) -> None:
    with pytest.raises(BookError, match="second, tiny"):
        read_chapter(project, "thirny")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("x = None", "may hold only lines"),
        ("x = [1]", "may hold only lines"),
        ("x = y = 1", "may hold only lines"),
        ("import os", "may hold only lines"),
        ("x = 1 + 1", "may hold only lines"),
        ("x = (", "not Python"),
        ('x = 1\n\n# %% tags=["parameters"]\ny = 1', "2 cells are tagged parameters"),
        ('x = 1\n\n# %% tags=["solution"]\ny = 1\n\n# %% tags=["check"]\nassert y', "exercise, solution, check"),
    ],
)
def test_a_chapter_that_breaks_the_contract_is_refused(project: Project, body: str, message: str) -> None:
    write_chapter(project, body)
    with pytest.raises(BookError, match=message):
        read_chapter(project, "second")


def test_a_chapter_without_a_title_is_refused(project: Project) -> None:
    write_chapter(project, "x = 1  # a number")
    path = project.chapters / "second.py"
    path.write_text(path.read_text().replace("# # A title", "# A title"))
    with pytest.raises(BookError, match="starts with the title"):
        read_chapter(project, "second")


def test_an_incomplete_header_is_refused(project: Project) -> None:
    write_chapter(project, "x = 1  # a number")
    path = project.chapters / "second.py"
    path.write_text(path.read_text().replace(", data: []", ""))
    with pytest.raises(BookError, match="title, minutes, accelerator, data"):
        read_chapter(project, "second")


def test_the_command_line_reports_a_wrong_parameter_without_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert main(["chapter", "quickstart", "-p", "no_such_parameter", "1"]) == 1
    assert "unknown parameter no_such_parameter" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("value", ["-1e-3", "-3", "-x", "", "two words"])
def test_any_text_may_be_a_value(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    seen: list[tuple[str, str]] = []
    monkeypatch.setattr(build, "make_chapter", lambda project, slug, pairs: seen.extend(pairs))
    assert main(["chapter", "tiny", "-p", "word", value, "-p", "power", "3"]) == 0
    assert seen == [("word", value), ("power", "3")]


@pytest.mark.parametrize("words", [["-p", "power"], ["power", "3"], ["-p", "power", "3", "4"], ["--power", "3", "4"]])
def test_another_form_of_parameters_is_refused(words: list[str], caplog: pytest.LogCaptureFixture) -> None:
    assert main(["chapter", "tiny", *words]) == 1
    assert "-p NAME VALUE" in caplog.text
