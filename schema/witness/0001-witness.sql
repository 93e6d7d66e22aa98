-- The newest checkpoint of each log that this witness has cosigned. Losing it would let a log show it another past.
CREATE TABLE seen (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL,
                   at_s INTEGER NOT NULL) STRICT, WITHOUT ROWID;
