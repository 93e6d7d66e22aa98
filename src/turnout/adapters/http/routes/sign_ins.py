"""The log of the door (7.1, 18.6): for auditors and administrators, and for each their own. Of staff alone."""

from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter

from turnout.adapters.http.door import Asked, TheEdge, Who, want
from turnout.adapters.http.routes.bounds import Before, Since, Until, only_these
from turnout.records.sign_ins import FOUND_MAX, DoorLine, SignInsAsked
from turnout.words.moment import Moment

Account = Annotated[str, QueryParameter(name="account", max_length=128, description="An account, or `program:…`.")]
Failures = Annotated[bool, QueryParameter(name="failures", description="Only who was not let in or was denied.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=FOUND_MAX)]

KEYS: Final = frozenset({"account", "failures", "since", "until", "before", "limit"})


@get("/sign-ins")
async def sign_ins(
    who: Who,
    edge: TheEdge,
    request: Asked,
    account: Account = "",
    failures: Failures = False,
    since: Since = None,
    until: Until = None,
    before: Before = 0,
    limit: Limit = 100,
) -> list[DoorLine]:
    """Who signed in, was not let in, locked, unlocked, took over, signed off or was denied something; newest first."""
    want(who, "audit", "admin")
    only_these(request, KEYS)
    asked = SignInsAsked(
        account=account,
        failures=failures,
        since=None if since is None else Moment(since),
        until=None if until is None else Moment(until),
        before=before,
        most=limit,
    )
    return await edge.door_log.find(asked)


@get("/me/sign-ins")
async def own(who: Who, edge: TheEdge, request: Asked, before: Before = 0, limit: Limit = 100) -> list[DoorLine]:
    """One's own lines: also who tried to come in as oneself."""
    only_these(request, frozenset({"before", "limit"}))
    return await edge.door_log.find(SignInsAsked(account=str(who.actor.id), before=before, most=limit))


ROUTES = [sign_ins, own]
