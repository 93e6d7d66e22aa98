"""Single tracks of a SUMO network: lanes of trams that lie on one another and are driven in both directions (`bidi`).

https://sumo.dlr.de/docs/Simulation/Railways.html, "Bidirectional track usage". Such lanes, one after the other, are one
track. Its ends are where rails lead on or off it; the signal that holds a tram is at the end, or the last before it.
Where railways have their own block signals SUMO secures the track itself: it is left out.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from turnout.signals.model import Junction
from turnout.signals.problem import Problem, Spot
from turnout.signals.single_track import SingleTrack, TrackEntry, TrackExit
from turnout.signals.sumo_xml import Edge, Link, Records
from turnout.words.name import Name

RAIL: Final = frozenset({"tram", "rail", "rail_urban", "rail_electric", "rail_fast"})
SAME_M: Final = 0.2
"""Lanes whose shapes differ by no more lie on one another (SUMO's own bound)."""
BACK_MAX: Final = 8
"""Lanes looked back for a signal. Beyond, a tram that is held blocks half a line."""

APPROACH_M: Final = 120.0
"""Before a signal. At 50 km/h a tram passes it in 8 s, the least green and amber, and can stop in the rest."""

Signal = tuple[str, int]
"""A junction and a link index."""


def single_tracks(records: Records, junctions: Iterable[Junction]) -> tuple[SingleTrack, ...]:
    """Every track that trams may meet on, whether it can be secured or not."""
    rails = _Rails(records)
    groups = {(each.id, int(way.id)): way.group for each in junctions for way in each.movements if way.id.isdigit()}
    blocks = {lane for node in records.nodes if node.kind.startswith("rail_") for lane in node.coming}
    found = []
    for directions in rails.components():
        track = _Track(rails, directions, groups)
        made = track.made()
        if {entry.direction for entry in made.entries} | track.open_directions == {0, 1} and not blocks & track.met:
            found.append(made)
    return tuple(found)


def warnings(tracks: Iterable[SingleTrack], file: str) -> Iterator[Problem]:
    for track in tracks:
        for lane in track.open_ends:
            what = Name(
                f"trams drive the single track {track.id} in both directions, and from {lane} they get onto it past no "
                "signal: two may meet there",
                f"电车双向行驶于单线区段“{track.id}”，而自“{lane}”驶入不经任何信号：可能迎面相遇",
            )
            cure = Name(
                "put a signal with a programme at that end; until then adaptive control does not secure the track",
                "请在该端设置有方案的信号；在此之前自适应控制不保障该区段",
            )
            yield Problem("single-track-open", Spot(file, part=lane), what, cure, "warning")


class _Rails:
    """Lanes that trams may use, what they lead to, and which of them lie on one another."""

    def __init__(self, records: Records) -> None:
        self.lanes = {
            lane.id
            for edge in records.edges.values()
            if edge.function == "normal"
            for lane in edge.lanes
            if _takes_trams(lane.allow, lane.disallow)
        }
        self.metres = {lane.id: lane.length_m for edge in records.edges.values() for lane in edge.lanes}
        self.onward: dict[str, list[Link]] = defaultdict(list)
        self.back: dict[str, list[Link]] = defaultdict(list)
        for link in records.links:
            if from_lane(link) in self.lanes and to_lane(link) in self.lanes:
                self.onward[from_lane(link)].append(link)
                self.back[to_lane(link)].append(link)
        self.other = dict(self._pairs(records.edges))

    def _pairs(self, edges: Mapping[str, Edge]) -> Iterator[tuple[str, str]]:
        for edge in edges.values():
            across = edges.get(edge.bidi) if edge.bidi and edge.function == "normal" else None
            for one in edge.lanes if across is not None else ():
                for other in across.lanes if across is not None else ():
                    is_only = len(edge.lanes) == 1 and across is not None and len(across.lanes) == 1
                    if {one.id, other.id} <= self.lanes and (is_only or _is_reverse(one.shape, other.shape)):
                        yield one.id, other.id

    def components(self) -> Iterator[dict[str, int]]:
        """Of each track its lanes, with their direction: 0 that of the first, 1 the other, 2 where it turns round."""
        done: set[str] = set()
        for first in sorted(self.other):
            if first in done:
                continue
            directions, todo = {first: 0}, [first]
            while todo:
                lane = todo.pop()
                along = [to_lane(link) for link in self.onward[lane]] + [from_lane(link) for link in self.back[lane]]
                near = [(each, directions[lane]) for each in along if each in self.other]
                for each, direction in [*near, (self.other[lane], 1 - directions[lane])]:
                    if each not in directions:
                        directions[each] = direction
                        todo.append(each)
            done |= set(directions)
            yield directions


class _Track:
    def __init__(self, rails: _Rails, directions: Mapping[str, int], groups: Mapping[Signal, str]) -> None:
        self.rails, self.groups = rails, groups
        self.zone = dict(directions)
        """Lanes behind the signals, with their direction."""
        self.track = sorted(directions)
        self.entries: dict[tuple[str, str, str], TrackEntry] = {}
        self.exits: dict[str, TrackExit] = {}
        self.open: dict[str, None] = {}
        self.open_directions: set[int] = set()
        self.met: set[str] = set()
        """Lanes that lead to the track."""

    def made(self) -> SingleTrack:
        for lane in self.track:
            self._enter(lane, 0)
        for lane, direction in list(self.zone.items()):
            self._leave(lane, direction)
        for entry in list(self.entries.values()):
            self._leave(entry.counter.rpartition("@")[0], entry.direction)
        return SingleTrack(
            id=self.track[0].rpartition("_")[0],
            lanes=tuple(self.track),
            entries=tuple(self.entries.values()),
            exits=tuple(self.exits.values()),
            open_ends=tuple(self.open),
        )

    def _enter(self, lane: str, steps: int) -> None:
        """Whoever gets onto this lane from outside, and the signal at which he can be held."""
        direction = self.zone[lane]
        for link in self.rails.back[lane]:
            source = from_lane(link)
            self.met.add(source)
            if source in self.zone and self.zone[source] == direction:
                continue
            group = self.groups.get((link.signal, link.index)) if link.signal else None
            if group is not None:
                entry = TrackEntry(direction, link.signal, group, f"{source}@end", self._approach(source))
                self.entries[link.signal, group, source] = entry
            elif steps >= BACK_MAX or not self.rails.back[source] or source in self.zone:
                self.open[source] = None
                self.open_directions.add(direction)
            else:
                self.zone[source] = direction
                self._enter(source, steps + 1)

    def _approach(self, lane: str) -> tuple[str, ...]:
        """Counters before the signal at the end of a lane; none where a tram may get between or turn off."""
        found, todo, onward = [], [(lane, self.rails.metres[lane])], set(self.zone)
        for _ in range(2 * BACK_MAX):
            if not todo:
                break
            here, metres = todo.pop()
            if any(to_lane(link) not in onward for link in self.rails.onward[here]):
                return ()
            onward.add(here)
            if metres >= APPROACH_M:
                found.append(f"{here}@start")
                continue
            before = [from_lane(link) for link in self.rails.back[here]]
            if not before:
                return ()
            todo += [(each, metres + self.rails.metres[each]) for each in before]
        return () if todo else tuple(found)

    def _leave(self, lane: str, direction: int) -> None:
        links = self.rails.onward[lane]
        leaving = [to_lane(link) for link in links if self.zone.get(to_lane(link)) != direction]
        if not leaving:
            return
        if len(leaving) == len(links):
            self.exits[f"{lane}@end"] = TrackExit(direction, f"{lane}@end")
            return
        for to in leaving:
            if len(self.rails.back[to]) == 1:
                self.exits[f"{to}@start"] = TrackExit(direction, f"{to}@start")
            else:
                self.open[lane] = None  # who comes from elsewhere would be taken for one who has left


def from_lane(link: Link) -> str:
    return f"{link.from_edge}_{link.from_lane}"


def to_lane(link: Link) -> str:
    return f"{link.to_edge}_{link.to_lane}"


def _takes_trams(allow: str, disallow: str) -> bool:
    return bool(RAIL & set(allow.split())) if allow else not set(disallow.split()) >= RAIL


def _is_reverse(one: str, other: str) -> bool:
    mine, its = _points(one), _points(other)[::-1]
    return len(mine) == len(its) > 0 and all(
        abs(a - b) <= SAME_M for at, to in zip(mine, its, strict=True) for a, b in zip(at, to, strict=False)
    )


def _points(shape: str) -> Sequence[tuple[float, ...]]:
    try:
        return [tuple(map(float, point.split(",")[:2])) for point in shape.split()]
    except ValueError:
        return []
