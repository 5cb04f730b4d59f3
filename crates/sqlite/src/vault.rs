//! What the vault keeps, and sealed items as a rotation goes through them.

use connect_core::store::{KeyVersion, Reseal, Retirement, SealedItem, StoreError};
use connect_core::vault::{Check, Context, Kind};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use uuid::Uuid;

use crate::rows::{Done, digest, each, number, one, run, time, uuid};

/// A column of sealed items.
struct Column {
    /// Its table, with what is needed to know the client.
    from: &'static str,
    /// The key of a row: one or two columns.
    key: &'static [&'static str],
    client: &'static str,
    sealed: &'static str,
    /// The table and the column to write to.
    target: (&'static str, &'static str),
}

fn column(kind: Kind) -> Column {
    let users = |sealed| Column {
        from: "users t",
        key: &["id"],
        client: "t.client_id",
        sealed,
        target: ("users", sealed),
    };
    match kind {
        Kind::Login => users("sealed_login"),
        Kind::Session => users("sealed_session"),
        Kind::LoginState => Column {
            from: "connect_sessions t",
            key: &["id"],
            client: "t.client_id",
            sealed: "login_state",
            target: ("connect_sessions", "login_state"),
        },
        Kind::Upload => Column {
            from: "uploads t JOIN connect_sessions s ON s.id = t.session_id",
            key: &["session_id"],
            client: "s.client_id",
            sealed: "sealed",
            target: ("uploads", "sealed"),
        },
        Kind::Document => Column {
            from: "bill_documents t JOIN users u ON u.id = t.user_id",
            key: &["user_id", "bill_id"],
            client: "u.client_id",
            sealed: "sealed",
            target: ("bill_documents", "sealed"),
        },
        Kind::Answer => Column {
            from: "idempotent_answers t",
            key: &["client_id", "key"],
            client: "t.client_id",
            sealed: "sealed",
            target: ("idempotent_answers", "sealed"),
        },
        Kind::ServiceSecret => Column {
            from: "service_secrets t",
            key: &["name"],
            client: "zeroblob(16)",
            sealed: "sealed",
            target: ("service_secrets", "sealed"),
        },
    }
}

/// [`connect_core::store::VaultStore::key_versions`].
pub(crate) fn versions(conn: &Connection) -> Done<Vec<KeyVersion>> {
    let mut out = Vec::new();
    each(conn, "SELECT version, \"check\", added_at, retired_at FROM key_versions ORDER BY version", [], |row| {
        out.push(KeyVersion {
            version: number(row, 0, "key version")?,
            check: digest(row, 1, "key check")?,
            added_at: time(row, 2, "time")?,
            retired: row.get::<_, Option<i64>>(3)?.is_some(),
        });
        Ok(())
    })?;
    Ok(out)
}

/// [`connect_core::store::VaultStore::add_key_versions`].
pub(crate) fn add_versions(conn: &Connection, versions: &[(u32, Check)], at: Timestamp) -> Done<()> {
    for (version, check) in versions {
        run(
            conn,
            "INSERT INTO key_versions (version, \"check\", added_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![version, check, at.as_millisecond()],
        )?;
    }
    Ok(())
}

/// [`connect_core::store::VaultStore::retire_key_version`].
pub(crate) fn retire(
    conn: &Connection,
    version: u32,
    superseded_before: Timestamp,
    at: Timestamp,
    despite: u64,
) -> Done<Retirement> {
    if one(conn, "SELECT 1 FROM key_versions WHERE version = ?1", [version], |_| Ok(()))?.is_none() {
        return Ok(Retirement::Unknown);
    }
    let after = one(
        conn,
        "SELECT 1 FROM key_versions WHERE version > ?1 AND added_at <= ?2 LIMIT 1",
        params![version, superseded_before.as_millisecond()],
        |_| Ok(()),
    )?;
    if after.is_none() {
        return Ok(Retirement::TooSoon);
    }
    let mut in_use = 0;
    for kind in Kind::ALL {
        in_use +=
            counts(conn, kind)?.iter().filter(|(found, _)| *found == version).map(|(_, rows)| rows).sum::<u64>();
    }
    if in_use > despite {
        return Ok(Retirement::InUse(in_use));
    }
    run(
        conn,
        "UPDATE key_versions SET retired_at = ?2 WHERE version = ?1 AND retired_at IS NULL",
        params![version, at.as_millisecond()],
    )?;
    Ok(Retirement::Done)
}

/// [`connect_core::store::VaultStore::has_clients`].
pub(crate) fn has_clients(conn: &Connection) -> Done<bool> {
    Ok(one(conn, "SELECT 1 FROM clients LIMIT 1", [], |_| Ok(()))?.is_some())
}

/// [`connect_core::store::VaultStore::service_secret`].
pub(crate) fn secret(conn: &Connection, name: &str) -> Done<Option<Vec<u8>>> {
    one(conn, "SELECT sealed FROM service_secrets WHERE name = ?1", [name], |row| Ok(row.get(0)?))
}

/// [`connect_core::store::VaultStore::put_service_secret`].
pub(crate) fn put_secret(conn: &Connection, name: &str, sealed: &[u8]) -> Done<Vec<u8>> {
    run(
        conn,
        "INSERT INTO service_secrets (name, sealed) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        params![name, sealed],
    )?;
    secret(conn, name)?.ok_or_else(|| StoreError::Corrupt("service secret").into())
}

/// The first five bytes of what is sealed under a version.
fn head(version: u32) -> [u8; 5] {
    let [a, b, c, d] = version.to_be_bytes();
    [2, a, b, c, d]
}

/// The values of a row's key, out of the place of its item.
fn key_of(context: &Context) -> Done<Vec<Value>> {
    let corrupt = || StoreError::Corrupt("place of a sealed item");
    let values: Option<Vec<Value>> = match context.kind {
        Kind::ServiceSecret => Some(vec![context.row.clone().into()]),
        Kind::Answer => {
            let digit = |at| u8::from_str_radix(context.row.get(at..at + 2)?, 16).ok();
            let key: Option<Vec<u8>> = (0..context.row.len()).step_by(2).map(digit).collect();
            key.map(|key| vec![context.client.as_bytes().to_vec().into(), key.into()])
        }
        _ => context.row.split(':').map(|id| Some(Uuid::try_parse(id).ok()?.as_bytes().to_vec().into())).collect(),
    };
    Ok(values.filter(|values| values.len() == column(context.kind).key.len()).ok_or_else(corrupt)?)
}

/// The place of an item, out of its row: the client in the first column, the key from the third on.
fn place_of(kind: Kind, row: &Row<'_>) -> Done<Context> {
    let client = uuid(row, 0, "client id")?;
    Ok(match kind {
        Kind::ServiceSecret => Context { kind, client, row: row.get(2)? },
        Kind::Answer => Context::answer(client, &digest(row, 3, "key of an answer")?),
        Kind::Document => Context::document(client, uuid(row, 2, "user id")?, uuid(row, 3, "bill id")?),
        _ => Context::of(kind, client, uuid(row, 2, "id")?),
    })
}

/// [`connect_core::store::VaultStore::sealed_items`].
pub(crate) fn items(
    conn: &Connection,
    kind: Kind,
    version: u32,
    after: Option<&Context>,
    limit: u32,
) -> Done<Vec<SealedItem>> {
    let Column { from, key, client, sealed, .. } = column(kind);
    let keys = key.iter().map(|name| format!("t.{name}")).collect::<Vec<_>>().join(", ");
    let marks = ["?3", "?3, ?4"][key.len() - 1];
    let beyond = if after.is_some() { format!("AND ({keys}) > ({marks})") } else { String::new() };
    let sql = format!(
        "SELECT {client}, t.{sealed}, {keys} FROM {from}
         WHERE length(t.{sealed}) > 0 AND substr(t.{sealed}, 1, 5) <> ?1 {beyond} ORDER BY {keys} LIMIT ?2"
    );
    let mut values: Vec<Value> = vec![head(version).to_vec().into(), limit.into()];
    if let Some(after) = after {
        values.extend(key_of(after)?);
    }
    let mut out = Vec::new();
    each(conn, &sql, params_from_iter(values), |row| {
        out.push(SealedItem { context: place_of(kind, row)?, sealed: row.get(1)? });
        Ok(())
    })?;
    Ok(out)
}

/// [`connect_core::store::VaultStore::reseal`].
pub(crate) fn reseal(conn: &Connection, items: &[Reseal]) -> Done<u64> {
    let mut changed = 0;
    for Reseal { old: SealedItem { context, sealed }, new } in items {
        let Column { key, target: (table, name), .. } = column(context.kind);
        let keys = key.join(", ");
        let marks = ["?3", "?3, ?4"][key.len() - 1];
        let sql = format!("UPDATE {table} SET {name} = ?1 WHERE ({keys}) = ({marks}) AND {name} = ?2");
        let mut values: Vec<Value> = vec![new.clone().into(), sealed.clone().into()];
        values.extend(key_of(context)?);
        changed += run(conn, &sql, params_from_iter(values))? as u64;
    }
    Ok(changed)
}

/// [`connect_core::store::VaultStore::sealed_counts`].
pub(crate) fn counts(conn: &Connection, kind: Kind) -> Done<Vec<(u32, u64)>> {
    let Column { target: (table, name), .. } = column(kind);
    let sql = format!(
        "SELECT substr({name}, 1, 5) AS head, count(*) FROM {table} WHERE length({name}) > 0 GROUP BY head"
    );
    let mut out: Vec<(u32, u64)> = Vec::new();
    each(conn, &sql, [], |row| {
        let head: Vec<u8> = row.get(0)?;
        let version = connect_core::vault::version_of(&head).unwrap_or(0);
        let rows = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
        match out.iter_mut().find(|(found, _)| *found == version) {
            Some((_, sum)) => *sum += rows,
            None => out.push((version, rows)),
        }
        Ok(())
    })?;
    Ok(out)
}
