"""Which signals of a junction may not be shown green, because of who comes the other way on what they let onto.

Single tracks and streets that hold one vehicle, each shared with another junction.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from turnout.signals.guard import Aspect
from turnout.signals.model import Junction
from turnout.signals.short_street import StreetLock
from turnout.signals.single_track import Interlocking, TrackDoubt

NOBODY: Final[frozenset[int]] = frozenset()


class Access:
    """The tracks and short streets as one junction sees them: groups by their number."""

    def __init__(
        self,
        junction: Junction,
        interlockings: Iterable[Interlocking],
        streets: Iterable[StreetLock] = (),
        approaches: Collection[str] = (),
    ) -> None:
        """`approaches`: on which one comes to the junction's signals, as the streets name them."""
        number = {group.id: nth for nth, group in enumerate(junction.groups)}
        streets = tuple(streets)
        self._entries = [
            (number[entry.group], entry, each)
            for each in interlockings
            if each.track.is_secured
            for entry in each.track.entries
            if entry.junction == junction.id
        ]
        self._gates = [
            (number[gate.group], gate, each)
            for each in streets
            for gate in each.street.gates
            if gate.junction == junction.id
        ]
        self._ends = [
            (frozenset(street), end, each)
            for each in streets
            for end, street in enumerate(each.street.approaches)
            if not set(street).isdisjoint(approaches)
        ]
        self.groups = frozenset(group for group, _, _ in (*self._entries, *self._gates))
        self.approaches = frozenset[str]().union(*(street for street, _, _ in self._ends))
        """Short streets, as they come to this junction."""

    def closed(self) -> frozenset[int]:
        """Who may not be shown green."""
        if not self.groups:
            return NOBODY
        onto = (group for group, entry, each in self._entries if each.is_closed(entry))
        into = (group for group, gate, each in self._gates if each.is_closed(gate))
        return frozenset((*onto, *into))

    def doubts(self) -> tuple[TrackDoubt, ...]:
        """Of the tracks that its signals lead to."""
        tracks = dict.fromkeys(each for _, _, each in self._entries)
        return tuple(doubt for each in tracks if (doubt := each.doubt()) is not None)

    def tell(self, shown: Sequence[Aspect], waited_for: Collection[int], taken: Collection[str] = ()) -> None:
        """What is shown now, before which groups somebody stands, and on which of `approaches` somebody is."""
        for group, entry, track in self._entries:
            signal = entry.junction, entry.group
            is_red = shown[group] is Aspect.RED
            track.tell(signal, is_red=is_red, is_waited_for=group in waited_for)
        for group, gate, street in self._gates:
            street.tell(gate, is_red=shown[group] is Aspect.RED, is_waited_for=group in waited_for)
        for here, end, street in self._ends:
            street.tell_taken(end, is_taken=not here.isdisjoint(taken))
