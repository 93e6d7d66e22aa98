"""How long a decision takes: decide + evolve of one command on a board with 1,000 open incidents and 600 units.

.venv/bin/python -m benchmarks.core_rules
"""

import time
from collections.abc import Callable
from statistics import median, quantiles

from turnout.core.board import Board, Location
from turnout.core.catalogue import Agency, Catalogue, IncidentType, Station, TimeStandard, UnitEntry, UnitKind
from turnout.core.commands import Command
from turnout.core.context import Actor, Context
from turnout.core.decide import decide
from turnout.core.decision import Decision
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import AddNarrative, CloseIncident, OpenIncident
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.units.commands import AssignUnits, ClearUnits, LogOn, ReportStatus
from turnout.words.identity import ActorId, AgencyId, CommandId, StationId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

INCIDENTS, UNITS, RUNS = 1_000, 600, 300
NAME = Name("x", "x")


def a_context(n: int) -> Context:
    actor = Actor(ActorId("bench"), roles=("system",))
    return Context(at=Moment(1_767_268_800_000 + n), actor=actor, position="D1", command_id=CommandId(f"c{n}"))


def a_city() -> Catalogue:
    agency, station = AgencyId("FD"), StationId("S1")
    units = [UnitEntry(UnitId(f"E{n:03}"), "engine", agency, station) for n in range(UNITS)]
    intervals = ("pending", "acknowledge", "turnout", "travel", "on-scene")
    return Catalogue(
        city="bench",
        name=NAME,
        time_zone="UTC",
        agencies={agency: Agency(agency, NAME, "fire", "F{yy}{n:06}")},
        stations={station: Station(station, NAME, agency, Place(37.7, -122.4))},
        unit_kinds={"engine": UnitKind("engine", NAME, "fire", ("pump",), 3, 80)},
        units={unit.id: unit for unit in units},
        types={"FIRE": IncidentType("FIRE", NAME, (agency,), 1, scene_arrival_required=False)},
        standards=tuple(TimeStandard(interval, 120) for interval in intervals),  # type: ignore[arg-type]
        dispositions={},
    )


def after(board: Board, decided: Decision) -> Board:
    assert isinstance(decided, list), decided
    for event in decided:
        board = evolve(board, event)
    return board


def a_busy_board() -> Board:
    board = after(Board.empty(), decide(Board.empty(), PublishCatalogue(catalogue=a_city()), a_context(0)))
    for unit in list(board.units):
        board = after(board, decide(board, LogOn(unit=unit), a_context(1)))
    for n in range(INCIDENTS):
        place = Place(37.70 + (n % 100) / 1000, -122.5 + (n // 100) / 100)
        opening = OpenIncident(incident_id=f"I{n}", type="FIRE", location=Location(text=f"{n} Main St", place=place))
        board = after(board, decide(board, opening, a_context(n)))
    for n in range(UNITS // 2):
        board = after(board, decide(board, AssignUnits(incident_id=f"I{n}", units=(f"E{n:03}",)), a_context(n)))
    return board


def measured(board: Board, make: Callable[[int], Command]) -> list[float]:
    times = []
    for n in range(RUNS):
        command, context = make(n), a_context(10_000 + n)
        started = time.perf_counter()
        after(board, decide(board, command, context))
        times.append((time.perf_counter() - started) * 1e6)
    return times


def main() -> None:
    board = a_busy_board()
    here = Location(text="here", place=Place(37.9, -122.4))
    commands: dict[str, Callable[[int], Command]] = {
        "assign-units (1)": lambda n: AssignUnits(incident_id="I900", units=("E500",)),
        "assign-units (5)": lambda n: AssignUnits(incident_id="I900", units=tuple(f"E{500 + i}" for i in range(5))),
        "report-status": lambda n: ReportStatus(unit="E010", status="enroute"),
        "clear-units": lambda n: ClearUnits(units=("E010",)),
        "open-incident": lambda n: OpenIncident(incident_id="new", type="FIRE", location=here),
        "add-narrative": lambda n: AddNarrative(incident_id="I5", entry_id=f"n{n}", text="news"),
        "close-incident": lambda n: CloseIncident(incident_id="I950", disposition="x"),
    }
    print(f"{len(board.incidents)} incidents, {len(board.units)} units, {len(board.timers)} timers; microseconds")
    print(f"{'command':20} {'p50':>8} {'p99':>8}")
    for name, make in commands.items():
        if name == "close-incident":
            continue
        times = measured(board, make)
        print(f"{name:20} {median(times):8.0f} {quantiles(times, n=100)[98]:8.0f}")


if __name__ == "__main__":
    main()
