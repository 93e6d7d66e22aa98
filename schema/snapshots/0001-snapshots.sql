-- Boards as of a journal row. They save time at a start and may be deleted at any moment.
CREATE TABLE snapshot (
    seq INTEGER PRIMARY KEY,
    row_hash BLOB NOT NULL,
    shape TEXT NOT NULL,
    body BLOB NOT NULL,
    body_sha256 BLOB NOT NULL
) STRICT;
