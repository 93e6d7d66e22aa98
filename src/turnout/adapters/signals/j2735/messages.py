"""A junction, what it shows and who asks, as MAP, SPaT, SRM and SSM of SAE J2735.

Signal groups are the junction's groups, counted from 1 in their order. Lanes are counted from 1: those of each approach
in turn, then one that leads away for each approach. Where a lane lies is said roughly, by the direction of its
approach: enough for a vehicle to know on which it is, no survey.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from turnout.adapters.signals.j2735.frame import Message
from turnout.signals.controller import PriorityRequest, PriorityState, PriorityStatus
from turnout.signals.guard import Aspect
from turnout.signals.model import SECOND_MS, Junction, Movement
from turnout.words.place import Place
from turnout.words.trouble import Malformed, NotOurs, Unsupported

MINUTE_MS: Final = 60_000
HOUR_TENTHS: Final = 36_000
"""TimeMark: tenths of a second in the hour; 36001 means unknown."""
UNKNOWN_TIME: Final = 36_001
GROUPS_MAX: Final = 254
LANES_MAX: Final = 255
LANE_WIDTH_CM: Final = 350
LANE_LENGTH_CM: Final = 10_000
FIRST_NODE_CM: Final = 1_500
"""The stop line is about so far from the middle."""
STATIONS_MAX: Final = 0xFFFF_FFFF

PHASES: Final = {
    Aspect.RED: "stop-And-Remain",
    Aspect.STARTING: "pre-Movement",
    Aspect.GREEN: "protected-Movement-Allowed",
    Aspect.ENDING: "protected-clearance",
}
GIVES_WAY: Final = {Aspect.GREEN: "permissive-Movement-Allowed", Aspect.ENDING: "permissive-clearance"}
"""Of groups with a movement that crosses others under green."""

LEVELS: Final = {
    "emergency": 1,
    "fire": 1,
    "ambulance": 1,
    "police": 1,
    "roadRescue": 2,
    "specialTransport": 3,
    "publicTransport": 4,
    "transit": 4,
}
"""BasicVehicleRole to the level of a request. Others have no claim to priority."""

ANSWERS: Final[dict[PriorityState, str]] = {
    "queued": "requested",
    "processing": "processing",
    "granted": "granted",
    "overridden": "watchOtherTraffic",
    "refused": "rejected",
    "cancelled": "unknown",
    "completed": "unknown",
    "lost": "unknown",
}
"""PrioritizationResponseStatus. A request that is over has none of its own."""

TURNS: Final = {"through": 0, "left": 1, "right": 2, "u-turn": 3}
"""AllowedManeuvers: bits from the left."""
MANEUVER_BITS: Final = 12
TURN_DEG: Final = {"through": 180.0, "left": 90.0, "right": 270.0, "u-turn": 0.0}
"""From the bearing by which one comes to that by which one leaves, clockwise."""


class Numbered(msgspec.Struct, frozen=True):
    """A junction in the region: its number (IntersectionID) and where it is. `bearings`: of each approach, from the
    middle outward, in degrees from north."""

    junction: Junction
    number: int
    middle: Place
    bearings: Mapping[str, float]


def map_of(numbered: Numbered, revision: int = 0) -> Message:
    """Raises `Unsupported` for more lanes or groups than the standard can number."""
    junction = numbered.junction
    _refuse_large(junction)
    ways = list(_lanes(junction))
    lanes = [_coming(numbered, number, approach, nth, ways) for number, approach, nth in ways]
    for index, approach in enumerate(junction.approaches):
        lanes.append(_leading_away(numbered, len(ways) + 1 + index, approach.id))
    if not lanes:
        raise Unsupported("a junction without approaches", junction.id, "give its approaches and movements")
    geometry = {
        "id": {"id": numbered.number},
        "revision": revision,
        "refPoint": {"lat": round(numbered.middle.lat * 1e7), "long": round(numbered.middle.lon * 1e7)},
        "laneWidth": LANE_WIDTH_CM,
        "laneSet": lanes,
    }
    return Message("map", {"msgIssueRevision": revision, "layerType": "intersectionData", "intersections": [geometry]})


def spat_of(
    numbered: Numbered, aspects: Mapping[str, int], utc_ms: int, ends_in_ms: Mapping[str, int], *, is_fail: bool = False
) -> Message:
    """`ends_in_ms`: of groups whose change is known. `is_fail`: the controller runs by itself on a fault."""
    junction = numbered.junction
    _refuse_large(junction)
    minute, ms = _minute_of_year(utc_ms)
    yielding = {movement.group for movement in junction.movements if movement.yields_to}
    states = []
    for number, group in enumerate(junction.groups, 1):
        said: dict[str, Any] = {"eventState": _phase(aspects.get(group.id), group.id in yielding)}
        if group.id in ends_in_ms:
            said["timing"] = {"minEndTime": _mark(utc_ms + ends_in_ms[group.id])}
        states.append({"signalGroup": number, "state-time-speed": [said]})
    status = 1 << 15 - FAILURE_BIT if is_fail else 1 << 15 - FIXED_TIME_BIT
    state = {
        "id": {"id": numbered.number},
        "revision": 0,
        "status": (status, 16),
        "moy": minute,
        "timeStamp": ms,
        "states": states,
    }
    return Message("spat", {"intersections": [state]})


FIXED_TIME_BIT: Final = 5
FAILURE_BIT: Final = 8
"""IntersectionStatusObject: fixedTimeOperation, failureMode... of 16 bits, from the left."""


def requests_of(message: Message, here: Mapping[int, Numbered], utc_ms: int) -> list[PriorityRequest]:
    """What an SRM asks of the junctions that are ours.

    Raises `NotOurs` when it asks for others, or for a vehicle without a claim; `Unsupported` for a lane that says
    nothing; `Malformed` for another message. Cancellations are left out: see `cancelled_in`.
    """
    found = []
    for number, request, package in _asked(message, here):
        if request["requestType"] == "priorityCancellation":
            continue
        junction = here[number].junction
        arrives_ms = _ahead_ms(package, utc_ms)
        found.append(
            PriorityRequest(
                id=_identity(message, request),
                junction=junction.id,
                group=_group_at(junction, request),
                arrives_in_ms=arrives_ms,
                leaves_in_ms=arrives_ms + int(package.get("duration", 10 * SECOND_MS)),
                level=_level(message),
            )
        )
    return found


def cancelled_in(message: Message, here: Mapping[int, Numbered]) -> list[tuple[str, str]]:
    """Junction and request of each that an SRM takes back."""
    return [
        (here[number].junction.id, _identity(message, request))
        for number, request, _ in _asked(message, here)
        if request["requestType"] == "priorityCancellation"
    ]


def ssm_of(
    numbered: Numbered, answers: Sequence[tuple[PriorityRequest, PriorityStatus]], utc_ms: int, serial: int
) -> Message:
    """What a junction says to those who asked."""
    minute, ms = _minute_of_year(utc_ms)
    packages = []
    for request, status in answers[:32]:
        vehicle, number = _asker(request.id)
        lanes = [lane for lane, _, movement in _lanes_of(numbered.junction) if movement.group == request.group]
        packages.append(
            {
                "requester": {"id": ("stationID", vehicle), "request": number, "sequenceNumber": serial % 128},
                "inboundOn": ("lane", lanes[0] if lanes else 0),
                "status": ANSWERS[status.state],
            }
        )
    signal = {"sequenceNumber": serial % 128, "id": {"id": numbered.number}, "sigStatus": packages}
    return Message("ssm", {"timeStamp": minute, "second": ms, "sequenceNumber": serial % 128, "status": [signal]})


def srm_of(
    request: PriorityRequest, numbered: Numbered, role: str, utc_ms: int, serial: int, *, is_over: bool = False
) -> Message:
    """What a vehicle says; also to try a junction. Raises `Unsupported` where no lane leads to the group."""
    vehicle, number = _asker(request.id)
    lane = next((lane for lane, _, way in _lanes_of(numbered.junction) if way.group == request.group), None)
    if lane is None:
        raise Unsupported(f"no lane leads to {request.group}", numbered.junction.id, "give its movements")
    minute, ms = _minute_of_year(utc_ms)
    at_minute, at_ms = _minute_of_year(utc_ms + request.arrives_in_ms)
    asked = {
        "id": {"id": numbered.number},
        "requestID": number,
        "requestType": "priorityCancellation" if is_over else "priorityRequest",
        "inBoundLane": ("lane", lane),
    }
    lasts_ms = min(request.leaves_in_ms - request.arrives_in_ms, MINUTE_MS - 1)
    package = {"request": asked, "minute": at_minute, "second": at_ms, "duration": lasts_ms}
    value = {
        "timeStamp": minute,
        "second": ms,
        "sequenceNumber": serial % 128,
        "requests": [package],
        "requestor": {"id": ("stationID", vehicle), "type": {"role": role}},
    }
    return Message("srm", value)


def _refuse_large(junction: Junction) -> None:
    lanes = sum(approach.lanes + 1 for approach in junction.approaches)
    if len(junction.groups) > GROUPS_MAX or lanes > LANES_MAX:
        raise Unsupported(f"{len(junction.groups)} groups and {lanes} lanes", junction.id, "divide the junction")


def _lanes(junction: Junction) -> Iterable[tuple[int, str, int]]:
    """Number, approach, and which of the approach's lanes it is, from 0."""
    number = 0
    for approach in junction.approaches:
        for nth in range(approach.lanes):
            number += 1
            yield number, approach.id, nth


def _lanes_of(junction: Junction) -> Iterable[tuple[int, str, Movement]]:
    """Each movement from each lane of its approach."""
    for number, approach, _ in _lanes(junction):
        for movement in junction.movements:
            if movement.approach == approach:
                yield number, approach, movement


def _coming(
    numbered: Numbered, number: int, approach: str, nth: int, ways: Sequence[tuple[int, str, int]]
) -> dict[str, Any]:
    junction = numbered.junction
    movements = [each for each in junction.movements if each.approach == approach and each.turn in TURNS]
    bits = 0
    for movement in movements:
        bits |= _maneuver(movement)
    lane: dict[str, Any] = _lane(numbered, number, approach, nth)
    lane["ingressApproach"] = _approach_number(junction, approach)
    lane["laneAttributes"]["directionalUse"] = (0b10, 2)
    lane["maneuvers"] = (bits, MANEUVER_BITS)
    names = [group.id for group in junction.groups]
    connects = [
        {
            "connectingLane": {
                "lane": len(ways) + _leads_to(numbered, movement),
                "maneuver": (_maneuver(movement), MANEUVER_BITS),
            },
            "signalGroup": names.index(movement.group) + 1,
        }
        for movement in movements
        if movement.group in names
    ]
    if connects:
        lane["connectsTo"] = connects[:16]
    return lane


def _leading_away(numbered: Numbered, number: int, approach: str) -> dict[str, Any]:
    lane = _lane(numbered, number, approach, -1)
    lane["egressApproach"] = _approach_number(numbered.junction, approach)
    lane["laneAttributes"]["directionalUse"] = (0b01, 2)
    return lane


def _lane(numbered: Numbered, number: int, approach: str, nth: int) -> dict[str, Any]:
    bearing = math.radians(numbered.bearings.get(approach, 0.0))
    side_cm = (nth + 0.5) * LANE_WIDTH_CM
    east, north = math.sin(bearing), math.cos(bearing)
    first = round(east * FIRST_NODE_CM - north * side_cm), round(north * FIRST_NODE_CM + east * side_cm)
    onward = round(east * LANE_LENGTH_CM), round(north * LANE_LENGTH_CM)
    nodes = [{"delta": ("node-XY6", {"x": x, "y": y})} for x, y in (first, onward)]
    return {
        "laneID": number,
        "laneAttributes": {"directionalUse": (0, 2), "sharedWith": (0, 10), "laneType": ("vehicle", (0, 8))},
        "nodeList": ("nodes", nodes),
    }


def _leads_to(numbered: Numbered, movement: Movement) -> int:
    """The number of the approach by which it leaves: the one that lies nearest to where the turn points."""
    out = (numbered.bearings.get(movement.approach, 0.0) + TURN_DEG[movement.turn]) % 360
    apart = [
        abs((numbered.bearings.get(approach.id, 0.0) - out + 180) % 360 - 180)
        for approach in numbered.junction.approaches
    ]
    return apart.index(min(apart)) + 1


def _maneuver(movement: Movement) -> int:
    return 1 << (MANEUVER_BITS - 1 - TURNS[movement.turn]) if movement.turn in TURNS else 0


def _approach_number(junction: Junction, approach: str) -> int:
    """ApproachID has four bits; 0 is none."""
    names = [each.id for each in junction.approaches]
    return min(names.index(approach) + 1, 15)


def _phase(aspect: int | None, gives_way: bool) -> str:
    if aspect is None:
        return "dark"
    known = Aspect(aspect)
    return GIVES_WAY.get(known, PHASES[known]) if gives_way else PHASES[known]


def _minute_of_year(utc_ms: int) -> tuple[int, int]:
    """MinuteOfTheYear, and milliseconds in that minute."""
    year = datetime.fromtimestamp(utc_ms / 1_000, UTC).year
    first_ms = round(datetime(year, 1, 1, tzinfo=UTC).timestamp()) * 1_000
    return (utc_ms - first_ms) // MINUTE_MS, (utc_ms - first_ms) % MINUTE_MS


def _mark(utc_ms: int) -> int:
    """Tenths of a second in the hour, rounded down: no green is promised for longer than it lasts."""
    return utc_ms // 100 % HOUR_TENTHS


def _asked(message: Message, here: Mapping[int, Numbered]) -> Iterable[tuple[int, dict[str, Any], dict[str, Any]]]:
    if message.kind != "srm" or "requests" not in message.value:
        raise Malformed(f"a {message.kind} that asks for nothing", "SAE J2735")
    packages = [(package["request"]["id"]["id"], package["request"], package) for package in message.value["requests"]]
    ours = [each for each in packages if each[0] in here]
    if not ours:
        raise NotOurs("a request for other junctions", "SAE J2735 SRM")
    return ours


def _level(message: Message) -> int:
    role = message.value["requestor"].get("type", {}).get("role", "none-unknown")
    if role not in LEVELS:
        raise NotOurs(f"a request of a {role}", "SAE J2735 SRM", "only vehicles with a claim to priority may ask")
    return LEVELS[role]


def _identity(message: Message, request: dict[str, Any]) -> str:
    kind, value = message.value["requestor"]["id"]
    vehicle = value if kind == "stationID" else int.from_bytes(value, "big")
    return f"v{vehicle}.{request['requestID']}"


def _asker(identity: str) -> tuple[int, int]:
    """Vehicle and number of a request, from its identity; of one that has none, of its letters."""
    vehicle, dot, number = identity.removeprefix("v").partition(".")
    if dot and vehicle.isascii() and vehicle.isdecimal() and number.isascii() and number.isdecimal():
        return int(vehicle) & STATIONS_MAX, int(number) & 0xFF
    return int.from_bytes(identity.encode()[-4:], "big"), 1


def _ahead_ms(package: dict[str, Any], utc_ms: int) -> int:
    """Until the vehicle is at the stop line; 0 where it does not say, or says a time that is over."""
    if "minute" not in package or "second" not in package:
        return 0
    minute, ms = _minute_of_year(utc_ms)
    return max(0, int(package["minute"] - minute) * MINUTE_MS + int(package["second"]) - ms)


def _group_at(junction: Junction, request: dict[str, Any]) -> str:
    """Raises `Unsupported`."""
    kind, number = request["inBoundLane"]
    groups = {
        movement.group: None
        for lane, approach, movement in _lanes_of(junction)
        if (kind == "lane" and lane == number)
        or (kind == "approach" and _approach_number(junction, approach) == number)
    }
    through = [each.group for each in junction.movements if each.turn == "through" and each.group in groups]
    if not groups:
        raise Unsupported(f"{kind} {number} leads to no signal group", junction.id)
    return next(iter(through), next(iter(groups)))
