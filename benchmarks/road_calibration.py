"""Calibrate the city's road speeds on real runs from quarters, and say how far predicted travel is from real travel.

A run counts where the crew was very likely in quarters: a turnout of a crew that runs to its vehicle, and none of
its own calls in the twenty minutes before. Real travel = intercept + sum over classes and hours of (time at the posted
limit / factor), fitted on the sum of absolute errors (real stamps have wild outliers), in turn with the choice of way,
which depends on the factors. Judged on days left out. Part of `python -m benchmarks.calibration`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linprog

from benchmarks.fitting import Fit, fit
from benchmarks.real_week import CITY, LOCAL, SHOWN
from turnout.city.folder import load_city
from turnout.city.simulated.behaviour import ANY, Key
from turnout.city.simulated.week import RealCall, RealResponse
from turnout.roads import DEFAULT_PROFILE, ROAD_CLASSES, Drive, RoadGraph, Roads, SpeedProfile
from turnout.words.moment import MINUTE_MS, SECOND_MS, Moment
from turnout.words.place import Place

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
GROUPS: dict[str, tuple[str, ...]] = {
    "motorway": ("motorway", "motorway_link"),
    "arterial": ("trunk", "primary", "secondary", "trunk_link", "primary_link", "secondary_link"),
    "collector": ("tertiary", "tertiary_link", "unclassified"),
    "street": ("residential", "living_street", "service", "pedestrian"),
}
BANDS = "NDP"
QUIET_MIN = 20
IN_QUARTERS_TURNOUT_S = 20
TRAVEL_S = (20, 1500)
"""Under 20 s the button was pressed twice; above 25 minutes the crew did something else on the way."""
ROUNDS = 3
SLOWNESS_MIN, SLOWNESS_MAX = 0.6, 2.5
"""Bounds of real time over time at the posted limit, so that a class with few runs cannot run away."""
IN_QUARTERS_TYPES = ("ENGINE", "TRUCK", "RESCUE SQUAD")
DRIVES: dict[Drive, str] = {"urgent": "3", "routine": "2"}


@dataclass(frozen=True)
class Run:
    at: Moment
    start: Place
    end: Place
    travel_s: float
    priority: str
    unit_type: str
    day: int


def runs_from_quarters(week: list[RealCall], homes: Mapping[str, Place]) -> list[Run]:
    freed: dict[str, int] = {}
    runs = []
    for at, call, response in dispatches(week):
        quiet = at - freed.get(response.unit, 0) > QUIET_MIN * MINUTE_MS
        if response.available_s is not None:
            freed[response.unit] = call.received + response.available_s * SECOND_MS
        if response.response_s is None or response.on_scene_s is None or response.dispatch_s is None:
            continue
        travel_s = response.on_scene_s - response.response_s
        ran = response.response_s - response.dispatch_s >= IN_QUARTERS_TURNOUT_S
        wanted = response.unit_type in IN_QUARTERS_TYPES and response.unit in homes
        if quiet and ran and wanted and TRAVEL_S[0] < travel_s < TRAVEL_S[1]:
            left = Moment(call.received + response.response_s * SECOND_MS)
            day = datetime.fromtimestamp(left / 1000, UTC).astimezone(LOCAL).toordinal()
            home = homes[response.unit]
            runs.append(Run(left, home, call.place, travel_s, call.final_priority, response.unit_type, day))
    return runs


def dispatches(week: list[RealCall]) -> Iterator[tuple[int, RealCall, RealResponse]]:
    """Every dispatch of the week in order of time."""
    every = [
        (c.received + r.dispatch_s * SECOND_MS, c, r) for c in week for r in c.responses if r.dispatch_s is not None
    ]
    yield from sorted(every, key=lambda each: each[0])


def measure(roads: Roads, runs: list[Run]) -> Array:
    """Per run: seconds at the posted limit on each group of classes, then in each band; NaN where there is no way."""
    class_group = {c: i for i, names in enumerate(GROUPS.values()) for c in names}
    groups = np.array([class_group.get(name, len(GROUPS) - 1) for name in ROAD_CLASSES])[roads.graph.edge_class]
    posted_s = roads.graph.edge_length_m / (roads.graph.edge_speed_kmh / 3.6)
    out = np.full((len(runs), len(GROUPS)), np.nan)
    for i, run in enumerate(runs):
        a, b = roads.snap(run.start), roads.snap(run.end)
        way = roads.route(a, b, run.at) if a and b else None
        if way is None:
            continue
        usual_s = roads.edge_times_s(run.at)
        out[i] = 0.0
        for edge, begin, until in zip(way.line_edges, way.clock_s, way.clock_s[1:], strict=False):
            out[i, groups[edge]] += (until - begin) / usual_s[edge] * posted_s[edge]
    return out


def least_absolute(columns: Array, y: Array, bounds: list[tuple[float, float | None]]) -> Array:
    """Coefficients that minimise the sum of absolute errors (a linear programme)."""
    n, k = columns.shape
    rows = sparse.hstack([sparse.csr_matrix(columns), sparse.eye(n), -sparse.eye(n)])
    cost = np.r_[np.zeros(k), np.ones(2 * n)]
    solved = linprog(cost, A_eq=rows, b_eq=y, bounds=bounds + [(0, None)] * (2 * n), method="highs")
    return np.asarray(solved.x[:k])


@dataclass(frozen=True)
class Pace:
    """Fitted: intercept, slowness (real over posted time) per class group, and relative slowness per band."""

    intercept_s: float
    by_group: Array
    by_band: Array
    earliest: float = 0.6
    latest: float = 1.6

    def predict(self, posted: Array, band: NDArray[np.int64]) -> Array:
        return np.asarray(self.intercept_s + (posted @ self.by_group) * self.by_band[band])


def fit_pace(posted: Array, band: NDArray[np.int64], real: Array) -> Pace:
    """Class groups first (borrowing where a group is rare), then the bands on what the groups explain."""
    whole = least_absolute(np.c_[np.ones(len(real)), posted.sum(axis=1)], real, [(0, None), (0, None)])
    slow = [(SLOWNESS_MIN, SLOWNESS_MAX)] * len(GROUPS)
    prior_rows = np.c_[np.zeros(len(GROUPS)), np.eye(len(GROUPS))] * PRIOR_S
    prior_real = np.full(len(GROUPS), whole[1] * PRIOR_S)
    columns = np.r_[np.c_[np.ones(len(real)), posted], prior_rows]
    w = least_absolute(columns, np.r_[real, prior_real], [(0, None), *slow])
    drive = posted @ w[1:]
    in_band = band[:, None] == np.arange(len(BANDS))
    alone = least_absolute(drive[:, None] * in_band, real - w[0], [(0, None)] * len(BANDS))
    runs = in_band.sum(axis=0)
    by_band = 1.0 + (alone - 1.0) * runs / (runs + BAND_TRUST_RUNS)
    return with_interval(Pace(float(w[0]), w[1:], by_band), posted, band, real)


def fit_like(other: Pace, posted: Array, band: NDArray[np.int64], real: Array) -> Pace:
    """Intercept and one factor over another pace's pattern, for a drive with too few runs for a pattern of its own."""
    bare = Pace(0.0, other.by_group, other.by_band)
    columns = np.c_[np.ones(len(real)), bare.predict(posted, band)]
    intercept, scale = least_absolute(columns, real, [(0, None), (0, None)])
    return with_interval(Pace(float(intercept), other.by_group * scale, other.by_band), posted, band, real)


def with_interval(pace: Pace, posted: Array, band: NDArray[np.int64], real: Array) -> Pace:
    earliest, latest = np.percentile(real / pace.predict(posted, band), (10, 90))
    return Pace(pace.intercept_s, pace.by_group, pace.by_band, float(earliest), float(latest))


def fit_paces(posted: Array, band: NDArray[np.int64], real: Array, by_drive: Mapping[str, Flags]) -> dict[str, Pace]:
    m = by_drive["urgent"]
    urgent = fit_pace(posted[m], band[m], real[m])
    m = by_drive["routine"]
    return {"urgent": urgent, "routine": fit_like(urgent, posted[m], band[m], real[m])}


PRIOR_S = 100.0
"""Weight of the one-factor answer, as a run of 100 s: the motorway's few runs lean on it, the streets' do not."""
BAND_TRUST_RUNS = 400
"""With so many runs in a band, its own pace counts half."""


def profile_of(paces: Mapping[str, Pace], time_zone: str) -> SpeedProfile:
    table = msgspec.to_builtins(DEFAULT_PROFILE)
    table["time_zone"] = time_zone
    table["source"] = SOURCE
    for drive, pace in paces.items():
        table[drive] = {
            "intercept_s": round(pace.intercept_s, 1),
            "earliest_ratio": round(pace.earliest, 3),
            "latest_ratio": round(pace.latest, 3),
            "factors": {band: factors_of(pace, i) for i, band in enumerate(BANDS)},
        }
    return msgspec.convert(table, SpeedProfile)


def factors_of(pace: Pace, band: int) -> dict[str, float]:
    slowness = pace.by_group * pace.by_band[band]
    factors = {
        name: round(float(1 / s), 3) for s, names in zip(slowness, GROUPS.values(), strict=True) for name in names
    }
    return {"default": round(float(1 / slowness[-1]), 3), **factors}


SOURCE = (
    "Fitted by `python -m benchmarks.calibration` to runs from quarters of engines, trucks and squads of the San "
    "Francisco Fire Department, 2016-12-31 to 2017-01-07 (DataSF nuek-vuh3, PDDL). "
    "A factor multiplies the posted limit."
)


def written(profile: SpeedProfile) -> str:
    lines = [
        "# How fast San Francisco's crews drive. Written by `python -m benchmarks.calibration`; see",
        "# benchmarks/calibration/travel.md for how far it can be believed.",
        f"version = {profile.version}",
        f'source = "{profile.source}"',
        f'time_zone = "{profile.time_zone}"',
        "\n# One letter per hour, 0 to 23, local time: N night, D day, P rush hour.\n[week]",
        *(f'{day} = "{hours}"' for day, hours in profile.week.items()),
    ]
    for drive in DRIVES:
        pace = profile.urgent if drive == "urgent" else profile.routine
        lines += [
            f"\n[{drive}]\nintercept_s = {pace.intercept_s}",
            "# The interval that a real arrival fell into four times out of five, over the expected time.",
            f"earliest_ratio = {pace.earliest_ratio}\nlatest_ratio = {pace.latest_ratio}",
        ]
        for band, factors in pace.factors.items():
            lines += [f"\n[{drive}.factors.{band}]", *(f"{name} = {factor}" for name, factor in factors.items())]
    return "\n".join(lines) + "\n"


def bands_of(runs: list[Run], profile: SpeedProfile) -> NDArray[np.int64]:
    return np.array([BANDS.index(profile.band_at(run.at)) for run in runs])


def calibrate(graph: RoadGraph, runs: list[Run], time_zone: str) -> tuple[SpeedProfile, str]:
    """The fitted profile, and the table that says how well it does on days left out."""
    profile = msgspec.structs.replace(DEFAULT_PROFILE, time_zone=time_zone)
    table = ""
    for turn in range(ROUNDS):
        posted = measure(Roads(graph, profile), runs)
        there = ~np.isnan(posted).any(axis=1)
        kept = [run for run, reached in zip(runs, there, strict=True) if reached]
        posted, band, real = posted[there], bands_of(kept, profile), np.array([run.travel_s for run in kept])
        by_drive = {d: np.array([run.priority == priority for run in kept]) for d, priority in DRIVES.items()}
        if turn == ROUNDS - 1:
            table = judged(posted, band, real, by_drive, np.array([run.day % 2 == 1 for run in kept]))
        profile = profile_of(fit_paces(posted, band, real, by_drive), time_zone)
    return profile, table


def judged(posted: Array, band: NDArray[np.int64], real: Array, by_drive: Mapping[str, Flags], odd: Flags) -> str:
    """Errors on the days left out, for the fitted paces and for the roads' default."""
    errors: dict[tuple[str, str], list[Array]] = {(d, n): [] for d in DRIVES for n in ("calibrated", "default speeds")}
    inside: dict[str, list[Array]] = {d: [] for d in DRIVES}
    for fitted in (odd, ~odd):
        paces = fit_paces(posted, band, real, {d: m & fitted for d, m in by_drive.items()})
        for drive, pace in paces.items():
            m = by_drive[drive] & ~fitted
            predicted = pace.predict(posted[m], band[m])
            errors[drive, "calibrated"].append(real[m] - predicted)
            errors[drive, "default speeds"].append(real[m] - default_s(drive, posted[m], band[m]))
            inside[drive].append((real[m] >= pace.earliest * predicted) & (real[m] <= pace.latest * predicted))
    return "".join(
        row(drive, name, np.concatenate(parts), np.concatenate(inside[drive]))
        for (drive, name), parts in errors.items()
    )


def row(drive: str, name: str, error: Array, inside: Array) -> str:
    p50, p90 = np.percentile(np.abs(error), (50, 90))
    within = f"{inside.mean():.0%}" if name == "calibrated" else ""
    return (
        f"| {drive} | {name} | {len(error)} | {np.median(error):+.0f} | {np.abs(error).mean():.0f} "
        f"| {p50:.0f} | {p90:.0f} | {within} |\n"
    )


def default_s(drive: str, posted: Array, band: NDArray[np.int64]) -> Array:
    pace = DEFAULT_PROFILE.urgent if drive == "urgent" else DEFAULT_PROFILE.routine
    factor = np.array([pace.factors[b]["default"] for b in BANDS])
    return np.asarray(pace.intercept_s + posted.sum(axis=1) / factor[band])


TABLE_HEAD = (
    "# Travel from quarters: predicted against real, days left out (seconds)\n\n"
    "| drive | speeds | runs | median error | mean absolute | p50 absolute | p90 absolute | inside the interval |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n"
)


def paces_around(profile: SpeedProfile, graph: RoadGraph, runs: list[Run]) -> dict[Key, Fit]:
    """Spread of real travel over what the calibrated roads foretell, for the simulator's drivers."""
    roads = Roads(graph, profile)
    fits: dict[Key, Fit] = {}
    for drive, priority in DRIVES.items():
        chosen = [run for run in runs if run.priority == priority]
        ratios, days = [], []
        for run in chosen:
            a, b = roads.snap(run.start), roads.snap(run.end)
            way = roads.route(a, b, run.at, drive=drive) if a and b else None
            if way is not None:
                ratios.append(run.travel_s / roads.estimate(way.drive_s, drive).expected_s)
                days.append(run.day)
        fits["travel_pace", ANY, ANY, priority] = fit(ratios, days)
    return fits


def calibrate_city(week: list[RealCall]) -> dict[Key, Fit]:
    """Write the city's speeds.toml and the table; return the spread of pace around them."""
    city = load_city(CITY)
    assert city.artefacts.roads is not None, "build the city's roads first: turnout city build"
    graph = RoadGraph.load(city.artefacts.roads)
    stations = city.catalogue.stations
    homes = {str(unit.id): stations[unit.station].place for unit in city.catalogue.units.values()}
    runs = runs_from_quarters(week, homes)
    profile, table = calibrate(graph, runs, city.catalogue.time_zone)
    (CITY / "speeds.toml").write_text(written(profile), encoding="utf-8")
    (SHOWN / "travel.md").write_text(TABLE_HEAD + table, encoding="utf-8")
    print(TABLE_HEAD + table)
    return paces_around(profile, graph, runs)
