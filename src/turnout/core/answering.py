"""Who answers at a place, by discipline: agency, station and beat, from the areas that it lies in (1.15). Pure.

The most particular area that says something wins: special, beat, first due, neighbourhood. An area says it by its maps
per discipline, else by its own agency and station, for that agency's discipline. A neighbour answers only where an area
names it outright.
"""

from collections.abc import Mapping
from typing import Final, get_args

import msgspec

from turnout.core.catalogue import Catalogue, Discipline, IncidentType, Zone
from turnout.words.identity import AgencyId, StationId, ZoneId

ORDER: Final = ("special", "beat", "first-due", "neighbourhood")
DISCIPLINES: Final[tuple[Discipline, ...]] = get_args(Discipline)


class Answering(msgspec.Struct, frozen=True):
    """Of one discipline. None: no area says so, and the incident's type or the roads decide."""

    discipline: Discipline
    agency: AgencyId | None = None
    station: StationId | None = None
    beat: ZoneId | None = None


def answering_in(tables: Catalogue, zones: Mapping[str, str]) -> tuple[Answering, ...]:
    """Every discipline that the areas (kind → zone) say something of."""
    there = [tables.zones[ZoneId(zones[kind])] for kind in ORDER if zones.get(kind) in tables.zones]
    found = (_of_discipline(tables, there, discipline) for discipline in DISCIPLINES)
    return tuple(each for each in found if each != Answering(each.discipline))


def agencies_in(tables: Catalogue, kind: IncidentType, zones: Mapping[str, str]) -> tuple[AgencyId, ...]:
    """Whose incident one of this type is at a place: for each agency of the type, the one that answers there instead.

    A type that names two agencies of one discipline means just these two.
    """
    answering = {each.discipline: each.agency for each in answering_in(tables, zones)}
    disciplines = [tables.agencies[agency].discipline for agency in kind.agencies if agency in tables.agencies]

    def instead(agency: AgencyId) -> AgencyId:
        entry = tables.agencies.get(agency)
        if entry is None or disciplines.count(entry.discipline) > 1:
            return agency
        return answering.get(entry.discipline) or agency

    return tuple(dict.fromkeys(instead(agency) for agency in kind.agencies))


def _of_discipline(tables: Catalogue, zones: list[Zone], discipline: Discipline) -> Answering:
    agencies = (_agency(tables, zone, discipline) for zone in zones)
    stations = (_station(tables, zone, discipline) for zone in zones)
    beats = (zone.id for zone in zones if zone.kind == "beat" and _agency(tables, zone, discipline) is not None)
    return Answering(
        discipline,
        next((agency for agency in agencies if agency is not None), None),
        next((station for station in stations if station is not None), None),
        next(beats, None),
    )


def _agency(tables: Catalogue, zone: Zone, discipline: Discipline) -> AgencyId | None:
    named = zone.agencies.get(discipline)
    if named is not None:
        return named
    own = tables.agencies.get(zone.agency) if zone.agency is not None else None
    return own.id if own is not None and own.discipline == discipline and not own.neighbour else None


def _station(tables: Catalogue, zone: Zone, discipline: Discipline) -> StationId | None:
    named = zone.stations.get(discipline)
    if named is not None or zone.station is None:
        return named
    station = tables.stations.get(zone.station)
    owner = tables.agencies.get(zone.agency or station.agency) if station is not None else None
    return zone.station if owner is not None and owner.discipline == discipline else None
