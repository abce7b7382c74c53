"""What stands around the book agrees with itself."""

import re
import subprocess

import pytest
import yaml
from packaging.requirements import Requirement

import csdlib
from book.assemble import check_contents
from book.chapters import read_chapter
from book.parameters import Scalar
from book.project import Project
from book.runs import listed_runs
from csdlib.recipes import shared
from tests import packages
from tests.book.conftest import ROOT

PROJECT = Project(ROOT, ROOT / "build")
LOCK = (ROOT / "requirements.lock").read_text()


def test_runs_contents_and_chapters_name_the_same_slugs() -> None:
    check_contents(PROJECT)
    assert {run.page for run in listed_runs(PROJECT, smoke=True)} <= {run.page for run in listed_runs(PROJECT)}


def test_the_environment_installs_the_lock_and_then_the_module() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, pip, installed = environment["dependencies"]
    assert environment["channels"] == ["conda-forge"]
    assert python.replace(" ", "") == f"python{packages.PROJECT['requires-python']}"
    assert pip == "pip"
    assert installed == {"pip": ["-r requirements.lock", "-e ."]}


def test_the_lock_meets_every_requirement() -> None:
    locked: dict[str, list[str]] = {}
    for line in LOCK.splitlines():
        requirement = Requirement(line)
        locked.setdefault(requirement.name.lower(), []).append(str(requirement.specifier).removeprefix("=="))
    for requirement in {
        each for extra in {"", *packages.EXTRAS} - packages.NOT_LOCKED for each in packages.wanted(extra)
    }:
        versions = locked[re.sub(r"[-_.]+", "-", requirement.name).lower()]
        assert all(requirement.specifier.contains(version) for version in versions), requirement


def test_the_lock_holds_versions_and_no_addresses() -> None:
    assert "://" not in LOCK
    assert all("==" in line for line in LOCK.splitlines())


def test_the_citation_names_the_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == csdlib.__version__
    assert citation["license"] == packages.PROJECT["license"] == "MIT"


TARGETS = [
    "book",
    "chapter",
    "course",
    "pdf",
    "serve",
    "test",
    "test-fast",
    "lint",
    "bench",
    "lock",
    "clean",
    "links",
    "release",
]


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_and_explains_each_target(target: str) -> None:
    result = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    assert re.search(rf"make {target} +\S", result.stdout)


def test_an_old_python_is_refused_clearly() -> None:
    command = ["make", "-W", "requirements.lock", "setup", "PYTHON=false"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert "Python 3.11 or newer is needed" in result.stdout


def test_what_chapters_share_is_what_they_compare() -> None:
    """Whoever adds a descriptor or a generator to these chapters adds it to what is made before them."""

    def default(slug: str, name: str) -> Scalar:
        return {each.name: each.default for each in read_chapter(PROJECT, slug).parameters}[name]

    def compared(slug: str) -> set[str]:
        return {str(default(slug, "descriptor")), *str(default(slug, "baselines")).split(",")}

    assert compared("what_decides_a_benchmark") == compared("retrieval_benchmark") == set(shared.BENCHMARKED)
    assert compared("whose_style_is_it") | compared("who_is_in_the_model") == set(shared.STUDIED)
    asked = "made_each", "guidance", "denoising_steps", "seed"
    for slug in ("whose_style_is_it", "who_is_in_the_model"):
        assert default(slug, "model") in shared.GENERATORS
        made = shared.MADE_EACH, shared.GUIDANCE, shared.STEPS, 0
        assert tuple(default(slug, name) for name in asked) == made


def test_the_glossary_is_alphabetical_and_knows_every_model_of_the_book() -> None:
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    terms = re.findall(r"^(?![ :#]|The words|meaning)(\S.*)$", text, flags=re.MULTILINE)
    assert terms == sorted(terms, key=str.lower)
    models = {path.name for path in (ROOT / "data" / "models").iterdir()} - {"corpora", "facets"}
    assert models | set(shared.BENCHMARKED) <= set(terms)
