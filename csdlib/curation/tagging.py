"""From captions to style tags: exact phrases, slips of spelling, and ordinary words that need a cue."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from rapidfuzz.distance import OSA

from csdlib.curation.bank import NOTHING, Kind, Phrase, TagBank
from csdlib.curation.text import BREAK, words

#: The words before and after an ambiguous phrase that make it count; standing alone between two breaks counts, too.
CUES: dict[Kind, tuple[frozenset[str], frozenset[str]]] = {
    "artist": (frozenset({"by", "after", "of", "artist", "painter"}), frozenset()),
    "movement": (frozenset(), frozenset({"art", "manner", "movement", "painting", "school", "style"})),
    "medium": (frozenset({"in", "original"}), frozenset({"on", "of", "by", "drawing", "painting"})),
}

#: Kinds whose phrases of several words may hold one slip: names. ("Oil" and "pen" are too near to other words.)
MISSPELLED: tuple[Kind, ...] = ("artist", "movement")

#: Misspelled words that are remembered, so that memory stays bounded however many captions come.
_REMEMBERED = 2**20

_UNKNOWN = " "


@dataclass(frozen=True)
class Match:
    """A tag in a caption.

    Attributes:
        tag: the style tag; ``NOTHING`` where a phrase was recognised that means none.
        kind: artist, movement or medium.
        text: the words of the caption, as ``words`` gives them.
        rule: ``exact``, ``joined`` (a name written as one word, as in hashtags), ``spelling`` (one slip), ``cue`` (an
            ambiguous phrase with its cue), ``no cue`` (one without: no tag) or ``hidden`` (see ``NOTHING``: no tag).
    """

    tag: str
    kind: Kind
    text: str
    rule: str


class _Hit(NamedTuple):
    """Where a phrase stands: words ``start`` to ``end``, and whether one of them is misspelled."""

    start: int
    end: int
    phrase: int
    slip: bool


class Tagger:
    """Finds the tags of a bank in captions.

    Every word that occurs in the bank becomes one letter of an alphabet, a caption becomes a string of such letters,
    and one automaton (Aho-Corasick) finds all phrases in one pass, at word boundaries by construction. Of phrases
    that overlap the longest counts.

    Args:
        bank: phrases and tags.
        spelling: whether one slip (a letter swapped, dropped, added or mistaken, not at the beginning) is forgiven in
            names of several words whose other words are right.
        cues: whether ambiguous phrases need a cue.
    """

    def __init__(self, bank: TagBank, *, spelling: bool = True, cues: bool = True) -> None:
        self._cues = cues
        self._phrases: list[Phrase] = []
        self._joined: list[bool] = []
        spelled: list[list[str]] = []
        for phrase in bank.phrases:
            parts = [part for part in words(phrase.text) if part != BREAK]
            forms = [parts, ["".join(parts)]] if phrase.kind == "artist" and len(parts) > 1 else [parts]
            for form in forms:
                self._phrases.append(phrase)
                self._joined.append(form is not parts)
                spelled.append(form)
        vocabulary = sorted({part for form in spelled for part in form})
        # Supplementary planes: a million letters that no caption uses, free of surrogates.
        self._letter = {word: chr(0x10000 + number) for number, word in enumerate(vocabulary)}
        patterns = ["".join(self._letter[part] for part in form) for form in spelled]
        self._meanings = _meanings(patterns)
        self._patterns = list(self._meanings)
        self._automaton = AhoCorasick(self._patterns, matchkind=MatchKind.LeftmostLongest)
        self._reach = max((len(pattern) for pattern in patterns), default=1) - 1
        self._near = _neighbourhood(self._name_words(spelled) if spelling else set())

    def _name_words(self, spelled: list[list[str]]) -> set[str]:
        forms = zip(self._phrases, spelled, strict=True)
        return {part for phrase, form in forms if phrase.kind in MISSPELLED and len(form) > 1 for part in form}

    def tags(self, caption: object) -> list[str]:
        """The tags of a caption in the order of its words, each once; empty for what is not a text."""
        if not isinstance(caption, str):
            return []
        return list(dict.fromkeys(match.tag for match in self.find(caption) if match.tag != NOTHING))

    def find(self, caption: str) -> list[Match]:
        """All phrases that were recognised, those that mean no tag included, in the order of the caption's words.

        Example:
            >>> bank = TagBank((Phrase("Ilva Torrend", "ilva-torrend", "artist"), Phrase("oil", "oil", "medium", True)))
            >>> [(match.tag, match.rule) for match in Tagger(bank).find("Dog by ilva torend, oil")]
            [('ilva-torrend', 'spelling'), ('oil', 'cue')]
        """
        parts = words(caption)
        if not parts:
            return []
        letters = [self._letter.get(part, _UNKNOWN) for part in parts]
        hits = [_Hit(start, end, number, False) for number, start, end in self._scan(letters)]
        if _UNKNOWN in letters:
            hits += self._misspelled(parts, letters)
        return [match for hit in _longest(hits) for match in self._read(hit, parts)]

    def _scan(self, letters: list[str]) -> list[tuple[int, int, int]]:
        return self._automaton.find_matches_as_indexes("".join(letters))

    def _misspelled(self, parts: list[str], letters: list[str]) -> Iterator[_Hit]:
        """Phrases that one corrected word completes; only the words around it are searched."""
        for place, part in enumerate(parts):
            if letters[place] != _UNKNOWN or part == BREAK:
                continue
            first, last = max(0, place - self._reach), place + self._reach + 1
            if all(letter == _UNKNOWN for letter in letters[max(0, place - 1) : place + 2]):
                continue
            for meant in self._near(part):
                window = [*letters[first:place], self._letter[meant], *letters[place + 1 : last]]
                for number, start, end in self._scan(window):
                    if start <= place - first < end and end - start > 1:
                        yield _Hit(first + start, first + end, number, True)

    def _read(self, hit: _Hit, parts: list[str]) -> Iterator[Match]:
        for number in self._meanings[self._patterns[hit.phrase]]:
            phrase = self._phrases[number]
            if hit.slip and phrase.kind not in MISSPELLED:
                continue
            rule = "spelling" if hit.slip else "joined" if self._joined[number] else "exact"
            tag = phrase.tag
            if tag == NOTHING:
                rule = "hidden"
            elif phrase.ambiguous and self._cues:
                cued = _has_cue(parts, hit, phrase.kind)
                rule, tag = ("cue", tag) if cued else ("no cue", NOTHING)
            yield Match(tag, phrase.kind, " ".join(parts[hit.start : hit.end]), rule)


def _meanings(patterns: list[str]) -> dict[str, list[int]]:
    """The phrases of each pattern: what two lists call by one name means both."""
    meanings: dict[str, list[int]] = defaultdict(list)
    for number, pattern in enumerate(patterns):
        meanings[pattern].append(number)
    return dict(meanings)


def _longest(hits: Iterable[_Hit]) -> list[_Hit]:
    """The hits that remain when the longest of each overlap stays (and what is spelled right before what is not)."""
    kept: list[_Hit] = []
    taken: set[int] = set()
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.slip, hit.start)):
        places = range(hit.start, hit.end)
        if taken.isdisjoint(places):
            kept.append(hit)
            taken.update(places)
    return sorted(kept)


def _has_cue(parts: list[str], hit: _Hit, kind: Kind) -> bool:
    before = parts[hit.start - 1] if hit.start else BREAK
    after = parts[hit.end] if hit.end < len(parts) else BREAK
    cues_before, cues_after = CUES[kind]
    return before in cues_before or after in cues_after or (before == BREAK and after == BREAK)


def _neighbourhood(vocabulary: set[str]) -> Callable[[str], tuple[str, ...]]:
    """A function from a word to the words of a vocabulary that are one slip away and begin with the same letter."""
    buckets: dict[tuple[str, int], list[str]] = defaultdict(list)
    for word in sorted(vocabulary):
        buckets[word[0], len(word)].append(word)

    @lru_cache(_REMEMBERED)
    def near(word: str) -> tuple[str, ...]:
        if len(word) < 3 or not word.isalpha():
            return ()
        candidates = [meant for size in (-1, 0, 1) for meant in buckets.get((word[0], len(word) + size), ())]
        return tuple(meant for meant in candidates if OSA.distance(word, meant, score_cutoff=1) <= 1)

    return near
