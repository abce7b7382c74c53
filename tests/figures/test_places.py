"""Paintings and generated pictures on a recorded map."""

import numpy as np
import pandas as pd

from csdlib.figures.places import GROUND, paintings_and_generated


def test_each_artist_has_filled_and_open_marks_at_the_recorded_places() -> None:
    random = np.random.default_rng(0)
    places = pd.DataFrame(random.normal(size=(900, 2)), columns=["here", "there"])
    places["artist"] = np.where(np.arange(900) < 6, "ann", "bo")
    places["source"] = np.where(np.arange(900) % 3 == 0, "generated", "painting")
    places["content"] = [None, "dog", "cat"] * 300
    ground, painted, made = paintings_and_generated(places, ["ann"], x="here", y="there").data
    assert len(ground.x) == min(GROUND, 600)
    assert painted.x.tolist() == places["here"][[1, 2, 4, 5]].tolist()
    assert made.y.tolist() == places["there"][[0, 3]].tolist()
    assert made.name == "ann, generated"
    assert made.text.tolist() == ["painting"] * 2
    assert painted.marker.color == made.marker.color
    assert made.marker.symbol == f"{painted.marker.symbol}-open"
