"""Incidents that belong together (4.20): linked, parted, joined. Both sides always show it."""

from msgspec.structs import replace

from turnout.core.board import Board, Incident
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.agencies import add_agency
from turnout.core.incidents.commands import LinkIncidents, MergeIncidents
from turnout.core.incidents.events import IncidentReleased, IncidentsLinked, IncidentsMerged, IncidentsUnlinked
from turnout.core.incidents.waiting import release
from turnout.core.lookups import incident_of, open_incident_of
from turnout.core.no import No
from turnout.core.refusals import AlreadyLinked, NotLinked, SameIncident
from turnout.core.timers.starting import archive_timer, running, timer_id, timers_of_incident


def link_incidents(board: Board, command: LinkIncidents, context: Context) -> Decision:
    one, other = incident_of(board, command.incident_id), incident_of(board, command.other_id)
    if isinstance(one, No):
        return one
    if isinstance(other, No):
        return other
    if one.id == other.id:
        return SameIncident(tag=one.tag)
    linked = any(link.incident == other.id and link.kind == "related" for link in one.links)
    if command.unlink:
        if not linked:
            return NotLinked(tag=one.tag, other=other.tag)
        return [IncidentsUnlinked(**head(context), one=one.id, other=other.id)]
    if linked:
        return AlreadyLinked(tag=one.tag, other=other.tag)
    return [IncidentsLinked(**head(context), one=one.id, other=other.id, kind="related")]


def merge_incidents(board: Board, command: MergeIncidents, context: Context) -> Decision:
    """Calls, working units and entries go over, clocks with them; the merged one closes and points to the other."""
    merged, into = open_incident_of(board, command.from_id), open_incident_of(board, command.into_id)
    if isinstance(merged, No):
        return merged
    if isinstance(into, No):
        return into
    if merged.id == into.id:
        return SameIncident(tag=into.tag)
    draft = Draft(board, context)
    for agency in merged.agencies:
        if agency not in into.agencies:
            add_agency(draft, into.id, agency)
    if merged.working and into.status in ("scheduled", "held"):
        draft.add(IncidentReleased(**draft.head, incident=into.id))
    elif merged.status == "pending" and into.status in ("scheduled", "held"):
        release(draft, into)  # whoever waits now must not wait until tomorrow
    clocks = [
        replace(
            timer, id=timer_id(timer.kind, timer.unit or timer.subject, into.id), incident=into.id, group=into.group
        )
        for timer in board.timers.values()
        if timer.incident == merged.id and (timer.unit is not None or timer.kind == "alert")
    ]
    answered = [timer_id("pending", into.id), timer_id("review", into.id), timer_id("scheduled", into.id)]
    event = IncidentsMerged(
        **draft.head,
        merged=merged.id,
        into=into.id,
        reason=command.reason,
        stops=(*timers_of_incident(board, merged.id), *(running(board, answered) if merged.working else ())),
        starts=(*clocks, *archive_timer(merged, context.at)),
    )
    draft.add(event)
    return draft.events


def chain_of(board: Board, incident: Incident) -> Incident:
    """Where a merged incident has gone, through as many mergers as there were."""
    seen = {incident.id}
    while (link := next((link for link in incident.links if link.kind == "merged-into"), None)) is not None:
        further = board.incidents.get(link.incident)
        if further is None or further.id in seen:
            return incident
        incident = further
        seen.add(incident.id)
    return incident
