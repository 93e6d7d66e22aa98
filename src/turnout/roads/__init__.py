"""The road engine: graph, travel times, closures, snapping, routes, and the datums of Chinese maps.

    roads = Roads.load(city / "roads.npz", city / "speeds.toml")
    spots = roads.snap_many(lat, lon, heading_deg, speed_mps)      # when positions arrive
    reach = roads.reach(roads.snap(place), spots, at, conditions)  # reach.times_s[i], reach.route(i)

The builder, `turnout.roads.build.build_roads`, is not re-exported: it wants the optional extra `build`.
"""

from turnout.roads.closures import AlongLine, AroundPlace, Extent, StreetBetween, edges_covered
from turnout.roads.conditions import CLEAR, Conditions, Restraint
from turnout.roads.directions import Step
from turnout.roads.graph import ROAD_CLASSES, Origin, RoadGraph
from turnout.roads.ground import MOVING_MPS, SNAP_LIMIT_M
from turnout.roads.network import ReachTimes, Roads
from turnout.roads.profile import DEFAULT_PROFILE, Drive, SpeedProfile, TravelEstimate, load_profile, read_profile
from turnout.roads.route import Route, Whereabouts
from turnout.roads.spot import Spot, Spots
from turnout.roads.times_table import TimesTable

__all__ = [
    "CLEAR",
    "DEFAULT_PROFILE",
    "MOVING_MPS",
    "ROAD_CLASSES",
    "SNAP_LIMIT_M",
    "AlongLine",
    "AroundPlace",
    "Conditions",
    "Drive",
    "Extent",
    "Origin",
    "ReachTimes",
    "Restraint",
    "RoadGraph",
    "Roads",
    "Route",
    "SpeedProfile",
    "Spot",
    "Spots",
    "Step",
    "StreetBetween",
    "TimesTable",
    "TravelEstimate",
    "Whereabouts",
    "edges_covered",
    "load_profile",
    "read_profile",
]
