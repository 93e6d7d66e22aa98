"""The simulated city as a whole: callers, colleagues and crews on one clock. Pure: no socket, no clock of its own.

Told what the board shows (`changed`), what was answered (`heard`) and how late it is (`advance`), it gives the deeds
that follow. Seconds count from the start of the simulation and are negative during its warm-up.
"""

import heapq
import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal

import msgspec

from turnout.city.folder import City
from turnout.city.simulated.behaviour import Behaviour
from turnout.city.simulated.callers import Phrases, PlannedCall, calls_about, extras, from_demand, from_week
from turnout.city.simulated.crews import FIX_MOVING_S, Crew, Order, Setting
from turnout.city.simulated.deeds import Command, Deed, Heard, Seen
from turnout.city.simulated.demand import Demand
from turnout.city.simulated.dispatchers import Colleagues, Habits
from turnout.city.simulated.seen import SeenIncident, SeenUnit, read_row
from turnout.city.simulated.stations import Stations
from turnout.city.simulated.ways import Ways
from turnout.city.simulated.week import RealCall
from turnout.roads import Roads
from turnout.words.moment import Moment
from turnout.words.place import Place

Source = Literal["week", "demand"]
URGENT_PRIORITY: Final = 2
"""Priorities 1 and 2 go with lights and siren, as in the recommendation."""


class Parts(msgspec.Struct, frozen=True):
    """What one city brings for a simulation."""

    city: City
    roads: Roads
    behaviour: Behaviour
    demand: Demand
    week: list[RealCall]


class Choices(msgspec.Struct, frozen=True):
    """What may differ between two simulations of one city."""

    seed: int = 0
    source: Source = "week"
    load: float = 1.0
    habits: Habits = Habits()
    fix_every_s: float = FIX_MOVING_S
    dead_spots: bool = True
    """Whether crews sometimes drive through a place without network. Not at many times life: a gap is a jump then."""


class Simulation:
    """One run."""

    def __init__(
        self, parts: Parts, choices: Choices, mine: str, started: Moment, utc_offset_min: int, begin_s: float
    ) -> None:
        """`mine`: the account that the colleagues act under. `started`: the moment of second 0. `begin_s`: ≤ 0."""
        self.parts, self.choices = parts, choices
        catalogue = parts.city.catalogue
        run = uuid.uuid5(uuid.NAMESPACE_OID, f"turnout/{choices.seed}/{started}")
        self.identity: Callable[[str], str] = lambda name: str(uuid.uuid5(run, name))
        self.disciplines = {str(id): agency.discipline for id, agency in catalogue.agencies.items()}
        self.units: dict[str, SeenUnit] = {}
        phrases = Phrases()
        kinds = {str(u.id): parts.behaviour.unit_types.get(u.kind, u.kind) for u in catalogue.units.values()}
        self.colleagues = Colleagues(
            parts.behaviour,
            phrases,
            mine,
            dict(self.disciplines),
            kinds,
            self._may_dispose,
            self.identity,
            choices.habits,
            choices.seed,
        )
        self.stations = Stations(mine, self.identity, choices.seed)
        setting = Setting(
            parts.behaviour,
            Ways(parts.roads),
            {id: hospital.place for id, hospital in catalogue.hospitals.items()},
            self.identity,
            started,
            choices.dead_spots,
            lambda chance: parts.demand.place(chance)[0],
        )
        self.crews = {
            str(unit.id): Crew(
                str(unit.id),
                kinds[str(unit.id)],
                self._station(unit.station),
                setting,
                choices.seed,
                parts.behaviour.roaming.get(unit.kind),
            )
            for unit in catalogue.units.values()
        }
        local_start = Moment(started + utc_offset_min * 60_000)
        self._calls = self._planned(phrases, local_start, begin_s)
        self._next_call = next(self._calls, None)

    def _may_dispose(self, agency: str, code: str) -> bool:
        known = self.parts.city.catalogue.dispositions.get(code)
        return known is not None and (not known.agencies or agency in known.agencies)

    def _station(self, station: str) -> Place:
        return self.parts.city.catalogue.stations[station].place  # type: ignore[index]

    def _planned(self, phrases: Phrases, local_start: Moment, begin_s: float) -> Iterator[PlannedCall]:
        parts, choices = self.parts, self.choices
        type_of = parts.city.type_of_call
        common = (parts.behaviour, local_start, begin_s, choices.load, choices.seed)
        fire_and_ems = (
            from_week(parts.week, parts.demand, type_of, *common)
            if choices.source == "week"
            else from_demand(parts.demand, type_of, *common)
        )
        known = {
            code: (self._group_of(code), kind.priority <= URGENT_PRIORITY)
            for code, kind in parts.city.catalogue.types.items()
        }
        others = extras(parts.demand, parts.behaviour, known, begin_s, choices.load, choices.seed)
        return calls_about(_merged(fire_and_ems, others), phrases, "call", choices.seed)

    def _group_of(self, incident_type: str) -> str:
        kind = self.parts.city.catalogue.types.get(incident_type)
        discipline = self.disciplines.get(str(kind.agencies[0]), "") if kind is not None and kind.agencies else ""
        return self.parts.behaviour.group_of_type(incident_type, discipline)

    # What it is told. -------------------------------------------------------------------------------------------------

    def changed(self, put: Mapping[str, Mapping[str, Any]], drop: Mapping[str, list[str]], now_s: float) -> None:
        """Rows of the board that are new or have changed, and rows that have left it."""
        for row in put.get("calls", {}).values():
            call = read_row("calls", row)
            self.colleagues.calls[call.id] = call
        touched = {id: read_row("incidents", row) for id, row in put.get("incidents", {}).items()}
        for incident in touched.values():
            self.colleagues.sees(incident, now_s)
            self.stations.sees(incident, now_s)
        for row in put.get("units", {}).values():
            unit = read_row("units", row)
            self.units[unit.id] = unit
        about = {a.unit for incident in touched.values() for a in incident.working()}
        for id in {*put.get("units", {}), *about}:
            if id in self.units:
                self._tell_crew(self.units[id], now_s)
        for id in drop.get("incidents", ()):
            self.colleagues.gone(id)
            self.stations.gone(id)
        for id in drop.get("calls", ()):
            self.colleagues.call_gone(id)

    def _tell_crew(self, unit: SeenUnit, now_s: float) -> None:
        crew = self.crews.get(unit.id)
        if crew is None:
            return
        crew.available = unit.status.stage == "available"
        if unit.status.stage == "on-incident":
            incident = self.colleagues.incidents.get(unit.status.incident)
            if incident is not None and incident.location.place is not None:
                crew.ordered(self._order(unit, incident, incident.location.place), now_s)
            return
        crew.ordered(None, now_s)
        crew.posted(self._station(unit.status.moving_to or unit.station), now_s)

    def _order(self, unit: SeenUnit, incident: SeenIncident, place: Place) -> Order:
        return Order(
            incident.id,
            place,
            incident.priority <= URGENT_PRIORITY,
            self._group_of(incident.type),
            unit.status.at,
            unit.status.destination or "",
        )

    def heard(self, heard: Heard, now_s: float) -> list[Deed]:
        """The answer to a deed."""
        return self.colleagues.heard(heard, now_s)

    def found(self, places: Mapping[str, Place]) -> None:
        """Where the product last saw the units, when the simulation joins a city that is running already."""
        for unit, place in places.items():
            if unit in self.crews:
                self.crews[unit].found_at(place)

    # What it does. ----------------------------------------------------------------------------------------------------

    def report_for_duty(self) -> list[Deed]:
        """Crews log on where nobody is on the vehicle, as far as the city staffs it."""
        deeds: list[Deed] = []
        kinds = self.parts.city.catalogue.unit_kinds
        for unit in self.units.values():
            staffed = random.Random(f"{self.choices.seed}/{unit.id}/duty").random()
            if unit.status.stage != "off-duty" or staffed >= self.parts.behaviour.on_duty.get(unit.kind, 1.0):
                continue
            if unit.id not in self.crews:
                continue
            size = kinds[unit.kind].crew_min if unit.kind in kinds else 2
            crew = [{"staff": f"{unit.id}-{number}"} for number in range(1, size + 1)]
            body = {"do": "log-on", "unit": unit.id, "crew": crew, "vehicle": f"V-{unit.id}"}
            deeds.append(Command(self.identity(f"{unit.id}/log-on"), unit.id, body, 0.0))
        return deeds

    def advance(self, now_s: float) -> list[Deed]:
        """Everything that anybody does up to now."""
        deeds: list[Deed] = []
        while self._next_call is not None and self._next_call.at_s <= now_s:
            deeds += self.colleagues.rings(self._next_call)
            self._next_call = next(self._calls, None)
        deeds += self.colleagues.advance(now_s)
        deeds += self.stations.advance(now_s)
        for id, crew in self.crews.items():
            unit = self.units.get(id)
            if unit is not None and unit.status.stage != "off-duty":
                deeds += crew.advance(now_s, self.choices.fix_every_s)
        return deeds

    def everybody(self, now_s: float) -> list[Seen]:
        """Where everyone on duty is, just now."""
        on_duty = [id for id, unit in self.units.items() if unit.status.stage != "off-duty" and id in self.crews]
        return [self.crews[id].seen(now_s) for id in on_duty]

    def running(self) -> int:
        """How many incidents are open."""
        return sum(incident.status in ("pending", "active", "held") for incident in self.colleagues.incidents.values())


def _merged(*streams: Iterator[Any]) -> Iterator[Any]:
    return heapq.merge(*streams, key=lambda happening: happening.at_s)
