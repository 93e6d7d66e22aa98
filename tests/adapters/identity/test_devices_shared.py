"""Where several processes share a city: what the desk binds to terminals is bound everywhere, and the desk issues."""

import argparse
import socket
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.adapters.running import free_port
from tests.postgres_pair import the_pair
from turnout import devices_command
from turnout.adapters.identity.devices import DAYS, Authority, Devices, new_request
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.kept import PostgresKept
from turnout.adapters.storage.postgres.site_key import SITE_KEY
from turnout.config import Settings
from turnout.desk.faults import Displaced, Fault, StorageFailed, StorageFull
from turnout.device_serving import check_devices, joined_devices
from turnout.device_sharing import KeptRegister, bind_as_the_desk, joined_shared_devices
from turnout.edge.between import DevicesAsked
from turnout.edge.identities import IdentityRefusal
from turnout.storing_shared import KeptAccounts
from turnout.up import _words
from turnout.web_server import check_port
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

NOW = Moment(1_800_000_000_000)


def process_of(folder: Path, name: str, *bound: str, role: str) -> tuple[Any, IdentityStore, Settings]:
    """(edge, its copy of the accounts, settings), with terminals joined."""
    edge: Any = SimpleNamespace(now=lambda: NOW, devices=None, device_only=None)
    store, settings = IdentityStore(folder / f"{name}.sqlite"), Settings(device_only=bound, roles=(role,))
    joined_shared_devices(edge, store, settings, Authority(folder / "devices", b""))
    return edge, store, settings


def test_what_the_desk_binds_is_bound_at_an_edge_that_was_started_without(tmp_path: Path) -> None:
    desk, accounts, _ = process_of(tmp_path, "desk", "crew", "field", role="desk")
    edge, copy, settings = process_of(tmp_path, "edge", "station", role="edge")
    assert (desk.device_only, edge.device_only) == (frozenset({"crew", "field"}), frozenset({"station"}))
    copy.take_image(accounts.image())
    bind_as_the_desk(edge, copy, settings)
    assert edge.device_only == frozenset({"crew", "field", "station"})
    accounts.close(), copy.close()


def bound_after(folder: Path, *words: str, role: str = "desk") -> tuple[set[str], set[str]]:
    """(in the accounts, at this process), as the next process with these words leaves them."""
    edge, store, _ = process_of(folder, "same", *words, role=role)
    held = store.bound_to_devices()
    store.close()
    return set(held), set(edge.device_only)


def test_a_takeover_widens_what_is_bound_and_no_edge_binds_for_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert bound_after(tmp_path, "crew") == ({"crew"}, {"crew"})
    assert caplog.text == ""
    assert bound_after(tmp_path) == ({"crew"}, {"crew"}), "a standby that was started without the words"
    assert "as a desk before was told" in caplog.text
    assert bound_after(tmp_path, "field") == ({"crew", "field"}, {"crew", "field"})
    assert bound_after(tmp_path, "station", role="edge") == ({"crew", "field"}, {"crew", "field", "station"})
    assert bound_after(tmp_path, "none", role="edge") == ({"crew", "field"}, {"crew", "field"})


def test_what_is_bound_is_dropped_by_a_word_alone_and_it_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bound_after(tmp_path, "crew", "field")
    assert bound_after(tmp_path, "none", "field") == ({"field"}, {"field"})
    assert "no longer for known terminals only, by --device-only none: crew" in caplog.text
    assert bound_after(tmp_path, "none") == (set(), set())
    check_devices(Settings(device_only=("none",)))
    edge: Any = SimpleNamespace(now=lambda: NOW, devices=None, device_only=None)
    with closing(IdentityStore(tmp_path / "files.sqlite")) as store:
        joined_devices(
            edge,
            store,
            Settings(device_only=("none", "crew"), devices_port=9, tls_cert=tmp_path, tls_key=tmp_path),
            tmp_path,
        )
    assert edge.device_only == {"crew"}, "and it is no role"


async def test_what_could_not_be_kept_is_not_issued_and_a_revocation_stays(tmp_path: Path) -> None:
    store, authority = IdentityStore(tmp_path / "accounts.sqlite"), Authority(tmp_path / "devices")
    kept: list[list[tuple[str, bool]]] = []
    trouble: list[Fault] = []

    async def keep() -> None:
        kept.append([(one.name, bool(one.revoked)) for one in store.list_devices()])
        if trouble:
            raise trouble[0]

    register = KeptRegister(Devices(store, authority, lambda: NOW), keep)
    issue = DevicesAsked(act="issue", name="E07", csr=new_request("E07")[1].decode(), days=30)
    for fault in (StorageFailed("gone"), Displaced("another desk")):
        trouble[:] = [fault]
        with pytest.raises(type(fault)):
            await register.answer(issue)
        assert store.list_devices() == [], "nobody has its certificate"
    trouble.clear()
    assert (await register.answer(issue)).id
    assert kept[-1] == [("E07", False)], "before the answer"
    trouble[:] = [StorageFailed("gone")]
    with pytest.raises(StorageFailed):
        await register.answer(DevicesAsked(act="revoke", name="E07"))
    with pytest.raises(StorageFailed):
        await register.answer(DevicesAsked(act="revoke", name="E07"))
    assert [bool(one.revoked) for one in (await register.answer(DevicesAsked(act="list"))).listed] == [True]
    assert (await register.answer(DevicesAsked(act="issue", name=""))).refusal is not None
    assert len(store.list_devices()) == 1
    trouble.clear()
    assert (await register.answer(DevicesAsked(act="revoke", name="E07"))).refusal is not None, "done before, and kept"
    assert kept[-1] == [("E07", True)]
    store.close()


async def test_accounts_that_the_database_does_not_take_are_a_fault_for_who_has_to_know(tmp_path: Path) -> None:
    class Full:
        async def keep(self, name: str, body: bytes, epoch: int) -> None:
            raise StorageFull("no space")

    store, full = IdentityStore(tmp_path / "accounts.sqlite"), Full()
    accounts = KeptAccounts(cast(PostgresKept, full), 1, lambda: StorageFull("no space"))
    async with accounts.following(store):
        await accounts.keep_now()
        with pytest.raises(StorageFull):
            await accounts.keep()
    store.close()


def test_an_operators_wishes_are_answered(tmp_path: Path) -> None:
    store, authority = IdentityStore(tmp_path / "accounts.sqlite"), Authority(tmp_path / "devices")
    known = Devices(store, authority, lambda: NOW)
    wish = DevicesAsked(act="issue", name="E07", csr=new_request("E07")[1].decode(), days=30)
    given = known.answer(wish)
    assert given.refusal is None
    assert given.authority.encode() == authority.certificate_file.read_bytes()
    assert known.answer(wish).refusal == IdentityRefusal("device-taken", {"device": "E07"})
    assert [one.id for one in known.answer(DevicesAsked(act="list")).listed] == [given.id]
    gone = DevicesAsked(act="revoke", name="E07")
    assert known.answer(gone).refusal is None
    assert known.answer(gone).refusal == IdentityRefusal("unknown-device", {"device": "E07"})
    store.close()


def wished(folder: Path) -> argparse.Namespace:
    return argparse.Namespace(name="E07", to=folder / "to", csr=None, days=DAYS)


def test_a_city_in_a_database_is_issued_for_by_naming_it(tmp_path: Path) -> None:
    (tmp_path / SITE_KEY).write_bytes(bytes(32))
    with pytest.raises(Malformed, match="in a database"):
        devices_command._issue(Settings(), tmp_path, wished(tmp_path))
    assert not (tmp_path / "devices").exists(), "no second authority"
    assert list((tmp_path / "to").iterdir()) == [], "no key of what was not issued"


def test_without_a_desk_nothing_is_issued_and_it_is_said(tmp_path: Path) -> None:
    url = the_pair().new_database().url
    with pytest.raises(Malformed, match="--database") as refused:
        devices_command._issue(Settings(database=url), tmp_path, wished(tmp_path))
    assert "may have been issued: turnout devices list, then revoke, and issue again" in str(refused.value.cure)
    assert list((tmp_path / "to").iterdir()) == []


def test_a_request_that_is_none_is_refused_before_anybody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "large.csr").write_bytes(b"x" * 9_000)
    asked = argparse.Namespace(name="E07", to=tmp_path / "to", csr=tmp_path / "large.csr", days=DAYS)
    with pytest.raises(Malformed, match="no request"):
        devices_command._issue(Settings(), tmp_path, asked)


@pytest.mark.parametrize("port", [("--devices-port", "8443"), ("--devices-port=8443",)])
def test_of_several_roles_the_edge_alone_has_the_door_for_terminals(
    port: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = ["edge", "desk", "worker"]
    monkeypatch.setattr(sys, "argv", ["turnout", "up", "--role", "edge", *port, "--device-only", "crew", "--port=8080"])
    said = {role: _words(role, roles, Settings(), 8080) for role in roles}
    assert [any("8443" in word for word in said[role]) for role in roles] == [True, False, False]
    assert all(said[role][said[role].index("--device-only") + 1] == "crew" for role in roles)


def test_a_port_for_terminals_that_another_program_has_is_named_at_the_start() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Malformed, match="--devices-port"):
            check_port(Settings(port=free_port(), devices_port=port))
        with pytest.raises(Malformed, match="choose one with --port"):
            check_port(Settings(port=port, devices_port=free_port()))
