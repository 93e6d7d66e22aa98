"""A real OpenID provider in a process of its own (oidc-provider by npm), and a browser that signs in at it."""

import asyncio
import html
import json
import os
import re
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from tests.adapters.running import API, free_port

HERE = Path(__file__).parent / "provider"
NODE = Path(__file__).parents[3] / ".venv" / "bin" / "node"
ORIGIN = "http://turnout.test"
SECRET = "a secret of the client"
START_S = 30


def groups_at(port: int) -> Path:
    """The file in which the provider at this port finds the groups of the person who signs in."""
    return Path(tempfile.gettempdir()) / f"turnout-groups-{port}.json"


@asynccontextmanager
async def provider_at(port: int) -> AsyncIterator[None]:
    """At work on this port, with a signing key made at this start."""
    environment = {
        **os.environ,
        "PORT": str(port),
        "GROUPS": str(groups_at(port)),
        "CLIENT_REDIRECT": f"{ORIGIN}/api/v1/session/sso/city/back",
        "LEAVE_REDIRECT": f"{ORIGIN}/",
    }
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        "provider.mjs",
        cwd=HERE,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # the wheel's `node` starts the real one
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            while (line := await process.stdout.readline()) and b"listening" not in line:
                pass
        assert line, "the provider has ended: scripts/lib.sh, ensure_oidc_provider"
        drain = asyncio.create_task(process.stdout.read())  # or its pipe fills
        yield
        drain.cancel()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        groups_at(port).unlink(missing_ok=True)


def plan_in(folder: Path, port: int | None = None, groups: str = "") -> Path:
    """The operator's file for the provider at this port."""
    (folder / "oidc.secret").write_text(f"{SECRET}\n", encoding="utf-8")
    plan = folder / "identity.toml"
    plan.write_text(
        f"""
        [[provider]]
        id = "city"
        name = {{ en = "the city", zh = "市统一身份认证" }}
        issuer = "http://127.0.0.1:{port or free_port()}"
        client_id = "turnout"
        client_secret_file = "oidc.secret"
        {groups}
        """,
        encoding="utf-8",
    )
    return plan


async def go_and_sign_in(browser: httpx.AsyncClient, login: str, position: str = "") -> httpx.Response:
    """From the door to the provider, through its pages, and back: what our door answers in the end."""
    begun = await browser.post(f"{API}/session/sso/city", json={"position": position})
    assert begun.status_code == 200, begun.text
    return await browser.get(await at_the_provider(begun.json()["url"], login))


async def at_the_provider(url: str, login: str, browser: httpx.AsyncClient | None = None) -> str:
    """Through the provider's own pages: where it sends the browser back to. `ana+room`: Ana, of the group room.

    `browser`: one that the provider may know already."""
    person, *groups = login.split("+")
    groups_at(urlsplit(url).port or 0).write_text(json.dumps(groups), encoding="utf-8")
    async with AsyncExitStack() as stack:
        page = browser or await stack.enter_async_context(httpx.AsyncClient(timeout=20))
        answer = await page.get(url)
        for _ in range(12):
            if answer.is_redirect:
                url = urljoin(str(answer.url), answer.headers["location"])
                if url.startswith(ORIGIN):
                    return url
                answer = await page.get(url)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form is not None, answer.text
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert prompt is not None, answer.text
            filled = {"prompt": prompt.group(1), "login": person, "password": "any"}
            answer = await page.post(urljoin(str(answer.url), html.unescape(form.group(1))), data=filled)
    raise AssertionError("the provider never sends the browser back")


async def session_of(browser: httpx.AsyncClient) -> dict[str, object]:
    answer = await browser.get(f"{API}/session")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found
