"""Cross-staffing (3.2): one crew for several vehicles. When one goes, the others drop out, and come back with it."""

from msgspec.structs import replace

from turnout.core.board import Available, Board, OnIncident, OutOfService, Unit
from turnout.core.catalogue import Catalogue, UnitEntry
from turnout.core.decision import Draft
from turnout.core.refusals import CrewElsewhere
from turnout.core.units.events import CrewCameBack, CrewWentWith
from turnout.core.units.evolve_shifts import crew_on
from turnout.words.identity import UnitId


def with_mutual_crews(tables: Catalogue) -> Catalogue:
    """The tables with every sharing of a crew written down on both sides, so that no rule has to look for the other."""
    shared: dict[UnitId, list[UnitId]] = {id: list(entry.crew_shared_with) for id, entry in tables.units.items()}
    for id, entry in tables.units.items():
        for partner in entry.crew_shared_with:
            if id not in shared[partner]:
                shared[partner].append(id)
    units = {id: _sharing(entry, tuple(shared[id])) for id, entry in tables.units.items()}
    return replace(tables, units=units)


def _sharing(entry: UnitEntry, partners: tuple[UnitId, ...]) -> UnitEntry:
    return entry if entry.crew_shared_with == partners else replace(entry, crew_shared_with=partners)


def partners_of(board: Board, unit: Unit) -> list[Unit]:
    """The other vehicles of its crew."""
    entry = board.catalogue.units.get(unit.id) if board.catalogue is not None else None
    shared = entry.crew_shared_with if entry is not None else ()
    return [board.units[id] for id in shared if id in board.units]


def crew_elsewhere(board: Board, unit: Unit, going: frozenset[UnitId] = frozenset()) -> CrewElsewhere | None:
    """Why its crew cannot take it: it is out with another vehicle, or is being sent with another in the same act."""
    for partner in partners_of(board, unit):
        if isinstance(partner.status, OnIncident) or partner.id in going:
            return CrewElsewhere(unit=unit.id, partner=partner.id)
    return None


def crew_goes(draft: Draft, unit: Unit) -> None:
    """`unit` has been sent: its crew's other vehicles, where available, drop out."""
    for partner in partners_of(draft.board, unit):
        if isinstance(partner.status, Available):
            draft.add(CrewWentWith(**draft.head, unit=partner.id, partner=unit.id))


def crew_comes_back(draft: Draft, unit: Unit) -> None:
    """`unit` is available again: so are the vehicles that only missed its crew."""
    for partner in partners_of(draft.board, unit):
        if partner.status != OutOfService(crew_on(unit.id)):
            continue
        away = crew_elsewhere(draft.board, partner)
        if away is None:
            draft.add(CrewCameBack(**draft.head, unit=partner.id, partner=unit.id))
        else:
            draft.add(CrewWentWith(**draft.head, unit=partner.id, partner=UnitId(away.partner)))
