"""A collector of traces for tests: a real OTLP receiver on this machine, that may also hang or answer nonsense."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    def __init__(self, manner: str) -> None:
        self.manner, self.bodies, self.go = manner, list[bytes](), threading.Event()
        self.asked = threading.Event()
        self.url = ""

    def spans(self) -> list[Any]:
        return [
            span
            for body in self.bodies
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
            at.asked.set()
            if manner == "hangs":
                at.go.wait(20)
                return
            if manner == "nonsense":
                self.wfile.write(b"\x00\xffHTTP/9 nothing\r\n\r\n" * 100)
                return
            at.bodies.append(body)
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
