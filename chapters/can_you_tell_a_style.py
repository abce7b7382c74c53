# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Can you tell a style?", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny, data/models/clip-tiny]}
# ---

# %% [markdown]
# # Can you tell a style?
#
# ## Overview
#
# A class has taken [the test](test_yourself). Are people better than descriptors, do they agree with each other, and on what do both fail? This chapter reads the files that the page of the test exports. **By default it has no class**: its readers are simulated, by a model that the chapter states. What it finds then is about the method, and never about people. You will
#
# - compare readers and {term}`descriptors <descriptor>` on the same trials, with intervals over readers *and* trials,
# - see how far readers agree, and why to agree is not to be right,
# - let a crowd vote,
# - find out how many readers, and how many *trials*, a claim about people needs.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Test yourself](test_yourself): take it first, this chapter tells answers | needed |
# | [The retrieval benchmark](retrieval_benchmark): paired intervals | helpful |
#
# **Time:** twenty-five minutes to read, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: the one of the test that was taken
root = ""  # folder of the data set, for all but the atelier
trials = 20  # trials of the test
answers = ""  # folder of files that readers exported, instead of simulated readers
readers = 24  # simulated readers, where there is no such folder
descriptor = "csd-tiny"  # what looks at style
baselines = "clip-tiny, colour"  # descriptors beside it, separated by commas
seed = 31  # seed of the random draws: the test's, and that of the simulated readers

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from scipy.stats import binom

import csdlib
from csdlib import figures
from csdlib.metrics import (
    bootstrap,
    correlation,
    crossed_mean,
    crossed_parts,
    unpaired_difference,
    wilson,
)
from csdlib.recipes import style_test
from csdlib.scoring import (
    ReaderModel,
    agreement,
    crowd_shares,
    majority,
    psychometric,
    read_readers,
    simulated_readers,
)
from csdlib.similarity import choose
from csdlib.texts import split_names

SHARE, DIFFERENCE = (0.0, 1.0), (-1.0, 1.0)
settings = (dataset, trials, answers, readers, descriptor, baselines, seed)
usual = settings == ("atelier", 20, "", 24, "csd-tiny", "clip-tiny, colour", 31)
who = "readers" if answers else "simulated readers"

# %% [markdown]
# ## The readers
#
# The trials are those of the test, drawn again by the same seed. A simulated reader weighs what the descriptors below see, by weights of their own; adds noise, which shrinks with practice; takes the best candidate; and now and then does not look (a {term}`lapse`). The noise is set so that such readers are right about as often as the paper's people, 55 % {cite:p}`somepalli2024csd`. So their share is no finding.

# %%
test = style_test(dataset, root, trials=trials, seed=seed)
chosen = {
    name: choose(test, csdlib.embed(test.table, csdlib.load(name)))
    for name in [descriptor, *split_names(baselines)]
}
if answers:
    found = read_readers(answers, test)
else:
    found = simulated_readers(list(chosen.values()), readers, seed=seed)
right = (found.choices == test.answer).astype(float)
print(f"{len(found)} {who}, {len(test)} trials, edition {test.edition}")
print("" if answers else ReaderModel())

# %% tags=["hide-input"]
left_out = found.problems or {"–": "nothing was left out"}
if not answers:
    left_out = {"–": "simulated readers have no files"}
figures.table(
    pd.DataFrame({"file": left_out.keys(), "left out, because": left_out.values()}),
    caption="What was left out of the answers, and why. Files come from strangers: what is no whole set of answers to this very edition of the test, or a second attempt, does not count.",
)

# %% [markdown]
# ## Beside the descriptors
#
# All readers meet the same trials. So their answers are no independent draws: an easy trial is easy for everybody. An interval has to ask what other readers *and other trials* would have told, both drawn at once (a {term}`crossed <crossed interval>` interval {cite:p}`owen2007`). The difference from a descriptor is paired: both have met the same trials.

# %%
parts = {"all": test.related | True}
if test.related.any():
    parts |= {"other movements": ~test.related, "a sibling among them": test.related}
rows, gaps = [], []
for part, kept in parts.items():
    share, _ = crossed_mean(right[:, kept], bounds=SHARE)
    rows.append({"label": who, "trials": part} | share.row())
    for name, each in chosen.items():
        own = wilson(each.right[kept].sum(), kept.sum())
        rows.append({"label": name, "trials": part} | own.row())
        gap, _ = crossed_mean(right[:, kept] - each.right[kept], bounds=DIFFERENCE)
        gaps.append({"label": f"{who} minus {name}", "trials": part} | gap.row())
shares, gaps = pd.DataFrame(rows), pd.DataFrame(gaps)
if test.related.any():
    easier = unpaired_difference(right.mean(axis=0), ~test.related)
    print(f"without a sibling minus with one: {easier.percent()} points, {who}")

# %% tags=["hide-input"]
chart = figures.intervals(shares, group="trials", axis="share of right answers")
for at in (1 / test.candidates, 0.55):
    chart.add_vline(x=at, line_color="#888888", line_dash="dot")
of = shares[shares["trials"] == "all"].set_index("label")["value"]
figures.show(
    chart,
    caption=f"Who is right how often, on the same {len(test)} trials. {who.capitalize()}: 95 % intervals over readers and trials; descriptors: Wilson's, over trials. Dotted: chance, and the paper's people, about 55 %, who saw other pictures (arXiv:2404.01292).",
    alt="Points with intervals. On all trials: "
    + "; ".join(f"{label} {value:.0%}" for label, value in of.items()),
)

# %% tags=["hide-input"]
whole = shares[shares["trials"] == "all"].set_index("label")
if usual:
    width = whole["high"] - whole["low"]
    assert width[who] > 0.5 * width.drop(who).max()
    assert ((gaps["low"] < 0) & (gaps["high"] > 0)).mean() > 0.5
said = [
    f"{100 * row['value']:+.0f} [{100 * row['low']:+.0f}, {100 * row['high']:+.0f}]"
    for row in gaps.to_dict("records")
]
table = gaps.assign(said=said).set_index(["label", "trials"])["said"]
figures.table(
    pd.DataFrame(
        {part: table.xs(part, level="trials") for part in parts}
    ).reset_index(),
    caption="Paired differences in percentage points, with 95 % intervals over readers and trials.",
)

# %% [markdown]
# Look at the lengths first. There are two dozen readers and one of each descriptor, and yet the readers' interval is more than half as long: what is missing is not readers. For the same reason most differences here lie within their interval. Trials with a sibling were meant to be harder; whether so few of them show it, the printed line says.
#
# ## Easy for one, easy for the other?
#
# For each trial the descriptor has a *margin*: the similarity of the right candidate minus that of the best wrong one. Are readers right where it is large? The curve below is a {term}`psychometric curve`, from chance up to one minus the lapses {cite:p}`wichmann2001`.

# %%
margin = chosen[descriptor].margin
curve = psychometric(margin, right.sum(axis=0), len(found))
together = correlation(margin, right.mean(axis=0))
print(f"correlation of margin and share: {together}, over {len(test)} trials")

# %% tags=["hide-input"]
line = np.linspace(margin.min() - 0.05, margin.max() + 0.05, 101)
chart = go.Figure()
for number, (kind, kept) in enumerate(list(parts.items())[-2:]):
    chart.add_scatter(
        x=margin[kept],
        y=right.mean(axis=0)[kept],
        mode="markers",
        name=kind,
        marker={
            "color": figures.COLOURS[number],
            "symbol": figures.SYMBOLS[number],
            "size": 9,
        },
    )
grey = {"color": "#888888"}
chart.add_scatter(x=line, y=curve.share(line), mode="lines", line=grey, name="curve")
chart.add_vline(x=0, line_color="#888888", line_dash="dot")
chart.update_layout(
    xaxis_title=f"margin of {descriptor} (left of 0 it errs)",
    yaxis={"title": "share of readers who are right", "range": [0, 1.02]},
)
figures.show(
    chart,
    caption="Each point is a trial."
    + (
        ""
        if answers
        else " Simulated readers look through the descriptors' eyes: that the curve rises is built into them."
    ),
    alt=f"Points and a curve with the slope {curve.slope:.1f}; half way up at a margin of {curve.threshold:.2f}. Correlation {together.value:.2f}.",
)

# %% [markdown]
# With people the curve is the interesting part: trials far from it are those where people see something else than the descriptor. Look at these pictures, not at the mean.
#
# ## Which movements are taken for each other

# %% tags=["hide-input"]
movement, others = test.of("movement")
names = sorted(set(movement) | set(others.ravel()))
counts = pd.DataFrame(0.0, index=names, columns=names)
for trial, own in enumerate(movement):
    for choice in found.choices[:, trial]:
        counts.loc[own, others[trial, choice]] += 1
rows_of = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
chart = go.Figure(
    go.Heatmap(
        z=rows_of,
        x=names,
        y=names,
        # Pale, so that the numbers can be read in the light and in the dark.
        colorscale=[[0, "rgba(0, 114, 178, 0)"], [1, "rgba(0, 114, 178, 0.5)"]],
        zmin=0,
        zmax=1,
        text=[[f"{v:.2f}" if v else "" for v in row] for row in rows_of.to_numpy()],
        texttemplate="%{text}",
        colorbar={"title": "share"},
    )
)
chart.update_layout(
    xaxis={"title": "movement of the chosen candidate", "tickangle": -40},
    yaxis={"title": "of the reference", "autorange": "reversed"},
    height=520,
)
diagonal = {name: rows_of.loc[name, name] for name in dict.fromkeys(movement)}
least = min(diagonal, key=diagonal.get)
few = np.unique(movement, return_counts=True)[1]
if usual:
    assert rows_of.loc[list(diagonal)].idxmax(axis=1).eq(list(diagonal)).all()
figures.show(
    chart,
    caption=f"Of the answers to references of a movement, which share went to candidates of which. A sibling is of the right movement, too. {few.min()} to {few.max()} trials stand behind a row: no row has an interval worth drawing, and none is a statement about a movement.",
    alt=f"A table of shares. Least often chosen: the right movement for references of {least}, {diagonal[least]:.0%}.",
)

# %% [markdown]
# ## Do readers agree?
#
# {term}`Fleiss' kappa` asks how many pairs of readers chose the same candidate, beyond what chance gives {cite:p}`fleiss1971`: 1 if all always do, 0 for people who guess. It does not ask whether they are *right*. So look at it where the descriptor errs, too: do readers fall for the same candidate?

# %%
errs = ~chosen[descriptor].right
print(f"kappa over all trials: {agreement(found.choices)}")
if errs.sum() > 1:
    there = agreement(found.choices[:, errs])
    print(f"kappa where {descriptor} errs ({errs.sum()} trials): {there}")

# %% [markdown]
# The interval is over readers and over trials; each is left out in turn. Bands such as "fair" or "substantial" are often quoted for kappa. They have no foundation beyond custom, and kappa depends on how hard the trials are: it compares two classes only on the same ones.
#
# ## The vote of a crowd
#
# If readers err each in their own way, a vote is better than its voters {cite:p}`galton1907`. If they err together, it is not.

# %%
sizes = [size for size in (1, 3, 5, 9, 15, 24, 50) if size <= len(found)]
crowds = crowd_shares(found.choices, test.answer, sizes, seed=seed)
vote = majority(found.choices, test.answer)
if usual:
    assert crowds["share"].is_monotonic_increasing
gain = bootstrap(vote - right.mean(axis=0), bounds=DIFFERENCE, unit="trial")
print(f"vote of all minus the mean reader: {gain.percent()} points")

# %% tags=["hide-input"]
chart = figures.lines(
    crowds, x="readers", ys=["share"], titles=("readers who vote", "share right")
)
of = pd.Series({name: each.right.mean() for name, each in chosen.items()})
for value, those in of.groupby(of):
    said = {"text": ", ".join(those.index), "xanchor": "right"}
    chart.add_hline(y=value, line_color="#888888", line_dash="dot", annotation=said)
chart.update_layout(yaxis_range=[0, 1])
figures.show(
    chart,
    caption="How often the vote of so many readers is right: the mean over crowds drawn from all readers. Dotted: descriptors on the same trials.",
    alt=f"A curve from {crowds['share'].iloc[0]:.0%} for one reader to {crowds['share'].iloc[-1]:.0%}.",
)

# %% [markdown]
# Trials that mislead most readers mislead the vote for certain. That is where the curve levels off.
#
# ## Do readers learn?
#
# Everyone meets the trials in an order of their own, so early and late trials are equally hard on average. After each choice the right answer is shown; readers might learn the hands.

# %%
by_position = np.take_along_axis(right, found.order, axis=1)
half = len(test) // 2
late = by_position[:, half:].mean(axis=1) - by_position[:, :half].mean(axis=1)
learned = bootstrap(late, bounds=DIFFERENCE, unit="reader", seed=seed)
print(f"second half minus first half: {learned.percent()} points, {learned.n} readers")

# %% [markdown]
# The model has practice in it, and yet so few readers need not show it: an interval that holds 0 is no proof that nothing was learned.
#
# ## How many readers, how many trials?
#
# One reader with twenty trials has an interval of some forty points: enough to tell sight from guessing, no more. For a class, the variance has three parts: what readers differ by, what trials differ by, and the rest. More readers shrink the first and the last. The second stays.

# %%
best = chosen[descriptor].right.astype(float)
parts_of = crossed_parts(right - best)
print(f"one reader: {wilson(round(0.55 * trials), trials).percent()} %")
print(f"variance: readers {parts_of.row:.3f}, trials {parts_of.column:.3f}", end="")
print(f", rest {parts_of.rest:.3f}")

# %% tags=["hide-input"]
numbers = np.unique(np.geomspace(1, 1000, 40).round().astype(int))
reach = pd.DataFrame({"readers": numbers})
for count in (20, 40, 80, 160):
    reach[f"{count} trials"] = [
        100 * parts_of.half_width(number, count) for number in numbers
    ]
apart = 100 * abs(best.mean() - 0.55)
chart = figures.lines(
    reach,
    x="readers",
    ys=list(reach)[1:],
    titles=("readers (log scale)", "half the interval of the difference (points)"),
)
chart.update_xaxes(type="log")
chart.add_hline(y=apart, line_color="#888888", line_dash="dash")
if usual:
    at = reach.set_index("readers")["20 trials"]
    assert at.loc[12:].iloc[0] < 1.1 * at.iloc[-1]
figures.show(
    chart,
    caption=f"Half of the 95 % interval of readers minus {descriptor}, by how many readers answer how many trials. Dashed: the difference of 55 % from {descriptor}'s share here, {apart:.0f} points; below the line it is told apart.",
    alt=f"Falling curves; a dashed line at {apart:.0f} points.",
)

# %% tags=["hide-input"]
rows = []
for name, each in chosen.items():
    own = each.right.astype(float)
    apart, of = abs(own.mean() - 0.55), crossed_parts(right - own)
    row = {"descriptor": name, "from 55 % (points)": f"{100 * apart:.0f}"}
    for count in (20, 80, 320):
        told = (n for n in range(1, 1001) if of.half_width(n, count) < apart)
        row[f"{count} trials"] = str(next(told, "–"))
    rows.append(row)
counted = pd.DataFrame(rows)
if usual:
    assert (counted == "–").any(axis=None)
figures.table(
    counted,
    caption="How many readers tell people who are right in 55 % from each descriptor. –: a thousand readers do not.",
)

# %% [markdown]
# A large difference is told by two or three readers, and a small one by no number of them. Each curve levels off at what its trials leave open. Beyond a dozen readers the next reader adds next to nothing, and the next twenty trials do. This is not a matter of people: whoever compares two descriptors on a few queries pays the same. If only *these* trials are of interest, their part of the variance may be left out; then the claim is about these trials, too.
#
# ## Summary
#
# - Readers who meet the same trials are not independent: an interval is over readers and trials.
# - To agree is not to be right; a vote helps against errors that readers do not share.
# - Few readers with many trials tell more than many readers with few.
# - All of this was shown on simulated readers, unless you gave a folder.
#
# ## Exercises
#
# **1. Above guessing (10 minutes).** Write `least_right(n, candidates)`: how many of $n$ right answers are so many that somebody who only guesses reaches them in at most one of twenty tests? Guess for twenty trials first.


# %% tags=["exercise"]
def least_right(n: int, candidates: int = 4) -> int:
    """The fewest right answers that guessing reaches in at most 5 % of the tests."""
    return n // candidates  # your code here


# %% tags=["solution"]
def least_right(n: int, candidates: int = 4) -> int:
    """The fewest right answers that guessing reaches in at most 5 % of the tests."""
    reached = binom.sf(np.arange(n + 1) - 1, n, 1 / candidates)
    return int(np.argmax(reached <= 0.05))


print(f"{least_right(20)} of 20; {least_right(100)} of 100")


# %% tags=["mistake"]
# One too few: `sf(k)` is the chance of *more* than k, and not of k or more.
def least_right(n: int, candidates: int = 4) -> int:
    reached = binom.sf(np.arange(n + 1), n, 1 / candidates)
    return int(np.argmax(reached <= 0.05))


# %% tags=["check"]
for n, candidates in ((20, 4), (50, 4), (30, 2)):
    least = least_right(n, candidates)
    assert binom.sf(least - 1, n, 1 / candidates) <= 0.05, "guessed too often"
    assert binom.sf(least - 2, n, 1 / candidates) > 0.05, "one less would do"

# %% [markdown]
# **2. A vote with weights (20 minutes).** Some readers are better than others. Write `weighted_vote(choices, weights)`: the candidate with the largest sum of weights in each trial. Then weigh each reader by the share of right answers in *the other* trials (why not in all?), and compare with the plain vote.


# %% tags=["exercise"]
def weighted_vote(choices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The candidate with the largest sum of weights, of choices and weights (r, n)."""
    return choices[0]  # your code here


# %% tags=["solution"]
def weighted_vote(choices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The candidate with the largest sum of weights, of choices and weights (r, n)."""
    places = choices[:, :, None] == np.arange(choices.max() + 1)
    return (weights[:, :, None] * places).sum(axis=0).argmax(axis=1)


# A trial must not weigh its own voters: whoever is right there would count more there.
elsewhere = (right.sum(axis=1, keepdims=True) - right) / (len(test) - 1)
better = weighted_vote(found.choices, elsewhere) == test.answer
print(f"weighted {better.mean():.0%}, plain {vote.mean():.0%}")


# %% tags=["mistake"]
# The choice of the heaviest reader: two lighter ones may weigh more together.
def weighted_vote(choices: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return choices[weights.argmax(axis=0), np.arange(choices.shape[1])]


# %% tags=["check"]
three = np.array([[0, 1], [0, 2], [1, 2]])
assert weighted_vote(three, np.ones((3, 2))).tolist() == [0, 2]
heavy = np.array([[1, 9], [1, 1], [5, 1]])
assert weighted_vote(three, heavy).tolist() == [1, 1]
# Two votes of 2 against one of 3; and candidates have numbers, but no middle.
one_trial, weights = np.array([[0], [2], [2]]), np.array([[3], [2], [2]])
assert weighted_vote(one_trial, weights).tolist() == [2]

# %% [markdown]
# **3. A class of your own (an hour, open).** Let eight people or more take [the test](test_yourself) and save their answers as files. Put the files into a folder and run this chapter with `answers`. Name the claim that you can make, with its interval, and one that you cannot. Which trial lies farthest from the curve, and what do people see there?
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd` for the human study that began this.
# - {cite:t}`wichmann2001` on psychometric curves, and what can go wrong in fitting them.
# - {cite:t}`owen2007` on intervals for tables whose rows and columns are both drawn.
# - Next: [the loss by hand](the_loss_by_hand).
