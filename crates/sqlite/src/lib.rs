//! The SQLite store: [`connect_core::store::Store`] in one file.
//!
//! - All changes go through one thread, which commits whatever waits at the same time together
//!   and answers when it is on the disk (`writer`).
//! - Reads run beside it on threads of their own (`readers`).
//! - What must work once is one guarded statement each, never a look and then a change
//!   (`codes`, `sessions`).
//!
//! Several processes may use the same file at the same time. The guards are in the statements,
//! not in this process, so they hold across processes; SQLite's locks take care of the order.
//!
//! The file belongs to the user that runs the service and is readable by nobody else.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod accounts;
mod answers;
mod audit;
mod bills;
mod checkpoint;
mod clients;
mod codes;
mod documents;
mod migrations;
mod open;
mod outages;
mod readers;
mod readings;
mod rows;
mod sessions;
mod store;
mod sweep;
mod sync;
#[cfg(test)]
mod tests;
mod tries;
mod users;
mod vault;
mod writer;

use std::fmt;
use std::path::Path;
use std::time::Duration;

pub use open::OpenError;
pub use writer::Stats;

use checkpoint::Checkpointer;
use readers::Readers;
use writer::Writer;

/// How long a connection waits for a lock that another process holds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The store. Dropping it carries out what is queued, closes the file and joins its threads.
pub struct SqliteStore {
    // Dropped in this order: the writer's connection goes last (see `writer`).
    readers: Readers,
    writer: Writer,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(…)")
    }
}

impl SqliteStore {
    /// Opens the database at `path`, creates it if there is none, and brings an older one up to
    /// date. Blocks meanwhile.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        Self::open_with(path, PATIENCE)
    }

    /// Opens a database that a server may be using, without bringing it up to date: a server of an earlier version
    /// could not go on. [`OpenError::Older`] if it would have to be.
    pub fn open_as_it_is(path: &Path) -> Result<Self, OpenError> {
        open::up_to_date(path, PATIENCE)?;
        Self::open_with(path, PATIENCE)
    }

    fn open_with(path: &Path, patience: Duration) -> Result<Self, OpenError> {
        let mut connections = open::open(path, patience)?;
        let failed = |error: std::io::Error| OpenError::other(path, error);
        let checkpointer =
            Checkpointer::start(&mut connections.writer, connections.checkpointer).map_err(failed)?;
        Ok(Self {
            readers: Readers::start(connections.readers).map_err(failed)?,
            writer: Writer::start(connections.writer, checkpointer).map_err(failed)?,
        })
    }

    /// What the writer has done so far.
    pub fn stats(&self) -> Stats {
        self.writer.stats()
    }
}
