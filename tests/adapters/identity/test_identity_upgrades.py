"""A file of accounts that an earlier release wrote is opened as it is, and nothing in it is lost."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from turnout.adapters.identity import store as store_module
from turnout.adapters.identity.provisioned import ProvisionedStore
from turnout.adapters.identity.sessions import SessionRow
from turnout.adapters.identity.store import SCHEMA, IdentityStore
from turnout.edge.provisioning import Person
from turnout.words.moment import Moment

RELEASED_STEPS = (
    "7937b0655bae89a8",
    "885308091fd9979c",
    "d23c9525483804b2",
    "beea29b937a78855",
    "7b5967326f3e580c",
    "48111070afe8dca9",
    "cc70de9b9ff7e821",
    "2a2ed1727c9fd267",
    "8352f803b5d83618",
)
"""A step that was released is never changed: add one."""


def written_by(version: int, path: Path) -> None:
    """The file as the release of this version left it, with one account and its password."""
    with closing(sqlite3.connect(path)) as base:
        base.executescript("".join(store_module._STEPS[:version]))
        base.execute(
            "INSERT INTO accounts VALUES ('ana', 'Ana', 'proof', ?, ?, '[]', '', 'en', 0, 7)",
            ('["dispatcher"]', '["FIRE"]'),
        )
        base.execute(f"PRAGMA user_version = {version}")
        base.commit()


@pytest.mark.parametrize("version", range(1, SCHEMA + 1))
def test_a_file_of_an_earlier_release_keeps_its_accounts_and_learns_what_is_new(tmp_path: Path, version: int) -> None:
    path = tmp_path / "accounts.sqlite"
    written_by(version, path)
    for _ in range(2):
        store = IdentityStore(path)
        ana = store.get_account("ana")
        assert (ana.secret, ana.roles, ana.agencies, ana.created) == ("proof", ("dispatcher",), ("FIRE",), 7)
        if not store.find_provider_of("ana"):
            store.bind("city", "subject", "ana")
        assert store.find_bound("city", "subject") == ana
        provisioned = ProvisionedStore(store)
        if provisioned.find_by_account("ana") is None:
            provisioned.keep_person(Person(id="p", account="ana", created=Moment(7), changed=Moment(8)))
        assert [one.account for one in provisioned.list_persons()] == ["ana"]
        store.close()


@pytest.mark.parametrize("version", range(1, SCHEMA + 1))
def test_an_image_of_an_earlier_release_learns_what_is_new_too(tmp_path: Path, version: int) -> None:
    """As at an edge that is of this release before its desk is."""
    written_by(version, tmp_path / "given")
    store = IdentityStore(tmp_path / "accounts.sqlite")
    with closing(store):
        store.take_image((tmp_path / "given").read_bytes())
        store.add_session(a_session())
        assert store.find_session(b"s") == a_session()
        assert store.get_account("ana").secret == "proof"


def a_session() -> SessionRow:
    return SessionRow(
        digest=b"s",
        id="s",
        account="ana",
        demo=False,
        position="D1",
        groups=(),
        roles=("dispatcher",),
        language="en",
        created=Moment(1),
        expires=Moment(2),
        way="password",
    )


def test_steps_that_were_released_are_as_they_were() -> None:
    assert tuple(hashlib.sha256(step.encode()).hexdigest()[:16] for step in store_module._STEPS) == RELEASED_STEPS
