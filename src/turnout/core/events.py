"""Every event there is, as one union, and its stored form.

The stored form is the event's JSON with its stable name and a version. When a form changes, the old version gets an
upcast here: a pure function from the old JSON to the next one. Every history ever written still replays;
`tests/histories` holds the form of every event and fails when one changes unannounced.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from turnout.core.calls.events import CallEvent
from turnout.core.corridors.events import CorridorEvent
from turnout.core.incidents.events import IncidentEvent
from turnout.core.plans.events import PlanEvent
from turnout.core.retention.events import RetentionEvent
from turnout.core.reveals.events import RevealEvent
from turnout.core.roster.events import RosterEvent
from turnout.core.tables.events import TableEvent
from turnout.core.timers.events import TimerEvent
from turnout.core.units.events import UnitEvent
from turnout.words.trouble import Malformed, Unsupported

Event = (
    CallEvent
    | IncidentEvent
    | UnitEvent
    | TimerEvent
    | TableEvent
    | RosterEvent
    | RevealEvent
    | RetentionEvent
    | CorridorEvent
    | PlanEvent
)

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
Upcasts = Mapping[tuple[str, int], Upcast]
"""(event name, version) → how that version's JSON becomes the next version's."""

UPCASTS: Upcasts = {}


class StoredEvent(NamedTuple):
    """An event as the journal keeps it."""

    name: str
    version: int
    body: bytes


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)


def event_name(event: Event) -> str:
    """The stable name: `units-assigned`."""
    return str(event.__struct_config__.tag)


def version_of(name: str, upcasts: Upcasts = UPCASTS) -> int:
    """The version that is written now: one more than the newest that has an upcast."""
    return 1 + max((version for known, version in upcasts if known == name), default=0)


def encode(event: Event) -> StoredEvent:
    """Name, version and JSON of `event`. The same event always gives the same bytes."""
    name = event_name(event)
    return StoredEvent(name, version_of(name) if UPCASTS else 1, _encoder.encode(event))


def decode(name: str, version: int, body: bytes, upcasts: Upcasts = UPCASTS) -> Event:
    """The event, whatever version it was written in. `Unsupported`: by a newer program; `Malformed`: damaged."""
    current = version_of(name, upcasts) if upcasts else 1
    if not 1 <= version <= current:
        raise Unsupported(f"version {version} of {name}; this program knows up to {current}", where="journal")
    try:
        if version == current:
            return _decoder.decode(body)
        raw: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
        for older in range(version, current):
            raw = upcasts[name, older](raw)
        upcasted: Event = msgspec.convert(raw, Event)
        return upcasted
    except msgspec.DecodeError as trouble:
        raise Malformed(str(trouble), where=f"journal: {name} version {version}") from trouble
