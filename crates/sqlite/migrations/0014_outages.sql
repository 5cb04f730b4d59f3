-- How utilities' sites do, by what logins and turns have met.
CREATE TABLE site_health (
    utility   INTEGER NOT NULL PRIMARY KEY,
    -- Customers in a row who met a failure.
    failures  INTEGER NOT NULL DEFAULT 0,
    failed_at INTEGER,
    well_at   INTEGER
) STRICT;

CREATE INDEX site_health_failures ON site_health (utility) WHERE failures > 0;

-- Customers who want to be told when a utility works again.
CREATE TABLE outage_requests (
    client_id BLOB    NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    user_ref  TEXT    NOT NULL,
    utility   INTEGER NOT NULL,
    asked_at  INTEGER NOT NULL,
    PRIMARY KEY (client_id, user_ref, utility)
) STRICT, WITHOUT ROWID;

CREATE INDEX outage_requests_asked_at ON outage_requests (asked_at);
