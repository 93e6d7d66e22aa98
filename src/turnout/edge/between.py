"""What the processes of one city say to one another: commands on their way to the desk, its answers, and places.

JSON over HTTP; every message carries the version of this conversation (`LINK`). A desk talks with processes of its own
version and of the one before, so that a city can be upgraded one process after the other.
"""

import re
from typing import Annotated, Any, Final, Literal

import msgspec

from turnout.core.refusals import Refusal
from turnout.desk import faults
from turnout.desk.answers import Done, Refused
from turnout.desk.book import Origin
from turnout.desk.faults import Fault
from turnout.edge.identities import Device, IdentityRefusal
from turnout.telemetry.latest import BATCH_MAX, Fix
from turnout.words.moment import Moment

LINK: Final = 3
"""Goes up by one when a process of the version before could misread what is said, and by two when there is nothing for
it to understand: edges of 1 have no word for some events, and know a session over TLS by another cookie."""

KEY_HEADER: Final = "x-turnout-key"
LINK_HEADER: Final = "x-turnout-link"
CLIENT_HEADER: Final = "x-turnout-client"
"""For whom a request is passed on: the address that asked the edge."""

SCHEME_HEADER: Final = "x-turnout-scheme"
"""By which the asker has reached the edge: `http` or `https`."""

LOCKED_HEADER: Final = "x-turnout-locked"
"""`yes`: the edge has seen nobody use the session for too long, or its person has locked it."""

CERTIFICATE_HEADER: Final = "x-turnout-certificate"
"""Which certificate the asker's terminal has shown the edge: DER in base64; there is none where it has shown none."""

DOOR: Final = "/between/v1"

SIGNED_ON: Final = re.compile(r"/api/v1/session/sso/[^/]+/back")
"""Where a provider's page sends a browser back to: the one GET that opens a session."""


def may_change_accounts(method: str, path: str) -> bool:
    """Whether a request that was passed on may have changed accounts, sessions or tokens: who passes it on has to
    have them too before its answer goes out."""
    return method not in ("GET", "HEAD", "OPTIONS") or SIGNED_ON.fullmatch(path) is not None


class DeskDoor(msgspec.Struct, frozen=True):
    """Where the desk can be reached (`http://10.0.0.1:8080`), and which version it speaks."""

    address: str
    link: int


class Submitted(msgspec.Struct, frozen=True):
    """A command as an edge has checked and completed it. `command` is its JSON, for one decoder to read."""

    command: msgspec.Raw
    origin: Origin


class Failed(msgspec.Struct, frozen=True, tag="fault"):
    """The desk had no answer: the fault's code, and its words for a log."""

    code: str
    words: str


class PlacesSaid(msgspec.Struct, frozen=True):
    """What this process has heard itself, and up to where it knows what the others did. `process` names its life."""

    process: str
    after: int
    fixes: list[Fix]


class PlacesHeard(msgspec.Struct, frozen=True):
    """What the others have heard, up to `upto`. `life` changes when the counting begins anew."""

    life: str
    upto: int
    fixes: list[Fix]


CERTIFICATE_DAYS_MAX: Final = 400
CSR_BYTES_MAX: Final = 8_192


class DevicesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator's command line asks of the register of terminals. `csr` in PEM, `days`: of the certificate."""

    act: Literal["issue", "list", "revoke"]
    name: str = ""
    csr: Annotated[str, msgspec.Meta(max_length=CSR_BYTES_MAX)] = ""
    days: Annotated[int, msgspec.Meta(ge=0, le=CERTIFICATE_DAYS_MAX)] = 0


class DevicesSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it: the certificate and its authority's in PEM, or everything that there is."""

    refusal: IdentityRefusal | None = None
    id: str = ""
    certificate: str = ""
    authority: str = ""
    expires: Moment = Moment(0)
    listed: list[Device] = []


PLACES_MAX: Final = BATCH_MAX

_submitted = msgspec.json.Decoder(Submitted)
_answers: msgspec.json.Decoder[Done | Refused[Refusal] | Failed] = msgspec.json.Decoder(
    Done | Refused[Refusal] | Failed
)
_encoder = msgspec.json.Encoder()


def _kinds(of: type[Fault]) -> dict[str, type[Fault]]:
    found = {of.code: of}
    for kind in of.__subclasses__():
        found |= _kinds(kind)
    return found


FAULTS: Final = _kinds(faults.Fault)


def encode_submitted(command: bytes, origin: Origin) -> bytes:
    return _encoder.encode(Submitted(msgspec.Raw(command), origin))


def decode_submitted(body: bytes) -> Submitted:
    """Raises `msgspec.DecodeError`."""
    return _submitted.decode(body)


def encode_answer(answer: Done | Refused[Any] | Fault) -> bytes:
    return _encoder.encode(Failed(answer.code, str(answer)) if isinstance(answer, Fault) else answer)


def decode_answer(body: bytes) -> Done | Refused[Refusal] | Fault:
    """Raises `msgspec.DecodeError` for what no desk of ours says."""
    answer = _answers.decode(body)
    if isinstance(answer, Failed):
        return FAULTS.get(answer.code, Fault)(answer.words)
    return answer


def talks_with(ours: int, theirs: int) -> bool:
    """Whether a desk of version `ours` takes what a process of version `theirs` says."""
    return ours - 1 <= theirs <= ours
