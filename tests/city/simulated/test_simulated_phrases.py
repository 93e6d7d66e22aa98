"""What is heard fits what stands beside it on the board."""

import random
import tomllib

import pytest

from turnout.city.folder import load_city, shipped_city
from turnout.city.simulated.behaviour import read_behaviour
from turnout.city.simulated.callers import SAID, Phrases
from turnout.city.simulated.run import load_parts
from turnout.operating import SHIPPED

CITY = shipped_city(SHIPPED)


def extra_types() -> list[str]:
    behaviour = load_city(CITY).artefacts.behaviour
    assert behaviour is not None
    return [extra.type for extra in read_behaviour(behaviour).extra]


@pytest.mark.parametrize("kind", extra_types())
def test_every_assumed_kind_of_call_has_words_of_its_own(kind):
    own = [line["en"] for line in tomllib.loads(SAID.read_text(encoding="utf-8"))["caller"][kind]]
    assert Phrases().say("caller", kind, "police", random.Random(1)) in own


def test_a_kind_without_words_of_its_own_is_told_as_its_group():
    group = [line["zh"] for line in tomllib.loads(SAID.read_text(encoding="utf-8"))["caller"]["medical"]]
    assert Phrases().say("caller", "MED", "medical", random.Random(1), chinese=True) in group


def test_nobody_calls_from_beyond_the_city():
    parts = load_parts(CITY)
    assert 3_500 < len(parts.week) < 3_560
    assert all(parts.city.boundary.contains(call.place) for call in parts.week)
