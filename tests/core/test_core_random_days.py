"""Random days in the room: whatever is commanded, in whatever order, the board stays true (`invariants.broken`).

Every step also decides twice and passes its events through their stored form (conftest.Room), and the whole history
replays to the same board.
"""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from msgspec.structs import replace

from turnout.core.board import Board, CrewMember, Location, OffDuty, OnIncident, PersonCard, Position
from turnout.core.calls.commands import (
    AbandonCall,
    AcceptCall,
    AnswerCall,
    AskCallerPlace,
    AttachCall,
    CloseCall,
    DeclineCall,
    HandOverCall,
    NoteCallback,
    OpenFromAlarm,
    RefreshCallerPlace,
    ReplyToCall,
    ReportNoPlace,
    ReportReply,
    TakeCall,
    TakeMessage,
)
from turnout.core.evolve import evolve
from turnout.core.history import chronology
from turnout.core.incidents.commands import (
    AddAddendum,
    AddAgency,
    AddItem,
    AddNarrative,
    AddPerson,
    AddVehicle,
    AnswerTriage,
    AttachFile,
    CancelIncident,
    ChangeEntry,
    ChangeIncident,
    ChangePerson,
    CloneIncident,
    CloseIncident,
    DisposeAgency,
    HoldIncident,
    LinkIncidents,
    LinkMedia,
    MergeIncidents,
    OpenIncident,
    PreAlert,
    ReleaseIncident,
    Relocate,
    ReopenIncident,
    RequestSupplement,
    RequestTransfer,
    Retype,
    SetAlarmLevel,
    SetPatient,
    SetPrimary,
    SplitIncident,
    WithdrawPreAlert,
)
from turnout.core.incidents.report import report_of
from turnout.core.invariants import broken
from turnout.core.no import No
from turnout.core.refusals_text import speak
from turnout.core.roster.commands import BeginShift, CancelShift, ChangeShift, ScheduleShift
from turnout.core.tables.commands import (
    EndZone,
    OpenZone,
    PublishCatalogue,
    RemovePremise,
    RenewPremise,
    SettlePlace,
    SignOn,
    WritePremise,
)
from turnout.core.timers.commands import CancelTimers, ResetTimers, RingTimer
from turnout.core.undo import undo_of
from turnout.core.units.commands import (
    AnswerDuress,
    AnswerRollCall,
    AssignUnits,
    ChangeRole,
    ClearUnits,
    ExchangeUnits,
    FreeUnits,
    GiveLateReason,
    LogOff,
    LogOn,
    MoveUp,
    PreemptUnit,
    RaiseDuress,
    RelieveUnit,
    ReportAlert,
    ReportStatus,
    ReturnToService,
    SelfInitiate,
    SendAlert,
    StackIncident,
    StartRollCall,
    TakeOutOfService,
)
from turnout.words.moment import Moment
from turnout.words.place import Place

DAYS = 60 if settings.default is None or settings.default.max_examples <= 100 else settings.default.max_examples
"""Enough to meet most pairs of commands in a few seconds; the soak profile (tests/conftest.py) searches longer."""

UNITS = st.sampled_from(["E01", "E02", "T01", "R01", "M01", "C01", "N01"])
INCIDENTS = st.sampled_from(["@0", "@1", "@2"])
"""Placeholders for one of the incidents that are on the board; `ask` fills them in."""
CALLS = st.sampled_from(["K1", "K2", "K3"])
TYPES = st.sampled_from(["FIRE", "MED", "CRASH", "NOISE", "INFO", "BURGLARY", "HAZMAT"])
STATUSES = st.sampled_from(["acknowledged", "ENR", "staged", "ONS", "at-patient", "transporting", "at-destination"]) | (
    st.sampled_from(["clearing", "dispatched", "available", "AIQ", "MECH", "off-duty", "10-8", "nonsense"])
)
MAYBE = st.sampled_from(["", "", "because"])
PLACES = st.builds(
    lambda n: Location(text=f"{n} Main St", place=Place(37.78 + n / 10_000, -122.41), verified=True), st.integers(1, 30)
)


class RandomDay(RuleBasedStateMachine):
    """Rules that pick at random from a small world, so that they meet often."""

    room: Any
    given: int = 0
    made_room: Any = None
    clock: Any = None
    admin: Any = None

    @initialize()
    def the_day_begins(self) -> None:
        """Two incidents run already, one call waits: most commands then have something to act on."""
        self.room, self.given = type(self).made_room(), 2
        here = Location(text="1 Main St", place=Place(37.78, -122.41), verified=True)
        self.ask(SignOn(position=Position(id="D2", actor="dora", roles=(), since=0)))  # type: ignore[arg-type]
        self.ask(TakeCall(call_id="K1", channel="phone"))
        self.ask(OpenIncident(incident_id="I1", type="FIRE", location=here))
        self.ask(OpenIncident(incident_id="I2", type="CRASH", location=here, call_id="K1"))
        self.ask(AssignUnits(incident_id="I1", units=("E01", "T01")))
        self.ask(AssignUnits(incident_id="I2", units=("C01",)))

    def filled_in(self, command: Any) -> Any:
        """`command` with live incidents in place of `@0`, and an identity never used before in place of `new`."""
        live = list(self.room.board.incidents)
        filled = {}
        for field in command.__struct_fields__:
            value = getattr(command, field)
            if value == "new":
                self.given += 1
                filled[field] = f"I{self.given}"
            elif isinstance(value, str) and value.startswith("@") and live:
                filled[field] = live[int(value[1:]) % len(live)]
        return replace(command, **filled)

    def on_duty(self, which: int) -> str:
        """One of the units that are on an incident, where any is: the others have little to report."""
        units = self.room.board.units.values()
        out = sorted(unit.id for unit in units if isinstance(unit.status, OnIncident))
        return out[which % len(out)] if out else "E01"

    def ask(self, command: Any, **more: Any) -> None:
        before, command = self.room.board, self.filled_in(command)
        decided = self.room.ask(command, **more)
        if isinstance(decided, No):
            assert speak(decided, "en") and speak(decided, "zh-CN")  # noqa: PT018
        else:
            undo_of(before, command, decided)

    @rule(type=TYPES, location=PLACES, hold=st.booleans(), scheduled=st.booleans(), call=CALLS)
    def open(self, type: str, location: Location, hold: bool, scheduled: bool, call: str) -> None:
        more = {"call_id": call} if call in self.room.board.calls else {}
        at = self.room.now + 60_000 if scheduled else None
        self.ask(OpenIncident(incident_id="new", type=type, location=location, hold=hold, activate_at=at, **more))

    @rule(id=INCIDENTS, units=st.lists(UNITS, min_size=1, max_size=3), preempt=st.sampled_from(["", "LIFE"]), why=MAYBE)
    def assign(self, id: str, units: list[str], preempt: str, why: str) -> None:
        self.ask(AssignUnits(incident_id=id, units=tuple(units), preempt=preempt, override=why))

    @rule(
        which=st.integers(0, 5), status=STATUSES, why=MAYBE, ago=st.sampled_from([None, None, 0, 1500, 20_000, -5000])
    )
    def report(self, which: int, status: str, why: str, ago: int | None) -> None:
        happened = None if ago is None else self.room.now - ago
        self.ask(ReportStatus(unit=self.on_duty(which), status=status, override=why, happened=happened))

    @rule(unit=UNITS, status=STATUSES, id=INCIDENTS, ago=st.integers(0, 30_000))
    def report_late(self, unit: str, status: str, id: str, ago: int) -> None:
        self.ask(ReportStatus(unit=unit, status=status, incident_id=id, happened=self.room.now - ago))

    @rule(
        which=st.lists(st.integers(0, 5), min_size=1, max_size=2), disposition=st.sampled_from(["", "DONE"]), why=MAYBE
    )
    def clear(self, which: list[int], disposition: str, why: str) -> None:
        self.ask(ClearUnits(units=tuple(self.on_duty(one) for one in which), disposition=disposition, override=why))

    @rule(one=st.integers(0, 5), other=UNITS, id=INCIDENTS, first=st.booleans(), which=st.integers(0, 7))
    def switch(self, one: int, other: str, id: str, first: bool, which: int) -> None:
        unit = self.on_duty(one)
        commands = [
            FreeUnits(units=(unit,), undo=first),
            PreemptUnit(unit=unit, to_incident=id, reason="LIFE", stack_first=first),
            RelieveUnit(unit=unit, by=other),
            ExchangeUnits(one=unit, other=self.on_duty(one + 1)),
            StackIncident(unit=unit, incident_id=id, first=first),
            StackIncident(unit=unit, incident_id=id, place=one + 1),
            StackIncident(unit=unit, incident_id=id, remove=True),
            ChangeRole(incident_id=id, unit=unit, role=other),
        ]
        self.ask(commands[which])

    @rule(unit=UNITS, which=st.integers(0, 5), station=st.sampled_from(["S1", "S2"]))
    def shift(self, unit: str, which: int, station: str) -> None:
        commands = [
            LogOn(unit=unit, station=station),
            LogOff(units=(unit,)),
            TakeOutOfService(units=(unit,), reason="MECH"),
            ReturnToService(units=(unit,)),
            MoveUp(unit=unit, station=station),
            LogOn(unit=unit),
        ]
        self.ask(commands[which])

    @rule(
        unit=UNITS,
        which=st.integers(0, 4),
        slot=st.integers(0, 3),
        begins=st.integers(0, 6),
        staff=st.lists(st.sampled_from(["1", "2", "3", "4"]), max_size=2, unique=True),
        by_itself=st.booleans(),
    )
    def roster(self, unit: str, which: int, slot: int, begins: int, staff: list[str], by_itself: bool) -> None:
        """Shifts of five minutes, so that their clocks ring while the day lasts."""
        at = self.room.now + begins * 300_000
        crew = tuple(CrewMember(one) for one in staff)
        written = {"begins": at, "ends": at + 300_000, "crew": crew, "by_itself": by_itself}
        commands = [
            ScheduleShift(shift_id=f"shift{slot}", unit=unit, **written),
            ChangeShift(shift_id=f"shift{slot}", **written),
            CancelShift(shift_id=f"shift{slot}"),
            BeginShift(shift_id=f"shift{slot}"),
            LogOn(unit=unit, crew=crew),
        ]
        self.ask(commands[which])

    @rule(unit=UNITS, id=INCIDENTS, which=st.integers(0, 6), location=PLACES, type=TYPES)
    def crew(self, unit: str, id: str, which: int, location: Location, type: str) -> None:
        commands = [
            RaiseDuress(unit=unit),
            AnswerDuress(unit=unit, clear=True),
            SelfInitiate(incident_id="new", unit=unit, type=type, location=location),
            StartRollCall(incident_id=id),
            AnswerRollCall(incident_id=id, unit=unit),
            SendAlert(incident_id=id, unit=unit, alert_id="A1", channel="app", to=unit),
            ReportAlert(incident_id=id, unit=unit, alert_id="A1", outcome="acknowledged"),
        ]
        self.ask(commands[which])

    @rule(
        id=INCIDENTS,
        station=st.sampled_from(["S1", "S2"]),
        which=st.integers(0, 6),
        of=st.integers(0, 4),
        outcome=st.sampled_from(["delivered", "acknowledged", "failed"]),
    )
    def alert(self, id: str, station: str, which: int, of: int, outcome: str) -> None:
        """Stations are warned, alerted again, and answer: any alert of the incident, in any order."""
        incident = self.room.board.incidents.get(self.filled_in(PreAlert(incident_id=id)).incident_id)
        alerts = incident.alerts if incident is not None else ()
        named = alerts[of % len(alerts)] if alerts else None
        again, where = ("S1/1", station) if named is None else (named.id, named.station)
        commands = [
            PreAlert(incident_id=id, to=(station,)),
            WithdrawPreAlert(incident_id=id, to=(station,) if of else ()),
            SendAlert(incident_id=id, station=station, alert_id="new", channel="voice" if of else ""),
            ReportAlert(incident_id=id, station=where, alert_id=again, outcome=outcome),
            ReportAlert(incident_id=id, station=where, alert_id=again, outcome=outcome),
            ReportAlert(incident_id=id, station=where, alert_id=again, outcome="failed"),
            PreAlert(incident_id=id),
        ]
        self.ask(commands[which])

    @rule(id=INCIDENTS, other=INCIDENTS, which=st.integers(0, 4), type=TYPES)
    def join(self, id: str, other: str, which: int, type: str) -> None:
        commands = [
            LinkIncidents(incident_id=id, other_id=other),
            LinkIncidents(incident_id=id, other_id=other, unlink=True),
            MergeIncidents(from_id=id, into_id=other),
            SplitIncident(incident_id=id, child_id="new", type=type),
            CloneIncident(incident_id=id, clone_id="new"),
        ]
        self.ask(commands[which])

    @rule(id=INCIDENTS, which=st.integers(0, 6), why=MAYBE, agency=st.sampled_from(["FD", "EMS", "PD"]))
    def end(self, id: str, which: int, why: str, agency: str) -> None:
        commands = [
            CloseIncident(incident_id=id, disposition="DONE", override=why, note=why),
            CancelIncident(incident_id=id, reason="FALSE"),
            ReopenIncident(incident_id=id, reason="more"),
            DisposeAgency(incident_id=id, agency=agency, disposition="DONE"),
            AddAddendum(incident_id=id, entry_id=f"a{self.room.now}", text="late news"),
            HoldIncident(incident_id=id, reason="wait"),
            ReleaseIncident(incident_id=id),
        ]
        self.ask(commands[which])

    @rule(
        id=INCIDENTS, kind=st.sampled_from(["photo", "call-audio"]), ago=st.integers(0, 9_000), lasts=st.integers(-1, 9)
    )
    def attach(self, id: str, kind: Any, ago: int, lasts: int) -> None:
        at = self.room.now - ago
        name = f"m{self.room.now}"
        self.ask(LinkMedia(incident_id=id, media_id=name, kind=kind, ref="recorder:1", at=at, until=at + lasts))
        facts: Any = {"ref": "r", "sha256": "s", "size_bytes": 1, "mime": "audio/wav"}
        self.ask(AttachFile(incident_id=id, media_id=f"{name}f", kind=kind, at=at, until=at + lasts, **facts))
        self.ask(RequestTransfer(incident_id=id))

    @rule(id=INCIDENTS, agency=st.sampled_from(["FD", "EMS", "PD"]), unit=UNITS | st.just(""), reason=MAYBE)
    def name_the_primary_unit(self, id: str, agency: str, unit: str, reason: str) -> None:
        self.ask(SetPrimary(incident_id=id, agency=agency, unit=unit, reason=reason))

    @rule(
        which=st.integers(0, 5),
        id=INCIDENTS,
        interval=st.sampled_from(["acknowledge", "turnout", "travel", "on-scene"]),
        reason=st.sampled_from(["TRAFFIC", "nonsense"]),
    )
    def say_why_it_was_late(self, which: int, id: str, interval: Any, reason: str) -> None:
        self.ask(GiveLateReason(incident_id=id, unit=self.on_duty(which), interval=interval, reason=reason))

    @rule(id=INCIDENTS, which=st.integers(0, 8), type=TYPES, location=PLACES, level=st.integers(0, 3))
    def write(self, id: str, which: int, type: str, location: Location, level: int) -> None:
        live = list(self.room.board.incidents.values())
        incident = live[int(id[1:]) % len(live)] if live else None
        was = incident.type if incident is not None else type
        text = incident.location.text if incident is not None else ""
        commands = [
            ChangeIncident(incident_id=id, field="priority", was=level, becomes=level + 1, reason="worse"),
            Retype(incident_id=id, was=was, type=type),
            Relocate(incident_id=id, was=text, location=location),
            AddNarrative(incident_id=id, entry_id=f"n{self.room.now}", text="news"),
            AddPerson(incident_id=id, person=PersonCard(id=f"p{level}", role="patient", ref="r", digest="d")),
            SetPatient(incident_id=id, patient_id=f"{level}", triage="red"),
            AnswerTriage(incident_id=id, question="breathing", answer="no"),
            SetAlarmLevel(incident_id=id, was=level, level=level + 1),
            RequestSupplement(incident_id=id, supplement_id=f"s{self.room.now}", kind="tow"),
        ]
        self.ask(commands[which])

    @rule(id=INCIDENTS, agency=st.sampled_from(["FD", "EMS", "PD", "NB"]))
    def add_agency(self, id: str, agency: str) -> None:
        self.ask(AddAgency(incident_id=id, agency=agency))

    @rule(call=CALLS, id=INCIDENTS, which=st.integers(0, 6))
    def call(self, call: str, id: str, which: int) -> None:
        commands = [
            TakeCall(call_id=call, channel="phone"),
            TakeCall(call_id=call, channel="phone"),
            AnswerCall(call_id=call),
            AttachCall(call_id=call, incident_id=id),
            AbandonCall(call_id=call),
            NoteCallback(call_id=call, outcome="reached"),
            CloseCall(call_id=call, outcome="done"),
        ]
        self.ask(commands[which])

    @rule(call=CALLS, which=st.integers(0, 8), message=st.integers(1, 4), ago=st.integers(0, 5000))
    def converse(self, call: str, which: int, message: int, ago: int) -> None:
        text = {"message_id": f"m{message}", "text": "help"}
        commands = [
            TakeMessage(call_id=call, conversation=f"x{call}", sent=self.room.now - ago, **text),
            ReplyToCall(call_id=call, **text),
            ReportReply(call_id=call, message_id=f"m{message}", outcome="delivered"),
            HandOverCall(call_id=call, to="D2"),
            HandOverCall(call_id=call, to="coast guard"),
            AcceptCall(call_id=call),
            DeclineCall(call_id=call),
            AskCallerPlace(call_id=call),
            ReportNoPlace(call_id=call, reason="no signal"),
        ]
        self.ask(commands[which])

    @rule(call=CALLS, location=PLACES, which=st.integers(0, 2))
    def alarm(self, call: str, location: Location, which: int) -> None:
        assert location.place is not None
        commands = [
            TakeCall(call_id=call, channel="alarm", suggested_type="FIRE", location=location),
            OpenFromAlarm(call_id=call, incident_id="new"),
            RefreshCallerPlace(call_id=call, place=location.place, source="cell"),
        ]
        self.ask(commands[which])

    @rule(id=INCIDENTS, which=st.integers(0, 5), number=st.integers(1, 3))
    def correct(self, id: str, which: int, number: int) -> None:
        entry = f"e{number}"
        commands = [
            AddVehicle(incident_id=id, vehicle_id=entry, description="van"),
            AddItem(incident_id=id, item_id=entry, description="van"),
            ChangeEntry(incident_id=id, entry_id=entry, field="description", was="van", becomes="car"),
            ChangeEntry(incident_id=id, entry_id=entry, field="quantity", was=1, becomes=2),
            ChangePerson(
                incident_id=id, was_ref="r", person=PersonCard(id=f"p{number}", role="patient", ref="r2", digest="d")
            ),
            ChangeIncident(incident_id=id, field="floor", was="", becomes="12"),
        ]
        self.ask(commands[which])

    @rule(which=st.integers(0, 6), later=st.sampled_from([-1, 30, 600]), number=st.integers(1, 2), location=PLACES)
    def places(self, which: int, later: int, number: int, location: Location) -> None:
        at, forced = Moment(self.room.now + later * 1000), [*self.room.board.forced_places, "none"]
        assert location.place is not None
        here = location.place
        outline = (here, Place(37.9, -122.4), Place(37.9, -122.3))
        note, until = f"n{number}", Moment(at + 60_000)
        commands = [
            OpenZone(zone_id=f"z{number}", name="Fair", outline=outline, plan_zone="B1", since=at, until=until),
            EndZone(zone_id=f"z{number}"),
            WritePremise(note_id=note, kind="hazard", place=here, address="here", text="gas", expires=at),
            RenewPremise(note_id=note, expires=at),
            RemovePremise(note_id=note, reason="gone"),
            OpenIncident(incident_id="new", type="MED", location=Location(text=f"kiln {number}", kind="forced")),
            SettlePlace(place_id=forced[0], outcome="added"),
        ]
        self.ask(commands[which], actor=type(self).admin)

    @rule(seconds=st.sampled_from([5, 30, 120, 1200]))
    def time_passes(self, seconds: int) -> None:
        self.room.later(seconds)
        for timer in sorted(self.room.board.timers.values(), key=lambda timer: timer.due):
            if timer.due <= self.room.now:
                self.ask(RingTimer(timer=timer.id), actor=type(self).clock)

    @rule(which=st.integers(0, 30), reset=st.booleans())
    def timers(self, which: int, reset: bool) -> None:
        timers = sorted(self.room.board.timers)
        if timers:
            one = timers[which % len(timers)]
            self.ask(ResetTimers(timers=(one,)) if reset else CancelTimers(timers=(one,)))

    @invariant()
    def the_board_is_true(self) -> None:
        if hasattr(self, "room"):
            assert broken(self.room.board) == []
            for incident in self.room.board.incidents.values():
                report = report_of(self.room.board, incident)
                assert {unit.unit for unit in report.units} == {one.unit for one in incident.assignments}
                assert all(leg.end is None or leg.end >= leg.start for unit in report.units for leg in unit.legs)

    @invariant()
    def nobody_is_on_duty_on_two_units(self) -> None:
        if hasattr(self, "room"):
            units = [unit for unit in self.room.board.units.values() if not isinstance(unit.status, OffDuty)]
            riding = {("T01" if unit.id == "R01" else unit.id, one.staff) for unit in units for one in unit.crew}
            assert len({staff for _, staff in riding}) == len(riding)

    def teardown(self) -> None:
        if not hasattr(self, "room"):
            return
        board = Board.empty()
        for event in self.room.events:
            board = evolve(board, event)
        assert board == self.room.board
        assert board.seq == len(self.room.events)
        lines = chronology(enumerate(self.room.events, 1))
        assert all(line.text.en and line.text.zh and "{" not in line.text.en for line in lines)
        statuses = [unit.status for unit in board.units.values()]
        assert sum(isinstance(status, OnIncident) for status in statuses) <= len(statuses)


def test_whatever_is_commanded_the_board_stays_true(make_room: Any, clock: Any, admin: Any) -> None:
    RandomDay.made_room, RandomDay.clock, RandomDay.admin = staticmethod(make_room), clock, admin
    run_state_machine_as_test(RandomDay, settings=settings(max_examples=DAYS, stateful_step_count=60, deadline=None))


def test_a_new_catalogue_leaves_running_units_in_place(room: Any, admin: Any, a_city: Any) -> None:
    room.opened()
    room.sent("I1", "E01")
    before = room.unit("E01")
    room.do(PublishCatalogue(catalogue=a_city), actor=admin)
    assert room.unit("E01") is before
