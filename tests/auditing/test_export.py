"""Exports of a journal, and what an auditor finds in them."""

from pathlib import Path

import pytest

from tests.auditing.notarised import ORIGIN, a_row_after, notarised, rows_after
from turnout.audit.notes import NOTE, make_key
from turnout.auditing.archive import Archive
from turnout.words.trouble import Malformed


async def test_an_untouched_journal_verifies_whole(tmp_path: Path):
    async with notarised(tmp_path) as city:
        for count in (1, 299, 256, 7):
            await city.goes_on(count)
        path, about = await city.exports()
        found = city.verifies(path)
        assert found.findings == []
        assert (about.size, about.end, about.reveals_size) == (563, 563, 113)
        assert found.reveals == 113
        assert found.checkpoints >= 1


async def test_bodies_are_checked_where_they_are_there(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(300)
        path, _ = await city.exports(bodies=True)
        assert city.verifies(path).findings == []
        assert any("/bodies/" in name for name in Archive(path).names)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (257, 300), (300, 300), (600, 900), (1, 900)])
async def test_a_range_verifies_without_the_rest(tmp_path: Path, first: int, last: int):
    async with notarised(tmp_path) as city:
        await city.goes_on(500)
        await city.goes_on(400)
        path, about = await city.exports(first_seq=first, last_seq=last)
        assert about.first < first <= last <= about.end
        assert city.verifies(path).findings == []


async def test_only_what_is_signed_is_exported_and_what_is_not_yet_is_not_an_error(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(10)
        await city.write(rows_after(city.last, 5))
        path, about = await city.exports()
        assert about.end == 10
        assert city.verifies(path).findings == []


async def test_nothing_is_exported_before_anything_is_signed(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.write(rows_after(None, 5))
        with pytest.raises(Malformed, match="nothing is signed"):
            await city.exports()


async def test_another_key_than_the_auditors_is_no_signature(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(10)
        path, _ = await city.exports()
        other = make_key(f"{ORIGIN}/journal", NOTE).verifier
        codes = [one.code for one in city.verifies(path, keys=(other,)).findings]
        assert codes == ["checkpoint-unsigned", "checkpoint-unsigned"]


async def test_a_log_of_another_city_is_not_this_one(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(10)
        path, _ = await city.exports()
        other = make_key("turnout.example/elsewhere/journal", NOTE).verifier
        assert "checkpoint-of-another-log" in {one.code for one in city.verifies(path, keys=(other,)).findings}


async def test_a_checkpoint_that_was_kept_must_be_continued(tmp_path: Path):
    (tmp_path / "a").mkdir()
    async with notarised(tmp_path / "a") as city:
        await city.goes_on(100)
        kept = (await city.store.newest()).journal
        await city.goes_on(50)
        path, _ = await city.exports()
        assert city.verifies(path, held=(kept,)).findings == []
        after = (await city.store.newest()).journal
        keys = city.keys.path.read_text()
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "proof.keys").write_text(keys)
    async with notarised(tmp_path / "b") as other:
        await other.write([a_row_after(None, "something-else")])
        await other.goes_on(119)
        path, _ = await other.exports()
        assert other.verifies(path).findings == []
        assert [one.code for one in other.verifies(path, held=(kept,)).findings] == ["log-forked"]
        assert [one.code for one in other.verifies(path, held=(after,)).findings] == ["log-cut-off"]


async def test_what_is_no_export_is_refused_by_name(tmp_path: Path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"PK nothing of the kind")
    async with notarised(tmp_path) as city:
        await city.goes_on(3)
        with pytest.raises(Malformed):
            city.verifies(path)


async def test_an_export_gets_its_name_when_it_is_whole_and_never_replaces_one(tmp_path: Path):
    async with notarised(tmp_path) as city:
        await city.goes_on(3)
        path, _ = await city.exports()
        assert not path.with_name("export.zip.part").exists()
        assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("numbers", "codes"), [((0, 2, 3), []), ((0, 2, 4), ["reveal-miscounted"])])
async def test_an_opening_has_the_number_that_the_desk_gave_it(
    tmp_path: Path, numbers: tuple[int, ...], codes: list[str]
):
    async with notarised(tmp_path) as city:
        for number in numbers:
            await city.write([a_row_after(city.last, "file-opened", b'{"n":%d}' % number)])
        await city.goes_on(1)
        path, _ = await city.exports(bodies=True)
        assert [one.code for one in city.verifies(path).findings] == codes
