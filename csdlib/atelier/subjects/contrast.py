"""Figures that stand out from what is behind them: another coat, and both give way in tone, before any painter."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from csdlib.atelier.scenes import SHADOW, SLOTS, Layer, between
from csdlib.atelier.shapes import Points

Layers = tuple[Layer, ...]

#: Where a figure stands: x, feet below the horizon in units of the ground's height, scale, horizon.
Stand = tuple[float, float, float, float]

#: How light a colour role is, on average over all palettes: the roles of ``SLOTS`` differ more than tones do.
_LIGHTNESS = dict(zip(SLOTS, (0.68, 0.58, 0.57, 0.66, 0.62, 0.5, 0.5, 0.72, 0.95, 0.2), strict=True))

#: Figure and surroundings should differ by this much in lightness, and in tone.
_GAP, _TONE_GAP = 0.3, 0.2

#: At most this much is added to or taken from the tones of the figure, and of what is behind it.
_FIGURE_PUSH, _BEHIND_PUSH = 0.2, 0.22

_SIDE = 64


def set_off(
    rng: np.random.Generator, surroundings: Layers, figure: Layers, stand: Stand, coats: tuple[str, ...]
) -> tuple[Layers, Layers]:
    """Sets a figure off against its surroundings, the same for every painter.

    Args:
        rng: chooses among the coats that suit.
        surroundings: the layers behind the figure.
        figure: the layers of the figure.
        stand: where it stands.
        coats: colour roles that the figure's main one may be exchanged for; empty for none.

    Returns:
        surroundings and figure.
    """
    behind = _seen([_background(layer, stand[3]) for layer in surroundings])
    own = _seen([_placed(layer, stand) for layer in figure])
    near = cv2.dilate((own >= 0).astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool) & (own < 0) & (behind >= 0)
    if not near.any() or not (own >= 0).any():
        return surroundings, figure
    shares = np.bincount(behind[near], minlength=len(surroundings)) / near.sum()
    weights = np.bincount(own[own >= 0], minlength=len(figure)) / (own >= 0).sum()
    figure = _coated(rng, figure, weights, (surroundings, shares), coats)
    return _pushed(surroundings, shares, figure, weights)


def lightness(layer: Layer) -> float:
    """How light a layer is on average over all palettes, in [0, 1]: its role's colour, darkened or lightened."""
    own = _LIGHTNESS.get(layer.slot, 0.5)
    low = 0.05 + 0.16 * own
    return low + (own - low) * min(2 * layer.tone, 1.0) + (0.9 - own) * max(2 * layer.tone - 1.0, 0.0)


def _background(layer: Layer, horizon: float) -> Layer:
    x, y = layer.outline.T
    return replace(
        layer, outline=np.stack([x, np.where(y > 0, (1 - horizon) * (1 - y), 1 - horizon - y * horizon)], axis=1)
    )


def _placed(layer: Layer, stand: Stand) -> Layer:
    x, depth, scale, horizon = stand
    return replace(layer, outline=layer.outline * (scale, -scale) + (x, 1 - horizon + depth * horizon))


def _seen(layers: list[Layer]) -> NDArray[np.int32]:
    """The number of the layer seen in each cell of a coarse picture, -1 for none."""
    label = np.full((_SIDE, _SIDE), -1, np.int32)
    for number, layer in enumerate(layers):
        if layer.slot != SHADOW:
            cv2.fillPoly(label, [_corners(layer.outline)], number)
    return label


def _corners(outline: Points) -> NDArray[np.int32]:
    return np.round(outline * _SIDE).astype(np.int32)[:, None]


def _coated(
    rng: np.random.Generator,
    figure: Layers,
    weights: NDArray[np.float64],
    behind: tuple[Layers, NDArray[np.float64]],
    coats: tuple[str, ...],
) -> Layers:
    """The figure in another coat where its own is also the colour of much that is behind it."""
    owned = {slot: sum(w for layer, w in zip(figure, weights, strict=True) if layer.slot == slot) for slot in SLOTS}
    around = {slot: sum(s for layer, s in zip(*behind, strict=True) if layer.slot == slot) for slot in SLOTS}
    main = max(owned, key=lambda slot: owned[slot])
    if main not in coats or around[main] < 0.2:
        return figure
    choice = [slot for slot in coats if around[slot] < 0.12] or [min(coats, key=lambda slot: around[slot])]
    coat = choice[int(between(rng, 0, len(choice)))]
    return tuple(replace(layer, slot=coat) if layer.slot == main else layer for layer in figure)


def _pushed(
    surroundings: Layers, shares: NDArray[np.float64], figure: Layers, weights: NDArray[np.float64]
) -> tuple[Layers, Layers]:
    """Lightens the lighter and darkens the darker of figure and surroundings until they differ enough."""
    light = float(np.dot(weights, [lightness(layer) for layer in figure]))
    tone = float(np.dot(weights, [layer.tone for layer in figure]))
    ground = float(np.dot(shares, [lightness(layer) for layer in surroundings]))
    # Before the dark, what is hardly darker had better be lighter.
    sign = 1.0 if light - ground > (-0.08 if ground < 0.36 else 0.0) else -1.0
    tone_gap = sign * (tone - float(np.dot(shares, [layer.tone for layer in surroundings])))
    need = max(0.0, _GAP - sign * (light - ground), _TONE_GAP - tone_gap)
    own = sign * min(0.6 * need, _FIGURE_PUSH)
    # Details and faces keep their tone: features would drown in a face that is darkened.
    kept = [layer.fine or layer.slot in (SHADOW, "skin") for layer in figure]
    pushed = tuple(layer if keep else _shifted(layer, own) for layer, keep in zip(figure, kept, strict=True))
    # White cannot become much whiter: what the figure's push did not bring is asked of the surroundings.
    reached = sign * (float(np.dot(weights, [lightness(layer) for layer in pushed])) - ground)
    other = -sign * min(max(0.4 * need, _GAP - reached), _BEHIND_PUSH)
    return (
        tuple(
            _shifted(layer, other) if share > 0.04 else layer for layer, share in zip(surroundings, shares, strict=True)
        ),
        pushed,
    )


def _shifted(layer: Layer, by: float) -> Layer:
    return replace(layer, tone=min(max(layer.tone + by, 0.06), 0.94))
