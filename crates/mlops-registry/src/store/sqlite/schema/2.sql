-- Trials: versions beside the one in production.

CREATE TABLE "trial" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
