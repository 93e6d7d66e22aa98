"""One spelling for the many ways in which people write a street: case, accents, ordinals, types, directions.

Street types follow USPS Publication 28, appendix C1, with the shorter forms that dispatchers type. What is compared
are keys: the words of a name run together, so that `O'Farrell`, `OFARRELL` and `o farrell` are one.
"""

import re
import unicodedata

from turnout.roads.gazetteer.chinese import has_han

_TYPE_FORMS = {
    "st": "street str strt stret",
    "ave": "avenue av aven avenu avn avnue",
    "blvd": "boulevard bl boul boulv blv bvd",
    "dr": "drive drv driv",
    "ct": "court crt",
    "pl": "place plc",
    "ln": "lane",
    "rd": "road",
    "aly": "alley ally",
    "ter": "terrace terr tr",
    "way": "wy",
    "cir": "circle circ cr",
    "hwy": "highway hiway hw hy",
    "plz": "plaza plza",
    "pkwy": "parkway pky",
    "sq": "square sqr",
    "tunl": "tunnel",
    "stwy": "stairway",
    "stps": "steps",
    "expy": "expressway",
    "fwy": "freeway frwy",
    "loop": "",
    "walk": "",
    "path": "",
    "row": "",
}
TYPES: dict[str, str] = {form: short for short, forms in _TYPE_FORMS.items() for form in (short, *forms.split())}
"""Each written form of a street type, to its shortest."""
LONG_TYPES: dict[str, str] = {short: forms.split()[0] for short, forms in _TYPE_FORMS.items() if forms}
_DIRECTIONS = {"n": "north", "s": "south", "e": "east", "w": "west", "nor": "north", "sou": "south"}
_DIRECTIONS |= {"nb": "northbound", "sb": "southbound", "eb": "eastbound", "wb": "westbound"}
DIRECTION_WORDS = {"north", "south", "east", "west"}
_ONES = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_ONES += ["eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth"]
_ONES += ["nineteenth"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}
_TENS |= {"ninety": 90}
_TENTHS = {word[:-1] + "ieth": number for word, number in _TENS.items()}
_WRITTEN = {word: number for number, word in enumerate(_ONES)} | _TENTHS | {"fourth": 4, "forth": 4, "nineth": 9}
_WRITTEN |= {"twelveth": 12}
_ORDINAL = re.compile(r"0*(\d{1,3})[sndrth]{0,3}")
"""Its letters may be any of those of an ordinal's ending, in any order: the number says all."""
_SAME_WORDS = {"saint": "st", "mount": "mt", "fort": "ft", "doctor": "dr", "junior": "jr"}
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile("['’‘`´.]")


def fold(text: str) -> str:
    """Compatibility forms, case and accents taken away; Chinese characters stay as they are."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii() or has_han(folded):
        return folded
    return "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))


def words(text: str) -> list[str]:
    """The words of a text, folded; an apostrophe or full stop does not divide a word."""
    return _WORD.findall(_APOSTROPHES.sub("", fold(text)))


def ordinal(word: str) -> int | None:
    """The number that `5th`, `05TH`, `5` or `fifth` stand for."""
    if word in _WRITTEN:
        return _WRITTEN[word]
    found = _ORDINAL.fullmatch(word)
    return int(found[1]) if found and found[1].isascii() else None


def canonical(name_words: list[str]) -> list[str]:
    """Words in their one spelling: ordinals as `5th`, types in short, directions and titles in one form."""
    out: list[str] = []
    for word in name_words:
        number = ordinal(word)
        if number is not None:
            tens = _TENS.get(out[-1]) if out and 0 < number < 10 and word in _WRITTEN else None
            if tens is not None:
                out[-1] = f"{tens + number}th"
            else:
                out.append(f"{number}th")
        else:
            out.append(_one_form(word))
    return out


def _one_form(word: str) -> str:
    return TYPES.get(word) or _DIRECTIONS.get(word) or _SAME_WORDS.get(word) or word


def run_together(name_words: list[str]) -> str:
    """Words as one key."""
    return "".join(name_words)


def split_type(name_words: list[str]) -> tuple[list[str], str]:
    """The canonical words without a street type at their end, and the type; a type alone is a name."""
    if len(name_words) > 1 and name_words[-1] in _TYPE_FORMS:
        return name_words[:-1], name_words[-1]
    return name_words, ""


def with_long_type(name_words: list[str]) -> list[str]:
    """The canonical words with the type at their end written out, for text that is still being typed."""
    if name_words and name_words[-1] in LONG_TYPES:
        return [*name_words[:-1], LONG_TYPES[name_words[-1]]]
    return name_words
