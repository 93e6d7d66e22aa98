-- The site's key can be changed while the city works (decision 0200): keys of owners are wrapped by the one of this
-- generation or by the next; whoever wraps one holds a share of the row of site_key meanwhile.
ALTER TABLE owner_key ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE site_key ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE site_key ADD COLUMN next bytea;

-- What each server says it holds, by fingerprint; whether it runs, its session says.
CREATE TABLE site_key_holder (
    server text PRIMARY KEY,
    holds bytea[] NOT NULL,
    said timestamptz NOT NULL DEFAULT now()
);
