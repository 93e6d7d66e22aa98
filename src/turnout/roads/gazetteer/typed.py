"""What a typed text may mean by its form: a house number on a street, a block, a crossing of two streets, or a name.

The forms are those of call-takers and of dispatch records: `1234 mission`, `0 Block of BALCETA AVE`, `400 blk ellis`,
`16th/mission`, `16 and mission`, `market st at 5th`, `401-A JUDAH ST`, `市场街1234号`,
`市场街与第五街路口`. A text may have
several readings; which of them holds, the streets decide.
"""

import re

import msgspec

from turnout.roads.gazetteer.chinese import han_key, has_han, simplified
from turnout.roads.gazetteer.spelling import TYPES, fold, ordinal

ORDINAL_STREET_MAX = 300
"""A bare number up to this may be a numbered street; New York's go to 271st."""
NUMBER_MAX = 99_999
"""The largest house number read; longer digits are no house number anywhere."""
SPLIT_WORDS_MAX = 6
"""Two street names without a word between them are looked for in texts of up to so many words."""


class Numbered(msgspec.Struct, frozen=True):
    """A house number on a street. `unit` is a door, floor or letter, kept as typed."""

    number: int
    street: str
    unit: str = ""


class Blocked(msgspec.Struct, frozen=True):
    """A hundred block of a street: 400 stands for 400 to 499, 0 for 1 to 99."""

    hundred: int
    street: str


class Crossed(msgspec.Struct, frozen=True):
    """Two streets. `sure` when a sign or word between them says so."""

    first: str
    second: str
    sure: bool


class Named(msgspec.Struct, frozen=True):
    """A street or common place by name."""

    text: str


Reading = Numbered | Blocked | Crossed | Named

_BLOCK = r"(?:blo?c?ks?|bloc|bl?ck|lbk|bkl|bllk|bblk|blkk|lbock|bolck|blcok|blokc)"
"""`blk` and `block` with one slip in them."""
_BLOCK_FIRST = re.compile(rf"(\d{{1,5}})\s*{_BLOCK}\b\.?\s*(?:of\s+)?(?:{_BLOCK}\s+)?(.+)")
_BLOCK_LAST = re.compile(rf"(\D.*?)\s+(\d{{1,5}})\s*{_BLOCK}\b\.?(?:\s+of)?")
_BLOCK_BEFORE = re.compile(rf"{_BLOCK}\s+(\d{{1,5}})\s+(?:of\s+)?(.+)")
_SEPARATOR = re.compile(r"\s*(?:[/\\&@+|]|(?<=\s)(?:and|at|x|cross)(?=\s|$))+\s*|\s*(?:和|与|跟|及|交)\s*")
_NOISE = re.compile(r"^(?:call\s*box|address|loc(?:ation)?)\s*:\s*")
_CORNER = re.compile(r"^(?:the\s+)?(?:corner|intersection|junction|cnr|int|crossing)\s+(?:of|at)\s+")
_CORNER_ZH = re.compile(r"(?:的)?(?:交叉路口|交叉口|交汇处|交界处|交界|十字路口|路口|街口|拐角)$")
_NEAR_ZH = re.compile(r"(?:的)?(?:附近|旁边|对面|门口|门前)$")
_NUMBER = re.compile(r"(\d{1,6})((?:\s*-\s*\d{1,6})?(?:\s?-\s?[a-z]\b|[a-z]\b)?)\s+(?:number\s+)?(\S.*)")
_NUMBER_LAST = re.compile(r"(\D\S*(?:\s+\S+)*?)\s+(?:no\.?\s*|number\s+)?(\d{1,5})")
_NUMBER_ZH = re.compile(r"(.+?)(\d{1,6})(?:号|號)(?:之\d+|\D.*)?")
_NUMBER_ZH_FIRST = re.compile(r"(\d{1,6})(?:号|號)\s*(.+)")
_HALF = re.compile(r"(?<=\d)\s+1/2(?=\s)")
_UNIT = re.compile(r"[\s,]+(?:(?:apt|apartment|unit|suite|ste|room|rm|floor|fl)\b\.?\s*#?|#)\s*([\w-]{1,12})\s*$")


def read(text: str) -> list[Reading]:
    """Every reading of the text, in no order. The last is always the name as it stands."""
    folded = " ".join(simplified(fold(text)).split())
    if has_han(folded):
        return _read_chinese(folded)
    folded = _CORNER.sub("", _NOISE.sub("", folded))
    folded, unit = _without_unit(_HALF.sub("", folded))
    readings: list[Reading] = []
    blocked = _read_block(folded)
    if blocked is not None:
        return [blocked, Named(folded)]
    parts = _SEPARATOR.split(folded.strip(" /&@"), maxsplit=2)
    if len(parts) > 1 or folded.endswith(tuple("/&@")):
        second = parts[1] if len(parts) > 1 else ""
        readings.append(Crossed(parts[0], second, sure=True))
        numbered = _NUMBER.fullmatch(parts[0])
        if numbered and second:
            readings += [*_read_number(parts[0], unit)[:1], Crossed(numbered[3], second, sure=True)]
    else:
        readings += _read_number(folded, unit)
        readings += _split_in_two(folded)
    return [*readings, Named(folded)]


def _without_unit(text: str) -> tuple[str, str]:
    found = _UNIT.search(text)
    return (text[: found.start()], found[1].upper()) if found and found.start() > 0 else (text, "")


def _read_block(text: str) -> Blocked | None:
    for form, number_at, street_at in ((_BLOCK_FIRST, 1, 2), (_BLOCK_BEFORE, 1, 2), (_BLOCK_LAST, 2, 1)):
        found = form.fullmatch(text)
        if found:
            return Blocked(int(found[number_at]) // 100 * 100, found[street_at])
    return None


def _read_number(text: str, unit: str) -> list[Reading]:
    readings: list[Reading] = []
    found = _NUMBER.fullmatch(text)
    if found and int(found[1]) <= NUMBER_MAX:
        letter = re.sub(r"\s|-\s*(?=[a-z])", "", found[2]).upper()
        street, number = found[3], int(found[1])
        readings.append(Numbered(number, street, unit or letter.lstrip("-") * (not letter[1:].isdigit())))
        if 0 < number <= ORDINAL_STREET_MAX and not found[2] and street.split()[-1] not in TYPES:
            readings.append(Crossed(found[1], street, sure=False))
    found = _NUMBER_LAST.fullmatch(text)
    if found:
        readings.append(Numbered(int(found[2]), found[1], unit))
        if 0 < int(found[2]) <= ORDINAL_STREET_MAX:
            readings.append(Crossed(found[1], found[2], sure=False))
    return readings


def _split_in_two(text: str) -> list[Reading]:
    """`market 5th`, `16th st mission`: two streets with nothing between."""
    typed = text.split()
    if not 2 <= len(typed) <= SPLIT_WORDS_MAX:
        return []
    return [
        Crossed(" ".join(typed[:place]), " ".join(typed[place:]), sure=False)
        for place in range(1, len(typed))
        if typed[place] not in TYPES and not _is_number(typed[:place]) and not _is_number(typed[place:])
    ]


def _is_number(part: list[str]) -> bool:
    """A number alone is read as such elsewhere; `5th` is a street."""
    return len(part) == 1 and part[0][0].isdigit() and (part[0].isdigit() or ordinal(part[0]) is None)


def _read_chinese(text: str) -> list[Reading]:
    text = _NEAR_ZH.sub("", text)
    for form, number_at, street_at in ((_NUMBER_ZH_FIRST, 1, 2), (_NUMBER_ZH, 2, 1)):
        found = form.fullmatch(text)
        if found and int(found[number_at]) <= NUMBER_MAX:
            return [Numbered(int(found[number_at]), found[street_at]), Named(text)]
    at_corner = _CORNER_ZH.sub("", text)
    parts = _SEPARATOR.split(at_corner, maxsplit=1)
    readings: list[Reading] = []
    if len(parts) > 1 and all(han_key(part) or part.strip() for part in parts):
        readings.append(Crossed(parts[0], parts[1], sure=at_corner != text or not parts[1]))
    found = _NUMBER.fullmatch(text)
    if found:
        readings.append(Numbered(int(found[1]), found[3]))
    return [*readings, Named(text)]
