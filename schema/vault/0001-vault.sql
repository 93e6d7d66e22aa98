-- Encrypted details. The keys are in another file; a key slot is never used for a second incident.
CREATE TABLE owner_key (
    owner TEXT PRIMARY KEY,
    slot INTEGER NOT NULL UNIQUE,
    destroyed INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE TABLE detail (
    ref TEXT PRIMARY KEY,
    owner TEXT NOT NULL REFERENCES owner_key (owner),
    field TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    nonce BLOB NOT NULL CHECK (length(nonce) = 12),
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX detail_by_owner ON detail (owner);
