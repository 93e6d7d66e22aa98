"""Storage in PostgreSQL 15 or newer, without extensions: the journal, snapshots, vault, lease and kept files of a city.

What is acknowledged here has been confirmed by the synchronous standbys that the database names
(`synchronous_standby_names`, postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION).
"""
