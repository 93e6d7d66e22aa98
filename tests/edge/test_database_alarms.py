"""A database that would lose what was acknowledged with the next machine is said before that machine is lost."""

from typing import Any

import pytest

from turnout.edge.alarms.facts import DatabaseFacts
from turnout.edge.alarms.figures import VOTERS, database_readings
from turnout.edge.alarms.limits import LIMITS, Level
from turnout.edge.alarms.watch import Watch
from turnout.edge.alarms.words import WORDS
from turnout.words.moment import Moment


def facts(**said: Any) -> DatabaseFacts:
    usual: dict[str, Any] = {"waits_for_standby": True, "standbys": 1, "behind_mib": 0.0, "voters_heard": VOTERS}
    return DatabaseFacts(**(usual | said))


CASES = [
    ("all is well", facts(), {}),
    ("alone", facts(waits_for_standby=False, standbys=0, behind_mib=None), {"database-alone": "warn"}),
    ("not yet waited for", facts(waits_for_standby=False), {"database-alone": "warn"}),
    ("waits for nobody", facts(standbys=0, behind_mib=None), {"standby-missing": "severe"}),
    ("behind", facts(behind_mib=100.0), {"standby-behind": "warn"}),
    ("too far behind to catch up", facts(behind_mib=900.0), {"standby-behind": "severe"}),
    ("a keeper is gone", facts(voters_heard=VOTERS - 1), {"keeper-missing": "warn"}),
    ("without keepers", facts(voters_heard=None), {}),
    ("standbys are hidden from us", facts(standbys=None, behind_mib=None), {}),
]


@pytest.mark.parametrize(("said", "alarms"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_of_the_database_it_is_said_that(said: DatabaseFacts, alarms: dict[str, Level]) -> None:
    now_s = 1_000.0
    watch = Watch(LIMITS, lambda: Moment(0), lambda: now_s)
    watch.add(lambda: database_readings(said))
    for _ in range(5):
        watch.look()
        now_s += 5.0
    assert {one.key: one.level for one in watch.alarms} == alarms
    assert all(one.means.zh and one.cure.en for one in watch.alarms)


def test_a_standby_that_comes_and_goes_within_seconds_is_no_alarm() -> None:
    now_s = 1_000.0
    watch = Watch(LIMITS, lambda: Moment(0), lambda: now_s)
    said = [facts(waits_for_standby=False, standbys=0, behind_mib=None), facts()]
    watch.add(lambda: database_readings(said[0]))
    watch.look()
    now_s += 5.0
    said.pop(0)
    watch.look()
    assert watch.alarms == ()


def test_every_figure_of_the_database_has_a_limit_and_words() -> None:
    keys = {one.key for one in database_readings(facts())}
    assert keys <= LIMITS.keys()
    assert keys <= WORDS.keys()
