"""What was: incidents, their course, units' histories, places; and personal details, for a purpose."""

import logging
from typing import Annotated, Final
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from turnout.adapters.http.door import Asked as HttpAsked
from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.routes.bounds import After
from turnout.core.board import Incident, PersonCard
from turnout.core.history import Line
from turnout.core.incidents.report import IncidentReport, report_of
from turnout.core.refusals import UnknownIncident, UnknownUnit
from turnout.edge.answers import Declined
from turnout.edge.counter import refused
from turnout.edge.details import DetailsGiven, DetailsShown
from turnout.edge.looking_up import SHIFT_LINES_MAX, Page, Paged, PlaceKnown, ShiftTold
from turnout.edge.places_of_records import Whereabouts
from turnout.edge.rebuilding import RebuildState
from turnout.records.incidents import FOUND_MAX, LINES_MAX, Asked
from turnout.words.identity import UnitId
from turnout.words.moment import MOMENT_MAX, Moment
from turnout.words.place import Place

log = logging.getLogger(__name__)

CODE_MAX: Final = 64

NEAR_M: Final = 150
"""Around a place that is asked for: the block."""

MAY_LOOK: Final = ("calls", "dispatch", "field", "audit", "oversee", "personal")
"""Who may ask for details at all; on what ground they open, the rules say (core/reveals/policy.py)."""

NEAR_MOST_M: Final = 5_000

Number = Annotated[str, QueryParameter(name="number", max_length=CODE_MAX, description="An agency's incident number.")]
Type = Annotated[str, QueryParameter(name="type", max_length=CODE_MAX)]
Status = Annotated[str, QueryParameter(name="status", max_length=CODE_MAX)]
From = Annotated[
    int | None, QueryParameter(name="from", ge=0, le=MOMENT_MAX, description="Opened at or after, ms UTC.")
]
To = Annotated[int | None, QueryParameter(name="to", ge=0, le=MOMENT_MAX, description="Opened at or before, ms UTC.")]
Unit = Annotated[str, QueryParameter(name="unit", max_length=CODE_MAX, description="A unit that was on it.")]
PlaceText = Annotated[str, QueryParameter(name="place", max_length=200, description="Part of the location's text.")]
Latitude = Annotated[float | None, QueryParameter(name="lat", ge=-90, le=90)]
Longitude = Annotated[float | None, QueryParameter(name="lon", ge=-180, le=180)]
Within = Annotated[int, QueryParameter(name="within_m", ge=1, le=NEAR_MOST_M)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=FOUND_MAX)]


Lines = Annotated[int, QueryParameter(name="limit", ge=1, le=LINES_MAX)]


class DetailsKept(msgspec.Struct, frozen=True):
    person: PersonCard


@get("/incidents")
async def search(
    who: Who,
    edge: TheEdge,
    number: Number = "",
    type_code: Type = "",
    status: Status = "",
    since: From = None,
    until: To = None,
    unit: Unit = "",
    place: PlaceText = "",
    lat: Latitude = None,
    lon: Longitude = None,
    within_m: Within = NEAR_M,
    limit: Limit = 50,
) -> list[Incident]:
    """Incidents, open and closed, newest first. There is no search by person."""
    want(who, "read")
    asked = Asked(
        number=number,
        type=type_code,
        status=status,
        opened_from=None if since is None else Moment(since),
        opened_to=None if until is None else Moment(until),
        unit=unit,
        most=limit,
    )
    near, text = None if lat is None or lon is None else Place(lat, lon), place.strip()
    where = Whereabouts(text=text, near=near, within_m=within_m) if text or near is not None else None
    return await edge.look_up.search(who, asked, where)


@get("/incidents/{called:str}")
async def incident(called: FromPath[str], who: Who, edge: TheEdge) -> Incident:
    """One incident, open or closed, by its identity, its tag (while open) or an agency's number."""
    want(who, "read", "field")
    return await _found(edge, who, called)


@get("/incidents/{called:str}/report")
async def report(called: FromPath[str], who: Who, edge: TheEdge) -> IncidentReport:
    """What it comes to: primary and secondary units, times per unit and leg, reasons missing, what bars closing."""
    want(who, "read", "field")
    return report_of(edge.counter.board, await _found(edge, who, called))


@get("/incidents/{called:str}/chronology")
async def course(
    called: FromPath[str], who: Who, edge: TheEdge, request: HttpAsked, after: After = 0, limit: Lines = LINES_MAX
) -> Response[list[Line]]:
    """Everything that happened in an incident, in order, coded and in both languages. Where there is more, the answer
    says so and names the next page: `Link`, `rel="next"` (RFC 8288)."""
    want(who, "read", "field")
    return _paged(request, await edge.look_up.course(await _found(edge, who, called), Page(after, limit)))


def _paged(request: HttpAsked, found: Paged) -> Response[list[Line]]:
    if not found.next:
        return Response(found.lines)
    query = urlencode([*((k, v) for k, v in request.query_params.items() if k != "after"), ("after", found.next)])
    return Response(found.lines, headers={"link": f'<?{query}>; rel="next"'})


async def _found(edge: TheEdge, who: Who, called: str) -> Incident:
    row = await edge.look_up.find(who, called)
    if row is None:
        raise NotTaken(refused(UnknownIncident(incident=called)))
    return row


@get("/units/{unit:str}/history")
async def history(
    unit: FromPath[str],
    who: Who,
    edge: TheEdge,
    request: HttpAsked,
    since: From = None,
    until: To = None,
    after: After = 0,
    limit: Lines = LINES_MAX,
) -> Response[list[Line]]:
    """What a unit did, in order, page by page as the chronology of an incident."""
    want(who, "read", "field")
    _seen(edge, who, unit)
    last = None if until is None else Moment(until)
    return _paged(request, await edge.look_up.history_of(unit, Moment(since or 0), last, Page(after, limit)))


@get("/units/{unit:str}/shifts")
async def shifts(unit: FromPath[str], who: Who, edge: TheEdge, since: From = None, until: To = None) -> list[ShiftTold]:
    """What a unit did, cut by shift, oldest first: who was on it, in what, and what happened."""
    want(who, "read", "field")
    _seen(edge, who, unit)
    told = await edge.look_up.shifts_of(unit, Moment(since or 0), None if until is None else Moment(until))
    if told is None:
        raise no("malformed", problem=f"more than {SHIFT_LINES_MAX} lines: ask for a shorter time", field="from, to")
    return told


def _seen(edge: TheEdge, who: Who, unit: str) -> None:
    board = edge.counter.board
    row = board.units.get(UnitId(unit))
    if row is None or not who.sight.unit_row(row, board):
        raise NotTaken(refused(UnknownUnit(unit=unit)))


@get("/premises")
async def premises(
    who: Who,
    edge: TheEdge,
    lat: Annotated[float, QueryParameter(name="lat", ge=-180, le=180)],
    lon: Annotated[float, QueryParameter(name="lon", ge=-180, le=180)],
    type_code: Type = "",
) -> PlaceKnown:
    """Hazards, contacts and cautions of a place, and earlier incidents there, as far back as the type wants."""
    want(who, "read", "field")
    place = Place(lat, lon)
    wrong = edge.counter.locator.refuse(place)
    if wrong is not None:
        raise NotTaken(refused(wrong))
    return await edge.look_up.known_of(who, place, type_code, edge.now())


@post("/details", status_code=201)
async def keep_details(data: JSONBody[DetailsGiven], who: Who, edge: TheEdge) -> DetailsKept:
    """Seal personal details in the vault, under the incident's own key. The card goes into a command."""
    want(who, "calls", "dispatch", "field")
    card = await edge.details.keep(who, data)
    if isinstance(card, Declined):
        raise NotTaken(card)
    return DetailsKept(card)


@get("/details/{called:str}/{person:str}")
async def open_details(
    called: FromPath[str],
    person: FromPath[str],
    who: Who,
    edge: TheEdge,
    purpose: Annotated[str, QueryParameter(name="purpose", max_length=500)] = "",
) -> DetailsShown:
    """Open the details of one person in one incident. Who, when and why is on record before they are shown."""
    want(who, *MAY_LOOK)
    shown = await edge.details.open(who, called, person, purpose)
    if isinstance(shown, Declined):
        raise NotTaken(shown)
    return shown


@get("/calls/{call:str}/caller")
async def open_caller(
    call: FromPath[str],
    who: Who,
    edge: TheEdge,
    purpose: Annotated[str, QueryParameter(name="purpose", max_length=500)] = "",
) -> DetailsShown:
    """Open the caller's name and number of one call. Who, when and why is on record before they are shown."""
    want(who, *MAY_LOOK)
    shown = await edge.details.open_of_call(who, call, purpose)
    if isinstance(shown, Declined):
        raise NotTaken(shown)
    return shown


@get("/records/rebuild")
async def rebuild_state(who: Who, edge: TheEdge) -> RebuildState:
    """How far the records are that are being made anew, or how the last time ended. For administrators."""
    want(who, "admin")
    return edge.rebuilding.state()


@post("/records/rebuild", status_code=202)
async def rebuild(who: Who, edge: TheEdge) -> RebuildState:
    """Make the records anew from the journal, beside the old ones, which answer until the new ones have everything."""
    want(who, "admin")
    begun = edge.rebuilding.begin()
    if isinstance(begun, Declined):
        raise NotTaken(begun)
    log.warning("the records are made anew, as an administrator asked")
    return begun


ROUTES = [search, incident, report, course, history, shifts, premises, keep_details, open_details, open_caller]
ROUTES += [rebuild_state, rebuild]
