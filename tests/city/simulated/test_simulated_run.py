"""The driver, with the rules in place of the wire: it warms the city up in true time, joins a running one, ticks."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.rules_only import ME, RulesOnly
from turnout.city.simulated import run as running
from turnout.city.simulated.deeds import AskPlace, AskProposal, Command, Heard, Seen
from turnout.city.simulated.dispatchers import Habits
from turnout.city.simulated.run import Driver, load_parts
from turnout.city.simulated.simulation import Choices, Parts
from turnout.words.moment import Moment
from turnout.words.place import Place
from turnout.words.trouble import Unsupported


class WireOfRules:
    """Has what the driver wants of a link, and asks the rules."""

    def __init__(self, product: RulesOnly) -> None:
        self.product = product
        self.actor, self.turned_away = str(ME.id), ""
        self.times: list[tuple[str, Moment]] = []
        self.fixes: list[tuple[Seen, Moment]] = []

    def drain(self) -> list[Any]:
        return [self.product.changes()]

    async def reached(self, seq: int, within_s: float = 0.0) -> bool:
        return True

    async def places(self) -> dict[str, Place]:
        return {"E01": Place(37.7794, -122.4041)}

    async def command(self, command: Command, at: Moment) -> Heard:
        self.times.append((command.body["do"], at))
        self.product.now = Moment(time.time_ns() // 1_000_000)
        return self._heard(command)

    async def place(self, ask: AskPlace) -> Heard:
        return self._heard(ask)

    async def proposal(self, ask: AskProposal) -> Heard:
        return self._heard(ask)

    def _heard(self, deed: Any) -> Heard:
        heard = self.product.answer(deed)
        assert heard is not None
        return heard

    async def report(self, fixes: list[tuple[Seen, Moment]]) -> int:
        self.fixes += fixes
        return 0


def a_driver(parts: Parts, product: RulesOnly, speed: float = 1.0) -> tuple[Driver, WireOfRules]:
    wire = WireOfRules(product)
    return Driver(wire, parts, Choices(seed=4, habits=Habits(leave_share=0.0)), speed), wire  # type: ignore[arg-type]


async def test_the_warm_up_leaves_a_city_at_work_with_its_true_times(still_parts: Parts) -> None:
    driver, wire = a_driver(still_parts, RulesOnly(still_parts))
    began = time.time_ns() // 1_000_000
    await driver.begin(2400.0)
    assert driver.simulation.running() >= 6
    opened = [at for do, at in wire.times if do == "open-incident"]
    assert min(opened) < began - 1_800_000
    assert max(opened) <= time.time_ns() // 1_000_000
    assert not driver.tally.refused


async def test_a_simulation_that_joins_a_running_city_plays_no_warm_up(
    still_parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = RulesOnly(still_parts)
    first, _ = a_driver(still_parts, product)
    await first.begin(2400.0)
    monkeypatch.setattr(running, "RUNNING_ENOUGH", 2)
    product.shown = product.board.empty()
    second, wire = a_driver(still_parts, product)
    await second.begin(2400.0)
    assert "open-incident" not in Counter(do for do, _ in wire.times)
    assert second.simulation.running() == first.simulation.running()
    assert any(crew.order is not None for crew in second.simulation.crews.values())


async def test_it_ticks_and_reports_everybody_once_and_those_who_drive_again(still_parts: Parts) -> None:
    driver, wire = a_driver(still_parts, RulesOnly(still_parts), speed=30.0)
    await driver.begin(600.0)
    await driver.live(lasts_s=2.0)
    assert len({seen.unit for seen, _ in wire.fixes}) > 150
    assert all(at <= time.time_ns() // 1_000_000 for _, at in wire.fixes)
    assert driver.tally.fixes == len(wire.fixes)


async def test_a_simulation_that_is_turned_away_says_so_and_stops(still_parts: Parts) -> None:
    driver, wire = a_driver(still_parts, RulesOnly(still_parts))
    await driver.begin(0.0)
    wire.turned_away = "not-signed-on"
    with pytest.raises(Unsupported, match="not-signed-on"):
        await driver.live(lasts_s=1.0)


def test_a_city_without_a_week_cannot_be_simulated(tmp_path: Path) -> None:
    for file in Path("src/turnout/city/folders/san-francisco").iterdir():
        if file.name != "week.csv.gz":
            (tmp_path / file.name).symlink_to(file.resolve())
    with pytest.raises(Unsupported, match="cannot be simulated"):
        load_parts(tmp_path)
