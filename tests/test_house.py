"""The plan of the house: what is a room, what stands on the ground floor, and that the map shows all of it.

The floors themselves are held by import-linter (``tool.importlinter`` in pyproject.toml).
"""

import ast
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import csdlib

HOUSE = Path(csdlib.__file__).parent
ROOMS = sorted(path.parent.name for path in HOUSE.glob("*/__init__.py"))
STUBS = sorted(HOUSE.rglob("__init__.pyi"))


def package(stub: Path) -> str:
    """The package of a stub, for example ``csdlib.metrics``."""
    return ".".join(stub.parent.relative_to(HOUSE.parent).parts)


def exported(stub: Path) -> dict[str, str]:
    """The names that a package exports, and the module that each is from; a room is from nowhere."""
    imports = [node for node in ast.parse(stub.read_text()).body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: node.module or "" for node in imports for alias in node.names}


def mapped(text: str) -> tuple[list[str], set[Path]]:
    """The rooms of the map in CONTRIBUTING.md, and its files and folders, as paths below ``csdlib``."""
    table = text[text.index("| room | file |") :].split("\n\n")[0].splitlines()[2:]
    rooms, shown, room = [], set(), ""
    for row in table:
        first, second = row.split("|")[1:3]
        if first.strip():
            room = "".join(re.findall("`(.+?)`", first))
            rooms += [room] if room else []
        shown |= {Path(room, name) for name in re.findall("`(.+?)`", second)}
    return rooms, shown


def run(program: str) -> subprocess.CompletedProcess[str]:
    """A program in a process of its own, where nothing has been imported yet."""
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_every_room_is_listed_and_exports_its_names() -> None:
    names = exported(HOUSE / "__init__.pyi")
    assert set(dir(csdlib)) >= set(names)
    # The command line is no room to work in.
    assert sorted(name for name, module in names.items() if not module) == sorted({*ROOMS} - {"cli"})
    # A folder in a room may have a list of its own.
    assert {package(stub) for stub in STUBS} >= {"csdlib", *(f"csdlib.{room}" for room in ROOMS if room != "cli")}


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "cli"])
def test_a_room_is_entered_without_importing_it(room: str) -> None:
    found = run(f"import csdlib; print(*dir(csdlib.{room}))")
    assert not found.stderr
    assert set(found.stdout.split()) >= set(exported(HOUSE / room / "__init__.pyi"))


@pytest.mark.slow
def test_every_exported_name_is_there() -> None:
    names = [f"{package(stub)}.{name}" for stub in STUBS for name in exported(stub)]
    found = run("import csdlib\n" + "\n".join(names))
    assert not found.returncode, found.stderr


@pytest.mark.parametrize("stub", STUBS, ids=package)
def test_no_module_bears_the_name_of_what_its_package_exports(stub: Path) -> None:
    modules = {module.name for module in pkgutil.iter_modules([str(stub.parent)])}
    assert not modules & {name for name, module in exported(stub).items() if module}


def test_the_ground_floor_has_five_files() -> None:
    files = {path.name for path in HOUSE.iterdir() if path.is_file()}
    around = {"__init__.py", "__init__.pyi", "__main__.py", "py.typed"}
    assert files - around == {"errors.py", "files.py", "images.py", "tables.py", "texts.py"}
    assert files >= around


def test_the_map_shows_every_room_and_every_file() -> None:
    rooms, shown = mapped((HOUSE.parent / "CONTRIBUTING.md").read_text())
    assert sorted(rooms) == [f"{room}/" for room in ROOMS]
    assert not {path for path in shown if not (HOUSE / path).exists()}, "on the map, and not there"
    files = {path.relative_to(HOUSE) for path in HOUSE.rglob("*.py") if not path.name.startswith("__")}
    # A folder stands for the files in it. The drawn world is too large for the map.
    folders = {Path("atelier"), *(path for path in shown if not path.suffix)}
    assert not {path for path in files - shown if not folders & set(path.parents)}, "there, and not on the map"


def test_only_the_door_names_the_drawn_world() -> None:
    """import-linter sees imports; a name in a text, imported when it is wanted, it does not see."""
    above = {"atelier", "recipes", "cli"}
    files = [path.relative_to(HOUSE) for path in HOUSE.rglob("*.py")]
    below = [path for path in files if path.parts[0] not in above]
    assert [str(path) for path in below if "csdlib.atelier" in (HOUSE / path).read_text()] == ["datasets/registry.py"]


def calls(tree: ast.AST) -> Iterator[tuple[str, dict[str, str]]]:
    """Every call: what is called, and its named arguments, as source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {each.arg or "**": ast.unparse(each.value) for each in node.keywords}


@pytest.mark.parametrize("path", sorted([*HOUSE.rglob("*.py"), *(HOUSE.parent / "book").rglob("*.py")]), ids=str)
def test_nothing_from_outside_is_unpickled_and_no_shell_is_started(path: Path) -> None:
    for called, options in calls(ast.parse(path.read_text(encoding="utf-8"))):
        name = called.rpartition(".")[2]
        assert not called.startswith(
            ("pickle.", "cPickle.", "dill.", "joblib.load", "os.system", "os.popen", "marshal.")
        )
        assert options.get("shell", "False") == "False"
        assert options.get("allow_pickle", "False") == "False"
        if called == "np.load":
            assert options.get("allow_pickle") == "False", "say so: the default may change"
        if called == "torch.load":
            assert options.get("weights_only") == "True"
        if name in ("from_pretrained", "download") and "Diffusion" in called:
            assert options.get("use_safetensors") == "True"
        assert called not in ("eval", "exec"), "of nothing that is not the chapter's own"
