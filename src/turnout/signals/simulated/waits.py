"""The longest waits that adaptive control publishes, by approach; none before single tracks and short streets."""

from collections.abc import Iterable

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.supervisor import worst_waits_ms
from turnout.signals.short_street import ShortStreet
from turnout.signals.single_track import SingleTrack


def groups_onto(tracks: Iterable[SingleTrack], junction: str) -> set[str]:
    """Groups of the junction that let onto a secured track: who waits there waits until it is free."""
    entries = (entry for track in tracks if track.is_secured for entry in track.entries)
    return {entry.group for entry in entries if entry.junction == junction}


def groups_into(streets: Iterable[ShortStreet], junction: str) -> set[str]:
    """Groups of the junction that let into a street that its other end may hold."""
    return {gate.group for street in streets for gate in street.gates if gate.junction == junction}


def waits_ms(
    layout: Layout, tracks: Iterable[SingleTrack], streets: Iterable[ShortStreet] = ()
) -> dict[str, int | None]:
    """Of every approach, in the order of lanes; None where nothing is promised. Raises as `worst_waits_ms`."""
    here = layout.junction.id
    worst = worst_waits_ms(layout, groups_onto(tracks, here) | groups_into(streets, here))
    return {lane.approach: worst.get(lane.approach) for lane in layout.lanes}
