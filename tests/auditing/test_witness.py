"""A witness holds to its protocol, whoever asks (c2sp.org/tlog-witness)."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.auditing.witnesses import AWitness
from turnout.audit.checkpoints import Checkpoint, cosigned_by, opened
from turnout.audit.notes import NOTE, make_key, sign
from turnout.audit.tiles import Tiles
from turnout.audit.tree import leaf_hash, prove_consistency, root_of
from turnout.audit.witnessing import read_asked
from turnout.words.trouble import Malformed

LOG = make_key("log.example/journal", NOTE)


class ALog:
    """Records and what it asks of a witness."""

    def __init__(self, size: int, mark: bytes = b"") -> None:
        self.tiles = Tiles(0, lambda key: b"")
        self.tiles.append([leaf_hash(b"%d" % number + mark) for number in range(size)])

    def note(self, size: int, key=LOG, origin: str = LOG.name) -> str:
        return str(sign(Checkpoint(origin, size, root_of(size, self.tiles.hash_at)).text(), [key]))

    def asks(self, old: int, size: int) -> str:
        proof = prove_consistency(min(old, size), size, self.tiles.hash_at)
        return f"old {old}\n{''.join(base64.b64encode(one).decode() + chr(10) for one in proof)}\n{self.note(size)}"


@pytest.fixture
async def witness(tmp_path: Path):
    one = AWitness(tmp_path, {LOG.name: [LOG.verifier]})
    yield one
    await one.close()


async def test_what_continues_is_cosigned(witness: AWitness):
    log = ALog(100)
    for old, size in ((0, 10), (10, 10), (10, 37), (37, 100)):
        answer = await witness.asked(log.asks(old, size))
        assert answer.status_code == 200, answer.text
        note = opened(log.note(size) + answer.text)[0]
        assert [one.at_s for one in cosigned_by(note, [witness.key.verifier])] == [witness.now_s]


async def test_what_does_not_continue_is_never_cosigned(witness: AWitness):
    await witness.asked(ALog(100).asks(0, 50))
    other = ALog(100, b" altered")
    assert (await witness.asked(other.asks(50, 100))).status_code == 422
    assert (await witness.asked(other.asks(50, 50))).status_code == 409
    assert (await witness.asked(ALog(100).asks(50, 100))).status_code == 200


async def test_a_witness_is_not_led_back_to_a_smaller_log(witness: AWitness):
    log = ALog(100)
    await witness.asked(log.asks(0, 50))
    for old, size in ((0, 40), (40, 60), (40, 40)):
        answer = await witness.asked(log.asks(old, size))
        assert (answer.status_code, answer.text) == (409, "50\n")
        assert answer.headers["content-type"] == "text/x.tlog.size"
    assert (await witness.asked(log.asks(60, 50))).status_code == 400


async def test_what_was_seen_outlives_the_witness(tmp_path: Path):
    log = ALog(100)
    first = AWitness(tmp_path, {LOG.name: [LOG.verifier]})
    await first.asked(log.asks(0, 50))
    await first.close()
    again = AWitness(tmp_path, {LOG.name: [LOG.verifier]}, key=first.key)
    assert (await again.asked(log.asks(0, 20))).status_code == 409
    await again.close()


async def test_logs_and_keys_that_it_does_not_know_are_turned_away(witness: AWitness):
    log, stranger = ALog(10), make_key(LOG.name, NOTE)
    other = log.note(10, origin="log.example/other")
    assert (await witness.asked(f"old 0\n\n{other}")).status_code == 404
    assert (await witness.asked(f"old 0\n\n{log.note(10, stranger)}")).status_code == 403
    assert (await witness.asked(log.asks(0, 10))).status_code == 200


@pytest.mark.parametrize(
    "body", ["", "old\n\n", "old 01\n\n", "old 0\nAAAA\n\n", "new 0\n\n", "old 0\n", "x" * 100_000]
)
async def test_what_is_no_request_is_refused(witness: AWitness, body: str):
    assert (await witness.asked(body)).status_code in (400, 413)


async def test_its_page_says_its_key_and_what_it_has_seen(witness: AWitness):
    await witness.asked(ALog(10).asks(0, 10))
    answer = await witness.client.get("http://witness.example/")
    assert answer.text == f"{witness.key.verifier}\n{LOG.name} 10 {witness.now_s}\n"
    assert (await witness.client.get("http://witness.example/x")).status_code == 404
    assert (await witness.client.get("http://witness.example/add-checkpoint")).status_code == 405


@given(st.binary(max_size=300))
def test_whatever_comes_is_read_or_refused(body: bytes):
    try:
        read_asked(body)
    except Malformed:
        return
    raise AssertionError("no random text is a request")
