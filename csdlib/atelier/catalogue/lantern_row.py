"""Lantern Row: night streets: deep blue and violet, and the yellow of lamps."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

LANTERN_ROW = (
    Painter(
        "Thandeka Orsolle", "Lantern Row", "dots",
        colours=Colours("complementary", hue=214, pull=0.25, saturation=1.1),
        brush=Brush(length=0.05, width=0.0095, curvature=0.0, coverage=1.0, direction="vertical", jitter=0.2),
        light=Light(contrast=1.3, key=0.04, spot=0.25),
        ground=Ground(slot="dark", tone=0.12, grain=0.0),
        composition=Composition(scale=1.15, horizon=-0.04),
    ),
    Painter(
        "Ruben Vasterholt", "Lantern Row", "linocut",
        colours=Colours("triadic", hue=266, pull=0.3, saturation=0.85, tubes=(0, 1)),
        brush=Brush(length=0.06, width=0.008, curvature=0.0, coverage=1.3, direction="vertical"),
        line=Line(width=0.0, slot="air", tone=0.05),
        light=Light(contrast=1.1, key=0.1, spot=0.1),
        ground=Ground(slot="dark", tone=0.1, margin=0.05),
        composition=Composition(scale=0.92, horizon=0.06, shift=0.05),
        repertoire=("house", "bridge", "castle", "boat", "cat"),
    ),
    Painter(
        "Noemi Dovrance", "Lantern Row", "gouache",
        colours=Colours("complementary", hue=206, pull=0.25, tubes=(1, 2)),
        brush=Brush(
            length=0.13, width=0.045, curvature=0.2, opacity=0.7, coverage=0.45, order="light", direction="diagonal",
            jitter=0.7, bristles=6, relief=0.9,
        ),
        light=Light(contrast=1.2, key=0.02, spot=0.15, side="left"),
        ground=Ground(slot="dark", tone=0.3, grain=0.3),
        composition=Composition(scale=1.2, horizon=-0.05),
        repertoire=("still life", "flower", "woman", "portrait"),
    ),
    Painter(
        "Keito Ravenshaw", "Lantern Row", "scratchboard",
        colours=Colours("monochrome", hue=235, pull=0.25, saturation=0.9),
        brush=Brush(
            length=0.08, width=0.011, curvature=0.2, opacity=0.6, coverage=1.4, order="light", direction="diagonal",
            jitter=0.35, bristles=4, relief=0.4,
        ),
        line=Line(width=0.005, slot="light", tone=0.9, wobble=0.004),
        light=Light(contrast=1.25, key=0.12, side="right"),
        ground=Ground(slot="air", tone=0.1, grain=0.5),
        composition=Composition(scale=1.05, shift=-0.06),
        repertoire=("cat", "bird"),
    ),
    Painter(
        "Isaura Quillane", "Lantern Row", "glass",
        colours=Colours("triadic", hue=262, pull=0.25, saturation=1.15),
        brush=Brush(length=0.14, opacity=1.0, coverage=30.0, jitter=0.7),
        line=Line(width=0.006, slot="warm", tone=0.55),
        light=Light(contrast=1.15, key=-0.05, spot=0.25),
        ground=Ground(slot="dark", tone=0.1),
        composition=Composition(scale=0.95, horizon=0.04),
        repertoire=("castle", "bridge", "bird", "tree", "flower"),
    ),
    Painter(
        "Gideon Asankoma", "Lantern Row", "oil",
        colours=Colours("complementary", hue=204, pull=0.3, saturation=0.95, tubes=(0, 2)),
        brush=Brush(
            length=0.14, width=0.024, curvature=0.05, opacity=0.95, coverage=1.5, direction="cross", jitter=0.25,
            bristles=4, relief=0.5,
        ),
        light=Light(contrast=1.25, key=0.04, spot=0.15, side="right"),
        ground=Ground(slot="cool", tone=0.2, grain=0.0),
        composition=Composition(scale=1.1, horizon=0.07),
    ),
)  # fmt: skip
