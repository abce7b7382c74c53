"""Words of mood: they hang on how a work is painted, by light, palette and place."""

from types import MappingProxyType

from csdlib.recipes.atelier_facets import Made
from csdlib.recipes.vocabulary import Quantity, Rule, Vocabulary


def _place(meaning: str, *places: str) -> Quantity:
    return Quantity("place", meaning, lambda made, _: float(made.scene.place in places))


def _side(made: Made) -> float:
    return {"left": -1.0, "right": 1.0}.get(made.painter.light.side, 0.0)


#: What moods hang on. Of light and palette the first show in the picture; ``key``, ``spot`` and ``side`` are what the
#: painter meant that day, whether it shows or not.
_QUANTITIES: MappingProxyType[str, Quantity] = MappingProxyType(
    {
        "lightness": Quantity("light", "mean L* of the picture", lambda _, shown: shown["lightness"], 56, 17.5),
        "contrast": Quantity("light", "deviation of its L*", lambda _, shown: shown["contrast"], 18, 6.5),
        "pool": Quantity("light", "L* of its middle less the rest", lambda _, shown: shown["pool"], -1.2, 11.4),
        "chroma": Quantity("palette", "mean C* of the picture", lambda _, shown: shown["chroma"], 20, 12),
        "warmth": Quantity(
            "palette", "mean of a* and b*", lambda _, shown: (shown["redness"] + shown["yellowness"]) / 2, 2.5, 7.3
        ),
        "one hue": Quantity(
            "palette", "1 of a monochrome painter", lambda made, _: float(made.painter.colours.harmony == "monochrome")
        ),
        "key": Quantity("light", "meant: added to all tones", lambda made, _: made.painter.light.key, 0.05, 0.12),
        "spot": Quantity("light", "meant: light on the figure", lambda made, _: made.painter.light.spot, 0.18, 0.2),
        "side": Quantity("light", "meant: -1 from the left, 1 from the right", lambda made, _: _side(made)),
        "water": _place("1 at the water", "water", "shore", "river"),
        "dusk": _place("1 at dusk", "dusk"),
        "indoors": _place("1 in a room", "room", "table", "studio"),
    }
)

#: The rules. Thresholds were set so that each word holds for about a fifth of works by invented painters.
_WORDS: MappingProxyType[str, Rule] = MappingProxyType(
    {
        "calm": Rule({"contrast": -1, "chroma": -0.5, "water": 0.8}, 1.2),
        "ominous": Rule({"lightness": -1, "contrast": 0.5, "warmth": -0.5}, 1.0),
        "festive": Rule({"chroma": 1, "warmth": 0.5, "lightness": 0.5}, 1.0),
        "melancholy": Rule({"chroma": -1, "warmth": -0.5, "dusk": 0.8}, 1.1),
        "austere": Rule({"chroma": -1, "contrast": 1, "one hue": 0.5}, 1.2),
        "dreamy": Rule({"contrast": -1, "lightness": 0.7, "warmth": 0.3}, 0.9),
        "intimate": Rule({"pool": 1, "warmth": 0.5}, 0.9),
        "homely": Rule({"indoors": 1}, 0.5),
        # Twins: each pair differs by what the painter meant, and hardly by what shows.
        "dramatic": Rule({"lightness": -1, "spot": 1}, 1.4),
        "sombre": Rule({"lightness": -1, "spot": -1}, 1.0),
        "hopeful": Rule({"warmth": 1, "side": -1}, 1.0),
        "wistful": Rule({"warmth": 1, "side": 1}, 1.0),
        # Meant only.
        "confident": Rule({"key": 1}, 0.8),
    }
)

#: Words that no caption says, and the word whose pictures they mean.
_SYNONYMS = MappingProxyType(
    {
        "serene": "calm",
        "sinister": "ominous",
        "merry": "festive",
        "gloomy": "melancholy",
        "stark": "austere",
        "hazy": "dreamy",
        "cosy": "homely",
    }
)

#: Moods that differ by one quantity only, and that quantity.
_TWINS = MappingProxyType({("dramatic", "sombre"): "spot", ("hopeful", "wistful"): "side"})

#: Moods of drawn works.
MOODS = Vocabulary(
    "mood",
    _WORDS,
    _QUANTITIES,
    phrases=("a {words} picture of a {subject}", "{subject}, {words}", "{words} {subject}", "a {subject} ({words})"),
    prompt="a {word} picture of a {subject}",
    synonyms=_SYNONYMS,
    twins=_TWINS,
)
