"""The places for which this city wants cover: by calls foretold where it ships a model of them, else by ground."""

from collections.abc import Iterable

from turnout.city.demand_places import read_demand_places
from turnout.city.folder import City
from turnout.core.catalogue import Discipline
from turnout.coverage import DemandPoints, by_area
from turnout.coverage.points import POINTS_MAX
from turnout.roads import Roads
from turnout.roads.times_table import CELLS_MAX


def points_of(city: City, roads: Roads) -> DemandPoints:
    """Raises Malformed where the folder's `demand.npz` is not a demand model."""
    catalogue = city.catalogue

    def disciplines_of(call_type: str) -> Iterable[Discipline]:
        kind = catalogue.types.get(city.type_of_call(call_type) or "")
        return {catalogue.agencies[agency].discipline for agency in kind.agencies} if kind is not None else ()

    most = min(POINTS_MAX, CELLS_MAX // max(1, roads.graph.arcs.node_count))
    if city.artefacts.demand is None:
        return by_area(roads.graph.junction_lat, roads.graph.junction_lon, most)
    places = read_demand_places(city.artefacts.demand, disciplines_of)
    return DemandPoints(places.lat, places.lon, places.weights).heaviest(most)
