"""One error for users, which says what would have been right."""

import pytest

from csdlib.errors import InputError, lookup, require_names, require_range


def test_unknown_names_meet_the_known_ones() -> None:
    assert lookup("side", "left", {"left": 0, "right": 1}) == 0
    with pytest.raises(InputError, match=r"^unknown side 'up': choose one of left, right$"):
        lookup("side", "up", {"right": 1, "left": 0})


@pytest.mark.parametrize("value", [31.9, 1024.1, float("nan")])
def test_ranges_hold_their_ends(value: float) -> None:
    for end in (32, 1024):
        require_range("size", end, 32, 1024)
    with pytest.raises(InputError, match=r"^size must be between 32 and 1024, got "):
        require_range("size", value, 32, 1024)


@pytest.mark.parametrize("given", ["left", [], ["left", "left"]])
def test_names_are_a_list_without_repetition(given: object) -> None:
    known = {"left": 0, "right": 1}
    assert require_names("sides", None, known) == ["left", "right"]
    assert require_names("sides", ("right",), known) == ["right"]
    with pytest.raises(InputError, match=r"^sides must be a list of different names, .*: choose from left, right$"):
        require_names("sides", given, known)  # type: ignore[arg-type]
