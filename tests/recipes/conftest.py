"""Real paintings and generated pictures, as a reader's folder holds them."""

from pathlib import Path

import pytest

from tests.conftest import stripes


@pytest.fixture(scope="session")
def outside_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wikiart.csv of four artists, and a generated.csv with pictures of two of them and of a stranger."""
    root = tmp_path_factory.mktemp("outside")
    for folder in ("style", "made"):
        (root / folder).mkdir()
    lines, made = ["name,path,artist,style,split"], ["path,artist,content,model,prompt,seed"]
    for artist in range(4):
        for number in range(8):
            stripes(artist, 3 + 2 * artist, 100 * artist + number).save(root / "style" / f"{artist}_{number}.png")
            split = "query" if number < 2 else "database"
            lines.append(f"{artist}_{number},style/{artist}_{number}.png,artist-{artist},s,{split}")
    for number, artist in enumerate([0, 0, 1, 1, 9]):
        stripes(artist % 4, 3 + 2 * (artist % 4), 999 + number).save(root / "made" / f"{number}.png")
        content = ["dog", "cat"][number % 2]
        made.append(f"made/{number}.png,artist-{artist},{content},m 1,a {content} by {artist},{number}")
    (root / "wikiart.csv").write_text("\n".join(lines))
    (root / "generated.csv").write_text("\n".join(made))
    return root
