"""What provisioning keeps beside the accounts, in the same file: implements `edge.provisioning.Provisioned`."""

import unicodedata
from typing import Any, Final

from turnout.adapters.identity.store import AccountRow, IdentityStore
from turnout.core.fields import ADMINISTRATOR
from turnout.edge.provisioning import Person, StaffGroup
from turnout.words.moment import Moment

_PERSONS: Final = (
    "SELECT p.id, p.external_id, p.language, p.says_active, p.closed, p.gone, p.changed, a.id FROM provisioned p"
    " JOIN accounts a ON a.id = p.account"
)


class ProvisionedStore:
    def __init__(self, store: IdentityStore) -> None:
        self._store = store

    def list_persons(self) -> list[Person]:
        accounts = {row.id: row for row in self._store.list_accounts()}
        rows = self._store._rows(f"{_PERSONS} WHERE p.gone = 0 ORDER BY a.created, p.id")
        return [_person(row, accounts[row[7]]) for row in rows]

    def count_persons(self) -> int:
        return int(self._store._rows("SELECT count(*) FROM provisioned WHERE gone = 0")[0][0])

    def find_person(self, person: str) -> Person | None:
        return self._one(f"{_PERSONS} WHERE p.id = ? AND p.gone = 0", person)

    def find_by_account(self, account: str) -> Person | None:
        return self._one(f"{_PERSONS} WHERE p.account = ?", account)

    def _one(self, sql: str, value: str) -> Person | None:
        rows = self._store._rows(sql, value)
        return _person(rows[0], self._store.get_account(rows[0][7])) if rows else None

    def find_alike(self, account: str) -> str:
        wanted = _folded(account)
        return next((one for (one,) in self._store._rows("SELECT id FROM accounts") if _folded(one) == wanted), "")

    def as_person(self, account: str, person: str, now: Moment) -> Person:
        return _person((person, "", "", 0, 0, 0, now), self._store.get_account(account))

    def is_free(self, account: str) -> bool:
        row = self._store.find_account(account)
        if row is None or row.secret or row.disabled or ADMINISTRATOR in row.roles:
            return False
        return not self._store.list_passkeys(account)

    def keep_person(self, person: Person) -> None:
        flags = (int(person.says_active), int(person.closed), int(person.gone))
        self._store._run(
            "INSERT INTO provisioned VALUES (?,?,?,?,?,?,?,?) ON CONFLICT(account) DO UPDATE SET id = excluded.id,"
            " external_id = excluded.external_id, language = excluded.language, says_active = excluded.says_active,"
            " closed = excluded.closed, gone = excluded.gone, changed = excluded.changed",
            person.id, person.account, person.external_id, person.language or "", *flags, person.changed,
        )  # fmt: skip

    def list_groups(self) -> list[StaffGroup]:
        return [_group(row) for row in self._store._rows(f"{_GROUPS} ORDER BY g.created, g.id")]

    def find_group(self, group: str) -> StaffGroup | None:
        rows = self._store._rows(f"{_GROUPS} WHERE g.id = ?", group)
        return _group(rows[0]) if rows else None

    def keep_group(self, group: StaffGroup) -> None:
        self._store._run(
            "INSERT INTO provisioned_groups VALUES (?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET name = excluded.name,"
            " external_id = excluded.external_id, changed = excluded.changed",
            group.id, group.name, group.external_id, group.created, group.changed,
        )  # fmt: skip

    def remove_group(self, group: str) -> None:
        self._store._run("DELETE FROM provisioned_members WHERE group_ = ?", group)
        self._store._run("DELETE FROM provisioned_groups WHERE id = ?", group)

    def members_of(self, group: str) -> list[str]:
        sql = "SELECT person FROM provisioned_members WHERE group_ = ? ORDER BY person"
        return [str(row[0]) for row in self._store._rows(sql, group)]

    def groups_of(self, person: str) -> list[StaffGroup]:
        sql = f"{_GROUPS} JOIN provisioned_members m ON m.group_ = g.id WHERE m.person = ? ORDER BY g.name, g.id"
        return [_group(row) for row in self._store._rows(sql, person)]

    def add_member(self, group: str, person: str) -> None:
        self._store._run("INSERT OR IGNORE INTO provisioned_members VALUES (?, ?)", group, person)

    def remove_member(self, group: str, person: str) -> None:
        self._store._run("DELETE FROM provisioned_members WHERE group_ = ? AND person = ?", group, person)


_GROUPS: Final = "SELECT g.id, g.name, g.external_id, g.created, g.changed FROM provisioned_groups g"


def _group(row: tuple[Any, ...]) -> StaffGroup:
    return StaffGroup(id=row[0], name=row[1], external_id=row[2], created=row[3], changed=row[4])


def _person(row: tuple[Any, ...], account: AccountRow) -> Person:
    return Person(
        id=row[0],
        account=account.id,
        external_id=row[1],
        name=account.name,
        language=row[2] or None,
        says_active=bool(row[3]),
        disabled=account.disabled,
        closed=bool(row[4]) and account.disabled,
        gone=bool(row[5]),
        roles=account.roles,
        agencies=account.agencies,
        positions=account.positions,
        unit=account.unit,
        spoken=account.language,
        created=account.created,
        changed=row[6],
    )


def _folded(account: str) -> str:
    """Two names that a person reads as one."""
    return unicodedata.normalize("NFKC", account).casefold().strip()
