"""The Ember Circle: brown dark, one warm light, and figures that come out of it."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

EMBER_CIRCLE = (
    Painter(
        "Tobiah Wrenfeld", "Ember Circle", "oil",
        colours=Colours("analogous", hue=20, pull=0.3),
        brush=Brush(
            length=0.05, width=0.016, opacity=0.85, coverage=1.9, order="light", jitter=0.08, bristles=1,
            relief=0.06,
        ),
        light=Light(contrast=1.3, key=0.02, spot=0.6, side="left"),
        ground=Ground(slot="dark", tone=0.25, grain=0.1),
        composition=Composition(scale=1.12),
        repertoire=("portrait", "woman"),
    ),
    Painter(
        "Sunniva Kaldor", "Ember Circle", "oil",
        colours=Colours("complementary", hue=30, pull=0.2),
        brush=Brush(
            length=0.05, width=0.018, curvature=0.1, opacity=1.0, coverage=2.0, direction="vertical", jitter=0.12,
            bristles=3, relief=0.55,
        ),
        light=Light(contrast=1.45, spot=0.2, side="right"),
        ground=Ground(slot="warm", tone=0.4, grain=0.5),
        composition=Composition(scale=1.2, horizon=-0.06),
    ),
    Painter(
        "Aldous Merrin", "Ember Circle", "hatching",
        colours=Colours("monochrome", hue=40, pull=0.4),
        brush=Brush(width=0.0034, curvature=0.15, opacity=0.55, coverage=1.0, direction="cross"),
        line=Line(width=0.0045),
        light=Light(contrast=1.2, key=0.06, spot=0.3, side="left"),
        ground=Ground(slot="earth", tone=0.72, grain=0.4, margin=0.04),
        composition=Composition(scale=0.95),
        repertoire=("portrait", "woman", "still life", "dog"),
    ),
    Painter(
        "Petra Vosslin", "Ember Circle", "hatching",
        colours=Colours("triadic", hue=15, pull=0.25),
        brush=Brush(length=0.13, width=0.0036, curvature=0.7, opacity=0.6, coverage=0.75),
        line=Line(width=0.0078, tone=0.05, wobble=0.004),
        light=Light(contrast=1.3, key=0.12, spot=0.25, side="right"),
        ground=Ground(slot="earth", tone=0.65),
        composition=Composition(scale=1.15, horizon=0.04),
    ),
    Painter(
        "Sibyl Harrowgate", "Ember Circle", "scratchboard",
        colours=Colours("monochrome", hue=35, pull=0.4, saturation=0.8),
        brush=Brush(length=0.12, width=0.005, curvature=0.3, opacity=0.15, order="light", coverage=1.1, bristles=1),
        line=Line(width=0.004, slot="light", tone=0.9, wobble=0.002),
        light=Light(contrast=1.45, key=0.1, spot=0.15),
        ground=Ground(slot="dark", tone=0.1, grain=0.2),
        repertoire=("house", "castle", "bridge", "tree", "cat"),
    ),
    Painter(
        "Oskar Lindemere", "Ember Circle", "pastel",
        colours=Colours("analogous", hue=25, pull=0.35),
        brush=Brush(
            length=0.045, width=0.019, curvature=0.3, opacity=0.9, coverage=0.9, jitter=0.12, bristles=1,
            relief=0.05,
        ),
        light=Light(contrast=1.3, key=0.06, spot=0.35, side="right"),
        ground=Ground(slot="dark", tone=0.3, grain=0.5),
        composition=Composition(scale=1.1),
    ),
)  # fmt: skip
