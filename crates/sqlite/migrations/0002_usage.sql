-- What is read through a link: sync jobs, readings, bills.

-- The accepted session at the utility, sealed: background reads go on with it.
ALTER TABLE users ADD COLUMN sealed_session BLOB;

-- One job a user. A worker takes it by writing its lease; what it writes afterwards is kept only
-- while the lease is still its own.
CREATE TABLE sync_jobs (
    user_id     BLOB    NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- NULL: at rest until the customer links again.
    due_at      INTEGER,
    lease       BLOB    CHECK (length(lease) = 16),
    lease_until INTEGER,
    -- Turns in a row that failed; a turn counts as one from its beginning.
    failures    INTEGER NOT NULL DEFAULT 0,
    -- When a worker last sent the password; NULL once that had a good end.
    tried_at    INTEGER,
    -- A word of ours, for operators. Never what a utility said.
    error       TEXT,
    -- JSON.
    progress    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sync_jobs_due_at ON sync_jobs (due_at) WHERE due_at IS NOT NULL;

-- Users that were linked before there were jobs get one, due at once.
INSERT INTO sync_jobs (user_id, due_at, progress)
    SELECT id, 0, '{"meters":{},"billed":[]}' FROM users;

-- Readings that may be added up: one meter, direction, granularity and scale.
CREATE TABLE series (
    id       INTEGER NOT NULL PRIMARY KEY,
    user_id  BLOB    NOT NULL,
    meter_id BLOB    NOT NULL,
    -- JSON of the kind, written in one way only.
    kind     TEXT    NOT NULL,
    UNIQUE (user_id, meter_id, kind),
    FOREIGN KEY (user_id, meter_id) REFERENCES meters (user_id, id) ON DELETE CASCADE
) STRICT;

-- A month (UTC, by start) of a series, packed: see connect-core's usage::Chunk. With a rowid: without
-- one SQLite moves all but some hundred bytes of a row this long to pages of its own (6.2 bytes on the
-- disk for an hourly reading instead of 1.9, measured).
CREATE TABLE reading_chunks (
    series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    -- Months since January 1970.
    month     INTEGER NOT NULL,
    -- How often this month has been written.
    revision  INTEGER NOT NULL,
    data      BLOB    NOT NULL,
    UNIQUE (series_id, month)
) STRICT;

-- Values that a utility has corrected, as they were.
CREATE TABLE restatements (
    series_id  INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
    start      INTEGER NOT NULL,
    -- The month's revision that brought the new value.
    revision   INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    -- JSON of the reading as it was.
    before     TEXT    NOT NULL,
    PRIMARY KEY (series_id, start, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE bills (
    user_id    BLOB    NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    account_id BLOB    NOT NULL,
    remote_id  TEXT    NOT NULL,
    -- First day of the period, as yyyy-mm-dd.
    start      TEXT    NOT NULL,
    -- JSON.
    bill       TEXT    NOT NULL,
    PRIMARY KEY (user_id, id),
    UNIQUE (user_id, account_id, remote_id),
    FOREIGN KEY (user_id, account_id) REFERENCES accounts (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Utilities that an operator has switched off.
CREATE TABLE utilities_off (
    utility INTEGER NOT NULL PRIMARY KEY,
    reason  TEXT    NOT NULL,
    at      INTEGER NOT NULL
) STRICT;
