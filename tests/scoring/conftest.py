"""Two styles of stripes, generated and as references, and a cache of their own."""

from pathlib import Path

import pytest

from tests.conftest import stripes


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What a test embeds does not enter the cache of whoever runs it."""
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path_factory.mktemp("cache")))


def write(root: Path, styles: int, each: int, seed: int, suffix: str = ".png") -> Path:
    """A folder with one subfolder a style."""
    for style in range(styles):
        (root / f"style-{style}").mkdir(parents=True, exist_ok=True)
        for number in range(each):
            picture = stripes(style, 3 + 2 * style, seed + 100 * style + number)
            picture.save(root / f"style-{style}" / f"{number:03}{suffix}")
    return root


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """Four generated pictures of each of three styles."""
    return write(tmp_path / "made", 3, 4, 5000)


@pytest.fixture
def known(tmp_path: Path) -> Path:
    """Five references of each of three styles."""
    return write(tmp_path / "known", 3, 5, 0)
