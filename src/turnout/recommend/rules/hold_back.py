"""For what can wait, a station's last units are held back for coverage; for what is urgent they go, and it is said."""

from collections import Counter

import msgspec

from turnout.core.board import Available
from turnout.recommend.proposal import Reason
from turnout.recommend.request import Candidate, Request

HOLD_BACK_S = 240.0
"""A unit that empties its station must be four minutes sooner than the next to go to what can wait (NFPA 1710's
travel time for a first engine: what the emptied district stands to lose)."""


def weigh(candidates: list[Candidate], request: Request) -> list[Candidate]:
    standing = _standing(candidates, request)
    return [_weighed(candidate, standing, request) for candidate in candidates] if standing else candidates


def _standing(candidates: list[Candidate], request: Request) -> Counter[tuple[str, str]]:
    """How many stand ready of what the candidates' stations keep, by station and capability; empty where none does."""
    stations = request.catalogue.stations
    homes = {candidate.unit.station for candidate in candidates} & stations.keys()
    kept = {(str(home), capability) for home in homes for capability in stations[home].keep_available}
    standing = Counter(dict.fromkeys(kept, 0))
    if not kept:
        return standing
    for unit in request.board.units.values():
        if isinstance(unit.status, Available) and unit.staffed:
            standing.update({(str(unit.station), capability) for capability in unit.capabilities} & kept)
    return standing


def _weighed(candidate: Candidate, standing: Counter[tuple[str, str]], request: Request) -> Candidate:
    station = request.catalogue.stations.get(candidate.unit.station)
    if station is None or not isinstance(candidate.unit.status, Available):
        return candidate
    emptied = sorted(
        capability
        for capability, keep in station.keep_available.items()
        if capability in candidate.unit.capabilities and standing[str(station.id), capability] <= keep
    )
    if not emptied:
        return candidate
    return msgspec.structs.replace(
        candidate,
        penalty_s=candidate.penalty_s + (0.0 if request.is_urgent else HOLD_BACK_S),
        hold_back=True,
        why=(*candidate.why, Reason("empties-station", {"station": str(station.id), "capability": emptied[0]})),
    )
