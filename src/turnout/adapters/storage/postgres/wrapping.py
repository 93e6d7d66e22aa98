"""An owner's key as it stands in the database: AES-256-GCM (NIST SP 800-38D) under a site key, bound to its owner."""

import secrets
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnout.audit.vault import Owner
from turnout.desk.faults import StorageDamaged

NONCE_BYTES: Final = 12


def wrapped_key(site_key: bytes, owner: Owner, key: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(site_key).encrypt(nonce, key, _bound_key(owner))


def unwrapped_key(site_key: bytes, owner: Owner, wrapped: bytes) -> bytes:
    """Raises `StorageDamaged`."""
    try:
        return AESGCM(site_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], _bound_key(owner))
    except (InvalidTag, ValueError) as trouble:
        raise StorageDamaged(f"the key of {owner} was altered, or moved there from another") from trouble


def _bound_key(owner: Owner) -> bytes:
    return msgspec.json.encode(["turnout.owner-key.1", owner])
