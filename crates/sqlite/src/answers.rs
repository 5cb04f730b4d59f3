//! Answers that are remembered under a client's idempotency key.

use connect_core::keys::Digest;
use connect_core::store::{NewAnswer, StoreError, StoredAnswer};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, digest, one, run};

/// [`connect_core::store::TokenStore::answer`].
pub(crate) fn find(conn: &Connection, client: Uuid, key: &Digest, now: Timestamp) -> Done<Option<StoredAnswer>> {
    one(
        conn,
        "SELECT request, sealed FROM idempotent_answers WHERE client_id = ?1 AND key = ?2 AND expires_at > ?3",
        params![client.as_bytes(), key, now.as_millisecond()],
        |row| Ok(StoredAnswer { request: digest(row, 0, "request")?, sealed: row.get(1)? }),
    )
}

/// Remembers an answer. Only after [`find`] has found none in the same transaction: a second one under
/// the key is an error, which undoes what it answers.
pub(crate) fn add(conn: &Connection, client: Uuid, answer: &NewAnswer, now: Timestamp) -> Done<()> {
    let NewAnswer { key, request, sealed, expires_at } = answer;
    let added = run(
        conn,
        // What has expired and is not swept yet makes room.
        "INSERT INTO idempotent_answers (client_id, key, request, sealed, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (client_id, key) DO UPDATE
         SET request = excluded.request, sealed = excluded.sealed, expires_at = excluded.expires_at
         WHERE expires_at <= ?6",
        params![client.as_bytes(), key, request, sealed, expires_at.as_millisecond(), now.as_millisecond()],
    )?;
    if added == 1 { Ok(()) } else { Err(StoreError::Corrupt("remembered answer").into()) }
}
