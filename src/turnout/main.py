"""The command line: `turnout serve`, and what an operator needs beside it. Parts are joined in `serving`.

Only what the given command needs is loaded: whoever starts a server again is waiting for it.
"""

import argparse
import asyncio
import gc
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

import msgspec

from turnout.config import SHIPPED, Settings, from_environment
from turnout.desk.access import SCOPES
from turnout.logs import FORMATS, logged
from turnout.unseen import leave_no_core, refuse_secrets
from turnout.words.encrypted import refuse_clear_url
from turnout.words.later import Later
from turnout.words.name import Language
from turnout.words.trouble import BadInput, Malformed

log = logging.getLogger(__name__)

httpx = Later("httpx")
clear_lines = Later("turnout.clear_lines")
city_command, city_folder = Later("turnout.city.command"), Later("turnout.city.folder")
fetching = Later("turnout.fetching")
auditing_command, transparency = Later("turnout.auditing.command"), Later("turnout.auditing.transparency")
in_turn, serving, up = Later("turnout.in_turn"), Later("turnout.serving"), Later("turnout.up")
keeper_command, records_command = Later("turnout.keeper.command"), Later("turnout.records_command")
operating, recovery_command = Later("turnout.operating"), Later("turnout.recovery.command")
moving_command, subject_command = Later("turnout.moving_command"), Later("turnout.subject.command")
redaction_command, site_keys_command = Later("turnout.redaction.command"), Later("turnout.site_keys_command")
signals_command = Later("turnout.signals.command")
area_command, osm_command = Later("turnout.signals.area.command"), Later("turnout.signals.osm.command")
district_command = Later("turnout.signals.districts.command")
adapt_command = Later("turnout.signals.districts.adapt_command")
hours_command, quality_command = Later("turnout.signals.hours.command"), Later("turnout.signals.quality.command")
travel_command = Later("turnout.signals.quality.travel_command")
devices_command, controllers_command = Later("turnout.devices_command"), Later("turnout.controllers_command")
sites_command = Later("turnout.signal_sites_command")
simulated_run = Later("turnout.city.simulated.run")

if TYPE_CHECKING:
    from turnout.core.catalogue import Catalogue

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def main(arguments: list[str] | None = None) -> int:
    """0: done; 1: something stood in the way, and it was said what; 2: the command line was not understood."""
    words = sys.argv[1:] if arguments is None else arguments
    asked = argparse.Namespace()
    try:
        refuse_secrets(words)
        leave_no_core()
        asked = parser(words[0] if words else "").parse_args(words)
        with logged(getattr(asked, "log_format", None) or "text"):
            return _run(asked)
    except BadInput as trouble:
        print(f"turnout: {trouble.said.spoken(getattr(asked, 'language', 'en'))}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(asked: argparse.Namespace) -> int:
    try:
        if hasattr(asked, "database") and not getattr(asked, "unencrypted", False):
            clear_lines.refuse_clear_database(asked.database or from_environment().database)
        return int(asked.run(asked) or 0)
    except BadInput:
        raise
    except Exception:  # the process edge: what Python says of an exception repeats its text, and a secret in it
        log.critical("a bug ended turnout", exc_info=True)
        return 1


def parser(command: str = "") -> argparse.ArgumentParser:
    """The whole command line, or that of one command."""
    top = argparse.ArgumentParser(
        prog="turnout", description="A city's operations room in one program. 一个程序里的城市指挥中心。"
    )
    commands = top.add_subparsers(required=True, metavar="command")
    is_known = any(command in names for names, _ in GROUPS)
    for names, add in GROUPS:
        if not is_known or command in names:
            add(commands)
    return top


def _add_serve(commands: "Commands") -> None:
    serve = commands.add_parser("serve", help="run the desk, the web and, in a demo city, the simulation")
    _serve_arguments(serve)
    serve.set_defaults(run=_serve)


def _add_roles(commands: "Commands") -> None:
    for command in up.add_role_commands(commands, settings_of):
        _serve_arguments(command)


def _add_simulate(commands: "Commands") -> None:
    _simulate_arguments(commands.add_parser("simulate", help="run the simulated city against a server"))


def _add_city(commands: "Commands") -> None:
    _import_arguments(city_command.add_city_commands(commands))


def _add_fallback(commands: "Commands") -> None:
    _fallback_arguments(commands.add_parser("fallback", help="keep a server's newest fallback kit on this machine"))


def _add_operating(commands: "Commands") -> None:
    setup = commands.add_parser("setup", help="show a set-up code: for the first administrator, or a lost password")
    setup.set_defaults(run=lambda asked: operating.show_setup_code(settings_of(asked)))
    token = commands.add_parser("token", help="make a token for a program; it is shown once")
    token.add_argument("--name", required=True, help="what it is for: names it in lists and in the journal")
    token.add_argument("--scopes", required=True, help=f"some of {', '.join(SCOPES)}; field:E07 for one crew")
    token.add_argument("--agencies", default="", help="only what concerns these agencies (default: all)")
    token.add_argument("--days", type=int, default=0, help="valid for so many days (default: until withdrawn)")
    token.set_defaults(run=lambda asked: operating.make_token(settings_of(asked), asked))
    verify = commands.add_parser("verify", help="check that no row of the journal was altered or removed")
    verify.set_defaults(run=lambda asked: operating.verify_journal(settings_of(asked)))
    verify.add_argument("--database", help="the PostgreSQL that holds the journal (default: the file in --data)")
    messages = commands.add_parser("messages", help="messages between parts, by incident, call or unit (消息日志)")
    messages.add_argument("incident", nargs="?", default="", help="an agency's number, or the identity")
    messages.add_argument("--call", default="", help="identity of a call")
    messages.add_argument("--unit", default="")
    messages.add_argument("--most", type=int, default=100, help="so many, the newest (default: 100)")
    messages.set_defaults(run=lambda asked: operating.print_messages(settings_of(asked), asked))
    sign_ins = commands.add_parser("sign-ins", help="who signed in, was not let in or was denied something (登录日志)")
    sign_ins.add_argument("--account", default="", help="only this account, or program:NAME")
    sign_ins.add_argument("--failures", action="store_true", help="only who was not let in or was denied something")
    sign_ins.add_argument("--most", type=int, default=100, help="so many, the newest (default: 100)")
    sign_ins.set_defaults(run=lambda asked: operating.print_sign_ins(settings_of(asked), asked))
    for command in (setup, token, verify, messages, sign_ins):
        command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
        command.add_argument(
            "--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)"
        )


def _add_papers(commands: "Commands") -> None:
    functions = commands.add_parser("functions", help="what Turnout does, row by row, with honest status")
    functions.add_argument("--status", choices=("done", "partial", "todo"), default="")
    functions.set_defaults(run=lambda asked: operating.print_functions(asked.status))
    schema = commands.add_parser("schema", help="JSON Schema of rows, commands, refusals and answers")
    schema.add_argument("--out", type=Path)
    schema.set_defaults(run=lambda asked: operating.print_schema(asked.out))
    personal = commands.add_parser(
        "personal-data", help="what is kept of people: where, what for, how long, on which ground"
    )
    personal.add_argument("--language", choices=get_args(Language), default="en")
    personal.set_defaults(run=lambda asked: operating.print_personal(asked.language))


def _add_records(commands: "Commands") -> None:
    records_command.add_records_commands(commands, _token_of)


def _add_recovery(commands: "Commands") -> None:
    recovery_command.add_recovery_commands(commands, lambda asked: operating.place_of(settings_of(asked)))


def _add_move(commands: "Commands") -> None:
    moving_command.add_move_command(commands, lambda asked: operating.place_of(settings_of(asked)))


def _add_keys(commands: "Commands") -> None:
    site_keys_command.add_keys_command(commands, lambda asked: operating.place_of(settings_of(asked))[0])


def _add_auditing(commands: "Commands") -> None:
    auditing_command.add_audit_commands(commands, _place_of)


def _add_transparency(commands: "Commands") -> None:
    transparency.add_transparency_command(commands, _tables_of)


def _add_subject(commands: "Commands") -> None:
    subject_command.add_subject_commands(commands, _token_of)


def _add_redact(commands: "Commands") -> None:
    redaction_command.add_redact_command(commands, _token_of)


def _add_signals(commands: "Commands") -> None:
    kinds = signals_command.add_signals_commands(commands)
    area_command.add_area_command(kinds)
    osm_command.add_osm_command(kinds)
    district_command.add_district_commands(kinds)
    adapt_command.add_adapt_command(kinds)
    hours_command.add_hours_command(kinds)
    quality_command.add_quality_command(kinds)
    travel_command.add_travel_command(kinds)
    controllers_command.add_controller_commands(kinds)
    sites_command.add_sites_command(kinds)


def _add_devices(commands: "Commands") -> None:
    devices_command.add_devices_commands(commands, lambda asked: _place_of(asked)[:2])


def _add_keeper(commands: "Commands") -> None:
    keeper_command.add_keeper_command(commands)


GROUPS: Final[tuple[tuple[tuple[str, ...], Callable[["Commands"], None]], ...]] = (
    (("serve",), _add_serve),
    (("up", "hand-over"), _add_roles),
    (("simulate",), _add_simulate),
    (("city",), _add_city),
    (("fallback",), _add_fallback),
    (("setup", "token", "verify", "messages", "sign-ins"), _add_operating),
    (("records",), _add_records),
    (("backup", "restore", "drill"), _add_recovery),
    (("move",), _add_move),
    (("keys",), _add_keys),
    (("keep",), _add_keeper),
    (("audit", "witness"), _add_auditing),
    (("transparency",), _add_transparency),
    (("subject",), _add_subject),
    (("redact",), _add_redact),
    (("signals",), _add_signals),
    (("devices",), _add_devices),
    (("functions", "schema", "personal-data"), _add_papers),
)
"""Commands, and who adds them."""


def _import_arguments(city: "Commands") -> None:
    taking = city.add_parser("import", help="keep a folder's map data as a version (导入地图数据版本)")
    taking.add_argument("folder", type=Path, metavar="FOLDER", help="a city folder with new roads, gazetteer, tiles")
    taking.add_argument("--city", type=Path, help="the city folder of the server (default: the shipped San Francisco)")
    taking.add_argument("--data", type=Path, help="the data folder of the server (default: var, or TURNOUT_DATA)")
    taking.set_defaults(run=lambda asked: operating.import_map_data(settings_of(asked), asked.folder))


def _serve_arguments(serve: argparse.ArgumentParser) -> None:
    serve.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
    serve.add_argument("--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)")
    serve.add_argument(
        "--database",
        help="a PostgreSQL shared by several servers, of which one is the desk (default: files, or TURNOUT_DATABASE)",
    )
    _door_arguments(serve)
    serve.add_argument("--speed", type=float, help="of the simulated city: 1 is real time, up to 60")
    serve.add_argument("--no-simulation", action="store_true", help="nobody calls and nobody drives by itself")
    serve.add_argument("--arrival", action="store_true", help="let a unit's place report enroute and on scene")
    serve.add_argument(
        "--fallback", type=Path, action="append", help="a further folder for the fallback kit, best on another machine"
    )
    serve.add_argument("--reserve-mib", type=int, help="set aside on the data disk for dispatch (default: 64)")
    serve.add_argument(
        "--otlp", help="send traces, metrics and logs to this collector (OTLP/HTTP): http://collector:4318"
    )
    _log_argument(serve)
    serve.add_argument("--messages-days", type=int, help="how long the message log is kept (default: 90)")
    serve.add_argument("--messages-mib", type=int, help="how much of the disk it may take (default: 2048)")
    serve.add_argument("--alarms", type=Path, help="a TOML file with other limits for alarms (see the manual)")
    serve.add_argument(
        "--proof", type=Path, help="a TOML file that names witnesses and a time stamper (see the manual)"
    )
    serve.add_argument("--reach", help="where the city's other processes reach this one: https://10.0.0.1:8080")
    serve.add_argument("--server", choices=("granian", "uvicorn"), help=argparse.SUPPRESS)
    serve.add_argument(
        "--identity", type=Path, help="a TOML file that names providers of single sign-on (see the manual)"
    )


def _door_arguments(serve: argparse.ArgumentParser) -> None:
    """Where it listens, whom it believes and what it asks of who comes in."""
    serve.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default: 8080)")
    serve.add_argument("--origin", help="the address that browsers use, for passkeys: https://desk.example")
    serve.add_argument(
        "--proxy",
        dest="proxies",
        action="append",
        help="a proxy whose X-Forwarded-For and -Proto are believed: 10.0.0.7",
    )
    serve.add_argument(
        "--proxy-certificates",
        action="store_true",
        help="these proxies check terminals' certificates and say them in Client-Cert (RFC 9440)",
    )
    serve.add_argument(
        "--unencrypted", action="store_true", help="lines to other machines without TLS: on a network encrypted below"
    )
    serve.add_argument("--tls-cert", type=Path, help="certificate chain (PEM): serve TLS, with --tls-key")
    serve.add_argument("--tls-key", type=Path, help="the certificate's private key (PEM, no passphrase)")
    serve.add_argument(
        "--devices-port", type=int, help="a further port, for terminals with certificates (see the manual)"
    )
    serve.add_argument(
        "--device-only",
        action="append",
        help="a role, or a scope of tokens, for such terminals only: crew, field; none: no other, with --database",
    )
    serve.add_argument("--scanner", help="a virus scanner for files, clamd: /run/clamav/clamd.ctl or 127.0.0.1:3310")
    serve.add_argument(
        "--two-factors",
        action="append",
        help="a role whose people need two factors (a passkey, or their provider's): administrator",
    )


def _log_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--log-format", choices=FORMATS, help="of the log on standard error (default: text)")


def _serve(asked: argparse.Namespace) -> None:
    gc.disable()  # while much is loaded that stays; loading.set_aside_what_stays turns it on again
    settings = settings_of(asked)
    clear_lines.refuse_clear_lines(settings)
    asyncio.run(in_turn.serve_in_turn(settings) if settings.database else serving.serve(settings))


def _simulate_arguments(simulating: argparse.ArgumentParser) -> None:
    simulating.add_argument("--server", required=True, help="http://127.0.0.1:8080")
    simulating.add_argument("--city", type=Path, default=city_folder.shipped_city(SHIPPED))
    simulating.add_argument("--token-file", type=Path, help="a file that holds the token (scopes: see the manual)")
    simulating.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    simulating.add_argument(
        "--trust", type=Path, help="the server's own certificate (PEM), trusted whatever its issuer"
    )
    simulating.add_argument("--speed", type=float, default=1.0, help="1 is real time, up to 60")
    simulating.add_argument("--load", type=float, default=1.0, help="how many cities' worth of calls")
    simulating.add_argument("--seed", type=int, default=0)
    simulating.add_argument("--source", choices=("week", "demand"), default="week")
    simulating.add_argument("--lasts-s", type=float, help="stop after so many seconds")
    _log_argument(simulating)
    simulating.set_defaults(run=_simulate)


def _fallback_arguments(fetching: argparse.ArgumentParser) -> None:
    fetching.add_argument("--server", required=True, help="https://desk.example")
    fetching.add_argument("--to", type=Path, required=True, help="the folder to keep it in")
    fetching.add_argument("--token-file", type=Path, help="a file that holds a token with the scope read")
    fetching.add_argument("--token-stdin", action="store_true", help="read the token from standard input")
    fetching.add_argument("--every", type=float, default=0.0, help="again every so many seconds (default: once)")
    fetching.set_defaults(run=_fetch)


def _fetch(asked: argparse.Namespace) -> int:
    headers = {"authorization": f"Bearer {_token_of(asked)}"}
    with httpx.Client(base_url=asked.server, headers=headers) as client:
        return int(fetching.fetch_kit(client, asked.to, asked.every))


def _token_of(asked: argparse.Namespace) -> str:
    """Raises `Malformed` where there is none, and where it would be shown to a server in the clear."""
    refuse_clear_url(getattr(asked, "server", None) or "", "--server")
    if asked.token_stdin:
        return sys.stdin.readline().strip()
    if asked.token_file is not None:
        return str(asked.token_file.read_text(encoding="utf-8")).strip()
    raise Malformed("no token", where="command line", cure="--token-file or --token-stdin; `turnout token` makes one")


def _simulate(asked: argparse.Namespace) -> None:
    simulated = simulated_run.run(
        asked.server,
        _token_of(asked),
        asked.city,
        speed=asked.speed,
        load=asked.load,
        seed=asked.seed,
        source=asked.source,
        lasts_s=asked.lasts_s,
        trust=asked.trust,
    )
    tally = asyncio.run(simulated)
    print(f"  {tally.sent} commands, {sum(tally.refused.values())} refused, {tally.fixes} places", flush=True)


def _place_of(asked: argparse.Namespace) -> tuple[Settings, Path, str]:
    settings, folder, tables = _tables_of(asked)
    return settings, folder, tables.city


def _tables_of(asked: argparse.Namespace) -> tuple[Settings, Path, "Catalogue"]:
    settings = settings_of(asked)
    folder, tables = operating.place_of(settings)
    return settings, folder, tables


def settings_of(asked: argparse.Namespace) -> Settings:
    """The environment's settings, as the command line changes them."""
    named = (
        "city",
        "data",
        "database",
        "host",
        "port",
        "origin",
        "speed",
        "server",
        "arrival",
        "tls_cert",
        "tls_key",
        "fallback",
        "alarms",
        "reserve_mib",
        "roles",
        "reach",
        "worker",
        "nats",
        "trust",
        "otlp",
        "log_format",
        "messages_days",
        "messages_mib",
        "proof",
        "identity",
        "proxies",
        "proxy_certificates",
        "unencrypted",
        "devices_port",
        "device_only",
        "two_factors",
        "scanner",
    )
    given = {name: getattr(asked, name, None) for name in named}
    changes = {name: value for name, value in given.items() if value is not None and value is not False}
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    if getattr(asked, "no_simulation", False):
        changes["simulation"] = False
    return msgspec.structs.replace(from_environment(), **changes)


if __name__ == "__main__":
    sys.exit(main())
