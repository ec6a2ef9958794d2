-- One table a kind of record. `revision` is the sequence of the audit entry that wrote
-- the row, `body` its canonical JSON. The key is the index: rows of one owner lie side
-- by side. STRICT, so that each column holds what it says.

CREATE TABLE "registry" (
    "part" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("part")
) STRICT, WITHOUT ROWID;

CREATE TABLE "grant" (
    "principal" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("principal", "role", "scope")
) STRICT, WITHOUT ROWID;

CREATE TABLE "policy" (
    "stage" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("stage")
) STRICT, WITHOUT ROWID;

CREATE TABLE "experiment" (
    "experiment" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment")
) STRICT, WITHOUT ROWID;

CREATE TABLE "run" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run")
) STRICT, WITHOUT ROWID;

CREATE TABLE "param" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
) STRICT, WITHOUT ROWID;

CREATE TABLE "metric" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "at_micros" INTEGER NOT NULL,
    "value_bits" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "step", "at_micros", "value_bits")
) STRICT, WITHOUT ROWID;

CREATE TABLE "tag" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
) STRICT, WITHOUT ROWID;

CREATE TABLE "input" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "digest")
) STRICT, WITHOUT ROWID;

CREATE TABLE "model" (
    "model" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model")
) STRICT, WITHOUT ROWID;

CREATE TABLE "version" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;

CREATE TABLE "stage" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;

CREATE TABLE "alias" (
    "model" TEXT NOT NULL,
    "alias" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "alias")
) STRICT, WITHOUT ROWID;

CREATE TABLE "evidence" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "digest")
) STRICT, WITHOUT ROWID;

CREATE TABLE "request" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;

CREATE TABLE "approval" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "approver" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number", "approver")
) STRICT, WITHOUT ROWID;

CREATE TABLE "promotion" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;

-- The audit log: canonical JSON, numbered from 0 without a gap.
CREATE TABLE leaf (
    sequence INTEGER PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;

-- The complete subtrees of the Merkle tree over the leaves; level 0 are the leaves' hashes.
CREATE TABLE node (
    level INTEGER NOT NULL,
    position INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, position)
) STRICT, WITHOUT ROWID;
