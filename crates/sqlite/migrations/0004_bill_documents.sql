-- Documents of bills, as the utility sent them.

-- With a rowid: the rows are long, and only the index is looked through.
CREATE TABLE bill_documents (
    user_id    BLOB    NOT NULL,
    bill_id    BLOB    NOT NULL CHECK (length(bill_id) = 16),
    -- JSON of what the bill said when the document was fetched: another edition has another document.
    edition    TEXT    NOT NULL,
    -- SHA-256 of the document.
    sha256     BLOB    NOT NULL CHECK (length(sha256) = 32),
    fetched_at INTEGER NOT NULL,
    -- Sealed for this user and bill: useless in another row.
    sealed     BLOB    NOT NULL,
    PRIMARY KEY (user_id, bill_id),
    FOREIGN KEY (user_id, bill_id) REFERENCES bills (user_id, id) ON DELETE CASCADE
) STRICT;
