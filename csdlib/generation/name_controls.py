"""Prompts with a name, without it, and with another: what the name alone does, at equal noise."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from csdlib.errors import InputError
from csdlib.files import AnyPath
from csdlib.generation.pictures import generate
from csdlib.generation.prompts import SIMPLE
from csdlib.tables import ImageTable

#: What leads to a name in the prompts of ``csdlib.generation.prompts``, and goes with it.
_LEAD = r"(?:,? (?:in the style of|art by|inspired by|by|of) |, )"


def without_name(prompt: str, name: str) -> str:
    """A prompt without an artist's name, and without the words that lead to it.

    Args:
        prompt: of the forms of ``csdlib.generation.prompts``, or like them.
        name: as the prompt writes it.

    Raises:
        InputError: the prompt does not hold the name, or nothing else.

    Example:
        >>> without_name("A painting in the style of Ilva Torrend", "Ilva Torrend")
        'A painting'
        >>> without_name("Ilva Torrend, owl, soft light", "Ilva Torrend")
        'owl, soft light'
    """
    _require_name(prompt, name)
    written = re.escape(name)
    bare = re.sub(rf"^(?:In the style of )?{written}[,:] |{_LEAD}{written}", "", prompt)
    if name in bare or not bare.strip():
        raise InputError(f"prompt {prompt!r}: cannot take out {name!r}; write the prompt without the name yourself")
    return bare


def renamed(
    prompts: pd.DataFrame, names: Mapping[str, str], others: Mapping[str, str] | None, kind: str
) -> pd.DataFrame:
    """The same prompts without their artists' names, or with other names in their place.

    Artist and seed stay as they are: a picture and its partner start from the same noise, and ``pairs`` finds them.

    Args:
        prompts: as ``csdlib.generation.prompts`` makes them, with one name each.
        names: each artist's name as prompts write it.
        others: for each artist the name that takes its place; None: the name is taken out.
        kind: of the new prompts, the end of their ``prompt_set``.

    Raises:
        InputError: an artist without a name or without another one, or a prompt that does not hold its name.

    Example:
        >>> from csdlib.generation.prompts import simple_prompts
        >>> asked = simple_prompts(["Ilva Torrend"], 1)
        >>> bare = renamed(asked, {"Ilva Torrend": "Ilva Torrend"}, None, "no name")
        >>> bare[["prompt", "prompt_set", "seed"]].to_numpy().tolist()
        [['A painting', 'simple, no name', 0]]
    """
    texts = []
    for artist, prompt in zip(prompts["artist"], prompts["prompt"], strict=True):
        for what, table in (("names", names), *([] if others is None else [("others", others)])):
            if artist not in table:
                raise InputError(f"{what} lack the artist {artist!r}")
        name = names[artist]
        _require_name(prompt, name)
        texts.append(without_name(prompt, name) if others is None else prompt.replace(name, others[artist]))
    return prompts.assign(prompt=texts, prompt_set=prompts["prompt_set"] + f", {kind}")


def generate_with_controls(
    model: AnyPath,
    prompts: pd.DataFrame,
    names: Mapping[str, str],
    controls: Mapping[str, Mapping[str, str] | None],
    **options: Any,
) -> dict[str, ImageTable]:
    """Pictures with the name, and their partners: the same noise and words, the name taken out or exchanged.

    Args:
        model: see ``generate``.
        prompts: with one name each.
        names: each artist's name as prompts write it.
        controls: kind -> what stands in each name's place, or None for nothing, see ``renamed``.
        options: of ``generate``, but no ``output``: every kind has a folder of its own.

    Returns:
        kind -> pictures in the order of the prompts; ``"own"`` are those with the name.

    Raises:
        InputError: as ``renamed`` and ``generate``; a control that is called own, or an output.
    """
    if "own" in controls or "output" in options:
        raise InputError("controls need names other than 'own', and folders of their own: give no output")
    asked = {"own": prompts} | {kind: renamed(prompts, names, put, kind) for kind, put in controls.items()}
    return {kind: generate(model, each, **options) for kind, each in asked.items()}


def joint_prompts(
    groups: Sequence[Sequence[str]], names: Mapping[str, str], images: int = 1, *, seed: int = 0
) -> pd.DataFrame:
    """Simple prompts that name several artists, ``A painting in the style of {a}, {b} and {c}``.

    Args:
        groups: of artists, two or more each, in the order in which they are named.
        names: each artist's name as prompts write it.
        images: pictures of each group.
        seed: of a group's first picture; the next has the next one. The same for every group.

    Returns:
        a table of prompts; ``artist`` is the first of a group, ``others`` are the rest.

    Raises:
        InputError: a group of fewer than two, or an artist without a name.

    Example:
        >>> joint_prompts([["a", "b", "c"]], {"a": "Ann", "b": "Bo", "c": "Cy"})["prompt"].tolist()
        ['A painting in the style of Ann, Bo and Cy']
    """
    rows = []
    for group in groups:
        if len(group) < 2:
            raise InputError(f"a group needs two artists or more, got {list(group)}")
        if missing := [artist for artist in group if artist not in names]:
            raise InputError(f"names lack the artist {missing[0]!r}")
        *before, last = (names[artist] for artist in group)
        prompt = SIMPLE.format(artist=f"{', '.join(before)} and {last}")
        row = {"artist": group[0], "others": list(group[1:]), "content": "", "prompt": prompt}
        rows += [row | {"prompt_set": f"{len(group)} names", "seed": seed + number} for number in range(images)]
    return pd.DataFrame(rows)


def _require_name(prompt: str, name: str) -> None:
    if not name or name not in prompt:
        raise InputError(f"prompt {prompt!r} does not hold the name {name!r}")
