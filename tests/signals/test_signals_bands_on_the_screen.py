"""The engineer's screen reads bands off the time-space plane as `scan` does: one fixture holds both to one result.

The browser's half is `web/src/engineer/wave/bands.test.ts`. `python tests/signals/test_signals_bands_on_the_screen.py`
writes the fixture anew.
"""

import json
import random
from pathlib import Path
from typing import Any, Final

from turnout.signals.arterial import Band, BandTask, Coordination, Order, Section, Site
from turnout.signals.scan import scan

FIXTURE: Final = Path(__file__).parents[2] / "web/src/engineer/wave/bands.fixture.json"
CASES: Final = 24


def streets(seed: int) -> tuple[BandTask, Coordination]:
    """Any greens, ways, queues and offsets; in whole, tenth or odd parts of a second."""
    chance = random.Random(seed)
    size, cycle_s = chance.randint(2, 7), chance.choice((60.0, 75.0, 90.0, 92.5, 120.0))
    digits = seed % 3

    def some(low: float, high: float) -> float:
        return round(chance.uniform(low, high), digits)

    def order() -> Order:
        shares = [1.0 if seed == 5 else some(0.35, 0.9) or 0.5 for _ in range(2)]
        return Order("plan", chance.random(), shares[0], chance.random(), shares[1])

    def way() -> tuple[Band, ...]:
        return tuple(Band(0.0, 0.0, some(8, 60), 13.89) for _ in range(size - 1))

    sites = tuple(Site(f"J{i}", 300.0 * i, (order(),), some(0, 4), some(0, 4)) for i in range(size))
    task = BandTask(sites=sites, sections=(Section(300, 300, 13.89, 13.89),) * (size - 1), cycle_s=(cycle_s, cycle_s))
    offsets = tuple(some(0, cycle_s - 1) for _ in sites)
    return task, Coordination(
        cycle_s=cycle_s,
        offsets_s=offsets,
        orders=("plan",) * size,
        outbound=way(),
        inbound=way(),
        value=0.0,
        bound=0.0,
    )


def case(seed: int) -> dict[str, Any]:
    """What the screen is given, and what `scan` finds."""
    task, found = streets(seed)
    cycle_s, scanned = found.cycle_s, scan(task, found)
    return {
        "cycle_s": cycle_s,
        "sites": [
            {
                "offset_s": offset_s,
                "out": [{"from_s": order.outbound_from * cycle_s, "lasts_s": order.outbound_share * cycle_s}],
                "back": [{"from_s": order.inbound_from * cycle_s, "lasts_s": order.inbound_share * cycle_s}],
                "outQueue_s": site.outbound_queue_s,
                "backQueue_s": site.inbound_queue_s,
            }
            for site, order, offset_s in zip(task.sites, found.chosen(task), found.offsets_s, strict=True)
        ],
        "sections": [
            {"out_s": out.travel_s, "back_s": back.travel_s}
            for out, back in zip(found.outbound, found.inbound, strict=True)
        ],
        "found": {
            "out": {"from_s": scanned.outbound_from_s, "width_s": scanned.outbound_s},
            "back": {"from_s": scanned.inbound_from_s, "width_s": scanned.inbound_s},
        },
    }


def written() -> str:
    return json.dumps([case(seed) for seed in range(CASES)], indent=1) + "\n"


def test_the_fixture_of_the_screen_is_what_the_scan_finds() -> None:
    assert json.loads(FIXTURE.read_text(encoding="utf-8")) == json.loads(written())


def test_the_fixture_has_bands_of_every_kind() -> None:
    widths = [one["found"][way]["width_s"] for one in map(case, range(CASES)) for way in ("out", "back")]
    assert min(widths) == 0
    assert sum(width > 0 for width in widths) > 15
    assert any(one["found"]["out"]["width_s"] == one["cycle_s"] for one in map(case, range(CASES)))


if __name__ == "__main__":
    FIXTURE.write_text(written(), encoding="utf-8")
