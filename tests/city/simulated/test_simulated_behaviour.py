"""Spreads and shares: what is drawn follows what was fitted, the most particular entry counts, nonsense is refused."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.city.simulated.behaviour import Behaviour, Spread, read_behaviour
from turnout.words.trouble import Malformed

SHIPPED = Path("src/turnout/city/folders/san-francisco/behaviour.toml")


@pytest.fixture(scope="module")
def behaviour() -> Behaviour:
    return read_behaviour(SHIPPED)


def median(spread: Spread, draws: int = 4000) -> float:
    chance = random.Random(7)
    return sorted(spread.draw(chance) for _ in range(draws))[draws // 2]


def test_an_engine_turns_out_in_75_seconds_as_in_the_real_week(behaviour: Behaviour) -> None:
    assert median(behaviour.spread("turnout", "engine", priority="3")) == pytest.approx(75, abs=5)


def test_a_posted_medic_turns_out_in_ten_seconds_as_in_the_real_week(behaviour: Behaviour) -> None:
    assert median(behaviour.spread("turnout", "medic", priority="3")) == pytest.approx(10, abs=2)


def test_an_unknown_unit_type_gets_the_general_spread(behaviour: Behaviour) -> None:
    assert behaviour.spread("turnout", "hovercraft", priority="3") == behaviour.spread("turnout", "*")


def test_nine_in_ten_medics_who_arrive_transport_and_no_engine_is_an_ambulance(behaviour: Behaviour) -> None:
    assert behaviour.share("transports", "medic", "medical") > 0.8
    assert behaviour.share("transports", "engine", "medical") < 0.05


@given(st.integers(0, 2**32), st.sampled_from(["turnout", "on_scene", "hospital", "scene_to_transport"]))
def test_no_draw_leaves_the_ends_of_what_was_seen(seed: int, interval: str) -> None:
    spread = read_behaviour(SHIPPED).spread(interval, "medic")  # type: ignore[arg-type]
    drawn = spread.draw(random.Random(seed))
    assert drawn == 0.0 or spread.least <= drawn <= spread.most


def test_quantiles_are_followed_straight_between_knots() -> None:
    curve = Spread("quantiles", (0.0, 10.0, 100.0))
    assert median(curve) == pytest.approx(10, abs=2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[spread]]\ninterval = "turnout"\nfamily = "gamma"\nparameters = [1.0]', "gamma with 1 parameters"),
        ('[[spread]]\ninterval = "turnout"\nfamily = "weibull"\nparameters = [1.0, 2.0]', "weibull"),
        ("[[share]]\nshare = 0.5", "without `what`"),
        ("[[spread", "behaviour.toml"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "behaviour.toml"
    path.write_text(text)
    with pytest.raises(Malformed, match=said):
        read_behaviour(path)
