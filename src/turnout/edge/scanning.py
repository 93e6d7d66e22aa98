"""What the edge asks of a virus scanner. `adapters/clamd` implements it; without one files are taken as they are."""

from collections.abc import AsyncIterator
from typing import Protocol


class FileInfected(Exception):
    """The scanner knows it; `args[0]` is what it calls it."""


class ScannerSilent(Exception):
    """It cannot be asked, or does not know: the file is not taken, and may be sent again."""


class Scanner(Protocol):
    def scanned(self, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same content; raises before its end what the scanner says against it."""
        ...
