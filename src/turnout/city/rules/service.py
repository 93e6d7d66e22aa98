"""What a city asks of its crews, as numbers that make sense: how long they rest (2.1)."""

from collections.abc import Iterator
from typing import Final

from turnout.city.draft import Draft
from turnout.city.problem import Problem, Spot
from turnout.words.name import Name

REST_MAX_S: Final = 86_400
"""A crew that is to rest longer than a day is off duty."""


def rests_are_times(draft: Draft) -> Iterator[Problem]:
    rests: list[tuple[int, str, Spot]] = [
        *((each.value.rest_s, each.value.id, each.spot) for each in draft.agencies),
        *((each.value.rest_s or 0, each.value.code, each.spot) for each in draft.unit_kinds),
    ]
    for rest_s, whose, spot in rests:
        if not 0 <= rest_s <= REST_MAX_S:
            yield Problem(
                "bad-rest",
                spot,
                Name(f"`{whose}` is to rest {rest_s} s", f"`{whose}` 的休整时间为 {rest_s} 秒"),
                Name(
                    f"`rest_s` runs from 0 (none) to {REST_MAX_S} s", f"`rest_s` 应在 0（不设）至 {REST_MAX_S} 秒之间"
                ),
            )
