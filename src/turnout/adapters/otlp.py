"""Traces for a collector of the city's own, by OTLP over HTTP (OpenTelemetry 1.x, protobuf).

A command's trace is put into a bounded queue; one thread makes the spans and sends them. A collector that is down, slow
or answers nonsense costs lost traces, which are counted, and nothing else. Only what `Passed` has can go out.
"""

import logging
import secrets
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from turnout.edge.exporting import Passed

log = logging.getLogger(__name__)

WAITING_MAX: Final = 4_096
"""Traces that wait to be sent: seconds at full speed, and a few MiB."""

SEND_EVERY_S: Final = 1.0
CLOSE_S: Final = 1.0
SEND_MAX: Final = 256
"""Traces in one request: some 1,500 spans, half a MiB."""

TIMEOUT_S: Final = 5.0
"""Of one request, retries included."""


class OtlpTraces:
    """Implements `turnout.edge.exporting.Exported`. `url`: the collector's base, `http://collector:4318`."""

    def __init__(self, url: str) -> None:
        self._exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces", timeout=TIMEOUT_S)
        self._resource = Resource({"service.name": "turnout", "service.version": version("turnout")})
        self._waiting: deque[Passed] = deque(maxlen=WAITING_MAX)
        self._stopping = threading.Event()
        self._full = self._refused = 0
        self._is_down = False
        self._thread = threading.Thread(target=self._send_on, name="traces", daemon=True)
        self._thread.start()

    @property
    def most(self) -> int:
        return WAITING_MAX

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def dropped(self) -> int:
        """Traces that were lost since the start: the queue was full, or the collector took none."""
        return self._full + self._refused

    def note(self, passed: Passed) -> None:
        if not passed.trace.is_sampled:
            return
        if len(self._waiting) >= WAITING_MAX:
            self._full += 1
            return
        self._waiting.append(passed)

    def _send_on(self) -> None:
        is_last = False
        while not is_last:
            is_last = self._stopping.wait(SEND_EVERY_S)
            while self._waiting and not (is_last and self._is_down):
                self.send([self._waiting.popleft() for _ in range(min(SEND_MAX, len(self._waiting)))])

    def send(self, batch: Sequence[Passed]) -> None:
        """The process edge of the collector: whatever it does, the traces are gone and counted."""
        try:
            sent = self._exporter.export([span for passed in batch for span in spans_of(passed, self._resource)])
            is_down = sent is not SpanExportResult.SUCCESS
        except Exception:  # noqa: BLE001 - a foreign library, talking to a foreign program
            is_down = True
        if is_down:
            self._refused += len(batch)
            if not self._is_down:
                log.warning("the collector of traces takes none")
        self._is_down = is_down

    def close(self) -> None:
        """The thread sends what waits, if the collector is there; it is not waited for long."""
        self._stopping.set()
        self._thread.join(CLOSE_S)


def spans_of(passed: Passed, resource: Resource) -> Iterator[ReadableSpan]:
    """The command's own span, and under it one for each stage that it came to."""
    trace_id = int(passed.trace.trace, 16)
    parent = _context(trace_id, int(passed.trace.parent, 16), True) if passed.trace.parent else None
    root = _context(trace_id, secrets.randbits(63) + 1)
    told: dict[str, str | int] = {
        "turnout.command": passed.command,
        "turnout.outcome": passed.outcome,
        "turnout.door": passed.trace.door,
        "turnout.incident.number": passed.number,
        "turnout.seq.first": passed.seq_from,
        "turnout.seq.last": passed.seq_to,
    }
    yield ReadableSpan(
        name=f"command {passed.command}",
        context=root,
        parent=parent,
        resource=resource,
        attributes={key: value for key, value in told.items() if value},
        kind=SpanKind.SERVER,
        status=Status(StatusCode.OK if passed.outcome == "done" else StatusCode.UNSET),
        start_time=passed.began_ns,
        end_time=passed.ended_ns,
    )
    stages = passed.stages
    for name, start, end in (
        ("lane", stages.lane_ns, stages.taken_ns),
        ("decide", stages.taken_ns, stages.decided_ns),
        ("batch", stages.decided_ns, stages.began_ns),
        ("append", stages.began_ns, stages.durable_ns),
        ("tell", stages.durable_ns, stages.told_ns),
    ):
        if start and end:
            rows = {"turnout.batch.rows": stages.rows} if name == "append" else {}
            context = _context(trace_id, secrets.randbits(63) + 1)
            yield ReadableSpan(
                name=name,
                context=context,
                parent=root,
                resource=resource,
                attributes=rows,
                start_time=start,
                end_time=max(start, end),
            )


def _context(trace_id: int, span_id: int, is_remote: bool = False) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote, TraceFlags(TraceFlags.SAMPLED))
