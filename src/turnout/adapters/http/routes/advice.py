"""Advice: who should go, by what way, and what a text or a point on the map means."""

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.shapes import ProposalShown, RouteShown
from turnout.core.answering import Answering, answering_in
from turnout.core.board import Location, PlaceKind
from turnout.core.limits import Line
from turnout.edge.advice import AdviceAsked, HospitalNear, shown
from turnout.edge.answers import Declined
from turnout.edge.counter import refused
from turnout.edge.edge import Edge
from turnout.roads.datum import wgs84_from_bd09, wgs84_from_gcj02
from turnout.roads.gazetteer import Described, Gazetteer, Suggestion, Verdict
from turnout.words.place import Place

Datum = Literal["wgs84", "gcj02", "bd09"]
Asked = Annotated[str, QueryParameter(name="q", max_length=200, description="As typed so far.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=20)]
Lat = Annotated[float | None, QueryParameter(name="lat", ge=-90, le=90)]
Lon = Annotated[float | None, QueryParameter(name="lon", ge=-180, le=180)]


class LocateAsked(msgspec.Struct, frozen=True):
    """A text, a point on the map, or both. `datum` is what the point is in; everything inside is WGS 84."""

    text: Line = ""
    place: Place | None = None
    datum: Datum = "wgs84"
    kind: PlaceKind | None = None


def _json(body: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})


@post("/recommend", status_code=200, responses={200: ResponseSpec(ProposalShown, generate_examples=False)})
async def recommend(data: JSONBody[AdviceAsked], who: Who, edge: TheEdge) -> Response[bytes]:
    """Who meets the plan soonest by road, with the reason for every line. `offer` goes back with `assign-units`."""
    want(who, "read", "field")
    if edge.adviser is None:
        raise no("no-roads")
    proposal = await edge.adviser.propose(who, data, edge.now())
    if isinstance(proposal, Declined):
        raise NotTaken(proposal)
    return _json(shown(proposal, edge.counter.board))


@get("/route", responses={200: ResponseSpec(RouteShown, generate_examples=False)})
async def route(
    who: Who,
    edge: TheEdge,
    unit: Annotated[str, QueryParameter(name="unit", max_length=64)],
    incident: Annotated[str, QueryParameter(name="incident", max_length=64)],
) -> Response[bytes]:
    """The quickest way of a unit to an incident (or its hospital), as line, interval and directions."""
    want(who, "read", "field", "station")
    if edge.adviser is None:
        raise no("no-roads")
    way = await edge.adviser.route(who, unit, incident, edge.now())
    if isinstance(way, Declined):
        raise NotTaken(way)
    return _json(way)


@get("/hospitals")
async def hospitals(
    who: Who, edge: TheEdge, unit: Annotated[str, QueryParameter(name="unit", max_length=64)]
) -> list[HospitalNear]:
    """The hospitals by road time from where the unit is, with diversion and free beds as last told."""
    want(who, "read", "field")
    if edge.adviser is None:
        raise no("no-roads")
    found = await edge.adviser.hospitals(who, unit, edge.now())
    if isinstance(found, Declined):
        raise NotTaken(found)
    return found


def _gazetteer(edge: Edge) -> Gazetteer:
    if edge.gazetteer is None:
        raise no("no-gazetteer")
    return edge.gazetteer


@get("/places/suggest")
async def suggest(
    who: Who, edge: TheEdge, q: Asked, limit: Limit = 8, lat: Lat = None, lon: Lon = None
) -> list[Suggestion]:
    """The likeliest places for a text that is still being typed."""
    want(who, "read", "field")
    near = Place(lat, lon) if lat is not None and lon is not None else None
    return await asyncio.to_thread(_gazetteer(edge).suggest, q, limit, near)


@get("/places/verify")
async def verify(who: Who, edge: TheEdge, q: Asked) -> Verdict:
    """What a finished text means: one place, several, none, or a contradiction."""
    want(who, "read", "field")
    return await asyncio.to_thread(_gazetteer(edge).verify, q)


@get("/places/reverse")
async def reverse(
    who: Who,
    edge: TheEdge,
    lat: Annotated[float, QueryParameter(name="lat", ge=-180, le=180)],
    lon: Annotated[float, QueryParameter(name="lon", ge=-180, le=180)],
) -> Described:
    """The words for a point on the map."""
    want(who, "read", "field")
    place = Place(lat, lon)
    wrong = edge.counter.locator.refuse(place)
    if wrong is not None:
        raise NotTaken(refused(wrong))
    return await asyncio.to_thread(_gazetteer(edge).reverse, place)


@post("/places/locate", status_code=200)
async def locate(data: JSONBody[LocateAsked], who: Who, edge: TheEdge) -> Location:
    """A location ready for a command: place, crossing, neighbourhood and zones filled in."""
    want(who, "read", "field")
    place = _in_wgs84(data.place, data.datum) if data.place is not None else None
    if not data.text and place is None:
        raise no("malformed", problem="a text or a place is needed", field="text, place")
    kind = data.kind or ("coordinate" if place is not None else "address")
    locator = edge.counter.locator
    found = await locator.locate(Location(text=data.text, place=place, kind=kind))
    if not isinstance(found, Location):
        raise NotTaken(refused(found))
    return locator.zoned(found, edge.counter.board)


@get("/places/answering")
async def answering(
    who: Who,
    edge: TheEdge,
    lat: Annotated[float, QueryParameter(name="lat", ge=-180, le=180)],
    lon: Annotated[float, QueryParameter(name="lon", ge=-180, le=180)],
) -> list[Answering]:
    """Who answers at a point, by discipline: agency, station and beat of the areas that it lies in."""
    want(who, "read", "field")
    place, locator, board = Place(lat, lon), edge.counter.locator, edge.counter.board
    wrong = locator.refuse(place)
    if wrong is not None:
        raise NotTaken(refused(wrong))
    if board.catalogue is None:
        raise no("desk-stopped")
    zoned = locator.zoned(Location(text="", place=place, kind="coordinate"), board)
    return list(answering_in(board.catalogue, zoned.zones))


def _in_wgs84(place: Place, datum: Datum) -> Place:
    match datum:
        case "wgs84":
            return place
        case "gcj02":
            return wgs84_from_gcj02(place)
        case "bd09":
            return wgs84_from_bd09(place)


ROUTES = [recommend, route, hospitals, suggest, verify, reverse, answering, locate]
