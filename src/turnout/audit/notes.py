"""Signed notes (c2sp.org/signed-note) with Ed25519 (RFC 8032): keys, signatures, and who signed what.

A note is a text that ends in a newline, an empty line, and one line for each signature. Signatures by keys that one
does not know are passed over. Keys are written as the specification has them: `name+hash+base64`, with one byte for
what the key is for: 1 signs notes, 4 cosigns checkpoints (c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from turnout.words.trouble import Malformed

NOTE: Final = 1
COSIGNATURE: Final = 4
KEY_BYTES: Final = 32
NAME_MAX: Final = 255
NOTE_BYTES_MAX: Final = 64 * 1024
"""A checkpoint has some hundred bytes and a hundred for each signature."""

_PRIVATE: Final = "PRIVATE+KEY+"
_DASH: Final = "— "


class VerifierKey(msgspec.Struct, frozen=True):
    """A public key under a name: what a signature is held against."""

    name: str
    kind: int
    key: bytes

    @property
    def hash(self) -> bytes:
        """Four bytes that tell keys of one name apart; no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.key).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{base64.b64encode(bytes([self.kind]) + self.key).decode()}"

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey(msgspec.Struct, frozen=True):
    """A private key under a name. Its text form is a secret."""

    name: str
    kind: int
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return VerifierKey(self.name, self.kind, public.public_bytes_raw())

    def secret_text(self) -> str:
        body = base64.b64encode(bytes([self.kind]) + self.seed).decode()
        return f"{_PRIVATE}{self.name}+{self.verifier.hash.hex()}+{body}"

    def signature(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r})"


class Signature(msgspec.Struct, frozen=True):
    name: str
    hash: bytes
    body: bytes

    def line(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.hash + self.body).decode()}\n"


class Note(msgspec.Struct, frozen=True):
    """`text` ends in a newline; it is what is signed."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(one.line() for one in self.signatures)}"

    def signed_by(self, keys: Iterable[VerifierKey]) -> list[VerifierKey]:
        """Those of `keys` (of kind `NOTE`) that have signed it."""
        known = {(key.name, key.hash): key for key in keys if key.kind == NOTE}
        found = []
        for one in self.signatures:
            key = known.get((one.name, one.hash))
            if key is not None and key not in found and key.verifies(self.text.encode(), one.body):
                found.append(key)
        return found


def is_name(name: str) -> bool:
    """Whether it may be the name of a key: not empty, no blanks, no plus."""
    return 0 < len(name) <= NAME_MAX and "+" not in name and not any(one.isspace() for one in name)


def make_key(name: str, kind: int) -> SigningKey:
    """A fresh key. Raises `Malformed` for a name that cannot be."""
    if not is_name(name):
        raise Malformed(f"{name!r} is no name of a key", where="name", cure="like turnout.example.org/city, no blanks")
    return SigningKey(name, kind, Ed25519PrivateKey.generate().private_bytes_raw())


def sign(text: str, keys: Sequence[SigningKey]) -> Note:
    """`text` (ends in a newline), signed by every key in turn."""
    made = (Signature(key.name, key.verifier.hash, key.signature(text.encode())) for key in keys)
    return Note(text, tuple(made))


def read_note(given: str) -> Note:
    """What a note says, and its signatures, none checked. Raises `Malformed`."""
    if len(given) > NOTE_BYTES_MAX:
        raise _malformed("it is too long")
    text, found, rest = given.rpartition("\n\n")
    if not found or not rest.endswith("\n"):
        raise _malformed("there is no empty line before signatures")
    if any((ord(one) < 0x20 and one != "\n") or one == "\ufffd" for one in given):
        raise _malformed("it has control characters")
    signatures = tuple(map(read_signature, rest.removesuffix("\n").split("\n")))
    return Note(text + "\n", signatures)


def read_signature(line: str) -> Signature:
    """One line without its newline. Raises `Malformed`."""
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    body = decoded(encoded)
    if not line.startswith(_DASH) or not is_name(name) or body is None or len(body) < 5:
        raise _malformed(f"{line[:80]!r} is no signature")
    return Signature(name, body[:4], body[4:])


def read_verifier_key(text: str) -> VerifierKey:
    """`name+hash+base64`. Raises `Malformed`, or for a hash that is not the key's."""
    name, hashed, kind, key = _parts(text.strip(), "key")
    made = VerifierKey(name, kind, key)
    if made.hash.hex() != hashed:
        raise Malformed(f"{text[:80]!r} is mistyped", where="key", cure="name+hash+base64, as `turnout audit key` says")
    return made


def read_signing_key(text: str, where: str) -> SigningKey:
    """A private key's line. Raises `Malformed`, which never repeats it."""
    stripped = text.strip()
    if not stripped.startswith(_PRIVATE):
        raise Malformed("that is no private key", where=where, cure="PRIVATE+KEY+name+hash+base64")
    name, hashed, kind, seed = _parts(stripped.removeprefix(_PRIVATE), where, secret=True)
    made = SigningKey(name, kind, seed)
    if made.verifier.hash.hex() != hashed:
        raise Malformed("the key's hash is not its own", where=where, cure="it was altered")
    return made


def _parts(text: str, where: str, secret: bool = False) -> tuple[str, str, int, bytes]:
    name, _, rest = text.partition("+")
    hashed, _, encoded = rest.partition("+")
    body = decoded(encoded)
    if not is_name(name) or body is None or len(body) != 1 + KEY_BYTES or body[0] not in (NOTE, COSIGNATURE):
        shown = "that" if secret else repr(text[:80])
        raise Malformed(f"{shown} is no Ed25519 key", where=where, cure="name+hash+base64 (c2sp.org/signed-note)")
    return name, hashed, body[0], body[1:]


def decoded(encoded: str) -> bytes | None:
    """Base 64 in its one canonical form (RFC 4648, 3.5), or None."""
    try:
        body = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return body if base64.b64encode(body).decode() == encoded else None


def _malformed(what: str) -> Malformed:
    return Malformed(what, where="note", cure="c2sp.org/signed-note")
