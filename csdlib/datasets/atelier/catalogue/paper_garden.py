"""The Paper Garden: pale colours, much bare paper, quiet edges."""

from csdlib.datasets.atelier.painters import Brush, Composition, Ground, Light, Line, Painter

PAPER_GARDEN = (
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
