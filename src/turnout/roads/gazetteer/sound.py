"""Keys for names that sound alike, so that a name heard on the telephone is found as it was understood.

In the manner of Metaphone (Philips, Computer Language 7(12), 1990), shortened to what place names need: vowels count
only at the beginning. Half the streets of the American West are Spanish and are spelled by ear, so a name has a
second key read the Spanish way (`Vallejo` as `vayeho`).
"""

import re

_ENGLISH = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"ough$", "of"),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"tch|sch|ch|sh|ti(?=o)|ci(?=a)", "C"),
        (r"ph", "f"),
        (r"th", "T"),
        (r"dge?(?=[ei])", "j"),
        (r"gh(?=[^aeiou]|$)", ""),
        (r"mb$", "m"),
        (r"wh", "w"),
        (r"cq|ck|qu?", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"z", "s"),
        (r"x", "ks"),
        (r"v", "f"),
    )
]
"""In this order. Capitals are sounds of their own, which later rules leave alone."""
_SPANISH = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(?<![cps])h", ""),
        (r"ll", "y"),
        (r"j|g(?=[ei])", "h"),
        (r"qu(?=[ei])", "k"),
        (r"gu(?=[ei])", "g"),
    )
]


def sound_key(key: str) -> str:
    """How a run-together name sounds to an English ear; empty when there is nothing to hear."""
    for pattern, sound in _ENGLISH:
        key = pattern.sub(sound, key)
    return _consonants(key)


def spanish_sound_key(key: str) -> str:
    """The same for a name read the Spanish way and then heard by an English ear."""
    for pattern, sound in _SPANISH:
        key = pattern.sub(sound, key)
    return sound_key(key)


def _consonants(text: str) -> str:
    out: list[str] = []
    previous = ""
    for place, char in enumerate(text):
        sound = "a" if char in "aeiou" else char
        if sound != previous and _is_heard(text, place):
            out.append(sound)
        previous = sound
    return "".join(out)


def _is_heard(text: str, place: int) -> bool:
    """A vowel is heard at the beginning only, a `y` also between vowels, where it is a consonant."""
    if place == 0:
        return True
    if text[place] == "y":
        return place < len(text) - 1 and text[place - 1] in "aeiou" and text[place + 1] in "aeiou"
    return text[place] not in "aeiou"
