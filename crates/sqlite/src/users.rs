//! Users: one utility login of one company's customer.

use connect_core::grant::Grant;
use connect_core::keys::Digest;
use connect_core::store::{NewLink, StoreError, User};
use connect_core::usage::month_of;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use rusqlite::{Connection, Params, Row, params};
use uuid::Uuid;

use crate::rows::{Done, access, access_name, each, json, number, one, run, text, time, uuid};
use crate::sessions::{self, Change};
use crate::sync;
use crate::{accounts, outages};

macro_rules! select_user {
    ($by:literal) => {
        concat!(
            "SELECT id, client_id, user_ref, utility, username, credentials_valid, access, linked_at, sharing
             FROM users WHERE ",
            $by
        )
    };
}

/// [`connect_core::store::Store::user`].
pub(crate) fn by_id(conn: &Connection, id: Uuid) -> Done<Option<User>> {
    find(conn, select_user!("id = ?1"), [id.as_bytes()])
}

/// [`connect_core::store::Store::user_by_ref`].
pub(crate) fn by_ref(conn: &Connection, client_id: Uuid, user_ref: &str) -> Done<Option<User>> {
    find(conn, select_user!("client_id = ?1 AND user_ref = ?2"), params![client_id.as_bytes(), user_ref])
}

/// [`connect_core::store::Store::user_by_login`].
pub(crate) fn by_login(conn: &Connection, client_id: Uuid, login: &Digest) -> Done<Option<User>> {
    find(conn, select_user!("client_id = ?1 AND login_digest = ?2"), params![client_id.as_bytes(), login])
}

/// [`connect_core::store::Store::users_by_subscription`].
pub(crate) fn by_subscription(conn: &Connection, subscription: &str) -> Done<Vec<User>> {
    let mut users = Vec::new();
    each(conn, select_user!("subscription = ?1"), [subscription], |row| {
        users.push(user(row)?);
        Ok(())
    })?;
    Ok(users)
}

fn find(conn: &Connection, sql: &str, params: impl Params) -> Done<Option<User>> {
    one(conn, sql, params, user)
}

fn user(row: &Row<'_>) -> Done<User> {
    Ok(User {
        id: uuid(row, 0, "user id")?,
        client_id: uuid(row, 1, "client id")?,
        user_ref: row.get(2)?,
        utility: number(row, 3, "utility")?,
        username: row.get(4)?,
        credentials_valid: row.get(5)?,
        access: text(row, 6, "access", access)?,
        linked_at: time(row, 7, "time")?,
        // What cannot be read shares nothing, and stops neither a deletion nor other customers' jobs.
        grant: match row.get::<_, Option<String>>(8)? {
            Some(json) => serde_json::from_str(&json).unwrap_or_else(|_| {
                tracing::error!("what a customer shares cannot be read: nothing is, until they link again");
                Grant::nothing()
            }),
            None => Grant::default(),
        },
    })
}

/// [`connect_core::store::Store::users_ended`].
pub(crate) fn ended(conn: &Connection, now: Timestamp) -> Done<Vec<Uuid>> {
    let mut users = Vec::new();
    let sql = "SELECT id FROM users WHERE shared_until <= ?1 ORDER BY shared_until LIMIT 100";
    each(conn, sql, [now.as_millisecond()], |row| {
        users.push(uuid(row, 0, "user id")?);
        Ok(())
    })?;
    Ok(users)
}

/// Deletes what is there and a grant does not reach. The rest of its first month is held back where it is read.
fn cut(conn: &Connection, id: Uuid, grant: &Grant) -> Done<()> {
    let user = id.as_bytes();
    if !grant.choices.usage {
        run(conn, "DELETE FROM series WHERE user_id = ?1", [user])?;
    }
    if !grant.choices.bills {
        run(conn, "DELETE FROM bills WHERE user_id = ?1", [user])?;
    }
    if let Some(from) = grant.from {
        run(
            conn,
            "DELETE FROM reading_chunks
             WHERE series_id IN (SELECT id FROM series WHERE user_id = ?1) AND month < ?2",
            params![user, month_of(from.as_second())],
        )?;
        run(
            conn,
            "DELETE FROM restatements
             WHERE series_id IN (SELECT id FROM series WHERE user_id = ?1) AND start < ?2",
            params![user, from.as_second()],
        )?;
        // A day before, for in the utility's own time zone it may still be that day.
        let day = TimeZone::UTC.to_datetime(from).date().yesterday().unwrap_or_default().to_string();
        let sql = "DELETE FROM bills WHERE user_id = ?1 AND json_extract(bill, '$.end') < ?2";
        run(conn, sql, params![user, day])?;
    }
    Ok(())
}

/// [`connect_core::store::Store::link`].
pub(crate) fn link(conn: &Connection, change: &Change, link: NewLink) -> Done<Option<Uuid>> {
    // The run must be the link's own client's: a mix-up upstream must not cross companies.
    if !sessions::advance(conn, change, Some(link.client_id))? {
        return Ok(None);
    }
    let known = known_user(conn, &link)?;
    // Data of another source stays, and what it covers says nothing about this one.
    let other_way = known.as_ref().is_some_and(|user| user.access != link.access);
    let id = known.as_ref().map_or(link.new_user_id, |user| user.id);
    // First, because a reference belongs to one user of the client at a time.
    run(
        conn,
        "UPDATE users SET user_ref = NULL WHERE client_id = ?1 AND user_ref = ?2 AND id <> ?3",
        params![link.client_id.as_bytes(), link.user_ref, id.as_bytes()],
    )?;
    let login =
        link.seal_login.map(|seal| (seal.0)(id)).transpose().map_err(StoreError::from)?.unwrap_or_default();
    let session = link.seal_session.map(|seal| (seal.0)(id)).transpose().map_err(StoreError::from)?;
    // Not an upsert: should a "new" id exist already, that is an error and not another
    // customer's row to overwrite.
    let sql = if known.is_some() {
        "UPDATE users SET user_ref = ?3, utility = ?4, username = ?5, login_digest = ?6, sealed_login = ?7,
             credentials_valid = 1, linked_at = ?8, sealed_session = ?9, access = ?10, subscription = ?11,
             sharing = ?12, shared_until = ?13
         WHERE id = ?1 AND client_id = ?2"
    } else {
        "INSERT INTO users (id, client_id, user_ref, utility, username, login_digest, sealed_login,
             credentials_valid, linked_at, sealed_session, access, subscription, sharing, shared_until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8, ?9, ?10, ?11, ?12, ?13)"
    };
    run(
        conn,
        sql,
        params![
            id.as_bytes(),
            link.client_id.as_bytes(),
            link.user_ref,
            link.utility,
            link.username,
            link.login_digest,
            login,
            link.at.as_millisecond(),
            session,
            access_name(link.access),
            link.subscription,
            json(&link.grant)?,
            link.grant.until.map(|until| until.as_millisecond()),
        ],
    )?;
    cut(conn, id, &link.grant)?;
    // What was not shared before may be there to be read now.
    let kinds = |grant: &Grant| (grant.choices.usage, grant.choices.bills, grant.choices.history);
    let same_data = known.as_ref().is_none_or(|user| kinds(&user.grant) == kinds(&link.grant));
    // Of another choice nobody knows by their order which meters are which.
    let same_meters = known.as_ref().is_none_or(|user| user.grant.meters == link.grant.meters);
    let kept_back = link.grant.meters.as_ref().is_some_and(|meters| !meters.kept_back.is_empty());
    match link.import {
        None => {
            // None at all are not known yet, which takes nothing away.
            let accounts = if link.accounts.is_empty() {
                accounts::of_user(conn, id)?
            } else if other_way && !kept_back {
                accounts::merge(conn, id, link.accounts)?
            } else {
                accounts::replace(conn, id, link.accounts, same_meters)?
            };
            let fetched = if other_way || !same_data { &[][..] } else { &accounts };
            sync::queue(conn, id, Some(link.at), fetched)?;
        }
        Some(import) => {
            accounts::add(conn, id, link.accounts, link.at, import)?;
        }
    }
    outages::served(conn, link.client_id, &link.user_ref, link.utility)?;
    run(
        conn,
        "UPDATE connect_sessions SET linked_user = ?2 WHERE id = ?1",
        params![change.session_id.as_bytes(), id.as_bytes()],
    )?;
    Ok(Some(id))
}

/// The user that a link belongs to, if there is one: by login, else the one that is renewed, if
/// it still exists and is the client's.
fn known_user(conn: &Connection, link: &NewLink) -> Done<Option<User>> {
    if let Some(user) = by_login(conn, link.client_id, &link.login_digest)? {
        return Ok(Some(user));
    }
    let Some(renews) = link.renews else { return Ok(None) };
    Ok(by_id(conn, renews)?.filter(|user| user.client_id == link.client_id))
}

/// [`connect_core::store::Store::delete_user`]. The schema takes along what hangs on the row:
/// accounts, meters and access tokens. The sessions that made the link go, too, because their
/// confirmation shows the accounts; before them their codes, which refer to them.
///
/// With `ended`, only if the grant has ended by then: a renewal may have come between.
pub(crate) fn delete(conn: &Connection, id: Uuid, ended: Option<Timestamp>) -> Done<bool> {
    let sql = "SELECT client_id, user_ref FROM users WHERE id = ?1 AND (?2 IS NULL OR shared_until <= ?2)";
    let ended = ended.map(|at| at.as_millisecond());
    let found = one(conn, sql, params![id.as_bytes(), ended], |row| {
        Ok((uuid(row, 0, "client id")?, row.get::<_, Option<String>>(1)?))
    })?;
    let Some((client, user_ref)) = found else { return Ok(false) };
    if let Some(user_ref) = user_ref {
        outages::withdrawn(conn, client, &user_ref)?;
    }
    run(conn, "DELETE FROM authorization_codes WHERE user_id = ?1", [id.as_bytes()])?;
    run(conn, "DELETE FROM connect_sessions WHERE linked_user = ?1", [id.as_bytes()])?;
    Ok(run(conn, "DELETE FROM users WHERE id = ?1", [id.as_bytes()])? == 1)
}
