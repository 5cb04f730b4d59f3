//! The one thread that writes.
//!
//! SQLite has one writer at a time anyway, and a durable commit costs a disk flush however much
//! is in it. So all changes go through one queue: the writer takes the first job and whatever
//! waits behind it, runs them in one transaction, and answers everybody after the COMMIT. There
//! is no timer: a lone job is committed at once, and under load the jobs that arrive during one
//! flush share the next.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};

use connect_core::store::{StoreError, StoreResult};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::checkpoint::Checkpointer;
use crate::rows::{Done, Fault};

/// Most jobs in one transaction: bounds how long the first one waits for the last.
const MAX_BATCH: usize = 256;
/// Jobs that may wait. Beyond it callers wait for a place, so that memory stays bounded.
const MAX_QUEUE: usize = 4096;

/// What the writer has done since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Changes that were asked for, whatever came of them.
    pub jobs: u64,
    /// Transactions that were committed: disk flushes that callers waited for.
    pub commits: u64,
}

#[derive(Default)]
struct Counters {
    jobs: AtomicU64,
    commits: AtomicU64,
}

/// A change on its way through the writer, with its result's type hidden.
trait Job: Send {
    /// Does the work; whether it is to be kept.
    fn run(&mut self, conn: &Connection) -> bool;
    /// The work is lost, whatever it answered.
    fn lose(&mut self, why: &str);
    /// Tells the caller.
    fn answer(self: Box<Self>);
}

struct Task<T, F> {
    work: Option<F>,
    outcome: StoreResult<T>,
    reply: oneshot::Sender<StoreResult<T>>,
}

impl<T, F> Job for Task<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Done<T> + Send,
{
    fn run(&mut self, conn: &Connection) -> bool {
        // A caller that has gone away before its turn gets nothing done.
        let Some(work) = self.work.take().filter(|_| !self.reply.is_closed()) else { return false };
        // One broken job must not take the writer, and with it the service, down.
        self.outcome = match catch_unwind(AssertUnwindSafe(|| work(conn))) {
            Ok(done) => done.map_err(|fault| fault.0),
            Err(_) => Err(StoreError::Backend("a change panicked and was rolled back".into())),
        };
        self.outcome.is_ok()
    }

    fn lose(&mut self, why: &str) {
        self.outcome = Err(StoreError::Backend(why.into()));
    }

    fn answer(self: Box<Self>) {
        // An error here: the caller has gone away.
        let _ = self.reply.send(self.outcome);
    }
}

/// Handle of the writer thread. Dropping it lets the queue run empty, then joins the thread.
pub(crate) struct Writer {
    queue: Option<mpsc::Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    counters: Arc<Counters>,
    shred: Arc<AtomicBool>,
}

impl Writer {
    /// Starts the thread, which owns `conn` from now on.
    pub(crate) fn start(conn: Connection, checkpointer: Checkpointer) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(MAX_QUEUE);
        let counters = Arc::<Counters>::default();
        let shred = checkpointer.shredder();
        let thread = thread::Builder::new().name("sqlite-writer".into()).spawn({
            let counters = counters.clone();
            move || write(conn, checkpointer, jobs, &counters)
        })?;
        Ok(Self { queue: Some(queue), thread: Some(thread), counters, shred })
    }

    /// Runs `work` inside the next transaction; returns when that is durable. If `work` fails,
    /// what it changed is undone, and nothing else.
    pub(crate) async fn submit<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Done<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task { work: Some(work), outcome: Err(StoreError::Closed), reply };
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(Box::new(task)).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// The same for a change that destroys secrets: what they were is not left in the log either. (It is emptied
    /// after the answer, as soon as nobody reads in it.)
    pub(crate) async fn shred<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Done<T> + Send + 'static,
    {
        let shred = self.shred.clone();
        let work = move |conn: &Connection| {
            shred.store(true, Ordering::Release);
            work(conn)
        };
        self.submit(work).await
    }

    /// Counted so far.
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            jobs: self.counters.jobs.load(Ordering::Relaxed),
            commits: self.counters.commits.load(Ordering::Relaxed),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.queue.take());
        // A job may hold the last handle of the store: then this is the writer thread itself.
        if let Some(thread) = self.thread.take().filter(|t| t.thread().id() != thread::current().id()) {
            let _ = thread.join();
        }
    }
}

fn write(
    conn: Connection,
    mut checkpointer: Checkpointer,
    mut jobs: mpsc::Receiver<Box<dyn Job>>,
    counters: &Counters,
) {
    while let Some(first) = jobs.blocking_recv() {
        let done = batch(&conn, first, &mut jobs, counters);
        for job in done {
            job.answer();
        }
        // After the answers: nobody waits for it.
        checkpointer.after_commit(&conn);
    }
    // The checkpointer's connection goes first: the last one that is closed empties the
    // write-ahead log and removes its files.
    drop(checkpointer);
}

/// One transaction: `first`, then everything that waits.
fn batch(
    conn: &Connection,
    first: Box<dyn Job>,
    jobs: &mut mpsc::Receiver<Box<dyn Job>>,
    counters: &Counters,
) -> Vec<Box<dyn Job>> {
    let mut done = Vec::new();
    // IMMEDIATE: the lock is taken before anything is read, so that no other process can come
    // between a look and a change, and waiting for it is covered by the busy timeout.
    let mut state = statement(conn, "BEGIN IMMEDIATE");
    let mut next = Some(first);
    while let Some(mut job) = next {
        if state.is_ok() {
            state = run_one(conn, &mut *job);
        }
        done.push(job);
        // Asked only now: what arrived while this job ran still comes along.
        next = if done.len() < MAX_BATCH { jobs.try_recv().ok() } else { None };
    }
    counters.jobs.fetch_add(done.len() as u64, Ordering::Relaxed);
    match state.and_then(|()| statement(conn, "COMMIT")) {
        Ok(()) => {
            counters.commits.fetch_add(1, Ordering::Relaxed);
        }
        Err(Fault(error)) => {
            if !conn.is_autocommit() {
                let _ = statement(conn, "ROLLBACK");
            }
            let why = error.to_string();
            tracing::error!(error = %why, changes = done.len(), "a transaction failed: all of its changes are undone");
            for job in &mut done {
                job.lose(&why);
            }
        }
    }
    done
}

/// Runs one job in a savepoint of its own. An error means that the whole transaction is lost.
fn run_one(conn: &Connection, job: &mut dyn Job) -> Done<()> {
    statement(conn, "SAVEPOINT job")?;
    let keep = job.run(conn);
    // Some failures (a full disk, an I/O error) make SQLite roll everything back by itself. Then
    // the savepoint is gone, these statements fail, and no job runs outside of a transaction.
    if !keep {
        statement(conn, "ROLLBACK TO job")?;
    }
    statement(conn, "RELEASE job")
}

fn statement(conn: &Connection, sql: &str) -> Done<()> {
    conn.prepare_cached(sql)?.execute([])?;
    Ok(())
}
