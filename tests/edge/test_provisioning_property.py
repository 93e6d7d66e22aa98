"""Whatever a provider does, in whatever order: roles are those of the groups, and what is closed stays closed.

The accounts are real, in a file; the journal is stood in for by a list, and refuses now and then.
"""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.sign_on_plan import GroupPlan, ProvisioningPlan
from turnout.adapters.identity.store import IdentityStore
from turnout.desk.access import Principal, part
from turnout.edge.access_desk import AccessDesk
from turnout.edge.answers import Accepted, Declined, declined
from turnout.edge.provisioning import PersonWanted, ProvisioningDesk
from turnout.words.identity import AgencyId
from turnout.words.moment import Moment

PLAN = ProvisioningPlan(
    (
        GroupPlan("room", ("dispatcher",)),
        GroupPlan("leads", ("supervisor", "dispatcher"), (AgencyId("FIRE"),)),
        GroupPlan("watch", ("observer",), (AgencyId("POL"),)),
    )
)
WHO = part("directory")
NAMES = ["ana", "ben"]
GROUPS = ["room", "leads", "watch", "choir"]
SOME = st.sets(st.sampled_from(NAMES))

AT_FIRST: list[tuple[Any, ...]] = [
    ("person", "ana", True),
    ("person", "ben", None),
    ("group", "room", {"ana"}),
    ("group", "leads", {"ana", "ben"}),
]
"""Where every run begins: what follows then meets somebody."""

ACTS = st.one_of(
    st.tuples(st.just("person"), st.sampled_from(NAMES), st.sampled_from([None, True, False])),
    st.tuples(st.just("change"), st.sampled_from(NAMES), st.sampled_from([None, True, False])),
    st.tuples(st.just("remove"), st.sampled_from(NAMES)),
    st.tuples(st.just("group"), st.sampled_from(GROUPS), SOME),
    st.tuples(st.just("regroup"), st.integers(0, 2), st.sampled_from(GROUPS), SOME),
    st.tuples(st.just("ungroup"), st.integers(0, 2)),
    st.tuples(st.just("admin-closes"), st.sampled_from(NAMES)),
    st.tuples(st.just("admin-opens"), st.sampled_from(NAMES)),
    st.tuples(st.just("journal-fails"), st.integers(0, 2)),
)


class City:
    """What the program asks, and beside it who an administrator has closed."""

    def __init__(self, folder: Path) -> None:
        self._clock = self._good = self._fails = 0
        self.store = IdentityStore(folder / "accounts.sqlite")
        self.store._base.execute("PRAGMA synchronous = OFF")  # nothing here is about the disk
        self.accounts = Accounts(self.store, self._now, lambda: None, demo=False, origin="http://turnout.test")
        access = AccessDesk(None, self.accounts)  # type: ignore[arg-type]
        access._submit = self._noted  # type: ignore[method-assign]
        self.desk = ProvisioningDesk(access, self.accounts.provisioned, PLAN, self._now)
        self.closed: set[str] = set()
        """By an administrator."""

    def _now(self) -> Moment:
        self._clock += 1
        return Moment(self._clock)

    async def _noted(self, who: Principal, act: object, purpose: str) -> Accepted | Declined:
        if self._fails:
            self._fails -= 1
            return declined("storage-failed")
        return Accepted(1, 1, False)

    async def does(self, what: str, *given: Any) -> None:
        acts: dict[str, Callable[..., Awaitable[Any]]] = {
            "person": self.person,
            "change": self.change,
            "remove": self.remove,
            "group": self.group,
            "regroup": self.regroup,
            "ungroup": self.ungroup,
        }
        if what in acts:
            await acts[what](*given)
        elif what == "journal-fails":
            (self._fails,) = given
        elif self.store.find_account(given[0]) is not None:
            self.accounts.set_disabled(given[0], what == "admin-closes")
            (self.closed.add if what == "admin-closes" else self.closed.discard)(given[0])

    async def person(self, name: str, active: bool | None) -> None:
        await self.desk.add_person(WHO, name, PersonWanted(external_id=f"e-{name}", active=active))

    async def change(self, name: str, active: bool | None) -> None:
        person = self.desk.kept.find_by_account(name)
        if person is not None and not person.gone:
            wanted = PersonWanted(external_id=f"e-{name}", active=active)
            changed = await self.desk.change_person(WHO, person, wanted)
            if not isinstance(changed, Declined) and active is not None:
                assert changed.disabled != active, "open is as it was said"

    async def remove(self, name: str) -> None:
        person = self.desk.kept.find_by_account(name)
        if person is not None and not person.gone:
            await self.desk.remove_person(WHO, person)

    async def group(self, name: str, members: set[str]) -> None:
        await self.desk.add_group(WHO, name, "", self._ids(members))

    async def regroup(self, number: int, name: str, members: set[str]) -> None:
        groups = self.desk.kept.list_groups()
        if number < len(groups):
            await self.desk.change_group(WHO, groups[number], name, "", self._ids(members))

    async def ungroup(self, number: int) -> None:
        groups = self.desk.kept.list_groups()
        if number < len(groups):
            await self.desk.remove_group(WHO, groups[number])

    def _ids(self, names: set[str]) -> frozenset[str]:
        people = (self.desk.kept.find_by_account(name) for name in names)
        return frozenset(one.id for one in people if one is not None and not one.gone)

    def holds(self) -> None:
        for person in self.desk.kept.list_persons():
            groups = frozenset(one.name for one in self.desk.kept.groups_of(person.id))
            assert groups <= set(PLAN.groups)
            assert (person.roles, person.agencies) == PLAN.roles_of(groups), (person.account, groups)
            if person.account in self.closed:
                assert person.disabled, "an administrator has closed it"
            if person.disabled:
                assert person.closed or person.account in self.closed, "nobody has closed it"
        for name in NAMES:
            held = self.desk.kept.find_by_account(name)
            if held is not None and held.gone:
                assert self.desk.kept.groups_of(held.id) == []


BACK_WHILE_THE_JOURNAL_FAILS = [
    ("remove", "ana"),
    ("journal-fails", 1),
    ("person", "ana", True),
    ("person", "ana", True),
]


@settings(max_examples=100, deadline=None)
@example(BACK_WHILE_THE_JOURNAL_FAILS)
@given(st.lists(ACTS, max_size=12))
def test_roles_are_those_of_the_groups_and_what_an_administrator_closed_stays_so(acts: list[tuple[Any, ...]]) -> None:
    async def play() -> None:
        with tempfile.TemporaryDirectory() as folder:
            city = City(Path(folder))
            for what, *given_ in AT_FIRST + acts:
                await city.does(what, *given_)
                city.holds()
            city.store.close()

    asyncio.run(play())
