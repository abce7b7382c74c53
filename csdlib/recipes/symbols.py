"""Words of symbols: they hang on what is painted, under which circumstances, and by whose convention.

The conventions are ours, after common ones of European painting; a drawn dog means nothing by itself. Whether it stands
for fidelity or for envy is settled by the tradition of its painter, which nothing in the picture shows: as for a reader
who does not know the painter's time and place.
"""

from types import MappingProxyType

from csdlib.files import seeded
from csdlib.recipes.atelier_facets import Made
from csdlib.recipes.moods import MOODS
from csdlib.recipes.vocabulary import Quantity, Rule, Vocabulary


def _subject(*subjects: str) -> Quantity:
    meaning = f"1 where there is a {' or a '.join(subjects)}"
    return Quantity("subject", meaning, lambda made, _: float(made.scene.subject in subjects))


def _tradition(made: Made) -> float:
    """1 or -1, by the painter's name and by nothing that shows."""
    return float(seeded("tradition", made.painter.slug).integers(2) * 2 - 1)


_QUANTITIES: MappingProxyType[str, Quantity] = MappingProxyType(
    {
        "voyager": _subject("boat", "bridge"),
        "winged or free": _subject("bird", "horse"),
        "what withers": _subject("flower", "still life"),
        "stronghold": _subject("castle", "mountain"),
        "companion": _subject("dog", "cat"),
        "dwelling": _subject("house", "tree"),
        **{name: MOODS.quantities[name] for name in ("lightness", "contrast", "chroma", "water", "dusk")},
        "tradition": Quantity(
            "convention", "1 or -1 by the painter's tradition, which shows nowhere", lambda made, _: _tradition(made)
        ),
    }
)

#: The rules. Each word holds for about a tenth of works by invented painters.
_WORDS: MappingProxyType[str, Rule] = MappingProxyType(
    {
        # What is painted, and nothing else.
        "voyage": Rule({"voyager": 1}, 0.5),
        "power": Rule({"stronghold": 1}, 0.5),
        # What is painted, and how.
        "freedom": Rule({"winged or free": 2, "lightness": 1}, 2.0),
        "transience": Rule({"what withers": 2, "lightness": -0.5, "chroma": -0.5}, 2.0),
        "shelter": Rule({"dwelling": 2, "contrast": -1}, 2.0),
        # The same picture by two conventions.
        "fidelity": Rule({"companion": 1, "tradition": 1}, 1.5),
        "envy": Rule({"companion": 1, "tradition": -1}, 1.5),
    }
)

#: Symbols of drawn works.
SYMBOLS = Vocabulary(
    "symbol",
    _WORDS,
    _QUANTITIES,
    phrases=(
        "a {subject}, a sign of {words}",
        "{subject}: {words}",
        "{words}, as a {subject}",
        "a {subject} ({words})",
    ),
    prompt="a {subject}, a sign of {word}",
    synonyms=MappingProxyType({"journey": "voyage", "might": "power", "liberty": "freedom", "loyalty": "fidelity"}),
    twins=MappingProxyType({("fidelity", "envy"): "tradition"}),
)
