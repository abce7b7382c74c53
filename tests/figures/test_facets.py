"""The gallery of facets in a browser: chosen by keys, right by the truth, on a phone, and names stay text."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from csdlib.embeddings.arrays import Embedded, same_collection
from csdlib.errors import InputError
from csdlib.figures import facet_counter_examples, facet_gallery, worst_query
from csdlib.similarity import Facet, FacetSpace, facet_neighbours, fit_facets, near_by_truth
from csdlib.tables import ImageTable
from tests.book.tabs import Tab
from tests.conftest import stripes
from tests.serving import served
from tests.similarity.test_choices import works
from tests.similarity.test_facet_spaces import planted

EVIL = "</script><img src=x onerror=alert(1)>"
QUERIES = [0, 20]


@pytest.fixture(scope="module")
def space() -> FacetSpace:
    images, facets, painters = planted(1)
    return fit_facets(images, list(facets.values()), painters, descriptor="planted")


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Embedded:
    """Forty works by other painters, one of whom bears markup for a name."""
    root, part = tmp_path_factory.mktemp("gallery"), np.arange(0, 360, 9)
    table = works(subjects=4, each=2).take(np.arange(40))
    painters = planted(2)[2][part].astype(object)
    painters[5] = EVIL
    frame = table.frame.assign(artist=painters)
    frame["styles"] = [[name] for name in painters]
    frame["path"] = [f"{number}.png" for number in range(40)]
    for number, path in enumerate(frame["path"]):
        stripes(number % 4, 3 + number % 5, number).save(root / path)
    seen, made = planted(2)[0].take(part), ImageTable(frame, root)
    owned = same_collection(made.collection, 40)
    return Embedded(seen.vectors, made.ids, "f", "l2", checked=True, collections=owned, table=made)


@pytest.fixture(scope="module")
def facets() -> dict[str, Facet]:
    return {name: facet.taken(np.arange(0, 360, 9)) for name, facet in planted(2)[1].items()}


@pytest.fixture(scope="module")
def address(
    images: Embedded, space: FacetSpace, facets: dict[str, Facet], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    root = tmp_path_factory.mktemp("page")
    body = facet_gallery(images, QUERIES, space, list(facets.values()), caption="Facets.").data
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>F</title><link rel="icon" href="data:,">'
        f'<meta name="viewport" content="width=device-width"></head><body>{body}</body></html>'
    )
    (root / "page.html").write_text(page)
    with served(root) as where:
        yield f"{where}page.html"


@pytest.fixture
def page(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    tab = Tab.new(browser, width=getattr(request, "param", 1280))
    tab.open(address)
    yield tab.page
    assert tab.errors == []
    tab.page.close()


@pytest.mark.browser
def test_the_reader_chooses_by_keys_and_sees_what_csdlib_finds(
    page: Page, images: Embedded, space: FacetSpace, facets: dict[str, Facet]
) -> None:
    page.get_by_role("radio", name="palette").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="light")).to_be_checked()
    page.get_by_label("and unlike it in").select_option("palette")
    painters = images.table.column("artist")
    others = np.flatnonzero(painters != painters[0])
    query, database = images.take(np.array([0])), images.take(others)
    rows = facet_neighbours(query, database, 4, space, facet="light", unlike="palette").rows[0]
    near = near_by_truth(space, "light", facets, np.array([0]), others)[0][rows]
    far = ~near_by_truth(space, "palette", facets, np.array([0]), others, share=0.5)[0][rows]
    shown = page.locator("ol").nth(1).locator("li")
    assert shown.count() == 4
    for place, row in enumerate(others[rows]):
        value = f"{facets['key'].truth[row]:.3g}".replace("-", "−")
        expect(shown.nth(place)).to_contain_text(f"key {value}")
    signs = [shown.nth(place).locator(".csd-facets-sign").inner_text() for place in range(4)]
    assert signs == ["✓ right" if good else "✗ wrong" for good in near & far]
    said = page.get_by_role("status")
    expect(said).to_contain_text(f"{int((near & far).sum())} of 4 by light, unlike palette")
    # What is chosen as the facet cannot be what it should be unlike in.
    page.get_by_role("radio", name="palette").check()
    assert page.get_by_label("and unlike it in").input_value() == ""
    before = page.locator("ol").nth(1).inner_text()
    page.locator(".csd-facets-query input").nth(1).check()
    assert page.locator("ol").nth(1).inner_text() != before


@pytest.mark.browser
@pytest.mark.parametrize("page", [390], indirect=True)
def test_on_a_phone_nothing_is_cut(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_worst_query_is_the_one_with_the_fewest_right_neighbours(
    images: Embedded, space: FacetSpace, facets: dict[str, Facet], tmp_path: Path
) -> None:
    every, truth = list(range(40)), list(facets.values())
    painters = images.table.column("artist")

    def rights(row: int, found: np.ndarray) -> int:
        others = np.flatnonzero(painters != painters[row])
        near = others[near_by_truth(space, "light", facets, np.array([row]), others)[0]]
        return int(np.isin(found, near).sum())

    worst, found = worst_query(images, every, space, truth, "light")
    for row in every:
        one, own = worst_query(images, [row], space, truth, "light")
        assert one == row
        assert rights(worst, found) <= rights(row, own)
    text = facet_counter_examples(images, every, space, truth, caption="Worst.").data
    assert text.count("query: ") == 2 * len(space.groups)


def test_a_gallery_without_truth_or_by_known_painters_is_refused(
    images: Embedded, space: FacetSpace, facets: dict[str, Facet]
) -> None:
    with pytest.raises(InputError, match="the truth of 'red' is missing"):
        facet_gallery(images, QUERIES, space, [facets["key"]], caption="")
    with pytest.raises(InputError, match="needs a query"):
        facet_gallery(images, [], space, list(facets.values()), caption="")
