"""What a city asks of its crews, as numbers that make sense.

How long they rest (2.1), how soon they can be anywhere (2.6), when one is sent instead of another (3.16), when a
console that nobody touches is locked.
"""

from collections.abc import Iterator
from typing import Final

from turnout.city.draft import Draft
from turnout.city.problem import Problem, Spot
from turnout.words.name import Name

REST_MAX_S: Final = 86_400
"""A crew that is to rest longer than a day is off duty."""

TRAVEL_MAX_S: Final = 3_600
"""No standard of any service lets somebody wait an hour for the first crew; and the road times are kept in seconds."""
COVERAGE_MAX: Final = 12
"""Standards watched at once: each is a page of figures that somebody has to read."""
LOCK_MIN_MAX: Final = 480
"""A console that would stay open longer than a shift of eight hours is never locked; then the city says 0."""
SIGNALS_ARMED_MAX_H: Final = 24
"""Who answers for a day's signals is a person of that day."""
SWAP_GAIN_MIN_S: Final = 30
"""For less than the error of a prediction nobody should turn a crew round."""


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


def coverage_standards_can_be_met(draft: Draft) -> Iterator[Problem]:
    homes = {
        capability
        for unit in draft.units
        for kind in draft.unit_kinds
        if kind.value.code == unit.value.kind
        for capability in (*kind.value.capabilities, *unit.value.capabilities)
    }
    for number, standard in enumerate(draft.coverage):
        if not 0 < standard.value.travel_s <= TRAVEL_MAX_S:
            yield Problem(
                "bad-coverage-time",
                standard.spot,
                Name(
                    f"`{standard.value.id}` allows {standard.value.travel_s} s of travel",
                    f"`{standard.value.id}` 的行程时限为 {standard.value.travel_s} 秒",
                ),
                Name(f"`travel_s` runs from 1 to {TRAVEL_MAX_S}", f"`travel_s` 应在 1 至 {TRAVEL_MAX_S} 之间"),
            )
        if standard.value.capability not in homes:
            yield Problem(
                "coverage-without-units",
                standard.spot,
                Name(
                    f"no unit can do `{standard.value.capability}`: nothing would ever be covered",
                    f"没有单元具备 `{standard.value.capability}`，永远无法覆盖",
                ),
                Name("name a capability of some kind of unit", "请写某种单元具备的能力"),
                "warning",
            )
        if number == COVERAGE_MAX:
            yield Problem(
                "too-many-coverage-standards",
                standard.spot,
                Name(f"more than {COVERAGE_MAX} coverage standards", f"覆盖标准超过 {COVERAGE_MAX} 条"),
                Name("keep those that crews are moved for", "请只保留会据以调防的标准"),
            )


def consoles_lock(draft: Draft) -> Iterator[Problem]:
    if draft.city is not None and not 0 <= draft.city.value.lock_min <= LOCK_MIN_MAX:
        yield Problem(
            "bad-lock",
            draft.city.spot,
            Name(
                f"a console is to lock itself after {draft.city.value.lock_min} minutes",
                f"工作台的自动锁定时间为 {draft.city.value.lock_min} 分钟",
            ),
            Name(
                f"`lock_min` is 1 to {LOCK_MIN_MAX} minutes, or 0 for never",
                f"`lock_min` 为 1 至 {LOCK_MIN_MAX} 分钟，0 表示从不",
            ),
        )


def signals_are_disarmed(draft: Draft) -> Iterator[Problem]:
    if draft.city is not None and not 1 <= draft.city.value.signals_armed_h <= SIGNALS_ARMED_MAX_H:
        hours = draft.city.value.signals_armed_h
        yield Problem(
            "bad-arming",
            draft.city.spot,
            Name(f"signals are to be armed for {hours} hours at a time", f"信号一次启用的时长为 {hours} 小时"),
            Name(
                f"`signals_armed_h` is 1 to {SIGNALS_ARMED_MAX_H} hours",
                f"`signals_armed_h` 应为 1 至 {SIGNALS_ARMED_MAX_H} 小时",
            ),
        )


def swaps_are_worth_it(draft: Draft) -> Iterator[Problem]:
    if draft.city is not None and draft.city.value.swap_gain_s < SWAP_GAIN_MIN_S:
        gain_s = draft.city.value.swap_gain_s
        yield Problem(
            "bad-swap-gain",
            draft.city.spot,
            Name(f"a swap is to be suggested for {gain_s} s", f"换派的最小提前量为 {gain_s} 秒"),
            Name(f"`swap_gain_s` is at least {SWAP_GAIN_MIN_S}", f"`swap_gain_s` 至少为 {SWAP_GAIN_MIN_S}"),
        )
