"""Where help is called for, as weights of places: the fitted model of calls (`demand.npz`), by discipline.

Places and numbers of calls, never persons (charter, 7): how a city's crews are best spread over it.
"""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from turnout.core.catalogue import Discipline
from turnout.words.trouble import Malformed

Floats = NDArray[np.float64]


@dataclasses.dataclass(frozen=True, eq=False)
class DemandPlaces:
    """`weights`: per discipline the share of its calls that come from each place."""

    lat: Floats
    lon: Floats
    weights: dict[str, Floats]


def read_demand_places(path: Path, disciplines_of: Callable[[str], Iterable[Discipline]]) -> DemandPlaces:
    """The model's cells, each at the block nearest its middle. `disciplines_of`: who answers a type of call.

    Raises Malformed where the file is not a demand model.
    """
    try:
        with np.load(path, allow_pickle=False) as held:
            types = [str(each) for each in held["types"]]
            type_share = np.asarray(held["type_share"], dtype=np.float64).mean(axis=0)
            cell_share = np.asarray(held["cell_share"], dtype=np.float64)
            cell, lat, lon = held["block_cell"], held["block_lat"], held["block_lon"]
    except (KeyError, ValueError, OSError, BadZipFile) as bad:
        raise Malformed(str(bad), str(path), "write it again with benchmarks/calibration.py") from bad
    if cell_share.shape[0] != len(types) or len(type_share) != len(types):
        raise Malformed("types and shares differ in number", str(path), "write it again with benchmarks/calibration.py")
    blocks = _middle_blocks(np.asarray(cell), np.asarray(lat), np.asarray(lon), cell_share.shape[1])
    kept = blocks >= 0
    weights: dict[str, Floats] = {}
    for index, code in enumerate(types):
        for discipline in disciplines_of(code):
            weight = weights.setdefault(discipline, np.zeros(int(kept.sum())))
            weight += type_share[index] * cell_share[index][kept]
    return DemandPlaces(np.asarray(lat)[blocks[kept]], np.asarray(lon)[blocks[kept]], weights)


def _middle_blocks(cell: NDArray[np.int32], lat: Floats, lon: Floats, cells: int) -> NDArray[np.int64]:
    """Per cell the block nearest to the mean of its blocks; -1 for a cell without any."""
    found = np.full(cells, -1, dtype=np.int64)
    for number in np.unique(cell).tolist():
        here = np.flatnonzero(cell == number)
        off = np.hypot(lat[here] - lat[here].mean(), lon[here] - lon[here].mean())
        found[number] = here[int(off.argmin())]
    return found
