import logging
from pathlib import Path

import pytest

from book.build import make_book
from book.chapters import read_chapter
from book.project import BookError, Project
from book.runs import Run, custom_run, kept_custom_runs, listed_runs, make_run


def run_of(project: Project, **given: object) -> Run:
    return make_run(project, read_chapter(project, "tiny"), "default", given, first=True)


def key(project: Project, *modules: str, **given: object) -> str:
    """The key of a run whose kernel imports these modules."""
    return run_of(project, **given).key(modules or ["csdlib"])


def test_the_same_inputs_have_the_same_key(project: Project) -> None:
    assert key(project) == key(project) == key(project, power=2)


def test_parameters_enter_the_key_with_their_type(project: Project) -> None:
    keys = {key(project), key(project, power=3), key(project, word="x")}
    assert len(keys) == 3


@pytest.mark.parametrize("name", ["chapters/tiny.py", "csdlib/__init__.py", "data/numbers.txt", "requirements.lock"])
def test_every_file_that_matters_changes_the_key(project: Project, name: str) -> None:
    before = key(project)
    with (project.root / name).open("a") as file:
        file.write("\nx = 1")
    assert key(project) != before


def test_comments_and_docstrings_of_the_module_leave_the_key(project: Project) -> None:
    path = project.root / "csdlib" / "room.py"
    path.write_text("def f():\n    return 1")
    before = key(project, "csdlib", "csdlib.room")
    path.write_text('"""A room."""\n\n\ndef f():\n    """One."""\n    # A comment.\n    return 1')
    assert key(project, "csdlib", "csdlib.room") == before
    path.write_text("def f():\n    return 2")
    assert key(project, "csdlib", "csdlib.room") != before


def test_code_with_a_mistake_stops_no_chapter_that_does_not_import_it(project: Project) -> None:
    path = project.root / "csdlib" / "room.py"
    path.write_text("x = 1")
    before = [key(project), key(project, "csdlib.room")]
    path.write_text("x = (1")
    assert [key(project) == before[0], key(project, "csdlib.room") == before[1]] == [True, False]


def test_only_modules_that_were_imported_count(project: Project) -> None:
    package = project.root / "csdlib"
    for name in ("used", "idle"):
        (package / name).mkdir()
        (package / name / "__init__.py").write_text("x = 1")
    before = key(project, "csdlib", "csdlib.used")
    (package / "idle" / "__init__.py").write_text("x = 2")
    (package / "new.py").write_text("x = 2")
    assert key(project, "csdlib", "csdlib.used") == before
    (package / "used" / "__init__.py").unlink()
    assert key(project, "csdlib", "csdlib.used") != before


@pytest.mark.parametrize("name", ["room/__init__.pyi", "room/assets/map.js"])
def test_what_is_no_module_counts_with_its_package(project: Project, name: str) -> None:
    path = project.root / "csdlib" / name
    path.parent.mkdir(parents=True)
    (project.root / "csdlib" / "room" / "__init__.py").write_text("")
    path.write_text("x: int")
    before = [key(project, "csdlib"), key(project, "csdlib", "csdlib.room")]
    path.write_text("y: int")
    after = [key(project, "csdlib"), key(project, "csdlib", "csdlib.room")]
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False]


def test_files_in_a_data_folder_change_the_key(project: Project) -> None:
    chapter = project.chapters / "tiny.py"
    chapter.write_text(chapter.read_text().replace("data/numbers.txt]", "data]"))
    before = key(project)
    (project.root / "data" / "more.txt").write_text("5")
    assert key(project) != before


def test_what_does_not_matter_leaves_the_key(project: Project) -> None:
    before = key(project)
    (project.root / "csdlib" / "__pycache__").mkdir()
    (project.root / "csdlib" / "__pycache__" / "x.pyc").write_text("")
    (project.root / "book" / "intro.md").write_text("# Another text")
    assert key(project) == before


def test_an_outside_folder_enters_by_its_tables_and_its_names_and_sizes(project: Project, tmp_path: Path) -> None:
    root = tmp_path / "outside"
    (root / "deep").mkdir(parents=True)
    (root / "table.csv").write_text("a,b")
    (root / "deep" / "image.jpg").write_bytes(b"123")
    keys = [key(project, root=str(root))]
    (root / "table.csv").write_text("a,c")
    keys.append(key(project, root=str(root)))
    (root / "deep" / "image.jpg").write_bytes(b"1234")
    keys.append(key(project, root=str(root)))
    (root / "deep" / "other.jpg").write_bytes(b"")
    keys.append(key(project, root=str(root)))
    assert len(set(keys)) == 4


@pytest.mark.parametrize("name", ["root", "word"])
def test_a_relative_outside_folder_counts_from_the_repository(project: Project, name: str) -> None:
    (project.root / "pictures").mkdir()
    assert f"outside {name}" in run_of(project, **{name: "pictures"}).ingredients


@pytest.mark.parametrize("content", [b"124", b"1234"])
def test_a_file_that_any_text_names_enters_by_its_content(project: Project, content: bytes) -> None:
    path = project.chapters / "tiny.py"
    path.write_text(path.read_text().replace("word = ", 'weights = ""  # a checkpoint\nword = '))
    (project.root / "weights.pt").write_bytes(b"123")
    texts = ("weights.pt", str(project.root / "weights.pt"))
    before = [key(project, weights=text) for text in texts]
    (project.root / "weights.pt").write_bytes(content)
    assert not set(before) & {key(project, weights=text) for text in texts}


@pytest.mark.parametrize("text", ["plain", "a long prompt " * 100, "no\0path", "missing/file.csv", ""])
def test_a_text_that_names_nothing_is_only_a_text(project: Project, text: str) -> None:
    assert not [name for name in run_of(project, word=text).ingredients if name.startswith("outside")]


def test_a_run_that_failed_is_not_called_out_of_date(project: Project, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "book")
    listed = listed_runs(project)
    custom_run(project, read_chapter(project, "tiny"), {"power": 4}, listed)
    assert kept_custom_runs(project, listed) == []
    assert caplog.messages == []


def test_listed_runs_have_pages_of_their_own(project: Project) -> None:
    assert [run.page for run in listed_runs(project)] == ["tiny", "tiny-cubic", "second"]
    assert [run.page for run in listed_runs(project, smoke=True)] == ["tiny", "second"]


def test_values_of_a_listed_run_are_that_run(project: Project) -> None:
    chapter, listed = read_chapter(project, "tiny"), listed_runs(project)
    assert custom_run(project, chapter, {"power": 3}, listed).name == "cubic"
    assert custom_run(project, chapter, {"power": 4}, listed).name.startswith("custom-")


@pytest.mark.parametrize(
    ("given", "command"),
    [
        ({}, "make chapter NAME=tiny"),
        ({"power": 3, "loud": True}, 'make chapter NAME=tiny PARAMS="-p power 3 -p loud True"'),
        ({"word": "two words"}, "make chapter NAME=tiny PARAMS=\"-p word 'two words'\""),
    ],
)
def test_the_command_that_repeats_a_run(project: Project, given: dict[str, object], command: str) -> None:
    assert run_of(project, **given).command() == command


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tiny: {smoke: {}, runs: {default: {}}}", "second.py has no entry"),
        ("tiny: {runs: {default: {}}}", "must have smoke"),
        ("tiny: {smoke: {}, runs: {}}", "must have smoke"),
        (
            "{tiny: {smoke: {}, runs: {a: {power: x}}}, second: {smoke: {}, runs: {a: {}}}}",
            "power must be int",
        ),
        (
            "{tiny: {smoke: {}, runs: {a: {}}}, second: {smoke: {}, runs: {a: {}}}, third: {smoke: {}, runs: {a: {}}}}",
            "third.py is missing",
        ),
    ],
)
def test_a_wrong_list_of_runs_is_refused(project: Project, text: str, message: str) -> None:
    (project.book / "runs.yml").write_text(text)
    with pytest.raises(BookError, match=message):
        listed_runs(project)


def test_a_table_of_contents_that_forgets_a_chapter_is_refused(project: Project) -> None:
    path = project.book / "_toc.yml"
    path.write_text(path.read_text().replace("second", "third"))
    with pytest.raises(BookError, match=r"third.*second"):
        make_book(project)
