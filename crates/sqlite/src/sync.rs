//! Sync jobs: taken by a lease, given back with an outcome.

use connect_core::health::Met;
use connect_core::store::{
    Account, Leave, SealedLogins, StoreError, SyncJob, SyncProgress, SyncState, Turn, TurnEnd,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, each, json, number, one, run, text, time_or_null, uuid};
use crate::{outages, users};

/// [`connect_core::store::UsageStore::claim_sync`]. The look and the taking are one statement.
pub(crate) fn claim(
    conn: &Connection,
    lease: Uuid,
    now: Timestamp,
    until: Timestamp,
    except: &[u32],
) -> Done<Option<SyncJob>> {
    // A JSON array, because a statement has no list of parameters of any length.
    let except = json(&except)?;
    let taken = one(
        conn,
        "UPDATE sync_jobs SET lease = ?1, lease_until = ?3, failures = failures + 1
         WHERE user_id = (
             SELECT j.user_id FROM sync_jobs j JOIN users u ON u.id = j.user_id
             WHERE j.due_at <= ?2 AND (j.lease IS NULL OR j.lease_until + CASE
                 WHEN j.failures < 2 THEN 0 ELSE min(30000 << min(j.failures, 10), 21600000) END <= ?2)
                 AND u.utility NOT IN (SELECT value FROM json_each(?4))
                 AND u.utility NOT IN (SELECT utility FROM utilities_off)
                 AND (u.shared_until IS NULL OR u.shared_until > ?2)
             ORDER BY j.due_at LIMIT 1)
         RETURNING user_id, failures, progress",
        params![lease.as_bytes(), now.as_millisecond(), until.as_millisecond(), except],
        |row| {
            let id = uuid(row, 0, "user id")?;
            Ok((id, number(row, 1, "failures")?.saturating_sub(1), text(row, 2, "progress", parse_or_none)?))
        },
    )?;
    let Some((id, failures, progress)) = taken else { return Ok(None) };
    let user = users::by_id(conn, id)?.ok_or(StoreError::Corrupt("user of a job"))?;
    let sealed = sealed(conn, id)?.ok_or(StoreError::Corrupt("user of a job"))?;
    Ok(Some(SyncJob { lease, user, sealed, progress, failures }))
}

/// Adds the job of a user that was just linked with `accounts`, or makes it due again. A worker that
/// still holds it works with the old login: its lease ends here. Without a time the job is at rest.
pub(crate) fn queue(
    conn: &Connection,
    user: Uuid,
    at: Option<Timestamp>,
    accounts: &[Account],
) -> Done<SyncProgress> {
    let known = one(
        conn,
        "INSERT INTO sync_jobs (user_id, due_at, progress) VALUES (?1, ?2, ?3)
         ON CONFLICT (user_id) DO UPDATE SET due_at = excluded.due_at, lease = NULL, lease_until = NULL,
             failures = 0, tried_at = NULL, error = NULL
         RETURNING progress",
        params![user.as_bytes(), at.map(|at| at.as_millisecond()), json(&SyncProgress::default())?],
        |row| text(row, 0, "progress", parse_or_none),
    )?;
    // Of meters and accounts that are gone nothing has been fetched any more.
    let mut progress = known.unwrap_or_default();
    progress
        .meters
        .retain(|id, _| accounts.iter().flat_map(|account| &account.meters).any(|meter| meter.id == *id));
    progress.billed.retain(|id| accounts.iter().any(|account| account.id == *id));
    advance(conn, user, &progress)?;
    Ok(progress)
}

/// [`connect_core::store::UsageStore::may_log_in`].
pub(crate) fn may_log_in(conn: &Connection, turn: Turn, wait_seconds: i64) -> Done<Leave> {
    if hold(conn, turn)?.is_none() {
        return Ok(Leave::LeaseLost);
    }
    let now = turn.now.as_millisecond();
    let given = run(
        conn,
        "UPDATE sync_jobs SET tried_at = ?2 WHERE user_id = ?1 AND (tried_at IS NULL OR tried_at <= ?3)",
        params![turn.user_id.as_bytes(), now, now.saturating_sub(wait_seconds.saturating_mul(1000))],
    )?;
    Ok(if given == 1 { Leave::Given } else { Leave::Wait })
}

/// [`connect_core::store::UsageStore::hasten_sync`].
pub(crate) fn hasten(conn: &Connection, user: Uuid, now: Timestamp) -> Done<()> {
    run(
        conn,
        "UPDATE sync_jobs SET due_at = ?2 WHERE user_id = ?1 AND due_at > ?2 AND lease IS NULL AND failures = 0",
        params![user.as_bytes(), now.as_millisecond()],
    )?;
    Ok(())
}

/// [`connect_core::store::UsageStore::data_announced`].
pub(crate) fn announced(conn: &Connection, user: Uuid, now: Timestamp) -> Done<()> {
    run(
        conn,
        "UPDATE sync_jobs SET due_at = ?2 WHERE user_id = ?1 AND due_at > ?2 AND lease IS NULL",
        params![user.as_bytes(), now.as_millisecond()],
    )?;
    Ok(())
}

/// Extends the lease, if it is still the worker's own; then the progress so far.
pub(crate) fn hold(conn: &Connection, turn: Turn) -> Done<Option<SyncProgress>> {
    one(
        conn,
        "UPDATE sync_jobs SET lease_until = ?3 WHERE user_id = ?1 AND lease = ?2 RETURNING progress",
        params![turn.user_id.as_bytes(), turn.lease.as_bytes(), turn.until.as_millisecond()],
        |row| text(row, 0, "progress", parse_or_none),
    )
}

/// Writes the progress of a job that [`hold`] has just held, in the same transaction.
pub(crate) fn advance(conn: &Connection, user: Uuid, progress: &SyncProgress) -> Done<()> {
    run(conn, "UPDATE sync_jobs SET progress = ?2 WHERE user_id = ?1", params![user.as_bytes(), json(progress)?])?;
    Ok(())
}

/// [`connect_core::store::UsageStore::sealed_logins`].
pub(crate) fn sealed(conn: &Connection, user: Uuid) -> Done<Option<SealedLogins>> {
    one(conn, "SELECT sealed_login, sealed_session FROM users WHERE id = ?1", [user.as_bytes()], |row| {
        Ok(SealedLogins { login: row.get(0)?, session: row.get(1)? })
    })
}

/// [`connect_core::store::UsageStore::switch_utility`].
pub(crate) fn switch(conn: &Connection, utility: u32, off: Option<&str>, now: Timestamp) -> Done<()> {
    match off {
        Some(reason) => run(
            conn,
            "INSERT INTO utilities_off (utility, reason, at) VALUES (?1, ?2, ?3)
             ON CONFLICT (utility) DO UPDATE SET reason = excluded.reason, at = excluded.at",
            params![utility, reason, now.as_millisecond()],
        )?,
        None => {
            // Whoever switches it on has seen it work.
            outages::note(conn, utility, Met::Well, now)?;
            run(conn, "DELETE FROM utilities_off WHERE utility = ?1", [utility])?
        }
    };
    Ok(())
}

/// [`connect_core::store::UsageStore::utilities_off`].
pub(crate) fn off(conn: &Connection) -> Done<Vec<(u32, String)>> {
    let mut off = Vec::new();
    each(conn, "SELECT utility, reason FROM utilities_off ORDER BY utility", [], |row| {
        off.push((number(row, 0, "utility")?, row.get(1)?));
        Ok(())
    })?;
    Ok(off)
}

/// [`connect_core::store::UsageStore::put_session`].
pub(crate) fn put_session(conn: &Connection, turn: Turn, sealed: &[u8]) -> Done<bool> {
    if hold(conn, turn)?.is_none() {
        return Ok(false);
    }
    run(conn, "UPDATE sync_jobs SET tried_at = NULL WHERE user_id = ?1", [turn.user_id.as_bytes()])?;
    run(conn, "UPDATE users SET sealed_session = ?2 WHERE id = ?1", params![turn.user_id.as_bytes(), sealed])?;
    Ok(true)
}

/// [`connect_core::store::UsageStore::end_turn`].
pub(crate) fn end(conn: &Connection, turn: Turn, end: &TurnEnd) -> Done<bool> {
    let ended = run(
        conn,
        "UPDATE sync_jobs SET due_at = ?3, lease = NULL, lease_until = NULL, failures = ?4, error = ?5
         WHERE user_id = ?1 AND lease = ?2",
        params![
            turn.user_id.as_bytes(),
            turn.lease.as_bytes(),
            end.due_at.map(|at| at.as_millisecond()),
            end.failures,
            end.error,
        ],
    )?;
    if ended == 0 {
        return Ok(false);
    }
    run(
        conn,
        "UPDATE users SET credentials_valid = ?2 WHERE id = ?1 AND credentials_valid <> ?2",
        params![turn.user_id.as_bytes(), end.credentials_valid],
    )?;
    Ok(true)
}

/// [`connect_core::store::UsageStore::sync_state`].
pub(crate) fn state(conn: &Connection, user: Uuid) -> Done<Option<SyncState>> {
    one(conn, "SELECT progress, due_at, error FROM sync_jobs WHERE user_id = ?1", [user.as_bytes()], |row| {
        Ok(SyncState {
            progress: text(row, 0, "progress", parse)?,
            due_at: time_or_null(row, 1, "time")?,
            error: row.get(2)?,
        })
    })
}

fn parse(json: &str) -> Option<SyncProgress> {
    serde_json::from_str(json).ok()
}

/// A progress that cannot be read must not stop all other jobs: what it was about is fetched anew.
fn parse_or_none(json: &str) -> Option<SyncProgress> {
    Some(parse(json).unwrap_or_default())
}
