"""A simulated controller as the objects of NTCIP 1202: each group is a phase, numbered in the junction's order.

The group's number is also its service strategy in NTCIP 1211: the phase that is to be green. After them come strategies
for the stages that have several groups (`snmp_line.strategies_of`).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from turnout.adapters.signals.ntcip import objects as o
from turnout.signals.guard import Aspect
from turnout.signals.model import SECOND_MS
from turnout.signals.simulated_controller import Counted, SimulatedController

COLUMNS: Final = {
    o.REDS: ("vehicle", (Aspect.RED, Aspect.STARTING)),
    o.YELLOWS: ("vehicle", (Aspect.ENDING, Aspect.STARTING)),
    o.GREENS: ("vehicle", (Aspect.GREEN,)),
    o.DONT_WALKS: ("pedestrian", (Aspect.RED, Aspect.STARTING)),
    o.PED_CLEARS: ("pedestrian", (Aspect.ENDING,)),
    o.WALKS: ("pedestrian", (Aspect.GREEN,)),
}
PERIOD_S: Final = 60


def values_of(controller: SimulatedController) -> dict[o.Oid, int]:
    """Every readable object and its value now, in no order."""
    values = _phases(controller)
    values |= _detectors(controller)
    values |= _unit(controller)
    return values


def _phases(controller: SimulatedController) -> dict[o.Oid, int]:
    groups = controller.junction.groups
    kinds = ["pedestrian" if group.kind == "pedestrian" else "vehicle" for group in groups]
    values: dict[o.Oid, int] = {o.MAX_PHASES: len(groups)}
    values[o.MAX_PHASE_GROUPS] = o.group_and_bit(len(groups))[0]
    for number in range(1, values[o.MAX_PHASE_GROUPS] + 1):
        values[(*o.PHASE_GROUP, o.GROUP_NUMBER, number)] = number
    for column, (kind, aspects) in COLUMNS.items():
        lit = [
            kinds[i] == kind and aspect in aspects and controller.fault != "flash"
            for i, aspect in enumerate(controller.shown)
        ]
        for number, bits in enumerate(_bits(lit), 1):
            values[(*o.PHASE_GROUP, column, number)] = bits
    return values


def _bits(flags: Sequence[bool]) -> Iterable[int]:
    """Eight in a byte, the first in the lowest bit."""
    for start in range(0, len(flags), o.PER_GROUP):
        yield sum(1 << bit for bit, flag in enumerate(flags[start : start + o.PER_GROUP]) if flag)


def _detectors(controller: SimulatedController) -> dict[o.Oid, int]:
    names = [detector.id for detector in controller.junction.detectors]
    found = [controller.counted.get(name, Counted()) for name in names]
    values = {o.MAX_DETECTORS: len(found), o.VOLUME_PERIOD_S: PERIOD_S}
    values[o.VOLUME_SEQUENCE] = controller.at_ms // SECOND_MS // PERIOD_S % 256
    for number, counted in enumerate(found, 1):
        values[(*o.VOLUMES, o.VOLUME, number)] = min(counted.volume, 255)
        values[(*o.VOLUMES, o.OCCUPANCY, number)] = o.occupancy_of(counted)
    for column, flags in (
        (o.DETECTORS_ACTIVE, [name in controller.present for name in names]),
        (o.DETECTOR_ALARMS, [bool(counted.fault) for counted in found]),
    ):
        for number, bits in enumerate(_bits(flags), 1):
            values[(*o.DETECTOR_GROUP, column, number)] = bits
    return values


def _unit(controller: SimulatedController) -> dict[o.Oid, int]:
    plans = [plan.id for plan in controller.junction.plans]
    plan = controller.plan
    is_flashing = controller.fault == "flash"
    pattern = o.FLASHING if is_flashing else plans.index(plan.id) + 1 if plan is not None else o.FREE
    cycle_ms = plan.cycle_ms if plan is not None else 0
    return {
        o.UNIT_CONTROL_STATUS: o.TIMEBASE,
        o.UNIT_FLASH_STATUS: 3 if is_flashing else o.NOT_FLASHING,
        o.UNIT_ALARM_STATUS_2: 0,
        o.UNIT_ALARM_STATUS_1: 0,
        o.SHORT_ALARM_STATUS: 0,
        o.COORD_OPERATIONAL_MODE: 0,
        o.MAX_PATTERNS: len(plans),
        o.COORD_PATTERN_STATUS: pattern,
        o.LOCAL_FREE_STATUS: o.NOT_FREE if plan is not None else o.COMMANDED_FREE,
        o.COORD_CYCLE_STATUS: (cycle_ms - controller.cycle_at_ms) // SECOND_MS if plan is not None else 0,
        o.COORD_SYNC_STATUS: controller.cycle_at_ms // SECOND_MS,
        o.TIMEBASE_PATTERN_SYNC: 0,
        o.TIMEBASE_ACTION_STATUS: pattern if pattern < o.FREE else 0,
        o.GLOBAL_TIME: controller.utc_s,
    }
