//! The audit log.

use std::sync::Arc;

use async_trait::async_trait;
use connect_core::audit::{Chain, Entry, Head, Record};
use connect_core::store::{AuditStore, StoreError, StoreResult};
use rusqlite::{Connection, Row, params};

use crate::SqliteStore;
use crate::rows::{Done, digest, each, one, run};

#[async_trait]
impl AuditStore for SqliteStore {
    async fn append_audit(&self, chain: Arc<Chain>, entries: Vec<Entry>) -> StoreResult<Head> {
        self.writer.submit(move |conn| append(conn, &chain, &entries)).await
    }

    async fn audit_page(&self, after: u64, limit: u32) -> StoreResult<Vec<Record>> {
        self.readers.read(move |conn| page(conn, after, limit)).await
    }

    async fn audit_head(&self) -> StoreResult<Head> {
        self.readers.read(head).await
    }
}

/// [`AuditStore::append_audit`]; also for a change that is recorded in its own transaction.
pub(crate) fn append(conn: &Connection, chain: &Chain, entries: &[Entry]) -> Done<Head> {
    // Read inside the write transaction: no other process comes between.
    let mut last = head(conn)?;
    for entry in entries {
        let line = entry.line();
        last = chain.follow(&last, line.as_bytes());
        let sql = "INSERT INTO audit_log (sequence, entry, mac) VALUES (?1, ?2, ?3)";
        run(conn, sql, params![column(last.sequence), line, last.mac])?;
    }
    Ok(last)
}

fn head(conn: &Connection) -> Done<Head> {
    let sql = "SELECT sequence, mac FROM audit_log ORDER BY sequence DESC LIMIT 1";
    let found = one(conn, sql, [], |row| {
        Ok(Head { sequence: sequence(row)?, mac: digest(row, 1, "MAC of the audit log")? })
    })?;
    Ok(found.unwrap_or(Head::START))
}

fn page(conn: &Connection, after: u64, limit: u32) -> Done<Vec<Record>> {
    let sql = "SELECT sequence, entry, mac FROM audit_log WHERE sequence > ?1 ORDER BY sequence LIMIT ?2";
    let mut records = Vec::new();
    each(conn, sql, params![column(after), limit], |row| {
        // As bytes: a row that somebody has changed may be neither text nor 32 bytes long.
        let bytes = |at| -> Done<Vec<u8>> {
            let value = row.get_ref(at)?.as_bytes();
            Ok(value.map_err(|_| StoreError::Corrupt("record of the audit log"))?.to_vec())
        };
        records.push(Record { sequence: sequence(row)?, line: bytes(1)?, mac: bytes(2)? });
        Ok(())
    })?;
    Ok(records)
}

fn sequence(row: &Row<'_>) -> Done<u64> {
    let number: i64 = row.get(0)?;
    Ok(u64::try_from(number).map_err(|_| StoreError::Corrupt("number of the audit log"))?)
}

fn column(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}
