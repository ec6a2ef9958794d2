-- The newest row of each key of each view. A key and the values of a row are one BLOB each,
-- so that a look-up reads one entry of one tree; `../encoding.rs` says how they are written.

CREATE TABLE view (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- Until when its history is published, in microseconds since 1970.
    watermark INTEGER
) STRICT;

-- The names that the values of a row belong to, one a line, in their order.
CREATE TABLE features (
    id INTEGER PRIMARY KEY,
    names TEXT NOT NULL UNIQUE
) STRICT;

-- Both times are in microseconds since 1970.
CREATE TABLE row (
    view INTEGER NOT NULL,
    key BLOB NOT NULL,
    event INTEGER NOT NULL,
    created INTEGER,
    features INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (view, key)
) STRICT, WITHOUT ROWID;
