"""Whatever is altered, removed or put in is found, also by one who makes everything else fit. `soak`: 1,000 of each."""

import itertools
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from tests.auditing.mending import MUTATIONS, Export
from tests.auditing.notarised import notarised
from turnout.audit.checkpoints import Checkpoint
from turnout.audit.notes import SigningKey, sign
from turnout.audit.tree import Frontier, leaf_hash
from turnout.words.trouble import BadInput

ROUNDS = 1_000 if os.environ.get("TURNOUT_TESTS") == "soak" else 70


def is_the_same(export: Export, before: Export) -> bool:
    return export.journal == before.journal and export.reveals == before.reveals


@pytest.mark.parametrize("effort", ["as it is", "numbered anew", "numbered and signed anew"])
async def test_every_alteration_removal_and_insertion_is_found(tmp_path: Path, effort: str):
    chance, missed, tried = random.Random(f"tampering {effort}"), list[str](), 0
    async with notarised(tmp_path) as city:
        for count in (200, 100, 33):
            await city.goes_on(count)
        path, _ = await city.exports()
        untouched = Export(path)
        assert city.verifies(untouched.write(tmp_path / "untouched.zip")).findings == []
        turns = itertools.cycle(MUTATIONS)
        while tried < ROUNDS:
            export = Export(path)
            what = next(turns)(export, chance)
            if not made_to_fit(export, effort) or is_the_same(export, untouched):
                continue
            tried += 1
            with suppress(BadInput):
                if not city.verifies(export.write(tmp_path / "altered.zip")).findings:
                    missed.append(what)
    assert missed == []


def made_to_fit(export: Export, effort: str) -> bool:
    """False where what was altered is no record any more, and cannot be numbered."""
    if effort != "as it is" and export.journal:
        try:
            export.number_anew()
        except BadInput:
            return False
    if effort == "numbered and signed anew":
        export.sign_anew()
    return True


async def test_a_signed_checkpoint_of_other_records_says_that_the_log_itself_forked(tmp_path: Path):
    """Whoever has the key can sign anew; a checkpoint from before, in the export or at the auditor, shows it."""
    async with notarised(tmp_path) as city:
        await city.goes_on(100)
        kept = (await city.store.newest()).journal
        await city.goes_on(10)
        path, _ = await city.exports()
        export = Export(path)
        del export.journal[49]
        export.number_anew()
        export.sign_anew()
        key = city.keys.find()[0]
        for log, records in (("journal", export.journal), ("reveals", export.reveals)):
            export.members[f"{log}/checkpoint"] = signed_by(key, log, records)
        forged = export.write(tmp_path / "forged.zip")
        assert city.verifies(forged).findings == []
        assert [one.code for one in city.verifies(forged, held=(kept,)).findings] == ["log-forked"]


def signed_by(key: SigningKey, log: str, records: list[bytes]) -> bytes:

    frontier = Frontier()
    for record in records:
        frontier.append(leaf_hash(record))
    name = f"{key.name}/{log}"
    text = Checkpoint(name, len(records), frontier.root()).text()
    return str(sign(text, [SigningKey(name, key.kind, key.seed)])).encode()
