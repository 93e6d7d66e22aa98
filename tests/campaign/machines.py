"""Three machines in network namespaces of this one: two with PostgreSQL, keeper and desk, and a witness.

Each has its own address on a bridge that lies in a namespace of its own; the clients are on a fourth line. Everything
is undone at the end.
"""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.postgres_pair import find_programs, server_user
from tests.two_servers import CITY
from turnout.keeper.register import Read, Reply, newest
from turnout.keeper.site import Site, load_site
from turnout.keeper.wire import Line

ROOT = Path(__file__).parents[2]
POSTGRES, KEEPER, DESK = 5432, 7400, 8080
PATIENCE_S = 90
HOST_OF = {"a": 1, "b": 2, "witness": 3}


def why_not_here() -> str:
    """Why namespaces cannot be made on this machine; empty: they can."""
    if os.getuid() != 0:
        return "network namespaces need root"
    if shutil.which("ip") is None or shutil.which("setpriv") is None:
        return "network namespaces need iproute2, and the keeper setpriv"
    tried = subprocess.run(["unshare", "-n", "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "network namespaces are not permitted here"


def ip(*words: str) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


class Network:
    """A bridge with a line to each machine and one to the clients; the campaign cuts and mends them."""

    def __init__(self) -> None:
        mark = random.randrange(4096)
        self._mark, self._net = f"tn{mark:03x}", f"10.{200 + mark // 256}.{mark % 256}"
        self._hub = f"{self._mark}h"
        ip("netns", "add", self._hub)
        ip("-n", self._hub, "link", "add", "bridge", "type", "bridge")
        ip("-n", self._hub, "link", "set", "bridge", "up")
        for name in HOST_OF:
            ip("netns", "add", self.space(name))
            ip("-n", self.space(name), "link", "set", "lo", "up")
            self._wire(name, ("-n", self.space(name)), self.host(name))
        self._wire("clients", (), f"{self._net}.254")

    def _wire(self, name: str, inside: tuple[str, ...], address: str) -> None:
        port, end = f"{self._mark}{name[:1]}0", f"{self._mark}{name[:1]}1"
        ip("-n", self._hub, "link", "add", port, "type", "veth", "peer", "name", end)
        target = self.space(name) if inside else "1"
        ip("-n", self._hub, "link", "set", end, "netns", target)
        ip("-n", self._hub, "link", "set", port, "master", "bridge", "up")
        ip(*inside, "addr", "add", f"{address}/24", "dev", end)
        ip(*inside, "link", "set", end, "up")

    def space(self, name: str) -> str:
        return f"{self._mark}{name[:1]}"

    def host(self, name: str) -> str:
        return f"{self._net}.{HOST_OF[name]}"

    def within(self, name: str, *words: str) -> list[str]:
        return ["ip", "netns", "exec", self.space(name), *words]

    def cut(self, name: str) -> None:
        """Nothing reaches the machine and nothing leaves it."""
        ip("-n", self._hub, "link", "set", f"{self._mark}{name[:1]}0", "down")

    def cut_one_way(self, name: str, other: str) -> None:
        """What `name` sends to `other` is lost; what `other` sends arrives."""
        ip("-n", self.space(name), "route", "add", "blackhole", f"{self.host(other)}/32")

    def cut_replication(self, primary: str, standby: str) -> None:
        """What PostgreSQL on the primary's machine sends to the standby's is lost, and nothing else."""
        rule = ("rule", "add", "to", self.host(standby), "ipproto", "tcp", "sport", str(POSTGRES), "blackhole")
        ip("-n", self.space(primary), *rule)

    def mend(self) -> None:
        for name in HOST_OF:
            ip("-n", self._hub, "link", "set", f"{self._mark}{name[:1]}0", "up")
            for other in HOST_OF:
                rest = (self.host(other), "ipproto", "tcp", "sport", str(POSTGRES), "blackhole")
                for words in (("route", "del", "blackhole", f"{self.host(other)}/32"), ("rule", "del", "to", *rest)):
                    command = ["ip", "-n", self.space(name), *words]
                    subprocess.run(command, capture_output=True, check=False)

    def remove(self) -> None:
        for space in (*(self.space(name) for name in HOST_OF), self._hub):
            ip("netns", "del", space)


class Machine:
    """One of the two with a database. Each part is a process of its own; `None` while it is down."""

    def __init__(self, name: str, network: Network, folder: Path, site: Path, database: str) -> None:
        self.name, self._network, self._site, self._database = name, network, site, database
        self.folder = folder / name
        self.data, self.desk_data, self._state = self.folder / "data", folder / f"{name}-desk", folder / f"{name}-keep"
        self.folder.mkdir(mode=0o755)
        if (user := server_user()) is not None:
            shutil.chown(self.folder, user)
        self.url = f"http://{network.host(name)}:{DESK}"
        self.keeper: subprocess.Popen[bytes] | None = None
        self.desk: subprocess.Popen[bytes] | None = None

    def run(self, program: str, *words: str) -> None:
        command = [str(find_programs() / program), *words]
        done = subprocess.run(command, user=server_user(), cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def make_database(self) -> None:
        self.run("initdb", "-D", str(self.data), "-U", "turnout", "-A", "trust", "-E", "UTF8", "--no-sync")
        with (self.data / "pg_hba.conf").open("a", encoding="utf-8") as file:
            file.write("host all all samenet trust\nhost replication all samenet trust\n")
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("shared_buffers = 32MB\nmax_connections = 60\n")

    def start(self) -> None:
        """What is down of keeper and desk."""
        self.start_keeper()
        self.start_desk()

    def start_keeper(self) -> None:
        if self.keeper is None or self.keeper.poll() is not None:
            keep = ("keep", "--site", str(self._site), "--node", self.name, "--state", str(self._state))
            self.keeper = self._turnout(*keep, "--pgdata", str(self.data))

    def start_desk(self) -> None:
        if self.desk is None or self.desk.poll() is not None:
            serve = ("serve", "--no-simulation", "--database", self._database, "--data", str(self.desk_data))
            self.desk = self._turnout(*serve, "--host", self._network.host(self.name), "--port", str(DESK))

    def _turnout(self, *words: str) -> subprocess.Popen[bytes]:
        with (self.folder.parent / f"{self.name}-{words[0]}.log").open("ab") as log:
            command = self._network.within(self.name, sys.executable, "-m", "turnout.main", *words)
            return subprocess.Popen(
                command,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=os.environ | {"PYTHONPATH": str(ROOT), "TURNOUT_UNENCRYPTED": "yes"},
            )

    def database_processes(self) -> list[int]:
        with suppress(OSError, ValueError, IndexError):
            first = int((self.data / "postmaster.pid").read_text().split()[0])
            children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
            return [first, *map(int, children)]
        return []

    def signal_database(self, number: signal.Signals) -> None:
        for process in self.database_processes():
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def kill_keeper(self) -> None:
        self.keeper = _killed(self.keeper)

    def kill_desk(self) -> None:
        self.desk = _killed(self.desk)

    def kill(self) -> None:
        """As if its power were gone."""
        self.signal_database(signal.SIGKILL)
        self.kill_keeper()
        self.kill_desk()

    def freeze(self, number: signal.Signals = signal.SIGSTOP) -> None:
        for process in (self.keeper, self.desk):
            if process is not None:
                process.send_signal(number)
        self.signal_database(number)

    def thaw(self) -> None:
        self.freeze(signal.SIGCONT)


def _killed(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.send_signal(signal.SIGKILL)
        process.wait()


class Machines:
    """The site: `a` and `b`, and the witness that only votes."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.network = folder, Network()
        (folder / "secret").write_text("a secret of this test alone\n", encoding="utf-8")
        site = folder / "site.toml"
        site.write_text(self._said(), encoding="utf-8")
        self.site: Site = load_site(site)
        hosts = ",".join(f"{self.network.host(name)}:{POSTGRES}" for name in ("a", "b"))
        self.database = f"postgresql://turnout@{hosts}/postgres"
        self.a, self.b = (Machine(name, self.network, folder, site, self.database) for name in ("a", "b"))
        keep = ("keep", "--site", str(site), "--node", "witness", "--state", str(folder / "witness-keep"))
        self._witness_command = self.network.within("witness", sys.executable, "-m", "turnout.main", *keep)
        self.witness = self.started_witness()
        self._site_file = site

    def _said(self) -> str:
        said = [f'secret = "{self.folder / "secret"}"', 'user = "turnout"', "encrypted_below = true"]
        for name in HOST_OF:
            said += [f"[node.{name}]", f'keeper = "{self.network.host(name)}:{KEEPER}"']
            said += [f'postgres = "{self.network.host(name)}:{POSTGRES}"'] if name != "witness" else []
        return "\n".join(said) + "\n"

    def started_witness(self) -> subprocess.Popen[bytes]:
        with (self.folder / "witness-keep.log").open("ab") as log:
            return subprocess.Popen(self._witness_command, cwd=ROOT, stdout=log, stderr=log)

    def keep(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "turnout.main", "keep", "--site", str(self._site_file), *words]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    async def ask_voters(self) -> dict[str, Reply]:
        lines = {name: Line(self.site.secret, node.keeper) for name, node in self.site.nodes.items()}
        replies = await asyncio.gather(*(line.ask(Read()) for line in lines.values()))
        for line in lines.values():
            await line.close()
        return {name: reply for name, reply in zip(lines, replies, strict=True) if reply is not None}

    async def primary(self) -> Machine | None:
        """Whom the newest value names, once its PostgreSQL is one."""
        replies = await self.ask_voters()
        value = newest(replies.values())
        if value is None or value.primary not in replies or replies[value.primary].postgres != "primary":
            return None
        return self.a if value.primary == "a" else self.b

    def other(self, machine: Machine) -> Machine:
        return self.b if machine is self.a else self.a

    async def together(self) -> Machine | None:
        """The primary, when the standby is in step and every voter is heard."""
        replies = await self.ask_voters()
        value = newest(replies.values())
        whole = len(replies) == len(HOST_OF) and value is not None and value.mode == "together"
        return await self.primary() if whole else None

    async def begin(self) -> None:
        self.a.make_database()
        for machine in (self.a, self.b):
            machine.start_keeper()
        await until(lambda: _all_heard(self), PATIENCE_S)
        done = self.keep("--begin", "a")
        assert done.returncode == 0, done.stderr
        await until(self.together, PATIENCE_S)

    def copy_site_key(self) -> None:
        (self.b.desk_data / CITY).mkdir(parents=True, exist_ok=True)
        shutil.copy(self.a.desk_data / CITY / "vault.site-key", self.b.desk_data / CITY)

    def end(self) -> None:
        for machine in (self.a, self.b):
            machine.thaw()
            machine.kill()
        _killed(self.witness)
        self.network.remove()


async def _all_heard(machines: Machines) -> bool:
    return len(await machines.ask_voters()) == len(HOST_OF)


async def until(found: Callable[[], Awaitable[Any]], within_s: float) -> Any:
    async with asyncio.timeout(within_s):
        while not (answer := await found()):
            await asyncio.sleep(0.05)
        return answer


@contextmanager
def three_machines() -> Iterator[Machines]:
    """Their folder's name is short: sockets are in it."""
    folder = Path(tempfile.mkdtemp(prefix="turnout-ns-", dir="/tmp"))
    folder.chmod(0o755)
    machines = Machines(folder)
    try:
        yield machines
    finally:
        machines.end()
        if "TURNOUT_KEEP_LOGS" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
