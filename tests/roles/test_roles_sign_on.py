"""Single sign-on and provisioning where a city is several processes: whichever edge is asked, all know it."""

import asyncio
from pathlib import Path

import httpx
import msgspec
import websockets

from tests.adapters.identity.openid import ORIGIN, at_the_provider, plan_in, provider_at
from tests.adapters.identity.provisioning import GROUP, PATCH, SCIM, USER
from tests.adapters.running import free_port
from tests.roles.city import RoleProcess, all_well
from tests.two_servers import token_in
from turnout.adapters.storage.postgres.database import Database

API = "/api/v1"
PROVISIONING = """
        [provisioning]
        [[provisioning.group]]
        group = "room"
        roles = ["dispatcher"]
"""


async def test_one_signs_on_at_an_edge_and_is_out_at_every_edge_once_the_provider_says_so(
    database: Database, tmp_path: Path
) -> None:
    data, port = tmp_path / "data", free_port()
    token = token_in(data, ("provision",))
    words = ("--identity", str(plan_in(tmp_path, port, PROVISIONING)), "--origin", ORIGIN)
    desk = RoleProcess("desk", database.url, data, *words)
    one, two = (RoleProcess("edge", database.url, data, *words) for _ in range(2))
    program = {"authorization": f"Bearer {token}"}
    async with provider_at(port), httpx.AsyncClient(timeout=20.0, headers=program) as directory:
        try:
            desk.start()
            await desk.until_well(directory)
            one.start(), two.start()
            await all_well(directory, one, two)
            user = {"schemas": [USER], "userName": "ana", "active": True}
            made = await directory.post(f"{one.url}{SCIM}/Users", json=user)
            assert made.status_code == 201, made.text
            ana = made.json()["id"]
            room = {"schemas": [GROUP], "displayName": "room", "members": [{"value": ana}]}
            assert (await directory.post(f"{two.url}{SCIM}/Groups", json=room)).status_code == 201
            assert (await directory.get(f"{desk.url}{SCIM}/Users")).status_code == 403, "the desk is for processes"
            async with httpx.AsyncClient(timeout=20.0) as browser:
                await signed_on(browser, one, "ana")
                # The session is known where it was made and everywhere else, before the browser can ask.
                for edge in (one, two):
                    me = (await browser.get(f"{edge.url}{API}/session")).json()
                    assert (me["actor"], me["roles"], me["position"]) == ("ana", ["dispatcher"], "D3")
                async with a_console(one, browser) as console:
                    await console.send(msgspec.json.encode({"type": "hello", "protocol": 1, "board": True}).decode())
                    assert msgspec.json.decode(await console.recv())["type"] == "welcome"
                    closed = {"op": "replace", "path": "active", "value": False}
                    body = {"schemas": [PATCH], "Operations": [closed]}
                    answer = await directory.patch(f"{two.url}{SCIM}/Users/{ana}", json=body)
                    assert answer.status_code == 204, answer.text
                    assert (await browser.get(f"{two.url}{API}/session")).status_code == 401, "before the answer"
                    async with asyncio.timeout(10.0):
                        while (told := msgspec.json.decode(await console.recv()))["type"] != "cut":
                            pass
                    assert told["reason"] == "signed-off"
                assert (await browser.get(f"{one.url}{API}/session")).status_code == 401
                assert (await gone_to_the_provider(browser, one, "ana")).endswith("refused=sign-on-unknown")
        finally:
            for process in (one, two, desk):
                process.end()


async def gone_to_the_provider(browser: httpx.AsyncClient, edge: RoleProcess, login: str) -> str:
    """Where this edge's door sends the browser in the end."""
    begun = await browser.post(f"{edge.url}{API}/session/sso/city", json={"position": "D3"})
    assert begun.status_code == 200, begun.text
    back = (await at_the_provider(begun.json()["url"], login)).removeprefix(ORIGIN)
    return str((await browser.get(f"{edge.url}{back}")).headers["location"])


async def signed_on(browser: httpx.AsyncClient, edge: RoleProcess, login: str) -> None:
    assert [one["id"] for one in (await browser.get(f"{edge.url}{API}/session/sso")).json()] == ["city"]
    assert await gone_to_the_provider(browser, edge, login) == "/"


def a_console(edge: RoleProcess, browser: httpx.AsyncClient) -> websockets.connect:
    cookie = {"cookie": f"turnout_session={browser.cookies['turnout_session']}"}
    return websockets.connect(f"ws{edge.url.removeprefix('http')}/socket", max_size=2**27, additional_headers=cookie)
