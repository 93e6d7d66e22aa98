"""Small maps of streets, made by hand: places in metres east and north of a corner, tags as OpenStreetMap has them."""

import math
from pathlib import Path
from xml.sax.saxutils import quoteattr

from turnout.signals.model import Junction
from turnout.signals.osm.build import OsmSignals, signals_of
from turnout.signals.osm.reading import read_osm

DEGREE_M = 111_195.08
LAT, LON = 50.0, 10.0
LAMP = {"highway": "traffic_signals"}
CROSSING = {"highway": "crossing", "crossing": "traffic_signals"}


class Map:
    """Nodes are numbered from 1 and ways from 101, in the order in which they are drawn."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []
        self.relations: list[str] = []

    def node(self, east_m: float, north_m: float, **tags: str) -> int:
        lat = LAT + north_m / DEGREE_M
        lon = LON + east_m / (DEGREE_M * math.cos(math.radians(LAT)))
        number = len(self.nodes) + 1
        self.nodes.append(f'<node id="{number}" lat="{lat:.9f}" lon="{lon:.9f}">{_tags(tags)}</node>')
        return number

    def way(self, *nodes: int, **tags: str) -> int:
        number = 101 + len(self.ways)
        inside = "".join(f'<nd ref="{node}"/>' for node in nodes)
        tags = {"highway": "secondary", "maxspeed": "50"} | {key.replace("__", ":"): tags[key] for key in tags}
        self.ways.append(f'<way id="{number}">{inside}{_tags(tags)}</way>')
        return number

    def restriction(self, kind: str, from_way: int, via: int, to_way: int) -> None:
        members = f'<member type="way" ref="{from_way}" role="from"/><member type="node" ref="{via}" role="via"/>'
        members += f'<member type="way" ref="{to_way}" role="to"/>'
        tags = {"type": "restriction", "restriction": kind}
        self.relations.append(f'<relation id="{901 + len(self.relations)}">{members}{_tags(tags)}</relation>')

    def text(self) -> str:
        return "\n".join(['<osm version="0.6">', *self.nodes, *self.ways, *self.relations, "</osm>"])

    def read(self, folder: Path, country: str = "DE") -> OsmSignals:
        path = folder / "map.osm"
        path.write_text(self.text(), "utf-8")
        return signals_of(read_osm(path), path.name, country)

    def junction(self, folder: Path, country: str = "DE") -> Junction:
        (junction,) = self.read(folder, country).signals.junctions
        return junction


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items())


OUT_M = 100.0
ARMS = {"north": (0, 1), "east": (1, 0), "south": (0, -1), "west": (-1, 0)}


def a_crossing(lamp_on_it: bool = True, **tags: str) -> tuple[Map, int, dict[str, int]]:
    """Main Street from west to east, Mill Lane from south to north: two-way, a lane each way; ways drawn inwards."""
    drawn = Map()
    middle = drawn.node(0, 0, **(LAMP if lamp_on_it else {}))
    ways = {}
    for side, (east, north) in ARMS.items():
        end = drawn.node(east * OUT_M, north * OUT_M)
        name = "Main Street" if side in ("east", "west") else "Mill Lane"
        ways[side] = drawn.way(end, middle, **({"name": name, "lanes": "2"} | tags))
    return drawn, middle, ways


def turns(junction: Junction) -> set[tuple[str, str]]:
    return {(each.approach, each.turn) for each in junction.movements}


def group(junction: Junction, movement: str) -> str:
    return next(each.group for each in junction.movements if each.id == movement)


def may_meet(junction: Junction, one: str, other: str) -> bool:
    """Whether two movements may have green together."""
    return (group(junction, one), group(junction, other)) not in junction.least_between()


def yields(junction: Junction, movement: str) -> set[str]:
    return set(next(each.yields_to for each in junction.movements if each.id == movement))
