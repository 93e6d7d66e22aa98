"""A road's quality is that of its junctions, added up; what nobody knows is not in it."""

from msgspec.structs import replace

from tests.signals.quality.logs import EIGHT, a_log, a_signal, a_vehicle, cycles
from turnout.signals.model import Arterial, Stop
from turnout.signals.quality.figures import QualityReport
from turnout.signals.quality.report import HOUR_MS, report
from turnout.signals.quality.roads import by_road
from turnout.words.name import Name

ROAD = Arterial(
    id="street",
    name=Name("Street", "街"),
    stops=(Stop(junction="market", outbound="K1"), Stop(junction="mill"), Stop(junction="station", outbound="K1")),
)


def reported(junction: str, until_s: float, arriving: list[float]) -> QualityReport:
    rows = [*cycles(until_s), *(row for at in arriving for row in a_vehicle(at))]
    return report(a_log(rows), replace(a_signal((5, "advance")), junction=junction))


def test_arrivals_of_all_junctions_are_added_up():
    reports = [reported("market", 3_500, [10, 20, 60]), reported("station", 3_500, [15, 70])]
    (hour,) = by_road(reports, [ROAD])
    assert (hour.way, hour.junctions, hour.known) == ("outbound", 2, 2)
    assert (hour.arrivals, hour.on_green) == (5, 3)
    assert hour.share_on_green == 0.6
    assert hour.split_failures is None


def test_an_hour_that_one_junction_does_not_know_is_of_the_other_alone():
    reports = [reported("market", 7_000, [10, 3_700]), reported("station", 3_500, [15])]
    first, second = by_road(reports, [ROAD])
    assert (first.known, first.arrivals) == (2, 2)
    assert (second.at_ms, second.known, second.arrivals) == (EIGHT + HOUR_MS, 1, 1)


def test_a_road_without_a_log_is_left_out():
    assert by_road([reported("elsewhere", 3_500, [10])], [ROAD]) == ()
