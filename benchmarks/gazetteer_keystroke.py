"""How fast a place is suggested at every keystroke, and how well: over the places of a real week of calls.

    .venv/bin/python -m benchmarks.gazetteer_keystroke [--gazetteer FILE] [--calls FILE] [--queries N]

Places are typed out one key at a time as the San Francisco Fire Department's records write them (`0 Block of BALCETA
AVE`, `7TH ST/16TH ST`) and as a call-taker would (`400 blk balceta`, `7th & 16th`); each keystroke is one `suggest`
of eight lines over the city's whole gazetteer. Accuracy: the share of the week's calls whose place `verify` takes
without a question, and the distance from there to the point that the department recorded, which is itself moved to
the block's middle.
"""

import argparse
import csv
import math
import random
import re
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from turnout.roads.gazetteer import Gazetteer, Verified
from turnout.words.place import Place, distance_m

GAZETTEER = Path("src/turnout/city/folders/san-francisco/gazetteer.sqlite")
CALLS = Path("../shared/data/san-francisco/sffd_calls_2016-12-31_2017-01-07.csv")
SEED = 2016
NEAR_M = 200.0
_POINT = re.compile(r"\((-?[\d.]+), (-?[\d.]+)\)")


def read_calls(path: Path) -> list[tuple[str, Place | None]]:
    """(written place, recorded point) of every call, once each."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        by_number = {row["Call Number"]: row for row in csv.DictReader(lines)}
    calls = []
    for row in by_number.values():
        point = _POINT.search(row["Location"])
        calls.append((row["Address"], Place(float(point[1]), float(point[2])) if point else None))
    return calls


def as_typed(written: str) -> str:
    """The same place in a call-taker's short hand."""
    short = written.lower().replace(" block of ", " blk ").replace("/", " & ")
    return re.sub(r"\b(st|ave?|blvd?|dr|way?)\b", "", short).replace("  ", " ").strip()


def share(values: list[float], part: float) -> float:
    """The nearest-rank percentile of sorted values."""
    return values[min(len(values) - 1, max(0, math.ceil(part * len(values)) - 1))] if values else math.nan


def time_keystrokes(gazetteer: Gazetteer, texts: Iterable[str]) -> tuple[list[float], list[float], Counter[int]]:
    """(milliseconds of every keystroke by the clock, of the processor, both sorted; keys till the first line stays)."""
    times, busy, keys_needed = [], [], Counter[int]()
    for text in texts:
        firsts = []
        for length in range(1, len(text) + 1):
            begin, begin_busy = time.perf_counter(), time.thread_time()
            lines = gazetteer.suggest(text[:length])
            times.append((time.perf_counter() - begin) * 1000.0)
            busy.append((time.thread_time() - begin_busy) * 1000.0)
            firsts.append(lines[0].text if lines else "")
        keys_needed[next(n for n in range(len(firsts) + 1) if all(f == firsts[-1] for f in firsts[n:])) + 1] += 1
    return sorted(times), sorted(busy), keys_needed


def print_keystrokes(gazetteer: Gazetteer, name: str, texts: list[str]) -> None:
    times, busy, keys = time_keystrokes(gazetteer, texts)
    middle = share([float(n) for n in sorted(keys.elements())], 0.5)
    figures = " ".join(f"{share(times, part):8.2f}" for part in (0.5, 0.9, 0.99, 1.0))
    print(f"{name:30s} {len(times):10,d} {figures}  {share(busy, 0.99):8.2f}  {middle:5.0f}")


def print_accuracy(gazetteer: Gazetteer, calls: list[tuple[str, Place | None]]) -> None:
    verdicts: Counter[str] = Counter()
    away: list[float] = []
    for written, recorded in calls:
        verdict = gazetteer.verify(written)
        verdicts[type(verdict).__name__] += 1
        if isinstance(verdict, Verified) and recorded is not None:
            away.append(distance_m(verdict.place, recorded))
    away.sort()
    print(
        "\nverdicts: " + ", ".join(f"{name} {count:,d} ({count / len(calls):.1%})" for name, count in verdicts.items())
    )
    near = sum(one <= NEAR_M for one in away) / max(1, len(away))
    figures = ", ".join(f"p{part:.0%} {share(away, part):.0f} m".replace("%", "") for part in (0.5, 0.9, 0.99))
    print(f"verified to the recorded point, {len(away):,d} calls: {figures}, within {NEAR_M:.0f} m {near:.1%}")


def with_slip(text: str, chance: random.Random) -> str:
    """One letter of a name of four letters or more dropped, doubled, replaced or swapped with the next."""
    names = [found.span() for found in re.finditer(r"[a-z]{4,}", text)]
    letters = [at for begin, end in names for at in range(begin, end - 1)]
    if not letters:
        return text
    at = chance.choice(letters)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    slips = (text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + "e" + text[at + 1 :], swapped)
    return chance.choice(slips)


def print_slips(gazetteer: Gazetteer, written: list[str], chance: random.Random) -> None:
    """How often a text with one slip in it still shows the place among the eight lines, and on top."""
    shown = first = asked = 0
    for text in written:
        meant = gazetteer.verify(text)
        if not isinstance(meant, Verified):
            continue
        asked += 1
        lines = [line.text for line in gazetteer.suggest(with_slip(as_typed(text), chance))]
        shown += meant.candidate.text in lines
        first += lines[:1] == [meant.candidate.text]
    print(f"one slip in the short form, {asked:,d} places: on top {first / asked:.1%}, among eight {shown / asked:.1%}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--gazetteer", type=Path, default=GAZETTEER)
    options.add_argument("--calls", type=Path, default=CALLS)
    options.add_argument("--queries", type=int, default=1000, help="places typed out per kind")
    chosen = options.parse_args()
    begin = time.perf_counter()
    gazetteer = Gazetteer.load(chosen.gazetteer)
    size_mb = chosen.gazetteer.stat().st_size / 1e6
    print(f"loaded in {time.perf_counter() - begin:.2f} s, {size_mb:.2f} MB\n")
    calls = read_calls(chosen.calls)
    chance = random.Random(SEED)
    written = chance.sample(sorted({place for place, _ in calls}), chosen.queries)
    print(f"{'per keystroke, ms':30s} keystrokes      p50      p90      p99      max   cpu p99   keys")
    print_keystrokes(gazetteer, "as the records write them", written)
    print_keystrokes(gazetteer, "in short", [as_typed(text) for text in written])
    print_keystrokes(gazetteer, "in short, one slip", [with_slip(as_typed(text), chance) for text in written])
    print_accuracy(gazetteer, calls)
    print_slips(gazetteer, written, chance)


if __name__ == "__main__":
    main()
