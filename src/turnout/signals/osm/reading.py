"""Signals and the streets around them from an OpenStreetMap file (.osm, .osm.pbf). Wants the optional extra `build`.

The file is read several times, and each time only what lies around its signals is kept, so that memory goes with the
number of signals and not with the size of the file: nodes with signals; ways with such a node; ways that touch those,
twice; the places of their nodes; restrictions over them.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import osmium

from turnout.roads.ways import TurnRule, turn_rule
from turnout.signals.osm.said import TAKE_EXTRACT
from turnout.signals.osm.streets import Extract, Restriction, Way, has_crossing, has_lamp
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import Malformed, Unsupported

SIGNALS_MAX: Final = 100_000
"""Nodes with signals or crossings: several of the largest cities. A file of plans holds 5,000 junctions."""
WAYS_MAX: Final = 500_000
"""Around them."""
HOPS: Final = 2
"""Ways away from one with a signal: the other carriageway, and the streets that lead away from there."""
NO_FILE: Final = Name("there is no such file", "没有这个文件")
TAKE_SMALLER: Final = Name(
    "take a smaller extract: a city, or one of its districts", "请截取更小的地图：一座城市或其中一个片区"
)
LAMPS_COUNTED: Final = Name("signals and crossings", "信号灯与人行横道")
WAYS_COUNTED: Final = Name("ways around signals", "信号灯周边的道路")
NODES: Final = osmium.osm.NODE
WAYS: Final = osmium.osm.WAY
RELATIONS: Final = osmium.osm.RELATION


def read_osm(osm_file: Path) -> Extract:
    """What lies around the signals of a file. Raises `Malformed`, and `Unsupported` where it holds too much."""
    if not osm_file.is_file():
        raise Malformed(NO_FILE, str(osm_file), TAKE_EXTRACT)
    try:
        return _read(str(osm_file))
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as trouble:
        raise Malformed(Name(str(trouble), f"无法读取：{trouble}"), str(osm_file), TAKE_EXTRACT) from trouble


def _items(file: str, kinds: Any, *keys: str) -> Iterator[Any]:
    items: Iterator[Any] = iter(osmium.FileProcessor(file, kinds).with_filter(osmium.filter.KeyFilter(*keys)))
    return (item for item in items if not item.deleted)


def _read(file: str) -> Extract:
    found = Extract(places={}, marked={}, ways=[], restrictions=[], left=Counter())
    for item in _items(file, NODES, "highway", "crossing", "crossing:signals"):
        tags = {tag.k: tag.v for tag in item.tags}
        if has_lamp(tags) or has_crossing(tags):
            found.marked[item.id] = tags
            _bound(len(found.marked), SIGNALS_MAX, LAMPS_COUNTED, file)
    ways: dict[int, Way] = {}
    near = set(found.marked)
    for _ in range(HOPS + 1 if near else 0):
        _add_touching(file, near, ways)
        near = {node for way in ways.values() for node in way.nodes}
    _add_places(file, near, found)
    found.ways = [piece for way in ways.values() for piece in _pieces(way, found)]
    found.marked = {node: tags for node, tags in found.marked.items() if node in found.places}
    for item in _items(file, RELATIONS, "restriction", "restriction:conditional"):
        _add_restriction(item, ways, found)
    return found


def _bound(number: int, most: int, what: Name, file: str) -> None:
    if number > most:
        raise Unsupported(Name(f"more than {most} {what.en}", f"{what.zh}数量超过 {most}"), file, TAKE_SMALLER)


def _add_touching(file: str, near: set[int], ways: dict[int, Way]) -> None:
    for item in _items(file, WAYS, "highway"):
        if item.id in ways:
            continue
        nodes = [node.ref for node in item.nodes]
        if not near.isdisjoint(nodes):
            ways[item.id] = Way(item.id, tuple(nodes), {tag.k: tag.v for tag in item.tags})
            _bound(len(ways), WAYS_MAX, WAYS_COUNTED, file)


def _add_places(file: str, wanted: set[int], found: Extract) -> None:
    if not wanted:
        return
    items: Iterator[Any] = iter(osmium.FileProcessor(file, NODES).with_filter(osmium.filter.IdFilter(wanted)))
    for item in items:
        if not item.deleted and item.location.valid():
            found.places[item.id] = Place(item.location.lat, item.location.lon)


def _pieces(way: Way, found: Extract) -> Iterator[Way]:
    """The way where its nodes are in the file; where it leaves the file's area and comes back, it is several."""
    runs: list[list[int]] = [[]]
    for node in way.nodes:
        if node not in found.places:
            found.left["nodes that the file does not hold"] += 1
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != node:
            runs[-1].append(node)
    whole = [run for run in runs if len(run) > 1]
    if not whole:
        found.left["ways of no length"] += 1
    for run in whole:
        yield Way(way.id, tuple(run), way.tags)


def _add_restriction(item: Any, ways: dict[int, Way], found: Extract) -> None:
    members = [(member.type, member.ref, member.role) for member in item.members]
    if not any(kind == "w" and ref in ways for kind, ref, _ in members):
        return
    tags = {tag.k: tag.v for tag in item.tags if "emergency" not in tag.k}
    if tags.get("type") != "restriction":
        return
    rule = turn_rule(tags)
    if not isinstance(rule, TurnRule):
        found.left[f"turn restrictions: {rule}"] += 1
        return
    from_ways = tuple(ref for kind, ref, role in members if role == "from" and kind == "w")
    to_ways = tuple(ref for kind, ref, role in members if role == "to" and kind == "w")
    via = [ref for kind, ref, role in members if role == "via" and kind == "n"]
    if not from_ways or not to_ways or not any(role == "via" for *_, role in members):
        found.left["turn restrictions: incomplete"] += 1
        return
    found.restrictions.append(Restriction(from_ways, via[0] if via else 0, to_ways, rule.only))
