//! Authorization codes and access tokens.

use connect_core::keys::Digest;
use connect_core::store::{Principal, Redeemed, StoreError};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, one, run, uuid};

/// [`connect_core::store::Store::issue_code`].
pub(crate) fn issue(
    conn: &Connection,
    session_id: Uuid,
    code: &Digest,
    at: Timestamp,
    expires_at: Timestamp,
) -> Done<bool> {
    run(
        conn,
        "DELETE FROM authorization_codes WHERE session_id = ?1 AND used_at IS NULL",
        [session_id.as_bytes()],
    )?;
    let added = run(
        conn,
        "INSERT INTO authorization_codes (digest, session_id, client_id, user_id, created_at, expires_at)
         SELECT ?2, id, client_id, linked_user, ?3, ?4 FROM connect_sessions
         WHERE id = ?1 AND linked_user IS NOT NULL AND finished_at IS NULL",
        params![session_id.as_bytes(), code, at.as_millisecond(), expires_at.as_millisecond()],
    )?;
    Ok(added == 1)
}

/// [`connect_core::store::Store::redeem_code`].
///
/// One guarded UPDATE decides: whoever turns `used_at` from NULL has the code, everybody else
/// changes no row. The client is part of the guard, so a foreign attempt leaves the code good.
pub(crate) fn redeem(
    conn: &Connection,
    code: &Digest,
    client_id: Uuid,
    access: &Digest,
    at: Timestamp,
) -> Done<Redeemed> {
    let at = at.as_millisecond();
    let won = one(
        conn,
        "UPDATE authorization_codes SET used_at = ?3
         WHERE digest = ?1 AND client_id = ?2 AND used_at IS NULL AND expires_at > ?3
         RETURNING session_id, user_id",
        params![code, client_id.as_bytes(), at],
        |row| Ok((uuid(row, 0, "session id")?, uuid(row, 1, "user id")?)),
    )?;
    let Some((session_id, user_id)) = won else { return Ok(Redeemed::No) };
    run(
        conn,
        "INSERT INTO access_tokens (digest, client_id, user_id, created_at) VALUES (?1, ?2, ?3, ?4)",
        params![access, client_id.as_bytes(), user_id.as_bytes(), at],
    )?;
    let finished = run(
        conn,
        "UPDATE connect_sessions SET finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL",
        params![session_id.as_bytes(), at],
    )?;
    if finished == 1 {
        Ok(Redeemed::Yes)
    } else {
        // A finished run has no unused code (see the schema). If it does, nobody gets a token.
        Err(StoreError::Corrupt("authorization code").into())
    }
}

/// [`connect_core::store::Store::principal`].
pub(crate) fn principal(conn: &Connection, access: &Digest) -> Done<Option<Principal>> {
    one(conn, "SELECT client_id, user_id FROM access_tokens WHERE digest = ?1", [access], |row| {
        Ok(Principal { client_id: uuid(row, 0, "client id")?, user_id: uuid(row, 1, "user id")? })
    })
}
