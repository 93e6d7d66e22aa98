"""SAE J2735: published messages read and written to the last bit, and a junction as MAP, SPaT, SRM and SSM."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.signals.controllers import EPOCH_S, a_request
from tests.adapters.signals.published import MAP, SPATS, SRM, SSM
from turnout.adapters.signals.j2735.frame import FRAME_BYTES_MAX, Message, read, write
from turnout.adapters.signals.j2735.messages import (
    Numbered,
    cancelled_in,
    map_of,
    requests_of,
    spat_of,
    srm_of,
    ssm_of,
)
from turnout.signals.controller import PriorityStatus
from turnout.signals.guard import Aspect
from turnout.signals.model import Approach, Junction, Movement, SignalGroup
from turnout.words.name import Name
from turnout.words.place import Place
from turnout.words.trouble import BadInput, Malformed, NotOurs, Unsupported

UTC_MS = EPOCH_S * 1_000
NAME = Name("Cross", "十字路口")
CROSS = Junction(
    id="market",
    name=NAME,
    approaches=tuple(Approach(each, NAME, lanes) for each, lanes in (("n", 1), ("e", 2), ("s", 1), ("w", 2))),
    movements=(
        Movement("n", "n", "through", "K1"),
        Movement("s", "s", "through", "K1"),
        Movement("s-left", "s", "left", "K1", yields_to=("n",)),
        Movement("e", "e", "through", "K2"),
        Movement("w", "w", "through", "K2"),
        Movement("w-left", "w", "left", "K3"),
    ),
    groups=tuple(SignalGroup(each, "vehicle", 5_000, 3_000) for each in ("K1", "K2", "K3")),
)
HERE = Numbered(CROSS, 9_709, Place(31.91, 120.28), {"n": 0.0, "e": 90.0, "s": 180.0, "w": 270.0})


@pytest.mark.parametrize("published", [MAP, *SPATS, SRM, SSM])
def test_a_published_message_is_read_and_written_to_the_last_bit(published: str) -> None:
    content = bytes.fromhex(published)
    assert write(read(content)) == content


def test_published_messages_say_what_their_publishers_say() -> None:
    spat = read(bytes.fromhex(SPATS[0]))
    assert spat.value["timeStamp"] == 287_496
    first = spat.value["intersections"][0]["states"][0]
    assert first["signalGroup"] == 2
    assert first["state-time-speed"][0]["timing"] == {"minEndTime": 22_143, "maxEndTime": 22_548}
    status = read(bytes.fromhex(SSM)).value["status"][0]
    assert status["id"] == {"id": 12_110}
    assert status["sigStatus"][0]["requester"]["id"] == ("stationID", 2_366_845_094)
    assert status["sigStatus"][0]["inboundOn"] == ("lane", 23)
    assert status["sigStatus"][0]["status"] == "granted"
    asked = read(bytes.fromhex(SRM)).value
    assert asked["requests"][0]["request"]["requestID"] == 4
    assert asked["requestor"]["type"] == {"role": "publicTransport"}
    geometry = read(bytes.fromhex(MAP)).value["intersections"][0]
    assert (geometry["id"], len(geometry["laneSet"])) == ({"id": 9_709}, 13)


def test_a_map_says_which_lane_leads_where_under_which_signal_group() -> None:
    content = write(map_of(HERE))
    geometry = read(content).value["intersections"][0]
    lanes = {lane["laneID"]: lane for lane in geometry["laneSet"]}
    assert geometry["refPoint"] == {"lat": 319_100_000, "long": 1_202_800_000}
    assert sorted(lanes) == list(range(1, 11))
    ends = {
        (number, each["signalGroup"]): lanes[each["connectingLane"]["lane"]]["egressApproach"]
        for number, lane in lanes.items()
        for each in lane.get("connectsTo", [])
    }
    north, east, south, west = 1, 2, 3, 4
    assert ends[1, 1] == south
    assert ends[5, 2] == ends[6, 2] == east
    assert ends[5, 3] == north
    assert [each["connectingLane"]["lane"] for each in lanes[4]["connectsTo"]] == [6 + north, 6 + west]


def test_a_spat_shows_what_the_junction_shows_and_promises_no_more_than_is_known() -> None:
    aspects = {"K1": Aspect.GREEN, "K2": Aspect.RED, "K3": Aspect.ENDING}
    spat = read(write(spat_of(HERE, aspects, UTC_MS, {"K1": 12_345}))).value["intersections"][0]
    said = {state["signalGroup"]: state["state-time-speed"][0] for state in spat["states"]}
    assert said[1]["eventState"] == "permissive-Movement-Allowed"
    assert said[2]["eventState"] == "stop-And-Remain"
    assert said[3]["eventState"] == "protected-clearance"
    assert said[1]["timing"]["minEndTime"] == (UTC_MS + 12_345) // 100 % 36_000
    assert "timing" not in said[2]
    dark = read(write(spat_of(HERE, {}, UTC_MS, {}, is_fail=True))).value["intersections"][0]
    assert {state["state-time-speed"][0]["eventState"] for state in dark["states"]} == {"dark"}
    assert dark["status"] != spat["status"]


@given(st.integers(0, 250), st.integers(0, 50), st.sampled_from(("K1", "K2", "K3")))
@settings(max_examples=60, deadline=None)
def test_a_request_comes_back_from_its_srm_as_it_was(arrives_s: int, lasts_s: int, group: str) -> None:
    request = a_request(group, arrives_s, arrives_s + lasts_s, id="v4711.9")
    found = requests_of(read(write(srm_of(request, HERE, "fire", UTC_MS, 3))), {9_709: HERE}, UTC_MS)
    assert len(found) == 1
    assert (found[0].id, found[0].junction, found[0].level) == ("v4711.9", "market", 1)
    assert (found[0].arrives_in_ms, found[0].leaves_in_ms) == (request.arrives_in_ms, request.leaves_in_ms)
    assert found[0].group == ("K2" if group == "K3" else group)


def test_a_request_is_taken_back_by_its_srm() -> None:
    message = read(write(srm_of(a_request("K1", id="v1.2"), HERE, "ambulance", UTC_MS, 3, is_over=True)))
    assert requests_of(message, {9_709: HERE}, UTC_MS) == []
    assert cancelled_in(message, {9_709: HERE}) == [("market", "v1.2")]


def test_who_has_no_claim_or_asks_elsewhere_is_refused_by_name() -> None:
    stranger = read(write(srm_of(a_request("K1", id="v1.2"), HERE, "truck", UTC_MS, 3)))
    with pytest.raises(NotOurs, match="truck"):
        requests_of(stranger, {9_709: HERE}, UTC_MS)
    with pytest.raises(NotOurs, match="other junctions"):
        requests_of(read(bytes.fromhex(SRM)), {9_709: HERE}, UTC_MS)
    with pytest.raises(Unsupported, match="no signal group"):
        requests_of(read(bytes.fromhex(SRM)), {12_109: HERE}, UTC_MS)
    with pytest.raises(Malformed):
        requests_of(read(bytes.fromhex(SSM)), {12_110: HERE}, UTC_MS)
    with pytest.raises(Unsupported):
        srm_of(a_request("K9"), HERE, "fire", UTC_MS, 3)
    with pytest.raises(Unsupported):
        write(map_of(Numbered(CROSS, 70_000, Place(0, 0), {})))


def test_an_ssm_tells_each_who_asked_how_it_stands() -> None:
    asked = [a_request("K1", id="v4711.9"), a_request("K2", id="E7")]
    answers = [PriorityStatus(id="v4711.9", state="granted"), PriorityStatus(id="E7", state="refused")]
    message = read(write(ssm_of(HERE, list(zip(asked, answers, strict=True)), UTC_MS, 200)))
    told = message.value["status"][0]["sigStatus"]
    assert told[0]["requester"]["id"] == ("stationID", 4_711)
    assert told[0]["requester"]["request"] == 9
    assert [each["status"] for each in told] == ["granted", "rejected"]
    assert told[0]["inboundOn"] == ("lane", 1)


@given(st.sampled_from([MAP, *SPATS, SRM, SSM]), st.data())
@settings(max_examples=300, deadline=None)
def test_bytes_that_are_no_message_are_refused(published: str, data: st.DataObject) -> None:
    content = bytearray(bytes.fromhex(published))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(content)[: data.draw(st.integers(0, len(content)))]
    for each in (bytes(content), cut, data.draw(st.binary(max_size=80))):
        with suppress(Malformed, NotOurs, Unsupported):
            message = read(each)
            with suppress(BadInput):
                requests_of(message, {12_109: HERE}, UTC_MS)


def test_a_frame_of_another_kind_size_or_length_is_refused() -> None:
    whole = bytes.fromhex(SSM)
    for content, kind in (
        (bytes(FRAME_BYTES_MAX + 1), Malformed),
        (b"", Malformed),
        (b"\x80" + whole[1:], Unsupported),
        (b"\x00\x14" + whole[2:], NotOurs),
        (whole + b"\1", Malformed),
        (whole[:-1], Malformed),
    ):
        with pytest.raises(kind):
            read(content)
    assert read(whole + bytes(8)) == read(whole)
    with pytest.raises(Unsupported):
        write(Message("spat", {"intersections": []}))
