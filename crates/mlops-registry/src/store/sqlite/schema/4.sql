-- Who has signed a version, which sources it came from, and what people answer for.

CREATE TABLE "version_signature" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "key")
) STRICT, WITHOUT ROWID;

CREATE TABLE "version_git" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;

CREATE TABLE "attestation" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "item" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "item")
) STRICT, WITHOUT ROWID;
