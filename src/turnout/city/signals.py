"""What signals a city has for corridors: `signals.toml` in its folder; without it none are ever asked (15.4).

    controllers = "simulated"   # or "none"
    junctions = "assumed"       # where streets of some rank cross

`simulated` is for trying corridors out: no real signal is reached.
"""

from pathlib import Path
from typing import Final, Literal

import msgspec

from turnout.words.trouble import Malformed

FILE: Final = "signals.toml"
CURE: Final = "see the engineers' manual on corridors"


class SignalsOfCity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    controllers: Literal["none", "simulated"] = "none"
    junctions: Literal["assumed"] = "assumed"


def read_signals(folder: Path) -> SignalsOfCity:
    """None at all where there is no file. Raises `Malformed` with the file and the cure."""
    path = folder / FILE
    if not path.is_file():
        return SignalsOfCity()
    try:
        return msgspec.toml.decode(path.read_bytes(), type=SignalsOfCity)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as trouble:
        raise Malformed(str(trouble), str(path), CURE) from trouble
