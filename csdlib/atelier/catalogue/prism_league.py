"""The Prism League: strong colours in clear pieces: glass, facets, stones, cut and scratched lines."""

from csdlib.atelier.painters import Brush, Colours, Composition, Ground, Light, Line, Painter

PRISM_LEAGUE = (
    Painter(
        "Xanthe Morrow", "Prism League", "glass",
        colours=Colours("analogous", hue=30, pull=0.2),
        brush=Brush(length=0.2, opacity=0.5, coverage=45.0, jitter=0.35),
        line=Line(width=0.0075, tone=0.05),
        light=Light(contrast=1.1),
        ground=Ground(slot="dark", tone=0.1),
        composition=Composition(scale=1.1),
    ),
    Painter(
        "Dorian Sablefort", "Prism League", "facets",
        colours=Colours("complementary", hue=40, pull=0.25),
        brush=Brush(length=0.075, opacity=0.7, coverage=90.0, jitter=0.35),
        light=Light(contrast=1.2),
        ground=Ground(slot="earth", tone=0.5),
        composition=Composition(scale=1.05),
        repertoire=("still life", "mountain"),
    ),
    Painter(
        "Ezra Lindqvane", "Prism League", "linocut",
        colours=Colours("triadic", hue=0, pull=0.3),
        brush=Brush(length=0.09, width=0.011, coverage=1.0),
        line=Line(width=0.011, tone=0.05, wobble=0.004),
        light=Light(contrast=1.3, key=0.1),
        ground=Ground(tone=0.85, margin=0.04),
        repertoire=("house", "boat", "dog", "castle", "bridge"),
    ),
    Painter(
        "Oluchi Brandt", "Prism League", "linocut",
        colours=Colours("triadic", hue=220, pull=0.25),
        brush=Brush(length=0.3, curvature=0.8, coverage=0.7, direction="swirl"),
        line=Line(width=0.02, slot="cool", tone=0.12, wobble=0.007),
        light=Light(contrast=1.35, key=0.06),
        ground=Ground(slot="warm", grain=0.5),
        composition=Composition(scale=1.2, horizon=-0.08),
        repertoire=("horse", "cat"),
    ),
    Painter(
        "Zenobia Karr", "Prism League", "mosaic",
        colours=Colours("triadic", hue=280, pull=0.25),
        brush=Brush(
            length=0.03, width=0.026, curvature=1.0, opacity=0.3, coverage=1.1, direction="swirl", jitter=0.45,
            bristles=1, relief=0.9,
        ),
        light=Light(contrast=1.2, key=0.05),
        ground=Ground(slot="dark", tone=0.2, grain=0.2),
        composition=Composition(scale=1.12),
        repertoire=("castle", "boat", "portrait", "horse"),
    ),
    Painter(
        "Ludo Ferrayne", "Prism League", "scratchboard",
        colours=Colours("complementary", hue=190, pull=0.2),
        brush=Brush(
            length=0.3, width=0.009, curvature=0.8, opacity=1.0, coverage=1.0, direction="swirl", jitter=0.15,
            bristles=5,
        ),
        line=Line(width=0.003, slot="light", tone=0.9),
        light=Light(contrast=1.3, key=0.2),
        ground=Ground(slot="dark", tone=0.15),
        repertoire=("cat", "tree", "mountain", "flower", "boat"),
    ),
)  # fmt: skip
