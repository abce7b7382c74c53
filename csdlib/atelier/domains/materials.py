"""What the things of a scene are made of, and what colour that has in daylight: for the photograph-like domain."""

import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.palettes import hex_colour
from csdlib.atelier.scenes import Layer, Scene, between, either

#: The stuff of every layer, back to front; ``sky`` and ``water`` are lit by themselves, all others are textures.
Materials = list[str]

#: Places with walls, and the photographer's sheet of paper.
INDOORS = ("backdrop", "room", "table", "studio")

_FURRED = ("dog", "cat", "horse", "bird")
_DRESSED = ("woman", "portrait")
_BUILT = ("house", "castle", "bridge")

#: Colours of nature by role, as a camera sees them in white light.
_NATURAL = {
    "air": "#a9c4de #b9c6cf",
    "far": "#5f7050 #6d7a66 #55684f #7d7b62 #6a7278",
    "leaf": "#4f6b2a #5d7a35 #6f7f3c #44602c #7b8348",
    "earth": "#9a7b55 #a88d66 #8c7350 #b39b78 #7f6a4d",
    "warm": "#a5673a #b0743f #94553a #b98a56 #8d5a3c",
    "cool": "#3f6478 #4a7480 #56757f #37566b #4d5f73",
    "accent": "#a33a30 #a8473a #34548c #b08a2e #7c2f45 #b05a7a",
    "skin": "#d9a98a #c68f6c #8d5b3f #e6c0a2 #6b4530",
    "light": "#e4dfd4 #ece8de #d9d2c4",
    "dark": "#2a2622 #33302e #26282c #3a332c",
}

#: Materials whose colour does not follow the role alone.
_OWN = {
    ("foliage", "accent"): "#a8642c #9c4a28 #b8892f",
    ("foliage", "warm"): "#a8742c #8f6a2c #b8892f",
    ("sand", "earth"): "#8c7d68 #a39780 #776b5c #9c8f7a #b5a88f #7d7468",
    ("rock", "far"): "#6f6c6a #7d7468 #6a6f76",
    ("rock", "cool"): "#66707a #5f6468",
    ("rock", "light"): "#eef1f4 #e6eaee",
    ("rock", "air"): "#b4c2d4 #a9b6c8",
    ("eye", "accent"): "#b5982c #8a9a3c #9a6a24",
    ("blush", "accent"): "#b0584e #a8504a #b86a5c",
    ("fur", "dark"): "#4a423c #453f3a #3f4044",
    ("fur", "accent"): "#8a5a3a #b08a4e #5a4a40",
    ("feathers", "dark"): "#3a3a40 #403a36",
    ("fur", "cool"): "#6a6a6c #7d7a76",
}


def materials(scene: Scene, rng: np.random.Generator) -> Materials:
    """The material of every layer: surroundings, figure, front."""
    # One house has one kind of wall.
    wall = either(rng, "bricks", "plaster", "plaster")
    behind = [_behind(scene, layer, wall) for layer in scene.surroundings]
    figure = [_figure(scene.subject, layer, wall) for layer in scene.figure]
    return [*behind, *figure, *["smooth" for _ in scene.front]]


def _behind(scene: Scene, layer: Layer, wall: str) -> str:
    top, bottom = float(layer.outline[:, 1].max()), float(layer.outline[:, 1].min())
    if scene.place in INDOORS:
        return _indoors(layer, top)
    if layer.slot in ("air", "cool") and top < 0.1:
        return "water"
    if layer.slot == "air" or (bottom > 0.15 and layer.form == "round" and not layer.fine):
        return "sky"
    if layer.fine:
        return "smooth"
    if top < 0.1:
        return {"leaf": "grass", "cool": "water", "earth": "sand"}.get(layer.slot, "sand")
    if scene.place == "town":
        return wall if abs(layer.angle - np.pi / 2) < 0.1 else "tiles"
    return "foliage"


def _indoors(layer: Layer, top: float) -> str:
    if layer.form == "land" and top < 0.05:
        return "boards" if layer.slot in ("earth", "warm") else "cloth"
    return "cloth" if layer.form == "tube" or top < 0.05 else "plaster"


def _figure(subject: str, layer: Layer, wall: str) -> str:
    if layer.fine and layer.slot == "accent" and layer.form == "flat" and subject in _FURRED:
        return "eye"
    if subject in _DRESSED and layer.slot == "accent" and not layer.line:
        return "blush"
    if layer.slot == "skin" or layer.fine:
        return "smooth"
    if subject == "house" and layer.slot == "light" and layer.form == "round":
        return "sky"  # smoke
    if layer.slot == "leaf" and subject not in ("still life", "flower", *_DRESSED, *_FURRED):
        return "foliage"
    if subject in _FURRED:
        return "feathers" if subject == "bird" else "fur"
    if subject in _DRESSED:
        return "cloth"
    if subject == "tree":
        return "bark" if layer.slot == "earth" else "foliage"
    if subject == "mountain":
        return "rock"
    if subject in _BUILT:
        return wall if layer.form == "land" else "tiles" if layer.form == "flat" else "plaster"
    return "cloth" if subject == "boat" and layer.form == "round" else "smooth"


def reflectances(scene: Scene, stuffs: Materials, rng: np.random.Generator) -> NDArray[np.float32]:
    """How much red, green and blue every layer throws back, (layers, 3) float32 in [0, 1], linear.

    Everything of one material and role in a picture has one colour; tones make it lighter or darker.
    """
    neutral = between(rng, 0.35, 0.7) * np.array([1, between(rng, 0.92, 1.02), between(rng, 0.76, 1.1)])
    mixed: dict[tuple[str, str], NDArray[np.floating]] = {}
    rows = []
    layers = (*scene.surroundings, *scene.figure, *scene.front)
    for number, (layer, stuff) in enumerate(zip(layers, stuffs, strict=True)):
        key = (stuff, layer.slot)
        if key not in mixed:
            mixed[key] = _mixed(stuff, layer.slot, rng)
        colour = mixed[key]
        if scene.place in INDOORS[1:] and number < len(scene.surroundings) and stuff == "plaster":
            colour = 0.45 * colour + 0.55 * neutral
        rows.append(np.clip(colour * (0.3 + 1.4 * layer.tone), 0.008, 0.86))
    return np.array(rows, dtype=np.float32)


def _mixed(stuff: str, slot: str, rng: np.random.Generator) -> NDArray[np.floating]:
    text = _OWN.get((stuff, slot), _NATURAL.get(slot, _NATURAL["dark"]))
    colour = np.array(hex_colour(either(rng, *text.split()))) ** 2.2
    return np.clip(colour * rng.normal(1, 0.12) * rng.normal(1, 0.04, 3), 0.004, 1)
