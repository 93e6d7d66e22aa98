"""The names of a city's streets or common places, and who is meant by a text: spelling, types, Chinese, pinyin."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from turnout.roads.gazetteer.chinese import han_key, has_han
from turnout.roads.gazetteer.name_index import HanIndex, Key, Match, NameIndex, WordIndex, keep_best
from turnout.roads.gazetteer.spelling import (
    DIRECTION_WORDS,
    TYPES,
    canonical,
    run_together,
    split_type,
    with_long_type,
    words,
)

REMEMBERED_MAX = 512
"""Texts whose owners are kept: the half of a crossing that is already typed is asked for again at every key."""
INITIALS_MIN = 2
"""A single pinyin initial names half the city."""
WEAK_SCORE = 0.70
"""When no street of the typed type fits better, the type may be part of a name (`tll plaza` for Toll Plaza Tunnel)."""
_AS_TYPED_COST = 0.005
"""Letters as typed may join across words (`av e` is not `ave`), so they complete a name but never prove one."""
_LOOSE_COST = 0.03
_TAIL_COST = 0.10
_PINYIN_COST = 0.04
_OTHER_TYPE_COST = 0.14


class NamesOf(msgspec.Struct, frozen=True):
    """Everything one street or place is called. `pinyin` is of the Chinese names, syllables divided by spaces."""

    en: str
    zh: str = ""
    aliases: tuple[str, ...] = ()
    pinyin: tuple[str, ...] = ()


class NameFinder:
    """Finds owners (their places in the given sequence) by name. `are_streets`: a type at the end may be left out."""

    def __init__(self, names: Sequence[NamesOf], are_streets: bool) -> None:
        self._are_streets = are_streets
        self._types = [_types_in(name) for name in names]
        self._latin = NameIndex(key for owner, name in enumerate(names) for key in self._latin_keys(owner, name))
        self._han = HanIndex(key for owner, name in enumerate(names) for key in _han_keys(owner, name))
        self._words = WordIndex((owner, _words_of(name)) for owner, name in enumerate(names))
        self._remembered: OrderedDict[tuple[str, bool], dict[int, Match]] = OrderedDict()

    def find(self, text: str, forgiving: bool = True) -> Mapping[int, Match]:
        """Who may be meant. Not `forgiving`: only equal or begun names, which is several times faster."""
        known = self._remembered.get((text, forgiving))
        if known is None:
            known = self._find(text, forgiving)
            self._remembered[text, forgiving] = known
            if len(self._remembered) > REMEMBERED_MAX:
                self._remembered.popitem(last=False)
        return known

    def _find(self, text: str, forgiving: bool) -> dict[int, Match]:
        if has_han(text):
            return self._han.find(han_key(text))
        typed = words(text)
        if not typed:
            return {}
        full = canonical(typed)
        base, street_type = split_type(full)
        found: dict[int, Match] = {}
        _add(found, self._latin.find_spelled(run_together(full)))
        for key in {run_together(typed), run_together(with_long_type(full))} - {run_together(full)}:
            for owner, match in self._latin.find_spelled(key).items():
                keep_best(found, owner, Match(match.score - _AS_TYPED_COST, exact=False))
        street_type = street_type if self._are_streets else ""
        if street_type:
            self._add_typed(found, self._latin.find_spelled(run_together(base)), street_type)
        elif len(full) > 1 and full[-1] in DIRECTION_WORDS:
            for owner, match in self._find(" ".join(full[:-1]), forgiving).items():
                keep_best(found, owner, Match(match.score - _OTHER_TYPE_COST, exact=False))
        if forgiving:
            for key in {run_together(base), run_together(typed[: len(base)])} if street_type else ():
                self._add_typed(found, self._latin.find_misspelled(key), street_type)
            if not street_type or all(match.score < WEAK_SCORE for match in found.values()):
                _add(found, self._latin.find_misspelled(run_together(typed)))
            if len(typed) > 1:
                self._add_reordered(found, typed)
        return found

    def _add_typed(self, found: dict[int, Match], more: Mapping[int, Match], street_type: str) -> None:
        """A type that differs from the street's own costs; of a street without one (`Broadway St`) it says nothing."""
        for owner, match in more.items():
            types = self._types[owner]
            if types and street_type not in types:
                keep_best(found, owner, Match(match.score - _OTHER_TYPE_COST, False, match.slip))
            else:
                keep_best(found, owner, Match(match.score - 0.001, match.exact, match.slip))

    def _add_reordered(self, found: dict[int, Match], typed: Sequence[str]) -> None:
        for spelled in (typed, canonical(list(typed))):
            for owner in self._words.find(spelled):
                keep_best(found, owner, Match(0.72, exact=False))

    def _latin_keys(self, owner: int, name: NamesOf) -> Iterator[Key]:
        for spoken in (name.en, *name.aliases):
            if not has_han(spoken):
                yield from self._spelled_keys(owner, words(spoken))
        for syllables in name.pinyin:
            parts = syllables.split()
            yield Key(run_together(parts), owner, _PINYIN_COST, bends=len(parts) > 1)
            if len(parts) >= INITIALS_MIN:
                yield Key("".join(part[0] for part in parts), owner, _PINYIN_COST, exact=False, bends=False)

    def _spelled_keys(self, owner: int, raw: list[str]) -> Iterator[Key]:
        if not raw:
            return
        full = canonical(raw)
        base, street_type = split_type(full)
        if self._are_streets and len(full) > 2 and full[-1] in DIRECTION_WORDS and full[-2] in set(TYPES.values()):
            base = [*full[:-2], full[-1]]
            yield _key(full[:-2], owner, _LOOSE_COST)
            yield _key(full[:-1], owner, _LOOSE_COST)
        seen: set[str] = set()
        raw_base = raw[: len(base)]
        spellings = [(full, 0.0, True), (raw, 0.0, True), (with_long_type(full), 0.0, True)]
        spellings += [(base, 0.0, self._are_streets), (raw_base, 0.0, self._are_streets)]
        if street_type:
            spellings += [([*raw_base, *with_long_type(full)[-1:]], 0.0, True)]
        without_the = full[0] == "the"
        spellings += [(full[place:], *_tail(without_the and place == 1)) for place in range(1, len(base))]
        for spelling, cost, exact in spellings:
            key = _key(spelling, owner, cost, exact)
            if key.text not in seen:
                seen.add(key.text)
                yield key


def _tail(is_whole: bool) -> tuple[float, bool]:
    """(cost, exact) of a name from its second or later word on; `the` may always be left out."""
    return (0.0, True) if is_whole else (_TAIL_COST, False)


def _key(name_words: list[str], owner: int, cost: float, exact: bool = True) -> Key:
    text = run_together(name_words)
    return Key(text, owner, cost, exact, bends=not any(char.isdigit() for char in text))


def _add(found: dict[int, Match], more: Mapping[int, Match]) -> None:
    for owner, match in more.items():
        keep_best(found, owner, match)


def _types_in(name: NamesOf) -> set[str]:
    spoken = (canonical(words(one)) for one in (name.en, *name.aliases) if not has_han(one))
    kinds = set(TYPES.values())
    return {word for one in spoken for word in one[1:] if word in kinds}


def _words_of(name: NamesOf) -> set[str]:
    spoken = [words(one) for one in (name.en, *name.aliases)]
    return {word for one in spoken for word in (*one, *canonical(one))}


def _han_keys(owner: int, name: NamesOf) -> Iterator[Key]:
    for spoken in {name.zh, *name.aliases}:
        if has_han(spoken):
            yield Key(han_key(spoken), owner)
