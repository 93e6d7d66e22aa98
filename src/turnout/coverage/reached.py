"""Road times as coverage asks for them: from where each unit is, and from each station, to every place."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from turnout.words.identity import StationId, UnitId

Rows = NDArray[np.uint16]


@dataclasses.dataclass(frozen=True, eq=False)
class Reached:
    """Seconds of driving, row by row; places are columns. Who is in no row is not known to be anywhere on the roads."""

    units: Mapping[UnitId, int]
    unit_s: Rows
    stations: Mapping[StationId, int]
    station_s: Rows

    def of_unit(self, unit: UnitId) -> Rows | None:
        row = self.units.get(unit)
        return None if row is None else self.unit_s[row]

    def of_station(self, station: StationId) -> Rows | None:
        row = self.stations.get(station)
        return None if row is None else self.station_s[row]
