//! Deletion of what has expired.

use connect_core::store::StoreResult;
use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::rows::{Done, run};
use crate::writer::Writer;

/// Rows of one job. Other changes get their turn between two; a full batch writes some hundred
/// scattered pages, which is about as long as they should have to wait.
const BATCH: u32 = 500;

/// Codes first: a run stays as long as a code of its own may still be exchanged.
const STEPS: [&str; 5] = [
    "DELETE FROM authorization_codes WHERE digest IN
         (SELECT digest FROM authorization_codes WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)",
    "DELETE FROM connect_sessions WHERE rowid IN
         (SELECT s.rowid FROM connect_sessions s WHERE s.expires_at < ?1
             AND NOT EXISTS (SELECT 1 FROM authorization_codes c WHERE c.session_id = s.id)
          ORDER BY s.expires_at LIMIT ?2)",
    "DELETE FROM idempotent_answers WHERE (client_id, key) IN
         (SELECT client_id, key FROM idempotent_answers WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)",
    // As long as wrong ones in a row are remembered (connect_core::tries).
    "DELETE FROM login_tries WHERE number IN
         (SELECT number FROM login_tries WHERE at < ?1 - 86400000 ORDER BY at LIMIT ?2)",
    // As long as requests are kept (connect_core::store::REQUEST_DAYS).
    "DELETE FROM outage_requests WHERE (client_id, user_ref, utility) IN
         (SELECT client_id, user_ref, utility FROM outage_requests WHERE asked_at < ?1 - 2592000000
          ORDER BY asked_at LIMIT ?2)",
];

/// [`connect_core::store::Store::sweep`].
pub(crate) async fn sweep(writer: &Writer, before: Timestamp) -> StoreResult<u64> {
    let mut deleted = 0;
    for sql in STEPS {
        loop {
            let rows = writer.submit(move |conn| delete(conn, sql, before)).await?;
            deleted += rows;
            if rows < u64::from(BATCH) {
                break;
            }
        }
    }
    Ok(deleted)
}

fn delete(conn: &Connection, sql: &str, before: Timestamp) -> Done<u64> {
    Ok(run(conn, sql, params![before.as_millisecond(), BATCH])? as u64)
}
