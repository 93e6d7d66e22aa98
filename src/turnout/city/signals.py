"""What signals a city has for corridors: `signals.toml` in its folder; without it none are ever asked (15.4).

    controllers = "file"                     # "none", "simulated", or "file": as controllers_file says
    junctions = "file"                       # "file": as plans_file says; "assumed": where streets of some rank cross
    plans_file = "signal_plans.toml"
    controllers_file = "/etc/turnout/signals/controllers.toml"

Files are looked for beside this one; that of the controllers, with its secrets, is better elsewhere. `simulated` is for
trying corridors out: no real signal is reached.
"""

from pathlib import Path
from typing import Final, Literal

import msgspec

from turnout.words.trouble import Malformed

FILE: Final = "signals.toml"
CURE: Final = "see the engineers' manual on corridors"


class SignalsOfCity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    controllers: Literal["none", "simulated", "file"] = "none"
    junctions: Literal["assumed", "file"] = "assumed"
    plans_file: str = "signal_plans.toml"
    controllers_file: str = "controllers.toml"


def may_have_signals(folder: Path) -> bool:
    """Also where the file is broken: that is told by whoever joins the signals."""
    return (folder / FILE).is_file()


def read_signals(folder: Path) -> SignalsOfCity:
    """None at all where there is no file. Raises `Malformed` with the file and the cure."""
    path = folder / FILE
    if not path.is_file():
        return SignalsOfCity()
    try:
        said = msgspec.toml.decode(path.read_bytes(), type=SignalsOfCity)
    except (msgspec.DecodeError, OSError, UnicodeDecodeError) as trouble:
        raise Malformed(str(trouble), str(path), CURE) from trouble
    if said.controllers == "file" and said.junctions != "file":
        raise Malformed("real controllers at assumed junctions", str(path), 'write junctions = "file"')
    return said
