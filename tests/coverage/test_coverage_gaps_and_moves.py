"""Coverage (2.6): which areas are out of reach, who would best fill in where, and what is said of it in numbers."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnout.core.board import Available, OffDuty, OutOfService
from turnout.coverage import may_still_move, say_gap, say_move, say_standard
from turnout.coverage.standing import by_anybody, standing_of

from .conftest import (
    EIGHT_MINUTES,
    FOUR_MINUTES,
    KINDS,
    PLACES,
    a_board,
    a_line,
    a_unit,
    busy,
    places,
    reached_on,
    seen,
)

THREE = {"A": 2, "B": 10, "C": 18}


def a_thin_line(*units, **more):
    return a_board(a_line(THREE, **more), *units)


def test_with_every_crew_at_home_nothing_is_lost():
    coverage = seen(a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E3", "C")))
    (cover,) = coverage.standards
    assert cover.now == cover.soon == cover.usual == 1.0
    assert coverage.gaps == ()
    assert coverage.moves == ()
    assert coverage.seq == 7


def test_the_area_of_a_station_whose_crew_is_away_is_a_gap_in_shares_of_the_demand():
    coverage = seen(a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E3", "C", status=busy())))
    (gap,) = coverage.gaps
    assert (gap.station, gap.standard, gap.within) == ("C", "engine", 0.0)
    assert gap.lost == pytest.approx(6 / PLACES)
    assert coverage.stations["C"].gaps == ("engine",)


def test_the_demand_weighs_the_gap_not_the_ground():
    """Nobody calls from the far end: what is lost there is nothing, and nobody is moved for it."""
    calls = [1.0] * 14 + [0.0] * 7
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E3", "C", status=busy()))
    coverage = seen(board, places(calls))
    assert coverage.standards[0].weighted_by == "demand"
    assert coverage.gaps == coverage.moves == ()
    assert seen(board).standards[0].weighted_by == "ground"


def test_the_unit_that_restores_most_is_suggested_with_what_it_is_worth():
    spare = a_unit("E4", "B")
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), spare, a_unit("E3", "C", status=busy()))
    coverage = seen(board)
    (move,) = coverage.moves
    assert (move.unit, move.station, move.opens) == ("E2", "C", None)
    assert move.after - move.before == pytest.approx(6 / PLACES)
    assert move.after == move.usual
    assert move.drive_s == 8 * 60


def test_nobody_is_moved_where_it_would_open_as_great_a_gap():
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E3", "C", status=busy()))
    assert seen(board).moves == ()


@pytest.mark.parametrize(
    "spare",
    [
        a_unit("E0", "B", status=busy()),
        a_unit("E0", "B", status=OutOfService("pump")),
        a_unit("E0", "B", status=OffDuty()),
        a_unit("E0", "B", staffed=False),
        a_unit("E0", "B", duress=1),
        a_unit("E0", "B", agency="NB"),
        a_unit("E0", "B", stack=("I9",)),
        a_unit("E0", "B", status=Available(in_quarters=False, moving_to="B")),
    ],
)
def test_who_is_not_free_to_go_is_not_suggested(spare):
    others = (a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E3", "C", status=busy()))
    assert [move.unit for move in seen(a_thin_line(a_unit("E0", "B"), *others)).moves] == ["E0"]
    assert "E0" not in [move.unit for move in seen(a_thin_line(spare, *others)).moves]


def test_a_station_keeps_what_the_city_wants_to_stay():
    board = a_thin_line(
        a_unit("E1", "A"),
        a_unit("E2", "B"),
        a_unit("E4", "B"),
        a_unit("E3", "C", status=busy()),
        keep={"B": {"engine": 2}},
    )
    assert seen(board).moves == ()


def test_nobody_is_moved_where_little_is_gained_for_a_gap_nearly_as_great():
    calls = [1.0] * 15 + [1.1] * 6
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E3", "C", status=busy()))
    assert seen(board, places(calls)).moves == ()


def test_the_worst_gap_does_not_become_worse_for_the_sake_of_the_sum():
    """E2 at D would restore 5 for 2; but C, another agency's, would then have lost 6."""
    calls = [0.0] * PLACES
    calls[11], calls[13], calls[18] = 2.0, 4.0, 5.0
    city = a_line({"B": 8, "C": 10, "D": 20})
    other = msgspec.structs.replace(city.agencies["FD"], id="F2")
    city = msgspec.structs.replace(city, agencies=city.agencies | {"F2": other})
    away = (a_unit("E3", "C", status=busy(), agency="F2"), a_unit("E4", "D", status=busy()))
    board = a_board(city, a_unit("E2", "B"), *away)
    coverage = seen(board, places(calls))
    assert {gap.station: round(gap.lost * sum(calls)) for gap in coverage.gaps} == {"C": 4, "D": 5}
    assert coverage.moves == ()


def test_a_unit_on_its_way_counts_where_it_is_now_and_where_it_goes_soon():
    going = a_unit("E4", "B", status=Available(in_quarters=False, moving_to="C"), station="C")
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), going, a_unit("E3", "C", status=busy()))
    coverage = seen(board, on_the_road={"E4": 11})
    (cover,) = coverage.standards
    assert cover.now < cover.soon == cover.usual
    (gap,) = coverage.gaps
    assert (gap.station, gap.lost_soon) == ("C", 0.0)
    assert coverage.moves == ()
    assert "will mend it" in say_gap(gap, board.catalogue).en


def test_a_crew_on_its_way_home_is_not_told_to_go_home():
    home = a_unit("E3", "C", status=Available(in_quarters=False))
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), home)
    coverage = seen(board, on_the_road={"E3": 10})
    assert coverage.standards[0].now < coverage.standards[0].soon
    assert coverage.moves == ()


def test_a_unit_that_does_two_things_is_not_taken_from_where_it_does_the_other():
    """The quint would mend the engines' gap; but it is the only ladder."""
    board = a_board(
        a_line({"A": 2, "B": 10, "C": 18}, standards=(FOUR_MINUTES, EIGHT_MINUTES)),
        a_unit("E1", "A"),
        a_unit("E2", "B"),
        a_unit("Q1", "B", "quint"),
        a_unit("E3", "C", status=busy()),
    )
    assert [move.unit for move in seen(board).moves] == ["E2"]


def test_a_crew_too_far_away_is_not_sent_across_the_city():
    far = a_line({"A": 0, "C": 18}, standards=(FOUR_MINUTES,))
    board = a_board(far, a_unit("E1", "A"), a_unit("E2", "A"), a_unit("E3", "C", status=busy()))
    assert [move.drive_s for move in seen(board).moves] == [18 * 60]
    assert seen(board, on_the_road={"E1": 40, "E2": 40}).moves == ()


def test_without_standards_only_the_stations_are_shown():
    board = a_board(
        a_line(THREE, standards=(), keep={"A": {"engine": 2}}), a_unit("E1", "A"), a_unit("E2", "B", status=busy())
    )
    coverage = seen(board)
    assert coverage.standards == coverage.gaps == coverage.moves == ()
    assert (coverage.stations["A"].free, coverage.stations["A"].short_of) == (1, ("engine",))
    assert (coverage.stations["B"].free, coverage.stations["B"].all) == (0, 1)


def test_it_is_said_in_numbers_in_both_languages():
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E4", "B"), a_unit("E3", "C", status=busy()))
    coverage = seen(board)
    said = [
        say_standard(coverage.standards[0]),
        say_gap(coverage.gaps[0], board.catalogue),
        say_move(coverage.moves[0], board.catalogue),
    ]
    assert said[0].en == "First engine: 71.4% of the city within 4 min; 100.0% with every crew at its station"
    assert said[1].en == "Station C: 0.0% of its area within “First engine”, 28.6% of the whole demand lost"
    assert said[2].en == "E2 to Station C, 8 min: First engine 71.4% → 100.0%, usually 100.0%"
    assert said[2].zh == "E2 调往C站，行车约 8 分钟：首到水罐车 71.4% → 100.0%，平时 100.0%"


def test_a_suggestion_falls_away_once_the_unit_has_been_sent():
    board = a_thin_line(a_unit("E1", "A"), a_unit("E2", "B"), a_unit("E4", "B"), a_unit("E3", "C", status=busy()))
    (move,) = seen(board).moves
    assert may_still_move(move, board)
    for change in ({"status": busy()}, {"status": Available(moving_to="A")}, {"station": "C"}, {"duress": 1}):
        units = board.units | {move.unit: msgspec.structs.replace(board.units[move.unit], **change)}
        assert not may_still_move(move, msgspec.structs.replace(board, units=units))


# --- whatever the day

STATIONS = {"A": 1, "B": 5, "C": 9, "D": 14, "E": 19}
statuses = st.sampled_from(
    [Available(), Available(), busy(), OutOfService("pump"), OffDuty(), Available(in_quarters=False)]
)
units = st.lists(
    st.tuples(st.sampled_from(list(STATIONS)), st.sampled_from(list(KINDS)), statuses, st.integers(0, PLACES - 1)),
    min_size=1,
    max_size=12,
)


def a_day(drawn, keep=None):
    """Any units in any status, some of them anywhere on the road."""
    catalogue = a_line(STATIONS, standards=(FOUR_MINUTES, EIGHT_MINUTES), keep=keep or {})
    board = a_board(
        catalogue, *(a_unit(f"U{n}", home, kind, status) for n, (home, kind, status, _) in enumerate(drawn))
    )
    road = {
        f"U{n}": at
        for n, (_, _, status, at) in enumerate(drawn)
        if not (isinstance(status, Available) and status.in_quarters)
    }
    return board, road


@settings(max_examples=300, deadline=None)
@given(units, st.lists(st.floats(0, 10), min_size=PLACES, max_size=PLACES))
def test_a_suggestion_done_never_worsens_any_standard_and_is_worth_what_it_says(drawn, weights):
    board, road = a_day(drawn)
    coverage = seen(board, places(weights), road)
    for move in coverage.moves:
        before = {cover.standard: cover.soon for cover in seen(board, places(weights), road).standards}
        unit = board.units[move.unit]
        moved = msgspec.structs.replace(
            unit, status=Available(in_quarters=False, moving_to=move.station), station=move.station
        )
        road = {**road, move.unit: road.get(move.unit, STATIONS[unit.station])}
        board = msgspec.structs.replace(board, units=board.units | {move.unit: moved})
        after = {cover.standard: cover.soon for cover in seen(board, places(weights), road).standards}
        assert all(after[standard] >= before[standard] - 1e-9 for standard in before)
        assert (before[move.standard], after[move.standard]) == pytest.approx((move.before, move.after))
        assert move.after >= move.before + 0.005 - 1e-9


def lost_soon(board, points, road):
    """Per station of a standard, the share of the demand that stays lost once those on the move have arrived."""
    found = {}
    for standard in board.catalogue.coverage:
        standing = standing_of(board, board.catalogue, standard, points, reached_on(board, road))
        lost = standing.by_area(standing.usual & ~by_anybody(standing.soon))
        found[standard.id] = dict(zip(standing.posts, lost.tolist(), strict=True))
    return found


@settings(max_examples=400, deadline=None)
@given(units, st.lists(st.floats(0, 10), min_size=PLACES, max_size=PLACES))
def test_no_suggestion_opens_a_gap_as_great_as_it_gains_or_worse_than_the_worst(drawn, weights):
    board, road = a_day(drawn)
    for move in seen(board, places(weights), road).moves[:1]:
        before = lost_soon(board, places(weights), road)[move.standard]
        unit = board.units[move.unit]
        moved = msgspec.structs.replace(
            unit, status=Available(in_quarters=False, moving_to=move.station), station=move.station
        )
        board = msgspec.structs.replace(board, units=board.units | {move.unit: moved})
        after = lost_soon(board, places(weights), road)[move.standard]
        opened = max((after[station] - before[station] for station in after), default=0.0)
        assert opened < move.after - move.before + 1e-9
        assert max(after.values()) <= max(before.values()) + 1e-6


@settings(max_examples=300, deadline=None)
@given(units, st.dictionaries(st.sampled_from(list(STATIONS)), st.just({"engine": 1}), max_size=5))
def test_no_suggestion_names_a_unit_that_is_not_free_or_takes_the_last_that_is_to_stay(drawn, keep):
    board, road = a_day(drawn, keep)
    coverage = seen(board, on_the_road=road)
    assert len({move.unit for move in coverage.moves}) == len(coverage.moves)
    for move in coverage.moves:
        unit = board.units[move.unit]
        assert isinstance(unit.status, Available)
        assert unit.status.moving_to is None
        assert unit.staffed
        assert unit.station != move.station
        if "engine" in unit.capabilities and unit.station in keep:
            stay = [u for u in board.units.values() if u.station == unit.station and isinstance(u.status, Available)]
            assert len([u for u in stay if "engine" in u.capabilities and u.id != unit.id]) >= 1


@settings(max_examples=300, deadline=None)
@given(units)
def test_shares_are_shares_and_gaps_add_up_to_what_is_lost(drawn):
    board, road = a_day(drawn)
    coverage = seen(board, on_the_road=road)
    for cover in coverage.standards:
        assert all(0.0 <= share <= 1.0 + 1e-9 for share in (cover.now, cover.soon, cover.usual))
        lost = sum(gap.lost for gap in coverage.gaps if gap.standard == cover.standard)
        assert lost <= 1.0 - cover.now + 1e-9
