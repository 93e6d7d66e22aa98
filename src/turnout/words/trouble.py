"""The kinds of bad input from outside. An edge raises one of these and nothing else stops."""

from turnout.words.name import Name


class BadInput(Exception):
    """Input that is not taken. `where` says which file, line or field; `cure` says what a person can do.

    What a person meets on a screen is a `Name`, in both languages; `what`, `cure` and its text are the English ones.
    """

    def __init__(self, what: str | Name, where: str = "", cure: str | Name = "") -> None:
        self.named, self.cure_named = _named(what), _named(cure)
        self.what, self.where, self.cure = self.named.en, where, self.cure_named.en
        super().__init__(self.said.en)

    @property
    def said(self) -> Name:
        """All of it. English in both languages where nobody has put it in Chinese."""
        what, cure = self.named, self.cure_named
        en = _whole(self.where, what.en, cure.en)
        return Name(en, _whole(self.where, what.zh, cure.zh, ("：", "（", "）")) if what.zh != what.en else en)


def _named(said: str | Name) -> Name:
    return said if isinstance(said, Name) else Name(said, said)


def _whole(where: str, what: str, cure: str, marks: tuple[str, str, str] = (": ", " (", ")")) -> str:
    colon, opening, closing = marks
    return colon.join(part for part in (where, what) if part) + (f"{opening}{cure}{closing}" if cure else "")


class Malformed(BadInput):
    """It does not follow its own format."""


class Unsupported(BadInput):
    """It is well formed, but of a kind or version that we do not take."""


class NotOurs(BadInput):
    """It is well formed and known, but meant for somebody else: another city, another device, another protocol."""
