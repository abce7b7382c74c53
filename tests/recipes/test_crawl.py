"""Who is put aside, and on whom settings are chosen."""

import pytest

from csdlib.atelier import PAINTERS, UNSEEN
from csdlib.errors import InputError
from csdlib.recipes.crawl import pupils, unseen_artists
from csdlib.tables import ImageTable


def test_unseen_artists_come_from_every_movement(striped_table: ImageTable) -> None:
    unseen = unseen_artists(striped_table, 0.5, seed=0)
    movements = striped_table.frame.drop_duplicates("artist").set_index("artist")["movement"]
    assert sorted(movements[unseen]) == ["even", "odd"]
    with pytest.raises(InputError, match="two to see"):
        unseen_artists(striped_table.where(artist=["artist-0", "artist-1"]), 0.5, seed=0)


@pytest.mark.parametrize("movements", [["a"] * 4, ["a", "b", "c", "d"], ["a", "a", "b", "b"], [None] * 4])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_two_are_seen_and_two_unseen(striped_table: ImageTable, movements: list[str | None], share: float) -> None:
    of = dict(zip([f"artist-{number}" for number in range(4)], movements, strict=True))
    frame = striped_table.frame.assign(movement=striped_table.frame["artist"].map(of))
    unseen = unseen_artists(ImageTable(frame, striped_table.root), share, seed=0)
    assert len(set(unseen)) >= 2
    assert len(set(frame["artist"]) - set(unseen)) >= 2


def test_a_data_set_may_name_whom_nobody_sees(striped_table: ImageTable) -> None:
    named = sorted(set(striped_table.frame["artist"]))[1:3]
    table = ImageTable(striped_table.frame, striped_table.root, {"unseen": [*named, "somebody-else"]})
    assert unseen_artists(table, 0.9, seed=3) == named


def test_pupils_are_new_and_share_nothing_with_the_unseen() -> None:
    frame = pupils(28).frame
    assert frame["artist"].nunique() == len(PAINTERS) - len(UNSEEN)
    assert not set(frame["artist"]) & set(PAINTERS)
    known = {(painter.movement, painter.medium) for slug, painter in PAINTERS.items() if slug not in UNSEEN}
    mixed = set(frame[["movement", "medium"]].itertuples(index=False, name=None))
    assert len(mixed - known) > len(mixed) / 2
