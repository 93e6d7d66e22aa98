"""With which disposition simulated colleagues close what they did."""

from typing import Final

from turnout.city.simulated.behaviour import Behaviour
from turnout.city.simulated.callers import PlannedCall
from turnout.city.simulated.seen import SeenIncident

MEDICAL_DISPOSITIONS: Final = ("T2", "T3", "TNT", "PDT", "AMA", "ME")
STAYED_DISPOSITIONS: Final = ("TNT", "PDT", "AMA", "ME", "NM", "GOA", "UTL", "CAN", "OTH")


def likely_disposition(behaviour: Behaviour, discipline: str, incident: SeenIncident, call: PlannedCall | None) -> str:
    """The real one where it can be of this discipline; else how its work usually ends."""
    usual = behaviour.closing.get(discipline, "OTH")
    real = behaviour.dispositions.get(call.disposition, "") if call is not None else ""
    if discipline == "ems" and not any("transporting" in a.times for a in incident.assignments):
        return real if real in STAYED_DISPOSITIONS else behaviour.closing.get("ems-stayed", usual)
    of_medical = real in MEDICAL_DISPOSITIONS
    if not real or (of_medical and discipline != "ems") or (real == "FIRE" and discipline != "fire"):
        return usual
    return real
