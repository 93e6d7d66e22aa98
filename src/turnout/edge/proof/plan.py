"""What an operator says of the proof, in a TOML file (`--proof`): the logs' name, the witnesses, the time stamps.

    origin = "turnout.example.org/san-francisco"

    [[witness]]
    key = "witness.example.net+1f2e3d4c+BAQ…"
    url = "https://witness.example.net"

    [stamps]
    url = "https://tsa.example.com"
    root = "tsa-root.pem"

Without a file the logs are named after the city, and nobody witnesses or stamps them.
"""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from turnout.audit.kept import Log
from turnout.audit.notes import COSIGNATURE, NAME_MAX, VerifierKey, is_name, read_verifier_key
from turnout.words.encrypted import refuse_clear_url
from turnout.words.trouble import Malformed

SIGN_EVERY_S: Final = 60.0
SIGN_LEAST_S: Final = 1.0
WITNESSES_MAX: Final = 16
"""Each is asked twice a minute, at most for seconds; more would no longer fit a minute."""

Url = Annotated[str, msgspec.Meta(pattern="^https?://[^ ]+$", max_length=500)]


class WitnessPlan(msgspec.Struct, frozen=True):
    key: VerifierKey
    url: str


class StampPlan(msgspec.Struct, frozen=True):
    """`root`: the file of certificates (PEM) that a stamp must lead to."""

    url: str
    root: Path
    every_h: float = 24.0


class ProofPlan(msgspec.Struct, frozen=True):
    origin: str
    witnesses: tuple[WitnessPlan, ...] = ()
    stamps: StampPlan | None = None
    sign_every_s: float = SIGN_EVERY_S
    trust: Path | None = None
    """Certificates (PEM) that the peers' TLS may lead to; None: those that the machine trusts."""


class _WitnessRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    url: Url


class _StampRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    url: Url
    root: Annotated[str, msgspec.Meta(min_length=1)]
    every_h: Annotated[float, msgspec.Meta(gt=0)] = 24.0


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    origin: str = ""
    trust: str = ""
    sign_every_s: Annotated[float, msgspec.Meta(ge=SIGN_LEAST_S)] = SIGN_EVERY_S
    witness: Annotated[list[_WitnessRow], msgspec.Meta(max_length=WITNESSES_MAX)] = []
    stamps: _StampRow | None = None


def log_name(origin: str, log: Log) -> str:
    """Under which a log signs (`c2sp.org/tlog-checkpoint`, origin)."""
    return f"{origin}/{log}"


def read_plan(path: Path | None, city: str) -> ProofPlan:
    """The operator's file. Raises `Malformed` with the place."""
    if path is None:
        return ProofPlan(f"turnout/{city}")
    cure = 'origin = "turnout.example.org/city"; [[witness]] with key and url; [stamps] with url and root'
    try:
        given = msgspec.toml.decode(path.read_bytes(), type=_File)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError) as trouble:
        raise Malformed(str(trouble), where=str(path), cure=cure) from trouble
    origin = given.origin or f"turnout/{city}"
    if not is_name(origin) or len(origin) > NAME_MAX - 10:
        raise Malformed(f"{origin!r} is no name of a log", where=str(path), cure="no blanks, no plus")
    for row in (*given.witness, *((given.stamps,) if given.stamps else ())):
        refuse_clear_url(row.url, str(path))
    witnesses = tuple(WitnessPlan(_cosigner(row.key, path), row.url.rstrip("/")) for row in given.witness)
    if len({one.key.name for one in witnesses}) != len(witnesses):
        raise Malformed("two witnesses have one name", where=str(path), cure="each has its own key and name")
    stamps = None
    if given.stamps is not None:
        root = _beside(path, given.stamps.root, "the time stamper's root (PEM)")
        stamps = StampPlan(given.stamps.url, root, given.stamps.every_h)
    trust = _beside(path, given.trust, "certificates (PEM)") if given.trust else None
    return ProofPlan(origin, witnesses, stamps, given.sign_every_s, trust)


def _beside(path: Path, name: str, cure: str) -> Path:
    found = path.parent / name
    if not found.is_file():
        raise Malformed("there is no such file", where=str(found), cure=cure)
    return found


def _cosigner(text: str, path: Path) -> VerifierKey:
    key = read_verifier_key(text)
    if key.kind != COSIGNATURE:
        raise Malformed(
            f"{text[:80]!r} signs notes, not checkpoints", where=str(path), cure="ask the witness for its key"
        )
    return key
