-- The audit log: rows are added, never changed or deleted.

CREATE TABLE audit_log (
    -- From 1, without gaps.
    sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence > 0),
    -- JSON on one line; its bytes are what the MAC is over.
    entry    TEXT    NOT NULL,
    -- Over this row's number and entry and the MAC of the row before.
    mac      BLOB    NOT NULL CHECK (length(mac) = 32)
) STRICT;

-- These keep mistakes away. Against who edits the file there is the MAC.
CREATE TRIGGER audit_log_no_update BEFORE UPDATE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'the audit log is not changed');
END;
CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log BEGIN
    SELECT RAISE(ABORT, 'nothing is deleted from the audit log');
END;
-- Also against INSERT OR REPLACE, which runs no trigger of a deletion.
CREATE TRIGGER audit_log_next BEFORE INSERT ON audit_log
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit_log) BEGIN
    SELECT RAISE(ABORT, 'the audit log is continued at its end');
END;
