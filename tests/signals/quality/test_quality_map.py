"""`quality.toml`: what the numbers of a log mean."""

import pytest

from turnout.signals.problem import BrokenSignals
from turnout.signals.quality.log_map import read_map
from turnout.words.trouble import Unsupported

GOOD = """format = "turnout-quality-1"
[[signal]]
device = "1136"
junction = "market"
phases = { K1 = 2, K2 = 4 }
pedestrians = { F1 = 2 }
  [[signal.detector]]
  channel = 5
  group = "K1"
  uses = ["advance", "count"]
  travel_s = 6.5
"""


def test_phases_and_channels_are_groups_and_detectors():
    (signal,) = read_map(GOOD.encode(), "quality.toml")
    assert signal.phases == {"K1": 2, "K2": 4}
    assert signal.detectors_of("K1", "count")[0].travel_s == 6.5
    assert signal.detectors_of("K1", "presence") == []


@pytest.mark.parametrize(
    ("broken", "rule", "line"),
    [
        (GOOD.replace("channel = 5", 'channel = "five"'), "wrong-value", 8),
        (GOOD.replace('group = "K1"', 'group = "K9"'), "unknown-name", 0),
        (GOOD + GOOD[GOOD.index("  [[signal.d") :], "named-twice", 0),
        (GOOD.replace("K2 = 4", "K2 = 2"), "named-twice", 0),
        (GOOD + GOOD[GOOD.index("[[signal]]") :], "named-twice", 0),
        (GOOD.replace("[[signal]]", "[[signal"), "toml-syntax", 0),
    ],
)
def test_what_is_wrong_is_told_with_its_place_in_both_languages(broken: str, rule: str, line: int):
    with pytest.raises(BrokenSignals) as told:
        read_map(broken.encode(), "quality.toml")
    assert told.value.problems[0].rule == rule
    assert told.value.problems[0].spot.line == line
    assert told.value.problems[0].what.zh


def test_another_format_is_not_taken():
    with pytest.raises(Unsupported):
        read_map(b'format = "turnout-signals-1"', "f")
