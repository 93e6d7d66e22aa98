"""A collector of the city's own: traces, log lines and figures go to it, each by a bounded queue and a thread.

A collector that is down, slow or answers nonsense costs what it did not take, which is counted, and nothing else.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Final, NamedTuple

from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export import SpanExportResult

from turnout.adapters.otlp.figures import metrics_of
from turnout.adapters.otlp.lines import record_of
from turnout.adapters.otlp.traces import spans_of
from turnout.edge.edge import Edge
from turnout.edge.exporting import Outgoing, Passed
from turnout.edge.figures import Figure, figures_of
from turnout.edge.log_lines import Line, line_of
from turnout.edge.sampling import Sampling
from turnout.edge.sending import CLOSE_S, Sending

TRACES_MAX: Final = 4_096
"""That wait to be sent: seconds at full speed, and a few MiB."""

LINES_MAX: Final = 4_096
"""Of the log: there are a handful in an hour, and some hundreds when a disk or a database is lost."""

FIGURES_MAX: Final = 4
"""Readings. They count since the start: a later one has what an earlier one had."""

SEND_EVERY_S: Final = 1.0
FIGURES_EVERY_S: Final = 15.0
SEND_MAX: Final = 256
"""In one request: of traces some 1,500 spans, half a MiB."""

TIMEOUT_S: Final = 5.0
"""Of one request, retries included."""

FOREIGN: Final = ("opentelemetry", "urllib3", "requests")
"""Who speaks of sending: sent as well, each failure would make the next."""


class Read(NamedTuple):
    """The figures at a time (ns UTC)."""

    at_ns: int
    figures: tuple[Figure, ...]


class _Hearing(logging.Handler):
    """What the program logs, on whichever thread. Who sets logging up anew may close it: nothing hangs on that."""

    def __init__(self, note: Callable[[Line], None]) -> None:
        super().__init__()
        self._note = note

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(FOREIGN):
            self._note(line_of(record))


class OtlpCollector:
    """Implements `turnout.edge.exporting.Exported`. `url`: the collector's base, `http://collector:4318`."""

    def __init__(self, url: str, instance: str = "") -> None:
        """`instance`: by what this process is told from the city's others."""
        base = url.rstrip("/")
        about = {"service.name": "turnout", "service.version": version("turnout"), "service.instance.id": instance}
        self._resource = Resource({key: value for key, value in about.items() if value})
        self._began_ns = time.time_ns()
        self._sampling = Sampling()
        self._spans = OTLPSpanExporter(endpoint=f"{base}/v1/traces", timeout=TIMEOUT_S)
        self._records = OTLPLogExporter(endpoint=f"{base}/v1/logs", timeout=TIMEOUT_S)
        self._metrics = OTLPMetricExporter(endpoint=f"{base}/v1/metrics", timeout=TIMEOUT_S)
        self.traces: Sending[Passed] = Sending(
            "traces", self._send_traces, most=TRACES_MAX, at_once=SEND_MAX, every_s=SEND_EVERY_S
        )
        self.lines: Sending[Line] = Sending(
            "logs", self._send_lines, most=LINES_MAX, at_once=SEND_MAX, every_s=SEND_EVERY_S
        )
        self.readings: Sending[Read] = Sending(
            "metrics", self._send_figures, most=FIGURES_MAX, at_once=1, every_s=SEND_EVERY_S
        )
        logging.getLogger(FOREIGN[0]).setLevel(logging.CRITICAL)  # what it says of failures, we say once
        self._hearing = _Hearing(self.lines.note)
        logging.getLogger().addHandler(self._hearing)

    @property
    def queues(self) -> Sequence[Outgoing]:
        return self.traces, self.lines, self.readings

    @property
    def passed_over(self) -> int:
        return self._sampling.passed_over

    def note(self, passed: Passed) -> None:
        took_s = (passed.ended_ns - passed.began_ns) / 1e9
        if passed.trace.is_sampled and self._sampling.takes(took_s, time.monotonic()):
            self.traces.note(passed)

    async def read_on(self, edge: Edge) -> None:
        """The figures, again and again, on the event loop, where they are changed. Until cancelled."""
        while True:
            self.readings.note(Read(time.time_ns(), tuple(figures_of(edge))))
            await asyncio.sleep(FIGURES_EVERY_S)

    def _send_traces(self, batch: Sequence[Passed]) -> bool:
        spans = [span for passed in batch for span in spans_of(passed, self._resource)]
        return self._spans.export(spans) is SpanExportResult.SUCCESS

    def _send_lines(self, batch: Sequence[Line]) -> bool:
        records = [record_of(line, self._resource) for line in batch]
        return self._records.export(records) is LogRecordExportResult.SUCCESS

    def _send_figures(self, batch: Sequence[Read]) -> bool:
        data = metrics_of(batch[-1].figures, self._resource, self._began_ns, batch[-1].at_ns)
        return self._metrics.export(data) is MetricExportResult.SUCCESS

    def close(self) -> None:
        """The threads send what waits, if the collector is there; they are not waited for long."""
        logging.getLogger().removeHandler(self._hearing)
        sending: tuple[Sending[Passed] | Sending[Line] | Sending[Read], ...] = self.traces, self.lines, self.readings
        for one in sending:
            one.stop()
        until_s = time.monotonic() + CLOSE_S
        for one in sending:
            one.close(max(0.0, until_s - time.monotonic()))
