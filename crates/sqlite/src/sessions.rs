//! Runs of Connect.

use connect_core::keys::Digest;
use connect_core::language::Language;
use connect_core::redirect::Redirect;
use connect_core::store::{Advance, ConnectSession, Handed, NewAnswer, StoreResult, StoredAnswer};
use connect_core::token::Handle;
use jiff::Timestamp;
use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use crate::answers;
use crate::rows::{
    Done, digest, digest_or_null, json, number, one, redirect_uri, run, text, time, time_or_null, uuid,
    uuid_or_null,
};

/// [`connect_core::store::Store::add_session`], with the flow as text.
pub(crate) fn add(conn: &Connection, session: &ConnectSession, flow: &str) -> Done<()> {
    run(
        conn,
        "INSERT INTO connect_sessions (id, handle, token_digest, client_id, user_ref, created_at, expires_at,
             step, flow, login_state, linked_user, finished_at, code_challenge, language, redirect_uri, redirect_state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        params![
            session.id.as_bytes(),
            session.handle.as_str(),
            session.token_digest,
            session.client_id.as_bytes(),
            session.user_ref,
            session.created_at.as_millisecond(),
            session.expires_at.as_millisecond(),
            flow,
            session.login_state,
            session.linked_user.as_ref().map(Uuid::as_bytes),
            session.finished_at.map(|at| at.as_millisecond()),
            session.code_challenge,
            session.language.map(Language::tag),
            session.redirect.as_ref().map(|redirect| redirect.uri.as_str()),
            session.redirect.as_ref().and_then(|redirect| redirect.state.as_deref()),
        ],
    )?;
    Ok(())
}

/// [`connect_core::store::TokenStore::add_session_once`], with the flow as text.
pub(crate) fn add_once(
    conn: &Connection,
    session: &ConnectSession,
    flow: &str,
    answer: &NewAnswer,
) -> Done<Option<StoredAnswer>> {
    let known = answers::find(conn, session.client_id, &answer.key, session.created_at)?;
    if known.is_none() {
        add(conn, session, flow)?;
        answers::add(conn, session.client_id, answer, session.created_at)?;
    }
    Ok(known)
}

/// [`connect_core::store::TokenStore::extend_session`].
pub(crate) fn extend(conn: &Connection, session: Uuid, now: Timestamp, until: Timestamp) -> Done<bool> {
    let extended = run(
        conn,
        "UPDATE connect_sessions SET expires_at = ?3
         WHERE id = ?1 AND finished_at IS NULL AND expires_at > ?2 AND expires_at < ?3",
        params![session.as_bytes(), now.as_millisecond(), until.as_millisecond()],
    )?;
    Ok(extended == 1)
}

/// [`connect_core::store::TokenStore::hand_session`].
pub(crate) fn hand(conn: &Connection, session: Uuid, step: u32, at: Option<Timestamp>) -> Done<bool> {
    let handed = run(
        conn,
        "UPDATE connect_sessions SET step = step + 1, handed_at = ?3, taken_at = NULL
         WHERE id = ?1 AND step = ?2 AND finished_at IS NULL",
        params![session.as_bytes(), step, at.map(|at| at.as_millisecond())],
    )?;
    Ok(handed == 1)
}

/// [`connect_core::store::TokenStore::take_session`].
pub(crate) fn take(conn: &Connection, session: Uuid, step: u32, at: Timestamp) -> Done<bool> {
    let taken = run(
        conn,
        "UPDATE connect_sessions SET step = step + 1, taken_at = ?3
         WHERE id = ?1 AND step = ?2 AND finished_at IS NULL AND handed_at IS NOT NULL AND taken_at IS NULL",
        params![session.as_bytes(), step, at.as_millisecond()],
    )?;
    Ok(taken == 1)
}

/// [`connect_core::store::TokenStore::set_redirect`].
pub(crate) fn set_redirect(conn: &Connection, session: Uuid, Redirect { uri, state }: &Redirect) -> Done<()> {
    run(
        conn,
        "UPDATE connect_sessions SET redirect_uri = ?2, redirect_state = ?3 WHERE id = ?1 AND finished_at IS NULL",
        params![session.as_bytes(), uri.as_str(), state],
    )?;
    Ok(())
}

/// [`connect_core::store::TokenStore::end_session`].
pub(crate) fn end(conn: &Connection, token: &Digest, client: Uuid, at: Timestamp) -> Done<Option<Uuid>> {
    let ended = one(
        conn,
        "UPDATE connect_sessions SET finished_at = ?3, login_state = NULL
         WHERE token_digest = ?1 AND client_id = ?2 AND finished_at IS NULL RETURNING id",
        params![token, client.as_bytes(), at.as_millisecond()],
        |row| uuid(row, 0, "session id"),
    )?;
    if let Some(id) = ended {
        // A finished run has no unused code (see the schema).
        run(conn, "DELETE FROM authorization_codes WHERE session_id = ?1 AND used_at IS NULL", [id.as_bytes()])?;
        run(conn, "DELETE FROM uploads WHERE session_id = ?1", [id.as_bytes()])?;
    }
    Ok(ended)
}

macro_rules! select_session {
    ($by:literal) => {
        concat!(
            "SELECT id, handle, token_digest, client_id, user_ref, created_at, expires_at, step, flow, \
             login_state, linked_user, finished_at, code_challenge, language, redirect_uri, redirect_state, \
             handed_at, taken_at FROM connect_sessions WHERE ",
            $by
        )
    };
}

/// [`connect_core::store::Store::session_by_handle`].
pub(crate) fn by_handle(conn: &Connection, handle: &str) -> Done<Option<ConnectSession>> {
    find(conn, select_session!("handle = ?1"), [handle])
}

/// [`connect_core::store::Store::session_by_token`].
pub(crate) fn by_token(conn: &Connection, token: &Digest) -> Done<Option<ConnectSession>> {
    find(conn, select_session!("token_digest = ?1"), [token])
}

/// [`connect_core::store::Store::session_linked`].
pub(crate) fn linked(conn: &Connection, user: Uuid) -> Done<Option<ConnectSession>> {
    find(conn, select_session!("linked_user = ?1 ORDER BY id DESC LIMIT 1"), [user.as_bytes()])
}

fn find(conn: &Connection, sql: &str, params: impl Params) -> Done<Option<ConnectSession>> {
    one(conn, sql, params, session)
}

fn session(row: &Row<'_>) -> Done<ConnectSession> {
    Ok(ConnectSession {
        id: uuid(row, 0, "session id")?,
        handle: text(row, 1, "handle", Handle::parse)?,
        token_digest: digest(row, 2, "connect token")?,
        client_id: uuid(row, 3, "client id")?,
        user_ref: row.get(4)?,
        created_at: time(row, 5, "time")?,
        expires_at: time(row, 6, "time")?,
        step: number(row, 7, "step")?,
        flow: text(row, 8, "flow", |json| serde_json::from_str(json).ok())?,
        login_state: row.get(9)?,
        linked_user: uuid_or_null(row, 10, "user id")?,
        finished_at: time_or_null(row, 11, "time")?,
        code_challenge: digest_or_null(row, 12, "code challenge")?,
        language: row.get::<_, Option<String>>(13)?.as_deref().and_then(Language::of_tag),
        redirect: match row.get::<_, Option<String>>(14)? {
            Some(_) => Some(Redirect { uri: text(row, 14, "redirect URI", redirect_uri)?, state: row.get(15)? }),
            None => None,
        },
        handed: match time_or_null(row, 16, "time")? {
            Some(at) => Some(Handed { at, taken_at: time_or_null(row, 17, "time")? }),
            None => None,
        },
    })
}

/// An [`Advance`] with the flow as text, so that the writer thread need not make it.
pub(crate) struct Change {
    /// Session to change.
    pub(crate) session_id: Uuid,
    from_step: u32,
    flow: String,
    login_state: Option<Vec<u8>>,
    keeps_upload: bool,
}

impl Change {
    /// Takes over `advance`.
    pub(crate) fn new(advance: Advance) -> StoreResult<Self> {
        let Advance { session_id, from_step, flow, login_state } = advance;
        let keeps_upload = flow.stage.keeps_upload();
        Ok(Self { session_id, from_step, flow: json(&flow)?, login_state, keeps_upload })
    }
}

/// Carries out `change` if the session is unfinished, at the step that the change starts from,
/// and `client`'s own, where one is named. The condition is part of the UPDATE: there is no
/// moment between look and leap.
pub(crate) fn advance(conn: &Connection, change: &Change, client: Option<Uuid>) -> Done<bool> {
    let changed = run(
        conn,
        "UPDATE connect_sessions SET step = step + 1, flow = ?3, login_state = ?4
         WHERE id = ?1 AND step = ?2 AND finished_at IS NULL AND client_id = coalesce(?5, client_id)",
        params![
            change.session_id.as_bytes(),
            change.from_step,
            change.flow,
            change.login_state,
            client.as_ref().map(Uuid::as_bytes),
        ],
    )?;
    if changed == 1 && !change.keeps_upload {
        run(conn, "DELETE FROM uploads WHERE session_id = ?1", [change.session_id.as_bytes()])?;
    }
    Ok(changed == 1)
}

/// [`connect_core::store::Store::advance_with_upload`].
pub(crate) fn advance_with_upload(conn: &Connection, change: &Change, sealed: &[u8]) -> Done<bool> {
    if !advance(conn, change, None)? {
        return Ok(false);
    }
    run(
        conn,
        "INSERT INTO uploads (session_id, sealed) VALUES (?1, ?2)
         ON CONFLICT (session_id) DO UPDATE SET sealed = excluded.sealed",
        params![change.session_id.as_bytes(), sealed],
    )?;
    Ok(true)
}

/// [`connect_core::store::Store::upload`].
pub(crate) fn upload(conn: &Connection, session: Uuid) -> Done<Option<Vec<u8>>> {
    one(conn, "SELECT sealed FROM uploads WHERE session_id = ?1", [session.as_bytes()], |row| Ok(row.get(0)?))
}
