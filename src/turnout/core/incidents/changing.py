"""Changing what is known of an incident (1.2, 1.5, 4.7): old values are kept, and no one overwrites another unseen."""

from turnout.core.answering import agencies_in
from turnout.core.board import Board, Incident
from turnout.core.catalogue import Catalogue
from turnout.core.context import Context
from turnout.core.decision import Decision, Draft, head
from turnout.core.incidents.agencies import add_agency
from turnout.core.incidents.commands import AnswerTriage, ChangeIncident, Relocate, Retype, RouteIncident
from turnout.core.incidents.events import (
    FieldChanged,
    IncidentRelocated,
    IncidentRetyped,
    TriageAnswered,
)
from turnout.core.incidents.opening import PRIORITIES, kind_of, location_refused
from turnout.core.incidents.waiting import changed_meanwhile, route, route_incident
from turnout.core.lookups import open_incident_of, tables_of
from turnout.core.no import No
from turnout.core.refusals import Refusal, UnknownCode, ValueNotTaken
from turnout.core.routing import group_of
from turnout.core.texts import opened_row

FIELDS_MAX = 100
"""Named facts of one incident: a scripted questionnaire has some thirty."""

FIELD_NAME_MAX = 40


def change_incident(board: Board, command: ChangeIncident, context: Context) -> Decision:
    incident = open_incident_of(board, command.incident_id)
    if isinstance(incident, No):
        return incident
    if command.field == "group":
        return _change_group(board, incident, command, context)
    theirs = _value(incident, command.field)
    theirs = context.show(theirs) if isinstance(theirs, str) else theirs
    refusal = _value_refused(incident, command)
    if refusal is not None:
        return refusal
    if theirs == command.becomes:
        return []
    if theirs != command.was and not (theirs == "" and command.was is None):
        return changed_meanwhile(incident, command.field, command.was, theirs)
    changed = FieldChanged(
        **head(context),
        incident=incident.id,
        field=command.field,
        was=theirs,
        becomes=command.becomes,
        reason=command.reason,
    )
    return [changed]


def _change_group(board: Board, incident: Incident, command: ChangeIncident, context: Context) -> Decision:
    if not isinstance(command.becomes, str):
        return ValueNotTaken(field="group", value=command.becomes)
    if command.was != incident.group and command.becomes != incident.group:
        return changed_meanwhile(incident, "group", command.was, incident.group)
    return route_incident(board, RouteIncident(incident_id=incident.id, group=command.becomes), context)


def _value(incident: Incident, field: str) -> str | int | bool:
    match field:
        case "subtype":
            return incident.subtype
        case "priority":
            return incident.priority
        case "floor_plan":
            return incident.floor_plan
        case "exercise":
            return incident.exercise
        case "floor":
            return incident.location.floor
        case "detail":
            return incident.location.detail
        case _:
            return incident.fields.get(field.removeprefix("fields."), "")


def _value_refused(incident: Incident, command: ChangeIncident) -> ValueNotTaken | None:
    field, value = command.field, command.becomes
    match field:
        case "priority":
            taken = isinstance(value, int) and not isinstance(value, bool) and value in PRIORITIES
        case "exercise":
            taken = isinstance(value, bool)
        case "subtype" | "floor_plan" | "floor" | "detail":
            taken = isinstance(value, str)
        case _:
            name = field.removeprefix("fields.")
            room = name in incident.fields or len(incident.fields) < FIELDS_MAX
            taken = name != field and 0 < len(name) <= FIELD_NAME_MAX and isinstance(value, str) and room
    return None if taken else ValueNotTaken(field=field, value=value)


def retype(board: Board, command: Retype, context: Context) -> Decision:
    """A new type, its agencies with their numbers, and its priority unless a person had overridden the old one."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    if (command.type, command.subtype) == (incident.type, incident.subtype):
        return []
    if command.was != incident.type:
        return changed_meanwhile(incident, "type", command.was, incident.type)
    draft = Draft(board, context)
    return _retype(draft, tables, incident, command.type, command.subtype) or draft.events


def _retype(draft: Draft, tables: Catalogue, incident: Incident, type_code: str, subtype: str) -> Refusal | None:
    kind = kind_of(tables, type_code)
    if isinstance(kind, No):
        return kind
    retyped = IncidentRetyped(
        **draft.head,
        incident=incident.id,
        was=incident.type,
        type=kind.code,
        subtype=subtype,
        priority=incident.priority if incident.priority_overridden else kind.priority,
    )
    draft.add(retyped)
    lead, *others = agencies_in(tables, kind, incident.location.zones)
    if incident.agencies[0] != lead:
        add_agency(draft, incident.id, lead, leads=True)
    for agency in others:
        if agency not in incident.agencies:
            add_agency(draft, incident.id, agency)
    return None


def relocate(board: Board, command: Relocate, context: Context) -> Decision:
    """A better place; where another group answers for it, it goes there, unless a person had routed it by hand."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    was = opened_row(incident.location, context.show)
    if command.location == was:
        return []
    if command.was != was.text:
        return changed_meanwhile(incident, "location", command.was, was.text)
    refusal = location_refused(command.location)
    if refusal is not None:
        return refusal
    draft = Draft(board, context)
    draft.add(IncidentRelocated(**draft.head, incident=incident.id, was=was.text, location=command.location))
    group = group_of(tables, incident.agencies, command.location)
    if group and group != incident.group and "group" not in incident.changes:
        route(draft, incident, group)
    return draft.events


def answer_triage(board: Board, command: AnswerTriage, context: Context) -> Decision:
    """One answer to a scripted question (2.3): it may set the determinant, the priority and the type."""
    tables, incident = tables_of(board), open_incident_of(board, command.incident_id)
    if isinstance(tables, No):
        return tables
    if isinstance(incident, No):
        return incident
    kind = kind_of(tables, incident.type)
    if isinstance(kind, No):
        return kind
    question = next((question for question in kind.questions if question.code == command.question), None)
    if question is None:
        return UnknownCode(kind="question", value=command.question)
    answer = next((answer for answer in question.answers if answer.code == command.answer), None)
    if answer is None:
        return UnknownCode(kind="answer", value=command.answer)
    draft = Draft(board, context)
    answered = TriageAnswered(
        **draft.head,
        incident=incident.id,
        question=question.code,
        answer=answer.code,
        determinant=answer.determinant,
    )
    draft.add(answered)
    if answer.type and answer.type != incident.type:
        refusal = _retype(draft, tables, incident, answer.type, incident.subtype)
        if refusal is not None:
            return refusal
    now = draft.board.incidents[incident.id].priority
    if answer.priority and answer.priority != now and not incident.priority_overridden:
        draft.add(FieldChanged(**draft.head, incident=incident.id, field="priority", was=now, becomes=answer.priority))
    return draft.events
