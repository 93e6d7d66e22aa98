"""The judge's side of roads_judge: OSRM over the same file. Runs in its own Python, never in Turnout's.

Reads `pairs.json` in the folder that it is given, writes `seconds.json`: per pair OSRM's duration, null for no way.
"""

import json
import subprocess
import sys
from pathlib import Path

import osrm


def main(folder: Path, osm_file: str) -> None:
    """Extract and contract the file with the profile in the folder, then route every pair."""
    tools = Path(osrm.__file__).parent / "bin"
    roads = folder / "judge.osrm"
    for tool, arguments in [
        ("osrm-extract", ["-p", str(folder / "judge.lua"), "-o", str(roads), "--threads", "1", osm_file]),
        ("osrm-contract", ["--threads", "1", str(roads)]),
    ]:
        subprocess.run([str(tools / tool), *arguments], check=True, stdout=subprocess.DEVNULL, timeout=300)
    engine = osrm.OSRM(storage_config=str(roads), use_shared_memory=False, algorithm="CH")
    seconds = [_seconds(engine, *pair) for pair in json.loads((folder / "pairs.json").read_text())]
    (folder / "seconds.json").write_text(json.dumps(seconds))


def _seconds(engine: osrm.OSRM, begin: list[float], end: list[float]) -> float | None:
    parameters = osrm.RouteParameters(coordinates=[(begin[1], begin[0]), (end[1], end[0])], overview="false")
    try:
        return float(engine.Route(parameters)["routes"][0]["duration"])
    except RuntimeError:
        return None


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
