"""The Saltmarsh School: light over the coast, put down in strokes and points of broken colour."""

from csdlib.datasets.atelier.painters import Brush, Composition, Ground, Light, Painter

SALTMARSH_SCHOOL = (
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
