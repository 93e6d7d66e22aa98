"""What has to fit together across fields stands in the manual, by the code of its refusal (ASVS 5.0, 2.1.2)."""

import re
from types import UnionType
from typing import Any, Union, get_args, get_origin

import pytest

from tests.house.test_function_table import ROOT
from turnout.core.refusals import Refusal

OF_THE_SITUATION = {
    *("unknown-incident", "unknown-unit", "unknown-call", "unknown-entry", "no-tables", "not-permitted"),
    *("unit-not-available", "already-assigned", "unit-is-out-of-service", "unit-is-off-duty", "unit-on-no-incident"),
    *("unit-is-on-incident", "not-arrived", "nobody-arrived", "not-assigned", "unit-has-arrived", "not-on-stack"),
    *("already-stacked", "incident-is-closed", "incident-not-closed", "incident-not-waiting", "not-linked"),
    *("agency-not-on-incident", "agency-already-on-incident", "already-linked", "nobody-on-scene"),
    *("not-asked-in-roll-call", "no-duress", "position-taken", "call-is-closed", "call-is-answered"),
    *("call-is-attached", "call-not-offered", "call-is-full", "staff-on-duty", "shift-has-begun", "roster-full"),
    *("station-not-alerted", "too-many-alerts", "no-first-due-station", "no-ground", "reviews-full", "on-hold"),
    *("call-of-incident", "not-over", "retention-full"),
    *("corridor-is-open", "corridor-is-over", "corridors-full", "unit-not-under-way"),
    *("no-signals-armed", "junction-not-permitted", "plans-not-simulated", "plans-moved-on", "plans-full"),
    *("plans-not-run", "district-not-read"),
}
"""They say how the board stands, whatever the fields of the command say of one another."""

OF_ONE_FIELD = {"value-not-taken", "reason-needed"}


def kinds(union: Any) -> list[Any]:
    if get_origin(union) in (Union, UnionType):
        return [kind for part in get_args(union) for kind in kinds(part)]
    return [union]


@pytest.mark.parametrize(("manual", "title"), [("en", "Rules across fields"), ("zh-CN", "字段之间的规则")])
def test_every_rule_across_fields_is_in_the_manual(manual: str, title: str) -> None:
    text = (ROOT / f"docs/manual/{manual}/integrators.md").read_text(encoding="utf-8")
    section = text.partition(f"### {title}\n")[2].partition("\n## ")[0]
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))
    codes = {kind.__struct_config__.tag for kind in kinds(Refusal)}
    assert listed == codes - OF_THE_SITUATION - OF_ONE_FIELD
