//! Readings: merged month by month, kept as chunks.

use std::collections::BTreeMap;

use connect_core::store::{SeriesMonths, StoreError, StoredSeries, Turn};
use connect_core::usage::{
    Chunk, Correction, Fetched, MAX_READINGS, Reading, Restatement, Series, SeriesKind, Window, merge, month_of,
};
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::rows::{Done, each, json, number, one, run, text, time};
use crate::sync;

macro_rules! series_chunks {
    ($what:literal) => {
        concat!(
            "SELECT s.kind, ",
            $what,
            " FROM series s JOIN reading_chunks c ON c.series_id = s.id
             WHERE s.user_id = ?1 AND s.meter_id = ?2 AND c.month BETWEEN ?3 AND ?4
             ORDER BY s.id, c.month"
        )
    };
}

/// [`connect_core::store::UsageStore::put_readings`].
pub(crate) fn put(
    conn: &Connection,
    turn: Turn,
    meter: Uuid,
    fetched: Fetched,
    series: Vec<Series>,
) -> Done<bool> {
    let Some(mut progress) = sync::hold(conn, turn)? else { return Ok(false) };
    add(conn, turn.user_id, meter, turn.now, series)?;
    progress.meters.insert(meter, fetched);
    sync::advance(conn, turn.user_id, &progress)?;
    Ok(true)
}

/// Merges series of a meter into what is there.
pub(crate) fn add(conn: &Connection, user: Uuid, meter: Uuid, now: Timestamp, series: Vec<Series>) -> Done<()> {
    for Series { kind, readings } in series {
        let mut months: BTreeMap<i32, Vec<Reading>> = BTreeMap::new();
        for reading in readings {
            months.entry(month_of(reading.start)).or_default().push(reading);
        }
        if months.is_empty() {
            continue;
        }
        let id = series_id(conn, user, meter, kind)?;
        for (month, readings) in months {
            put_month(conn, now, id, month, &readings)?;
        }
    }
    Ok(())
}

fn put_month(conn: &Connection, now: Timestamp, series: i64, month: i32, fetched: &[Reading]) -> Done<()> {
    let stored = one(
        conn,
        "SELECT revision, data FROM reading_chunks WHERE series_id = ?1 AND month = ?2",
        params![series, month],
        |row| Ok((row.get::<_, i64>(0)?, Chunk(row.get(1)?))),
    )?;
    let (revision, readings) = match stored {
        Some((revision, chunk)) => (revision + 1, unpack(&chunk)?),
        None => (1, Vec::new()),
    };
    let merged = merge(readings, fetched);
    if !merged.changed {
        return Ok(());
    }
    if merged.readings.len() as u64 > MAX_READINGS {
        return Err(StoreError::Backend("a month has more readings than can be kept".into()).into());
    }
    run(
        conn,
        "INSERT INTO reading_chunks (series_id, month, revision, data) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (series_id, month) DO UPDATE SET revision = excluded.revision, data = excluded.data",
        params![series, month, revision, Chunk::pack(&merged.readings).0],
    )?;
    for Restatement { before, .. } in merged.restated {
        run(
            conn,
            "INSERT INTO restatements (series_id, start, revision, at, before) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
            params![series, before.start, revision, now.as_millisecond(), json(&before)?],
        )?;
    }
    Ok(())
}

fn unpack(chunk: &Chunk) -> Done<Vec<Reading>> {
    chunk.unpack().map_err(|_| StoreError::Corrupt("chunk of readings").into())
}

fn series_id(conn: &Connection, user: Uuid, meter: Uuid, kind: SeriesKind) -> Done<i64> {
    let kind = json(&kind)?;
    let known = one(
        conn,
        "SELECT id FROM series WHERE user_id = ?1 AND meter_id = ?2 AND kind = ?3",
        params![user.as_bytes(), meter.as_bytes(), kind],
        |row| Ok(row.get(0)?),
    )?;
    if let Some(id) = known {
        return Ok(id);
    }
    run(
        conn,
        "INSERT INTO series (user_id, meter_id, kind) VALUES (?1, ?2, ?3)",
        params![user.as_bytes(), meter.as_bytes(), kind],
    )?;
    Ok(conn.last_insert_rowid())
}

/// [`connect_core::store::UsageStore::reading_months`]. Series and months stand in indexes: no chunk is read.
pub(crate) fn months_of_meter(
    conn: &Connection,
    user: Uuid,
    meter: Uuid,
    window: Window,
) -> Done<Vec<SeriesMonths>> {
    let rows = by_series(conn, series_chunks!("c.month"), user, meter, window, |row| Ok(row.get(1)?))?;
    Ok(rows.into_iter().map(|(kind, months)| SeriesMonths { kind, months }).collect())
}

/// [`connect_core::store::UsageStore::corrections`].
pub(crate) fn corrections(conn: &Connection, user: Uuid, meter: Uuid, window: Window) -> Done<Vec<Correction>> {
    let mut found = Vec::new();
    each(
        conn,
        "SELECT s.kind, r.before, r.revision, r.at FROM series s JOIN restatements r ON r.series_id = s.id
         WHERE s.user_id = ?1 AND s.meter_id = ?2 AND r.start >= ?3 AND r.start < ?4
         ORDER BY r.start, r.revision, s.id",
        params![user.as_bytes(), meter.as_bytes(), window.from, window.to],
        |row| {
            found.push(Correction {
                kind: series_kind(row)?,
                before: text(row, 1, "restatement", |json| serde_json::from_str(json).ok())?,
                revision: number(row, 2, "revision")?,
                at: time(row, 3, "time")?,
            });
            Ok(())
        },
    )?;
    Ok(found)
}

fn series_kind(row: &Row<'_>) -> Done<SeriesKind> {
    text(row, 0, "series", |json| serde_json::from_str(json).ok())
}

/// [`connect_core::store::UsageStore::readings`].
pub(crate) fn of_meter(conn: &Connection, user: Uuid, meter: Uuid, window: Window) -> Done<Vec<StoredSeries>> {
    let rows = by_series(conn, series_chunks!("c.data"), user, meter, window, |row| Ok(Chunk(row.get(1)?)))?;
    Ok(rows.into_iter().map(|(kind, chunks)| StoredSeries { kind, chunks }).collect())
}

/// Something of each month of a meter's series, the months in order.
fn by_series<T>(
    conn: &Connection,
    sql: &str,
    user: Uuid,
    meter: Uuid,
    window: Window,
    read: impl Fn(&Row<'_>) -> Done<T>,
) -> Done<Vec<(SeriesKind, Vec<T>)>> {
    let mut found: Vec<(SeriesKind, Vec<T>)> = Vec::new();
    each(
        conn,
        sql,
        params![user.as_bytes(), meter.as_bytes(), month_of(window.from), month_of(window.to - 1)],
        |row| {
            let kind = series_kind(row)?;
            if found.last().is_none_or(|(last, _)| *last != kind) {
                found.push((kind, Vec::new()));
            }
            if let Some((_, months)) = found.last_mut() {
                months.push(read(row)?);
            }
            Ok(())
        },
    )?;
    Ok(found)
}
