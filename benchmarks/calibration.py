"""Calibrate the simulated city on the real week: fit every interval, draw the overlay plots, write table and behaviour.

    .venv/bin/python -m benchmarks.calibration

reads the shipped week and roads; writes benchmarks/calibration/ and the city's behaviour.toml, speeds.toml, demand.npz.
"""

from collections import defaultdict
from collections.abc import Iterator

import matplotlib as mpl
import numpy as np

from benchmarks import behaviour_file, demand_fit, road_calibration
from benchmarks.fitting import Fit, fit
from benchmarks.real_week import CITY, GROUPS, SHOWN, day_of, group_of, kind_of
from turnout.city.simulated.behaviour import ANY, Key
from turnout.city.simulated.week import RealCall, RealResponse, read_week

mpl.use("Agg")
from matplotlib import pyplot as plt

OWN_SPREAD_MIN = 60
"""Fewer intervals than this do not get a spread of their own; they count in the more general one."""
Samples = dict[Key, list[tuple[float, int]]]


def intervals(response: RealResponse) -> Iterator[tuple[str, float]]:
    """The intervals that one unit response shows. A negative one is a mistyped stamp and is left out by the caller."""
    r = response
    if r.response_s is not None and r.dispatch_s is not None:
        yield "turnout", r.response_s - r.dispatch_s
    if r.response_s is not None and r.on_scene_s is not None:
        yield "travel", r.on_scene_s - r.response_s
    if r.on_scene_s is not None and r.transport_s is None and r.available_s is not None:
        yield "on_scene", r.available_s - r.on_scene_s
    if r.on_scene_s is not None and r.transport_s is not None:
        yield "scene_to_transport", r.transport_s - r.on_scene_s
    if r.transport_s is not None and r.hospital_s is not None:
        yield "transport", r.hospital_s - r.transport_s
    if r.hospital_s is not None and r.available_s is not None:
        yield "hospital", r.available_s - r.hospital_s
    if r.response_s is not None and r.on_scene_s is None and r.available_s is not None and r.transport_s is None:
        yield "cancelled_after", r.available_s - r.response_s


def keys_of(interval: str, unit_type: str, group: str, priority: str) -> list[Key]:
    """Where an interval counts: times of the crew by type and priority, times at work by type and group of call."""
    keys: list[Key] = [(interval, unit_type, ANY, ANY), (interval, ANY, ANY, ANY)]
    if interval in ("turnout", "travel"):
        keys.append((interval, unit_type, ANY, priority))
    if interval in ("on_scene", "scene_to_transport"):
        keys.append((interval, unit_type, group, ANY))
    return keys


def call_samples(week: list[RealCall]) -> Samples:
    """Processing: received → entry, and entry → first dispatch, per group of call and priority, once per call."""
    samples: Samples = defaultdict(list)
    for call in week:
        entry = min(r.entry_s for r in call.responses if r.entry_s is not None)
        sent = [r.dispatch_s for r in call.responses if r.dispatch_s is not None]
        for interval, seconds in (("entry", entry), ("dispatch", min(sent, default=entry) - entry)):
            for group in (group_of(call), ANY):
                samples[interval, ANY, group, call.final_priority].append((float(seconds), day_of(call)))
            samples[interval, ANY, ANY, ANY].append((float(seconds), day_of(call)))
    return samples


def unit_samples(week: list[RealCall]) -> Samples:
    samples: Samples = defaultdict(list)
    for call in week:
        for response in call.responses:
            for interval, seconds in intervals(response):
                if seconds < 0:
                    continue
                for key in keys_of(interval, kind_of(response), group_of(call), call.final_priority):
                    samples[key].append((float(seconds), day_of(call)))
    return samples


def shares(week: list[RealCall]) -> dict[Key, tuple[float, int]]:
    """How often: arrived crews that transport, responding crews that are sent back, by unit type and group of call."""
    seen: dict[Key, list[bool]] = defaultdict(list)
    for call in week:
        for r in call.responses:
            kind = kind_of(r)
            for group in (group_of(call), ANY):
                if r.on_scene_s is not None:
                    seen["transports", kind, group, ANY].append(r.transport_s is not None)
                if r.response_s is not None:
                    seen["cancelled", kind, group, ANY].append(r.on_scene_s is None and r.transport_s is None)
    return {key: (float(np.mean(was)), len(was)) for key, was in seen.items() if len(was) >= OWN_SPREAD_MIN / 2}


def fit_all(samples: Samples) -> dict[Key, Fit]:
    fits: dict[Key, Fit] = {}
    for key, pairs in sorted(samples.items()):
        if len(pairs) >= OWN_SPREAD_MIN or key[1:] == (ANY, ANY, ANY):
            fits[key] = fit([s for s, _ in pairs], [d for _, d in pairs])
    return fits


def label(key: Key) -> str:
    return " · ".join(part for part in key if part != ANY)


def plot(interval: str, samples: Samples, fits: dict[Key, Fit]) -> None:
    """Real step function and fitted curve, one panel per spread of this interval."""
    keys = [key for key in fits if key[0] == interval]
    columns = min(3, len(keys))
    rows = -(-len(keys) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(4.2 * columns, 2.7 * rows), squeeze=False, layout="constrained")
    for axis in axes.flat[len(keys) :]:
        axis.set_visible(False)
    for axis, key in zip(axes.flat, keys, strict=False):
        x = np.sort([s for s, _ in samples[key]])
        fitted = fits[key]
        at = np.linspace(0, np.percentile(x, 98), 400)
        axis.step(x, np.arange(1, len(x) + 1) / len(x), where="post", lw=2.2, color="#999999", label="real")
        axis.plot(at, fitted.cdf(at), lw=1.3, color="#b3261e", label=f"{fitted.family}")
        axis.set_xlim(0, at[-1])
        axis.set_title(f"{label(key)}  n={fitted.n}  KS={fitted.ks:.3f}", fontsize=8)
        axis.tick_params(labelsize=7)
        axis.legend(fontsize=7, loc="lower right")
        axis.set_xlabel("seconds", fontsize=7)
    figure.savefig(SHOWN / f"{interval}.png", dpi=80)
    plt.close(figure)


def table(fits: dict[Key, Fit]) -> str:
    head = (
        "| interval | n | family | zero | real p50 | model p50 | real p90 | model p90 | KS | KS on days left out |\n"
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    )
    return head + "".join(
        f"| {label(key)} | {f.n} | {f.family} | {f.zero_share:.0%} "
        f"| {told(key, f.real_p50)} | {told(key, f.model_p50)} | "
        f"{told(key, f.real_p90)} | {told(key, f.model_p90)} | {f.ks:.3f} | {f.ks_held_out:.3f} |\n"
        for key, f in fits.items()
    )


def told(key: Key, value: float) -> str:
    """Whole seconds; a pace is a ratio."""
    return f"{value:.2f}" if key[0] == "travel_pace" else f"{value:.0f}"


def main() -> None:
    week = read_week(CITY / "week.csv.gz")
    samples = {**call_samples(week), **unit_samples(week)}
    fits = fit_all(samples)
    SHOWN.mkdir(exist_ok=True)
    for interval in sorted({key[0] for key in fits}):
        plot(interval, samples, fits)
    (SHOWN / "intervals.md").write_text(
        f"# Intervals of the real week and their fits (seconds)\n\n{table(fits)}", encoding="utf-8"
    )
    fits |= road_calibration.calibrate_city(week)
    behaviour_file.write(CITY / "behaviour.toml", fits, shares(week), GROUPS)
    demand_fit.write(CITY / "demand.npz", week, SHOWN)
    worst = max(fits.items(), key=lambda item: item[1].ks)
    print(table({key: f for key, f in fits.items() if key[2:] == (ANY, ANY)}))
    median = np.median([f.ks for f in fits.values()])
    print(f"{len(fits)} spreads; median KS {median:.3f}; worst {label(worst[0])} {worst[1].ks:.3f}")


if __name__ == "__main__":
    main()
