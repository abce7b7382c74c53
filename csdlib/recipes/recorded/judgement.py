"""How many answers it takes until a judgement is found: of simulated experts, whose weights are known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from csdlib.datasets.wikiart.table import wikiart
from csdlib.files import AnyPath
from csdlib.metrics.intervals import bootstrap, paired_difference
from csdlib.recipes.recorded.facet_queries import Judges, drawn_judges, painting_judges
from csdlib.recipes.recorded.facets_real import dated
from csdlib.recipes.recorded.results import Recorded, write_results
from csdlib.similarity.experts import Expert, angle, group_experts, simulated_experts, unmended_angle
from csdlib.similarity.facet_queries import shipped_space
from csdlib.similarity.facet_spaces import FacetSpace
from csdlib.similarity.judgement import Judgement, learn_judgement
from csdlib.similarity.triplets import SURENESS, FacetDistances, draw_triplets

#: After how many answers it is looked at.
LOOKED = (0, 5, 10, 15, 20, 30, 40, 60, 80, 100)
#: Questions that are asked at random before one can be chosen.
FIRST = 3
#: Questions of which each is chosen, and those that test.
POOL, TESTED = 300, 1000
#: Answers from which on the unmended angle is taken, and how often the expected angle the true one may be: the end of a
#: 95 % interval, were the error normal and even over four directions.
SETTLED, LIKELY = 20, 1.54
#: What the experts of two groups weigh: the first facet of the space most, or its third.
_MOST = 0.7


@dataclass(frozen=True)
class Scene:
    """Works, questions about them, and what can be known of both.

    Attributes:
        name: of the world.
        facets: (f,) groups of the space.
        seen: distances in what the descriptor tells.
        true: distances in what is true: by these an expert answers.
        start: (f,) weights of the plain descriptor.
        works: how many.
    """

    name: str
    facets: tuple[str, ...]
    seen: FacetDistances
    true: FacetDistances
    start: np.ndarray
    works: int


def record_judgement(
    output: AnyPath, root: AnyPath | None = None, *, experts: int = 20, repeats: int = 10, command: str = ""
) -> Recorded:
    """Records how soon simulated experts are understood. Nothing in it is about people.

    Args:
        output: a csv file. Rows with ``question`` ``learned``: for each ``world``, way of asking (``asked``:
            ``random``, ``active``), what the learner sees (``sees``: ``descriptor``, or ``truth``: a ceiling) and
            number of ``answers`` the mean ``angle`` to the expert's weights in degrees and the ``accuracy`` on
            questions that were never asked (the expert's answers without noise), with intervals over experts.
            ``gain``: paired, active less random. ``stop``: answers until the expected angle is below ``ENOUGH``, and
            the true angle then, over the ``n`` experts of whom it came to that. ``unmended``: by chosen questions, the
            ``angle`` that answers do not mend (see ``unmended_angle``), and the share of experts whose true angle is
            below ``LIKELY`` times the expected one, ``inside alone``, and times that with the unmended angle of the
            other half of the experts, ``inside``. ``groups``: how well two planted
            groups are recovered, by number of ``experts`` and ``answers`` of each (adjusted Rand index, 1 at best, 0
            by chance), and how often two groups are the best of one to three by answers kept aside; intervals over
            repeats.
        root: folder with ``wikiart.csv``; without it there are only drawn works.
        experts: how many.
        repeats: of each size of group.
        command: what makes it again.

    Raises:
        InputError: a picture is missing.
    """
    scenes = [scene(drawn_judges(), "csd-tiny")]
    if root is not None:
        scenes.append(scene(painting_judges(dated(wikiart(root))), "csd-art"))
    rows = [row for each in scenes for row in learned_rows(each, experts)]
    rows += list(group_rows(scenes[0], repeats))
    facts: dict[str, Any] = {"experts": experts, "repeats": repeats, "sureness": SURENESS}
    facts["lapses"] = Expert(np.ones(1)).lapses
    facts |= {"likely": LIKELY, "settled": SETTLED}
    facts |= {"worlds": {each.name: {"works": each.works, "facets": list(each.facets)} for each in scenes}}
    names = ["csd-tiny"] + ["csd-art"] * (root is not None)
    return write_results(output, facts, pd.DataFrame(rows).round(3), command=command, descriptors=names)


def scene(judges: Judges, descriptor: str) -> Scene:
    """The works of painters whom no space has met, by a descriptor, as far as everything is known of them."""
    space = shipped_space(judges.images[descriptor].fingerprint)
    space.require_unmet(judges.painters)
    whole = np.concatenate([judges.columns(space, group) for group in space.groups], axis=1)
    known = judges.taken(np.flatnonzero(np.isfinite(whole).all(axis=1)))
    return _scene(known, descriptor, space)


def _scene(judges: Judges, descriptor: str, space: FacetSpace) -> Scene:
    images = judges.images[descriptor]
    seen = FacetDistances.by_space(space, images)
    true = FacetDistances.of(space.groups, [judges.columns(space, group) for group in space.groups])
    return Scene(judges.name, space.groups, seen, true, seen.plain_weights(images), len(images))


def learned_rows(of: Scene, experts: int) -> Iterator[dict[str, Any]]:
    """The rows ``learned`` and ``stop`` of ``record_judgement``."""
    who = simulated_experts(experts, len(of.facets))
    for sees in ("descriptor", "truth"):
        runs = {way: [run(of, each, seed, way, sees) for seed, each in enumerate(who)] for way in ("random", "active")}
        for way, each in runs.items():
            where = {"world": of.name, "asked": way, "sees": sees}
            for place, answers in enumerate(LOOKED):
                for number, measure in enumerate(("angle", "accuracy")):
                    values = np.array([one.curve[place, number] for one in each])
                    row = where | {"question": "learned", "measure": measure, "answers": answers}
                    yield row | _over_experts(values, measure)
            for measure, ends in (("answers", [one.stop for one in each]), ("angle", [one.angle for one in each])):
                yield where | {"question": "stop", "measure": measure} | _over_experts(np.array(ends), "angle")
        for place, answers in enumerate(LOOKED):
            active, random = (np.array([one.curve[place, 0] for one in runs[way]]) for way in ("active", "random"))
            gain = paired_difference(active, random, bounds=None, unit="expert")
            where = {"world": of.name, "asked": "active", "sees": sees, "question": "gain", "measure": "angle"}
            yield where | {"answers": answers, "value": gain.value, "low": gain.low, "high": gain.high}
        where = {"world": of.name, "asked": "active", "sees": sees, "question": "unmended"}
        yield from (where | row for row in unmended_rows(np.array([one.curve for one in runs["active"]])))


def unmended_rows(curves: np.ndarray) -> Iterator[dict[str, Any]]:
    """The rows ``unmended`` of ``record_judgement``, of curves (experts, len(LOOKED), 3), see ``Run``."""
    settled = np.array(LOOKED) >= SETTLED
    true, expected = curves[:, settled, 0], curves[:, settled, 2]
    yield {"measure": "angle", "value": unmended_angle(expected, true), "n": len(curves)}
    odd = np.arange(len(curves)) % 2 == 1
    # Each half of the experts is judged by what the other half has shown.
    unmended = np.where(odd, unmended_angle(expected[~odd], true[~odd]), unmended_angle(expected[odd], true[odd]))
    for measure, said in (("inside alone", expected), ("inside", np.hypot(expected, unmended[:, None]))):
        yield {"measure": measure} | _over_experts((true <= LIKELY * said).mean(axis=1), "accuracy")


def _over_experts(values: np.ndarray, measure: str) -> dict[str, float]:
    known = values[np.isfinite(values)]
    if not len(known):
        return {"value": np.nan, "low": np.nan, "high": np.nan, "n": 0}
    estimate = bootstrap(known, bounds=(0.0, 1.0) if measure == "accuracy" else None, unit="expert")
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": len(known)}


@dataclass(frozen=True)
class Run:
    """One expert, asked until the last of ``LOOKED``.

    Attributes:
        curve: (len(LOOKED), 3) angle to the truth in degrees, accuracy, and the expected angle.
        stop: answers at which the stopping rule says enough; not a number where it never does.
        angle: the true angle there.
    """

    curve: np.ndarray
    stop: float
    angle: float


def run(of: Scene, expert: Expert, seed: int, way: str, sees: str) -> Run:
    """Asks one expert, see ``record_judgement``."""
    random = np.random.default_rng([seed, 1])
    questions = draw_triplets(of.works, 4000 + TESTED, seed=seed)
    apart = of.seen if sees == "descriptor" else of.true
    start = of.start if sees == "descriptor" else np.full(len(of.facets), SURENESS / len(of.facets))
    x, truth = apart.differences(questions), of.true.differences(questions)
    said, clear = expert.answer(truth, random), truth @ expert.weights > 0
    rows, free = list(range(FIRST)), np.arange(len(x)) >= FIRST
    free[-TESTED:] = False
    curve, stop, there = [], np.nan, np.nan
    for answers in range(LOOKED[-1] + 1):
        # With fewer answers than were asked at first, the first of them.
        taken = rows[:answers]
        judgement = learn_judgement(x[taken], said[taken], of.facets, start=start)
        if answers in LOOKED:
            right = (x[-TESTED:] @ judgement.weights > 0) == clear[-TESTED:]
            curve.append((angle(judgement.weights, expert.weights), right.mean(), judgement.expected_angle))
        if np.isnan(stop) and judgement.enough:
            stop, there = answers, angle(judgement.weights, expert.weights)
        if answers >= len(rows):
            rows.append(_next(judgement, x, free, way, random))
            free[rows[-1]] = False
    return Run(np.array(curve), stop, there)


def _next(judgement: Judgement, x: np.ndarray, free: np.ndarray, way: str, random: np.random.Generator) -> int:
    some = random.choice(np.flatnonzero(free), POOL, replace=False)
    return int(some[judgement.teaches(x[some]).argmax()] if way == "active" else some[0])


def group_rows(
    of: Scene, repeats: int, sizes: Sequence[int] = (6, 24), answers: Sequence[int] = (10, 20, 40)
) -> Iterator[dict[str, Any]]:
    """The rows ``groups`` of ``record_judgement``."""
    from sklearn.metrics import adjusted_rand_score

    for count in sizes:
        for each in answers:
            found, right = [], []
            for seed in range(repeats):
                kinds, asked, kept = _planted(of, count, each, seed)
                groups = [group_experts(*asked, facets=of.facets, groups=g, start=of.start) for g in (1, 2, 3)]
                found.append(adjusted_rand_score(kinds, groups[1].labels))
                right.append(int(np.argmin([one.surprise(*kept) for one in groups])) == 1)
            row = {"question": "groups", "world": of.name, "sees": "descriptor", "experts": count, "answers": each}
            for measure, values in (("adjusted Rand index", found), ("two groups found", right)):
                bounds = (-0.5, 1.0) if measure == "adjusted Rand index" else (0.0, 1.0)
                estimate = bootstrap(np.array(values, float), bounds=bounds, unit="repeat")
                numbers = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": repeats}
                yield row | {"measure": measure} | numbers


_Said = tuple[list[np.ndarray], list[np.ndarray]]


def _planted(of: Scene, count: int, answers: int, seed: int) -> tuple[np.ndarray, _Said, _Said]:
    """Which of two groups each expert is of; differences and answers that are asked; and as many that are kept."""
    random, f = np.random.default_rng([seed, count, answers]), len(of.facets)
    rest = np.full(f, (1 - _MOST) / (f - 1))
    means = [np.where(np.arange(f) == top, _MOST, rest) for top in (0, 2)]
    kinds = random.permutation(np.arange(count) % 2)
    asked: _Said = ([], [])
    kept: _Said = ([], [])
    for number, kind in enumerate(kinds):
        rows = draw_triplets(of.works, 2 * answers, seed=1000 * seed + number)
        weights = SURENESS * random.dirichlet(40 * means[kind])
        x, said = of.seen.differences(rows), Expert(weights).answer(of.true.differences(rows), random)
        for part, own in ((asked, slice(answers)), (kept, slice(answers, None))):
            part[0].append(x[own])
            part[1].append(said[own])
    return kinds, asked, kept
