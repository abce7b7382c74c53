"""Files that are whole or not there, hashes, and the share of a process."""

import errno
import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.errors import InputError
from csdlib.files import (
    atomic_path,
    cache_folder,
    data_path,
    file_hash,
    of_the_disk,
    process_share,
    seeded,
    shared_cache,
    stored_arrays,
    text_hash,
)


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "numbers.csv"
    with atomic_path(path) as temporary:
        temporary.write_text("old")
        assert temporary.suffix == ".csv"
        assert not path.exists()
    with pytest.raises(KeyboardInterrupt), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(path.parent.iterdir()) == [path]
    # Others may read it, as they may any file that is written plainly.
    assert path.stat().st_mode & 0o777 == 0o644


def test_an_error_of_the_disk_names_what_was_to_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "numbers.csv"
    for error in (OSError(errno.ENOSPC, "No space left"), OSError(errno.ENOSPC, "No space left", ".partial")):
        with pytest.raises(OSError, match="No space left") as caught, atomic_path(path) as temporary:
            if error.filename:
                error.filename = str(temporary)
            raise error
        assert caught.value.filename == str(path)

    def refused(**where: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", f"{where['dir']}/{where['prefix']}x")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(PermissionError, match=r"numbers\.csv'$"), atomic_path(path):
        pass
    monkeypatch.undo()
    with pytest.raises(FileNotFoundError, match=r"other\.csv'$"), atomic_path(path):
        (tmp_path / "other.csv").read_text()


def test_the_cache_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    for nothing in (None, ""):
        monkeypatch.delenv("CSDLIB_CACHE") if nothing is None else monkeypatch.setenv("CSDLIB_CACHE", nothing)
        assert cache_folder() == Path.home() / ".cache" / "csdlib"
    monkeypatch.setenv("CSDLIB_CACHE", "~/x")
    assert cache_folder() == Path.home() / "x"


def test_a_shared_cache_is_there_only_where_somebody_names_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for nothing in (None, ""):
        monkeypatch.delenv("CSDLIB_SHARED_CACHE", raising=False)
        if nothing is not None:
            monkeypatch.setenv("CSDLIB_SHARED_CACHE", nothing)
        assert shared_cache() is None
    monkeypatch.setenv("CSDLIB_SHARED_CACHE", str(tmp_path))
    assert shared_cache() == tmp_path
    monkeypatch.setenv("CSDLIB_SHARED_CACHE", "~/x")
    assert shared_cache() == Path.home() / "x"


def test_without_a_home_the_variable_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def homeless(path: Path) -> Path:
        if str(path).startswith("~"):
            raise RuntimeError("Could not determine home directory.")
        return path

    monkeypatch.setattr(Path, "expanduser", homeless)
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    monkeypatch.delenv("CSDLIB_CACHE")
    with pytest.raises(InputError, match="set CSDLIB_CACHE"):
        cache_folder()


@pytest.mark.parametrize(
    ("environment", "message"),
    [({"WORLD_SIZE": "2"}, "WORLD_SIZE is 2 and RANK is not set"), ({"WORLD_SIZE": "many"}, "WORLD_SIZE is no number")],
)
def test_a_launcher_that_says_half_is_named(
    environment: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RANK", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=message):
        process_share(["a"])


def test_an_empty_environment_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORLD_SIZE", "")
    monkeypatch.setenv("RANK", "")
    assert process_share(["a", "b"]) == ["a", "b"]


def test_what_a_killed_process_left_is_swept_and_what_is_being_written_stays(tmp_path: Path) -> None:
    script = "import os, sys; from pathlib import Path; from csdlib.files import atomic_path\n"
    script += (
        f"with atomic_path(Path({str(tmp_path / 'a.txt')!r})) as path: path.write_text('half'); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = tmp_path.glob(".partial-*")
    with atomic_path(tmp_path / "b.txt") as being_written:
        assert not left.exists()
        subprocess.run([sys.executable, "-c", script.replace("a.txt", "c.txt")], check=False)
        assert being_written.exists()
    assert (tmp_path / "b.txt").exists()


def test_what_is_not_shipped_is_named() -> None:
    assert (data_path("models/csd-tiny") / "model.safetensors").is_file()
    with pytest.raises(InputError, match="data/models/nothing is not here"):
        data_path("models/nothing")


@given(st.binary(max_size=99), st.lists(st.text("ab", max_size=3), max_size=4), st.lists(st.text("ab", max_size=3)))
def test_hashes_are_sha256_and_know_where_a_part_ends(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, first: list[str], second: list[str]
) -> None:
    path = tmp_path_factory.mktemp("hash") / "file"
    path.write_bytes(content)
    assert file_hash(path) == hashlib.sha256(content).hexdigest()
    if first and second:
        assert (text_hash(*first) == text_hash(*second)) == (first == second)


def test_damaged_arrays_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    assert stored_arrays(path) is None
    np.savez(path, a=np.arange(3))
    found = stored_arrays(path)
    assert found is not None
    assert found["a"].tolist() == [0, 1, 2]
    path.write_bytes(path.read_bytes()[:-30])
    assert stored_arrays(path) is None
    np.savez(path, a=np.array([{}], dtype=object))
    assert stored_arrays(path) is None


def test_only_the_disk_fails_the_next_file_as_well() -> None:
    assert [of_the_disk(OSError(code, "")) for code in (errno.ENOSPC, errno.EIO, errno.ENOENT)] == [True, True, False]
    assert not of_the_disk(ValueError("truncated"))


@given(st.integers(0, 30), st.integers(1, 7))
def test_processes_share_every_job_once(jobs: int, processes: int) -> None:
    shares = []
    for rank in range(processes):
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("RANK", str(rank))
            environment.setenv("WORLD_SIZE", str(processes))
            shares.append(list(process_share(range(jobs))))
    assert sorted(job for share in shares for job in share) == list(range(jobs))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_a_generator_is_decided_by_its_parts() -> None:
    draws = [int(seeded(*parts).integers(2**60)) for parts in (("a", 1), ("a", 1), ("a", 2), ("a1",))]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 3
