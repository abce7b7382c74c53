"""What ``pyproject.toml`` asks for: the packages of the core, and of the core with an extra."""

import tomllib
from importlib.metadata import packages_distributions, requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
#: What the lock leaves out: servers, for those who mark or work in JupyterLab.
NOT_LOCKED = {"course", "lab"}


def wanted(extra: str = "") -> list[Requirement]:
    """The requirements of the core, or of an extra and of those that it includes."""
    own = [Requirement(text) for text in (EXTRAS[extra] if extra else PROJECT["dependencies"])]
    included = [each for requirement in own if requirement.name == "csdlib" for each in requirement.extras]
    others = [requirement for requirement in own if requirement.name != "csdlib"]
    return [*others, *(requirement for each in included for requirement in wanted(each))]


def names(extra: str = "") -> set[str]:
    """The names of the core's packages, with those of an extra, as an index writes them."""
    return {canonicalize_name(requirement.name) for each in {"", extra} for requirement in wanted(each)}


def with_what_they_need(packages: set[str]) -> set[str]:
    """Packages that are installed here, with all that is installed because they need it."""
    found: set[str] = set()
    while packages:
        found |= packages
        needed = [Requirement(text) for package in packages for text in requires(package) or ()]
        here = [each.name for each in needed if not each.marker or each.marker.evaluate({"extra": ""})]
        packages = {canonicalize_name(name) for name in here} - found
    return found


def provided_by() -> dict[str, set[str]]:
    """The name that is imported -> the packages that it may come from."""
    return {name: set(map(canonicalize_name, found)) for name, found in packages_distributions().items()}
