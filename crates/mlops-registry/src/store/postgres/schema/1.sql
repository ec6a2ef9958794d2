-- One table a kind of record. `revision` is the sequence of the audit entry that wrote
-- the row, `body` its canonical JSON. The key is the index: rows of one owner lie side
-- by side. Text is ordered by its bytes, whatever the database's collation is.
--
-- In text, U+0001 stands before U+0001 for U+0000, and before U+0002 for itself: PostgreSQL
-- has no U+0000, and so the order stays.
--
-- All of this is made in the schema of the store, which is alone on the search path then.

CREATE TABLE "registry" (
    "part" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("part")
);

CREATE TABLE "grant" (
    "principal" text COLLATE "C" NOT NULL,
    "role" text COLLATE "C" NOT NULL,
    "scope" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("principal", "role", "scope")
);

CREATE TABLE "policy" (
    "stage" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("stage")
);

CREATE TABLE "experiment" (
    "experiment" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment")
);

CREATE TABLE "run" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run")
);

CREATE TABLE "param" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
);

CREATE TABLE "metric" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "step" bigint NOT NULL,
    "at_micros" bigint NOT NULL,
    "value_bits" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "step", "at_micros", "value_bits")
);

CREATE TABLE "tag" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run", "name")
);

CREATE TABLE "input" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    "digest" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run", "name", "digest")
);

CREATE TABLE "model" (
    "model" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model")
);

CREATE TABLE "version" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version")
);

CREATE TABLE "stage" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version")
);

CREATE TABLE "alias" (
    "model" text COLLATE "C" NOT NULL,
    "alias" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "alias")
);

CREATE TABLE "evidence" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "digest" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version", "digest")
);

CREATE TABLE "request" (
    "model" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "number")
);

CREATE TABLE "approval" (
    "model" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    "approver" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "number", "approver")
);

CREATE TABLE "promotion" (
    "model" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "number")
);

CREATE TABLE "trial" (
    "model" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "number")
);

CREATE TABLE "experiment_tag" (
    "experiment" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "name")
);

CREATE TABLE "nested" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    "child_experiment" text COLLATE "C" NOT NULL,
    "child_run" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run", "child_experiment", "child_run")
);

CREATE TABLE "file" (
    "experiment" text COLLATE "C" NOT NULL,
    "run" bigint NOT NULL,
    "path" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("experiment", "run", "path")
);

CREATE TABLE "lookalike" (
    "what" text COLLATE "C" NOT NULL,
    "skeleton" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("what", "skeleton")
);

CREATE TABLE "description" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version", "number")
);

CREATE TABLE "model_tag" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "name" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version", "name")
);

CREATE TABLE "card" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version")
);

CREATE TABLE "tombstone" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version", "number")
);

CREATE TABLE "link" (
    "source" text COLLATE "C" NOT NULL,
    "target" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("source", "target")
);

CREATE TABLE "emergency" (
    "model" text COLLATE "C" NOT NULL,
    "number" bigint NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "number")
);

CREATE TABLE "version_signature" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "key" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version", "key")
);

CREATE TABLE "version_git" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version")
);

CREATE TABLE "attestation" (
    "model" text COLLATE "C" NOT NULL,
    "version" text COLLATE "C" NOT NULL,
    "item" text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY ("model", "version", "item")
);

-- The audit log: canonical JSON, numbered from 0 without a gap.
CREATE TABLE leaf (
    sequence bigint PRIMARY KEY CHECK (sequence >= 0),
    body text NOT NULL
);

-- The complete subtrees of the Merkle tree over the leaves; level 0 are the leaves' hashes.
CREATE TABLE node (
    level integer NOT NULL CHECK (level BETWEEN 0 AND 63),
    position bigint NOT NULL CHECK (position >= 0),
    hash bytea NOT NULL,
    PRIMARY KEY (level, position)
);

-- The log only grows. This keeps hands from slipping, and roles that may write from more than
-- that; who owns the tables can take it away, and is found out by an audit.
CREATE FUNCTION log_only_grows() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'leaf' AND current_setting('mlops.pruning', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit log only grows: % of % is refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER leaf_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON leaf
    FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows();
CREATE TRIGGER node_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON node
    FOR EACH STATEMENT EXECUTE FUNCTION log_only_grows();

-- The index of search: what the records say, laid out to be compared and sorted. All of it
-- follows from the records, and can be built anew.

-- A thing that can be found. `shelf` is 0 for things that are there, 1 for those that are
-- deleted, 2 for those without a record. The lower `tie` comes first among equals. A run has
-- its experiment as `name` and a `number`; a version its model as `name`.
CREATE TABLE search_item (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    version text COLLATE "C" NOT NULL,
    number bigint NOT NULL,
    shelf smallint NOT NULL,
    tie bigint NOT NULL,
    UNIQUE (kind, name, version, number)
);

-- What can be asked for. `source` is the number of a source.
CREATE TABLE search_field (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source smallint NOT NULL,
    name text COLLATE "C" NOT NULL,
    UNIQUE (source, name)
);

-- A value of a thing: a number or a word; neither is NaN. `folded` is the word in lower case,
-- if that is another. Metrics have the step and the time of their latest point.
CREATE TABLE search_value (
    item bigint NOT NULL,
    field integer NOT NULL,
    part text COLLATE "C" NOT NULL,
    number double precision CHECK (number <> 'NaN'),
    word text COLLATE "C",
    folded text COLLATE "C",
    step bigint,
    at_micros bigint,
    PRIMARY KEY (item, field, part)
);
CREATE INDEX search_value_number ON search_value (field, number, item) WHERE number IS NOT NULL;
-- Words may be longer than an entry of an index.
CREATE INDEX search_value_word ON search_value (field, left(word, 256), item) WHERE word IS NOT NULL;
