"""A product on paper: just enough of the public interface's behaviour for simulated people to live in, without one.

It knows no rules beyond the obvious ones; whether the real product takes what they do is asked by the end-to-end test.
"""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from turnout.city.simulated.deeds import AskPlace, AskProposal, Command, Deed, Heard
from turnout.city.simulated.dispatchers import Habits
from turnout.city.simulated.run import load_parts
from turnout.city.simulated.simulation import Choices, Parts, Simulation
from turnout.words.moment import Moment
from turnout.words.place import Place, distance_m

sys.path.insert(0, str(Path(__file__).parents[3]))
"""So that `benchmarks.rules_only` is found however pytest was called."""

FOLDER = Path("src/turnout/city/folders/san-francisco")
START = Moment(1_798_833_600_000)
ME = "simulated"
STAGES = ("dispatched", "acknowledged", "enroute", "staged", "on-scene", "at-patient", "transporting", "at-destination")


@pytest.fixture(scope="session")
def parts() -> Parts:
    return load_parts(FOLDER)


@pytest.fixture(scope="session")
def still_parts(parts: Parts) -> Parts:
    """The same, but everybody waits in quarters: far fewer drives, so that a test can play hours."""
    return msgspec.structs.replace(parts, behaviour=msgspec.structs.replace(parts.behaviour, roaming={}))


@dataclass
class PaperProduct:
    """Rows as a board would show them, and the answers to deeds."""

    parts: Parts
    now_ms: int = START
    rows: dict[str, dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {"units": {}, "incidents": {}, "calls": {}}
    )
    put: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: list[Command] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    by: str = ME

    def __post_init__(self) -> None:
        for unit in self.parts.city.catalogue.units.values():
            row = {"id": unit.id, "kind": unit.kind, "agency": unit.agency, "station": unit.station}
            self._show("units", {**row, "status": {"stage": "off-duty"}})

    def _show(self, table: str, row: dict[str, Any]) -> None:
        self.rows[table][row["id"]] = row
        self.put.setdefault(table, {})[row["id"]] = row

    def drain(self) -> dict[str, dict[str, Any]]:
        taken, self.put = self.put, {}
        return taken

    def answer(self, deed: Deed) -> Heard | None:
        match deed:
            case AskPlace():
                place = {"lat": deed.place.lat, "lon": deed.place.lon}
                return Heard(deed.id, True, answer={"text": deed.text, "place": place})
            case AskProposal():
                return Heard(deed.id, True, answer=self.proposal(self.rows["incidents"][deed.incident]))
            case Command():
                code = self._do(deed.body)
                (self.done.append(deed) if not code else self.refusals.append((deed.body["do"], code)))
                return Heard(deed.id, not code, code)
            case _:
                return None

    def proposal(self, incident: dict[str, Any]) -> dict[str, Any]:
        """The nearest of each kind that the lead agency uses, as the crow flies."""
        place = Place(**incident["location"]["place"])
        wanted = {"FIRE": ["engine", "truck"], "EMS": ["medic", "engine"], "POL": ["patrol"], "SVC": ["works-crew"]}
        lines = []
        for kind in wanted[incident["agencies"][0]]:
            free = [u for u in self.rows["units"].values() if u["kind"] == kind and u["status"]["stage"] == "available"]
            homes = self.parts.city.catalogue.stations
            free.sort(key=lambda u: distance_m(place, homes[u["station"]].place))
            lines += [{"unit": u["id"], "role": ""} for u in free[:1]]
        return {"lines": lines, "shortfalls": [] if lines else [{"capability": "any"}], "offer": None}

    def _do(self, body: dict[str, Any]) -> str:
        return getattr(self, "_" + body["do"].replace("-", "_"))(body) or ""

    def _log_on(self, body: dict[str, Any]) -> None:
        self._show("units", {**self.rows["units"][body["unit"]], "staffed": True, "status": {"stage": "available"}})

    def _take_call(self, body: dict[str, Any]) -> None:
        self._show("calls", {"id": body["call_id"], "status": "waiting"})

    def _answer_call(self, body: dict[str, Any]) -> None:
        self._show("calls", {"id": body["call_id"], "status": "answered", "answered_by": self.by})

    def _attach_call(self, body: dict[str, Any]) -> None:
        self._show("calls", {"id": body["call_id"], "status": "attached", "incident": body["incident_id"]})

    def _close_call(self, body: dict[str, Any]) -> None:
        self._show("calls", {"id": body["call_id"], "status": "closed"})

    def _open_incident(self, body: dict[str, Any]) -> None:
        kind = self.parts.city.catalogue.types[body["type"]]
        row = {
            "id": body["incident_id"],
            "type": body["type"],
            "priority": kind.priority,
            "status": "pending",
            "agencies": kind.agencies,
            "location": body["location"],
            "opened": self.now_ms,
            "opened_by": self.by,
            "last_change": self.now_ms,
            "assignments": [],
            "dispositions": {},
        }
        self._show("incidents", row)

    def _change(self, id: str, **fields: Any) -> dict[str, Any]:
        row = {**self.rows["incidents"][id], "last_change": self.now_ms, **fields}
        self._show("incidents", row)
        return row

    def _assign_units(self, body: dict[str, Any]) -> str:
        units = [self.rows["units"][id] for id in body["units"]]
        if any(unit["status"]["stage"] != "available" for unit in units):
            return "unit-not-available"
        row = self.rows["incidents"][body["incident_id"]]
        new = [{"unit": id, "by": self.by, "times": {"dispatched": self.now_ms}} for id in body["units"]]
        self._change(row["id"], status="active", assignments=[*row["assignments"], *new])
        for unit in units:
            status = {"stage": "on-incident", "incident": row["id"], "at": "dispatched"}
            self._show("units", {**unit, "status": status})
        return ""

    def _stamp(self, unit: str, incident: str, stage: str) -> None:
        row = self.rows["incidents"][incident]
        stamped = [
            {**a, "times": {**a["times"], stage: self.now_ms}} if a["unit"] == unit and "ended" not in a["times"] else a
            for a in row["assignments"]
        ]
        self._change(incident, assignments=stamped)

    def _report_status(self, body: dict[str, Any]) -> str:
        unit = self.rows["units"][body["unit"]]
        status = unit["status"]
        if body["status"] in ("available", "in-quarters"):
            if status["stage"] == "on-incident":
                self._stamp(unit["id"], status["incident"], "ended")
            self._show("units", {**unit, "status": {"stage": "available"}})
            return ""
        if status["stage"] != "on-incident" or status["incident"] != body["incident_id"]:
            return "unit-moved-on"
        if STAGES.index(body["status"]) <= STAGES.index(status["at"]):
            return "stage-passed"
        self._stamp(unit["id"], status["incident"], body["status"])
        self._show("units", {**unit, "status": {**status, "at": body["status"]}})
        return ""

    def _clear_units(self, body: dict[str, Any]) -> str:
        for id in body["units"]:
            self._report_status({"unit": id, "status": "available"})
        return ""

    def _add_narrative(self, body: dict[str, Any]) -> None:
        self._change(body["incident_id"])

    def _set_alarm_level(self, body: dict[str, Any]) -> None:
        self._change(body["incident_id"], alarm_level=body["level"])

    def _dispose_agency(self, body: dict[str, Any]) -> None:
        row = self.rows["incidents"][body["incident_id"]]
        given = {**row["dispositions"], body["agency"]: body["disposition"]}
        status = "closed" if set(given) >= set(row["agencies"]) else row["status"]
        self._change(row["id"], dispositions=given, status=status)


@dataclass
class Stage:
    """A simulation and a product on paper, played together."""

    product: PaperProduct
    simulation: Simulation
    seen: list[Deed] = field(default_factory=list)
    now_s: float = 0.0

    def begin(self) -> None:
        self._tell()
        self._answer(self.simulation.report_for_duty())

    def _tell(self) -> None:
        self.simulation.changed(self.product.drain(), {}, self.now_s)

    def _answer(self, deeds: list[Deed]) -> None:
        while deeds:
            heard = [self.product.answer(deed) for deed in deeds]
            self.seen += [deed for deed, answer in zip(deeds, heard, strict=True) if answer is None]
            self._tell()
            deeds = [d for answer in heard if answer is not None for d in self.simulation.heard(answer, self.now_s)]

    def play(self, until_s: float, step_s: float = 2.0) -> None:
        while self.now_s < until_s:
            self.now_s += step_s
            self.product.now_ms = START + int(self.now_s * 1000)
            self._answer(self.simulation.advance(self.now_s))


@pytest.fixture
def staged(parts: Parts, still_parts: Parts) -> Any:
    """Make a stage: `staged(seed=1, leave_share=0.0)`."""

    def make(seed: int = 1, leave_share: float = 0.0, roaming: bool = False, **choices: Any) -> Stage:
        used = parts if roaming else still_parts
        product = PaperProduct(used)
        habits = Habits(leave_share=leave_share)
        simulation = Simulation(used, Choices(seed=seed, habits=habits, **choices), ME, START, -480, 0.0)
        stage = Stage(product, simulation)
        stage.begin()
        return stage

    return make
