//! Bills.

use connect_core::store::Turn;
use connect_core::usage::{Bill, StoredBill};
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, each, json, run, text, uuid};
use crate::sync;

/// [`connect_core::store::UsageStore::put_bills`].
pub(crate) fn put(conn: &Connection, turn: Turn, account: Uuid, bills: Vec<StoredBill>) -> Done<bool> {
    let Some(mut progress) = sync::hold(conn, turn)? else { return Ok(false) };
    add(conn, turn.user_id, account, bills.into_iter().map(|stored| (stored.id, stored.bill)).collect())?;
    if !progress.billed.contains(&account) {
        progress.billed.push(account);
        sync::advance(conn, turn.user_id, &progress)?;
    }
    Ok(true)
}

/// Adds or replaces bills of an account. A known one keeps its id.
pub(crate) fn add(conn: &Connection, user: Uuid, account: Uuid, bills: Vec<(Uuid, Bill)>) -> Done<()> {
    for (id, bill) in bills {
        run(
            conn,
            "INSERT INTO bills (user_id, id, account_id, remote_id, start, bill) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (user_id, account_id, remote_id) DO UPDATE SET start = excluded.start, bill = excluded.bill",
            params![
                user.as_bytes(),
                id.as_bytes(),
                account.as_bytes(),
                bill.remote_id,
                bill.start.to_string(),
                json(&bill)?
            ],
        )?;
    }
    Ok(())
}

/// [`connect_core::store::UsageStore::bills`].
pub(crate) fn of_user(conn: &Connection, user: Uuid) -> Done<Vec<StoredBill>> {
    let mut bills = Vec::new();
    each(
        conn,
        "SELECT id, account_id, bill FROM bills WHERE user_id = ?1 ORDER BY start DESC, id",
        [user.as_bytes()],
        |row| {
            bills.push(StoredBill {
                id: uuid(row, 0, "bill id")?,
                account_id: uuid(row, 1, "account id")?,
                bill: text(row, 2, "bill", |json| serde_json::from_str(json).ok())?,
            });
            Ok(())
        },
    )?;
    Ok(bills)
}
