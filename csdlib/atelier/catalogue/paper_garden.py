"""The Paper Garden: pale colours, much bare paper, quiet edges."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

PAPER_GARDEN = (
    Painter(
        "Maelis Quenby", "Paper Garden", "watercolour",
        colours=Colours("complementary", hue=185, pull=0.25, saturation=1.15),
        brush=Brush(width=0.016, curvature=1.0, opacity=0.72, coverage=1.1),
        light=Light(contrast=1.2, key=0.1),
        ground=Ground(tone=0.93, grain=0.8, margin=0.035),
        composition=Composition(scale=0.9, horizon=0.03),
        repertoire=("flower",),
    ),
    Painter(
        "Orrin Sedgeway", "Paper Garden", "watercolour",
        colours=Colours("triadic", hue=100, pull=0.3, saturation=1.15),
        brush=Brush(curvature=0.7, opacity=0.8, coverage=1.0),
        line=Line(width=0.0035, tone=0.2, wobble=0.008),
        light=Light(contrast=1.25),
        ground=Ground(tone=0.9),
        composition=Composition(scale=1.08),
    ),
    Painter(
        "Hanako Virelle", "Paper Garden", "flat print",
        colours=Colours("triadic", hue=215, pull=0.25),
        brush=Brush(coverage=2.0),
        line=Line(width=0.0075, tone=0.25, wobble=0.0015),
        light=Light(contrast=0.9, key=0.02),
        ground=Ground(tone=0.85, grain=0.35, margin=0.03),
        composition=Composition(horizon=-0.1, shift=-0.07),
        repertoire=("mountain", "bridge", "boat", "woman", "bird"),
    ),
    Painter(
        "Lucan Tamsin", "Paper Garden", "cut paper",
        colours=Colours("complementary", hue=350, pull=0.3),
        brush=Brush(width=0.014, jitter=0.5),
        light=Light(contrast=1.25, key=-0.03, side="left"),
        ground=Ground(tone=0.9, grain=0.4),
        composition=Composition(scale=1.2, horizon=0.06),
    ),
    Painter(
        "Delphine Osei", "Paper Garden", "gouache",
        colours=Colours("triadic", hue=145, pull=0.25),
        brush=Brush(
            length=0.06, width=0.02, curvature=0.1, opacity=0.95, coverage=0.5, jitter=0.3, bristles=3, relief=0.5,
        ),
        light=Light(contrast=1.25, key=0.06),
        ground=Ground(slot="warm", tone=0.6, grain=0.4),
        composition=Composition(scale=1.05, horizon=0.04),
        repertoire=("still life", "flower", "cat", "bird", "house"),
    ),
    Painter(
        "Minoru Tallis", "Paper Garden", "ink wash",
        colours=Colours("complementary", hue=25, pull=0.4, saturation=0.75),
        brush=Brush(
            length=0.16, width=0.05, curvature=0.3, opacity=0.9, coverage=0.7, jitter=0.0, bristles=6, relief=0.8,
        ),
        line=Line(width=0.007, tone=0.03, wobble=0.004),
        light=Light(contrast=1.3, key=0.08),
        ground=Ground(tone=0.92, grain=0.4),
        composition=Composition(scale=1.1, shift=0.06),
        repertoire=("horse", "bird", "tree", "mountain"),
    ),
)  # fmt: skip
