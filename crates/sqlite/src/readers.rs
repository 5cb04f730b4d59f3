//! Threads that read.
//!
//! In WAL mode readers and the writer do not wait for each other, so every core gets a
//! connection of its own. Measured with look-ups of one row (5 µs in SQLite itself) on two
//! cores: tokio's `spawn_blocking` over a pool of connections gave 36 000 look-ups a second at
//! 45 µs of processor time each; threads that own a connection and share this queue gave 83 000
//! at 10 to 18 µs, since a busy reader takes the next request without going to sleep. Reading on the
//! caller's thread is cheaper still, but then a page that must come from the disk, or a lock that
//! another process holds, stops every other task of that thread.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use connect_core::store::{StoreError, StoreResult};
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::rows::Done;

type Read = Box<dyn FnOnce(&Connection) + Send>;

#[derive(Default)]
struct State {
    waiting: VecDeque<Read>,
    /// Threads that sleep: without one there is nobody to wake.
    idle: usize,
    closing: bool,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing can panic while the lock is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, read: Read) {
        let mut state = self.lock();
        state.waiting.push_back(read);
        let wake = state.idle > 0;
        drop(state);
        if wake {
            self.wake.notify_one();
        }
    }

    /// The next request; `None` when the store is closing and nothing waits.
    fn pop(&self) -> Option<Read> {
        let mut state = self.lock();
        loop {
            if let Some(read) = state.waiting.pop_front() {
                return Some(read);
            }
            if state.closing {
                return None;
            }
            state.idle += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn close(&self) {
        self.lock().closing = true;
        self.wake.notify_all();
    }
}

/// Handle of the reader threads. Dropping it joins them.
pub(crate) struct Readers {
    queue: Arc<Queue>,
    threads: Vec<JoinHandle<()>>,
}

impl Readers {
    /// Starts a thread for every connection.
    pub(crate) fn start(connections: Vec<Connection>) -> std::io::Result<Self> {
        let mut readers = Self { queue: Arc::default(), threads: Vec::with_capacity(connections.len()) };
        for (number, conn) in connections.into_iter().enumerate() {
            let queue = readers.queue.clone();
            let thread = thread::Builder::new().name(format!("sqlite-read-{number}")).spawn(move || {
                while let Some(read) = queue.pop() {
                    read(&conn);
                }
            })?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs `work` on a reader thread.
    pub(crate) async fn read<T, F>(&self, work: F) -> StoreResult<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Done<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue.push(Box::new(move |conn| {
            if reply.is_closed() {
                return;
            }
            let outcome = match catch_unwind(AssertUnwindSafe(|| work(conn))) {
                Ok(done) => done.map_err(|fault| fault.0),
                Err(_) => Err(StoreError::Backend("a read panicked".into())),
            };
            // An error here: the caller has gone away.
            let _ = reply.send(outcome);
        }));
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
