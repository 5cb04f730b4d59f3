//! Between rows and values.

use connect_core::connector::MeterKind;
use connect_core::keys::Digest;
use connect_core::redirect::RedirectUri;
use connect_core::store::{Access, StoreError, StoreResult};
use connect_core::token::Environment;
use jiff::Timestamp;
use rusqlite::{Connection, Params, Row};
use uuid::Uuid;

/// What went wrong in a job or read: a [`StoreError`] that SQLite's errors turn into with `?`.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) StoreError);

/// Result inside the store.
pub(crate) type Done<T> = Result<T, Fault>;

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self(error)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        // SQLite's messages name tables and columns, never the values that were bound.
        Self(StoreError::Backend(error.to_string()))
    }
}

/// Runs a statement that gives at most one row. Steps it to its end, so that a change with
/// RETURNING is complete.
pub(crate) fn one<T>(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> Done<T>,
) -> Done<Option<T>> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let value = read(row)?;
    if rows.next()?.is_some() {
        return Err(StoreError::Backend("a statement for one row gave two".into()).into());
    }
    Ok(Some(value))
}

/// Runs a statement that gives any number of rows.
pub(crate) fn each(
    conn: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Done<()>,
) -> Done<()> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    while let Some(row) = rows.next()? {
        read(row)?;
    }
    Ok(())
}

/// Runs a statement that gives no row; how many rows it changed.
pub(crate) fn run(conn: &Connection, sql: &str, params: impl Params) -> Done<usize> {
    Ok(conn.prepare_cached(sql)?.execute(params)?)
}

/// A value as the database keeps it in a column of JSON.
pub(crate) fn json(value: &impl serde::Serialize) -> StoreResult<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Backend(format!("a value has no JSON form: {error}")))
}

fn corrupt(what: &'static str) -> Fault {
    StoreError::Corrupt(what).into()
}

/// An id in column `at`.
pub(crate) fn uuid(row: &Row<'_>, at: usize, what: &'static str) -> Done<Uuid> {
    row.get(at).map(Uuid::from_bytes).map_err(|_| corrupt(what))
}

/// An id or NULL in column `at`.
pub(crate) fn uuid_or_null(row: &Row<'_>, at: usize, what: &'static str) -> Done<Option<Uuid>> {
    row.get::<_, Option<[u8; 16]>>(at).map(|id| id.map(Uuid::from_bytes)).map_err(|_| corrupt(what))
}

/// A digest in column `at`.
pub(crate) fn digest(row: &Row<'_>, at: usize, what: &'static str) -> Done<Digest> {
    row.get(at).map_err(|_| corrupt(what))
}

/// A small number in column `at`.
pub(crate) fn number(row: &Row<'_>, at: usize, what: &'static str) -> Done<u32> {
    row.get(at).map_err(|_| corrupt(what))
}

/// A small number or NULL in column `at`.
pub(crate) fn number_or_null(row: &Row<'_>, at: usize, what: &'static str) -> Done<Option<u32>> {
    row.get(at).map_err(|_| corrupt(what))
}

/// An instant in column `at`.
pub(crate) fn time(row: &Row<'_>, at: usize, what: &'static str) -> Done<Timestamp> {
    time_or_null(row, at, what)?.ok_or_else(|| corrupt(what))
}

/// A digest or NULL in column `at`.
pub(crate) fn digest_or_null(row: &Row<'_>, at: usize, what: &'static str) -> Done<Option<Digest>> {
    row.get(at).map_err(|_| corrupt(what))
}

/// An instant or NULL in column `at`.
pub(crate) fn time_or_null(row: &Row<'_>, at: usize, what: &'static str) -> Done<Option<Timestamp>> {
    let Some(ms) = row.get::<_, Option<i64>>(at).map_err(|_| corrupt(what))? else { return Ok(None) };
    Timestamp::from_millisecond(ms).map(Some).map_err(|_| corrupt(what))
}

/// Text in column `at`, understood by `parse`.
pub(crate) fn text<T>(
    row: &Row<'_>,
    at: usize,
    what: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Done<T> {
    let value = row.get_ref(at)?.as_str().map_err(|_| corrupt(what))?;
    parse(value).ok_or_else(|| corrupt(what))
}

/// As `clients.environment` has it.
pub(crate) fn environment_name(environment: Environment) -> &'static str {
    match environment {
        Environment::Sandbox => "sandbox",
        Environment::Production => "production",
    }
}

/// Reverse of [`environment_name`].
pub(crate) fn environment(name: &str) -> Option<Environment> {
    [Environment::Sandbox, Environment::Production].into_iter().find(|e| environment_name(*e) == name)
}

/// As `client_redirect_uris.uri` has it.
pub(crate) fn redirect_uri(text: &str) -> Option<RedirectUri> {
    RedirectUri::parse(text).ok()
}

/// As `users.access` has it.
pub(crate) fn access_name(access: Access) -> &'static str {
    match access {
        Access::Login => "login",
        Access::Consent => "consent",
        Access::File => "file",
    }
}

/// Reverse of [`access_name`].
pub(crate) fn access(name: &str) -> Option<Access> {
    [Access::Login, Access::Consent, Access::File].into_iter().find(|access| access_name(*access) == name)
}

/// As `meters.kind` has it.
pub(crate) fn kind_name(kind: MeterKind) -> &'static str {
    match kind {
        MeterKind::Electric => "electric",
        MeterKind::Gas => "gas",
    }
}

/// Reverse of [`kind_name`].
pub(crate) fn kind(name: &str) -> Option<MeterKind> {
    [MeterKind::Electric, MeterKind::Gas].into_iter().find(|k| kind_name(*k) == name)
}
