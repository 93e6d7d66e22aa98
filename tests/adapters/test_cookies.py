"""The session's cookie, as a browser is asked to keep it: over TLS for this very host alone (RFC 6265bis)."""

import json
import ssl
from pathlib import Path

import httpx
import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.running import API, served
from tests.adapters.test_tls import self_made
from turnout.edge import cookies

HELLO = {"type": "hello", "protocol": 1, "resume_after": None, "language": "en", "board": True, "places": False}
VALUES = st.text("abcXYZ019_-", max_size=12)


@given(VALUES, VALUES)
def test_a_cookie_of_the_one_kind_is_no_cookie_of_the_other(over_tls: str, in_the_clear: str) -> None:
    header = f"theme=dark; turnout_session={in_the_clear};__Host-turnout_session={over_tls}"
    assert [cookies.find(header, cookies.SESSION, scheme) for scheme in ("https", "wss")] == [over_tls, over_tls]
    assert [cookies.find(header, cookies.SESSION, scheme) for scheme in ("http", "ws")] == [in_the_clear, in_the_clear]


@pytest.mark.parametrize("server", ["granian", "uvicorn"])
async def test_over_tls_only_a_cookie_that_no_neighbour_can_have_set_opens_anything(
    tmp_path: Path, server: str
) -> None:
    tls = self_made(tmp_path)
    trusted = ssl.create_default_context(cafile=str(tls[0]))
    async with served(tmp_path / "var", server, tls) as house:
        base = f"https://localhost:{house.url.rpartition(':')[2]}"
        async with httpx.AsyncClient(verify=trusted, base_url=base) as browser:
            entered = await browser.post(f"{API}/session/demo", json={})
            name, _, rest = entered.headers["set-cookie"].partition("=")
            assert name == "__Host-turnout_session"
            said = {part.strip().lower() for part in rest.split(";")[1:]}
            assert {"secure", "httponly", "path=/", "samesite=strict"} <= said
            assert not any(part.startswith("domain") for part in said)
            secret = browser.cookies[name]
            left = await browser.delete(f"{API}/session")
            assert left.headers["set-cookie"].startswith("__Host-turnout_session=")
            assert "secure" in left.headers["set-cookie"].lower()
            entered = await browser.post(f"{API}/session/demo", json={})
            secret = browser.cookies[name]
        asked = {}
        async with httpx.AsyncClient(verify=trusted, base_url=base) as other:
            for name in ("__Host-turnout_session", "turnout_session"):
                shown = {"cookie": f"{name}={secret}"}
                asked[name] = (await other.get(f"{API}/session", headers=shown)).status_code
                socket = f"wss{base.removeprefix('https')}/socket"
                async with websockets.connect(socket, ssl=trusted, additional_headers=shown, max_size=2**25) as line:
                    await line.send(json.dumps(HELLO))
                    heard = json.loads(await line.recv())
                    assert heard["type"] == ("welcome" if name.startswith("__") else "refused")
    assert asked == {"__Host-turnout_session": 200, "turnout_session": 401}


async def test_on_this_machine_alone_the_name_has_no_prefix_that_browsers_would_refuse(tmp_path: Path) -> None:
    async with (
        served(tmp_path / "var") as house,
        httpx.AsyncClient(base_url=f"http://{house.url}") as browser,
    ):
        entered = await browser.post(f"{API}/session/demo", json={})
        assert entered.headers["set-cookie"].startswith("turnout_session=")
        assert (await browser.get(f"{API}/session")).status_code == 200
