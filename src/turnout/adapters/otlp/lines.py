"""A line of the log as OpenTelemetry has it (logs data model 1.x): what may be said is decided in edge/log_lines.py."""

from typing import Final

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

from turnout.edge.log_lines import Line

SEVERITY: Final = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
    "critical": SeverityNumber.FATAL,
}


def record_of(line: Line, resource: Resource) -> ReadableLogRecord:
    told = {
        "turnout.command.id": line.command_id,
        "turnout.incident.number": line.incident,
        "code.location": line.where,
        "exception.type": line.error.partition(":")[0],
        "exception.message": line.error,
        "exception.stacktrace": "\n".join(line.way),
    }
    record = LogRecord(
        timestamp=line.at_ns,
        observed_timestamp=line.at_ns,
        context=_context_of(line),
        severity_text=line.level.upper(),
        severity_number=SEVERITY.get(line.level, SeverityNumber.UNSPECIFIED),
        body=line.text,
        attributes={key: value for key, value in told.items() if value},
    )
    return ReadableLogRecord(record, resource, InstrumentationScope(line.logger))


def _context_of(line: Line) -> Context:
    if not line.trace or not line.span:
        return Context({"turnout": "none"})
    of = SpanContext(int(line.trace, 16), int(line.span, 16), False, TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(of), Context())
