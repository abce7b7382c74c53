# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Beyond the artist", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny, data/results/facets_shown.csv, data/results/facets_shown.json, data/results/facets_probes.csv, data/results/facets_probes.json, data/results/facets_layers.csv, data/results/facets_layers.json, data/results/facets_real.csv, data/results/facets_real.json, data/results/facets_times.csv, data/results/facets_times.json, data/models/facets, data/results/facet_queries.csv, data/results/facet_queries.json, data/results/moods.csv, data/results/moods.json]}
# ---

# %% [markdown]
# # Beyond the artist
#
# ## Overview
#
# A {term}`descriptor` of style is trained and judged by one question: who made this? An art historian asks others. How is the light? Do lines or patches carry the picture? When was it painted, and after whom? Does a descriptor that knows the artist know any of that? In the {term}`atelier` the answer can be checked, because each painter *is* a record of habits. You will
#
# - fit a {term}`probe`, and see how easily a probe deceives,
# - check that a facet's name means what it says,
# - see what each descriptor knows, layer by layer, and whether training for artists throws the rest away,
# - ask real paintings for their movement, their year, and for influence,
# - search by one facet, and by words of mood.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Meet the painters](meet_the_painters): habits and mediums | needed |
# | [What a score means](what_a_score_means): style and content in a descriptor | helpful |
#
# **Time:** thirty minutes to read, less than one to run.

# %% tags=["parameters"]
descriptor = "csd-tiny"  # what looks at style
folds = 5  # groups of painters: each is tested by probes that were fitted on the others
seed = 0  # seed of the random draws: of groups, exchanged records and random labels

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots
from scipy.stats import false_discovery_control, pearsonr

import csdlib
from csdlib import figures
from csdlib.atelier import PAINTERS, render
from csdlib.recipes import (
    MOODS,
    SYMBOLS,
    facets_of,
    invented_painters,
    made_works,
    measured_facets,
    read_results,
)
from csdlib.similarity import Facet, mantel, probe, shipped_space

usual = (descriptor, folds) == ("csd-tiny", 5)

# %% [markdown]
# ## A probe, and how it deceives
#
# A {term}`probe` is a small model that reads one facet from a *frozen* descriptor {cite:p}`alain2016`. If a straight line finds the medium, the medium is in there. Ours is a ridge regression: it has nothing of its own to see with.

# %%
table = csdlib.load_dataset("atelier", progress=False)
works = table.where(split=["query", "database"])
seen = csdlib.embed(works, csdlib.load(descriptor), progress=False)
made = made_works(works, list(PAINTERS.values()))
facets = {facet.name: facet for facet in facets_of(made)}

# %% [markdown]
# A descriptor that knows the artist can *pretend* to know everything about him. A probe that has met the painter looks up the name. So painters on whom it is tested must not be among those it was fitted on. Two controls stand beside each number: *chance*, the same with whole records exchanged between painters, and the {term}`control task`, a random label for each painter, which nothing but memory can predict {cite:p}`hewitt2019`.
#
# **Prediction.** How well will the probe do on the control task if painters stand on both sides?

# %%
asked = [facets[name] for name in ("chroma", "medium", "movement", "subject")]
both_sides = {"painters apart": False, "painters shared": True}
found = {
    side: probe(
        seen.vectors,
        asked,
        works.column("artist"),
        folds=folds,
        share_painters=shared,
        seed=seed,
    )
    for side, shared in both_sides.items()
}

# %% tags=["hide-input"]
rows = []
for facet in asked:
    for side, probed in found.items():
        each = probed[facet.name]
        row = {"facet": facet.name, "score": each.metric, "tested with": side}
        row |= {"value": str(each.estimate())}
        row |= {"chance": f"{each.chance.mean():.2f}"}
        rows.append(row | {"control task": f"{each.control.mean():.2f}"})
        if usual and facet.of == "painter":
            fooled = each.control.mean()
            assert fooled > 0.4 if side == "painters shared" else fooled < 0.2
figures.table(
    pd.DataFrame(rows),
    caption=f"Four facets read from {descriptor} by a linear probe, {len(works):,} works by {len(set(works.column('artist')))} painters. R2: 1 at best, 0 for whoever says the mean. Balanced accuracy: the share recognised, averaged over kinds. 95 % intervals over painters.",
)

# %% [markdown]
# With shared painters the probe predicts *random labels* nearly as well as the medium: it remembers painters. Apart, memory is of no use, and both controls fall to nothing. The subject is not the painter's; its score hardly changes.
#
# One trap is left. The atelier's painters are designed: who paints in dots is bright, too. Whoever sees the dots can guess the light. So what follows is measured on *invented* painters, each habit drawn on its own.
#
# ## Does the name say what it measures?
#
# "Light" is a word of ours. So each habit was changed alone, everything else kept: where no pixel changes (flat prints have no bristles), the facet does not exist. And across invented painters, the habit was compared with a measurement of the pictures that does not know it.

# %% tags=["hide-input"]
recorded = read_results("facets_shown")
shows = recorded.frame[recorded.frame["check"] == "measured"].fillna({"kind": ""})
shows = shows.assign(
    label=[
        f"{row.facet} {row.kind}".strip()
        + f" → {'less ' if row.sign < 0 else ''}{row.measure}"
        for row in shows.itertuples()
    ],
    check="correlation over painters",
).sort_values("value", ascending=False)
chart = figures.intervals(shows, group="check", axis="correlation (1: the same)")
chart.update_layout(showlegend=False)
weak = shows[shows["low"] <= 0]
figures.show(
    chart,
    caption=f"Habits of {int(shows['painters'].max())} invented painters (left of the arrow) and what can be measured on their pictures (right), within a medium. 95 % intervals over painters. {recorded.sentence()}",
    alt="Points with intervals. Strongest: "
    + "; ".join(f"{row.label} {row.value:.2f}" for row in shows.head(3).itertuples())
    + ". Not told from nothing: "
    + "; ".join(weak["label"]),
)

# %% [markdown]
# Colours and composition show as they should. The habits of *marks* are faint: between the record and a small picture stand the medium, the subject and the day. A probe that fails there does not blame the descriptor alone. So we ask for what is *seen* as well: lightness, edges or the run of the marks, measured on each picture.
#
# ## What each descriptor knows

# %% tags=["hide-input"]
recorded = read_results("facets_probes")
of = recorded.frame[recorded.frame["world"] == "invented"]
linear = of[of["way"] == "linear"]
said, order = recorded.facts["facets"], ["seen", "palette", "light", "stroke", "edge"]
order += ["ground", "composition", "medium", "movement", "content"]
names = sorted(said, key=lambda name: order.index(said[name]["group"]))
columns = ["csd-tiny", "clip-tiny", "csd-art", "gram", "colour", "random-tiny"]
values, chance, p = (
    linear.pivot_table(column, "facet", "descriptor").loc[names, columns]
    for column in ("value", "chance", "p")
)
known = ((values - chance) / (1 - chance)).clip(0, 1)
beyond = p.apply(false_discovery_control) <= 0.05
chart = go.Figure(
    go.Heatmap(
        z=known,
        x=columns,
        y=[f"{said[name]['group']}: {name.removeprefix('seen ')}" for name in names],
        # Pale, so that the numbers can be read in the light and in the dark.
        colorscale=[[0, "rgba(0, 114, 178, 0)"], [1, "rgba(0, 114, 178, 0.6)"]],
        text=values.map("{:.2f}".format).where(beyond, "·"),
        texttemplate="%{text}",
        colorbar={"title": "above<br>chance"},
    )
)
chart.update_layout(yaxis={"autorange": "reversed"}, height=1050)
chart.update_xaxes(side="top", tickangle=-40)
strokes = [name for name in names if said[name]["group"] == "stroke"]
if usual:
    assert beyond.loc[strokes, "csd-art"].sum() >= 5
    assert beyond.loc[strokes, "csd-tiny"].sum() <= 1
    assert values.loc["medium"].idxmax() == "csd-art"
    assert values.loc["movement", "csd-tiny"] > values.loc["movement", "csd-art"]
figures.show(
    chart,
    caption=f"What a linear probe reads, {recorded.facts['worlds']['invented']['works']:,} works by {recorded.facts['worlds']['invented']['painters']} invented painters, never shared. Numbers: R2, or balanced accuracy for kinds. Shade: the same above chance, as a share of what was left. A dot: not told from exchanged records ({recorded.facts['exchanges']} exchanges; among the facets that a descriptor is said to know, at most 5 % by chance). {recorded.sentence()}",
    alt="A table of scores. Read from csd-tiny: "
    + "; ".join(
        f"{name} {values.loc[name, 'csd-tiny']:.2f}"
        for name in ("seen lightness", "chroma", "medium", "movement", "subject")
    ),
)

# %% [markdown]
# Nearly all see light and colour as they *appear*; even a network without training does ({term}`random-tiny`). What the painter *decided* is another matter: how far he lifts the key is hidden in what he paints. The real-art descriptor, which has never met the atelier, knows the medium best, the line, the margin, and something of most strokes; `csd-tiny`, trained here, knows next to nothing of strokes, and the movement better, which is a family of palettes. Colour alone tells that as well. So "a descriptor of style" is not one thing.
#
# It also knows what it should not: subject and place stand below. No descriptor is blind to content.
#
# ## Layer by layer
#
# Does training for artists throw light or composition away? A small tower is read after each block; `style` is what leaves it.
#
# **Prediction.** Where is the subject known best, and where the light?

# %% tags=["hide-input"]
recorded = read_results("facets_layers")
tower = recorded.frame[recorded.frame["descriptor"] == "csd-tiny"]
followed = ["seen lightness", "seen pool", "medium", "movement", "place", "subject"]
wide = tower.pivot_table("value", "layer", "facet")
wide = wide.loc[tower["layer"].unique(), [*followed, "margin"]]
chart = figures.lines(
    wide.rename(columns=lambda name: name.removeprefix("seen ")).reset_index(),
    x="layer",
    ys=[name.removeprefix("seen ") for name in wide],
    titles=("layer of csd-tiny", "score of a linear probe"),
)
figures.show(
    chart,
    caption=f"What a linear probe reads after each layer of csd-tiny (R2; medium, movement, place and subject: balanced accuracy). {recorded.sentence()}",
    alt="Lines over the layers, from the embedding of patches to the style. "
    + "; ".join(
        f"{name} {wide[name].max():.2f} at best, {wide[name].iloc[-1]:.2f} at the end"
        for name in ("seen lightness", "margin", "place")
    ),
)

# %% tags=["hide-input"]
lost = recorded.frame.dropna(subset=["lost"])
lost = lost[lost["facet"].isin([*followed, "margin", "chroma"])]
rows = [
    {"facet": name}
    | {
        row.descriptor: f"{row.lost:.2f} [{row.lost_low:.2f}, {row.lost_high:.2f}]"
        for row in part.itertuples()
        if np.isfinite(row.lost_low)
    }
    for name, part in lost.groupby("facet", sort=False)
]
at = lost.set_index(["facet", "descriptor"])["lost"]
if usual:
    assert at["margin", "csd-tiny"] > at["subject", "csd-tiny"]
    assert at["subject", "csd-tiny"] > at["seen lightness", "csd-tiny"]
figures.table(
    pd.DataFrame(rows),
    caption="By how much the best layer is above what leaves the tower, paired, with 95 % intervals over painters. Which layer is best was seen on the same painters: a little too high.",
)

# %% [markdown]
# Light survives. What falls is content (place, subject, where the light pools), as it should, and the bare margin, which *is* the painter's. Both trained towers lose it, perhaps because training cuts pictures to pieces; nothing here tests that. `clip-tiny`, trained on captions, keeps its subjects to the end. What training does not ask for is a blindness that somebody will meet later.
#
# ## Real paintings: movement and year
#
# Here no record tells the habits. WikiArt tells the movement, and about half of its file names a year.

# %% tags=["hide-input"]
recorded = read_results("facets_real")
of = recorded.frame[
    (recorded.frame["artists"] == "all") & (recorded.frame["way"] == "linear")
]
cell = of.set_index(["facet", "metric", "descriptor"]).sort_index()
columns = {
    "movement (balanced accuracy)": ("movement", "balanced accuracy"),
    "year off by (years)": ("year", "years off"),
    "artist's generation off by (years)": ("generation", "years off"),
}
rows = []
for name in ("csd-art", "csd-tiny", "colour"):
    rows.append({"descriptor": name})
    for label, key in columns.items():
        row = cell.loc[(*key, name)]
        digits = 2 if key[0] == "movement" else 0
        ends = f"[{row['low']:.{digits}f}, {row['high']:.{digits}f}]"
        rows[-1][label] = f"{row['value']:.{digits}f} {ends}"
chance = {
    label: cell.loc[(*key, "csd-art"), "chance"] for label, key in columns.items()
}
rows.append({"descriptor": "by chance"} | {k: f"{v:.2g}" for k, v in chance.items()})
facts = recorded.facts
if usual:
    above = cell.loc[("movement", "balanced accuracy", "colour")]
    assert above["above_low"] > 0
figures.table(
    pd.DataFrame(rows),
    caption=f"Linear probes on {facts['works']:,} paintings by {facts['artists']} artists, never shared, 95 % intervals over artists. {facts['movements']} movements. {facts['with_year']:,} file names ({facts['share_with_year']:.0%}) tell a year; {facts['years_of_titles']} more hold one that the artist cannot have painted in. {recorded.sentence()}",
)

# %% [markdown]
# A painting that is half a century off is no dating. It is less than chance errs, and less than colour does.
#
# ## Neighbours in time, and influence
#
# Are artists of one time alike? And does an earlier artist find the later ones, or the later the earlier? Influence runs one way. It is tempting to read it off an asymmetry.

# %% tags=["hide-input"]
recorded = read_results("facets_times")
of = recorded.frame[recorded.frame["artists"] == "all"]
apart = of[of["question"] == "distance"]
apart = apart.pivot_table("value", "years", "descriptor")
shown = apart[["csd-art", "csd-tiny", "colour"]] - apart.iloc[0]
chart = figures.lines(
    shown.reset_index(),
    x="years",
    ys=["csd-art", "csd-tiny", "colour"],
    titles=("years between two paintings (from)", "distance above that of one time"),
)
figures.show(
    chart,
    caption=f"One less the cosine of paintings by two artists, by the years between them, above that of pairs less than 25 years apart. {recorded.sentence()}",
    alt="Three lines, none of them straight. csd-art: "
    + "; ".join(
        f"{shown.loc[years, 'csd-art']:+.2f} from {years:.0f} years on"
        for years in (100, 175, 275)
    ),
)

# %% tags=["hide-input"]
asked = {
    "time": "distance in style and in years (correlation)",
    "time in movement": "the same, years exchanged within movements",
    "later finds earlier": "later artists find earlier ones more often",
    "within 75 years": "the same, pairs within 75 years",
    "as many works": "the same, as many works of each artist",
    "not popularity": "the same, popularity taken out",
}
of = of.set_index(["question", "descriptor"])
rows = []
for question, label in asked.items():
    rows.append({"question": label})
    for name in ("csd-art", "csd-tiny", "colour"):
        row = of.loc[(question, name)]
        chance = f"[{row['low']:.2f}, {row['high']:.2f}]"
        rows[-1] |= {name: f"{row['value']:.2f}, chance {chance}, p {row['p']:.3f}"}
if usual:
    assert of.loc[("later finds earlier", "csd-art"), "p"] < 0.01
    assert of.loc[("not popularity", "csd-art"), "p"] > 0.05
figures.table(
    pd.DataFrame(rows),
    caption=f"{int(of.loc[('time', 'csd-art'), 'n'])} artists. Chance: 95 % of the values when artists exchange their dates ({recorded.facts['permutations']} times).",
)

# %% [markdown]
# Over pairs of paintings the curve is no straight line: every pair counts, so that a few prolific artists make its steps. Artist by artist (the table), distance in style does grow with distance in time, for `csd-art` beyond what movements explain. And later artists find earlier ones more often, far beyond chance, in step with the story of influence. **It is none.** Early artists are found more often by *everybody*; take that popularity out, and nothing is left. Old masters have crowded neighbourhoods. A significant asymmetry was there, and the cause was another.

# %% [markdown]
# ## The same light, another hand
#
# What a probe reads, one can search by. For each group of facets `fit_facets` keeps the probe's linear map; distances in it are distances in *predicted* facets. `csdlib.search(..., facet="light", unlike="palette")` and `csdlib search --facet` use those that ship, fitted on painters who are not in this room. A group that cannot be read is refused by a sentence:

# %%
space = shipped_space(seen.fingerprint)
true = [*measured_facets(works), facets["medium"], facets["movement"]]
print(", ".join(space.groups))
try:
    space.of("stroke")
except csdlib.InputError as error:
    print(error)

# %% tags=["hide-input"]
drawn = np.random.default_rng(seed).permutation(len(works))
queries = sorted(drawn[:8].tolist())
figures.facet_gallery(
    seen,
    queries,
    space,
    true,
    caption=f"{len(queries)} of {len(works):,} works, and what {descriptor} finds for each: by the whole style, and by one facet. The truth stands beside each.",
)

# %% [markdown]
# Some you believe at first sight. Which do not you? Here is, for each facet, the query that fares worst:

# %% tags=["hide-input"]
figures.facet_counter_examples(
    seen,
    drawn[:60].tolist(),
    space,
    true,
    caption="Of 60 queries the one whose neighbours by a facet are worst by the truth: the query at the left.",
)

# %% tags=["hide-input"]
recorded = read_results("facet_queries")
of = recorded.frame[recorded.frame["question"] == "precision"]
of = of[of["truth"] != "same decade"]
rows = []
for world, name in (("drawn", "csd-tiny"), ("paintings", "csd-art")):
    part = of[(of["world"] == world) & (of["descriptor"] == name)]
    for facet in part["facet"].unique():
        by = part[part["facet"] == facet].set_index("by")
        rows.append({"wanted": f"{facet}, {name}"})
        for way, label in (("facet", "by it"), ("plain", "by style"), ("colour",) * 2):
            at = 100 * by.loc[way, ["value", "low", "high"]].astype(float)
            rows[-1][label] = f"{at.value:.1f} [{at.low:.1f}, {at.high:.1f}]"
        rows[-1]["chance"] = f"{100 * by['chance'].iloc[0]:.0f}"
if usual:
    wins = of[(of["by"] == "plain") & of["facet"].isin(["palette", "light", "marks"])]
    own = wins["descriptor"].eq("csd-tiny") & wins["world"].eq("drawn")
    own |= wins["descriptor"].eq("csd-art") & wins["world"].eq("paintings")
    assert (wins.loc[own, "above_low"] > 0).all()
    late = of[(of["by"] == "plain") & (of["facet"] == "time")]
    assert (late["above_high"] < 0).all()
overlaps = recorded.frame.query("question == 'overlap' and truth == 'largest cosine'")
shared = overlaps.set_index(["descriptor", "facet", "other"])["value"]
if usual:
    assert shared["csd-art", "light", "marks"] > 0.85
figures.table(
    pd.DataFrame(rows),
    caption=f"Precision@10 in percent by the facet, by the whole descriptor, and by colour: how many of ten neighbours by other painters are right, 95 % intervals over painters, none of whom the maps were fitted on. Right: the 5 % nearest by the truth; for medium and movement the same kind. Drawn works (csd-tiny) and paintings (csd-art). The largest cosine between the subspaces of light and marks is {shared['csd-art', 'light', 'marks']:.2f} in csd-art, and {shared['csd-tiny', 'palette', 'movement']:.2f} between palette and movement in csd-tiny. {recorded.sentence()}",
)

# %% [markdown]
# A facet finds palette, light and marks better than the whole style does. *Time* fails: the year is read beyond chance and searched by worse than with the whole descriptor. One number that is half right makes poor neighbours.
#
# And be fair to the simplest rival. Colour comes second for the palette, and palette, light and marks can be *measured* on the picture. The maps are for archives that keep descriptors only, and for what nobody can measure. Nor are they orthogonal: among paintings light and marks nearly share a direction.

# %% [markdown]
# ## Calm, ominous, festive
#
# Words say what no measure does. Do they find pictures? Nobody here asserts a mood: each of thirteen words follows from a *rule* over what shows in the picture and where it plays, and captions say it with noise (a quarter of the words goes unsaid, some are wrong). So there is a truth, and it is the rule's, not the viewer's.

# %%
for word in ("calm", "ominous", "confident"):
    rule = MOODS.words[word]
    parts = (f"{weight:+g} {name}" for name, weight in rule.weights.items())
    print(f"{word}: {' '.join(parts)} above {rule.above:g}")

# %% [markdown]
# `clip-tiny`'s text tower has never read these words. A small map from texts to pictures is learned on captions of half of the painters, and judged on the others.
#
# **Prediction.** What will the tower say to a word that it has never read: nothing, or something?

# %% tags=["hide-input"]
recorded = read_results("moods")
moods = recorded.frame[recorded.frame["vocabulary"] == "mood"]
of = moods[moods["check"] == "word"]
of = of[of["word"] == "mean"].fillna({"pictures": ""})
of = of.set_index(["pictures", "text"])
ways = {
    "the word, never read": "zero-shot",
    "its letters, shuffled": "letters shuffled",
    "map from the tower's words": "word states",
    "map from plain word counts": "word vectors",
    "the rule, from probes of facets": "facets",
}
rows = [
    {"label": label, "pictures": name} | of.loc[(name, text)].to_dict()
    for label, text in ways.items()
    for name in ("clip-tiny", "csd-tiny", "colour")
    if (name, text) in of.index
]
chart = figures.intervals(pd.DataFrame(rows), group="pictures", axis="AUC")
chart.add_vline(x=0.5, line_color="#888888", line_dash="dot")
if usual:
    read = of.loc[[("clip-tiny", "zero-shot"), ("clip-tiny", "letters shuffled")]]
    assert read["value"].between(0.45, 0.6).all()
    best = of.loc[("clip-tiny", "facets"), "low"]
    assert best > of.loc[("clip-tiny", "word vectors"), "high"]
figures.show(
    chart,
    caption=f"How well a word tells pictures with its mood from others, by painters whose captions were not learned from: AUC, the mean over thirteen words, 95 % intervals over painters. {recorded.sentence()}",
    alt="Points with intervals. By clip-tiny: "
    + "; ".join(
        f"{label} {of.loc[('clip-tiny', text), 'value']:.2f}"
        for label, text in ways.items()
    ),
)

# %% tags=["hide-input"]
each = moods.fillna({"pictures": ""})
each = each[each["check"].isin(["word", "twin", "synonym"])]
each = each[each["pictures"] == "clip-tiny"].set_index(["check", "word", "text"])
words = ("ominous", "festive", "homely", "confident")
cases = [("word", word, ", ".join(MOODS.words[word].weights)) for word in words]
cases += [("twin", "/".join(pair), part) for pair, part in MOODS.twins.items()]
cases += [
    ("synonym", word, f"as {MOODS.synonyms[word]}") for word in ("sinister", "cosy")
]
rows = []
for kind, word, part in cases:
    rows.append({"word": word, "hangs on": part})
    for label, text in (("never read", "zero-shot"), ("learned", "word states")):
        row = each.loc[(kind, word, text)]
        rows[-1][label] = f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
single = each.loc["word"].drop("mean")["value"]
away = (single - 0.5).abs().groupby("text").mean()
if usual:
    assert abs(away["zero-shot"] - away["letters shuffled"]) < 0.02 < away["zero-shot"]
figures.table(
    pd.DataFrame(rows),
    caption=f"AUC of single words by clip-tiny, with 95 % intervals over painters. Unread words are {away['zero-shot']:.2f} away from one half on average, on either side, and shuffled ones {away['letters shuffled']:.2f}. Twins: which of two words, where one part only decides. Synonyms: held by no caption.",
)

# %% tags=["hide-input"]
cells = moods[moods["check"] == "direction"]
grids = {
    title: cells.pivot_table(values, "word", "facet")
    for title, values in (("learned: cosine", "value"), ("rule: correlation", "said"))
}
chart = make_subplots(cols=2, shared_yaxes=True, subplot_titles=list(grids))
for column, grid in enumerate(grids.values(), 1):
    heat = go.Heatmap(z=grid, x=grid.columns, y=grid.index, coloraxis="coloraxis")
    chart.add_trace(heat, col=column, row=1)
bar = {"title": "with the word", "orientation": "h", "y": -0.35}
colours = {"colorscale": "RdBu", "cmin": -0.8, "cmax": 0.8, "colorbar": bar}
chart.update_layout(coloraxis=colours, height=560)
chart.update_xaxes(tickangle=-60)
agree = moods[moods["check"] == "agreement"]
agree = agree.set_index(["pictures", "text"]).loc[("clip-tiny", "word vectors")]
figures.show(
    chart,
    caption=f"Thirteen words and what they hang on. Left: the cosine between a word's learned direction among pictures (clip-tiny, word counts) and a facet's. Right: the correlation by the rules. The two grids correlate by {agree['value']:.2f} [{agree['low']:.2f}, {agree['high']:.2f}].",
    alt=f"Two grids of words and facets in red and blue, much alike: their correlation is {agree['value']:.2f}.",
)

# %% tags=["hide-input"]
word = "ominous"
most = recorded.facts["mood"]["most"][word]
by_slug = {who.slug: who for who in invented_painters(168)}
again = ((by_slug[work["artist"]], work["content"], work["seed"]) for work in most)
drawn = [Image.fromarray(render(*work, 144)) for work in again]
labels = [
    f"a {work['content']}, {'' if work['holds'] else 'not '}{word} by the rule"
    for work in most
]
right = sum(work["holds"] for work in most)
figures.gallery(
    list(zip(drawn, labels, strict=True)),
    columns=5,
    caption=f"The ten works that are most {word} by a map from captions to clip-tiny, of painters from whom it has learned nothing. The rule agrees with {right} of them.",
)

# %% [markdown]
# An unread word is not silent. It points *somewhere*: as far from chance, and as arbitrarily, as its shuffled letters do. So a score of a word alone, without nonsense beside it, says nothing. Learned words carry over to other painters, but less than the facets that they hang on (which were learned from the truth, and not from noisy captions). Plain word counts do better than the tower, which cuts each word into pieces.
#
# What can no text know? A mood that hangs on what the painter *intended* and the picture hardly shows stays at chance, as do the twins, told apart only by where the light was meant to come from, or by a pool of it. A synonym that no caption held gains next to nothing: this tower has read nothing else in which the two words could have met. A real CLIP has. That is its advantage, and why nobody can say what its "ominous" is made of.
#
# ### What a picture stands for
#
# A mood hangs on *how* something is painted, a symbol on *what* is. A boat is a voyage, a flower that withers is transience; and whether a dog stands for fidelity or for envy is a *convention*: here one that each painter's tradition settles, and that nothing in the picture shows.

# %% tags=["hide-input"]
symbols = recorded.frame[recorded.frame["vocabulary"] == "symbol"]
each = symbols[symbols["pictures"] == "clip-tiny"].set_index(["check", "word", "text"])
cases = [
    ("word", word, ", ".join(SYMBOLS.words[word].weights)) for word in SYMBOLS.words
]
cases += [("twin", "/".join(pair), part) for pair, part in SYMBOLS.twins.items()]
columns = {
    "never read": "zero-shot",
    "from captions": "word vectors",
    "from facets": "facets",
}
rows = []
for kind, word, part in cases:
    rows.append({"word": word, "hangs on": part})
    for label, text in columns.items():
        row = each.loc[(kind, word, text)]
        rows[-1][label] = f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
figures.table(
    pd.DataFrame(rows),
    caption="AUC of seven symbols by clip-tiny, by painters whose captions were not learned from, with 95 % intervals over painters; last, which of two words where only the painter's tradition decides.",
)

# %% [markdown]
# What is *seen* of a symbol carries over to other painters, if not as well as the rule itself: a caption that says "voyage" says "boat", too, and the two words share what there is to learn. The convention stays at chance by every way. It even does harm: a regression learns the painters' traditions by heart, and for painters whom it has not met it guesses as boldly. So "fidelity" and "envy" are hardly read, though both need a dog or a cat, which anyone can see. What a picture stands for is not in the picture.
#
# ## Summary
#
# - A probe that has met the painter reads everything off the name. Test it on others, and beside random labels.
# - A facet's name is a claim: check on pictures what it changes.
# - Descriptors see how light and colour appear; what a painter decided is mostly hidden behind what was painted. What each knows differs.
# - Training for artists costs content more than light, and the bare margin most.
# - A facet can be searched by where it can be read; a word needs nonsense beside it.
# - A symbol hangs on what is painted, and on a convention that no descriptor can hold.
# - Style changes with time. An asymmetry between earlier and later is no influence until popularity is out.
#
# ## Exercises
#
# **1. A task that only memory can solve (15 minutes).** Write `random_kinds(kinds, painters, random)`: each painter gets one kind, drawn from all values of `kinds`, for all of his works. Then probe it with painters apart and shared. Guess first.


# %% tags=["exercise"]
def random_kinds(
    kinds: np.ndarray, painters: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """A random kind for each painter, repeated for each of his works."""
    return random.permutation(kinds)  # your code here


# %% tags=["solution"]
def random_kinds(
    kinds: np.ndarray, painters: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """A random kind for each painter, repeated for each of his works."""
    names, place = np.unique(painters, return_inverse=True)
    return random.choice(kinds, len(names))[place]


drawn = random_kinds(
    facets["medium"].truth, works.column("artist"), np.random.default_rng(seed)
)
for side, shared in both_sides.items():
    told = probe(
        seen.vectors,
        [Facet("random", "control", "drawn", drawn)],
        works.column("artist"),
        exchanges=0,
        controls=0,
        folds=folds,
        share_painters=shared,
    )
    print(f"{side}: balanced accuracy {told['random'].estimate()}")


# %% tags=["mistake"]
# Shuffles works: a painter's works get several kinds, and then memory is of no help.
def random_kinds(
    kinds: np.ndarray, painters: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    return random.permutation(kinds)


# %% tags=["mistake"]
# Draws each kind equally often: rare ones become frequent, and the task another.
def random_kinds(
    kinds: np.ndarray, painters: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    names, place = np.unique(painters, return_inverse=True)
    return random.choice(np.unique(kinds), len(names))[place]


# %% tags=["check"]
names = np.repeat(["a", "b", "c", "d"], [3, 1, 4, 2])
labels = random_kinds(np.array(["oil"] * 9 + ["ink"]), names, np.random.default_rng(4))
assert len(labels) == 10
assert set(labels) <= {"oil", "ink"}
for name in "abcd":
    assert len(set(labels[names == name])) == 1, "one kind a painter"
many = np.repeat(np.arange(500).astype(str), 2)
often = np.array(["oil"] * 9 + ["ink"])[np.arange(1000) % 10]
share = (random_kinds(often, many, np.random.default_rng(5)) == "ink").mean()
assert 0.05 < share < 0.16, "as frequent as among the works"

# %% [markdown]
# **2. Whose dates may change places? (20 minutes)** Artists' distances are in a matrix, 105 artists make 5,460 pairs, and pairs are not independent. Write `time_p(distances, years, random)`: the correlation of distance and years apart, and its one-sided p when *artists* exchange their years 199 times. Then do the same with pairs exchanged, on artists without any history, and count how often each is below .05.


# %% tags=["exercise"]
def time_p(
    distances: np.ndarray, years: np.ndarray, random: np.random.Generator
) -> tuple[float, float]:
    """Correlation over pairs, and its p when artists exchange their years."""
    return 0.0, 1.0  # your code here


# %% tags=["solution"]
def time_p(
    distances: np.ndarray, years: np.ndarray, random: np.random.Generator
) -> tuple[float, float]:
    """Correlation over pairs, and its p when artists exchange their years."""
    pairs = np.triu_indices(len(years), 1)

    def along(when: np.ndarray) -> float:
        apart = np.abs(when[:, None] - when)[pairs]
        return float(np.corrcoef(distances[pairs], apart)[0, 1])

    value = along(years)
    others = [along(random.permutation(years)) for _ in range(199)]
    return value, (1 + sum(other >= value for other in others)) / 200


random, below = np.random.default_rng(seed), []
for _ in range(40):
    places, years = random.normal(size=(20, 2)), random.uniform(1500, 1900, 20)
    distances = np.linalg.norm(places[:, None] - places, axis=2)
    upper = np.triu_indices(20, 1)
    flat, apart = distances[upper], np.abs(years[:, None] - years)[upper]
    by_pairs = pearsonr(flat, apart, alternative="greater").pvalue
    below.append((time_p(distances, years, random)[1] < 0.05, by_pairs < 0.05))
print("below .05, artists exchanged and pairs taken as independent:")
print(np.mean(below, axis=0))


# %% tags=["mistake"]
# Leaves the observed order out of the count: p can then be 0, which 199 exchanges cannot show.
def time_p(
    distances: np.ndarray, years: np.ndarray, random: np.random.Generator
) -> tuple[float, float]:
    pairs = np.triu_indices(len(years), 1)

    def along(when: np.ndarray) -> float:
        apart = np.abs(when[:, None] - when)[pairs]
        return float(np.corrcoef(distances[pairs], apart)[0, 1])

    value = along(years)
    return value, float(
        np.mean([along(random.permutation(years)) >= value for _ in range(199)])
    )


# %% tags=["check"]
line = np.arange(12.0)
value, p = time_p(np.abs(line[:, None] - line), line, np.random.default_rng(0))
assert round(value, 6) == 1
assert p == 1 / 200
dice = np.random.default_rng(14)
noise, when = dice.normal(size=(30, 2)), dice.permutation(np.arange(30.0))
apart = np.linalg.norm(noise[:, None] - noise, axis=2)
value, p = time_p(apart, when, np.random.default_rng(2))
expected = mantel(apart, when, seed=3)
assert abs(value - expected.value) < 1e-9
by_others = np.mean(expected.others >= expected.value)
assert abs(p - by_others) < 0.07, "artists exchange their years, not pairs theirs"

# %% [markdown]
# **3. Wölfflin's pairs (an hour, open).** Wölfflin told Baroque from Renaissance by five pairs: linear and painterly, plane and recession, closed and open form, multiplicity and unity, clearness and unclearness {cite:p}`woelfflin1915`. Choose one. Which number of `measure_picture` could stand for it, and on which pictures would it mislead? A good answer names a control that would show the measure to be wrong, runs it on works of the atelier, and says what the pair means that no measure holds.
#
# ## Further reading
#
# - {cite:t}`schapiro1953`, the classic on what historians call style. {cite:t}`ginzburg1979` on Morelli, who told hands by earlobes: connoisseurship as the reading of clues.
# - {cite:t}`baxandall1985`, a short and sharp case against the word *influence*: whoever came later acted.
# - {cite:t}`elgammal2018` found time in networks trained for style. {cite:t}`belinkov2022` on what probes can and cannot say.
# - Next: [your judgement](your_judgement).
