"""A district of two by two signals, written as a city ships one."""

from pathlib import Path

from tests.signals.area.grids import grid_net
from turnout.city.folder import shipped_city
from turnout.signals.districts.folder import FOLDER

HEAD = """
source = "made for a test"
licence = "none"
attribution = "nobody"
network = "grid.net.xml"
routes = ["grid.rou.xml"]
{more}
[name]
en = "Grid"
zh = "网格"
"""


def a_district(city: Path, name: str = "grid", more: str = "", *, signals: str = "") -> Path:
    """The folder of it in a city's folder."""
    folder = city / FOLDER / name
    folder.mkdir(parents=True)
    (folder / "grid.net.xml").write_bytes(grid_net(2))
    (folder / "grid.rou.xml").write_text(routes(), encoding="utf-8")
    if signals:
        (folder / "plans.toml").write_text(signals, encoding="utf-8")
        more = f'signals = "plans.toml"\n{more}'
    (folder / "district.toml").write_text(HEAD.format(more=more), encoding="utf-8")
    return folder


def routes() -> str:
    ways = ["0.0.n 0.1.n 0.2.n", "1.0.n 1.1.n 1.2.n", "0.0.e 1.0.e 2.0.e", "0.1.e 1.1.e 2.1.e"]
    rows = "".join(
        f'<vehicle id="{n}" depart="{n * 20}"><route edges="{ways[n % len(ways)]}"/></vehicle>' for n in range(80)
    )
    return f"<routes>{rows}</routes>"


def the_sample() -> Path:
    """The folder of the shipped sample."""
    return shipped_city("san-francisco") / FOLDER / "bologna-acosta"
