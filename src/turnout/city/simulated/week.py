"""The real week that a city ships (`week.csv.gz`): calls for help and how crews answered them.

Places and times only, at block level; nothing in it is about a person. Written by `benchmarks/week_from_datasf.py`.
"""

import csv
import gzip
import io
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from turnout.words.moment import SECOND_MS, Moment
from turnout.words.place import Place
from turnout.words.trouble import Malformed

CALL_COLUMNS = (
    "received_utc",
    "call_type",
    "call_group",
    "original_priority",
    "priority",
    "final_priority",
    "address",
    "lat",
    "lon",
    "neighbourhood",
    "station_area",
    "alarms",
    "disposition",
)
STAMPS = ("entry_s", "dispatch_s", "response_s", "on_scene_s", "transport_s", "hospital_s", "available_s")
COLUMNS = ("call", *CALL_COLUMNS, "unit", "unit_type", "als", "sequence", *STAMPS)

WEEK_BYTES_MAX = 32 * 1024 * 1024
"""A week of a city of 800,000 is 1 MB unpacked; thirty times that is a mistake or an attack on the reader's memory."""


class RealResponse(msgspec.Struct, frozen=True, gc=False):
    """One unit's answer to a call. Times are seconds after the call was received; None: it did not happen."""

    unit: str
    unit_type: str
    als: bool
    sequence: int
    entry_s: int | None
    dispatch_s: int | None
    response_s: int | None
    on_scene_s: int | None
    transport_s: int | None
    hospital_s: int | None
    available_s: int | None


class RealCall(msgspec.Struct, frozen=True, gc=False):
    """One call for help, with everything that was sent to it."""

    number: str
    received: Moment
    call_type: str
    call_group: str
    original_priority: str
    priority: str
    final_priority: str
    address: str
    place: Place
    neighbourhood: str
    station_area: str
    alarms: int
    disposition: str
    responses: tuple[RealResponse, ...]


def read_week(path: Path) -> list[RealCall]:
    """Every call of the week in the order received. Raises Malformed with the line and what is wrong there."""
    with gzip.open(path) as packed:
        text = packed.read(WEEK_BYTES_MAX + 1)
    if len(text) > WEEK_BYTES_MAX:
        raise Malformed("unpacks to more than a week can hold", str(path), "cut it to fewer days")
    lines = (line for line in io.StringIO(text.decode("utf-8")) if not line.startswith("#"))
    return list(_calls(csv.DictReader(lines), path))


def _calls(rows: Iterable[dict[str, str]], path: Path) -> Iterable[RealCall]:
    head: dict[str, str] | None = None
    responses: list[RealResponse] = []
    for number, row in enumerate(rows, start=1):
        try:
            if row["received_utc"]:
                if head is not None:
                    yield _call(head, responses)
                head, responses = row, []
            elif head is None or head["call"] != row["call"]:
                raise ValueError("a response without its call's first line")
            responses.append(_response(row))
        except (KeyError, TypeError, ValueError) as bad:
            raise Malformed(str(bad), f"{path}, data line {number}", "see benchmarks/week_from_datasf.py") from bad
    if head is not None:
        yield _call(head, responses)


def _call(row: dict[str, str], responses: list[RealResponse]) -> RealCall:
    received = datetime.strptime(row["received_utc"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return RealCall(
        number=row["call"],
        received=Moment(int(received.timestamp()) * SECOND_MS),
        call_type=row["call_type"],
        call_group=row["call_group"],
        original_priority=row["original_priority"],
        priority=row["priority"],
        final_priority=row["final_priority"],
        address=row["address"],
        place=Place(float(row["lat"]), float(row["lon"])),
        neighbourhood=row["neighbourhood"],
        station_area=row["station_area"],
        alarms=int(row["alarms"]),
        disposition=row["disposition"],
        responses=tuple(responses),
    )


def _response(row: dict[str, str]) -> RealResponse:
    return RealResponse(
        row["unit"],
        row["unit_type"],
        row["als"] == "1",
        int(row["sequence"]),
        *(int(row[stamp]) if row[stamp] else None for stamp in STAMPS),
    )
