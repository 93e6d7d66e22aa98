"""Detectors by both protocols: who stands where now, what was counted, and silence that is never a free street."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.adapters.signals.controllers import Ticked, a_request, an_agent, armed, market
from tests.adapters.signals.test_gbt20999 import a_server
from tests.adapters.signals.test_ntcip import dotted, net_snmps_agent, said
from tests.adapters.signals.test_reached import Noted, one
from turnout.adapters.signals import turn
from turnout.adapters.signals.detectors_file import DetectorsFile, read_shown
from turnout.adapters.signals.gbt20999 import frame as f
from turnout.adapters.signals.gbt20999 import objects as g
from turnout.adapters.signals.gbt20999.server import Talk
from turnout.adapters.signals.gbt20999.tcp_line import Numbered, Station, TcpLine
from turnout.adapters.signals.line import Silent
from turnout.adapters.signals.ntcip import agent as agents
from turnout.adapters.signals.ntcip import objects as o
from turnout.adapters.signals.ntcip import periods
from turnout.adapters.signals.ntcip.periods import PeriodCounts
from turnout.adapters.signals.ntcip.snmp_line import PER_MESSAGE, Credentials, NoSuch, Snmp, SnmpLine
from turnout.adapters.signals.reached import ReachedControllers
from turnout.adapters.signals.turn import Turn
from turnout.signals.controller import Presence
from turnout.signals.guard import Aspect
from turnout.signals.model import Detector, Junction
from turnout.signals.simulated_controller import Counted, SimulatedController
from turnout.words.trouble import Malformed, Unsupported


def watched() -> Junction:
    """The market with ten detectors, so that NTCIP needs a second group: nine before the stop line, X1 behind."""
    before = tuple(Detector(f"D{nth}", "west", 1, 10.0 * nth) for nth in range(1, 10))
    return replace(market(), detectors=(*before, Detector("X1", "", 1, None, groups=("K1",))))


def a_line(port: int, junction: Junction, community: str = "city") -> SnmpLine:
    return SnmpLine(Snmp(), junction, "127.0.0.1", port, Credentials(community=community))


# --- NTCIP


async def test_net_snmp_reads_who_stands_on_our_detectors() -> None:
    ticked = Ticked(watched())
    ticked.controller.present = frozenset({"D1", "D3", "X1"})
    ticked.controller.counted = {"D2": Counted(3, 0.0, "erratic")}
    async with an_agent(ticked.controller) as (port, _):
        oids = [dotted((*o.DETECTOR_GROUP, column, group)) for column in (2, 3) for group in (1, 2)]
        out = await said("snmpget", "-v2c", "-ccity", "-Onq", f"127.0.0.1:{port}", *oids)
    assert [line.split()[1] for line in out.splitlines()] == [str(0b101), str(0b10), str(0b10), "0"]


@pytest.mark.parametrize("version", ["1", "2c"])
async def test_our_line_reads_detectors_of_net_snmps_agent(
    tmp_path: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("turnout.adapters.signals.ntcip.snmp_line.TRY_S", 5.0)
    monkeypatch.setattr(turn, "DETECTED_S", 60.0)
    ticked = Ticked(watched())
    ticked.controller.present = frozenset({"D9", "X1"})
    ticked.controller.counted = {"D1": Counted(7, 0.5), "D2": Counted(0, 0.0, "max-presence")}
    ticked.pass_s(1)
    known = Credentials(version=version, community="city")  # type: ignore[arg-type]
    async with net_snmps_agent(tmp_path, ticked) as (port, _):
        line = SnmpLine(Snmp(), watched(), "127.0.0.1", port, known)
        for _ in range(3):
            found = await line.detected(Turn())
        await line.close()
    assert {name for name, presence in found.items() if presence.is_occupied} == {"D9", "X1"}
    assert found["D1"] == Presence(is_occupied=False, counted=0, in_period=7, period_s=60)
    assert found["D2"].fault == "max-presence"


async def test_counts_are_read_once_a_period_and_summed() -> None:
    ticked = Ticked(watched())
    ticked.controller.counted = {"D1": Counted(5, 0.2)}
    ticked.pass_s(1)
    asked: list[list[o.Oid]] = []
    async with an_agent(ticked.controller) as (port, _):
        line = a_line(port, watched())
        honest = line._get

        async def noted(oids: Any) -> Any:
            asked.append(list(oids))
            return await honest(oids)

        line._get = noted  # type: ignore[method-assign]
        flags = o.presence_flags(line._numbered.detectors)
        assert (await line.detected(Turn()))["D1"] == Presence(is_occupied=False), "who stands there comes first"
        assert asked == [[*flags, o.VOLUME_SEQUENCE]]
        await line.detected(Turn())
        assert (await line.detected(Turn()))["D1"].counted == 0, "who came before one looked is not counted"
        assert [len(each) <= PER_MESSAGE for each in asked] == [True] * 3, "one message for each reading"
        ticked.pass_s(2)
        assert (await line.detected(Turn()))["D1"].in_period == 5
        assert asked[-1] == [*flags, o.VOLUME_SEQUENCE]
        ticked.controller.counted = {"D1": Counted(9, 0.2)}
        ticked.pass_s(60)
        for _ in range(3):
            found = await line.detected(Turn())
        assert (found["D1"].counted, found["D1"].in_period, found["D1"].period_s) == (9, 9, 60)
        await line.close()


def an_answer(asked: list[o.Oid], sequence: int, volume: int) -> dict[o.Oid, int]:
    return {oid: sequence if oid == o.VOLUME_SEQUENCE else volume for oid in asked}


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(2, 9)), max_size=40))
def test_a_period_counts_once_all_of_it_is_there_and_never_mixed_with_another(steps: list[tuple[int, int]]) -> None:
    """In every period each detector counts as many as the period's number."""
    numbers = {f"D{nth}": nth for nth in range(1, 8)}
    counted, sequence, told = PeriodCounts(numbers), 1, 0
    for more, room in steps:
        sequence += more
        asked = counted.asked(room)
        assert len(asked) <= room
        counted.take(an_answer(asked, sequence, sequence))
        shown = [counted.presence(name, False, False) for name in numbers]
        assert len({each.in_period for each in shown}) == 1
        assert len({each.counted for each in shown}) == 1
        assert (shown[0].counted or 0) <= sequence * (sequence + 1) // 2
        assert (shown[0].counted or 0) >= told
        told = shown[0].counted or 0


async def test_a_fault_once_read_does_not_outlast_the_counts_and_they_are_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(periods, "REST", 2)
    ticked = Ticked(watched())
    ticked.controller.counted = {"D1": Counted(0, 0.0, "erratic")}
    ticked.pass_s(1)
    async with an_agent(ticked.controller) as (port, _):
        line = a_line(port, watched())
        for _ in range(3):
            found = await line.detected(Turn())
        assert found["D1"].fault == "erratic"
        honest, trouble = line._get, Unsupported("the controller says genErr", "SNMP")

        async def broken(oids: Any) -> Any:
            if o.VOLUME_SEQUENCE in oids:
                raise trouble
            return await honest(oids)

        line._get = broken  # type: ignore[method-assign]
        assert (await line.detected(Turn()))["D1"] == Presence(is_occupied=False, fault="alarm"), "its alarm stands"
        line._get = honest  # type: ignore[method-assign]
        for _ in range(3):
            found = await line.detected(Turn())
        assert found["D1"].fault == "erratic", "an error is no controller without counts"
        trouble, line._get = NoSuch("none", "SNMP"), broken  # type: ignore[method-assign]
        assert (await line.detected(Turn()))["D1"] == Presence(is_occupied=False, fault="alarm"), "its alarm stands"
        line._get = honest  # type: ignore[method-assign]
        for _ in range(2):
            assert (await line.detected(Turn()))["D1"].fault == "alarm", "they rest"
        for _ in range(3):
            found = await line.detected(Turn())
        assert found["D1"].fault == "erratic", "after a while they are asked for again"
        await line.close()


async def test_a_controller_without_counts_still_shows_who_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = agents.values_of
    monkeypatch.setattr(
        agents,
        "values_of",
        lambda of: {k: v for k, v in honest(of).items() if k[: len(o.VOLUMES) - 2] != o.VOLUMES[:-2]},
    )
    ticked = Ticked(watched())
    ticked.controller.present = frozenset({"D4"})
    async with an_agent(ticked.controller) as (port, _):
        line = a_line(port, watched())
        for _ in range(2):
            found = await line.detected(Turn())
            assert found["D4"] == Presence(is_occupied=True)
            assert found["D5"] == Presence(is_occupied=False)
        await line.close()


async def test_numbers_of_the_controllers_own_are_read() -> None:
    ticked = Ticked(watched())
    ticked.controller.present = frozenset({"D9"})
    async with an_agent(ticked.controller) as (port, _):
        line = a_line(port, market())
        line._numbered = replace(line._numbered, detectors={"D1": 9})
        line._periods.rest()
        assert await line.detected(Turn()) == {"D1": Presence(is_occupied=True)}
        await line.close()


# --- GB/T 20999


async def test_who_stands_on_a_detector_is_read_by_gbt_20999() -> None:
    ticked = Ticked(watched())
    ticked.controller.present = frozenset({"D1", "D9", "X1"})
    async with a_server(ticked) as (at, _):
        line = TcpLine(watched(), at, lambda: ticked.now_ms)
        found = await line.detected(Turn())
        await line.close()
    assert {name for name, presence in found.items() if presence.is_occupied} == {"D1", "D9", "X1"}
    assert set(found) == {each.id for each in watched().detectors}


@given(st.lists(st.booleans(), min_size=1, max_size=255))
def test_bits_of_detectors_come_back_as_they_were_and_an_octet_each_too(occupied: list[bool]) -> None:
    bits = g.write_live(occupied)
    assert [g.read_live(bits, number) for number in range(1, len(occupied) + 1)] == occupied
    octets = bytes(int(each) for each in occupied)
    assert [g.read_live(octets, number, "octets") for number in range(1, len(occupied) + 1)] == occupied
    with pytest.raises(Malformed):
        g.read_live(octets, len(occupied) + 1, "octets")


def test_more_bytes_than_detectors_can_have_are_no_bits() -> None:
    with pytest.raises(Malformed):
        g.read_live(bytes(33), 1)


@asynccontextmanager
async def a_late_server(ticked: Ticked, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Station]:
    honest = Talk.answer

    def answer(self: Talk, asked: f.Frame) -> f.Frame | None:
        if asked.values and asked.values[0].address[:3] == g.DETECTOR_LIVE:
            return None
        return honest(self, asked)

    monkeypatch.setattr(Talk, "answer", answer)
    async with a_server(ticked) as (at, _):
        yield at


async def test_a_controller_that_is_silent_about_detectors_keeps_the_stage_that_it_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turn, "DETECTED_S", 0.2)
    ticked = Ticked(watched())
    ticked.pass_s(85)
    async with a_late_server(ticked, monkeypatch) as at:
        line = TcpLine(watched(), at, lambda: ticked.now_ms)
        reached = ReachedControllers({"market": (watched(), line)}, armed(), lambda: ticked.now_ms)
        await reached.ask(a_request("K2", 0, 60))
        writer = line._writer
        for _ in range(3):
            assert await reached.detected("market") == {}
        assert line._writer is writer, "the connection that holds the stage stands"
        ticked.pass_s(15)
        assert (await reached.status("market", "E7")).state == "granted"
        await reached.close()


@pytest.mark.parametrize("how", ["closes", "another controller's answer"])
async def test_a_question_about_detectors_costs_a_held_stage_once_at_most(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    honest, asked = Talk.answer, 0

    def answer(self: Talk, frame: f.Frame) -> f.Frame | None:
        nonlocal asked
        found = honest(self, frame)
        if not frame.values or frame.values[0].address[:3] != g.DETECTOR_LIVE:
            return found
        asked += 1
        if how == "closes":
            raise ConnectionResetError
        assert found is not None
        return replace(found, controller=found.controller + 1)

    monkeypatch.setattr(Talk, "answer", answer)
    ticked = Ticked(watched())
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(watched(), at, lambda: ticked.now_ms)
        await line.ask(3, a_request("K2", 0, 60))
        for _ in range(5):
            with pytest.raises((Silent, Malformed, OSError)):
                await line.detected(Turn())
        assert asked == 1
        await line._keep()
        writer = line._writer
        with pytest.raises(Silent):
            await line.detected(Turn())
        assert line._writer is writer is not None
        await line.withdraw(3)
        with pytest.raises((Silent, Malformed, OSError)):
            await line.detected(Turn())
        assert asked == 2, "nothing is held: it may be asked again"
        await line.close()


async def test_a_silent_connection_that_holds_nothing_is_hung_up_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "DETECTED_S", 0.1)
    ticked = Ticked(watched())
    async with a_late_server(ticked, monkeypatch) as at:
        line = TcpLine(watched(), at, lambda: ticked.now_ms)
        with pytest.raises(Silent):
            await line.detected(Turn())
        assert line._writer is None
        await line.close()


async def test_a_controller_that_knows_no_such_value_says_so() -> None:
    ticked = Ticked(replace(watched(), detectors=()))
    async with a_server(ticked) as (at, _):
        line = TcpLine(watched(), at, lambda: ticked.now_ms)
        with pytest.raises(Unsupported):
            await line.detected(Turn())
        assert line._writer is not None
        await line.close()


# --- before every protocol


@pytest.mark.parametrize("trouble", [Silent("no-answer"), Malformed("rubbish", "x"), Unsupported("none", "x")])
async def test_of_a_controller_in_trouble_no_detector_is_known(trouble: Exception) -> None:
    line = Noted()
    line.trouble = trouble
    assert await one(line).detected("market") == {}
    assert await one(line).detected("nowhere") == {}


async def test_one_that_is_slow_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "DETECTED_S", 0.05)
    line = Noted()
    line.block = asyncio.Event()
    reached = one(line)
    assert await reached.detected("market") == {}
    line.block.set()
    assert (await reached.ask(a_request())).state == "queued"


# --- the file of a simulated controller


def test_what_detectors_show_is_said_in_a_file_and_may_change(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "detectors.toml"
    path.write_text('occupied = ["D1"]\nbroken = ["X1"]\ncounted = { D2 = 12 }\n')
    controller = SimulatedController(watched(), 0)
    file = DetectorsFile(path, controller)
    assert controller.present == {"D1"}
    assert controller.counted["D2"].volume == 12
    assert controller.counted["X1"].fault
    path.write_text('occupied = ["X1", "D1", "D2"]\n')
    file.look()
    assert controller.present == {"D1", "D2", "X1"}
    path.write_text("occupied = 1")
    file.look(), file.look()
    assert controller.present == {"D1", "D2", "X1"}, "what was shown stays"
    assert len(caplog.records) == 1
    path.unlink()
    file.look()
    assert controller.present == {"D1", "D2", "X1"}


@pytest.mark.parametrize(
    "content", ['occupied = ["D77"]', "occupied = 3", "occupied =", "speed = 3", "counted = { D1 = -1 }", "#" * 70_000]
)
def test_a_file_that_means_nothing_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "detectors.toml"
    path.write_text(content)
    with pytest.raises(Malformed):
        read_shown(path, watched())
    with pytest.raises(Malformed):
        read_shown(tmp_path / "none.toml", watched())


# --- further groups of a way


async def also_green(line: Any, ticked: Ticked) -> list[str]:
    """Who has green when K2 is asked for, and F1 behind it."""
    reached = ReachedControllers({"market": (watched(), line)}, armed(), lambda: ticked.now_ms)
    asked = await reached.ask(replace(a_request("K2", 0, 60), also=("F1",)))
    assert asked.state in ("queued", "processing")
    ticked.pass_s(20)
    assert (await reached.status("market", "E7")).state == "granted"
    found = [name for name, aspect in (await reached.shown("market")).aspects.items() if aspect == Aspect.GREEN]
    await reached.close()
    return found


async def test_the_groups_behind_the_first_stop_line_are_asked_by_ntcip() -> None:
    ticked = Ticked(watched())
    ticked.pass_s(85)
    asked: list[tuple[str, ...]] = []
    honest = ticked.controller.ask

    def noted(key: Any, groups: tuple[str, ...], *rest: Any) -> Any:
        asked.append(groups)
        return honest(key, groups, *rest)

    ticked.controller.ask = noted  # type: ignore[assignment]
    async with an_agent(ticked.controller) as (port, _):
        assert await also_green(a_line(port, watched()), ticked) == ["K2", "F1"]
    assert asked[0] == ("K2", "F1")


async def test_a_controller_without_a_strategy_for_several_groups_is_asked_for_the_first() -> None:
    ticked = Ticked(watched())
    ticked.pass_s(100)
    async with an_agent(ticked.controller) as (port, _):
        line = a_line(port, watched())
        line._strategies = {frozenset({"K2"}): 2, frozenset({"K2", "F1"}): 77}
        asked = await line.ask(3, replace(a_request("K2", 0, 60), also=("F1",)))
        assert asked.state in ("queued", "processing")
        assert line._asked[3].strategy == 2
        assert line._strategies == {frozenset({"K2"}): 2}, "it is not asked for that again"
        await line.close()


async def test_the_groups_behind_the_first_stop_line_are_asked_by_gbt_20999() -> None:
    ticked = Ticked(watched())
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        numbered = replace(Numbered.in_order(watched()), stages={"K1": 1, "K2": 1, "K2+F1": 2})
        line = TcpLine(watched(), at, lambda: ticked.now_ms, numbered)
        assert await also_green(line, ticked) == ["K2", "F1"], "stage 2 has both, though stage 1 is that of K2 alone"


async def test_what_another_process_asked_for_several_groups_is_taken_back_as_it_was() -> None:
    line = a_line(1, watched())
    both = line._who(3, replace(a_request("K2"), also=("F1",)))
    alone = line._who(3, a_request("K2"))
    assert both is not None
    assert alone is not None
    assert (both.strategy, alone.strategy) == (4, 2)
