"""A square of signals in SUMO's form, 300 m apart, with one lane in every direction: as large as somebody wants it."""

import itertools
from collections import defaultdict
from collections.abc import Iterator

APART_M = 300.0
WAYS = {"e": (1, 0), "w": (-1, 0), "n": (0, 1), "s": (0, -1)}
RIGHT = {"e": "s", "s": "w", "w": "n", "n": "e"}


def _edge(x: int, y: int, way: str) -> str:
    """The edge that leads to signal (x, y), driving `way`; at the border it leads in, or out."""
    return f"{x}.{y}.{way}"


def _turns(size: int) -> Iterator[tuple[int, int, str, str]]:
    for x, y in itertools.product(range(size), repeat=2):
        for way in WAYS:
            yield x, y, way, way
            yield x, y, way, RIGHT[way]


def _after(x: int, y: int, way: str) -> str:
    dx, dy = WAYS[way]
    return _edge(x + dx, y + dy, way)


def grid_net(size: int) -> bytes:
    edges = {_edge(x, y, way) for x, y, way, _ in _turns(size)} | {_after(x, y, to) for x, y, _, to in _turns(size)}
    parts = ["<net>"]
    parts += [
        f'<edge id="{name}"><lane id="{name}_0" index="0" speed="13.89" length="{APART_M}"/></edge>'
        for name in sorted(edges)
    ]
    links: dict[tuple[int, int], list[tuple[str, str]]] = defaultdict(list)
    for x, y, way, to in _turns(size):
        links[x, y].append((way, to))
    for (x, y), turns in links.items():
        signal = f"{x}.{y}"
        shown = ["".join("G" if way in axis else "r" for way, _ in turns) for axis in ("ns", "ew")]
        phases = [(27, shown[0]), (3, shown[0].replace("G", "y")), (27, shown[1]), (3, shown[1].replace("G", "y"))]
        rows = "".join(f'<phase duration="{seconds}" state="{state}"/>' for seconds, state in phases)
        parts.append(f'<tlLogic id="{signal}" type="static" programID="0" offset="0">{rows}</tlLogic>')
        requests = ""
        for n, (way, _) in enumerate(turns):
            foes = "".join("1" if (way in "ns") != (other in "ns") else "0" for other, _ in reversed(turns))
            requests += f'<request index="{n}" response="{"0" * len(turns)}" foes="{foes}"/>'
        coming = " ".join(f"{_edge(x, y, way)}_0" for way in WAYS)
        inside = " ".join(f":{signal}_{n}" for n in range(len(turns)))
        parts.append(
            f'<junction id="{signal}" type="traffic_light" incLanes="{coming}" intLanes="{inside}">'
            f"{requests}</junction>"
        )
        for n, (way, to) in enumerate(turns):
            parts.append(
                f'<connection from="{_edge(x, y, way)}" to="{_after(x, y, to)}" fromLane="0" toLane="0" tl="{signal}"'
                f' linkIndex="{n}" via=":{signal}_{n}" dir="{"s" if way == to else "r"}" state="O"/>'
            )
    return "".join([*parts, "</net>"]).encode()


def grid_counts(size: int, per_h: float = 400.0) -> dict[tuple[str, str], float]:
    """Nine of ten go straight on; what turns off is what turns in."""
    return {(_edge(x, y, way), _after(x, y, to)): per_h * (0.9 if way == to else 0.1) for x, y, way, to in _turns(size)}
