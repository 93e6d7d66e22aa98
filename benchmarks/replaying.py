"""The real week as commands to the rules: what was done then, in the order in which it was done, at the true times.

No clock, no server: `decide` and `evolve` directly, on the city's own catalogue. Where the record shows a unit still on
another call, the assignment is tried as it stands, and then once more as the pre-emption that it was.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from turnout.city.folder import City
from turnout.city.simulated.week import RealCall, RealResponse
from turnout.core.board import Board, CrewMember, Location
from turnout.core.commands import Command
from turnout.core.context import Actor, Context
from turnout.core.decide import decide
from turnout.core.evolve import evolve
from turnout.core.incidents.commands import CancelIncident, DisposeAgency, OpenIncident
from turnout.core.no import No
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.refusals import Refusal, UnitNotAvailable
from turnout.core.tables.commands import PublishCatalogue
from turnout.core.timers.commands import RingTimer
from turnout.core.units.commands import AssignUnits, LogOn, ReportStatus
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import HOUR_MS, SECOND_MS, Moment

REPLAYER = Actor(id=ActorId("replay"), roles=(SYSTEM_ROLE,))
UTC_OFFSET_MIN = -480
UNFINISHED_S = 1800
"""Five responses have no time of becoming available; they are ended half an hour after the last thing known of them."""
TIMERS_EVERY = 40

What = Literal[
    "in-quarters", "available", "open", "assign", "enroute", "on-scene", "transporting", "at-destination", "close"
]
ORDER: tuple[What, ...] = (
    "in-quarters",
    "available",
    "open",
    "assign",
    "enroute",
    "on-scene",
    "transporting",
    "at-destination",
    "close",
)
"""What counts first within one second: a crew that clears can be sent in the same second."""


@dataclass(frozen=True, order=True)
class Act:
    """One thing that was done."""

    at: Moment
    rank: int
    number: int
    what: What = field(compare=False)
    call: RealCall = field(compare=False)
    response: RealResponse | None = field(compare=False, default=None)


@dataclass
class Verdict:
    """What the rules said to one real assignment."""

    act: Act
    how: str
    """`accepted`, `accepted as a pre-emption`, or the refusal's code."""
    held_by: str = ""
    """The call that the unit was still on."""


class Replay:
    """The board through the week."""

    def __init__(self, city: City, week: list[RealCall]) -> None:
        self.city, self.week = city, week
        self.board = Board.empty()
        self.assignments: list[Verdict] = []
        self.other: Counter[tuple[str, str]] = Counter()
        self.commands = 0
        self._acts = [*self._of_week()]
        heapq.heapify(self._acts)
        self._numbers = len(self._acts)
        self.before_first_dispatch: Callable[[Act], None] = lambda act: None
        self.after_clear: Callable[[Act], Moment | None] = lambda act: None
        self.still_home: Callable[[Act], bool] = lambda act: True
        """Three looks of whoever watches: before a first dispatch, after a clear (when will it be home?), at home."""
        self._sent: set[str] = set()

    def _of_week(self) -> Iterator[Act]:
        number = 0
        for call in self.week:
            ends = []
            for response in call.responses:
                for what, at_s in stamps(response):
                    number += 1
                    yield Act(moment(call, at_s), ORDER.index(what), number, what, call, response)
                    ends.append(at_s)
            opened_s = min(r.entry_s or 0 for r in call.responses)
            yield Act(moment(call, opened_s), ORDER.index("open"), number + 1, "open", call)
            yield Act(moment(call, max(ends)), ORDER.index("close"), number + 2, "close", call)
            number += 2

    # Commands. --------------------------------------------------------------------------------------------------------

    def submit(self, command: Command, at: Moment) -> Refusal | None:
        """Decide and, where not refused, evolve."""
        self.commands += 1
        context = Context(at=at, actor=REPLAYER, command_id=CommandId(f"replay/{self.commands}"))
        decision = decide(self.board, command, context)
        if isinstance(decision, No):
            return decision
        for event in decision:
            self.board = evolve(self.board, event)
        return None

    def prepare(self) -> None:
        """Tables, and everybody on duty a little before the first call."""
        at = Moment(self.week[0].received - HOUR_MS)
        catalogue = self.city.catalogue
        refusal = self.submit(
            PublishCatalogue(catalogue=msgspec.structs.replace(catalogue, utc_offset_min=UTC_OFFSET_MIN)), at
        )
        assert refusal is None, refusal
        for unit in catalogue.units.values():
            crew = tuple(CrewMember(f"{unit.id}-{n}") for n in range(catalogue.unit_kinds[unit.kind].crew_min))
            self.submit(LogOn(unit=unit.id, crew=crew), at)

    def run(self) -> None:
        self.prepare()
        done = 0
        while self._acts:
            act = heapq.heappop(self._acts)
            done += 1
            if done % TIMERS_EVERY == 0:
                self._ring(act.at)
            self._do(act)

    def _ring(self, at: Moment) -> None:
        """The clock's part: due timers ring, closed incidents leave the board."""
        due = [timer.id for timer in self.board.timers.values() if timer.due <= at and timer.rung is None]
        for timer in due:
            if timer in self.board.timers:
                self.submit(RingTimer(timer=timer), at)

    def _do(self, act: Act) -> None:
        match act.what:
            case "open":
                self._open(act)
            case "assign":
                self._assign(act)
            case "close":
                self._close(act)
            case "in-quarters":
                assert act.response is not None
                if self.still_home(act):
                    self.submit(ReportStatus(unit=act.response.unit, status="in-quarters"), act.at)
            case _:
                self._status(act)

    def _open(self, act: Act) -> None:
        call = act.call
        engines = sum(response.unit_type == "ENGINE" for response in call.responses)
        code = self.city.type_of_call(call.call_type, call.final_priority, engines)
        if not self.city.contains(call.place):
            self.other["open", "outside-city"] += 1
            return
        location = Location(
            text=call.address, place=call.place, kind="block", verified=True, zones=dict(self.city.zones_at(call.place))
        )
        command = OpenIncident(
            incident_id=call.number, type=code or "", location=location, narrative=call.call_type, priority=None
        )
        self._count("open", self.submit(command, act.at))

    def _assign(self, act: Act) -> None:
        response = act.response
        assert response is not None
        if act.call.number not in self._sent and act.call.number in self.board.incidents:
            self._sent.add(act.call.number)
            self.before_first_dispatch(act)
        command = AssignUnits(incident_id=act.call.number, units=(response.unit,))
        refusal = self.submit(command, act.at)
        how = "accepted" if refusal is None else type(refusal).__struct_config__.tag
        held_by = refusal.incident if isinstance(refusal, UnitNotAvailable) else ""
        if held_by:
            again = AssignUnits(incident_id=act.call.number, units=(response.unit,), preempt="closest-by-far")
            if self.submit(again, act.at) is None:
                how = "accepted as a pre-emption"
        self.assignments.append(Verdict(act, str(how), held_by))

    def _status(self, act: Act) -> None:
        response = act.response
        assert response is not None
        command = ReportStatus(unit=response.unit, status=act.what, incident_id=act.call.number)
        refusal = self.submit(command, act.at)
        if act.what == "available" and refusal is not None and refusal.__struct_config__.tag == "not-arrived":
            self._count(act.what, refusal)
            command = ReportStatus(
                unit=response.unit, status=act.what, incident_id=act.call.number, override="caller-information"
            )
            refusal = self.submit(command, act.at)
        self._count(act.what, refusal)
        if act.what == "available" and refusal is None:
            home = self.after_clear(act)
            if home is not None:
                self._numbers += 1
                heapq.heappush(self._acts, Act(home, 0, self._numbers, "in-quarters", act.call, response))

    def _close(self, act: Act) -> None:
        incident = self.board.incidents.get(act.call.number)  # type: ignore[call-overload]
        if incident is None or incident.status == "closed":
            return
        for agency in incident.agencies:
            self.submit(DisposeAgency(incident_id=incident.id, agency=agency, disposition="OTH"), act.at)
        incident = self.board.incidents[incident.id]
        if incident.status != "closed":
            self._count(
                "cancel", self.submit(CancelIncident(incident_id=incident.id, reason="caller-cancelled"), act.at)
            )
        else:
            self._count("close", None)

    def _count(self, what: str, refusal: Refusal | None) -> None:
        code = "accepted" if refusal is None else str(type(refusal).__struct_config__.tag)
        self.other[what, code] += 1


def stamps(response: RealResponse) -> Iterator[tuple[What, int]]:
    """What one unit did, with seconds after the call was received."""
    pairs: list[tuple[What, int | None]] = [
        ("assign", response.dispatch_s),
        ("enroute", response.response_s),
        ("on-scene", response.on_scene_s),
        ("transporting", response.transport_s),
        ("at-destination", response.hospital_s),
    ]
    known = [(what, at_s) for what, at_s in pairs if at_s is not None]
    yield from known
    last_s = max(at_s for _, at_s in known)
    yield "available", response.available_s if response.available_s is not None else last_s + UNFINISHED_S


def moment(call: RealCall, at_s: int) -> Moment:
    return Moment(call.received + at_s * SECOND_MS)
