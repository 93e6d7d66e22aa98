"""A street with two signals whose controllers are processes of their own, in a city folder that names them.

The first is reached by NTCIP, the second by GB/T 20999; both are `turnout signals controller`, through its own door.
"""

import asyncio
import json
import os
import re
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from tests.postgres_pair import until
from tests.roles.jumping_clock import TAKEN_BACK
from tests.two_servers import PATIENCE_S, ROOT
from turnout.adapters.signals.gbt20999.tcp_line import Station, TcpLine
from turnout.adapters.signals.line import Reading, Silent
from turnout.adapters.signals.ntcip.snmp_line import Credentials, Snmp, SnmpLine
from turnout.adapters.signals.simulated import now_ms
from turnout.city.folder import shipped_city
from turnout.roads import Roads, Route
from turnout.roads.headings import heading_at_end
from turnout.roads.route import bearing_deg, place_on
from turnout.signals.model import (
    Approach,
    Detector,
    GreenWindow,
    Intergreen,
    Junction,
    Movement,
    Plan,
    SignalGroup,
    Signals,
    Stage,
)
from turnout.signals.plans_writing import write_plans
from turnout.signals.sites import assumed_sites
from turnout.words.moment import Moment
from turnout.words.name import Name
from turnout.words.place import Place

API = "/api/v1"
BEGIN, GOAL = Place(37.7793, -122.4193), Place(37.7946, -122.3999)
UNIT = "E03"
FIRST, SECOND = "first", "second"
SPEED_MPS = 15.0
CREW, CROSS = "K1", "K2"
NEAR, FAR, BEHIND = "D1", "D2", "X1"
"""Detectors of the crew's group: two before its stop line, one behind the junction."""


@dataclass(frozen=True)
class Way:
    """The crew's way, its two junctions, and how far each stop line is from where it begins."""

    route: Route
    signals: Signals
    metres: tuple[float, float]
    places: tuple[Place, ...]
    """Every ten metres."""


@cache
def the_way() -> Way:
    roads = Roads.load(Path(shipped_city("san-francisco") / "roads.npz"))
    graph, sites = roads.graph, assumed_sites(roads.graph)
    source, target = roads.snap(BEGIN), roads.snap(GOAL)
    assert source is not None
    assert target is not None
    route = roads.route(source, target, Moment(1_780_000_000_000))
    assert route is not None
    junctions: list[Junction] = []
    metres: list[float] = []
    places: list[Place] = []
    so_far = 0.0
    for nth, edge in enumerate(route.edges):
        length = float(graph.edge_length_m[edge])
        while len(places) * 10 < so_far + length:
            places.append(place_on(graph, edge, (len(places) * 10 - so_far) / length))
        so_far += length
        site = sites.of_edge(edge) if nth else None
        if site is not None and len(junctions) < 2 and so_far > 200 + 400 * len(junctions):
            crew = {edge: CREW}
            junctions.append(_junction((FIRST, SECOND)[len(junctions)], site.place, crew, roads, site.groups))
            metres.append(so_far)
    return Way(route, Signals(tuple(junctions)), (metres[0], metres[1]), tuple(places))


def _junction(id: str, place: Place, crew: dict[int, str], roads: Roads, edges: Any) -> Junction:
    """Two groups: that of the crew's street as it comes, and that of all others. Its plan gives the crew little."""
    approaches, movements, detectors = [], [], [Detector(BEHIND, "", 1, None, groups=(CREW,))]
    for nth, edge in enumerate(edges):
        street = roads.graph.street_of(edge)
        heading = round(heading_at_end(roads.graph, edge), 1) % 360.0
        way = int(roads.graph.edge_way[edge])
        approaches.append(Approach(f"A{nth}", Name(f"A{nth}", f"A{nth}"), 1, 13.0, street, heading, way))
        movements.append(Movement(f"M{nth}", f"A{nth}", "through", crew.get(edge, CROSS)))
        if edge in crew:
            detectors += [Detector(NEAR, f"A{nth}", 1, 2.5), Detector(FAR, f"A{nth}", 1, 70.0)]
    return Junction(
        id=id,
        name=Name(id, id),
        at=(place.lon, place.lat),
        approaches=tuple(approaches),
        movements=tuple(movements),
        detectors=tuple(detectors),
        groups=tuple(SignalGroup(group, "vehicle", 5_000, 3_000) for group in (CREW, CROSS)),
        intergreens=(Intergreen(CREW, CROSS, 4_000), Intergreen(CROSS, CREW, 4_000)),
        stages=(Stage("crew", (CREW,)), Stage("cross", (CROSS,))),
        plans=(Plan("day", 600_000, (GreenWindow(CREW, 0, 10_000), GreenWindow(CROSS, 14_000, 596_000))),),
    )


class Controller:
    """`turnout signals controller` for one junction; SIGUSR1 puts its clock an hour forward."""

    def __init__(self, folder: Path, junction: str, speaks: str) -> None:
        self._folder, self.junction, self._speaks = folder, junction, speaks
        self._detectors = folder / f"detectors-{junction}.toml"
        self.port = 0
        self._process: asyncio.subprocess.Process | None = None
        found = the_way().signals.junction(junction)
        assert found is not None
        self._of = found

    def let_show(self, *occupied: str) -> None:
        """On which detectors somebody stands from the next second on."""
        written = self._detectors.with_suffix(".new")
        written.write_text(f"occupied = {json.dumps(occupied)}\n")
        written.replace(self._detectors)

    async def start(self) -> "Controller":
        self.let_show()
        words = ("--junction", self.junction, f"--{self._speaks}", f"127.0.0.1:{self.port}", "--language", "en")
        words += ("--detectors", str(self._detectors))
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.roles.jumping_clock", "signals", "controller"),
            *(str(self._folder / "signal_plans.toml"), *words),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
        assert self._process.stdout is not None
        said = (await asyncio.wait_for(self._process.stdout.readline(), PATIENCE_S)).decode()
        found = re.search(r":(\d+)$", said.strip())
        assert found is not None, said
        self.port = int(found.group(1))
        return self

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            await self._process.wait()
            self._process = None

    def jump(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGUSR1)

    async def until_taken_back(self) -> None:
        """Until it has been told to end a request, which it would also do by itself, later."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while (said := await self._process.stdout.readline()).decode().strip() != TAKEN_BACK:
                assert said, "it has ended"

    async def shows(self) -> Reading | None:
        """What its lamps show, by its own protocol; None while it does not answer."""
        if self._speaks == "ntcip":
            line: Any = SnmpLine(Snmp(), self._of, "127.0.0.1", self.port, Credentials())
        else:
            line = TcpLine(self._of, Station(host="127.0.0.1", port=self.port), now_ms)
        try:
            reading: Reading = await line.read()
        except (Silent, OSError):
            return None
        finally:
            await line.close()
        return reading

    async def until_green(self, group: str) -> None:
        async def shown() -> bool:
            reading = await self.shows()
            return reading is not None and reading.aspects.get(group) == 2

        await until(shown, PATIENCE_S)


def a_city(folder: Path, first: Controller, second: Controller) -> None:
    """The shipped city with signals of its own; to be called when the controllers listen."""
    (folder / "signals.toml").write_text(
        'controllers = "file"\njunctions = "file"\ncontrollers_file = "secret/controllers.toml"\n'
    )
    (folder / "secret").mkdir()
    (folder / "secret" / "community").write_text("public\n")
    (folder / "secret" / "controllers.toml").write_text(
        f'[[controller]]\njunction = "{FIRST}"\nspeaks = "ntcip"\nhost = "127.0.0.1"\nport = {first.port}\n'
        f'community_file = "community"\n'
        f'[[controller]]\njunction = "{SECOND}"\nspeaks = "gbt20999"\nhost = "127.0.0.1"\nport = {second.port}\n'
    )


def a_folder(place: Path) -> Path:
    """Every part of the shipped city but its signals; and the file of plans."""
    place.mkdir()
    for part in Path(shipped_city("san-francisco")).iterdir():
        if part.name != "signals.toml":
            (place / part.name).symlink_to(part)
    (place / "signal_plans.toml").write_bytes(write_plans(the_way().signals))
    return place


class Crew:
    """A crew on its way, a dispatcher's program and a traffic engineer, who speak to a server by HTTP alone."""

    def __init__(self, client: httpx.AsyncClient, url: str, token: str) -> None:
        self._client, self.url, self._token = client, url, token
        self._given = 0
        self.metres = 0.0

    async def command(self, **command: Any) -> None:
        """By the program. A server that is starting is asked again."""
        await self._do({"authorization": f"Bearer {self._token}"}, self._client, command)

    async def engineer(self, **command: Any) -> None:
        async with httpx.AsyncClient(timeout=20.0) as browser:
            asked = {"role": "traffic-engineer", "position": "T1", "language": "en"}
            came_in = await browser.post(f"{self.url}{API}/session/demo", json=asked)
            assert came_in.status_code == 200, came_in.text
            await self._do({}, browser, command)

    async def detectors(self) -> dict[str, Any]:
        """What an engineer's page is told of the detectors ahead, by junction."""
        async with httpx.AsyncClient(timeout=20.0) as browser:
            asked = {"role": "traffic-engineer", "position": "T1", "language": "en"}
            came_in = await browser.post(f"{self.url}{API}/session/demo", json=asked)
            assert came_in.status_code == 200, came_in.text
            answer = await browser.get(f"{self.url}{API}/signals/detectors")
        assert answer.status_code == 200, answer.text
        return {row["junction"]: row for row in answer.json()["junctions"]}

    async def _do(self, headers: dict[str, str], client: httpx.AsyncClient, command: dict[str, Any]) -> None:
        self._given += 1
        body = {"id": f"{time.time_ns()}-{self._given}", "command": command}

        async def done() -> bool:
            try:
                answer = await client.post(f"{self.url}{API}/commands", json=body, headers=headers)
            except httpx.HTTPError:
                return False
            assert answer.status_code in (200, 503), answer.text
            return answer.status_code == 200

        await until(done, PATIENCE_S)

    async def until_served(self) -> None:
        async def well() -> bool:
            try:
                return bool((await self._client.get(f"{self.url}/health")).json()["ok"])
            except httpx.HTTPError:
                return False

        await until(well, PATIENCE_S)

    async def set_out(self) -> None:
        await self.until_served()
        until_ms = int(time.time() * 1_000) + 3_600_000
        permitted = {"permit_id": "P1", "junctions": [FIRST, SECOND], "authority": "Traffic office, order 7"}
        await self.engineer(do="permit-signals", **permitted)
        await self.engineer(do="arm-signals", permit_id="P1", until=until_ms)
        await self.command(do="log-on", unit=UNIT)
        where = {"text": "x", "place": {"lat": GOAL.lat, "lon": GOAL.lon}, "kind": "coordinate"}
        await self.command(do="open-incident", incident_id="I1", type="MED", location=where)
        await self.command(do="assign-units", incident_id="I1", units=[UNIT])
        await self.drive_to(the_way().metres[0] - 350)
        await self.command(do="open-corridor", corridor_id="K1", unit=UNIT)

    async def drive_to(self, metres: float) -> None:
        """Its newest place, so far along the way."""
        way = the_way()
        self.metres = metres
        index = min(int(metres // 10), len(way.places) - 2)
        here, there = way.places[index], way.places[index + 1]
        fix = {"unit": UNIT, "lat": here.lat, "lon": here.lon, "speed_mps": SPEED_MPS, "at": int(time.time() * 1_000)}
        fix["heading"] = round(bearing_deg(here, there), 1)
        headers = {"authorization": f"Bearer {self._token}"}
        with suppress(httpx.HTTPError):  # a server that is gone hears of the next one
            answer = await self._client.post(f"{self.url}{API}/positions", json=[fix], headers=headers)
            assert answer.status_code in (200, 503), answer.text

    async def creep_until(self, holds: Any, towards: float = 10_000.0) -> Any:
        """On at its speed, not beyond `towards`, until something holds."""
        looked = time.monotonic()

        async def seen() -> Any:
            nonlocal looked
            await asyncio.sleep(0.25)
            before, looked = looked, time.monotonic()
            await self.drive_to(max(self.metres, min(towards, self.metres + SPEED_MPS * (looked - before))))
            return await holds()

        try:
            return await until(seen, 2 * PATIENCE_S)
        except TimeoutError as late:
            raise AssertionError(f"{self.metres:.0f} m on: {await self.rows()}") from late

    async def _corridor(self) -> Any:
        """None where there is none; "" where nobody answers."""
        headers = {"authorization": f"Bearer {self._token}"}
        try:
            answer = await self._client.get(f"{self.url}{API}/board", headers=headers)
        except httpx.HTTPError:
            return ""
        return answer.json()["tables"]["corridors"].get("K1") if answer.status_code == 200 else ""

    async def rows(self) -> dict[str, tuple[str, str]]:
        """State and reason of each junction of the corridor, as the board has it; empty when there is none."""
        corridor = await self._corridor()
        rows = corridor["junctions"].values() if corridor else ()
        return {row["id"]: (row["state"], row["reason"]) for row in rows}

    async def is_over(self) -> bool:
        return await self._corridor() is None

    def says(self, junction: str, *states: str, since_ms: int = 0) -> Any:
        """Whether the board says one of these of a junction, since that time or later."""

        async def said() -> bool:
            corridor = await self._corridor()
            rows = corridor["junctions"].values() if corridor else ()
            row = next((one for one in rows if one["id"] == junction), None)
            return row is not None and row["state"] in states and row["since"] >= since_ms

        return said
