"""Logs made of a run of SUMO: what its lamps and detectors did, as a controller would have written it."""

from tests.signals.area.areas import street
from tests.signals.quality.logs import EIGHT
from turnout.signals.quality.report import report
from turnout.signals.quality.sumo_run import laid, log_of_run, outputs_file
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records

NET = street(220.0)
JUNCTIONS = read_sumo(NET, "street").signals.junctions
RECORDS = read_records(NET, "street", root="net")


def lamps(until_s: int) -> bytes:
    """Every second, as SUMO writes it: 27 s main, 3 s amber, 27 s cross, 3 s amber."""
    rows = []
    for second in range(until_s):
        at = second % 60
        state = "Gr" if at < 27 else "yr" if at < 30 else "rG" if at < 57 else "ry"
        rows += [f'<tlsState time="{second}.00" id="{each}" programID="0" phase="0" state="{state}"/>' for each in "AB"]
    return f"<tlsStates>{''.join(rows)}</tlsStates>".encode()


def crossings(detector: str, times: list[float]) -> bytes:
    rows = "".join(
        f'<instantOut id="{detector}" time="{at}" state="enter" vehID="v{n}" speed="9" length="5" type="car"/>'
        f'<instantOut id="{detector}" time="{at + 0.5}" state="leave" vehID="v{n}" speed="9" length="5" type="car"/>'
        for n, at in enumerate(times)
    )
    return f"<instantE1>{rows}</instantE1>".encode()


def test_detectors_are_laid_on_every_lane_before_the_signals():
    placed = laid(RECORDS, JUNCTIONS)
    assert {each.junction for each in placed.signals} == {"A", "B"}
    lanes = {loop.lane for loop in placed.loops}
    assert lanes == {"in_0", "mid_0", "Asouth_0", "Bsouth_0"}
    advance = placed.signals[0].detectors_of("K0", "advance")[0]
    assert advance.travel_s == round(60 / 13.89, 1)
    text = outputs_file(placed.loops, ["A", "B"], "lamps.xml", "crossings.xml")
    assert text.count("<instantInductionLoop") == len(placed.loops)
    assert text.count("SaveTLSStates") == 2


def test_lamps_and_crossings_become_the_events_of_a_controller():
    placed = laid(RECORDS, JUNCTIONS)
    arriving = [60.0 + 5.0, 60.0 + 10.0, 60.0 + 40.0]
    log = log_of_run(lamps(600), crossings("in_0@60", arriving), placed.signals, JUNCTIONS, EIGHT)
    signal = next(each for each in placed.signals if each.junction == "A")
    (main, cross) = report(log, signal).hours
    assert main.cycle_s == 60.0
    assert (main.volume, cross.volume) == (3, None)
    assert main.arrivals is not None
    assert (main.arrivals.on_green, main.arrivals.on_red) == (2, 1)
    assert log.signals["A"].at_ms[0] == EIGHT


def test_no_name_of_a_vehicle_is_in_the_log():
    placed = laid(RECORDS, JUNCTIONS)
    log = log_of_run(lamps(120), crossings("in_0@60", [5.0]), placed.signals, JUNCTIONS, EIGHT)
    assert set(log.signals["A"]._fields) == {
        "at_ms",
        "code",
        "parameter",
        "stretches",
        "gaps",
        "out_of_order",
        "repeated",
        "ahead",
    }
