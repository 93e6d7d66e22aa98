"""The program's own figures in the Prometheus text format, for whoever scrapes: `GET /metrics`, scope `admin`.

Read when asked, from what is measured anyway (edge/measuring.py). Labels are codes of ours: names of commands, of noes,
of queues. Units are those of the names' endings, seconds and bytes, as Prometheus and OpenTelemetry ask.
"""

import re
from collections.abc import Iterator
from typing import Final

from litestar import Response, get
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from turnout.adapters.http.door import TheEdge, Who, want
from turnout.edge.edge import Edge
from turnout.edge.measuring import CLASSES, CLASSES_PER_DOUBLING, Durations, upper_s

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")


class Figures(Collector):
    """Of one server, as they stand when they are asked for."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge

    def collect(self) -> Iterator[Metric]:
        edge, measures = self._edge, self._edge.measures
        commands = CounterMetricFamily("turnout_commands", "Commands answered.", labels=("command", "outcome"))
        for (command, outcome), count in measures.outcomes.items():
            commands.add_metric((command, outcome), count)
        yield commands
        yield CounterMetricFamily("turnout_journal_rows", "Rows appended to the journal.", measures.rows)
        yield histogram("turnout_command_duration_seconds", "From counter to durable answer.", measures.commands)
        yield histogram("turnout_journal_append_duration_seconds", "Of a batch, until durable.", measures.appends)
        length = GaugeMetricFamily("turnout_queue_length", "What waits.", labels=("queue",))
        limit = GaugeMetricFamily("turnout_queue_limit", "Where the queue is full.", labels=("queue",))
        for queue in measures.queues():
            length.add_metric((queue.key,), queue.length())
            limit.add_metric((queue.key,), queue.most)
        yield length
        yield limit
        yield GaugeMetricFamily("turnout_connections", "Connections of consoles and programs.", len(edge.connections))
        lost = edge.message_log.dropped if edge.message_log is not None else 0
        yield CounterMetricFamily("turnout_message_log_dropped", "Lines that the message log lost.", lost)
        if edge.exported is not None:
            yield CounterMetricFamily("turnout_traces_dropped", "Traces that no collector took.", edge.exported.dropped)
        yield from watched(edge)


def watched(edge: Edge) -> Iterator[Metric]:
    """What the alarms look at: loop lag, memory, disk, clock, each in the unit of its limit (`/health/details`)."""
    families: dict[str, GaugeMetricFamily] = {}
    for (key, about), value in (edge.watch.readings if edge.watch is not None else {}).items():
        name = f"turnout_watch_{_NO_NAME.sub('_', key)}"
        family = families.setdefault(name, GaugeMetricFamily(name, "Watched by an alarm.", labels=("about",)))
        family.add_metric((about,), value)
    yield from families.values()


def histogram(name: str, says: str, durations: Durations) -> Metric:
    """One bound for each doubling: enough for a percentile, and few enough to scrape often."""
    bounds, seen = list[tuple[str, float]](), 0
    for index in range(CLASSES):
        seen += durations.counts[index]
        if index % CLASSES_PER_DOUBLING == 0:
            bounds.append((f"{upper_s(index):.9g}", float(seen)))
    return HistogramMetricFamily(name, says, buckets=[*bounds, ("+Inf", float(seen))], sum_value=durations.total_s)


@get("/metrics", media_type=TEXT)
async def metrics(who: Who, edge: TheEdge) -> Response[bytes]:
    """Counters, queues and durations in the Prometheus text format (scope `admin`)."""
    want(who, "admin")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(edge))
    return Response(generate_latest(registry), media_type=TEXT, headers={"cache-control": "no-store"})


ROUTES = [metrics]
