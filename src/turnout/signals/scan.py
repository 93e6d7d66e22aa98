"""Bands as the street has them: read off the time-space plane by trying every moment, by no programme's equations.

This is the judge of `bands`, and what is told of a plan after its offsets are rounded to what a controller can set.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from turnout.signals.arterial import Band, BandTask, Coordination, Order

STEP_S: Final = 0.01
"""Moments are tried so far apart."""

Greens = NDArray[np.bool_]
Moments = NDArray[np.floating]


class Scanned(msgspec.Struct, frozen=True):
    """Widest bands through all sites, in seconds, and when their front edges leave the first (inbound: last) site."""

    outbound_s: float
    inbound_s: float
    outbound_from_s: float
    inbound_from_s: float


def scan(task: BandTask, found: Coordination) -> Scanned:
    """Of every moment in which a vehicle may leave, whether it meets green everywhere; then the longest run of them."""
    out = _through(task, found, is_inbound=False)
    back = _through(task, found, is_inbound=True)
    (from_s, width_s), (from_in_s, width_in_s) = _longest(out), _longest(back)
    return Scanned(width_s, width_in_s, from_s, from_in_s)


def false_bands(task: BandTask, found: Coordination) -> list[str]:
    """Bands of the coordination in which some moment meets red at an end of their section, by its sites."""
    wrong = []
    orders = found.chosen(task)
    for i in range(len(task.sections)):
        here, there = task.sites[i], task.sites[i + 1]
        out, back = found.outbound[i], found.inbound[i]
        ends = (
            (out.from_s, out.width_s, i, False),
            (out.from_s + out.travel_s - there.outbound_queue_s, out.width_s, i + 1, False),
            (back.from_s, back.width_s, i + 1, True),
            (back.from_s + back.travel_s - here.inbound_queue_s, back.width_s, i, True),
        )
        for from_s, width_s, at, is_inbound in ends:
            moments = from_s + np.arange(2 * STEP_S, width_s - 2 * STEP_S, STEP_S)
            if not _is_green(orders[at], found.cycle_s, moments - found.offsets_s[at], is_inbound).all():
                wrong.append(
                    f"{here.id} - {there.id}, {'inbound' if is_inbound else 'outbound'}, at {task.sites[at].id}"
                )
    return wrong


def _through(task: BandTask, found: Coordination, *, is_inbound: bool) -> Greens:
    """By moments of leaving the first site of the direction: whether there is green at every site on the way."""
    orders = found.chosen(task)
    moments = np.arange(round(found.cycle_s / STEP_S)) * STEP_S
    along: Sequence[int] = range(len(task.sites))
    bands = found.outbound
    if is_inbound:
        along, bands = along[::-1], found.inbound[::-1]
    free = np.ones(len(moments), dtype=bool)
    passed_s = 0.0
    for nth, i in enumerate(along):
        if nth:
            site = task.sites[i]
            passed_s += bands[nth - 1].travel_s - (site.inbound_queue_s if is_inbound else site.outbound_queue_s)
        free &= _is_green(orders[i], found.cycle_s, moments + passed_s - found.offsets_s[i], is_inbound)
    return free


def _is_green(order: Order, cycle_s: float, local_s: Moments, is_inbound: bool) -> Greens:
    begins, share = (
        (order.inbound_from, order.inbound_share) if is_inbound else (order.outbound_from, order.outbound_share)
    )
    since: Moments = (local_s - begins * cycle_s) % cycle_s
    return since < share * cycle_s


def _longest(free: Greens) -> tuple[float, float]:
    """Beginning and length, in seconds, of the longest run, which may go over the end of the cycle."""
    if free.all():
        return 0.0, len(free) * STEP_S
    after_red = int(np.argmin(free)) + 1
    turned = np.roll(free, -after_red)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], turned, [False])).astype(np.int8)))
    if not len(edges):
        return 0.0, 0.0
    begins, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - begins))
    return float((begins[longest] + after_red) % len(free) * STEP_S), float((ends - begins)[longest] * STEP_S)


def delivered(task: BandTask, found: Coordination, step_s: float) -> Coordination:
    """The coordination with offsets a controller can set, whole numbers of `step_s`, and what is left of its bands."""
    offsets = tuple(round(offset / step_s) * step_s % found.cycle_s for offset in found.offsets_s)
    rounded = msgspec.structs.replace(found, offsets_s=offsets)
    return msgspec.structs.replace(
        rounded,
        outbound=_left_of(task, rounded, is_inbound=False),
        inbound=_left_of(task, rounded, is_inbound=True),
    )


def _left_of(task: BandTask, found: Coordination, *, is_inbound: bool) -> tuple[Band, ...]:
    """Of every band of a direction, its longest part that has green at both ends of the section."""
    orders, kept = found.chosen(task), []
    for i, band in enumerate(found.inbound if is_inbound else found.outbound):
        first, last = (i + 1, i) if is_inbound else (i, i + 1)
        site = task.sites[last]
        queue_s = site.inbound_queue_s if is_inbound else site.outbound_queue_s
        moments = band.from_s + np.arange(round(band.width_s / STEP_S)) * STEP_S
        ends = ((first, 0.0), (last, band.travel_s - queue_s))
        free = np.ones(len(moments), dtype=bool)
        for at, later_s in ends:
            free &= _is_green(orders[at], found.cycle_s, moments + later_s - found.offsets_s[at], is_inbound)
        bounded = np.concatenate((free, [False]))
        begins_s, width_s = _longest(bounded)
        kept.append(msgspec.structs.replace(band, from_s=(band.from_s + begins_s) % found.cycle_s, width_s=width_s))
    return tuple(kept)
