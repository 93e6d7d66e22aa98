"""`turnout records rebuild`: have a running server make its records anew, and say how far it is."""

import argparse
import time
from typing import Final

import httpx

from turnout.server_asked import TokenOf, add_server_arguments, server_asked, told

PATH: Final = "/api/v1/records/rebuild"
LOOK_EVERY_S: Final = 1.0


def add_records_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", token_of: TokenOf) -> None:
    records = commands.add_parser("records", help="look after the records of a running server (案件档案)")
    inner = records.add_subparsers(required=True, metavar="what")
    rebuild = inner.add_parser("rebuild", help="make them anew from the journal, while the room works (重建档案)")
    add_server_arguments(rebuild, "the scope admin")
    rebuild.set_defaults(run=lambda asked: _run(asked, token_of))


def _run(asked: argparse.Namespace, token_of: TokenOf) -> int:
    with server_asked(asked, token_of) as client:
        return rebuild_records(client)


def rebuild_records(client: httpx.Client) -> int:
    """Begin, and say how far it is until it has ended; 1: it failed, and the old records are in place.

    Raises `Malformed` where the server declines, and `httpx.HTTPError`.
    """
    state = told(client.post(PATH))
    while state["running"]:
        print(f"  {state['rows']} / {state['until']}", flush=True)
        time.sleep(LOOK_EVERY_S)
        state = told(client.get(PATH))
    if state["trouble"]:
        print(f"The old records stay: {state['trouble']}. 未能重建，仍用原档案：{state['trouble']}。")
        return 1
    print(f"The records have been made anew: {state['rows']} rows. 案件档案已重建：共 {state['rows']} 行。")
    return 0
