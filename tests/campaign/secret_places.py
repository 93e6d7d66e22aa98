"""A server with every secret that one can have, and every place where one of them must not be found.

It serves over TLS with single sign-on, tells a collector everything, logs at DEBUG, and has three bugs that carry a
secret in their text: in an answer, in a thread, and where nobody waits for it.
"""

import os
import resource
import signal
import ssl
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from tests.adapters.collector import Collector, collector
from tests.adapters.running import free_port
from tests.adapters.test_tls import self_made
from tests.campaign.server import API, ROOT, START_WITHIN_S

CALLED: Final = "planted-password-8143"
"""Typed by people. The other planted words are in files."""

CLIENT_SECRET: Final = "planted-client-secret-5520"
DATABASE_SECRET: Final = "planted-database-secret-7719"
RIGHT: Final = "planted-good-password-3391"

BUGS: Final = """
import gc, logging, threading
logging.getLogger().setLevel(logging.DEBUG)
from turnout.adapters.identity.accounts import Accounts
honest = Accounts.sign_in

async def sign_in(self, account, secret, *rest, **named):
    if account == "bug":
        raise KeyError(secret)
    if account == "thread":
        def fail(): raise KeyError(secret)
        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    if account == "unseen":
        class Held:
            def __del__(self): raise KeyError(secret)
        Held()
    if account == "said":
        logging.getLogger("turnout.planted").error("the password is %s", secret)
    return await honest(self, account, secret, *rest, **named)

Accounts.sign_in = sign_in
"""

PLAN: Final = """
[[provider]]
id = "city"
name = { en = "City", zh = "市" }
issuer = "http://127.0.0.1:9"
client_id = "turnout"
client_secret_file = "oidc.secret"
"""


def _may_leave_a_core() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


class Watched:
    """One running server, what it was given, and what came out of it."""

    def __init__(self, folder: Path, told: Collector, database: str) -> None:
        self.data, self.log, self.told = folder / "var", folder / "server.log", told
        self.certificate, self.tls_key = self_made(folder)
        self.url = f"https://localhost:{free_port()}"
        self.answers: list[bytes] = []
        self._folder = folder
        plan = folder / "identity.toml"
        plan.write_text(PLAN)
        (folder / "oidc.secret").write_text(CLIENT_SECRET)
        (folder / "pgpass").write_text(f"*:*:*:*:{DATABASE_SECRET}\n")
        (folder / "pgpass").chmod(0o600)
        (folder / "sitecustomize.py").write_text(BUGS)
        words = f"serve --no-simulation --reserve-mib 0 --port {self.url.rpartition(':')[2]} --log-format json".split()
        words += ["--otlp", told.url, "--identity", str(plan)]
        words += ["--tls-cert", str(self.certificate), "--tls-key", str(self.tls_key)]
        self.words = [*words, "--database", database] if database else words
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._program(*self.words), stdout=log, stderr=log, env=self._environment, preexec_fn=_may_leave_a_core
            )

    @property
    def _environment(self) -> dict[str, str]:
        more = {"PYTHONPATH": str(self._folder), "PGPASSFILE": str(self._folder / "pgpass"), "PYTHONASYNCIODEBUG": "1"}
        return os.environ | more | {"TURNOUT_DATA": str(self.data)}

    def _program(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "turnout.main", *words]

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """Whose answers are kept, as far as they are read by others than the one who asked."""
        with httpx.Client(
            base_url=self.url, verify=ssl.create_default_context(cafile=self.certificate), timeout=20
        ) as client:
            yield client

    def ask(self, client: httpx.Client, method: str, path: str, **named: Any) -> httpx.Response:
        """What it answers, kept for the search."""
        answer = client.request(method, path if path.startswith("/health") else API + path, **named)
        self.answers.append(answer.content)
        return answer

    def until_it_answers(self, client: httpx.Client) -> None:
        until = time.monotonic() + START_WITHIN_S
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if client.get("/health").status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the server did not start")

    def until_it_has(self, name: str) -> None:
        """A file of the city's, which it makes beside its work."""
        until = time.monotonic() + START_WITHIN_S
        while not list(self.data.glob(f"*/{name}")):
            assert time.monotonic() < until, f"no {name}"
            time.sleep(0.05)

    def run(self, *words: str) -> str:
        """A command beside the server; what it prints."""
        command = self._program(*words)
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout + done.stderr

    def crash(self) -> None:
        os.kill(self.process.pid, signal.SIGABRT)
        self.process.wait()


@contextmanager
def watched(folder: Path, database: str = "") -> Iterator[Watched]:
    with collector() as told:
        server = Watched(folder, told, database)
        try:
            yield server
        finally:
            server.process.kill()
            server.process.wait()


def processes_of(pid: int) -> Iterator[Path]:
    """A process and all that it started, under /proc."""
    yield Path(f"/proc/{pid}")
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes_of(int(child))


def forms_of(secret: bytes) -> tuple[bytes, ...]:
    """As it is, and as something binary would be written down."""
    return secret, secret.hex().encode(), b64encode(secret).rstrip(b"="), repr(secret)[2:-1].encode()


def key_material(data: Path) -> dict[str, bytes]:
    """What the server has made for itself: keys of the vault, the key that signs, the site key."""
    found: dict[str, bytes] = {}
    for path in data.glob("*/vault.keys"):
        content = path.read_bytes()
        found |= {f"vault key {at // 32}": content[at : at + 32] for at in range(32, len(content), 32)}
    for path in data.glob("*/vault.site-key"):
        found["site key"] = path.read_bytes()
    for path in data.glob("*/proof.keys"):
        # PRIVATE+KEY+name+hash+base64, in which a plus may stand too.
        keys = (line.split("+", 4)[4] for line in path.read_text().split())
        found |= {f"signing key {n}": key.encode() for n, key in enumerate(keys)}
    return found


def shown(secrets: dict[str, bytes], places: dict[str, bytes]) -> list[str]:
    """Which secret stands where."""
    return [
        f"{name} in {place}"
        for place, text in places.items()
        for name, secret in secrets.items()
        if any(form in text for form in forms_of(secret))
    ]
