"""`turnout signals sites`: where a city's signals stand on its roads, and what of them no corridor can use; offline."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from turnout.adapters.signals.simulated import now_ms
from turnout.city.folder import load_city
from turnout.city.signals import read_signals
from turnout.loading import load_roads
from turnout.roads.graph import RoadGraph
from turnout.roads.headings import heading_at_end
from turnout.signals.arming import Shut
from turnout.signals.asked import add_language
from turnout.signals.problem import SEVERITY_NAMES, Problem
from turnout.signals.sites import Site, Sites, assumed_sites
from turnout.signals_of_city import SignalsOfFiles
from turnout.words.name import Language, Name
from turnout.words.trouble import Malformed

FINE: Final = 0
FAULTY: Final = 1
"""Exit status when something of the signals cannot be used."""

STANDS: Final = Name("{junction} ({name}) at {lat:.5f}, {lon:.5f}", "{junction}（{name}）位于 {lat:.5f}, {lon:.5f}")
LEADS: Final = Name(
    "  {group}: {street}, heading {heading:.0f}°{turns}", "  {group}：{street}，行驶方向 {heading:.0f}°{turns}"
)
TURNS: Final = Name("; {turn}: {group}", "；{turn}：{group}")
TURN_NAMES: Final = {
    "left": Name("left", "左转"),
    "right": Name("right", "右转"),
    "u-turn": Name("U-turn", "掉头"),
    "through": Name("through", "直行"),
}
COUNTED: Final = Name("{sites} junctions stand on the roads", "{sites} 个路口已落在路网上")
NONE: Final = Name(
    "this city has no signals for corridors: it has no signals.toml", "该城市没有绿色通道信号：没有 signals.toml"
)


def add_sites_command(kinds: Any) -> None:
    """`kinds`: the commands below `turnout signals`."""
    placing = kinds.add_parser("sites", help="where a city's signals stand on its roads (信号在路网上的位置)")
    placing.add_argument("folder", type=Path, help="the city's folder")
    placing.add_argument(
        "--all", action="store_true", help="name every junction with its streets, not only what is wrong"
    )
    add_language(placing)
    placing.set_defaults(run=_sites)


def _sites(asked: argparse.Namespace) -> int:
    language: Language = asked.language
    city = load_city(asked.folder)
    said, roads = read_signals(city.folder), load_roads(city)
    if said.controllers == "none":
        print(NONE.spoken(language))
        return FINE
    if roads is None:
        raise Malformed("the city has no roads", str(asked.folder), "`turnout city build` makes roads.npz")
    if said.junctions == "file":
        sites = SignalsOfFiles(city.folder, said, Shut(), now_ms).sites_of(roads.graph)
    else:
        sites = assumed_sites(roads.graph)
    for line in _lines(sites, roads.graph, language, is_all=asked.all):
        print(line)
    return FAULTY if sites.problems else FINE


def _lines(sites: Sites, graph: RoadGraph, language: Language, *, is_all: bool) -> Iterator[str]:
    for site in sites.by_id.values() if is_all else ():
        name, place = site.junction.name.spoken(language), site.place
        yield STANDS.spoken(language).format(junction=site.id, name=name, lat=place.lat, lon=place.lon)
        for edge, group in sorted(site.groups.items()):
            street = graph.street_of(edge).spoken(language) or "-"
            turns = _turns(site, edge, group, language)
            heading = heading_at_end(graph, edge)
            yield LEADS.spoken(language).format(group=group, street=street, heading=heading, turns=turns)
    yield from (problem.spoken(language) for problem in sites.problems)
    yield COUNTED.spoken(language).format(sites=len(sites.by_id)) + _counted(sites.problems, language)


def _turns(site: Site, edge: int, group: str, language: Language) -> str:
    """Those that need another green than the edge itself."""
    others = ((turn, of) for (at, turn), of in sorted(site.turns.items()) if at == edge and of != group)
    said = (TURNS.spoken(language).format(turn=TURN_NAMES[turn].spoken(language), group=of) for turn, of in others)
    return "".join(said)


def _counted(problems: tuple[Problem, ...], language: Language) -> str:
    errors = sum(problem.severity == "error" for problem in problems)
    words = [SEVERITY_NAMES[severity].spoken(language) for severity in ("error", "warning")]
    return f"; {errors} {words[0]}, {len(problems) - errors} {words[1]}"
