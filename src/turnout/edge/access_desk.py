"""Accounts and tokens, every change on the journal (7.1, 7.5): noted first, in the asker's own name, then done.

What may not be done is refused before anything is noted. Where the note cannot be written, nothing is done.
"""

import uuid
from typing import TypeVar

import msgspec

from turnout.core.context import Actor
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.tables.commands import AccessAct, NoteAccess
from turnout.desk.access import Principal, part
from turnout.edge.answers import Accepted, Declined, declined, declined_by_door
from turnout.edge.counter import Counter
from turnout.edge.identities import (
    AccountCard,
    AccountChange,
    Asserted,
    CodeGiven,
    Identities,
    IdentityRefusal,
    KnownDevices,
    NewAccount,
    NewToken,
    OfflineSheet,
    SignedIn,
    TokenMade,
)

T = TypeVar("T", AccountCard, CodeGiven, OfflineSheet, SignedIn, TokenMade)


def vouched(who: Principal) -> Principal:
    """The same person at the same position, for a command that only the program itself may give."""
    actor = Actor(id=who.actor.id, roles=(*who.actor.roles, SYSTEM_ROLE))
    return msgspec.structs.replace(who, actor=actor)


class AccessDesk:
    def __init__(self, counter: Counter, identities: Identities) -> None:
        self._counter, self._identities = counter, identities

    async def add_account(self, who: Principal, new: NewAccount) -> AccountCard | Declined:
        act = NoteAccess(
            act="account-made", subject=new.account, roles=new.roles, agencies=new.agencies, positions=new.positions
        )
        refusal = self._identities.why_not_add(new)
        stopped = await self._note(who, act, refusal)
        return stopped or _done(await self._identities.add_account(new))

    async def change_account(self, who: Principal, account: str, change: AccountChange) -> AccountCard | Declined:
        act = NoteAccess(
            act="account-changed",
            subject=account,
            roles=change.roles,
            agencies=change.agencies,
            positions=change.positions,
        )
        stopped = await self._note(who, act, self._identities.why_not_change(account, change))
        return stopped or _done(self._identities.change_account(account, change))

    async def set_disabled(self, who: Principal, account: str, disabled: bool, reason: str) -> Declined | None:
        what: AccessAct = "account-disabled" if disabled else "account-enabled"
        refusal = self._identities.why_not_disable(account, disabled)
        stopped = await self._note(who, NoteAccess(act=what, subject=account), refusal, reason)
        if stopped is None:
            self._identities.set_disabled(account, disabled)
        return stopped

    async def give_code(self, who: Principal, account: str, passkeys: bool) -> CodeGiven | Declined:
        refusal = self._identities.why_not_disable(account, False)
        stopped = await self._note(who, NoteAccess(act="code-given", subject=account), refusal)
        return stopped or _done(self._identities.give_code(account, passkeys))

    async def add_token(self, who: Principal, new: NewToken) -> TokenMade | Declined:
        act = NoteAccess(act="token-made", subject=new.name, agencies=new.agencies, scopes=new.scopes)
        stopped = await self._note(who, act, self._identities.why_not_token(new))
        return stopped or _done(self._identities.add_token(new, who))

    async def revoke_token(self, who: Principal, token: str) -> Declined | None:
        held = next((one for one in self._identities.list_tokens() if one.id == token), None)
        if held is None:
            return declined("unknown-token", token=token)
        stopped = await self._note(who, NoteAccess(act="token-withdrawn", subject=held.name), None)
        if stopped is None:
            self._identities.revoke_token(token)
        return stopped

    async def enter(self, asserted: Asserted) -> SignedIn | Declined:
        """Let in whom a provider vouches for. An account that is made or changed for it is noted first, in its name."""
        entry = self._identities.plan_entry(asserted)
        if isinstance(entry, IdentityRefusal):
            return declined_by_door(entry)
        if entry.act:
            act = NoteAccess(act=entry.act, subject=entry.account, roles=entry.roles, agencies=entry.agencies)
            stopped = await self._note(part(f"sso/{asserted.provider}"), act, None)
            if stopped is not None:
                return stopped
        return _done(await self._identities.enter(asserted, entry))

    async def make_offline_codes(self, who: Principal, account: str) -> OfflineSheet | Declined:
        act = NoteAccess(act="offline-codes-made", subject=account)
        stopped = await self._note(who, act, self._identities.why_no_sheet(account))
        return stopped or _done(self._identities.make_offline_codes(account))

    async def answer_offline_entry(self, who: Principal, entry: str) -> Declined | None:
        found = self._identities.why_not_answer(entry, who)
        if isinstance(found, IdentityRefusal):
            return declined_by_door(found)
        stopped = await self._note(who, NoteAccess(act="offline-code-answered", subject=found.account), None)
        if stopped is None:
            self._identities.answer_offline_entry(entry, who)
        return stopped

    async def revoke_device(self, who: Principal, devices: KnownDevices | None, device: str) -> Declined | None:
        known = devices.list() if devices is not None else []
        found = next((one for one in known if device in (one.id, one.name) and not one.revoked), None)
        if devices is None or found is None:
            return declined("unknown-device", device=device)
        stopped = await self._note(who, NoteAccess(act="device-revoked", subject=found.name), None)
        if stopped is None:
            devices.revoke(found.id)
        return stopped

    async def note_entry(self, entered: SignedIn, what: AccessAct) -> None:
        """Somebody got in with a code. They are in: the administrator of a desk that cannot write has to be."""
        who = entered.principal
        await self._submit(who, NoteAccess(act=what, subject=who.actor.id, roles=who.actor.roles), "")

    async def _note(
        self, who: Principal, act: NoteAccess, refusal: IdentityRefusal | None, purpose: str = ""
    ) -> Declined | None:
        """What stands in the way; None: it is on the journal, and may be done."""
        if refusal is not None:
            return declined_by_door(refusal)
        answer = await self._submit(who, act, purpose)
        return answer if isinstance(answer, Declined) else None

    async def _submit(self, who: Principal, act: NoteAccess, purpose: str) -> Accepted | Declined:
        return await self._counter.submit(vouched(who), f"access/{uuid.uuid4()}", act, purpose, "")


def _done(outcome: T | IdentityRefusal) -> T | Declined:
    return declined_by_door(outcome) if isinstance(outcome, IdentityRefusal) else outcome
