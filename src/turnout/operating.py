"""What an operator does beside the running server: set-up code, tokens, the journal's proof, tables."""

import argparse
import asyncio
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.adapters.clock import SystemClock
from turnout.adapters.http.shapes import SHAPES
from turnout.adapters.identity.accounts import Accounts
from turnout.adapters.identity.store import IdentityStore
from turnout.adapters.storage.postgres.database import Database
from turnout.adapters.storage.postgres.journal import PostgresJournal
from turnout.adapters.storage.sqlite.journal import SqliteJournal
from turnout.audit.personal import as_lines, shipped_schema
from turnout.city.folder import load_city, shipped_city
from turnout.city.ground import check_ground, import_ground
from turnout.config import SHIPPED, Settings
from turnout.core.board import Board
from turnout.core.catalogue import Catalogue
from turnout.core.commands import Command
from turnout.core.refusals import Refusal
from turnout.desk.access import SCOPES, part
from turnout.desk.faults import StorageFailed
from turnout.desk.operations import Operations
from turnout.desk.ports import Journal
from turnout.edge.answers import declined_by_door
from turnout.edge.ground_desk import GROUNDS
from turnout.edge.identities import IdentityRefusal, NewToken
from turnout.edge.refusals import PlaceRefusal
from turnout.records.incidents import IncidentRecords
from turnout.records.messages import Message, MessagesAsked, MessageStore
from turnout.records.sign_ins import DoorLine, SignInsAsked, SignInStore
from turnout.words.moment import DAY_MS, Moment
from turnout.words.name import Language
from turnout.words.sealed_text import as_shown
from turnout.words.trouble import Malformed

FUNCTIONS: Final = Path(__file__).parents[2] / "docs" / "functions.toml"
MARKS: Final = {"done": "✓ done", "partial": "~ partial", "todo": "· todo"}


def data_folder(settings: Settings) -> Path:
    """Where this city's files are."""
    return settings.data / load_city(settings.city or shipped_city(SHIPPED)).catalogue.city


def place_of(settings: Settings) -> tuple[Path, Catalogue]:
    """This city's files, and its tables."""
    tables = load_city(settings.city or shipped_city(SHIPPED)).catalogue
    return settings.data / tables.city, tables


def _accounts(settings: Settings) -> tuple[IdentityStore, Accounts]:
    store = IdentityStore(data_folder(settings) / "accounts.sqlite")
    origin = settings.public_origin
    return store, Accounts(store, SystemClock().now, lambda: None, demo=False, origin=origin)


def show_setup_code(settings: Settings) -> int:
    """A new set-up code, good for a day; earlier ones are void. So an administrator who lost the password gets in."""
    store, accounts = _accounts(settings)
    try:
        code = accounts.make_setup_code(again=True)
        known = store.count_accounts()
    finally:
        store.close()
    print(code)
    if known:
        print(
            "Open /setup and type the code with the administrator's account and a new password. It goes on record.\n"
            "打开 /setup，填写此代码、管理员账号和新密码。此操作会记录在案。",
            file=sys.stderr,
        )
    return 0


def import_map_data(settings: Settings, folder: Path) -> int:
    """Keep a folder's roads, gazetteer, outlines and tiles as a version; what is wrong with it is said at once.

    The server may run meanwhile: nothing in force is touched until somebody switches on the screen or by API.
    """
    city = load_city(settings.city or shipped_city(SHIPPED))
    store = settings.data / city.catalogue.city / GROUNDS
    store.mkdir(parents=True, exist_ok=True, mode=0o700)
    card = import_ground(folder, store, SystemClock().now())
    problems = check_ground(city.catalogue, store / card.version)
    for problem in problems:
        print(problem.spoken("en"))
        print(problem.spoken("zh-CN"))
    print(card.version)
    return 1 if any(problem.severity == "error" for problem in problems) else 0


def make_token(settings: Settings, asked: argparse.Namespace) -> int:
    """A program's key, shown once."""
    now = SystemClock().now()
    expires = Moment(now + asked.days * DAY_MS) if asked.days else None
    scopes = tuple(scope.strip() for scope in asked.scopes.split(",") if scope.strip())
    agencies = tuple(one.strip() for one in asked.agencies.split(",") if one.strip())
    store, accounts = _accounts(settings)
    try:
        made = accounts.add_token(
            NewToken(name=asked.name, scopes=scopes, agencies=agencies, expires=expires), part("setup")
        )
    finally:
        store.close()
    if isinstance(made, IdentityRefusal):
        raise Malformed(declined_by_door(made).text.en, where="--scopes", cure=f"known: {', '.join(SCOPES)}")
    print(made.token)
    return 0


def verify_journal(settings: Settings) -> int:
    """Whether every row of the journal follows from the one before: nothing altered, nothing missing."""
    if settings.database:
        return asyncio.run(_verify(PostgresJournal(Database(settings.database, Operations.stream), Operations.stream)))
    path = data_folder(settings) / "journal.sqlite"
    if not path.is_file():
        raise Malformed("there is no journal", where=str(path), cure="name the right --data")
    return asyncio.run(_verify(SqliteJournal(path, Operations.stream)))


async def _verify(journal: Journal) -> int:
    try:
        tail = await journal.last()
        bad = await journal.verify()
    except StorageFailed as fault:
        raise Malformed(str(fault), where="journal", cure="see the operators' manual") from fault
    finally:
        await journal.close()
    if bad is not None:
        print(f"Row {bad.seq} is {bad.why}. 第 {bad.seq} 行有问题：{bad.why}。")
        return 1
    print(f"{tail.seq} rows, all linked; last hash {tail.hash.hex()}. 共 {tail.seq} 行，链完整。")
    return 0


def print_messages(settings: Settings, asked: argparse.Namespace) -> int:
    """The message log, oldest first, as far as it is written: beside the running server or without one."""
    folder = data_folder(settings)
    path = folder / "messages.sqlite"
    if not path.is_file():
        raise Malformed("there is no message log", where=str(path), cure="name the right --data")
    incident = asked.incident
    if incident:
        records = IncidentRecords(folder / "records.sqlite")
        found = records.find(incident)
        records.close()
        if found is None:
            raise Malformed("there is no such incident", where=incident, cure="an agency's number, or the identity")
        incident = found.id
    store = MessageStore(path)
    try:
        lines = store.find(MessagesAsked(incident=incident, call=asked.call, unit=asked.unit, most=asked.most))
    finally:
        store.close()
    for line in reversed(lines):
        print(message_line(line))
    return 0


def print_sign_ins(settings: Settings, asked: argparse.Namespace) -> int:
    """The log of the door, oldest first, as far as it is written: beside the running server or without one."""
    path = data_folder(settings) / "sign-ins.sqlite"
    if not path.is_file():
        raise Malformed("there is no log of the door", where=str(path), cure="name the right --data")
    store = SignInStore(path)
    try:
        lines = store.find(SignInsAsked(account=asked.account, failures=asked.failures, most=asked.most))
    finally:
        store.close()
    for line in reversed(lines):
        print(sign_in_line(line))
    return 0


def sign_in_line(one: DoorLine) -> str:
    """Time, act, account and position, way, why not, network, what it was about, how often."""
    at = datetime.fromtimestamp(one.at / 1_000, UTC).isoformat(timespec="milliseconds")
    who = f"{one.account or '-'}{f'@{one.position}' if one.position else ''}"
    often = f"  x{one.count}" if one.count > 1 else ""
    said = f"{at}  {one.act}  {who}  {one.way or '-'}  {one.reason or '-'}  {one.network or '-'}"
    return f"{said}  {one.about or '-'}{often}"


def message_line(one: Message) -> str:
    """Time, from, to, kind, outcome, duration, size, journal rows, trace, digest."""
    at = datetime.fromtimestamp(one.at / 1_000, UTC).isoformat(timespec="milliseconds")
    rows = f"{one.seq_from}-{one.seq_to}" if one.seq_from else "-"
    took = f"{one.duration_us / 1_000:.1f} ms  {one.size} B"
    way = f"{one.source}:{one.by} -> {one.target}"
    return f"{at}  {way}  {one.kind}  {one.outcome}  {took}  rows {rows}  {one.trace or '-'}  {one.digest}"


def print_functions(status: str) -> int:
    """The function table, with its honest status."""
    if not FUNCTIONS.is_file():
        raise Malformed("the function table is not here", where=str(FUNCTIONS), cure="run it from a clone")
    rows: list[dict[str, Any]] = tomllib.loads(FUNCTIONS.read_text(encoding="utf-8"))["function"]
    counts = {mark: sum(row["status"] == mark for row in rows) for mark in MARKS}
    for row in rows:
        if status in ("", row["status"]):
            where = row.get("where", "") if row["status"] != "todo" else ""
            missing = f" (missing: {row['missing']})" if row.get("missing") else ""
            print(f"{row['id']:>6}  {MARKS[row['status']]:<10} {row['name']}{missing}  {where}".rstrip())
    print("  ".join(f"{MARKS[mark]}: {count}" for mark, count in counts.items()))
    return 0


def print_personal(language: Language) -> int:
    """What is kept of people, as it is declared (`audit/personal.toml`)."""
    print("\n".join(as_lines(shipped_schema(), language)))
    return 0


def print_schema(out: Path | None) -> int:
    """JSON Schema of the board's rows, every command and refusal, and the API's own answers."""
    kinds: list[Any] = [Board, Command, Refusal, PlaceRefusal, *SHAPES]
    (board, command, refusal, place, *_), components = msgspec.json.schema_components(
        kinds, ref_template="#/$defs/{name}"
    )
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Turnout",
        "type": "object",
        "properties": {"board": board, "command": command, "refusal": {"anyOf": [refusal, place]}},
        "$defs": as_shown(components),
    }
    text = msgspec.json.format(msgspec.json.encode(schema, order="deterministic"), indent=1).decode()
    if out is None:
        print(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
    return 0
