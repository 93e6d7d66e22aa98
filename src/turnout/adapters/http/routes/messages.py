"""Messages between parts (7.14), by incident, call, unit or time. Never by a person: there is no such key."""

from typing import Annotated, Final

from litestar import get
from litestar.params import FromPath, QueryParameter

from turnout.adapters.http.door import Asked, TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken
from turnout.adapters.http.routes.bounds import Before, Since, Until, only_these
from turnout.core.refusals import UnknownIncident
from turnout.edge.counter import refused
from turnout.records.messages import FOUND_MAX, Message, MessagesAsked
from turnout.words.moment import Moment

Call = Annotated[str, QueryParameter(name="call", max_length=64, description="Identity of a call.")]
Unit = Annotated[str, QueryParameter(name="unit", max_length=64)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=FOUND_MAX)]

KEYS: Final = frozenset({"call", "unit", "since", "until", "before", "limit"})


@get("/incidents/{called:str}/messages")
async def of_incident(
    called: FromPath[str], who: Who, edge: TheEdge, request: Asked, before: Before = 0, limit: Limit = 100
) -> list[Message]:
    """Every message that concerned one incident, newest first: by identity, tag or number. No bodies."""
    want(who, "audit", "admin")
    only_these(request, frozenset({"before", "limit"}))
    row = await edge.look_up.find(who, called)
    if row is None:
        raise NotTaken(refused(UnknownIncident(incident=called)))
    return await edge.messages_seen(who, MessagesAsked(incident=row.id, before=before, most=limit))


@get("/messages")
async def messages(
    who: Who,
    edge: TheEdge,
    request: Asked,
    call: Call = "",
    unit: Unit = "",
    since: Since = None,
    until: Until = None,
    before: Before = 0,
    limit: Limit = 100,
) -> list[Message]:
    """Messages by call, unit and time, newest first; also those that concern no incident yet. No bodies."""
    want(who, "audit", "admin")
    only_these(request, KEYS)
    asked = MessagesAsked(
        call=call,
        unit=unit,
        since=None if since is None else Moment(since),
        until=None if until is None else Moment(until),
        before=before,
        most=limit,
    )
    return await edge.messages_seen(who, asked)


ROUTES = [of_incident, messages]
