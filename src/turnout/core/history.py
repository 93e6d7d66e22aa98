"""The chronology (4.1, 4.25, 7.1, 8.1): what happened, line by line, coded, and as a sentence in both languages.

The journal holds facts, never prose. Sentences are made here when somebody reads them, so a better wording, or a third
language, also reaches the oldest history.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from turnout.core.board import (
    CallMessage,
    Closure,
    Corridor,
    ErasureRequest,
    GlassBreak,
    Hold,
    HospitalState,
    HydrantState,
    Location,
    Media,
    Patient,
    PersonCard,
    PlaceFix,
    Position,
    PremiseNote,
    Review,
    SecondaryPlace,
    Shift,
    SignalPermit,
    SpecialZone,
    StationAlert,
)
from turnout.core.calls.events import CallAttached
from turnout.core.catalogue import Catalogue
from turnout.core.corridors.matters import JunctionAsked, JunctionTold
from turnout.core.events import Event, event_name
from turnout.core.history_text import ASIDES, EVENT_TEXTS
from turnout.core.incidents.events import (
    IncidentOpened,
    IncidentReopened,
    IncidentRetyped,
    IncidentRouted,
    IncidentsLinked,
    IncidentsMerged,
    IncidentsUnlinked,
    PatientSet,
)
from turnout.core.plans.matters import ProposedPlans, SimulatedRun
from turnout.core.spoken import (
    ACCESS_NAMES,
    BUILT_IN_REASON_NAMES,
    CHANNEL_NAMES,
    DIRECTION_NAMES,
    FIELD_NAMES,
    GROUND_NAMES,
    INCIDENT_STATUS_NAMES,
    LINK_NAMES,
    OUTCOME_NAMES,
    ROLE_NAMES,
    SIGNAL_REASON_NAMES,
    SIGNAL_STATE_NAMES,
    STAGE_NAMES,
    TASK_NAMES,
    TIMER_NAMES,
    clock_time,
    day_and_time,
    listed,
    spoken,
    value_of,
)
from turnout.core.tables.events import CataloguePublished
from turnout.core.units.events import RoleChanged, SentUnit, StationAlerted
from turnout.words.identity import ActorId
from turnout.words.moment import Moment
from turnout.words.name import Language, Name
from turnout.words.place import Place
from turnout.words.sealed_text import is_sealed, said_place


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it is read. `code` and the identities are for filters; `text` is for people."""

    seq: int
    at: Moment
    by: ActorId
    position: str
    code: str
    incidents: tuple[str, ...]
    units: tuple[str, ...]
    calls: tuple[str, ...]
    text: Name


class Names:
    """What codes and identities are called, as far as is known: the tables in force, and the tags given so far.

    `codes`: sealed codes that have a name in each language, opened; another stands in the line as it is sealed.
    """

    def __init__(
        self,
        tables: Catalogue | None = None,
        tags: Mapping[str, str] | None = None,
        codes: Mapping[str, str] | None = None,
    ) -> None:
        self.tables = tables
        self.codes = dict(codes or {})
        self.tags: dict[str, str] = dict(tags or {})

    def learn(self, event: Event) -> None:
        """Replaying, later lines are told with the tables and tags that were in force then."""
        if isinstance(event, IncidentOpened | IncidentReopened):
            self.tags[event.incident] = event.tag
        elif isinstance(event, CataloguePublished):
            self.tables = event.catalogue

    @property
    def utc_offset_min(self) -> int:
        return self.tables.utc_offset_min if self.tables is not None else 0

    def of(self, kind: str, code: str, language: Language) -> str:
        """The name of a table entry, or its code."""
        if kind == "reason" and code in BUILT_IN_REASON_NAMES:
            return BUILT_IN_REASON_NAMES[code].spoken(language)
        tables = self.tables
        if tables is None:
            return code
        named: dict[str, Mapping[Any, Any]] = {
            "type": tables.types,
            "disposition": tables.dispositions,
            "reason": tables.reasons,
            "group": tables.groups,
            "destination": tables.hospitals,
            "station": tables.stations,
            "agency": tables.agencies,
        }
        entry = named[kind].get(code)
        name: Name | None = entry.name if entry is not None else None
        return code if name is None else name.spoken(language)


def chronology(rows: Iterable[tuple[int, Event]], names: Names | None = None) -> list[Line]:
    """Lines for `rows` of (sequence, event), in their order."""
    known = names or Names()
    lines = []
    for seq, event in rows:
        known.learn(event)
        lines.append(line_of(seq, event, known))
    return lines


def line_of(seq: int, event: Event, names: Names) -> Line:
    return Line(
        seq=seq,
        at=event.at,
        by=event.by,
        position=event.position,
        code=event_name(event),
        incidents=incidents_of(event),
        units=units_of(event),
        calls=calls_of(event),
        text=Name(tell(event, "en", names), tell(event, "zh-CN", names)),
    )


def codes_of(event: Event) -> tuple[str, ...]:
    """Sealed codes of it that are told by their names."""
    return (event.patient.triage,) if isinstance(event, PatientSet) and is_sealed(event.patient.triage) else ()


def incidents_of(event: Event) -> tuple[str, ...]:
    """Every incident that the event belongs to: in whose sheet it is a line."""
    match event:
        case IncidentsMerged():
            return event.merged, event.into
        case IncidentsLinked() | IncidentsUnlinked():
            return event.one, event.other
        case CallAttached():
            return (event.incident,) if event.was is None else (event.was, event.incident)
        case _:
            incident = getattr(event, "incident", None)
            return () if incident is None else (incident,)


def units_of(event: Event) -> tuple[str, ...]:
    if isinstance(event, StationAlerted):
        return event.alert.units
    units = tuple(
        sent.unit if isinstance(sent, SentUnit) else str(sent)
        for field in ("units", "asked")
        for sent in getattr(event, field, ())
    )
    shift = getattr(event, "shift", None)
    one = shift.unit if isinstance(shift, Shift) else getattr(event, "unit", None)
    return (*units, one) if isinstance(one, str) else units


def calls_of(event: Event) -> tuple[str, ...]:
    call = getattr(event, "call", None)
    calls: tuple[str, ...] = tuple(getattr(event, "calls", ()))
    return (call, *calls) if isinstance(call, str) else calls


def tell(event: Event, language: Language, names: Names) -> str:
    """The event as a sentence."""
    said = {field: _say(field, getattr(event, field), language, names) for field in event.__struct_fields__}
    if isinstance(event, RoleChanged):
        said |= {field: _task(getattr(event, field), language) for field in ("was", "becomes")}
    if isinstance(event, IncidentRetyped | IncidentRouted):
        said["was"] = names.of("type" if isinstance(event, IncidentRetyped) else "group", event.was, language)
    return EVENT_TEXTS[event_name(event)].spoken(language).format_map(said).strip()


def _stage_times(times: Mapping[str, int], language: Language, names: Names) -> str:
    offset, ordered = names.utc_offset_min, sorted(times.items(), key=lambda one: (one[1], one[0] == "ended"))
    said = (f"{spoken(STAGE_NAMES, stage, language)} {clock_time(at, offset)}" for stage, at in ordered)
    return listed(tuple(said), language)


def _task(role: str, language: Language) -> str:
    return spoken(TASK_NAMES, role, language) if role else value_of(role, language)


def _say(field: str, value: Any, language: Language, names: Names) -> str:
    aside = ASIDES.get(field)
    if aside is not None:
        if value in (None, "", False, ()):
            return ""
        inside = _plain(field, value, language, names)
        return aside.spoken(language).format(inside)
    return _plain(field, value, language, names)


_TIMES = frozenset({"at", "closed_on_paper", "happened", "opened", "ended", "received", "activate_at"})
_INCIDENTS = frozenset({"incident", "into", "merged", "one", "other"})
_IN_TABLES = frozenset({"type", "disposition", "group", "reason", "destination", "station", "agency"})
_WORDS: dict[str, Mapping[str, Name]] = {
    "stage": STAGE_NAMES,
    "interval": STAGE_NAMES,
    "status": INCIDENT_STATUS_NAMES,
    "ended_as": OUTCOME_NAMES,
    "outcome": OUTCOME_NAMES,
    "finding": OUTCOME_NAMES,
    "ground": GROUND_NAMES,
    "state": OUTCOME_NAMES,
    "channel": CHANNEL_NAMES,
    "kind": LINK_NAMES,
    "act": ACCESS_NAMES,
}
"""Field → the words for its codes."""


def _plain(field: str, value: Any, language: Language, names: Names) -> str:
    if field in _TIMES:
        return clock_time(value, names.utc_offset_min) if isinstance(value, int) else ""
    if field in _INCIDENTS:
        return names.tags.get(value, str(value))
    if field in _IN_TABLES:
        return names.of(field, str(value), language)
    if field in _WORDS:
        return spoken(_WORDS[field], value, language)
    match field:
        case "begins" | "ends" | "was_begins" | "was_ends" | "until":
            return day_and_time(value, names.utc_offset_min)
        case "near" | "not_duplicate_of":
            return listed(tuple(names.tags.get(id, id) for id in value), language)
        case "field":
            return spoken(FIELD_NAMES, value.removeprefix("fields."), language)
        case "times":
            return _stage_times(value, language, names)
        case "timer":
            return _timer(value, language, names)
        case "timers":
            return listed(tuple(_timer(id, language, names) for id in value), language)
        case _:
            return _thing(value, language, names)


def _thing(value: Any, language: Language, names: Names) -> str:  # noqa: C901  one case per shape
    match value:
        case Location() | PremiseNote():
            return value.text
        case CallMessage():
            return f"{spoken(DIRECTION_NAMES, value.direction, language)}{value.text}"
        case SecondaryPlace():
            return f"{spoken(ROLE_NAMES, value.role, language)} {value.location.text}"
        case Shift():
            return _shift(value, language, names)
        case SentUnit():
            return f"{value.unit} ({spoken(TASK_NAMES, value.role, language)})" if value.role else value.unit
        case PlaceFix():
            return _at(value.place) + (f" ±{value.uncertainty_m:.0f} m" if value.uncertainty_m is not None else "")
        case Place():
            return _at(value)
        case PersonCard():
            return f"{spoken(ROLE_NAMES, value.role, language)} {value.id}"
        case Patient():
            triage = spoken(ROLE_NAMES, names.codes.get(value.triage, value.triage), language)
            return " ".join(part for part in (value.id, triage, value.destination or "") if part)
        case Media():
            return f"{spoken(ROLE_NAMES, value.kind, language)} {value.ref}"
        case StationAlert():
            return f"{names.of('station', value.station, language)} ({spoken(CHANNEL_NAMES, value.channel, language)})"
        case Closure() | GlassBreak():
            return value.reason
        case Hold():
            return value.reason
        case ErasureRequest():
            return f"{value.reason} ({value.card})" if value.card else value.reason
        case SignalPermit() | Corridor() | JunctionAsked() | JunctionTold():
            return _signals(value, language)
        case ProposedPlans():
            return _plans(value, language)
        case Review():
            return f"{value.who}, {value.purpose}"
        case SpecialZone():
            return value.name
        case HospitalState():
            return names.of("destination", value.id, language)
        case HydrantState() | Position():
            return value.id
        case Catalogue():
            return f"{value.name.spoken(language)} {value.version}".strip()
        case dict():
            return listed(tuple(f"{key} {entry}" for key, entry in value.items()), language)
        case tuple():
            return listed(tuple(_thing(item, language, names) for item in value), language)
        case None | str() | int() | float():
            return value_of(value, language)
        case _:
            return str(value)


def _signals(value: SignalPermit | Corridor | JunctionAsked | JunctionTold, language: Language) -> str:
    match value:
        case SignalPermit():
            return f"{value.id}, {value.authority}"
        case Corridor():
            return Name(f"level {value.level}", f"优先等级 {value.level}").spoken(language)
        case JunctionAsked():
            said = value.name.spoken(language)
            return f"{said} [{value.permit}]" if value.permit else said
        case JunctionTold():
            state = f"{value.name.spoken(language)}: {spoken(SIGNAL_STATE_NAMES, value.state, language)}"
            return f"{state} ({spoken(SIGNAL_REASON_NAMES, value.reason, language)})" if value.reason else state


def _plans(proposal: ProposedPlans, language: Language) -> str:
    """Which plans, by the beginning of their digest, and what their simulations say of delay."""
    said = f"{proposal.district} {proposal.digest[:12]}"
    for run in proposal.runs:
        delay = next((each for each in run.figures if each.figure == "delay_s"), None)
        if delay is not None:
            between = f"{delay.change:+.1f} s [{delay.low:+.1f}, {delay.high:+.1f}]"
            said += Name(f", delay{_at_hour(run, 'en')} {between}", f"，{_at_hour(run, 'zh-CN')}延误 {between}").spoken(
                language
            )
    return f"{said}: {proposal.note}" if proposal.note else said


def _at_hour(run: SimulatedRun, language: Language) -> str:
    """Where plans run by hours, whose these are."""
    if run.period is None:
        return ""
    hour, minute = divmod(run.period.minute, 60)
    day, clock = DAY_NAMES[run.period.day], f"{hour:02}:{minute:02}"
    return f" {day.en} {clock}" if language == "en" else f"{day.zh} {clock} "


DAY_NAMES: Final = {
    "mon": Name("Mon", "周一"),
    "tue": Name("Tue", "周二"),
    "wed": Name("Wed", "周三"),
    "thu": Name("Thu", "周四"),
    "fri": Name("Fri", "周五"),
    "sat": Name("Sat", "周六"),
    "sun": Name("Sun", "周日"),
}


def _timer(id: str, language: Language, names: Names) -> str:
    """`turnout/E07/<incident>`: what is timed, of whom."""
    kind, *subjects = id.split("/")
    return " ".join([spoken(TIMER_NAMES, kind, language), *(names.tags.get(subject, subject) for subject in subjects)])


def _shift(shift: Shift, language: Language, names: Names) -> str:
    """`E07 2026-01-02 07:00 to 2026-01-02 19:00 (2041, 2042)`: staff numbers, no names."""
    times = [day_and_time(at, names.utc_offset_min) for at in (shift.begins, shift.ends)]
    until = (" 至 " if language == "zh-CN" else " to ").join(times)
    crew = listed(tuple(member.staff for member in shift.crew), language)
    return f"{shift.unit} {until} ({crew})" if crew else f"{shift.unit} {until}"


def _at(place: Place | str | None) -> str:
    """A sealed one as it stands: who shows the line opens it."""
    return place if isinstance(place, str) else said_place(place)


def when(at: Moment, names: Names) -> str:
    """Day and time of a line, in the city's time."""
    return day_and_time(at, names.utc_offset_min)
