"""Sugar Arcade: the colours of sweets and awnings, and little shade."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

SUGAR_ARCADE = (
    Painter(
        "Pilar Bonnefay", "Sugar Arcade", "gouache",
        colours=Colours("triadic", hue=340, pull=0.3),
        brush=Brush(
            length=0.03, width=0.013, curvature=1.0, opacity=1.0, coverage=1.1, order="light", direction="swirl",
            jitter=0.8, bristles=1, relief=0.3,
        ),
        line=Line(width=0.006, slot="light", tone=0.95, wobble=0.004),
        light=Light(contrast=1.0, key=0.07),
        ground=Ground(tone=0.95, grain=0.3, margin=0.05),
    ),
    Painter(
        "Kwabena Puckeridge", "Sugar Arcade", "cut paper",
        colours=Colours("triadic", hue=350, pull=0.35, saturation=1.1),
        brush=Brush(width=0.034, jitter=1.3),
        light=Light(contrast=1.2, key=0.03, side="right"),
        ground=Ground(slot="accent", tone=0.6, grain=0.0),
        composition=Composition(scale=1.15, horizon=-0.1, shift=-0.08),
        repertoire=("flower", "bird"),
    ),
    Painter(
        "Mirela Candlow", "Sugar Arcade", "flat print",
        colours=Colours("analogous", hue=330, pull=0.35),
        brush=Brush(coverage=5.0),
        line=Line(width=0.007, slot="light", tone=0.98, wobble=0.0005),
        light=Light(contrast=0.95, key=0.09, side="right"),
        ground=Ground(tone=0.95, grain=0.05),
        composition=Composition(scale=1.15, horizon=0.08, shift=0.06),
        repertoire=("woman", "portrait", "cat", "dog", "flower"),
    ),
    Painter(
        "Ottavio Pellwright", "Sugar Arcade", "mosaic",
        colours=Colours("triadic", hue=330, pull=0.3, saturation=1.1),
        brush=Brush(
            length=0.03, width=0.03, curvature=0.0, opacity=1.0, coverage=1.7, direction="diagonal", jitter=0.25,
            bristles=0, relief=0.12,
        ),
        line=Line(width=0.01, slot="accent", tone=0.4),
        light=Light(contrast=1.1, key=0.05),
        ground=Ground(tone=0.8, grain=0.2),
        composition=Composition(scale=1.1),
        repertoire=("horse",),
    ),
    Painter(
        "Anneke Sherbourne", "Sugar Arcade", "pastel",
        colours=Colours("complementary", hue=335, pull=0.3, saturation=1.1),
        brush=Brush(
            length=0.1, width=0.014, curvature=0.8, opacity=1.0, coverage=1.2, direction="swirl", jitter=0.35,
            bristles=2, relief=0.7,
        ),
        line=Line(width=0.009, slot="dark", tone=0.3, wobble=0.003),
        light=Light(contrast=1.2, key=0.08),
        ground=Ground(slot="accent", tone=0.5, grain=0.5),
        composition=Composition(scale=1.2, horizon=-0.04),
        repertoire=("still life", "flower", "cat", "woman"),
    ),
    Painter(
        "Tavita Marchpane", "Sugar Arcade", "facets",
        colours=Colours("triadic", hue=345, pull=0.35, saturation=1.25),
        brush=Brush(length=0.15, opacity=0.3, coverage=16.0, jitter=1.0),
        light=Light(contrast=1.05, key=0.08),
        ground=Ground(grain=0.1),
        composition=Composition(scale=1.1, horizon=0.05),
    ),
)  # fmt: skip
