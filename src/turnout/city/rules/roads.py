"""The roads: there are some, every place in them reaches every other, and stations and hospitals lie on them."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from turnout.city.draft import Draft
from turnout.city.problem import Problem, Spot
from turnout.roads.graph import RoadGraph
from turnout.roads.ground import Ground
from turnout.words.later import Later
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import BadInput

sparse, csgraph = Later("scipy.sparse"), Later("scipy.sparse.csgraph")
"""Half a second to load: after the doors are open (decision 0157)."""


STATION_TO_ROAD_M: Final = 300.0
"""A yard's gate may be this far from its middle; farther, no road leads to it."""
APART_SHARE_MAX: Final = 0.005
"""Where turns are forbidden a junction is split, and a part of it may be left with no way in: few are no harm."""
ROADS: Final = "roads.npz"


def roads_lead_everywhere(draft: Draft) -> Iterator[Problem]:
    path = draft.folder / ROADS
    if not path.is_file():
        yield Problem(
            "roads-missing",
            Spot(ROADS),
            Name("there is no road file", "没有道路文件"),
            Name("make it with `turnout city build --from EXTRACT`", "请用 `turnout city build --from 数据` 生成"),
        )
        return
    try:
        graph = RoadGraph.load(path)
    except BadInput as trouble:
        yield Problem(
            "roads-broken",
            Spot(ROADS),
            Name(trouble.what, f"道路文件不可用：{trouble.what}"),
            Name(trouble.cure or "build it again", "请用 `turnout city build` 重新生成"),
        )
        return
    yield from _connected(graph)
    yield from _on_the_roads(draft, graph)


def _connected(graph: RoadGraph) -> Iterator[Problem]:
    arcs = graph.arcs
    nodes = len(arcs.node_junction)
    matrix = sparse.csr_matrix((np.ones(len(arcs.tail)), (arcs.tail, arcs.head)), shape=(nodes, nodes))
    parts, part = csgraph.connected_components(matrix, directed=True, connection="strong")
    if parts > 1:
        lost = np.flatnonzero(part != np.bincount(part).argmax())
        at = int(arcs.node_junction[lost[0]])
        where = f"{graph.junction_lat[at]:.4f}, {graph.junction_lon[at]:.4f}"
        yield Problem(
            "roads-apart",
            Spot(ROADS),
            Name(
                f"{len(lost)} junctions cannot be reached and left again, for example at {where}",
                f"有 {len(lost)} 个路口无法到达或离开，例如 {where}",
            ),
            Name(
                "build the roads again; correct one-way streets in the source", "请重新生成道路，并更正源数据中的单行道"
            ),
            "error" if len(lost) > APART_SHARE_MAX * nodes else "warning",
        )


def _on_the_roads(draft: Draft, graph: RoadGraph) -> Iterator[Problem]:
    ground = Ground(graph)
    places: list[tuple[str, Spot, Place, bool]] = [
        *((each.value.id, each.spot, each.value.place, True) for each in draft.stations),
        *((each.value.id, each.spot, each.value.place, False) for each in draft.hospitals),
    ]
    for identity, spot, place, station in places:
        if place.is_on_earth() and ground.snap(place, limit_m=STATION_TO_ROAD_M) is None:
            yield Problem(
                "unreachable",
                spot,
                Name(
                    f"`{identity}` is farther than {STATION_TO_ROAD_M:.0f} m from any road that can be driven",
                    f"`{identity}` 距可行驶道路超过 {STATION_TO_ROAD_M:.0f} 米",
                ),
                Name("correct its place, or add the missing road to the source", "请更正坐标，或在源数据中补上道路"),
                "error" if station else "warning",
            )
