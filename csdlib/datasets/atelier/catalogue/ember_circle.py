"""The Ember Circle: brown dark, one warm light, and figures that come out of it."""

from csdlib.datasets.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

EMBER_CIRCLE = (
    Painter(
        "Tobiah Wrenfeld", "Ember Circle", "oil",
        colours=Colours("analogous", hue=20, pull=0.3),
        brush=Brush(length=0.085, opacity=0.8, coverage=1.6, order="light", jitter=0.1, bristles=2, relief=0.12),
        light=Light(contrast=1.4, key=0.1, spot=0.38, side="left"),
        ground=Ground(slot="dark", tone=0.3, grain=0.1),
        composition=Composition(scale=1.12),
        repertoire=("portrait", "woman"),
    ),
    Painter(
        "Sunniva Kaldor", "Ember Circle", "oil",
        colours=Colours("complementary", hue=30, pull=0.2),
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
        brush=Brush(length=0.16, width=0.0055, curvature=0.7, opacity=0.8, coverage=0.8),
        line=Line(width=0.009, tone=0.05, wobble=0.006),
        light=Light(contrast=1.3, key=0.02, spot=0.25, side="right"),
        ground=Ground(tone=0.55),
        composition=Composition(scale=1.15, horizon=0.04),
    ),
    Painter(
        "Sibyl Harrowgate", "Ember Circle", "scratchboard",
        colours=Colours("monochrome", hue=35, pull=0.4, saturation=0.8),
        brush=Brush(length=0.12, width=0.005, curvature=0.3, opacity=0.15, coverage=1.0, bristles=1),
        line=Line(width=0.004, slot="light", tone=0.9, wobble=0.002),
        light=Light(contrast=1.2, key=0.05),
        ground=Ground(slot="dark", tone=0.1, grain=0.2),
        repertoire=("house", "castle", "bridge", "tree", "cat"),
    ),
    Painter(
        "Oskar Lindemere", "Ember Circle", "pastel",
        colours=Colours("analogous", hue=25, pull=0.35),
        brush=Brush(
            length=0.05, width=0.025, curvature=0.3, opacity=0.9, coverage=0.8, jitter=0.15, bristles=1, relief=0.05
        ),
        light=Light(contrast=1.2, key=0.08, spot=0.25, side="right"),
        ground=Ground(slot="dark", tone=0.3, grain=0.5),
        composition=Composition(scale=1.1),
    ),
)  # fmt: skip
