"""Which references each generated picture is measured against."""

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from csdlib.errors import InputError, unknown
from csdlib.files import AnyPath, at_home
from csdlib.scoring.sides import Side
from csdlib.texts import one_form, read_table

WAYS = ("all", "name", "group")


@dataclass(frozen=True)
class Pairing:
    """The references of each of g generated pictures.

    Attributes:
        candidates: for each picture numbers of references, or None where it has none that could be read. Pictures with
            the same references share one array.
        notes: (g,) why there is none, or what is missing of them; empty where all is well.
        apart: whether a picture that is on both sides is left out of its own references.
    """

    candidates: list[np.ndarray | None]
    notes: list[str]
    apart: bool


def pair(generated: Side, references: Side, way: str | AnyPath) -> Pairing:
    """Pairs two sides.

    Args:
        generated: g pictures.
        references: r pictures.
        way: ``all``: every picture against all references. ``group``: against the references of its own group.
            ``name``: against the reference of the same name, whatever its suffix. Or a csv or parquet file with the
            columns ``generated`` and ``reference``, whose names are those of the sides.

    Raises:
        InputError: an unknown way, or a table that is missing, lacks a column, or names a picture that no side has.
    """
    if isinstance(way, os.PathLike) or Path(way).suffix.lower() in (".csv", ".parquet"):
        found, apart = _by_table(generated, references, at_home(way)), False
    elif way not in WAYS:
        raise unknown("pairing", way, [*WAYS, "a .csv or .parquet file"])
    else:
        found = {"all": _all, "name": _by_name, "group": _by_group}[way](generated, references)
        apart = way != "name"
    return _readable(found, references, apart)


#: Numbers of references, and a note.
_Found = list[tuple[np.ndarray, str]]


def _all(generated: Side, references: Side) -> _Found:
    everything = np.arange(len(references))
    return [(everything, "")] * len(generated)


def _by_group(generated: Side, references: Side) -> _Found:
    groups = {group: np.flatnonzero(references.groups == group) for group in set(references.groups.tolist()) - {""}}
    none = np.empty(0, int)
    notes = {group: f"no reference of the group {group!r}" for group in generated.groups.tolist()}
    notes[""] = "in no group: it lies in no subfolder, or its table says none"
    return [(groups.get(group, none), "" if group in groups else notes[group]) for group in generated.groups.tolist()]


def _by_name(generated: Side, references: Side) -> _Found:
    named: dict[str, list[int]] = {}
    for number, name in enumerate(references.names.tolist()):
        named.setdefault(_stem(name), []).append(number)
    folded = {stem.casefold(): stem for stem in named}
    return [_partner(name, named, folded, references) for name in generated.names.tolist()]


def _partner(
    name: str, named: dict[str, list[int]], folded: dict[str, str], references: Side
) -> tuple[np.ndarray, str]:
    """The one reference of a name. Of several with the name, the one in the same subfolder is meant."""
    found = named.get(_stem(name), [])
    if len(found) > 1:
        found = [number for number in found if _place(str(references.names[number])) == _place(name)] or found
    none = np.empty(0, int)
    if len(found) == 1:
        return np.array(found), ""
    if found:
        return none, f"{len(found)} references of this name: {', '.join(references.names[found[:3]].tolist())}"
    near = folded.get(_stem(name).casefold())
    return (
        none,
        f"no reference of this name; one differs in capitals only: {near}" if near else "no reference of this name",
    )


def _by_table(generated: Side, references: Side, path: Path) -> _Found:
    rows = _pairs(path)
    numbers = {name: number for number, name in enumerate(references.names.tolist())}
    known = set(generated.names.tolist())
    for column, names in (("generated", known), ("reference", numbers)):
        strange = next((name for name in rows[column].tolist() if name not in names), None)
        if strange is not None:
            raise InputError(
                f"{path}: {column} {strange!r} is no picture of that side; names are as in {next(iter(names))!r}"
            )
    listed: dict[str, list[int]] = {}
    for name, reference in zip(rows["generated"].tolist(), rows["reference"].tolist(), strict=True):
        listed.setdefault(name, []).append(numbers[reference])
    return [
        (np.unique(listed.get(name, [])).astype(int), "" if name in listed else "not in the table of pairs")
        for name in generated.names.tolist()
    ]


def _pairs(path: Path) -> pd.DataFrame:
    columns = ["generated", "reference"]
    if not path.is_file():
        raise InputError(f"{path}: there is no such table of pairs")
    rows = read_table(path, columns=columns)
    if rows.empty:
        raise InputError(f"{path}: the table has no row")
    return rows[columns].astype(str)


def _readable(found: _Found, references: Side, apart: bool) -> Pairing:
    """Without references that could not be read: what is missing of them is said."""
    readable = references.rows >= 0
    kept: dict[int, tuple[np.ndarray, str]] = {}
    candidates: list[np.ndarray | None] = []
    notes: list[str] = []
    for numbers, note in found:
        if id(numbers) not in kept:
            kept[id(numbers)] = _without_broken(numbers, readable)
        left, broken = kept[id(numbers)]
        candidates.append(left if len(left) else None)
        notes.append("; ".join(filter(None, (note, broken))))
    return Pairing(candidates, notes, apart)


def _without_broken(numbers: np.ndarray, readable: np.ndarray) -> tuple[np.ndarray, str]:
    left = numbers[readable[numbers]]
    broken = len(numbers) - len(left)
    if not broken:
        return numbers, ""
    return left, f"{broken} of {len(numbers)} references cannot be read"


def _stem(name: str) -> str:
    return one_form(PurePosixPath(name).stem)


def _place(name: str) -> str:
    return one_form(PurePosixPath(name).parent.as_posix())


def hint(generated: Side, references: Side, way: str | AnyPath) -> str:
    """What somebody may have wanted instead: both sides have the same subfolders, and all is measured against all."""
    shared = (set(generated.groups.tolist()) & set(references.groups.tolist())) - {""}
    several = way == "all" and len(shared) > 1
    return (
        f"both sides have {len(shared)} groups of the same name: pairing='group' measures each by itself"
        if several
        else ""
    )
