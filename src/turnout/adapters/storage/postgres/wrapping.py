"""A key as it stands in the database: AES-256-GCM (NIST SP 800-38D) under a site key, bound to whose it is."""

import hashlib
import secrets
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.audit.vault import Owner
from turnout.desk.faults import StorageDamaged

NONCE_BYTES: Final = 12

OWNER: Final = "turnout.owner-key.1"
AUTHORITY: Final = "turnout.authority-key.1"
"""Kinds of keys: none can be put in the place of one of the other kind."""


def wrapped_key(site_key: bytes, owner: Owner, key: bytes) -> bytes:
    return _wrapped(site_key, key, [OWNER, owner])


def unwrapped_key(site_key: bytes, owner: Owner, wrapped: bytes) -> bytes:
    """Raises `StorageDamaged`."""
    return _unwrapped(site_key, wrapped, [OWNER, owner])


def wrapped_authority(site_key: bytes, name: str, certificate: bytes, key: bytes) -> bytes:
    """Of any length; bound to the certificate."""
    return _wrapped(site_key, key, [AUTHORITY, name, hashlib.sha256(certificate).hexdigest()])


def unwrapped_authority(site_key: bytes, name: str, certificate: bytes, wrapped: bytes) -> bytes:
    """Raises `StorageDamaged`, also for another certificate than it was wrapped with."""
    return _unwrapped(site_key, wrapped, [AUTHORITY, name, hashlib.sha256(certificate).hexdigest()])


def _wrapped(site_key: bytes, key: bytes, bound: list[str]) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(site_key).encrypt(nonce, key, msgspec.json.encode(bound))


def _unwrapped(site_key: bytes, wrapped: bytes, bound: list[str]) -> bytes:
    try:
        return AESGCM(site_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], msgspec.json.encode(bound))
    except (InvalidTag, ValueError) as trouble:
        raise StorageDamaged(f"the key of {bound[1]} was altered, or moved there from another") from trouble
