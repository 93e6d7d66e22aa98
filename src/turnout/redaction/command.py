"""`turnout redact`: one incident for the public, for another agency, for a court."""

import argparse
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.audit.personal import shipped_schema
from turnout.core.history import Line
from turnout.core.incidents.incident import Incident
from turnout.redaction.layers import SHIPPED, Layer, read_layers
from turnout.redaction.pages import redacted_page
from turnout.redaction.rules import redact
from turnout.server_asked import TokenOf, add_server_arguments, all_told, server_asked, told, zone_of
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

PATH: Final = "/api/v1/incidents"


def add_redact_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", token_of: TokenOf) -> None:
    command = commands.add_parser("redact", help="an incident for the public, an agency, a court (脱敏导出)")
    add_server_arguments(command, "the scope read")
    command.add_argument("--incident", required=True, help="its identity, tag or number")
    command.add_argument("--layer", required=True, help="for whom: public, agency, court, or one of your own file")
    command.add_argument("--layers", type=Path, default=SHIPPED, help="a file of layers (default: the shipped one)")
    command.add_argument("--to", type=Path, required=True, help="a folder for the two pages and the JSON file")
    command.add_argument("--time-zone", default="UTC", help="of the times on the pages: America/Los_Angeles")
    command.set_defaults(run=lambda asked: _run(asked, token_of))


def _run(asked: argparse.Namespace, token_of: TokenOf) -> int:
    layers = read_layers(asked.layers, shipped_schema())
    if asked.layer not in layers:
        raise Malformed(f"no layer {asked.layer!r}", "--layer", f"one of: {', '.join(layers)}")
    zone = zone_of(asked.time_zone)
    with server_asked(asked, token_of) as client:
        card = told(client.get(f"{PATH}/{asked.incident}"))
        course = all_told(client, f"{PATH}/{asked.incident}/chronology")
    try:
        written = write(card, course, layers[asked.layer], zone, SystemClock().now(), asked.to)
    except msgspec.ValidationError as error:
        raise Malformed(f"the server's incident is not as expected: {error}", asked.server, "one version") from error
    except OSError as error:
        raise Malformed(str(error), where=str(asked.to), cure="name another folder") from error
    for path in written:
        print(path)
    return 0


def write(card: Any, course: Any, layer: Layer, zone: ZoneInfo, made: Moment, to: Path) -> list[Path]:
    """The files, over those of an earlier run. Raises `msgspec.ValidationError` and `OSError`."""
    schema = shipped_schema()
    incident = msgspec.convert(card, Incident)
    found = redact(incident, msgspec.convert(course, list[Line]), layer, schema)
    told_as = {"layer": layer.id, "made": made, **msgspec.to_builtins(found)}
    bodies = {
        f"incident.{layer.id}.json": msgspec.json.format(msgspec.json.encode(told_as)),
        f"incident.{layer.id}.en.html": redacted_page(incident, found, layer, schema, zone, made, "en"),
        f"incident.{layer.id}.zh-CN.html": redacted_page(incident, found, layer, schema, zone, made, "zh-CN"),
    }
    to.mkdir(parents=True, exist_ok=True)
    for name, body in bodies.items():
        (to / name).write_bytes(body)
    return [to / name for name in bodies]
