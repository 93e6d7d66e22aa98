"""Latitude and longitude as people type or paste them: decimal degrees or minutes and seconds, letters or signs."""

import re

from turnout.roads.gazetteer.spelling import fold

_LETTERS = (("北纬", "n"), ("南纬", "s"), ("东经", "e"), ("西经", "w"), ("纬度", ""), ("经度", ""))
_UNITS = str.maketrans({"度": "°", "分": "'", "秒": '"', "′": "'", "’": "'", "″": '"', "”": '"', "，": ",", "、": ","})
_WORDS = re.compile(r"\bgeo:|\b(?:latitude|longitude|lat|lon|lng|long)\b\s*[:=]?")
_ANGLE = (
    r"([+-]?)\s*(\d{1,3}(?:\.\d{1,15})?)\s*°?"
    r"(?:\s*(?<=[°\s])(\d{1,2}(?:\.\d{1,12})?)\s*'(?:\s*(\d{1,2}(?:\.\d{1,12})?)\s*(?:\"|''))?)?"
)
_BETWEEN = r"\s*[\s,;/|]\s*"
_FORMS = [
    re.compile(rf"{_ANGLE}\s*([nsew]){_BETWEEN}{_ANGLE}\s*([nsew])"),
    re.compile(rf"{_ANGLE}\s*([nsew])\s*{_ANGLE}\s*([nsew])"),
    re.compile(rf"{_ANGLE}(){_BETWEEN}{_ANGLE}()"),
]
_LETTER_FIRST = re.compile(r"([nsew])\s*([\d.°'\"\s+-]{1,60}?)([\s,;/|]*)([nsew])\s*([\d.°'\"\s+-]{1,60})")


def read_coordinate(text: str) -> tuple[float, float] | None:
    """(latitude, longitude) as typed, in degrees and not checked against any range; None for any other text.

    Two bare whole numbers are no coordinate: `16 24` are streets.
    """
    folded = fold(text).translate(_UNITS)
    for written, meant in _LETTERS:
        folded = folded.replace(written, meant)
    folded = _WORDS.sub(" ", folded).strip(" ()[]")
    turned = _LETTER_FIRST.fullmatch(folded)
    if turned:
        folded = f"{turned[2].strip()}{turned[1]}, {turned[5].strip()}{turned[4]}"
    for form in _FORMS:
        found = form.fullmatch(folded)
        if found:
            return _as_pair(found)
    return None


def _as_pair(found: re.Match[str]) -> tuple[float, float] | None:
    first, second = found.groups()[:5], found.groups()[5:]
    if not all("." in angle[1] or angle[2] or angle[4] for angle in (first, second)):
        return None
    if (first[4] or "n") in "ew" and (second[4] or "n") in "ns":
        first, second = second, first
    return _degrees(*first), _degrees(*second)


def _degrees(sign: str, degrees: str, minutes: str | None, seconds: str | None, letter: str) -> float:
    angle = float(degrees) + float(minutes or 0) / 60.0 + float(seconds or 0) / 3600.0
    return -angle if sign == "-" or letter in ("s", "w") else angle
