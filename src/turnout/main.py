"""The command line: `turnout serve`, and what an operator needs beside it. Parts are joined in `serving`."""

import argparse
import asyncio
import sys
from pathlib import Path

import httpx
import msgspec

from turnout.auditing.command import add_audit_commands
from turnout.city.command import add_city_commands
from turnout.city.folder import shipped_city
from turnout.city.simulated.run import run as simulate
from turnout.config import Settings, from_environment
from turnout.desk.access import SCOPES
from turnout.fetching import fetch_kit
from turnout.in_turn import serve_in_turn
from turnout.keeper.command import add_keeper_command
from turnout.logs import FORMATS, logged
from turnout.operating import (
    SHIPPED,
    import_map_data,
    make_token,
    place_of,
    print_functions,
    print_messages,
    print_schema,
    show_setup_code,
    verify_journal,
)
from turnout.records_command import add_records_commands
from turnout.recovery.command import add_recovery_commands
from turnout.serving import serve
from turnout.up import add_role_commands
from turnout.words.trouble import BadInput, Malformed


def main(arguments: list[str] | None = None) -> int:
    """0: done; 1: something stood in the way, and it was said what; 2: the command line was not understood."""
    asked = parser().parse_args(arguments)
    try:
        with logged(getattr(asked, "log_format", None) or "text"):
            return int(asked.run(asked) or 0)
    except BadInput as trouble:
        print(f"turnout: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="turnout", description="A city's operations room in one program. 一个程序里的城市指挥中心。"
    )
    commands = top.add_subparsers(required=True, metavar="command")
    serving = commands.add_parser("serve", help="run the desk, the web and, in a demo city, the simulation")
    _serve_arguments(serving)
    serving.set_defaults(run=_serve)
    for up in add_role_commands(commands, settings_of):
        _serve_arguments(up)
    _simulate_arguments(commands.add_parser("simulate", help="run the simulated city against a server"))
    _import_arguments(add_city_commands(commands))
    _fallback_arguments(commands.add_parser("fallback", help="keep a server's newest fallback kit on this machine"))
    setup = commands.add_parser("setup", help="show a set-up code: for the first administrator, or a lost password")
    setup.set_defaults(run=lambda asked: show_setup_code(settings_of(asked)))
    token = commands.add_parser("token", help="make a token for a program; it is shown once")
    token.add_argument("--name", required=True, help="what it is for: names it in lists and in the journal")
    token.add_argument("--scopes", required=True, help=f"some of {', '.join(SCOPES)}; field:E07 for one crew")
    token.add_argument("--agencies", default="", help="only what concerns these agencies (default: all)")
    token.add_argument("--days", type=int, default=0, help="valid for so many days (default: until withdrawn)")
    token.set_defaults(run=lambda asked: make_token(settings_of(asked), asked))
    verify = commands.add_parser("verify", help="check that no row of the journal was altered or removed")
    verify.set_defaults(run=lambda asked: verify_journal(settings_of(asked)))
    verify.add_argument("--database", help="the PostgreSQL that holds the journal (default: the file in --data)")
    messages = commands.add_parser("messages", help="messages between parts, by incident, call or unit (消息日志)")
    messages.add_argument("incident", nargs="?", default="", help="an agency's number, or the identity")
    messages.add_argument("--call", default="", help="identity of a call")
    messages.add_argument("--unit", default="")
    messages.add_argument("--most", type=int, default=100, help="so many, the newest (default: 100)")
    messages.set_defaults(run=lambda asked: print_messages(settings_of(asked), asked))
    for command in (setup, token, verify, messages):
        command.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
        command.add_argument(
            "--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)"
        )
    add_records_commands(commands, _token_of)
    add_recovery_commands(commands, lambda asked: place_of(settings_of(asked)))
    add_keeper_command(commands)
    add_audit_commands(commands, _place_of)
    functions = commands.add_parser("functions", help="what Turnout does, row by row, with honest status")
    functions.add_argument("--status", choices=("done", "partial", "todo"), default="")
    functions.set_defaults(run=lambda asked: print_functions(asked.status))
    schema = commands.add_parser("schema", help="JSON Schema of rows, commands, refusals and answers")
    schema.add_argument("--out", type=Path)
    schema.set_defaults(run=lambda asked: print_schema(asked.out))
    return top


def _import_arguments(city: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    taking = city.add_parser("import", help="keep a folder's map data as a version (导入地图数据版本)")
    taking.add_argument("folder", type=Path, metavar="FOLDER", help="a city folder with new roads, gazetteer, tiles")
    taking.add_argument("--city", type=Path, help="the city folder of the server (default: the shipped San Francisco)")
    taking.add_argument("--data", type=Path, help="the data folder of the server (default: var, or TURNOUT_DATA)")
    taking.set_defaults(run=lambda asked: import_map_data(settings_of(asked), asked.folder))


def _serve_arguments(serving: argparse.ArgumentParser) -> None:
    serving.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
    serving.add_argument("--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)")
    serving.add_argument(
        "--database",
        help="a PostgreSQL shared by several servers, of which one is the desk (default: files, or TURNOUT_DATABASE)",
    )
    serving.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serving.add_argument("--port", type=int, help="port to listen on (default: 8080)")
    serving.add_argument("--origin", help="the address that browsers use, for passkeys: https://desk.example")
    serving.add_argument("--tls-cert", type=Path, help="certificate chain (PEM): serve TLS, with --tls-key")
    serving.add_argument("--tls-key", type=Path, help="the certificate's private key (PEM, no passphrase)")
    serving.add_argument("--speed", type=float, help="of the simulated city: 1 is real time, up to 60")
    serving.add_argument("--no-simulation", action="store_true", help="nobody calls and nobody drives by itself")
    serving.add_argument("--arrival", action="store_true", help="let a unit's place report enroute and on scene")
    serving.add_argument(
        "--fallback", type=Path, action="append", help="a further folder for the fallback kit, best on another machine"
    )
    serving.add_argument("--reserve-mib", type=int, help="set aside on the data disk for dispatch (default: 64)")
    serving.add_argument(
        "--otlp", help="send traces, metrics and logs to this collector (OTLP/HTTP): http://collector:4318"
    )
    _log_argument(serving)
    serving.add_argument("--messages-days", type=int, help="how long the message log is kept (default: 90)")
    serving.add_argument("--messages-mib", type=int, help="how much of the disk it may take (default: 2048)")
    serving.add_argument("--alarms", type=Path, help="a TOML file with other limits for alarms (see the manual)")
    serving.add_argument(
        "--proof", type=Path, help="a TOML file that names witnesses and a time stamper (see the manual)"
    )
    serving.add_argument("--reach", help="where the city's other processes reach this one: https://10.0.0.1:8080")
    serving.add_argument("--server", choices=("granian", "uvicorn"), help=argparse.SUPPRESS)


def _log_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--log-format", choices=FORMATS, help="of the log on standard error (default: text)")


def _serve(asked: argparse.Namespace) -> None:
    settings = settings_of(asked)
    asyncio.run(serve_in_turn(settings) if settings.database else serve(settings))


def _simulate_arguments(simulating: argparse.ArgumentParser) -> None:
    simulating.add_argument("--server", required=True, help="http://127.0.0.1:8080")
    simulating.add_argument("--city", type=Path, default=shipped_city(SHIPPED))
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
        return fetch_kit(client, asked.to, asked.every)


def _token_of(asked: argparse.Namespace) -> str:
    if asked.token_stdin:
        return sys.stdin.readline().strip()
    if asked.token_file is not None:
        return str(asked.token_file.read_text(encoding="utf-8")).strip()
    raise Malformed("no token", where="command line", cure="--token-file or --token-stdin; `turnout token` makes one")


def _simulate(asked: argparse.Namespace) -> None:
    simulated = simulate(
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
    settings = settings_of(asked)
    folder, tables = place_of(settings)
    return settings, folder, tables.city


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
    )
    given = {name: getattr(asked, name, None) for name in named}
    changes = {name: value for name, value in given.items() if value is not None and value is not False}
    changes = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
    if getattr(asked, "no_simulation", False):
        changes["simulation"] = False
    return msgspec.structs.replace(from_environment(), **changes)


if __name__ == "__main__":
    sys.exit(main())
