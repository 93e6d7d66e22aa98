"""A small city in the words of the domain, and a ruler instead of roads: a degree of longitude is 1,000 seconds."""

import math
from typing import Any

import msgspec
import pytest

from turnout.core.board import Available, Board, Incident, Location, OnIncident, Status, Unit
from turnout.core.catalogue import Agency, Catalogue, IncidentType, Need, ResponsePlan, Station, UnitKind
from turnout.roads import Spot, Spots, TravelEstimate
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

NOW = Moment(1_700_000_000_000)


def name(text: str) -> Name:
    return Name(text, text)


class Ruler:
    """Drive times as the difference in longitude; edges are thousandths of a degree. Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []
        self.unreachable: set[int] = set()

    def spot_of(self, place: Place) -> Spot | None:
        return None if place.lat < 0 else Spot(round(place.lon * 1000), 0.0)

    def drive_s(self, target: Spot, sources: Spots, enough: int | None, urgent: bool) -> list[float]:
        self.asked.append(enough)
        times = [math.inf if e < 0 or e in self.unreachable else abs(e - target.edge) * 1.0 for e in sources.edge]
        if enough is None:
            return times
        limit = sorted(times)[min(enough, len(times)) - 1]
        return [time if time <= limit else math.inf for time in times]

    def estimate(self, drive_s: float, urgent: bool) -> TravelEstimate:
        return TravelEstimate(drive_s, drive_s, drive_s * 0.8, drive_s * 1.4)


KINDS = {
    "engine": UnitKind("engine", name("Engine"), "fire", ("engine",), 4, 80),
    "truck": UnitKind("truck", name("Truck"), "fire", ("truck",), 4, 80),
    "quint": UnitKind("quint", name("Quint"), "fire", ("engine", "truck"), 4, 80),
    "medic": UnitKind("medic", name("Medic"), "ems", ("als", "transport"), 2, 60),
}


def a_unit(unit_id: str, kind: str, station: str, status: Status | None = None, **more: Any) -> Unit:
    fields: dict[str, Any] = {
        "id": unit_id,
        "kind": kind,
        "agency": "FD",
        "home": station,
        "station": station,
        "status": status or Available(),
        "since": NOW,
        "capabilities": frozenset(KINDS[kind].capabilities),
        "staffed": True,
    }
    return Unit(**(fields | more))


def an_incident(incident_id: str = "I1", lon: float = 0.0, **more: Any) -> Incident:
    fields: dict[str, Any] = {
        "id": incident_id,
        "tag": f"T{incident_id}",
        "numbers": {"FD": "F1"},
        "opened": NOW,
        "opened_by": "ct1",
        "position": "P1",
        "status": "pending",
        "status_since": NOW,
        "type": "STRUCTURE",
        "priority": 1,
        "agencies": ("FD",),
        "location": Location(text="here", place=Place(1.0, lon)),
        "last_change": NOW,
    }
    return Incident(**(fields | more))


def a_plan(*needs: Need, **more: Any) -> ResponsePlan:
    return ResponsePlan(**({"id": "P", "name": name("Plan"), "agency": "FD", "needs": needs} | more))


def a_city(*plans: ResponsePlan, stations: dict[str, float] | None = None, **more: Any) -> Catalogue:
    """A city with its stations at these longitudes, all on latitude 1."""
    placed = stations or {"S1": 0.1, "S2": 0.2, "S3": 0.3, "S4": 0.4}
    fields: dict[str, Any] = {
        "city": "ruler",
        "name": name("Ruler"),
        "time_zone": "UTC",
        "agencies": {
            "FD": Agency("FD", name("Fire"), "fire", "F{yy}{n:06}"),
            "NB": Agency("NB", name("Neighbour"), "fire", "N{yy}{n:06}", neighbour=True),
            "PD": Agency("PD", name("Police"), "police", "P{yy}{n:06}"),
        },
        "stations": {key: Station(key, name(key), "FD", Place(1.0, lon)) for key, lon in placed.items()},
        "unit_kinds": KINDS,
        "types": {"STRUCTURE": IncidentType("STRUCTURE", name("Structure fire"), ("FD",), 1)},
        "plans": plans,
    }
    return Catalogue(**(fields | more))


def a_board(catalogue: Catalogue, incidents: list[Incident], *units: Unit) -> Board:
    return Board(
        at=NOW,
        catalogue=catalogue,
        incidents={incident.id: incident for incident in incidents},
        units={unit.id: unit for unit in units},
    )


def on(incident_id: str, at: str = "on-scene") -> OnIncident:
    return msgspec.convert({"stage": "on-incident", "incident": incident_id, "at": at}, OnIncident)


@pytest.fixture
def ruler() -> Ruler:
    return Ruler()
