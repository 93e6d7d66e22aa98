"""Accounts that a program of the city's identity provider keeps (SCIM), every change on the journal in its name.

It keeps those that it made, and no others: their name, whether they are open, and by which groups they have their
roles. What each group means here is in the operator's plan; a group that means nothing is not taken, so that nobody's
memberships are kept for nothing. An account that an administrator has closed is the administrator's to open again.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

import msgspec

from turnout.desk.access import Principal, part
from turnout.edge.access_desk import AccessDesk
from turnout.edge.answers import Declined, declined
from turnout.edge.bounded import BoundedWorkers
from turnout.edge.identities import AccountChange, NewAccount
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment
from turnout.words.name import Language

log = logging.getLogger(__name__)

T = TypeVar("T")

PERSONS_MAX: Final = 20_000
"""Staff of a city's emergency services; a whole city's directory is a mistake."""

GROUPS_MAX: Final = 500
MEMBERS_MAX: Final = 2_000
"""Of one group: all who work in the largest room, in all shifts."""

REQUESTS_WAITING_MAX: Final = 32
"""At work and waiting: a provisioning program sends one after the other, or a few side by side."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """An account as its provider knows it. `id` is ours, and of one life: who is removed and comes back has another."""

    id: str
    account: str
    external_id: str = ""
    """The provider's own name for the person, which never changes hands."""
    name: str = ""
    language: Language | None = None
    says_active: bool = False
    """Whether the provider has a word on it being open."""
    disabled: bool = False
    closed: bool = False
    """Disabled by provisioning, not by an administrator."""
    gone: bool = False
    """Removed by the provider: closed, and no longer shown to it."""
    roles: tuple[str, ...] = ()
    agencies: tuple[AgencyId, ...] = ()
    positions: tuple[str, ...] = ()
    unit: str = ""
    spoken: Language = "en"
    """What the account speaks, whoever said so."""
    created: Moment
    changed: Moment


class PersonWanted(msgspec.Struct, frozen=True, kw_only=True):
    """How a person is to be. `active`: None leaves the account as open or closed as it is."""

    external_id: str = ""
    name: str = ""
    language: Language | None = None
    active: bool | None = None


class StaffGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of the provider's, by the name that the plan has for it."""

    id: str
    name: str
    external_id: str = ""
    created: Moment
    changed: Moment


class GroupsPlan(Protocol):
    """What groups mean here. Without any, roles are the administrator's to give."""

    @property
    def groups(self) -> tuple[str, ...]: ...
    def roles_of(self, groups: frozenset[str]) -> tuple[tuple[str, ...], tuple[AgencyId, ...]]: ...


class Provisioned(Protocol):
    """What is kept of it, beside the accounts. `adapters/identity` implements it; safe from any thread."""

    def list_persons(self) -> list[Person]:
        """Those that are there, in the order of their making."""
        ...

    def count_persons(self) -> int: ...
    def find_person(self, person: str) -> Person | None: ...
    def find_by_account(self, account: str) -> Person | None:
        """Also one who is gone."""
        ...

    def find_alike(self, account: str) -> str:
        """An account of this name, or of one that differs by small and capital letters alone; empty: none."""
        ...

    def as_person(self, account: str, person: str, now: Moment) -> Person:
        """An account that nobody provisions yet, under this identity. Raises KeyError where there is none."""
        ...

    def is_free(self, account: str) -> bool:
        """Whether nothing but a provider opens it: no password, no passkey, and no administrator's."""
        ...

    def keep_person(self, person: Person) -> None: ...
    def list_groups(self) -> list[StaffGroup]: ...
    def find_group(self, group: str) -> StaffGroup | None: ...
    def keep_group(self, group: StaffGroup) -> None: ...
    def remove_group(self, group: str) -> None: ...
    def members_of(self, group: str) -> list[str]: ...
    def groups_of(self, person: str) -> list[StaffGroup]: ...
    def add_member(self, group: str, person: str) -> None: ...
    def remove_member(self, group: str, person: str) -> None: ...


class ProvisioningDesk:
    """One request at a time, in a thread of its own (`working`): what is CPU in it never holds the loop, and neither
    does what is written here. An act on an account is written where an administrator's is."""

    def __init__(self, access: AccessDesk, kept: Provisioned, plan: GroupsPlan, now: Callable[[], Moment]) -> None:
        self.kept, self.plan = kept, plan
        self._access, self._now = access, now
        self.working = BoundedWorkers(1, REQUESTS_WAITING_MAX, "provisioning")
        self._turn = asyncio.Lock()

    async def in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        """Also after one whose asker was told to come again: that goes on to its end, and no other in between."""
        async with self._turn:
            return await work

    async def settle(self) -> None:
        """At the start: the plan may mean something else than before, and then it does for everybody at once."""
        if not self.plan.groups:
            return
        for person in await asyncio.to_thread(self.kept.list_persons):
            await asyncio.sleep(0)  # others first
            stopped = await self.in_turn(self._settled(person.id))
            if stopped is not None:
                log.warning("%s has other roles than the plan says: %s", person.account, stopped.code)

    async def _settled(self, person: str) -> Declined | None:
        found = self.kept.find_person(person)
        if found is None:
            return None
        names = frozenset(one.name for one in self.kept.groups_of(person))
        return await self._give_roles(part("provisioning"), found, names)

    # people

    async def add_person(self, who: Principal, account: str, wanted: PersonWanted) -> Person | Declined:
        held = self.kept.find_by_account(account)
        if held is not None and held.gone:
            return await self._take_back(who, held, wanted)
        alike = self.kept.find_alike(account)
        if held is not None or (alike and (alike != account or not self.kept.is_free(account))):
            return declined("account-taken", account=alike or account)
        if self.kept.count_persons() >= PERSONS_MAX:
            return declined("too-many-provisioned", most=PERSONS_MAX)
        if not alike:
            new = NewAccount(account=account, name=wanted.name, roles=(), language=wanted.language or "en")
            made = await self._access.add_account(who, new)
            if isinstance(made, Declined):
                return made
        return await self._begin(who, self.kept.as_person(account, _new_id(), self._now()), wanted)

    async def _take_back(self, who: Principal, held: Person, wanted: PersonWanted) -> Person | Declined:
        """A name that was removed is given again to the same person only: the journal knows people by their account."""
        same = bool(wanted.external_id) and wanted.external_id == held.external_id
        if not same or not (held.closed or self.kept.is_free(held.account)):
            return declined("account-taken", account=held.account)
        again = msgspec.structs.replace(held, id=_new_id(), gone=False, says_active=False, changed=self._now())
        opened = msgspec.structs.replace(wanted, active=wanted.active is not False)
        begun = await self._begin(who, again, opened)
        if isinstance(begun, Declined) or wanted.active is not None:
            return begun
        await asyncio.to_thread(self.kept.keep_person, msgspec.structs.replace(begun, says_active=False))
        return self._get(again.id)

    async def _begin(self, who: Principal, person: Person, wanted: PersonWanted) -> Person | Declined:
        """From here on the account is provisioned. Where groups decide on roles, it has none before it is in one."""
        if self.plan.groups:
            stopped = await self._give_roles(who, person, frozenset())
            if stopped is not None:
                return stopped
        await asyncio.to_thread(self.kept.keep_person, msgspec.structs.replace(person, external_id=wanted.external_id))
        return await self.change_person(who, self._get(person.id), wanted)

    async def change_person(self, who: Principal, person: Person, wanted: PersonWanted) -> Person | Declined:
        """Closing comes first: whatever else is wrong with a request, its sessions end."""
        stopped = await self._open_or_close(who, person, wanted.active)
        if stopped is not None:
            return stopped
        after = msgspec.structs.replace(
            self._get(person.id),
            external_id=wanted.external_id,
            language=wanted.language,
            says_active=wanted.active is not None,
        )
        name, spoken = wanted.name or person.account, wanted.language or person.spoken
        if (name, spoken, wanted.external_id) != (person.name, person.spoken, person.external_id):
            changed = await self._access.change_account(who, person.account, _as_it_is(person, name, spoken))
            if isinstance(changed, Declined):
                return changed
        await asyncio.to_thread(self.kept.keep_person, msgspec.structs.replace(after, changed=self._now()))
        return self._get(person.id)

    async def _open_or_close(self, who: Principal, person: Person, active: bool | None) -> Declined | None:
        if active is None or active != person.disabled:
            return None
        if active and not person.closed:
            return declined("closed-by-administrator", account=person.account)
        stopped = await self._access.set_disabled(who, person.account, not active, "")
        if stopped is None:
            await asyncio.to_thread(
                self.kept.keep_person, msgspec.structs.replace(self._get(person.id), closed=not active)
            )
        return stopped

    async def remove_person(self, who: Principal, person: Person) -> Declined | None:
        """The account is closed and stays, since the journal names it; its groups are forgotten."""
        stopped = await self._open_or_close(who, person, False)
        if stopped is not None:
            return stopped
        for group in self.kept.groups_of(person.id):
            await asyncio.to_thread(self.kept.remove_member, group.id, person.id)
        await asyncio.to_thread(
            self.kept.keep_person, msgspec.structs.replace(self._get(person.id), gone=True, changed=self._now())
        )
        return None

    # groups

    async def add_group(
        self, who: Principal, name: str, external_id: str, members: frozenset[str]
    ) -> StaffGroup | Declined:
        if len(self.kept.list_groups()) >= GROUPS_MAX:
            return declined("too-many-provisioned", most=GROUPS_MAX)
        now = self._now()
        group = StaffGroup(id=_new_id(), name=name, external_id=external_id, created=now, changed=now)
        return await self._kept_group(who, group, members, frozenset())

    async def change_group(
        self, who: Principal, group: StaffGroup, name: str, external_id: str, members: frozenset[str]
    ) -> StaffGroup | Declined:
        after = msgspec.structs.replace(group, name=name, external_id=external_id, changed=self._now())
        before = frozenset(self.kept.members_of(group.id))
        if name != group.name:  # it means something else: for all of them
            stopped = self._why_not(after, members) or await self._without(who, group, before)
            if stopped is not None:
                return stopped
            before = frozenset()
        return await self._kept_group(who, after, members, before)

    async def remove_group(self, who: Principal, group: StaffGroup) -> Declined | None:
        stopped = await self._without(who, group, frozenset(self.kept.members_of(group.id)))
        if stopped is None:
            await asyncio.to_thread(self.kept.remove_group, group.id)
        return stopped

    async def _kept_group(
        self, who: Principal, group: StaffGroup, members: frozenset[str], before: frozenset[str]
    ) -> StaffGroup | Declined:
        """Who leaves goes first: nobody is left with a right because somebody else could not be given one."""
        stopped = self._why_not(group, members) or await self._without(who, group, before - members)
        if stopped is not None:
            return stopped
        await asyncio.to_thread(self.kept.keep_group, group)
        for person in sorted(members - before):
            names = {one.name for one in self.kept.groups_of(person)} | {group.name}
            stopped = await self._give_roles(who, self._get(person), frozenset(names))
            if stopped is not None:
                return stopped
            await asyncio.to_thread(self.kept.add_member, group.id, person)
        return group

    async def _without(self, who: Principal, group: StaffGroup, leaving: frozenset[str]) -> Declined | None:
        for person in sorted(leaving):
            names = frozenset(one.name for one in self.kept.groups_of(person) if one.id != group.id)
            stopped = await self._give_roles(who, self._get(person), names)
            if stopped is not None:
                return stopped
            await asyncio.to_thread(self.kept.remove_member, group.id, person)
        return None

    def _why_not(self, group: StaffGroup, members: frozenset[str]) -> Declined | None:
        if group.name not in self.plan.groups:
            return declined("group-means-nothing", group=group.name)
        if len(members) > MEMBERS_MAX:
            return declined("too-many-provisioned", most=MEMBERS_MAX)
        unknown = next((one for one in sorted(members) if self.kept.find_person(one) is None), None)
        return declined("unknown-account", account=unknown) if unknown is not None else None

    async def _give_roles(self, who: Principal, person: Person, names: frozenset[str]) -> Declined | None:
        """Where they are other ones: noted, and the person's sessions end."""
        roles, agencies = self.plan.roles_of(names)
        if (roles, agencies) == (person.roles, person.agencies):
            return None
        after = msgspec.structs.replace(_as_it_is(person, person.name, person.spoken), roles=roles, agencies=agencies)
        changed = await self._access.change_account(who, person.account, after)
        return changed if isinstance(changed, Declined) else None

    def _get(self, person: str) -> Person:
        found = self.kept.find_person(person)
        assert found is not None, "whoever asks has found it before"
        return found


def _new_id() -> str:
    return uuid.uuid4().hex


def _as_it_is(person: Person, name: str, spoken: Language) -> AccountChange:
    """What is not the provider's stays as the administrator gave it."""
    return AccountChange(
        name=name,
        roles=person.roles,
        agencies=person.agencies,
        positions=person.positions,
        unit=person.unit,
        language=spoken,
    )
