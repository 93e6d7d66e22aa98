"""What a dispatcher reads: the city's names, never its codes."""

import pytest

from turnout.core.catalogue import Reason as CodedReason
from turnout.recommend import Reason, speak
from turnout.words.name import Name

from .conftest import a_city

CITY = a_city(
    capabilities={"patrol": Name("Patrol", "巡逻")},
    reasons={"meal": CodedReason("meal", "out-of-service", Name("Meal break", "用餐"))},
)


@pytest.mark.parametrize(
    ("reason", "english", "chinese"),
    [
        (
            Reason("soonest", {"rank": 2, "capability": "patrol"}),
            "soonest by road: no. 2 for Patrol",
            "按路程最快：巡逻 第 2 位",
        ),
        (Reason("out-of-service", {"reason": "meal"}), "out of service: Meal break", "停用：用餐"),
        (Reason("fix-is-old", {"age_s": 3500}), "place is 58:20 old", "位置是 58:20 前的"),
        (Reason("soonest", {"rank": 1, "capability": "k9"}), "soonest by road: no. 1 for k9", "按路程最快：k9 第 1 位"),
    ],
)
def test_a_reason_is_said_in_the_names_of_the_city(reason, english, chinese):
    assert (speak(reason, "en", CITY), speak(reason, "zh-CN", CITY)) == (english, chinese)
