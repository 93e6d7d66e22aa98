"""An answered command as spans (OpenTelemetry 1.x): only what `Passed` has can go out."""

import secrets
from collections.abc import Iterator

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from turnout.edge.exporting import Passed


def spans_of(passed: Passed, resource: Resource) -> Iterator[ReadableSpan]:
    """The command's own span, and under it one for each stage that it came to."""
    trace_id = int(passed.trace.trace, 16)
    parent = _context(trace_id, int(passed.trace.parent, 16), True) if passed.trace.parent else None
    root = _context(trace_id, int(passed.trace.span, 16))
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
