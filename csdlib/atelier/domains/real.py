"""The domain "real": pictures as a camera takes them, with materials, daylight, depth and a lens."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import Canvas
from csdlib.atelier.composition import Map, View, compose
from csdlib.atelier.domains.camera import developed, focused
from csdlib.atelier.domains.daylight import Weather, distance, sky, water, weather
from csdlib.atelier.domains.figures import working_side
from csdlib.atelier.domains.materials import INDOORS, materials, reflectances
from csdlib.atelier.domains.solids import creases, frayed, rounded, shaded
from csdlib.atelier.domains.textures import FRAYED, TEXTURES, Spot
from csdlib.atelier.painters import Composition, Painter
from csdlib.atelier.palettes import TONES, Palette
from csdlib.atelier.scenes import SLOTS, Layer, Scene, between, either
from csdlib.atelier.shapes import box
from csdlib.atelier.studio import reduced
from csdlib.atelier.surfaces import plain, rgb

#: What is often photographed before a paper backdrop.
_STUDIO = ("dog", "cat", "woman", "portrait", "bird", "flower", "horse")

#: What is far away, so that no lens blurs its surroundings.
_VISTAS = ("mountain", "castle", "bridge", "house", "boat")

#: A view wants a palette; a camera has none.
_GREY = Palette(np.full((len(SLOTS), TONES, 3), 0.5, np.float32))


@dataclass(frozen=True)
class Shot:
    """A scene before the camera.

    Attributes:
        scene: what stands there, in its surroundings.
        view: where it is in the picture, edges frayed by its materials.
        stuffs: the material of every layer.
        air: the weather.
        horizon: row of the horizon in units of the side.
    """

    scene: Scene
    view: View
    stuffs: list[str]
    air: Weather
    horizon: float

    def made_of(self, *stuffs: str) -> NDArray[np.bool_]:
        """Where one of the materials is seen, (side, side) bool."""
        return np.array([stuff in stuffs for stuff in self.stuffs])[self.view.label]


def real(scene: Scene, rng: np.random.Generator, side: int) -> Canvas:
    """A picture as a camera takes it, (side, side, 3) uint8."""
    shot = _shot(scene, rng, working_side(side))
    light = _lit(shot, rng)
    light = _hazed(light, shot, rng)
    light = focused(light, _blur(shot, rng), shot.view.figure)
    return reduced(developed(light, rng), side)


def _shot(scene: Scene, rng: np.random.Generator, side: int) -> Shot:
    """Chooses the place and the frame, and frays the edges of what is rough."""
    if scene.subject in _STUDIO and rng.random() < 0.15:
        scene = _before_backdrop(scene, rng)
    habit = Composition(
        scale=between(rng, 0.95, 1.35), horizon=between(rng, -0.1, 0.08), shift=between(rng, -0.08, 0.08)
    )
    view = compose(scene, Painter("Camera", "", "", composition=habit), _GREY, side)
    stuffs = materials(scene, rng)
    view = frayed(view, np.array([FRAYED.get(stuff, 0.0) for stuff in stuffs]), rng)
    horizon = 1 - float(np.clip(scene.horizon + habit.horizon, 0.2, 0.65))
    return Shot(scene, view, stuffs, weather(scene, view.light, rng), horizon)


def _before_backdrop(scene: Scene, rng: np.random.Generator) -> Scene:
    """The figure in a studio, before a sheet of paper without an edge."""
    own = {layer.slot for layer in scene.figure if not layer.fine}
    # Never a black dog before black paper.
    slot = either(rng, *[slot for slot in ("light", "light", "air", "dark", "cool") if slot not in own] or ["air"])
    sheet = Layer(box(-0.1, -1.1, 1.2, 2.4), slot, between(rng, 0.25, 0.66), line=False)
    return replace(scene, place="backdrop", surroundings=(sheet,), front=())


def _lit(shot: Shot, rng: np.random.Generator) -> Map:
    """The light that the scene throws to the camera, (side, side, 3) float32 linear."""
    view, air = shot.view, shot.air
    surface = reflectances(shot.scene, shot.stuffs, rng).take(view.label, axis=0) * rgb(_textured(shot, rng))
    normal = rounded(view, 0.04 + 0.26 * shot.made_of(*FRAYED), rng)
    walls = ("sky",) if shot.scene.place == "backdrop" else ("sky", "plaster")
    ground = ~view.figure & ~shot.made_of(*walls)
    dark = shaded(view, ground, rng)
    facing = np.clip((normal * plain(air.towards, dark.shape)).sum(axis=2), 0, 1)
    flat = np.abs(normal[..., 2]) > 0.999
    facing = np.where(flat, 0.62, facing) * (1 - 0.9 * dark)
    open_sky = (0.55 - 0.45 * normal[..., 1]) * creases(view) * (1 - 0.45 * dark)
    fill = (0.85 - 0.45 * air.strength) * (0.5 * air.rim + 0.3 * air.zenith + 0.3)
    light = rgb(air.strength * 1.75 * facing) * plain(air.sun, dark.shape) + rgb(open_sky) * plain(fill, dark.shape)
    light = light * _room_light(shot)
    picture = surface * light + _shine(shot, normal)
    return _open_air(picture, shot, rng)


def _shine(shot: Shot, normal: Map) -> Map:
    """The highlight of the sun on glazed, painted and wet things, (side, side, 3) float32."""
    half = shot.air.towards + np.array([0, 0, 1], np.float32)
    mirrored = np.clip((normal * plain(half / np.linalg.norm(half), normal.shape[:2])).sum(axis=2), 0, 1) ** 40
    glossy = shot.made_of("smooth", "eye") & shot.view.figure & (normal[..., 2] < 0.999)
    return rgb(0.3 * shot.air.strength * mirrored * glossy) * plain(shot.air.sun, glossy.shape)


def _textured(shot: Shot, rng: np.random.Generator) -> Map:
    """The relative brightness that each material's texture gives, (side, side) float32."""
    spot = Spot(rng, shot.view.flow, shot.horizon)
    change = np.ones_like(shot.view.flow)
    for stuff in dict.fromkeys(shot.stuffs):
        area = shot.made_of(stuff)
        if stuff in TEXTURES and area.any():
            change[area] += TEXTURES[stuff](spot)[area]
    return np.clip(change, 0.12, 2)


def _room_light(shot: Shot) -> Map | float:
    """Indoors light falls off with the distance from the window."""
    if shot.scene.place not in INDOORS:
        return 1.0
    axis = np.linspace(-1, 1, shot.view.side, dtype=np.float32)
    x, y = axis[None], axis[:, None]
    if shot.scene.place == "backdrop":
        return (1.25 - 0.45 * (x**2 + y**2))[..., None]
    side = float(np.sign(shot.air.towards[0]))
    return np.clip(0.9 + 0.38 * side * x - 0.2 * y, 0.3, 1.6)[..., None]


def _open_air(picture: Map, shot: Shot, rng: np.random.Generator) -> Map:
    """Puts sky and water where they are seen."""
    blue = shot.made_of("sky")
    if blue.any():
        picture = np.where(blue[..., None], sky(shot.air, shot.horizon, shot.view.side, rng), picture)
    wet = shot.made_of("water")
    if not wet.any():
        return picture
    ripple = TEXTURES["ripples"](Spot(rng, shot.view.flow, shot.horizon))
    below = wet | _reflections(shot)
    rows = np.flatnonzero((shot.view.figure & ~below).any(axis=1))
    # A boat is mirrored at its water line, a far coast at the horizon.
    shore = rows[-1] / shot.view.side if len(rows) and _floats(shot) else shot.horizon
    deep = np.broadcast_to(0.45 * picture[wet].mean(axis=0), picture.shape)
    mirrored = water(picture, deep, ripple, (shot.horizon, max(shore, shot.horizon)))
    return np.where(below[..., None], mirrored, picture)


def _floats(shot: Shot) -> bool:
    """Whether the figure touches the water."""
    feet = np.flatnonzero(shot.view.figure.any(axis=1))[-1]
    below = shot.made_of("water")[min(feet + 2, shot.view.side - 1)]
    return bool((below & shot.view.figure.any(axis=0)).any())


def _reflections(shot: Shot) -> NDArray[np.bool_]:
    """Where the scene itself has painted a reflection below a figure that floats; the water makes its own."""
    first = len(shot.scene.surroundings)
    below = [not layer.line and bool(layer.outline[:, 1].max() < 0) for layer in shot.scene.figure]
    numbers = first + np.flatnonzero(below)
    return np.isin(shot.view.label, numbers)


def _hazed(light: Map, shot: Shot, rng: np.random.Generator) -> Map:
    """The air takes contrast from what is far."""
    if shot.scene.place in INDOORS:
        return light
    far = _depth(shot)
    veil = (1 - np.exp(-between(rng, 0.05, 0.75) * far**1.5))[..., None] * ~shot.made_of("sky")[..., None]
    return light + (shot.air.rim * 0.9 - light) * veil


def _depth(shot: Shot) -> Map:
    """Distance of what is seen, from 0 at the lower edge to 1 at the horizon, (side, side) float32."""
    side = shot.view.side
    rows = np.broadcast_to(distance(shot.horizon, side), (side, side)).copy()
    if shot.view.figure.any():
        feet = int(np.flatnonzero(shot.view.figure.any(axis=1))[-1])
        rows[shot.view.figure] = min(0.6, float(rows[feet, 0]))
    return rows


def _blur(shot: Shot, rng: np.random.Generator) -> Map:
    """The radius of the blur of everything but the figure, in pixels, (side, side) float32."""
    far = _depth(shot)
    own = float(far[shot.view.figure].mean()) if shot.view.figure.any() else 0.5
    aperture = between(rng, 0.0, 1.0) if shot.scene.subject in _VISTAS else between(rng, 1.0, 9.0)
    return np.asarray(aperture * np.abs(far - own) * shot.view.side / 256, np.float32)
