"""Does the simulated city behave like the real one? A day of it under the real rules, against the real week.

    .venv/bin/python -m benchmarks.simulated_day [hours] [--write]

The inputs were fitted (`benchmarks/calibration.py`); this looks at what comes out at the other end, where queues,
roads, recommendations and crews have worked on one another: intervals per unit type, and opened to first on scene.
"""

import sys
import time
from collections import defaultdict

import numpy as np
from matplotlib import pyplot as plt
from scipy import stats

from benchmarks.calibration import intervals
from benchmarks.real_week import CITY, SHOWN, kind_of
from benchmarks.rules_only import RulesOnly, live
from turnout.city.simulated.run import load_parts
from turnout.city.simulated.simulation import Parts
from turnout.city.simulated.week import RealCall
from turnout.words.moment import SECOND_MS

STEP_S = 5.0
SHOWN_TYPES = ("engine", "truck", "medic", "private", "chief")
SHOWN_INTERVALS = ("turnout", "travel", "on_scene", "scene_to_transport", "transport", "hospital")
LEAST_SHOWN = 20
Samples = dict[tuple[str, str], list[float]]


def simulated(product: RulesOnly, parts: Parts) -> Samples:
    """Intervals as the board's assignments show them."""
    samples: Samples = defaultdict(list)
    for incident in product.board.incidents.values():
        kind = parts.city.catalogue.types[incident.type]
        if parts.city.catalogue.agencies[kind.agencies[0]].discipline not in ("fire", "ems"):
            continue
        first_s = [a.times["on-scene"] - incident.opened for a in incident.assignments if "on-scene" in a.times]
        urgent = "3" if incident.priority <= 2 else "2"
        if first_s:
            samples["opened_to_scene", urgent].append(min(first_s) / SECOND_MS)
        for assignment in incident.assignments:
            unit = product.board.units[assignment.unit]
            unit_type = parts.behaviour.unit_types.get(unit.kind, unit.kind)
            for interval, seconds in spans(assignment.times):
                samples[interval, unit_type].append(seconds)
    return samples


def spans(times: dict[str, int]) -> list[tuple[str, float]]:
    """The same intervals as of a real response (`calibration.intervals`)."""
    transported = "transporting" in times
    names = {
        "turnout": ("dispatched", "enroute"),
        "travel": ("enroute", "on-scene"),
        "scene_to_transport": ("on-scene", "transporting"),
        "transport": ("transporting", "at-destination"),
        "hospital": ("at-destination", "ended"),
    }
    if not transported:
        names["on_scene"] = ("on-scene", "ended")
    return [(name, (times[b] - times[a]) / SECOND_MS) for name, (a, b) in names.items() if a in times and b in times]


def real(week: list[RealCall]) -> Samples:
    samples: Samples = defaultdict(list)
    for call in week:
        arrivals = [r.on_scene_s for r in call.responses if r.on_scene_s is not None]
        entries = [r.entry_s for r in call.responses if r.entry_s is not None]
        if arrivals and entries:
            samples["opened_to_scene", call.final_priority].append(float(min(arrivals) - min(entries)))
        for response in call.responses:
            for interval, seconds in intervals(response):
                samples[interval, kind_of(response)].append(float(seconds))
    return samples


def table(truth: Samples, model: Samples) -> str:
    lines = [
        "| interval | of | real n | real p50 / p90 (s) | simulated n | simulated p50 / p90 (s) | KS |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    keys = [(i, t) for i in SHOWN_INTERVALS for t in SHOWN_TYPES]
    for key in [("opened_to_scene", "3"), ("opened_to_scene", "2"), *keys]:
        a, b = truth.get(key, []), model.get(key, [])
        if min(len(a), len(b)) < LEAST_SHOWN:
            continue
        a50, a90, b50, b90 = (*np.percentile(a, (50, 90)), *np.percentile(b, (50, 90)))
        of = {"3": "urgent", "2": "routine"}.get(key[1], key[1])
        ks = stats.ks_2samp(a, b).statistic
        lines.append(
            f"| {key[0]} | {of} | {len(a)} | {a50:.0f} / {a90:.0f} | {len(b)} | {b50:.0f} / {b90:.0f} | {ks:.2f} |"
        )
    return "\n".join(lines)


def plot(truth: Samples, model: Samples) -> None:
    keys = [("opened_to_scene", "3"), ("travel", "engine"), ("travel", "medic"), ("on_scene", "engine")]
    keys += [("transport", "medic"), ("hospital", "medic")]
    figure, axes = plt.subplots(2, 3, figsize=(12, 5.5), layout="constrained")
    for axis, key in zip(axes.flat, keys, strict=True):
        for samples, colour, width, name in ((truth, "#999999", 2.4, "real"), (model, "#b3261e", 1.3, "simulated")):
            x = np.sort(samples.get(key, [0.0]))
            axis.step(x, np.arange(1, len(x) + 1) / len(x), where="post", color=colour, lw=width, label=name)
        axis.set_xlim(0, np.percentile(truth[key], 97))
        axis.set_title(" · ".join(key).replace("· 3", "· urgent"), fontsize=9)
        axis.legend(fontsize=7, loc="lower right")
        axis.set_xlabel("seconds", fontsize=7)
    figure.savefig(SHOWN / "simulated_day.png", dpi=80)
    plt.close(figure)


def main() -> None:
    numbers = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    hours = float(numbers[0]) if numbers else 24.0
    parts = load_parts(CITY)
    began = time.perf_counter()
    product, simulation = live(parts, hours * 3600.0, STEP_S, seed=1)
    took_s = time.perf_counter() - began
    truth, model = real(parts.week), simulated(product, parts)
    refused = {f"{do}: {code}": n for (do, code), n in product.verdicts.items() if code}
    text = (
        f"# A simulated day against the real week\n\n{hours:.0f} simulated hours in {took_s:.0f} s "
        f"({hours * 3600 / took_s:.0f} times life, one core); {len(product.board.incidents)} incidents; "
        f"{product.verdicts.total()} commands; refused: {refused or 'none'}; open at the end: "
        f"{simulation.running()}.\n\n"
        f"{table(truth, model)}\n"
    )
    print(text)
    if "--write" in sys.argv:
        (SHOWN / "simulated_day.md").write_text(text, encoding="utf-8")
        plot(truth, model)


if __name__ == "__main__":
    main()
