"""The whole program with a planted bug, as a process of its own: `python -m tests.planted.process PLANT words…`."""

import sys

import pytest

from tests.planted.plants import PLANTS
from turnout.main import main

if __name__ == "__main__":
    PLANTS[sys.argv.pop(1)].plant(pytest.MonkeyPatch())
    main()
