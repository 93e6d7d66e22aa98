"""The primary unit of each agency on an incident, and those that stand second to it (6.3): computed, never first-sent.

What counts, in this order: whether it had a part in the work (at work now; then whoever had arrived; last whoever never
did), the rank of its kind in the city's tables, when it arrived, when it was sent, its call sign. A person may name
another, with a reason; that one then stands first, and the others follow in their computed order (decision 0110).
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from turnout.core.board import Assignment, Board, Incident
from turnout.core.lookups import has_arrived
from turnout.words.identity import AgencyId, UnitId
from turnout.words.moment import Moment

RANK_UNKNOWN: Final = 99
"""Of a kind that the tables no longer hold: behind all that they do."""

NEVER: Final = Moment(2**62)

Ranking = dict[AgencyId, tuple[UnitId, ...]]
"""Agency → its units on the incident, the primary one first."""


class Standing(msgspec.Struct, frozen=True, order=True):
    """How an assignment compares with the others of its agency; the least one leads."""

    part: int
    """0: at work; 1: it had arrived and is done; 2: it never arrived."""
    rank: int
    arrived: Moment
    sent: Moment
    unit: UnitId


def ranking(board: Board, incident: Incident) -> Ranking:
    """As it stands. That of a closed incident was written down when it closed, whatever the tables say by now."""
    return with_choices(incident, incident.ranking or computed(board, incident))


def computed(board: Board, incident: Incident) -> Ranking:
    """By the facts and the tables in force, whatever a person has chosen."""
    best: dict[AgencyId, dict[UnitId, Standing]] = {}
    for assignment in incident.assignments:
        unit = board.units.get(assignment.unit)
        if unit is None:
            continue
        standing = standing_of(assignment, _rank(board, unit.kind))
        ours = best.setdefault(unit.agency, {})
        ours[unit.id] = min(ours.get(unit.id, standing), standing)
    return {agency: tuple(each.unit for each in sorted(ours.values())) for agency, ours in sorted(best.items())}


def standing_of(assignment: Assignment, rank: int) -> Standing:
    arrived = has_arrived(assignment)
    reached = [assignment.times[stage] for stage in ("on-scene", "at-patient") if stage in assignment.times]
    return Standing(
        part=(0 if not assignment.is_over else 1 if arrived else 2),
        rank=rank,
        arrived=min(reached, default=NEVER),
        sent=assignment.times["dispatched"],
        unit=assignment.unit,
    )


def with_choices(incident: Incident, ranked: Mapping[AgencyId, tuple[UnitId, ...]]) -> Ranking:
    """`ranked` with whatever a person has put first standing first."""
    chosen = {agency: choice.unit for agency, choice in incident.primary_chosen.items()}
    return {
        agency: (chosen[agency], *(unit for unit in units if unit != chosen[agency]))
        if chosen.get(agency) in units
        else units
        for agency, units in ranked.items()
    }


def _rank(board: Board, kind_code: str) -> int:
    kind = board.catalogue.unit_kinds.get(kind_code) if board.catalogue is not None else None
    return kind.rank if kind is not None else RANK_UNKNOWN
