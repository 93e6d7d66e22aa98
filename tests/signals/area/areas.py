"""Districts of Bologna with their traffic, and small streets made for one question."""

from pathlib import Path

from turnout.signals.area.area import Area, read_area
from turnout.signals.area.demand import read_routes

NETWORKS = Path(__file__).parent.parent / "networks"


def file(name: str) -> tuple[bytes, str]:
    return (NETWORKS / name).read_bytes(), name


def district(name: str) -> Area:
    """`acosta` or `pasubio`, with the plans and the cars of its peak hour."""
    demand = read_routes([file(f"{name}.rou.xml.gz")])
    return read_area(*file(f"{name}.net.xml.gz"), [file(f"{name}_tls.add.xml")], demand)


def street(length_m: float, lanes: int = 1) -> bytes:
    """Two signals on a one-way street from west to east, each crossed by another street. Cycle 60 s, 27 s of green."""
    edges, links, logics, nodes = [], [], [], []

    def edge(name: str, length: float, count: int = 1) -> None:
        rows = "".join(f'<lane id="{name}_{n}" index="{n}" speed="13.89" length="{length}"/>' for n in range(count))
        edges.append(f'<edge id="{name}" from="x" to="y">{rows}</edge>')

    for name, length in (("in", 400.0), ("mid", length_m), ("out", 400.0)):
        edge(name, length, lanes)
    for signal, (start, end) in (("A", ("in", "mid")), ("B", ("mid", "out"))):
        edge(f"{signal}south", 300.0)
        edge(f"{signal}north", 300.0)
        cross = f"{signal}south", f"{signal}north"
        for n in range(lanes):
            links.append(
                f'<connection from="{start}" to="{end}" fromLane="{n}" toLane="{n}" tl="{signal}" linkIndex="{n}"'
                f' via=":{signal}_{n}" dir="s" state="O"/>'
            )
        links.append(
            f'<connection from="{cross[0]}" to="{cross[1]}" fromLane="0" toLane="0" tl="{signal}" linkIndex="{lanes}"'
            f' via=":{signal}_{lanes}" dir="s" state="O"/>'
        )
        coming = " ".join([*(f"{start}_{n}" for n in range(lanes)), f"{cross[0]}_0"])
        inside = " ".join(f":{signal}_{n}" for n in range(lanes + 1))
        main_foes = "1" + "0" * lanes
        requests = (
            "".join(f'<request index="{n}" response="{"0" * (lanes + 1)}" foes="{main_foes}"/>' for n in range(lanes))
            + f'<request index="{lanes}" response="{"0" * (lanes + 1)}" foes="0{"1" * lanes}"/>'
        )
        nodes.append(
            f'<junction id="{signal}" type="traffic_light" incLanes="{coming}" intLanes="{inside}">'
            f"{requests}</junction>"
        )
        phases = [(27, "G" * lanes + "r"), (3, "y" * lanes + "r"), (27, "r" * lanes + "G"), (3, "r" * lanes + "y")]
        rows = "".join(f'<phase duration="{seconds}" state="{state}"/>' for seconds, state in phases)
        logics.append(f'<tlLogic id="{signal}" type="static" programID="0" offset="0">{rows}</tlLogic>')
    return "".join(["<net>", *edges, *logics, *nodes, *links, "</net>"]).encode()


def counts(main_per_h: float, cross_per_h: float) -> dict[tuple[str, str], float]:
    across = {(f"{signal}south", f"{signal}north"): cross_per_h for signal in "AB"}
    return {("in", "mid"): main_per_h, ("mid", "out"): main_per_h} | across
