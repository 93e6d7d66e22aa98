"""From an extract to signals: every junction with its guesses, and what the extract as a whole left open."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from turnout.signals.model import Signals
from turnout.signals.osm.arms import Plane, arms_of, legs_of, middle_of
from turnout.signals.osm.clusters import Cluster, clusters
from turnout.signals.osm.junction import Found, junction_of
from turnout.signals.osm.said import Guess, counted, problems_of
from turnout.signals.osm.streets import Extract, Restriction, Streets
from turnout.signals.osm.times import Rules, rules_for
from turnout.signals.problem import Problem


class OsmSignals(msgspec.Struct, frozen=True):
    """`found` stands beside the junctions, in their order."""

    signals: Signals
    problems: tuple[Problem, ...]
    found: tuple[Found, ...]


def signals_of(extract: Extract, file: str, country: str = "") -> OsmSignals:
    """`country`: an ISO 3166 code, or empty: then one drives on the right, and that is said."""
    streets, rules = Streets(extract), rules_for(country)
    of_node: dict[int, list[Restriction]] = defaultdict(list)
    for restriction in extract.restrictions:
        of_node[restriction.via].append(restriction)
    its = clusters(streets)
    guesses = [] if country else [Guess("driving-side")]
    guesses += _wrong_side(streets, its, rules)
    if extract.left:
        left = counted(extract.left)
        guesses.append(Guess("left-out", part=left.en, part_zh=left.zh))
    found = [junction_of(streets, cluster, _over(cluster, of_node), rules) for cluster in its]
    kept = tuple(each for each in found if each.junction is not None)
    junctions = tuple(each.junction for each in kept if each.junction is not None)
    if junctions:
        guesses.append(Guess("proposed-plans"))
    every = (*guesses, *(guess for each in found for guess in each.guesses))
    return OsmSignals(Signals(junctions), problems_of(every, file), kept)


def _over(cluster: Cluster, of_node: dict[int, list[Restriction]]) -> Iterable[Restriction]:
    """Those over its nodes, and those over ways: which of them it has, its arms say."""
    return [restriction for node in (0, *sorted(cluster.nodes)) for restriction in of_node.get(node, ())]


def _wrong_side(streets: Streets, its: Iterable[Cluster], rules: Rules) -> list[Guess]:
    """Whether pairs of carriageways speak against the side that was taken."""
    votes = {True: 0, False: 0}
    for cluster in its:
        legs, _ = legs_of(streets, cluster, Plane(middle_of(streets, cluster)))
        one_way = [leg for leg in legs if leg.comes != leg.leads and leg.name.en]
        for is_left in (True, False):
            votes[is_left] += sum(len(arm.legs) == 2 for arm in arms_of(one_way, is_left))
    mine, other = votes[rules.drives_on_left], votes[not rules.drives_on_left]
    return [Guess("wrong-side")] if other > 3 and other > 2 * mine else []
