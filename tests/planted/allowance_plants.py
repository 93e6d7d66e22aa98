"""Planted bugs in how much one may ask: an alarm that is counted, one allowance for all, a refusal that costs."""

from pathlib import Path

from tests.planted.plant import Patch, Plant
from turnout.core.context import Actor
from turnout.core.incidents.commands import AddNarrative
from turnout.core.units.commands import RaiseDuress
from turnout.desk.access import Principal
from turnout.edge import allowance as allowance_module
from turnout.edge.allowance import PERSON, SECOND_NS, Allowance, Allowances
from turnout.words.identity import ActorId

LINE = AddNarrative(incident_id="I1", entry_id="n1", text="what can wait")
FLOOD = 3 * PERSON.at_once


def person(name: str) -> Principal:
    return Principal(actor=Actor(ActorId(name), roles=("dispatcher",)), scopes=frozenset({"dispatch"}))


def flooded(allowances: Allowances) -> Allowances:
    for _ in range(FLOOD):
        allowances.take_command(person("mad"), LINE)
    return allowances


def an_alarm_is_never_held_back(folder: Path) -> None:
    assert flooded(Allowances(lambda: 0)).take_command(person("mad"), RaiseDuress(unit="E01")) == 0


def a_flood_is_its_senders_own(folder: Path) -> None:
    assert flooded(Allowances(lambda: 0)).take_command(person("other"), LINE) == 0


def who_waits_as_told_is_let_through(folder: Path) -> None:
    now_ns = 0
    allowances = flooded(Allowances(lambda: now_ns))
    now_ns = allowances.take_command(person("mad"), LINE) * SECOND_NS
    assert now_ns == SECOND_NS
    assert allowances.take_command(person("mad"), LINE) == 0


def alarms_are_counted(patch: Patch) -> None:
    patch.setattr(allowance_module, "UNLIMITED", ())


def one_allowance_for_all(patch: Patch) -> None:
    honest_wait_ns, honest_take = Allowance.wait_ns, Allowance.take
    patch.setattr(Allowance, "wait_ns", lambda self, key, now_ns: honest_wait_ns(self, "all", now_ns))
    patch.setattr(Allowance, "take", lambda self, key, now_ns: honest_take(self, "all", now_ns))


def a_refusal_costs(patch: Patch) -> None:
    honest = Allowance.wait_ns

    def wait_ns(self: Allowance, key: str, now_ns: int) -> int:
        found = honest(self, key, now_ns)
        if found:
            self.take(key, now_ns)
        return found

    patch.setattr(Allowance, "wait_ns", wait_ns)


ALLOWANCE_PLANTS: dict[str, Plant] = {
    "a duress alarm held back because much was asked": Plant(alarms_are_counted, an_alarm_is_never_held_back),
    "one gone mad uses up what others may ask": Plant(one_allowance_for_all, a_flood_is_its_senders_own),
    "a refused request that is counted all the same": Plant(a_refusal_costs, who_waits_as_told_is_let_through),
}
