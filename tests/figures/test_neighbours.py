"""The gallery of a benchmark."""

from bs4 import BeautifulSoup

from csdlib.descriptors.registry import load
from csdlib.figures.neighbours import neighbour_gallery
from csdlib.retrieval.benchmark import evaluate_retrieval
from csdlib.tables import ImageTable


def test_a_row_shows_a_query_and_its_neighbours_with_their_verdicts(striped_table: ImageTable) -> None:
    found = evaluate_retrieval(striped_table, load("colour"), k=5, progress=False)
    page = BeautifulSoup(neighbour_gallery(found, [2, 0], caption="Some.", count=3).data, "html.parser")
    rows = page.select(".csd-neighbours")
    assert len(rows) == 2
    alts = [image["alt"] for image in rows[0].select("img")]
    query, nearest = found.query.frame.iloc[2], found.database.frame.iloc[found.neighbours.rows[2, 0]]
    assert alts[0] == f"query: {striped_table.name_of(query['artist'])}, {query['content']}"
    assert (
        alts[1]
        == f"{'✓' if found.hits[2, 0] else '✗'} {striped_table.name_of(nearest['artist'])}, {nearest['content']}"
    )
    assert len(alts) == 4
