"""Why a line cannot be read, in both languages."""

from turnout.words.name import Name


class CannotRead(Exception):
    """`code` for programs, `said` for people."""

    def __init__(self, code: str, said: Name) -> None:
        super().__init__(code)
        self.code, self.said = code, said
