"""What the simulated people do and what they hear back: the whole traffic between the simulation and the product.

The simulation itself is pure: it is told the seconds and what came from the product, and gives deeds. `link.py` and
`run.py` carry deeds to the public interface and bring answers back.
"""

from typing import Any

import msgspec

from turnout.words.place import Place


class Command(msgspec.Struct, frozen=True, gc=False):
    """A command to be sent. `lane`: those of one lane are sent one after another, in order."""

    id: str
    lane: str
    body: dict[str, Any]
    at_s: float


class Seen(msgspec.Struct, frozen=True, gc=False):
    """A unit reports where it is. It may arrive late (`at_s` is when it was measured)."""

    unit: str
    place: Place
    heading_deg: float | None
    speed_mps: float
    at_s: float


class AskPlace(msgspec.Struct, frozen=True, gc=False):
    """A call-taker looks the place up."""

    id: str
    place: Place
    text: str


class AskProposal(msgspec.Struct, frozen=True, gc=False):
    """A dispatcher asks who should go."""

    id: str
    incident: str


Deed = Command | Seen | AskPlace | AskProposal


class Heard(msgspec.Struct, frozen=True, gc=False):
    """The answer to a deed. `code` is the refusal's where it was refused; `answer` what came back."""

    id: str
    ok: bool
    code: str = ""
    answer: Any = None
