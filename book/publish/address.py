"""Where the repository is hosted: one setting, ``repository: url:`` in ``_config.yml``.

Launch buttons, the first cell of published notebooks and Binder's environment come from it. Where it is empty there are
none of them.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from book.project import BookError, Project

#: The branch that holds the executed notebooks, and nothing else.
BRANCH = "notebooks"

_GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
_LAUNCH = {
    "notebook_interface": "jupyterlab",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
}


@dataclass(frozen=True)
class Address:
    """A repository on GitHub; Colab opens notebooks of no other host.

    Attributes:
        owner: a person or an organisation.
        name: of the repository.

    Example:
        >>> Address("somebody", "book").wheel("0.1.0")
        'https://github.com/somebody/book/releases/download/v0.1.0/csdlib-0.1.0-py3-none-any.whl'
    """

    owner: str
    name: str

    @property
    def url(self) -> str:
        """Of the repository's first page."""
        return f"https://github.com/{self.owner}/{self.name}"

    def wheel(self, version: str) -> str:
        """Where the wheel of a release lies."""
        return f"{self.url}/releases/download/v{version}/csdlib-{version}-py3-none-any.whl"

    def file(self, version: str, path: str) -> str:
        """Where a file of a release lies, as it is."""
        return f"https://raw.githubusercontent.com/{self.owner}/{self.name}/v{version}/{path}"


def read_address(project: Project) -> Address | None:
    """The repository's address; None where it is not set.

    Raises:
        BookError: it is no address of a repository on GitHub.
    """
    url = _read(project).get("repository", {}).get("url") or ""
    if not url:
        return None
    found = _GITHUB.fullmatch(url)
    if found is None:
        raise BookError(f"_config.yml: repository: url: must be https://github.com/OWNER/NAME or empty, not {url!r}")
    return Address(*found.groups())


def site_config(project: Project) -> dict[str, Any]:
    """What Jupyter Book reads: ``_config.yml``, with launch buttons where the address is set.

    The theme makes one for every page that is a notebook, and fails where it has buttons and no address.
    """
    config, address = _read(project), read_address(project)
    if address is None:
        config.pop("repository", None)
        return config
    return {**config, "repository": {"url": address.url, "branch": BRANCH}, "launch_buttons": _LAUNCH}


def _read(project: Project) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    return config
