"""Finding a name from what has been typed of it so far, misspelled, heard wrong, or with its words in another order.

Every name gives keys: its words run together in each spelling that people use. A typed key finds names by equality,
by prefix, by restricted Damerau-Levenshtein distance (one slip of the keyboard: a letter more, less, other, or two
swapped) to a prefix of the same length give or take the slips allowed, and by sound. RapidFuzz compares a typed key
with every prefix of one length in some 0.07 ms for 2,500 streets, so no cleverer structure is needed for a city.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from turnout.roads.gazetteer.chinese import bigrams
from turnout.roads.gazetteer.sound import sound_key, spanish_sound_key
from turnout.words.later import Later

process, distances = Later("rapidfuzz.process"), Later("rapidfuzz.distance")


SLIPS_BY_LENGTH = ((7, 2), (3, 1))
"""From so many typed letters on, so many slips: two in `misssoin`, one in `elis`, none in `ok`, near too much."""
BEGUN_LENGTH_MIN = 4
"""Fewer typed letters are compared with whole names only: with a slip in it, `lae` begins half the city."""
PREFIX_LENGTH_MAX = 24
"""Longer typed keys are compared with no prefixes but this long; no two streets share so much of their names."""
SOUND_LENGTH_MIN = 4
"""Shorter keys sound like everything."""
COMPLETIONS_MAX = 4_000
"""Of a single typed letter no more completions are weighed than this: a tenth of the names of a city of ten million."""


class Key(msgspec.Struct, frozen=True, gc=False):
    """One spelling of one name. `cost` is taken off its score. `exact`: the whole key names its owner.
    `bends`: it may be misspelled (numbers and initials may not: 16th is one slip from 17th)."""

    text: str
    owner: int
    cost: float = 0.0
    exact: bool = True
    bends: bool = True


class Match(msgspec.Struct, frozen=True, gc=False):
    """How well an owner answers: 1.0 is letter for letter. `exact`: neither completed nor corrected. `slip`: the whole
    name, with a slip of the keyboard in it."""

    score: float
    exact: bool
    slip: bool = False


def keep_best(found: dict[int, Match], owner: int, match: Match) -> None:
    """Remember the better of two matches of one owner."""
    known = found.get(owner)
    if known is None or (match.exact, match.score) > (known.exact, known.score):
        found[owner] = match


class NameIndex:
    """Keys in Latin letters and digits. Immutable; about a millisecond a search in a city of 3,000 streets."""

    def __init__(self, keys: Iterable[Key]) -> None:
        owned: dict[str, list[Key]] = {}
        heard: dict[str, list[Key]] = {}
        for key in keys:
            if key.text:
                owned.setdefault(key.text, []).append(key)
            if key.text and key.bends:
                for sound in {sound_key(key.text), spanish_sound_key(key.text)}:
                    heard.setdefault(sound, []).append(key)
        self._keys = {text: tuple(found) for text, found in owned.items()}
        self._by_sound = {sound: tuple(found) for sound, found in heard.items()}
        self._sorted = sorted(self._keys)
        self._bending = [text for text in self._sorted if any(key.bends for key in self._keys[text])]
        self._prefixes = {
            length: sorted({text[:length] for text in self._bending if len(text) >= length})
            for length in range(2, PREFIX_LENGTH_MAX + 3)
        }

    def _bending_from(self, prefix: str) -> Iterator[str]:
        """The keys that may be misspelled and begin with the prefix: neighbours in the sorted list."""
        for place in range(bisect_left(self._bending, prefix), len(self._bending)):
            if not self._bending[place].startswith(prefix):
                return
            yield self._bending[place]

    def find_spelled(self, typed: str) -> dict[int, Match]:
        """Owners with a key that equals the typed one or goes on from it."""
        found: dict[int, Match] = {}
        begin = bisect_left(self._sorted, typed)
        for text in self._sorted[begin : begin + COMPLETIONS_MAX]:
            if not text.startswith(typed):
                break
            whole = text == typed
            score = 1.0 if whole else 0.84 + 0.10 * len(typed) / len(text)
            for key in self._keys[text]:
                keep_best(found, key.owner, Match(score - key.cost, whole and key.exact))
        return found

    def find_misspelled(self, typed: str) -> dict[int, Match]:
        """Owners with a key, or the beginning of one, within the slips allowed; and those that sound the same."""
        found: dict[int, Match] = {}
        typed = typed[: PREFIX_LENGTH_MAX + 1]
        length = len(typed)
        slips = next((slips for least, slips in SLIPS_BY_LENGTH if length >= least), 0)
        if slips == 0:
            return found
        for prefix_length in range(length - slips, length + slips + 1):
            prefixes = self._prefixes.get(prefix_length)
            if prefixes:
                self._add_close(found, typed, prefix_length, prefixes, slips)
        if length >= SOUND_LENGTH_MIN:
            for key in self._by_sound.get(sound_key(typed), ()):
                keep_best(found, key.owner, Match(0.66 - key.cost - 0.02 * abs(len(key.text) - length), exact=False))
        return found

    def _add_close(
        self, found: dict[int, Match], typed: str, prefix_length: int, prefixes: Sequence[str], slips: int
    ) -> None:
        near = process.extract(typed, prefixes, scorer=distances.OSA.distance, score_cutoff=slips, limit=None)
        for prefix, distance, _ in near:
            if distance == 0:
                continue
            for text in self._bending_from(prefix):
                whole = len(text) == prefix_length
                if whole:
                    score = 0.86 - 0.10 * distance
                elif len(typed) < BEGUN_LENGTH_MIN:
                    continue
                else:
                    score = 0.70 - 0.10 * distance + 0.08 * len(typed) / len(text)
                for key in self._keys[text]:
                    if key.bends:
                        keep_best(found, key.owner, Match(score - key.cost, False, whole))


class WordIndex:
    """Which owners have words that begin with each of the typed ones, in any order."""

    def __init__(self, words_of: Iterable[tuple[int, Iterable[str]]]) -> None:
        self._owners: dict[str, set[int]] = {}
        for owner, words in words_of:
            for word in words:
                self._owners.setdefault(word, set()).add(owner)
        self._sorted = sorted(self._owners)

    def find(self, typed_words: Sequence[str]) -> set[int]:
        """Owners that hold every typed word or its beginning."""
        common: set[int] | None = None
        for word in typed_words:
            owners = self._beginning_with(word)
            common = owners if common is None else common & owners
            if not common:
                return set()
        return common or set()

    def _beginning_with(self, word: str) -> set[int]:
        owners: set[int] = set()
        begin = bisect_left(self._sorted, word)
        for known in self._sorted[begin : begin + COMPLETIONS_MAX]:
            if not known.startswith(word):
                break
            owners |= self._owners[known]
        return owners


class HanIndex:
    """Names in Chinese characters, found by the pairs of neighbouring characters that the typed text shares."""

    def __init__(self, keys: Iterable[Key]) -> None:
        self._keys: list[Key] = [key for key in keys if key.text]
        self._holding: dict[str, set[int]] = {}
        for place, key in enumerate(self._keys):
            for part in bigrams(key.text) | set(key.text):
                self._holding.setdefault(part, set()).add(place)

    def find(self, typed: str) -> dict[int, Match]:
        """Owners by the share of the typed pairs in their name: half is enough, so one wrong character is forgiven."""
        parts = bigrams(typed)
        shared: dict[int, int] = {}
        for part in parts:
            for place in self._holding.get(part, ()):
                shared[place] = shared.get(place, 0) + 1
        found: dict[int, Match] = {}
        for place, count in shared.items():
            key = self._keys[place]
            if 2 * count < len(parts):
                continue
            if key.text == typed:
                match = Match(1.0 - key.cost, key.exact)
            elif key.text.startswith(typed):
                match = Match(0.88 + 0.06 * len(typed) / len(key.text) - key.cost, exact=False)
            else:
                match = Match(0.50 + 0.25 * count / len(parts) + 0.10 * len(typed) / len(key.text), exact=False)
            keep_best(found, key.owner, match)
        return found
