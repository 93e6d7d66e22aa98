"""Which run cards apply."""

from hypothesis import given
from hypothesis import strategies as st

from turnout.core.board import SpecialZone
from turnout.core.catalogue import DayHours, Need
from turnout.recommend.plans import holds_at, wanted
from turnout.words.moment import Moment
from turnout.words.place import Place

from .conftest import NOW, a_board, a_city, a_plan, an_incident

MONDAY_NOON = Moment(1_767_614_400_000)
"""2026-01-05T12:00:00Z."""


def plans_of(city, incident, at=NOW, board=None):
    return [plan.id for plan in wanted(board or a_board(city, [incident]), incident, at).plans]


def test_a_plan_for_the_zone_beats_one_for_the_type():
    city = a_city(a_plan(id="by-type", types=("STRUCTURE",)), a_plan(id="by-zone", zones=("Z1",)))
    incident = an_incident()
    incident.location.zones["beat"] = "Z1"
    assert plans_of(city, incident) == ["by-zone"]


def test_the_first_in_the_file_wins_between_equals():
    assert plans_of(a_city(a_plan(id="one"), a_plan(id="two")), an_incident()) == ["one"]


def test_a_special_zone_overrides_all_others():
    city = a_city(a_plan(id="usual", zones=("Z1",)), a_plan(id="festival", zones=("FEST",)))
    incident = an_incident()
    incident.location.zones.update({"beat": "Z1", "special": "X"})
    board = a_board(city, [incident])
    board.special_zones["X"] = SpecialZone(
        id="X", name="Festival", outline=(Place(0, 0),), plan_zone="FEST", since=NOW, by="s1"
    )
    assert plans_of(city, incident, board=board) == ["festival"]
    board.special_zones.clear()


def test_hours_decide_by_the_local_week():
    nights = DayHours((1,), 20 * 60, 6 * 60)
    assert not holds_at(nights, MONDAY_NOON, 0)
    assert holds_at(nights, Moment(MONDAY_NOON + 9 * 3_600_000), 0)
    assert holds_at(nights, MONDAY_NOON, 8 * 60)
    assert holds_at(nights, Moment(MONDAY_NOON + 17 * 3_600_000), 0), "Tuesday 05:00 belongs to Monday's night"
    assert not holds_at(nights, Moment(MONDAY_NOON - 8 * 3_600_000), 0), "Monday 04:00 belongs to Sunday's night"


@given(st.integers(0, 10**13), st.integers(-720, 840))
def test_a_window_of_every_day_and_hour_always_holds(at, offset):
    assert holds_at(DayHours((1, 2, 3, 4, 5, 6, 7), 0, 24 * 60), Moment(at), offset)


def test_each_agency_on_the_incident_brings_its_own_plan():
    city = a_city(a_plan(Need("engine", 1), id="fire"), a_plan(Need("patrol", 1), id="police", agency="PD"))
    assert plans_of(city, an_incident(agencies=("FD", "PD"))) == ["fire", "police"]
