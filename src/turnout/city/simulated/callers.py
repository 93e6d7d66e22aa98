"""Who calls when: the real week laid over the present week, or calls drawn from the demand model, and what they say.

The real week is laid so that a Tuesday at 14:05 is a Tuesday at 14:05, and begins again after seven days. A load of
10 lays ten copies over each other, each shifted by a part of the week. Where the real record has a hole, the model
fills it.
"""

import heapq
import math
import random
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from turnout.city.simulated.behaviour import Behaviour
from turnout.city.simulated.demand import Demand, DrawnCall
from turnout.city.simulated.week import RealCall
from turnout.words.moment import HOUR_MS, MINUTE_MS, SECOND_MS, Moment
from turnout.words.name import Name
from turnout.words.place import Place

WEEK_MS: Final = 7 * 24 * HOUR_MS
HOLE_MS: Final = 60 * MINUTE_MS
"""An hour without a call is a hole in the record (see benchmarks/demand_fit.py)."""
CHINESE_SHARE = 0.12
"""One caller in eight speaks Chinese; both languages are to be seen on a demo's board."""
SECOND_CALLER_SHARE = {"fire": 0.45, "collision": 0.35}
SECOND_CALLER_S = (25.0, 150.0)
"""A fire or a collision is often seen by more than one: the same place again, a little later."""
CHANNELS = (("phone", 0.9), ("text", 0.04), ("app", 0.06))


class PlannedCall(msgspec.Struct, frozen=True):
    """A call that is going to be made. `same_as` names the first call about the same thing."""

    id: str
    at_s: float
    type: str
    group: str
    urgent: bool
    channel: str
    text: str
    source: str
    address: str
    place: Place
    disposition: str = ""
    alarms: int = 1
    same_as: str = ""


class Happening(msgspec.Struct, frozen=True, gc=False):
    """Something for which help is called, from whichever source."""

    at_s: float
    key: str
    type: str
    group: str
    urgent: bool
    address: str
    place: Place
    disposition: str = ""
    alarms: int = 1


TypeOf = Callable[[str, str, int], str | None]
"""The city's type for a call type, final priority and number of engines of its own records."""


SAID: Final = Path(__file__).with_name("phrases.toml")


class Phrases:
    """What is said, in the caller's language: by the type of the incident where it is told apart, else by its group."""

    def __init__(self, path: Path = SAID) -> None:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        self._said = {
            (who, group): [Name(each["en"], each["zh"]) for each in lines]
            for who, groups in table.items()
            for group, lines in groups.items()
        }

    def say(self, who: str, kind: str, group: str, chance: random.Random, chinese: bool = False) -> str:
        lines = self._said.get((who, kind)) or self._said.get((who, group)) or self._said[who, "service"]
        return chance.choice(lines).spoken("zh-CN" if chinese else "en")


def from_week(
    week: list[RealCall],
    demand: Demand,
    type_of: TypeOf,
    behaviour: Behaviour,
    local_start: Moment,
    start_s: float,
    load: float,
    seed: int,
) -> Iterator[Happening]:
    """The real week from `start_s` on. `local_start`: the local wall clock at second 0, as if it were UTC."""
    laid = _laid(week, demand, type_of, behaviour, seed)
    copies = max(1, math.ceil(load))
    streams = [_lap(laid, local_start + copy * WEEK_MS // copies, start_s, f"w{copy}") for copy in range(copies)]
    for happening in heapq.merge(*streams, key=lambda happening: happening.at_s):
        if load >= copies or random.Random(f"{seed}/thin/{happening.key}").random() * copies < load:
            yield happening


def _lap(laid: list[tuple[int, Happening]], local_start: int, start_s: float, key: str) -> Iterator[Happening]:
    """One copy of the week, over and over. Offsets are milliseconds after Sunday 00:00 local."""
    begin = (local_start + int(start_s * SECOND_MS) - SUNDAY_MS) % WEEK_MS
    lap = 0
    while True:
        for offset, happening in laid:
            at_s = start_s + (offset - begin + lap * WEEK_MS) / SECOND_MS
            if at_s >= start_s:
                yield msgspec.structs.replace(happening, at_s=at_s, key=f"{key}.{lap}.{happening.key}")
        lap += 1


SUNDAY_MS: Final = 3 * 24 * HOUR_MS
"""1970-01-04, the first Sunday after moments begin."""


def _laid(
    week: list[RealCall], demand: Demand, type_of: TypeOf, behaviour: Behaviour, seed: int
) -> list[tuple[int, Happening]]:
    """The seven days from the week's first Sunday, by offset, with the holes filled from the model."""
    local_ms = [call.received + REAL_UTC_OFFSET_MIN * MINUTE_MS for call in week]
    first = next(ms for ms in local_ms if (ms - SUNDAY_MS) % WEEK_MS < HOUR_MS)
    sunday = first - (first - SUNDAY_MS) % WEEK_MS
    laid = []
    before = sunday
    for call, ms in zip(week, local_ms, strict=True):
        if not sunday <= ms < sunday + WEEK_MS:
            continue
        if ms - before > HOLE_MS:
            laid += _filling(demand, type_of, behaviour, before - sunday, ms - sunday, seed)
        before = ms
        engines = sum(response.unit_type == "ENGINE" for response in call.responses)
        code = type_of(call.call_type, call.final_priority, engines)
        if code is not None:
            group = behaviour.group_of_call(call.call_type)
            urgent = call.final_priority == "3"
            happening = Happening(
                0.0, call.number, code, group, urgent, call.address, call.place, call.disposition, call.alarms
            )
            laid.append((ms - sunday, happening))
    return sorted(laid, key=lambda pair: pair[0])


REAL_UTC_OFFSET_MIN: Final = -480
"""The real week lies in Pacific Standard Time throughout."""


def _filling(
    demand: Demand, type_of: TypeOf, behaviour: Behaviour, begin: int, end: int, seed: int
) -> list[tuple[int, Happening]]:
    chance = random.Random(f"{seed}/hole/{begin}")
    filled: list[tuple[int, Happening]] = []
    for number, drawn in enumerate(demand.draw(chance, Moment(SUNDAY_MS + begin), 0)):
        if drawn.at >= SUNDAY_MS + end:
            return filled
        happening = _happening(drawn, type_of, behaviour, 0.0, f"hole{begin}.{number}")
        if happening is not None:
            filled.append((drawn.at - SUNDAY_MS, happening))
    return filled


def _happening(drawn: DrawnCall, type_of: TypeOf, behaviour: Behaviour, at_s: float, key: str) -> Happening | None:
    code = type_of(drawn.call_type, "3" if drawn.urgent else "2", 0)
    if code is None:
        return None
    group = behaviour.group_of_call(drawn.call_type)
    return Happening(at_s, key, code, group, drawn.urgent, drawn.address, drawn.place)


def from_demand(
    demand: Demand,
    type_of: TypeOf,
    behaviour: Behaviour,
    local_start: Moment,
    start_s: float,
    load: float,
    seed: int,
) -> Iterator[Happening]:
    """Calls drawn from the model from `start_s` on. `local_start` as for `from_week`."""
    start = Moment(local_start + int(start_s * SECOND_MS))
    for number, drawn in enumerate(demand.draw(random.Random(f"{seed}/demand"), start, 0, load)):
        at_s = (drawn.at - local_start) / SECOND_MS
        happening = _happening(drawn, type_of, behaviour, at_s, f"d{number}")
        if happening is not None:
            yield happening


def extras(
    demand: Demand,
    behaviour: Behaviour,
    known_types: dict[str, tuple[str, bool]],
    start_s: float,
    load: float,
    seed: int,
) -> Iterator[Happening]:
    """Police and city services at their assumed rates. `known_types`: code → (group of call, urgent)."""
    wanted = [extra for extra in behaviour.extra if extra.type in known_types]
    total = sum(extra.per_hour for extra in wanted) * load
    chance = random.Random(f"{seed}/extra")
    at_s, number = start_s, 0
    while total > 0.0:
        at_s += chance.expovariate(total / 3600.0)
        extra = chance.choices(wanted, [each.per_hour for each in wanted])[0]
        place, address, _ = demand.place(chance)
        group, urgent = known_types[extra.type]
        number += 1
        yield Happening(at_s, f"x{number}", extra.type, group, urgent, address, place)


def calls_about(happenings: Iterator[Happening], phrases: Phrases, run: str, seed: int) -> Iterator[PlannedCall]:
    """The calls that these happenings bring, in order of time: one each, sometimes a second."""
    waiting: list[tuple[float, str, PlannedCall]] = []
    for happening in happenings:
        chance = random.Random(f"{seed}/call/{happening.key}")
        while waiting and waiting[0][0] <= happening.at_s:
            yield heapq.heappop(waiting)[2]
        first = _call_about(happening, phrases, run, chance)
        yield first
        if chance.random() < SECOND_CALLER_SHARE.get(happening.group, 0.0):
            later_s = happening.at_s + chance.uniform(*SECOND_CALLER_S)
            again = _call_about(happening, phrases, run, chance)
            again = msgspec.structs.replace(
                again, id=f"{first.id}/2", at_s=later_s, same_as=first.id, channel="phone", source="911"
            )
            heapq.heappush(waiting, (later_s, again.id, again))


def _call_about(happening: Happening, phrases: Phrases, run: str, chance: random.Random) -> PlannedCall:
    alarm = happening.group == "alarm"
    channel = "alarm" if alarm else chance.choices([c for c, _ in CHANNELS], [w for _, w in CHANNELS])[0]
    source = {"alarm": "alarm company", "phone": "911", "text": "text-to-911", "app": "resident app"}[channel]
    return PlannedCall(
        id=f"{run}/{happening.key}",
        at_s=happening.at_s,
        type=happening.type,
        group=happening.group,
        urgent=happening.urgent,
        channel=channel,
        text=phrases.say(
            "caller", happening.type, happening.group, chance, not alarm and chance.random() < CHINESE_SHARE
        ),
        source=source,
        address=happening.address,
        place=happening.place,
        disposition=happening.disposition,
        alarms=happening.alarms,
    )
