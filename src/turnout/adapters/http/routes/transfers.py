"""For records systems: an incident as a document, an agency's feed of them, and its acknowledgement."""

from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken
from turnout.adapters.http.routes.bounds import NUMBER_MAX
from turnout.core.incidents.transfer import TransferDocument
from turnout.core.limits import Id
from turnout.edge.answers import Declined
from turnout.edge.transferring import TransferPage
from turnout.records.transfers import PAGE_MAX

Agency = Annotated[str, QueryParameter(name="agency", max_length=64)]
Purpose = Annotated[
    str,
    QueryParameter(name="purpose", max_length=500, description="Why people's details are to come along; recorded."),
]
After = Annotated[
    int | None,
    QueryParameter(
        name="after", ge=0, le=NUMBER_MAX, description="Entries after this one; without it: not acknowledged."
    ),
]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=PAGE_MAX)]


class TransfersTakenSaid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The records system of `agency` has every entry up to and with `upto`."""

    agency: Id
    upto: Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)]


@get("/incidents/{called:str}/transfer")
async def document(
    called: FromPath[str], who: Who, edge: TheEdge, agency: Agency = "", purpose: Purpose = ""
) -> TransferDocument:
    """One incident as an agency's records system takes it. Details of people only with `personal` and a purpose."""
    want(who, "records", "dispatch")
    if purpose.strip():
        want(who, "personal")
    made = await edge.transfers.document(who, called, agency, purpose)
    if isinstance(made, Declined):
        raise NotTaken(made)
    return made


@get("/transfers")
async def feed(who: Who, edge: TheEdge, agency: Agency, after: After = None, limit: Limit = 20) -> TransferPage:
    """An agency's feed, in order and without gaps; what was not acknowledged is given again."""
    want(who, "records", "dispatch")
    page = await edge.transfers.page(who, agency, after, limit)
    if isinstance(page, Declined):
        raise NotTaken(page)
    return page


@post("/transfers/taken", status_code=200)
async def taken(data: JSONBody[TransfersTakenSaid], who: Who, edge: TheEdge) -> TransferPage:
    """Acknowledge everything up to an entry. Who did so is in the journal."""
    want(who, "records")
    page = await edge.transfers.take(who, data.agency, data.upto)
    if isinstance(page, Declined):
        raise NotTaken(page)
    return page


ROUTES = [document, feed, taken]
