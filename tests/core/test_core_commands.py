"""What no command may hold: what the rules could not count with would stop the desk."""

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import inspect as look

from turnout.core.commands import Command, decode_command
from turnout.words.trouble import Malformed


@pytest.mark.parametrize("field", ["back_entry", "activate_at"])
@pytest.mark.parametrize("at", [-1, -(10**17), 10**17, 10**40])
def test_a_time_that_is_in_no_calendar_is_refused_where_it_comes_in(field: str, at: int) -> None:
    command = {"do": "open-incident", "incident_id": "I1", "type": "FIRE", "location": {"text": "x"}, field: at}
    with pytest.raises(Malformed):
        decode_command(msgspec.json.encode(command))


@pytest.mark.parametrize("by_s", [10**17, -(10**17), 10**40])
def test_a_timer_cannot_be_put_off_beyond_counting(by_s: int) -> None:
    command = {"do": "reset-timers", "timers": ["pending/I1"], "by_s": by_s}
    with pytest.raises(Malformed):
        decode_command(msgspec.json.encode(command))


KEPT = range(-(2**63), 2**63)
"""What PostgreSQL's bigint, SQLite's INTEGER and a number of msgpack have in common."""


def whole_numbers(of: look.Type, seen: set[type], at: str = "") -> Iterator[tuple[str, look.IntType]]:
    """Every whole number that a message of this type can carry, and where."""
    match of:
        case look.IntType():
            yield at, of
        case look.StructType(cls=cls, fields=fields) if cls not in seen:
            seen.add(cls)
            for field in fields:
                yield from whole_numbers(field.type, seen, f"{cls.__name__}.{field.name}")
        case look.UnionType(types=types):
            for one in types:
                yield from whole_numbers(one, seen, at)
        case look.TupleType(item_types=types):
            for one in types:
                yield from whole_numbers(one, seen, at)
        case look.DictType(value_type=value):
            yield from whole_numbers(value, seen, at)
        case look.CollectionType(item_type=item):
            yield from whole_numbers(item, seen, at)
        case _:
            pass


ALL = dict(whole_numbers(look.type_info(Command), set()))


def test_commands_carry_whole_numbers() -> None:
    assert len(ALL) > 40
    assert ALL["SetHospital.beds"]
    assert ALL["IncidentType.priority"], "in tables that are published"


@pytest.mark.parametrize("where", ALL)
def test_a_whole_number_of_a_command_is_one_that_can_be_kept(where: str) -> None:
    found = ALL[where]
    assert found.ge is not None or found.gt is not None
    assert found.le is not None
    assert found.le in KEPT
    assert (found.ge if found.ge is not None else found.gt) in KEPT


@pytest.mark.parametrize("beds", [10**30, -(10**30), 2**64])
def test_a_number_that_no_snapshot_could_hold_is_refused_where_it_comes_in(beds: int) -> None:
    with pytest.raises(Malformed):
        decode_command(b'{"do":"set-hospital","hospital":"H1","beds":%d}' % beds)
