"""Tags are unique, short and not soon given again; numbers have no gaps (4.8, 6.6)."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.core.board import Board
from turnout.core.catalogue import Agency
from turnout.core.incidents.commands import CloseIncident
from turnout.core.numbers import TAGS_APART, next_number, next_tag
from turnout.core.refusals import UnknownCode
from turnout.core.timers.commands import RingTimer
from turnout.words.identity import AgencyId, IncidentId
from turnout.words.moment import Moment
from turnout.words.name import Name

FIRE = Agency(AgencyId("FD"), Name("Fire", "消防"), "fire", "F{yy}{n:06}")
NEW_YEAR = Moment(1_798_761_600_000)
"""2027-01-01T00:00:00Z."""


def with_tags(tags: list[str], last: int) -> Board:
    return Board(tags={tag: IncidentId(tag) for tag in tags}, series={"tag/F": last})


@given(st.sets(st.integers(1, 99)), st.integers(0, 99))
def test_a_tag_is_never_one_that_is_in_use(used: set[int], last: int) -> None:
    board = with_tags([f"F{n:02}" for n in used], last)
    assert next_tag(board, "fire").given not in board.tags


def test_a_tag_is_not_given_again_before_many_others_have_been() -> None:
    board = Board.empty()
    given_tags = []
    for _ in range(3 * TAGS_APART):
        numbered = next_tag(board, "fire")
        given_tags.append(numbered.given)
        board = Board(series={numbered.series: numbered.counter})
    for place, tag in enumerate(given_tags):
        assert tag not in given_tags[max(0, place - TAGS_APART) : place]


def test_a_bad_night_gets_longer_tags() -> None:
    board = with_tags([f"F{n:02}" for n in range(1, 60)], 59)
    assert next_tag(board, "fire").given == "F60"
    crowded = with_tags([f"F{n:02}" for n in range(1, 999)], 998)
    assert next_tag(crowded, "fire").given == "F999"


def test_a_tag_never_sounds_like_a_unit(room: Any) -> None:
    room.opened("I1", "MED")
    assert room.incident().tag == "H01"


def test_numbers_start_again_each_year() -> None:
    board = Board(series={"FD/26": 41})
    assert next_number(board, FIRE, Moment(NEW_YEAR - 1), False).given == "F26000042"
    assert next_number(board, FIRE, NEW_YEAR, False).given == "F27000001"


@pytest.mark.parametrize(("offset_min", "hour_utc", "given"), [(-480, 7, "F26000042"), (-480, 8, "F27000001")])
def test_the_year_of_a_number_begins_at_the_citys_midnight(
    room: Any, offset_min: int, hour_utc: int, given: str
) -> None:
    """Not with the year in Greenwich: San Francisco's evening of 31 December is still of the old one."""
    tables = msgspec.structs.replace(room.board.catalogue, utc_offset_min=offset_min)
    board = Board(series={"FD/26": 41}, catalogue=tables)
    assert next_number(board, FIRE, Moment(NEW_YEAR + hour_utc * 3_600_000), False).given == given


def test_a_refused_opening_uses_no_number(room: Any, at_place: Any, opening: Any) -> None:
    room.opened("I1")
    room.refusal(opening("I2", "NO-SUCH-TYPE"), UnknownCode)
    room.opened("I3")
    assert room.incident("I3").numbers == {"FD": "F26000002"}


def test_a_tag_comes_free_when_its_incident_leaves_the_board(room: Any, clock: Any) -> None:
    room.opened("I1", "INFO")
    room.do(CloseIncident(incident_id="I1", disposition="DONE"))
    room.later(1000)
    room.do(RingTimer(timer="archive/I1"), actor=clock)
    room.opened("I2", "INFO")
    assert (room.board.tags, room.incident("I2").tag) == ({"P02": "I2"}, "P02")
