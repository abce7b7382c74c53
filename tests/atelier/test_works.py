"""The names of drawn pictures: they change with what decides a pixel, and with nothing else."""

from csdlib.atelier.works import drawing_code

SOURCE = '''"""A hill."""

from csdlib.atelier.scenes import Scene


def hill(height: float) -> Scene:
    """A hill of a height."""
    return Scene(height * 2)
'''


def test_comments_docstrings_and_layout_decide_no_pixel() -> None:
    for told in (
        SOURCE.replace('"""A hill."""', '"""Hills, and many of them."""'),
        SOURCE.replace("    return", "    # Twice as high.\n    return"),
        SOURCE.replace("Scene(height * 2)", "Scene(\n        height * 2\n    )"),
    ):
        assert drawing_code(told) == drawing_code(SOURCE)


def test_a_file_that_moved_draws_the_same() -> None:
    assert drawing_code(SOURCE.replace("csdlib.atelier.scenes", "csdlib.drawn.world.scenes")) == drawing_code(SOURCE)


def test_what_is_drawn_decides() -> None:
    for changed in (
        SOURCE.replace("* 2", "* 3"),
        SOURCE.replace("import Scene", "import Scenery as Scene"),
        SOURCE.replace("atelier.scenes", "atelier.places"),
    ):
        assert drawing_code(changed) != drawing_code(SOURCE)


def test_a_function_of_a_docstring_alone_stays_a_function() -> None:
    assert drawing_code('def nothing() -> None:\n    """Does nothing."""\n') == "def nothing() -> None:\n    pass"
