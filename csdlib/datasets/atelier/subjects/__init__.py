"""The repertoire: every subject as a record of its figure, the places where it is met, and how it stands there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from csdlib.datasets.atelier.places import PLACES, flowers
from csdlib.datasets.atelier.scenes import SHADOW, Layer, Scene, between, either, mirrored
from csdlib.datasets.atelier.shapes import box, ellipse, polygon
from csdlib.datasets.atelier.subjects.animals import cat, dog
from csdlib.datasets.atelier.subjects.figures import woman
from csdlib.datasets.atelier.subjects.houses import house
from csdlib.datasets.atelier.subjects.landscape import boat, mountain, tree
from csdlib.datasets.atelier.subjects.still_life import still_life
from csdlib.errors import unknown
from csdlib.files import text_hash


@dataclass(frozen=True)
class Subject:
    """A subject of the repertoire.

    Attributes:
        name: what it is called in tables and captions.
        figure: draws the figure, from a generator.
        places: names of the surroundings in which it is met.
        scale: smallest and largest height of the figure, in units of the picture's side.
        depth: smallest and largest depth of its feet: 0 at the horizon, 1 at the bottom edge.
        shadow: half the width of the shadow at its feet in units of its height; 0 for none.
    """

    name: str
    figure: Callable[[np.random.Generator], list[Layer]]
    places: tuple[str, ...]
    scale: tuple[float, float]
    depth: tuple[float, float]
    shadow: float


#: A new subject is one more record. Of two that stand side by side the first is a subject of the database, the second
#: one of the queries: neighbours are of one kind, so that both sides have animals, buildings and people.
_RECORDS = (
    Subject("dog", dog, ("meadow", "shore", "town", "room", "dusk"), (0.42, 0.6), (0.35, 0.75), 0.6),
    Subject("cat", cat, ("meadow", "town", "room", "room", "dusk"), (0.5, 0.66), (0.4, 0.75), 0.4),
    Subject("house", house, ("meadow", "shore", "dusk"), (0.4, 0.58), (0.15, 0.5), 0.8),
    Subject("tree", tree, ("meadow", "shore", "dusk", "meadow"), (0.66, 0.9), (0.25, 0.65), 0.4),
    Subject("woman", woman, ("meadow", "shore", "town", "room"), (0.66, 0.84), (0.6, 0.92), 0.25),
    Subject("boat", boat, ("water",), (0.5, 0.72), (0.2, 0.55), 0.0),
    Subject("still life", still_life, ("room",), (0.62, 0.78), (0.35, 0.6), 0.0),
    Subject("mountain", mountain, ("meadow", "water", "dusk"), (0.45, 0.66), (0.0, 0.02), 0.0),
)

#: The subjects by name.
SUBJECTS: dict[str, Subject] = {record.name: record for record in _RECORDS}


def find_subject(name: str) -> Subject:
    """The record of a subject.

    Raises:
        InputError: no subject has that name; the message lists all.
    """
    if name not in SUBJECTS:
        raise unknown("subject", name, list(SUBJECTS))
    return SUBJECTS[name]


def sample_scene(subject: str, seed: int) -> Scene:
    """The scene of a subject and a scene seed: the same for every painter.

    Args:
        subject: a name of ``SUBJECTS``.
        seed: the scene seed.

    Raises:
        InputError: an unknown subject.
    """
    kind = find_subject(subject)
    rng = np.random.default_rng(int(text_hash("scene", subject, seed)[:16], 16))
    place = either(rng, *kind.places)
    surroundings = _table(rng) if subject == "still life" else PLACES[place](rng)
    figure = tuple(kind.figure(rng))
    if rng.random() < 0.5:
        figure = mirrored(figure)
    at = (between(rng, 0.34, 0.66), between(rng, *kind.depth))
    light = between(rng, 0.5, 1.2) if rng.random() < 0.5 else between(rng, 1.9, 2.6)
    return Scene(
        subject=subject,
        seed=seed,
        place=place,
        surroundings=tuple(surroundings),
        figure=(*_shadow(kind.shadow, light), *figure),
        front=tuple(flowers(rng, 5)) if place == "meadow" and rng.random() < 0.5 else (),
        at=at,
        scale=between(rng, *kind.scale),
        light=light,
        horizon=between(rng, 0.34, 0.52),
    )


def _shadow(half: float, light: float) -> tuple[Layer, ...]:
    """The shadow on the ground falls away from the light."""
    if not half:
        return ()
    shift = -0.35 * half * float(np.sign(np.cos(light)))
    return (Layer(ellipse(shift, 0.0, half, 0.07), SHADOW, line=False),)


def _table(rng: np.random.Generator) -> list[Layer]:
    """A room in which a table fills the lower half."""
    layers = PLACES["room"](rng)
    layers.append(Layer(box(-0.1, -1.1, 1.2, 1.06), either(rng, "earth", "warm"), 0.42, "land"))
    if rng.random() < 0.75:
        x = between(rng, -0.05, 0.2)
        cloth = polygon((x, -0.12), (x + 0.75, -0.1), (x + 0.95, -0.85), (x + 0.5, -1.1), (x - 0.1, -0.9))
        layers.append(Layer(cloth, either(rng, "light", "air", "cool"), 0.72, "land", 0.3))
    return layers
