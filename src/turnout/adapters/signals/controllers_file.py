"""Which controllers a city has, and how each is reached: a TOML file of the operator's.

    [[controller]]
    junction = "market"
    speaks = "ntcip"
    host = "market.signals.example"
    port = 161
    community_file = "community"
    phases = { K1 = 2, K2 = 4 }
    strategies = { K1 = 1, K2 = 2, "K1+K3" = 5 }
    detectors = { D1 = 7, X1 = 12 }

    [[controller]]
    junction = "station"
    speaks = "gbt20999"
    host = "station.signals.example"
    port = 20999
    controller = 320281

Junctions, groups, plans and detectors are those of the file of plans; numbers that are left out follow its order.
Secrets are in files beside this one. Nothing here arms a junction: a person does.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from turnout.adapters.signals.gbt20999 import tcp_line
from turnout.adapters.signals.gbt20999.tcp_line import Station, TcpLine
from turnout.adapters.signals.line import Line
from turnout.adapters.signals.ntcip.snmp_line import Credentials, Numbered, Snmp, SnmpLine
from turnout.adapters.signals.reached import ReachedControllers
from turnout.adapters.signals.together import alone, groups_named, meeting
from turnout.signals.arming import Gate
from turnout.signals.model import Junction, Signals
from turnout.words.trouble import Malformed

FILE_BYTES_MAX: Final = 4 << 20
CONTROLLERS_MAX: Final = 5_000
SECRET_BYTES_MAX: Final = 256
CURE: Final = "[[controller]] with junction, speaks, host, port; see the manual, engineers.md"

Number = Annotated[int, msgspec.Meta(ge=1, le=255)]
Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=253)]


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    junction: Name
    speaks: Literal["ntcip", "gbt20999"]
    host: Name
    port: Port
    snmp: Literal["1", "2c", "3"] = "2c"
    community_file: str = ""
    user: str = ""
    auth_key_file: str = ""
    privacy_key_file: str = ""
    phases: dict[str, Number] = {}
    strategies: dict[str, Number] = {}
    lights: dict[str, Number] = {}
    stages: dict[str, Number] = {}
    patterns: dict[str, Number] = {}
    detectors: dict[str, Number] = {}
    live: Literal["bits", "octets"] = "bits"
    """How a GB/T 20999 controller says who stands on its detectors."""
    centre: Number = 1
    controller: Annotated[int, msgspec.Meta(ge=1, le=0xFFFFFFFF)] = 1
    number: Number = 1
    """Of the junction, in a GB/T 20999 controller that has several."""


class ControllersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    controller: Annotated[tuple[Row, ...], msgspec.Meta(max_length=CONTROLLERS_MAX)] = ()


def read_rows(path: Path) -> tuple[Row, ...]:
    """Raises `Malformed`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Malformed(error.strerror or str(error), str(path), "name a file that can be read") from error
    if len(content) > FILE_BYTES_MAX:
        raise Malformed(f"more than {FILE_BYTES_MAX >> 20} MiB", path.name, CURE)
    try:
        return msgspec.convert(tomllib.loads(content.decode()), ControllersFile).controller
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise Malformed(str(error), path.name, CURE) from error


def lines_of(
    path: Path, signals: Signals, now_ms: Callable[[], int], gate: Gate, snmp: Snmp | None = None
) -> dict[str, tuple[Junction, Line]]:
    """By junction. Raises `Malformed` for what names a junction, group, plan or detector that there is not."""
    lines, troubles = lines_that_can_be(path, signals, now_ms, gate, snmp)
    if troubles:
        raise troubles[0][1]
    return lines


def lines_that_can_be(
    path: Path, signals: Signals, now_ms: Callable[[], int], gate: Gate, snmp: Snmp | None = None
) -> tuple[dict[str, tuple[Junction, Line]], list[tuple[str, Malformed]]]:
    """By junction; and the junctions that have none, with the trouble: one bad row stops no other.

    Raises `Malformed` for a file that cannot be read at all.
    """
    shared = snmp or Snmp()
    lines: dict[str, tuple[Junction, Line]] = {}
    troubles: list[tuple[str, Malformed]] = []
    for row in read_rows(path):
        try:
            if row.junction in lines:
                raise Malformed(f"two controllers for {row.junction}", path.name, "one for each junction")
            lines[row.junction] = _line_of(row, path, signals, now_ms, gate, shared)
        except Malformed as trouble:
            troubles.append((row.junction, trouble))
    return lines, troubles


def _line_of(
    row: Row, path: Path, signals: Signals, now_ms: Callable[[], int], gate: Gate, snmp: Snmp
) -> tuple[Junction, Line]:
    """Raises `Malformed`."""
    junction = signals.junction(row.junction)
    if junction is None or not junction.groups:
        raise Malformed(f"no junction with signals is called {row.junction}", path.name, "see the file of plans")
    if row.speaks == "ntcip":
        numbered = _numbered(row, junction, path)
        return junction, SnmpLine(snmp, junction, row.host, row.port, _credentials(row, path), numbered)
    station = Station(host=row.host, port=row.port, centre=row.centre, controller=row.controller, junction=row.number)
    return junction, TcpLine(junction, station, now_ms, _numbered_lights(row, junction, path), gate)


def reached_by(path: Path, signals: Signals, gate: Gate, now_ms: Callable[[], int]) -> ReachedControllers:
    """Raises `Malformed`."""
    return ReachedControllers(lines_of(path, signals, now_ms, gate), gate, now_ms)


def _numbered_lights(row: Row, junction: Junction, path: Path) -> tcp_line.Numbered:
    ordered = tcp_line.Numbered.in_order(junction)
    groups = ordered.lights
    _refuse_strange(row, {"lights": groups, "patterns": ordered.patterns, "detectors": ordered.detectors}, path)
    _refuse_unlike(row, "stages", junction, path)
    return tcp_line.Numbered(
        lights=row.lights or groups,
        stages=row.stages or alone(ordered.stages, junction),
        patterns=row.patterns or ordered.patterns,
        detectors=row.detectors or ordered.detectors,
        live=row.live,
    )


def _refuse_unlike(row: Row, field: Literal["strategies", "stages"], junction: Junction, path: Path) -> None:
    """Raises `Malformed` for groups that there are not, or that one number may not make green together.

    Also for a group that stands twice in a name, and for two names of the same groups.
    """
    known = {group.id for group in junction.groups}
    of_number: dict[int, set[str]] = {}
    names: dict[frozenset[str], str] = {}
    for named, number in getattr(row, field).items():
        groups = groups_named(named, junction)
        strange = sorted(set(groups) - known)
        if strange:
            raise Malformed(f"{row.junction}: {field} of {strange[0]}", path.name, "as in the file of plans")
        other = names.setdefault(frozenset(groups), named)
        if len(set(groups)) < len(groups) or other != named:
            what = f"{other} and {named} are the same groups" if other != named else f"{named} names a group twice"
            raise Malformed(f"{row.junction}: {field}: {what}", path.name, "name each group once")
        one = of_number.setdefault(number, set())
        one.update(groups)
        met = meeting(junction, one)
        if met is not None:
            what = f"{row.junction}: {field} with number {number}: {met[0]} and {met[1]} may not be green together"
            raise Malformed(what, path.name, "name groups of one stage")


def _refuse_strange(row: Row, known: dict[str, dict[str, int]], path: Path) -> None:
    """Raises `Malformed` for a name that there is not, or for one number of two things."""
    for field, names in known.items():
        named: dict[str, int] = getattr(row, field)
        strange = sorted(set(named) - set(names))
        if strange or len(set(named.values())) < len(named):
            what = f"{field} of {strange[0]}" if strange else f"{field} with one number twice"
            raise Malformed(f"{row.junction}: {what}", path.name, "as in the file of plans")


def _numbered(row: Row, junction: Junction, path: Path) -> Numbered:
    ordered = Numbered.in_order(junction)
    fields = {"phases": ordered.phases, "patterns": ordered.patterns, "detectors": ordered.detectors}
    _refuse_strange(row, fields, path)
    _refuse_unlike(row, "strategies", junction, path)
    return Numbered(
        phases=row.phases or ordered.phases,
        strategies=row.strategies or row.phases or alone(ordered.strategies, junction),
        patterns=row.patterns or ordered.patterns,
        detectors=row.detectors or ordered.detectors,
    )


def _credentials(row: Row, path: Path) -> Credentials:
    """Raises `Malformed`."""
    if row.snmp == "3":
        auth_key = secret_of(path.parent / row.auth_key_file) if row.auth_key_file else ""
        privacy_key = secret_of(path.parent / row.privacy_key_file) if row.privacy_key_file else ""
        if not row.user or not auth_key:
            raise Malformed(f"{row.junction}: SNMP 3 without user and auth_key_file", path.name, CURE)
        return Credentials(version="3", user=row.user, auth_key=auth_key, privacy_key=privacy_key)
    community = secret_of(path.parent / row.community_file) if row.community_file else "public"
    return Credentials(version=row.snmp, community=community)


def secret_of(path: Path) -> str:
    """The first line of a file. Raises `Malformed`, which repeats nothing of it."""
    try:
        content = path.read_bytes()[: SECRET_BYTES_MAX + 1]
        secret = content.decode().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Malformed("the file of a secret cannot be read", path.name, "text, readable by this user") from error
    if not secret or len(content) > SECRET_BYTES_MAX:
        raise Malformed(f"a secret of {len(content)} bytes", path.name, f"1 to {SECRET_BYTES_MAX} bytes")
    return secret
