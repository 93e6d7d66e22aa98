"""Accounts of people whom an identity provider vouches for.

The provider's subject is bound to one account, for good: names and addresses at a provider change hands, subjects do
not. An account that has a password or a passkey of its own is never given to a subject because their names are alike:
an administrator voids both first, with a one-time code.
"""

from abc import abstractmethod

from msgspec.structs import replace

from turnout.adapters.identity.keeping import Keeping
from turnout.adapters.identity.store import AccountRow
from turnout.edge.identities import AccountChange, Asserted, Entry, IdentityRefusal, NewAccount, SignedIn


class Vouching(Keeping):
    """The providers' part of `Accounts`."""

    @abstractmethod
    def _open(self, row: AccountRow, position: str) -> SignedIn | IdentityRefusal: ...

    def find_provider_of(self, account: str) -> str:
        return self._store.find_provider_of(account)

    def plan_entry(self, asserted: Asserted) -> Entry | IdentityRefusal:
        """What entering takes, or why it cannot be. Does nothing yet."""
        bound = self._store.find_bound(asserted.provider, asserted.subject)
        if bound is None:
            return self._plan_first(asserted)
        if bound.disabled:
            return IdentityRefusal("sign-on-unknown")
        if not asserted.roles or (bound.roles, bound.agencies) == (asserted.roles, asserted.agencies):
            return Entry(bound.id)
        return self._plan_change(bound, asserted)

    def _plan_first(self, asserted: Asserted) -> Entry | IdentityRefusal:
        row = self._store.find_account(asserted.account)
        if row is None and not asserted.roles:
            return IdentityRefusal("sign-on-unknown")
        if row is None:
            new = NewAccount(account=asserted.account, roles=asserted.roles, agencies=asserted.agencies)
            return self.why_not_add(new) or Entry(new.account, "account-made", new.roles, new.agencies)
        if row.disabled:
            return IdentityRefusal("sign-on-unknown")
        if row.secret or self._store.list_passkeys(row.id) or self._store.find_provider_of(row.id):
            return IdentityRefusal("sign-on-taken", {"account": row.id})
        return self._plan_change(row, asserted)

    def _plan_change(self, row: AccountRow, asserted: Asserted) -> Entry | IdentityRefusal:
        after = _changed(row, asserted)
        entry = Entry(row.id, "account-changed", after.roles, after.agencies)
        return self.why_not_change(row.id, after) or entry

    async def enter(self, asserted: Asserted, entry: Entry) -> SignedIn | IdentityRefusal:
        """Do what was planned, and open a session. While it was being noted, another may have come first."""
        if self.plan_entry(asserted) != entry:
            return IdentityRefusal("sign-on-lost")
        if entry.act == "account-made":
            new = NewAccount(account=entry.account, name=asserted.name, roles=entry.roles, agencies=entry.agencies)
            made = await self.add_account(new)
            if isinstance(made, IdentityRefusal):
                return made
        elif entry.act == "account-changed":
            held = self._store.get_account(entry.account)
            changed = self.change_account(entry.account, _changed(held, asserted))
            if isinstance(changed, IdentityRefusal):
                return changed
        bound = self._store.find_bound(asserted.provider, asserted.subject)
        if bound is None:
            self._store.bind(asserted.provider, asserted.subject, entry.account)
        return self._open(self._store.get_account(entry.account), asserted.position)


def _changed(row: AccountRow, asserted: Asserted) -> AccountChange:
    """The account with the provider's roles and agencies, where it has a say; the rest is the administrator's."""
    mine = AccountChange(
        name=row.name,
        roles=row.roles,
        agencies=row.agencies,
        positions=row.positions,
        unit=row.unit,
        language=row.language,
    )
    return replace(mine, roles=asserted.roles, agencies=asserted.agencies) if asserted.roles else mine
