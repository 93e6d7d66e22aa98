"""Whether the tables name only what they hold: what every rule later takes for granted is looked at once, here."""

import re
from collections.abc import Iterator

from turnout.core.board import STAGES
from turnout.core.catalogue import Agency, Catalogue
from turnout.core.refusals import TablesInconsistent

SYSTEM, RECORDS = "system", "records-system"
"""The program's own roles (core/permissions.py): no city's tables can give them."""

_SERIES = re.compile(r"(?:[^{}]|\{yy\}|\{n(?::0?[1-9]d?)?\}){1,40}")
"""Text, the year, and the count with at most nine places."""

STAGE_WORDS = frozenset({*STAGES, "in-quarters"})


def first_missing(tables: Catalogue) -> TablesInconsistent | None:
    return next(_missing(tables), None)


def _missing(tables: Catalogue) -> Iterator[TablesInconsistent]:
    yield from _units(tables)
    yield from _types(tables)
    for agency in tables.agencies.values():
        if not makes_numbers(agency):
            yield TablesInconsistent(where=f"agencies.{agency.id}.series", missing=agency.series)
    for station in tables.stations.values():
        if station.agency not in tables.agencies:
            yield TablesInconsistent(where=f"stations.{station.id}.agency", missing=station.agency)
    for role in tables.roles.values():
        if role.code in (SYSTEM, RECORDS):
            yield TablesInconsistent(where=f"roles.{role.code}", missing=role.code)
    for alarm in tables.alarm_kinds.values():
        if alarm.type not in tables.types:
            yield TablesInconsistent(where=f"alarm_kinds.{alarm.code}.type", missing=alarm.type)
    for status in tables.statuses:
        if status.stage not in STAGE_WORDS:
            yield TablesInconsistent(where=f"statuses.{status.code}.stage", missing=status.stage)


def _units(tables: Catalogue) -> Iterator[TablesInconsistent]:
    for unit in tables.units.values():
        where = f"units.{unit.id}"
        if unit.kind not in tables.unit_kinds:
            yield TablesInconsistent(where=f"{where}.kind", missing=unit.kind)
        if unit.agency not in tables.agencies:
            yield TablesInconsistent(where=f"{where}.agency", missing=unit.agency)
        if unit.station not in tables.stations:
            yield TablesInconsistent(where=f"{where}.station", missing=unit.station)
        for partner in unit.crew_shared_with:
            if partner not in tables.units or partner == unit.id:
                yield TablesInconsistent(where=f"{where}.crew_shared_with", missing=partner)


def _types(tables: Catalogue) -> Iterator[TablesInconsistent]:
    for kind in tables.types.values():
        where = f"types.{kind.code}"
        if not kind.agencies:
            yield TablesInconsistent(where=f"{where}.agencies", missing="")
        for agency in kind.agencies:
            if agency not in tables.agencies:
                yield TablesInconsistent(where=f"{where}.agencies", missing=agency)
        for question in kind.questions:
            for answer in question.answers:
                if answer.type and answer.type not in tables.types:
                    yield TablesInconsistent(where=f"{where}.questions.{question.code}", missing=answer.type)


def makes_numbers(agency: Agency) -> bool:
    """Whether its series gives a different number for each count, and is nothing but a series.

    It is text from outside that makes text: a width of a billion would fill the memory at the first incident.
    """
    if agency.neighbour:
        return True
    return _SERIES.fullmatch(agency.series) is not None and "{n" in agency.series
