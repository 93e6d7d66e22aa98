"""The time of day at a steady pace: whatever is done to the machine's clock, a minute stays about a minute."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from turnout.adapters.clock import BELIEVED_NS, FOLLOWED_NS, SLEW, SystemClock, steadied

S = 1_000_000_000
HOUR = 3_600 * S


class Machine:
    """Clocks that are turned by hand."""

    def __init__(self) -> None:
        self.wall, self.elapsed = 1_800_000_000 * S, 77 * S
        self.clock = SystemClock(lambda: self.wall, lambda: self.elapsed)

    def goes(self, seconds: float, step_s: float = 0.0) -> int:
        """So many seconds later; meanwhile its time of day was put by `step_s`. What the clock says then, in ms."""
        self.elapsed += int(seconds * S)
        self.wall += int((seconds + step_s) * S)
        return self.clock.now()


moves = st.lists(st.tuples(st.floats(0.5, 600.0), st.sampled_from((0.0, 0.0, 0.0, 1.0, -1.0, 3_600.0, -3_600.0))))


@given(moves)
def test_the_pace_is_steady_whatever_steps_the_machine_makes(steps: list[tuple[float, float]]) -> None:
    machine = Machine()
    said = [machine.clock.now()]
    put_s = 0.0
    for seconds, step_s in steps:
        step_s = step_s if abs(put_s + step_s) < 4 * 3_600 else 0.0
        put_s += step_s
        said.append(machine.goes(seconds, step_s))
    for (before, after), (seconds, _) in zip(pairwise(said), steps, strict=True):
        slack_ms = FOLLOWED_NS / 1e6 + 2
        assert seconds * 1_000 * (1 - SLEW) - slack_ms <= after - before <= seconds * 1_000 * (1 + SLEW) + slack_ms


def test_an_hours_step_is_made_up_for_in_a_day_either_way() -> None:
    for step_s in (3_600.0, -3_600.0):
        machine = Machine()
        machine.goes(1.0, step_s)
        for _ in range(21 * 60):
            machine.goes(60.0)
        assert machine.clock.now() == machine.wall // 1_000_000


def test_small_corrections_are_followed_and_great_ones_believed() -> None:
    machine = Machine()
    assert machine.goes(5.0, -0.05) == machine.wall // 1_000_000
    assert machine.goes(5.0, 86_400.0) == machine.wall // 1_000_000


def test_a_suspended_machine_wakes_at_the_right_time() -> None:
    """Both clocks have gone on: nothing is made up for."""
    machine = Machine()
    assert machine.goes(7_200.0) == machine.wall // 1_000_000


@given(st.integers(0, 10 * HOUR), st.integers(-20 * HOUR, 20 * HOUR))
def test_the_next_time_is_never_beyond_what_both_clocks_say(passed: int, apart: int) -> None:
    steady = 1_000 * HOUR
    wall = steady + passed + apart
    after = steadied(steady, passed, wall)
    assert min(wall, steady + passed) <= after <= max(wall, steady + passed)
    if FOLLOWED_NS < abs(apart) <= BELIEVED_NS:
        assert abs(after - steady - passed) <= passed * SLEW
