-- The vault: versions of the master key, and what of the service's own is sealed.
--
-- A sealed item begins with a byte for its form (2) and four for the version of the master key, most
-- significant first: a rotation finds what it has to do by these five bytes.

CREATE TABLE key_versions (
    version    INTEGER NOT NULL PRIMARY KEY CHECK (version > 0),
    -- By which the key is known again. Nothing follows from it.
    "check"    BLOB    NOT NULL CHECK (length("check") = 32),
    added_at   INTEGER NOT NULL,
    retired_at INTEGER
) STRICT;

CREATE TABLE service_secrets (
    name   TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- What was sealed before there was a vault and can be had again: a customer sends the file anew, the
-- utility gives the document anew. Logins and sessions are sealed anew at the first start.
DELETE FROM uploads;
DELETE FROM bill_documents;
