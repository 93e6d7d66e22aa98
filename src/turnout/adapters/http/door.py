"""Who asks: the cookie of a person's session or the token of a program, whether the request is this site's own, and
whether it is one too many.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import SkipValidation

from turnout.adapters.http.problems import UNREADABLE, NotTaken, no
from turnout.adapters.http.showing import opening
from turnout.desk.access import Principal, has_scope
from turnout.edge import cookies
from turnout.edge.answers import Declined, declined, declined_by_door
from turnout.edge.at_device import at_device
from turnout.edge.counter import held_back
from turnout.edge.door_log import REPELLED
from turnout.edge.edge import Edge
from turnout.words.sealed_text import MARK, MARK_BYTES

COUNTED: Final = "counted"
"""Of a route (`opt`): who counts its requests, where it is not the door."""

BY_COMMAND: Final = "by-command"
"""The counter does, by the commands that a request holds: some are never held back (edge/allowance.py)."""

NEVER: Final = "never"
"""For those who look after the program: they have to see how it stands most of all when too much is asked of it."""

DENIED_HERE: Final = frozenset({"scope-missing", "field-hidden", "foreign-origin", "device-needed"}) | REPELLED

AS_BYTES: Final = "as-bytes"
"""Of a route (`opt`): its body is kept as it comes, and never shown within an answer."""

_ASKER: Final = "turnout_asker"

_ESCAPED_MARK: Final = json.dumps(MARK).strip('"').encode()
"""As JSON may have it as well, in small letters."""

FOR_LOCKED: Final = {"for-locked": True}
"""`opt` of a route that a locked session may ask: the cover of the screen, unlocking, and an emergency button."""

FOR_LACKING: Final = {"for-lacking": True}
"""`opt` of a route that a session may ask which lacks its second factor: to add one, to go, and an emergency button."""

TheEdge = NamedDependency[SkipValidation[Edge]]
Who = NamedDependency[SkipValidation[Principal]]

Asked = Request[Any, Any, Any]


async def who_asks(request: Asked, edge: TheEdge) -> Principal:
    """The principal. Raises the problem `not-signed-on`; and on a route that is not `FOR_LOCKED` `session-locked`, or
    `device-needed`; and on one that is not `FOR_LACKING` `two-factors-needed`."""
    held = request.scope["state"]
    found = held[_ASKER] if _ASKER in held else _find_asker(request, edge)
    if found is None:
        raise no("not-signed-on")
    who: Principal = found
    if who.lacks_device and not request.route_handler.opt.get("for-locked"):
        raise no("device-needed")
    if who.lacks_factor and not request.route_handler.opt.get("for-lacking"):
        raise no("two-factors-needed")
    if who.locked and not request.route_handler.opt.get("for-locked"):
        raise no("session-locked")
    return who


def at_the_door(edge: Callable[[], Edge]) -> Callable[[Asked], Awaitable[None]]:
    """What every request passes before it is read: it is this site's own, and counted. Raises the problem."""

    async def passed(request: Asked) -> None:
        opening.set(lambda: edge().texts)
        own_site_only(request)
        _count(request, edge())
        await _nothing_sealed(request)

    return passed


async def _nothing_sealed(request: Asked) -> None:
    """Answers repeat what was asked, and what is sealed is opened in them (showing.py): so nobody may send any."""
    is_opaque = request.method in ("GET", "HEAD", "OPTIONS") or request.route_handler.opt.get(AS_BYTES)
    body = b"" if is_opaque else await request.body()
    asked = unquote_to_bytes(bytes(request.scope.get("query_string") or b""))
    where = (("body", body), ("query", asked), ("path", request.scope["path"].encode()))
    field = next((name for name, said in where if MARK_BYTES in said or _ESCAPED_MARK in said.lower()), None)
    if field is None:
        return
    too_many: Callable[[], Declined | None] | None = request.scope["state"].get(UNREADABLE)
    answer = too_many() if too_many is not None else None
    raise NotTaken(answer or declined("unstorable-text", field=field, kind="noncharacter"))


def _count(request: Asked, edge: Edge) -> None:
    """Under whoever asks; under the network where nobody is known."""
    counted_by = request.route_handler.opt.get(COUNTED)
    if counted_by == NEVER:
        return
    who = _find_asker(request, edge)
    request.scope["state"][_ASKER] = who

    def too_many() -> Declined | None:
        return held_back(edge.counter.allowances.take_unnamed()) if who is None else edge.counter.hold_back(who)

    if who is not None and counted_by == BY_COMMAND:
        request.scope["state"][UNREADABLE] = too_many
        return
    answer = too_many()
    if answer is not None:
        raise NotTaken(answer)


def _find_asker(request: Asked, edge: Edge) -> Principal | None:
    bearer = request.headers.get("authorization", "")
    if bearer:
        found = edge.identities.find_token(bearer.removeprefix("Bearer ").strip())
    else:
        found = edge.identities.find_session(cookie_of(request, cookies.SESSION))
    return at_device(edge, found, request.scope) if found is not None else None


def note_no(request: Asked, answer: Declined, edge: Edge) -> None:
    """A no of the door's, and a token that there is not, in its log. Nos to commands are noted at the counter."""
    if answer.code == "not-signed-on" and request.headers.get("authorization"):
        edge.door_log.note_refused("token", "", "none", answer.code)
    elif answer.code in DENIED_HERE:
        held = (request.scope.get("state") or {}).get(_ASKER)
        route = str(request.scope.get("path_template") or "")
        edge.door_log.note_denied(held, answer.code, f"{request.method} {route}")


def want(who: Principal, *scopes: str) -> None:
    """Raise the problem `scope-missing` unless one of the scopes is held."""
    if not has_scope(who, *scopes):
        raise no("scope-missing", scope=scopes[0])


def cookie_of(request: Asked, cookie: str) -> str:
    """Its value, under the name that it has over this connection; empty: none."""
    return request.cookies.get(cookies.name_of(cookie, request.url.scheme), "")


def want_proof(who: Principal, edge: Edge) -> None:
    """Raise the problem `proof-needed` unless its person has lately proved, from this network, who it is."""
    refusal = edge.identities.why_not_fresh(who)
    if refusal is not None:
        raise NotTaken(declined_by_door(refusal))


def address_of(request: Asked) -> str:
    """Where the request comes from, for holding back guesses. The peer's own address: a header could be made up."""
    return request.client.host if request.client is not None else ""


def own_site_only(request: Asked) -> None:
    """Nothing is changed at the wish of another site's page: its browser names it in `Origin`."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host", ""):
        raise no("foreign-origin")
