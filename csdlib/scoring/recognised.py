"""Methods that name the artist in the prompt, judged: a table of predictions against a table of splits."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.metrics.estimate import Estimate
from csdlib.metrics.intervals import bootstrap
from csdlib.texts import read_csv

#: What a table of predictions has to have.
PREDICTED = ("id", "artist", "confidence")

#: What a table of splits has to have.
SPLIT = ("id", "setting", "role", "group", "artist")

#: The setting on which refusal is calibrated, and the share of answers that are to be right.
CALIBRATED_ON, PROMISED = "new_seeds", 0.9


def read_splits(path: AnyPath) -> pd.DataFrame:
    """Reads who was asked for in which setting.

    Args:
        path: a csv file with ``id``, ``setting``, ``role`` (reference or test), ``group`` and ``artist``.

    Raises:
        InputError: a column is missing, an id stands twice, a role is neither, or nothing is tested.
    """
    rows = read_csv(path, columns=SPLIT)
    for bad, says in (
        (rows["id"].duplicated(), "id {id!r} stands twice"),
        (~rows["role"].isin(["reference", "test"]), "role {role!r} is neither reference nor test"),
        (rows["artist"] == "", "id {id!r} has no artist"),
    ):
        _refuse(path, rows, bad.to_numpy(), says)
    if not (rows["role"] == "test").any():
        raise InputError(f"{path}: no row has the role test")
    return rows


def read_predictions(path: AnyPath, splits: pd.DataFrame) -> pd.DataFrame:
    """Reads a method's predictions, and checks them against the splits.

    Args:
        path: a csv file with ``id`` (of a test picture), ``artist`` (empty: the method refuses) and ``confidence``
            (any number, higher is surer). Several rows of an id are a ranking by confidence.
        splits: with ``id, role, setting, artist``; artists of one picture are separated by ``;``.

    Returns:
        the rows, best first within each id.

    Raises:
        InputError: a column is missing, an id is unknown, not a test picture, or missing; an artist is nobody's or
            twice in one ranking; a confidence is no number. The message names the line.
    """
    rows = read_csv(path, columns=PREDICTED)[list(PREDICTED)]
    confidence = pd.to_numeric(rows["confidence"], errors="coerce")
    tested = splits[splits["role"] == "test"]
    known = set(";".join(splits["artist"]).split(";"))
    for bad, says in (
        (~rows["id"].isin(splits["id"]), "id {id!r} is not in the splits"),
        (~rows["id"].isin(tested["id"]), "id {id!r} is a reference, not a test picture"),
        (~np.isfinite(confidence.to_numpy()), "confidence {confidence!r} is not a number"),
        ((rows["artist"] != "") & ~rows["artist"].isin(known), "artist {artist!r} is in no prompt of the splits"),
        (rows.duplicated(["id", "artist"]), "artist {artist!r} stands twice for id {id!r}"),
    ):
        _refuse(path, rows, np.asarray(bad), says)
    if len(lacking := tested[~tested["id"].isin(rows["id"])]):
        raise InputError(
            f"{path}: {len(lacking)} test pictures have no prediction, the first is {lacking['id'].iloc[0]!r}; "
            "a method that refuses writes a row with an empty artist"
        )
    ranked = rows.assign(confidence=confidence)
    return ranked.sort_values(["id", "confidence"], ascending=[True, False], kind="stable", ignore_index=True)


def _refuse(path: AnyPath, rows: pd.DataFrame, bad: np.ndarray, says: str) -> None:
    """One error for the first bad row; the index of rows is the line of each."""
    if bad.any():
        at = int(bad.argmax())
        row = {str(name): value for name, value in rows.iloc[at].items()}
        raise InputError(f"{path}, line {rows.index[at]}: {says.format(**row)}")


def judge_predictions(predictions: pd.DataFrame, splits: pd.DataFrame) -> pd.DataFrame:
    """How well a method names the artists, setting by setting, with 95 % bootstrap intervals over artists.

    Refusal: the method keeps silent below a confidence. That confidence is the lowest at which a share ``PROMISED`` of
    the answers to the pictures of ``CALIBRATED_ON`` is right, found on one half of the artists and applied to the
    other. On other settings it shows whether the promise carries over.

    Args:
        predictions: as ``read_predictions`` or ``NameScores.predictions`` gives them.
        splits: with ``id, role, setting, group, artist``; ``group`` tells kinds of artists apart.

    Returns:
        ``setting, group`` (``all``, or one of the splits'), ``measure, value, low, high, n, unit, note``. Measures:
        ``accuracy``, the first artist is in the prompt; ``all_found``, the share of the names in the prompt that are
        among as many first artists; ``coverage``, the share of pictures that are answered when refusal is calibrated;
        ``answered``, the accuracy on these. The last two only where prompts have one name, and ``CALIBRATED_ON`` is
        there.
    """
    tested = _judged(predictions, splits[splits["role"] == "test"])
    if CALIBRATED_ON in set(tested["setting"]):
        tested = tested.assign(kept=_kept(tested))
    rows = []
    for setting, every in tested.groupby("setting", sort=False):
        groups = every["group"].unique().tolist()
        for group in ["all", *(sorted(groups) if len(groups) > 1 else [])]:
            own = every if group == "all" else every[every["group"] == group]
            where = {"setting": setting, "group": group}
            rows += [where | {"measure": name} | found.row() for name, found in _measures(own)]
    return pd.DataFrame(rows)


def _judged(predictions: pd.DataFrame, tested: pd.DataFrame) -> pd.DataFrame:
    """Of every test picture: is the first artist in the prompt, how many of the names are found, how sure is it?"""
    ranked = {str(name): own for name, own in predictions.groupby("id", sort=False)}
    rows = []
    for name, artists in zip(tested["id"], tested["artist"], strict=True):
        asked, own = artists.split(";"), ranked[name]
        first = [artist for artist in own["artist"].tolist()[: len(asked)] if artist]
        surest = own.iloc[0]
        right = surest["artist"] in asked
        silent = surest["artist"] == ""
        rows.append(
            (float(right), len(set(first) & set(asked)) / len(asked), -np.inf if silent else surest["confidence"])
        )
    columns = pd.DataFrame(rows, columns=["right", "all_found", "confidence"], index=tested.index)
    return tested.join(columns).assign(unit=[";".join(sorted(each.split(";"))) for each in tested["artist"]])


def _kept(tested: pd.DataFrame) -> np.ndarray:
    """Which pictures are answered: at or above the confidence that the other half of the artists has set."""
    kept = np.zeros(len(tested), dtype=bool)
    names = sorted(set(tested.loc[~tested["artist"].str.contains(";"), "artist"]))
    halves = np.array_split(np.random.default_rng(0).permutation(np.array(names, dtype=object)), 2)
    for own, other in (halves, halves[::-1]):
        setting = tested[tested["artist"].isin(other) & (tested["setting"] == CALIBRATED_ON)]
        limit = lowest_confidence(setting["right"].to_numpy(), setting["confidence"].to_numpy(), PROMISED)
        kept |= tested["artist"].isin(own).to_numpy() & (tested["confidence"] >= limit).to_numpy()
    return kept & np.isfinite(tested["confidence"].to_numpy())


def lowest_confidence(right: np.ndarray, confidence: np.ndarray, promised: float) -> float:
    """The lowest confidence from which on a share of the answers is right; infinite where none is.

    Args:
        right: (n,) in {0, 1}.
        confidence: (n,), higher is surer.
        promised: the share, in (0, 1).

    Example:
        >>> lowest_confidence(np.array([1, 1, 0, 1]), np.array([4.0, 3.0, 2.0, 1.0]), 0.75)
        1.0
        >>> lowest_confidence(np.array([1, 1, 0, 1]), np.array([4.0, 3.0, 2.0, 1.0]), 0.9)
        3.0
    """
    limits = np.unique(confidence[np.isfinite(confidence)])
    good = [limit for limit in limits if right[confidence >= limit].mean() >= promised]
    return float(min(good, default=np.inf))


def _measures(own: pd.DataFrame) -> Iterator[tuple[str, Estimate]]:
    units = own["unit"].to_numpy()
    yield "accuracy", bootstrap(own["right"].to_numpy(), groups=units)
    if own["artist"].str.contains(";").any():
        yield "all_found", bootstrap(own["all_found"].to_numpy(), groups=units)
        return
    if "kept" in own:
        kept = own["kept"].to_numpy()
        yield "coverage", bootstrap(kept.astype(float), groups=units)
        if kept.any():
            yield "answered", bootstrap(own["right"].to_numpy()[kept], groups=units[kept])
