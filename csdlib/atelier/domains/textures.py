"""Textures for the photograph-like domain: fur, foliage, grass, sand, water, boards, bricks, tiles, cloth, plaster."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.brushes import noise
from csdlib.atelier.composition import Map

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Spot:
    """What a texture needs to know: the generator, the direction of the forms, and the row of the horizon.

    Attributes:
        rng: decides the pattern.
        flow: (side, side) radians.
        horizon: in units of the side from the top.
    """

    rng: np.random.Generator
    flow: Map
    horizon: float

    @property
    def side(self) -> int:
        """The side of the canvas in pixels."""
        return len(self.flow)


def cloudy(rng: np.random.Generator, side: int, cells: int = 4, octaves: int = 5) -> Map:
    """Noise at all scales, (side, side) float32 in about [-1, 1]."""
    total = np.zeros((side, side), np.float32)
    for k in range(octaves):
        total += noise(rng, cells * 2**k, side) * np.float32(0.6**k)
    return total / np.float32(1.4)


def receding(spot: Spot, across: float, along: float) -> Map:
    """Noise on the ground, seen in perspective: fine at the horizon, coarse at the feet; (side, side) in [-1, 1]."""
    side = spot.side
    tile = cloudy(spot.rng, 128, 16, 3)
    y = np.arange(side, dtype=np.float32)[:, None] / side - np.float32(spot.horizon)
    x = np.arange(side, dtype=np.float32)[None] / side - 0.5
    depth = 0.35 / np.maximum(np.abs(y), 0.02)
    u = np.broadcast_to(x * depth * across, (side, side)).astype(np.float32)
    v = np.broadcast_to(depth * along + 0 * x, (side, side)).astype(np.float32)
    far = np.clip(np.abs(y) / 0.12, 0.25, 1)
    return np.asarray(cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32) * far


def combed(spot: Spot, length: int = 5) -> Map:
    """Noise combed along the forms: hairs, bark, blades; (side, side) float32 in about [-1, 1]."""
    side, scale = spot.side, spot.side / 256
    white = spot.rng.normal(0, 1, (side, side)).astype(np.float32)
    grain = cv2.GaussianBlur(white, (0, 0), 0.7 * scale)
    wave = spot.flow + 0.35 * noise(spot.rng, 24, side)
    dx, dy = np.cos(wave).astype(np.float32) * scale, np.sin(wave).astype(np.float32) * scale
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    total = np.zeros_like(grain)
    for step in range(-length, length + 1):
        moved = cv2.remap(grain, x + step * dx, y + step * dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        total += moved.astype(np.float32)
    return np.clip(total / (2 * total.std() + 1e-6), -1, 1)


def fur(spot: Spot) -> Map:
    """Hair with patches of lighter and darker coat."""
    return 0.24 * combed(spot) + 0.16 * cloudy(spot.rng, spot.side, 6, 3)


def feathers(spot: Spot) -> Map:
    """A smooth plumage with faint rows."""
    return 0.12 * combed(spot) + 0.14 * cloudy(spot.rng, spot.side, 14, 3)


def bark(spot: Spot) -> Map:
    """Coarse streaks along a stem."""
    return 0.4 * combed(spot, 8) + 0.2 * cloudy(spot.rng, spot.side, 20, 2)


def foliage(spot: Spot) -> Map:
    """Leaves in clumps: light on some, holes between others."""
    clumps = cloudy(spot.rng, spot.side, 18, 3)
    leaves = spot.rng.normal(0, 1, (spot.side, spot.side)).astype(np.float32)
    leaves = cv2.GaussianBlur(leaves, (0, 0), spot.side / 256) * 1.9
    return np.clip(0.42 * clumps + 0.36 * leaves, -0.75, 0.9)


def grass(spot: Spot) -> Map:
    """Blades near the feet, a smooth carpet far away."""
    side = spot.side
    blades = spot.rng.normal(0, 1, (side, side)).astype(np.float32)
    blades = cv2.GaussianBlur(blades, (0, 0), 0.55 * side / 256, sigmaY=2.6 * side / 256) * 2.2
    near = np.clip(np.arange(side, dtype=np.float32) / side - spot.horizon, 0.05, 0.6)[:, None] * 1.4
    return 0.22 * receding(spot, 70, 30) + 0.42 * blades * near + 0.2 * receding(spot, 10, 8)


def sand(spot: Spot) -> Map:
    """Fine grain, some tracks."""
    return 0.2 * receding(spot, 60, 30) + 0.14 * receding(spot, 16, 12) + 0.16 * receding(spot, 5, 6)


def ripples(spot: Spot) -> Map:
    """Waves: long across, short along, choppy nearby."""
    return 0.34 * receding(spot, 14, 46) + 0.2 * receding(spot, 40, 90)


def boards(spot: Spot) -> Map:
    """A wooden floor that runs to the back: boards of different wood, dark joints, grain."""
    side = spot.side
    y = np.arange(side, dtype=np.float32)[:, None] / side - np.float32(spot.horizon)
    x = np.arange(side, dtype=np.float32)[None] / side - 0.5
    place = x * 0.35 / np.maximum(y + 0.18, 0.05) * 16 + 40
    wood = spot.rng.uniform(-0.16, 0.16, 80).astype(np.float32)[np.clip(place, 0, 79).astype(int)]
    joint = np.where(np.abs(place % 1 - 0.5) > 0.46, np.float32(-0.35), np.float32(0))
    return wood + joint + 0.12 * receding(spot, 90, 6)


def bricks(spot: Spot) -> Map:
    """Courses of bricks with pale joints."""
    y, x = np.mgrid[0 : spot.side, 0 : spot.side].astype(np.float32) / spot.side
    row = (y * 58).astype(int)
    place = x * 26 + 0.5 * (row % 2)
    each = spot.rng.uniform(-0.2, 0.2, (64, 32)).astype(np.float32)[row % 64, place.astype(int) % 32]
    joint = (y * 58 % 1 < 0.16) | (place % 1 < 0.08)
    return np.where(joint, np.float32(0.2), each) + 0.1 * cloudy(spot.rng, spot.side, 30, 2)


def tiles(spot: Spot) -> Map:
    """Rows of roof tiles, each with a shaded lower edge, weathered."""
    y, x = np.mgrid[0 : spot.side, 0 : spot.side].astype(np.float32) / spot.side
    rows = (y * 44 + 0.25 * np.sin(x * 260)) % 1
    return 0.3 * (0.5 - rows).astype(np.float32) + 0.22 * cloudy(spot.rng, spot.side, 10, 4)


def rock(spot: Spot) -> Map:
    """Cracked stone: ridged noise at all scales."""
    ridges = 0.5 - np.abs(cloudy(spot.rng, spot.side, 7, 6)) * 1.6
    return np.asarray(0.55 * ridges + 0.3 * cloudy(spot.rng, spot.side, 24, 3), np.float32)


def cloth(spot: Spot) -> Map:
    """Soft folds and a fine weave."""
    return 0.2 * noise(spot.rng, 9, spot.side) + 0.1 * combed(spot, 9)


def plaster(spot: Spot) -> Map:
    """A wall: stains and a fine grain."""
    return 0.09 * cloudy(spot.rng, spot.side, 3, 6) + 0.05 * noise(spot.rng, 110, spot.side)


def smooth(spot: Spot) -> Map:
    """Skin, glaze, paint: hardly any texture."""
    return 0.05 * cloudy(spot.rng, spot.side, 5, 4)


#: Every texture by name: what to (side, side) float32, the relative change of brightness.
TEXTURES: dict[str, Callable[[Spot], Map]] = {
    "fur": fur,
    "feathers": feathers,
    "bark": bark,
    "foliage": foliage,
    "grass": grass,
    "sand": sand,
    "ripples": ripples,
    "boards": boards,
    "bricks": bricks,
    "tiles": tiles,
    "rock": rock,
    "cloth": cloth,
    "plaster": plaster,
    "smooth": smooth,
}

#: How far each texture frays the edges of what it covers, in units of the side.
FRAYED = {
    "fur": 0.004,
    "feathers": 0.0015,
    "foliage": 0.013,
    "grass": 0.005,
    "rock": 0.006,
    "sand": 0.003,
    "bark": 0.003,
}
