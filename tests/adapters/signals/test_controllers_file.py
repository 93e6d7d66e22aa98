"""The file that says which controllers there are, and the two commands for them."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.adapters.signals.controllers import MAIN_STREET, Opened, a_request
from turnout.adapters.signals.controllers_file import lines_of, lines_that_can_be, reached_by
from turnout.adapters.signals.gbt20999.tcp_line import TcpLine
from turnout.adapters.signals.ntcip.snmp_line import SnmpLine
from turnout.adapters.signals.simulated import Listening, now_ms, week_ms_now
from turnout.main import main
from turnout.signals.arming import Shut
from turnout.signals.plans_file import read_plans
from turnout.signals.simulated_controller import DAY_MS, SimulatedController
from turnout.signals.sumo_network import read_sumo
from turnout.words.trouble import Malformed, Unsupported

SIGNALS = read_plans(MAIN_STREET.read_bytes(), MAIN_STREET.name)
TURNOUT = (sys.executable, "-m", "turnout.main")
START_S = 60


def a_file(folder: Path, *rows: str) -> Path:
    path = folder / "controllers.toml"
    path.write_text("".join(f"[[controller]]\n{row}\n" for row in rows))
    return path


NTCIP = 'junction = "market"\nspeaks = "ntcip"\nhost = "127.0.0.1"\nport = {port}\n'
GBT = 'junction = "station"\nspeaks = "gbt20999"\nhost = "127.0.0.1"\nport = {port}\n'


def test_each_row_is_a_line_by_its_protocol(tmp_path: Path) -> None:
    (tmp_path / "community").write_text("city\n")
    rows = (
        NTCIP.format(port=161) + 'community_file = "community"\nphases = { K1 = 2, K2 = 4 }',
        GBT.format(port=9) + "lights = { K1 = 3, K2 = 4 }\nstages = { K1 = 1, K3 = 1, K2 = 2 }",
    )
    lines = lines_of(a_file(tmp_path, *rows), SIGNALS, now_ms, Shut())
    assert isinstance(lines["market"][1], SnmpLine)
    assert lines["market"][1]._numbered.strategies == {"K1": 2, "K2": 4}
    assert isinstance(lines["station"][1], TcpLine)
    assert lines["station"][1]._numbered.lights == {"K1": 3, "K2": 4}
    assert lines["station"][1]._numbered.patterns == {"day": 1}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (NTCIP.format(port=0), "port"),
        (NTCIP.format(port=161) + "speed = 3", "speed"),
        (NTCIP.format(port=161).replace("market", "mill"), "mill"),
        (NTCIP.format(port=161) + "phases = { K9 = 2 }", "phases of K9"),
        (NTCIP.format(port=161) + "phases = { K1 = 2, K2 = 2 }", "twice"),
        (GBT.format(port=161) + "stages = { K9 = 1 }", "stages of K9"),
        (GBT.format(port=161) + "lights = { K1 = 1, K2 = 1 }", "twice"),
        (NTCIP.format(port=161) + 'community_file = "none"', "secret"),
        (NTCIP.format(port=161) + 'snmp = "3"', "user"),
        (NTCIP.format(port=161) + "junction =", "line"),
    ],
)
def test_what_the_file_cannot_mean_is_refused_by_name(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        lines_of(a_file(tmp_path, row), SIGNALS, now_ms, Shut())
    with pytest.raises(Malformed):
        lines_of(tmp_path / "none.toml", SIGNALS, now_ms, Shut())
    with pytest.raises(Malformed, match="two controllers"):
        lines_of(a_file(tmp_path, NTCIP.format(port=1), NTCIP.format(port=2)), SIGNALS, now_ms, Shut())


def test_one_bad_row_stops_no_other(tmp_path: Path) -> None:
    rows = (NTCIP.format(port=1), NTCIP.format(port=2).replace("market", "nowhere"), NTCIP.format(port=3))
    lines, troubles = lines_that_can_be(a_file(tmp_path, *rows), SIGNALS, now_ms, Shut())
    assert list(lines) == ["market"]
    assert [junction for junction, _ in troubles] == ["nowhere", "market"]


async def test_a_controller_of_the_file_is_asked_once_it_is_armed(tmp_path: Path) -> None:
    junction = SIGNALS.junction("market")
    assert junction is not None
    listening = Listening(SimulatedController(junction, now_ms()), "public")
    at, _ = await listening.open(("127.0.0.1", 0), None)
    assert at is not None
    gate = Opened()
    reached = reached_by(a_file(tmp_path, NTCIP.format(port=at[1])), SIGNALS, gate, now_ms)
    try:
        assert (await reached.shown("market")).fault == ""
        assert (await reached.ask(a_request())).reason == "not-armed"
        gate.open.add("market")
        assert (await reached.ask(a_request())).state == "queued"
        with pytest.raises(Unsupported):
            await Listening(SimulatedController(junction, now_ms()), "public").open(at, None)
    finally:
        await reached.close()
        await listening.close()


def test_the_week_begins_on_monday() -> None:
    assert 0 <= week_ms_now() < 7 * DAY_MS


@asynccontextmanager
async def a_controller(*words: str, file: Path = MAIN_STREET) -> AsyncIterator[str]:
    """`turnout signals controller`, and what it says when it listens."""
    process = await asyncio.create_subprocess_exec(
        *TURNOUT, "signals", "controller", str(file), *words, "--language", "en", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield (await asyncio.wait_for(process.stdout.readline(), START_S)).decode()
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), START_S) == 0


async def test_a_city_without_controllers_can_try_both_protocols(tmp_path: Path) -> None:
    async with (
        a_controller("--junction", "market", "--ntcip", "127.0.0.1:0") as market_said,
        a_controller("--junction", "station", "--gbt20999", "127.0.0.1:0") as station_said,
    ):
        ports = [re.findall(r":(\d+)$", said.strip()) for said in (market_said, station_said)]
        assert market_said.startswith("market listens: NTCIP 127.0.0.1:")
        assert station_said.startswith("station listens: GB/T 20999 127.0.0.1:")
        file = a_file(tmp_path, NTCIP.format(port=ports[0][0]), GBT.format(port=ports[1][0]))
        read = await asyncio.create_subprocess_exec(
            *TURNOUT,
            *("signals", "read", str(MAIN_STREET), "--controllers", str(file), "--language", "zh-CN"),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await asyncio.wait_for(read.communicate(), START_S)
    assert read.returncode == 0
    assert [line.split("：")[0] for line in out.decode().splitlines()] == ["market", "station"]
    assert all("方案 day" in line or "方案 night" in line for line in out.decode().splitlines())


async def test_a_junction_of_a_sumo_network_can_be_tried_too(tmp_path: Path) -> None:
    network = MAIN_STREET.parent / "networks" / "acosta.net.xml.gz"
    found = read_sumo(network.read_bytes(), network.name, []).signals
    junction = next(each for each in found.junctions if each.plans)
    async with a_controller("--junction", junction.id, "--ntcip", "127.0.0.1:0", file=network) as said:
        port = re.findall(r":(\d+)$", said.strip())[0]
        row = NTCIP.format(port=port).replace("market", junction.id)
        reached = reached_by(a_file(tmp_path, row), found, Shut(), now_ms)
        shown = await reached.shown(junction.id)
        await reached.close()
    assert sorted(shown.aspects) == sorted(group.id for group in junction.groups)
    assert (shown.plan, shown.fault) == (junction.plans[0].id, "")


def test_a_controller_that_does_not_answer_is_told_and_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = a_file(tmp_path, GBT.format(port=1))
    assert main(["signals", "read", str(MAIN_STREET), "--controllers", str(file), "--language", "en"]) == 1
    assert capsys.readouterr().out == "station: no answer\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--junction", "market"], "nowhere"),
        (["--junction", "none", "--ntcip", "127.0.0.1:0"], "no junction"),
        (["--junction", "mill", "--ntcip", "127.0.0.1:0"], "without signals"),
    ],
)
def test_a_controller_that_cannot_be_is_refused(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["signals", "controller", str(MAIN_STREET), *words]) == 1
    assert said in capsys.readouterr().err
