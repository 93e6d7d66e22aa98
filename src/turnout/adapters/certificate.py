"""The server's own certificate: read before the port is opened, so that what is wrong is said at the start.

X.509 (RFC 5280) in PEM. Key and certificate are held against each other here: a web server that finds out only at the
first handshake would start, look well and let nobody in.
"""

from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from turnout.words.later import Later
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed

x509 = Later("cryptography.x509")


class Certificate(msgspec.Struct, frozen=True):
    """What is served. `expires` is its `notAfter`."""

    expires: Moment
    subject: str


def read_certificate(cert: Path, key: Path) -> Certificate:
    """The first certificate of the file, which has to belong to the key. Raises `Malformed` with the cure."""
    try:
        served = x509.load_pem_x509_certificates(_bytes(cert))[0]
    except ValueError as trouble:
        raise Malformed(
            "not a PEM certificate", where=str(cert), cure="give the chain, own certificate first"
        ) from trouble
    try:
        private = load_pem_private_key(_bytes(key), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as trouble:
        raise Malformed(
            "not a PEM key without a passphrase", where=str(key), cure="openssl pkey -in OLD -out NEW"
        ) from trouble
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != served.public_key().public_bytes(*form):
        raise Malformed("the key does not belong to the certificate", where=str(key), cure="give both of one issue")
    expires = Moment(int(served.not_valid_after_utc.timestamp() * 1000))
    return Certificate(expires, served.subject.rfc4514_string())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as trouble:
        raise Malformed(
            f"cannot be read ({trouble.strerror})", where=str(path), cure="check name and rights"
        ) from trouble
