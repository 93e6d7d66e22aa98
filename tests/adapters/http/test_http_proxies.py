"""Who asks when a proxy stands before the server: its word is taken if the operator has named it, and nobody else's."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.running import API, served
from turnout.adapters.http.proxies import HOPS_MAX, as_asked, read_proxies
from turnout.config import Settings
from turnout.edge.identities import NewAccount
from turnout.main import parser, settings_of
from turnout.words.trouble import Malformed

PROXIES = read_proxies(("10.0.0.0/24", "192.0.2.7", "2001:db8::/64"))
SECRET = "correct horse battery"


def asked(peer: str, kind: str = "http", **headers: str) -> tuple[str, str]:
    """(address, scheme) that the application sees."""
    given = [(f"x-forwarded-{name}".encode(), text.encode()) for name, text in headers.items()]
    scope: dict[str, Any] = {"type": kind, "scheme": "http", "client": (peer, 5), "headers": given}
    seen = as_asked(scope, PROXIES)
    return seen["client"][0], seen["scheme"]


FORGED = {"for": "203.0.113.9", "proto": "https"}


@pytest.mark.parametrize("peer", ["198.51.100.1", "127.0.0.1", "10.0.1.1", "2001:db8:0:1::1", "testclient", ""])
def test_who_is_no_named_proxy_is_the_asker_whatever_it_writes(peer: str) -> None:
    assert asked(peer, **FORGED) == (peer, "http")


@pytest.mark.parametrize("peer", ["10.0.0.9", "192.0.2.7", "2001:db8::5", "::ffff:10.0.0.9"])
def test_a_named_proxy_says_who_asks_and_by_what(peer: str) -> None:
    assert asked(peer, **FORGED) == ("203.0.113.9", "https")


@pytest.mark.parametrize(
    ("hops", "asker"),
    [
        ("203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.3, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("203.0.113.9, unknown", "10.0.0.9"),
        ("203.0.113.9, _hidden, 10.0.0.2", "10.0.0.2"),
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8:1::5]:4711", "2001:db8:1::5"),
        ("2001:db8:1::5", "2001:db8:1::5"),
        ("", "10.0.0.9"),
        (", ,", "10.0.0.9"),
        ("203.0.113.9" + ", 10.0.0.2" * HOPS_MAX, "10.0.0.2"),
    ],
)
def test_the_asker_is_the_first_from_the_right_that_is_no_named_proxy(hops: str, asker: str) -> None:
    assert asked("10.0.0.9", **{"for": hops})[0] == asker


def test_a_scheme_is_one_of_two_and_a_socket_has_its_own() -> None:
    assert asked("10.0.0.9", proto="ftp")[1] == "http"
    assert asked("10.0.0.9", proto="http, https")[1] == "https"
    assert asked("10.0.0.9", "websocket", proto="https")[1] == "wss"


def test_a_proxy_may_say_a_sockets_own_scheme_and_in_capitals() -> None:
    for said, kind, seen in (
        ("wss", "websocket", "wss"),
        ("ws", "websocket", "ws"),
        ("WSS", "websocket", "wss"),
        ("HTTPS", "http", "https"),
        ("wss", "http", "https"),
    ):
        assert asked("10.0.0.9", kind, proto=said)[1] == seen, said


@given(st.text(max_size=80), st.sampled_from(["10.0.0.9", "198.51.100.1"]))
def test_no_header_brings_an_address_that_is_none(text: str, peer: str) -> None:
    seen = as_asked(
        {"type": "http", "scheme": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", text.encode())]},
        PROXIES,
    )
    assert read_proxies((seen["client"][0],))


@pytest.mark.parametrize("wrong", ["0.0.0.0/0", "::/0", "10.0.0.7/24", "proxy.example", ""])
def test_what_is_no_proxy_or_everybody_is_refused_by_name(wrong: str) -> None:
    with pytest.raises(Malformed, match="--proxy"):
        read_proxies((wrong,))


def test_proxies_are_named_on_the_command_line() -> None:
    for command in (["serve"], ["up", "--role", "edge"]):
        settings = settings_of(parser().parse_args([*command, "--proxy", "10.0.0.7", "--proxy", "10.1.0.0/16"]))
        assert settings.proxies == ("10.0.0.7", "10.1.0.0/16")
    assert Settings().proxies == ()


@pytest.mark.parametrize("server", ["granian", "uvicorn"])
@pytest.mark.parametrize(("named", "secure"), [((), False), (("127.0.0.1",), True)])
async def test_only_behind_a_named_proxy_is_a_cookie_secure_and_a_guesser_held_back_alone(
    tmp_path: Path, server: str, named: tuple[str, ...], secure: bool
) -> None:
    async with served(tmp_path / "var", server, proxies=named) as house:
        await house.accounts.add_account(NewAccount(account="ana", secret=SECRET, roles=("dispatcher",)))
        async with httpx.AsyncClient(base_url=f"http://{house.url}", headers={"x-forwarded-proto": "https"}) as client:
            for number in range(8):
                body = {"account": "ana", "secret": f"wrong {number}"}
                guess = {"x-forwarded-for": f"203.0.113.{number}"}
                await client.post(f"{API}/session", json=body, headers=guess)
            failed = {key for key in house.accounts._attempts._failures if key.startswith("address")}
            assert failed == ({f"address 203.0.113.{n}" for n in range(8)} if secure else {"address 127.0.0.1"})
            entered = await client.post(f"{API}/session/demo", json={})
            assert ("Secure" in entered.headers["set-cookie"]) == secure
