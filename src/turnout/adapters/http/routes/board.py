"""The state of things: health, the city, the board, where units are."""

from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from turnout.adapters.http.door import COUNTED, FOR_LOCKED, NEVER, TheEdge, Who, want
from turnout.adapters.http.problems import no
from turnout.adapters.http.shapes import BoardShown
from turnout.adapters.http.sizes import TABLES_BYTES_MAX
from turnout.core.calls.call import Call
from turnout.core.catalogue import Catalogue
from turnout.desk.access import may_report_place
from turnout.edge.edge import words_for_fix
from turnout.edge.health import Health, health_of
from turnout.edge.rows import snapshot
from turnout.telemetry.latest import BATCH_MAX, Fix
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

_encoder: Final = msgspec.json.Encoder()


class CityShown(msgspec.Struct, frozen=True, kw_only=True):
    """What a screen needs to know of the city. Fetch it again when the board's row `board` names another catalogue."""

    catalogue: Catalogue | None
    bounds: tuple[float, float, float, float]
    """West, south, east, north, degrees."""
    centre: Place
    attribution: tuple[Name, ...]
    tiles: str
    demo: bool
    simulated: bool
    version: str
    lock_min: int
    """After so many minutes without a touch a console locks itself; 0: never."""
    arrival: bool
    """Whether the place of a unit reports its status by itself."""


class UnitInDuress(msgspec.Struct, frozen=True):
    unit: str
    since: Moment
    acknowledged: bool


class CoverShown(msgspec.Struct, frozen=True):
    """What a locked console still shows: alarms, as kind and number. Nothing of an incident, nothing of a person."""

    duress: tuple[UnitInDuress, ...]
    calls: int
    """That wait for an answer, or that somebody hands over to this position."""


class RefusedPosition(msgspec.Struct, frozen=True):
    index: int
    unit: str
    code: str
    text: Name


class PositionsTaken(msgspec.Struct, frozen=True):
    taken: int
    refused: tuple[RefusedPosition, ...]


Fixes = Annotated[list[Fix], msgspec.Meta(max_length=BATCH_MAX)]


@get("/health", opt={"open": True, COUNTED: NEVER})
async def health(edge: TheEdge) -> Response[Health]:
    """Whether the desk takes commands, for people and for watch-dogs (503 when it does not)."""
    now = health_of(edge)
    return Response(now, status_code=200 if now.ok else 503, headers={"cache-control": "no-store"})


@get("/city", opt={"open": True})
async def city(edge: TheEdge) -> CityShown:
    """The city's tables and map. They are public: the sign-in page needs names and languages."""
    west, south, east, north = edge.ground.bounds
    return CityShown(
        catalogue=edge.counter.board.catalogue,
        bounds=edge.ground.bounds,
        centre=Place((south + north) / 2.0, (west + east) / 2.0),
        attribution=edge.ground.attribution,
        tiles=f"/tiles/city.pmtiles?v={edge.grounds.version or 'own'}",
        demo=edge.ground.demo,
        simulated=edge.ground.simulated,
        version=edge.version,
        lock_min=edge.ground.lock_min,
        arrival=edge.arrival,
    )


@get("/board", responses={200: ResponseSpec(data_container=BoardShown, generate_examples=False)})
async def board(who: Who, edge: TheEdge) -> Response[bytes]:
    """Every row that you may see, by table, as of `seq`. The socket gives the same and then follows it."""
    want(who, "read", "field", "station")
    now = edge.counter.board
    body = {"seq": edge.counter.seq, "tables": snapshot(now, who.sight), "exercise": now.exercise}
    return Response(_encoder.encode(body), media_type="application/json", headers={"cache-control": "no-store"})


@get("/cover", opt=FOR_LOCKED)
async def cover(who: Who, edge: TheEdge) -> Response[CoverShown]:
    """What must not be missed at a locked console: which units are in duress, and how many calls wait."""
    want(who, "read", "field", "station")
    now, sight = edge.counter.board, who.sight
    duress = tuple(
        UnitInDuress(unit.id, unit.duress, bool(unit.duress_acknowledged_by))
        for unit in now.units.values()
        if unit.duress is not None and sight.unit_row(unit, now)
    )
    ringing = (call for call in now.calls.values() if is_ringing(call, who.position) and sight.call(call, now))
    calls = 0 if "calls" in sight.hidden else sum(1 for _ in ringing)
    return Response(CoverShown(duress, calls), headers={"cache-control": "no-store"})


def is_ringing(call: Call, position: str) -> bool:
    """Whether it waits for an answer, or is being handed over to this position."""
    handed_over = call.offer is not None and bool(position) and call.offer.to == position
    return handed_over or (call.status == "waiting" and not call.abandoned)


@get("/positions")
async def positions(who: Who, edge: TheEdge) -> list[Fix]:
    """The newest place of every unit that you may see."""
    want(who, "read", "field", "station")
    now = edge.counter.board
    return [
        Fix(
            unit=held.unit,
            lat=held.place.lat,
            lon=held.place.lon,
            heading=held.heading,
            speed_mps=held.speed_mps,
            at=held.at,
            source=held.source,
        )
        for held in edge.latest.list_all()
        if held.unit in now.units and who.sight.unit_row(now.units[held.unit], now)
    ]


@post("/positions", status_code=200, request_max_body_size=TABLES_BYTES_MAX)
async def report_positions(data: JSONBody[Fixes], who: Who, edge: TheEdge) -> PositionsTaken:
    """Where units are. Each that cannot be believed comes back with its reason; the others are taken."""
    if len(data) > BATCH_MAX:
        raise no("malformed", problem=f"more than {BATCH_MAX} positions in one message", field="")
    foreign = next((fix.unit for fix in data if not may_report_place(who, fix.unit)), None)
    if foreign is not None:
        raise no("scope-missing", scope=f"avl:{foreign}")
    taken = edge.take_positions(data)
    return PositionsTaken(
        taken.taken,
        tuple(RefusedPosition(one.index, one.unit, one.code, words_for_fix(one, data)) for one in taken.refused),
    )


ROUTES = [health, city, board, cover, positions, report_positions]
