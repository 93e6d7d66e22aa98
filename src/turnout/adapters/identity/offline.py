"""Offline codes, for the day on which the city's identity provider is down (ASVS 5.0, 6.5; NIST SP 800-63B, 3.1.2).

A person whose account is a provider's makes a sheet beforehand and keeps it on paper; or an administrator hands over a
sealed one. Each code works once, and only while the server itself finds the provider silent. Its use is told to others,
until a second person has answered for it.
"""

import secrets
from abc import abstractmethod
from typing import Final

from turnout.adapters.identity.attempts import Attempts
from turnout.adapters.identity.keeping import digest, new_code, typed
from turnout.adapters.identity.store import AccountRow
from turnout.adapters.identity.vouching import Vouching
from turnout.desk.access import Principal
from turnout.edge.identities import IdentityRefusal, OfflineEntry, OfflineSheet, OfflineSheetState, SignedIn
from turnout.words.moment import DAY_MS, HOUR_MS, Moment

CODES: Final = 10
"""Of one sheet: with four hours each, more than three days."""

SHEET_MS: Final = 400 * DAY_MS
"""A sheet is made anew once a year."""

OFFLINE_SESSION_MS: Final = 4 * HOUR_MS
"""A third of a shift: the provider may be back by then; if it is not, the next code goes on."""

ENTRIES_SHOWN_MAX: Final = 500


class OfflineCodes(Vouching):
    """The part of `Accounts` for when no provider can vouch for anybody."""

    _attempts: Attempts

    @abstractmethod
    def _open(
        self, row: AccountRow, position: str, kept_ms: int = 0, *, way: str = "", lacks_factor: bool = False
    ) -> SignedIn | IdentityRefusal: ...

    @abstractmethod
    def _needs_two(self, row: AccountRow) -> bool: ...

    @abstractmethod
    def _why_not_at(self, row: AccountRow, position: str) -> IdentityRefusal | None: ...

    def why_no_sheet(self, account: str) -> IdentityRefusal | None:
        """Only an account that is a provider's needs one: everybody else has a way in of their own. It opens none whose
        role needs two factors."""
        row = self._store.find_account(account)
        if row is None:
            return IdentityRefusal("unknown-account", {"account": account})
        if not self._store.find_provider_of(account):
            return IdentityRefusal("no-provider-account", {"account": account})
        return IdentityRefusal("two-factors-needed") if self._needs_two(row) else None

    def make_offline_codes(self, account: str) -> OfflineSheet | IdentityRefusal:
        """A new sheet, shown this once; every code of an earlier one is void."""
        refusal = self.why_no_sheet(account)
        if refusal is not None:
            return refusal
        codes = tuple(new_code() for _ in range(CODES))
        expires = Moment(self._now() + SHEET_MS)
        self._store.set_offline_codes(account, [digest(code) for code in codes], expires)
        return OfflineSheet(codes, expires)

    def find_offline_sheet(self, account: str) -> OfflineSheetState:
        left, expires = self._store.count_offline_codes(account, self._now())
        return OfflineSheetState(provider=self._store.find_provider_of(account), left=left, expires=expires)

    def hold_back_offline(self, account: str, address: str) -> IdentityRefusal | None:
        """Whoever guesses waits, as at every other way in; also for making the server ask a provider."""
        wait = self._attempts.wait_s(account, address, self._now())
        return IdentityRefusal("too-many-attempts", {"wait_s": wait}) if wait else None

    def sign_in_offline(
        self, provider: str, account: str, code: str, position: str, address: str
    ) -> SignedIn | IdentityRefusal:
        """With a code of the account's sheet. That `provider` is silent, the caller has just found out by itself."""
        held_back = self.hold_back_offline(account, address)
        if held_back is not None:
            return held_back
        row, now = self._store.find_account(account), self._now()
        is_its = row is not None and not row.disabled and self._store.find_provider_of(account) == provider
        given = digest(typed(code))
        if row is None or not is_its or not self._store.has_offline_code(account, given, now):
            self._attempts.note_failure(account, address, now)
            return IdentityRefusal("wrong-offline-code")
        if self._needs_two(row):
            return IdentityRefusal("two-factors-needed")
        elsewhere = self._why_not_at(row, position)
        if elsewhere is not None:
            return elsewhere
        if not self._store.take_offline_code(account, given, now):
            return IdentityRefusal("wrong-offline-code")
        self._attempts.note_success(account)
        entry = OfflineEntry(id=secrets.token_hex(8), account=account, at=now, position=position)
        self._store.add_offline_entry(entry)
        return self._open(row, position, OFFLINE_SESSION_MS, way="offline-code")

    def list_offline_entries(self) -> list[OfflineEntry]:
        """Nobody has answered for these yet; oldest first."""
        return self._store.list_offline_entries(ENTRIES_SHOWN_MAX)

    def why_not_answer(self, entry: str, who: Principal) -> OfflineEntry | IdentityRefusal:
        """The entry, or why this person may not answer for it."""
        found = next((one for one in self.list_offline_entries() if one.id == entry), None)
        if found is None:
            return IdentityRefusal("unknown-entry", {"entry": entry})
        if found.account == who.actor.id:
            return IdentityRefusal("own-entry")
        return found

    def answer_offline_entry(self, entry: str, who: Principal) -> None:
        self._store.answer_offline_entry(entry, str(who.actor.id), self._now())
