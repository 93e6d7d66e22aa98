"""Who looked (18.5): for auditors and those who oversee, and for each their own. Never by a person of the public."""

from typing import Annotated, Final

from litestar import get
from litestar.params import FromPath, QueryParameter

from turnout.adapters.http.door import Asked, TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken
from turnout.adapters.http.routes.bounds import Before, Since, Until, only_these
from turnout.core.refusals import UnknownIncident
from turnout.edge.answers import Declined
from turnout.edge.counter import refused
from turnout.edge.details import CallerCard
from turnout.edge.reveal_log import OwnReveals, RevealPage, RevealsAsked
from turnout.records.incidents import FOUND_MAX
from turnout.words.moment import Moment

By = Annotated[str, QueryParameter(name="by", max_length=128, description="The account or program that looked.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=FOUND_MAX)]

KEYS: Final = frozenset({"by", "since", "until", "before", "limit"})


@get("/reveals")
async def reveals(
    who: Who,
    edge: TheEdge,
    request: Asked,
    by: By = "",
    since: Since = None,
    until: Until = None,
    before: Before = 0,
    limit: Limit = 100,
) -> RevealPage:
    """Every opening of details and files, newest first: who, why, on what ground, and what is odd about it."""
    want(who, "oversee", "audit")
    only_these(request, KEYS)
    asked = RevealsAsked(
        by=by,
        since=None if since is None else Moment(since),
        until=None if until is None else Moment(until),
        before=before,
        most=limit,
    )
    return await edge.reveal_log.page(who, asked)


@get("/incidents/{called:str}/reveals")
async def of_incident(called: FromPath[str], who: Who, edge: TheEdge) -> RevealPage:
    """Who looked at anything of one incident: also for telling a caller who asks."""
    want(who, "oversee", "audit")
    row = await edge.look_up.find(who, called)
    if row is None:
        raise NotTaken(refused(UnknownIncident(incident=called)))
    return await edge.reveal_log.page(who, RevealsAsked(incident=row.id, most=FOUND_MAX))


@get("/calls/{call:str}/reveals")
async def of_call(call: FromPath[str], who: Who, edge: TheEdge) -> RevealPage:
    """Who looked at the caller's details of one call, by the call's identity."""
    want(who, "oversee", "audit")
    return await edge.reveal_log.page(who, RevealsAsked(call=call, most=FOUND_MAX))


@get("/calls/{call:str}/card")
async def card_of_call(call: FromPath[str], who: Who, edge: TheEdge) -> CallerCard:
    """The identity of a caller's card, with which it is erased alone (`ask-erasure`). Nothing of the person."""
    want(who, "oversee", "audit")
    found = await edge.details.card_of_call(who, call)
    if isinstance(found, Declined):
        raise NotTaken(found)
    return found


@get("/me/reveals")
async def own(who: Who, edge: TheEdge, before: Before = 0, limit: Limit = 100) -> OwnReveals:
    """What one has opened oneself, and one's own reviews and broken glass."""
    return await edge.reveal_log.own(who, before, limit)


ROUTES = [reveals, of_incident, of_call, card_of_call, own]
