"""Pictures that chapters ask the atelier for."""

import numpy as np

from csdlib.atelier import PAINTERS, atelier, find_painter, render
from csdlib.descriptors.registry import load
from csdlib.embeddings.embed_table import embed
from csdlib.recipes.atelier_pictures import exchanged_palettes, maker_found, movement_sheet, painted

HILL = [who for who in PAINTERS.values() if who.movement == "Copper Hill"]


def test_a_sheet_has_every_painter_of_a_movement_with_different_subjects() -> None:
    sheet = movement_sheet("Copper Hill", columns=2, size=32)
    names = [label.split(", ")[0] for _, label in sheet]
    assert names == [who.name for who in HILL for _ in range(2)]
    assert all(first[1] != second[1] for first, second in zip(sheet[::2], sheet[1::2], strict=True))


def test_siblings_exchange_their_palettes_and_strangers_do_not() -> None:
    a, b = HILL[:2]
    stranger = next(who for who in PAINTERS.values() if who.movement != "Copper Hill")
    pictures, pairs = exchanged_palettes(["dog", "boat"], [a, b, stranger])
    assert pairs[["maker", "palette"]].to_numpy().tolist() == [[a.slug, b.slug], [b.slug, a.slug]]
    assert pairs["subject"].tolist() == ["dog", "boat"]
    expected = render(a, "dog", int(pairs["scene"][0]), palette_of=b)
    assert np.array_equal(np.asarray(pictures[0]), expected)
    assert not np.array_equal(np.asarray(pictures[0]), render(a, "dog", int(pairs["scene"][0])))


def test_a_maker_is_found_where_the_picture_is_the_maker_s_own() -> None:
    """Without an exchange the nearest picture of two is the very one; with the labels exchanged it is the other's."""
    a, b, c = (who.slug for who in HILL[:3])
    works = atelier(2, painters=[a, b, c], size=64, progress=False)
    pictures = [works.open(row) for row in range(len(works))]
    own = works.frame["artist"].to_numpy(dtype=str)
    other = np.where(own == a, b, a)
    pairs = works.frame.assign(maker=own, palette=other)
    embedded = embed(works, load("colour"), progress=False)
    assert maker_found(pictures, pairs, embedded, load("colour")).all()
    swapped = pairs.assign(maker=other, palette=own)
    assert not maker_found(pictures, swapped, embedded, load("colour")).any()


def test_a_label_is_the_painter_and_the_subject_unless_it_is_given() -> None:
    who = find_painter("noor-felding")
    assert painted(who, "dog", 0, size=32)[1] == "Noor Felding, dog"
    assert painted(who, "dog", 0, "mine", size=32)[1] == "mine"
