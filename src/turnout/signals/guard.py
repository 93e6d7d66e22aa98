"""The last before any output: what is asked for goes in, second by second, and only what is safe comes out.

Whatever a plan, a controller, a corridor or a person asks, and however often: greens of groups that may not meet are
parted by their intergreen, a green is never shorter than its least, amber (or the flashing green of pedestrians)
follows every green for exactly its time, red with amber goes before it where there is one, pedestrians keep their
clearance, and a group that has been red too long is served. Terms as in RiLSA 2015; the intergreen runs
from the end of one green to the beginning of the other.

Time is what the caller's clock says, in milliseconds, and no clock is trusted with safety: one call counts for at most
`STEP_MAX_MS` and never for less than nothing, so a clock that jumps can make a green, an amber or an intergreen longer,
never shorter. The clock must not run ahead of real time over many calls: take a monotonic one, and call once a second.
"""

import enum
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from turnout.signals.guard_rules import TOGETHER, GroupRule, Rules
from turnout.signals.model import Junction
from turnout.words.trouble import Unsupported

STEP_MAX_MS: Final = 1_000
"""Signals are asked once a second; of a longer gap nobody can say what was shown meanwhile."""

FOR_EVER_MS: Final = 1 << 60


class Aspect(enum.IntEnum):
    RED = 0
    STARTING = 1
    """Red with amber."""
    GREEN = 2
    ENDING = 3
    """Amber, or the flashing green of pedestrians."""


class Lamp(NamedTuple):
    """What a group shows, for how long, and how long ago its last green ended (0 while it is green). Milliseconds."""

    aspect: Aspect
    shown_ms: int
    dark_ms: int


class Guard:
    """The guard of one junction. Begins with all red, as if every green had ended this moment.

    While the same is asked and nothing can change (`quiet_ms`), lamps are only older: that time is added up and taken
    into account at the next `step`.
    """

    def __init__(self, rules: Rules, at_ms: int) -> None:
        """Raises `Unsupported` for rules that cannot be kept."""
        refuse_unkept(rules)
        self._rules = rules
        self._at_ms = at_ms
        self._lamps = all_red(rules)
        self._asked: tuple[bool, ...] = ()
        self._closed: Collection[int] = frozenset()
        self._quiet_ms = self._older_ms = 0
        self.jumps = 0
        """How often the clock went back, or forward by more than a step."""
        self.shown: tuple[Aspect, ...] = tuple(lamp.aspect for lamp in self._lamps)
        """The same tuple as long as nothing changes."""

    @property
    def lamps(self) -> tuple[Lamp, ...]:
        return _older(self._rules, self._lamps, self._older_ms)

    def let_out(self, greens: Sequence[bool], at_ms: int, closed: Collection[int] = frozenset()) -> tuple[Aspect, ...]:
        """What every group shows now that green is asked for the groups where `greens` is true.

        `closed`: no green begins for these, however long they are red (`single_track`); one that is on ends. They are
        among those that the rules let be closed.
        """
        elapsed_ms, self._at_ms = at_ms - self._at_ms, at_ms
        self.jumps += not 0 <= elapsed_ms <= STEP_MAX_MS
        passed_ms = min(max(elapsed_ms, 0), STEP_MAX_MS)
        asked = tuple(green and i not in closed for i, green in enumerate(greens)) if closed else tuple(greens)
        if asked == self._asked and closed == self._closed and passed_ms < self._quiet_ms:
            self._quiet_ms -= passed_ms
            self._older_ms += passed_ms
            return self.shown
        self._lamps = step(self._rules, self.lamps, asked, passed_ms, closed)
        self._closed = frozenset(closed)
        self._asked, self._older_ms, self._quiet_ms = asked, 0, quiet_ms(self._rules, self._lamps, asked)
        shown = tuple(lamp.aspect for lamp in self._lamps)
        if shown != self.shown:
            self.shown = shown
        return self.shown


def step(
    rules: Rules, lamps: Sequence[Lamp], greens: Sequence[bool], elapsed_ms: int, closed: Collection[int] = frozenset()
) -> tuple[Lamp, ...]:
    """The lamps that follow. `greens`: whom green is asked for; none of the `closed`."""
    assert len(greens) == len(lamps) == len(rules.groups)
    assert all(rules.groups[i].may_close for i in closed)
    passed_ms = min(max(elapsed_ms, 0), STEP_MAX_MS)
    now = [_aged(rule, lamp, passed_ms) for rule, lamp in zip(rules.groups, lamps, strict=True)]
    overdue = [i for i in _overdue(rules, now) if i not in closed]
    for i, (rule, lamp) in enumerate(zip(rules.groups, now, strict=True)):
        if lamp.aspect is not Aspect.GREEN or lamp.shown_ms < max(rule.min_green_ms, 1):
            continue
        if not greens[i] or any(_conflict(rules, i, j) for j in overdue):
            now[i] = Lamp(Aspect.ENDING if rule.ending_ms else Aspect.RED, 0, 0)
    waiting = set(overdue)
    asked = sorted((i for i, green in enumerate(greens) if green), key=lambda i: -now[i].dark_ms)
    for i in [*overdue, *(i for i in asked if i not in waiting)]:
        ahead = overdue[: overdue.index(i)] if i in waiting else overdue
        is_passed_over = any(j in waiting and _conflict(rules, i, j) for j in ahead)
        if now[i].aspect is Aspect.RED and not is_passed_over and _may_begin(rules, now, i):
            begins = Aspect.STARTING if rules.groups[i].starting_ms else Aspect.GREEN
            now[i] = Lamp(begins, 0, now[i].dark_ms if begins is Aspect.STARTING else 0)
            waiting.discard(i)
    longest_ms = _longest_ms(rules)
    return tuple(
        [
            lamp
            if lamp.shown_ms <= longest_ms and lamp.dark_ms <= longest_ms
            else Lamp(lamp.aspect, min(lamp.shown_ms, longest_ms), min(lamp.dark_ms, longest_ms))
            for lamp in now
        ]
    )


def quiet_ms(rules: Rules, lamps: Sequence[Lamp], greens: Sequence[bool]) -> int:
    """While less time than this passes and the same is asked, `step` changes no aspect. Never too long."""
    found = FOR_EVER_MS
    for i, (rule, lamp, is_asked) in enumerate(zip(rules.groups, lamps, greens, strict=True)):
        match lamp.aspect:
            case Aspect.ENDING:
                found = min(found, rule.ending_ms - lamp.shown_ms)
            case Aspect.STARTING:
                found = min(found, rule.starting_ms - lamp.shown_ms)
            case Aspect.GREEN:
                if not is_asked:
                    found = min(found, max(rule.min_green_ms, 1) - lamp.shown_ms)
            case Aspect.RED:
                if rule.max_red_ms:
                    found = min(found, rule.max_red_ms - lamp.dark_ms)
                if is_asked:
                    found = min(found, _red_ms(rules, lamps, i))
    return found


def _red_ms(rules: Rules, lamps: Sequence[Lamp], i: int) -> int:
    """At least so long until the group may begin: until the last intergreen is over."""
    lead_ms, least_ms = rules.groups[i].starting_ms, 0
    for j, gap_ms in _against(rules)[i]:
        aspect, _, dark_ms = lamps[j]
        if aspect is Aspect.GREEN or aspect is Aspect.STARTING:
            return FOR_EVER_MS
        least_ms = max(least_ms, gap_ms - lead_ms - dark_ms)
    return least_ms


def _older(rules: Rules, lamps: Sequence[Lamp], passed_ms: int) -> tuple[Lamp, ...]:
    """The lamps after a time in which none changes."""
    if not passed_ms:
        return tuple(lamps)
    longest_ms = _longest_ms(rules)
    return tuple(
        [
            Lamp(
                aspect,
                min(shown_ms + passed_ms, longest_ms),
                0 if aspect is Aspect.GREEN else min(dark_ms + passed_ms, longest_ms),
            )
            for aspect, shown_ms, dark_ms in lamps
        ]
    )


def _aged(rule: GroupRule, lamp: Lamp, passed_ms: int) -> Lamp:
    """The lamp after that time, and what ends by itself ended."""
    aspect, shown_ms = lamp.aspect, lamp.shown_ms + passed_ms
    if aspect is Aspect.ENDING and shown_ms >= rule.ending_ms:
        return Lamp(Aspect.RED, 0, lamp.dark_ms + passed_ms)
    if aspect is Aspect.STARTING and shown_ms >= rule.starting_ms:
        return Lamp(Aspect.GREEN, 0, 0)
    return Lamp(aspect, shown_ms, 0 if aspect is Aspect.GREEN else lamp.dark_ms + passed_ms)


def _overdue(rules: Rules, lamps: Sequence[Lamp]) -> list[int]:
    """Groups that have been red too long: those that are never closed, the most overdue first; then the others."""
    over_ms = {
        i: lamp.dark_ms - rule.max_red_ms
        for i, (rule, lamp) in enumerate(zip(rules.groups, lamps, strict=True))
        if lamp.aspect is Aspect.RED and 0 < rule.max_red_ms <= lamp.dark_ms
    }
    return sorted(over_ms, key=lambda i: (rules.groups[i].may_close, -over_ms[i]))


def _conflict(rules: Rules, i: int, j: int) -> bool:
    return i != j and rules.least_ms[i][j] != TOGETHER


@lru_cache(maxsize=1_024)
def _against(rules: Rules) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Of each group: those that it conflicts with, and how long after their green its own may begin."""
    size = range(len(rules.groups))
    return tuple(tuple((j, rules.least_ms[j][i]) for j in size if _conflict(rules, j, i)) for i in size)


def _may_begin(rules: Rules, lamps: Sequence[Lamp], i: int) -> bool:
    """Whether it has shown red at all since its last green, and no other green meets this one.

    Its red with amber may run while an intergreen still does.
    """
    if not lamps[i].shown_ms:
        return False
    lead_ms = rules.groups[i].starting_ms
    for j, gap_ms in _against(rules)[i]:
        aspect, _, dark_ms = lamps[j]
        if aspect is Aspect.STARTING or aspect is Aspect.GREEN or dark_ms + lead_ms < gap_ms:
            return False
    return True


def all_red(rules: Rules) -> tuple[Lamp, ...]:
    return tuple(Lamp(Aspect.RED, 0, 0) for _ in rules.groups)


def worst_red_ms(rules: Rules, group: int) -> int:
    """The longest red of a group that has a `max_red_ms`, called once a second by a clock that does not jump.

    Let T be the second in which it is overdue, and the line the groups that are overdue before it. Nobody joins the
    line after T, for he is overdue later; each of it begins once and is then out of it; nobody else who meets one that
    still waits begins; and a green that meets one ends once it has its least length. So what holds up the group is a
    chain of groups, each meeting the next: the first began before T, all others, each another, are of the line and
    begin when the intergreen after the one before is over. Only a group that has a `max_red_ms` is ever in line, so
    the first alone may be one that has none. Counted are all who can be in the chain, each with its longest intergreen
    to another of them: the longest chain itself would take too long to find.

    Of groups that may be closed only others are promised anything. One that opens again has been overdue for long, and
    may be closed and opened as often as one likes: ahead of the rest, it could hold them up for ever without ever
    beginning. In line it therefore comes after them, and holds up nobody of them once he is overdue, as one that has no
    `max_red_ms`: the first in the chain may be such a one, none of the others. Where it is closed while it is green it
    ends sooner. So the number is that of rules in which it has none; for itself there is none.
    """
    assert not rules.groups[group].may_close
    line = _in_line(rules, group)
    turns_ms = sum(_turn_ms(rules, i, line) for i in line - {group})
    served_ms = max(_until_first_ms(rules, group, line), default=0) + turns_ms
    own = rules.groups[group]
    return _steps_ms(own.max_red_ms) + max(served_ms, _steps_ms(own.starting_ms))


def _in_line(rules: Rules, group: int) -> set[int]:
    """The group, and whom it meets, directly or through others, of those that are promised a longest red."""
    line, reached = {group}, [group]
    while reached:
        i = reached.pop()
        new = [
            j for j, rule in enumerate(rules.groups) if _is_promised(rule) and j not in line and _conflict(rules, i, j)
        ]
        line.update(new)
        reached += new
    return line


def _is_promised(rule: GroupRule) -> bool:
    return rule.max_red_ms > 0 and not rule.may_close


def _until_first_ms(rules: Rules, group: int, line: set[int]) -> Iterable[int]:
    """From T to the first green in the line that holds up the group, by what that one waits for.

    Who is overdue, the group itself too, had his last green at least his `max_red_ms` before T; his intergreen to the
    first may be longer than that. Who of the others in line began just before T is not in the chain again.
    """
    for i, rule in enumerate(rules.groups):
        if i in line:
            yield from (gap_ms - _steps_ms(rule.max_red_ms) for gap_ms in _gaps_ms(rules, i, line - {group}))
            if i != group:
                yield _steps_ms(rule.starting_ms)
        elif any(_conflict(rules, i, j) for j in line):
            yield _steps_ms(rule.starting_ms) - STEP_MAX_MS + _turn_ms(rules, i, line)


def _turn_ms(rules: Rules, i: int, line: set[int]) -> int:
    """From the beginning of its green to the beginning of the next one in line that it meets."""
    return _steps_ms(max(rules.groups[i].min_green_ms, 1)) + max(_gaps_ms(rules, i, line))


def _gaps_ms(rules: Rules, i: int, line: set[int]) -> Iterable[int]:
    """From the end of its green to the beginning of green of each in line that it meets; both change in whole steps."""
    for j in line:
        if _conflict(rules, i, j):
            lead_ms = rules.groups[j].starting_ms
            yield _steps_ms(max(rules.least_ms[i][j] - lead_ms, 0)) + _steps_ms(lead_ms)


def _steps_ms(duration_ms: int) -> int:
    return -(-duration_ms // STEP_MAX_MS) * STEP_MAX_MS


@lru_cache(maxsize=1_024)
def _longest_ms(rules: Rules) -> int:
    """Beyond this no time makes a difference: counters stay there."""
    most = max((max(row) for row in rules.least_ms), default=0)
    of_groups = (max(rule.min_green_ms, rule.ending_ms, rule.starting_ms) for rule in rules.groups)
    reds = (worst_red_ms(rules, i) for i, rule in enumerate(rules.groups) if _is_promised(rule))
    return max(most, *of_groups, *(rule.max_red_ms for rule in rules.groups), 0, *reds)


def refuse_unkept(rules: Rules) -> None:
    """Raises `Unsupported` where the rules contradict themselves."""
    size = len(rules.groups)
    if len(rules.least_ms) != size or any(len(row) != size for row in rules.least_ms):
        raise Unsupported("the matrix of intergreens is not as large as the list of groups")
    for i, rule in enumerate(rules.groups):
        if min(rule.min_green_ms, rule.ending_ms, rule.starting_ms, rule.max_red_ms) < 0:
            raise Unsupported(f"group {i} has a time below 0")
        if 0 < rule.max_red_ms <= rule.ending_ms + STEP_MAX_MS:
            raise Unsupported(f"the longest red of group {i} is over before its amber and a second of red are")
        for j in range(size):
            if i != j and (rules.least_ms[i][j] == TOGETHER) != (rules.least_ms[j][i] == TOGETHER):
                raise Unsupported(f"groups {i} and {j} have an intergreen one way only")
            if _conflict(rules, i, j) and rules.least_ms[i][j] < rule.ending_ms:
                raise Unsupported(f"the intergreen from group {i} to {j} is shorter than the amber of {i}")


def rules_of(junction: Junction, may_close: Collection[str] = ()) -> Rules:
    """What the guard keeps at a junction, in the order of its groups. Pedestrians' clearance is in the intergreens.

    `may_close`: groups that may be kept from beginning.
    """
    least = junction.least_between()
    names = [group.id for group in junction.groups]
    groups = tuple(
        GroupRule(group.min_green_ms, group.ending_ms, group.starting_ms, group.max_red_ms, group.id in may_close)
        for group in junction.groups
    )
    matrix = tuple(tuple(TOGETHER if i == j else least.get((i, j), TOGETHER) for j in names) for i in names)
    return Rules(groups, matrix)
