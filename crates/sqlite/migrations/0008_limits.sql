-- Passwords that were sent to utilities, for the limits of connect-core's tries. Swept after a day.

CREATE TABLE login_tries (
    -- Rises from try to try.
    number     INTEGER NOT NULL PRIMARY KEY,
    id         BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
    -- Keyed hash of utility and user name.
    login      BLOB    NOT NULL CHECK (length(login) = 32),
    -- NULL in the background.
    session_id BLOB    CHECK (length(session_id) = 16),
    at         INTEGER NOT NULL,
    -- 'open' until its end is noted.
    outcome    TEXT    NOT NULL
        CHECK (outcome IN ('open', 'accepted', 'challenged', 'refused', 'unclear', 'down'))
) STRICT;

CREATE INDEX login_tries_login ON login_tries (login, at);
CREATE INDEX login_tries_session ON login_tries (session_id);
-- For the sweep.
CREATE INDEX login_tries_at ON login_tries (at);
