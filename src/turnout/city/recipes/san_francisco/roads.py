"""The roads of San Francisco, with those that the city's street file has no geometry for.

The municipal street file stops at the shore: it names the streets of Treasure Island but draws none, and the Bay Bridge
ends in the air. `missing_roads.geojson` draws a dozen of them by hand, to about 100 m, through the points that the
week's own calls give, so that Station 48 can be reached.
"""

import json
from pathlib import Path
from typing import Final

import osmium
from osmium.osm import mutable

from turnout.words.place import Place, distance_m

JOIN_M: Final = 30.0
"""A drawn line that begins this near to a node of the street file begins at that node."""
HERE: Final = Path(__file__).parent


def write_whole_city(streets: Path, out: Path) -> None:
    """Write the street file and the missing roads as one OpenStreetMap file, nodes first."""
    found = osmium.FileProcessor(str(streets), osmium.osm.NODE)
    nodes = [(each.id, Place(each.lat, each.lon)) for each in found if isinstance(each, osmium.osm.Node)]
    way_id = max(item.id for item in osmium.FileProcessor(str(streets), osmium.osm.WAY)) + 1
    features = json.loads((HERE / "missing_roads.geojson").read_text(encoding="utf-8"))["features"]
    points = {(lat, lon) for each in features for lon, lat in each["geometry"]["coordinates"]}
    number: dict[tuple[float, float], int] = {}
    added: list[tuple[int, tuple[float, float]]] = []
    for point in sorted(points):
        near = min(nodes, key=lambda node: distance_m(node[1], Place(*point)))
        if distance_m(near[1], Place(*point)) <= JOIN_M:
            number[point] = near[0]
        else:
            number[point] = max(node for node, _ in nodes) + 1 + len(added)
            added.append((number[point], point))
    with osmium.SimpleWriter(str(out), overwrite=True) as writer:
        for item in osmium.FileProcessor(str(streets), osmium.osm.NODE):
            writer.add_node(item)
        for node, (lat, lon) in added:
            writer.add_node(mutable.Node(id=node, version=1, location=(lon, lat)))
        for item in osmium.FileProcessor(str(streets), osmium.osm.WAY):
            writer.add_way(item)
        for count, each in enumerate(features):
            line = [number[(lat, lon)] for lon, lat in each["geometry"]["coordinates"]]
            writer.add_way(mutable.Way(id=way_id + count, version=1, nodes=line, tags=_tags(each["properties"])))


def _tags(properties: dict[str, str | int]) -> dict[str, str]:
    return {
        "highway": str(properties["class"]),
        "name": str(properties["name"]),
        "oneway": str(properties["oneway"]),
        "maxspeed": f"{properties['limit_mph']} mph",
    }
