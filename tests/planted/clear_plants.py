"""Planted bugs on the lines and at the door: a cookie that a neighbour can set, a session that is believed for ever."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.adapters.http.test_http_files import JPEG, in_pieces
from tests.adapters.http.test_http_own_sessions import asked, staff
from tests.adapters.http.test_http_scanned_files import EICAR, StandIn
from tests.adapters.identity.test_codes import test_no_code_is_found_from_what_is_kept_of_it
from tests.adapters.running import API, running
from tests.adapters.test_cookies import test_a_cookie_of_the_one_kind_is_no_cookie_of_the_other
from tests.planted.plant import Patch, Plant
from tests.test_clear_lines import test_what_crossed_a_network_in_the_clear_is_known
from turnout.adapters.clamd import Clamd
from turnout.adapters.http import app as app_module
from turnout.adapters.http import proxies as proxies_module
from turnout.adapters.identity import keeping as keeping_module
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.own_sessions import PROOF_MS, Idle, OwnSessions
from turnout.clear_lines import clear_lines
from turnout.config import Settings
from turnout.edge import cookies
from turnout.edge.scanning import FileInfected
from turnout.words import encrypted as encrypted_module


def one_name_everywhere(patch: Patch) -> None:
    patch.setattr(cookies, "name_of", lambda cookie, scheme: cookie)


def cookies_are_kept_apart(folder: Path) -> None:
    test_a_cookie_of_the_one_kind_is_no_cookie_of_the_other()


def whoever_comes(patch: Patch) -> None:
    patch.setattr(proxies_module, "is_of_this_machine", lambda host: True)


def the_clear_is_known(folder: Path) -> None:
    test_what_crossed_a_network_in_the_clear_is_known()


def the_network_is_friendly(patch: Patch) -> None:
    private = ("10.", "192.168.", "127.")
    patch.setattr(encrypted_module, "is_of_this_machine", lambda host: host.startswith(private))
    patch.setattr("turnout.clear_lines.is_of_this_machine", lambda host: host.startswith(private))


def other_machines_are_elsewhere(folder: Path) -> None:
    assert [line.option for line in clear_lines(Settings(host="10.0.0.1"), {})] == ["--host"]


def left_open(patch: Patch) -> None:
    patch.setattr(Idle, "is_over", lambda self, row: False)


def whoever_is_signed_in(patch: Patch) -> None:
    patch.setattr(OwnSessions, "why_not_fresh", lambda self, principal: None)


def one_is_enough(patch: Patch) -> None:
    patch.setattr(Accounts, "_needs_two", lambda self, row: False)


def anywhere_in_the_request(patch: Patch) -> None:
    patch.setattr(app_module, "has_private", lambda scope: False)


def looked_at_by_nobody(patch: Patch) -> None:
    patch.setattr(Clamd, "scanned", lambda self, content: content)


def twelve_letters(patch: Patch) -> None:
    patch.setattr(keeping_module, "CODE_LENGTH", 12)


async def an_unused_session_locks(folder: Path) -> None:
    async with running(folder) as house, house.client() as ana:
        await staff(house, "ana")
        await ana.post(f"{API}/session", json=asked("ana"))
        house.accounts._idle._term_ms = house.idle_ms
        house.clock.ahead_ms += house.idle_ms + 1
        assert (await ana.get(f"{API}/board")).status_code == 423


async def a_passkey_needs_a_proof(folder: Path) -> None:
    async with running(folder) as house, house.client() as ana:
        await staff(house, "ana")
        await ana.post(f"{API}/session", json=asked("ana"))
        house.clock.ahead_ms += PROOF_MS + 1
        assert (await ana.post(f"{API}/accounts/passkey/options")).status_code == 403


async def a_password_alone_is_not_enough(folder: Path) -> None:
    async with running(folder, two_factors=("dispatcher",)) as house, house.client() as ana:
        await staff(house, "ana")
        assert (await ana.post(f"{API}/session", json=asked("ana"))).status_code == 403


async def a_place_stands_in_no_address(folder: Path) -> None:
    async with running(folder) as house:
        transport = httpx.ASGITransport(app=house.app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://turnout.test") as browser:
            answer = await browser.get(f"{API}/incidents?place=300%20mission")
            assert answer.json()["code"] == "private-in-url"


async def an_infected_file_is_not_taken(folder: Path) -> None:
    where = folder / "clamd.ctl"
    async with await asyncio.start_unix_server(StandIn().talk, where):
        with pytest.raises(FileInfected):
            async for _ in Clamd(str(where)).scanned(in_pieces(JPEG + EICAR)):
                pass


def codes_are_not_guessed(folder: Path) -> None:
    test_no_code_is_found_from_what_is_kept_of_it()


CLEAR_PLANTS: dict[str, Plant] = {
    "a session's cookie that a neighbour may have set": Plant(one_name_everywhere, cookies_are_kept_apart),
    "a request that went round the proxy": Plant(whoever_comes, the_clear_is_known),
    "a session that nobody uses and that stays open": Plant(left_open, an_unused_session_locks),
    "a way in that is changed without a proof": Plant(whoever_is_signed_in, a_passkey_needs_a_proof),
    "one factor where two are asked for": Plant(one_is_enough, a_password_alone_is_not_enough),
    "a place that stands in an address": Plant(anywhere_in_the_request, a_place_stands_in_no_address),
    "a file that no scanner has looked at": Plant(looked_at_by_nobody, an_infected_file_is_not_taken),
    "codes of sixty bits": Plant(twelve_letters, codes_are_not_guessed),
    "a private network that passes for this machine": Plant(the_network_is_friendly, other_machines_are_elsewhere),
}
