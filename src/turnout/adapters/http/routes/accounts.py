"""Accounts and tokens, for an administrator; one's own password, for everybody."""

from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.params import FromPath, JSONBody

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.adapters.http.problems import NotTaken, no
from turnout.core.limits import Line
from turnout.edge.answers import declined_by_door
from turnout.edge.identities import AccountCard, IdentityRefusal, NewAccount, NewToken, TokenCard, TokenMade

Secret = Annotated[str, msgspec.Meta(max_length=200)]


class SecretChange(msgspec.Struct, frozen=True):
    old: Secret
    new: Secret


class Disabling(msgspec.Struct, frozen=True):
    disabled: bool
    reason: Line = ""


@get("/accounts")
async def list_accounts(who: Who, edge: TheEdge) -> list[AccountCard]:
    """Every account, without anything secret."""
    want(who, "admin")
    return edge.identities.list_accounts()


@post("/accounts", status_code=201)
async def add_account(data: JSONBody[NewAccount], who: Who, edge: TheEdge) -> AccountCard:
    """A new account, with roles of the city's tables and named positions."""
    want(who, "admin")
    made = await edge.identities.add_account(data)
    if isinstance(made, IdentityRefusal):
        raise NotTaken(declined_by_door(made))
    return made


@post("/accounts/{account:str}/disabled", status_code=204)
async def set_disabled(account: FromPath[str], data: JSONBody[Disabling], who: Who, edge: TheEdge) -> None:
    """Close an account, its sessions with it, or open it again."""
    want(who, "admin")
    if not edge.identities.set_disabled(account, data.disabled):
        raise no("unknown-account", account=account)


@post("/accounts/secret", status_code=204)
async def change_secret(data: JSONBody[SecretChange], who: Who, edge: TheEdge) -> None:
    """One's own password."""
    refusal = await edge.identities.change_secret(who, data.old, data.new)
    if refusal is not None:
        raise NotTaken(declined_by_door(refusal))


@get("/tokens")
async def list_tokens(who: Who, edge: TheEdge) -> list[TokenCard]:
    """Tokens in force, without their secrets."""
    want(who, "admin")
    return edge.identities.list_tokens()


@post("/tokens", status_code=201)
async def add_token(data: JSONBody[NewToken], who: Who, edge: TheEdge) -> TokenMade:
    """A key for a program, with scopes. The token itself is shown this once."""
    want(who, "admin")
    made = edge.identities.add_token(data, who)
    if isinstance(made, IdentityRefusal):
        raise NotTaken(declined_by_door(made))
    return made


@delete("/tokens/{token:str}", status_code=204)
async def revoke_token(token: FromPath[str], who: Who, edge: TheEdge) -> None:
    """Withdraw a key. Its sockets are closed."""
    want(who, "admin")
    if not edge.identities.revoke_token(token):
        raise no("unknown-token", token=token)


ROUTES = [list_accounts, add_account, set_disabled, change_secret, list_tokens, add_token, revoke_token]
