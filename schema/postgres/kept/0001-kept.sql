-- Small files that the next desk needs as the last one left them: the accounts.
CREATE TABLE kept (
    name text PRIMARY KEY,
    body bytea NOT NULL
);
