"""Signals of a SUMO network: which lamps change together, which of them may not meet, and the plans that come with it.

What crosses what is the network's own word, the `foes` of its requests. Least times are not in a network: they are
taken from its programmes, which is what the road shows today. An intergreen is the shortest that any programme leaves
between the two; where none goes from one to the other directly, the longest of that junction.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from turnout.signals.model import (
    Approach,
    GreenWindow,
    GroupKind,
    Intergreen,
    Junction,
    Movement,
    Plan,
    SignalGroup,
    Signals,
    Turn,
)
from turnout.signals.problem import BrokenSignals, Problem, Severity, Spot
from turnout.signals.single_track import SingleTrack
from turnout.signals.sumo_tracks import RAIL, single_tracks, warnings
from turnout.signals.sumo_xml import Edge, Link, Node, Phase, Programme, Records, read_records
from turnout.words.name import Name

GREENS: Final = "gG"
LINKS_MAX: Final = 512
"""Of one signal. The largest junctions have about fifty; every two links are compared in every phase."""
LEAST_GREEN_MS: Final = 5_000
"""A network says least times of phases, not of lamps. So much is usual (RiLSA 2015), or what a programme has."""
TURNS: Final[Mapping[str, Turn]] = {
    "s": "through",
    "l": "left",
    "L": "left",
    "r": "right",
    "R": "right",
    "t": "u-turn",
    "T": "u-turn",
}


class Lamp(msgspec.Struct, frozen=True):
    """One link index of a signal: what it shows in every phase of every programme, and what it lets through."""

    index: int
    links: tuple[Link, ...]
    kind: GroupKind
    shows: tuple[str, ...]


class SumoSignals(msgspec.Struct, frozen=True):
    signals: Signals
    problems: tuple[Problem, ...]
    foes: dict[str, frozenset[tuple[int, int]]]
    """By signal: pairs of link indices whose ways cross or meet."""
    tracks: tuple[SingleTrack, ...] = ()


def read_sumo(net: bytes, file: str, added: Sequence[tuple[bytes, str]] = ()) -> SumoSignals:
    """The signals of a network, with the programmes of further files added to its own.

    Raises `BrokenSignals` where nothing can be made of it, and what `read_records` raises. Whatever else is wrong is in
    `problems`.
    """
    records = read_records(net, file, root="net")
    programmes: dict[str, list[Programme]] = defaultdict(list)
    for programme in records.programmes:
        programmes[programme.signal].append(programme)
    for content, name in added:
        for programme in read_records(content, name, root="additional").programmes:
            programmes[programme.signal].append(programme)
    links: dict[str, dict[int, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in records.links:
        if link.signal:
            links[link.signal][link.index].append(link)
    found: list[Problem] = []
    requests = _requests(records)
    junctions, foes = [], {}
    for signal, of_index in links.items():
        if signal not in programmes:
            if not _is_rail(records, of_index):
                found.append(_without_programme(file, signal))
            continue
        wrong = list(_wrong_phases(file, signal, max(of_index) + 1, programmes[signal]))
        found += wrong
        if not wrong:
            foes[signal] = _foes(of_index, requests)
            made = _Junction(file, signal, _lamps(records.edges, of_index, programmes[signal]), foes[signal])
            junctions.append(made.junction(records.edges, programmes[signal]))
            found += made.problems
    for signal in sorted(set(programmes) - set(links)):
        found.append(_unknown_signal(file, signal, programmes[signal][0].line))
    if not junctions and found:
        raise BrokenSignals(tuple(found))
    tracks = single_tracks(records, junctions)
    found += warnings(tracks, file)
    return SumoSignals(Signals(tuple(junctions)), tuple(found), foes, tracks)


def _requests(records: Records) -> dict[int, tuple[Node, int]]:
    """By identity of the link: its junction, and its number among the requests there.

    It is where the link's way inside the junction stands in `intLanes`: an inner lane may lead on to a second one
    behind an inner stop line, and that one is listed. Without inner lanes links are numbered as lanes come in.
    """
    onward = {f"{link.from_edge}_{link.from_lane}": link.via for link in records.links if link.via}
    of_lane: dict[str, list[Link]] = defaultdict(list)
    for link in records.links:
        of_lane[f"{link.from_edge}_{link.from_lane}"].append(link)
    found: dict[int, tuple[Node, int]] = {}
    for node in records.nodes:
        inside = {lane: number for number, lane in enumerate(node.inside)}
        coming = [link for lane in node.coming for link in of_lane[lane]]
        for order, link in enumerate(coming):
            lane = link.via or f"{link.to_edge}_0"
            if lane not in inside:
                lane = onward.get(lane, lane)
            number = inside.get(lane, order if not node.inside else -1)
            if 0 <= number < len(node.foes):
                found[id(link)] = (node, number)
    return found


def _foes(
    of_index: Mapping[int, Iterable[Link]], requests: Mapping[int, tuple[Node, int]]
) -> frozenset[tuple[int, int]]:
    placed = [
        (index, *requests[id(link)]) for index, links in of_index.items() for link in links if id(link) in requests
    ]
    pairs = set()
    for (a, node, number), (b, other_node, other) in itertools.permutations(placed, 2):
        if a != b and node is other_node and (other in node.foes[number] or number in node.foes[other]):
            pairs.add((a, b))
    return frozenset(pairs)


def _lamps(
    edges: Mapping[str, Edge], of_index: Mapping[int, list[Link]], programmes: Sequence[Programme]
) -> list[Lamp]:
    lamps = []
    for index in sorted(of_index):
        shows = tuple("".join(phase.state[index] for phase in programme.phases) for programme in programmes)
        lamps.append(Lamp(index, tuple(of_index[index]), _kind(edges, of_index[index]), shows))
    return lamps


def _kind(edges: Mapping[str, Edge], links: Sequence[Link]) -> GroupKind:
    if all((edge := edges.get(link.to_edge)) is not None and edge.function == "crossing" for link in links):
        return "pedestrian"
    allowed = [_allowed(edges, link) for link in links]
    if all(each and each <= RAIL for each in allowed):
        return "tram"
    return "bicycle" if all(each == {"bicycle"} for each in allowed) else "vehicle"


def _allowed(edges: Mapping[str, Edge], link: Link) -> set[str]:
    edge = edges.get(link.from_edge)
    lanes = [lane for lane in edge.lanes if lane.id == f"{link.from_edge}_{link.from_lane}"] if edge else []
    return set(lanes[0].allow.split()) if lanes else set()


def _is_rail(records: Records, of_index: Mapping[int, Iterable[Link]]) -> bool:
    """Signals of railways have no programme: trains ask for their blocks."""
    rails = {lane for node in records.nodes if node.kind.startswith("rail_") for lane in node.coming}
    return all(f"{link.from_edge}_{link.from_lane}" in rails for links in of_index.values() for link in links)


class _Junction:
    """One signal of the network on its way to a junction of ours."""

    def __init__(self, file: str, signal: str, lamps: Sequence[Lamp], foes: frozenset[tuple[int, int]]) -> None:
        self.file, self.signal, self.foes = file, signal, foes
        self.problems: list[Problem] = []
        groups: dict[tuple[GroupKind, tuple[str, ...]], list[Lamp]] = defaultdict(list)
        for lamp in lamps:
            groups[lamp.kind, tuple(show.replace("g", "G") for show in lamp.shows)].append(lamp)
        self.groups = {f"K{members[0].index}": members for members in groups.values()}
        self.of_index = {lamp.index: name for name, members in self.groups.items() for lamp in members}
        self.lamps = {lamp.index: lamp for lamp in lamps}

    def junction(self, edges: Mapping[str, Edge], programmes: Sequence[Programme]) -> Junction:
        yields = self._yields(programmes)
        return Junction(
            id=self.signal,
            name=Name(self.signal, self.signal),
            approaches=tuple(self._approaches(edges)),
            movements=tuple(self._movements(yields)),
            groups=tuple(self._group(name, programmes) for name in self.groups),
            intergreens=tuple(self._intergreens(programmes)),
            plans=tuple(self._plan(programme) for programme in programmes),
        )

    def _shows(self, name: str, nth: int) -> str:
        return self.groups[name][0].shows[nth]

    def _approaches(self, edges: Mapping[str, Edge]) -> Iterable[Approach]:
        for edge_id in dict.fromkeys(link.from_edge for lamp in self.lamps.values() for link in lamp.links):
            edge = edges.get(edge_id)
            lanes = edge.lanes if edge is not None else ()
            called = edge.name if edge is not None and edge.name else edge_id
            yield Approach(
                edge_id, Name(called, called), len(lanes), max((lane.speed_mps for lane in lanes), default=13.89)
            )

    def _movements(self, yields: Mapping[int, list[int]]) -> Iterable[Movement]:
        for lamp in self.lamps.values():
            link = lamp.links[0]
            turn: Turn = "crossing" if lamp.kind == "pedestrian" else TURNS.get(link.direction, "through")
            to = tuple(str(other) for other in yields.get(lamp.index, ()))
            yield Movement(str(lamp.index), link.from_edge, turn, self.of_index[lamp.index], to)

    def _yields(self, programmes: Sequence[Programme]) -> dict[int, list[int]]:
        """Who gives way to whom under green; two of equal right are a problem."""
        yields: dict[int, list[int]] = defaultdict(list)
        for a, b in sorted(self.foes):
            shown = [
                (programme.phases[nth], mine, its)
                for programme, mine_all, its_all in zip(
                    programmes, self.lamps[a].shows, self.lamps[b].shows, strict=True
                )
                for nth, (mine, its) in enumerate(zip(mine_all, its_all, strict=True))
                if mine in GREENS and its in GREENS
            ]
            if any(mine == "g" for _, mine, _ in shown):
                yields[a].append(b)
            equal = [phase for phase, mine, its in shown if mine == its == "G"]
            if equal and a < b:
                self._equal_right(a, b, equal[0])
        return yields

    def _equal_right(self, a: int, b: int, phase: Phase) -> None:
        what = Name(
            f"links {a} and {b} cross, and a phase gives both green with the right of way",
            f"连接 {a} 与 {b} 相交，而某一相位同时给二者优先绿灯",
        )
        cure = Name("give one of them g, or another phase", "请将其中之一改为 g，或放入另一相位")
        self._problem("green-against-green", what, cure, "warning", phase.line)

    def _meet(self, one: str, other: str) -> bool:
        """Whether no programme lets two groups have green together though some of their ways cross."""
        crosses = any((a.index, b.index) in self.foes for a in self.groups[one] for b in self.groups[other])
        if not crosses:
            return False
        shows = zip(self.groups[one][0].shows, self.groups[other][0].shows, strict=True)
        return not any(a in GREENS and b in GREENS for mine, its in shows for a, b in zip(mine, its, strict=True))

    def _group(self, name: str, programmes: Sequence[Programme]) -> SignalGroup:
        """Times as the programmes show them; the least of each."""
        kind = self.groups[name][0].kind
        greens, ambers, starts = [], [], []
        for p, programme in enumerate(programmes):
            shows = self._shows(name, p)
            for run in _runs(shows, GREENS):
                greens.append(sum(programme.phases[nth].least_ms for nth in run))
            ambers += [sum(programme.phases[nth].duration_ms for nth in run) for run in _runs(shows, "yY")]
            starts += [sum(programme.phases[nth].duration_ms for nth in run) for run in _runs(shows, "u")]
        return SignalGroup(
            name,
            kind,
            min_green_ms=min([LEAST_GREEN_MS, *greens]),
            ending_ms=min(ambers, default=0),
            starting_ms=min(starts, default=0),
        )

    def _intergreens(self, programmes: Sequence[Programme]) -> Iterable[Intergreen]:
        pairs = [(a, b) for a, b in itertools.permutations(self.groups, 2) if self._meet(a, b)]
        direct: dict[tuple[str, str], int] = {}
        later: dict[tuple[str, str], int] = {}
        for p, programme in enumerate(programmes):
            begins = {nth for name in self.groups for nth in _begins(self._shows(name, p))}
            for a, b in pairs:
                others = [self._shows(other, p) for other, meets in pairs if meets == b and other != a]
                holding = {nth for shows in others for nth, colour in enumerate(shows) if colour in GREENS}
                for gap_ms, is_direct in _gaps(programme, self._shows(a, p), self._shows(b, p), begins | holding):
                    found = direct if is_direct else later
                    found[a, b] = min(gap_ms, found.get((a, b), gap_ms))
        longest = max(direct.values(), default=0)
        for pair in pairs:
            least = direct.get(pair, min(longest, later.get(pair, longest)))
            yield Intergreen(*pair, least)

    def _plan(self, programme: Programme) -> Plan:
        starts = [0, *itertools.accumulate(phase.duration_ms for phase in programme.phases)]
        cycle = starts[-1]
        windows = []
        for name, members in self.groups.items():
            shows = "".join(phase.state[members[0].index] for phase in programme.phases)
            for run in _runs(shows, GREENS):
                windows.append(GreenWindow(name, starts[run[0]] % cycle, starts[run[-1] + 1] % cycle))
        return Plan(programme.id, cycle, tuple(windows), programme.offset_ms % cycle)

    def _problem(self, rule: str, what: Name, cure: Name, severity: Severity, line: int) -> None:
        self.problems.append(Problem(rule, Spot(self.file, line, self.signal), what, cure, severity))


def _runs(shows: str, colours: str) -> list[list[int]]:
    """Phases in a row that show one of the colours; a run over the end of the cycle is one run."""
    runs: list[list[int]] = []
    for nth, colour in enumerate(shows):
        if colour in colours:
            if runs and runs[-1][-1] == nth - 1:
                runs[-1].append(nth)
            else:
                runs.append([nth])
    if len(runs) > 1 and runs[0][0] == 0 and runs[-1][-1] == len(shows) - 1:
        runs[0] = runs.pop() + runs[0]
    return runs


def _begins(shows: str) -> list[int]:
    """Phases in which green begins."""
    return [run[0] for run in _runs(shows, GREENS) if len(run) < len(shows)]


def _gaps(programme: Programme, ending: str, beginning: str, between: set[int]) -> Iterable[tuple[int, bool]]:
    """From each end of the one green to the next beginning of the other, in ms; and whether no phase lies between in
    which a green begins, or one that meets the other goes on: then the gap is not that of these two.
    """
    size = len(programme.phases)
    for run in _runs(ending, GREENS):
        if len(run) == size:
            continue
        gap_ms, is_direct = 0, True
        for step in range(1, size + 1):
            nth = (run[-1] + step) % size
            if beginning[nth] in GREENS:
                yield gap_ms, is_direct
                break
            is_direct = is_direct and nth not in between
            gap_ms += programme.phases[nth].least_ms


def _wrong_phases(file: str, signal: str, least: int, programmes: Sequence[Programme]) -> Iterable[Problem]:
    """Phases that do not fit the links, which need at least so many colours; and links that are too many."""
    if least > LINKS_MAX:
        yield _too_many_links(file, signal, least - 1)
        return
    for programme in programmes:
        for phase in programme.phases:
            if len(phase.state) < least:
                what = Name(
                    f"a phase of programme {programme.id!r} has {len(phase.state)} colours for {least} link indices",
                    f"方案“{programme.id}”的一个相位有 {len(phase.state)} 个灯色，而连接编号有 {least} 个",
                )
                cure = Name("write one colour for each link index", "请为每个连接编号写一个灯色")
                yield Problem("phase-length", Spot(file, phase.line, signal), what, cure)
                break


def _too_many_links(file: str, signal: str, index: int) -> Problem:
    what = Name(
        f"a link index of {index}; {LINKS_MAX - 1} is the highest taken", f"连接编号 {index} 超过上限 {LINKS_MAX - 1}"
    )
    cure = Name("divide the signal, or correct the index", "请拆分该信号机或更正编号")
    return Problem("too-many-links", Spot(file, 0, signal), what, cure)


def _without_programme(file: str, signal: str) -> Problem:
    what = Name("its links name a signal that has no programme", "其连接所属的信号机没有任何方案")
    cure = Name("add its tlLogic, or the file that holds it", "请补充其 tlLogic 或所在文件")
    return Problem("no-programme", Spot(file, 0, signal), what, cure)


def _unknown_signal(file: str, signal: str, line: int) -> Problem:
    what = Name("a programme for a signal that no link of the network names", "方案所属的信号机在路网中没有任何连接")
    cure = Name("remove it, or take the network it belongs to", "请删除该方案，或改用其所属路网")
    return Problem("unknown-signal", Spot(file, line, signal), what, cure, "warning")
