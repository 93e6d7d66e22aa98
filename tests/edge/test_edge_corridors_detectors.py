"""Corridors with detectors: the queue and the full street that they show, and what is assumed where nobody knows."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.edge.test_edge_corridors import Street, a_street
from turnout.core.corridors.commands import CancelCorridor
from turnout.edge.corridors import detecting
from turnout.edge.corridors.detecting import READ_MAX, SILENT_AFTER, Detecting
from turnout.edge.corridors.ways import Ways
from turnout.roads import RoadGraph
from turnout.signals.adaptive.faults import STUCK_MS
from turnout.signals.controller import Presence, PriorityRequest
from turnout.signals.corridor import BLOCKED_S, QUEUE_DEFAULT, Ahead, discharge_s, lead_s
from turnout.signals.model import Approach, Detector, Junction, Movement
from turnout.signals.sites import Site, Sites, assumed_sites
from turnout.words.name import Name


def with_detectors(site: Site) -> Site:
    """Of each group two before the stop line and one behind."""
    junction = site.junction
    names = [group.id for group in junction.groups]
    before = [Detector(f"{name}@{m}", name, 1, float(m)) for name in names for m in (2, 70)]
    behind = [Detector(f"{name}>", "", 1, None, groups=(name,)) for name in names]
    found = replace(
        junction,
        approaches=tuple(Approach(name, Name(name, name)) for name in names),
        movements=tuple(Movement(f"m{name}", name, "through", name) for name in names),
        detectors=(*before, *behind),
    )
    return replace(site, junction=found)


def sites_with_detectors(graph: RoadGraph) -> Sites:
    return Sites([with_detectors(site) for site in assumed_sites(graph).by_id.values()])


@asynccontextmanager
async def a_detected_street(folder: Path) -> AsyncIterator[Street]:
    """Armed, with a corridor under way and nobody on any detector; each has shown somebody."""
    async with a_street(folder, sites_with_detectors) as street:
        junctions = (await street.ways.sites()).by_id
        read: set[str] = set()

        def shown(id: str) -> dict[str, Presence]:
            occupied = () if id in read else ("@2", "@70", ">")
            read.add(id)
            return shows(junctions[id].junction, *occupied)

        street.controllers.detectors = shown
        await street.arm()
        await street.open()
        yield street


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with a_detected_street(tmp_path) as street:
        yield street


def shows(junction: Junction, *occupied: str, fault: str = "") -> dict[str, Presence]:
    """Those whose name ends so are occupied."""
    return {
        each.id: Presence(is_occupied=any(each.id.endswith(end) for end in occupied), fault=fault)
        for each in junction.detectors
    }


def let_show(street: Street, *occupied: str, fault: str = "") -> None:
    sites = street.ways._sites
    assert sites is not None
    street.controllers.detectors = lambda id: shows(sites[1].by_id[id].junction, *occupied, fault=fault)


async def first_requests(street: Street) -> dict[str, PriorityRequest]:
    """Of each junction what was said of it first; those that were asked as soon as the corridor began are left out."""
    street.drive(0.0)
    for _ in range(4):
        await street.step()
    at_once = set(street.controllers.asked)
    for second in range(60):
        street.drive(float(second))
        await street.step()
    return {id: asked[0] for id, asked in street.controllers.asked.items() if id not in at_once}


async def test_where_nobody_waits_green_is_asked_for_later_than_where_nobody_counts(street: Street) -> None:
    requests = await first_requests(street)
    assert requests
    for request in requests.values():
        assert request.arrives_in_ms <= lead_s(0) * 1_000
        assert request.arrives_in_ms - request.green_in_ms <= discharge_s(0) * 1_000


async def test_where_nobody_counts_what_is_assumed_is_asked_for(street: Street) -> None:
    street.controllers.detectors = lambda id: {}
    requests = await first_requests(street)
    assert max(request.arrives_in_ms for request in requests.values()) > lead_s(0) * 1_000


async def test_a_long_queue_gets_its_green_as_much_earlier_as_it_needs(street: Street) -> None:
    street.drive(0.0)
    for _ in range(4):
        await street.step()
    let_show(street, "@2", "@70")
    for _ in range(6):
        await street.step()
    requests = street.controllers.asked.values()
    far = max((asked[0] for asked in requests), key=lambda request: request.arrives_in_ms)
    assert far.arrives_in_ms > lead_s(QUEUE_DEFAULT) * 1_000
    assert far.arrives_in_ms - far.green_in_ms > discharge_s(QUEUE_DEFAULT) * 1_000


async def blocked(street: Street, seconds: int) -> set[str]:
    """Who was given back because the street behind is full, while the crew drives slowly."""
    found: set[str] = set()
    for second in range(seconds):
        street.drive(second / 4)
        await street.step()
        found |= {id for id, state in street.states().items() if state == ("released", "blocked")}
    return found


async def test_green_into_a_street_that_its_detector_says_is_full_is_given_back(street: Street) -> None:
    for second in range(4):
        street.drive(second / 4)
        await street.step()
    let_show(street, ">")
    assert await blocked(street, int(BLOCKED_S) + 60)


async def test_a_detector_behind_that_is_stuck_takes_green_from_nobody_and_is_said(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    """It has shown somebody since before any corridor began."""
    let_show(street, ">")
    caplog.set_level(logging.INFO, detecting.__name__)
    assert await blocked(street, int(BLOCKED_S) + 60) == set()
    assert "granted" in {state for state, _ in street.states().values()}
    for _ in range(STUCK_MS // 1_000):
        await street.step()
    assert any("is not believed: stuck" in record.message for record in caplog.records)
    warning = street.runner.warning()
    assert warning is not None
    assert "always occupied" in warning.en
    assert "持续占用" in warning.zh


async def test_broken_detectors_are_said_and_what_is_assumed_counts(street: Street) -> None:
    let_show(street, "@2", fault="erratic")
    for second in range(4):
        street.drive(second / 4)
        await street.step()
    assert street.runner.detecting is not None
    live = street.runner.detecting.live()
    assert live.junctions
    assert {each.fault.en if each.fault else "" for row in live.junctions for each in row.detectors} == {
        "broken, as the controller says"
    }
    assert {group.queue for row in live.junctions for group in row.groups} == {None}
    assert live.queue_assumed == QUEUE_DEFAULT


async def test_a_controller_that_is_silent_about_detectors_holds_up_nothing_and_nothing_is_known(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    street.controllers.detectors = lambda id: {}
    caplog.set_level(logging.INFO, detecting.__name__)
    assert await blocked(street, 40) == set()
    assert "granted" in {state for state, _ in street.states().values()}
    assert street.runner.detecting is not None
    live = street.runner.detecting.live()
    assert {row.is_heard for row in live.junctions} == {False}
    assert {group.full_s for row in live.junctions for group in row.groups} == {None}
    told = [record.message for record in caplog.records if "does not tell them" in record.message]
    assert len(told) == len(set(told)) > 0, "once for each"


async def test_only_what_lies_ahead_of_crews_is_read(street: Street) -> None:
    read: list[str] = []
    honest = street.controllers.detectors

    def noted(id: str) -> dict[str, Presence]:
        read.append(id)
        return honest(id)

    street.controllers.detectors = noted
    await street.step()
    assert 0 < len(set(read)) <= 8
    await street.house.do(CancelCorridor(corridor_id="K1"))
    for _ in range(5):
        await street.step()
    assert street.corridor is None
    read.clear()
    for _ in range(5):
        await street.step()
    assert read == []
    detectors = street.runner.detecting
    assert detectors is not None
    detectors.look(site.junction for site in (await street.ways.sites()).by_id.values())
    assert detectors.live().junctions
    await street.step()
    assert detectors.live().junctions == (), "of a corridor that is over nothing is told, whoever ended it"


async def test_the_signals_of_the_roads_are_placed_once_whoever_asks_meanwhile(street: Street) -> None:
    edge, placed = street.house.edge, list[RoadGraph]()

    def sites_of(graph: RoadGraph) -> Sites:
        placed.append(graph)
        return sites_with_detectors(graph)

    ways = Ways(edge.adviser, sites_of, edge.now)
    asked = [asyncio.create_task(ways.sites()) for _ in range(4)]
    await settled()
    asked[0].cancel()
    found = await asyncio.gather(*asked[1:])
    assert all(each is found[0] for each in found)
    assert await ways.sites() is found[0]
    assert len(placed) == 1


# --- by themselves


class Counting:
    """Controllers that note how often each is read; those in `dead` never answer."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.dead: set[str] = set()
        self.raises = False

    async def detected(self, junction: str) -> dict[str, Presence]:
        self.read.append(junction)
        if self.raises:
            raise LookupError(junction)
        if junction in self.dead:
            await asyncio.Event().wait()
        return {"D": Presence(is_occupied=False)}


def a_junction(id: str) -> Junction:
    return Junction(id=id, name=Name(id, id), detectors=(Detector("D", "", 1, None),))


class Clock:
    def __init__(self) -> None:
        self.ms = 1_000_000

    def __call__(self) -> int:
        return self.ms


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_junction_is_read_once_a_second_at_most_and_never_twice_at_a_time() -> None:
    clock, controllers = Clock(), Counting()
    detectors = Detecting(controllers, clock)  # type: ignore[arg-type]
    junction = a_junction("A")
    for _ in range(4):
        detectors.look([junction, junction])
        await settled()
    assert controllers.read == ["A"]
    controllers.dead = {"A"}
    for _ in range(5):
        clock.ms += 1_000
        detectors.look([junction])
        await settled()
    assert controllers.read == ["A", "A"], "the one on the way is waited for"
    detectors.stop()


async def test_one_that_does_not_answer_is_asked_ever_more_seldom_and_others_are_read_meanwhile() -> None:
    clock, controllers = Clock(), Counting()
    detectors = Detecting(controllers, clock, wait_s=0.001)  # type: ignore[arg-type]
    controllers.dead = {"A"}
    junctions = [a_junction("A"), a_junction("B")]
    for _ in range(60):
        clock.ms += 1_000
        detectors.look(junctions)
        await asyncio.gather(*(read.task for read in detectors._reads.values() if read.task is not None))
    assert controllers.read.count("B") == 60
    assert SILENT_AFTER < controllers.read.count("A") < 12
    assert detectors.full("A", Ahead("A", "K", 1.0, 1.0)) is None
    controllers.dead = set()
    clock.ms += 60_000
    detectors.look(junctions)
    await settled()
    clock.ms += 1_000
    before = controllers.read.count("A")
    detectors.look(junctions)
    assert controllers.read.count("A") == before
    await settled()
    assert controllers.read.count("A") == before + 1, "it is read every second again"
    detectors.stop()


async def test_an_adapter_that_raises_is_a_fault_of_that_junction_alone(caplog: pytest.LogCaptureFixture) -> None:
    clock, controllers = Clock(), Counting()
    controllers.raises = True
    detectors = Detecting(controllers, clock)  # type: ignore[arg-type]
    detectors.look([a_junction("A")])
    await settled()
    assert [row.is_heard for row in detectors.live().junctions] == [False]
    assert "the detectors of A failed" in caplog.text


async def test_no_more_junctions_are_read_than_there_is_time_for_and_few_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, controllers = Clock(), Counting()
    detectors = Detecting(controllers, clock)  # type: ignore[arg-type]
    detectors.look(a_junction(str(nth)) for nth in range(READ_MAX + 30))
    await settled()
    assert len(controllers.read) == READ_MAX
    monkeypatch.setattr(detecting, "KEPT_MAX", 10)
    detectors.look([a_junction("last")])
    assert len(detectors._reads) == 10
    assert "last" in detectors._reads
    detectors.stop()
    assert detectors._reads == {}
