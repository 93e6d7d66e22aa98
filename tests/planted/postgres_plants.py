"""Bugs of a storage with a standby. Each has been somebody's; each is caught by a check on a real pair of servers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.contracts import journal_contract, postgres_contract
from tests.contracts.storages import PostgresStorage
from tests.planted.plant import Patch, Plant
from turnout.adapters.storage.postgres import database
from turnout.adapters.storage.postgres import journal as postgres_journal
from turnout.adapters.storage.postgres.database import PostgresLine
from turnout.adapters.storage.postgres.journal import PostgresJournal


def on_postgres(check: journal_contract.Check) -> Callable[[Path], Any]:
    async def over(folder: Path) -> None:
        await check(PostgresStorage(folder))

    return over


def asynchronous_replication(patch: Patch) -> None:
    honest = database.connect

    async def connect(where: Any, name: str) -> Any:
        connection = await honest(where, name)
        await connection.execute("SET synchronous_commit = local")
        return connection

    patch.setattr(database, "connect", connect)


def warning_taken_for_success(patch: Patch) -> None:
    patch.setattr(PostgresLine, "_hear", lambda self, connection, notice: None)


def doubt_forgotten(patch: Patch) -> None:
    async def settle(self: PostgresJournal) -> None:
        self._in_doubt = False

    patch.setattr(PostgresJournal, "_settle", settle)


def append_without(*parts: str) -> Callable[[Patch], None]:
    """The append as it would be had somebody not thought of these parts of its fence."""

    def plant(patch: Patch) -> None:
        sql = postgres_journal.APPEND
        for part in parts:
            assert part in sql
            sql = sql.replace(part, "AND ($1::bigint, $2::bigint, $3::bigint) IS NOT NULL" if "$" in part else "")
        patch.setattr(postgres_journal, "APPEND", sql)

    return plant


def epoch_not_in_the_fence(patch: Patch) -> None:
    sql = postgres_journal.APPEND.replace("epoch = $1 AND turn = $2", "$1::bigint >= 0 AND $2::bigint >= 0")
    patch.setattr(postgres_journal, "APPEND", sql)


def notify_in_every_append(patch: Patch) -> None:
    sql = postgres_journal.APPEND.replace("SELECT epoch FROM fence\n", "SELECT epoch, pg_notify('rows', '') FROM fence")
    assert "pg_notify" in sql
    patch.setattr(postgres_journal, "APPEND", sql)


def settings_believed(patch: Patch) -> None:
    patch.setattr(database, "DURABLE_LEVELS", ("on", "off"))


POSTGRES_PLANTS: dict[str, Plant] = {
    "asynchronous replication": Plant(asynchronous_replication, postgres_contract.an_append_waits_for_the_standby),
    "a WARNING taken for success": Plant(
        warning_taken_for_success, postgres_contract.a_wait_that_was_broken_off_acknowledges_nothing
    ),
    "a retry that does not wait for the standby": Plant(
        doubt_forgotten, postgres_contract.a_retry_waits_for_the_standby_like_the_first
    ),
    "what may be on one machine only is believed": Plant(
        doubt_forgotten, postgres_contract.what_may_be_on_one_machine_only_is_not_said_to_be_done
    ),
    "a batch that arrives late is taken": Plant(
        append_without("AND turn = $2"), postgres_contract.a_batch_that_arrives_late_is_not_taken
    ),
    "the fence is looked at and not locked": Plant(
        append_without("FOR NO KEY UPDATE"), postgres_contract.a_claim_waits_for_the_batch_that_is_under_way
    ),
    "rows become visible out of order": Plant(
        append_without("FOR NO KEY UPDATE", "AND (SELECT coalesce(max(seq), 0) FROM journal) = $3"),
        postgres_contract.no_row_is_visible_before_the_one_before_it,
    ),
    "a displaced writer writes to PostgreSQL": Plant(
        epoch_not_in_the_fence, on_postgres(journal_contract.a_displaced_writer_appends_nothing)
    ),
    "NOTIFY in every append": Plant(notify_in_every_append, postgres_contract.commits_do_not_wait_for_one_another),
    "the role's settings are believed": Plant(
        settings_believed, postgres_contract.settings_of_the_role_do_not_weaken_a_commit
    ),
}
