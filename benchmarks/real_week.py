"""San Francisco's real week as the benchmarks see it: where it lies, how its calls are grouped, its local days."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from turnout.city.simulated.behaviour import ANY
from turnout.city.simulated.week import RealCall, RealResponse

CITY = Path("src/turnout/city/folders/san-francisco")
SHOWN = Path("benchmarks/calibration")
LOCAL = ZoneInfo("America/Los_Angeles")
GROUPS = {
    "Medical Incident": "medical",
    "Traffic Collision": "collision",
    "Alarms": "alarm",
    "Structure Fire": "fire",
    "Outside Fire": "fire",
    "Vehicle Fire": "fire",
    "Smoke Investigation (Outside)": "fire",
    "*": "service",
}


def group_of(call: RealCall) -> str:
    return GROUPS.get(call.call_type, GROUPS[ANY])


def kind_of(response: RealResponse) -> str:
    return response.unit_type.lower().replace(" ", "_")


def day_of(call: RealCall) -> int:
    return datetime.fromtimestamp(call.received / 1000, tz=UTC).astimezone(LOCAL).toordinal()
