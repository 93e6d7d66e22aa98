"""How long things take in the simulated city: what `behaviour.toml` says, and how to draw from it.

A spread is one fitted distribution of seconds. Its family was chosen by how well it foretold days that it had not been
fitted to (`benchmarks/calibration.py`). A part of the real intervals is zero (a crew that comes upon its incident, a
button pressed twice): that share is kept apart from the fitted part.
"""

import math
import random
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, assert_never

import msgspec

from turnout.words.trouble import Malformed

Family = Literal["lognormal", "gamma", "mixture", "quantiles"]
Interval = Literal[
    "answering",
    "entry",
    "dispatch",
    "acknowledge",
    "turnout",
    "travel_pace",
    "on_scene",
    "to_patient",
    "scene_to_transport",
    "transport",
    "hospital",
    "cancelled_after",
    "closing",
]

ANY = "*"
MIXTURE_PARAMETERS = 5
"""Share of the first part, then mean and deviation of the logarithm for both."""


class Spread(msgspec.Struct, frozen=True):
    """A distribution of seconds (or, for `travel_pace`, of the ratio of real to foretold travel)."""

    family: Family
    parameters: tuple[float, ...]
    zero_share: float = 0.0
    least: float = 0.0
    most: float = math.inf

    def draw(self, chance: random.Random) -> float:
        """One value. Never outside `least` and `most`, which are the ends of what was seen."""
        if chance.random() < self.zero_share:
            return 0.0
        return min(self.most, max(self.least, self._positive(chance)))

    def _positive(self, chance: random.Random) -> float:
        p = self.parameters
        match self.family:
            case "lognormal":
                return chance.lognormvariate(p[0], p[1])
            case "gamma":
                return chance.gammavariate(p[0], p[1])
            case "mixture":
                first = chance.random() < p[0]
                return chance.lognormvariate(*(p[1:3] if first else p[3:5]))
            case "quantiles":
                return _along(p, chance.random())
            case _:
                assert_never(self.family)


def _along(knots: Sequence[float], share: float) -> float:
    """Straight between evenly spaced quantiles: `knots[0]` is the least, `knots[-1]` the most."""
    reach = share * (len(knots) - 1)
    below = min(int(reach), len(knots) - 2)
    return knots[below] + (knots[below + 1] - knots[below]) * (reach - below)


Key = tuple[str, str, str, str]
"""Interval, unit type, group of call, priority; `*` stands for any."""


class Roaming(msgspec.Struct, frozen=True, array_like=True):
    """How a crew that does not wait in quarters moves about: patrol cars, ambulances at their posts. Assumed."""

    radius_m: float
    stay_min_s: float
    stay_max_s: float


class Extra(msgspec.Struct, frozen=True):
    """Calls that the real week does not hold (police, city services): how many an hour. Assumed."""

    type: str
    per_hour: float


class Behaviour(msgspec.Struct, frozen=True):
    """All spreads and shares of one city, and what its own words mean here."""

    spreads: Mapping[Key, Spread]
    shares: Mapping[Key, float]
    call_groups: Mapping[str, str]
    """The real week's call type → group of call (`medical`, `fire`, `alarm`, `collision`, `service`)."""
    unit_types: Mapping[str, str]
    """The city's unit kind → the unit type whose times were measured (or assumed)."""
    type_groups: Mapping[str, str]
    """The city's incident type, or `discipline:<name>` for all others of a lead agency → group of call."""
    dispositions: Mapping[str, str]
    """The real week's disposition → the city's, for the agency that it can apply to."""
    closing: Mapping[str, str]
    """Discipline → how its part of an incident usually ends."""
    on_duty: Mapping[str, float]
    """Unit kind → share of the fleet that has a crew; all, where nothing is written."""
    roaming: Mapping[str, Roaming]
    """Unit kind → how it moves about while it waits; the others wait in quarters."""
    extra: tuple[Extra, ...]

    def group_of_type(self, code: str, discipline: str) -> str:
        return self.type_groups.get(code) or self.type_groups.get(f"discipline:{discipline}", "service")

    def group_of_call(self, call_type: str) -> str:
        return self.call_groups.get(call_type) or self.call_groups.get(ANY, "service")

    def spread(self, interval: Interval, unit_type: str, group: str = ANY, priority: str = ANY) -> Spread:
        """The most particular spread that there is. Raises KeyError where even the general one is missing."""
        for key in _from_particular(interval, unit_type, group, priority):
            if key in self.spreads:
                return self.spreads[key]
        raise KeyError(f"no spread for {interval}")

    def share(self, what: str, unit_type: str, group: str = ANY, priority: str = ANY) -> float:
        """How often something happens (0 to 1); never, where nothing is written."""
        for key in _from_particular(what, unit_type, group, priority):
            if key in self.shares:
                return self.shares[key]
        return 0.0


def _from_particular(what: str, unit_type: str, group: str, priority: str) -> list[Key]:
    return [
        (what, unit_type, group, priority),
        (what, unit_type, group, ANY),
        (what, unit_type, ANY, priority),
        (what, unit_type, ANY, ANY),
        (what, ANY, group, priority),
        (what, ANY, group, ANY),
        (what, ANY, ANY, priority),
        (what, ANY, ANY, ANY),
    ]


def read_behaviour(path: Path) -> Behaviour:
    """The city's `behaviour.toml`. Raises Malformed, naming the entry."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as bad:
        raise Malformed(str(bad), str(path)) from bad
    spreads = {_key(entry, "interval", path): _spread(entry, path) for entry in table.get("spread", [])}
    shares = {_key(entry, "what", path): float(entry["share"]) for entry in table.get("share", [])}
    return Behaviour(
        spreads=spreads,
        shares=shares,
        call_groups=table.get("call_groups", {}),
        unit_types=table.get("unit_types", {}),
        type_groups=table.get("type_groups", {}),
        dispositions=table.get("dispositions", {}),
        closing=table.get("closing", {}),
        on_duty=table.get("on_duty", {}),
        roaming=msgspec.convert(table.get("roaming", {}), dict[str, Roaming]),
        extra=tuple(Extra(entry["type"], float(entry["per_hour"])) for entry in table.get("extra", [])),
    )


def _key(entry: Mapping[str, Any], name: str, path: Path) -> Key:
    if name not in entry:
        raise Malformed(f"an entry without `{name}`", str(path), f"write {name} = ...")
    return (entry[name], entry.get("unit_type", ANY), entry.get("group", ANY), entry.get("priority", ANY))


def _spread(entry: Mapping[str, Any], path: Path) -> Spread:
    try:
        spread = msgspec.convert({k: v for k, v in entry.items() if k in Spread.__struct_fields__}, Spread)
    except msgspec.ValidationError as bad:
        raise Malformed(str(bad), f"{path}, {_key(entry, 'interval', path)}") from bad
    wanted = {"lognormal": 2, "gamma": 2, "mixture": MIXTURE_PARAMETERS, "quantiles": len(spread.parameters)}
    if len(spread.parameters) != wanted[spread.family] or len(spread.parameters) < 2:
        raise Malformed(f"{spread.family} with {len(spread.parameters)} parameters", f"{path}, {entry['interval']}")
    return spread
