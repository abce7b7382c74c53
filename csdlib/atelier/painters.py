"""Painters: what a painter is. The records themselves stand in ``catalogue``."""

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal

from csdlib.errors import InputError, require_range, unknown

#: What decides where a stroke runs: the forms of the scene, a fixed slant, eddies, or two crossing slants.
Direction = Literal["form", "horizontal", "vertical", "diagonal", "swirl", "cross"]


@dataclass(frozen=True)
class Brush:
    """The marks of a painter; lengths in units of the picture's side.

    Attributes:
        length: length of a mark; for glass and facets the size of the pieces of the figure.
        width: width of a mark; the width of a dot, of a gouge, of the wobble of a wash.
        curvature: how far marks bend away from their direction, in [0, 1]; for washes, how much they bloom.
        opacity: how much a mark hides what lies below, in [0, 1].
        coverage: how often the marks cover the picture; for flat prints the number of tones, for glass and facets
            the number of pieces behind the figure.
        order: which marks come last: ``light``, ``dark`` or ``any``.
        direction: what decides where marks run.
        jitter: how far the colour of a mark strays, in [0, 1].
        bristles: furrows in a mark.
        relief: how thick the paint stands, in [0, 1].
    """

    length: float = 0.07
    width: float = 0.02
    curvature: float = 0.2
    opacity: float = 0.9
    coverage: float = 1.5
    order: Literal["light", "dark", "any"] = "any"
    direction: Direction = "form"
    jitter: float = 0.3
    bristles: int = 4
    relief: float = 0.6

    def __post_init__(self) -> None:
        for name, low, high in (("length", 0.005, 2), ("width", 0.001, 0.5), ("opacity", 0, 1), ("bristles", 0, 40)):
            require_range(name, getattr(self, name), low, high)
        require_range("coverage", self.coverage, 0.05, 1000)


@dataclass(frozen=True)
class Line:
    """Outlines: their width (0 for none), colour role, tone, and how unsteady the hand is."""

    width: float = 0.0
    slot: str = "dark"
    tone: float = 0.1
    wobble: float = 0.003


@dataclass(frozen=True)
class Light:
    """Contrast around the middle tone, overall key, a pool of light on the figure, and where light comes from."""

    contrast: float = 1.0
    key: float = 0.0
    spot: float = 0.0
    side: Literal["scene", "left", "right", "back"] = "scene"


@dataclass(frozen=True)
class Ground:
    """What is painted on: colour role and tone, the strength of its grain, and the width of a bare margin."""

    slot: str = "light"
    tone: float = 0.75
    grain: float = 0.3
    margin: float = 0.0


@dataclass(frozen=True)
class Composition:
    """How large figures are drawn (1 as the scene says), how far the horizon is raised, and the pull to one side."""

    scale: float = 1.0
    horizon: float = 0.0
    shift: float = 0.0


#: Which hues go together on a painter's palette, around the painter's own hue.
Harmony = Literal["free", "monochrome", "analogous", "complementary", "triadic"]


@dataclass(frozen=True)
class Colours:
    """What a painter does with the colours of the movement.

    Attributes:
        harmony: the hues towards which colours are drawn: none, one, its neighbours, it and its opposite, three.
        hue: the painter's own hue in degrees: 0 red, 120 green, 240 blue.
        pull: how far colours are drawn to the nearest hue of the harmony, in [0, 1].
        saturation: how strong the colours are taken; 1 as they are.
        tubes: which palettes of the movement's family the painter owns, by number; empty for all.
    """

    harmony: Harmony = "free"
    hue: float = 0.0
    pull: float = 0.4
    saturation: float = 1.0
    tubes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "tubes", tuple(self.tubes))


@dataclass(frozen=True)
class Painter:
    """A painter of the atelier, as a record of habits. Any painter can paint any scene.

    Attributes:
        name: the invented name.
        movement: the movement, a key of ``palettes.FAMILIES``.
        medium: the medium, a key of ``mediums.MEDIUMS``.
        colours: what the painter does with the movement's colours.
        brush: the marks.
        line: the outlines.
        light: contrast and light.
        ground: what is painted on.
        composition: scale, horizon and placement.
        repertoire: the subjects that the painter chooses when free to choose; empty for all.
    """

    name: str
    movement: str
    medium: str
    colours: Colours = Colours()
    brush: Brush = Brush()
    line: Line = Line()
    light: Light = Light()
    ground: Ground = Ground()
    composition: Composition = Composition()
    repertoire: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^\W_]+([ '-][^\W_]+)*", self.name):
            raise InputError(f"a painter's name is words of letters and digits, got {self.name!r}")
        object.__setattr__(self, "repertoire", tuple(self.repertoire))

    @property
    def slug(self) -> str:
        """The name as an identifier.

        Example:
            >>> Painter("Ilva Torrend", "Saltmarsh School", "oil").slug
            'ilva-torrend'
        """
        return self.name.lower().replace(" ", "-")

    def with_habit(self, habit: str, value: object) -> "Painter":
        """The same painter with one habit changed.

        Args:
            habit: a field, or a field of a field, for example ``"medium"`` or ``"brush.length"``.
            value: the new value.

        Raises:
            InputError: no such habit; the message lists all.

        Example:
            >>> Painter("Ilva Torrend", "Saltmarsh School", "oil").with_habit("brush.length", 0.2).brush.length
            0.2
        """
        if habit not in self.habits:
            raise unknown("habit", habit, list(self.habits))
        group, _, name = habit.partition(".")
        changed: Any = replace(getattr(self, group), **{name: value}) if name else value
        return replace(self, **{group: changed})

    @property
    def habits(self) -> dict[str, object]:
        """All habits by name, with their values; those of a group as ``group.name``."""
        found: dict[str, object] = {}
        for habit in fields(self):
            value = getattr(self, habit.name)
            if is_dataclass(value):
                found |= {f"{habit.name}.{name}": inner for name, inner in vars(value).items()}
            else:
                found[habit.name] = value
        return found
