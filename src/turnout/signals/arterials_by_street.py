"""Arterials found in signals: by a street's name through junction after junction, or as a person lists the junctions.

Pure. It wants of a junction where it stands (`at`) and of its approaches where their traffic drives (`heading_deg`),
and for the first also the street's name. Lengths are straight lines between the junctions: a street that bends is
longer, and an engineer writes its length in.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from turnout.signals.model import Approach, Arterial, Junction, Signals, Stop
from turnout.words.name import Name
from turnout.words.place import Place, distance_m
from turnout.words.trouble import Malformed

APART_MAX_M: Final = 1_500.0
"""Between two junctions of one wave: farther apart platoons have spread, and a longer gap is another street."""
APART_MIN_M: Final = 1.0
"""Nearer than this two junctions stand at one place."""
AHEAD_DEG: Final = 50.0
"""So far the way to the next junction may lie from straight on: streets bend between junctions."""
FEWEST: Final = 3
"""Junctions of an arterial that is worth a wave."""
STOPS_MAX: Final = 100
"""Junctions of one wave; a longer street is several arterials."""
SLOWEST: Final = 0.85
"""Of the speed limit: the slowest speed of progression that is still offered."""

EACH_ONCE: Final = Name(
    "an arterial has at least two junctions, each once", "一条干道至少有两个路口，每个路口只出现一次"
)
IN_ORDER: Final = Name("list them in their order", "请按顺序列出各路口")
WRITE_AT: Final = Name("write `at` for every junction of the arterial", "请为干道的每个路口写明 at")
WRITE_HEADING: Final = Name(
    "write `heading_deg` for the approaches of the arterial", "请为干道的各进口道写明 heading_deg"
)
LIST_BETWEEN: Final = Name("list the junctions between, or make two arterials", "请补列其间的路口，或分为两条干道")
CORRECT_AT: Final = Name("correct `at`, or leave one of them out", "请更正 at，或略去其中一个")
ON_ONE_STREET: Final = Name("list junctions that follow each other on one street", "请列出同一道路上前后相接的路口")


class _Place(msgspec.Struct, frozen=True):
    junction: Junction
    place: Place
    comes: tuple[Approach, ...]
    """Approaches of one street, or of any."""


def arterials_of(signals: Signals) -> tuple[Arterial, ...]:
    """Every street that passes through three junctions or more, longest first; named and numbered by the street."""
    found: list[Arterial] = []
    for street, places in _by_street(signals).items():
        pieces = [chain[at : at + STOPS_MAX] for chain in _chains(places) for at in range(0, len(chain), STOPS_MAX)]
        for nth, chain in enumerate(pieces, 1):
            if len(chain) >= FEWEST:
                id = street.en[:120] if nth == 1 else f"{street.en[:120]} {nth}"
                found.append(Arterial(id=id, name=street, stops=tuple(_stops(chain))))
    ordered = sorted(found, key=lambda arterial: (-len(arterial.stops), arterial.id))
    return _told_apart(ordered)


def arterial_through(signals: Signals, name: Name, junctions: Sequence[str]) -> Arterial:
    """The arterial of these junctions in this order. Raises `Malformed`, and says which two do not follow."""
    if len(junctions) < 2 or len(set(junctions)) != len(junctions):
        raise Malformed(EACH_ONCE, name.en, IN_ORDER)
    by_id = {junction.id: junction for junction in signals.junctions}
    chain = []
    for id in junctions:
        junction = by_id.get(id)
        if junction is None or junction.at is None:
            unknown = Name(f"{id} is no junction here", f"此处没有路口 {id}")
            placeless = Name(f"{id} does not say where it stands", f"路口 {id} 未写明位置")
            raise Malformed(unknown if junction is None else placeless, name.en, WRITE_AT)
        if not _headed(junction):
            what = Name(f"{id} does not say where traffic comes from", f"路口 {id} 未写明车流的驶入方向")
            raise Malformed(what, name.en, WRITE_HEADING)
        chain.append(_Place(junction, Place(junction.at[1], junction.at[0]), _headed(junction)))
    for one, other in pairwise(chain):
        _refuse_apart(one, other, name.en)
    return Arterial(id=name.en[:128], name=name, stops=tuple(_stops(chain)))


def _refuse_apart(one: _Place, other: _Place, where: str) -> None:
    """Raises `Malformed` where the second does not follow the first."""
    a, b = one.junction.id, other.junction.id
    if distance_m(one.place, other.place) > APART_MAX_M:
        what = Name(
            f"{a} and {b} lie more than {APART_MAX_M:g} m apart", f"路口 {a} 与 {b} 相距超过 {APART_MAX_M:g} 米"
        )
        raise Malformed(what, where, LIST_BETWEEN)
    if distance_m(one.place, other.place) < APART_MIN_M:
        what = Name(f"{a} and {b} stand at one place", f"路口 {a} 与 {b} 位于同一处")
        raise Malformed(what, where, CORRECT_AT)
    if _comes_from(one, other) is None and _comes_from(other, one) is None:
        what = Name(f"nothing comes to {b} from {a}, nor back", f"没有车流从路口 {a} 驶入路口 {b}，反向也没有")
        raise Malformed(what, where, ON_ONE_STREET)


def _told_apart(arterials: Iterable[Arterial]) -> tuple[Arterial, ...]:
    """Two streets may share an English name and differ in Chinese."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for arterial in arterials:
        seen[arterial.id] += 1
        id = arterial.id if seen[arterial.id] == 1 else f"{arterial.id[:120]} ({seen[arterial.id]})"
        found.append(msgspec.structs.replace(arterial, id=id))
    return tuple(found)


def _headed(junction: Junction) -> tuple[Approach, ...]:
    return tuple(each for each in junction.approaches if each.heading_deg is not None)


def _by_street(signals: Signals) -> Mapping[Name, list[_Place]]:
    found: dict[Name, list[_Place]] = defaultdict(list)
    for junction in signals.junctions:
        if junction.at is None or not junction.groups:
            continue
        comes: dict[Name, list[Approach]] = defaultdict(list)
        for approach in _headed(junction):
            if approach.street is not None and approach.street.en:
                comes[approach.street].append(approach)
        for street, approaches in comes.items():
            found[street].append(_Place(junction, Place(junction.at[1], junction.at[0]), tuple(approaches)))
    return found


def _chains(places: Sequence[_Place]) -> list[list[_Place]]:
    """Junctions one after the other: from each the nearest that lies ahead, and that has it behind."""
    by_id = {place.junction.id: place for place in places}
    onward: dict[str, str] = {}
    taken: set[str] = set()
    # Nearest pairs first: a junction has one that follows and one before it.
    for _, here, there in sorted(_links(places)):
        if here not in onward and there not in taken and not _closes(onward, here, there):
            onward[here] = there
            taken.add(there)
    firsts = sorted(id for id in by_id if id in onward and id not in taken)
    chains = []
    for first in firsts:
        chain = [first]
        while chain[-1] in onward:
            chain.append(onward[chain[-1]])
        chains.append([by_id[id] for id in chain])
    return sorted(chains, key=lambda chain: (-len(chain), chain[0].junction.id))


def _closes(onward: Mapping[str, str], here: str, there: str) -> bool:
    """Whether the link would make a ring."""
    at = there
    while at in onward:
        at = onward[at]
    return at == here


def _links(places: Sequence[_Place]) -> Iterable[tuple[float, str, str]]:
    """Pairs in the street's one direction: eastwards, or northwards where it runs north. By metres."""
    axis = _axis(places)
    for i, one in enumerate(places):
        for other in places[i + 1 :]:
            metres = distance_m(one.place, other.place)
            if not APART_MIN_M <= metres <= APART_MAX_M:
                continue
            if _comes_from(one, other) is None and _comes_from(other, one) is None:
                continue
            is_onward = math.cos(math.radians(bearing_deg(one.place, other.place) - axis)) >= 0
            here, there = (one, other) if is_onward else (other, one)
            yield metres, here.junction.id, there.junction.id


def _axis(places: Sequence[_Place]) -> float:
    """Along which the street runs: the mean of its headings as lines, in 0 to below 180 degrees."""
    twice = [math.radians(2 * (each.heading_deg or 0.0)) for place in places for each in place.comes]
    east, north = sum(map(math.sin, twice)), sum(map(math.cos, twice))
    return math.degrees(math.atan2(east, north)) / 2 % 180.0


def bearing_deg(one: Place, other: Place) -> float:
    """From the one to the other, clockwise from north."""
    east = ((other.lon - one.lon + 180.0) % 360.0 - 180.0) * math.cos(math.radians((one.lat + other.lat) / 2))
    return math.degrees(math.atan2(east, other.lat - one.lat)) % 360.0


def _comes_from(here: _Place, before: _Place) -> Approach | None:
    """The approach by which traffic comes here from there."""
    bearing = bearing_deg(before.place, here.place)
    off = {each.id: abs((bearing - (each.heading_deg or 0.0) + 180.0) % 360.0 - 180.0) for each in here.comes}
    nearest = min(here.comes, key=lambda each: off[each.id], default=None)
    return nearest if nearest is not None and off[nearest.id] <= AHEAD_DEG else None


def _speeds(approach: Approach) -> tuple[float, float]:
    return approach.speed_mps * SLOWEST, approach.speed_mps


def _through(junction: Junction, approach: Approach) -> str:
    """The group that lets traffic of an approach straight on; else the first that it has."""
    its = [each for each in junction.movements if each.approach == approach.id]
    straight = next((each for each in its if each.turn == "through"), its[0] if its else None)
    return straight.group if straight is not None else ""


def _stops(chain: Sequence[_Place]) -> Iterable[Stop]:
    """Outbound as listed. A one-way street has its one direction both ways: no band is asked for the other."""
    for nth, place in enumerate(chain):
        before = chain[nth - 1] if nth else None
        after = chain[nth + 1] if nth + 1 < len(chain) else None
        out, back = _ways(place, before, after)
        metres = distance_m(place.place, after.place) if after is not None else 0.0
        onward = _comes_from(after, place) if after is not None else None
        any_way = out or back or place.comes[0]
        yield Stop(
            junction=place.junction.id,
            outbound=_through(place.junction, out or any_way),
            inbound=_through(place.junction, back or any_way),
            to_next_m=round(metres, 1),
            speed_mps=_speeds(onward or any_way),
        )


def _ways(place: _Place, before: _Place | None, after: _Place | None) -> tuple[Approach | None, Approach | None]:
    """By which approach outbound and inbound traffic comes; at an end of the arterial, as if it went straight on."""
    out = _comes_from(place, before if before is not None else _beyond(place, after))
    back = _comes_from(place, after if after is not None else _beyond(place, before))
    return out, back


def _beyond(place: _Place, other: _Place | None) -> _Place:
    """As far on the other side of the junction as the other one lies on this."""
    assert other is not None, "an arterial has two junctions"
    here, there = place.place, other.place
    return _Place(other.junction, Place(2 * here.lat - there.lat, 2 * here.lon - there.lon), other.comes)
