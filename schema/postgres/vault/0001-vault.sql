-- Encrypted details, and their keys, wrapped by the site's key, which is in no database (decision 0122).
CREATE TABLE owner_key (
    owner text PRIMARY KEY,
    wrapped bytea,
    destroyed boolean NOT NULL DEFAULT false CHECK (destroyed = (wrapped IS NULL)),
    puts bigint NOT NULL DEFAULT 0
);

CREATE TABLE detail (
    ref text PRIMARY KEY,
    owner text NOT NULL REFERENCES owner_key (owner),
    field text NOT NULL,
    sha256 text NOT NULL,
    nonce bytea NOT NULL CHECK (octet_length(nonce) = 12),
    sealed bytea NOT NULL
);

CREATE INDEX detail_by_owner ON detail (owner);

-- Which site key wraps them: a fingerprint, so that a server with another one is told so before it is the desk.
CREATE TABLE site_key (
    one integer PRIMARY KEY CHECK (one = 1),
    fingerprint bytea NOT NULL
);
