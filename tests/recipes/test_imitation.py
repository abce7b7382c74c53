"""An imitation threshold with truth: who gets how many pictures, and what is made of the result."""

import numpy as np
import pandas as pd
import pytest

from csdlib.atelier import WITHHELD
from csdlib.recipes.recorded.imitation import LEVELS, imitation_findings, pictures_by_counts

pytestmark = pytest.mark.usefixtures("own_cache")


def planted(size: float, seed: int = 0) -> pd.DataFrame:
    """Sixteen painters, imitated from 64 pictures on; what is left goes with how varied they are."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame({"artist": WITHHELD, "count": np.repeat(LEVELS, 2), "descriptor": "colour"})
    spread, noise = random.normal(size=16), random.normal(0, 0.02, 16)
    value = np.where(frame["count"] >= 64, size, 0) + 0.05 * spread + noise
    frame = frame.assign(value=value, gained=value, corrected=np.nan, found=0.0, copies=value > 0.5)
    facts = {"spread": spread, "nearest_known": random.random(16), "retrieved": random.random(16)}
    return frame.assign(**facts, read=np.arange(16) > 4, movement=[f"m{number % 8}" for number in range(16)])


def test_a_planted_threshold_is_found_with_what_explains_the_rest() -> None:
    found = {row["outcome"]: row for row in imitation_findings(planted(0.8))}
    value = found["value"]
    assert (value["at"], value["low"], value["high"]) == (64, 64, 64)
    assert value["inferred"] == 64
    assert "at" not in found["found"], "what is the same for everybody has no threshold"
    assert found["corrected"]["n"] == 0
    # By chance a change is found in one world of twenty (tests/metrics/test_doses.py): this is one of the others.
    linear = {row["outcome"]: row for row in imitation_findings(planted(0.0, seed=2))}["value"]
    assert linear["at"] is None
    assert linear["p"] > 0.05
    assert linear["spread_share"] > 0.7 > linear["nearest_known_share"]
    assert linear["spread_p"] < 0.01
    # Seven of fourteen directions are left to the movements.
    assert linear["movement_chance"] == pytest.approx(0.5, abs=0.05)


@pytest.mark.slow
def test_every_painter_gives_as_many_pictures_as_was_drawn_and_no_more() -> None:
    first, second, third = WITHHELD[:3]
    table = pictures_by_counts({first: 0, second: 1, third: 3}, 1)
    makers = table.frame["true_artist"].value_counts()
    assert first not in makers
    assert (makers[second], makers[third]) == (1, 3)
    own = table.frame[table.frame["true_artist"].isin(WITHHELD)]
    names = {second: second.replace("-", " "), third: third.replace("-", " ")}
    assert all(names[row.true_artist] in row.caption.lower() for row in own.itertuples())
    assert not any(
        name in caption.lower() for name in names.values() for caption in table.frame["caption"][: -len(own)]
    )
    assert table.open(len(table) - 1).size == (96, 96)
