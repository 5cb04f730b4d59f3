//! How utilities' sites do, and who waits for one.

use async_trait::async_trait;
use connect_core::clock::after;
use connect_core::health::{FRESH_SECONDS, Health, Met, OutageRequest};
use connect_core::store::{Advance, OutageStore, REQUEST_DAYS, StoreResult};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use uuid::Uuid;

use crate::SqliteStore;
use crate::rows::{Done, each, number, run, time, time_or_null};
use crate::sessions::{self, Change};

#[async_trait]
impl OutageStore for SqliteStore {
    async fn note_site(&self, utility: u32, met: Met, at: Timestamp) -> StoreResult<()> {
        self.writer.submit(move |conn| note(conn, utility, met, at)).await
    }

    async fn failing_sites(&self) -> StoreResult<Vec<(u32, Health)>> {
        self.readers.read(|conn| sites(conn, "WHERE failures > 0")).await
    }

    async fn sites(&self) -> StoreResult<Vec<(u32, Health)>> {
        self.readers.read(|conn| sites(conn, "")).await
    }

    async fn advance_asking(&self, change: Advance, client_id: Uuid, request: OutageRequest) -> StoreResult<bool> {
        let change = Change::new(change)?;
        self.writer
            .submit(move |conn| {
                let advanced = sessions::advance(conn, &change, Some(client_id))?;
                if advanced {
                    ask(conn, client_id, &request)?;
                }
                Ok(advanced)
            })
            .await
    }

    async fn outage_requests(&self, client_id: Uuid, now: Timestamp) -> StoreResult<Vec<OutageRequest>> {
        self.readers.read(move |conn| requests(conn, client_id, now)).await
    }
}

pub(crate) fn note(conn: &Connection, utility: u32, met: Met, at: Timestamp) -> Done<()> {
    let now = at.as_millisecond();
    if met == Met::Well {
        run(
            conn,
            "INSERT INTO site_health (utility, well_at) VALUES (?1, ?2)
             ON CONFLICT (utility) DO UPDATE SET failures = 0, well_at = max(?2, coalesce(well_at, 0))",
            params![utility, now],
        )?;
        return Ok(());
    }
    let more = u32::from(met == Met::Failure);
    run(
        conn,
        "INSERT INTO site_health (utility, failures, failed_at) VALUES (?1, 1, ?2)
         ON CONFLICT (utility) DO UPDATE SET
             failures = CASE WHEN coalesce(failed_at, 0) > ?3 THEN max(failures + ?4, 1) ELSE 1 END,
             failed_at = max(?2, coalesce(failed_at, 0))",
        params![utility, now, after(at, -FRESH_SECONDS).as_millisecond(), more],
    )?;
    Ok(())
}

fn sites(conn: &Connection, which: &str) -> Done<Vec<(u32, Health)>> {
    let mut sites = Vec::new();
    let sql = format!("SELECT utility, failures, failed_at, well_at FROM site_health {which} ORDER BY utility");
    each(conn, &sql, [], |row| {
        let health = Health {
            failures: number(row, 1, "failures")?,
            failed_at: time_or_null(row, 2, "time")?,
            well_at: time_or_null(row, 3, "time")?,
        };
        sites.push((number(row, 0, "utility")?, health));
        Ok(())
    })?;
    Ok(sites)
}

fn ask(conn: &Connection, client: Uuid, request: &OutageRequest) -> Done<()> {
    let OutageRequest { user_ref, utility, asked_at } = request;
    run(
        conn,
        "INSERT INTO outage_requests (client_id, user_ref, utility, asked_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET asked_at = excluded.asked_at",
        params![client.as_bytes(), user_ref, utility, asked_at.as_millisecond()],
    )?;
    Ok(())
}

fn requests(conn: &Connection, client: Uuid, now: Timestamp) -> Done<Vec<OutageRequest>> {
    let mut requests = Vec::new();
    let since = after(now, -REQUEST_DAYS * 86_400).as_millisecond();
    each(
        conn,
        "SELECT user_ref, utility, asked_at FROM outage_requests
         WHERE client_id = ?1 AND asked_at > ?2 ORDER BY asked_at, user_ref, utility",
        params![client.as_bytes(), since],
        |row| {
            requests.push(OutageRequest {
                user_ref: row.get(0)?,
                utility: number(row, 1, "utility")?,
                asked_at: time(row, 2, "time")?,
            });
            Ok(())
        },
    )?;
    Ok(requests)
}

/// Of a customer who is deleted nothing waits any more.
pub(crate) fn withdrawn(conn: &Connection, client: Uuid, user_ref: &str) -> Done<()> {
    let sql = "DELETE FROM outage_requests WHERE client_id = ?1 AND user_ref = ?2";
    run(conn, sql, params![client.as_bytes(), user_ref])?;
    Ok(())
}

/// Whoever has linked a utility waits for it no more.
pub(crate) fn served(conn: &Connection, client: Uuid, user_ref: &str, utility: u32) -> Done<()> {
    run(
        conn,
        "DELETE FROM outage_requests WHERE client_id = ?1 AND user_ref = ?2 AND utility = ?3",
        params![client.as_bytes(), user_ref, utility],
    )?;
    Ok(())
}
