"""Storage in SQLite files: the journal, the board's snapshots, the vault. One folder holds a city.

SQLite in WAL mode with `synchronous=FULL`: a commit returns after the log has been synced (sqlite.org/wal.html,
sqlite.org/pragma.html#pragma_synchronous).
"""
