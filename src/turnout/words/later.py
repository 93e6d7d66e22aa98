"""A module that is loaded when something of it is first asked for: a start does not wait for what no call needs yet."""

import importlib
from typing import Any


class Later:
    """Stands for the module `name`, which need not be there before it is used.

    Whoever asks first loads it, and waits for that; the import system lets a second one who asks meanwhile wait too.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(importlib.import_module(self._name), attribute)
        setattr(self, attribute, found)
        return found
