"""A district of two signals on a street, all traffic along it, made by SUMO itself: for who has SUMO."""

import os
import subprocess
from pathlib import Path

from turnout.signals.districts.sumo_program import HOME, get_sumo


def a_street(city: Path) -> Path:
    """The folder of it in a city's folder: sixty vehicles in six minutes, from one end to the other."""
    sumo = get_sumo()
    folder = city / "districts" / "street"
    folder.mkdir(parents=True)
    words = ["--grid", "--grid.x-number", "2", "--grid.y-number", "1", "--grid.length", "200", "--grid.attach-length"]
    words += ["150", "--default-junction-type", "traffic_light", "--output-file", "street.net.xml"]
    env = os.environ | ({HOME: str(sumo.home)} if sumo.home is not None else {})
    subprocess.run([str(sumo.program.with_name("netgenerate")), *words], cwd=folder, env=env, check=True, timeout=120)
    vehicles = "".join(f'<trip id="{n}" depart="{n * 6}" from="left0A0" to="B0right0"/>' for n in range(60))
    (folder / "street.rou.xml").write_text(f"<routes>{vehicles}</routes>", encoding="utf-8")
    (folder / "district.toml").write_text(
        'source = ""\nlicence = ""\nattribution = ""\nnetwork = "street.net.xml"\nroutes = ["street.rou.xml"]\n'
        'end_s = 1200\n[name]\nen = "Street"\nzh = "街"\n',
        encoding="utf-8",
    )
    return folder
