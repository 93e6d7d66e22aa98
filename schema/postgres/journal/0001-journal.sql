-- The journal: one stream per PostgreSQL schema. The writer supplies `seq`; there is no numbering by the database.
CREATE TABLE journal (
    seq bigint PRIMARY KEY CHECK (seq > 0),
    at bigint NOT NULL,
    actor text NOT NULL,
    "position" text NOT NULL,
    purpose text NOT NULL,
    cause text NOT NULL,
    command_id text NOT NULL,
    command text NOT NULL,
    command_digest bytea NOT NULL,
    name text NOT NULL,
    version integer NOT NULL,
    body bytea NOT NULL,
    prev_hash bytea NOT NULL CHECK (octet_length(prev_hash) = 32),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
);

-- Which rows a command identity led to. Derived from the journal, in the same transaction.
CREATE TABLE command (
    command_id text PRIMARY KEY,
    first_seq bigint NOT NULL,
    last_seq bigint NOT NULL,
    at bigint NOT NULL,
    digest bytea NOT NULL
);

-- The stream's name and who may write: the newest writer's epoch, and its turn, which goes up whenever it no longer
-- knows what became of an append. A batch carries both, so that one that arrives late is not taken.
CREATE TABLE writer (
    one integer PRIMARY KEY CHECK (one = 1),
    stream text NOT NULL,
    epoch bigint NOT NULL,
    turn bigint NOT NULL
) WITH (fillfactor = 50);

-- Who is the desk. `beat` goes up with every renewal; whoever watches it judges its age by a clock of its own, so no time
-- of day is in it.
CREATE TABLE lease (
    one integer PRIMARY KEY CHECK (one = 1),
    epoch bigint NOT NULL,
    holder text NOT NULL,
    beat bigint NOT NULL
) WITH (fillfactor = 50);

-- Against accidents. Against intent there is the hash chain.
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
CREATE TRIGGER journal_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
