"""Places that one process of a city has heard, on their way to the others: the newest of each unit, never echoed."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from turnout.edge.between import PLACES_MAX, PlacesHeard, PlacesSaid
from turnout.edge.edge import Edge
from turnout.telemetry.latest import Fix


class _Noted(NamedTuple):
    number: int
    by: str
    fix: Fix


class SharedPlaces:
    """Bounded by the units that there are: a newer place takes the place of an older one."""

    def __init__(self) -> None:
        self.life = secrets.token_hex(8)
        """Names this process, so that its own places are not told to it."""
        self._newest: dict[str, _Noted] = {}
        self._number = 0

    def note(self, fixes: Sequence[Fix], by: str) -> None:
        """`fixes` have been believed; `by` is the process that heard them."""
        for fix in fixes:
            held = self._newest.get(fix.unit)
            if held is None or held.fix.at < fix.at:
                self._number += 1
                self._newest[fix.unit] = _Noted(self._number, by, fix)

    def since(self, after: int, asker: str) -> PlacesHeard:
        """What others than `asker` have heard after `after`, at most `PLACES_MAX` of it: the rest comes next time."""
        newer = sorted((one for one in self._newest.values() if one.number > after), key=_number_of)
        told = newer[:PLACES_MAX]
        upto = told[-1].number if told else self._number
        return PlacesHeard(self.life, upto, [one.fix for one in told if one.by != asker])

    def own(self, after: int) -> tuple[int, list[Fix]]:
        """What this process has heard itself after `after`, and up to where that goes."""
        newer = sorted(
            (one for one in self._newest.values() if one.number > after and one.by == self.life), key=_number_of
        )
        told = newer[:PLACES_MAX]
        return (told[-1].number if told else self._number), [one.fix for one in told]

    def said(self, after_own: int, after_others: int) -> tuple[int, PlacesSaid]:
        upto, fixes = self.own(after_own)
        return upto, PlacesSaid(self.life, after_others, fixes)


def take_from_others(edge: Edge, shared: SharedPlaces, fixes: Sequence[Fix], by: str) -> None:
    """What the process `by` has heard: judged here as well, and kept for those who ask."""
    some = fixes[:PLACES_MAX]
    doubted = {one.index for one in edge.take_shared(some).refused}
    shared.note([fix for index, fix in enumerate(some) if index not in doubted], by)


def exchanged(edge: Edge, shared: SharedPlaces, said: PlacesSaid) -> PlacesHeard:
    """At the desk: places taken, and those told that others had."""
    take_from_others(edge, shared, said.fixes, said.process)
    return shared.since(said.after, said.process)


def _number_of(noted: _Noted) -> int:
    return noted.number
