"""The kinds of bad input from outside. An edge raises one of these and nothing else stops."""


class BadInput(Exception):
    """Input that is not taken. `where` says which file, line or field; `cure` says what a person can do."""

    def __init__(self, what: str, where: str = "", cure: str = "") -> None:
        super().__init__(": ".join(part for part in (where, what) if part) + (f" ({cure})" if cure else ""))
        self.what, self.where, self.cure = what, where, cure


class Malformed(BadInput):
    """It does not follow its own format."""


class Unsupported(BadInput):
    """It is well formed, but of a kind or version that we do not take."""


class NotOurs(BadInput):
    """It is well formed and known, but meant for somebody else: another city, another device, another protocol."""
