"""The longest waits that adaptive control publishes, by approach; and where a single track lets it publish none."""

from collections.abc import Iterable

from turnout.signals.adaptive.layout import Layout
from turnout.signals.adaptive.supervisor import worst_waits_ms
from turnout.signals.single_track import SingleTrack


def groups_onto(tracks: Iterable[SingleTrack], junction: str) -> set[str]:
    """Groups of the junction that let onto a secured track: who waits there waits until it is free."""
    entries = (entry for track in tracks if track.is_secured for entry in track.entries)
    return {entry.group for entry in entries if entry.junction == junction}


def waits_ms(layout: Layout, tracks: Iterable[SingleTrack]) -> dict[str, int | None]:
    """Of every approach, in the order of lanes; None where nothing is promised. Raises as `worst_waits_ms`."""
    worst = worst_waits_ms(layout, groups_onto(tracks, layout.junction.id))
    return {lane.approach: worst.get(lane.approach) for lane in layout.lanes}
