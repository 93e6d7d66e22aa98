"""A running server, as a command asks it: with a token, and each no as a sentence."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import httpx

from turnout.adapters.http.private import HEADER
from turnout.edge.time_zones import find_time_zone
from turnout.words.trouble import Malformed

TIMEOUT_S: Final = 20.0
PAGES_MAX: Final = 200
"""A million lines of one incident: something is wrong there."""

TokenOf = Callable[[argparse.Namespace], str]


def add_server_arguments(command: argparse.ArgumentParser, scopes: str) -> None:
    """`--server` and where the token is; `scopes`: what it has to have."""
    command.add_argument("--server", required=True, help="https://desk.example")
    command.add_argument("--token-file", type=Path, help=f"a file that holds a token with {scopes}")
    command.add_argument("--token-stdin", action="store_true", help="read the token from standard input")


@contextmanager
def server_asked(asked: argparse.Namespace, token_of: TokenOf) -> Iterator[httpx.Client]:
    """Raises `Malformed` where the server does not answer."""
    headers = {"authorization": f"Bearer {token_of(asked)}"}
    with httpx.Client(base_url=asked.server, headers=headers, timeout=TIMEOUT_S) as client:
        try:
            yield client
        except httpx.HTTPError as fault:
            raise Malformed(f"the server does not answer: {fault}", asked.server, "look at /health") from fault


def asked_for(purpose: str) -> dict[str, str]:
    """The header for a purpose, which belongs into no address."""
    return {HEADER: urlencode({"purpose": purpose}, quote_via=quote)}


def told(answer: httpx.Response) -> Any:
    """What it says. Raises `Malformed` where the server declines, with its own words."""
    if answer.is_success:
        return answer.json()
    try:
        said = answer.json()
        says = said.get("detail") or said.get("code")
    except (ValueError, AttributeError):
        says = ""
    raise Malformed(f"the server answers {answer.status_code}: {says}", str(answer.url), "check address and token")


def all_told(client: httpx.Client, path: str) -> list[Any]:
    """Everything of a list that comes page by page (`Link`, RFC 8288). Raises as `told`."""
    found, url = list[Any](), httpx.URL(path)
    for _ in range(PAGES_MAX):
        answer = client.get(url)
        found += told(answer)
        following = answer.links.get("next")
        if following is None:
            return found
        url = answer.url.join(following["url"])
    raise Malformed(f"more than {PAGES_MAX} pages", path, "nothing real is as long")


def zone_of(name: str) -> ZoneInfo:
    """Raises `Malformed`."""
    found = find_time_zone(name)
    if found is None:
        raise Malformed(f"no time zone: {name!r}", "--time-zone", "a name like Asia/Shanghai")
    return found
