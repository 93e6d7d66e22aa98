"""Signing in and out, passkeys, the set-up, whoever-am-I; and a console that is locked, unlocked or handed over."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody
from msgspec.structs import replace

from turnout.adapters.http.door import FOR_LACKING, FOR_LOCKED, TheEdge, Who, address_of, cookie_of, want_proof
from turnout.adapters.http.problems import NotTaken, no
from turnout.core.limits import Code, Id
from turnout.core.tables.city import Position
from turnout.core.tables.commands import SignOff, SignOn
from turnout.desk.access import Principal
from turnout.edge import cookies
from turnout.edge.answers import declined_by_door
from turnout.edge.at_device import at_device
from turnout.edge.edge import Edge
from turnout.edge.identities import IdentityRefusal, OwnSession, SignedIn
from turnout.words.moment import Moment
from turnout.words.name import Language

Asked = Request[Any, Any, Any]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class SignInAsked(msgspec.Struct, frozen=True):
    account: Id
    secret: Secret
    position: Code = ""
    proves: bool = False
    """Of who is signed in here already and shows again who it is: that session goes on."""


class DemoAsked(msgspec.Struct, frozen=True):
    role: Code = ""
    position: Code = ""
    language: Language = "en"


class SetUpAsked(msgspec.Struct, frozen=True):
    code: Id
    account: Id
    secret: Secret


class CodeTyped(msgspec.Struct, frozen=True):
    """A one-time code from an administrator, and the password that the person chooses."""

    account: Id
    code: Id
    secret: Secret
    position: Code = ""


class PasskeyAnswer(msgspec.Struct, frozen=True):
    """What the browser's `navigator.credentials` gave, as JSON (W3C WebAuthn, `toJSON`)."""

    credential: dict[str, Any]
    position: Code = ""
    name: Code = ""
    proves: bool = False


class SessionChange(msgspec.Struct, frozen=True):
    position: Code
    groups: tuple[Id, ...] = ()
    language: Language = "en"


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Whose session this is, at which position, with which rights."""

    actor: str
    roles: tuple[str, ...]
    agencies: tuple[str, ...]
    unit: str
    station: str
    """Of a station's screen: the station that it answers for."""
    scopes: tuple[str, ...]
    position: str
    groups: tuple[str, ...]
    language: Language
    kind: str
    expires: Moment
    locked: bool
    lacks_factor: bool = False
    """It can only add a passkey, or go."""
    drafts_key: str = ""
    """With which a browser seals what is typed (AES-256, base64url); nothing else is done with it."""


def me(who: Principal, edge: Edge) -> Me:
    return Me(
        actor=who.actor.id,
        roles=who.actor.roles,
        agencies=who.actor.agencies,
        unit=who.actor.unit,
        station=who.actor.station,
        scopes=tuple(sorted(who.scopes)),
        position=who.position,
        groups=who.groups,
        language=who.language,
        kind=who.kind,
        expires=Moment(who.expires),
        locked=who.locked,
        lacks_factor=who.lacks_factor,
        drafts_key=edge.identities.drafts_key_of(who) if who.kind == "person" else "",
    )


def is_secure(request: Asked) -> bool:
    """Whether the browser came by TLS, to us or to a proxy that the operator has named (adapters/http/proxies.py)."""
    return request.url.scheme == "https"


async def let_in(
    outcome: SignedIn | IdentityRefusal,
    edge: Edge,
    request: Asked,
    way: str,
    account: str = "",
    *,
    proves: bool = False,
) -> Response[Me]:
    """The session's cookie, and the position taken on the board. That of a station's screen outlives a power cut.

    From a locked console it is either its own person, whose session goes on, or somebody else who takes over. Whoever
    signs in where one is signed in ends that session (ASVS 5.0, 7.2.4): a browser has one. By which `way`, and whether
    at all (`account`: as which one they tried), is in the log of the door.
    """
    if isinstance(outcome, IdentityRefusal):
        edge.door_log.note_refused(way, account, edge.identities.standing_of(account), outcome.code)
        raise NotTaken(declined_by_door(outcome))
    if at_device(edge, outcome.principal, request.scope).lacks_device:
        edge.identities.sign_off(outcome.principal)
        edge.door_log.note_refused(way, str(outcome.principal.actor.id), "open", "device-needed")
        raise no("device-needed")
    earlier = edge.identities.find_session(cookie_of(request, cookies.SESSION))
    is_same = earlier is not None and earlier.actor.id == outcome.principal.actor.id
    if proves and not is_same:
        edge.identities.sign_off(outcome.principal)
        raise no("proof-needed")
    if earlier is not None and is_same and (earlier.locked or proves):
        edge.identities.sign_off(outcome.principal)
        edge.door_log.note_of(earlier, "unlocked" if earlier.locked else "proved", way=way)
        return _going_on(edge, earlier, request)
    if earlier is not None:
        edge.identities.keep_drafts(earlier, outcome.principal)
        outcome = await hand_over(edge, earlier, outcome)
    if earlier is not None and earlier.actor.id != outcome.principal.actor.id:
        edge.door_log.note_of(outcome.principal, "handed-over", way=way, about=str(earlier.actor.id))
    else:
        edge.door_log.note_of(outcome.principal, "signed-in", way=way)
    await take_position(edge, outcome.principal)
    kept_s = (outcome.principal.expires - edge.now()) // 1000 if outcome.principal.actor.station else None
    cookie = own_cookie(request, cookies.SESSION, outcome.secret, kept_s, samesite="strict")
    return Response(me(outcome.principal, edge), cookies=[cookie], headers={"cache-control": "no-store"})


def _going_on(edge: Edge, who: Principal, request: Asked) -> Response[Me]:
    """Its person has proved anew who it is: the session is open, under another cookie."""
    unlocked = edge.identities.unlock(who)
    cookie = own_cookie(request, cookies.SESSION, edge.identities.renew(who), None, samesite="strict")
    return Response(me(unlocked, edge), cookies=[cookie], headers={"cache-control": "no-store"})


def own_cookie(
    request: Asked, cookie: str, value: str, kept_s: int | None, samesite: Literal["strict", "lax"]
) -> Cookie:
    """For this host alone, unseen by scripts. `kept_s`: None: until the browser is closed; 0: taken away."""
    return Cookie(
        key=cookies.name_of(cookie, request.url.scheme),
        value=value,
        httponly=True,
        samesite=samesite,
        secure=is_secure(request),
        path="/",
        max_age=kept_s,
    )


async def hand_over(edge: Edge, earlier: Principal, outcome: SignedIn) -> SignedIn:
    """The earlier session ends. Its position is free, and what it answered for goes with the position."""
    await leave_position(edge, earlier)
    edge.identities.sign_off(earlier)
    who = outcome.principal
    if who.position != earlier.position:
        return outcome
    changed = edge.identities.change_session(who, who.position, earlier.groups, who.language)
    return outcome if isinstance(changed, IdentityRefusal) else SignedIn(outcome.secret, changed)


async def take_position(edge: Edge, who: Principal) -> None:
    """Say on the board who sits where (7.4). Whoever may not, or finds it taken, works all the same."""
    if not who.position or who.actor.station:
        return
    position = Position(id=who.position, actor=who.actor.id, roles=who.actor.roles, groups=who.groups, since=edge.now())
    command_id = f"sign-on/{who.session}/{who.position}/{position.since}"
    await edge.counter.hand_in(who, command_id, SignOn(position=position), counted=True)


@post("/session", status_code=200, opt={"open": True})
async def sign_in(data: JSONBody[SignInAsked], edge: TheEdge, request: Asked) -> Response[Me]:
    """Sign in with a local account. Sets the session's cookie."""
    outcome = await edge.identities.sign_in(data.account, data.secret, data.position, address_of(request))
    return await let_in(outcome, edge, request, "password", data.account, proves=data.proves)


@post("/session/demo", status_code=200, opt={"open": True})
async def sign_in_demo(data: JSONBody[DemoAsked], edge: TheEdge, request: Asked) -> Response[Me]:
    """Sign in without a secret, in a demonstration city only."""
    outcome = edge.identities.sign_in_demo(data.role, data.position, data.language)
    return await let_in(outcome, edge, request, "demo")


@post("/setup", status_code=200, opt={"open": True})
async def set_up(data: JSONBody[SetUpAsked], edge: TheEdge, request: Asked) -> Response[Me]:
    """Make an administrator, with the code that the terminal showed at the start or that `turnout setup` showed."""
    outcome = await edge.identities.set_up(data.code, data.account, data.secret, address_of(request))
    if isinstance(outcome, SignedIn):
        await edge.access.note_entry(outcome, "administrator-set-up")
    return await let_in(outcome, edge, request, "setup", data.account)


@post("/session/code", status_code=200, opt={"open": True})
async def sign_in_code(data: JSONBody[CodeTyped], edge: TheEdge, request: Asked) -> Response[Me]:
    """Sign in with a one-time code and choose a password. The code is used up."""
    outcome = await edge.identities.sign_in_code(
        data.account, data.code, data.secret, data.position, address_of(request)
    )
    if isinstance(outcome, SignedIn):
        await edge.access.note_entry(outcome, "secret-set")
    return await let_in(outcome, edge, request, "code", data.account)


@post("/session/passkey/options", status_code=200, opt={"open": True})
async def passkey_options(edge: TheEdge, request: Asked) -> dict[str, Any]:
    """What `navigator.credentials.get` needs."""
    options = edge.identities.passkey_options(address_of(request))
    if isinstance(options, IdentityRefusal):
        raise NotTaken(declined_by_door(options))
    return options


@post("/session/passkey/verify", status_code=200, opt={"open": True})
async def passkey_verify(data: JSONBody[PasskeyAnswer], edge: TheEdge, request: Asked) -> Response[Me]:
    """Sign in with a passkey. Sets the session's cookie."""
    outcome = edge.identities.sign_in_passkey(data.credential, data.position, address_of(request))
    return await let_in(outcome, edge, request, "passkey", proves=data.proves)


@get("/session", opt=FOR_LOCKED | FOR_LACKING)
async def who_am_i(who: Who, edge: TheEdge) -> Me:
    """Whose session or token this is."""
    return me(who, edge)


@post("/session/position", status_code=200)
async def change_position(data: JSONBody[SessionChange], who: Who, edge: TheEdge) -> Me:
    """Take another position, other dispatch groups, another language."""
    changed = edge.identities.change_session(who, data.position, data.groups, data.language)
    if isinstance(changed, IdentityRefusal):
        raise NotTaken(declined_by_door(changed))
    if (changed.position, changed.groups) != (who.position, who.groups):
        await leave_position(edge, who)
        await take_position(edge, changed)
    return me(changed, edge)


async def leave_position(edge: Edge, who: Principal) -> None:
    """Free the position on the board, where it is this person's."""
    held = edge.counter.board.positions.get(who.position)
    if held is not None and held.actor == who.actor.id:
        command_id = f"sign-off/{who.session}/{who.position}/{held.since}"
        await edge.counter.hand_in(who, command_id, SignOff(position_id=who.position), counted=True)


@post("/session/lock", status_code=200, opt=FOR_LOCKED)
async def lock(who: Who, edge: TheEdge) -> Me:
    """Lock the console: its sockets are cut, and until its person signs in again from it, it only gets `/cover`."""
    if who.kind != "person" or who.actor.station:
        raise no("not-a-console")
    if not who.locked:
        edge.identities.lock(who)
        edge.door_log.note_of(who, "locked")
    return me(replace(who, locked=True), edge)


@post("/session/demo/unlock", status_code=200, opt=FOR_LOCKED)
async def unlock_demo(who: Who, edge: TheEdge) -> Me:
    """Unlock a demonstration's console, whose visitors have nothing to prove who they are with."""
    if not edge.ground.demo or not who.actor.id.startswith("demo-"):
        raise no("no-demo")
    edge.door_log.note_of(who, "unlocked", way="demo")
    return me(edge.identities.unlock(who), edge)


@delete("/session", status_code=204, opt=FOR_LOCKED | FOR_LACKING)
async def sign_off(who: Who, edge: TheEdge, request: Asked) -> Response[None]:
    """Sign off: the session ends, its sockets are closed, its position is free."""
    await leave_position(edge, who)
    edge.identities.sign_off(who)
    edge.door_log.note_of(who, "signed-off")
    return Response(None, status_code=204, cookies=[own_cookie(request, cookies.SESSION, "", 0, samesite="strict")])


@get("/session/own")
async def own_sessions(who: Who, edge: TheEdge) -> list[OwnSession]:
    """One's own sessions that are not over, wherever they are, newest first."""
    return edge.identities.list_own_sessions(who)


@delete("/session/own/{session:str}", status_code=204)
async def end_own_session(session: FromPath[str], who: Who, edge: TheEdge) -> None:
    """End one of one's own sessions: its sockets are closed. Who it is has to be proved lately."""
    want_proof(who, edge)
    if not edge.identities.end_own_session(who, session):
        raise no("unknown-session")
    edge.door_log.note_of(who, "signed-off", about=session)


@post("/accounts/passkey/options", status_code=200, opt=FOR_LACKING)
async def new_passkey_options(who: Who, edge: TheEdge) -> dict[str, Any]:
    """What `navigator.credentials.create` needs, for one's own account. Who it is has to be proved lately."""
    want_proof(who, edge)
    options = edge.identities.new_passkey_options(who)
    if isinstance(options, IdentityRefusal):
        raise NotTaken(declined_by_door(options))
    return options


@post("/accounts/passkey/verify", status_code=204, opt=FOR_LACKING)
async def add_passkey(data: JSONBody[PasskeyAnswer], who: Who, edge: TheEdge) -> None:
    """Keep a new passkey for one's own account."""
    want_proof(who, edge)
    refusal = edge.identities.add_passkey(who, data.credential, data.name)
    if refusal is not None:
        raise NotTaken(declined_by_door(refusal))
    edge.door_log.note_of(who, "passkey-added")


ROUTES = [
    sign_in,
    sign_in_demo,
    set_up,
    sign_in_code,
    passkey_options,
    passkey_verify,
    who_am_i,
    change_position,
    lock,
    unlock_demo,
    sign_off,
    own_sessions,
    end_own_session,
    new_passkey_options,
    add_passkey,
]
