"""Records of the two logs: what is hashed of a row, and what is not."""

import hashlib
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnout.audit.entries import (
    ENTRY_BYTES_MAX,
    bundled,
    entry_of,
    is_reveal,
    read_entry,
    read_link,
    read_reveal,
    reveal_entry,
    unbundled,
)
from turnout.desk.chain import JournalRow, sealed
from turnout.words.identity import ActorId, CommandId
from turnout.words.moment import Moment
from turnout.words.trouble import Malformed


def a_row(seq: int = 1, name: str = "unit-assigned", body: bytes = b"{}", purpose: str = "") -> JournalRow:
    return sealed(
        JournalRow(
            seq,
            Moment(1_000 * seq),
            ActorId("chen"),
            "dispatch-1",
            purpose,
            "",
            CommandId(f"c{seq}"),
            "assign-units",
            hashlib.sha256(b"command").digest(),
            name,
            1,
            body,
            b"\x07" * 32,
            b"",
        )
    )


def test_a_header_has_everything_of_a_row_but_its_body():
    row = a_row(body=b"a secret", purpose="回拨")
    header = read_entry(entry_of(row))
    for field in ("seq", "at", "actor", "position", "purpose", "command_id", "command", "name", "prev_hash", "hash"):
        assert getattr(header, field) == getattr(row, field)
    assert header.body_sha256 == hashlib.sha256(row.body).digest()
    assert header.body_bytes == 8
    assert b"secret" not in entry_of(row)


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 2**63 - 1))
def test_no_two_rows_have_one_header(purpose: str, other: str, seq: int):
    one = msgspec.structs.replace(a_row(), purpose=purpose, cause=other, seq=seq)
    two = msgspec.structs.replace(a_row(), purpose=other, cause=purpose, seq=seq)
    assert (entry_of(one) == entry_of(two)) == (purpose == other)
    assert read_entry(entry_of(one)).purpose == purpose
    assert read_link(entry_of(one)).seq == seq


def test_a_text_of_any_length_fits():
    row = msgspec.structs.replace(a_row(), purpose="汉" * 100_000, actor=ActorId("x" * 100_000))
    assert len(entry_of(row)) < ENTRY_BYTES_MAX
    assert read_entry(entry_of(row)).purpose.startswith("汉汉")


def test_rows_that_say_what_was_opened_are_the_reveals():
    assert is_reveal(entry_of(a_row(name="details-opened")))
    assert is_reveal(entry_of(a_row(name="file-opened")))
    assert not is_reveal(entry_of(a_row(name="unit-assigned")))
    assert not is_reveal(entry_of(a_row(name="not-details-opened")))


def test_a_reveal_is_its_number_and_the_row():
    entry = entry_of(a_row(name="details-opened"))
    assert read_reveal(reveal_entry(7, entry)) == (7, entry)
    with pytest.raises(Malformed):
        read_reveal(b"\0" * 8)


@given(st.lists(st.binary(max_size=300), max_size=300))
def test_a_bundle_comes_back_as_it_was_put_together(entries: list[bytes]):
    assert list(unbundled(bundled(entries))) == entries


@given(st.binary(max_size=400))
def test_whatever_comes_as_an_entry_is_read_or_refused(body: bytes):
    for reading in (read_entry, read_link, read_reveal, lambda given: list(unbundled(given))):
        with suppress(Malformed):
            reading(body)


def test_a_bundle_that_was_cut_off_is_refused():
    whole = bundled([b"one", b"two"])
    for end in (1, len(whole) - 1, 6):
        with pytest.raises(Malformed):
            list(unbundled(whole[:end]))
