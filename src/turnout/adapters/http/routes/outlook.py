"""What could stand better just now: coverage with who could fill in, and sooner units for those still under way."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import no
from turnout.adapters.http.shapes import CoverageShown, SwapShown
from turnout.coverage import Coverage
from turnout.edge.edge import Edge
from turnout.edge.outlook import coverage_shown, swaps_shown


def _json(body: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(body), media_type="application/json", headers={"cache-control": "no-store"})


async def _newest(edge: Edge) -> Coverage:
    """The newest look; it is made anew every few seconds while somebody asks."""
    if edge.outlook is None:
        raise no("no-roads")
    coverage = await edge.outlook.newest()
    if coverage is None:
        raise no("no-coverage-yet")
    return coverage


@get("/coverage", responses={200: ResponseSpec(CoverageShown, generate_examples=False)})
async def coverage(who: Who, edge: TheEdge) -> Response[bytes]:
    """How much of the demand is within each standard now, where it is not, and which move-up would restore most."""
    want(who, "read")
    return _json(coverage_shown(await _newest(edge), edge.counter.board, who.sight))


@get("/swaps", responses={200: ResponseSpec(list[SwapShown], generate_examples=False)})
async def swaps(who: Who, edge: TheEdge) -> Response[bytes]:
    """Units that are free now and would be there sooner than one that is still on its way; `relieve-unit` swaps."""
    want(who, "read")
    await _newest(edge)
    assert edge.outlook is not None
    return _json(swaps_shown(edge.outlook.swaps, edge.counter.board, who.sight))


ROUTES = [coverage, swaps]
