"""The sample's log: what the controllers of a few junctions in Bologna would have logged in an hour of simulation.

    PYTHONPATH=src python -m benchmarks.signal_log …/bologna/acosta --sumo sumo \\
        --to src/turnout/city/folders/san-francisco/districts/bologna-acosta

`acosta` is the folder of DLR-TS/sumo-scenarios (EPL-2.0). Writes `events.csv.gz` and `quality.toml`; same seed, same
files.
"""

import argparse
import datetime
import gzip
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from turnout.signals.quality.log import written
from turnout.signals.quality.log_map import LoggedSignal
from turnout.signals.quality.sumo_run import laid, log_of_run, outputs_file
from turnout.signals.sumo_network import read_sumo
from turnout.signals.sumo_xml import read_records

JUNCTIONS: Final = ("235", "221", "210")
"""The ring, north to south."""
BEGINS: Final = datetime.datetime(2026, 1, 12, 8)
END_S: Final = 3_600
SEED: Final = 7

HEAD: Final = """\
# Which phases and detectors of events.csv.gz are which groups. Both are made, not measured: one hour of the SUMO
# scenario bologna/acosta (DLR-TS/sumo-scenarios, © DLR and others, EPL-2.0) with seed 7, by benchmarks/signal_log.py.
# Detectors stand where nobody built any: two at each stop line, one 60 m before it. The date is made up.
format = "turnout-quality-1"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--sumo", default="sumo")
    parser.add_argument("--to", type=Path, required=True)
    asked = parser.parse_args()
    folder: Path = asked.scenario.resolve()
    net, tls = (folder / name for name in ("acosta_buslanes.net.xml", "acosta_tls.add.xml"))
    found = read_sumo(net.read_bytes(), net.name, [(tls.read_bytes(), tls.name)]).signals
    junctions = [each for each in found.junctions if each.id in JUNCTIONS]
    placed = laid(read_records(net.read_bytes(), net.name, root="net"), junctions)
    with tempfile.TemporaryDirectory() as work:
        outputs = Path(work) / "outputs.add.xml"
        outputs.write_text(outputs_file(placed.loops, JUNCTIONS, "lamps.xml", "crossings.xml"))
        added = ",".join(str(folder / f"acosta_{name}.add.xml") for name in ("vtypes", "bus_stops", "tls"))
        routes = f"{folder / 'acosta.rou.xml.gz'},{folder / 'acosta_busses.rou.xml'}"
        words = ["-n", str(net), "-r", routes, "-a", f"{added},{outputs}", "--seed", str(SEED), "-e", str(END_S)]
        subprocess.run([asked.sumo, *words, "--no-step-log", "--no-warnings"], check=True, cwd=work)
        begins_ms = round((BEGINS - datetime.datetime(1970, 1, 1)).total_seconds() * 1_000)
        lamps, crossings = ((Path(work) / name).read_bytes() for name in ("lamps.xml", "crossings.xml"))
        log = log_of_run(lamps, crossings, placed.signals, junctions, begins_ms)
    asked.to.mkdir(parents=True, exist_ok=True)
    (asked.to / "events.csv.gz").write_bytes(gzip.compress(written(log.signals), 9, mtime=0))
    (asked.to / "quality.toml").write_text(HEAD + "".join(map(_table, placed.signals)))


def _table(signal: LoggedSignal) -> str:
    rows = [
        f'\n[[signal]]\ndevice = "{signal.device}"\njunction = "{signal.junction}"\nphases = {_numbers(signal.phases)}'
    ]
    if signal.pedestrians:
        rows.append(f"pedestrians = {_numbers(signal.pedestrians)}")
    rows.append("detector = [")
    for each in signal.detectors:
        uses = ", ".join(f'"{use}"' for use in each.uses)
        travel = f", travel_s = {each.travel_s:g}" if each.travel_s else ""
        rows.append(
            f'  {{ channel = {each.channel}, id = "{each.id}", group = "{each.group}", uses = [{uses}]{travel} }},'
        )
    return "\n".join([*rows, "]", ""])


def _numbers(numbers: dict[str, int]) -> str:
    return "{ " + ", ".join(f"{group} = {number}" for group, number in numbers.items()) + " }"


if __name__ == "__main__":
    main()
