"""The road graph of one city: junctions, directed edges between them, and the arcs that a search walks.

An *edge* is one direction of a stretch of road between two junctions, so a two-way street is two edges, each the
other's *twin*. A search does not walk edges but *arcs*: where a turn is forbidden, the junction is split into several
nodes (arcs.py), and an edge may leave from several of them. Without turn restrictions arcs and edges are the same.
The graph is immutable and is kept as one compressed NumPy file, `roads.npz`.
"""

import dataclasses
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from turnout.roads.arcs import Arcs
from turnout.words.name import Name
from turnout.words.trouble import Malformed, Unsupported

FORMAT_VERSION = 1
EDGE_COUNT_MAX = 20_000_000
"""A whole country has fewer; a file that claims more is not a city's road file."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

ROAD_CLASSES = (
    "motorway",
    "trunk",
    "primary",
    "secondary",
    "tertiary",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "pedestrian",
    "track",
    "path",
    "motorway_link",
    "trunk_link",
    "primary_link",
    "secondary_link",
    "tertiary_link",
    "busway",
)
"""OpenStreetMap's `highway` values that a crew may drive on; the position in this tuple is the code in the file."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a road graph is from, and what was left out when it was made."""

    source: str = ""
    ways_taken: int = 0
    ways_left: dict[str, int] = {}
    """How many ways were not taken, by reason."""
    junctions_joined: int = 0
    """Junctions of stray parts that were joined to others a step away (mending.py)."""
    edges_dropped: int = 0
    """Edges outside the largest part in which every place reaches every other."""
    dropped_km: float = 0.0
    restrictions_taken: int = 0
    restrictions_left: dict[str, int] = {}
    """How many turn restrictions were not taken, by reason."""


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class RoadGraph:
    """Arrays over junctions (j), directed edges (e) and shape points (p). All arrays are read-only.

    `edge_shape` points at a polyline, shared by both twins; `edge_backward` says that the edge runs against it.
    """

    junction_lat: Floats
    junction_lon: Floats
    edge_from: Ints
    edge_to: Ints
    edge_length_m: Floats
    edge_speed_kmh: Floats
    """The posted limit, or the usual one for the class where none is posted."""
    edge_posted: Flags
    """Whether the limit is posted."""
    edge_class: Bytes
    edge_street: Ints
    """Index into `streets`; 0 has no name."""
    edge_way: Longs
    """The OpenStreetMap way that the edge is from."""
    edge_twin: Ints
    """The same stretch in the other direction, or -1 on a one-way."""
    edge_shape: Ints
    edge_backward: Flags
    shape_start: Ints
    """Where each polyline begins in `shape_lat`/`shape_lon`; one longer than the number of polylines."""
    shape_lat: Floats
    shape_lon: Floats
    streets: tuple[Name, ...]
    arcs: Arcs
    origin: Origin

    def __post_init__(self) -> None:
        for array in [*self._arrays().values(), *self.arcs.arrays().values()]:
            array.flags.writeable = False

    def __repr__(self) -> str:
        return f"<RoadGraph of {self.origin.source}: {self.junction_count} junctions, {self.edge_count} edges>"

    @property
    def junction_count(self) -> int:
        return len(self.junction_lat)

    @property
    def edge_count(self) -> int:
        return len(self.edge_from)

    def street_of(self, edge: int) -> Name:
        return self.streets[int(self.edge_street[edge])]

    def is_one_way(self, edge: int) -> bool:
        return bool(self.edge_twin[edge] < 0)

    def shape_of(self, edge: int) -> tuple[Floats, Floats]:
        """The edge's polyline in its own direction: latitudes and longitudes, both ends included."""
        shape = self.edge_shape[edge]
        points = slice(self.shape_start[shape], self.shape_start[shape + 1])
        lat, lon = self.shape_lat[points], self.shape_lon[points]
        return (lat[::-1], lon[::-1]) if self.edge_backward[edge] else (lat, lon)

    def save(self, path: Path) -> None:
        """Write the graph as one compressed file."""
        names = "\0".join(f"{street.en}\t{street.zh}" for street in self.streets)
        columns: dict[str, NDArray[np.generic]] = {
            "version": np.array(FORMAT_VERSION, dtype=np.int32),
            "streets": _text(names.encode()),
            "origin": _text(msgspec.json.encode(self.origin)),
            **{f"arc_{name}": array for name, array in self.arcs.arrays().items()},
            **self._arrays(),
        }
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **columns)

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        return {name: getattr(self, name) for name in _DTYPES}

    @classmethod
    def load(cls, path: Path) -> "RoadGraph":
        """Read a file that `save` wrote. Raises Malformed or Unsupported, naming the file and the cure."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
        except (ValueError, EOFError, NotImplementedError, OSError, zipfile.BadZipFile, zlib.error) as trouble:
            if isinstance(trouble, FileNotFoundError):
                raise
            raise Malformed(f"not a road file: {trouble}", str(path), _CURE) from trouble
        return _graph_from(arrays, str(path))


_CURE = "build the city's roads again with `turnout city build`"
_DTYPES: dict[str, type[np.generic]] = {
    "junction_lat": np.float64,
    "junction_lon": np.float64,
    "edge_from": np.int32,
    "edge_to": np.int32,
    "edge_length_m": np.float64,
    "edge_speed_kmh": np.float64,
    "edge_posted": np.bool_,
    "edge_class": np.uint8,
    "edge_street": np.int32,
    "edge_way": np.int64,
    "edge_twin": np.int32,
    "edge_shape": np.int32,
    "edge_backward": np.bool_,
    "shape_start": np.int32,
    "shape_lat": np.float64,
    "shape_lon": np.float64,
}
_ARC_NAMES = ("node_junction", "tail", "head", "edge", "edge_head")


def _text(raw: bytes) -> Bytes:
    return np.frombuffer(raw, dtype=np.uint8)


def _graph_from(arrays: Mapping[str, NDArray[np.generic]], where: str) -> RoadGraph:
    if "version" not in arrays or arrays["version"].shape != () or arrays["version"].dtype.kind != "i":
        raise Malformed("the road file has no version", where, _CURE)
    version = int(arrays["version"][()])
    if version != FORMAT_VERSION:
        raise Unsupported(f"road file version {version}, wanted {FORMAT_VERSION}", where, _CURE)
    for name in [*_DTYPES, *(f"arc_{arc}" for arc in _ARC_NAMES), "streets", "origin"]:
        if name not in arrays or arrays[name].ndim != 1:
            raise Malformed(f"the road file lacks {name}", where, _CURE)
        wanted = np.dtype(_DTYPES.get(name, np.uint8 if name in ("streets", "origin") else np.int32))
        if arrays[name].dtype != wanted:
            raise Malformed(f"{name} is {arrays[name].dtype}, wanted {wanted}", where, _CURE)
    try:
        lines = arrays["streets"].tobytes().decode().split("\0")
        streets = tuple(Name(*line.split("\t")) for line in lines)
        origin = msgspec.json.decode(arrays["origin"].tobytes(), type=Origin)
    except (UnicodeDecodeError, TypeError, msgspec.MsgspecError) as trouble:
        raise Malformed(f"street names or origin unreadable: {trouble}", where, _CURE) from trouble
    graph = RoadGraph(
        streets=streets,
        origin=origin,
        arcs=Arcs(**{arc: arrays[f"arc_{arc}"] for arc in _ARC_NAMES}),  # type: ignore[arg-type]
        **{name: arrays[name] for name in _DTYPES},  # type: ignore[arg-type]
    )
    fault = fault_in(graph)
    if fault:
        raise Malformed(fault, where, _CURE)
    return graph


def fault_in(graph: RoadGraph) -> str:
    """What makes this graph unusable, in words, or nothing. A file from outside is checked before it is trusted."""
    edges, junctions, shapes = graph.edge_count, graph.junction_count, len(graph.shape_start) - 1
    nodes = len(graph.arcs.node_junction)
    if edges > EDGE_COUNT_MAX:
        return f"{edges} edges; the most we take is {EDGE_COUNT_MAX}"
    if edges == 0 or junctions == 0:
        return "there are no roads in it"
    per_edge = [name for name in _DTYPES if name.startswith("edge_")]
    if any(len(getattr(graph, name)) != edges for name in per_edge) or len(graph.arcs.edge_head) != edges:
        return "its edge columns differ in length"
    if len(graph.junction_lon) != junctions or len(graph.shape_lon) != len(graph.shape_lat):
        return "its coordinate columns differ in length"
    if not len(graph.arcs.tail) == len(graph.arcs.head) == len(graph.arcs.edge):
        return "its arc columns differ in length"
    within: list[tuple[str, NDArray[np.generic], int, int]] = [
        ("edge_from", graph.edge_from, 0, junctions),
        ("edge_to", graph.edge_to, 0, junctions),
        ("edge_twin", graph.edge_twin, -1, edges),
        ("edge_shape", graph.edge_shape, 0, shapes),
        ("edge_street", graph.edge_street, 0, len(graph.streets)),
        ("edge_class", graph.edge_class, 0, len(ROAD_CLASSES)),
        ("arc node_junction", graph.arcs.node_junction, 0, junctions),
        ("arc tail", graph.arcs.tail, 0, nodes),
        ("arc head", graph.arcs.head, 0, nodes),
        ("arc edge", graph.arcs.edge, 0, edges),
        ("arc edge_head", graph.arcs.edge_head, 0, nodes),
    ]
    for name, array, low, high in within:
        if array.size and not (array.min() >= low and array.max() < high):
            return f"{name} points outside the graph"
    return _fault_in_arcs(graph) or _fault_in_measures(graph)


def _fault_in_arcs(graph: RoadGraph) -> str:
    at, arcs = graph.arcs.node_junction, graph.arcs
    if not np.array_equal(at[arcs.edge_head], graph.edge_to):
        return "an edge arrives at another junction than its own"
    if not np.array_equal(at[arcs.tail], graph.edge_from[arcs.edge]):
        return "an arc leaves from another junction than its edge"
    if not np.array_equal(at[arcs.head], graph.edge_to[arcs.edge]):
        return "an arc arrives at another junction than its edge"
    return ""


def _fault_in_measures(graph: RoadGraph) -> str:
    start = graph.shape_start
    if len(start) == 0 or start[0] != 0 or start[-1] != len(graph.shape_lat) or not np.all(np.diff(start) >= 2):
        return "a polyline has fewer than two points"
    for name, degrees, most in [
        ("junction_lat", graph.junction_lat, 90.0),
        ("junction_lon", graph.junction_lon, 180.0),
        ("shape_lat", graph.shape_lat, 90.0),
        ("shape_lon", graph.shape_lon, 180.0),
    ]:
        if not np.all(np.abs(degrees) <= most):
            return f"{name} is not on earth"
    if not np.all(np.isfinite(graph.edge_length_m) & (graph.edge_length_m > 0.0)):
        return "an edge has no length"
    if not np.all(np.isfinite(graph.edge_speed_kmh) & (graph.edge_speed_kmh > 0.0)):
        return "an edge has no speed"
    twinned = np.flatnonzero(graph.edge_twin >= 0)
    if not np.array_equal(graph.edge_twin[graph.edge_twin[twinned]], twinned):
        return "an edge is not its twin's twin"
    return ""
