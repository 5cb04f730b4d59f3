//! Authorization codes and access tokens.

use connect_core::audit::{Entry, Subject};
use connect_core::clock::after;
use connect_core::keys::Digest;
use connect_core::secret::same;
use connect_core::store::{
    AccessToken, Exchange, ExchangeRecord, Principal, Redeemed, StoreError, USE_NOTED_SECONDS,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, digest_or_null, one, run, time, time_or_null, uuid};
use crate::{answers, audit};

/// [`connect_core::store::TokenStore::issue_code`].
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

/// [`connect_core::store::TokenStore::redeem_code`].
pub(crate) fn redeem(conn: &Connection, exchange: &Exchange) -> Done<Redeemed> {
    let Exchange { code, client_id, challenge, at, answer, .. } = exchange;
    // Before the code: who repeats a request with its key is no replay.
    if let Some(answer) = answer
        && let Some(known) = answers::find(conn, *client_id, &answer.key, *at)?
    {
        return Ok(Redeemed::Known(known));
    }
    let wanted = one(
        conn,
        "SELECT s.code_challenge FROM authorization_codes c JOIN connect_sessions s ON s.id = c.session_id
         WHERE c.digest = ?1 AND c.client_id = ?2",
        params![code, client_id.as_bytes()],
        |row| digest_or_null(row, 0, "code challenge"),
    )?;
    let proven = match (wanted, challenge) {
        (Some(Some(wanted)), Some(given)) => same(&wanted, given),
        // A verifier that nobody asked for: somebody has taken the challenge away on its way to us.
        (Some(None), given) => given.is_none(),
        _ => false,
    };
    if !proven {
        return Ok(Redeemed::No);
    }
    if let Some(user_id) = use_up(conn, exchange)? {
        record(conn, exchange, user_id, |record| &record.exchanged)?;
        if let Some(answer) = answer {
            answers::add(conn, *client_id, answer, *at)?;
        }
        return Ok(Redeemed::Yes);
    }
    let used = one(
        conn,
        "SELECT user_id FROM authorization_codes WHERE digest = ?1 AND client_id = ?2 AND used_at IS NOT NULL",
        params![code, client_id.as_bytes()],
        |row| uuid(row, 0, "user id"),
    )?;
    let Some(user_id) = used else { return Ok(Redeemed::No) };
    let revoked = run(
        conn,
        "DELETE FROM access_tokens WHERE user_id = ?1 AND code = ?2",
        params![user_id.as_bytes(), code],
    )?;
    record(conn, exchange, user_id, |record| &record.replayed)?;
    Ok(Redeemed::Replayed { revoked })
}

/// The record of what came of it: there is none of the two without the other.
fn record(
    conn: &Connection,
    exchange: &Exchange,
    user: Uuid,
    which: impl FnOnce(&ExchangeRecord) -> &Entry,
) -> Done<()> {
    let Some(record) = &exchange.record else { return Ok(()) };
    audit::append(conn, &record.chain, &[which(record).clone().on(Subject::User(user))])?;
    Ok(())
}

/// Turns an unused code of the client into its access token, and finishes the session; whose token it is, if
/// it could.
///
/// One guarded UPDATE decides: whoever turns `used_at` from NULL has the code, everybody else
/// changes no row. The client is part of the guard, so a foreign attempt leaves the code good.
fn use_up(conn: &Connection, exchange: &Exchange) -> Done<Option<Uuid>> {
    let Exchange { code, client_id, access, .. } = exchange;
    let at = exchange.at.as_millisecond();
    let won = one(
        conn,
        "UPDATE authorization_codes SET used_at = ?3
         WHERE digest = ?1 AND client_id = ?2 AND used_at IS NULL AND expires_at > ?3
         RETURNING session_id, user_id",
        params![code, client_id.as_bytes(), at],
        |row| Ok((uuid(row, 0, "session id")?, uuid(row, 1, "user id")?)),
    )?;
    let Some((session_id, user_id)) = won else { return Ok(None) };
    run(
        conn,
        "INSERT INTO access_tokens (digest, client_id, user_id, created_at, code) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![access, client_id.as_bytes(), user_id.as_bytes(), at, code],
    )?;
    let finished = run(
        conn,
        "UPDATE connect_sessions SET finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL",
        params![session_id.as_bytes(), at],
    )?;
    if finished == 1 {
        Ok(Some(user_id))
    } else {
        // A finished run has no unused code (see the schema). If it does, nobody gets a token.
        Err(StoreError::Corrupt("authorization code").into())
    }
}

/// [`connect_core::store::TokenStore::access_token`].
pub(crate) fn access_token(conn: &Connection, access: &Digest) -> Done<Option<AccessToken>> {
    let sql = "SELECT t.client_id, t.user_id, t.created_at, t.last_used_at, u.shared_until
               FROM access_tokens t JOIN users u ON u.id = t.user_id WHERE t.digest = ?1";
    one(conn, sql, [access], |row| {
        let principal = Principal { client_id: uuid(row, 0, "client id")?, user_id: uuid(row, 1, "user id")? };
        Ok(AccessToken {
            principal,
            created_at: time(row, 2, "time")?,
            last_used_at: time_or_null(row, 3, "time")?,
            ends_at: time_or_null(row, 4, "time")?,
        })
    })
}

/// [`connect_core::store::TokenStore::note_token_used`].
pub(crate) fn note_used(conn: &Connection, access: &Digest, at: Timestamp) -> Done<()> {
    run(
        conn,
        "UPDATE access_tokens SET last_used_at = ?2
         WHERE digest = ?1 AND (last_used_at IS NULL OR last_used_at <= ?3)",
        params![access, at.as_millisecond(), after(at, -USE_NOTED_SECONDS).as_millisecond()],
    )?;
    Ok(())
}

/// [`connect_core::store::TokenStore::revoke_access_token`].
pub(crate) fn revoke_access(conn: &Connection, access: &Digest, client: Uuid) -> Done<bool> {
    let sql = "DELETE FROM access_tokens WHERE digest = ?1 AND client_id = ?2";
    Ok(run(conn, sql, params![access, client.as_bytes()])? == 1)
}

/// [`connect_core::store::TokenStore::revoke_code`].
pub(crate) fn revoke(conn: &Connection, code: &Digest, client: Uuid) -> Done<bool> {
    let sql = "DELETE FROM authorization_codes WHERE digest = ?1 AND client_id = ?2 AND used_at IS NULL";
    Ok(run(conn, sql, params![code, client.as_bytes()])? == 1)
}
