"""NTCIP 1202 and 1211 over SNMP. The peers are net-snmp's: its commands ask our agent, its agent answers our line."""

import asyncio
import json
import shutil
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v2c

from tests.adapters.signals.controllers import EPOCH_S, Ticked, a_request, an_agent, armed, market
from turnout.adapters.signals.line import Heard, Silent
from turnout.adapters.signals.ntcip import objects as o
from turnout.adapters.signals.ntcip import priority
from turnout.adapters.signals.ntcip.agent import Agent, AgentProtocol, PriorityDesk
from turnout.adapters.signals.ntcip.snmp_line import Credentials, Snmp, SnmpLine
from turnout.adapters.signals.ntcip.tables import values_of
from turnout.adapters.signals.reached import ReachedControllers
from turnout.signals.guard import Aspect
from turnout.signals.simulated_controller import Counted
from turnout.words.trouble import BadInput, Malformed, NotOurs, Unsupported

NET_SNMP_S = 10


def dotted(oid: o.Oid) -> str:
    return "." + ".".join(map(str, oid))


async def said(*words: str) -> str:
    """What one of net-snmp's commands prints, and after it what it complains of."""
    program = shutil.which(words[0])
    assert program is not None, "scripts/test installs it (snmp, snmpd)"
    process = await asyncio.create_subprocess_exec(
        program, *words[1:], stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, complaint = await asyncio.wait_for(process.communicate(), NET_SNMP_S)
    return out.decode() + complaint.decode()


async def walked(port: int, *options: str) -> dict[str, str]:
    out = await said("snmpwalk", *options, "-ccity", "-Onq", f"127.0.0.1:{port}", dotted(o.NEMA))
    lines = [line.split(" ", 1) for line in out.splitlines() if line.startswith(dotted(o.ASC) + ".")]
    return {oid: value.strip() for oid, value in lines}


async def test_net_snmp_walks_every_object_by_both_versions_and_by_bulk() -> None:
    ticked = Ticked()
    ticked.pass_s(30)
    ticked.controller.counted = {"D1": Counted(17, 0.25)}
    expected = {dotted(oid): str(value) for oid, value in values_of(ticked.controller).items() if oid < o.GLOBAL_TIME}
    async with an_agent(ticked.controller) as (port, _):
        assert await walked(port, "-v1") == expected
        assert await walked(port, "-v2c") == expected
        bulk = await said("snmpbulkget", "-v2c", "-ccity", "-Onq", "-Cr9", f"127.0.0.1:{port}", dotted((*o.ASC, 4)))
    assert bulk.splitlines()[0] == f"{dotted(o.COORD_OPERATIONAL_MODE)} 0"
    assert len([line for line in bulk.splitlines() if line.startswith(dotted(o.NEMA))]) == 9
    assert expected[dotted((*o.VOLUMES, o.VOLUME, 1))] == "17"
    assert expected[dotted((*o.VOLUMES, o.OCCUPANCY, 1))] == "50"


async def test_net_snmp_sets_a_request_and_nothing_else() -> None:
    ticked = Ticked()
    ticked.pass_s(100)
    who = priority.Who(9, b"E7", 1, 2)
    async with an_agent(ticked.controller) as (port, protocol):
        at = f"127.0.0.1:{port}"
        for oid, kind, value, refusal in (
            (o.COORD_OPERATIONAL_MODE, "i", "255", "notWritable"),
            (o.PRIORITY_STATUS_BUFFER, "x", "00", "notWritable"),
            (o.PRIORITY_REQUEST, "x", "0102", "badValue"),
            (o.PRIORITY_REQUEST, "i", "1", "badValue"),
        ):
            assert refusal in await said("snmpset", "-v2c", "-ccity", at, dotted(oid), kind, value)
        assert not ticked.controller.is_in_priority
        asked = priority.write_wanted(priority.Wanted(who, 0, 60)).hex()
        assert "=" in await said("snmpset", "-v2c", "-ccity", at, dotted(o.PRIORITY_REQUEST), "x", asked)
        ticked.pass_s(20)
        named = priority.write_who(who).hex()
        await said("snmpset", "-v2c", "-ccity", at, dotted(o.PRIORITY_STATUS_CONTROL), "x", named)
        status = await said("snmpget", "-v2c", "-ccity", "-Onqx", at, dotted(o.PRIORITY_STATUS_BUFFER))
        content = bytes.fromhex("".join(status.split('"')[1].split()))
        assert priority.read_status(content) == (who, "granted", "")
        assert "Timeout" in await said("snmpget", "-v2c", "-cguess", "-r0", "-t1", at, dotted(o.MAX_PHASES))
        assert protocol.dropped == 1


@asynccontextmanager
async def net_snmps_agent(folder: Path, ticked: Ticked) -> AsyncIterator[tuple[int, Path]]:
    """snmpd with the controller's objects, for v1, v2c and v3; and the file of what was set."""
    values = [[dotted(oid), "integer", str(value)] for oid, value in values_of(ticked.controller).items()]
    values += [[dotted((*o.PRIORITY, nth, 0)), "octet", "00"] for nth in range(1, 7)]
    (folder / "values.json").write_text(json.dumps(values))
    done, script = folder / "set.jsonl", Path(__file__).parent / "passed_on.py"
    done.touch()
    (folder / "snmpd.conf").write_text(
        "rwcommunity city 127.0.0.1\n"
        "createUser crew SHA-256 authentic-words AES private-words\nrwuser crew priv\n"
        f"pass_persist {dotted(o.NEMA)} {sys.executable} {script} {folder / 'values.json'} {done}\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = shutil.which("snmpd", path="/usr/sbin:/usr/bin")
    assert program is not None, "scripts/test installs it (snmp, snmpd)"
    process = await asyncio.create_subprocess_exec(
        *(program, "-f", "-Lf", str(folder / "log"), "-C", "-c", str(folder / "snmpd.conf"), "-I", "-smux"),
        f"udp:127.0.0.1:{port}",
        env={"SNMP_PERSISTENT_DIR": str(folder / "kept"), "PATH": "/usr/bin:/bin"},
    )
    try:
        for _ in range(100):
            if "NET-SNMP version" in (folder / "log").read_text() if (folder / "log").exists() else False:
                break
            await asyncio.sleep(0.05)
        yield port, done
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.parametrize("version", ["1", "2c", "3"])
async def test_our_line_reads_net_snmps_agent_and_asks_it(
    tmp_path: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "turnout.adapters.signals.ntcip.snmp_line.TRY_S", 5.0
    )  # snmpd starts a program at the first get
    ticked = Ticked()
    ticked.controller.counted = {"D1": Counted(12, 0.5)}
    ticked.pass_s(90)
    known = Credentials(
        version=version,  # type: ignore[arg-type]
        community="city",
        user="crew",
        auth_key="authentic-words",
        privacy_key="private-words",
    )
    async with net_snmps_agent(tmp_path, ticked) as (port, done):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, known)
        reading = await line.read()
        assert reading.aspects == dict(zip(ticked.controller.names, ticked.controller.shown, strict=True))
        assert (reading.plan, reading.fault, reading.utc_s) == ("day", "", EPOCH_S + 90)
        assert await line.counts() == {"D1": Counted(12, 0.5)}
        assert await line.ask(3, a_request("K2", 10, 30)) == Heard("processing")
        assert await line.withdraw(3) == Heard("cancelled")
        await line.close()
        sent = [json.loads(row) for row in done.read_text().splitlines()]
    octets = {oid: bytes.fromhex(what.split('"')[1].replace(" ", "")) for oid, what in sent}
    who = priority.Who(3, b"E7", 1, 2)
    assert priority.read_wanted(octets[dotted(o.PRIORITY_REQUEST)]) == priority.Wanted(who, 10, 30)
    assert priority.read_who(octets[dotted(o.PRIORITY_CANCEL)]) == who


async def test_a_crew_gets_its_green_by_ntcip_and_gives_it_back() -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    async with an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="city"))
        reached = ReachedControllers({"market": (market(), line)}, armed(), lambda: ticked.now_ms)
        assert (await reached.ask(a_request("K2", 15, 60))).state == "queued"
        ticked.pass_s(15)
        assert (await reached.status("market", "E7")).state == "granted"
        assert (await reached.shown("market")).aspects["K2"] == Aspect.GREEN
        assert (await reached.ask(a_request("K2", 0, 60))).state == "granted"
        assert (await reached.cancel("market", "E7")).state == "cancelled"
        ticked.pass_s(8)
        assert (await reached.shown("market")).aspects["K2"] == Aspect.RED
        assert (await reached.ask(a_request("K9"))).reason == "unknown-group"
        ticked.controller.fault = "flash"
        assert (await reached.shown("market")).fault == "flash"
        assert (await reached.ask(a_request("K1"))).state == "refused"
        await reached.close()


async def test_what_is_read_is_what_is_shown_every_second_of_a_cycle() -> None:
    ticked = Ticked()
    seen = set()
    async with an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="city"))
        for _ in range(90):
            ticked.pass_s(1)
            reading = await line.read()
            assert reading.aspects == dict(zip(ticked.controller.names, ticked.controller.shown, strict=True))
            seen |= set(reading.aspects.values())
        await line.close()
    assert seen == set(Aspect)


async def test_what_was_not_acknowledged_is_said_again_until_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    sent: list[tuple[o.Oid, bool]] = []
    async with an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="city"))
        honest, is_lost = line._set, [True]

        async def set_or_lose(oid: o.Oid, content: bytes) -> None:
            sent.append((oid, is_lost[0]))
            await honest(oid, content)
            if is_lost[0]:
                raise Silent("no-answer")

        monkeypatch.setattr(line, "_set", set_or_lose)
        with pytest.raises(Silent):
            await line.ask(3, a_request())
        is_lost[0] = False
        assert (await line.ask(3, a_request())).state == "queued"
        assert (await line.ask(3, a_request())).state == "queued"
        is_lost[0] = True
        with pytest.raises(Silent):
            await line.withdraw(3)
        is_lost[0] = False
        assert await line.withdraw(3) == Heard("cancelled")
        assert await line.withdraw(3) == Heard("cancelled")
        await line.ask(3, a_request(arrives_s=0, leaves_s=2))
        ticked.pass_s(3)
        assert await line.status(3) == Heard("completed")
        assert (await line.ask(3, a_request())).state == "queued"
        await line.close()
    kept = [each for each in sent if each[0] != o.PRIORITY_STATUS_CONTROL]
    assert kept == [
        (o.PRIORITY_REQUEST, True),
        (o.PRIORITY_REQUEST, False),
        (o.PRIORITY_UPDATE, False),
        (o.PRIORITY_CANCEL, True),
        (o.PRIORITY_CANCEL, False),
        (o.PRIORITY_REQUEST, False),
        (o.PRIORITY_REQUEST, False),
    ]


async def test_the_status_of_another_request_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    ticked = Ticked()
    ticked.pass_s(85)
    async with an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="city"))
        assert (await line.ask(3, a_request())).state == "queued"
        other = priority.write_status(priority.Who(4, b"E8", 1, 2), 14)
        monkeypatch.setattr(PriorityDesk, "status", lambda self: other)
        with pytest.raises(Malformed, match="request 4"):
            await line.status(3)
        await line.close()


async def test_a_controller_whose_clock_jumps_is_told_and_not_asked() -> None:
    ticked = Ticked()
    ticked.pass_s(10)
    async with an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="city"))
        reached = ReachedControllers({"market": (market(), line)}, armed(), lambda: ticked.now_ms)
        assert (await reached.shown("market")).fault == ""
        ticked.utc_s -= 3_600
        ticked.pass_s(1)
        assert (await reached.shown("market")).fault == "clock"
        asked = await reached.ask(a_request("K2"))
        assert (asked.state, asked.reason) == ("refused", "clock")
        ticked.pass_s(90)
        assert (await reached.shown("market")).fault == ""
        await reached.close()


async def test_a_controller_without_an_object_says_so_and_none_at_all_is_silent() -> None:
    ticked = Ticked()
    async with an_agent(ticked.controller) as (port, _):
        line = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="city"))
        with pytest.raises(Unsupported, match=r"no object"):
            await line._get([(*o.ASC, 99, 0)])
        await line.close()
        stranger = SnmpLine(Snmp(), market(), "127.0.0.1", port, Credentials(community="guess"))
        with pytest.raises(Silent):
            await stranger.read()
        await stranger.close()


async def test_a_line_whose_peer_sends_rubbish_waits_no_longer_and_hears_what_is_right() -> None:
    ticked = Ticked()
    ticked.pass_s(30)
    agent = Agent(ticked.controller, "city")

    class Rubbish(AgentProtocol):
        """Before the answer, if it gives one: bytes that are none, another's answer, one of another request."""

        is_honest = True

        def datagram_received(self, data: bytes, addr: Any) -> None:
            answer = agent.answer(data)
            assert self._transport is not None
            for rubbish in (b"", b"\x30", b"\xff" * 1_400, answer[:-3], answer[:-40] + bytes(40), data, a_message()):
                self._transport.sendto(rubbish, addr)
            if self.is_honest:
                self._transport.sendto(answer, addr)

    transport, rubbish = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Rubbish(agent), local_addr=("127.0.0.1", 0)
    )
    line = SnmpLine(
        Snmp(), market(), "127.0.0.1", transport.get_extra_info("sockname")[1], Credentials(community="city")
    )
    try:
        for _ in range(3):
            assert (await line.read()).plan == "day"
        rubbish.is_honest = False
        with pytest.raises((Silent, BadInput)):
            await line.read()
        rubbish.is_honest = True
        assert (await line.read()).plan == "day"
    finally:
        await line.close()
        transport.close()


def test_a_request_is_the_bytes_that_ntcip_1211_says() -> None:
    who = priority.Who(0x11, bytes.fromhex("aabbccdd"), 3, 7)
    head = "11" + "00" * 13 + "aabbccdd" + "010307"
    assert priority.write_who(who).hex() == head
    assert priority.write_wanted(priority.Wanted(who, 0x1234, 0x5678)).hex() == head + "12345678"
    assert priority.write_status(who, 14).hex() == head + "0e00"


@given(st.binary(max_size=40))
def test_bytes_that_are_no_request_are_malformed_and_others_come_back_as_they_were(content: bytes) -> None:
    for read, write in ((priority.read_who, priority.write_who), (priority.read_wanted, priority.write_wanted)):
        try:
            found = read(content)
        except Malformed:
            continue
        again = write(found)  # type: ignore[arg-type]
        assert again[:18] + again[19:] == content[:18] + content[19:]
    with suppress(Malformed, Unsupported):
        priority.read_status(content)


def a_message() -> bytes:
    request = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(request)
    v2c.apiBulkPDU.set_varbinds(request, [(o.NEMA, v2c.null)])
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, "city")
    v2c.apiMessage.set_pdu(message, request)
    return bytes(encoder.encode(message))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_datagram_gets_anything_but_an_answer_or_a_refusal_out_of_the_agent(data: st.DataObject) -> None:
    agent = Agent(Ticked().controller, "city")
    if data.draw(st.booleans()):
        datagram = data.draw(st.binary(max_size=200))
    else:
        whole = bytearray(a_message())
        for _ in range(data.draw(st.integers(0, 4))):
            whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
        datagram = bytes(whole)[: data.draw(st.integers(0, len(whole)))]
    try:
        answer = agent.answer(datagram)
    except (Malformed, NotOurs):
        return
    assert 0 < len(answer) <= 1_472


def test_a_message_of_another_size_or_depth_is_refused() -> None:
    agent = Agent(Ticked().controller, "city")
    for datagram in (bytes(1_473), b"\x30\x80" * 600, b"\x30\x84\xff\xff\xff\xff", b""):
        with pytest.raises(Malformed):
            agent.answer(datagram)
