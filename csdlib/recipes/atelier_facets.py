"""The truth about the atelier's pictures, facet by facet: from the painters' records, and from how works were made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np

from csdlib.atelier.composition import compose
from csdlib.atelier.mediums import MEDIUMS
from csdlib.atelier.painters import Painter
from csdlib.atelier.palettes import TONES, Palette, mixed_palette
from csdlib.atelier.scenes import SLOTS, Scene
from csdlib.atelier.studio import on_the_day, paint
from csdlib.atelier.subjects import sample_scene
from csdlib.errors import InputError
from csdlib.files import seeded
from csdlib.recipes.invented import LONGEST, OF_A_MEDIUM, usual_range
from csdlib.similarity.facets import Facet, Of
from csdlib.tables import ImageTable


@dataclass(frozen=True)
class Made:
    """One work, as it was made.

    Attributes:
        painter: the painter's habits as they turned out that day.
        scene: what was painted.
        palette: the colours that were mixed.
    """

    painter: Painter
    scene: Scene
    palette: Palette

    @property
    def colours(self) -> np.ndarray:
        """The middle tones of the roles that have a colour of their own, (roles, 3) CIELAB."""
        tones = self.palette.ramps[: SLOTS.index("light"), TONES // 2]
        return np.asarray(cv2.cvtColor(tones[None], cv2.COLOR_RGB2LAB)[0])

    @property
    def figure(self) -> np.ndarray:
        """Where the subject is, (64, 64) bool."""
        return compose(self.scene, self.painter, self.palette, 64).figure


@dataclass(frozen=True)
class Truth:
    """How a facet is read off a work.

    Attributes:
        group: what it is a part of.
        meaning: what the value says.
        read: the value.
        habit: the habit of the painter that it stands for; empty for what is no habit. In a medium in which the habit
            decides no pixel the facet does not exist.
        of: what varies.
    """

    group: str
    meaning: str
    read: Callable[[Made], Any]
    habit: str = ""
    of: Of = "painter"


def _habit(group: str, habit: str, meaning: str) -> Truth:
    return Truth(group, meaning, lambda made: made.painter.habits[habit], habit)


def _usual(habit: str, meaning: str) -> Truth:
    """A habit in the units of the medium, as its place in what is usual there."""

    def place(made: Made) -> float:
        low, high = np.log(usual_range(made.painter.medium, habit))
        return float((2 * np.log(getattr(made.painter.brush, habit)) - low - high) / (high - low))

    where = "from -1 to 1 in what is usual for the medium (by logarithm)"
    return Truth("stroke", f"{meaning}, {where}", place, f"brush.{habit}")


#: The facets by name. Those of ``subject`` and ``place`` are what a descriptor of style should not know.
FACETS: MappingProxyType[str, Truth] = MappingProxyType(
    {
        "chroma": Truth("palette", "mean C* of the colours that were mixed", lambda made: _chroma(made)),
        "redness": Truth("palette", "mean a* of the colours", lambda made: float(made.colours[:, 1].mean())),
        "yellowness": Truth("palette", "mean b* of the colours", lambda made: float(made.colours[:, 2].mean())),
        "saturation": _habit("palette", "colours.saturation", "how strong colours are taken; 1 as they are"),
        "harmony": _habit("palette", "colours.harmony", "towards which hues colours are drawn"),
        "contrast": _habit("light", "light.contrast", "stretch of tones around the middle, on the day"),
        "key": _habit("light", "light.key", "what is added to all tones, on the day"),
        "spot": _habit("light", "light.spot", "strength of a pool of light on the figure"),
        "light side": _habit("light", "light.side", "where light comes from; 'scene': as the scene has it"),
        "stroke length": _usual("length", "length of marks"),
        "stroke width": _usual("width", "width of marks"),
        "coverage": _usual("coverage", "how often marks cover the picture"),
        "curvature": _habit("stroke", "brush.curvature", "how far marks bend, in [0, 1]"),
        "opacity": _habit("stroke", "brush.opacity", "how much a mark hides, in [0, 1]"),
        "jitter": _habit("stroke", "brush.jitter", "how far a mark's colour strays"),
        "bristles": _habit("stroke", "brush.bristles", "furrows in a mark"),
        "relief": _habit("stroke", "brush.relief", "how thick the paint stands, in [0, 1]"),
        "order": _habit("stroke", "brush.order", "which marks come last: light, dark or any"),
        "direction": _habit("stroke", "brush.direction", "what decides where marks run"),
        "line": _habit("edge", "line.width", "width of outlines in units of the side; 0 for none"),
        "ground colour": _habit("ground", "ground.slot", "colour role of the ground"),
        "ground tone": _habit("ground", "ground.tone", "tone of the ground, on the day"),
        "grain": _habit("ground", "ground.grain", "strength of the ground's grain"),
        "margin": _habit("ground", "ground.margin", "width of a bare margin in units of the side, on the day"),
        "scale": _habit("composition", "composition.scale", "size of figures; 1 as the scene says, on the day"),
        "horizon": _habit("composition", "composition.horizon", "how far the horizon is raised, on the day"),
        "shift": _habit("composition", "composition.shift", "pull to the right, on the day"),
        "medium": _habit("medium", "medium", "the medium"),
        "movement": _habit("movement", "movement", "the movement, whose family of palettes is used"),
        "subject": Truth("content", "what is painted", lambda made: made.scene.subject, of="picture"),
        "place": Truth("content", "the surroundings", lambda made: made.scene.place, of="picture"),
        "pose across": Truth(
            "content", "where the scene's figure stands, from 0 left to 1 right, before any habit",
            lambda made: made.scene.at[0], of="picture",
        ),
        "pose size": Truth(
            "content", "height of the scene's figure in units of the side, before any habit",
            lambda made: made.scene.scale, of="picture",
        ),
    }
)  # fmt: skip


def _chroma(made: Made) -> float:
    return float(np.hypot(made.colours[:, 1], made.colours[:, 2]).mean())


def made_works(table: ImageTable, painters: Sequence[Painter]) -> list[Made]:
    """How each work of an atelier's table was made.

    Args:
        table: as ``atelier`` gives it.
        painters: the records of its painters, at least.

    Raises:
        InputError: a work's painter is not among them.
    """
    known = {painter.slug: painter for painter in painters}
    if missing := sorted(set(table.frame["artist"]) - known.keys()):
        raise InputError(f"the records of {missing[0]!r} and {len(missing) - 1} others are missing")
    rows = zip(table.frame["artist"], table.frame["content"], table.frame["seed"], strict=True)
    return [_made(known[slug], subject, int(seed)) for slug, subject, seed in rows]


def _made(painter: Painter, subject: str, seed: int) -> Made:
    # The very draws of ``paint``.
    palette = mixed_palette(painter.movement, painter.colours, seeded("palette", painter.slug, subject, seed))
    day = on_the_day(painter, seeded("hand", painter.slug, subject, seed))
    return Made(day, sample_scene(subject, seed), palette)


def facets_of(made: Sequence[Made], shown: Mapping[str, Mapping[str, float]] | None = None) -> list[Facet]:
    """All ``FACETS`` of works; those that have one value only are left out.

    Args:
        made: the works.
        shown: see ``shown_habits``; without it, every facet is taken to exist in every medium.
    """
    facets = [_facet(name, truth, made, shown) for name, truth in FACETS.items()]
    return [facet for facet in facets if len(np.unique(facet.truth[facet.known])) > 1]


def _facet(name: str, truth: Truth, made: Sequence[Made], shown: Mapping[str, Mapping[str, float]] | None) -> Facet:
    values = np.array([truth.read(work) for work in made])
    if values.dtype.kind in "fiu":
        values = values.astype(np.float64)
    if shown is not None and truth.habit:
        hidden = [truth.habit in shown and not shown[truth.habit][work.painter.medium] for work in made]
        values[hidden] = np.nan if values.dtype.kind == "f" else ""
    return Facet(name, truth.group, truth.meaning, values, truth.of)


#: Two values of each habit, far apart among the invented painters'; of the brush's sizes, the ends of what is usual.
_ENDS: dict[str, tuple[Any, Any]] = {
    "colours.saturation": (0.5, 1.4),
    "colours.harmony": ("free", "monochrome"),
    "light.contrast": (0.8, 1.6),
    "light.key": (-0.1, 0.2),
    "light.spot": (0.0, 0.6),
    "light.side": ("left", "right"),
    "brush.curvature": (0.0, 1.0),
    "brush.opacity": (0.4, 1.0),
    "brush.jitter": (0.0, 0.9),
    "brush.bristles": (1, 6),
    "brush.relief": (0.0, 1.0),
    "brush.order": ("light", "dark"),
    "brush.direction": ("horizontal", "vertical"),
    "line.width": (0.0, 0.012),
    "ground.slot": ("light", "dark"),
    "ground.tone": (0.15, 0.95),
    "ground.grain": (0.0, 1.2),
    "ground.margin": (0.0, 0.07),
    "composition.scale": (0.8, 1.3),
    "composition.horizon": (-0.12, 0.12),
    "composition.shift": (-0.12, 0.12),
}


@lru_cache
def shown_habits(subjects: tuple[str, ...] = ("dog", "boat"), side: int = 96) -> dict[str, dict[str, float]]:
    """What each habit changes in each medium: one habit of a painter is changed, everything else stays.

    A medium may not use a habit at all (flat prints have no bristles); there it cannot be known, by anyone.

    Args:
        subjects: what is painted, once each.
        side: of the canvas in pixels.

    Returns:
        for each habit and medium the mean change of a pixel, in [0, 1]; 0 where the habit decides nothing.
    """
    habits = [*_ENDS, *(f"brush.{habit}" for habit in OF_A_MEDIUM)]
    return {habit: {medium: _change(medium, habit, subjects, side) for medium in MEDIUMS} for habit in habits}


def _change(medium: str, habit: str, subjects: Sequence[str], side: int) -> float:
    painter, ends = _middling(medium), _ends(medium, habit)
    apart = []
    for seed, subject in enumerate(subjects):
        low, high = (paint(painter.with_habit(habit, end), subject, seed, side).astype(float) for end in ends)
        apart.append(np.abs(low - high).mean() / 255)
    return float(np.mean(apart))


def _ends(medium: str, habit: str) -> tuple[Any, Any]:
    if habit in _ENDS:
        return _ENDS[habit]
    low, high = usual_range(medium, habit.removeprefix("brush."))
    return low, min(high, LONGEST) if habit == "brush.length" else high


def _middling(medium: str) -> Painter:
    """A painter in the middle of what is usual in a medium."""
    painter = Painter("Middling", "Saltmarsh School", medium).with_habit("line.width", 0.006)
    for habit in OF_A_MEDIUM:
        painter = painter.with_habit(f"brush.{habit}", float(np.sqrt(np.prod(usual_range(medium, habit)))))
    return painter
