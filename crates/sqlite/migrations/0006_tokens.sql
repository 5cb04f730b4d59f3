-- Tokens and clients: what a replay revokes, when a token was last used, two secrets and the origins
-- of a client, proof keys, answers that are remembered.

-- Keyed hash of the code that gave the token; NULL for tokens from before this column. Found by user_id
-- and then compared: a user has few tokens, and an index of its own would cost every exchange a page.
ALTER TABLE access_tokens ADD COLUMN code BLOB CHECK (length(code) = 32);
-- To the hour.
ALTER TABLE access_tokens ADD COLUMN last_used_at INTEGER;

-- What the exchange of a run's code must prove to know (RFC 7636, S256).
ALTER TABLE connect_sessions ADD COLUMN code_challenge BLOB CHECK (length(code_challenge) = 32);

-- Secrets of clients: at most two, the store sees to that.
CREATE TABLE client_secrets (
    client_id  BLOB    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    -- Rises from secret to secret: says which of two is the older.
    number     INTEGER NOT NULL,
    digest     BLOB    NOT NULL CHECK (length(digest) = 32),
    -- 0: not known.
    created_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, number)
) STRICT, WITHOUT ROWID;

INSERT INTO client_secrets (client_id, number, digest, created_at)
    SELECT id, 1, secret_digest, 0 FROM clients;
ALTER TABLE clients DROP COLUMN secret_digest;

-- Seconds that the client's codes live; NULL: the service's setting.
ALTER TABLE clients ADD COLUMN code_seconds INTEGER CHECK (code_seconds BETWEEN 1 AND 600);

-- Origins of the pages that may embed Connect for a client, in connect-core's one spelling.
CREATE TABLE client_origins (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    origin    TEXT NOT NULL,
    PRIMARY KEY (client_id, origin)
) STRICT, WITHOUT ROWID;

-- Answers to requests with an idempotency key, until they are forgotten.
CREATE TABLE idempotent_answers (
    client_id  BLOB    NOT NULL,
    key        BLOB    NOT NULL CHECK (length(key) = 32),
    -- Keyed hash of the request.
    request    BLOB    NOT NULL CHECK (length(request) = 32),
    -- Sealed for this client and key: useless in another row.
    sealed     BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, key)
) STRICT, WITHOUT ROWID;

-- For the sweep.
CREATE INDEX idempotent_answers_expires_at ON idempotent_answers (expires_at);
