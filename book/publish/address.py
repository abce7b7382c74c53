"""Where the repository is hosted: one setting, ``repository: url:`` in ``_config.yml``; beside it, where the book is.

Launch buttons, the links below a page, what a page tells of itself elsewhere, the first cell of published notebooks and
Binder's environment come from it. Where it is empty there are none of them.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from book.project import BookError, Project
from book.publish.release import read_version
from book.publish.versions import folder_of

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
        published: address of the book, which ends with a slash; empty where it is the one that GitHub Pages gives.

    Example:
        >>> Address("somebody", "book").wheel("0.1.0")
        'https://github.com/somebody/book/releases/download/v0.1.0/csdlib-0.1.0-py3-none-any.whl'
    """

    owner: str
    name: str
    published: str = ""

    @property
    def url(self) -> str:
        """Of the repository's first page."""
        return f"https://github.com/{self.owner}/{self.name}"

    @property
    def site(self) -> str:
        """Where the book is published; ends with a slash.

        Example:
            >>> Address("Somebody", "book").site, Address("somebody", "somebody.github.io").site
            ('https://somebody.github.io/book/', 'https://somebody.github.io/')
        """
        host = f"{self.owner.lower()}.github.io"
        if self.published:
            return self.published
        return f"https://{host}/" if self.name.lower() == host else f"https://{host}/{self.name}/"

    def wheel(self, version: str) -> str:
        """Where the wheel of a release lies."""
        return f"{self.url}/releases/download/v{version}/csdlib-{version}-py3-none-any.whl"

    def file(self, version: str, path: str) -> str:
        """Where a file of a release lies, as it is."""
        return f"https://raw.githubusercontent.com/{self.owner}/{self.name}/v{version}/{path}"


def read_address(project: Project) -> Address | None:
    """The repository's address; None where it is not set.

    Raises:
        BookError: it is no address of a repository on GitHub, or the book's is none of a folder on a server.
    """
    setting = read_config(project).get("repository", {})
    url, site = setting.get("url") or "", setting.get("site") or ""
    if site and not re.fullmatch(r"https?://[\w.-]+(:\d+)?(/[\w.~/-]*)?", site):
        raise BookError(f"_config.yml: repository: site: must be as https://book.example.org/ or empty, not {site!r}")
    if not url:
        return None
    found = _GITHUB.fullmatch(url)
    if found is None:
        raise BookError(f"_config.yml: repository: url: must be https://github.com/OWNER/NAME or empty, not {url!r}")
    return Address(found[1], found[2], f"{site.rstrip('/')}/" if site else "")


def notebooks_branch(version: str) -> str:
    """The branch that holds the executed notebooks of a version, and nothing else: a page that is kept opens its own.

    Example:
        >>> notebooks_branch("0.1.2")
        'notebooks-v0.1'
    """
    return f"notebooks-{folder_of(version)}"


def site_config(project: Project) -> dict[str, Any]:
    """What Jupyter Book reads: ``_config.yml``, with launch buttons and links below each page where the address is set.

    The theme makes buttons for every page that is a notebook, and fails where it has buttons and no address. Its
    options stand below ``sphinx``: there ``_config.yml`` has some, which replace what Jupyter Book makes of its own.
    """
    config, address = read_config(project), read_address(project)
    config.pop("repository", None)
    if address is not None:
        version = read_version(project.root)
        branch = notebooks_branch(version)
        launch = {"repository_url": address.url, "repository_branch": branch, "launch_buttons": _LAUNCH}
        below = {"article_footer_items": ["page_links.html"]}
        own = {"html_baseurl": address.site, "templates_path": ["_templates"]}
        told = {"repository": address.url, "site": address.site, "version": version}
        sphinx = config["sphinx"]["config"]
        sphinx |= own
        sphinx["html_theme_options"] |= launch | below
        sphinx["html_context"] |= {f"book_{name}": value for name, value in told.items()}
    return config


def read_config(project: Project) -> dict[str, Any]:
    """What ``_config.yml`` holds."""
    config: dict[str, Any] = yaml.safe_load((project.root / "_config.yml").read_text(encoding="utf-8"))
    return config
