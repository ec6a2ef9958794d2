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
