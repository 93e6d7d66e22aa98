"""Places that were taken as typed (1.9): gathered until somebody has followed them up."""

from typing import Final

from msgspec.structs import replace

from turnout.core.board import Board, ForcedPlace, Location
from turnout.core.events import Event
from turnout.core.incidents.events import IncidentOpened, IncidentRelocated, SecondaryPlaceSet

FORCED_MAX: Final = 2_000
"""That wait at once. Beyond it the oldest leaves the list (never its incident): nobody follows up two thousand."""


def with_forced(board: Board, event: Event) -> Board:
    """`board`, with the place that `event` has forced, if it has. The same words in clear only count; sealed ones are
    each of its own incident, and end with it (decision 0204)."""
    location = _forced_by(event)
    if location is None:
        return board
    assert isinstance(event, IncidentOpened | IncidentRelocated | SecondaryPlaceSet)
    text = location.text.strip()
    known = next((one for one in board.forced_places.values() if one.text.casefold() == text.casefold()), None)
    if known is not None:
        again = replace(known, times=known.times + 1)
        return replace(board, forced_places={**board.forced_places, known.id: again})
    incident = board.incidents[event.incident]
    place = ForcedPlace(
        id=f"{incident.id}/{board.seq + 1}",
        text=text,
        place=location.place,
        incident=incident.id,
        tag=incident.tag,
        agencies=incident.agencies,
        at=event.at,
        by=event.by,
    )
    kept = list(board.forced_places.items())[-(FORCED_MAX - 1) :]
    return replace(board, forced_places={**dict(kept), place.id: place})


def _forced_by(event: Event) -> Location | None:
    match event:
        case IncidentOpened(location=location) | IncidentRelocated(location=location):
            return location if location.kind == "forced" else None
        case SecondaryPlaceSet(place=place):
            return place.location if place.location.kind == "forced" and not place.removed else None
        case _:
            return None
