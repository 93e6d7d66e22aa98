"""The trees follow any journal: files, and PostgreSQL with a standby."""

from pathlib import Path

import pytest

from tests.auditing.notarised import rows_after
from tests.contracts.storages import STORAGES
from turnout.adapters.storage.sqlite.proof import SqliteProof
from turnout.audit.entries import entry_of
from turnout.audit.tree import Frontier, leaf_hash
from turnout.edge.proof.following import Following


@pytest.mark.parametrize("name", STORAGES)
async def test_the_trees_have_every_durable_row_once_and_in_order(name: str, tmp_path: Path):
    storage = STORAGES[name](tmp_path)
    journal, proof = await storage.open(), SqliteProof(tmp_path / "proof.sqlite")
    try:
        epoch, rows = await journal.claim(), rows_after(None, 1_300)
        following = Following(proof, journal)
        for begin, end in ((0, 1), (1, 700), (700, 1_300)):
            await journal.append(rows[begin:end], begin, epoch)
            assert (await following.catch_up()).journal == end
        frontier = Frontier()
        for row in rows:
            frontier.append(leaf_hash(entry_of(row)))
        assert await proof.root("journal", 1_300) == frontier.root()
        assert (await Following(proof, journal).catch_up()).journal == 1_300
    finally:
        await proof.close()
        await journal.close()
