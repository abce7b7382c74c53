"""What lies below a folder: links are followed once, pictures known by what they are, the rest counted."""

from pathlib import Path

from PIL import Image
from typer.testing import CliRunner

from csdlib.cli import app
from csdlib.datasets.folder import folder
from csdlib.datasets.listing import listing


def picture(path: Path, form: str = "PNG") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (20, 20), "red").save(path, form)


def names(root: Path) -> list[str]:
    return [path.as_posix() for path in listing(root).pictures]


def test_links_to_folders_are_followed_and_loops_end(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    picture(root / "ann" / "a.png")
    picture(elsewhere / "deep" / "b.png")
    (root / "bo").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(root)
    (root / "again").symlink_to(root / "ann")
    (root / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (root / "one.png").symlink_to(elsewhere / "deep" / "b.png")
    found = listing(root)
    assert [path.as_posix() for path in found.pictures] == ["ann/a.png", "bo/deep/b.png", "one.png"]
    assert found.counted == {
        "folders that are listed under another name already": 2,
        "links that lead nowhere, and files that are none": 1,
    }


def test_a_folder_that_is_a_link_itself(tmp_path: Path) -> None:
    picture(tmp_path / "real" / "a.png")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names(tmp_path / "link") == ["a.png"]


def test_pictures_are_known_by_their_suffix_or_by_their_beginning(tmp_path: Path) -> None:
    for name, form in (
        ("a.jfif", "JPEG"),
        ("b.jpg_large", "JPEG"),
        ("c", "PNG"),
        ("d.jp2", "JPEG2000"),
        ("e.JPE", "JPEG"),
    ):
        picture(tmp_path / name, form)
    (tmp_path / "f.heic").write_bytes(b"no picture for Pillow, and said to be one")
    (tmp_path / "g.psd_old").write_bytes(b"something else")
    (tmp_path / "h.txt").write_text("a caption")
    (tmp_path / ".hidden.png").write_bytes((tmp_path / "c").read_bytes())
    assert names(tmp_path) == ["a.jfif", "b.jpg_large", "c", "d.jp2", "e.JPE", "f.heic"]
    assert folder(tmp_path).manifest["left_out"] == {
        "files that are no pictures (.psd_old)": 1,
        "files that are no pictures (.txt)": 1,
    }


def test_the_command_line_says_what_was_left_out(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.txt").touch()
    done = CliRunner().invoke(app, ["embed", str(tmp_path / "in"), str(tmp_path / "out"), "--descriptor", "colour"])
    assert "left out 1: files that are no pictures (.txt)" in done.stderr
    asked = CliRunner().invoke(app, ["embed", "https://example.org/a", str(tmp_path / "out")])
    assert (asked.exit_code, "download it first" in asked.stderr) == (2, True)
