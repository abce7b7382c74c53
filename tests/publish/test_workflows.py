"""Workflows without the service: they keep their schemas, ask for little, and each line is a target of make."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from book.lab import START
from tests.packages import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted(GITHUB.glob("workflows/*.yml"))}
JOBS = {(name, job): content for name, workflow in WORKFLOWS.items() for job, content in workflow["jobs"].items()}
STEPS = [(where, step) for where, job in JOBS.items() for step in job["steps"]]
RUN = sorted({step["run"] for _, step in STEPS if "run" in step})
#: What may write, and what for.
WRITING = {
    ("publish", "pages"): {"pages": "write", "id-token": "write"},
    ("publish", "site"): {"contents": "write"},
    ("publish", "files"): {"contents": "write"},
    ("publish", "notebooks"): {"contents": "write"},
}


def make(*words: str) -> subprocess.CompletedProcess[str]:
    """A target of the Makefile, or several; the set-up counts as done."""
    return subprocess.run(["make", *words], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607


def triggers(workflow: dict[Any, Any]) -> dict[str, Any]:
    """What starts it: YAML reads "on" as true."""
    found: dict[str, Any] = workflow[True]
    return found


def test_all_of_them_are_there() -> None:
    started = {name: set(triggers(workflow)) for name, workflow in WORKFLOWS.items()}
    assert started == {
        "test": {"push", "pull_request"},
        "preview": {"pull_request"},
        "weekly": {"schedule", "workflow_dispatch"},
        "publish": {"push"},
        "class": {"pull_request", "schedule", "workflow_dispatch"},
    }


@pytest.mark.slow
def test_they_keep_their_schemas() -> None:
    done = make("workflows", "-o", ".venv/.installed")
    assert not done.returncode, done.stdout + done.stderr
    assert done.stdout.count("ok -- validation done") == 5


@pytest.mark.parametrize("line", RUN)
def test_each_line_is_a_target_that_make_knows(line: str) -> None:
    found = re.fullmatch(r"make ([a-z-]+)((?: [A-Z]+=\S+)*)", line)
    assert found, "logic belongs in the Makefile, where it can be run without the service"
    done = make("--dry-run", "-o", ".venv/.installed", found[1], "TAG=v0.1.0")
    assert not done.returncode, done.stderr
    assert re.search(rf"make {found[1]} +\S", make("help").stdout)


def test_only_those_write_who_must_and_they_install_nothing() -> None:
    asked = {
        where: {**(WORKFLOWS[where[0]].get("permissions") or {}), **job.get("permissions", {})}
        for where, job in JOBS.items()
    }
    assert all("permissions" in workflow for workflow in WORKFLOWS.values()), "without it a token may do much"
    assert {where: rights for where, rights in asked.items() if "write" in rights.values()} == WRITING
    for where in WRITING:
        lines = [step["run"] for step in JOBS[where]["steps"] if "run" in step]
        assert all(re.match(r"make (upload|push-notebooks|push-site)\b", line) for line in lines)
    assert {where for where, job in JOBS.items() for value in [yaml.dump(job)] if "secrets." in value} == set()


def test_actions_are_githubs_own_and_pinned_and_a_checkout_keeps_no_rights() -> None:
    for where, step in STEPS:
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]), "of others a hash is wanted"
        if step.get("uses", "").startswith("actions/checkout"):
            kept = step.get("with", {}).get("persist-credentials", True)
            assert kept == (where in {("publish", "notebooks"), ("publish", "site")})
    assert all(job["timeout-minutes"] <= 120 for job in JOBS.values())


def test_actions_need_no_node_that_runners_have_dropped() -> None:
    """Node 20 left GitHub's machines on 16 September 2026; from these on an action brings 24."""
    first = {
        "checkout": 5,
        "deploy-pages": 5,
        "download-artifact": 7,
        "setup-python": 6,
        "upload-artifact": 6,
        "upload-pages-artifact": 5,
    }
    for _, step in STEPS:
        if "uses" in step:
            name, version = re.findall(r"actions/([\w-]+)@v(\d+)", step["uses"])[0]
            assert int(version) >= first[name], step["uses"]


def test_nothing_that_a_stranger_writes_reaches_a_shell() -> None:
    assert not [line for line in RUN if "${{" in line]
    # What a tag may be called is decided before it is used.
    assert triggers(WORKFLOWS["publish"])["push"] == {"tags": ["v[0-9]+.[0-9]+.[0-9]+"]}


def test_the_matrix_is_what_is_promised() -> None:
    fast, windows = (JOBS["test", name]["strategy"]["matrix"] for name in ("fast", "windows"))
    pythons = re.findall(r"\d", (ROOT / "pyproject.toml").read_text().split('requires-python = ">=')[1][:4])
    assert fast == {"os": ["ubuntu-latest", "macos-latest"], "python": ["3.11", "3.12", "3.13"]}
    assert windows == {"python": fast["python"]}
    assert fast["python"][0] == ".".join([pythons[0], "".join(pythons[1:])])


def test_the_container_copies_what_is_there_and_runs_what_make_knows() -> None:
    text = (GITHUB / "Dockerfile").read_text()
    copied = re.findall(r"^COPY --chown=student (.+) \S+$", text, flags=re.MULTILINE)
    assert {name for line in copied for name in line.split() if not (ROOT / name).exists()} == set()
    assert set(re.findall(r"\bmake ([a-z-]+)", re.sub(r"#.*", "", text))) - {"make"} == {"setup-cpu"}
    assert "USER student" in text
    # What JupyterLab opens is written when the container is built.
    assert f"/lab/tree/build/lab/{START}" in text.split("CMD")[1]
    assert "book.build lab" in text.split("CMD")[0]
    # Docker reads it where it lies beside the Dockerfile and bears its name.
    left_out = (GITHUB / "Dockerfile.dockerignore").read_text().split()
    assert {".venv", ".git", "build"} <= set(left_out)


@pytest.mark.parametrize("name", ["PULL_REQUEST_TEMPLATE.md", "CODE_OF_CONDUCT.md"])
def test_what_contributors_read_names_what_is_there(name: str) -> None:
    text = (GITHUB / name).read_text()
    for target in re.findall(r"`make ([a-z-]+)`", text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert all((ROOT / path).exists() for path in re.findall(r"`([A-Z]+\.md)`", text))


def test_the_lock_without_a_gpu_holds_torch_and_none_of_what_it_needs_there(tmp_path: Path) -> None:
    pattern = re.findall(r'grep -vE "(.+)" requirements.lock', (ROOT / "Makefile").read_text())[0]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    kept = [line for line in lines if not re.match(pattern, line)]
    assert {"torch", "torchvision"} <= {line.split("==")[0] for line in kept}
    gone = [line for line in lines if line not in kept]
    assert gone
    assert all("sys_platform == 'linux'" in line for line in gone), "what other systems need, too, is kept"
