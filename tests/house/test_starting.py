"""A start loads what a call needs to become an incident, and nothing else; each command line what it needs itself."""

import subprocess
import sys

import pytest

from turnout.main import GROUPS, parser

NOT_NEEDED = (
    "asyncpg",
    "cedarpy",
    "cryptography.x509",
    "httpx",
    "litestar",
    "nats",
    "opentelemetry.sdk",
    "prometheus_client",
    "pydantic",
    "pypinyin",
    "rapidfuzz",
    "rfc3161_client",
    "scipy",
    "turnout.city.simulated.run",
    "uvicorn",
    "webauthn",
)
"""Each a twentieth of a second to load, or half of one."""

START = """
import sys
from turnout import main
main.parser("serve")
main.serving.serve
from turnout.city.folder import load_city, shipped_city
from turnout.config import SHIPPED
from turnout.loading import load_ground
load_ground(load_city(shipped_city(SHIPPED)))
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_a_start_loads_nothing_that_no_call_needs() -> None:
    asked = [sys.executable, "-c", START, *NOT_NEEDED]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == []


def test_every_command_is_in_one_group_and_found_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for group, _ in GROUPS for name in group]
    assert len(names) == len(set(names))
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    listed = capsys.readouterr().out
    for name in names:
        assert f" {name}" in listed
        with pytest.raises(SystemExit) as ended:
            parser(name).parse_args([name, "--help"])
        assert ended.value.code == 0
