"""A sealed text opens with its own key, for its own owner, and nothing else does."""

import msgspec
import numpy
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from turnout.audit.texts import open_text, seal
from turnout.words.place import Place
from turnout.words.sealed_text import (
    FOUND,
    MARK,
    SealedText,
    find_sealed,
    is_sealed,
    list_keys,
    read,
    read_place,
    spelled,
    written,
)

KEYS = st.binary(min_size=32, max_size=32)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufdd0\ufdd1"), min_size=1, max_size=200)


@given(KEYS, TEXTS, TEXTS)
def test_what_is_sealed_is_read_back_also_from_within_json(key: bytes, owner: str, text: str) -> None:
    token = written(seal("00ff-7", key, owner, text))
    assert is_sealed(token)
    assert text not in token or len(text) < 4
    assert list(list_keys(msgspec.json.encode({"said": [f"before {token} after"]}))) == [("00ff-7", owner)]
    (found,) = FOUND.finditer(msgspec.json.decode(msgspec.json.encode(f"“{token}”")))
    assert open_text(key, read(found)) == text


@given(KEYS, KEYS, TEXTS, TEXTS)
def test_another_key_or_owner_opens_nothing(key: bytes, other: bytes, owner: str, text: str) -> None:
    sealed = seal("00ff-7", key, owner, text)
    assert (open_text(other, sealed) is None) == (other != key)
    assert open_text(key, sealed._replace(owner=owner + "x")) is None


@given(KEYS, st.integers(0, 500), st.integers(1, 255))
def test_what_was_altered_opens_to_nothing(key: bytes, at: int, by: int) -> None:
    sealed = seal("00ff-7", key, "I1", "smoke from a flat")
    altered = bytearray(sealed.sealed)
    altered[at % len(altered)] ^= by
    assert open_text(key, sealed._replace(sealed=bytes(altered))) is None


@given(KEYS, st.sampled_from(("red", "yellow", "black", "green")), st.text("abc", min_size=1, max_size=64))
def test_what_is_short_cannot_be_told_apart_by_its_length(key: bytes, one: str, other: str) -> None:
    assert len(seal("00ff-7", key, "I1", one).sealed) == len(seal("00ff-7", key, "I1", other).sealed)


def test_what_was_sealed_before_texts_were_filled_up_still_opens() -> None:
    key, nonce = bytes(range(32)), bytes(12)
    old = nonce + AESGCM(key).encrypt(nonce, b"smoke", msgspec.json.encode(["turnout.text.1", "I1"]))
    assert open_text(key, SealedText("00ff-7", "I1", old)) == "smoke"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert seal("00ff-7", bytes(32), "I1", "fire") != seal("00ff-7", bytes(32), "I1", "fire")


def test_what_is_no_sealed_text_is_none() -> None:
    assert find_sealed("fire") is None
    assert find_sealed(written(SealedText("a-1", "I1", b"x")) + " and more") is None


@pytest.mark.parametrize("owner", ["A", "gICA"])
def test_what_only_looks_sealed_is_nothing_and_stops_nobody(owner: str) -> None:
    """Neither base64url, nor UTF-8 within it."""
    typed = f"{MARK}0-1.{owner}.x\ufdd1"
    assert find_sealed(typed) is None
    assert list(list_keys(typed.encode())) == []


def test_a_place_is_spelled_alike_whatever_made_its_numbers() -> None:
    place = Place(numpy.float64(37.761234), numpy.float64(-122.432178))
    assert read_place(spelled(place)) == Place(37.761234, -122.432178)
