//! Tries at utilities.

use async_trait::async_trait;
use connect_core::clock::after;
use connect_core::store::{StoreResult, TryStore};
use connect_core::tries::{HOUR_SECONDS, TRIES_PER_HOUR, TRIES_PER_RUN, Try, TryEnd, WRONG_SECONDS};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::SqliteStore;
use crate::rows::{Done, run};

#[async_trait]
impl TryStore for SqliteStore {
    async fn begin_try(&self, attempt: Try) -> StoreResult<bool> {
        self.writer.submit(move |conn| begin(conn, &attempt)).await
    }

    async fn end_try(&self, id: Uuid, end: TryEnd) -> StoreResult<()> {
        self.writer.submit(move |conn| finish(conn, id, end)).await
    }
}

fn begin(conn: &Connection, attempt: &Try) -> Done<bool> {
    // One fewer than what locks the login.
    let most_wrong = attempt.before_lock.map(|tries| tries.saturating_sub(1));
    let counted = run(
        conn,
        "INSERT INTO login_tries (id, login, session_id, at, outcome)
         SELECT ?1, ?2, ?3, ?4, 'open'
         WHERE (SELECT count(*) FROM login_tries
                WHERE session_id = ?3 AND outcome NOT IN ('down', 'unclear')) < ?5
         AND (?6 IS NULL OR (
             (SELECT count(*) FROM login_tries
              WHERE login = ?2 AND at > ?7 AND outcome <> 'accepted') < ?8
             AND (SELECT count(*) FROM login_tries
                  WHERE login = ?2 AND at > ?9 AND outcome IN ('open', 'refused', 'unclear')
                  AND number > coalesce((SELECT max(number) FROM login_tries
                      WHERE login = ?2 AND outcome IN ('accepted', 'challenged')), 0)) < ?6))",
        params![
            attempt.id.as_bytes(),
            attempt.login,
            attempt.session.as_ref().map(Uuid::as_bytes),
            attempt.at.as_millisecond(),
            TRIES_PER_RUN,
            most_wrong,
            after(attempt.at, -HOUR_SECONDS).as_millisecond(),
            TRIES_PER_HOUR,
            after(attempt.at, -WRONG_SECONDS).as_millisecond(),
        ],
    )?;
    Ok(counted == 1)
}

fn finish(conn: &Connection, id: Uuid, end: TryEnd) -> Done<()> {
    run(conn, "UPDATE login_tries SET outcome = ?2 WHERE id = ?1", params![id.as_bytes(), end.name()])?;
    Ok(())
}
