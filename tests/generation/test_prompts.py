"""Prompts: the paper's sentences, the same seeds in every set, and nothing empty."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csdlib.atelier import PAINTERS, SUBJECTS
from csdlib.descriptors.clip_tiny import load_clip
from csdlib.errors import InputError
from csdlib.generation.prompts import content_prompts, simple_prompts, user_prompts
from csdlib.recipes.atelier_prompts import atelier_artists, never_painted

PEOPLE = {"ann-lee": "Ann Lee", "bo-ray": "Bo Ray", "cy-fox": "Cy Fox"}


def test_the_papers_sentences() -> None:
    assert simple_prompts(PEOPLE, 1)["prompt"].tolist()[1] == "A painting in the style of Bo Ray"
    asked = content_prompts(PEOPLE, ["dog", "orchard"], 2, seed=5)
    assert asked["prompt"].tolist()[:2] == [
        "A painting of a dog in the style of Ann Lee",
        "A painting of an orchard in the style of Ann Lee",
    ]
    assert asked.groupby("artist")["seed"].apply(list).tolist() == [[5, 6, 7, 8]] * 3
    first = content_prompts(PEOPLE, ["dog", "orchard"], 2, name_first=True, seed=5)
    assert first["prompt"].tolist()[1] == "In the style of Ann Lee: a painting of an orchard"
    # The same wishes in other words, and another set: generate would not mix their pictures.
    same = ["artist", "content", "seed"]
    assert first[same].equals(asked[same]) and set(first["prompt_set"]) != set(asked["prompt_set"])


@given(st.integers(1, 9), st.integers(0, 1000))
def test_every_set_asks_for_an_artist_with_the_same_seeds(images: int, seed: int) -> None:
    sets = [simple_prompts(PEOPLE, images, seed=seed), user_prompts(PEOPLE, ["dog", "cat"], images, seed=seed)]
    for asked in sets:
        assert asked.groupby("artist")["seed"].apply(list).tolist() == [[*range(seed, seed + images)]] * 3
    assert set(sets[1]["content"]) <= {"dog", "cat"}


def test_user_prompts_name_the_artist_and_now_and_then_another() -> None:
    asked = user_prompts(PEOPLE, ["dog", "cat", "house"], 60)
    for row in asked.itertuples():
        assert PEOPLE[row.artist] in row.prompt
        assert row.content in row.prompt
        assert all(PEOPLE[other] in row.prompt and other != row.artist for other in row.others)
    several = (asked["others"].str.len() > 0).mean()
    assert 0.2 < several < 0.4
    assert asked["prompt"].nunique() > 100
    assert asked.equals(user_prompts(PEOPLE, ["dog", "cat", "house"], 60))


def test_the_tiny_text_encoder_reads_every_prompt_of_the_book_whole() -> None:
    tokenizer = load_clip().tokenizer
    artists = atelier_artists()
    plain, first = (content_prompts(artists, list(SUBJECTS), name_first=name_first) for name_first in (False, True))
    for asked in (user_prompts(artists, list(SUBJECTS), 14), plain, first):
        assert max(len(tokenizer(text)["input_ids"]) for text in asked["prompt"]) <= 40
    assert len(artists) == len(PAINTERS)


def test_what_cannot_be_asked_for_is_refused() -> None:
    for wrong in ([], "Ann Lee", ["Ann Lee", " "]):
        with pytest.raises(InputError, match="artists"):
            simple_prompts(wrong)
    with pytest.raises(InputError, match="subjects"):
        content_prompts(PEOPLE, [])
    with pytest.raises(InputError, match="images must be at least 1"):
        user_prompts(PEOPLE, ["dog"], 0)
    with pytest.raises(InputError, match="seed must be at least 0"):
        simple_prompts(PEOPLE, seed=-1)
    with pytest.raises(InputError, match="unknown painter"):
        atelier_artists(["vincent-van-gogh"])


def test_what_a_painter_has_never_painted() -> None:
    painters = {slug: PAINTERS[slug].repertoire for slug in ("bram-osterkey", "noor-felding")}
    prompts = content_prompts(atelier_artists(list(painters)), list(SUBJECTS))
    for asked, new in zip(prompts.itertuples(), never_painted(prompts), strict=True):
        own = painters[asked.artist] or tuple(SUBJECTS)
        assert new == (asked.content not in own)
    assert never_painted(simple_prompts(atelier_artists(["bram-osterkey"]))).sum() == 0
