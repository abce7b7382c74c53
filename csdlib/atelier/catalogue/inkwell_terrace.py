"""Inkwell Terrace: greys of ink and tea-coloured paper, with one red."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

INKWELL_TERRACE = (
    Painter(
        "Wenqi Larsholt", "Inkwell Terrace", "ink wash",
        colours=Colours("analogous", hue=25, pull=0.4, saturation=0.75),
        brush=Brush(
            length=0.34, width=0.028, curvature=0.55, opacity=1.0, coverage=1.0, direction="diagonal", jitter=0.12,
            bristles=4, relief=0.0,
        ),
        line=Line(tone=0.04),
        light=Light(contrast=1.35, key=0.02),
        ground=Ground(slot="earth", tone=0.92, grain=0.5),
        composition=Composition(scale=1.1, horizon=-0.05),
        repertoire=("boat", "bridge"),
    ),
    Painter(
        "Teodora Brack", "Inkwell Terrace", "hatching",
        colours=Colours("complementary", hue=25, pull=0.35, saturation=0.85),
        brush=Brush(length=0.3, width=0.0028, curvature=0.0, opacity=0.42, coverage=0.95, direction="vertical"),
        line=Line(width=0.0055, tone=0.1, wobble=0.001),
        light=Light(contrast=1.5, key=0.1),
        ground=Ground(slot="earth", tone=0.85, grain=0.2, margin=0.06),
        composition=Composition(scale=0.9, horizon=0.06),
        repertoire=("castle", "house", "bridge", "still life", "portrait"),
    ),
    Painter(
        "Isambard Kojo", "Inkwell Terrace", "flat print",
        colours=Colours("analogous", hue=35, pull=0.5, saturation=0.6),
        brush=Brush(coverage=1.0),
        line=Line(width=0.016, tone=0.02, wobble=0.004),
        light=Light(contrast=1.4, key=0.02),
        ground=Ground(tone=0.9, grain=2.0),
        composition=Composition(scale=1.25, horizon=0.05),
    ),
    Painter(
        "Gethin Moorwade", "Inkwell Terrace", "scratchboard",
        colours=Colours("complementary", hue=15, pull=0.35, saturation=0.9),
        brush=Brush(
            length=1.5, width=0.008, curvature=0.7, opacity=0.45, coverage=1.0, direction="horizontal", jitter=0.05,
            bristles=1, relief=0.0,
        ),
        line=Line(width=0.005, slot="light", tone=0.9, wobble=0.001),
        light=Light(contrast=1.55, key=0.06),
        ground=Ground(slot="dark", tone=0.2, grain=0.1),
        composition=Composition(scale=1.15),
        repertoire=("cat", "dog", "horse", "bird", "tree"),
    ),
    Painter(
        "Saoirse Umbrel", "Inkwell Terrace", "watercolour",
        colours=Colours("analogous", hue=25, pull=0.5, saturation=0.7),
        brush=Brush(width=0.012, curvature=0.3, opacity=0.95, coverage=1.6),
        line=Line(width=0.0042, slot="accent", tone=0.45, wobble=0.011),
        light=Light(contrast=1.4, key=0.03, side="left"),
        ground=Ground(slot="earth", tone=0.88, grain=0.7, margin=0.055),
        composition=Composition(scale=0.85, horizon=-0.1, shift=0.08),
        repertoire=("mountain", "house", "tree", "boat", "bird", "flower"),
    ),
    Painter(
        "Babak Thornquist", "Inkwell Terrace", "linocut",
        colours=Colours("complementary", hue=20, pull=0.4, saturation=0.8),
        brush=Brush(length=0.028, width=0.013, curvature=0.1, coverage=1.5, direction="diagonal"),
        line=Line(width=0.006, tone=0.03, wobble=0.001),
        light=Light(contrast=1.4, key=0.07),
        ground=Ground(slot="earth", tone=0.85, grain=0.4, margin=0.05),
        composition=Composition(scale=1.05, horizon=0.04),
    ),
)  # fmt: skip
