# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "Test yourself", minutes: 0.5, accelerator: none, data: [data/models/csd-tiny, data/models/clip-tiny]}
# ---

# %% [markdown]
# # Test yourself: who made this?
#
# ## Overview
#
# In the CSD paper, people look at one picture and choose, of four others, the one by the same artist, a {term}`forced choice`. Untrained people are right in about 55 % of the cases, where guessing gives 25 % {cite:p}`somepalli2024csd`. Now it is your turn, on painters of the {term}`atelier`. You will
#
# - take such a test here, in the page: some five minutes,
# - see after each choice what three {term}`descriptors <descriptor>` would have chosen,
# - compare your share with theirs, with chance and with the paper's people, and see how little twenty trials tell,
# - keep your answers as a link or a file, if you wish.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | nothing: take the test first, and read later | |
# | [Quickstart](quickstart): what a descriptor compares | helpful |
#
# **Time:** fifteen minutes to take and to read, less than one to run.

# %% tags=["parameters"]
dataset = "atelier"  # the data set: atelier, or folder for pictures of your own
root = ""  # folder of the data set, with one subfolder an artist
trials = 20  # trials of the test
descriptor = "csd-tiny"  # what looks at style
baselines = "clip-tiny, colour"  # descriptors beside it, separated by commas
seed = 31  # seed of the random draws: another seed is another test

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
from scipy.stats import norm

import csdlib
from csdlib import figures
from csdlib.metrics import wilson
from csdlib.recipes import style_test
from csdlib.similarity import choose
from csdlib.texts import split_names

# %% [markdown]
# ## The test
#
# Look at how it is painted, not at what: the candidates of a trial all show one subject, and the reference shows another.

# %%
test = style_test(dataset, root, trials=trials, seed=seed)
chosen = {
    name: choose(test, csdlib.embed(test.table, csdlib.load(name)))
    for name in [descriptor, *split_names(baselines)]
}

# %% tags=["hide-input"]
figures.style_test_figure(
    test,
    chosen,
    caption=f"{len(test)} trials with {test.candidates} candidates each (edition {test.edition} of the test). Everybody meets the trials in an order of their own. Answers stay in this page, unless you take them out yourself.",
)

# %% [markdown]
# If you would rather not know yet how it was made, stop here and begin.
#
# ## Why it is a fair test
#
# A test of style must not be passed by other means. So the trials are drawn under rules, and the next table is counted from the trials above.
#
# - **Nobody has seen these painters.** They are the sixteen whom neither `clip-tiny` nor `csd-tiny` has learned from, and the works are such as nothing was trained on. A test on familiar painters would ask the descriptors for memory, and you for sight.
# - **The subject says nothing.** All candidates of a trial show the same one, and the reference another.
# - **The place says nothing.** The right candidate stands equally often at each.
# - **The difficulty is known.** In half of the trials one of the wrong candidates is by a *sibling*: another painter of the reference's movement. In the other half all of them are by painters of other movements.
#
# The seed was set before anybody had seen what a descriptor makes of this draw, and it stayed. The rule about siblings was not: that they make trials harder for descriptors had been measured on the same works, in other draws, before it was chosen.

# %% tags=["hide-input"]
(maker, artists), (shown, asked) = test.of("artist"), test.of("content")
asked_for = np.unique(maker, return_counts=True)[1]
unseen = test.table.manifest.get("unseen", [])
facts = {
    "works; shown more than once": f"{len(test.table)}; {len(test.table) - len(set(test.table.ids))}",
    "painters; references of each": f"{len(asked_for)}; {asked_for.min()} or {asked_for.max()}",
    "painters from whom a descriptor has learned": len(
        set(artists.ravel()) - set(unseen)
    )
    if unseen
    else "unknown",
    "trials whose candidates show one subject": sum(
        len(set(row)) == 1 for row in asked
    ),
    "trials whose reference shows it, too": int((shown[:, None] == asked).any(1).sum()),
    "right candidates at each place": ", ".join(
        map(str, np.bincount(test.answer, minlength=test.candidates))
    ),
    "trials with a sibling among the candidates": int(test.related.sum()),
}
if dataset == "atelier":
    assert facts["painters from whom a descriptor has learned"] == 0
    assert len(unseen) == len(asked_for) == 16 or trials < 16
    assert np.ptp(np.bincount(test.answer)) <= 1
    assert abs(2 * test.related.sum() - trials) <= 1
    assert facts["trials whose reference shows it, too"] == 0
figures.table(
    pd.DataFrame({"what": facts.keys(), "counted": map(str, facts.values())}),
    caption="The trials of this page, counted. Of a folder of your own nobody knows subjects and movements: then their rules are left out.",
)

# %% [markdown]
# What remains: the pictures are small, and you look at them on a screen; the descriptors look at the same pictures before they were compressed for this page. And you learn. After a few trials you have seen some hands before, which the descriptors have not. That is why the order of the trials is drawn anew for everybody, and why only a *first* attempt counts as an answer: [Can you tell a style?](can_you_tell_a_style) looks at what a class learns on the way.
#
# ## What your number is worth
#
# Your share comes with Wilson's interval {cite:p}`wilson1927`: the shares that such a result would not be surprising for. It is long. Of twenty trials even this much cannot be told apart:

# %%
for right in (5, 11, 15):
    share = wilson(right * trials // 20, trials)
    print(f"{right * trials // 20} of {trials} right: {share.percent()} %")

# %% [markdown]
# The first is what guessing gives on average, the second is near to the paper's people, the third near to its best descriptor. Neighbours overlap. One reader with one test is an anecdote. A class is not, and the next chapter reads one.
#
# The paper's people saw *other* pictures, by other artists, mostly real ones. Their share stands beside yours because the task is the same. It is no goal, and a larger share here does not make you better than they are.
#
# ## What leaves this page
#
# Nothing by itself. The link carries your answers behind its `#`, and this part of an address is never sent to a server. The file holds the edition of the test, your answers in the order in which you gave them, which attempt it was, and a nickname if you typed one. (Attempts are counted on trust: a page that is loaded anew knows of none that you did not keep.) What you keep in this browser you can delete with the same button. Whoever collects files of a class gets them from the readers, by whichever way they choose.
#
# ## Summary
#
# - A forced choice asks for style alone only where subject, place and memory cannot help.
# - Trials have a difficulty, and it should be known before anybody answers.
# - Twenty trials of one reader tell guessing from seeing, and hardly more.
#
# ## Exercises
#
# **1. The interval by hand (15 minutes).** Wilson asks: for which true shares $p$ would the found share $\hat p$ of $n$ trials lie within $z$ standard errors, $|\hat p - p| \le z \sqrt{p (1 - p) / n}$? Write `score_interval(right, n)`, for 95 %: solve the quadratic equation, or try many $p$.


# %% tags=["exercise"]
def score_interval(right: int, n: int) -> tuple[float, float]:
    """The lowest and the highest share that the result allows."""
    return 0.0, 1.0  # your code here


# %% [markdown] tags=["hint"]
# Eleven right of twenty give `(0.342, 0.742)`, none of twenty `(0, 0.161)`: the interval is never outside [0, 1], and never of width 0.


# %% tags=["solution"]
def score_interval(right: int, n: int) -> tuple[float, float]:
    """The lowest and the highest share that the result allows, tried one by one."""
    shares = np.linspace(0, 1, 200_001)
    errors = np.sqrt(shares * (1 - shares) / n)
    allowed = shares[np.abs(right / n - shares) <= norm.ppf(0.975) * errors + 1e-12]
    return float(allowed.min()), float(allowed.max())


# %% tags=["mistake"]
# The interval of the textbook's first page, with the found share in the root: of width 0 where nothing was right.
def score_interval(right: int, n: int) -> tuple[float, float]:
    share = right / n
    error = norm.ppf(0.975) * np.sqrt(share * (1 - share) / n)
    return share - error, share + error


# %% tags=["check"]
for right, n in ((0, 20), (11, 20), (37, 40), (20, 20)):
    exact = wilson(right, n)
    assert np.allclose(score_interval(right, n), (exact.low, exact.high), atol=1e-4)

# %% [markdown]
# **2. Your own test (30 minutes, open).** Give `root` a folder of your own pictures, with a subfolder for each of four artists or more, and `dataset` the value `folder`. Take the test, and let somebody else take it. Which of the rules above cannot be kept, and by what else than style could one find the answer?
#
# ## Further reading
#
# - {cite:t}`somepalli2024csd`, whose human study this page repeats in small.
# - {cite:t}`wilson1927` in two pages, on probable inference.
# - Next: [what a whole class's answers tell](can_you_tell_a_style).
