"""Junctions read from OpenStreetMap beside SUMO's netconvert on the same extract: how many, where, and what meets.

    .venv/bin/python -m benchmarks.signals_from_osm MAP.osm.pbf [MAP ...]

netconvert guesses and joins signals as its documentation has it for OpenStreetMap (OPTIONS). A junction of theirs is
one of ours where the middles lie within 30 m, nearest first. Of those, ways from arm to arm are told by their
directions, and for each pair of ways that both have, the question is the same: do they cross or merge? U-turns are
left out.
"""

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import osmium
from lxml import etree

from benchmarks.signal_delay import SAFE, sumo_home
from turnout.signals.check import check
from turnout.signals.osm.arms import bearing_of, turned
from turnout.signals.osm.build import signals_of
from turnout.signals.osm.junction import Found
from turnout.signals.osm.reading import read_osm
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records
from turnout.words.place import EARTH_RADIUS_M, Place, distance_m

OPTIONS = "--tls.guess-signals --tls.join --tls.discard-simple --junctions.join --geometry.remove --osm.turn-lanes"
SAME_M = 30.0
SAME_DEG = 35.0
SIGHT_M = 25.0
Ways = dict[tuple[float, float], set[int]]


class Theirs(NamedTuple):
    """A signal of netconvert's: its ways by (direction in, direction out), and which of their links are foes."""

    place: Place
    ways: Ways
    foes: frozenset[tuple[int, int]]


def netconvert(osm_file: Path, folder: Path, middle: Place) -> tuple[Path, float]:
    """The network, and how long it took. It reads XML only."""
    xml, net = folder / "map.osm", folder / "map.net.xml"
    with osmium.SimpleWriter(str(xml), overwrite=True) as writer:
        for item in osmium.FileProcessor(str(osm_file)):
            writer.add(item)
    begun = time.perf_counter()
    program = sumo_home() / "bin" / "netconvert"
    subprocess.run(
        [program, "--osm-files", xml, "-o", net, *OPTIONS.split(), "--proj", plane(middle), "--no-warnings"],
        check=True,
        capture_output=True,
        env=os.environ | {"SUMO_HOME": str(sumo_home())},
    )
    return net, time.perf_counter() - begun


def plane(middle: Place) -> str:
    """True to directions near there, and easily read backwards."""
    return f"+proj=eqc +lat_ts={middle.lat:.4f} +lon_0={middle.lon:.4f} +R={EARTH_RADIUS_M} +units=m +no_defs"


def unprojected(east: float, north: float, offset: tuple[float, float], middle: Place) -> Place:
    degree_m = math.radians(EARTH_RADIUS_M)
    lat, lon_0 = round(middle.lat, 4), round(middle.lon, 4)
    return Place((north - offset[1]) / degree_m, lon_0 + (east - offset[0]) / degree_m / math.cos(math.radians(lat)))


def points(text: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y, *_ in (point.split(",") for point in text.split())]


def direction(line: list[tuple[float, float]]) -> float:
    """From the first point to where the line is SIGHT_M on."""
    left, at = SIGHT_M, line[0]
    for a, b in pairwise(line):
        length = math.dist(a, b)
        share = min(1.0, left / length) if length else 1.0
        at = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        left -= length
        if left <= 0:
            break
    return bearing_of((at[0] - line[0][0], at[1] - line[0][1]))


def theirs(net: Path, middle: Place) -> list[Theirs]:
    content = net.read_bytes()
    records, found = read_records(content, net.name, root="net"), read_sumo(content, net.name)
    root: Any = etree.fromstring(content, etree.XMLParser(huge_tree=True, **SAFE))
    offset = points(root.find("location").get("netOffset"))[0]
    shapes = {edge.get("id"): points(edge.find("lane").get("shape")) for edge in root.iterfind("edge")}
    ends = {edge.get("id"): edge.get("to") for edge in root.iterfind("edge")}
    nodes = {node.get("id"): (float(node.get("x")), float(node.get("y"))) for node in root.iterfind("junction")}
    ways: dict[str, Ways] = defaultdict(lambda: defaultdict(set))
    middles: dict[str, set[str]] = defaultdict(set)
    for link in records.links:
        if link.signal in found.foes:
            middles[link.signal].add(ends[link.from_edge])
            if link.direction not in "t":
                inwards = direction(shapes[link.from_edge][::-1]), direction(shapes[link.to_edge])
                ways[link.signal][inwards].add(link.index)
    at = {}
    for signal, its in middles.items():
        east, north = (statistics.mean(nodes[node][axis] for node in its) for axis in (0, 1))
        at[signal] = unprojected(east, north, offset, middle)
    return [Theirs(at[signal], dict(ways[signal]), found.foes[signal]) for signal in at]


def paired(mine: list[Place], other: list[Place]) -> list[tuple[int, int, float]]:
    near = sorted(
        (distance_m(one, two), i, j)
        for i, one in enumerate(mine)
        for j, two in enumerate(other)
        if abs(one.lat - two.lat) < 0.001 and distance_m(one, two) <= SAME_M
    )
    pairs: list[tuple[int, int, float]] = []
    for metres, i, j in near:
        if all(i != pair[0] and j != pair[1] for pair in pairs):
            pairs.append((i, j, metres))
    return pairs


def arms_meant(found: Found, way: tuple[float, float]) -> tuple[int, int] | None:
    """Our arms for one of their ways, where exactly one lies in each direction."""
    arms = []
    for wanted, legs in zip(
        way, ([arm.coming for arm in found.arms], [arm.leading for arm in found.arms]), strict=True
    ):
        near = [i for i, leg in enumerate(legs) if leg and abs(turned(leg.direction, wanted)) <= SAME_DEG]
        if len(near) != 1:
            return None
        arms += near
    return arms[0], arms[1]


class Tally(NamedTuple):
    ways_both: int = 0
    ways_theirs_only: int = 0
    ways_ours_only: int = 0
    meet_both: int = 0
    meet_neither: int = 0
    ours_only: int = 0
    theirs_only: int = 0


def compared(found: Found, other: Theirs) -> Tally:
    mine = {(way.come, way.go): nth for nth, way in enumerate(found.ways) if way.turn != "u-turn"}
    meant: dict[tuple[int, int], set[int]] = defaultdict(set)
    for way, links in other.ways.items():
        arms = arms_meant(found, way)
        if arms is not None and arms[0] != arms[1]:
            meant[arms] |= links
    both = sorted(mine.keys() & meant.keys())
    counts = {(True, True): 0, (False, False): 0, (True, False): 0, (False, True): 0}
    for one, two in combinations(both, 2):
        if one[0] != two[0]:
            pair = min(mine[one], mine[two]), max(mine[one], mine[two])
            is_foe = any((a, b) in other.foes for a in meant[one] for b in meant[two])
            counts[pair in found.meet, is_foe] += 1
    ways = len(both), len(meant.keys() - mine.keys()), len(mine.keys() - meant.keys())
    order = ((True, True), (False, False), (True, False), (False, True))
    return Tally(*ways, *(counts[each] for each in order))


def told(osm_file: Path) -> None:
    begun = time.perf_counter()
    ours = signals_of(read_osm(osm_file), osm_file.name, "US")
    ours_s = time.perf_counter() - begun
    errors = sum(problem.severity == "error" for problem in check(ours.signals))
    places = [Place(each.at[1], each.at[0]) for each in ours.signals.junctions if each.at is not None]
    middle = Place(*(statistics.mean(getattr(place, axis) for place in places) for axis in ("lat", "lon")))
    with tempfile.TemporaryDirectory() as folder:
        net, theirs_s = netconvert(osm_file, Path(folder), middle)
        others = theirs(net, middle)
    pairs = paired(places, [each.place for each in others])
    metres = sorted(metres for *_, metres in pairs)
    sums = Tally(*map(sum, zip(*(compared(ours.found[i], others[j]) for i, j, _ in pairs), strict=True)))
    asked = sums.meet_both + sums.meet_neither + sums.ours_only + sums.theirs_only
    same = (sums.meet_both + sums.meet_neither) / max(1, asked)
    print(f"{osm_file.name}: ours {len(places)} in {ours_s:.1f} s, {errors} errors;", end=" ")
    print(f"theirs {len(others)} in {theirs_s:.1f} s")
    print(f"  paired {len(pairs)} ({len(pairs) / max(1, len(others)):.3f} of theirs),", end="")
    print(f" apart {statistics.median(metres):.1f} m (median), {metres[int(len(metres) * 0.95)]:.1f} m (95 %)")
    print(f"  ways: {sums.ways_both} both, {sums.ways_theirs_only} theirs only, {sums.ways_ours_only} ours only")
    print(f"  pairs of ways: {asked}, {same:.4f} the same;", end=" ")
    print(f"{sums.ours_only} meet by ours only, {sums.theirs_only} by theirs only")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        told(Path(name))
