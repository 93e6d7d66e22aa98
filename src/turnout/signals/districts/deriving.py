"""An arterial of a district from a list of junctions: on its network; where it has none, by where they stand."""

from collections.abc import Sequence

import msgspec

from turnout.signals.arterials_by_street import arterial_through
from turnout.signals.districts.chains import derived, waves_of
from turnout.signals.districts.folder import District
from turnout.signals.model import Arterial, Signals
from turnout.signals.sumo_xml import read_records
from turnout.words.name import Name


def derived_in(district: District, signals: Signals, name: Name, junctions: Sequence[str], id: str) -> Arterial:
    """Raises `BrokenSignals`, or `Malformed` without a network, where two junctions do not follow one another."""
    network = district.head.network
    if not network:
        found = arterial_through(signals, name, junctions)
        chain = [each for stop in found.stops if (each := signals.junction(stop.junction)) is not None]
        return msgspec.structs.replace(found, id=id, waves=waves_of(chain))
    return derived(read_records(district.content(network), network, root="net"), signals, name, junctions, id)
