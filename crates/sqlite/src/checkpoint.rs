//! Moving the write-ahead log into the database, off the path of those who wait.
//!
//! SQLite does it by default inside whichever COMMIT finds the log long: the callers of that
//! transaction then wait for a thousand scattered page writes and two more disk flushes. Here a
//! thread of its own does it while the writer goes on (with 64 callers that exchange codes:
//! 5 000 instead of 3 600 a second, half of them within 8 ms instead of 14). But then the log never becomes empty
//! under load, because it grows meanwhile, and SQLite starts it anew only from empty. So when
//! the thread is through, the writer itself moves the few pages that have come since, between
//! two transactions, after the answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

/// Pages of log that make it worth while: 8 MiB. Half as many cost a tenth of the throughput;
/// twice as many, a longer wait for those who commit while the database is flushed.
const EVERY: u32 = 2000;

/// Belongs to the writer thread.
pub(crate) struct Checkpointer {
    /// Length of the log, as of the last commit.
    pages: Arc<AtomicU32>,
    /// Length at which to ask the thread.
    due: u32,
    /// The thread is through, and the rest is the writer's.
    rest: Arc<AtomicBool>,
    /// What was deleted must leave the log as well.
    shred: Arc<AtomicBool>,
    ask: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread, which owns `conn` from now on. `writer` no longer does checkpoints
    /// by itself.
    pub(crate) fn start(writer: &mut Connection, conn: Connection) -> std::io::Result<Self> {
        let pages = Arc::<AtomicU32>::default();
        let rest = Arc::<AtomicBool>::default();
        let (ask, asked) = mpsc::sync_channel(1);
        // This replaces the hook by which SQLite does its own.
        writer
            .wal_hook(Some({
                let pages = pages.clone();
                move |_: &mut _, length| {
                    pages.store(u32::try_from(length).unwrap_or(0), Ordering::Relaxed);
                    Ok(())
                }
            }))
            .map_err(std::io::Error::other)?;
        let thread = thread::Builder::new().name("sqlite-log".into()).spawn({
            let rest = rest.clone();
            move || {
                while asked.recv().is_ok() {
                    checkpoint(&conn);
                    rest.store(true, Ordering::Release);
                }
            }
        })?;
        Ok(Self { pages, due: EVERY, rest, shred: Arc::default(), ask: Some(ask), thread: Some(thread) })
    }

    /// To be set before a change whose old values must not outlive it in the log: it is emptied once the change
    /// is committed.
    pub(crate) fn shredder(&self) -> Arc<AtomicBool> {
        self.shred.clone()
    }

    /// To be called by the writer between two transactions.
    pub(crate) fn after_commit(&mut self, writer: &Connection) {
        if self.shred.swap(false, Ordering::AcqRel) && !empty(writer) {
            // Somebody is reading: after the next commit, which the sweep brings within a minute.
            self.shred.store(true, Ordering::Release);
        }
        if self.rest.swap(false, Ordering::Acquire) {
            checkpoint(writer);
        }
        let pages = self.pages.load(Ordering::Relaxed);
        if pages.saturating_add(EVERY) < self.due {
            // The log has begun anew.
            self.due = EVERY;
        }
        if pages >= self.due {
            // Should a long read keep the log from beginning anew, ask again only after as much.
            self.due = pages.saturating_add(EVERY);
            if let Some(ask) = &self.ask {
                // Full: the thread is at it.
                let _ = ask.try_send(());
            }
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        drop(self.ask.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// PASSIVE: moves what it can without making anybody wait.
fn checkpoint(conn: &Connection) {
    let moved = conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = moved {
        // Nothing is lost: the log keeps everything until a later one succeeds.
        tracing::warn!(%error, "the write-ahead log could not be moved into the database");
    }
}

/// TRUNCATE: moves everything into the database, where deleted rows are overwritten, and cuts the log off.
/// Waits for nobody; whether it is done.
fn empty(conn: &Connection) -> bool {
    let waits: Option<i64> = conn.pragma_query_value(None, "busy_timeout", |row| row.get(0)).ok();
    let done = conn
        .pragma_update(None, "busy_timeout", 0)
        .and_then(|()| conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)));
    if let Some(waits) = waits {
        let _ = conn.pragma_update(None, "busy_timeout", waits);
    }
    matches!(done, Ok(0))
}
