"""GB/T 20999-2017: frames, the line of the centre, and the simulated controller's side of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.signals.controllers import EPOCH_S, Ticked, a_request, armed, market
from turnout.adapters.signals.gbt20999 import frame as f
from turnout.adapters.signals.gbt20999 import objects as o
from turnout.adapters.signals.gbt20999 import server as serving
from turnout.adapters.signals.gbt20999.server import Server, Talk
from turnout.adapters.signals.gbt20999.tcp_line import Numbered, Station, TcpLine
from turnout.adapters.signals.line import Heard, Silent
from turnout.adapters.signals.reached import ReachedControllers
from turnout.signals.guard import Aspect
from turnout.signals.simulated_controller import Counted
from turnout.words.trouble import BadInput, Malformed, NotOurs, Unsupported

bytes_of = st.integers(0, 255)
values = st.builds(
    f.Value, bytes_of, st.tuples(bytes_of, bytes_of, bytes_of, bytes_of), st.binary(max_size=f.VALUE_BYTES_MAX)
)
frames = st.builds(
    f.Frame,
    centre=bytes_of,
    controller=st.integers(0, 0xFFFFFFFF),
    junction=bytes_of,
    serial=bytes_of,
    kind=st.sampled_from(sorted(f.KINDS)),
    values=st.lists(values, max_size=6).map(tuple),
)


def test_a_query_is_the_bytes_that_the_standard_says() -> None:
    """Worked out by hand from Annex A; the check with the polynomial's own long division, below."""
    asked = f.Frame(
        centre=7, controller=0x009A2109, junction=0, serial=1, kind=f.QUERY, values=(f.Value(1, (17, 1, 1, 1)),)
    )
    plain = bytes.fromhex("0013010207009a210900011001010411010101")
    assert f.write_frame(asked, is_escaped=False)[1:-3] == plain
    assert f.write_frame(asked, is_escaped=False)[-3:-1] == divided(plain).to_bytes(2, "big")


def divided(content: bytes) -> int:
    """The remainder of the content times x^16 by x^16 + x^12 + x^2 + 1, as polynomials over GF(2)."""
    rest = int.from_bytes(content, "big") << 16
    while rest.bit_length() > 16:
        rest ^= 0x11005 << rest.bit_length() - 17
    return rest


@given(st.binary(max_size=60))
def test_the_check_is_the_remainder_by_the_standards_polynomial(content: bytes) -> None:
    assert f.check_of(content) == divided(content)


@given(st.lists(frames, min_size=1, max_size=3), st.integers(1, 50))
@settings(max_examples=80, deadline=None)
def test_frames_come_back_as_they_were_however_the_bytes_are_cut(sent: list[f.Frame], size: int) -> None:
    content = b"".join(f.write_frame(frame) for frame in sent)
    reader = f.FrameReader()
    found = [frame for at in range(0, len(content), size) for frame in reader.read(content[at : at + size])]
    assert found == sent
    for frame in sent:
        written = f.write_frame(frame)
        assert f.read_frame(f.write_frame(frame, is_escaped=False)[1:-1]) == frame
        inner = written[1:-1]
        assert all(inner[at - 1] == f.ESCAPE for at, byte in enumerate(inner) if byte in (f.BEGIN, f.END))


@given(st.binary(max_size=300), st.booleans())
def test_bytes_that_are_no_frame_are_refused_and_held_within_bounds(content: bytes, is_begun: bool) -> None:
    reader = f.FrameReader()
    with suppress(Malformed, NotOurs, Unsupported):
        reader.read((b"\x7e" if is_begun else b"") + content)
    assert len(reader._held) <= f.FRAME_BYTES_MAX + 1


@given(frames, st.data())
def test_a_frame_with_a_bit_turned_over_is_refused(frame: f.Frame, data: st.DataObject) -> None:
    plain = bytearray(f.write_frame(frame, is_escaped=False)[1:-1])
    at = data.draw(st.integers(0, len(plain) * 8 - 1))
    plain[at // 8] ^= 1 << at % 8
    with pytest.raises((Malformed, Unsupported)):
        f.read_frame(bytes(plain))


def test_a_frame_without_end_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(Malformed, match="more than"):
        f.FrameReader().read(b"\x7e" + bytes(f.FRAME_BYTES_MAX + 1))


@pytest.mark.parametrize(
    "said",
    [
        "00120102070000000100011001010411010101",
        "00130102070000000100011002010411010101",
        "00130102070000000100011001010511010101",
        "00130102070000000100011001010311010101",
        "00130102070000000100011000010411010101",
    ],
)
def test_a_frame_whose_lengths_do_not_fit_is_malformed_though_its_check_fits(said: str) -> None:
    plain = bytes.fromhex(said)
    with pytest.raises(Malformed):
        f.read_frame(plain + f.check_of(plain).to_bytes(2, "big"))


def test_a_heartbeat_may_leave_out_the_number_of_values() -> None:
    plain = bytes.fromhex("000c01020100000001010570")
    assert f.read_frame(plain + f.check_of(plain).to_bytes(2, "big")).kind == f.HEARTBEAT


@given(st.integers(0, 4_000_000_000))
def test_times_come_back_as_they_were(utc_s: int) -> None:
    assert o.read_time(o.write_time(utc_s)) == utc_s


@asynccontextmanager
async def a_server(ticked: Ticked) -> AsyncIterator[tuple[Station, Server]]:
    server = Server(ticked.controller, 9)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield Station(host="127.0.0.1", port=port, controller=9), server
    finally:
        listening.close()
        await listening.wait_closed()


async def test_a_crew_gets_its_green_by_gbt_20999_and_gives_it_back() -> None:
    ticked = Ticked()
    ticked.controller.counted = {"D1": Counted(31, 0.25)}
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        reached = ReachedControllers({"market": (market(), line)}, armed(), lambda: ticked.now_ms)
        assert await reached.counts("market") == {"D1": Counted(31, 0.25)}
        assert (await reached.ask(a_request("K2", 60, 90))).state == "queued"
        assert (await reached.shown("market")).plan == "day"
        assert (await reached.ask(a_request("K2", 8, 40))).state == "processing"
        ticked.pass_s(15)
        assert (await reached.status("market", "E7")).state == "granted"
        shown = await reached.shown("market")
        assert (shown.aspects["K2"], shown.plan, shown.fault) == (Aspect.GREEN, "", "")
        assert (await reached.cancel("market", "E7")).state == "cancelled"
        ticked.pass_s(8)
        shown = await reached.shown("market")
        assert (shown.aspects["K2"], shown.plan) == (Aspect.RED, "day")
        await reached.close()


async def test_what_is_read_is_what_is_shown_every_second_of_a_cycle() -> None:
    ticked = Ticked()
    seen = set()
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        for _ in range(90):
            ticked.pass_s(1)
            reading = await line.read()
            assert reading.aspects == dict(zip(ticked.controller.names, ticked.controller.shown, strict=True))
            seen |= set(reading.aspects.values())
        await line.close()
    assert seen == set(Aspect)


async def test_a_request_that_is_over_is_given_back_though_nobody_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.adapters.signals.gbt20999.tcp_line.HEARTBEAT_S", 0.01)
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        await line.ask(1, a_request("K2", 5, 20))
        assert ticked.controller.is_in_priority or ticked.controller._asked
        ticked.pass_s(20)
        for _ in range(200):
            await asyncio.sleep(0.01)
            if line._keeper is not None and line._keeper.done():
                break
        ticked.pass_s(1)
        assert not ticked.controller.is_in_priority
        assert await line.status(1) == Heard("completed")
        await line.close()


async def test_a_centre_that_hangs_up_leaves_the_junction_to_its_plan() -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        await line.ask(1, a_request("K2", 0, 200))
        ticked.pass_s(3)
        assert ticked.controller.is_in_priority
        line._hang_up()
        for _ in range(200):
            await asyncio.sleep(0.01)
            if not any(asked.state in ("processing", "granted") for asked in ticked.controller._asked.values()):
                break
        ticked.pass_s(1)
        assert not ticked.controller.is_in_priority
        await line.close()


async def test_a_centre_that_is_silent_leaves_the_junction_to_its_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        reader, writer = await asyncio.open_connection(at.host, at.port)
        value = f.Value(1, (*o.CENTRE_STAGE, 1), bytes([2]))
        named = f.Frame(centre=1, controller=9, junction=1, serial=1, kind=f.SET, values=(value,))
        writer.write(f.write_frame(named))
        assert f.FrameReader().read(await reader.read(200))[0].kind == f.SET_REPLY
        ticked.pass_s(2)
        assert ticked.controller.is_in_priority
        monkeypatch.setattr(serving, "OFFLINE_S", 0.1)
        writer.write(f.write_frame(named))  # the server waits anew from here
        assert await reader.read(200)
        assert await reader.read(200) == b""
        ticked.pass_s(1)
        assert not ticked.controller.is_in_priority
        writer.close()


async def test_a_stage_that_was_half_refused_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """The controller takes the stage and refuses the mode: the line hangs up, and the plan goes on."""
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        honest = line._set

        async def half(values: Sequence[tuple[f.Address, bytes]]) -> None:
            await honest(values)
            raise Unsupported("mode")

        monkeypatch.setattr(line, "_set", half)
        with pytest.raises(Unsupported):
            await line.ask(1, a_request("K2", 0, 200))
        for _ in range(200):
            await asyncio.sleep(0.01)
            ticked.pass_s(1)
            if not ticked.controller.is_in_priority:
                break
        assert not ticked.controller.is_in_priority
        await line.close()


async def test_a_controller_that_goes_away_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.adapters.signals.gbt20999.tcp_line.HEARTBEAT_S", 0.01)
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        await line.ask(1, a_request("K2", 0, 200))
        monkeypatch.setattr(Talk, "answer", lambda self, asked: (_ for _ in ()).throw(Malformed("it breaks")))
        assert line._keeper is not None
        await asyncio.wait_for(line._keeper, 5)
        with pytest.raises(Silent):
            await line.status(1)
        await line.close()


async def test_a_controller_that_never_answers_a_heartbeat_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("turnout.adapters.signals.gbt20999.tcp_line.HEARTBEAT_S", 0.01)
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        await line.ask(1, a_request("K2", 0, 200))
        monkeypatch.setattr("turnout.adapters.signals.gbt20999.tcp_line.REPLY_S", 0.2)
        monkeypatch.setattr(Talk, "answer", lambda self, asked: None)
        assert line._keeper is not None
        await asyncio.wait_for(line._keeper, 5)
        for call in (line.status(1), line.read()):
            with pytest.raises(Silent):
                await call
        await line.close()


async def test_numbers_of_the_controllers_own_are_asked_for() -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    numbered = Numbered(lights={"K1": 2, "K2": 1}, stages={"K1": 2}, patterns={"night": 1}, detectors={"left": 1})
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms, numbered)
        reading = await line.read()
        shown = ticked.controller.shown
        assert (reading.aspects, reading.plan) == ({"K1": shown[1], "K2": shown[0]}, "night")
        assert set(await line.counts()) == {"left"}
        assert (await line.ask(1, a_request("K2"))).reason == "unknown-group"
        await line.ask(1, a_request("K1", 0, 30))
        assert ticked.controller._asked[next(iter(ticked.controller._asked))].groups == (1, 2)
        await line.close()


async def test_a_fault_that_the_controller_has_on_record_is_told_and_it_is_not_asked() -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        reached = ReachedControllers({"market": (market(), line)}, armed(), lambda: ticked.now_ms)
        for fault, told, reason in (("clock", "clock", "clock"), ("flash", "flash", "fault"), ("lamp", "", "fault")):
            ticked.controller.fault = fault
            assert (await reached.shown("market")).fault == told
            assert (await reached.ask(a_request(arrives_s=0))).reason == reason
        await reached.close()


async def test_a_clock_that_jumps_is_told_by_gbt_20999_too() -> None:
    ticked = Ticked()
    ticked.pass_s(10)
    async with a_server(ticked) as (at, _):
        line = TcpLine(market(), at, lambda: ticked.now_ms)
        reached = ReachedControllers({"market": (market(), line)}, armed(), lambda: ticked.now_ms)
        assert (await reached.shown("market")).fault == ""
        assert (await line.read()).utc_s == EPOCH_S + 10
        ticked.utc_s += 90
        ticked.pass_s(1)
        assert (await reached.shown("market")).fault == "clock"
        assert (await reached.ask(a_request())).reason == "clock"
        assert await line._query([(*o.FAULT_KIND, 1)]) == [bytes([o.CLOCK_FAULT])]
        await reached.close()


def test_what_may_not_be_set_is_refused_by_the_standards_codes() -> None:
    ticked = Ticked()
    ticked.pass_s(1)
    talk = Talk(ticked.controller, 9)
    for address, content, code in (
        ((*o.JUNCTION_PLAN, 1), b"\1", o.READ_ONLY),
        ((*o.CENTRE_STAGE, 2), b"\1", o.NO_SUCH),
        ((*o.CENTRE_STAGE, 1), b"\1\1", o.WRONG_LENGTH),
        ((*o.CENTRE_STAGE, 1), b"\x09", o.BAD_VALUE),
        ((*o.CENTRE_MODE, 1), b"\x31", o.BAD_VALUE),
    ):
        value = f.Value(1, address, content)
        answer = talk.answer(f.Frame(centre=1, controller=9, junction=1, serial=3, kind=f.SET, values=(value,)))
        assert answer is not None
        assert (answer.kind, answer.values[0].content) == (f.SET_ERROR, bytes([code]))
    other = f.Frame(centre=1, controller=8, junction=1, serial=3, kind=f.HEARTBEAT)
    assert talk.answer(other) is None
    assert not ticked.controller._asked


@given(frames)
@settings(max_examples=200, deadline=None)
def test_every_frame_gets_an_answer_or_none_and_nothing_else(frame: f.Frame) -> None:
    ticked = Ticked()
    ticked.pass_s(1)
    answer = Talk(ticked.controller, frame.controller).answer(frame)
    if answer is not None:
        assert f.read_frame(f.write_frame(answer, is_escaped=False)[1:-1]) == answer
    assert len(ticked.controller._asked) <= 1


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_an_answer_of_any_bytes_is_silence_or_a_refusal(content: bytes) -> None:
    async def tried() -> None:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(400)
            writer.write(content)
            writer.close()

        listening = await asyncio.start_server(serve, "127.0.0.1", 0)
        at = Station(host="127.0.0.1", port=listening.sockets[0].getsockname()[1])
        line = TcpLine(market(), at, lambda: 0)
        with pytest.raises((Silent, BadInput, OSError)):
            await line.read()
        await line.close()
        listening.close()

    asyncio.run(tried())
