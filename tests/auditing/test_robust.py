"""Exports in chunks and processes, and exports that are damaged: always the same answer, and never another error."""

import random
from pathlib import Path

import pytest

from tests.auditing.mending import Export
from tests.auditing.notarised import Notarised, notarised
from turnout.audit.entries import FIXED
from turnout.auditing import rows
from turnout.words.trouble import BadInput

ROUNDS = 300


@pytest.fixture
async def city(tmp_path: Path):
    async with notarised(tmp_path) as one:
        for count in (300, 700, 300):
            await one.goes_on(count)
        yield one


async def test_chunks_hang_together(city: Notarised, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rows, "CHUNK", 256)
    path, _ = await city.exports(bodies=True)
    assert city.verifies(path).findings == []
    part, _ = await city.exports("part.zip", first_seq=300, last_seq=1_100)
    assert city.verifies(part).findings == []


async def test_a_link_broken_between_two_chunks_is_found(
    city: Notarised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(rows, "CHUNK", 256)
    path, _ = await city.exports()
    export = Export(path)
    fixed = list(FIXED.unpack_from(export.journal[512]))
    fixed[4], fixed[2] = b"\1" * 32, 0
    export.journal[512] = FIXED.pack(*fixed) + export.journal[512][FIXED.size :]
    found = city.verifies(export.write(tmp_path / "altered.zip")).findings
    assert {("record-unlinked", 513), ("record-out-of-time", 513)} <= {(one.code, one.at) for one in found}


async def test_several_processes_find_what_one_finds(city: Notarised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(rows, "CHUNK", 256)
    monkeypatch.setattr(rows, "ALONE_RECORDS", 0)
    path, _ = await city.exports()
    export = Export(path)
    export.journal[700] = export.journal[701]
    altered = export.write(tmp_path / "altered.zip")
    for file in (path, altered):
        alone, together = city.verifies(file, 1), city.verifies(file, 2)
        assert alone == together
    assert alone.findings


async def test_a_damaged_file_is_refused_by_name_or_found_wrong_and_raises_nothing_else(
    city: Notarised, tmp_path: Path
):
    """Bytes anywhere in the file: in the ZIP's own structures, in notes, in records."""
    path, _ = await city.exports(bodies=True)
    whole, chance, harmless = path.read_bytes(), random.Random("damaged"), 0
    untouched = Export(path)
    for number in range(ROUNDS):
        damaged = bytearray(whole)
        if number % 3 == 0:
            del damaged[chance.randrange(len(damaged)) :]
        elif number % 3 == 1:
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        else:
            at = chance.randrange(len(damaged) - 30_000, len(damaged))
            damaged[at] = chance.randrange(256)
        (tmp_path / "damaged.zip").write_bytes(damaged)
        try:
            found = city.verifies(tmp_path / "damaged.zip").findings
        except BadInput:
            continue
        if not found:
            harmless += 1
            assert Export(tmp_path / "damaged.zip").journal == untouched.journal
    assert harmless < ROUNDS / 4
