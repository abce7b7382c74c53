"""The Saltmarsh School: light over the coast, put down in loose strokes, points and washes."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

SALTMARSH_SCHOOL = (
    Painter(
        "Ilva Torrend", "Saltmarsh School", "oil",
        colours=Colours("complementary", hue=210, pull=0.25),
        brush=Brush(
            length=0.052, width=0.02, curvature=0.15, opacity=0.95, coverage=1.5, order="light", jitter=0.35,
            bristles=3, relief=0.55,
        ),
        light=Light(contrast=1.2, key=0.02),
        ground=Ground(slot="earth", tone=0.6),
    ),
    Painter(
        "Bram Osterkey", "Saltmarsh School", "oil",
        colours=Colours("triadic", hue=45, pull=0.25),
        brush=Brush(
            length=0.11, width=0.014, curvature=0.9, opacity=0.95, coverage=1.9, direction="swirl", jitter=0.2,
            bristles=2, relief=0.45,
        ),
        light=Light(contrast=1.4, key=0.04),
        ground=Ground(slot="cool", tone=0.35, grain=0.2),
        composition=Composition(scale=1.1, horizon=-0.05),
        repertoire=("dog", "horse", "tree", "flower", "portrait"),
    ),
    Painter(
        "Noor Felding", "Saltmarsh School", "dots",
        colours=Colours("analogous", hue=30, pull=0.2),
        brush=Brush(length=0.0095, width=0.0095, curvature=0.0, coverage=1.3, jitter=0.4),
        light=Light(contrast=1.3, key=0.06),
        ground=Ground(tone=0.8, grain=0.2),
        composition=Composition(scale=0.9, horizon=0.05),
        repertoire=("boat", "woman", "tree", "house", "bridge", "flower"),
    ),
    Painter(
        "Casimir Dray", "Saltmarsh School", "dots",
        colours=Colours("complementary", hue=20, pull=0.35),
        brush=Brush(length=0.036, width=0.0095, curvature=0.0, coverage=1.6, direction="diagonal", jitter=0.25),
        light=Light(contrast=1.35, key=-0.03),
        ground=Ground(slot="dark", tone=0.25, grain=0.2),
        composition=Composition(scale=1.15, horizon=0.03, shift=0.05),
    ),
    Painter(
        "Henrike Tarnow", "Saltmarsh School", "pastel",
        colours=Colours("triadic", hue=150, pull=0.25, saturation=1.25),
        brush=Brush(
            length=0.08, width=0.0065, curvature=0.1, opacity=0.7, coverage=0.9, direction="vertical", jitter=0.2,
            bristles=3, relief=0.6,
        ),
        line=Line(width=0.004, slot="warm", tone=0.2),
        light=Light(contrast=1.3),
        ground=Ground(tone=0.85, grain=0.6, margin=0.05),
        repertoire=("woman", "flower", "tree", "house", "still life"),
    ),
    Painter(
        "Juro Silvane", "Saltmarsh School", "ink wash",
        colours=Colours("complementary", hue=215, pull=0.35),
        brush=Brush(
            length=0.12, width=0.016, curvature=0.55, opacity=0.95, coverage=0.9, direction="horizontal", jitter=0.1,
            bristles=3, relief=1.0,
        ),
        line=Line(width=0.0035, slot="cool", tone=0.1, wobble=0.002),
        light=Light(contrast=1.3, key=0.12),
        ground=Ground(slot="air", tone=0.9, margin=0.05),
        composition=Composition(scale=0.85, horizon=0.06),
        repertoire=("bird",),
    ),
)  # fmt: skip
