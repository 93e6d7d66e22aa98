"""Who did what (7.1), for an auditor: by time, operator, position, incident or kind of act. Never by a caller."""

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.routes.bounds import Before, Since, Until
from turnout.core.history import Line
from turnout.records.incidents import FOUND_MAX, ActsAsked
from turnout.words.moment import Moment

By = Annotated[str, QueryParameter(name="by", max_length=128, description="The operator's account or program.")]
At = Annotated[str, QueryParameter(name="position", max_length=64)]
Incident = Annotated[str, QueryParameter(name="incident", max_length=64, description="Identity, tag or number.")]
Act = Annotated[str, QueryParameter(name="code", max_length=64, description="Kind of act: `units-assigned`.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=FOUND_MAX)]


@get("/audit")
async def acts(
    who: Who,
    edge: TheEdge,
    since: Since = None,
    until: Until = None,
    by: By = "",
    position: At = "",
    incident: Incident = "",
    code: Act = "",
    before: Before = 0,
    limit: Limit = 100,
) -> list[Line]:
    """What was done, newest first, each with time, operator and position, coded and in both languages."""
    want(who, "audit")
    asked = ActsAsked(
        since=None if since is None else Moment(since),
        until=None if until is None else Moment(until),
        by=by,
        position=position,
        incident=incident,
        code=code,
        before=before,
        most=limit,
    )
    return await edge.look_up.acts(who, asked)


ROUTES = [acts]
