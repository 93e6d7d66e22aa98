"""Every event that was ever written can be read for ever.

`events.jsonl` holds the stored form of every event. Lines are only ever added:

    .venv/bin/python -m pytest tests/histories --write-histories

adds those of events that are new or have grown. An older line that no longer reads needs an upcast (core/events.py).
"""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from turnout.core.events import Event, decode, encode, event_name
from turnout.words.trouble import Malformed, Unsupported

HISTORIES = Path(__file__).with_name("events.jsonl")


class Stored(msgspec.Struct, frozen=True):
    name: str
    version: int
    body: msgspec.Raw


def histories() -> list[Stored]:
    lines = HISTORIES.read_bytes().splitlines() if HISTORIES.exists() else []
    return [msgspec.json.decode(line, type=Stored) for line in lines]


def contains(whole: Any, part: Any) -> bool:
    """Whether everything in `part` is also in `whole`."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and contains(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part)


def test_every_event_has_its_stored_form_written_down(every_event: list[Event], request: pytest.FixtureRequest) -> None:
    known = {(line.name, line.version, bytes(line.body)) for line in histories()}
    new = [stored for stored in map(encode, every_event) if tuple(stored) not in known]
    if request.config.getoption("--write-histories", default=False):
        with HISTORIES.open("ab") as file:
            for name, version, body in new:
                file.write(msgspec.json.encode(Stored(name, version, msgspec.Raw(body))) + b"\n")
        return
    assert not new, f"the stored form of {[stored.name for stored in new]} has changed: see this file's docstring"


@pytest.mark.parametrize("line", histories(), ids=lambda line: f"{line.name}-{line.version}")
def test_every_form_ever_written_still_reads_and_loses_nothing(line: Stored) -> None:
    event = decode(line.name, line.version, bytes(line.body))
    again = encode(event)
    if line.version == again.version:
        assert event_name(event) == line.name
        assert contains(msgspec.json.decode(again.body), msgspec.json.decode(line.body))


def test_an_older_version_is_read_through_its_upcasts() -> None:
    def named_unit(raw: dict[str, Any]) -> dict[str, Any]:
        """Version 1 said `vehicle` where version 2 says `unit`."""
        return {("unit" if key == "vehicle" else key): value for key, value in raw.items()}

    def with_note(raw: dict[str, Any]) -> dict[str, Any]:
        return {**raw, "note": raw.get("note", "none was kept")}

    upcasts = {("unit-noted", 1): named_unit, ("unit-noted", 2): with_note}
    old = b'{"event":"unit-noted","at":1,"by":"a","vehicle":"E07"}'
    event = decode("unit-noted", 1, old, upcasts)
    assert (event.unit, event.note) == ("E07", "none was kept")  # type: ignore[union-attr]
    with pytest.raises(Unsupported):
        decode("unit-noted", 4, old, upcasts)


def test_what_a_newer_program_wrote_is_not_guessed_at() -> None:
    with pytest.raises(Unsupported):
        decode("unit-noted", 2, b'{"event":"unit-noted","at":1,"by":"a","unit":"E07","note":"x"}')
    with pytest.raises(Malformed):
        decode("unit-noted", 1, b'{"event":"unit-noted","at":1,"by":"a","unit":"E07","note":"x","more":1}')
    with pytest.raises(Malformed):
        decode("no-such-event", 1, b'{"event":"no-such-event","at":1,"by":"a"}')
