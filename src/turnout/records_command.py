"""`turnout records rebuild`: have a running server make its records anew, and say how far it is."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx

from turnout.words.trouble import Malformed

PATH: Final = "/api/v1/records/rebuild"
TIMEOUT_S: Final = 20.0
LOOK_EVERY_S: Final = 1.0

TokenOf = Callable[[argparse.Namespace], str]


def add_records_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", token_of: TokenOf) -> None:
    records = commands.add_parser("records", help="look after the records of a running server (案件档案)")
    inner = records.add_subparsers(required=True, metavar="what")
    rebuild = inner.add_parser("rebuild", help="make them anew from the journal, while the room works (重建档案)")
    rebuild.add_argument("--server", required=True, help="https://desk.example")
    rebuild.add_argument("--token-file", type=Path, help="a file that holds a token with the scope admin")
    rebuild.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    rebuild.set_defaults(run=lambda asked: _run(asked, token_of))


def _run(asked: argparse.Namespace, token_of: TokenOf) -> int:
    headers = {"authorization": f"Bearer {token_of(asked)}"}
    with httpx.Client(base_url=asked.server, headers=headers, timeout=TIMEOUT_S) as client:
        try:
            return rebuild_records(client)
        except httpx.HTTPError as fault:
            raise Malformed(f"the server does not answer: {fault}", asked.server, "look at /health") from fault


def rebuild_records(client: httpx.Client) -> int:
    """Begin, and say how far it is until it has ended; 1: it failed, and the old records are in place.

    Raises `Malformed` where the server declines, and `httpx.HTTPError`.
    """
    state = _told(client.post(PATH))
    while state["running"]:
        print(f"  {state['rows']} / {state['until']}", flush=True)
        time.sleep(LOOK_EVERY_S)
        state = _told(client.get(PATH))
    if state["trouble"]:
        print(f"The old records stay: {state['trouble']}. 未能重建，仍用原档案：{state['trouble']}。")
        return 1
    print(f"The records have been made anew: {state['rows']} rows. 案件档案已重建：共 {state['rows']} 行。")
    return 0


def _told(answer: httpx.Response) -> Any:
    if answer.is_success:
        return answer.json()
    try:
        says = answer.json().get("detail") or answer.json().get("code")
    except ValueError:
        says = ""
    raise Malformed(f"the server answers {answer.status_code}: {says}", str(answer.url), "check address and token")
