"""`turnout keep`: the keeper of one machine, and what a person asks of the keepers."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from turnout.keeper.disk import MemoryFile
from turnout.keeper.keeper import Keeper, OwnVoter
from turnout.keeper.postgresql import Postgresql
from turnout.keeper.register import Begin, Read, Reply, Value, newest
from turnout.keeper.site import Node, Site, load_site
from turnout.keeper.voter import Voter
from turnout.keeper.voting import Voting
from turnout.keeper.wire import Line, Question, Switch, VoterServer
from turnout.words.trouble import Malformed


def add_keeper_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    keep = commands.add_parser("keep", help="keep a PostgreSQL and its standby: take over when the primary is lost")
    keep.add_argument("--site", type=Path, required=True, help="the file that names the three machines")
    keep.add_argument("--node", help="which of them this machine is")
    keep.add_argument("--pgdata", type=Path, help="PostgreSQL's data folder (default: none, this is the witness)")
    keep.add_argument("--state", type=Path, help="where this voter remembers what it has promised")
    keep.add_argument("--begin", metavar="NODE", help="once, for a new site: NODE has the data and is the primary")
    keep.add_argument("--status", action="store_true", help="say who is primary and what every machine says")
    keep.add_argument("--switch", action="store_true", help="make the standby the primary, without loss")
    keep.set_defaults(run=run_keep)


def run_keep(asked: argparse.Namespace) -> int:
    """0: done; 1: it could not be done, and why was said."""
    site = load_site(asked.site)
    if asked.begin:
        return asyncio.run(_begin(site, asked.begin))
    if asked.status:
        return asyncio.run(_status(site))
    if asked.switch:
        return asyncio.run(_switch(site))
    node = site.nodes.get(asked.node or "")
    if node is None or asked.state is None:
        raise Malformed("--node and --state are needed", where="command line", cure=f"one of {', '.join(site.nodes)}")
    if (node.postgres is None) != (asked.pgdata is None):
        raise Malformed("--pgdata belongs to a node with `postgres`", where="command line", cure="see the site's file")
    asked.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.run(keep(site, node, asked.state, asked.pgdata))
    return 0


async def keep(site: Site, node: Node, state: Path, pgdata: Path | None) -> None:
    """Until SIGTERM or Ctrl-C."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    voter = Voter(node.name, MemoryFile(state), time.monotonic)
    lines = {name: Line(site.secret, other.keeper) for name, other in site.nodes.items() if name != node.name}
    keeper = None
    if pgdata is not None:
        voting = Voting(node.name, {node.name: OwnVoter(voter), **lines}, time.monotonic)
        postgresql = Postgresql(site, node.name, pgdata)
        keeper = Keeper(voter, voting, postgresql, site.other_postgres(node.name).name, time.monotonic)
    server = await VoterServer(site.secret, _answering(voter, keeper)).listen(node.keeper)
    working = asyncio.create_task(keeper.run() if keeper is not None else _witness(voter, lines))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([working, stopping], return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            working.result()
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)
        if keeper is not None:
            await keeper.leave()
        server.close()
        for line in lines.values():
            await line.close()


async def _witness(voter: Voter, lines: dict[str, Line]) -> None:
    """A witness that has lost its disk learns from both others; else it only answers."""
    voting = Voting(voter.name, {voter.name: OwnVoter(voter), **lines}, time.monotonic)
    while True:
        await voting.learn_again(voter)
        await asyncio.sleep(1.0)


def _answering(voter: Voter, keeper: Keeper | None) -> Callable[[Question], Any]:
    async def answer(question: Question) -> Reply:
        if isinstance(question, Switch):
            reply = await voter.hear(Read())
            done = keeper is not None and keeper.ask_to_switch()
            return Reply(reply.node, "" if done else "not-so", reply.memory, reply.is_leased, reply.postgres)
        return await voter.hear(question)

    return answer


async def _ask_all(site: Site, question: Question) -> dict[str, Reply | None]:
    lines = {name: Line(site.secret, node.keeper) for name, node in site.nodes.items()}
    replies = await asyncio.gather(*(line.ask(question) for line in lines.values()))
    for line in lines.values():
        with suppress(OSError):
            await line.close()
    return dict(zip(lines, replies, strict=True))


async def _begin(site: Site, name: str) -> int:
    node = site.nodes.get(name)
    if node is None or node.postgres is None:
        raise Malformed(f"{name!r} has no PostgreSQL", where="--begin", cure="a node with `postgres`")
    value = Value(1, name)
    before = await _ask_all(site, Read())
    if missing := [name for name, reply in before.items() if reply is None]:
        return _say(f"no answer from {', '.join(missing)}: all three are needed to begin", 1)
    if any(reply is not None and reply.memory.value not in (None, value) for reply in before.values()):
        return _say("this site has begun already: see --status", 1)
    await _ask_all(site, Begin(value))
    return await _status(site)


async def _status(site: Site) -> int:
    replies = await _ask_all(site, Read())
    for name, reply in replies.items():
        if reply is None:
            print(f"{name}: no answer 没有回应")
        else:
            print(f"{name}: {reply.postgres or 'witness'}{'' if reply.memory.value else ', new'}")
    heard = [reply for reply in replies.values() if reply is not None]
    value = newest(heard)
    if value is None or len(heard) * 2 <= len(replies):
        return _say("no majority: nobody may write 未达多数：不可写入", 1)
    print(f"primary {value.primary}, {value.mode}, epoch {value.epoch}")
    return 0


async def _switch(site: Site) -> int:
    before = newest([reply for reply in (await _ask_all(site, Read())).values() if reply is not None])
    replies = await _ask_all(site, Switch())
    if not any(reply is not None and not reply.why for reply in replies.values()):
        return _say("not now: the standby is not in step 备机未同步，暂不能切换", 1)
    for _ in range(60):
        await asyncio.sleep(0.5)
        value = newest([reply for reply in (await _ask_all(site, Read())).values() if reply is not None])
        if before is not None and value is not None and value.epoch > before.epoch:
            return await _status(site)
    return _say("the standby has not taken over 备机未接管", 1)


def _say(what: str, status: int) -> int:
    print(what, file=sys.stderr)
    return status
