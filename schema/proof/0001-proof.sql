-- The trees over the journal and the reveal log, and what was signed. Tiles and reveals can be made again from the
-- journal; checkpoints and stamps cannot.
CREATE TABLE log (name TEXT PRIMARY KEY, size INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO log VALUES ('journal', 0), ('reveals', 0);

-- level and n as in c2sp.org/tlog-tiles; body: up to 256 hashes of 32 bytes.
CREATE TABLE tile (log TEXT NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, body BLOB NOT NULL,
                   PRIMARY KEY (log, level, n)) STRICT;

-- Records of the reveal log: number from 1 without gaps, the row of the journal, and its header.
CREATE TABLE reveal (number INTEGER PRIMARY KEY, seq INTEGER NOT NULL UNIQUE, entry BLOB NOT NULL) STRICT;

-- Bodies of the rows that say that a signing key was made: with them a later key is known by an earlier one.
CREATE TABLE key_row (seq INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT;

-- A checkpoint of both logs at one moment; the notes with every signature that there is.
CREATE TABLE checkpoint (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, size INTEGER NOT NULL UNIQUE,
                         reveals_size INTEGER NOT NULL, journal TEXT NOT NULL, reveals TEXT NOT NULL) STRICT;

-- A time stamp (RFC 3161) over the text of the journal's checkpoint.
CREATE TABLE stamp (id INTEGER PRIMARY KEY, checkpoint INTEGER NOT NULL REFERENCES checkpoint(id), at INTEGER NOT NULL,
                    body BLOB NOT NULL) STRICT;
