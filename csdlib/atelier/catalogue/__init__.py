"""The painters of the atelier, one file a movement. A new painter is one more record."""

from collections.abc import Sequence

from csdlib.atelier.catalogue.copper_hill import COPPER_HILL
from csdlib.atelier.catalogue.ember_circle import EMBER_CIRCLE
from csdlib.atelier.catalogue.inkwell_terrace import INKWELL_TERRACE
from csdlib.atelier.catalogue.lantern_row import LANTERN_ROW
from csdlib.atelier.catalogue.paper_garden import PAPER_GARDEN
from csdlib.atelier.catalogue.prism_league import PRISM_LEAGUE
from csdlib.atelier.catalogue.saltmarsh_school import SALTMARSH_SCHOOL
from csdlib.atelier.catalogue.sugar_arcade import SUGAR_ARCADE
from csdlib.atelier.painters import Painter
from csdlib.errors import InputError, lookup, require_names

#: Every painter by slug, movement by movement.
PAINTERS: dict[str, Painter] = {
    painter.slug: painter
    for movement in (
        SALTMARSH_SCHOOL,
        EMBER_CIRCLE,
        PAPER_GARDEN,
        PRISM_LEAGUE,
        LANTERN_ROW,
        COPPER_HILL,
        INKWELL_TERRACE,
        SUGAR_ARCADE,
    )
    for painter in movement
}


def find_painter(painter: str | Painter) -> Painter:
    """The painter of a slug; a record is returned as it is.

    Raises:
        InputError: no painter has that slug; the message lists all.

    Example:
        >>> find_painter("noor-felding").medium
        'dots'
    """
    if isinstance(painter, Painter):
        return painter
    return lookup("painter", painter, PAINTERS)


def find_painters(painters: Sequence[str | Painter] | None) -> list[Painter]:
    """The painters of a list of slugs and records; all of ``PAINTERS`` for None.

    Raises:
        InputError: an empty list, an unknown slug, or two painters of one name.
    """
    people = [find_painter(painter) for painter in require_names("painters", painters, PAINTERS)]
    slugs = [painter.slug for painter in people]
    for slug in slugs:
        if slugs.count(slug) > 1:
            raise InputError(f"two painters are called {slug!r}: give each record a name of its own")
    return people
