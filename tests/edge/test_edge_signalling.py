"""Signals joined with a desk: a broken file takes corridors away and nothing else; the simulated authority renews."""

from contextlib import AsyncExitStack
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.adapters.running import Running, running
from tests.edge.test_edge_corridors import Street, a_street
from turnout import signalling
from turnout.core.corridors.commands import DisarmSignals
from turnout.desk.access import part
from turnout.edge.health import health_of
from turnout.signalling import SIMULATED, arm_simulated, joined_corridors
from turnout.words.moment import HOUR_MS


async def joined_with(house: Running, folder: Path, stack: AsyncExitStack) -> Any:
    edge = house.edge
    desk = cast(Any, edge.counter.desk)
    city = cast(Any, SimpleNamespace(folder=folder))
    return joined_corridors(stack, edge.counter, edge.adviser, city, desk, edge.now, edge.texts)


@pytest.mark.parametrize("said", ["controllers = 7", 'controllers = "file"\njunctions = "assumed"', "\x00"])
async def test_a_broken_file_takes_corridors_away_is_told_and_stops_nothing(tmp_path: Path, said: str) -> None:
    (tmp_path / "signals.toml").write_text(said)
    async with running(tmp_path / "var", simulation=False) as house, AsyncExitStack() as stack:
        house.edge.corridors = corridors = await joined_with(house, tmp_path, stack)
        assert corridors.ways is None
        told = health_of(house.edge)
        assert any("signals.toml" in warning.en for warning in told.warnings)
        assert told.ok


async def test_what_has_no_place_is_told_by_health(tmp_path: Path) -> None:
    (tmp_path / "signals.toml").write_text('controllers = "simulated"\njunctions = "file"')
    (tmp_path / "signal_plans.toml").write_text(
        'format = "turnout-signals-1"\n[[junction]]\nid = "J1"\n[[junction.group]]\nid = "K1"\n'
    )
    async with running(tmp_path / "var", simulation=False) as house, AsyncExitStack() as stack:
        house.edge.corridors = corridors = await joined_with(house, tmp_path, stack)
        await corridors.ways.sites()
        (warning,) = [warning for warning in health_of(house.edge).warnings if "signals sites" in warning.en]
        assert "J1" in warning.en
        assert "J1" in warning.zh


async def test_the_simulated_authority_renews_what_nears_its_end_and_not_what_a_person_disarmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_street(tmp_path) as street:
        counter = street.house.edge.counter
        await arm_simulated(counter, street.runner)
        first = min(counter.board.signal_permits[SIMULATED].until.values())
        street.house.clock.ahead_ms += 7 * HOUR_MS
        await renewed(street, monkeypatch)
        assert min(counter.board.signal_permits[SIMULATED].until.values()) > first
        await counter.hand_in(part("test"), "off", DisarmSignals(permit_id=SIMULATED))
        await renewed(street, monkeypatch)
        assert not counter.board.signal_permits[SIMULATED].armed


async def renewed(street: Street, patch: pytest.MonkeyPatch) -> None:
    """One look of the simulated authority."""

    class Enough(Exception):
        pass

    looks = iter((None,))

    async def sleep(_: float) -> None:
        if next(looks, "over") == "over":
            raise Enough

    patch.setattr(signalling, "asyncio", SimpleNamespace(sleep=sleep))
    with pytest.raises(Enough):
        await signalling.keep_simulated_armed(street.house.edge.counter, street.runner)
