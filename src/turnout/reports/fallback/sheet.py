"""The picture of this minute on one self-contained page: what a room needs to go on with radio, telephone and paper.

Callers' and patients' details are not on it: they stay in the vault, and a print could not be erased (charter 6).
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from xml.etree.ElementTree import Element

import msgspec

from turnout.core.board import Board, Call, Incident, OnIncident, OutOfService, Unit
from turnout.core.catalogue import Catalogue
from turnout.core.spoken import CHANNEL_NAMES, INCIDENT_STATUS_NAMES, STAGE_NAMES, clock_time, day_and_time, spoken
from turnout.reports.fallback.words import WORDS
from turnout.reports.page import element, lines, page, table
from turnout.words.identity import StationId, UnitId
from turnout.words.moment import Moment
from turnout.words.name import Language
from turnout.words.place import Place

STORY_LINES_MAX = 6
"""Newest lines of the narrative: the rest was acted upon."""


class LastPlace(msgspec.Struct, frozen=True):
    """Where a unit was last seen, and when."""

    place: Place
    at: Moment


Describe = Callable[[Place], str]
"""A place in words that can be said on the radio: `16th St & Mission St`."""


class _Words(msgspec.Struct, frozen=True):
    """The language of a sheet, and the city's names and clock."""

    language: Language
    tables: Catalogue
    describe: Describe

    def __call__(self, code: str) -> str:
        return WORDS[code].spoken(self.language)

    def clock(self, at: int) -> str:
        return clock_time(at, self.tables.utc_offset_min)

    def type(self, incident: Incident) -> str:
        known = self.tables.types.get(incident.type)
        return incident.type if known is None else f"{known.name.spoken(self.language)} ({incident.type})"

    def station(self, code: str) -> str:
        known = self.tables.stations.get(StationId(code))
        return code if known is None else f"{code} {known.name.spoken(self.language)}"

    def stage(self, unit: Unit) -> str:
        match unit.status:
            case OnIncident(at=stage):
                return spoken(STAGE_NAMES, stage, self.language)
            case OutOfService(reason=reason):
                return f"{spoken(STAGE_NAMES, 'out-of-service', self.language)}: {reason}"
            case status:
                return spoken(STAGE_NAMES, str(status.__struct_config__.tag), self.language)


def fallback_sheet(
    board: Board, places: Mapping[UnitId, LastPlace], describe: Describe, language: Language, now: Moment
) -> bytes:
    """The sheet as of `now`, in the city's local time. A board without tables gives a sheet with nothing on it."""
    tables = board.catalogue or Catalogue(city="", name=WORDS["title"], time_zone="UTC")
    say = _Words(language, tables, describe)
    city = tables.name.spoken(language)
    stamp = f"{say('as_of')} {day_and_time(now, tables.utc_offset_min)} · {say('record')} {board.seq}"
    return page(
        f"{city}: {say('title')} {day_and_time(now, tables.utc_offset_min)}",
        language,
        element("h1", f"{city}: {say('title')}"),
        element("p", stamp, kind="strong"),
        element("p", say("exercise"), kind="notice") if board.exercise else None,
        element("p", say("notice"), kind="notice"),
        _duress(board, places, say),
        _section(say("incidents"), _incidents(board, say), say),
        _section(say("calls"), _calls(board, say), say),
        _section(say("units"), _units(board, places, say), say),
        _section(say("hospitals"), _hospitals(board, say), say),
        _section(say("closures"), _closures(board, say), say),
        _section(say("stations"), _stations(tables, say), say),
        _section(say("contacts"), _contacts(tables, say), say),
        element("p", say("private"), kind="small"),
    )


def _section(title: str, content: Element | None, say: _Words) -> list[Element]:
    return [element("h2", title), content if content is not None else element("p", say("none"))]


def _duress(board: Board, places: Mapping[UnitId, LastPlace], say: _Words) -> list[Element]:
    calling = [unit for unit in board.units.values() if unit.duress is not None]
    said = (
        f"{say('duress')}: {unit.id}, {say.clock(unit.duress or 0)}, {_seen(places.get(unit.id), say)}"
        for unit in calling
    )
    return [element("p", text, kind="notice") for text in said]


def _incidents(board: Board, say: _Words) -> Element | None:
    still = [one for one in board.incidents.values() if one.status != "closed"]
    still.sort(key=lambda one: (one.priority, one.opened))
    heads = [say(code) for code in ("incident", "priority", "type", "place", "opened", "sent", "story")]
    return table(heads, [_incident(one, board, say) for one in still]) if still else None


def _incident(incident: Incident, board: Board, say: _Words) -> Sequence[object]:
    where = incident.location
    place = [
        where.text,
        where.crossing,
        where.detail,
        where.floor,
        "" if where.verified else f"({say('not_verified')})",
    ]
    told = [one for one in incident.narrative if one.struck is None][-STORY_LINES_MAX:]
    status = spoken(INCIDENT_STATUS_NAMES, incident.status, say.language)
    numbers = " ".join(incident.numbers.values())
    return (
        [element("span", incident.tag, kind="strong"), Element("br"), lines([numbers, status])],
        str(incident.priority),
        f"{say.type(incident)}{f' A{incident.alarm_level}' if incident.alarm_level > 1 else ''}",
        lines(text for text in place if text),
        say.clock(incident.opened),
        lines(_sent(incident, board, say)),
        lines(f"{say.clock(one.at)} {one.text}" for one in told),
    )


def _sent(incident: Incident, board: Board, say: _Words) -> list[str]:
    sent = []
    for assignment in incident.working:
        unit = board.units.get(assignment.unit)
        stage = say.stage(unit) if unit is not None else ""
        sent.append(f"{assignment.unit} {stage} {say.clock(unit.since if unit is not None else incident.opened)}")
    return sent


def _calls(board: Board, say: _Words) -> Element | None:
    waiting = [call for call in board.calls.values() if call.status in ("waiting", "answered", "callback")]
    waiting.sort(key=lambda call: call.received)
    heads = [say(code) for code in ("received", "channel", "place", "text")]
    return table(heads, [_call(call, say) for call in waiting]) if waiting else None


def _call(call: Call, say: _Words) -> Sequence[object]:
    channel = spoken(CHANNEL_NAMES, call.channel, say.language)
    return say.clock(call.received), channel, call.location.text if call.location is not None else "", call.text


def _units(board: Board, places: Mapping[UnitId, LastPlace], say: _Words) -> Element | None:
    on = [unit for unit in board.units.values() if is_on_duty(unit)]
    on.sort(key=lambda unit: (unit.agency, unit.station, unit.id))
    heads = [say(code) for code in ("unit", "kind", "status", "incident", "since", "last_place", "crew")]
    rows: list[Sequence[object]] = []
    for (agency, station), posted in groupby(on, key=lambda unit: (unit.agency, unit.station)):
        title = element("span", f"{agency} · {say.station(station)}", kind="strong")
        rows.append([title, *[""] * (len(heads) - 1)])
        rows += [_unit(unit, board, places.get(unit.id), say) for unit in posted]
    return table(heads, rows) if on else None


def is_on_duty(unit: Unit) -> bool:
    """Whether somebody may have to ask this unit by radio: all but those off duty."""
    return str(unit.status.__struct_config__.tag) != "off-duty"


def _unit(unit: Unit, board: Board, place: LastPlace | None, say: _Words) -> Sequence[object]:
    on = board.incidents.get(unit.status.incident) if isinstance(unit.status, OnIncident) else None
    held = [board.incidents[one].tag for one in unit.stack if one in board.incidents]
    kind = say.tables.unit_kinds.get(unit.kind)
    return (
        unit.id,
        unit.kind if kind is None else kind.name.spoken(say.language),
        say.stage(unit),
        lines([*([on.tag] if on is not None else []), *(f"{say('held_for')}: {tag}" for tag in held)]),
        say.clock(unit.since),
        _seen(place, say),
        ", ".join(member.staff for member in unit.crew),
    )


def _seen(place: LastPlace | None, say: _Words) -> str:
    return "" if place is None else f"{say.describe(place.place)} ({say.clock(place.at)})"


def _hospitals(board: Board, say: _Words) -> Element | None:
    rows = []
    for code, hospital in say.tables.hospitals.items():
        state = board.hospitals.get(code)
        diverted = state is not None and state.diversion
        beds = f", {say('beds')}: {state.beds}" if state is not None and state.beds is not None else ""
        rows.append(
            (
                hospital.name.spoken(say.language),
                hospital.address,
                hospital.phone,
                say("diversion" if diverted else "open") + beds,
            )
        )
    return table([say(code) for code in ("hospital", "address", "phone", "status")], rows) if rows else None


def _closures(board: Board, say: _Words) -> Element | None:
    rows = [
        (
            " – ".join(say.describe(end) for end in dict.fromkeys((closure.line[0], closure.line[-1]))),
            closure.reason,
            say.clock(closure.until) if closure.until is not None else "",
        )
        for closure in board.closures.values()
    ]
    return table([say(code) for code in ("street", "why", "until")], rows) if rows else None


def _stations(tables: Catalogue, say: _Words) -> Element | None:
    rows = [
        (station.id, station.name.spoken(say.language), station.agency, station.address, station.phone)
        for station in tables.stations.values()
    ]
    return table([say(code) for code in ("station", "kind", "agency", "address", "phone")], rows) if rows else None


def _contacts(tables: Catalogue, say: _Words) -> Element | None:
    said = [
        [
            element("p", info.title.spoken(say.language), kind="strong"),
            element("p", lines(info.text.spoken(say.language).splitlines())),
        ]
        for info in tables.info.values()
    ]
    return element("div", said) if said else None
