"""Accounts and tokens, for an administrator; one's own password, for everybody."""

from typing import Annotated, TypeVar

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from turnout.adapters.http.door import TheEdge, Who, want, want_proof
from turnout.adapters.http.problems import NotTaken
from turnout.core.limits import Line
from turnout.edge.answers import Declined, declined_by_door
from turnout.edge.identities import (
    AccountCard,
    AccountChange,
    CodeGiven,
    NewAccount,
    NewToken,
    TokenCard,
    TokenMade,
)

Secret = Annotated[str, msgspec.Meta(max_length=200)]
T = TypeVar("T")


class SecretChange(msgspec.Struct, frozen=True):
    old: Secret
    new: Secret


class Disabling(msgspec.Struct, frozen=True):
    disabled: bool
    reason: Line = ""


class CodeAsked(msgspec.Struct, frozen=True):
    """`passkeys`: take away the account's passkeys as well, where the device is lost."""

    passkeys: bool = False


def taken(outcome: T | Declined) -> T:
    """What came of it, or a problem document."""
    if isinstance(outcome, Declined):
        raise NotTaken(outcome)
    return outcome


@get("/accounts")
async def list_accounts(who: Who, edge: TheEdge) -> list[AccountCard]:
    """Every account, without anything secret."""
    want(who, "admin")
    return edge.identities.list_accounts()


@post("/accounts", status_code=201)
async def add_account(data: JSONBody[NewAccount], who: Who, edge: TheEdge) -> AccountCard:
    """A new account, with roles of the city's tables and named positions. Without a password: give it a code."""
    want(who, "admin")
    want_proof(who, edge)
    return taken(await edge.access.add_account(who, data))


@post("/accounts/{account:str}/change", status_code=200)
async def change_account(account: FromPath[str], data: JSONBody[AccountChange], who: Who, edge: TheEdge) -> AccountCard:
    """Other roles, agencies, positions, unit, name or language. With other rights, its sessions end."""
    want(who, "admin")
    want_proof(who, edge)
    return taken(await edge.access.change_account(who, account, data))


@post("/accounts/{account:str}/code", status_code=200)
async def give_code(account: FromPath[str], data: JSONBody[CodeAsked], who: Who, edge: TheEdge) -> CodeGiven:
    """A one-time code in place of the password, good for a day. The code is shown this once."""
    want(who, "admin")
    want_proof(who, edge)
    return taken(await edge.access.give_code(who, account, data.passkeys))


@post("/accounts/{account:str}/disabled", status_code=204)
async def set_disabled(account: FromPath[str], data: JSONBody[Disabling], who: Who, edge: TheEdge) -> None:
    """Close an account, its sessions with it, or open it again."""
    want(who, "admin")
    want_proof(who, edge)
    taken(await edge.access.set_disabled(who, account, data.disabled, data.reason))


@post("/accounts/secret", status_code=204)
async def change_secret(data: JSONBody[SecretChange], who: Who, edge: TheEdge) -> None:
    """One's own password. Every other session of the account ends: one of them may be why it is changed."""
    refusal = await edge.identities.change_secret(who, data.old, data.new)
    if refusal is not None:
        edge.door_log.note_of(who, "not-let-in", way="secret-change", reason=refusal.code)
        raise NotTaken(declined_by_door(refusal))
    edge.door_log.note_of(who, "secret-changed")


@get("/tokens")
async def list_tokens(who: Who, edge: TheEdge) -> list[TokenCard]:
    """Tokens in force, without their secrets."""
    want(who, "admin")
    return edge.identities.list_tokens()


@post("/tokens", status_code=201)
async def add_token(data: JSONBody[NewToken], who: Who, edge: TheEdge) -> TokenMade:
    """A key for a program, with scopes. The token itself is shown this once."""
    want(who, "admin")
    want_proof(who, edge)
    return taken(await edge.access.add_token(who, data))


@delete("/tokens/{token:str}", status_code=204)
async def revoke_token(token: FromPath[str], who: Who, edge: TheEdge) -> None:
    """Withdraw a key. Its sockets are closed."""
    want(who, "admin")
    want_proof(who, edge)
    taken(await edge.access.revoke_token(who, token))


ROUTES = [
    list_accounts,
    add_account,
    change_account,
    give_code,
    set_disabled,
    change_secret,
    list_tokens,
    add_token,
    revoke_token,
]
