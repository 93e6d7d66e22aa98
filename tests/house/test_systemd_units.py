"""The units in docs/systemd: hardened, started again for ever, without a secret where another process could read it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from turnout.main import parser
from turnout.up import ROLES

UNITS = Path(__file__).parents[2] / "docs" / "systemd"
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "CapabilityBoundingSet": "",
    "LimitCORE": "0",
    "Restart": "always",
    "RestartSec": "1",
}


def settings(role: str) -> list[tuple[str, str]]:
    lines = (UNITS / f"turnout-{role}.service").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and line[0] not in "#["]
    return [(name, value) for name, _, value in pairs]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_hardened_unit_that_is_always_started_again(role: str) -> None:
    held = dict(settings(role))
    assert {name: held.get(name) for name in HARDENED} == HARDENED


@pytest.mark.parametrize("role", ROLES)
def test_a_unit_speaks_with_nobody_that_the_operator_has_not_named(role: str) -> None:
    held = settings(role)
    assert [value for name, value in held if name == "IPAddressDeny"] == ["any"]
    assert [value for name, value in held if name == "IPAddressAllow"] == ["localhost"]
    for manual in ("en", "zh-CN"):
        assert "IPAddressAllow=198.51.100.0/24" in (UNITS.parent / f"manual/{manual}/operators.md").read_text(
            encoding="utf-8"
        )


@pytest.mark.parametrize("role", ROLES)
def test_a_unit_starts_its_role_with_words_that_the_program_knows(role: str) -> None:
    words = dict(settings(role))["ExecStart"].split()[1:]
    assert parser().parse_args(words).roles == [role]


@pytest.mark.parametrize("role", ROLES)
def test_secrets_come_as_credentials_only(role: str) -> None:
    held = settings(role)
    given = {value.partition(":")[0] for name, value in held if name == "LoadCredential"}
    assert {"pgpass", "tls.key"} <= given
    environment = [value for name, value in held if name == "Environment"]
    assert environment == ["TURNOUT_DATA=%S/turnout PGPASSFILE=%d/pgpass"]
    exec_start = dict(held)["ExecStart"]
    assert "password" not in exec_start
    assert "postgresql://" not in exec_start


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="this machine has no systemd")
@pytest.mark.parametrize("role", ROLES)
def test_systemd_finds_nothing_wrong(role: str, tmp_path: Path) -> None:
    """With a program that exists on this machine: the installed one need not."""
    text = (UNITS / f"turnout-{role}.service").read_text(encoding="utf-8")
    unit = tmp_path / f"turnout-{role}.service"
    unit.write_text(text.replace("/opt/turnout/bin/turnout", "/bin/true").replace("User=turnout", "User=root"))
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    found = [line for line in done.stderr.splitlines() if str(unit) in line]
    assert (done.returncode, found) == (0, []), "systemd only warns of a value that it does not know"
