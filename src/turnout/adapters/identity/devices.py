"""Certificates of the service's own terminals: vehicles, walls, consoles (X.509, RFC 5280; clients of TLS).

A city has an authority of its own, whose key is a file of the machine's, or in the database that its servers share. A
certificate names a device and lives for weeks; the terminal renews it by itself. Who is revoked is in the file of
accounts, and asked at every request.
Never a resident's telephone: a device is issued to by name, on the machine, by an operator.
"""

import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from turnout.adapters.identity.store import IdentityStore
from turnout.edge.between import CERTIFICATE_DAYS_MAX, CSR_BYTES_MAX, DevicesAsked, DevicesSaid
from turnout.edge.identities import CertificateGiven, Device, IdentityRefusal
from turnout.words.later import Later
from turnout.words.moment import DAY_MS, Moment
from turnout.words.trouble import Malformed

x509 = Later("cryptography.x509")
exceptions = Later("cryptography.exceptions")
oid = Later("cryptography.x509.oid")
hashes = Later("cryptography.hazmat.primitives.hashes")
ec = Later("cryptography.hazmat.primitives.asymmetric.ec")
serialization = Later("cryptography.hazmat.primitives.serialization")

FOLDER: Final = "devices"
AUTHORITY_DAYS: Final = 3_650
DAYS: Final = 30
"""Of one certificate: a terminal that is off for a holiday still gets in, one that was lost and forgotten does not."""

DEVICES_MAX: Final = 20_000
"""That one city has, the revoked ones included."""

NAME_MAX: Final = 64
SAYS: Final = "urn:turnout:device:"
KNOWN_MAX: Final = 4_096


class Issued(msgspec.Struct, frozen=True):
    """PEM, without the key."""

    id: str
    certificate: bytes
    authority: bytes
    expires: Moment


class Authority:
    """The city's own, in a folder: `ca.pem` for servers, `ca.key` for nobody else."""

    def __init__(self, folder: Path, key: bytes | None = None) -> None:
        """`key` (PEM) where it is in no file; empty: this process has none."""
        self._folder, self._key = folder, key
        self.certificate_file = folder / "ca.pem"
        self.key_file = folder / "ca.key"

    def make(self) -> None:
        """Where there is none yet, and its key is to be a file. It is valid for ten years."""
        if self._key is not None or self.certificate_file.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        certificate, key = new_authority()
        write_key(self.key_file, key)
        self.certificate_file.write_bytes(certificate)

    def take(self, certificate: bytes) -> None:
        """Be the authority of this certificate (PEM), made elsewhere."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.certificate_file.write_bytes(certificate)

    def has_signed(self, certificate: bytes) -> bool:
        """Whether the certificate (DER) is one of this authority's."""
        return self.certificate_file.is_file() and _is_signed(certificate, self.certificate_file.read_bytes())

    def has_key(self) -> bool:
        """Not after a restore: no backup has it."""
        return self.key_file.exists() if self._key is None else bool(self._key)

    def sign(self, device: Device, request: Any, days: int, now: Moment) -> Issued:
        """A certificate for the key of `request` (PKCS #10, RFC 2986), in this device's name whatever it says."""
        held = self.key_file.read_bytes() if self._key is None else self._key
        key = serialization.load_pem_private_key(held, password=None)
        authority = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        begins = datetime.fromtimestamp(now / 1_000, UTC)
        ends = begins + timedelta(days=days)
        made = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, device.name)]))
            .issuer_name(authority.subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins - timedelta(hours=1))
            .not_valid_after(ends)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([oid.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.UniformResourceIdentifier(f"{SAYS}{device.id}")]), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        expires = Moment(int(ends.timestamp() * 1_000))
        return Issued(device.id, made.public_bytes(pem), authority.public_bytes(pem), expires)


class Devices:
    """Implements `edge.identities.KnownDevices`: who is known, who is revoked, and the renewal."""

    def __init__(self, store: IdentityStore, authority: Authority, now: Callable[[], Moment]) -> None:
        self._store, self._now, self.authority = store, now, authority

    def issue(self, name: str, csr: bytes, days: int, by: str) -> Issued | IdentityRefusal:
        """The first certificate of a new device. Its name is nobody else's that is not revoked."""
        if not name.strip() or len(name) > NAME_MAX:
            return IdentityRefusal("device-name", {"most": NAME_MAX})
        listed = self._store.list_devices()
        if len(listed) >= DEVICES_MAX or any(one.name == name and not one.revoked for one in listed):
            return IdentityRefusal("device-taken", {"device": name})
        request = read_request(csr)
        if isinstance(request, IdentityRefusal):
            return request
        self.authority.make()
        if not self.authority.has_key():
            return IdentityRefusal("device-no-authority")
        device = Device(id=secrets.token_hex(8), name=name, by=by, issued=self._now(), expires=Moment(0))
        issued = self.authority.sign(device, request, days, self._now())
        self._store.add_device(msgspec.structs.replace(device, expires=issued.expires))
        return issued

    def renew(self, certificate: bytes, csr: bytes) -> Issued | IdentityRefusal:
        """Another certificate for whoever shows a good one, once half of its time is over."""
        held = self.find(certificate)
        if held is None:
            return IdentityRefusal("device-not-known")
        if not self.authority.has_key():
            return IdentityRefusal("device-no-authority")
        begins, ends = _said(certificate)[1:]
        if self._now() < begins + (ends - begins) // 2:
            return IdentityRefusal("device-too-early")
        request = read_request(csr)
        if isinstance(request, IdentityRefusal):
            return request
        days = min(CERTIFICATE_DAYS_MAX, max(1, round((ends - begins) / DAY_MS)))
        issued = self.authority.sign(held, request, days, self._now())
        self._store.renew_device(held.id, issued.expires)
        return issued

    def renew_for(self, certificate: bytes, csr: bytes) -> CertificateGiven | IdentityRefusal:
        issued = self.renew(certificate, csr)
        if isinstance(issued, IdentityRefusal):
            return issued
        return CertificateGiven(issued.certificate.decode("ascii"), issued.expires)

    def find(self, certificate: bytes) -> Device | None:
        """Whose it is (DER); None where it is not of this city's authority, over, or the device is revoked.

        TLS has verified it, here or at a proxy, with the key that goes with it; its signature is looked at again.
        """
        id, begins, ends = _said(certificate)
        if not id or not begins <= self._now() < ends or not self.authority.has_signed(certificate):
            return None
        device = self._store.find_device(id)
        return device if device is not None and not device.revoked else None

    def answer(self, asked: DevicesAsked) -> DevicesSaid:
        """An operator's, from a command line."""
        if asked.act == "list":
            return DevicesSaid(listed=self.list())
        if asked.act == "revoke":
            unknown = IdentityRefusal("unknown-device", {"device": asked.name})
            return DevicesSaid(refusal=None if self.revoke(asked.name) else unknown)
        issued = self.issue(asked.name, asked.csr.encode(), asked.days, "setup")
        if isinstance(issued, IdentityRefusal):
            return DevicesSaid(refusal=issued)
        certificate, authority = issued.certificate.decode("ascii"), issued.authority.decode("ascii")
        return DevicesSaid(id=issued.id, certificate=certificate, authority=authority, expires=issued.expires)

    def take_back(self, device: str) -> None:
        """Of `issue`, before anybody had the certificate."""
        self._store.remove_device(device)

    def list(self) -> list[Device]:
        return self._store.list_devices()

    def revoke(self, device: str) -> bool:
        """By its name or identity. What is connected with its certificate is cut off within a second."""
        return self._store.revoke_device(device, self._now())


@lru_cache(KNOWN_MAX)
def _said(certificate: bytes) -> tuple[str, int, int]:
    """(device, begins, ends) of a certificate; the device is empty where it names none. Moments in milliseconds."""
    try:
        read = x509.load_der_x509_certificate(certificate)
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        ids = [one for one in names.get_values_for_type(x509.UniformResourceIdentifier) if one.startswith(SAYS)]
    except (ValueError, x509.ExtensionNotFound):
        return "", 0, 0
    begins, ends = (int(at.timestamp() * 1_000) for at in (read.not_valid_before_utc, read.not_valid_after_utc))
    return (ids[0].removeprefix(SAYS) if ids else ""), begins, ends


@lru_cache(KNOWN_MAX)
def _is_signed(certificate: bytes, authority: bytes) -> bool:
    """RFC 5280, 4.1.1.3. `authority` in PEM."""
    try:
        read, signer = x509.load_der_x509_certificate(certificate), x509.load_pem_x509_certificate(authority)
        read.verify_directly_issued_by(signer)
    except (ValueError, TypeError, exceptions.InvalidSignature):
        return False
    return True


def read_request(csr: bytes) -> Any:
    """A request for a certificate in PEM, signed with the key that it is for; else an `IdentityRefusal`."""
    try:
        request = x509.load_pem_x509_csr(csr) if len(csr) <= CSR_BYTES_MAX else None
        good = request is not None and request.is_signature_valid
    except (ValueError, TypeError):
        good = False
    return request if good else IdentityRefusal("device-request")


def new_request(name: str) -> tuple[Any, bytes]:
    """A key (NIST P-256) and a request for a certificate for it, in PEM: made where the key is to stay."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, name[:NAME_MAX])])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return key, request.public_bytes(serialization.Encoding.PEM)


def new_authority() -> tuple[bytes, Any]:
    """(certificate in PEM, key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, "Turnout devices")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM), key


def key_bytes(key: Any) -> bytes:
    """PKCS #8 in PEM, without a passphrase."""
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))


def write_key(path: Path, key: Any) -> None:
    """For its owner's eyes alone, and never over another one."""
    body = key_bytes(key)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(body)
    except FileExistsError as trouble:
        raise Malformed("there is a key already", where=str(path), cure="another folder or name") from trouble


def _usage(*, signs: bool) -> Any:
    others = "content_commitment key_encipherment data_encipherment key_agreement encipher_only decipher_only"
    named = dict.fromkeys(others.split(), False)
    return x509.KeyUsage(digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, **named)
