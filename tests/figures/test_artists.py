"""The figure of artists: every name is there, and none is markup."""

import numpy as np
import pytest
from bs4 import BeautifulSoup

from csdlib.errors import InputError
from csdlib.figures.artists import artist_layout, artists_figure
from csdlib.similarity.artists import artists_of
from tests.similarity.test_artists import many


@pytest.mark.parametrize("count", [2, 5, 14])
def test_the_figure_names_every_artist_and_escapes(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")
    embeddings, labels = many(count)
    found = artists_of(embeddings, np.where(labels == "artist 00", "</script><b>", labels))
    groups = np.array(["x", "<i>"])[np.arange(count) % 2]
    shown = artists_figure(found, artist_layout(found), groups, caption="c", alt="a").data
    page = BeautifulSoup(shown, "html.parser")
    assert len(page.select("figure.csd-figure [role=img]")) == 2
    assert not page.find_all(["b", "i"])
    assert all(shown.count(str(name)) >= 2 for name in found.names[1:])
    with pytest.raises(InputError, match="other artists"):
        artists_figure(found, artist_layout(artists_of(*many(3))), groups, caption="c", alt="a")


def test_map_and_tree_are_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CSDLIB_BOOK", "1")
    embeddings, labels = many(5)
    found = artists_of(embeddings, labels)
    shown = artists_figure(found, artist_layout(found), np.array(["x"] * 5), caption="c", alt="a").data
    near, tree = BeautifulSoup(shown, "html.parser").select("details.csd-numbers table")
    score = float(found.prototypes.vectors[0] @ found.prototypes.vectors[found.nearest(1).rows[0, 0]])
    first = [cell.text for cell in near.select("tbody tr")[0].find_all("td")]
    assert first[0] == found.names[0]
    assert first[-1].startswith(f"{found.names[found.nearest(1).rows[0, 0]]} ({score:.2f})")
    distances = [float(row.find_all("td")[-1].text) for row in tree.select("tbody tr")]
    assert len(distances) == 4
    assert distances == sorted(distances)
