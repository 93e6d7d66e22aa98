"""What a planted bug is: one thing changed for the length of a test, and the check that must notice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

Patch = pytest.MonkeyPatch


class Plant(NamedTuple):
    plant: Callable[[Patch], None]
    caught_by: Callable[[Path], Any]
    """May be a coroutine function; gets an empty folder."""
