//! The audit log: what the file refuses, and what a verifier sees that reads a file which somebody
//! has edited.

use std::sync::Arc;

use connect_core::audit::{Broken, Chain, Entry, Event, Head, Kind, Origin, Subject, Verifier};
use connect_core::keys::Keys;
use connect_core::store::{AuditStore, StoreError};
use rusqlite::Connection;
use uuid::Uuid;

use crate::support::{CLIENT, World, at, world};

pub fn chain() -> Arc<Chain> {
    Keys::new(&[7; 32]).chain()
}

pub fn entry(number: u64) -> Entry {
    let user = Subject::User(Uuid::from_u128(number.into()));
    Event::of(Kind::CodeExchanged).client(CLIENT).on(user).entry(at(0), Origin::default())
}

/// A store with a log of five records.
async fn with_log() -> World {
    let world = world().await;
    world.store.append_audit(chain(), (1..=3).map(entry).collect()).await.unwrap();
    world.store.append_audit(chain(), (4..=5).map(entry).collect()).await.unwrap();
    world
}

pub async fn verify(store: &impl AuditStore, noted: Option<Head>) -> Result<Head, Broken> {
    let chain = chain();
    let mut verifier = Verifier::new(&chain, noted);
    let mut after = 0;
    // Pages that end in the middle of the log.
    while let page = store.audit_page(after, 2).await.unwrap()
        && let Some(last) = page.last()
    {
        after = last.sequence;
        page.iter().try_for_each(|record| verifier.read(record))?;
    }
    verifier.finish()
}

/// Edits the file as somebody does who has it: past the triggers and checks.
fn editor(world: &World) -> Connection {
    let conn = Connection::open(&world.path).unwrap();
    // Quick: nothing here is about what survives a loss of power.
    conn.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON;
         DROP TRIGGER audit_log_no_update; DROP TRIGGER audit_log_no_delete; DROP TRIGGER audit_log_next;",
    )
    .unwrap();
    conn
}

#[tokio::test]
async fn what_was_written_is_read_and_is_whole() {
    let world = with_log().await;
    let head = world.store.audit_head().await.unwrap();
    assert_eq!(head.sequence, 5);
    assert_eq!(verify(&world.store, None).await, Ok(head));
    let page = world.store.audit_page(3, 10).await.unwrap();
    let lines: Vec<_> = page.iter().map(|record| String::from_utf8(record.line.clone()).unwrap()).collect();
    assert_eq!(lines, [entry(4).line(), entry(5).line()]);
    let world = world.reopened();
    world.store.append_audit(chain(), vec![entry(6)]).await.unwrap();
    assert_eq!(verify(&world.store, Some(head)).await.unwrap().sequence, 6);
}

#[tokio::test]
async fn the_file_refuses_changes_of_the_log() {
    let world = with_log().await;
    let before = world.store.audit_page(0, 10).await.unwrap();
    let conn = Connection::open(&world.path).unwrap();
    let row = "(sequence, entry, mac) SELECT";
    for sql in [
        "UPDATE audit_log SET entry = '{}' WHERE sequence = 2".to_owned(),
        "DELETE FROM audit_log WHERE sequence = 5".to_owned(),
        "DELETE FROM audit_log".to_owned(),
        format!("INSERT OR REPLACE INTO audit_log {row} 2, '{{}}', mac FROM audit_log WHERE sequence = 2"),
        format!("INSERT INTO audit_log {row} 7, entry, mac FROM audit_log WHERE sequence = 1"),
        format!("INSERT INTO audit_log {row} 0, entry, mac FROM audit_log WHERE sequence = 1"),
        format!("INSERT INTO audit_log {row} NULL, entry, mac FROM audit_log WHERE sequence = 1"),
        format!("INSERT INTO audit_log {row} 6, entry, x'00' FROM audit_log WHERE sequence = 1"),
    ] {
        assert!(conn.execute(&sql, []).is_err(), "{sql}");
    }
    assert_eq!(world.store.audit_page(0, 10).await.unwrap(), before);
}

#[tokio::test]
async fn every_byte_that_is_edited_names_its_row() {
    let world = with_log().await;
    let rows = world.store.audit_page(0, 10).await.unwrap();
    let conn = editor(&world);
    let set = |column: &str, sequence: u64, bytes: &[u8]| {
        let sql = format!("UPDATE audit_log SET {column} WHERE sequence = ?2");
        assert_eq!(conn.execute(&sql, rusqlite::params![bytes, sequence as i64]).unwrap(), 1);
    };
    for row in &rows {
        for (column, good) in [("entry = CAST(?1 AS TEXT)", &row.line), ("mac = ?1", &row.mac)] {
            for byte in 0..good.len() {
                let mut bad = good.clone();
                // Half of them are not even UTF-8 any more.
                bad[byte] ^= if byte % 2 == 0 { 0x80 } else { 0x01 };
                set(column, row.sequence, &bad);
                let found = verify(&world.store, None).await;
                assert_eq!(found, Err(Broken::Changed(row.sequence)), "byte {byte}");
            }
            for bad in [&good[..good.len() - 1], &[], &[good, &b" "[..]].concat()] {
                set(column, row.sequence, bad);
                let found = verify(&world.store, None).await;
                assert_eq!(found, Err(Broken::Changed(row.sequence)));
            }
            set(column, row.sequence, good);
        }
    }
    assert_eq!(verify(&world.store, None).await.unwrap().sequence, 5);
}

#[tokio::test]
async fn rows_that_are_edited_are_named() {
    let swap = "UPDATE audit_log SET sequence = -1 WHERE sequence = 2; UPDATE audit_log SET sequence = 2 WHERE
        sequence = 4; UPDATE audit_log SET sequence = 4 WHERE sequence = -1;";
    let renumber = "UPDATE audit_log SET sequence = -sequence; UPDATE audit_log SET sequence = -sequence";
    let copy = "INSERT INTO audit_log (sequence, entry, mac) SELECT";
    for (sql, found) in [
        ("DELETE FROM audit_log WHERE sequence = 1".to_owned(), Broken::Missing { from: 1, next: 2 }),
        ("DELETE FROM audit_log WHERE sequence IN (2, 3)".to_owned(), Broken::Missing { from: 2, next: 4 }),
        (
            format!(
                "DELETE FROM audit_log WHERE sequence = 3; {renumber} - 1 WHERE sequence < -3; UPDATE audit_log SET sequence = -sequence WHERE sequence < 0"
            ),
            Broken::Changed(3),
        ),
        (swap.to_owned(), Broken::Changed(2)),
        (format!("{copy} 6, entry, mac FROM audit_log WHERE sequence = 5"), Broken::Changed(6)),
        (format!("{copy} 6, '{{}}', zeroblob(32)"), Broken::Changed(6)),
        (
            format!(
                "{renumber} + 1 WHERE sequence < -2; UPDATE audit_log SET sequence = -sequence WHERE sequence < 0; {copy} 3, entry, mac FROM audit_log WHERE sequence = 1"
            ),
            Broken::Changed(3),
        ),
        ("UPDATE audit_log SET sequence = 9 WHERE sequence = 5".to_owned(), Broken::Missing { from: 5, next: 9 }),
    ] {
        let world = with_log().await;
        editor(&world).execute_batch(&sql).unwrap();
        assert_eq!(verify(&world.store, None).await, Err(found), "{sql}");
    }
}

#[tokio::test]
async fn a_cut_off_tail_is_seen_by_the_noted_head() {
    let world = with_log().await;
    let noted = world.store.audit_head().await.unwrap();
    editor(&world).execute_batch("DELETE FROM audit_log WHERE sequence > 3").unwrap();
    assert!(verify(&world.store, None).await.is_ok());
    assert_eq!(verify(&world.store, Some(noted)).await, Err(Broken::CutOff { from: 4, noted: 5 }));
    // Going on from there does not hide it.
    world.store.append_audit(chain(), (8..=12).map(entry).collect()).await.unwrap();
    assert!(verify(&world.store, None).await.is_ok());
    assert_eq!(verify(&world.store, Some(noted)).await, Err(Broken::Replaced(5)));
}

#[tokio::test]
async fn of_entries_that_cannot_all_be_added_none_is() {
    let world = with_log().await;
    let refuse = "CREATE TRIGGER full BEFORE INSERT ON audit_log WHEN NEW.sequence = 7
        BEGIN SELECT RAISE(ABORT, 'full'); END";
    editor(&world).execute_batch(refuse).unwrap();
    let failed = world.store.append_audit(chain(), (6..=8).map(entry).collect()).await;
    assert!(matches!(failed, Err(StoreError::Backend(_))), "{failed:?}");
    assert_eq!(verify(&world.store, None).await.unwrap().sequence, 5);
}
