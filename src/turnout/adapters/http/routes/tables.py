"""The city's tables, maintained while they are in force (7.7): shapes for forms, check, publish, versions, put back."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import JSONBody

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.routes.bounds import NUMBER_MAX, Numbered
from turnout.adapters.http.sizes import TABLES_BYTES_MAX
from turnout.city.amending import Difference
from turnout.city.shapes_of_tables import FieldShape, shapes
from turnout.core.catalogue import Catalogue
from turnout.core.limits import Line
from turnout.edge.answers import Declined
from turnout.edge.tables_desk import Checked, Edit, FolderState, Published, VersionCard

Seq = Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)]


class Reverting(msgspec.Struct, frozen=True):
    seq: Seq
    note: Line = ""


class Noted(msgspec.Struct, frozen=True):
    note: Line = ""


class TablesShape(msgspec.Struct, frozen=True):
    """Table → the fields of its entries. `version`: of the tables in force."""

    version: str
    tables: dict[str, tuple[FieldShape, ...]]


@get("/tables/shape", sync_to_thread=False)
def shape(who: Who, edge: TheEdge) -> TablesShape:
    """What a form for an entry of each table has to offer."""
    want(who, "tables")
    return TablesShape(edge.tables.in_force.version, shapes())


@post("/tables/check", status_code=200, request_max_body_size=TABLES_BYTES_MAX)
async def check(data: JSONBody[Edit], who: Who, edge: TheEdge) -> Checked:
    """What is wrong with the changes, by the rules of `turnout city check`, and what would differ. Nothing is done."""
    want(who, "tables")
    return await edge.tables.check(data)


_STANDING = {409: ResponseSpec(Checked, description="What stands in the way.", generate_examples=False)}


@post("/tables/publish", status_code=200, request_max_body_size=TABLES_BYTES_MAX, responses=_STANDING)
async def publish(data: JSONBody[Edit], who: Who, edge: TheEdge) -> Response[Published | Checked | FolderState]:
    """Put the changes in force, at once and for everybody. 409 with what is wrong, where something is."""
    want(who, "tables")
    return _outcome(await edge.tables.publish(who, data))


def _outcome(
    outcome: Published | Checked | FolderState | Declined,
) -> Response[Published | Checked | FolderState]:
    if isinstance(outcome, Declined):
        raise NotTaken(outcome)
    return Response(outcome, status_code=200 if isinstance(outcome, Published) else 409)


@get("/tables/versions")
async def versions(who: Who, edge: TheEdge) -> list[VersionCard]:
    """Every publication, newest first: when, by whom, why. The first is in force."""
    want(who, "tables")
    return await edge.tables.versions()


@get("/tables/versions/{seq:int}")
async def version(seq: Numbered, who: Who, edge: TheEdge) -> Catalogue:
    """The tables of one publication."""
    want(who, "tables")
    tables = await edge.tables.version(seq)
    if tables is None:
        raise no("unknown-tables", seq=seq)
    return tables


@get("/tables/versions/{seq:int}/differences")
async def compared(seq: Numbered, who: Who, edge: TheEdge) -> list[Difference]:
    """What putting that publication back would change."""
    want(who, "tables")
    found = await edge.tables.compared(seq)
    if found is None:
        raise no("unknown-tables", seq=seq)
    return list(found)


@post("/tables/revert", status_code=200)
async def revert(data: JSONBody[Reverting], who: Who, edge: TheEdge) -> Response[Published | Checked | FolderState]:
    """Put the tables of an earlier publication back, by one act."""
    want(who, "tables")
    return _outcome(await edge.tables.revert(who, data.seq, data.note))


@get("/tables/folder")
async def folder(who: Who, edge: TheEdge) -> FolderState:
    """How the city folder on the server stands to the tables in force, and what taking it would change."""
    want(who, "tables")
    return await edge.tables.folder()


@post("/tables/folder", status_code=200, responses=_STANDING)
async def take_folder(data: JSONBody[Noted], who: Who, edge: TheEdge) -> Response[Published | Checked | FolderState]:
    """Put in force what the city folder says now, in place of what was changed live. 409 with its problems."""
    want(who, "tables")
    return _outcome(await edge.tables.take_folder(who, data.note))


ROUTES = [shape, check, publish, versions, version, compared, revert, folder, take_folder]
