# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Your judgement", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny, data/models/facets, data/results/judgement.csv, data/results/judgement.json]}
# ---

# %% [markdown]
# # Your judgement
#
# ## Overview
#
# "Style" is palette to one, and marks to another. Both are right: they mean different things. So ask: *is A nearer to B or to C?* A {term}`triplet` can be answered without any theory, and enough answers say what somebody means. You will
#
# - answer questions in this page, and watch it learn how you weigh the facets,
# - see why the next question should be *chosen*,
# - find out how many answers it takes, and what no number of answers can teach,
# - keep experts apart who disagree, instead of averaging them.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Beyond the artist](beyond_the_artist): facets, and what a descriptor can read | needed |
# | [Can you tell a style?](can_you_tell_a_style): readers, agreement | helpful |
#
# **Time:** twenty-five minutes to read and answer, less than one to run.

# %% tags=["parameters"]
descriptor = "csd-tiny"  # what looks at style
images = 64  # pictures drawn from the data set, at most: those that are asked about
triplets = ""  # file of answers to triplets: saved in the page, or filled in by hand
seed = 0  # seed of the random draws: of pictures and questions

# %% tags=["hide-input"]
import numpy as np
import pandas as pd

import csdlib
from csdlib import figures
from csdlib.atelier import UNSEEN
from csdlib.recipes import read_results, repainted
from csdlib.scoring import answered, ask, feedback, pictures_to_judge
from csdlib.similarity import Expert, draw_triplets, learn_judgement

settings = (descriptor, images, triplets)
usual = settings == ("csd-tiny", 64, "")

# %% [markdown]
# ## What do you mean by it?
#
# Pictures of the {term}`atelier`, by painters whom the descriptor has not seen. Each pair has a distance by each facet that the descriptor shows: palette, light, marks, medium, movement. Your distance is a weighted sum of them,
#
# $$d(a, b) = \sum_f w_f\, d_f(a, b), \qquad P(\text{first is nearer}) = \frac{1}{1 + e^{-(d(a, \text{second}) - d(a, \text{first}))}},$$
#
# and the weights are what your answers teach. They begin at those that are nearest to the plain descriptor, and stay there as long as you say nothing.

# %%
table = csdlib.load_dataset("atelier", progress=False)
works = table.where(split=["query", "database"], artist=list(UNSEEN))
drawn = np.random.default_rng(seed).permutation(len(works))[:images]
pictures = pictures_to_judge(works.take(drawn), descriptor=descriptor, progress=False)
shown = pictures.images.table
apart, start = pictures.apart, pictures.start

# %% [markdown]
# **Prediction.** Which facet will you weigh most? Write it down, then answer about thirty questions, by what *you* see. Every fourth is never learned from: it tells whether the page has understood you. Nothing leaves your browser.

# %% tags=["hide-input"]
meanings = {
    "palette": "how strong, how red and how yellow the colours are",
    "light": "how light the picture is, how strong its contrast, and whether its middle is lit",
    "marks": "how many edges, how fine the marks, and whether they run together",
    "medium": "oil, hatching, glass, print ...",
    "movement": "the family of palettes that a movement shares",
}
figures.triplets_figure(
    repainted(shown, 192),
    apart,
    {name: meanings.get(name, name) for name in apart.groups},
    start=start,
    unmended=pictures.unmended,
    seed=seed,
    caption=f"Questions about {len(shown)} works, chosen by what your answers have left open. Keys: 1 and 2, s to skip, u to undo. Save your answers as a file: this chapter reads it with `triplets`, and `csdlib feedback fit` reads it in the shell.",
)

# %% [markdown]
# Did the page find what you wrote down? If the weights moved, but the held-out answers are not foretold, you look at something that is none of its facets. Then no weight is right.
#
# ## The same in Python
#
# Without a file of yours, a simulated expert answers: somebody for whom palette is nearly everything, by what the descriptor shows. `ask` chooses the next questions.

# %%
expert = Expert(np.where(np.array(apart.groups) == "palette", 6.0, 0.5))
random = np.random.default_rng(seed)
if triplets:
    found = feedback(triplets, pictures)
else:
    asked = ask(pictures, 5, seed=seed)
    said = expert.answer(apart.differences(asked), random)
    while len(said) < 40:
        more = ask(pictures, 5, answered(asked, said), seed=seed)
        said = np.concatenate([said, expert.answer(apart.differences(more), random)])
        asked = np.concatenate([asked, more])
    found = feedback(answered(asked, said), pictures)
for sentence in found.said():
    print(sentence)

# %% tags=["hide-input"]
weights = found.table()
rows = weights.assign(
    weight=weights["weight"].map("{:.2f}".format),
    plain=weights["plain"].map("{:.2f}".format),
    times=[
        f"{row.times:.1f} [{row.times_low:.1f}, {row.times_high:.1f}]"
        for row in weights.itertuples()
    ],
).drop(columns=["times_low", "times_high"] + ["expert"] * (len(found.judgements) == 1))
if usual:
    top = weights.loc[weights["weight"].idxmax()]
    assert top["facet"] == "palette" and top["times_low"] > 1
figures.table(
    rows.rename(columns={"times": "times the plain one"}),
    caption="What was learned: each facet's weight as a share, beside that of the plain descriptor, and how many times as much it counts, with a 95 % interval from the curvature of the posterior. Whoever means nothing else by style than the facets is described by this.",
)

# %% [markdown]
# The share that is foretold is one on *chosen* questions: they are the hard ones. Of random questions more would be.
#
# ## How many answers does it take?
#
# Of people nobody knows the truth. So twenty simulated experts, each with weights of their own, answer by the *true* facets of the works: by painters' records and measurements, with some noise, and one in twenty answers is a guess. The learner sees what the descriptor tells, or, as a ceiling, the truth itself.
#
# **Prediction.** How far will a hundred answers bring the weights: to the truth, or short of it?

# %% tags=["hide-input"]
recorded = read_results("judgement")
of = recorded.frame[recorded.frame["question"] == "learned"]
drawn_world = of[of["world"] == "drawn"]
names = {
    ("descriptor", "random"): "csd-tiny sees, random questions",
    ("descriptor", "active"): "csd-tiny sees, chosen questions",
    ("truth", "random"): "the truth is seen, random questions",
    ("truth", "active"): "the truth is seen, chosen questions",
}


def curves(measure):
    """A column a way of asking, over the number of answers."""
    wide = drawn_world[drawn_world["measure"] == measure].pivot_table(
        "value", "answers", ["sees", "asked"]
    )
    return wide[list(names)].set_axis(list(names.values()), axis=1)


angles = curves("angle")
if usual:
    last, first = angles.iloc[-1], angles.iloc[0]
    assert last[names["truth", "active"]] < 6 < 20 < last[names["descriptor", "active"]]
    assert (last < 0.65 * first).all()
    for sees in ("descriptor", "truth"):
        assert angles.loc[40, names[sees, "active"]] < last[names[sees, "random"]]
figures.show(
    figures.lines(
        angles.reset_index(),
        x="answers",
        ys=list(angles),
        titles=("answers", "angle to the true weights (degrees)"),
    ),
    caption=f"How far the learned weights point from the true ones: the mean of {recorded.facts['experts']} simulated experts, drawn works. {recorded.sentence()}",
    alt="Falling lines. After all answers: "
    + "; ".join(f"{name} {angles[name].iloc[-1]:.0f} degrees" for name in angles),
)

# %% tags=["hide-input"]
rows = []
for world, sees in (
    ("drawn", "descriptor"),
    ("paintings", "descriptor"),
    ("drawn", "truth"),
):
    for answers_given in (0, 10, 30, 100):
        part = of[(of["world"] == world) & (of["sees"] == sees)]
        part = part[part["answers"] == answers_given].set_index(["asked", "measure"])
        row = {"world": f"{world}, {sees}", "answers": answers_given}
        for way in ("random", "active"):
            at = part.loc[(way, "accuracy")]
            row[way] = f"{at['value']:.2f} [{at['low']:.2f}, {at['high']:.2f}]"
        rows.append(row)
gain = recorded.frame[recorded.frame["question"] == "gain"].set_index(
    ["world", "sees", "answers"]
)
if usual:
    for world, sees in (("drawn", "descriptor"), ("paintings", "descriptor")):
        assert gain.loc[(world, sees, 40), "high"] < 0
at = gain.loc[("drawn", "descriptor", 40)]
figures.table(
    pd.DataFrame(rows),
    caption=f"How many of a thousand questions that were never asked are foretold, 95 % intervals over experts; csd-tiny on drawn works, csd-art on paintings. After 40 answers chosen questions bring the weights {-at['value']:.0f} [{-at['high']:.0f}, {-at['low']:.0f}] degrees nearer than random ones on drawn works.",
)

# %% [markdown]
# Forty chosen questions bring more than a hundred random ones. But with the descriptor's eyes the curves level off, far from the truth: what it does not see of a facet, no answer can teach. Beside the ceiling two ignorances can be told apart, that of the *learner*, which answers cure, and that of the *descriptor*, which they do not.
#
# ## When to stop, and what to say then
#
# The stopping rule knows only the first. It says "enough" when the answers leave the direction open by five degrees: more of them would hardly turn the weights. How far these are from the *truth* is another question, and the experts whose truth is known can answer it. What is left of their true angles when the expected ones are taken out is the part that answers do not mend.

# %% tags=["hide-input"]
kinds = ["stop", "unmended"]
ends = recorded.frame[recorded.frame["question"].isin(kinds)]
ends = ends[ends["asked"] == "active"].set_index(
    ["world", "sees", "question", "measure"]
)


def percent(row):
    """A share with its interval, in percent."""
    return f"{row['value']:.0%} [{row['low']:.0%}, {row['high']:.0%}]"


rows = [
    {
        "world": world,
        "sees": sees,
        "true angle at the stop": f"{ends.loc[(world, sees, 'stop', 'angle'), 'value']:.0f}",
        "not mended": f"{ends.loc[(world, sees, 'unmended', 'angle'), 'value']:.0f}",
        "inside, answers alone": percent(
            ends.loc[(world, sees, "unmended", "inside alone")]
        ),
        "inside, with what is not mended": percent(
            ends.loc[(world, sees, "unmended", "inside")]
        ),
    }
    for world in ("drawn", "paintings")
    for sees in ("descriptor", "truth")
]
if usual:
    for world in ("drawn", "paintings"):
        assert ends.loc[(world, "descriptor", "unmended", "inside alone"), "high"] < 0.5
        assert ends.loc[(world, "descriptor", "unmended", "inside"), "value"] > 0.8
        assert ends.loc[(world, "truth", "stop", "angle"), "value"] > 5
figures.table(
    pd.DataFrame(rows),
    caption=f"Angles in degrees, chosen questions. Inside: how often the true angle is below {recorded.facts['likely']} times what is said of it (95 % would be inside if that were right), from {recorded.facts['settled']} answers on; what is not mended is taken from one half of the experts, and the other half is judged.",
)

# %% [markdown]
# What the answers alone promise holds for one expert in ten. With the unmended part it holds for about nine in ten *other* experts, and so the page and `csdlib feedback fit` say both: how far more answers could turn your weights, and how far they may be off. Even where the truth is seen there is a rest of some degrees: guessed answers and a prior that nobody quite fits. And the number was measured on simulated experts: for a person it is a floor.
#
# ## Experts who disagree
#
# Average a painter who looks at marks with a curator who looks at colour, and you get the taste of nobody. Each expert keeps a metric. Where many experts give few answers each, they are sorted into *groups* that mean the same, by expectation and maximisation {cite:p}`dempster1977`.

# %% tags=["hide-input"]
groups = recorded.frame[recorded.frame["question"] == "groups"]
groups = groups.assign(
    label=[
        f"{row.experts:.0f} experts, {row.answers:.0f} answers each"
        for row in groups.itertuples()
    ]
)
index = groups[groups["measure"] == "adjusted Rand index"]
found_two = groups[groups["measure"] == "two groups found"]
if usual:
    assert index["value"].min() < 0.6
    assert index[index["answers"] == 40]["value"].min() > 0.85
figures.show(
    figures.intervals(
        pd.concat([index, found_two]), group="measure", axis="index, or share of runs"
    ),
    caption=f"Two planted groups, palette and marks: how well experts are sorted (adjusted Rand index: 1 right, 0 chance), and how often held-out answers prefer two groups to one or three. {recorded.facts['repeats']} runs each, 95 % intervals over runs.",
    alt="Points with intervals. Adjusted Rand index: "
    + "; ".join(f"{row.label} {row.value:.2f}" for row in index.itertuples()),
)

# %% [markdown]
# With forty answers each, even six experts fall into their groups. *How many* groups there are is the harder question: held-out answers often do not say.
#
# ## What it is good for
#
# A learned metric is a file. `csdlib feedback ask PICTURES triplets.csv` writes questions about a folder of yours, `csdlib feedback fit` learns and writes the metric, and `csdlib search --metric` looks by it; `scoring.load_metric` puts pictures into its space for maps and all else. A museum's restorer and its registrar may search one collection by two metrics. What it is *not*: evidence of what style is. It says what one person weighs, among the facets that were offered.
#
# ## Summary
#
# - A triplet needs no theory of style, and its answers have one: weights over facets.
# - Choose the question that is open *and* teaches; keep others aside to be judged by.
# - Answers cure the ignorance of the learner, not that of the descriptor.
# - Sure weights are not right weights: look at what is foretold.
# - Disagreement is knowledge; average it last.
#
# ## Exercises
#
# **1. Which question teaches most? (15 minutes)** Write `next_question(differences, weights, covariance)`: the row for which $p (1 - p)\, J \Sigma J^T$ is largest, where $p$ is the probability that first is nearer, $J = x \odot w$, and $\Sigma$ the covariance of the weights' logarithms. What would the most *open* question be ($p$ nearest to one half), and why is it not the best?


# %% tags=["exercise"]
def next_question(
    differences: np.ndarray, weights: np.ndarray, covariance: np.ndarray
) -> int:
    """The row of the question that teaches most."""
    return 0  # your code here


# %% tags=["solution"]
def next_question(
    differences: np.ndarray, weights: np.ndarray, covariance: np.ndarray
) -> int:
    """The row of the question that teaches most."""
    pull = differences * weights
    p = 1 / (1 + np.exp(-pull.sum(axis=1)))
    unsure = np.einsum("nf,fg,ng->n", pull, covariance, pull)
    return int((p * (1 - p) * unsure).argmax())


questions = apart.differences(draw_triplets(len(shown), 300, seed=seed + 1))
taught = learn_judgement(np.zeros((0, len(start))), [], apart.groups, start=start)
chosen = next_question(questions, taught.weights, taught.covariance)
openest = np.abs(taught.probability(questions) - 0.5).argmin()
for name, row in (("teaches most", chosen), ("most open", openest)):
    print(
        f"{name}:",
        ", ".join(
            f"{f} {x:+.1f}" for f, x in zip(apart.groups, questions[row], strict=True)
        ),
    )


# %% tags=["mistake"]
# The question that is most open: it may ask about what is known already.
def next_question(
    differences: np.ndarray, weights: np.ndarray, covariance: np.ndarray
) -> int:
    return int(np.abs(differences @ weights).argmin())


# %% tags=["check"]
trial = np.random.default_rng(3)
for _ in range(50):
    x, w = trial.normal(size=(40, 3)), trial.uniform(0.5, 3, 3)
    root = trial.normal(size=(3, 3))
    given = next_question(x, w, root @ root.T)
    p = 1 / (1 + np.exp(-(x @ w)))
    worth = [
        q * (1 - q) * np.sum(((r * w) @ root) ** 2) for q, r in zip(p, x, strict=True)
    ]
    assert given == int(np.argmax(worth))

# %% [markdown]
# **2. The taste of nobody (20 minutes).** Write `foretold(x, said, of)`: the share of answers that a metric learned from *all* experts' answers together foretells, expert by expert. Two experts are given who weigh palette and marks. Compare with each one's own metric.


# %% tags=["exercise"]
def foretold(x: np.ndarray, said: np.ndarray, of: np.ndarray) -> dict[int, float]:
    """The share of each expert's answers that one metric of all foretells."""
    return {int(who): 1.0 for who in np.unique(of)}  # your code here


# %% tags=["solution"]
def foretold(x: np.ndarray, said: np.ndarray, of: np.ndarray) -> dict[int, float]:
    """The share of each expert's answers that one metric of all foretells."""
    names = [str(facet) for facet in range(x.shape[1])]
    right = (learn_judgement(x, said, names).probability(x) > 0.5) == said
    return {int(who): float(right[of == who].mean()) for who in np.unique(of)}


tastes = [Expert(6.0 * (np.arange(len(start)) == place)) for place in (0, 2)]
rows = [
    apart.differences(draw_triplets(len(shown), 60, seed=place)) for place in (0, 1)
]
said = [
    each.answer(x, np.random.default_rng(seed))
    for each, x in zip(tastes, rows, strict=True)
]
print(
    "together:",
    foretold(np.concatenate(rows), np.concatenate(said), np.repeat([0, 1], 60)),
)
for who, (x, own) in enumerate(zip(rows, said, strict=True)):
    print("alone:", foretold(x, own, np.full(60, who)))


# %% tags=["mistake"]
# A metric for each expert: that is the comparison, and not the metric of all.
def foretold(x: np.ndarray, said: np.ndarray, of: np.ndarray) -> dict[int, float]:
    names = [str(facet) for facet in range(x.shape[1])]
    shares = {}
    for who in np.unique(of):
        own = of == who
        told = learn_judgement(x[own], said[own], names).probability(x[own]) > 0.5
        shares[int(who)] = float((told == said[own]).mean())
    return shares


# %% tags=["check"]
trial = np.random.default_rng(0)
x = trial.normal(size=(400, 2))
of = np.repeat([0, 1], 200)
said = np.where(of == 0, x[:, 0] > 0, x[:, 1] > 0)
shares = foretold(x, said, of)
assert set(shares) == {0, 1}
assert all(0.65 < share < 0.9 for share in shares.values()), "one metric suits neither"
assert foretold(x[:200], said[:200], of[:200])[0] > 0.9

# %% [markdown]
# **3. You, and somebody else (an hour, open).** Let two people answer in the page, and save both files. Fit each with `csdlib feedback fit`. Where do the weights differ beyond their intervals, and how often do they agree on questions that both met? A good answer shows a picture pair on which they disagree, and says whether it is the weights or something that no facet holds.
#
# ## Further reading
#
# - {cite:t}`tamuz2011` learn from triplets and choose them as we do. {cite:t}`houlsby2011` on questions that teach most.
# - {cite:t}`schapiro1953`: what historians mean by style, and that they mean several things.
# - Next: [a small Stable Diffusion](a_small_stable_diffusion), the generator of the chapters that follow.
