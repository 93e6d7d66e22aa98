"""A place on the ground, always WGS 84 (EPSG:4326). Other datums (GCJ-02, BD-09) are converted at the edge."""

import math

import msgspec

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius of the WGS 84 ellipsoid, metres (IUGG R1)."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """A point: latitude and longitude in degrees, WGS 84."""

    lat: float
    lon: float

    def is_on_earth(self) -> bool:
        """Whether both numbers are finite and within the ranges of latitude and longitude."""
        return -90.0 <= self.lat <= 90.0 and -180.0 <= self.lon <= 180.0


def distance_m(a: Place, b: Place) -> float:
    """Great-circle distance in metres (haversine). For sanity checks and snapping only, never for ranking crews."""
    lat_a, lat_b = math.radians(a.lat), math.radians(b.lat)
    half_lat = math.sin((lat_b - lat_a) / 2.0)
    half_lon = math.sin(math.radians(b.lon - a.lon) / 2.0)
    h = half_lat * half_lat + math.cos(lat_a) * math.cos(lat_b) * half_lon * half_lon
    return 2.0 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(h)))
