"""`turnout subject answer` and `turnout subject correct`: for the clerk who answers a person's request."""

import argparse
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.audit.personal import shipped_schema
from turnout.server_asked import TokenOf, add_server_arguments, server_asked, zone_of
from turnout.subject.gathering import Answer, Gathering, Matter
from turnout.subject.pages import answer_page, worksheet_page
from turnout.words.trouble import Malformed

SCOPES: Final = "the scopes read, records, personal and audit (to correct: calls and personal)"
MODE: Final = 0o600
"""Of what is written: somebody's details, for the clerk alone."""


def add_subject_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]", token_of: TokenOf) -> None:
    subject = commands.add_parser(
        "subject", help="a person asks what is kept of them, or for it to be put right (查询与更正)"
    )
    inner = subject.add_subparsers(required=True, metavar="what")
    answer = inner.add_parser("answer", help="all that is kept of one person in one incident or call (答复查询)")
    correct = inner.add_parser("correct", help="put a person's details right; what stood there stays beside it (更正)")
    for one in (answer, correct):
        add_server_arguments(one, SCOPES)
        one.add_argument("--incident", default="", help="its identity, tag or number")
        one.add_argument("--person", default="", help="the card's identity; not needed where there is one person")
        one.add_argument("--purpose", required=True, help="why: it is recorded with each opening")
    answer.add_argument("--call", default="", help="a call's identity, instead of an incident: of its caller")
    answer.add_argument("--to", type=Path, required=True, help="a folder for the pages and the JSON file")
    answer.add_argument("--time-zone", default="UTC", help="of the times on the pages: America/Los_Angeles")
    answer.set_defaults(run=lambda asked: _answer(asked, token_of))
    correct.add_argument("--details", type=Path, required=True, help='a JSON file: the fields to put right, "" empties')
    correct.set_defaults(run=lambda asked: _correct(asked, token_of))


def _answer(asked: argparse.Namespace, token_of: TokenOf) -> int:
    if bool(asked.incident) == bool(asked.call):
        raise Malformed("one of the two is needed", "--incident, --call", "name the incident, or the call")
    zone = zone_of(asked.time_zone)
    matter = Matter(incident=asked.incident, person=asked.person, call=asked.call)
    with server_asked(asked, token_of) as client:
        answer = Gathering(client, matter, asked.purpose).answer(SystemClock().now())
    try:
        written = write(answer, zone, asked.to)
    except OSError as error:
        raise Malformed(str(error), where=str(asked.to), cure="name another folder") from error
    for path in written:
        print(path)
    return 0


def write(answer: Answer, zone: ZoneInfo, to: Path) -> list[Path]:
    """The files, readable by their owner alone, over those of an earlier run. Raises `OSError`."""
    schema = shipped_schema()
    bodies = {
        "answer.en.html": answer_page(answer, schema, zone, "en"),
        "answer.zh-CN.html": answer_page(answer, schema, zone, "zh-CN"),
        "worksheet.en.html": worksheet_page(answer, zone, "en"),
        "worksheet.zh-CN.html": worksheet_page(answer, zone, "zh-CN"),
        "answer.json": msgspec.json.format(msgspec.json.encode(answer)),
    }
    to.mkdir(parents=True, exist_ok=True)
    for name, body in bodies.items():
        path = to / name
        path.touch(mode=MODE)
        path.chmod(MODE)
        path.write_bytes(body)
    return [to / name for name in bodies]


def _correct(asked: argparse.Namespace, token_of: TokenOf) -> int:
    if not asked.incident:
        raise Malformed("no incident", "--incident", "details of a call alone are put right by taking it anew")
    details = _read(asked.details)
    matter = Matter(incident=asked.incident, person=asked.person)
    with server_asked(asked, token_of) as client:
        changed = Gathering(client, matter, asked.purpose).correct(details)
    if not changed:
        print("Nothing to put right: it stands so already. 无需更正：内容已是如此。")
        return 0
    print(f"Put right, and what stood there is kept: {', '.join(changed)}. 已更正，原内容保留：{'、'.join(changed)}。")
    return 0


def _read(path: Path) -> dict[str, str]:
    """Not from the command line: it would stand in the shell's history and in the list of processes."""
    try:
        found: Any = msgspec.json.decode(path.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.DecodeError) as error:
        raise Malformed(str(error), where=str(path), cure='a JSON object of texts: {"callback": "555-0143"}') from error
    return dict(found)
