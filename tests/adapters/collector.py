"""A collector for tests: a real OTLP receiver on this machine, read by OpenTelemetry's own protocol classes.

It may also hang or answer nonsense.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    def __init__(self, manner: str) -> None:
        self.manner, self.go = manner, threading.Event()
        self.taken = list[tuple[str, bytes]]()
        """Path and body of each request."""
        self.asked = set[str]()
        """Paths that something was sent to, taken or not."""
        self.was_waited_for = False
        """Whether somebody stood there until a hanging collector gave up."""
        self.url = ""

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.taken]

    def _of(self, signal: str) -> list[bytes]:
        return [body for path, body in self.taken if path == f"/v1/{signal}"]

    def lines(self) -> list[Any]:
        """Log records, each with the name of its logger."""
        return [
            (scope.scope.name, record)
            for body in self._of("logs")
            for resource in ExportLogsServiceRequest.FromString(body).resource_logs
            for scope in resource.scope_logs
            for record in scope.log_records
        ]

    def readings(self) -> list[dict[str, Any]]:
        """The figures of each request, by name."""
        return [
            {metric.name: metric for scope in resource.scope_metrics for metric in scope.metrics}
            for body in self._of("metrics")
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
        ]

    def spans(self) -> list[Any]:
        return [
            span
            for body in self._of("traces")
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@contextmanager
def collector(manner: str = "takes") -> Iterator[Collector]:
    """`manner`: `takes`, `hangs` until told to go, or `nonsense`."""
    at = Collector(manner)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            at.asked.add(self.path)
            if manner == "hangs":
                at.was_waited_for |= not at.go.wait(20)
                return
            if manner == "nonsense":
                self.wfile.write(b"\x00\xffHTTP/9 nothing\r\n\r\n" * 100)
                return
            at.taken.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        at.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield at
        finally:
            at.go.set()
            server.shutdown()
