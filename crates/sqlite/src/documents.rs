//! Documents of bills.

use connect_core::store::BillDocument;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::rows::{Done, digest, json, one, run, text, time};

/// [`connect_core::store::UsageStore::put_document`].
pub(crate) fn put(conn: &Connection, user: Uuid, bill: Uuid, document: &BillDocument) -> Done<bool> {
    // Not left to the foreign key: that the bill has gone meanwhile is no fault.
    let rows = run(
        conn,
        "INSERT INTO bill_documents (user_id, bill_id, edition, sha256, fetched_at, sealed)
         SELECT user_id, id, ?3, ?4, ?5, ?6 FROM bills WHERE user_id = ?1 AND id = ?2
         ON CONFLICT (user_id, bill_id) DO UPDATE SET edition = excluded.edition, sha256 = excluded.sha256,
             fetched_at = excluded.fetched_at, sealed = excluded.sealed",
        params![
            user.as_bytes(),
            bill.as_bytes(),
            json(&document.edition)?,
            document.sha256,
            document.fetched_at.as_millisecond(),
            document.sealed,
        ],
    )?;
    Ok(rows == 1)
}

/// [`connect_core::store::UsageStore::document`].
pub(crate) fn of_bill(conn: &Connection, user: Uuid, bill: Uuid) -> Done<Option<BillDocument>> {
    one(
        conn,
        "SELECT edition, sha256, fetched_at, sealed FROM bill_documents WHERE user_id = ?1 AND bill_id = ?2",
        params![user.as_bytes(), bill.as_bytes()],
        |row| {
            Ok(BillDocument {
                edition: text(row, 0, "edition", |json| serde_json::from_str(json).ok())?,
                sha256: digest(row, 1, "hash")?,
                fetched_at: time(row, 2, "time")?,
                sealed: row.get(3)?,
            })
        },
    )
}
