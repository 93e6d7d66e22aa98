"""Replay San Francisco's real week against the rules, and hold our first choice and travel times against what happened.

    .venv/bin/python -m benchmarks.replay_week [--write]

1. every real unit assignment: accepted, or refused and why (`replaying.py`);
2. at each call's first dispatch, what we would have proposed on the board of that moment, against who really went;
3. predicted against real travel time.

The record holds no positions. A unit is taken to be in its quarters, or on its way there from its last call (from the
hospital whose distance fits its transport time, as the record does not name it) along the road. Ambulances of the real
city stand at posts that the record does not show, so for them the comparison says little; see the notes below it.
Whether a unit was on duty is not in the record either: it counts as on duty within four hours of one of its dispatches.
"""

import bisect
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from benchmarks.real_week import CITY, SHOWN, kind_of
from benchmarks.replaying import Act, Replay, moment
from turnout.city.folder import City, load_city
from turnout.city.simulated.week import RealCall, RealResponse, read_week
from turnout.core.board import Available, Unit
from turnout.recommend import Fix, PlaceSpots, RoadConditions, RoadTimes, recommend
from turnout.recommend.plans import wanted
from turnout.recommend.request import Request
from turnout.recommend.starting import Start, start_of
from turnout.roads import Roads, Route, Spots
from turnout.words.identity import UnitId
from turnout.words.moment import HOUR_MS, SECOND_MS, Moment
from turnout.words.place import Place

DUTY_MS = 4 * HOUR_MS
SAME_WAVE_S = 10
"""Dispatched so soon after the first: the same decision."""
LEAST_SHOWN = 20
TRAVEL_S = (20, 3600)
"""Shorter ones are a button pressed twice; longer ones are not one drive."""


@dataclass(frozen=True)
class Return:
    """A unit on its way home."""

    began: Moment
    home: Moment
    route: Route


@dataclass
class Comparison:
    """One unit type in one first dispatch."""

    unit_type: str
    real: list[str]
    ours: list[str]
    same_station: int
    sooner_s: list[float]
    """Predicted arrival of the real one minus that of ours, rank by rank; positive: ours would have been sooner."""
    exact: bool
    """Whether every unit concerned started from its quarters, so that the prediction rests on nothing assumed."""


@dataclass
class Prediction:
    unit_type: str
    urgent: bool
    from_quarters: bool
    predicted_s: float
    real_s: float
    inside: bool


@dataclass
class Observer:
    """Looks at the replay at every first dispatch."""

    city: City
    roads: Roads
    replay: Replay
    dispatched: dict[str, list[int]]
    returns: dict[str, Return] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    predictions: list[Prediction] = field(default_factory=list)
    took_s: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spots, self.conditions = PlaceSpots(self.roads), RoadConditions(self.roads)

    # Where units are. -------------------------------------------------------------------------------------------------

    def cleared(self, act: Act) -> Moment | None:
        """The unit sets out for home; when it will be there."""
        assert act.response is not None
        unit = self.replay.board.units[UnitId(act.response.unit)]
        end = self._ended_at(act.call, act.response, act.at)
        station = self.city.catalogue.stations[unit.station].place
        a, b = self.spots.of(end), self.spots.of(station)
        route = self.roads.route(a, b, act.at, drive="routine") if a and b else None
        if route is None:
            self.returns.pop(act.response.unit, None)
            return act.at
        home = Moment(act.at + int(self.roads.estimate(route.drive_s, "routine").expected_s * SECOND_MS))
        self.returns[act.response.unit] = Return(act.at, home, route)
        return home

    def is_home_now(self, act: Act) -> bool:
        """Whether an `in-quarters` still holds: the unit was not sent anywhere on the way."""
        assert act.response is not None
        back = self.returns.get(act.response.unit)
        status = self.replay.board.units[UnitId(act.response.unit)].status
        return back is not None and back.home == act.at and isinstance(status, Available)

    def _ended_at(self, call: RealCall, response: RealResponse, at: Moment) -> Place:
        if response.transport_s is None or response.hospital_s is None:
            return call.place
        took_s = response.hospital_s - response.transport_s
        scene = self.spots.of(call.place)
        hospitals = [hospital.place for hospital in self.city.catalogue.hospitals.values()]
        if scene is None:
            return call.place
        reach = self.roads.reach(scene, Spots.of([self.spots.of(place) for place in hospitals]), at, drive="routine")
        intercept_s = self.roads.profile.routine.intercept_s
        return hospitals[int(np.argmin(np.abs(np.asarray(reach.times_s) + intercept_s - took_s)))]

    def _positions(self, at: Moment) -> dict[UnitId, Fix]:
        fixes = {}
        for unit, back in self.returns.items():
            status = self.replay.board.units[UnitId(unit)].status
            if isinstance(status, Available) and not status.in_quarters and back.began <= at < back.home:
                here = back.route.after((at - back.began) / SECOND_MS)
                spot = self.roads.snap(here.place, here.heading_deg, here.speed_mps)
                fixes[UnitId(unit)] = Fix(here.place, at, spot, here.speed_mps)
        return fixes

    def _off_duty(self, at: Moment) -> set[UnitId]:
        away = set()
        for unit in self.replay.board.units:
            times = self.dispatched.get(str(unit), [])
            i = bisect.bisect_left(times, at)
            near = [abs(times[j] - at) for j in (i - 1, i) if 0 <= j < len(times)]
            if not near or min(near) > DUTY_MS:
                away.add(unit)
        return away

    # Comparing. -------------------------------------------------------------------------------------------------------

    def first_dispatch(self, act: Act) -> None:
        board, call = self.replay.board, act.call
        incident = board.incidents[call.number]  # type: ignore[index]
        positions, times = self._positions(act.at), RoadTimes(self.roads, self.spots, self.conditions.on(board), act.at)
        wave = [
            r for r in call.responses if r.dispatch_s is not None and _at(call, r) <= act.at + SAME_WAVE_S * SECOND_MS
        ]
        began = time.perf_counter()
        proposal = recommend(board, incident, act.at, positions, times, exclude=self._off_duty(act.at))
        self.took_s.append(time.perf_counter() - began)
        request = Request(board=board, incident=incident, at=act.at, wanted=wanted(board, incident, act.at))
        ours = [line.unit for line in proposal.lines]
        both = [UnitId(r.unit) for r in wave] + ours
        starts = {unit: start_of(board.units[unit], request, positions, times) for unit in both}
        drives = self._drive_s(incident.location.place, starts, times, request.is_urgent)
        arrival = {
            unit: starts[unit].turnout_s + times.estimate(drives[unit], request.is_urgent).expected_s for unit in starts
        }
        for unit_type in {kind_of(response) for response in wave}:
            self._compare(unit_type, wave, ours, starts, arrival)
        for response in wave:
            self._predict(response, starts[UnitId(response.unit)], drives[UnitId(response.unit)], call)

    def _drive_s(
        self, place: Place | None, starts: dict[UnitId, Start], times: RoadTimes, urgent: bool
    ) -> dict[UnitId, float]:
        target = times.spot_of(place) if place is not None else None
        if target is None:
            return dict.fromkeys(starts, float("inf"))
        seconds = times.drive_s(target, Spots.of([start.spot for start in starts.values()]), None, urgent)
        return dict(zip(starts, seconds, strict=True))

    def _compare(
        self,
        unit_type: str,
        wave: list[RealResponse],
        ours: list[UnitId],
        starts: dict[UnitId, Start],
        arrival: dict[UnitId, float],
    ) -> None:
        units = self.replay.board.units
        real = [UnitId(r.unit) for r in wave if kind_of(r) == unit_type]
        kind = units[real[0]].kind
        mine = [unit for unit in ours if units[unit].kind == kind]
        if not mine:
            self.comparisons.append(Comparison(unit_type, [str(u) for u in real], [], 0, [], False))
            return
        pairs = zip(sorted(arrival[u] for u in real), sorted(arrival[u] for u in mine), strict=False)
        sooner = [theirs - our for theirs, our in pairs if np.isfinite(theirs) and np.isfinite(our)]
        exact = all(starts[unit].start == "quarters" for unit in (*real, *mine))
        self.comparisons.append(
            Comparison(
                unit_type,
                [str(u) for u in real],
                [str(u) for u in mine],
                _shared(_stations(units, real), _stations(units, mine)),
                sooner,
                exact,
            )
        )

    def _predict(self, response: RealResponse, start: Start, drive_s: float, call: RealCall) -> None:
        if response.on_scene_s is None or response.response_s is None or not np.isfinite(drive_s):
            return
        real_s = response.on_scene_s - response.response_s
        if not TRAVEL_S[0] <= real_s <= TRAVEL_S[1]:
            return
        urgent = call.final_priority == "3"
        estimate = self.roads.estimate(drive_s, "urgent" if urgent else "routine")
        self.predictions.append(
            Prediction(
                kind_of(response),
                urgent,
                start.start == "quarters",
                estimate.expected_s,
                real_s,
                estimate.earliest_s <= real_s <= estimate.latest_s,
            )
        )


def _at(call: RealCall, response: RealResponse) -> Moment:
    assert response.dispatch_s is not None
    return moment(call, response.dispatch_s)


def _stations(units: dict[UnitId, Unit], chosen: Iterable[UnitId]) -> Counter[str]:
    return Counter(str(units[unit].station) for unit in chosen)


def _shared(a: Counter[str], b: Counter[str]) -> int:
    return (a & b).total()


# Tables. --------------------------------------------------------------------------------------------------------------


def verdicts(replay: Replay) -> str:
    every = Counter(verdict.how for verdict in replay.assignments)
    lines = ["| assignment | count | defence |", "| --- | ---: | --- |"]
    lines += [f"| {how} | {n} | {DEFENCE.get(how, 'none yet')} |" for how, n in every.most_common()]
    lines += [f"| all | {every.total()} | |", "", "| other acts | answer | count |", "| --- | --- | ---: |"]
    lines += [f"| {what} | {how} | {n} |" for (what, how), n in sorted(replay.other.items())]
    return "\n".join([*lines, "", *held(replay), *REMARKS])


def held(replay: Replay) -> list[str]:
    """Each unit that the record sends while it still shows it on another call, and for how much longer."""
    calls = {call.number: call for call in replay.week}
    lines = ["| sent while on another call | unit | from | the record frees it |", "| --- | --- | --- | ---: |"]
    for verdict in replay.assignments:
        response = verdict.act.response
        if not verdict.held_by or response is None:
            continue
        other = calls[verdict.held_by]
        ends = [
            moment(other, r.available_s)
            for r in other.responses
            if r.unit == response.unit and r.available_s is not None
        ]
        later = f"{(max(ends) - verdict.act.at) / SECOND_MS:+.0f} s" if ends else "never"
        lines.append(f"| {verdict.act.call.number} | {response.unit} | {verdict.held_by} | {later} |")
    return lines


REMARKS = (
    "",
    "A unit that clears where nobody has arrived (614) is asked for a reason first and taken with it (3.24).",
    "The stamps that are refused belong to units that had been sent on (unit-moved-on), or name a stage that the",
    "record enters out of order (stage-passed, not-arrived: transport without a scene time).",
)


DEFENCE = {
    "accepted": "",
    "accepted as a pre-emption": "refused at first: the record shows the unit still on another call; taken with the "
    "reason that a dispatcher gives, and the other call is told",
    "unknown-incident": "its call lies outside the city (airport) and was not opened by this city",
    "already-assigned": "the record sends the same unit twice to one call",
}


def choices(observer: Observer) -> str:
    lines = [
        "| unit type | first dispatches | we send the type too | same unit | same station | ours sooner by, median (s) "
        "| ours sooner by > 30 s | later by > 30 s |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    by_type: dict[str, list[Comparison]] = defaultdict(list)
    for comparison in observer.comparisons:
        by_type[comparison.unit_type].append(comparison)
        if comparison.exact:
            by_type[f"{comparison.unit_type}, all in quarters"].append(comparison)
    for name, group in sorted(by_type.items()):
        if len(group) < LEAST_SHOWN:
            continue
        sent = [c for c in group if c.ours]
        least = sum(min(len(c.real), len(c.ours)) for c in sent) or 1
        same = sum(len(set(c.real) & set(c.ours)) for c in sent)
        sooner = np.array([s for c in sent for s in c.sooner_s] or [0.0])
        lines.append(
            f"| {name} | {len(group)} | {len(sent) / len(group):.0%} | {same / least:.0%} "
            f"| {sum(c.same_station for c in sent) / least:.0%} | {np.median(sooner):+.0f} "
            f"| {(sooner > 30).mean():.0%} | {(sooner < -30).mean():.0%} |"
        )
    return "\n".join(lines)


def travel(observer: Observer) -> str:
    lines = [
        "| unit type | drive | start | runs | real p50 / p90 (s) | median error | p50 absolute | p90 absolute | in the "
        "interval |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    groups: dict[tuple[str, str, str], list[Prediction]] = defaultdict(list)
    for p in observer.predictions:
        drive, start = "urgent" if p.urgent else "routine", "quarters" if p.from_quarters else "assumed on the road"
        groups[p.unit_type, drive, start].append(p)
        groups["all", drive, start].append(p)
    for (unit_type, drive, start), group in sorted(groups.items()):
        if len(group) < LEAST_SHOWN:
            continue
        real = np.array([p.real_s for p in group])
        error = real - np.array([p.predicted_s for p in group])
        p50, p90 = np.percentile(np.abs(error), (50, 90))
        inside = np.mean([p.inside for p in group])
        lines.append(
            f"| {unit_type} | {drive} | {start} | {len(group)} | {np.median(real):.0f} / {np.percentile(real, 90):.0f} "
            f"| {np.median(error):+.0f} | {p50:.0f} | {p90:.0f} | {inside:.0%} |"
        )
    return "\n".join(lines)


def main() -> None:
    city = load_city(CITY)
    assert city.artefacts.roads is not None
    week = read_week(CITY / "week.csv.gz")
    replay = Replay(city, week)
    dispatched: dict[str, list[int]] = defaultdict(list)
    for call in week:
        for response in call.responses:
            if response.dispatch_s is not None:
                dispatched[response.unit].append(_at(call, response))
    roads = Roads.load(city.artefacts.roads, CITY / "speeds.toml")
    observer = Observer(city, roads, replay, {unit: sorted(times) for unit, times in dispatched.items()})
    replay.before_first_dispatch, replay.after_clear = observer.first_dispatch, observer.cleared
    replay.still_home = observer.is_home_now
    began = time.perf_counter()
    replay.run()
    took_s = time.perf_counter() - began
    parts = [
        "# The real week against the rules\n",
        f"{replay.commands} commands, {replay.board.seq} events, {len(observer.took_s)} recommendations "
        f"(p50 {np.median(observer.took_s) * 1e3:.1f} ms, p99 {np.percentile(observer.took_s, 99) * 1e3:.1f} ms); "
        f"{took_s:.0f} s in all.\n",
        "## Every real assignment\n",
        verdicts(replay),
        "\n## Our first choice against who went\n",
        choices(observer),
        "\n## Predicted against real travel\n",
        travel(observer),
        NOTES,
    ]
    text = "\n".join(parts)
    print(text)
    if "--write" in sys.argv:
        (SHOWN / "replay_week.md").write_text(text, encoding="utf-8")


NOTES = """
Notes. Seconds sooner are by our own prediction for both, so they say what the choice cost, not what the engine errs.
Ambulances (medic, private) and rescue captains stand at posts that the record does not show; ours start from the
station that the city's table gives them, and those that really went are timed from theirs. A dispatcher
of the real city knew where they stood. Engines and trucks are the fair comparison. Where the real first unit was on its
way home, its place is assumed along the road.
"""

if __name__ == "__main__":
    main()
