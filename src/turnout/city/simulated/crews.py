"""A simulated crew: it hears an order from the board, turns out, drives, works, transports, clears, goes home.

A state machine over seconds, pure but for its own seeded chance: the same seed and the same orders give the same run.
It knows only what a crew knows: its order as the board shows it, and its own place. It presses the buttons of the
field app.
"""

import random
from collections.abc import Callable
from typing import Final

import msgspec

from turnout.city.simulated.behaviour import Behaviour, Roaming
from turnout.city.simulated.deeds import Command, Deed, Seen
from turnout.city.simulated.motion import Fix, Motion, moved
from turnout.city.simulated.ways import Ways
from turnout.words.moment import Moment
from turnout.words.place import Place, distance_m

STAGE_ORDER: Final = (
    "dispatched",
    "acknowledged",
    "enroute",
    "staged",
    "on-scene",
    "at-patient",
    "transporting",
    "at-destination",
    "clearing",
)
"""As in `turnout.core.board.STAGES`: a crew never presses a button that is behind what the board shows already."""

PULL_OUT_SHARE = 0.3
"""Of the time that no road explains, this much passes before the wheels turn; the rest is parking and walking."""
TURNOUT_ON_THE_ROAD_S = (4.0, 18.0)
"""A crew that sits in its vehicle already. Assumed; a posted medic's measured turnout lies within it."""
LATE_MAX_S = 3600.0
"""Nothing is done as of longer ago than an hour, however long the simulation stood still."""
POSTS_LOOKED_AT = 12
FIX_MOVING_S = 5.0
FIX_STANDING_S = 60.0
FIX_ERROR_M = 4.0
DEAD_SPOT_CHANCE = 0.04
DEAD_SPOT_S = (40.0, 200.0)
"""One drive in 25 goes through a place without network, for up to three minutes."""
STRETCH = (0.7, 1.8)
"""How far a drive to hospital may be off what the roads say, to meet the drawn time."""
TRANSPORT_STAGES = ("transporting", "at-destination")


class Order(msgspec.Struct, frozen=True, gc=False):
    """What the board tells a crew: where to, how urgent, how far it is with it as far as the board knows."""

    incident: str
    place: Place
    urgent: bool
    group: str
    stage: str
    destination: str = ""


class Idle(msgspec.Struct, frozen=True):
    """Stands where it stands."""


class Standing(msgspec.Struct, frozen=True):
    """A crew that roams stands at a post, until it moves on."""

    until_s: float


class TurningOut(msgspec.Struct, frozen=True):
    until_s: float
    acknowledges_s: float


class Driving(msgspec.Struct, frozen=True):
    """`hold_s` before the wheels turn; pressed at `arrives_s`, some time after they stop."""

    motion: Motion
    left_s: float
    hold_s: float
    arrives_s: float
    towards: str
    """`scene`, `quarters`, `post`, or a hospital's id."""


class Working(msgspec.Struct, frozen=True):
    until_s: float
    at_patient_s: float
    transports: bool


class AtHospital(msgspec.Struct, frozen=True):
    until_s: float


Task = Idle | Standing | TurningOut | Driving | Working | AtHospital


class Setting(msgspec.Struct, frozen=True):
    """What every crew of a city shares."""

    behaviour: Behaviour
    ways: Ways
    hospitals: dict[str, Place]
    identity: Callable[[str], str]
    """Makes command identities, the same for the same name in one run, different from those of any other run."""
    started: Moment
    """The moment that second 0 of the simulation stands for; the roads' hour of the week counts from it."""
    dead_spots: bool = True
    post: Callable[[random.Random], Place] | None = None
    """A place where help is often called for, for crews that roam."""


class Crew:
    """One unit's crew."""

    def __init__(
        self, unit: str, unit_type: str, home: Place, setting: Setting, seed: int, roaming: Roaming | None = None
    ) -> None:
        self.unit, self.unit_type, self.home, self.setting, self.roaming = unit, unit_type, home, setting, roaming
        self.chance = random.Random(f"{seed}/{unit}")
        self.task: Task = Idle() if roaming is None else Standing(-float("inf"))
        self._said_in_quarters = True
        self.available = True
        """Whether the board has it available: a crew out of service presses nothing that would bring it back."""
        self.order: Order | None = None
        self.here = Fix(home, 0.0, 0.0)
        self.station = home
        self._presses = 0
        self._next_fix_s = self.chance.uniform(-FIX_STANDING_S, 0.0)
        self._silent = (0.0, 0.0)

    # What it hears. --------------------------------------------------------------------------------------------------

    def ordered(self, order: Order | None, now_s: float) -> None:
        """The board's word on this unit. None: it is on no incident."""
        before, self.order = self.order, order
        self._said_in_quarters = self._said_in_quarters and order is None
        self.here = self.fix(now_s)
        if order is None:
            if before is not None:
                self._go_home(now_s)
        elif before is None or before.incident != order.incident:
            self._take_up(order, now_s)
        elif isinstance(self.task, Driving):
            self._turn_if_told(self.task, before, order, now_s)

    def _turn_if_told(self, drive: Driving, before: Order, order: Order, now_s: float) -> None:
        """The incident lies elsewhere than was said, or the patient goes to another hospital."""
        if drive.towards == "scene" and order.place != before.place:
            self._drive(order.place, "scene", now_s, order.urgent)
        new = order.destination
        hospitals = self.setting.hospitals
        if drive.towards in hospitals and new in hospitals and new not in (drive.towards, before.destination):
            self._drive(hospitals[new], new, now_s, urgent=False)

    def posted(self, station: Place, now_s: float) -> None:
        """Its station is another now (a move-up), or its own again."""
        if station != self.station:
            self.station = station
            if self.order is None:
                self.here = self.fix(now_s)
                self._go_home(now_s)

    def found_at(self, place: Place) -> None:
        """Where the product last saw it, for a simulation that joins a running city."""
        self.here = Fix(place, 0.0, 0.0)

    # What it does. ---------------------------------------------------------------------------------------------------

    def due_s(self) -> float:
        """When something happens next, positions apart."""
        match self.task:
            case Standing(until_s):
                return until_s
            case TurningOut(until_s, acknowledges_s):
                return min(until_s, acknowledges_s)
            case Driving(arrives_s=arrives_s):
                return arrives_s
            case Working(until_s, at_patient_s):
                return min(until_s, at_patient_s)
            case AtHospital(until_s):
                return until_s
            case Idle():
                return float("inf")

    def advance(self, now_s: float, fix_every_s: float = FIX_MOVING_S) -> list[Deed]:
        """Everything that it has done up to now."""
        deeds: list[Deed] = []
        while self.due_s() <= now_s:
            deeds += self._next(max(self.due_s(), now_s - LATE_MAX_S))
        return deeds + self._fixes(now_s, fix_every_s)

    def fix(self, now_s: float) -> Fix:
        """Where it really is."""
        task = self.task
        return task.motion.after(now_s - task.left_s - task.hold_s) if isinstance(task, Driving) else self.here

    def _next(self, at_s: float) -> list[Deed]:
        task, order = self.task, self.order
        match task:
            case Standing() if order is None and self.roaming is not None:
                return self._move_on(self.roaming, at_s)
            case TurningOut() if order is not None and task.acknowledges_s < task.until_s:
                self.task = TurningOut(task.until_s, float("inf"))
                return self._press("acknowledged", at_s)
            case TurningOut() if order is not None:
                self._drive(order.place, "scene", at_s, order.urgent)
                return self._press("enroute", at_s)
            case Driving():
                return self._arrive(task, at_s)
            case Working() if task.at_patient_s < task.until_s:
                self.task = Working(task.until_s, float("inf"), task.transports)
                return self._press("at-patient", at_s)
            case Working() if order is not None and task.transports and self.setting.hospitals:
                return self._transport(order, at_s)
            case _:
                return self._clear(at_s)

    def _take_up(self, order: Order, now_s: float) -> None:
        """A new order: from the beginning, or from where the board says that it is with it already."""
        if order.stage in TRANSPORT_STAGES:
            self.task = AtHospital(now_s + self._draw("hospital", order))
        elif STAGE_ORDER.index(order.stage) >= STAGE_ORDER.index("on-scene"):
            self._work(order, now_s)
        elif order.stage == "enroute":
            self._drive(order.place, "scene", now_s, order.urgent)
        else:
            waiting = isinstance(self.task, Standing) or self.here.place == self.station
            drawn = self._draw("turnout", order) if waiting else self.chance.uniform(*TURNOUT_ON_THE_ROAD_S)
            acknowledges = now_s + self.setting.behaviour.spread("acknowledge", self.unit_type).draw(self.chance)
            self.here = Fix(self.here.place, self.here.heading_deg, 0.0)
            self.task = TurningOut(now_s + drawn, acknowledges if order.stage == "dispatched" else float("inf"))

    def _draw(self, interval: str, order: Order) -> float:
        priority = "3" if order.urgent else "2"
        return self.setting.behaviour.spread(interval, self.unit_type, order.group, priority).draw(self.chance)  # type: ignore[arg-type]

    def _drive(self, to: Place, towards: str, now_s: float, urgent: bool, wanted_s: float | None = None) -> None:
        here = self.here
        heading = here.heading_deg if here.speed_mps > 1.0 else None
        at = Moment(self.setting.started + int(now_s * 1000))
        way = self.setting.ways.way(here.place, to, at, "urgent" if urgent else "routine", heading)
        if wanted_s is None:
            pace = self.setting.behaviour.spread("travel_pace", self.unit_type, priority="3" if urgent else "2")
            wanted_s = way.expected_s * (pace.draw(self.chance) if towards == "scene" else 1.0)
        else:
            wanted_s = min(max(wanted_s, STRETCH[0] * way.expected_s), STRETCH[1] * way.expected_s)
        unexplained_s = min(way.intercept_s * wanted_s / way.expected_s, wanted_s * 0.5)
        hold_s = PULL_OUT_SHARE * unexplained_s if here.speed_mps < 1.0 else 0.0
        motion = way.motion(wanted_s - unexplained_s)
        arrives_s = now_s + hold_s + motion.total_s + (1.0 - PULL_OUT_SHARE) * unexplained_s
        self.task = Driving(motion, now_s, hold_s, arrives_s, towards)
        if self.setting.dead_spots and self.chance.random() < DEAD_SPOT_CHANCE:
            begins_s = now_s + self.chance.uniform(0.0, motion.total_s)
            self._silent = (begins_s, begins_s + self.chance.uniform(*DEAD_SPOT_S))

    def _arrive(self, drive: Driving, at_s: float) -> list[Deed]:
        self.here = drive.motion.after(drive.motion.total_s)
        if drive.towards == "post" and self.roaming is not None:
            self.task = Standing(at_s + self.chance.uniform(self.roaming.stay_min_s, self.roaming.stay_max_s))
            return []
        if drive.towards == "quarters" or self.order is None:
            self.task = Idle()
            self._said_in_quarters = True
            self.here = Fix(self.station, 0.0, 0.0)
            if not self.available:
                return []
            return [self._button({"do": "report-status", "unit": self.unit, "status": "in-quarters"}, at_s)]
        if drive.towards == "scene":
            self._work(self.order, at_s)
            return self._press("on-scene", at_s)
        self.task = AtHospital(at_s + self._draw("hospital", self.order))
        return self._press("at-destination", at_s)

    def _work(self, order: Order, at_s: float) -> None:
        transports = self.chance.random() < self.setting.behaviour.share("transports", self.unit_type, order.group)
        until_s = at_s + self._draw("scene_to_transport" if transports else "on_scene", order)
        medical = (
            order.group in ("medical", "collision") and self.setting.behaviour.share("transports", self.unit_type) > 0.5
        )
        to_patient_s = at_s + self.setting.behaviour.spread("to_patient", self.unit_type).draw(self.chance)
        self.task = Working(
            until_s, to_patient_s if medical and order.stage != "at-patient" else float("inf"), transports
        )

    def _transport(self, order: Order, at_s: float) -> list[Deed]:
        """To the hospital whose distance fits the drawn time best, unless the board names one."""
        wanted_s = self._draw("transport", order)
        at = Moment(self.setting.started + int(at_s * 1000))
        chosen = order.destination
        if chosen not in self.setting.hospitals:
            ways = {
                h: self.setting.ways.way(self.here.place, p, at, "routine") for h, p in self.setting.hospitals.items()
            }
            chosen = min(ways, key=lambda h: abs(ways[h].expected_s - wanted_s))
        self._drive(self.setting.hospitals[chosen], chosen, at_s, urgent=False, wanted_s=wanted_s)
        return self._press("transporting", at_s, destination=chosen)

    def _clear(self, at_s: float) -> list[Deed]:
        deeds = self._press("available", at_s)
        self.order = None
        self._go_home(at_s)
        return deeds

    def _move_on(self, roaming: Roaming, at_s: float) -> list[Deed]:
        """To the next post: a place where help is called for, not too far from the station."""
        if not self.available:
            self.task = Standing(at_s + roaming.stay_max_s)
            return []
        assert self.setting.post is not None, "crews roam only where posts are known"
        posts = [self.setting.post(self.chance) for _ in range(POSTS_LOOKED_AT)]
        near = [post for post in posts if distance_m(post, self.station) <= roaming.radius_m]
        chosen = near[0] if near else min(posts, key=lambda post: distance_m(post, self.station))
        self._drive(chosen, "post", at_s, urgent=False)
        if not self._said_in_quarters:
            return []
        self._said_in_quarters = False
        return [self._button({"do": "report-status", "unit": self.unit, "status": "available"}, at_s)]

    def _go_home(self, now_s: float) -> None:
        if self.roaming is not None:
            self.task = Standing(now_s)
        elif self.here.place == self.station:
            self.task = Idle()
        else:
            self._drive(self.station, "quarters", now_s, urgent=False)

    def _press(self, status: str, at_s: float, destination: str = "") -> list[Deed]:
        """A button of the field app; not one that the board is past already."""
        order = self.order
        if order is None:
            return []
        if status in STAGE_ORDER and STAGE_ORDER.index(order.stage) >= STAGE_ORDER.index(status):
            return []
        if status in STAGE_ORDER:
            self.order = msgspec.structs.replace(order, stage=status)
        body = {"do": "report-status", "unit": self.unit, "status": status, "incident_id": order.incident}
        if destination:
            body["destination"] = destination
        return [self._button(body, at_s)]

    def _button(self, body: dict[str, str], at_s: float) -> Command:
        self._presses += 1
        return Command(self.setting.identity(f"{self.unit}/{self._presses}"), self.unit, body, at_s)

    def _fixes(self, now_s: float, every_s: float) -> list[Deed]:
        if now_s < self._next_fix_s:
            return []
        moving = isinstance(self.task, Driving)
        self._next_fix_s = now_s + (every_s if moving else max(every_s, FIX_STANDING_S))
        if self._silent[0] <= now_s < self._silent[1]:
            return []
        return [self.seen(now_s)]

    def seen(self, now_s: float) -> Seen:
        """Its place as its receiver finds it."""
        fix = self.fix(now_s)
        place = moved(fix.place, self.chance.gauss(0, FIX_ERROR_M), self.chance.gauss(0, FIX_ERROR_M))
        rolling = fix.speed_mps > 0.5
        return Seen(self.unit, place, round(fix.heading_deg, 1) if rolling else None, round(fix.speed_mps, 1), now_s)
