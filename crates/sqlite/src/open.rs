//! Opening the file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::migrations::{self, Found};

/// Prepared statements kept per connection: more than the store has.
const STATEMENTS: usize = 128;
/// Page cache of a connection, in KiB.
const CACHE_KIB: i64 = 8 * 1024;
/// Readers, at least.
const MIN_READERS: usize = 2;

/// Why a database could not be opened: one sentence for the person who starts the service.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder is missing.
    #[error("the folder for the database {0} does not exist: create it first")]
    NoFolder(PathBuf),
    /// The path is not a file.
    #[error("{0} is a folder: the database must be a file")]
    Folder(PathBuf),
    /// No permission.
    #[error(
        "the database {0} cannot be written: this user needs to own the file and to be able to write to its folder"
    )]
    NotWritable(PathBuf),
    /// Not SQLite.
    #[error("the file {0} is not a database")]
    NotADatabase(PathBuf),
    /// SQLite, but not ours.
    #[error("the database {0} belongs to another program")]
    Foreign(PathBuf),
    /// Written by a later version.
    #[error(
        "the database {path} was written by a newer version of this program (schema {found}, known here: {known}): use that version"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The latest that this program knows.
        known: u32,
    },
    /// Written by an earlier version.
    #[error(
        "the database {path} is of an earlier version of this program (schema {found}, this one has {known}): start the server with this version first"
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: u32,
        /// The one of this program.
        known: u32,
    },
    /// Another program holds it.
    #[error("the database {0} is locked by another program")]
    Locked(PathBuf),
    /// No write-ahead log.
    #[error(
        "the database {0} is on a file system without shared memory, as network folders are: put it on a local disk"
    )]
    NoWal(PathBuf),
    /// Anything else.
    #[error("the database {path} could not be opened: {message}")]
    Other {
        /// The file.
        path: PathBuf,
        /// In the system's words.
        message: String,
    },
}

impl OpenError {
    pub(crate) fn other(path: &Path, error: impl ToString) -> Self {
        Self::Other { path: path.into(), message: error.to_string() }
    }

    fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.into();
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(path),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked(path),
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable(path)
            }
            _ => Self::Other { path, message: error.to_string() },
        }
    }
}

/// The connections of a store.
pub(crate) struct Connections {
    pub(crate) writer: Connection,
    pub(crate) checkpointer: Connection,
    pub(crate) readers: Vec<Connection>,
}

/// One store is opened at a time: closing any descriptor of a file drops all of this process's
/// locks on it, so `create` must not run while another store of the process opens the file.
static OPENING: Mutex<()> = Mutex::new(());

/// Opens or creates the database at `path` and brings its schema up to date. `patience` is how
/// long a connection waits for another process's lock.
pub(crate) fn open(path: &Path, patience: Duration) -> Result<Connections, OpenError> {
    let _one_at_a_time = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = &create(path)?;
    let failed = |error: rusqlite::Error| OpenError::sqlite(path, &error);

    let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience).map_err(failed)?;
    // SQLite opens a protected file for reading without a word.
    if writer.is_readonly("main").map_err(failed)? {
        return Err(OpenError::NotWritable(path.clone()));
    }
    // Looked at before anything is changed, the journal mode included.
    match migrations::inspect(&writer).map_err(failed)? {
        Found::Foreign => return Err(OpenError::Foreign(path.clone())),
        Found::Version(found) if found > migrations::latest() => {
            return Err(OpenError::Newer { path: path.clone(), found, known: migrations::latest() });
        }
        Found::Empty | Found::Version(_) => {}
    }
    #[cfg(unix)]
    make_private(path)?;
    if !write_ahead(&writer, patience).map_err(failed)? {
        return Err(OpenError::NoWal(path.clone()));
    }
    writing(&writer).map_err(failed)?;
    migrations::apply(&writer).map_err(failed)?;

    let checkpointer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience).map_err(failed)?;
    writing(&checkpointer).map_err(failed)?;
    let count = thread::available_parallelism().map_or(MIN_READERS, |cores| cores.get().max(MIN_READERS));
    let readers = (0..count)
        .map(|_| connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, patience))
        .collect::<Result<_, _>>()
        .map_err(failed)?;
    Ok(Connections { writer, checkpointer, readers })
}

/// Whether the database at `path` is of this program's version, which nothing is done about here.
pub(crate) fn up_to_date(path: &Path, patience: Duration) -> Result<(), OpenError> {
    let _one_at_a_time = OPENING.lock().unwrap_or_else(PoisonError::into_inner);
    let failed = |error: rusqlite::Error| OpenError::sqlite(path, &error);
    let conn = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience).map_err(failed)?;
    match migrations::inspect(&conn).map_err(failed)? {
        Found::Version(found) if found < migrations::latest() => {
            Err(OpenError::Older { path: path.into(), found, known: migrations::latest() })
        }
        _ => Ok(()),
    }
}

/// Makes sure that there is a file and that nobody else may read it; its real path.
///
/// Never opens a file that exists (see [`OPENING`]).
fn create(path: &Path) -> Result<PathBuf, OpenError> {
    let mut new = fs::OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(path) {
        Ok(_) => {}
        Err(error) => match error.kind() {
            ErrorKind::AlreadyExists if path.is_dir() => return Err(OpenError::Folder(path.into())),
            ErrorKind::AlreadyExists => {}
            ErrorKind::NotFound | ErrorKind::NotADirectory => return Err(OpenError::NoFolder(path.into())),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                return Err(OpenError::NotWritable(path.into()));
            }
            _ => return Err(OpenError::other(path, error)),
        },
    }
    // SQLite puts its other files beside the real file, not beside a link to it.
    let path = path.canonicalize().map_err(|error| OpenError::other(path, error))?;
    Ok(path)
}

/// Takes all rights from everybody but the owner. SQLite gives the files that it adds the
/// rights of the database, but those that are left of an earlier run keep theirs.
#[cfg(unix)]
fn make_private(path: &Path) -> Result<(), OpenError> {
    use std::os::unix::fs::PermissionsExt;

    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match fs::metadata(&file) {
            Ok(found) if found.permissions().mode() & 0o777 == 0o600 => {}
            Ok(_) => fs::set_permissions(&file, fs::Permissions::from_mode(0o600))
                .map_err(|_| OpenError::NotWritable(path.into()))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(OpenError::other(path, error)),
        }
    }
    Ok(())
}

/// A connection with what all of them have in common.
fn connect(path: &Path, access: OpenFlags, patience: Duration) -> rusqlite::Result<Connection> {
    // NO_MUTEX: a connection never leaves its thread. (The path is absolute: never taken for a URI.)
    let conn = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(patience)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS);
    conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
    // Never in a file elsewhere: neither what savepoints may have to undo nor a long sort.
    conn.pragma_update(None, "temp_store", "MEMORY")?;
    // What a changed schema could make SQLite call is limited to what is harmless.
    conn.pragma_update(None, "trusted_schema", false)?;
    Ok(conn)
}

/// Turns the write-ahead log on; whether it is. Two processes that do so at the same time may
/// be refused at once, without the busy timeout: hence the loop.
fn write_ahead(conn: &Connection, patience: Duration) -> rusqlite::Result<bool> {
    let until = Instant::now() + patience;
    loop {
        let mode = conn.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
        match mode {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                thread::sleep(Duration::from_millis(10));
            }
            mode => return mode.map(|mode| mode.eq_ignore_ascii_case("wal")),
        }
    }
}

/// What a connection that writes has beyond that.
fn writing(conn: &Connection) -> rusqlite::Result<()> {
    // FULL: a commit that was acknowledged survives a loss of power. NORMAL would be some
    // times faster and lose the last ones.
    conn.pragma_update(None, "synchronous", "FULL")?;
    // Only does something on macOS, where a plain fsync does not reach the disk.
    conn.pragma_update(None, "fullfsync", true)?;
    conn.pragma_update(None, "checkpoint_fullfsync", true)?;
    conn.pragma_update(None, "foreign_keys", true)?;
    // What is deleted is overwritten, not only unlinked: sealed logins, user names.
    conn.pragma_update(None, "secure_delete", true)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person with all rights (and so many a build machine) cannot be refused by the system:
    /// hence by SQLite's answers.
    #[test]
    fn refusals_of_the_system_are_told_as_missing_rights() {
        for code in [rusqlite::ffi::SQLITE_READONLY, rusqlite::ffi::SQLITE_CANTOPEN, rusqlite::ffi::SQLITE_PERM] {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let told = OpenError::sqlite(Path::new("x.sqlite"), &error);
            assert!(matches!(told, OpenError::NotWritable(_)), "{told}");
        }
    }

    #[test]
    fn every_writing_connection_is_durable_and_keeps_foreign_keys() {
        let dir = tempfile::tempdir().unwrap();
        let Connections { writer, checkpointer, readers } =
            open(&dir.path().join("x.sqlite"), Duration::from_millis(50)).unwrap();
        for conn in [writer, checkpointer] {
            for (pragma, value) in
                [("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("temp_store", 2)]
            {
                let found: i64 = conn.pragma_query_value(None, pragma, |row| row.get(0)).unwrap();
                assert_eq!(found, value, "{pragma}");
            }
        }
        assert!(readers.len() >= MIN_READERS);
        for conn in readers {
            assert!(conn.execute_batch("DELETE FROM users").is_err());
        }
    }
}
