"""Names are taken out and exchanged, and the noise stays."""

from pathlib import Path

import numpy as np
import pytest

from csdlib.errors import InputError
from csdlib.generation.name_controls import generate_with_controls, joint_prompts, renamed, without_name
from csdlib.generation.prompts import content_prompts, simple_prompts, user_prompts

NAMES = {"ann": "Ann Lee", "bo": "Bo Ray"}


@pytest.mark.parametrize("seed", range(8))
def test_nothing_of_a_name_or_of_what_leads_to_it_remains(seed: int) -> None:
    for name in NAMES:
        who = {name: NAMES[name]}
        asked = [user_prompts(who, ["owl", "house"], 8, seed=seed), content_prompts(who, ["owl"])]
        asked.append(content_prompts(who, ["owl"], name_first=True))
        for prompts in asked:
            for prompt in renamed(prompts, NAMES, None, "no name")["prompt"]:
                words = prompt.replace(",", "").split()
                assert not {"by", "style", "inspired", *NAMES[name].split()} & set(words), prompt
                assert "owl" in words or "house" in words
                assert prompt == prompt.strip(" ,:")


def test_a_name_that_is_not_there_cannot_be_taken_out() -> None:
    with pytest.raises(InputError, match="does not hold the name 'Bo Ray'"):
        without_name("A painting in the style of Ann Lee", "Bo Ray")
    with pytest.raises(InputError, match="write the prompt without the name yourself"):
        without_name("Ann Lee", "Ann Lee")


def test_equal_noise_and_equal_words_give_equal_pictures_and_a_name_changes_them(
    micro_pipeline: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CSDLIB_CACHE", str(tmp_path))
    prompts = simple_prompts(NAMES, 2, seed=3)
    controls = {"the same": NAMES, "none": None, "exchanged": {"ann": "Bo Ray", "bo": "Ann Lee"}}
    made = generate_with_controls(micro_pipeline, prompts, NAMES, controls, steps=2, progress=False)
    shown = {kind: np.stack([np.asarray(table.open(n)) for n in range(4)]) for kind, table in made.items()}
    assert np.array_equal(shown["own"], shown["the same"])
    assert not np.array_equal(shown["own"], shown["none"])
    # The exchanged names are each other's own pictures of the same seed.
    assert np.array_equal(shown["exchanged"], shown["own"][[2, 3, 0, 1]])
    # Without a name, seed by seed, nothing is left of whose picture it was.
    assert np.array_equal(shown["none"][:2], shown["none"][2:])
    assert made["none"].frame["seed"].tolist() == prompts["seed"].tolist()


def test_controls_are_refused_that_would_hide_something(micro_pipeline: Path, tmp_path: Path) -> None:
    prompts = simple_prompts(NAMES, 1)
    with pytest.raises(InputError, match="other than 'own'"):
        generate_with_controls(micro_pipeline, prompts, NAMES, {"own": None})
    with pytest.raises(InputError, match="give no output"):
        generate_with_controls(micro_pipeline, prompts, NAMES, {"none": None}, output=tmp_path)
    with pytest.raises(InputError, match="others lack the artist 'bo'"):
        renamed(prompts, NAMES, {"ann": "Bo Ray"}, "exchanged")


def test_groups_are_named_in_their_order_with_the_same_noise() -> None:
    two = joint_prompts([["ann", "bo"], ["bo", "ann"]], NAMES, 2, seed=5)
    endings = [prompt.removeprefix("A painting in the style of ") for prompt in two["prompt"].unique()]
    assert endings == ["Ann Lee and Bo Ray", "Bo Ray and Ann Lee"]
    assert two["seed"].tolist() == [5, 6, 5, 6]
    assert two["others"].tolist()[0] == ["bo"]
    with pytest.raises(InputError, match="two artists or more"):
        joint_prompts([["ann"]], NAMES)
    with pytest.raises(InputError, match="lack the artist 'cy'"):
        joint_prompts([["ann", "cy"]], NAMES)
