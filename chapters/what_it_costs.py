# ---
# jupyter:
#   jupytext:
#     text_representation: {extension: .py, format_name: percent}
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   csd: {title: "What it costs", minutes: 0.5, accelerator: none, data: [data/results/bench.csv, book/times.csv]}
# ---

# %% [markdown]
# # What it costs
#
# ## Overview
#
# Whoever chooses a tool asks two things first: how long until the first answer, and how long for everything? Seconds do not tell,
# because they belong to a machine, and yours is another. So this page shows **ratios**: the same task, done by `csdlib` and by
# what one would use otherwise, in turns, on the same machine, within the same minutes. In this chapter you will
#
# - find out where `csdlib` is quicker than the obvious way, where it is not, and why,
# - read ratios without being fooled by them,
# - see what a page of this book costs.
#
# ## Prerequisites
#
# | you should know | how much it matters |
# |---|---|
# | [Quickstart](quickstart): descriptors and retrieval | helpful |
# | logarithms | needed for one exercise |
#
# **Time:** five minutes to read, less than one to run: everything here is recorded.

# %% tags=["parameters"]
machine = ""  # processor whose measurements are shown; empty: that of the latest

# %% tags=["hide-input"]
import numpy as np
import pandas as pd
import plotly.graph_objects as go
from IPython.display import display

import csdlib
from csdlib import figures

history = pd.read_csv(csdlib.data_path("results/bench.csv"))
# Beside the data, wherever the notebook lies.
times = pd.read_csv(csdlib.data_path("results").parents[1] / "book" / "times.csv")
machine = machine or history["processor"].iloc[-1]
ours = history[history["processor"] == machine]
if ours.empty:
    raise csdlib.InputError(
        f"no measurements on {machine!r}; there are {', '.join(history['processor'].unique())}"
    )
latest = ours[ours["revision"] == ours["revision"].iloc[-1]].drop_duplicates(
    "name", keep="last"
)
latest = latest.assign(ratio=latest["ours"] / latest["theirs"])

# %% [markdown]
# ## Beside what one would use
#
# Each row is a task that was done twice: by `csdlib`, and by what one would use otherwise. Left of the line, at ratios below 1,
# `csdlib` is quicker. The axis is logarithmic, so that twice as quick and twice as slow lie equally far from the line. **Before
# you look:** on which kinds of task would you expect a well-known library to win?

# %% tags=["hide-input"]
shown = latest.sort_values("ratio", ascending=False)
quicker = (shown["ratio"] < 1).to_numpy()
chart = go.Figure()
for place, (side, name) in enumerate(
    ((quicker, "csdlib is quicker"), (~quicker, "the other is quicker"))
):
    part = shown[side]
    marker = {
        "size": 11,
        "color": figures.COLOURS[place],
        "symbol": figures.SYMBOLS[place],
    }
    told = part["what"] + "<br>beside: " + part["beside"]
    chart.add_scatter(
        x=part["ratio"],
        y=part["name"],
        mode="markers",
        name=name,
        marker=marker,
        text=told,
    )
chart.add_vline(x=1, line_dash="dot", line_color="#888888")
ticks = [0.001, 0.01, 0.1, 1]
chart.update_xaxes(
    title="csdlib / the other (log scale)",
    type="log",
    tickvals=ticks,
)
chart.update_yaxes(
    categoryorder="array", categoryarray=shown["name"].tolist(), tickfont_size=11
)
figures.show(
    chart,
    height=620,
    caption=f"{machine}, {latest['cores'].iloc[0]} cores, revision {latest['revision'].iloc[-1]}, {latest['date'].iloc[-1]}. csdlib is quicker in {quicker.sum()} of {len(shown)} rows.",
    alt=f"Points. csdlib is quicker in {quicker.sum()} of {len(shown)} rows; the lowest ratio is {shown['ratio'].min():.3f} "
    f"({shown['name'].iloc[-1]}), the highest {shown['ratio'].max():.2f} ({shown['name'].iloc[0]}).",
)

# %% [markdown]
# The rows in which the other is quicker, and what is bought with the time:

# %% tags=["hide-input"]
columns = {
    "what": "what",
    "beside": "beside",
    "ratio": "ratio",
    "ours": "seconds",
    "theirs": "of the other",
}
formats = {"seconds": ".3g", "of the other": ".3g", "ratio": ".3g"}
named = shown[list(columns)].rename(columns=columns)
figures.table(named[~quicker], caption="The other is quicker.", formats=formats)

# %% [markdown]
# - A style map compiles its code when the first one of a process is drawn, and a second one does not pay for it again.
# - The loss is computed in pieces so that a large batch fits into memory; the table says how much memory each way took. For
#   the largest batch the pieces save most of it. For smaller ones they save nothing and are still slower.
# - A driver that checks exercises, hashes what a chapter has read and keeps a record cannot be quicker than papermill alone; the
#   row says what that care costs.
# - *Search only* finds neighbours and stops. Our side of that row also computes all metrics and a thousand resamples for
#   the intervals, so a ratio near 1 means that these add little to the search.
#
# A ratio near 1, as for training, says that a convenient call costs no more than a loop of one's own.

# %% tags=["hide-cell"]
figures.table(
    named[quicker],
    caption="The rows in which csdlib is quicker.",
    formats=formats,
)

# %% [markdown]
# Where `csdlib` is quicker (open the cell above for the rows), the lowest ratios are no race at all: the *cache* beside drawing
# says what a second visit costs, and placing pictures on a map that exists is another task than UMAP's own. Half the time
# of a large network comes from another number format, bfloat16, on a processor that has it. The two approximate indexes are
# quick because they miss some neighbours: *recall@10* says which share they find. "(x 40)" and "(x 100)" mean that the other was
# measured on a part of the task, and its time multiplied.
#
# ## The book itself
#
# `make book` first makes what several chapters look at, with two processes, and then runs every chapter, two at a time, with one
# thread each. The chart has the seconds of its last recorded run, which began with an empty cache. The longest bar is
# what is shared by several; below it come the pages. Whatever would be too heavy for a page is a *recorded* result: a small
# table with the command that makes it again.

# %% tags=["hide-input"]
pages = times.assign(
    page=times["chapter"].str.replace("_", " ")
    + np.where(times["run"] == "default", "", ": " + times["run"])
)
pages["page"] = pages["page"].replace("shared", "(shared by several)")
pages = pages.sort_values("seconds")
shared = times["chapter"] == "shared"
together = (
    times.loc[shared, "seconds"].sum() + times.loc[~shared, "seconds"].sum() / 2
) / 60
chart = go.Figure(
    go.Bar(
        x=pages["seconds"],
        y=pages["page"],
        orientation="h",
        marker_color=figures.COLOURS[0],
    )
)
chart.update_layout(xaxis_title="seconds", yaxis={"tickfont_size": 11, "dtick": 1})
figures.show(
    chart,
    height=110 + 15 * len(pages),
    caption=f"What each page costs on {times['device'].iloc[-1]}, and before them what several share. Two pages at a time: {together:.1f} minutes in all.",
    alt=f"Bars, from {pages['page'].iloc[0]} with {pages['seconds'].iloc[0]:.0f} seconds to {pages['page'].iloc[-1]} with {pages['seconds'].iloc[-1]:.0f}.",
)

# %% [markdown]
# ## How it went on
#
# A ratio can get worse because we got slower, and also because the other got quicker. So each measurement is kept, with its date
# and revision, and drawn as soon as there are two on one kind of processor.

# %% tags=["hide-input"]
past = ours.assign(
    ratio=ours["ours"] / ours["theirs"], when=ours["date"] + " " + ours["revision"]
)
print(f"Measurements on {machine}: {past['when'].nunique()}")
followed = ["first answer", "embed csd-tiny", "embed ViT-B-16", "train csd-tiny"]
if len(set(past["when"])) > 1:
    wide = (
        past[past["name"].isin(followed)]
        .pivot_table("ratio", "when", "name")
        .reset_index()
    )
    chart = figures.lines(
        wide,
        x="when",
        ys=[c for c in wide if c != "when"],
        titles=("date and revision", "ratio"),
    )
    chart.update_layout(yaxis_type="log", xaxis_type="category")
    display(
        figures.show(
            chart,
            caption="Some of the ratios over all measurements.",
            alt="Lines of ratios over time.",
        )
    )

# %% [markdown]
# ## Summary
#
# - Seconds belong to a machine; ratios, taken in turns in one run, travel further.
# - A ratio compares tasks, so read what each side does before you read the number.
# - What is heavy is recorded, and says by which command.
#
# ## Exercises
#
# **1. One number for many ratios** (10 minutes). Twice as quick in one row and twice as slow in another is no gain. Write
# `typical(ratios)`, the mean that says so. What does the ordinary mean of 2 and 1/2 say, and what does it say when the two
# sides change places?


# %% tags=["exercise"]
def typical(ratios: np.ndarray) -> float:
    """A mean for which 2 and 1/2 cancel."""
    return float(np.mean(ratios))  # your code here


# %% [markdown] tags=["hint"]
# Take logarithms, and 2 and 1/2 become equal and opposite. Of 4 and 1 you should get 2.


# %% tags=["solution"]
def typical(ratios: np.ndarray) -> float:
    """The geometric mean: the mean of the logarithms, as a ratio again."""
    return float(np.exp(np.log(ratios).mean()))


# %% tags=["mistake"]
# Of 2 and 1/2 the mean is 1.25: somebody who is quicker in half of the rows and slower in the others seems to win.
def typical(ratios: np.ndarray) -> float:
    return float(np.mean(ratios))


# %% tags=["check"]
assert abs(typical(np.array([2.0, 0.5])) - 1) < 1e-9
assert abs(typical(np.array([4.0, 1.0])) - 2) < 1e-9
assert (
    abs(
        typical(latest["ratio"].to_numpy()) * typical(1 / latest["ratio"].to_numpy())
        - 1
    )
    < 1e-9
)

# %% [markdown]
# **2. What a quicker part is worth** (10 minutes). A part that takes the share $p$ of all the time becomes $f$ times as quick.
# Write `gain(p, f)`: how many times as quick is the whole {cite:p}`amdahl1967`? What is the most that an infinitely quick search could do for a run whose search takes a third?


# %% tags=["exercise"]
def gain(p: float, f: float) -> float:
    """How many times as quick the whole becomes."""
    return f  # your code here


# %% [markdown] tags=["hint"]
# Draw a bar of length 1. A part `p` of it shrinks to `p / f`; the rest stays. The gain is the old length by the new. Endlessly quick, a third of
# the time gains a half: `1.5`.


# %% tags=["solution"]
def gain(p: float, f: float) -> float:
    """How many times as quick the whole becomes: what was not touched still takes 1 - p."""
    return 1 / (1 - p + p / f)


# %% tags=["mistake"]
# The mean of the two speeds: what was not touched takes longest, and counts most.
def gain(p: float, f: float) -> float:
    return 1 - p + p * f


# %% tags=["check"]
assert gain(0.0, 10) == 1
assert abs(gain(1.0, 4) - 4) < 1e-12
assert abs(gain(0.5, 2) - 4 / 3) < 1e-12
assert abs(gain(1 / 3, 1e12) - 1.5) < 1e-6

# %% [markdown]
# **3. Your machine** (30 minutes, open). `make bench` measures all rows on your machine in about a quarter of an hour, and adds
# them to the table that this page draws. Name your processor with `-p machine`, and compare: which ratios travelled, and which
# did not? A good answer predicts first, for three rows, whether the ratio will change; then names for each what differs
# between the machines (number formats, cores, memory, disk), and says how often one would have to repeat a measurement before
# calling a difference real.
#
# ## Further reading
#
# - {cite:t}`amdahl1967` on the limits of a quicker part.
# - [How to rerun a chapter](how_to_rerun): when a page is made again, and when not.
