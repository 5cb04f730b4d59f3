-- Ways in beside a login: the customer's own file, and consent at the utility's own site.

-- How the data of a user comes in.
ALTER TABLE users ADD COLUMN access TEXT NOT NULL DEFAULT 'login' CHECK (access IN ('login', 'consent', 'file'));
-- The address by which the utility's notifications name the user's data.
ALTER TABLE users ADD COLUMN subscription TEXT;
CREATE INDEX users_subscription ON users (subscription) WHERE subscription IS NOT NULL;

-- What was read from a file, until the customer links it. Sealed.
CREATE TABLE uploads (
    session_id BLOB NOT NULL PRIMARY KEY CHECK (length(session_id) = 16) REFERENCES connect_sessions (id) ON DELETE CASCADE,
    sealed     BLOB NOT NULL
) STRICT;
