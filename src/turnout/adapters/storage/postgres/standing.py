"""How the database itself stands: whether commits wait for a standby, who streams, and which keepers are heard.

Asked now and then beside the desk, over a line of its own. To see the standbys the program's role must have
`pg_monitor`; without it that much is not known, and nothing is said of it.
"""

from typing import Final

from turnout.adapters.storage.postgres.database import Database, PostgresLine
from turnout.edge.alarms.facts import MIB, DatabaseFacts
from turnout.words.voters import VOTERS_SETTING

STANDING: Final = """
SELECT current_setting('synchronous_standby_names') <> '',
  count(*) FILTER (WHERE state = 'streaming'),
  count(*) FILTER (WHERE state IS NULL) > 0,
  min(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), flush_lsn)) FILTER (WHERE state = 'streaming'),
  current_setting($1, true)
FROM pg_stat_replication WHERE application_name NOT IN ('pg_basebackup', 'pg_receivewal') OR application_name IS NULL
"""


class PostgresStanding:
    def __init__(self, database: Database) -> None:
        self._line = PostgresLine(database, "standing")

    async def ask(self) -> DatabaseFacts:
        """Raises `StorageFailed`."""
        waits, streaming, is_hidden, behind_bytes, heard = await self._line.do(
            lambda one: one.fetchrow(STANDING, VOTERS_SETTING)
        )
        return DatabaseFacts(
            waits_for_standby=waits,
            standbys=None if is_hidden else streaming,
            behind_mib=None if behind_bytes is None else float(behind_bytes) / MIB,
            voters_heard=len(heard.split()) if heard else None,
        )

    async def close(self) -> None:
        await self._line.close()
