"""Settings, read once: what the command line says, else the environment, else the defaults. No secret is among them."""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from turnout.words.trouble import Malformed

DATA_DEFAULT: Final = Path("var")
PORT_DEFAULT: Final = 8080
UNBOUND: Final = "none"
"""In place of a role: nothing that was bound to terminals before stays bound."""


SHIPPED: Final = "san-francisco"
"""The city that comes with the program, and is run where none is named."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """`data` holds everything that is written: journal, vault, accounts. It is what has to be backed up."""

    data: Path = DATA_DEFAULT
    database: str = ""
    """A PostgreSQL that several servers share: `postgresql://turnout@db1,db2/turnout`. Empty: files in `data`."""
    city: Path | None = None
    """A city folder; None: the one that is shipped."""
    host: str = "127.0.0.1"
    """Only this machine, unless the operator says otherwise: then with TLS (clear_lines.py)."""
    port: int = PORT_DEFAULT
    origin: str = ""
    """Under which name browsers reach it, for passkeys; empty: `localhost:<port>`."""
    speed: float = 1.0
    """Of the simulated city: 1 is real time."""
    simulation: bool | None = None
    """None: in a demonstration city yes, in a real one no."""
    arrival: bool = False
    """Whether the place of a unit reports its status by itself (telemetry/policies.py)."""
    fallback: tuple[Path, ...] = ()
    """Further folders for the fallback kit, best on other machines; the data folder has it anyway."""
    reserve_mib: int = 64
    """Set aside on the data disk for dispatch (adapters/storage/reserve.py): some 40,000 rows of the journal, an hour
    or more of the busiest city, in which somebody can make room."""
    otlp: str = ""
    """A collector of traces, metrics and logs (OTLP over HTTP), `http://collector:4318`; empty: none."""
    log_format: str = "text"
    """Of the log on standard error (logs.py): `text`, or `json` with one object a line."""
    messages_days: int = 90
    """How long the message log is kept (records/messages.py)."""
    messages_mib: int = 2_048
    """How much of the disk the message log may take: some five million lines."""
    alarms: Path | None = None
    """A TOML file with other limits for alarms (edge/alarms/limits.py)."""
    identity: Path | None = None
    """A TOML file that names the providers of single sign-on (adapters/identity/sign_on_plan.py)."""
    proof: Path | None = None
    """A TOML file that names witnesses and a time stamper (edge/proof/plan.py)."""
    proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose word on who asks is taken (adapters/http/proxies.py)."""
    proxy_certificates: bool = False
    """Also their word on which certificate a terminal has shown them (`Client-Cert`, RFC 9440)."""
    unencrypted: bool = False
    """Whether lines to and from other machines may be without TLS (clear_lines.py)."""
    server: str = "granian"
    tls_cert: Path | None = None
    """The certificate chain in PEM, own certificate first; with `tls_key` the server speaks TLS itself."""
    tls_key: Path | None = None

    devices_port: int = 0
    """A further port, for terminals that show a certificate of the city's (adapters/device_door.py); 0: none."""
    device_only: tuple[str, ...] = ()
    """Roles and scopes of tokens that may be used from such a terminal only; `UNBOUND`: and no others any more."""
    scanner: str = ""
    """A virus scanner for files, clamd (adapters/clamd.py): its socket, or `host:port`; empty: none."""
    two_factors: tuple[str, ...] = ()
    """Roles whose people show two factors: a passkey, or what their provider asks for."""

    roles: tuple[str, ...] = ()
    """What this process is (`turnout up`): `desk`, `edge`, `worker`; empty: all in one."""
    reach: str = ""
    """Where the city's other processes reach this one: `https://10.0.0.1:8080`; empty: host and port."""
    worker: str = ""
    """The address of a worker, for an edge."""
    nats: str = ""
    """`nats://nats1,nats2`: for row changes and positions between processes; empty: by the database and HTTP alone."""
    trust: Path | None = None
    """Certificates (PEM) by which the city's other processes are known; None: those that the machine trusts."""

    @property
    def bound(self) -> frozenset[str]:
        """Of `device_only`, without that word."""
        return frozenset(self.device_only) - {UNBOUND}

    @property
    def is_tls(self) -> bool:
        return self.tls_cert is not None and self.tls_key is not None

    @property
    def scheme(self) -> str:
        return "https" if self.is_tls else "http"

    @property
    def reached_at(self) -> str:
        """The address that the desk announces."""
        host = socket.gethostname() if self.host in ("0.0.0.0", "::") else self.host
        return self.reach or f"{self.scheme}://{host}:{self.port}"

    @property
    def public_origin(self) -> str:
        return self.origin or f"{self.scheme}://localhost:{self.port}"


_PATHS: Final = (
    ("TURNOUT_DATA", "data"),
    ("TURNOUT_CITY", "city"),
    ("TURNOUT_TLS_CERT", "tls_cert"),
    ("TURNOUT_TLS_KEY", "tls_key"),
)


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """The defaults as TURNOUT_DATA, TURNOUT_CITY, TURNOUT_HOST, TURNOUT_PORT, TURNOUT_ORIGIN,
    TURNOUT_DATABASE, TURNOUT_UNENCRYPTED=yes and TURNOUT_TLS_CERT with TURNOUT_TLS_KEY change them."""
    settings = Settings()
    changes: dict[str, object] = {}
    for name, field in _PATHS:
        if environment.get(name):
            changes[field] = Path(environment[name])
    for name, field in (("TURNOUT_HOST", "host"), ("TURNOUT_ORIGIN", "origin"), ("TURNOUT_DATABASE", "database")):
        if environment.get(name):
            changes[field] = environment[name]
    if environment.get("TURNOUT_UNENCRYPTED"):
        changes["unencrypted"] = environment["TURNOUT_UNENCRYPTED"] == "yes"
    if environment.get("TURNOUT_PORT"):
        changes["port"] = _port(environment["TURNOUT_PORT"], "TURNOUT_PORT")
    return msgspec.structs.replace(settings, **changes)


def _port(text: str, where: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Malformed(f"{text!r} is no port", where=where, cure="a number from 1 to 65535")
    return int(text)
