import pytest

from book import build
from book.build import main
from book.chapters import Chapter, find_chapters, read_chapter
from book.parameters import Parameter, read_registry
from book.project import BookError, Project
from tests.book.conftest import ROOT, write_chapter


@pytest.fixture
def tiny(project: Project) -> Chapter:
    return read_chapter(project, "tiny")


def test_parameters_have_defaults_types_and_meanings(tiny: Chapter) -> None:
    found = {each.name: (each.default, each.meaning) for each in tiny.parameters}
    assert found["power"] == (2, "exponent | of the curve")
    assert found["word"] == ("plain", "any # word")
    assert list(found) == ["power", "share", "word", "loud", "root"]


def test_a_meaning_is_found_between_the_brackets_of_a_formatter(project: Project) -> None:
    write_chapter(project, 'letter = (\n    "#"  # a letter; or none\n)\ny = 1  # a number')
    assert [each.meaning for each in read_chapter(project, "second").parameters] == ["a letter; or none", "a number"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("y = 1", "parameter y must begin with .* 'a number'"),
        ("y = 1  #", "parameter y must begin with .* 'a number'"),
        ("y = 1  # a numbered list", "parameter y must begin with .* 'a number'"),
        ('letter = "# a letter"', "parameter letter must begin with .* 'a letter'"),
        ("y = 1.0  # a number", "parameter y is float, but int in book/parameters.yml"),
        ("y = True  # a number", "parameter y is bool, but int in book/parameters.yml"),
        ("z = 1  # a number", "parameter z is not in book/parameters.yml"),
    ],
)
def test_a_parameter_has_the_type_and_meaning_of_its_name(project: Project, line: str, message: str) -> None:
    write_chapter(project, f"x = 1  # a number\n{line}")
    with pytest.raises(BookError, match=f"chapter second: .*{message}"):
        read_chapter(project, "second")


@pytest.mark.parametrize("entry", ["{type: int}", "{type: list, meaning: many}", "{type: int, meaning: ''}"])
def test_a_malformed_entry_of_the_registry_is_refused_with_its_name(project: Project, entry: str) -> None:
    with (project.book / "parameters.yml").open("a") as file:
        file.write(f"odd: {entry}\n")
    with pytest.raises(BookError, match=r"book/parameters.yml: odd must have type"):
        read_chapter(project, "second")


def test_every_parameter_of_the_book_is_registered_and_every_registered_name_is_used() -> None:
    book = Project(ROOT, ROOT / "build")
    used = {each.name for slug in find_chapters(book) for each in read_chapter(book, slug).parameters}
    assert used == set(read_registry(book))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("power", "-3", -3),
        ("share", "2", 2.0),
        ("share", "1e-3", 0.001),
        ("word", "7", "7"),
        ("word", " two words ", "two words"),
        ("loud", "true", True),
        ("loud", "No", False),
    ],
)
def test_texts_are_read_by_the_type_of_the_default(tiny: Chapter, name: str, text: str, value: object) -> None:
    parsed = tiny.parse([(name, text)])[name]
    assert parsed == value
    assert type(parsed) is type(value)


def test_blanks_behind_the_commas_of_a_list_are_nobodys() -> None:
    listed = Parameter("baselines", "colour", "descriptors beside it, separated by commas")
    assert listed.parse(" colour, gram ,csd-tiny") == "colour,gram,csd-tiny"
    assert Parameter("name", "x", "a name").parse("Lee, Ann") == "Lee, Ann"


@pytest.mark.parametrize(
    ("name", "text"),
    [("power", "2.5"), ("power", "many"), ("share", "half"), ("share", "nan"), ("share", "-inf"), ("loud", "2")],
)
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
    monkeypatch.setattr(build, "make_chapter", lambda project, slug, pairs, **more: seen.extend(pairs))
    assert main(["chapter", "tiny", "-p", "word", value, "-p", "power", "3"]) == 0
    assert seen == [("word", value), ("power", "3")]


@pytest.mark.parametrize("words", [["-p", "power"], ["power", "3"], ["-p", "power", "3", "4"], ["--power", "3", "4"]])
def test_another_form_of_parameters_is_refused(words: list[str], caplog: pytest.LogCaptureFixture) -> None:
    assert main(["chapter", "tiny", *words]) == 1
    assert "-p NAME VALUE" in caplog.text
