-- Tags of experiments, runs within runs, the files of a run, and names that look alike.

CREATE TABLE "experiment_tag" (
    "experiment" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "name")
) STRICT, WITHOUT ROWID;

CREATE TABLE "nested" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "child_experiment" TEXT NOT NULL,
    "child_run" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "child_experiment", "child_run")
) STRICT, WITHOUT ROWID;

CREATE TABLE "file" (
    "experiment" TEXT NOT NULL,
    "run" INTEGER NOT NULL,
    "path" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("experiment", "run", "path")
) STRICT, WITHOUT ROWID;

CREATE TABLE "lookalike" (
    "what" TEXT NOT NULL,
    "skeleton" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("what", "skeleton")
) STRICT, WITHOUT ROWID;

-- Models: what people say of them, what is left of those that were deleted, and what came of what.

CREATE TABLE "description" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "number")
) STRICT, WITHOUT ROWID;

CREATE TABLE "model_tag" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "name")
) STRICT, WITHOUT ROWID;

CREATE TABLE "card" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version")
) STRICT, WITHOUT ROWID;

CREATE TABLE "tombstone" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "version", "number")
) STRICT, WITHOUT ROWID;

CREATE TABLE "link" (
    "source" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("source", "target")
) STRICT, WITHOUT ROWID;

-- Promotions that went without the rules, and their reviews.

CREATE TABLE "emergency" (
    "model" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY ("model", "number")
) STRICT, WITHOUT ROWID;
