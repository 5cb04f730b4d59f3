-- The first schema.
--
-- Conventions: ids are UUIDs as 16 bytes; digests are keyed hashes of 32 bytes, so that a copy
-- of the file opens nothing; times are Unix milliseconds in UTC. Every table is STRICT: a value
-- of the wrong type is refused when it is written, not found when it is read.
-- No foreign key is DEFERRED: a deferred one fails the COMMIT, and one COMMIT carries the
-- changes of many callers.
-- Narrow tables that are found by one key are WITHOUT ROWID (one B-tree instead of two). Wide
-- ones (sessions, users) keep the rowid, so that the B-tree of their ids stays small.

-- Companies that use Connect.
CREATE TABLE clients (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name          TEXT NOT NULL,
    environment   TEXT NOT NULL CHECK (environment IN ('sandbox', 'production')),
    secret_digest BLOB NOT NULL CHECK (length(secret_digest) = 32)
) STRICT, WITHOUT ROWID;

-- One utility login of one company's customer.
CREATE TABLE users (
    id                BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    client_id         BLOB    NOT NULL REFERENCES clients (id),
    -- NULL once another login has taken the reference over; UNIQUE lets NULL occur often.
    user_ref          TEXT,
    utility           INTEGER NOT NULL,
    username          TEXT    NOT NULL,
    login_digest      BLOB    NOT NULL CHECK (length(login_digest) = 32),
    -- Sealed for this id: useless in another row.
    sealed_login      BLOB    NOT NULL,
    credentials_valid INTEGER NOT NULL CHECK (credentials_valid IN (0, 1)),
    -- When the login was last linked.
    linked_at         INTEGER NOT NULL,
    UNIQUE (client_id, user_ref),
    UNIQUE (client_id, login_digest)
) STRICT;

-- Accounts of a user. Ids are unique within a user only (a sandbox gives everybody the same),
-- hence the key. `position` is the connector's order.
CREATE TABLE accounts (
    user_id        BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    id             BLOB    NOT NULL CHECK (length(id) = 16),
    position       INTEGER NOT NULL,
    account_number TEXT    NOT NULL,
    address        TEXT    NOT NULL,
    PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE meters (
    user_id    BLOB    NOT NULL,
    id         BLOB    NOT NULL CHECK (length(id) = 16),
    account_id BLOB    NOT NULL,
    position   INTEGER NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('electric', 'gas')),
    PRIMARY KEY (user_id, id),
    FOREIGN KEY (user_id, account_id) REFERENCES accounts (user_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Runs of Connect.
CREATE TABLE connect_sessions (
    id           BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    handle       TEXT    NOT NULL UNIQUE,
    token_digest BLOB    NOT NULL UNIQUE CHECK (length(token_digest) = 32),
    client_id    BLOB    NOT NULL REFERENCES clients (id),
    user_ref     TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    -- Version of `flow`: a change states the step that it starts from.
    step         INTEGER NOT NULL,
    -- JSON.
    flow         TEXT    NOT NULL,
    -- Sealed.
    login_state  BLOB,
    -- Without a linked user a run can give no code: a deleted user leaves none behind.
    linked_user  BLOB    REFERENCES users (id) ON DELETE SET NULL,
    finished_at  INTEGER
) STRICT;

-- For the sweep.
CREATE INDEX connect_sessions_expires_at ON connect_sessions (expires_at);
-- For the deletion of a user. Most runs never link one.
CREATE INDEX connect_sessions_linked_user ON connect_sessions (linked_user)
    WHERE linked_user IS NOT NULL;

-- Authorization codes. A run has at most one row here: a new code replaces an unused one, and a
-- used one has finished the run. `used_at` is in no index, so that the exchange of a code
-- changes one page of this table and nothing else of it.
CREATE TABLE authorization_codes (
    digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    session_id BLOB    NOT NULL UNIQUE REFERENCES connect_sessions (id),
    client_id  BLOB    NOT NULL,
    -- As the run had it when the code was made.
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;

-- For the deletion of a user.
CREATE INDEX authorization_codes_user_id ON authorization_codes (user_id);
-- For the sweep.
CREATE INDEX authorization_codes_expires_at ON authorization_codes (expires_at);

-- Access tokens. They do not expire. `client_id` stands here as well as in `users`, so that one
-- look-up answers whom a token speaks for.
CREATE TABLE access_tokens (
    digest     BLOB    NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    client_id  BLOB    NOT NULL,
    user_id    BLOB    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- For the deletion of a user.
CREATE INDEX access_tokens_user_id ON access_tokens (user_id);
