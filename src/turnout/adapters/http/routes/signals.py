"""The engineers' screen (15.1–15.3): districts, plans checked and coordinated, jobs, proposals.

Bodies and answers of a district are passed on as they came: the worker decodes them, and no request of an engineer
holds up the desk's loop. What they hold is in `signals/districts/shapes.py`, and for the description in
`signal_shapes.py`. Nothing here writes to a controller. Proposing and releasing are commands.
"""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.sizes import BODY_BYTES_MAX, TABLES_BYTES_MAX
from turnout.desk.access import ROOM, Principal
from turnout.edge.answers import Declined
from turnout.edge.corridors.detecting import DetectorsLive
from turnout.edge.corridors.listing import SiteCards, site_cards
from turnout.edge.edge import Edge
from turnout.edge.signals_room.room import SignalsRoom
from turnout.signals.districts.proposals import Proposals, ProposalShape
from turnout.signals.districts.results import JobCard, JobTaken, PeriodsAnswer
from turnout.signals.districts.shapes import ArterialShape, BandsAnswer, CheckAnswer, Districts, DistrictShape

Asked = Request[Any, Any, Any]
Handler = Callable[..., Any]
JSON: Final = "application/json"
TOML: Final = "application/toml"


def _room(edge: Edge, who: Principal, *scopes: str) -> SignalsRoom:
    want(who, *(scopes or ROOM))
    if edge.signals_room is None:
        raise no("no-engineers-room")
    return edge.signals_room


def _told(answer: bytes | Declined) -> Response[bytes]:
    if isinstance(answer, Declined):
        raise NotTaken(answer)
    return Response(answer, media_type=JSON)


def _shown(kind: Any) -> dict[int, ResponseSpec]:
    return {200: ResponseSpec(kind, generate_examples=False)}


@get("/signals/detectors")
async def detectors(who: Who, edge: TheEdge) -> DetectorsLive:
    """What the detectors ahead of crews with a green corridor show now: who stands where, never who it is."""
    want(who, *ROOM)
    detecting = edge.corridors.detecting if edge.corridors is not None else None
    return detecting.live() if detecting is not None else DetectorsLive()


@get("/signals/districts", responses=_shown(Districts))
async def districts(who: Who, edge: TheEdge) -> Response[bytes]:
    """Every district of the city's folder, with what can be done there."""
    return _told(await _room(edge, who).districts())


@get("/signals/districts/{district:str}", responses=_shown(DistrictShape))
async def district(district: FromPath[str], who: Who, edge: TheEdge) -> Response[bytes]:
    """Streets, junctions with the plans in force, arterials, and what is wrong."""
    return _told(await _room(edge, who).district(district))


@get("/signals/districts/{district:str}/plans.toml")
async def plans_file(district: FromPath[str], who: Who, edge: TheEdge) -> Response[bytes]:
    """The plans in force as the plain file that `turnout signals` reads."""
    found = await _room(edge, who).plans_file(district)
    if isinstance(found, Declined):
        raise NotTaken(found)
    headers = {"content-disposition": 'attachment; filename="plans.toml"'}
    return Response(found, media_type=TOML, headers=headers)


def _question(kind: str, shape: Any, most: int) -> Callable[[Handler], HTTPRouteHandler]:
    """A route of which `most` bytes are asked and a `shape` is answered."""
    at = f"/signals/districts/{{district:str}}/{kind}"
    return post(at, status_code=200, request_max_body_size=most, responses=_shown(shape))


@_question("check", CheckAnswer, BODY_BYTES_MAX)
async def check(district: FromPath[str], request: Asked, who: Who, edge: TheEdge) -> Response[bytes]:
    """What is wrong with the plans of these junctions. Nothing is kept."""
    return _told(await _room(edge, who, "signal-plans").asked(district, "check", await request.body()))


@_question("periods", PeriodsAnswer, TABLES_BYTES_MAX)
async def periods(district: FromPath[str], request: Asked, who: Who, edge: TheEdge) -> Response[bytes]:
    """At which hours a draft has to be simulated so that every plan that it changes is run."""
    return _told(await _room(edge, who, "signal-plans").asked(district, "periods", await request.body()))


@_question("arterials", ArterialShape, BODY_BYTES_MAX)
async def arterials(district: FromPath[str], request: Asked, who: Who, edge: TheEdge) -> Response[bytes]:
    """An arterial through these junctions, from the network. It is not kept: give it along with `bands`."""
    return _told(await _room(edge, who, "signal-plans").asked(district, "arterials", await request.body()))


@_question("bands", BandsAnswer, TABLES_BYTES_MAX)
async def bands(district: FromPath[str], request: Asked, who: Who, edge: TheEdge) -> Response[bytes]:
    """A green wave, its time-space diagram, and the plans with its offsets. Cut off after a minute."""
    return _told(await _room(edge, who, "signal-plans").asked(district, "bands", await request.body()))


@post("/signals/districts/{district:str}/jobs", status_code=202, request_max_body_size=TABLES_BYTES_MAX)
async def put_job(district: FromPath[str], request: Asked, who: Who, edge: TheEdge) -> JobTaken:
    """A job of minutes: `simulate` a draft beside the plans in force, or coordinate the `area`."""
    taken = await _room(edge, who, "signal-plans").put_job(district, await request.body())
    if isinstance(taken, Declined):
        raise NotTaken(taken)
    return taken


def _card(found: JobCard | Declined) -> Response[bytes]:
    return _told(found if isinstance(found, Declined) else msgspec.json.encode(found))


@get("/signals/jobs/{job:str}", sync_to_thread=False, responses=_shown(JobCard))
def job(job: FromPath[str], who: Who, edge: TheEdge) -> Response[bytes]:
    """How far it is, and what it found."""
    return _card(_room(edge, who).job(job))


@delete("/signals/jobs/{job:str}", status_code=200, responses=_shown(JobCard))
async def cancel(job: FromPath[str], who: Who, edge: TheEdge) -> Response[bytes]:
    """Not begun or not finished: it ends at once. One that is over stays."""
    return _card(await _room(edge, who, "signal-plans").cancel(job))


@get("/signals/proposals")
async def proposals(who: Who, edge: TheEdge) -> Proposals:
    """Those that wait and those that were decided, newest first."""
    return await _room(edge, who).proposals()


@get("/signals/proposals/{proposal:str}", responses=_shown(ProposalShape))
async def proposal(proposal: FromPath[str], who: Who, edge: TheEdge) -> Response[bytes]:
    """With the whole set of plans and what its simulation found."""
    return _told(await _room(edge, who).proposal(proposal))


@get("/signals/sites")
async def sites(who: Who, edge: TheEdge) -> SiteCards:
    """Junctions of this city that a corridor can ask, and where they stand; none where the city names none."""
    want(who, *ROOM)
    ways = edge.corridors.ways if edge.corridors is not None else None
    return site_cards((await ways.sites()).by_id.values()) if ways is not None else SiteCards()


ROUTES = [
    detectors,
    districts,
    district,
    plans_file,
    check,
    periods,
    arterials,
    bands,
    put_job,
    job,
    cancel,
    proposals,
    proposal,
    sites,
]
