-- How a client's Connect looks: connect-core's Theme as JSON; NULL: as Connect itself.
ALTER TABLE clients ADD COLUMN theme TEXT;

CREATE TABLE client_logos (
    client_id  BLOB NOT NULL PRIMARY KEY REFERENCES clients (id) ON DELETE CASCADE,
    -- What its address ends in.
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX client_logos_name ON client_logos (name);
