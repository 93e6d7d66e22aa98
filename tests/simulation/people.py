"""Who uses the servers over a network that loses things: senders of commands, and consoles that hold rows."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, Final

import msgspec

from tests.campaign.history import Asked
from tests.desk.stand_ins import NOON
from tests.desk.toy_book import (
    AddUnit,
    AssignUnit,
    CloseIncident,
    MeetBug,
    OpenIncident,
    ReleaseUnit,
    StartTimer,
    ToyCommand,
)
from tests.simulation.loop import VirtualLoop
from tests.simulation.servers import Server
from turnout.desk.answers import Done, Refused
from turnout.desk.faults import BugFound, Fault
from turnout.desk.subscribers import Changes, Cut, Message, Snapshot

UNITS: Final = ("E1", "E2", "E3", "M4")
INCIDENTS: Final = ("I1", "I2", "I3")
ANSWER_S: Final = 3.0
"""A sender that has heard nothing for so long sends the same identity again."""


class Network:
    """Between people and servers. `lossy`: the share of requests and of answers that are lost, each."""

    def __init__(self, loop: VirtualLoop, rng: random.Random, reached: Callable[[str], None]) -> None:
        self.loop, self.rng, self.reached = loop, rng, reached
        self.lossy = 0.0

    def loses(self, kind: str) -> bool:
        if self.rng.random() >= self.lossy:
            return False
        self.reached(kind)
        return True

    def delay_s(self) -> float:
        return self.rng.uniform(0.0005, 0.02)

    def ask(self, server: Server, command: ToyCommand, command_id: str) -> "asyncio.Future[Any]":
        """One request; the future has what the server said, a `Fault` too, if anything ever comes."""
        answer = self.loop.create_future()
        if not self.loses("a command is lost on its way"):
            self.loop.in_the_world(self.delay_s(), self._arrive, server, command, command_id, answer)
        return answer

    def _arrive(self, server: Server, command: ToyCommand, command_id: str, answer: "asyncio.Future[Any]") -> None:
        if server.is_up:
            server.process.spawn(self._handle(server, command, command_id, answer), f"handles {command_id}")

    async def _handle(
        self, server: Server, command: ToyCommand, command_id: str, answer: "asyncio.Future[Any]"
    ) -> None:
        said: Any
        try:
            said = await server.take(command, command_id)
        except Fault as fault:
            said = fault
        if not self.loses("an answer is lost on its way"):
            self.loop.in_the_world(self.delay_s(), lambda: answer.done() or answer.set_result(said))


class Sender:
    """Sends one command after the other, each until it knows what became of it. `asked` is its side of the history."""

    def __init__(self, number: int, network: Network, servers: list[Server], tick: Callable[[], float]) -> None:
        self.number, self._network, self._servers, self._tick = number, network, servers, tick
        self._rng = random.Random(network.rng.random())
        self._at = 0
        self.asked: list[Asked] = []
        self.may_go_on = True

    async def work(self) -> None:
        for unit in UNITS:
            await self._know(AddUnit(unit))
        for incident in INCIDENTS:
            await self._know(OpenIncident(incident, "fire"))
        while self.may_go_on:
            await self._know(self._next())
            await asyncio.sleep(self._rng.expovariate(6.0))

    def _next(self) -> ToyCommand:
        unit, incident, draw = self._rng.choice(UNITS), self._rng.choice(INCIDENTS), self._rng.random()
        if draw < 0.45:
            return AssignUnit(unit, incident)
        if draw < 0.8:
            return ReleaseUnit(unit)
        if draw < 0.86:
            return OpenIncident(incident, self._rng.choice(("fire", "secret")))
        if draw < 0.91:
            return CloseIncident(incident)
        if draw < 0.98:
            due = NOON + int((self._network.loop.world_s + self._rng.uniform(0, 4)) * 1000)
            return StartTimer(f"T{self.number}-{len(self.asked)}", due)
        return MeetBug()

    async def _know(self, command: ToyCommand) -> None:
        one = Asked(f"c{self.number}-{len(self.asked)}", self._content(command), self._tick())
        self.asked.append(one)
        times = 0
        while one.outcome == "unknown":
            said = await self._said(command, one.id)
            times += 1
            if isinstance(said, Done | Refused):
                self._note(one, said)
                if times > 1:
                    self._network.reached("a command sent again is answered")
            elif isinstance(said, BugFound):
                self._network.reached("a command meets a bug")
                return
            else:
                self._at += 1
                await asyncio.sleep(self._rng.uniform(0.05, 0.5))

    def _content(self, command: Any) -> dict[str, Any]:
        """As the judge of histories reads it."""
        content: dict[str, Any] = msgspec.to_builtins(command)
        return content | {"units": [content.get("unit")]}

    async def _said(self, command: ToyCommand, command_id: str) -> Any:
        server = self._servers[self._at % len(self._servers)]
        copies = [self._network.ask(server, command, command_id)]
        if self._rng.random() < 0.1:
            self._network.reached("a command is sent twice at once")
            copies.append(self._network.ask(server, command, command_id))
        await asyncio.wait(copies, timeout=ANSWER_S)
        said = [copy.result() for copy in copies if copy.done() and isinstance(copy.result(), Done | Refused)]
        if len(said) == 2:
            same = [msgspec.structs.replace(one, repeated=False) for one in said]
            assert same[0] == same[1], f"{command_id} was told {said}"
        faults = [copy.result() for copy in copies if copy.done()]
        return (said or faults or [None])[0]

    def _note(self, one: Asked, said: Any) -> None:
        one.ended = self._tick()
        if isinstance(said, Done):
            one.outcome, one.seq_from, one.seq_to = "done", said.first_seq, said.last_seq
            if said.last_seq < said.first_seq:
                one.seq_from = one.seq_to = 0
        else:
            one.outcome, one.code = "refused", str(said.refusal.__struct_config__.tag)


class Console:
    """Holds rows as a browser does, stalls, goes, and comes back to any server from where it was."""

    def __init__(self, name: str, network: Network, servers: list[Server], sees: Callable[[Any], bool]) -> None:
        self.name, self._network, self._servers, self.sees = name, network, servers, sees
        self._rng = random.Random(network.rng.random())
        self.rows: dict[tuple[str, str], Any] = {}
        self.seq: int | None = None
        self.mark = ""
        self.is_steady = False
        """From now on it neither stalls nor goes."""
        self._line = 0

    async def follow(self) -> None:
        at = 0
        while True:
            at += 1
            server = self._servers[at % len(self._servers)]
            self._line += 1
            over, ready = asyncio.Event(), asyncio.Event()
            ready.set()
            if server.is_up and server.subscribers is not None:
                process = server.process
                process.spawn(self._stream(server, self._line, over, ready), f"{self.name} line {self._line}")
                await self._listen(server, process, over, ready)
            await asyncio.sleep(self._rng.uniform(0.05, 0.4))

    async def _listen(self, server: Server, process: Any, over: asyncio.Event, ready: asyncio.Event) -> None:
        """Until the line is over. A browser notices a silent server by its missing beats."""
        while not over.is_set() and server.process is process and server.is_up:
            draw = self._rng.random() if not self.is_steady else 1.0
            if draw < 0.05:
                self._network.reached("a console stalls")
                ready.clear()
                await asyncio.sleep(self._rng.uniform(0.5, 4))
                ready.set()
            elif draw < 0.08:
                self._network.reached("a console goes and comes back")
                break
            await asyncio.sleep(self._rng.uniform(0.1, 0.4))
        self._line += 1  # whatever is still on its way on this line is not heard any more

    async def _stream(self, server: Server, line: int, over: asyncio.Event, ready: asyncio.Event) -> None:
        if server.subscribers is None:
            over.set()
            return
        resume = self.seq
        try:
            subscription = server.subscribers.subscribe(resume, self.sees, self.mark)
        except Fault:
            self._network.reached("a console is turned away from a desk that has seen less")
            over.set()
            return
        arrives_s = 0.0
        async for message in subscription:
            now_s = self._network.loop.world_s
            arrives_s = max(arrives_s + 1e-6, now_s + self._network.delay_s())
            self._network.loop.in_the_world(arrives_s - now_s, self._hear, line, message, resume)
            await ready.wait()
            if self._line != line:
                break
        subscription.close()
        self._network.loop.in_the_world(0.03, over.set)

    def _hear(self, line: int, message: Message, resume: int | None) -> None:
        if line != self._line:
            return
        match message:
            case Snapshot():
                self.rows = {_key(raw): msgspec.json.decode(raw)["row"] for raw in message.rows}
                self._reach(message.seq, message.mark)
            case Changes():
                if message.seq and resume is not None and resume == self.seq:
                    self._network.reached("a console goes on from its sequence")
                for raw in message.upserts:
                    self.rows[_key(raw)] = msgspec.json.decode(raw)["row"]
                for key in message.removes:
                    assert key in self.rows, f"{self.name} was told to remove {key}, which it never had"
                    del self.rows[key]
                self._reach(message.seq, message.mark)
            case Cut():
                self._network.reached("a console is cut off")

    def _reach(self, seq: int, mark: str) -> None:
        assert self.seq is None or seq >= self.seq, f"{self.name} had seen {self.seq} and is shown {seq}"
        self.seq, self.mark = seq, mark


def _key(raw: msgspec.Raw) -> tuple[str, str]:
    decoded = msgspec.json.decode(raw)
    return decoded["table"], decoded["id"]
