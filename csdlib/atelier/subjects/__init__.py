"""The repertoire: every subject as a record of the ways in which it is met: figure, places, how it stands there."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from csdlib.atelier.places import PLACES, wild_flowers
from csdlib.atelier.scenes import SHADOW, Layer, Scene, between, either, mirrored
from csdlib.atelier.shapes import ellipse
from csdlib.atelier.subjects.animals import cat, dog
from csdlib.atelier.subjects.birds import duck, heron, songbird
from csdlib.atelier.subjects.bridges import stone_bridge, suspension_bridge, trestle_bridge, wooden_bridge
from csdlib.atelier.subjects.castles import castle
from csdlib.atelier.subjects.contrast import set_off
from csdlib.atelier.subjects.figures import woman
from csdlib.atelier.subjects.flowers import growing_flower, potted_flower
from csdlib.atelier.subjects.flying_birds import gull, swallow
from csdlib.atelier.subjects.horses import horse
from csdlib.atelier.subjects.houses import house
from csdlib.atelier.subjects.landscape import boat, mountain, tree
from csdlib.atelier.subjects.portraits import portrait
from csdlib.atelier.subjects.still_life import still_life
from csdlib.errors import lookup
from csdlib.files import seeded


@dataclass(frozen=True)
class Setting:
    """One way in which a subject is met.

    Attributes:
        figure: draws the figure, from a generator.
        places: names of the surroundings in which it is met.
        scale: smallest and largest height of the figure, in units of the picture's side.
        depth: smallest and largest depth of its feet: 0 at the horizon, 1 at the bottom edge.
        shadow: half the width of the shadow at its feet in units of its height; 0 for none.
        coats: colour roles that its main one may be exchanged for where the surroundings have the same.
    """

    figure: Callable[[np.random.Generator], list[Layer]]
    places: tuple[str, ...]
    scale: tuple[float, float]
    depth: tuple[float, float]
    shadow: float = 0.0
    coats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A subject of the repertoire.

    Attributes:
        name: what it is called in tables and captions.
        settings: the ways in which it is met, all alike likely.
    """

    name: str
    settings: tuple[Setting, ...]


_FUR = ("earth", "warm", "dark", "light")
_WALLS = ("light", "earth", "warm", "air")
_FOLIAGE = ("leaf", "warm", "accent")
_CLOTH = ("accent", "warm", "cool", "light", "leaf")
_PAINT = ("accent", "warm", "earth", "light", "dark")

#: A new subject is one more record. Of two that stand side by side the first is a subject of the database, the second
#: one of the queries: neighbours are of one kind, so that both sides have animals, buildings, people and plants.
_RECORDS = (
    Subject("dog", (Setting(dog, ("meadow", "shore", "town", "room", "dusk"), (0.42, 0.6), (0.35, 0.75), 0.6, _FUR),)),
    Subject("cat", (Setting(cat, ("meadow", "town", "room", "room", "dusk"), (0.5, 0.66), (0.4, 0.75), 0.4, _FUR),)),
    Subject("house", (Setting(house, ("meadow", "shore", "dusk"), (0.4, 0.58), (0.15, 0.5), 0.8, _WALLS),)),
    Subject("castle", (Setting(castle, ("meadow", "meadow", "dusk", "water"), (0.4, 0.58), (0.2, 0.65), 0.0, _WALLS),)),
    Subject("woman", (
        Setting(woman, ("meadow", "shore", "town", "room"), (0.66, 0.84), (0.6, 0.92), 0.25, _CLOTH),
    )),
    Subject("portrait", (
        Setting(portrait, ("studio", "studio", "studio", "room", "meadow", "shore"), (0.86, 1.0), (1.03, 1.12)),
    )),
    Subject("tree", (
        Setting(tree, ("meadow", "shore", "dusk", "meadow"), (0.66, 0.9), (0.25, 0.65), 0.4, _FOLIAGE),
    )),
    Subject("flower", (
        Setting(growing_flower, ("meadow", "meadow", "dusk", "river"), (0.78, 0.95), (0.8, 1.04)),
        Setting(potted_flower, ("table", "room", "table"), (0.78, 0.92), (0.5, 0.85)),
    )),
    Subject("boat", (Setting(boat, ("water", "water", "river"), (0.5, 0.72), (0.2, 0.55), 0.0, _PAINT),)),
    Subject("bridge", (
        Setting(stone_bridge, ("river",), (0.33, 0.44), (0.3, 0.6), 0.0, ("earth", "light", "warm")),
        Setting(wooden_bridge, ("river",), (0.36, 0.46), (0.3, 0.6), 0.0, _PAINT),
        Setting(suspension_bridge, ("water", "river"), (0.36, 0.46), (0.15, 0.5), 0.0, _PAINT),
        Setting(trestle_bridge, ("gorge", "gorge", "river"), (0.38, 0.48), (0.3, 0.6), 0.0, _PAINT),
    )),
    Subject("mountain", (
        Setting(mountain, ("meadow", "water", "dusk"), (0.45, 0.66), (0.0, 0.02), 0.0, ("far", "cool", "earth")),
    )),
    Subject("horse", (
        Setting(horse, ("meadow", "meadow", "shore", "dusk"), (0.5, 0.66), (0.45, 0.8), 0.55, _FUR),
    )),
    Subject("still life", (Setting(still_life, ("table",), (0.62, 0.78), (0.35, 0.6)),)),
    Subject("bird", (
        Setting(songbird, ("meadow", "dusk", "studio", "river"), (0.56, 0.72), (0.3, 0.75)),
        Setting(heron, ("shore", "river", "water"), (0.66, 0.84), (0.5, 0.85), 0.0, ("light", "far", "cool")),
        Setting(gull, ("shore", "water", "dusk"), (0.58, 0.74), (0.0, 0.35)),
        Setting(swallow, ("meadow", "dusk", "river"), (0.52, 0.66), (0.0, 0.3)),
        Setting(duck, ("river", "water"), (0.44, 0.56), (0.5, 0.8), 0.0, _FUR),
    )),
)  # fmt: skip

#: The subjects by name.
SUBJECTS: dict[str, Subject] = {record.name: record for record in _RECORDS}


def find_subject(name: str) -> Subject:
    """The record of a subject.

    Raises:
        InputError: no subject has that name; the message lists all.
    """
    return lookup("subject", name, SUBJECTS)


def sample_scene(subject: str, seed: int) -> Scene:
    """The scene of a subject and a scene seed: the same for every painter.

    Args:
        subject: a name of ``SUBJECTS``.
        seed: the scene seed.

    Raises:
        InputError: an unknown subject.
    """
    record = find_subject(subject)
    rng = seeded("scene", subject, seed)
    kind = record.settings[int(rng.integers(len(record.settings)))]
    place = either(rng, *kind.places)
    surroundings, figure = tuple(PLACES[place](rng)), tuple(kind.figure(rng))
    if rng.random() < 0.5:
        figure = mirrored(figure)
    at = (between(rng, 0.34, 0.66), between(rng, *kind.depth))
    light = between(rng, 0.5, 1.2) if rng.random() < 0.5 else between(rng, 1.9, 2.6)
    scale, horizon = between(rng, *kind.scale), between(rng, 0.34, 0.52)
    surroundings, figure = set_off(rng, surroundings, figure, (*at, scale, horizon), kind.coats)
    return Scene(
        subject=subject,
        seed=seed,
        place=place,
        surroundings=surroundings,
        figure=(*_shadow(kind.shadow, light), *figure),
        front=_front(rng, kind, place),
        at=at,
        scale=scale,
        light=light,
        horizon=horizon,
    )


def _front(rng: np.random.Generator, kind: Setting, place: str) -> tuple[Layer, ...]:
    """Flowers before a figure in the grass; not before one that is cut by the lower edge."""
    open_grass = place == "meadow" and kind.depth[1] <= 1
    return tuple(wild_flowers(rng, 5)) if open_grass and rng.random() < 0.5 else ()


def _shadow(half: float, light: float) -> tuple[Layer, ...]:
    """The shadow on the ground falls away from the light."""
    if not half:
        return ()
    shift = -0.35 * half * float(np.sign(np.cos(light)))
    return (Layer(ellipse(shift, 0.0, half, 0.07), SHADOW, line=False),)
