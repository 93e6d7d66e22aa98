"""Each point of the charter, asserted against routes, commands, events, rows and tables of records: adding one fails.

`test_charter.py` looks at the words in the source; this one at what the program can be asked and can keep. Where a name
here is new, the person who adds it says in the table what it is, or takes it out again.
"""

import asyncio
import re
import sqlite3
import typing
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import httpx
import msgspec
import pytest

from turnout.adapters.http.api import litestar_app
from turnout.core.board import Board, Call, Incident, PersonCard
from turnout.core.commands import Command
from turnout.core.events import Event
from turnout.edge.allowance import Allowances
from turnout.edge.reveal_log import Reveal, RevealsAsked
from turnout.line import VERBS
from turnout.records.incidents import ActsAsked, Asked, IncidentRecords
from turnout.records.messages import MessagesAsked
from turnout.records.sign_ins import SignInsAsked

FILTERS: Final[dict[str, str]] = {
    "unit": "a call sign: the responders' own work",
    "incident": "one incident",
    "number": "an agency's number of one incident",
    "call": "one call",
    "type": "a type of incident",
    "status": "of an incident",
    "place": "part of a location",
    "lat": "a place",
    "lon": "a place",
    "within_m": "around a place",
    "q": "what is typed of a place or crossing",
    "from": "time",
    "to": "time",
    "since": "time",
    "until": "time",
    "at": "when a file was taken",
    "before": "the next page",
    "after": "the next page of a feed",
    "limit": "how many",
    "by": "an account: who of the staff did or looked",
    "account": "an account: who of the staff came in",
    "failures": "who of the staff did not come in",
    "position": "a working position",
    "code": "a kind of act",
    "agency": "an agency",
    "purpose": "why; is recorded, finds nothing",
    "kind": "of a file that is handed in",
    "note": "of a file that is handed in",
    "id": "of a file that is handed in",
    "old": "size of a tree of hashes",
    "size": "size of a tree of hashes",
    "log": "which tree of hashes",
    "language": "of a page",
}
"""Everything that any route can be asked by (point 6: nothing of it names a person of the public)."""

PATH_NAMES: Final = {
    "account", "session", "token", "called", "number", "unit", "person", "call", "media_id", "ticket", "seq", "row",
    "provider", "entry", "device", "district", "job", "proposal",
}  # fmt: skip
"""`person` is a card's identity inside one incident that is named before it; `provider` is where staff sign in;
`entry` one sign-in of theirs; `device` one of
the service's own terminals; `district` a part of the city with signals, `job` and `proposal` work on their plans."""

POINTS: Final[dict[str, str]] = {
    "1 recognition": r"face|gait|voiceprint|biometr|plate(?!au)|anpr|recogni",
    "2 register, watch list, score": r"watch|blacklist|wanted|score|profile|risk|label_of|population|resident_id",
    "3 attributes": r"ethnic|relig|\brace\b|origin_of|nationality|political|orientation",
    "4 joining": r"hotel|flight|train_no|purchase|bank|imsi|imei|subscriber|cell_tower|phone_record|social_account",
    "5 opinion": r"opinion|sentiment|rumou?r|public_mood|posts?_of",
    "7 forecast": r"offender|recidiv|crime_forecast|hotspot|predict",
}


OTHER_THINGS: Final = {"score": "how well a typed place fits an address", "wanted": "units that a plan wants"}
"""Names that sound like a point and are of places and units."""


@cache
def description() -> dict[str, Any]:
    """As a program gets it that is not signed in."""
    identities = SimpleNamespace(find_session=lambda secret: None)
    edge: Any = SimpleNamespace(identities=identities, counter=SimpleNamespace(allowances=Allowances()))

    async def asked() -> dict[str, Any]:
        app = litestar_app(lambda: edge, "0")
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://turnout.test") as client:
            found: dict[str, Any] = (await client.get("/api/v1/openapi.json")).json()
            return found

    return asyncio.run(asked())


def parameters(kind: str) -> set[str]:
    found = set()
    for item in description()["paths"].values():
        for operation in item.values():
            found |= {one["name"] for one in operation.get("parameters", ()) if one["in"] == kind}
    return found


def names_of(kinds: typing.Iterable[Any]) -> set[str]:
    """Stable names and fields of structs, and of the structs in them."""
    found, seen, waiting = set[str](), set[Any](), list(kinds)
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            found |= {str(kind.__struct_config__.tag or ""), *kind.__struct_fields__}
            waiting += typing.get_type_hints(kind).values()
    return found


def everything_named() -> set[str]:
    """Commands, events and rows with all their fields, routes and what they are asked by, schemas, verbs."""
    whole = description()
    paths = {part for path in whole["paths"] for part in path.strip("/").split("/")}
    schemas = {name for schema in whole["components"]["schemas"].values() for name in schema.get("properties", ())}
    verbs = {verb.code for verb in VERBS}
    structs = names_of((*typing.get_args(Command), *typing.get_args(Event), Board, Reveal))
    return paths | schemas | verbs | structs | parameters("query") | parameters("path")


EVERYTHING: Final = everything_named()


@pytest.mark.parametrize("point", POINTS)
def test_nothing_is_named_after_what_a_point_rules_out(point: str) -> None:
    assert {name for name in EVERYTHING if re.search(POINTS[point], name, re.IGNORECASE)} - OTHER_THINGS.keys() == set()


@pytest.mark.parametrize(
    ("point", "name"),
    [
        ("1 recognition", "plate_number"),
        ("2 register, watch list, score", "watch-person"),
        ("2 register, watch list, score", "risk_level"),
        ("3 attributes", "religion"),
        ("4 joining", "hotel_stays"),
        ("5 opinion", "public_opinion"),
        ("7 forecast", "predicted_offences"),
    ],
)
def test_a_name_that_breaks_a_point_is_found(point: str, name: str) -> None:
    assert re.search(POINTS[point], name, re.IGNORECASE)


def test_no_route_can_be_asked_by_a_person() -> None:
    """Point 6. A filter that is new has to be put into the table, with what it finds."""
    assert parameters("query") == FILTERS.keys()
    assert parameters("path") == PATH_NAMES


@pytest.mark.parametrize("asked", [Asked, ActsAsked, MessagesAsked, RevealsAsked, SignInsAsked])
def test_no_search_inside_the_program_takes_a_person(asked: type[msgspec.Struct]) -> None:
    allowed = FILTERS.keys() | {"opened_from", "opened_to", "near", "agencies", "most", "codes"}
    assert set(asked.__struct_fields__) <= allowed


def test_a_card_is_reached_only_through_its_incident_or_call() -> None:
    reading = [path for path, item in description()["paths"].items() if "get" in item]
    with_person = [path for path in reading if "person" in path or "caller" in path]
    assert with_person == ["/api/v1/details/{called}/{person}", "/api/v1/calls/{call}/caller"]


def test_the_records_have_no_column_that_a_person_could_be_found_by(tmp_path: Path) -> None:
    IncidentRecords(tmp_path / "records.sqlite").close()
    with sqlite3.connect(tmp_path / "records.sqlite") as base:
        tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {row[1] for table in tables for row in base.execute(f"PRAGMA table_info({table})")}
    base.close()
    kept = {"one", "seq", "id", "type", "status", "opened", "closed", "zone", "agencies", "body"}
    kept |= {"number", "incident", "unit", "at", "name", "version", "by", "position", "kind"}
    kept |= {"agency", "n", "cause", "upto", "key"}
    assert columns <= kept


def test_a_card_has_a_reference_and_no_attribute_of_anybody() -> None:
    """Points 2 and 3: nothing hangs on a person but the part that they have in this one incident."""
    assert set(PersonCard.__struct_fields__) == {"id", "role", "ref", "digest", "removed"}
    assert "persons" in Incident.__struct_fields__
    assert not {field for field in Board.__struct_fields__ if re.search(r"person|people|caller|patient", field)}
    assert {field for field in Call.__struct_fields__ if "caller" in field} == {"caller"}
