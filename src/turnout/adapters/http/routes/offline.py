"""Offline codes: a sheet made beforehand, a sign-in with one while the provider is down, a second person's answer."""

from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, JSONBody

from turnout.adapters.http.door import TheEdge, Who, address_of, want, want_proof
from turnout.adapters.http.problems import no
from turnout.adapters.http.routes.accounts import taken
from turnout.adapters.http.routes.session import Me, let_in
from turnout.core.limits import Code, Id
from turnout.desk.access import Principal
from turnout.edge.edge import Edge
from turnout.edge.identities import IdentityRefusal, OfflineEntry, OfflineSheet, OfflineSheetState, SignedIn

Asked = Request[Any, Any, Any]
WAY = "offline-code"


class OfflineTyped(msgspec.Struct, frozen=True):
    """A code of one's printed sheet. `provider`: which one is down."""

    provider: Id
    account: Id
    code: Id
    position: Code = ""


def _own_or_admin(who: Principal, account: str) -> None:
    if who.actor.id != account:
        want(who, "admin")
    if who.kind != "person":
        raise no("scope-missing", scope="admin")


@get("/session/sso/silent", opt={"open": True})
async def silent(edge: TheEdge, request: Asked) -> list[str]:
    """Which providers this server finds silent: then one may sign in with an offline code."""
    return await edge.sign_on.list_silent(address_of(request)) if edge.sign_on is not None else []


@post("/session/offline", status_code=200, opt={"open": True})
async def sign_in_offline(data: JSONBody[OfflineTyped], edge: TheEdge, request: Asked) -> Response[Me]:
    """Sign in with an offline code while the provider is down, which the server finds out by itself. For four hours."""
    outcome = await _offline(data, edge, address_of(request))
    if isinstance(outcome, SignedIn):
        await edge.access.note_entry(outcome, "offline-code-used")
    return await let_in(outcome, edge, request, WAY, data.account)


async def _offline(data: OfflineTyped, edge: Edge, address: str) -> SignedIn | IdentityRefusal:
    held_back = edge.identities.hold_back_offline(data.account, address)
    if held_back is not None:
        return held_back
    if edge.sign_on is None or not await edge.sign_on.is_silent(data.provider):
        return IdentityRefusal("provider-answers")
    return edge.identities.sign_in_offline(data.provider, data.account, data.code, data.position, address)


@get("/accounts/{account:str}/offline-codes")
async def sheet(account: FromPath[str], who: Who, edge: TheEdge) -> OfflineSheetState:
    """How many codes are left, of one's own sheet or, for an administrator, of anybody's. Never the codes."""
    _own_or_admin(who, account)
    return edge.identities.find_offline_sheet(account)


@post("/accounts/{account:str}/offline-codes", status_code=200)
async def make_sheet(account: FromPath[str], who: Who, edge: TheEdge) -> OfflineSheet:
    """A new sheet of ten codes, shown this once, for one's own account or, by an administrator, sealed for somebody."""
    _own_or_admin(who, account)
    want_proof(who, edge)
    return taken(await edge.access.make_offline_codes(who, account))


@get("/offline-entries")
async def entries(who: Who, edge: TheEdge) -> list[OfflineEntry]:
    """Who came in by an offline code, and nobody else has answered for it yet."""
    want(who, "oversee", "admin")
    return edge.identities.list_offline_entries()


@post("/offline-entries/{entry:str}/answer", status_code=204)
async def answer(entry: FromPath[str], who: Who, edge: TheEdge) -> None:
    """A second person confirms that it was who it says. Whoever it was not has their account closed."""
    want(who, "oversee", "admin")
    taken(await edge.access.answer_offline_entry(who, entry))


ROUTES = [silent, sign_in_offline, sheet, make_sheet, entries, answer]
