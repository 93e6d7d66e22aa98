"""What adaptive control of Bologna's acosta shows in ten minutes of readings drawn by chance: a digest, and from where.

Run as a program by `test_signals_compiled`, with compiled control and without.
"""

import hashlib
import random
from pathlib import Path

from turnout.signals import guard
from turnout.signals.adaptive import control
from turnout.signals.adaptive.observer import Reading
from turnout.signals.simulated.sumo_layout import placed
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records

NETWORK = Path(__file__).parent / "networks/acosta.net.xml.gz"
PROGRAMMES = Path(__file__).parent / "networks/acosta_tls.add.xml"
SECONDS = 600


def told() -> str:
    body, draw = NETWORK.read_bytes(), random.Random(5)
    junctions = read_sumo(body, NETWORK.name, [(PROGRAMMES.read_bytes(), PROGRAMMES.name)]).signals.junctions
    found = hashlib.sha256()
    for layout in placed(read_records(body, NETWORK.name, root="net"), junctions).layouts:
        driven = control.AdaptiveControl(layout, 0)
        names = [mark.detector for mark in layout.marks]
        names += sorted({name for lane in layout.lanes for name in (*lane.exits, *lane.mouths)})
        for at_s in range(1, SECONDS + 1):
            some = draw.sample(names, k=min(len(names), 6))
            readings = {name: Reading(draw.randint(0, 1), draw.random() < 0.6) for name in some}
            found.update(bytes(driven.step(1_000 * at_s, readings)) + driven.mode.encode())
    return found.hexdigest()


if __name__ == "__main__":
    print(told(), Path(control.__file__).suffix, Path(guard.__file__).suffix)
