-- Where the desk can be reached by the city's other processes, since which epoch, and which version of what they say to
-- one another it speaks.
CREATE TABLE desk_door (
    one integer PRIMARY KEY CHECK (one = 1),
    epoch bigint NOT NULL,
    address text NOT NULL,
    link integer NOT NULL
) WITH (fillfactor = 50);

-- What the city's processes prove to one another that they belong to it: whoever has the database can be one.
CREATE TABLE door_key (
    one integer PRIMARY KEY CHECK (one = 1),
    key bytea NOT NULL CHECK (octet_length(key) = 32)
);
