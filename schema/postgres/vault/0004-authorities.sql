-- The authority that signs terminals' certificates (decision 0227): its certificate is for everybody, its key is wrapped
-- by the site's key of that generation, and wrapped anew when that is changed, as the keys of owners are.
CREATE TABLE authority (
    name text PRIMARY KEY,
    certificate bytea NOT NULL,
    wrapped bytea NOT NULL,
    generation integer NOT NULL
);
