"""Entering what was taken down on paper."""

from typing import Annotated

import msgspec
from litestar import post
from litestar.params import JSONBody

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.sizes import TABLES_BYTES_MAX
from turnout.edge.paper import PAPERS_MAX, PaperDesk, PaperEntered, PaperIncident


class PaperSheet(msgspec.Struct, frozen=True):
    papers: Annotated[tuple[PaperIncident, ...], msgspec.Meta(max_length=PAPERS_MAX)]


@post("/paper", status_code=200, request_max_body_size=TABLES_BYTES_MAX)
async def enter(data: JSONBody[PaperSheet], who: Who, edge: TheEdge) -> list[PaperEntered]:
    """Enter incidents that were taken down on paper, with their true times; each says what was not taken, and why.

    Hand the same paper in again after a doubt or with a correction: what is there already is not done twice.
    """
    want(who, "dispatch")
    return await PaperDesk(edge.counter).enter(who, data.papers)


ROUTES = [enter]
