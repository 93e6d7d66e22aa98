"""High-resolution logs of signal controllers: what lamps and detectors did, to the tenth of a second.

Event codes are those of the Indiana Traffic Signal Hi Resolution Data Logger Enumerations (Sturdevant, Overman, Raamot
and others 2012, doi:10.4231/K4RN35SH). A file is a CSV with a time, a device, an event code and a parameter, packed by
gzip or not. Times are those of the controller's own clock, without a zone; here milliseconds of that clock since 1970.
"""

import csv
import datetime
import gzip
import io
import zlib
from array import array
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from turnout.signals.file_trouble import WRITE_AGAIN, not_unpacked, rows_unread, too_large, too_long
from turnout.signals.problem import Problem, Spot
from turnout.signals.quality.clock import SignalLog, signal_log
from turnout.words.name import Name
from turnout.words.trouble import Malformed, NotOurs, Unsupported

FILE_BYTES_MAX: Final = 512 << 20
"""Unpacked: some thirty junctions for a day."""
ROWS_MAX: Final = 5_000_000
"""Rows that are kept, of all devices together: 120 MiB, and three times as much more while they are put in order."""
REFUSED_SHOWN_MAX: Final = 20
"""Refused rows that are told one by one; the rest is counted."""
REFUSED_SHARE: Final = 0.5
"""Where more of a file cannot be read, it is something else than a log."""
REFUSED_BEFORE: Final = 100
"""So many refused rows are read before that is judged."""
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "time": ("timestamp", "time", "eventtime"),
    "device": ("deviceid", "signalid", "device", "signal", "locationidentifier"),
    "code": ("eventid", "eventcode", "event", "code"),
    "parameter": ("parameter", "eventparam", "eventparameter", "param"),
}


FEWER: Final = Name("hand in fewer devices or hours", "请减少设备或小时数")


class EventLog(NamedTuple):
    """`rows`: of the file, `refused`: of them, those that could not be read. `problems` tells the first of them."""

    signals: Mapping[str, SignalLog]
    rows: int
    refused: int
    problems: tuple[Problem, ...] = ()


def read_log(content: bytes, file: str, devices: Collection[str] | None = None) -> EventLog:
    """A log from a CSV. `devices`: those that are wanted; None: all.

    The first row names the columns: a time, `DeviceId` (or `SignalID`; may be missing where there is one device only,
    which is then called ""), `EventId` (or `EventCode`) and `Parameter` (or `EventParam`). A row that cannot be read is
    refused by its line and the rest is read. Raises `Malformed` and `NotOurs` where the file is no log, `Unsupported`
    where it is too large.
    """
    reading = _Reading(file, devices)
    try:
        rows = csv.reader(_lines(content, file))
        header = next(rows, None)
        if header is None:
            cure = Name("hand in a log with rows", "请提供有记录的日志")
            raise Malformed(Name("it is empty", "文件为空"), file, cure)
        reading.name_columns(header)
        for row in rows:
            reading.take(row, rows.line_num)
    except csv.Error as trouble:
        raise Malformed(Name(f"not a CSV: {trouble}", f"不是合法的 CSV：{trouble}"), file, WRITE_AGAIN) from trouble
    except (OSError, EOFError, zlib.error) as trouble:
        raise not_unpacked(trouble, file) from trouble
    return reading.log()


def _lines(content: bytes, file: str) -> Iterator[str]:
    """Line by line, so that a packed file is never whole in memory."""
    total = 0
    with gzip.GzipFile(fileobj=io.BytesIO(content)) if content[:2] == b"\x1f\x8b" else io.BytesIO(content) as raw:
        while line := raw.readline(LINE_BYTES_MAX):
            total += len(line)
            if total > FILE_BYTES_MAX:
                raise Unsupported(too_large(FILE_BYTES_MAX), file, FEWER)
            yield line.decode("utf-8-sig", "replace")


LINE_BYTES_MAX: Final = 1_024
MINUTES_MAX: Final = 100_000
EPOCH: Final = datetime.datetime(1970, 1, 1)


class LocalClock:
    """Reads times of a clock without a zone. Remembers minutes: a log has many rows of each."""

    def __init__(self) -> None:
        self._minutes: dict[str, int] = {}

    def at_ms(self, text: str) -> int:
        """`2026-11-26 08:00:00.1`, with a blank or a T. Raises `ValueError`, for a zone also."""
        if len(text) < 19 or text[16] != ":":
            raise ValueError(text)
        minute = self._minutes.get(text[:16])
        if minute is None:
            if len(self._minutes) >= MINUTES_MAX:
                self._minutes.clear()
            begun = datetime.datetime.strptime(text[:16].replace("T", " "), "%Y-%m-%d %H:%M")
            minute = self._minutes[text[:16]] = round((begun - EPOCH).total_seconds()) * 1_000
        whole, dot, part = text[17:].partition(".")
        if len(whole) != 2 or not whole.isdecimal() or (dot and not part.isdecimal()) or int(whole) > 59:
            raise ValueError(text)
        return minute + int(whole) * 1_000 + int((part + "000")[:3])


class _Reading:
    def __init__(self, file: str, devices: Collection[str] | None) -> None:
        self.file, self.devices = file, devices
        self.columns: dict[str, int] = {}
        self.kept: dict[str, tuple[array[int], array[int], array[int]]] = {}
        self.rows = self.refused = self.total = 0
        self.problems: list[Problem] = []
        self.clock = LocalClock()

    def name_columns(self, header: list[str]) -> None:
        told = [cell.strip().lower().replace("_", "").replace(" ", "") for cell in header]
        for column, names in COLUMNS.items():
            at = next((told.index(name) for name in names if name in told), None)
            if at is not None:
                self.columns[column] = at
        missing = [column for column in ("time", "code", "parameter") if column not in self.columns]
        if missing:
            what = Name(f"no column for {', '.join(missing)}", f"缺少列：{'、'.join(missing)}")
            raise NotOurs(what, f"{self.file} line 1", NAME_COLUMNS)

    def take(self, row: list[str], line: int) -> None:
        if not row:
            return
        self.rows += 1
        try:
            device = row[self.columns["device"]].strip() if "device" in self.columns else ""
            if self.devices is not None and device not in self.devices:
                return
            at_ms = self.clock.at_ms(row[self.columns["time"]].strip())
            code, parameter = int(row[self.columns["code"]]), int(row[self.columns["parameter"]])
            if not (0 <= code <= 65_535 and 0 <= parameter <= 2**31 - 1):
                raise ValueError("a code or a parameter that no controller logs")
        except (ValueError, IndexError, OverflowError):
            self._refuse(row, line)
            return
        if device not in self.kept:
            self.kept[device] = (array("q"), array("q"), array("q"))
        for column, value in zip(self.kept[device], (at_ms, code, parameter), strict=True):
            column.append(value)
        self.total += 1
        if self.total > ROWS_MAX:
            raise Unsupported(too_long(ROWS_MAX), self.file, FEWER)

    def _refuse(self, row: list[str], line: int) -> None:
        self.refused += 1
        if len(self.problems) < REFUSED_SHOWN_MAX:
            said = ",".join(row)[:80]
            what = Name(f"this row cannot be read: {said}", f"无法读取此行：{said}")
            self.problems.append(Problem("row-refused", Spot(self.file, line), what, ROW_CURE, "warning"))
        if self.refused > REFUSED_BEFORE and self.refused > REFUSED_SHARE * self.rows:
            raise Malformed(rows_unread(self.refused, self.rows), self.file, ROW_CURE)

    def log(self) -> EventLog:
        if self.rows and self.refused > REFUSED_SHARE * self.rows:
            raise Malformed(rows_unread(self.refused, self.rows), self.file, ROW_CURE)
        arrays = {
            device: tuple(np.frombuffer(column, np.int64) for column in columns)
            for device, columns in self.kept.items()
        }
        signals = {device: signal_log(*columns) for device, columns in arrays.items()}
        return EventLog(signals, self.rows, self.refused, tuple(self.problems))


NAME_COLUMNS: Final = Name(
    "name the columns TimeStamp, DeviceId, EventId, Parameter in the first row",
    "请在第一行写明列名 TimeStamp、DeviceId、EventId、Parameter",
)
ROW_CURE: Final = Name(
    "write a time as 2026-11-26 08:00:00.1, a device, an event code and a parameter",
    "请写明时间（如 2026-11-26 08:00:00.1）、设备、事件代码和参数",
)


def written(log: Mapping[str, SignalLog]) -> bytes:
    """The log as the CSV that `read_log` reads, in order of time."""
    rows = sorted(
        (at, device, code, parameter)
        for device, signal in log.items()
        for at, code, parameter in zip(
            signal.at_ms.tolist(), signal.code.tolist(), signal.parameter.tolist(), strict=True
        )
    )
    table = io.StringIO()
    out = csv.writer(table, lineterminator="\n")
    out.writerow(("TimeStamp", "DeviceId", "EventId", "Parameter"))
    for at, device, code, parameter in rows:
        out.writerow((clock_text(at), device, code, parameter))
    return table.getvalue().encode()


def clock_text(at_ms: int) -> str:
    """`2026-11-26 08:00:00.1`."""
    begun = EPOCH + datetime.timedelta(milliseconds=at_ms)
    return begun.strftime("%Y-%m-%d %H:%M:%S.") + f"{at_ms % 1_000:03d}".rstrip("0").ljust(1, "0")
