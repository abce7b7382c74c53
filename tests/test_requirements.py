"""Who asks for little gets by with little: what rooms import, what the extras install, what scoring wakes up."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import csdlib
from csdlib.cli.verbs import EXTRAS as EXTRAS_OF_VERBS
from csdlib.errors import InputError, needs_extra
from tests import packages
from tests.conftest import stripes

HOUSE = Path(csdlib.__file__).parent
PROVIDED_BY = packages.provided_by()

#: What the book is built with; its set-up installs the lock, and so the lock holds it (tests/book/test_frame.py).
STACK = {
    *("jupyter-book", "jupytext", "papermill", "torch", "open-clip-torch"),
    *("diffusers", "faiss-cpu", "plotly", "umap-learn", "pandas"),
}

#: What neither scoring nor its help may wake: each takes seconds to import, or is not installed with the core.
ASLEEP = {
    *("IPython", "accelerate", "cv2", "diffusers", "joblib", "numba", "open_clip"),
    *("peft", "plotly", "sklearn", "tokenizers", "transformers", "umap"),
}


def imported(path: Path) -> Iterator[str]:
    """The foreign packages that a file imports, at its top or later."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module).partition(".")[0]


def extras_named(path: Path) -> set[str]:
    """The extras that a file names to those who lack them, or the door of its room."""
    room = HOUSE / path.relative_to(HOUSE).parts[0] / "__init__.py"
    texts = [each.read_text(encoding="utf-8") for each in (path, room) if each.is_file()]
    return set(re.findall(r'(?:needs_extra\("|csdlib\[)(\w+)', " ".join(texts)))


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda path: str(path.relative_to(HOUSE)))
def test_what_is_imported_is_in_the_core_or_in_an_extra_that_is_named(path: Path) -> None:
    foreign = set(imported(path)) - sys.stdlib_module_names - {"csdlib"}
    declared = packages.names().union(*map(packages.names, extras_named(path)))
    assert not {name for name in foreign if not PROVIDED_BY[name] & declared}


def test_the_core_holds_nothing_that_is_not_imported() -> None:
    foreign = {name for path in HOUSE.rglob("*.py") for name in imported(path)}
    assert packages.names() <= set().union(*(PROVIDED_BY.get(name, set()) for name in foreign))


def test_every_extra_that_is_named_exists() -> None:
    named = set().union(*map(extras_named, HOUSE.rglob("*.py")), EXTRAS_OF_VERBS.values())
    assert named == set(packages.EXTRAS) - packages.NOT_LOCKED - {"book", "test"}


def test_the_core_has_nothing_heavy_and_the_book_has_all() -> None:
    heavy = {"diffusers", "transformers", "accelerate", "plotly", "umap-learn", "numba", "ipython", "jupyter-book"}
    assert not heavy & packages.with_what_they_need(packages.names())
    assert packages.names("book") >= STACK
    others = set(packages.EXTRAS) - packages.NOT_LOCKED - {"onnx", "test"}
    assert packages.names("book") == set().union(*map(packages.names, others))


@pytest.mark.parametrize(
    "program",
    [
        "import csdlib; csdlib.style_similarity",
        "import csdlib; csdlib.score",
        "from csdlib.cli import app; app(['--help'], standalone_mode=False)",
    ],
)
def test_to_ask_for_a_score_or_for_help_wakes_nothing_heavy(program: str) -> None:
    assert not woken(program) & (ASLEEP | {"torchvision", "timm", "scipy.stats"})


@pytest.mark.slow
def test_to_compare_two_pictures_wakes_nothing_but_the_descriptor(tmp_path: Path) -> None:
    pictures = [str(tmp_path / f"{number}.png") for number in range(2)]
    for number, path in enumerate(pictures):
        stripes(number, 4, number).save(path)
    command = ["compare", *pictures]
    assert not woken(f"from csdlib.cli import app; app({command}, standalone_mode=False)") & ASLEEP


def woken(program: str) -> set[str]:
    """The modules that a program of its own has imported."""
    code = f"import sys; {program}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


def test_a_function_that_lacks_a_package_names_the_extra() -> None:
    @needs_extra("maps")
    def laid_out(missing: bool) -> str:
        if missing:
            import no_such_package  # noqa: F401
        return "a map"

    assert laid_out(missing=False) == "a map"
    for _ in range(2):
        with pytest.raises(InputError, match=r"^no_such_package is not installed: pip install 'csdlib\[maps\]'$"):
            laid_out(missing=True)


def test_of_two_doors_the_outer_one_names_the_extra_and_other_mistakes_pass() -> None:
    with pytest.raises(InputError, match=r"csdlib\[train\]"), needs_extra("train"), needs_extra("atelier"):
        import no_such_package  # noqa: F401
    with pytest.raises(InputError, match="no such picture"), needs_extra("train"):
        raise InputError("no such picture")
