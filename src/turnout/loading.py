"""What takes long to load of a city and of the program: before the doors are open only what no answer can do without.

A call becomes an incident with its zones, its crossing and its neighbourhood as soon as the doors are open. Finding a
place by its name, roads to rank by, passkeys: in the second after (decisions 0157, 0167).
"""

import asyncio
import gc
import importlib
import threading
from contextlib import suppress
from dataclasses import dataclass

from turnout.adapters.identity.accounts import Accounts
from turnout.city.folder import City
from turnout.edge.edge import Edge
from turnout.edge.locating import Locator
from turnout.recommend import assignment
from turnout.roads import Roads
from turnout.roads.gazetteer import Gazetteer


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


def load_the_rest(edge: Edge, accounts: Accounts) -> None:
    """What no call needs to become an incident is loaded once the doors are open, in a thread (decisions 0157, 0167).

    Whoever asks for a part of it in that first second waits until it is there: nothing is answered without it.
    """

    def load() -> None:
        prepare(edge.gazetteer)
        accounts.load_the_rest()
        with suppress(RuntimeError):  # stopped meanwhile
            loop.call_soon_threadsafe(set_aside_what_stays)

    loop = asyncio.get_running_loop()
    threading.Thread(target=load, name="loading", daemon=True).start()


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
