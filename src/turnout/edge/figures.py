"""The program's own figures, as they stand when they are asked for: one list, for every tool that reads them.

Read from what is measured anyway (edge/measuring.py). Labels are codes of ours: names of commands, of noes, of queues.
Units are those of the names' endings, seconds and bytes, as Prometheus and OpenTelemetry ask.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from turnout.edge.edge import Edge
from turnout.edge.measuring import CLASSES, CLASSES_PER_DOUBLING, Durations, upper_s

_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


class Sample(NamedTuple):
    labels: Mapping[str, str]
    value: float


class Spread(NamedTuple):
    """How often each class of durations came since the start. `counts` has one more than `bounds`: what is longer."""

    bounds: tuple[float, ...]
    """Seconds, each the longest of its class."""
    counts: tuple[int, ...]
    total_s: float


class Figure(NamedTuple):
    """A `histogram` has a spread, all others samples. A `counter` counts since the start."""

    name: str
    says: str
    kind: Literal["counter", "gauge", "histogram"]
    samples: tuple[Sample, ...] = ()
    spread: Spread = Spread((), (0,), 0.0)


def figures_of(edge: Edge) -> Iterator[Figure]:
    """Of one server. On the event loop: what is read is changed there."""
    measures = edge.measures
    yield Figure(
        "turnout_commands",
        "Commands answered.",
        "counter",
        tuple(
            Sample({"command": command, "outcome": outcome}, count)
            for (command, outcome), count in measures.outcomes.items()
        ),
    )
    yield _one("turnout_journal_rows", "Rows appended to the journal.", "counter", measures.rows)
    durations = "turnout_command_duration_seconds", "turnout_journal_append_duration_seconds"
    yield Figure(durations[0], "From counter to durable answer.", "histogram", spread=spread_of(measures.commands))
    yield Figure(durations[1], "Of a batch, until durable.", "histogram", spread=spread_of(measures.appends))
    queues = tuple(measures.queues())
    lengths = tuple(Sample({"queue": queue.key}, queue.length()) for queue in queues)
    yield Figure("turnout_queue_length", "What waits.", "gauge", lengths)
    limits = tuple(Sample({"queue": queue.key}, queue.most) for queue in queues)
    yield Figure("turnout_queue_limit", "Where the queue is full.", "gauge", limits)
    yield _one("turnout_connections", "Connections of consoles and programs.", "gauge", len(edge.connections))
    held_back = edge.counter.allowances.held_back
    kinds = tuple(Sample({"of": kind}, held_back[kind]) for kind in ("person", "program", "stranger"))
    yield Figure("turnout_held_back", "Asked beyond what one may ask.", "counter", kinds)
    lost = edge.message_log.dropped if edge.message_log is not None else 0
    yield _one("turnout_message_log_dropped", "Lines that the message log lost.", "counter", lost)
    yield _one("turnout_door_log_dropped", "Lines that the log of the door lost.", "counter", edge.door_log.dropped)
    if edge.exported is not None:
        dropped = tuple(Sample({"signal": one.name}, one.dropped) for one in edge.exported.queues)
        yield Figure("turnout_exported_dropped", "What no collector took.", "counter", dropped)
        passed_over = edge.exported.passed_over
        yield _one("turnout_traces_passed_over", "Traces not sent: too many at once.", "counter", passed_over)
    yield from _watched(edge)


def _one(name: str, says: str, kind: Literal["counter", "gauge"], value: float) -> Figure:
    return Figure(name, says, kind, (Sample({}, value),))


def _watched(edge: Edge) -> Iterator[Figure]:
    """What the alarms look at: loop lag, memory, disk, clock, each in the unit of its limit (`/health/details`)."""
    samples: dict[str, list[Sample]] = {}
    for (key, about), value in (edge.watch.readings if edge.watch is not None else {}).items():
        samples.setdefault(f"turnout_watch_{_NO_NAME.sub('_', key)}", []).append(Sample({"about": about}, value))
    for name, those in samples.items():
        yield Figure(name, "Watched by an alarm.", "gauge", tuple(those))


def spread_of(durations: Durations) -> Spread:
    """One bound for each doubling: enough for a percentile, and few enough to read often."""
    ends = range(0, CLASSES, CLASSES_PER_DOUBLING)
    seen, counts = 0, list[int]()
    for end in ends:
        upto = sum(durations.counts[: end + 1])
        counts.append(upto - seen)
        seen = upto
    return Spread(tuple(map(upper_s, ends)), (*counts, sum(durations.counts) - seen), durations.total_s)
