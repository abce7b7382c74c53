"""The targets of ``make`` that publish: ``python -m book.publish VERB``."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from book.project import BookError, Project, log, set_up_log
from book.publish.address import read_address, read_config
from book.publish.launched import write_notebooks
from book.publish.links import broken_inside, broken_outside
from book.publish.release import check_release, make_release, read_version
from book.publish.versions import add_version, kept_versions
from book.runs import listed_runs


def check(project: Project, options: argparse.Namespace) -> None:
    """Compares the tag with everything that names the version."""
    log.info("version %s: tag, module, citation and list of changes agree", check_release(project.root, options.tag))


def notebooks(project: Project, _options: argparse.Namespace) -> None:
    """Writes the notebooks that Colab and Binder open."""
    if read_address(project) is None:
        log.info("no notebooks: _config.yml names no repository from which they could be opened")
        return
    written = write_notebooks(project, listed_runs(project), _notebooks(project))
    log.info("%d notebooks in %s", len(written), _notebooks(project))


def release(project: Project, _options: argparse.Namespace) -> None:
    """Writes the files of a release."""
    for path in make_release(project, _notebooks(project), project.output / "release"):
        log.info("%s (%.1f MB)", path, path.stat().st_size / 1e6)


def site(project: Project, _options: argparse.Namespace) -> None:
    """Puts the built book among the versions that are published by now."""
    folder = project.output / "published"
    add_version(project.html, folder, read_version(project.root), read_config(project)["title"])
    log.info("versions in %s: %s", folder, ", ".join(kept_versions(folder)))


def links(project: Project, options: argparse.Namespace) -> None:
    """Looks for links of the built book that lead nowhere."""
    if not (project.html / "index.html").is_file():
        raise BookError(f"{project.html} holds no book; make book first")
    address = read_address(project)
    site = address.site if address else ""
    broken = broken_inside(project.html, site)
    if options.outside:
        gone, unknown = broken_outside(project.html, site)
        broken += gone
        for line in unknown:
            log.warning("cannot tell: %s", line)
    if broken:
        raise BookError(f"{len(broken)} links lead nowhere:\n" + "\n".join(broken))
    log.info("no broken link in %s", project.html)


VERBS: dict[str, Callable[[Project, argparse.Namespace], None]] = {
    each.__name__: each for each in (check, notebooks, release, site, links)
}


def main(arguments: Sequence[str] | None = None, root: Path = Path(__file__).resolve().parents[2]) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m book.publish", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    added = {name: verbs.add_parser(name, help=(verb.__doc__ or "").strip()) for name, verb in VERBS.items()}
    added["check"].add_argument("tag", help="of the release, for example v0.1.0")
    added["links"].add_argument("--outside", action="store_true", help="ask other servers, too")
    options = parser.parse_args(arguments)
    set_up_log()
    try:
        VERBS[options.verb](Project(root, root / "build"), options)
    except BookError as error:
        log.error("error: %s", error)
        return 1
    return 0


def _notebooks(project: Project) -> Path:
    return project.output / "notebooks"


if __name__ == "__main__":
    sys.exit(main())
