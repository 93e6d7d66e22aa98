"""Who asks: the cookie of a person's session or the token of a program, and whether the request is this site's own."""

from typing import Any, Final

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from turnout.adapters.http.problems import no
from turnout.desk.access import Principal, has_scope
from turnout.edge.edge import Edge

COOKIE: Final = "turnout_session"

TheEdge = NamedDependency[SkipValidation[Edge]]
Who = NamedDependency[SkipValidation[Principal]]

Asked = Request[Any, Any, Any]


async def who_asks(request: Asked, edge: TheEdge) -> Principal:
    """The principal. Raises the problem `not-signed-on`."""
    bearer = request.headers.get("authorization", "")
    found = (
        edge.identities.find_token(bearer.removeprefix("Bearer ").strip())
        if bearer
        else edge.identities.find_session(request.cookies.get(COOKIE, ""))
    )
    if found is None:
        raise no("not-signed-on")
    return found


def want(who: Principal, *scopes: str) -> None:
    """Raise the problem `scope-missing` unless one of the scopes is held."""
    if not has_scope(who, *scopes):
        raise no("scope-missing", scope=scopes[0])


def address_of(request: Asked) -> str:
    """Where the request comes from, for holding back guesses. The peer's own address: a header could be made up."""
    return request.client.host if request.client is not None else ""


async def own_site_only(request: Asked) -> None:
    """Nothing is changed at the wish of another site's page: its browser names it in `Origin`."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise no("foreign-origin")
