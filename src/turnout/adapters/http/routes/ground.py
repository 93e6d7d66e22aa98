"""Map data, changed while running (7.6): versions, check, switch. Going back is switching to an earlier one."""

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken
from turnout.adapters.http.routes.accounts import taken
from turnout.city.ground import GroundCard
from turnout.core.limits import Code, Line
from turnout.edge.answers import Declined
from turnout.edge.ground_desk import GroundChecked, GroundState


class Version(msgspec.Struct, frozen=True):
    """Empty: the city folder's own."""

    version: Code = ""


class Switching(msgspec.Struct, frozen=True):
    version: Code = ""
    note: Line = ""


@get("/ground", sync_to_thread=True)
def state(who: Who, edge: TheEdge) -> GroundState:
    """Which version of roads, gazetteer, outlines and tiles is in force, and which there are."""
    want(who, "tables")
    return edge.grounds.state()


@post("/ground/import", status_code=201)
async def take_in(who: Who, edge: TheEdge) -> GroundCard:
    """Keep the city folder's map data, as they lie on the server now, as a version. Nothing is switched."""
    want(who, "tables")
    return taken(await edge.grounds.take_in())


@post("/ground/check", status_code=200)
async def check(data: JSONBody[Version], who: Who, edge: TheEdge) -> GroundChecked:
    """What is wrong with a version under the tables in force, by the rules of `turnout city check`."""
    want(who, "tables")
    return taken(await edge.grounds.check(data.version))


_STANDING = {409: ResponseSpec(GroundChecked, description="What stands in the way.", generate_examples=False)}


@post("/ground/switch", status_code=200, responses=_STANDING)
async def switch(data: JSONBody[Switching], who: Who, edge: TheEdge) -> Response[GroundState | GroundChecked]:
    """That version in force from the next question on, with no pause. 409 with what is wrong, where something is."""
    want(who, "tables")
    outcome = await edge.grounds.switch(who, data.version, data.note)
    if isinstance(outcome, Declined):
        raise NotTaken(outcome)
    return Response(outcome, status_code=200 if isinstance(outcome, GroundState) else 409)


ROUTES = [state, take_in, check, switch]
