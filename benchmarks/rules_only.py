"""The simulated city under the real rules, without desk, journal or wire: for measuring it, and for what-if studies.

Board, `decide`, `evolve` and the recommendation directly, with the units where they last said that they were.
"""

from collections import Counter
from typing import Any

import msgspec
import numpy as np

from turnout.city.simulated.deeds import AskPlace, AskProposal, Command, Deed, Heard, Seen
from turnout.city.simulated.dispatchers import Habits
from turnout.city.simulated.simulation import Choices, Parts, Simulation
from turnout.core.board import Board
from turnout.core.commands import decode_command
from turnout.core.context import Actor, Context
from turnout.core.decide import decide
from turnout.core.evolve import evolve
from turnout.core.no import No
from turnout.core.permissions import SYSTEM_ROLE
from turnout.core.tables.commands import PublishCatalogue
from turnout.recommend import Fix, PlaceSpots, RoadConditions, RoadTimes, recommend
from turnout.words.identity import ActorId, CommandId, UnitId
from turnout.words.moment import Moment

START = Moment(1_798_833_600_000)
ME = Actor(id=ActorId("simulated"), roles=(SYSTEM_ROLE,))
TABLES = ("units", "incidents", "calls")


class RulesOnly:
    """The product without a desk, a journal or a wire: the board, the rules, the recommendation."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.board, self.now = parts, Board.empty(), START
        self.shown = self.board
        self.spots, self.conditions = PlaceSpots(parts.roads), RoadConditions(parts.roads)
        self.verdicts: Counter[tuple[str, str]] = Counter()
        self.seen: dict[str, Seen] = {}
        self.submit("tables", PublishCatalogue(catalogue=parts.city.catalogue))

    def submit(self, id: str, command: Any) -> str:
        context = Context(at=self.now, actor=ME, command_id=CommandId(id))
        decision = decide(self.board, command, context)
        if isinstance(decision, No):
            return str(type(decision).__struct_config__.tag)
        for event in decision:
            self.board = evolve(self.board, event)
        return ""

    def changes(self) -> tuple[dict[str, dict[str, Any]], dict[str, list[str]]]:
        """Row changes as consoles get them: what is not the very same object."""
        put, drop = {}, {}
        for table in TABLES:
            before, after = getattr(self.shown, table), getattr(self.board, table)
            put[table] = {id: msgspec.to_builtins(row) for id, row in after.items() if before.get(id) is not row}
            drop[table] = [str(id) for id in before if id not in after]
        self.shown = self.board
        return put, drop

    def answer(self, deed: Deed) -> Heard | None:
        match deed:
            case AskPlace():
                zones = self.parts.city.zones_at(deed.place)
                place = msgspec.to_builtins(deed.place)
                return Heard(deed.id, True, answer={"text": deed.text, "place": place, "zones": zones})
            case AskProposal():
                incident = self.board.incidents[deed.incident]  # type: ignore[index]
                times = RoadTimes(self.parts.roads, self.spots, self.conditions.on(self.board), self.now)
                proposal = recommend(self.board, incident, self.now, self.positions(), times)
                return Heard(deed.id, True, answer=msgspec.to_builtins(proposal))
            case Command():
                stamped = {"happened": START + int(deed.at_s * 1000)} if deed.body["do"] == "report-status" else {}
                code = self.submit(deed.id, decode_command(msgspec.json.encode({**deed.body, **stamped})))
                self.verdicts[deed.body["do"], code] += 1
                return Heard(deed.id, not code, code)
            case Seen():
                self.seen[deed.unit] = deed
                return None

    def positions(self) -> dict[UnitId, Fix]:
        """The last word of every unit, put on the roads."""
        seen = list(self.seen.values())
        if not seen:
            return {}
        spots = self.parts.roads.snap_many(
            np.array([each.place.lat for each in seen]),
            np.array([each.place.lon for each in seen]),
            np.array([np.nan if each.heading_deg is None else each.heading_deg for each in seen]),
            np.array([each.speed_mps for each in seen]),
        )
        return {
            UnitId(each.unit): Fix(each.place, Moment(START + int(each.at_s * 1000)), spots.at(i), each.speed_mps)
            for i, each in enumerate(seen)
        }


def live(parts: Parts, seconds: float, step_s: float, **choices: Any) -> tuple[RulesOnly, Simulation]:
    product = RulesOnly(parts)
    simulation = Simulation(parts, Choices(habits=Habits(leave_share=0.0), **choices), ME.id, START, -480, 0.0)
    now_s = 0.0
    simulation.changed(*product.changes(), now_s)
    deeds = simulation.report_for_duty()
    while now_s < seconds:
        while deeds:
            heard = [answer for answer in map(product.answer, deeds) if answer is not None]
            simulation.changed(*product.changes(), now_s)
            deeds = [deed for answer in heard for deed in simulation.heard(answer, now_s)]
        now_s += step_s
        product.now = Moment(START + int(now_s * 1000))
        deeds = simulation.advance(now_s)
    return product, simulation
