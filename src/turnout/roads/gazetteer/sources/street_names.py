"""Street names as people write them, from the capitals of municipal tables: `03RD ST` is 3rd St."""

import re

_KEPT = {"TI", "SRA", "SFGH", "CCSF", "II", "III", "IV", "N", "S", "E", "W", "NE", "NW", "SE", "SW"}
_SMALL = {"of", "the", "and", "to"}
_IRISH = {"OFARRELL": "O'Farrell", "OSHAUGHNESSY": "O'Shaughnessy", "OREILLY": "O'Reilly"}
_NUMBERED = re.compile(r"0*(\d+)(ST|ND|RD|TH)?")
_WORDS = {"AV": "Ave"}


def written_street(name: str) -> str:
    """A name in capitals in the spelling of street signs."""
    whole = name.replace("BAY SHORE ", "BAYSHORE ")
    return " ".join(_written(word, place) for place, word in enumerate(whole.split()))


def _written(word: str, place: int) -> str:
    numbered = _NUMBERED.fullmatch(word)
    if numbered:
        return numbered[1] + (numbered[2] or "").lower()
    if word in _KEPT or any(char.isdigit() for char in word):
        return word
    if word in _IRISH or word in _WORDS:
        return _IRISH.get(word) or _WORDS[word]
    if place > 0 and word.lower() in _SMALL:
        return word.lower()
    if word.startswith("MC") and len(word) > 4:
        return "Mc" + word[2:].capitalize()
    return "-".join(part.capitalize() for part in word.split("-"))
