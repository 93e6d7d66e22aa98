"""Every way in stands in the operators' manual with what it takes, and how guessing is held back (ASVS 5.0, 6.1)."""

import re
from pathlib import Path

import pytest

from turnout.adapters.http.routes import offline
from turnout.adapters.identity.attempts import FAILURES_OF_ACCOUNT_MAX, FAILURES_OF_ADDRESS_MAX, WINDOW_MS
from turnout.words.moment import MINUTE_MS

ROOT = Path(__file__).parents[2]
ROUTES = ROOT / "src/turnout/adapters/http/routes"
PAGES = {
    "en": ("### Every way in", "eight failures of an account, forty of an address", "after five minutes"),
    "zh-CN": ("### 所有登录方式", "每账号失败八次，每地址四十次", "五分钟后清零"),
}


def ways() -> set[str]:
    """What `let_in`, by which everybody passes, is told of the way."""
    told = set()
    for path in ROUTES.glob("*.py"):
        for said in re.findall(r"await let_in\(outcome, edge, request, ([^,)]+)", path.read_text(encoding="utf-8")):
            told.add(said.strip('"'))
    return {offline.WAY if one == "WAY" else one for one in told}


def part(language: str) -> str:
    page = (ROOT / f"docs/manual/{language}/operators.md").read_text(encoding="utf-8")
    return page.partition(PAGES[language][0])[2].partition("\n### ")[0]


@pytest.mark.parametrize("language", PAGES)
def test_every_way_in_is_in_the_manual_with_what_it_takes(language: str) -> None:
    """Single sign-on's way is the provider's own name."""
    assert ways() >= {"password", "passkey", "code", "setup", "demo", offline.WAY, "way"}
    rows = dict(re.findall(r"^\| `([a-z-]+)` \|(.+)\|$", part(language), re.MULTILINE))
    assert rows.keys() == ways() - {"way"}
    assert all(len(row.split("|")) == 3 for row in rows.values())


@pytest.mark.parametrize("language", PAGES)
def test_the_manual_says_how_guessing_is_held_back(language: str) -> None:
    assert (FAILURES_OF_ACCOUNT_MAX, FAILURES_OF_ADDRESS_MAX, WINDOW_MS) == (8, 40, 5 * MINUTE_MS)
    assert all(figure in part(language) for figure in PAGES[language][1:])
