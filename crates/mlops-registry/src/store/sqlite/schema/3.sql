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

-- The index of search: what the records say, laid out to be compared and sorted. All of it
-- follows from the records, and can be built anew.

-- Things that are looked for together: the runs of an experiment, all experiments, all
-- models, all versions. `name` is the experiment; empty for the others.
CREATE TABLE search_scope (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (kind, name)
) STRICT;

-- What can be asked for. `shelf` is 0 for things that are there, 1 for those that are
-- deleted, 2 for those without a record; `source` is the number of a source.
CREATE TABLE search_field (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    shelf INTEGER NOT NULL,
    source INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (scope, shelf, source, name)
) STRICT;

-- A thing. The upper half of its id is its scope; the lower one is the number of a run, or
-- counts the others, whose key is `name`, as JSON. The lower `tie` comes first among equals.
CREATE TABLE search_item (
    id INTEGER PRIMARY KEY,
    scope INTEGER NOT NULL,
    shelf INTEGER NOT NULL,
    tie INTEGER NOT NULL,
    name TEXT
) STRICT;
CREATE INDEX search_item_order ON search_item (scope, shelf, tie, id);
CREATE UNIQUE INDEX search_item_name ON search_item (scope, name) WHERE name IS NOT NULL;

-- A value of a thing; NULL is NaN. Metrics have the step and the time of their latest point.
CREATE TABLE search_value (
    item INTEGER NOT NULL,
    field INTEGER NOT NULL,
    part TEXT NOT NULL,
    value ANY,
    step INTEGER,
    at_micros INTEGER,
    tie INTEGER NOT NULL,
    PRIMARY KEY (item, field, part)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_value_order ON search_value (field, value, tie, item);
