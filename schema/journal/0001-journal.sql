-- The journal: one stream per file. The writer supplies `seq`; there is no numbering by the database.
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY CHECK (seq > 0),
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    position TEXT NOT NULL,
    purpose TEXT NOT NULL,
    cause TEXT NOT NULL,
    command_id TEXT NOT NULL,
    command TEXT NOT NULL,
    command_digest BLOB NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    body BLOB NOT NULL,
    prev_hash BLOB NOT NULL CHECK (length(prev_hash) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Which rows a command identity led to. Derived from the journal, in the same transaction.
CREATE TABLE command (
    command_id TEXT PRIMARY KEY,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    digest BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The stream's name and the newest writer's epoch.
CREATE TABLE writer (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    stream TEXT NOT NULL,
    epoch INTEGER NOT NULL
) STRICT;

-- Against accidents. Against intent there is the hash chain.
CREATE TRIGGER journal_is_never_updated BEFORE UPDATE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_never_deleted BEFORE DELETE ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
