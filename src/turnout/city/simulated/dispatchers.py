"""Simulated colleagues: they answer calls, open incidents, send what the product recommends, and close what is done.

They leave a share of the work to whoever sits at a console, and keep their hands off an incident that anybody else has
touched. Their pace is that of the real week (received to entered, entered to sent).
"""

import heapq
import random
from collections.abc import Callable
from typing import Any, Final

import msgspec

from turnout.city.simulated.behaviour import Behaviour
from turnout.city.simulated.callers import Phrases, PlannedCall
from turnout.city.simulated.closing import likely_disposition
from turnout.city.simulated.deeds import AskPlace, AskProposal, Command, Deed, Heard
from turnout.city.simulated.seen import SeenCall, SeenIncident

ASK_AGAIN_S = 45.0
"""When nobody could be found, or somebody else was quicker: ask again after this."""
ASKS_MAX = 12
"""Nine minutes without a single unit: it is left for a person to solve."""
CLOSES_MAX = 5
SECOND_CALL_MATCH_S = 900.0
CREW_REPORT_S = (40.0, 240.0)
SECOND_ALARM_S = 420.0
DECISION_S = 240.0
ENTRY_MIN_S = 8.0
"""Nobody types a place and a type faster."""
ARRIVED: Final = ("on-scene", "at-patient", "transporting", "at-destination", "clearing")
RETRIED: Final = ("unit-not-available", "crew-elsewhere", "unit-is-out-of-service", "unit-is-off-duty", "busy")


class Habits(msgspec.Struct, frozen=True):
    """How much the colleagues leave to a visitor, and for how long."""

    leave_share: float = 0.2
    """Of calls and of incidents, each."""
    patience_s: float = 150.0
    """How long they leave it, in simulated seconds; then they help."""
    abandoned_s: float = 2700.0
    """What a visitor took and left alone for three quarters of an hour is a colleague's again."""


class Work(msgspec.Struct):
    """What a colleague knows about one of the incidents that they opened."""

    call: PlannedCall | None
    asks: int = 0
    asking: bool = False
    awaiting: bool = False
    """A proposal or the answer to an assignment is on its way: nothing else is asked meanwhile."""
    wants_more: bool = False
    reported: bool = False
    closing: bool = False
    closes: int = 0
    cancels: dict[str, float] = {}


class Colleagues:
    """Everyone in the room but the visitor."""

    def __init__(
        self,
        behaviour: Behaviour,
        phrases: Phrases,
        mine: str,
        disciplines: dict[str, str],
        unit_kinds: dict[str, str],
        may_dispose: Callable[[str, str], bool],
        identity: Callable[[str], str],
        habits: Habits,
        seed: int,
    ) -> None:
        """`mine`: the account that they act under. `disciplines`: by agency. `unit_kinds`: measured type by unit.

        `may_dispose`: whether an agency may use a disposition.
        """
        self.behaviour, self.phrases, self.mine, self.habits = behaviour, phrases, mine, habits
        self.disciplines, self.unit_types, self.identity, self.seed = disciplines, unit_kinds, identity, seed
        self.may_dispose = may_dispose
        self.calls: dict[str, SeenCall] = {}
        self.incidents: dict[str, SeenIncident] = {}
        self._planned: dict[str, PlannedCall] = {}
        self._places: dict[str, Any] = {}
        self._call_of_row: dict[str, str] = {}
        self._work: dict[str, Work] = {}
        self._asked: dict[str, tuple[str, str]] = {}
        self._diary: list[tuple[float, int, str, str]] = []
        self._entries = 0
        self._taken_over: set[str] = set()
        self._changed_s: dict[str, float] = {}

    # The diary: what is to be done when. ------------------------------------------------------------------------------

    def _note(self, at_s: float, act: str, subject: str) -> None:
        self._entries += 1
        heapq.heappush(self._diary, (at_s, self._entries, act, subject))

    def due_s(self) -> float:
        return self._diary[0][0] if self._diary else float("inf")

    def advance(self, now_s: float) -> list[Deed]:
        """Everything that falls due up to now."""
        deeds: list[Deed] = []
        while self._diary and self._diary[0][0] <= now_s:
            at_s, _, act, subject = heapq.heappop(self._diary)
            deeds += self._acts()[act](subject, at_s)
        return deeds

    def _acts(self) -> dict[str, Callable[[str, float], list[Deed]]]:
        return {
            "answer": self._answer,
            "enter": self._enter,
            "attach": self._attach,
            "ask": self._ask,
            "cancel": self._cancel_unit,
            "report": self._report,
            "upgrade": self._upgrade,
            "close": self._close,
            "abandoned": self._take_over,
        }

    def _chance(self, what: str) -> random.Random:
        return random.Random(f"{self.seed}/{what}")

    def _command(self, name: str, lane: str, at_s: float, **body: Any) -> Command:
        return Command(self.identity(name), lane, body, at_s)

    def _touched(self, incident: SeenIncident) -> bool:
        return incident.id not in self._taken_over and incident.touched_by_other_than(self.mine)

    # Calls. -----------------------------------------------------------------------------------------------------------

    def rings(self, call: PlannedCall) -> list[Deed]:
        """A call that is being made now: its place is looked up while the number rings."""
        self._planned[call.id] = call
        self._call_of_row[self.identity(call.id)] = call.id
        ask = AskPlace(self.identity(f"{call.id}/place"), call.place, call.address)
        self._asked[ask.id] = ("place", call.id)
        return [ask]

    def call_gone(self, row: str) -> None:
        """A call has left the board: nothing more will be done about it."""
        self.calls.pop(row, None)
        call_id = self._call_of_row.pop(row, "")
        self._planned.pop(call_id, None)
        self._places.pop(call_id, None)

    def _ring(self, call: PlannedCall, location: Any) -> list[Deed]:
        self._places[call.id] = location
        suggested = call.type if call.channel in ("alarm", "app") else ""
        left = self._is_left(f"{call.id}/left", call.at_s)
        self._note(call.at_s + self._answer_after(call) + (self.habits.patience_s if left else 0.0), "answer", call.id)
        return [
            self._command(
                f"{call.id}/take",
                call.id,
                call.at_s,
                do="take-call",
                call_id=self.identity(call.id),
                channel=call.channel,
                text=call.text,
                location=location,
                suggested_type=suggested,
                source=call.source,
            )
        ]

    def _is_left(self, what: str, at_s: float) -> bool:
        """Whether it is left for the visitor; during the warm-up there is none."""
        return at_s >= 0.0 and self._chance(what).random() < self.habits.leave_share

    def _answer_after(self, call: PlannedCall) -> float:
        return self.behaviour.spread("answering", "*").draw(self._chance(f"{call.id}/answer"))

    def _answer(self, call_id: str, at_s: float) -> list[Deed]:
        seen = self.calls.get(self.identity(call_id))
        if call_id not in self._planned:
            return []
        if seen is None:
            return self._later(call_id, at_s, "answer")
        if seen.status != "waiting":
            return []
        call = self._planned[call_id]
        chance = self._chance(f"{call_id}/entry")
        entry_s = self.behaviour.spread("entry", "*", call.group, "3" if call.urgent else "2").draw(chance)
        enters_s = max(at_s + ENTRY_MIN_S, call.at_s + entry_s)
        self._note(enters_s, "attach" if call.same_as else "enter", call_id)
        return [self._command(f"{call_id}/answer", call_id, at_s, do="answer-call", call_id=seen.id)]

    def _later(self, subject: str, at_s: float, act: str) -> list[Deed]:
        """The board does not show it yet: look again in a moment, but not for ever."""
        if at_s < self._planned[subject].at_s + SECOND_CALL_MATCH_S:
            self._note(at_s + 5.0, act, subject)
        return []

    def _is_ours(self, call_id: str) -> bool:
        seen = self.calls.get(self.identity(call_id))
        held = seen is not None and call_id in self._planned
        return held and seen is not None and seen.status == "answered" and seen.answered_by == self.mine

    def _enter(self, call_id: str, at_s: float) -> list[Deed]:
        """Open the incident, unless somebody else has the call in hand."""
        if not self._is_ours(call_id):
            return []
        call = self._planned[call_id]
        incident = self.identity(f"{call_id}/incident")
        self._work[incident] = Work(call)
        chance = self._chance(f"{call_id}/dispatch")
        sent_s = self.behaviour.spread("dispatch", "*", call.group, "3" if call.urgent else "2").draw(chance)
        left = self._is_left(f"{call_id}/left to send", at_s)
        self._note(at_s + sent_s + (self.habits.patience_s if left else 0.0), "ask", incident)
        if call.alarms > 1:
            self._note(at_s + SECOND_ALARM_S, "upgrade", incident)
        body = {"do": "open-incident", "incident_id": incident, "type": call.type, "location": self._places[call_id]}
        return [
            self._command(f"{call_id}/open", call_id, at_s, **body, call_id=self.identity(call_id), narrative=call.text)
        ]

    def _attach(self, call_id: str, at_s: float) -> list[Deed]:
        """A second caller about the same thing."""
        if not self._is_ours(call_id):
            return []
        call = self._planned[call_id]
        incident = self.identity(f"{call.same_as}/incident")
        if incident not in self.incidents:
            if at_s > call.at_s + SECOND_CALL_MATCH_S / 3:
                return [self._finish_call(call_id, at_s)]
            return self._later(call_id, at_s, "attach")
        return [
            self._command(
                f"{call_id}/attach",
                call_id,
                at_s,
                do="attach-call",
                call_id=self.identity(call_id),
                incident_id=incident,
            )
        ]

    def _finish_call(self, call_id: str, at_s: float) -> Command:
        return self._command(
            f"{call_id}/finish", call_id, at_s, do="close-call", call_id=self.identity(call_id), outcome="known already"
        )

    # Incidents. -------------------------------------------------------------------------------------------------------

    def sees(self, incident: SeenIncident, now_s: float) -> None:
        """A row of the board has changed (or is there for the first time)."""
        if incident.id not in self.incidents:
            self._note(now_s + self.habits.abandoned_s, "abandoned", incident.id)
        self.incidents[incident.id] = incident
        self._changed_s[incident.id] = now_s
        if incident.status == "closed":
            self._work.pop(incident.id, None)
            return
        if incident.id not in self._work:
            if self._touched(incident):
                return
            self._work[incident.id] = Work(None)
            if incident.status == "pending":
                self._note(now_s + self.habits.patience_s, "ask", incident.id)
        self._look_after(incident, self._work[incident.id], now_s)

    def _look_after(self, incident: SeenIncident, work: Work, now_s: float) -> None:
        for assignment in incident.working():
            self._plan_cancel(work, incident, assignment.unit, now_s)
        if not work.reported and any(set(ARRIVED) & set(a.times) for a in incident.assignments):
            work.reported = True
            self._note(now_s + self._chance(f"{incident.id}/report").uniform(*CREW_REPORT_S), "report", incident.id)
        if incident.status == "active" and incident.assignments and not incident.working() and not work.closing:
            work.closing = True
            spread = self.behaviour.spread("closing", "*")
            self._note(now_s + spread.draw(self._chance(f"{incident.id}/close")), "close", incident.id)
        elif incident.status == "pending" and incident.assignments and not work.asking and not work.closing:
            self._ask_again(incident.id, work, now_s)

    def gone(self, incident_id: str) -> None:
        """It has left the board."""
        self.incidents.pop(incident_id, None)
        self._work.pop(incident_id, None)
        self._changed_s.pop(incident_id, None)
        self._taken_over.discard(incident_id)

    def _open(self, incident_id: str) -> tuple[SeenIncident, Work] | None:
        """The incident and our work on it, while it is open and nobody else's."""
        incident, work = self.incidents.get(incident_id), self._work.get(incident_id)
        if incident is None or work is None or incident.status == "closed" or self._touched(incident):
            return None
        return incident, work

    def _ask_again(self, incident_id: str, work: Work, now_s: float) -> None:
        work.asking = False
        if work.asks < ASKS_MAX:
            work.asking = True
            self._note(now_s + ASK_AGAIN_S, "ask", incident_id)

    def _ask(self, incident_id: str, at_s: float) -> list[Deed]:
        if incident_id not in self.incidents and incident_id in self._work and self._work[incident_id].asks < ASKS_MAX:
            self._work[incident_id].asks += 1
            self._note(at_s + 5.0, "ask", incident_id)
            return []
        held = self._open(incident_id)
        if held is None:
            return []
        incident, work = held
        if incident.status == "held":
            return self._decide(incident, work, at_s)
        if work.awaiting:
            return []
        if incident.working() and not work.wants_more:
            work.asking = False
            return []
        work.asks += 1
        work.asking, work.awaiting, work.wants_more = True, True, False
        ask = AskProposal(self.identity(f"{incident_id}/ask/{work.asks}"), incident_id)
        self._asked[ask.id] = ("proposal", incident_id)
        return [ask]

    def _decide(self, incident: SeenIncident, work: Work, at_s: float) -> list[Deed]:
        """What waits for a person's decision waits for the visitor first; then a colleague decides to send."""
        work.asks += 1
        if work.asks == 1:
            self._note(at_s + DECISION_S, "ask", incident.id)
            return []
        self._note(at_s + 5.0, "ask", incident.id)
        name = f"{incident.id}/release/{work.asks}"
        return [self._command(name, incident.id, at_s, do="release-incident", incident_id=incident.id)]

    def _assign(self, incident_id: str, heard: Heard, now_s: float) -> list[Deed]:
        held = self._open(incident_id)
        if held is None:
            return []
        _, work = held
        work.asking = False
        proposal = heard.answer
        lines = proposal.get("lines", ())
        if proposal.get("shortfalls"):
            work.wants_more = True
            self._ask_again(incident_id, work, now_s)
        elif not lines:
            self._ask_again(incident_id, work, now_s)
        if not lines:
            return []
        command = self._command(
            f"{heard.id}/assign",
            incident_id,
            now_s,
            do="assign-units",
            incident_id=incident_id,
            units=[line["unit"] for line in lines],
            roles={line["unit"]: line["role"] for line in lines if line.get("role")},
            offer=proposal.get("offer"),
        )
        self._asked[command.id] = ("assign", incident_id)
        work.awaiting = True
        return [command]

    def heard(self, heard: Heard, now_s: float) -> list[Deed]:
        """The answer to something that was asked."""
        what, subject = self._asked.pop(heard.id, ("", ""))
        if what == "place":
            return self._ring(self._planned[subject], heard.answer) if heard.ok else self._unplaced(subject)
        if what == "proposal" and subject in self._work:
            self._work[subject].awaiting = False
        if what == "proposal" and heard.ok:
            return self._assign(subject, heard, now_s)
        work = self._work.get(subject)
        if work is not None and what == "assign":
            work.awaiting = False
        if work is not None and not heard.ok and what == "close":
            if work.closes < CLOSES_MAX:
                self._note(now_s + ASK_AGAIN_S, "close", subject)
        elif work is not None and not heard.ok and (what == "proposal" or heard.code in RETRIED):
            work.wants_more = True
            self._ask_again(subject, work, now_s)
        return []

    def _unplaced(self, call_id: str) -> list[Deed]:
        """The place could not be looked up: the product is away. The caller gives up."""
        self.call_gone(self.identity(call_id))
        return []

    def _plan_cancel(self, work: Work, incident: SeenIncident, unit: str, now_s: float) -> None:
        """Some of those on the way are sent back before they arrive, as often and as late as in the real week."""
        if unit in work.cancels:
            return
        chance = self._chance(f"{incident.id}/{unit}/cancel")
        unit_type = self.unit_types.get(unit, "*")
        group = work.call.group if work.call is not None else "*"
        if chance.random() >= self.behaviour.share("cancelled", unit_type, group):
            work.cancels[unit] = float("inf")
            return
        work.cancels[unit] = now_s + self.behaviour.spread("cancelled_after", unit_type, group).draw(chance)
        self._note(work.cancels[unit], "cancel", f"{incident.id} {unit}")

    def _cancel_unit(self, subject: str, at_s: float) -> list[Deed]:
        """Sent back only where another has arrived: somebody has to say that it is not needed."""
        incident_id, unit = subject.split(" ", 1)
        held = self._open(incident_id)
        if held is None:
            return []
        working = held[0].working()
        on_the_way = any(a.unit == unit and not set(ARRIVED) & set(a.times) for a in working)
        arrived = any(set(ARRIVED) & set(a.times) for a in working)
        if not (on_the_way and arrived):
            return []
        command = self._command(
            f"{incident_id}/{unit}/back", incident_id, at_s, do="clear-units", units=[unit], incident_id=incident_id
        )
        return [command]

    def _report(self, incident_id: str, at_s: float) -> list[Deed]:
        """A crew's word by radio goes into the narrative."""
        held = self._open(incident_id)
        if held is None or held[1].call is None:
            return []
        incident, call = held[0], held[1].call
        text = self.phrases.say("crew", incident.type, call.group, self._chance(f"{incident_id}/said"))
        entry = self.identity(f"{incident_id}/entry")
        body = {"do": "add-narrative", "incident_id": incident_id, "entry_id": entry, "text": text, "kind": "crew"}
        return [self._command(f"{incident_id}/report", incident_id, at_s, **body)]

    def _upgrade(self, incident_id: str, at_s: float) -> list[Deed]:
        """The real call went to a further alarm."""
        held = self._open(incident_id)
        if held is None or held[0].alarm_level > 1:
            return []
        incident, work = held
        work.wants_more = True
        self._note(at_s + 5.0, "ask", incident_id)
        body = {"incident_id": incident_id, "was": incident.alarm_level, "level": 2, "reason": "asked for by the chief"}
        return [self._command(f"{incident_id}/upgrade", incident_id, at_s, do="set-alarm-level", **body)]

    def _close(self, incident_id: str, at_s: float) -> list[Deed]:
        """Every agency's disposition; the last one closes it."""
        held = self._open(incident_id)
        if held is None or held[0].working():
            if held is not None:
                held[1].closing = False
            return []
        incident, work = held
        work.closes += 1
        commands: list[Deed] = []
        for agency in incident.agencies:
            if agency in incident.dispositions:
                continue
            command = self._command(
                f"{incident_id}/dispose/{agency}/{work.closes}",
                incident_id,
                at_s,
                do="dispose-agency",
                incident_id=incident_id,
                agency=agency,
                disposition=self._disposition(agency, incident, work.call),
            )
            self._asked[command.id] = ("close", incident_id)
            commands.append(command)
        return commands

    def _disposition(self, agency: str, incident: SeenIncident, call: PlannedCall | None) -> str:
        """The likely one, where this agency may use it; a neighbour's, or an unknown one, ends as any may."""
        likely = likely_disposition(self.behaviour, self.disciplines.get(agency, ""), incident, call)
        return likely if self.may_dispose(agency, likely) else self.behaviour.closing.get("any", "OTH")

    def _take_over(self, incident_id: str, at_s: float) -> list[Deed]:
        """What a visitor has left alone for long is looked after again; what is not, is looked at later."""
        incident = self.incidents.get(incident_id)
        if incident is None or incident.status == "closed":
            return []
        left_alone_s = at_s - self._changed_s[incident_id]
        limit_s = self.habits.abandoned_s
        if not self._touched(incident) or left_alone_s < limit_s:
            self._note(at_s + max(limit_s / 10, limit_s - left_alone_s), "abandoned", incident_id)
            return []
        self._taken_over.add(incident_id)
        work = self._work.setdefault(incident_id, Work(None))
        self._look_after(incident, work, at_s)
        return self._ask(incident_id, at_s) if incident.status == "pending" and not work.asking else []
