"""What takes long to load of a city and of the program: before the doors are open only what no answer can do without.

A call becomes an incident with its zones, its crossing and its neighbourhood as soon as the doors are open. Finding a
place by its name, roads to rank by, passkeys: in the second after (decisions 0157, 0167).
"""

import asyncio
import gc
import importlib
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from turnout.adapters.identity.accounts import Accounts
from turnout.city.folder import City
from turnout.edge.edge import Edge
from turnout.edge.locating import Locator
from turnout.recommend import assignment
from turnout.roads import Roads
from turnout.roads.gazetteer import Gazetteer

SWITCH_S: Final = 0.0005
"""While a thread loads, the loop has its turn so soon: a first command is ten turns, and each would wait for 5 ms."""


@dataclass(frozen=True)
class Loaded:
    """What of a city takes seconds to load, and never changes."""

    gazetteer: Gazetteer | None
    locator: Locator
    roads: Roads | None


def load_ground(city: City) -> Loaded:
    gazetteer = Gazetteer.load(city.artefacts.gazetteer) if city.artefacts.gazetteer is not None else None
    return Loaded(gazetteer, Locator(city, city.boundary.box(), gazetteer), load_roads(city))


def load_roads(city: City) -> Roads | None:
    """The road engine of a city that has a road file."""
    if city.artefacts.roads is None:
        return None
    speeds = city.folder / "speeds.toml"
    return Roads.load(city.artefacts.roads, speeds if speeds.is_file() else None)


async def load_the_rest(
    edge: Edge, accounts: Accounts, load_api: Callable[[], Awaitable[object]] | None = None
) -> None:
    """What no call needs to become an incident is loaded once the doors are open, in a thread (decisions 0157, 0167).

    Whoever asks for a part of it in that first second waits until it is there: nothing is answered without it.
    """
    usual_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        if load_api is not None:
            await load_api()
        await asyncio.to_thread(prepare, edge.gazetteer)
        await asyncio.to_thread(accounts.load_the_rest)
    finally:
        sys.setswitchinterval(usual_s)
    set_aside_what_stays()


def prepare(gazetteer: Gazetteer | None) -> None:
    """Names and roads ready to be asked: most of a second's work, for a thread or before anybody waits."""
    if gazetteer is not None:
        gazetteer.prepare()
    for name in ("scipy.sparse.csgraph", "pypinyin", "rapidfuzz.process", "rapidfuzz.distance"):
        importlib.import_module(name)
    assignment()


def set_aside_what_stays() -> None:
    """The city, its roads and its board are no garbage: the collector need not look at them while somebody waits.

    Deciding a command takes 0.3 ms at the 99th percentile with this, and 3 to 5 ms without (benchmarks/core_rules.py).
    """
    gc.collect()
    gc.freeze()
    gc.enable()
