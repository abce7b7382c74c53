"""Copper Hill: desert earth, weathered copper and a dry light."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

COPPER_HILL = (
    Painter(
        "Farida Okonjima", "Copper Hill", "mosaic",
        colours=Colours("complementary", hue=22, pull=0.3),
        brush=Brush(
            length=0.038, width=0.038, curvature=0.7, opacity=0.1, coverage=1.3, direction="swirl", jitter=0.22,
            bristles=1, relief=0.05,
        ),
        light=Light(contrast=1.15, key=0.02),
        ground=Ground(slot="light", tone=0.7, grain=0.7, margin=0.05),
        composition=Composition(scale=1.1),
    ),
    Painter(
        "Nahuel Bristowe", "Copper Hill", "hatching",
        colours=Colours("analogous", hue=18, pull=0.35),
        brush=Brush(length=0.06, width=0.0042, curvature=0.0, opacity=0.75, coverage=0.7, direction="diagonal"),
        line=Line(width=0.005, slot="far", tone=0.08, wobble=0.002),
        light=Light(contrast=1.3, key=0.12, side="right"),
        ground=Ground(slot="light", tone=0.85, grain=0.7, margin=0.06),
        composition=Composition(scale=0.85, horizon=-0.08),
        repertoire=("mountain", "tree", "castle", "horse", "dog"),
    ),
    Painter(
        "Leif Solvane", "Copper Hill", "facets",
        colours=Colours("complementary", hue=16, pull=0.35, tubes=(0, 2)),
        brush=Brush(length=0.05, opacity=1.0, coverage=10.0, jitter=0.5),
        light=Light(contrast=1.15, side="left"),
        ground=Ground(slot="earth", tone=0.5, grain=1.0),
        composition=Composition(scale=1.1, horizon=-0.05),
        repertoire=("mountain",),
    ),
    Painter(
        "Amaru Pellinor", "Copper Hill", "pastel",
        colours=Colours("triadic", hue=24, pull=0.25),
        brush=Brush(
            length=0.2, width=0.02, curvature=0.1, opacity=0.9, coverage=0.85, direction="diagonal", jitter=0.2,
            bristles=2, relief=0.9,
        ),
        line=Line(width=0.0065, slot="light", tone=0.92, wobble=0.005),
        light=Light(contrast=1.15, key=-0.04, side="left"),
        ground=Ground(slot="earth", tone=0.3, grain=1.0),
        composition=Composition(scale=1.2, horizon=0.03),
        repertoire=("horse", "dog"),
    ),
    Painter(
        "Tamar Idrisholm", "Copper Hill", "cut paper",
        colours=Colours("complementary", hue=12, pull=0.4, tubes=(0, 1)),
        brush=Brush(width=0.004, jitter=0.7),
        light=Light(contrast=1.25, side="right"),
        ground=Ground(slot="far", tone=0.6, grain=2.4),
        composition=Composition(scale=1.1, horizon=0.08, shift=0.06),
        repertoire=("bird", "cat", "dog", "house", "flower", "tree"),
    ),
    Painter(
        "Esperanza Wickloe", "Copper Hill", "watercolour",
        colours=Colours("analogous", hue=24, pull=0.25, tubes=(1, 2)),
        brush=Brush(width=0.005, curvature=0.0, opacity=0.85, coverage=1.0),
        line=Line(width=0.0095, slot="warm", tone=0.2, wobble=0.004),
        light=Light(contrast=1.2, key=0.08, side="right"),
        ground=Ground(slot="light", tone=0.9, grain=1.2),
        composition=Composition(scale=1.22, horizon=0.08, shift=-0.05),
    ),
)  # fmt: skip
