"""What students get runs to its first check, holds no solution, and can be compared; teachers get the rest."""

import ast
import builtins
import re
import symtable
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from book import build
from book.build import main, make_course
from book.chapters import Chapter, find_chapters, read_chapter
from book.course import write_course
from book.editions import as_source, assignment, exercises, instructor, student
from book.messages import with_messages
from book.notebooks import read, role
from book.plain import plain_markdown
from book.project import BookError, Project
from book.runs import listed_runs
from book.schedule import execute_all
from tests.book.conftest import ROOT, write_chapter

PROJECT = Project(ROOT, ROOT / "build")
each_chapter = pytest.mark.parametrize("slug", find_chapters(PROJECT))

EXERCISE = """\
x = 1  # a number

# %% [markdown]
# **1. The answer** (5 minutes). Set `answer`.

# %% tags=["exercise"]
answer = 0

# %% [markdown] tags=["hint"]
# Read the book.

# %% tags=["solution"]
answer = 42
print("it is", answer)

# %% tags=["mistake"]
# Read in base ten.
# Which is another one.
answer = 54

# %% tags=["check"]
assert answer == 42
print("six times", answer / 6)

# %% [markdown]
# **2. Think (an hour, open).** Why?
#
# **3. Think on.** (Open; an afternoon.)
"""


@cache
def chapter(slug: str) -> Chapter:
    return read_chapter(PROJECT, slug)


def code_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def names(source: str) -> tuple[set[str], set[str], set[str]]:
    """The names that a cell defines, those that it takes from above, and those that its functions will take."""

    def inner(table: symtable.SymbolTable) -> Iterator[symtable.Symbol]:
        for child in table.get_children():
            yield from (each for each in child.get_symbols() if each.is_global())
            yield from inner(child)

    top = symtable.symtable(source, "cell", "exec")
    defined = {each.get_name() for each in top.get_symbols() if each.is_assigned() or each.is_imported()}
    known = {*defined, *dir(builtins), "get_ipython"}
    direct = {each.get_name() for each in top.get_symbols() if each.is_referenced()}
    return defined, direct - known, {each.get_name() for each in inner(top)} - known


@each_chapter
def test_a_students_copy_needs_nothing_that_only_a_solution_defines(slug: str) -> None:
    found = [names(cell.source) for cell in code_of(student(chapter(slug).notebook()))]
    there: set[str] = set()
    for defined, direct, _ in found:
        assert direct <= there
        there |= defined
    assert set().union(*(later for _, _, later in found)) <= there


@each_chapter
def test_a_students_copy_is_the_chapter_up_to_its_first_check_without_the_solution(slug: str) -> None:
    """The build runs the same cells, and each check on its stub: so what a student runs first is what the build ran."""
    whole, copy = code_of(chapter(slug).notebook()), code_of(student(chapter(slug).notebook()))
    first = next(place for place, cell in enumerate(copy) if role(cell) == "check")
    before = [cell.source for cell in whole if role(cell) not in ("hint", "solution", "mistake")]
    assert [cell.source for cell in copy[:first]] == before[:first]
    assert role(copy[first - 1]) == "exercise"


@each_chapter
def test_no_solution_and_no_mistake_is_left_in_what_students_get(slug: str) -> None:
    notebook = chapter(slug).notebook()
    others = "\n".join(cell.source for cell in notebook.cells if role(cell) not in ("solution", "mistake"))
    given = as_source(student(notebook)).decode()
    assert given.count('tags=["exercise"]') == given.count('tags=["check"]') > 0
    assert given.count('tags=["exercise"]') == sum(each.checked for each in exercises(notebook))
    for cell in notebook.cells:
        if role(cell) in ("solution", "mistake"):
            assert f'tags=["{role(cell)}"]' not in given
            lines = [line for line in cell.source.splitlines() if len(line) > 30 and line not in others]
            assert [line for line in lines if line in given] == []


@each_chapter
def test_each_exercise_states_its_minutes_and_has_something_to_compare_with(slug: str) -> None:
    notebook = chapter(slug).notebook()
    assert all(each.minutes for each in exercises(notebook) if each.checked)
    told: list[bool] = []
    for cell in notebook.cells:
        if role(cell) == "exercise":
            told.append(False)
        elif role(cell) == "hint" or (role(cell) in ("solution", "check") and shows(cell.source)):
            told[-1] = True
    assert all(told), f"exercise {told.index(False) + 1} needs a hint: the number or picture that one should get"


@each_chapter
def test_each_exercise_notes_a_mistake_for_teachers(slug: str) -> None:
    roles = [role(cell) for cell in chapter(slug).notebook().cells if role(cell) in ("exercise", "mistake")]
    behind = [following for kind, following in zip(roles, [*roles[1:], ""], strict=True) if kind == "exercise"]
    assert set(behind) == {"mistake"}


def shows(source: str) -> bool:
    """Whether a cell of an exercise prints, or ends in what is displayed."""
    return "print(" in source or isinstance(ast.parse(source).body[-1], ast.Expr)


@each_chapter
def test_a_notebook_reads_its_data_wherever_it_lies(slug: str) -> None:
    assert [
        cell.source for cell in code_of(chapter(slug).notebook()) if re.search(r'"(book|data|build)/', cell.source)
    ] == []


@each_chapter
def test_a_teacher_gets_every_solution_and_every_mistake(slug: str) -> None:
    source = chapter(slug).notebook()
    made = instructor(source, source)
    texts = "\n".join(cell.source for cell in made.cells)
    for cell in source.cells:
        if role(cell) == "mistake":
            assert cell.source.splitlines()[-1] in texts
        elif cell.cell_type == "code":
            assert cell.source in texts
    assert [role(cell) for cell in code_of(made) if role(cell) == "mistake"] == []


@pytest.fixture
def made(project: Project) -> NotebookNode:
    write_chapter(project, EXERCISE)
    return read_chapter(project, "second").notebook()


def test_hints_and_what_comes_out_are_folded_and_a_check_says_what_it_got(made: NotebookNode) -> None:
    outputs = {"solution": "it is 42\n", "check": "six <times> 7\n"}
    for cell in made.cells:
        if role(cell) in outputs:
            cell.outputs = [stream(outputs[role(cell)])]
    cells = student(made).cells
    assert [cell.cell_type for cell in cells[3:7]] == ["code", "markdown", "markdown", "code"]
    stub, hint, expected, check = cells[3:7]
    assert stub.source == "answer = 0"
    assert "<summary>A hint</summary>\n\nRead the book." in hint.source
    assert "<pre>it is 42</pre>\n\n<pre>six &lt;times&gt; 7</pre>" in expected.source
    assert check.outputs == []
    assert "f'answer is {answer}; it should be 42'" in check.source
    assert all("csd" not in cell.metadata for cell in cells)


def stream(text: str) -> NotebookNode:
    return NotebookNode(output_type="stream", name="stdout", text=text)


def test_what_only_a_browser_can_draw_is_no_part_of_a_text(made: NotebookNode) -> None:
    shown = [{"text/html": "<table><tr><td>1</td></tr></table>", "text/plain": "<HTML>"}]
    shown += [{"text/html": "<table><script>x</script></table>", "text/plain": "<chart>"}, {"image/png": "aGk=\n"}]
    for cell in made.cells:
        if role(cell) == "solution":
            cell.outputs = [NotebookNode(output_type="display_data", data=NotebookNode(data)) for data in shown]
    text = next(cell.source for cell in student(made).cells if "What you should get" in cell.source)
    assert "<table><tr>" in text and "<script" not in text
    assert "<pre>&lt;chart&gt;</pre>" in text
    assert "![](data:image/png;base64,aGk=)" in text


def test_a_teacher_sees_minutes_and_mistakes(made: NotebookNode) -> None:
    cells = instructor(made, made).cells
    assert "| 1. The answer | 5 | 1 |\n| 2. Think | 60 | open: marked by hand |\n| 3. Think on |  |" in cells[0].source
    assert "**A hint.** Read the book." in [cell.source for cell in cells]
    (mistake,) = [cell.source for cell in cells if "common mistake" in cell.source and cell is not cells[0]]
    assert "Read in base ten. Which is another one.\n\n```python\nanswer = 54\n```" in mistake


def test_an_assignment_names_its_cells_and_gives_a_point_a_minute(made: NotebookNode) -> None:
    marked = [cell.metadata["nbgrader"] | {"source": cell.source} for cell in code_of(assignment(made, "second"))[1:]]
    assert [(each["grade_id"], each["solution"], each["grade"], each["locked"]) for each in marked] == [
        ("second-1", True, False, False),
        ("second-1-check", False, True, True),
    ]
    assert marked[1]["points"] == 5
    text = 'answer = 0\n\n### BEGIN SOLUTION\nanswer = 42\nprint("it is", answer)\n### END SOLUTION'
    assert marked[0]["source"] == text


@each_chapter
def test_no_markup_of_sphinx_is_left_outside_of_the_book(slug: str) -> None:
    cells = plain_markdown(PROJECT, chapter(slug).notebook()).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    assert [text for text in texts if re.search(r"\{[\w:]+\}`|:::|```\{|n\.d\.|\$\$ *\(", text)] == []


def test_terms_citations_links_and_boxes_become_plain_markdown(project: Project) -> None:
    (project.book / "references.bib").write_text(
        "@article{a, author={Gatys, Leon and Ecker, Alexander}, year={2016}}\n"
        "@article{b, author={Van Gogh, V. and de Hooch, P. and Hals, F.}, year={1888}}"
    )
    said = "{term}`maps <map>`, {term}`map`; {cite:t}`b` {cite:p}`a,b` [one](tiny) [two](intro) [out](https://x.y)\n\n"
    box = ":::{admonition} Mind\n:class: warning\nOne.\n\nTwo.\n:::\n\n$$ x $$ (eq-x)"
    write_chapter(
        project, f"x = 1  # a number\n\n# %% [markdown]\n{'# ' + (said + box).replace(chr(10), chr(10) + '# ')}"
    )
    text = plain_markdown(project, read_chapter(project, "second").notebook()).cells[-1].source
    assert text == (
        "maps, map; Van Gogh et al. (1888) (Gatys and Ecker, 2016; Van Gogh et al., 1888) [one](tiny.ipynb) two "
        "[out](https://x.y)\n\n> **Mind**\n>\n> One.\n>\n> Two.\n\n$$ x $$"
    )


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ("assert abs(f(2) - 4) < 1e-9", "f(2) is 3; it should be 4"),
        ("assert f(2) == f(3)", "f(2) is 3; it should be f(3), which is 4"),
        ("assert f(1) >= 7", "f(1) is 2; it should be >= 7"),
        ("assert f(1) in {5}", "f(1) is 2; it should be in {5}"),
        ("for x in (1,):\n    assert (\n        f(x) == 5\n    )", "f(x) is 2; it should be 5; with x = 1"),
        (
            "for case, x in {'é': 1, 'none': 0}.items():\n    for y in 'a' * 50, 2:\n        assert f(x) == 2  # odd",
            f"f(x) is 1; it should be 2; with case = none, x = 0, y = {'a' * 40}",
        ),
        ("assert np.allclose(f(np.ones(2)), [5, 5])", "f(np.ones(2)) is [2. 2.]; it should be [5, 5]"),
        ('assert f(1) == 3, "one more"', "one more: f(1) is 2; it should be 3"),
        ('assert (\n    f(1) == 3  # so\n), (\n    "one more"\n)', "one more: f(1) is 2; it should be 3"),
        ("assert f(1) == 3, [4]", "[4]: f(1) is 2; it should be 3"),
        ('assert "é" * f(1) == "é"; assert True', "'é' * f(1) is éé; it should be 'é'"),
        ('assert all(f(x) > 2 for x in (1, 2)), "more"', "more: this should hold: all((f(x) > 2 for x in (1, 2)))"),
        (
            "assert f(1) == 3 or f(2) == f(3)",
            "this should hold: f(1) == 3 or f(2) == f(3); f(1) is 2; f(2) is 3; f(3) is 4",
        ),
        ("assert np.isnan(f(1))", "this should hold: np.isnan(f(1)); f(1) is 2"),
        ("assert np.allclose(f(1), 3, atol=0.1)", "f(1) is 2; it should be 3"),
        ("assert 0 < f(1) < 1", "this should hold: 0 < f(1) < 1; f(1) is 2"),
        ("given = f(2)\nassert given - 1 == 3", "given - 1 is 2; it should be 3; with given = 3"),
        ("for x in 1, 2:\n    a, b = f(x), (1, x)\n    assert a == 2", "a is 3; it should be 2; with x = 2"),
        ("for _ in 1, 2:\n    assert f(1) == 3", "f(1) is 2; it should be 3"),
        ("length = len('ab')\nassert length + 1 == 2", "length + 1 is 3; it should be 2"),
        ("def g(x):\n    return x\ny = g(2)\nassert y + 1 == 2", "y + 1 is 3; it should be 2"),
        ("answers = {'right': 7}\nassert f(1) in answers", "f(1) is 2; it should be in answers"),
        ("assert f(1) == 2 and f(0) == 0", "this should hold: f(1) == 2 and f(0) == 0"),
        ("assert not np.isfinite(f(1))", "this should hold: not np.isfinite(f(1))"),
    ],
)
def test_a_failed_check_says_what_came_out_and_what_should(check: str, message: str) -> None:
    with pytest.raises(AssertionError) as caught:
        exec(with_messages(check), {"f": lambda x: x + 1, "np": pytest.importorskip("numpy")})  # noqa: S102
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("mistake, solution, check", "tagged exercise, solution, check"),
        ("exercise, mistake, solution, check", "any mistake behind the solution"),
        ("exercise, solution, check, hint", "any hint before the check"),
        ("exercise, solution, mistake, check", "must begin with a comment"),
    ],
)
def test_cells_of_exercises_have_their_places(project: Project, cells: str, message: str) -> None:
    tagged = "".join(f'\n\n# %% tags=["{name}"]\ny = 1' for name in cells.split(", "))
    write_chapter(project, f"x = 1  # a number{tagged}")
    with pytest.raises(BookError, match=message):
        read_chapter(project, "second")


def test_hints_and_their_places_are_free_and_an_empty_course_is_none(project: Project) -> None:
    write_chapter(project, EXERCISE.replace("42\nprint", '42\n\n# %% tags=["hint"]\nprint', 1))
    assert [role(cell) for cell in read_chapter(project, "second").notebook().cells if role(cell)] == [
        *("exercise", "hint", "solution", "hint", "mistake", "check")
    ]
    assert not write_course(project, []).exists()


@pytest.mark.book
def test_a_course_is_written_from_the_runs_and_its_notebooks_do_what_they_say(project: Project) -> None:
    write_chapter(project, EXERCISE)
    folder = make_course(project, "second")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*")) == [
        "instructor/second.ipynb",
        "nbgrader/nbgrader_config.py",
        "nbgrader/source/second/second.ipynb",
        "student/second.ipynb",
    ]
    copy = read(folder / "student" / "second.ipynb")
    assert "<pre>it is 42</pre>" in "".join(cell.source for cell in copy.cells)
    said = first_failure(copy, project.root)
    assert said is not None and "answer is 0; it should be 42" in said
    taught = read(folder / "instructor" / "second.ipynb")
    (mistake,) = [cell.source for cell in taught.cells if cell.source.startswith("**A common mistake.**")]
    assert mistake.endswith("The check says:\n\n```text\nAssertionError: answer is 54; it should be 42\n```")
    code_of(copy)[1].source = "answer = 41"
    assert "answer is 41; it should be 42" in str(first_failure(copy, project.root))
    code_of(copy)[1].source = "answer = 42"
    assert first_failure(copy, project.root) is None
    assert first_failure(read(folder / "instructor" / "second.ipynb"), project.root) is None
    assert first_failure(read(folder / "nbgrader" / "source" / "second" / "second.ipynb"), project.root) is None


def first_failure(notebook: NotebookNode, root: Path) -> str | None:
    """What the first cell says that fails, which must be a check."""
    client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(root)}})
    try:
        client.execute()
    except CellExecutionError as error:
        failed = [cell for cell in code_of(notebook) if any(each.output_type == "error" for each in cell.outputs)]
        assert [role(cell) for cell in failed] == ["check"]
        return f"{error.ename}: {error.evalue}"
    return None


@pytest.mark.slow
@pytest.mark.book
def test_the_quickstarts_copy_runs_to_its_first_check(tmp_path: Path) -> None:
    copy = student(chapter("quickstart").notebook())
    parameters = next(cell for cell in copy.cells if "parameters" in cell.metadata.get("tags", []))
    parameters.source += "\nimages = 120"
    said = first_failure(copy, ROOT)
    assert said is not None and "trust(0.5, 0.8, 0.2) is 0.8" not in said
    assert "trust(0.001, 1.0, 0.05) is 1.0; it should be 0.0196" in said


def test_an_unknown_chapter_of_a_course_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    assert main(["course", "no_such_chapter"]) == 1
    assert "no chapter 'no_such_chapter'" in caplog.text


def test_the_command_line_takes_one_chapter_or_all(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(build, "make_course", lambda project, slug: seen.append(slug))
    assert [main(["course"]), main(["course", "quickstart"])] == [0, 0]
    assert seen == ["", "quickstart"]


@pytest.mark.book
def test_a_mistake_that_passes_its_check_fails_the_build(project: Project) -> None:
    write_chapter(project, EXERCISE.replace("answer = 54", "answer = 42.0"))
    (run,) = [run for run in listed_runs(project) if run.chapter.slug == "second"]
    (failure,) = execute_all(project, [run])
    assert "exercise 1: its check passes on a common mistake" in failure.error
