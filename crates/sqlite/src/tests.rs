//! What only shows from inside: batches, failures between them, other holders of the lock.

use std::future::Future;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use connect_core::store::{Client, ClientSecret, ClientStore, StoreError, StoreResult};
use connect_core::token::Environment;
use rusqlite::Connection;
use tempfile::TempDir;
use uuid::Uuid;

use crate::rows::Done;
use crate::{OpenError, SqliteStore, clients};

/// Short: the tests wait for it to pass.
const PATIENCE: Duration = Duration::from_millis(50);

fn store() -> (TempDir, PathBuf, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("connect.sqlite");
    let store = SqliteStore::open_with(&path, PATIENCE).unwrap();
    (dir, path, store)
}

fn client(number: u128) -> Client {
    let id = Uuid::from_u128(number);
    Client {
        id,
        name: format!("Client {number}"),
        environment: Environment::Sandbox,
        code_seconds: None,
        theme: connect_core::theme::Theme::default(),
        terms: None,
    }
}

fn secret() -> ClientSecret {
    ClientSecret { digest: [0; 32], created_at: jiff::Timestamp::UNIX_EPOCH }
}

/// Starts `future` and leaves it waiting.
fn start<T>(future: &mut Pin<&mut impl Future<Output = T>>) {
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

/// Adds a client, then does `then`.
fn add_and(
    store: &SqliteStore,
    number: u128,
    then: impl FnOnce(&Connection) -> Done<()> + Send + 'static,
) -> impl Future<Output = StoreResult<()>> {
    store.writer.submit(move |conn| {
        clients::add(conn, &client(number), &secret())?;
        then(conn)
    })
}

/// Runs `middle` between two good jobs, all three in one batch; what became of each.
async fn in_one_batch(
    store: &SqliteStore,
    middle: impl FnOnce(&Connection) -> Done<()> + Send + 'static,
) -> [StoreResult<()>; 3] {
    // The first job holds the writer until the others are in the queue.
    let (go, gate) = mpsc::channel::<()>();
    let mut first = pin!(add_and(store, 1, move |_| {
        gate.recv().unwrap();
        Ok(())
    }));
    let mut second = pin!(add_and(store, 2, middle));
    let mut third = pin!(add_and(store, 3, |_| Ok(())));
    start(&mut first);
    start(&mut second);
    start(&mut third);
    let before = store.stats();
    go.send(()).unwrap();
    let outcomes = [first.await, second.await, third.await];
    assert!(store.stats().commits - before.commits <= 1, "one transaction");
    outcomes
}

async fn stored(store: &SqliteStore) -> [bool; 3] {
    let mut found = [false; 3];
    for (number, found) in (1..).zip(&mut found) {
        *found = store.client(Uuid::from_u128(number)).await.unwrap().is_some();
    }
    found
}

#[tokio::test]
async fn jobs_that_wait_share_one_commit() {
    let (_dir, _, store) = store();
    assert!(in_one_batch(&store, |_| Ok(())).await.iter().all(Result::is_ok));
    assert_eq!(stored(&store).await, [true; 3]);
    assert_eq!((store.stats().jobs, store.stats().commits), (3, 1));
}

#[tokio::test]
async fn a_job_that_fails_is_undone_alone() {
    let (_dir, _, store) = store();
    let [first, second, third] = in_one_batch(&store, |_| Err(StoreError::Corrupt("thing").into())).await;
    assert!(first.is_ok() && third.is_ok());
    assert!(matches!(second, Err(StoreError::Corrupt("thing"))));
    assert_eq!(stored(&store).await, [true, false, true]);
}

#[tokio::test]
async fn a_job_that_panics_is_undone_alone_and_the_writer_lives() {
    let (_dir, _, store) = store();
    let [first, second, third] = in_one_batch(&store, |_| panic!("on purpose")).await;
    assert!(first.is_ok() && third.is_ok());
    assert!(matches!(second, Err(StoreError::Backend(_))));
    assert_eq!(stored(&store).await, [true, false, true]);
    store.add_client(client(4), secret()).await.unwrap();
}

#[tokio::test]
async fn a_read_that_panics_leaves_the_readers_alive() {
    let (_dir, _, store) = store();
    for _ in 0..16 {
        let read = store.readers.read(|_| -> Done<()> { panic!("on purpose") }).await;
        assert!(matches!(read, Err(StoreError::Backend(_))));
    }
    assert!(store.client(Uuid::from_u128(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_commit_that_fails_fails_everybody() {
    let (_dir, _, store) = store();
    let outcomes = in_one_batch(&store, |conn| {
        // Checked at COMMIT only: no job of the store does so.
        conn.execute_batch(
            "PRAGMA defer_foreign_keys = ON;
             INSERT INTO access_tokens VALUES (zeroblob(32), zeroblob(16), zeroblob(16), 0, NULL, NULL);",
        )?;
        Ok(())
    })
    .await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Backend(_)))));
    assert_eq!(stored(&store).await, [false; 3]);
    store.add_client(client(1), secret()).await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_is_lost_in_the_middle_fails_everybody() {
    let (_dir, _, store) = store();
    let outcomes = in_one_batch(&store, |conn| {
        // As SQLite does by itself when the disk is full.
        conn.execute_batch("ROLLBACK")?;
        Ok(())
    })
    .await;
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(StoreError::Backend(_)))));
    assert_eq!(stored(&store).await, [false; 3]);
    store.add_client(client(1), secret()).await.unwrap();
}

#[tokio::test]
async fn a_full_database_is_an_error_and_not_the_end() {
    let (_dir, _, store) = store();
    let limit = |pages: i64| {
        store
            .writer
            .submit(move |conn| Ok(conn.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?))
    };
    limit(1).await.unwrap();
    let big = Client { name: "x".repeat(100_000), ..client(1) };
    assert!(matches!(store.add_client(big.clone(), secret()).await, Err(StoreError::Backend(_))));
    limit(1_000_000).await.unwrap();
    store.add_client(big, secret()).await.unwrap();
}

#[tokio::test]
async fn a_caller_that_went_away_before_its_turn_changes_nothing() {
    let (_dir, _, store) = store();
    let (go, gate) = mpsc::channel::<()>();
    let mut first = pin!(add_and(&store, 1, move |_| {
        gate.recv().unwrap();
        Ok(())
    }));
    start(&mut first);
    let mut second = Box::pin(store.add_client(client(2), secret()));
    assert!(matches!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
    drop(second);
    go.send(()).unwrap();
    first.await.unwrap();
    assert_eq!(stored(&store).await, [true, false, false]);
}

#[tokio::test]
async fn the_last_handle_may_be_dropped_on_the_writers_thread() {
    let (_dir, path, store) = store();
    let store = Arc::new(store);
    let held = store.clone();
    let (go, gate) = mpsc::channel::<()>();
    let (tell, told) = mpsc::channel::<()>();
    {
        let mut job = pin!(add_and(&store, 1, move |_| {
            tell.send(()).unwrap();
            gate.recv().unwrap();
            drop(held);
            tell.send(()).unwrap();
            Ok(())
        }));
        start(&mut job);
        // Under way: from here on it is carried out, whether anybody waits or not.
        told.recv().unwrap();
    }
    drop(store);
    go.send(()).unwrap();
    told.recv().unwrap();
    assert!(SqliteStore::open(&path).is_ok());
}

#[tokio::test]
async fn another_holder_of_the_write_lock_is_an_error_after_a_while_and_not_the_end() {
    let (_dir, path, store) = store();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(store.add_client(client(1), secret()).await, Err(StoreError::Backend(_))));
    assert!(store.client(Uuid::from_u128(1)).await.unwrap().is_none(), "reads go on");
    other.execute_batch("ROLLBACK").unwrap();
    store.add_client(client(1), secret()).await.unwrap();
}

#[test]
fn a_database_that_another_program_keeps_to_itself_is_refused() {
    let (_dir, path, store) = store();
    drop(store);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT").unwrap();
    let refused = SqliteStore::open_with(&path, PATIENCE);
    assert!(matches!(refused, Err(OpenError::Locked(_))), "{refused:?}");
}

/// Enough changes to fill the write-ahead log several times over, with readers at work.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_begins_anew_and_does_not_grow_with_every_change() {
    let (_dir, path, store) = store();
    let name = "x".repeat(200_000);
    // 50 pages each, so 10 000 in all: five times what makes the checkpointer start.
    for number in 0..200 {
        store.add_client(Client { name: name.clone(), ..client(number) }, secret()).await.unwrap();
        assert!(store.client(Uuid::from_u128(number)).await.unwrap().is_some());
    }
    let log = std::fs::metadata(path.with_extension("sqlite-wal")).unwrap().len();
    assert!(log < 8_000 * 4_096, "{log} bytes");
}
