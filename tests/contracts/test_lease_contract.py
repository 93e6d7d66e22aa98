"""The lease keeps its promises, and PostgreSQL keeps the lease."""

import asyncio
import inspect
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.journal_contract import STREAM, appended
from tests.contracts.lease_contract import CHECKS
from tests.contracts.postgres_contract import a_journal, waits
from tests.postgres_pair import the_pair, until
from turnout.adapters.storage.postgres.lease import PostgresLease
from turnout.desk.faults import Displaced
from turnout.desk.lease import Look, Seen


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
async def test_the_lease_keeps_its_promise(check: Any, tmp_path: Path) -> None:
    if inspect.iscoroutinefunction(check):
        await asyncio.wait_for(check(tmp_path), timeout=30)
    else:
        await asyncio.to_thread(check, tmp_path)


async def test_taking_the_lease_displaces_the_writer_in_the_same_commit() -> None:
    async with a_journal(stream=STREAM) as journal:
        lease = PostgresLease(journal._writer._database)
        first = await lease.take((await lease.look()).seen, "one")
        assert first is not None
        await appended(journal, first, ["c1"])
        second = await lease.take((await lease.look()).seen, "two")
        assert second == first + 1
        with pytest.raises(Displaced):
            await appended(journal, first, ["c2"])
        await appended(journal, second, ["c3"])
        await lease.close()


async def test_of_two_who_saw_the_same_lease_one_gets_it() -> None:
    async with a_journal() as journal:
        one, two = (PostgresLease(journal._writer._database) for _ in range(2))
        seen = (await one.look()).seen
        assert seen == Seen(0, "", 0)
        epochs = await asyncio.gather(one.take(seen, "one"), two.take(seen, "two"))
        assert sorted(map(str, epochs)) == ["1", "None"]
        await one.close()
        await two.close()


async def test_a_renewal_that_waits_for_the_standby_is_seen_to_be_under_way_before_it_is_seen() -> None:
    async with a_journal() as journal:
        one, two = (PostgresLease(journal._writer._database) for _ in range(2))
        epoch = await one.take((await one.look()).seen, "one")
        assert epoch is not None
        before = await two.look()
        assert not before.is_changing
        with the_pair().frozen_standby():
            renewing = asyncio.create_task(one.renew(epoch, "one"))
            await waits(renewing, "lease")
            assert await two.look() == Look(before.seen, is_changing=True)
            renewing.cancel()  # as a line that is cut: the server goes on waiting
            await asyncio.gather(renewing, return_exceptions=True)
            assert (await two.look()).is_changing
        after = Seen(epoch, "one", before.seen.beat + 1)

        async def seen() -> bool:
            return (await two.look()).seen == after

        await until(seen)
        await one.close()
        await two.close()


async def test_only_the_holder_renews_and_releases() -> None:
    async with a_journal() as journal:
        lease = PostgresLease(journal._writer._database)
        epoch = await lease.take((await lease.look()).seen, "one")
        assert epoch is not None
        assert await lease.renew(epoch, "one")
        assert not await lease.renew(epoch, "two")
        assert not await lease.renew(epoch - 1, "one")
        await lease.release(epoch, "two")
        assert (await lease.look()).seen == Seen(epoch, "one", 1)
        await lease.release(epoch, "one")
        assert (await lease.look()).seen == Seen(epoch, "", 2)
        await lease.close()


async def test_a_claim_without_the_lease_and_the_lease_never_give_the_same_epoch() -> None:
    async with a_journal() as journal:
        lease = PostgresLease(journal._writer._database)
        claimed = await journal.claim()
        taken = await lease.take((await lease.look()).seen, "one")
        assert taken == claimed + 1
        assert await journal.claim() == claimed + 2
        await lease.close()
