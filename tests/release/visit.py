"""Without a network: start an installed Turnout, and say what a visitor's browser gets, with its libraries alone.

`python visit.py TURNOUT DATA`, in a network namespace of its own; prints one JSON object.
"""

import json
import re
import subprocess
import sys
import time
from typing import Any

import httpx

URL = "http://localhost:8080"
WITHIN_S = 100.0


def ways_out() -> list[str]:
    """What reaches further than this machine."""
    shown = subprocess.run(["ip", "route", "show", "table", "main"], check=True, capture_output=True, text=True)
    return shown.stdout.splitlines()


def until(ready: Any) -> Any:
    """What it answers when that is something, asked twice a second."""
    end = time.monotonic() + WITHIN_S
    while time.monotonic() < end:
        try:
            if found := ready():
                return found
        except httpx.HTTPError:
            pass
        time.sleep(0.5)
    raise SystemExit(f"nothing within {WITHIN_S:.0f} s of {ready.__name__}")


def visit() -> dict[str, Any]:
    with httpx.Client(base_url=URL, trust_env=False) as browser:

        def health() -> bool:
            return browser.get("/health").status_code == 200

        until(health)
        page = browser.get("/").text
        scripts = re.findall(r'src="(/[^"]+\.js)"', page)
        sizes = [len(browser.get(script).raise_for_status().content) for script in scripts]
        browser.post("/api/v1/session/demo", json={}).raise_for_status()

        def incidents() -> int:
            return len(browser.get("/api/v1/board").raise_for_status().json()["tables"]["incidents"])

        count = until(incidents)
        board = browser.get("/api/v1/board").json()["tables"]
        return {"scripts": sizes, "incidents": count, "units": len(board["units"])}


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    turnout, data = sys.argv[1:]
    serving = subprocess.Popen([turnout, "serve", "--data", data, "--reserve-mib", "0"], stdout=2)
    try:
        print(json.dumps({"ways_out": ways_out(), **visit()}))
    finally:
        serving.terminate()
        serving.wait(timeout=60)
