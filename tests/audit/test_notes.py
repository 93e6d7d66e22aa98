"""Signed notes, checkpoints and cosignatures, with the examples of their specifications."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.audit.checkpoints import Checkpoint, cosign, cosigned_by, opened
from turnout.audit.notes import (
    COSIGNATURE,
    NOTE,
    Note,
    make_key,
    read_note,
    read_signing_key,
    read_verifier_key,
    sign,
)
from turnout.words.trouble import Malformed

PETER_WEINBERGER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
"""Of the documentation of golang.org/x/mod/sumdb/note, with its example."""
PETER_NOTE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
ROOT = b"\x01" * 32


def a_checkpoint(size: int = 5) -> Checkpoint:
    return Checkpoint("turnout.example/city/journal", size, ROOT)


def test_the_example_of_the_specification_verifies():
    key = read_verifier_key(PETER_WEINBERGER)
    note = read_note(PETER_NOTE)
    assert note.signed_by([key]) == [key]
    assert not Note(note.text.replace("answer", "end"), note.signatures).signed_by([key])
    assert str(note) == PETER_NOTE


def test_a_key_is_read_again_as_it_was_written():
    key = make_key("turnout.example/city/journal", NOTE)
    assert read_signing_key(key.secret_text(), "file") == key
    assert read_verifier_key(str(key.verifier)) == key.verifier
    assert key.secret_text() not in repr(key)


@pytest.mark.parametrize("text", ["", "a+b", "name+00000000+AAAA", "PRIVATE+KEY+x+00000000+AAAA", "a b+c+d"])
def test_what_is_no_key_is_refused_by_name(text: str):
    with pytest.raises(Malformed):
        read_verifier_key(text)


def test_a_mistyped_key_is_refused_and_a_private_one_is_never_repeated():
    key = make_key("a", NOTE)
    name, _, rest = str(key.verifier).partition("+")
    with pytest.raises(Malformed, match="mistyped"):
        read_verifier_key(f"{name}b+{rest}")
    secret = key.secret_text()[:-8] + "AAAAAAA="
    with pytest.raises(Malformed) as trouble:
        read_signing_key(secret, "file")
    assert secret[20:40] not in str(trouble.value)


def test_a_signature_counts_for_its_own_key_and_text_alone():
    key, other = make_key("turnout.example", NOTE), make_key("turnout.example", NOTE)
    note = sign(a_checkpoint().text(), [key])
    assert note.signed_by([key.verifier]) == [key.verifier]
    assert note.signed_by([other.verifier]) == []
    assert Note(a_checkpoint(6).text(), note.signatures).signed_by([key.verifier]) == []


def test_a_checkpoint_comes_back_as_it_was_signed():
    key = make_key("turnout.example", NOTE)
    note, checkpoint = opened(str(sign(a_checkpoint().text(), [key])))
    assert checkpoint == a_checkpoint()
    assert note.signed_by([key.verifier])


def test_a_cosignature_says_when_and_is_of_no_other_checkpoint():
    log, witness = make_key("turnout.example", NOTE), make_key("witness.example", COSIGNATURE)
    note = sign(a_checkpoint().text(), [log])
    signature = cosign(note.text, witness, 1_700_000_000)
    cosigned = Note(note.text, (*note.signatures, signature))
    assert [(one.key, one.at_s) for one in cosigned_by(cosigned, [witness.verifier])] == [
        (witness.verifier, 1_700_000_000)
    ]
    assert cosigned.signed_by([log.verifier, witness.verifier]) == [log.verifier]
    moved = Note(a_checkpoint(6).text(), cosigned.signatures)
    assert cosigned_by(moved, [witness.verifier]) == []
    later = msg_with_other_time(signature.body)
    assert (
        cosigned_by(Note(note.text, (type(signature)(signature.name, signature.hash, later),)), [witness.verifier])
        == []
    )


def msg_with_other_time(body: bytes) -> bytes:
    return (int.from_bytes(body[:8], "big") + 1).to_bytes(8, "big") + body[8:]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n",
        "a\n\n",
        "a\n\n— b\n",
        "a\n\n— b AAAA\n",
        "a\n\n- b AAAAAAA=\n",
        "a\x01\n\n— b AAAAAAAAAAA=\n",
        "x" * 70_000,
    ],
)
def test_what_is_no_note_is_refused_by_name(text: str):
    with pytest.raises(Malformed):
        read_note(text)


@pytest.mark.parametrize(
    "text", ["o\n1\n\n", "o\n01\nAA==\n", "o\n1\nAA==\n", "o\n-1\nAA==\n", "o\n9999999999999999999\nAA==\n"]
)
def test_what_is_no_checkpoint_is_refused_by_name(text: str):
    with pytest.raises(Malformed):
        opened(f"{text}\n— b AAAAAAAAAAA=\n")


@given(st.text())
def test_whatever_comes_is_a_note_or_refused(text: str):
    with suppress(Malformed):
        assert str(read_note(text)) == text
