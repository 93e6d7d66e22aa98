-- Boards as of a journal row. They save time at a start and may be deleted at any moment.
CREATE TABLE snapshot (
    seq bigint PRIMARY KEY,
    row_hash bytea NOT NULL,
    shape text NOT NULL,
    body bytea NOT NULL,
    body_sha256 bytea NOT NULL
);
