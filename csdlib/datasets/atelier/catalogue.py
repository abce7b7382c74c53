"""The painters of the atelier. A new painter is one more record."""

from csdlib.datasets.atelier.painters import Brush, Composition, Ground, Light, Line, Painter
from csdlib.errors import unknown

_SALTMARSH = (
    Painter(
        "Ilva Torrend", "Saltmarsh School", "oil",
        brush=Brush(
            length=0.062, width=0.026, curvature=0.15, opacity=0.95, coverage=1.45, order="light", jitter=0.42,
            bristles=3, relief=0.55,
        ),
        light=Light(key=0.03),
        ground=Ground(slot="earth", tone=0.6),
    ),
    Painter(
        "Bram Osterkey", "Saltmarsh School", "oil",
        brush=Brush(
            length=0.2, width=0.019, curvature=0.9, opacity=0.95, coverage=1.6, direction="swirl", bristles=3,
            relief=0.5,
        ),
        light=Light(contrast=1.25, key=-0.02),
        ground=Ground(slot="cool", tone=0.35, grain=0.2),
        composition=Composition(scale=1.1, horizon=-0.05),
    ),
    Painter(
        "Noor Felding", "Saltmarsh School", "dots",
        brush=Brush(length=0.0125, width=0.0125, curvature=0.0, coverage=1.2, jitter=0.7),
        light=Light(contrast=1.1, key=0.02),
        ground=Ground(tone=0.8, grain=0.2),
        composition=Composition(scale=0.9, horizon=0.05),
    ),
    Painter(
        "Casimir Dray", "Saltmarsh School", "dots",
        brush=Brush(length=0.036, width=0.019, curvature=0.0, coverage=1.0, direction="diagonal", jitter=0.45),
        light=Light(contrast=1.15),
        ground=Ground(slot="dark", tone=0.45, grain=0.2),
        composition=Composition(scale=1.15, horizon=0.03, shift=0.05),
    ),
)  # fmt: skip
_EMBER = (
    Painter(
        "Tobiah Wrenfeld", "Ember Circle", "oil",
        brush=Brush(length=0.085, opacity=0.8, coverage=1.6, order="light", jitter=0.1, bristles=2, relief=0.12),
        light=Light(contrast=1.4, key=0.04, spot=0.45, side="left"),
        ground=Ground(slot="dark", tone=0.3, grain=0.1),
        composition=Composition(scale=1.12),
    ),
    Painter(
        "Sunniva Kaldor", "Ember Circle", "oil",
        brush=Brush(
            length=0.085, width=0.03, curvature=0.1, opacity=1.0, coverage=2.1, order="light", direction="vertical",
            jitter=0.2, bristles=5, relief=0.7,
        ),
        light=Light(contrast=1.1, key=-0.04, spot=0.2, side="right"),
        ground=Ground(slot="warm", tone=0.4, grain=0.5),
        composition=Composition(scale=1.2, horizon=-0.06),
    ),
    Painter(
        "Aldous Merrin", "Ember Circle", "hatching",
        brush=Brush(width=0.0034, curvature=0.15, opacity=0.55, coverage=1.0, direction="cross"),
        line=Line(width=0.0045),
        light=Light(contrast=1.2, key=0.06, spot=0.3, side="left"),
        ground=Ground(slot="earth", tone=0.72, grain=0.4, margin=0.04),
        composition=Composition(scale=0.95),
    ),
    Painter(
        "Petra Vosslin", "Ember Circle", "hatching",
        brush=Brush(length=0.16, width=0.0055, curvature=0.7, opacity=0.8, coverage=0.8),
        line=Line(width=0.009, tone=0.05, wobble=0.006),
        light=Light(contrast=1.3, key=0.02, spot=0.25, side="right"),
        ground=Ground(tone=0.55),
        composition=Composition(scale=1.15, horizon=0.04),
    ),
)  # fmt: skip
_PAPER = (
    Painter(
        "Maelis Quenby", "Paper Garden", "watercolour",
        brush=Brush(width=0.016, curvature=1.0, opacity=0.72),
        light=Light(contrast=1.3, key=-0.08),
        ground=Ground(tone=0.93, grain=0.8, margin=0.035),
        composition=Composition(scale=0.95, horizon=0.03),
    ),
    Painter(
        "Orrin Sedgeway", "Paper Garden", "watercolour",
        brush=Brush(curvature=0.7, opacity=0.85),
        line=Line(width=0.0042, tone=0.2, wobble=0.005),
        light=Light(contrast=1.15, key=-0.02),
        ground=Ground(tone=0.9),
        composition=Composition(scale=1.08),
    ),
    Painter(
        "Hanako Virelle", "Paper Garden", "flat print",
        brush=Brush(coverage=2.0),
        line=Line(width=0.0075, tone=0.25, wobble=0.0015),
        light=Light(contrast=0.9, key=0.02),
        ground=Ground(tone=0.85, grain=0.35, margin=0.03),
        composition=Composition(horizon=-0.1, shift=-0.07),
    ),
    Painter(
        "Lucan Tamsin", "Paper Garden", "cut paper",
        brush=Brush(width=0.014, jitter=0.5),
        light=Light(contrast=1.25, key=-0.03, side="left"),
        ground=Ground(tone=0.9, grain=0.4),
        composition=Composition(scale=1.2, horizon=0.06),
    ),
)  # fmt: skip
_PRISM = (
    Painter(
        "Xanthe Morrow", "Prism League", "glass",
        brush=Brush(length=0.085, opacity=0.5, coverage=130.0, jitter=0.35),
        line=Line(width=0.0085, tone=0.05),
        light=Light(contrast=1.1),
        ground=Ground(slot="dark", tone=0.1),
        composition=Composition(scale=1.1),
    ),
    Painter(
        "Dorian Sablefort", "Prism League", "facets",
        brush=Brush(length=0.075, opacity=0.7, coverage=90.0, jitter=0.35),
        light=Light(contrast=1.2),
        ground=Ground(slot="earth", tone=0.5),
        composition=Composition(scale=1.05),
    ),
    Painter(
        "Ezra Lindqvane", "Prism League", "linocut",
        brush=Brush(length=0.09, width=0.011, coverage=1.0),
        line=Line(width=0.011, tone=0.05, wobble=0.004),
        light=Light(contrast=1.3),
        ground=Ground(tone=0.85, margin=0.04),
    ),
    Painter(
        "Oluchi Brandt", "Prism League", "linocut",
        brush=Brush(length=0.3, curvature=0.8, coverage=0.7, direction="swirl"),
        line=Line(width=0.02, slot="cool", tone=0.12, wobble=0.007),
        light=Light(contrast=1.1, key=0.05),
        ground=Ground(slot="warm", grain=0.5),
        composition=Composition(scale=1.2, horizon=-0.08),
    ),
)  # fmt: skip

#: Every painter by slug, movement by movement.
PAINTERS: dict[str, Painter] = {
    painter.slug: painter for movement in (_SALTMARSH, _EMBER, _PAPER, _PRISM) for painter in movement
}


def find_painter(slug: str) -> Painter:
    """The painter of a slug.

    Raises:
        InputError: no painter has that slug; the message lists all.

    Example:
        >>> find_painter("noor-felding").medium
        'dots'
    """
    if slug not in PAINTERS:
        raise unknown("painter", slug, list(PAINTERS))
    return PAINTERS[slug]
