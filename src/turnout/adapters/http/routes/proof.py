"""Proofs that nothing was altered (18.6), for auditors: checkpoints, the place of rows, that the logs only grew."""

from typing import Annotated, TypeVar

from litestar import get
from litestar.params import FromPath, QueryParameter

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.routes.bounds import NUMBER_MAX, After, Numbered
from turnout.audit.kept import Log
from turnout.audit.proofs import Consistency
from turnout.core.refusals import UnknownIncident
from turnout.desk.access import Principal
from turnout.edge.answers import Declined
from turnout.edge.counter import refused
from turnout.edge.edge import Edge
from turnout.edge.proof.proving import ROWS_MAX, CheckpointShown, ProvedReveal, ProvedRow, Proving

T = TypeVar("T")

Old = Annotated[int, QueryParameter(name="old", ge=0, le=NUMBER_MAX, description="So many records were there before.")]
Size = Annotated[
    int | None, QueryParameter(name="size", ge=0, le=NUMBER_MAX, description="Up to so many (default: all signed).")
]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=ROWS_MAX, description="At most so many.")]
Which = Annotated[Log, QueryParameter(name="log", description="`journal` or `reveals`.")]


@get("/proof/checkpoint")
async def checkpoint(who: Who, edge: TheEdge) -> CheckpointShown:
    """The newest checkpoint of both logs, signed and cosigned: keep it."""
    return taken(await proving(who, edge).checkpoint())


@get("/proof/rows/{row:int}")
async def of_row(row: Numbered, who: Who, edge: TheEdge) -> ProvedRow:
    """That this row of the journal is among those that were signed; its header is in the proof, its body is not."""
    asked = proving(who, edge)
    if not who.sight.is_all:
        raise no("scope-missing", scope="audit")
    return taken(await asked.row(row))


@get("/proof/incidents/{called:str}")
async def of_incident(
    called: FromPath[str], who: Who, edge: TheEdge, after: After = 0, limit: Limit = 100
) -> list[ProvedRow]:
    """A proof for each row of an incident that is signed, by identity, tag or number, in order and page by page."""
    asked = proving(who, edge)
    row = await edge.look_up.find(who, called)
    if row is None:
        raise NotTaken(refused(UnknownIncident(incident=called)))
    return taken(await asked.rows(await edge.look_up.rows_of(row, after, limit)))


@get("/proof/reveals/{number:int}")
async def of_reveal(number: Numbered, who: Who, edge: TheEdge) -> ProvedReveal:
    """The record of this number in the reveal log: who opened what, and for which purpose."""
    asked = proving(who, edge)
    if not who.sight.is_all:
        raise no("scope-missing", scope="audit")
    return taken(await asked.reveal(number))


@get("/proof/consistency")
async def consistency(who: Who, edge: TheEdge, old: Old, size: Size = None, log: Which = "journal") -> Consistency:
    """That a log of `size` records begins with the `old` ones of before (RFC 6962, 2.1.2)."""
    return taken(await proving(who, edge).consistency(log, old, size))


def proving(who: Principal, edge: Edge) -> Proving:
    want(who, "audit")
    if edge.notary is None:
        raise no("not-the-desk")
    return Proving(edge.notary)


def taken(answer: T | Declined) -> T:
    if isinstance(answer, Declined):
        raise NotTaken(answer)
    return answer


ROUTES = [checkpoint, of_row, of_incident, of_reveal, consistency]
