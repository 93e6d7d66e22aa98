"""The order of a log: gaps, a clock that was set, rows that came late or twice. Nothing of them is hidden."""

from collections.abc import Collection, Mapping
from typing import Final, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from turnout.words.name import Name

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

GAP_MS: Final = 300_000
"""So long without any row of a device: nothing is known of that time. A running signal logs every few seconds; the
same five minutes as in the package `atspm`."""
BACK_MS: Final = 2_000
"""A row may be so much older than the one before: rows of one second come in any order."""
BACK_ROWS: Final = 20
"""So many older rows in turn may be a clock that was set back; fewer came late."""
RUNS_MAX: Final = 50
"""So many such runs are looked at; a file with more is in no order at all."""

AGAIN_KINDS: Final = 1 / 3
"""A clock was set back only where so many of the kinds of events (code and parameter) of the time come again,"""
AGAIN_ROWS: Final = 0.5
"""and at least so many rows for each that those kinds had before."""
PARAMETER_BITS: Final = 31
"""A parameter is below 2**31 and a code below 2**16 (`read_log`): both are one number."""
UNORDERED_MIN: Final = 20
UNORDERED: Final = 0.02
"""So many steps back, and as a share of the rows: no clock is set that often."""
AHEAD_MS: Final = 60_000
"""A row whose time is so much later than that of the rows after it has a wrong one."""
DESCENTS_MAX: Final = 10_000
"""Steps back that are looked at one by one."""

GapKind = Literal["silence", "set-back"]
GAP_NAMES: Final[Mapping[GapKind, Name]] = {
    "silence": Name(
        "nothing was logged: off, not connected, or its clock was set forward", "无记录：断电、断线或时钟被拨快"
    ),
    "set-back": Name("its clock was set back; these times came twice", "时钟被拨慢，这段时间出现两次"),
}


class Gap(msgspec.Struct, frozen=True):
    """Of this time nothing can be said."""

    from_ms: int
    to_ms: int
    kind: GapKind


class Stretch(NamedTuple):
    """From one time to another without a gap."""

    from_ms: int
    to_ms: int


class SignalLog(NamedTuple):
    """One device, in order of time and code; arrays of the same length. Rows within gaps are left out."""

    at_ms: Ints
    code: Ints
    parameter: Ints
    stretches: tuple[Stretch, ...]
    gaps: tuple[Gap, ...] = ()
    out_of_order: int = 0
    """Rows that came late, and are where they belong now."""
    repeated: int = 0
    """Rows that came twice; one of each is kept."""
    ahead: int = 0
    """Rows with a time far ahead of those around them; they are left out."""

    def of(self, codes: Collection[int], parameter: int) -> tuple[Ints, Ints]:
        """Times and codes of the rows with one of these codes and this parameter."""
        own = np.flatnonzero(self.parameter == parameter)
        own = own[np.isin(self.code[own], list(codes))]
        return self.at_ms[own], self.code[own]


def signal_log(at_ms: Ints, code: Ints, parameter: Ints) -> SignalLog:
    """One device's rows, in the order in which they were written. Finds gaps, set clocks, late and repeated rows."""
    if not len(at_ms):
        return SignalLog(at_ms, code, parameter, ())
    ahead = np.zeros(len(at_ms), bool) if _is_unordered(at_ms) else _ahead(at_ms)
    at_ms, code, parameter = at_ms[~ahead], code[~ahead], parameter[~ahead]
    backs, out_of_order = _set_back(at_ms, code, parameter)
    order = np.lexsort((parameter, code, at_ms))
    at_ms, code, parameter = at_ms[order], code[order], parameter[order]
    same = np.zeros(len(at_ms), bool)
    same[1:] = (np.diff(at_ms) == 0) & (np.diff(code) == 0) & (np.diff(parameter) == 0)
    outside = np.ones(len(at_ms), bool)
    for gap in backs:
        outside &= (at_ms < gap.from_ms) | (at_ms > gap.to_ms)
    kept = outside & ~same
    at_ms, code, parameter = at_ms[kept], code[kept], parameter[kept]
    repeated = int(same.sum())
    if not len(at_ms):
        return SignalLog(at_ms, code, parameter, (), tuple(backs), out_of_order, repeated, int(ahead.sum()))
    silent = [
        Gap(int(at_ms[n]), int(at_ms[n + 1]), "silence")
        for n in np.flatnonzero(np.diff(at_ms) > GAP_MS).tolist()
        if not any(gap.from_ms < int(at_ms[n + 1]) and gap.to_ms > int(at_ms[n]) for gap in backs)
    ]
    gaps = sorted([*silent, *backs], key=lambda gap: gap.from_ms)
    stretches = _between(int(at_ms[0]), int(at_ms[-1]), gaps)
    return SignalLog(at_ms, code, parameter, stretches, tuple(gaps), out_of_order, repeated, int(ahead.sum()))


def _is_unordered(at_ms: Ints) -> bool:
    """Whether the rows are in no order of time at all: what their clock did cannot be seen then."""
    steps = int((np.diff(at_ms) < -BACK_MS).sum())
    return steps > UNORDERED_MIN and steps > UNORDERED * len(at_ms)


def _ahead(at_ms: Ints) -> Bools:
    """A few rows with times of the future, after which the log goes on as before: they are wrong, not the rest."""
    wrong = np.zeros(len(at_ms), bool)
    for before in np.flatnonzero(np.diff(at_ms) < -AHEAD_MS).tolist()[:DESCENTS_MAX]:
        resumed = int(at_ms[before + 1])
        following = at_ms[before + 1 : before + 1 + BACK_ROWS]
        preceding = at_ms[max(before - BACK_ROWS + 1, 0) : before + 1] > resumed + AHEAD_MS
        turned = preceding[::-1]
        few = len(turned) if turned.all() else int(np.argmin(turned))
        if few < BACK_ROWS and len(following) > few and (following < at_ms[before] - AHEAD_MS).all():
            wrong[before + 1 - few : before + 1] = True
    return wrong


def _between(first_ms: int, last_ms: int, gaps: list[Gap]) -> tuple[Stretch, ...]:
    found, at_ms = [], first_ms
    for gap in gaps:
        if gap.from_ms >= at_ms:
            found.append(Stretch(at_ms, min(gap.from_ms, last_ms)))
        at_ms = max(at_ms, gap.to_ms)
    if at_ms <= last_ms:
        found.append(Stretch(at_ms, last_ms))
    return tuple(found)


def _set_back(at_ms: Ints, code: Ints, parameter: Ints) -> tuple[list[Gap], int]:
    """Where the clock was set back, and how many rows only came late.

    After a clock was set back, the same events come for the same times once more, at other times than before. A file
    that was put together in another order has each time once; one that holds a part twice has it the same.
    """
    newest = np.maximum.accumulate(at_ms)
    late = at_ms < newest
    if not late.any() or _is_unordered(at_ms):
        return [], int(late.sum())
    edges = np.flatnonzero(np.diff(np.concatenate([[False], late, [False]]).astype(np.int8)))
    runs = list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
    found, out_of_order = [], int(late.sum())
    long = [(a, b) for a, b in runs if b - a >= BACK_ROWS and newest[a] - at_ms[a:b].min() > BACK_MS]
    if not long:
        return [], out_of_order
    kinds = np.unique(code << PARAMETER_BITS | parameter, return_inverse=True)[1]
    first = _first_alike(at_ms, kinds)
    for a, b in long[:RUNS_MAX]:
        from_ms, to_ms = int(at_ms[a:b].min()), int(min(newest[a], at_ms[a:b].max()))
        before = kinds[:a][(at_ms[:a] >= from_ms) & (at_ms[:a] <= to_ms)]
        if not _goes_on_as(before, kinds[a:b]) or int((first[a:b] < a).sum()) > (b - a) / 2:
            continue
        found.append(Gap(from_ms, int(newest[a]), "set-back"))
        out_of_order -= b - a
    return _joined(found), out_of_order


def _first_alike(at_ms: Ints, kinds: Ints) -> Ints:
    """Of each row, the number of the first one with the same time and of the same kind."""
    order = np.lexsort((kinds, at_ms))
    begins = np.ones(len(order), bool)
    begins[1:] = (np.diff(at_ms[order]) != 0) | (np.diff(kinds[order]) != 0)
    first = np.empty(len(order), np.int64)
    first[order] = order[begins][np.cumsum(begins) - 1]
    return first


def _goes_on_as(before: Ints, again: Ints) -> bool:
    """Whether a junction logged all this once more: many of its kinds of events, and each about as often.

    A few rows that came late are of one detector, or are far fewer than what was logged in the time they span.
    """
    most = 1 + int(max(before.max(initial=0), again.max(initial=0)))
    told, both = np.bincount(before, minlength=most), np.bincount(again, minlength=most) > 0
    both &= told > 0
    enough_kinds = int(both.sum()) >= AGAIN_KINDS * int((told > 0).sum())
    return bool(both.any()) and enough_kinds and AGAIN_ROWS * int(told[both].sum()) <= len(again)


def _joined(gaps: list[Gap]) -> list[Gap]:
    """Sorted, those that overlap as one."""
    found: list[Gap] = []
    for gap in sorted(gaps, key=lambda gap: gap.from_ms):
        if found and gap.from_ms <= found[-1].to_ms:
            found[-1] = Gap(found[-1].from_ms, max(found[-1].to_ms, gap.to_ms), gap.kind)
        else:
            found.append(gap)
    return found
