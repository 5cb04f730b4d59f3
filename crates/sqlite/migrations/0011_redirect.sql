-- Where a run that has the whole window goes when it is over, and what the company wants to hear again there.
ALTER TABLE connect_sessions ADD COLUMN redirect_uri TEXT;
ALTER TABLE connect_sessions ADD COLUMN redirect_state TEXT;

-- Pages of a company to which a run may return. Compared as they stand here.
CREATE TABLE client_redirect_uris (
    client_id BLOB NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    uri       TEXT NOT NULL,
    PRIMARY KEY (client_id, uri)
) STRICT, WITHOUT ROWID;
