"""Where several processes share a city: what the desk binds to terminals is bound everywhere, and the desk issues."""

import argparse
import socket
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.adapters.running import free_port
from tests.postgres_pair import the_pair
from turnout import devices_command
from turnout.adapters.identity.devices import DAYS, Authority, Devices, new_request
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.site_key import SITE_KEY
from turnout.config import Settings
from turnout.device_sharing import bind_as_the_desk, joined_shared_devices
from turnout.edge.between import DevicesAsked
from turnout.edge.identities import IdentityRefusal
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


def test_the_next_desk_binds_what_it_was_told_and_no_edge_binds_for_others(tmp_path: Path) -> None:
    for bound, role in ((("crew",), "desk"), (("field",), "desk"), (("station",), "edge")):
        _, store, _ = process_of(tmp_path, "same", *bound, role=role)
        held = store.bound_to_devices()
        store.close()
    assert held == frozenset({"field"})


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
    with pytest.raises(Malformed, match="--database"):
        devices_command._issue(Settings(database=url), tmp_path, wished(tmp_path))
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
