"""Single sign-on: to the city's identity provider and back, and leaving it again."""

from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody

from turnout.adapters.http.door import FOR_LACKING, FOR_LOCKED, TheEdge, Who, address_of, cookie_of
from turnout.adapters.http.problems import NotTaken, no
from turnout.adapters.http.routes.session import leave_position, let_in, own_cookie
from turnout.core.limits import Code
from turnout.edge import cookies
from turnout.edge.answers import Declined, declined_by_door
from turnout.edge.edge import Edge
from turnout.edge.identities import IdentityRefusal, SignedIn
from turnout.edge.single_sign_on import ProviderCard, Returned, SingleSignOn

Asked = Request[Any, Any, Any]
BEGUN_S: Final = 600
GIVEN_MAX: Final = 4_096
"""Characters of what a provider hands back through the browser: a code of some hundred characters."""


class PositionAsked(msgspec.Struct, frozen=True):
    position: Code = ""


class GoTo(msgspec.Struct, frozen=True):
    """Where the browser is to go; empty: nowhere."""

    url: str


def providers_of(edge: Edge) -> SingleSignOn:
    if edge.sign_on is None:
        raise no("unknown-provider", provider="")
    return edge.sign_on


def way_of(edge: Edge, provider: str) -> str:
    """For the log of the door: what stands in an address may be anything."""
    known = edge.sign_on is not None and any(one.id == provider for one in edge.sign_on.list_providers())
    return f"sso/{provider}" if known else "sso"


@get("/session/sso", opt={"open": True})
async def providers(edge: TheEdge) -> list[ProviderCard]:
    """The identity providers that one may sign in by."""
    return edge.sign_on.list_providers() if edge.sign_on is not None else []


@post("/session/sso/{provider:str}", status_code=200, opt={"open": True})
async def begin(
    provider: FromPath[str], data: JSONBody[PositionAsked], edge: TheEdge, request: Asked
) -> Response[GoTo]:
    """Begin to sign in by a provider: where the browser has to go."""
    begun = await providers_of(edge).begin(provider, data.position, address_of(request))
    if isinstance(begun, IdentityRefusal):
        edge.door_log.note_refused(way_of(edge, provider), "", "none", begun.code)
        raise NotTaken(declined_by_door(begun))
    cookie = _begun_cookie(request, begun.sealed, BEGUN_S)
    return Response(GoTo(begun.url), cookies=[cookie], headers={"cache-control": "no-store"})


@get("/session/sso/{provider:str}/back", status_code=303, opt={"open": True})
async def back(
    provider: FromPath[str],
    edge: TheEdge,
    request: Asked,
) -> Response[None]:
    """Where a provider sends the browser back to. It goes on to the console, signed in, or to the door with the code
    of what stood in the way."""
    sealed = cookie_of(request, cookies.SIGN_ON)
    returned = Returned(*(request.query_params.get(name, "")[:GIVEN_MAX] for name in ("code", "state", "iss", "error")))
    asserted = await providers_of(edge).finish(provider, sealed, returned, address_of(request))
    outcome = declined_by_door(asserted) if isinstance(asserted, IdentityRefusal) else await edge.access.enter(asserted)
    used_up = _begun_cookie(request, "", 0)
    way = way_of(edge, provider)
    if isinstance(outcome, Declined):
        account = "" if isinstance(asserted, IdentityRefusal) else asserted.account
        edge.door_log.note_refused(way, account, edge.identities.standing_of(account), outcome.code)
        return _on_to(f"/?refused={outcome.code}", used_up)
    assert isinstance(outcome, SignedIn)
    entered = await let_in(outcome, edge, request, way)
    return _on_to("/", *entered.cookies, used_up)


@post("/session/leave", status_code=200, opt=FOR_LOCKED | FOR_LACKING)
async def leave(who: Who, edge: TheEdge) -> Response[GoTo]:
    """Sign off, and learn where the provider's own session is ended, if this account is a provider's."""
    provider = edge.identities.find_provider_of(who.actor.id)
    url = edge.sign_on.find_leave_url(provider) if edge.sign_on is not None else ""
    await leave_position(edge, who)
    edge.identities.sign_off(who)
    edge.door_log.note_of(who, "signed-off")
    return Response(GoTo(url), headers={"cache-control": "no-store"})


def _begun_cookie(request: Asked, value: str, kept_s: int) -> Cookie:
    """`lax`: it has to come along when the provider's page sends the browser back here."""
    return own_cookie(request, cookies.SIGN_ON, value, kept_s, samesite="lax")


def _on_to(url: str, *cookies: Cookie) -> Response[None]:
    headers = {"location": url, "cache-control": "no-store", "referrer-policy": "no-referrer"}
    return Response(None, status_code=303, headers=headers, cookies=list(cookies))


ROUTES = [providers, begin, back, leave]
