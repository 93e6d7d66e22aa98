"""`turnout up --role …` and `turnout hand-over`: the one program as several processes of a city.

Each role is a process: what takes long in one makes nobody wait in another, and each is stopped, upgraded and started
by itself. With several roles this process only starts one for each, on ports one after the other, and ends with them
all as soon as one ends: whoever watches it (systemd) starts it again.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Final

import httpx
import msgspec

from turnout.adapters.between.desk_line import DeskLine, client_for, trusted
from turnout.adapters.storage.postgres.between import PostgresBetween
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.lease import PostgresLease
from turnout.clear_lines import refuse_clear_lines
from turnout.config import Settings
from turnout.desk.faults import Fault
from turnout.desk.operations import Operations
from turnout.edge_role import serve_edge
from turnout.in_turn import serve_in_turn
from turnout.terminal import say, stop_signal
from turnout.words.trouble import Malformed

ROLES: Final = ("edge", "desk", "worker")
"""In the order of their ports: people come to the first."""

HAND_OVER_WITHIN_S: Final = 10.0
ENDS_WITHIN_S: Final = 15.0
"""For a desk to finish what it has taken and keep a snapshot."""

SettingsOf = Callable[[argparse.Namespace], Settings]


def add_role_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", settings_of: SettingsOf
) -> list[argparse.ArgumentParser]:
    """The commands whose settings are those of `serve`, for the caller to add."""
    up = commands.add_parser("up", help="run one role, or several, of a city on PostgreSQL")
    up.add_argument("--role", dest="roles", action="append", choices=ROLES, required=True, help="may be given again")
    up.add_argument("--nats", help="NATS servers that carry rows and places between processes: nats://a,nats://b")
    up.add_argument("--worker", help="for an edge: the address of a worker, http://127.0.0.1:8082")
    up.add_argument("--trust", type=Path, help="certificates (PEM) by which the city's other processes are known")
    up.set_defaults(run=lambda asked: _up(settings_of(asked)))
    over = commands.add_parser("hand-over", help="have another process take the desk, for maintenance")
    over.add_argument("--trust", type=Path, help=argparse.SUPPRESS)
    over.set_defaults(run=lambda asked: asyncio.run(hand_over(settings_of(asked))))
    return [up, over]


def _up(settings: Settings) -> int | None:
    if not settings.database:
        raise Malformed("roles need a database", where="--database", cure="or `turnout serve`, which is all in one")
    refuse_clear_lines(settings)
    roles: list[str] = [role for role in ROLES if role in settings.roles]
    if len(roles) > 1:
        return asyncio.run(_children(settings, roles))
    alone = msgspec.structs.replace(settings, roles=tuple(roles), simulation=False)
    asyncio.run(serve_in_turn(alone) if roles == ["desk"] else serve_edge(alone, roles[0]))
    return None


async def _children(settings: Settings, roles: list[str]) -> int:
    """One process for each role, until one of them ends or this one is to stop. 0 when it was to stop."""
    stop = stop_signal()
    running = {
        role: await asyncio.create_subprocess_exec(*_words(role, roles, settings, settings.port + number))
        for number, role in enumerate(roles)
    }
    waiting = [asyncio.create_task(child.wait()) for child in running.values()]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*waiting, stopping], return_when=asyncio.FIRST_COMPLETED)
    for child in running.values():
        with suppress(ProcessLookupError):
            child.send_signal(signal.SIGTERM)
    await asyncio.wait(waiting, timeout=ENDS_WITHIN_S)
    for child in running.values():
        with suppress(ProcessLookupError):
            child.kill()
    stopping.cancel()
    return 0 if stop.is_set() else 1


def _words(role: str, roles: list[str], settings: Settings, port: int) -> list[str]:
    """This command line again, for one role on its own port. Terminals come to the edge alone."""
    kept: list[str] = []
    own = ("--role", "--port") if role == "edge" else ("--role", "--port", "--devices-port")
    words = iter(sys.argv[1:])
    for word in words:
        if word in own:
            next(words, "")
        elif word.partition("=")[0] not in own:
            kept.append(word)
    if role == "edge" and "worker" in roles and "--worker" not in kept:
        host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
        kept += ["--worker", f"{settings.scheme}://{host}:{port + roles.index('worker')}"]
    return [sys.executable, "-m", "turnout.main", *kept, "--role", role, "--port", str(port)]


async def hand_over(settings: Settings) -> int:
    """Ask the desk to let go, and wait until another has taken it. 1 when none did."""
    if not settings.database:
        raise Malformed("which city?", where="--database", cure="the database of the desk that is to hand over")
    database = Database(settings.database, Operations.stream)
    async with AsyncExitStack() as stack:
        between, lease = PostgresBetween(database), PostgresLease(database)
        stack.push_async_callback(between.close)
        stack.push_async_callback(lease.close)
        try:
            client: httpx.AsyncClient = await stack.enter_async_context(
                client_for(await between.key(), trusted(settings.trust))
            )
            before = (await lease.look()).seen
            await DeskLine(between.find_door, client).ask("hand-over", b"{}", HAND_OVER_WITHIN_S)
            until = time.monotonic() + HAND_OVER_WITHIN_S
            while time.monotonic() < until:
                seen = (await lease.look()).seen
                if seen.epoch > before.epoch and seen.holder.rpartition("/")[0] != before.holder.rpartition("/")[0]:
                    say(f"{seen.holder} is the desk.", f"现由 {seen.holder} 担任指挥台。")
                    return 0
                await asyncio.sleep(0.05)
        except Fault as fault:
            raise Malformed(str(fault), where="hand-over", cure="is there a desk, and can it be reached?") from fault
    say("Nobody took the desk: it goes on where it was.", "没有其他服务器接任，指挥台仍在原处。")
    return 1
