//! The schema, as a list of numbered steps. `PRAGMA user_version` says how many are done.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Marks a file as ours ("CNCT"), for `file` and against opening another program's database.
pub(crate) const APPLICATION_ID: u32 = 0x434E_4354;

/// The steps in order. A step that was released is never changed: the next one mends it.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_usage.sql"),
    include_str!("../migrations/0003_ways_in.sql"),
    include_str!("../migrations/0004_bill_documents.sql"),
    include_str!("../migrations/0005_vault.sql"),
    include_str!("../migrations/0006_tokens.sql"),
    include_str!("../migrations/0007_audit.sql"),
    include_str!("../migrations/0008_limits.sql"),
    include_str!("../migrations/0009_language.sql"),
    include_str!("../migrations/0010_themes.sql"),
    include_str!("../migrations/0011_redirect.sql"),
    include_str!("../migrations/0012_handed.sql"),
    include_str!("../migrations/0013_sharing.sql"),
    include_str!("../migrations/0014_outages.sql"),
];

/// What a database file says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing in it yet.
    Empty,
    /// Ours, at this version.
    Version(u32),
    /// Somebody else's.
    Foreign,
}

/// The version that this program writes.
pub(crate) fn latest() -> u32 {
    STEPS.len().try_into().unwrap_or(u32::MAX)
}

/// Looks at the file without changing it.
pub(crate) fn inspect(conn: &Connection) -> rusqlite::Result<Found> {
    // One transaction: another process may be creating the schema at this moment.
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Deferred)?;
    let version: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: u32 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let objects: u32 = tx.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(match (version, application) {
        (0, 0) if objects == 0 => Found::Empty,
        (1.., APPLICATION_ID) => Found::Version(version),
        _ => Found::Foreign,
    })
}

/// Brings the schema up to date: all missing steps in one transaction, or none.
pub(crate) fn apply(conn: &Connection) -> rusqlite::Result<()> {
    // IMMEDIATE: of two processes that start together, one waits and then finds it done.
    let tx = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
    let done: u32 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if done >= latest() {
        return Ok(());
    }
    for step in STEPS.iter().skip(done as usize) {
        tx.execute_batch(step)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", latest())?;
    tx.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_becomes_ours_and_a_second_run_changes_nothing() {
        let conn = Connection::open_in_memory().unwrap();
        assert_eq!(inspect(&conn).unwrap(), Found::Empty);
        apply(&conn).unwrap();
        assert_eq!(inspect(&conn).unwrap(), Found::Version(latest()));
        apply(&conn).unwrap();
        assert_eq!(inspect(&conn).unwrap(), Found::Version(latest()));
    }

    #[test]
    fn a_file_of_any_earlier_version_is_brought_up_to_date() {
        for version in 1..STEPS.len() {
            let conn = Connection::open_in_memory().unwrap();
            for step in &STEPS[..version] {
                conn.execute_batch(step).unwrap();
            }
            conn.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
            conn.pragma_update(None, "user_version", version as u32).unwrap();
            apply(&conn).unwrap();
            assert_eq!(inspect(&conn).unwrap(), Found::Version(latest()));
            for table in [
                "bill_documents",
                "idempotent_answers",
                "audit_log",
                "login_tries",
                "client_logos",
                "client_redirect_uris",
                "site_health",
                "outage_requests",
            ] {
                conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |_| Ok(())).unwrap();
            }
            for column in [
                "theme, terms FROM clients",
                "sharing, shared_until FROM users",
                "language FROM connect_sessions",
                "redirect_uri, handed_at FROM connect_sessions",
            ] {
                conn.prepare(&format!("SELECT {column}")).unwrap();
            }
        }
    }

    #[test]
    fn the_secret_of_a_client_from_before_goes_on_working() {
        let conn = Connection::open_in_memory().unwrap();
        for step in &STEPS[..4] {
            conn.execute_batch(step).unwrap();
        }
        conn.execute_batch(
            "INSERT INTO clients VALUES (zeroblob(16), 'Example Solar', 'sandbox', randomblob(32));
             PRAGMA user_version = 4;",
        )
        .unwrap();
        let secret: Vec<u8> = conn.query_row("SELECT secret_digest FROM clients", [], |row| row.get(0)).unwrap();
        apply(&conn).unwrap();
        let (client, secrets) = crate::clients::with_secrets(&conn, uuid::Uuid::nil()).unwrap().unwrap();
        assert_eq!((client.name.as_str(), client.code_seconds), ("Example Solar", None));
        assert_eq!(secrets.iter().map(|secret| secret.digest.to_vec()).collect::<Vec<_>>(), [secret]);
        assert!(conn.prepare("SELECT secret_digest FROM clients").is_err());
    }

    #[test]
    fn another_programs_database_is_seen_as_such() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert_eq!(inspect(&conn).unwrap(), Found::Foreign);
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("PRAGMA user_version = 3").unwrap();
        assert_eq!(inspect(&conn).unwrap(), Found::Foreign);
    }

    #[test]
    fn every_table_is_strict() {
        let conn = Connection::open_in_memory().unwrap();
        apply(&conn).unwrap();
        let loose: u32 = conn
            .query_row("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0", [], |r| r.get(0))
            .unwrap();
        assert_eq!(loose, 0);
    }

    /// Every foreign key needs an index on the child's side, or a deletion reads whole tables.
    #[test]
    fn no_look_up_reads_a_whole_table() {
        let conn = Connection::open_in_memory().unwrap();
        apply(&conn).unwrap();
        for (table, column) in [
            ("connect_sessions", "linked_user"),
            ("connect_sessions", "handle"),
            ("connect_sessions", "token_digest"),
            ("authorization_codes", "user_id"),
            ("authorization_codes", "session_id"),
            ("access_tokens", "user_id"),
            ("accounts", "user_id"),
            ("meters", "user_id"),
            ("series", "user_id"),
            ("reading_chunks", "series_id"),
            ("restatements", "series_id"),
            ("bills", "user_id"),
            ("users", "subscription"),
            ("users", "shared_until"),
            ("outage_requests", "client_id"),
            ("outage_requests", "asked_at"),
            ("uploads", "session_id"),
            ("bill_documents", "user_id"),
            ("client_secrets", "client_id"),
            ("client_origins", "client_id"),
            ("client_redirect_uris", "client_id"),
            ("idempotent_answers", "client_id"),
            ("login_tries", "login"),
            ("login_tries", "session_id"),
            ("login_tries", "id"),
        ] {
            let sql = format!("EXPLAIN QUERY PLAN SELECT 1 FROM {table} WHERE {column} = x'00'");
            let plan: String = conn.query_row(&sql, [], |row| row.get("detail")).unwrap();
            assert!(plan.starts_with("SEARCH"), "{table}.{column}: {plan}");
        }
    }
}
