"""Who sends what in the desk's benchmark: the real book of operations, or a toy book that shows the machinery alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from tests.desk import toy_book, toy_rows
from turnout.city.folder import load_city, shipped_city
from turnout.core.board import CrewMember, Location
from turnout.core.catalogue import Catalogue
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddNarrative, OpenIncident
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.units.commands import AssignUnits, ClearUnits, LogOn, ReportStatus
from turnout.desk.operations import Operations
from turnout.desk.rows import Table
from turnout.edge.rows import TABLES
from turnout.words.identity import ActorId, UnitId
from turnout.words.place import Place

UNITS_PER_CLIENT = 4


class Workload(NamedTuple):
    book: Any
    actor: Actor
    preparation: Sequence[Any]
    """Commands that make the board what it is when the clients begin."""
    commands: Callable[[int, int], Iterator[Any]]
    """(client's number, clients) → its commands, without end."""
    describe: Callable[[Any], str]
    tables: Sequence[Table[Any]]
    """The rows that consoles follow."""


def toy(incidents: int) -> Workload:
    def commands(number: int, clients: int) -> Iterator[Any]:
        n = 0
        while True:
            unit = f"U{number * UNITS_PER_CLIENT + n % UNITS_PER_CLIENT}"
            yield toy_book.AssignUnit(unit, f"I{(number + n) % incidents}")
            yield toy_book.ReleaseUnit(unit)
            n += 1

    preparation: list[Any] = [toy_book.OpenIncident(f"I{n}", "structure fire") for n in range(incidents)]
    preparation += [toy_book.AddUnit(f"U{n}") for n in range(600)]
    return Workload(
        toy_book.ToyBook(),
        Actor(ActorId("benchmark")),
        preparation,
        commands,
        lambda board: f"{len(board.incidents)} incidents, {len(board.units)} units",
        toy_rows.TABLES,
    )


def operations(incidents: int) -> Workload:
    """The real rules on San Francisco's tables: send, report, note, clear, with each client's own units."""
    catalogue = load_city(shipped_city("san-francisco")).catalogue
    units = sorted(unit for unit, entry in catalogue.units.items() if not entry.crew_shared_with)
    types = [code for code, kind in catalogue.types.items() if not kind.decision_first]
    preparation: list[Any] = [PublishCatalogue(catalogue=catalogue)]
    preparation += [LogOn(unit=unit, crew=_crew(catalogue, unit)) for unit in units]
    preparation += [
        OpenIncident(incident_id=f"incident-{n}", type=types[n % len(types)], location=_somewhere(n))
        for n in range(incidents)
    ]

    def commands(number: int, clients: int) -> Iterator[Any]:
        own = units[number::clients]
        n = 0
        while True:
            unit, incident = own[n % len(own)], f"incident-{(number + n * clients) % incidents}"
            yield AssignUnits(incident_id=incident, units=(unit,))
            yield ReportStatus(unit=unit, status="enroute", incident_id=incident)
            yield ReportStatus(unit=unit, status="on-scene", incident_id=incident)
            yield AddNarrative(incident_id=incident, entry_id=f"{number}-{n}", text="Smoke from the second floor.")
            yield ClearUnits(units=(unit,), override="benchmark")
            n += 1

    return Workload(
        Operations(),
        Actor(ActorId("benchmark"), roles=(SYSTEM_ROLE, "*")),
        preparation,
        commands,
        lambda board: f"{len(board.incidents)} incidents, {len(board.units)} units, {len(board.timers)} timers",
        TABLES,
    )


def _crew(catalogue: Catalogue, unit: str) -> tuple[CrewMember, ...]:
    crew_min = catalogue.unit_kinds[catalogue.units[UnitId(unit)].kind].crew_min
    return tuple(CrewMember(staff=f"{unit}-{n}") for n in range(crew_min))


def _somewhere(n: int) -> Location:
    """Far enough from each other to be no duplicates."""
    return Location(text=f"{n} Market Street", place=Place(37.70 + 0.003 * (n // 32), -122.51 + 0.004 * (n % 32)))


WORKLOADS: dict[str, Callable[[int], Workload]] = {"toy": toy, "operations": operations}
