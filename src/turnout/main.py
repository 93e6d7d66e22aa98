"""The command line: `turnout serve`, and what an operator or developer needs beside it. Parts are joined in `serving`."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

import msgspec

from turnout.config import Settings, from_environment
from turnout.serving import serve
from turnout.words.trouble import BadInput


def main(arguments: list[str] | None = None) -> int:
    """0: done; 1: something stood in the way, and it was said what; 2: the command line was not understood."""
    asked = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
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
    _serve_arguments(commands.add_parser("serve", help="run the desk, the web and, in a demo city, the simulation"))
    return top


def _serve_arguments(serving: argparse.ArgumentParser) -> None:
    serving.add_argument("--city", type=Path, help="a city folder (default: the shipped San Francisco)")
    serving.add_argument("--data", type=Path, help="where everything written is kept (default: var, or TURNOUT_DATA)")
    serving.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    serving.add_argument("--port", type=int, help="port to listen on (default: 8080)")
    serving.add_argument("--origin", help="the address that browsers use, for passkeys: https://desk.example")
    serving.add_argument("--speed", type=float, help="of the simulated city: 1 is real time, up to 60")
    serving.add_argument("--no-simulation", action="store_true", help="nobody calls and nobody drives by itself")
    serving.add_argument("--arrival", action="store_true", help="let a unit's place report enroute and on scene")
    serving.add_argument("--server", choices=("granian", "uvicorn"), help=argparse.SUPPRESS)
    serving.set_defaults(run=_serve)


def _serve(asked: argparse.Namespace) -> None:
    asyncio.run(serve(settings_of(asked)))


def settings_of(asked: argparse.Namespace) -> Settings:
    """The environment's settings, as the command line changes them."""
    named = ("city", "data", "host", "port", "origin", "speed", "server", "arrival")
    given = {name: getattr(asked, name, None) for name in named}
    changes = {name: value for name, value in given.items() if value not in (None, False)}
    if getattr(asked, "no_simulation", False):
        changes["simulation"] = False
    return msgspec.structs.replace(from_environment(), **changes)


if __name__ == "__main__":
    sys.exit(main())
