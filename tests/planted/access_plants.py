"""Planted bugs of who may look: rules that differ from the text, a reveal that is not noted, a counter with a gap."""

import random
from pathlib import Path
from typing import Any

from tests.audit.access_cases import a_case, allowed_by_the_rules, allowed_by_the_text
from tests.house.walked_fields import WALKED, all_fields
from tests.planted.plant import Patch, Plant
from turnout.audit import personal
from turnout.audit.access_text import SHIPPED, AccessText
from turnout.audit.personal import Field, faults, shipped_schema
from turnout.core.reveals import policy
from turnout.core.reveals.policy import Basis

CASES = 1_500


def rules_and_text_agree(folder: Path) -> None:
    text, dice = AccessText(SHIPPED), random.Random(7)
    for _ in range(CASES):
        case = a_case(dice)
        assert allowed_by_the_rules(case) == allowed_by_the_text(text, case), case


def a_minute_longer(patch: Patch) -> None:
    patch.setattr(policy, "AFTER_MS", policy.AFTER_MS + 60_000)


def whichever_agency(patch: Patch) -> None:
    patch.setattr(policy, "_of_own_agencies", lambda actor, incident: True)


def whoever_is_signed_on(patch: Patch) -> None:
    patch.setattr(policy, "positions_of", lambda board, actor: list(board.positions.values()))


def ones_own_approval_will_do(patch: Patch) -> None:
    def by_review(board: Any, actor: Any, kind: Any, incident: Any, at: Any) -> Basis | None:
        for one in board.reviews.values():
            mine = incident is not None and (one.incident, one.who) == (incident.id, actor.id)
            if mine and kind in one.kinds and one.approved_by is not None and at < one.until:
                return Basis("review", one.id)
        return None

    patch.setattr(policy, "_by_review", by_review)


def glass_for_everybody(patch: Patch) -> None:
    def by_glass(board: Any, actor: Any, matter: Any, at: Any) -> Basis | None:
        incident = matter.incident.id if matter.incident is not None else None
        return next((Basis("glass", g.id) for g in board.glass.values() if g.incident == incident), None)

    patch.setattr(policy, "_by_glass", by_glass)


def crews_of_the_past(patch: Patch) -> None:
    patch.setattr(
        policy,
        "is_crew",
        lambda actor, incident, at: incident is not None and any(a.unit == actor.unit for a in incident.assignments),
    )


def every_field_is_declared(folder: Path) -> None:
    letter = Field("Letter", "zone", is_telling=True, is_free=True)
    assert any("Letter.zone is free text" in one for one in faults(shipped_schema(), [*all_fields(WALKED), letter]))


def a_name_is_enough(patch: Patch) -> None:
    patch.setattr(personal, "_free_names", lambda fields: set())


ACCESS_PLANTS: dict[str, Plant] = {
    "a ground kept a minute too long": Plant(a_minute_longer, rules_and_text_agree),
    "details of another agency's incident": Plant(whichever_agency, rules_and_text_agree),
    "a ground by somebody else's position": Plant(whoever_is_signed_on, rules_and_text_agree),
    "a review approved by oneself": Plant(ones_own_approval_will_do, rules_and_text_agree),
    "glass broken by one open to all": Plant(glass_for_everybody, rules_and_text_agree),
    "free text called not personal by its name alone": Plant(a_name_is_enough, every_field_is_declared),
    "a crew that keeps its ground for ever": Plant(crews_of_the_past, rules_and_text_agree),
}
