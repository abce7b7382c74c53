"""The wheel: what it holds, and what it can where nothing is installed but itself and the core's packages.

No index is asked: the environments borrow the packages of the running interpreter.
"""

import os
import re
import shlex
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import files
from pathlib import Path

import pytest
from typer.main import get_group

import csdlib
from book.publish.address import Address
from book.publish.launched import Source
from csdlib.cli.verbs import EXTRAS, FILES
from tests import packages
from tests.conftest import stripes

pytestmark = pytest.mark.slow

#: What is asked for -> the extra without which it cannot be had.
DOORS = {
    "csdlib.atelier.render": "atelier",
    "csdlib.load_dataset('atelier')": "atelier",
    "csdlib.curation.curate": "curate",
    "csdlib.descriptors.load_clip": "generate",
    "csdlib.load('introstyle')": "generate",
    "csdlib.load('imagenet-statistics')": "art",
    "csdlib.generation.generate": "generate",
    "csdlib.training.fit": "train",
    "csdlib.recipes.train_csd_art": "train",
    "csdlib.maps.style_map(found)": "maps",
    "csdlib.figures.map_figure": "maps",
}

#: Twenty vectors to lay out.
VECTORS = """
import numpy as np
vectors = np.eye(20, dtype=np.float32)
found = csdlib.Embeddings(vectors, np.array([str(row) for row in range(20)]), "x", "cosine")
"""

#: Pictures as numbers, neighbours and a score, by what ships.
SCORING = """
import csdlib
from csdlib.retrieval import neighbours
table = csdlib.load_dataset("folder", root="pictures")
for name in ("csd-art", "csd-tiny", "clip-tiny", "copy-tiny", "gram-clip-tiny", "gram"):
    found = csdlib.embed(table, csdlib.load(name))
    assert len(found) == len(table), name
assert neighbours(found, found, 3).rows.shape == (len(table), 3)
assert csdlib.style_similarity("a.jpg", "a.jpg").value > 0.999
"""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    options = ["--no-index", "--no-build-isolation", "--no-deps", "--wheel-dir", str(folder), str(packages.ROOT)]
    subprocess.run([*pip, *options], check=True)
    return next(folder.glob("csdlib-*.whl"))


def said_in_help() -> dict[str, list[str]]:
    """Verb -> the examples below its help."""
    found = {}
    for verb, file in FILES.items():
        shown = get_group(import_module(f"csdlib.cli.{file}").verbs).commands[verb].epilog or ""
        found[verb] = re.findall(r"^Example: (.+)$", shown, flags=re.MULTILINE)
    return found


EXAMPLES = said_in_help()
#: Verbs that make what the book ships, for hours: what they were called with stands in the models' cards.
OURS = {verb for verb, file in FILES.items() if file in ("training", "recording")}
#: Verbs whose examples need more than the core.
MORE = {"curate", "export"} | {verb for verb, file in FILES.items() if file in EXTRAS}


def draw(folder: Path) -> None:
    """What the README and the examples name: two pictures, folders of two painters' pictures, a shard, two names."""
    for painter in range(2):
        for name in ("pictures", "generated", "references"):
            (folder / name / f"painter-{painter}").mkdir(parents=True)
        stripes(painter, 4, painter).save(folder / f"{'ab'[painter]}.jpg")
        for number in range(20):
            stripes(painter, 4, 2 * number + painter).save(folder / f"pictures/painter-{painter}/{number}.png")
            caption = f"an oil painting by {('Ilva Torrend', 'Bram Osterkey')[painter]}, number {number}"
            (folder / f"pictures/painter-{painter}/{number}.txt").write_text(caption)
        for number, name in enumerate(("generated", "references") * 3):
            stripes(painter, 4, 900 + number).save(folder / name / f"painter-{painter}" / f"{number}.png")
    (folder / "shards").mkdir()
    with tarfile.open(folder / "shards" / "00000.tar", "w") as archive:
        archive.add(folder / "a.jpg", "0.jpg")
    (folder / "names.txt").write_text("ilva-torrend\nbram-osterkey\n")


def environment(folder: Path, wheel: Path, borrowed: Path) -> Run:
    """The wheel in a fresh environment that borrows packages; what runs a program in it, among pictures.

    A file ``.pth`` adds the folder as it is: links to a checkout that lie in it are not followed.
    """
    venv.create(folder / "venv", with_pip=False)
    programs = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    options = ["--quiet", "--disable-pip-version-check", "--no-index", "--no-deps"]
    pip = [sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", *options, str(wheel)]
    subprocess.run(pip, check=True)
    packages_of = next((folder / "venv").rglob("site-packages"))
    (packages_of / "borrowed.pth").write_text(f"{borrowed}\n")
    draw(folder / "work")
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(programs / program), *arguments],
            cwd=folder / "work",
            env=variables | {"CSDLIB_CACHE": str(folder / "cache")},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Run:
    """The wheel among all packages of the running interpreter."""
    return environment(tmp_path_factory.mktemp("whole"), wheel, Path(pytest.__file__).parents[1])


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Run:
    """The wheel among the packages of its core, and of what these need: no other can be imported."""
    folder = tmp_path_factory.mktemp("core")
    borrowed = folder / "packages"
    borrowed.mkdir()
    for package in packages.with_what_they_need(packages.names()):
        for name in {file.parts[0] for file in files(package) or ()} - {"..", "__pycache__"}:
            # Several packages may share a folder.
            if not (borrowed / name).exists():
                (borrowed / name).symlink_to(Path(pytest.__file__).parents[1] / name)
    return environment(folder, wheel, borrowed)


def test_it_holds_the_module_and_what_ships_in_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.0f} MB, {len(held)} files")  # noqa: T201
    house = {path for path in (packages.ROOT / "csdlib").rglob("*") if path.is_file() and path.suffix != ".pyc"}
    data = {path for path in (packages.ROOT / "data").rglob("*") if path.is_file()}
    assert held == {
        *(path.relative_to(packages.ROOT).as_posix() for path in house),
        *(f"csdlib/{path.relative_to(packages.ROOT).as_posix()}" for path in data),
    }


def test_the_first_cell_of_a_published_notebook_installs_it(wheel: Path, tmp_path: Path) -> None:
    """The line that Colab would run, with the wheel from here instead of from a release; packages are borrowed."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin") / "python"
    source = Source(Address("somebody", "book"), csdlib.__version__)
    line = next(line for line in source.first_cell(["maps"]).source.splitlines() if "%pip" in line)
    assert line.count(source.address.wheel(csdlib.__version__)) == 1
    words = shlex.split(line.strip().replace(source.address.wheel(csdlib.__version__), wheel.as_uri()))
    assert words[:2] == ["%pip", "install"]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", str(python)]
    subprocess.run([*pip, *words[1:], "--no-index", "--no-deps"], check=True)
    next((tmp_path / "venv").rglob("site-packages")).joinpath("borrowed.pth").write_text(
        f"{Path(pytest.__file__).parents[1]}\n"
    )
    # What a chapter reads beside models is there, too.
    program = "import csdlib; print(csdlib.data_path('results/bench.csv'), csdlib.data_path('published/retrieval.csv'))"
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(python), "-c", program], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stderr
    assert done.stdout.count("site-packages") == 2


def test_the_readme_runs_with_the_core_alone(core: Run) -> None:
    use = (packages.ROOT / "README.md").read_text(encoding="utf-8").split("\n## Use csdlib\n")[1].split("\n## ")[0]
    blocks = re.findall(r"```python\n(.+?)```", use, flags=re.DOTALL)
    assert blocks
    done = core("python", "-c", "\n".join([*blocks, "print(csdlib.__file__, csdlib.__version__)"]))
    assert not done.returncode, done.stderr
    file, version = done.stdout.split()
    assert "site-packages" in file
    assert not Path(file).is_relative_to(packages.ROOT)
    assert version == csdlib.__version__


def test_scoring_and_the_shipped_models_need_the_core_alone(core: Run) -> None:
    done = core("python", "-c", SCORING)
    assert not done.returncode, done.stderr


#: Runs commands in one process, each as the shell would give it, and ends at the first that fails.
COMMANDS = """
import sys
from csdlib.cli import app
for command in {commands}:
    print(command, file=sys.stderr)
    app(command[1:], standalone_mode=False)
"""


def run_all(run: Run, verbs: list[str]) -> subprocess.CompletedProcess[str]:
    commands = [shlex.split(command) for verb in verbs for command in EXAMPLES[verb]]
    return run("python", "-c", COMMANDS.format(commands=commands))


def test_examples_of_the_help_run_with_the_core_alone(core: Run) -> None:
    assert core("csdlib", "--version").stdout == f"csdlib {csdlib.__version__}\n"
    for verb in FILES.keys() - OURS:
        assert EXAMPLES[verb], verb
    # In the order of the verbs: what one writes the next one reads.
    done = run_all(core, [verb for verb in FILES if verb not in OURS | MORE])
    assert not done.returncode, done.stderr


def test_examples_that_need_more_run_where_all_is_installed(whole: Run) -> None:
    done = run_all(whole, sorted(MORE - OURS))
    assert not done.returncode, done.stderr


def test_what_needs_more_says_in_one_sentence_how_to_get_it(core: Run) -> None:
    asked = "\n".join(
        f"try: {expression}\nexcept csdlib.InputError as error: print(error)\nelse: print('got it')"
        for expression in DOORS
    )
    done = core("python", "-c", f"import csdlib\n{VECTORS}\n{asked}")
    assert not done.returncode, done.stderr
    said = dict(zip(DOORS, done.stdout.splitlines(), strict=True))
    assert not {
        door for door, extra in DOORS.items() if f"not installed: pip install 'csdlib[{extra}]'" not in said[door]
    }


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        (["generate", "out"], "generate"),
        (["train", "out"], "train"),
        (["curate", "out", "--root", "pictures"], "curate"),
        (["record", "coverage"], "train"),
    ],
)
def test_a_command_that_needs_more_says_so(core: Run, command: list[str], extra: str) -> None:
    done = core("csdlib", *command)
    assert done.returncode == 2
    assert re.fullmatch(rf"csdlib: \w+ is not installed: pip install 'csdlib\[{extra}\]'\n", done.stderr)


def test_every_command_has_its_help_where_all_is_installed(whole: Run) -> None:
    program = f"""
from csdlib import __file__, cli
for verb in {list(FILES)}:
    cli.app([verb, "--help"], standalone_mode=False)
print(__file__)
"""
    done = whole("python", "-c", program)
    assert not done.returncode, done.stderr
    assert done.stdout.count("Usage: ") == len(FILES)
    assert not Path(done.stdout.splitlines()[-1]).is_relative_to(packages.ROOT)
