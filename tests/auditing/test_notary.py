"""What the notary signs, whom it asks, and what it never does."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.auditing.notarised import ORIGIN, Notarised, a_row_after, notarised, rows_after
from tests.auditing.witnesses import AWitness, logs_of
from turnout.audit.checkpoints import cosigned_by, opened
from turnout.audit.entries import entry_of
from turnout.audit.notes import NOTE, SigningKey
from turnout.audit.tree import Frontier, is_consistent, leaf_hash
from turnout.edge.proof.following import NotThisJournal
from turnout.edge.proof.notary import Notary
from turnout.edge.proof.ports import Inconsistent
from turnout.words.moment import MINUTE_MS, Moment


async def test_every_checkpoint_continues_the_one_before(tmp_path: Path):
    async with notarised(tmp_path) as city:
        before = None
        for count in (1, 2, 300, 700):
            await city.goes_on(count)
            now = opened((await city.store.newest()).journal)[1]
            if before is not None:
                proof = await city.store.prove_consistency("journal", before.size, now.size)
                assert is_consistent(before.size, before.root, now.size, now.root, proof)
            before = now
        assert before.size == 1_003


async def test_both_logs_are_signed_by_the_citys_key(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(20)
        signed, seed = await city.store.newest(), city.keys.find()[0].seed
        for log, text, size in (("journal", signed.journal, 20), ("reveals", signed.reveals, 4)):
            note, checkpoint = opened(text)
            assert (checkpoint.origin, checkpoint.size) == (f"{ORIGIN}/{log}", size)
            assert note.signed_by([SigningKey(f"{ORIGIN}/{log}", NOTE, seed).verifier])
        assert city.keys.path.stat().st_mode & 0o077 == 0


async def test_the_tree_is_that_of_the_rows_whatever_was_read_at_once(tmp_path: Path):
    async with notarised(tmp_path) as city:
        rows = rows_after(None, 2_500)
        await city.write(rows)
        await city.notary.sign_now()
        frontier = Frontier()
        for entry in map(entry_of, rows):
            frontier.append(leaf_hash(entry))
        assert opened((await city.store.newest()).journal)[1].root == frontier.root()


async def test_after_a_crash_it_goes_on_where_the_file_ends(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(300)
        last, epoch = city.last, city.epoch
    async with notarised(tmp_path) as city:
        city.last, city.epoch = last, epoch
        await city.goes_on(300)
        path, about = await city.exports()
        assert about.size == 600
        assert city.verifies(path).findings == []


async def test_nothing_is_signed_of_a_journal_whose_last_row_is_another(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(10)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as base, base:
        base.execute("DROP TRIGGER journal_is_never_updated")
        base.execute("UPDATE journal SET actor = 'somebody else' WHERE seq = 10")
    async with notarised(tmp_path) as city:
        with pytest.raises(NotThisJournal):
            await city.notary.sign_now()
        await city.notary.look()
        assert "not the one that was signed" in city.notary.warning().en
        assert "日志与已签署的不符" in city.notary.warning().zh


async def test_nothing_is_signed_of_a_journal_that_was_put_back(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(10)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as base, base:
        base.execute("DROP TRIGGER journal_is_never_deleted")
        base.execute("DELETE FROM journal WHERE seq > 5")
    async with notarised(tmp_path) as city:
        with pytest.raises(NotThisJournal):
            await city.notary.sign_now()


async def test_trees_that_were_altered_are_not_signed(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(600)
        with closing(sqlite3.connect(tmp_path / "proof.sqlite")) as base, base:
            base.execute("UPDATE tile SET body = zeroblob(8192) WHERE log = 'journal' AND level = 0 AND n = 0")
            base.execute("UPDATE tile SET body = zeroblob(64) WHERE log = 'journal' AND level = 1")
        await city.write(rows_after(city.last, 3))
        with pytest.raises(NotThisJournal):
            await city.notary.sign_now()
        await city.following.make_anew()
        await city.notary.sign_now()
        assert (await city.store.newest()).size == 603


async def a_city_with_a_witness(folder: Path) -> tuple[Notarised, AWitness]:
    first = Notarised(folder)
    key = SigningKey(f"{ORIGIN}/journal", NOTE, first.keys.list()[0].seed).verifier
    await first.close()
    witness = AWitness(folder / "witness", logs_of(key))
    return Notarised(folder, witnesses=[witness.line]), witness


async def test_a_witness_cosigns_both_logs_and_again_what_comes_after(tmp_path: Path):
    city, witness = await a_city_with_a_witness(tmp_path)
    for _ in range(3):
        await city.goes_on(30)
        signed = await city.store.newest()
        for text in (signed.journal, signed.reveals):
            assert cosigned_by(opened(text)[0], [witness.key.verifier])
    path, _ = await city.exports()
    trust = {"witnesses": (witness.key.verifier,), "quorum": 1}
    assert city.verifies(path, **trust).findings == []
    assert city.verifies(path, **trust).witnessed == [("witness.example/w1", witness.now_s)]
    codes = {one.code for one in city.verifies(path, **{**trust, "quorum": 2}).findings}
    assert codes == {"witness-missing"}
    await witness.close()
    await city.close()


async def test_a_witness_that_is_down_holds_nothing_up_and_is_said_after_a_while(tmp_path: Path):
    city, witness = await a_city_with_a_witness(tmp_path)
    witness.is_down = True
    await city.goes_on(5)
    assert (await city.store.newest()).size == 5
    assert city.notary.warning() is None
    city.moment = Moment(city.moment + 11 * MINUTE_MS)
    assert "witness.example/w1" in city.notary.warning().en
    witness.is_down = False
    await city.goes_on(5)
    assert cosigned_by(opened((await city.store.newest()).journal)[0], [witness.key.verifier])
    assert city.notary.warning() is None
    await witness.close()
    await city.close()


async def test_a_quiet_night_is_no_silent_witness(tmp_path: Path):
    city, witness = await a_city_with_a_witness(tmp_path)
    await city.goes_on(5)
    city.moment = Moment(city.moment + 60 * MINUTE_MS)
    await city.notary.sign_now()
    assert city.notary.warning() is None
    await witness.close()
    await city.close()


async def test_a_server_that_was_put_back_is_found_out_by_the_witness(tmp_path: Path):
    city, witness = await a_city_with_a_witness(tmp_path)
    await city.goes_on(50)
    await city.close()
    for name in ("journal.sqlite", "proof.sqlite"):
        for tail in ("", "-wal", "-shm"):
            (tmp_path / (name + tail)).unlink(missing_ok=True)
    again = Notarised(tmp_path, witnesses=[witness.line])
    await again.write(rows_after(None, 20))
    with pytest.raises(Inconsistent):
        await again.notary.sign_now()
    await again.write(
        [a_row_after(again.last, "something-else"), *rows_after(a_row_after(again.last, "something-else"), 60)]
    )
    await again.notary.look()
    assert "A witness has seen other records" in again.notary.warning().en
    await witness.close()
    await again.close()


async def test_a_new_key_is_on_record_before_the_old_one_is_destroyed_and_is_trusted_by_it(tmp_path: Path):
    noted: list[str] = []
    async with notarised(tmp_path) as city:

        async def note(public: str) -> bool:
            body = b'{"act":"proof-key-made","subject":"%s"}' % public.encode()
            if public not in noted:
                await city.write([a_row_after(city.last, "access-noted", body)])
                noted.append(public)
            return True

        city.notary._note_key = note
        await city.goes_on(10)
        old = city.verifier()
        city.keys.add()
        await city.goes_on(10)
        note_of_both = opened((await city.store.newest()).journal)[0]
        assert len(city.keys.find()) == 1
        assert len(noted) == 2
        assert note_of_both.signed_by([old])
        assert note_of_both.signed_by([city.verifier()])
        await city.goes_on(10)
        await city.goes_on(10)
        newest = opened((await city.store.newest()).journal)[0]
        assert not newest.signed_by([old])
        path, _ = await city.exports()
        assert city.verifies(path, keys=(old,)).findings == []
        assert city.verifies(path, keys=(city.verifier(),)).findings == []


async def test_a_key_that_cannot_be_noted_yet_destroys_no_other(tmp_path: Path):
    async with notarised(tmp_path) as city:

        async def not_now(public: str) -> bool:
            return False

        city.notary._note_key = not_now
        await city.goes_on(10)
        city.keys.add()
        await city.goes_on(10)
        assert len(city.keys.find()) == 2


async def test_whatever_befalls_the_notary_it_goes_on_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with notarised(tmp_path) as city:
        await city.write(rows_after(None, 5))

        async def broken(*given: object) -> None:
            raise LookupError("a tile is gone")

        with monkeypatch.context() as patch:
            patch.setattr(Notary, "_sign", broken)
            await city.notary.look()
            assert "No checkpoint is signed" in city.notary.warning().en
        await city.notary.look()
        assert city.notary.warning() is None
        assert (await city.store.newest()).size == 5
