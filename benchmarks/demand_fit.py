"""Fit the demand for help of the real week: calls per hour of the week, by type, by cell. Calls only, never who called.

One week is little: hour-of-week counts are smoothed round the clock and shrunk towards the hour of the day, cells
borrow from their neighbours, types from the part of the day. The week is the one of New Year.
"""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from numpy.typing import NDArray

from benchmarks.real_week import LOCAL
from turnout.city.simulated.demand import CELL_LAT_DEG, CELL_LON_DEG, DAY_PARTS, HOURS_OF_WEEK, cell_of
from turnout.city.simulated.week import RealCall

IN_CITY = (37.69, 37.84, -122.53, -122.35)
"""South, north, west, east: the airport's calls, 13 km outside, are not the city's demand."""
SMOOTH_H = 1.25
DAY_SHRINK = 0.5
"""Weight of the hour of the day beside the hour of the week: with one week, each counts about as much."""
NEIGHBOUR_SHARE = 0.25
"""How much of a cell's weight is spread over the eight around it, where there are streets with calls."""
Array = NDArray[np.float64]


def local(call: RealCall) -> datetime:
    return datetime.fromtimestamp(call.received / 1000, tz=UTC).astimezone(LOCAL)


def hour_of_week(call: RealCall) -> int:
    at = local(call)
    return at.weekday() * 24 + at.hour


def in_city(call: RealCall) -> bool:
    south, north, west, east = IN_CITY
    return south < call.place.lat < north and west < call.place.lon < east


def smooth(counts: Array, width: float) -> Array:
    """Round the clock (the last hour borders the first)."""
    n = len(counts)
    lag = np.minimum(np.arange(n), n - np.arange(n))
    kernel = np.exp(-0.5 * (lag / width) ** 2)
    kernel /= kernel.sum()
    return np.array([float((np.roll(kernel, i) * counts).sum()) for i in range(n)])


def rates(calls: list[RealCall]) -> Array:
    """Calls per hour for each of the 168 hours of the local week, from Monday 00:00.

    An hour without a single call was not recorded, rather than quiet: at nine calls an hour that is one in eight
    thousand, and the real week has such a hole (5 January 23:45 to 6 January 02:36 local).
    """
    counts, hours = np.zeros(HOURS_OF_WEEK), np.zeros(HOURS_OF_WEEK)
    taken = Counter((local(call).toordinal(), local(call).hour) for call in calls)
    for (day, hour), calls_then in taken.items():
        weekday = datetime.fromordinal(day).weekday()
        counts[weekday * 24 + hour] += calls_then
        hours[weekday * 24 + hour] += 1
    by_hour = smooth(counts, SMOOTH_H) / smooth(hours, SMOOTH_H)
    day_counts, day_hours = counts.reshape(7, 24).sum(axis=0), hours.reshape(7, 24).sum(axis=0)
    by_day_hour = np.tile(smooth(day_counts, SMOOTH_H) / smooth(day_hours, SMOOTH_H), 7)
    return (1 - DAY_SHRINK) * by_hour + DAY_SHRINK * by_day_hour


def type_shares(calls: list[RealCall], types: list[str]) -> Array:
    """Rows: parts of the day; each sums to one. Shrunk towards the whole week by ten calls."""
    whole = np.array([sum(c.call_type == t for c in calls) for t in types], dtype=np.float64)
    whole /= whole.sum()
    table = np.zeros((DAY_PARTS, len(types)))
    for call in calls:
        table[local(call).hour * DAY_PARTS // 24, types.index(call.call_type)] += 1
    table += 10 * whole
    return table / table.sum(axis=1, keepdims=True)


def cell_shares(calls: list[RealCall], cells: list[tuple[int, int]], of_type: str | None) -> Array:
    count = Counter(cell_of(c.place) for c in calls if of_type is None or c.call_type == of_type)
    bare = np.array([count[cell] for cell in cells], dtype=np.float64)
    index = {cell: i for i, cell in enumerate(cells)}
    spread = np.zeros(len(cells))
    for i, (y, x) in enumerate(cells):
        round_about = [index[y + dy, x + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (y + dy, x + dx) in index]
        spread[round_about] += bare[i] / len(round_about)
    shares = (1 - NEIGHBOUR_SHARE) * bare + NEIGHBOUR_SHARE * spread
    return shares / max(shares.sum(), 1.0)


def write(path: Path, week: list[RealCall], shown: Path) -> None:
    calls = [call for call in week if in_city(call)]
    types = sorted({call.call_type for call in calls})
    cells = sorted({cell_of(call.place) for call in calls})
    whole = cell_shares(calls, cells, None)
    counts = np.array([sum(c.call_type == t for c in calls) for t in types])
    own = np.array([cell_shares(calls, cells, t) for t in types])
    trust = (counts / (counts + 150.0))[:, None]
    by_type = trust * own + (1 - trust) * whole
    blocks = sorted(
        {(cells.index(cell_of(c.place)), c.place.lat, c.place.lon, c.address, c.neighbourhood) for c in calls}
    )
    urgent = np.array([np.mean([c.final_priority == "3" for c in calls if c.call_type == t]) for t in types])
    per_hour = rates(calls)
    np.savez_compressed(
        path,
        rate_per_hour=per_hour.astype(np.float32),
        types=np.array(types),
        type_share=type_shares(calls, types).astype(np.float32),
        urgent_share=urgent.astype(np.float32),
        cell_share=(by_type / by_type.sum(axis=1, keepdims=True)).astype(np.float32),
        block_cell=np.array([b[0] for b in blocks], dtype=np.int32),
        block_lat=np.array([b[1] for b in blocks]),
        block_lon=np.array([b[2] for b in blocks]),
        block_address=np.array([b[3] for b in blocks]),
        block_neighbourhood=np.array([b[4] for b in blocks]),
    )
    draw(calls, per_hour, cells, whole, shown / "demand.png")
    (shown / "demand.md").write_text(foretold(calls), encoding="utf-8")


def foretold(calls: list[RealCall]) -> str:
    """How well the even days foretell the odd ones and back, against a flat rate (Poisson deviance)."""
    days = sorted({local(c).toordinal() for c in calls})
    places = sorted({c.neighbourhood for c in calls})
    lines = [
        "# Demand: days left out\n\n"
        "| fitted to | judged on | calls foretold | real | deviance, model | deviance, flat |\n"
        "| --- | --- | ---: | ---: | ---: | ---: |\n"
    ]
    for odd in (0, 1):
        fitted = [c for c in calls if local(c).toordinal() % 2 == odd]
        judged = [c for c in calls if local(c).toordinal() % 2 != odd]
        n_fit = sum(d % 2 == odd for d in days)
        n_judge = len(days) - n_fit
        by_hour = (
            smooth(np.bincount([local(c).hour for c in fitted], minlength=24).astype(np.float64), SMOOTH_H) / n_fit
        )
        share = np.array([sum(c.neighbourhood == p for c in fitted) + 0.5 for p in places])
        model = n_judge * np.outer(share / share.sum(), by_hour.reshape(6, 4).sum(axis=1))
        real = np.zeros_like(model)
        for c in judged:
            real[places.index(c.neighbourhood), local(c).hour // 4] += 1
        flat = np.full_like(model, model.sum() / model.size)
        lines.append(
            f"| {'odd' if odd else 'even'} days | the others | {model.sum():.0f} | {real.sum():.0f} "
            f"| {deviance(real, model):.2f} | {deviance(real, flat):.2f} |\n"
        )
    return "".join(lines) + "\nNeighbourhood × four hours of the day; 1.0 is what pure chance leaves.\n"


def deviance(real: Array, model: Array) -> float:
    log_part = np.where(real > 0, real * np.log(np.maximum(real, 1e-9) / model), 0.0)
    return float(2 * (log_part - (real - model)).sum() / real.size)


def draw(calls: list[RealCall], per_hour: Array, cells: list[tuple[int, int]], whole: Array, path: Path) -> None:
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4), width_ratios=(2, 1), layout="constrained")
    counts = np.bincount([hour_of_week(c) for c in calls], minlength=HOURS_OF_WEEK).astype(float)
    counts[5 * 24 : 6 * 24] /= 2
    left.bar(
        np.arange(HOURS_OF_WEEK), counts, width=1, color="#bbbbbb", label="real calls (Saturdays halved: there are two)"
    )
    left.plot(np.arange(HOURS_OF_WEEK), per_hour, color="#b3261e", label="model")
    left.set_xticks(range(0, HOURS_OF_WEEK, 24), ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    left.set_ylabel("calls per hour")
    left.legend(fontsize=8)
    lat = [(y + 0.5) * CELL_LAT_DEG for y, _ in cells]
    lon = [(x + 0.5) * CELL_LON_DEG for _, x in cells]
    right.scatter(lon, lat, c=whole, s=14, marker="s", cmap="magma_r", norm="log")
    right.set_aspect(1.26)
    right.set_title("share of calls by cell (log)", fontsize=8)
    figure.savefig(path, dpi=80)
    plt.close(figure)
