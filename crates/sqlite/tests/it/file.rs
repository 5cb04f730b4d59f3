//! The file: who may read it, what is refused, what survives.

use std::path::Path;

use connect_core::store::{ClientStore, Store};
use connect_sqlite::{OpenError, SqliteStore};

use crate::support::{CLIENT, STRANGER, World, client, secret, session, world};

fn refused(path: &Path) -> OpenError {
    SqliteStore::open(path).unwrap_err()
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let world = world().await;
    let modes = |world: &World| {
        ["sqlite", "sqlite-wal", "sqlite-shm"].map(|extension| {
            std::fs::metadata(world.path.with_extension(extension)).unwrap().permissions().mode() & 0o777
        })
    };
    assert_eq!(modes(&world), [0o600; 3]);
    // A database that came from elsewhere with wider rights.
    let World { store, path, .. } = &world;
    let second = SqliteStore::open(path).unwrap();
    for extension in ["sqlite", "sqlite-wal", "sqlite-shm"] {
        std::fs::set_permissions(path.with_extension(extension), std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    drop(second);
    let third = SqliteStore::open(path).unwrap();
    assert_eq!(modes(&world), [0o600; 3]);
    drop(third);
    store.client(CLIENT).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_was_answered_survives_the_drop_and_the_log_is_folded_in() {
    let world = world().await;
    let (_, user) = world.code(1).await;
    let world = world.reopened();
    assert!(world.store.user(user).await.unwrap().is_some());
    let path = world.path.clone();
    let World { store, _dir, .. } = world;
    drop(store);
    assert!(!path.with_extension("sqlite-wal").exists());
    assert!(!path.with_extension("sqlite-shm").exists());
}

#[tokio::test]
async fn two_stores_of_one_process_share_the_file() {
    let world = world().await;
    let other = SqliteStore::open(&world.path).unwrap();
    let (here, there) = (session(CLIENT), session(STRANGER));
    world.store.add_session(here.clone()).await.unwrap();
    other.add_session(there.clone()).await.unwrap();
    assert!(other.session_by_handle(&here.handle).await.unwrap().is_some());
    assert!(world.store.session_by_handle(&there.handle).await.unwrap().is_some());
    drop(other);
    assert!(world.store.session_by_handle(&there.handle).await.unwrap().is_some());
    world.store.add_client(client(uuid::Uuid::from_u128(3)), secret(9)).await.unwrap();
}

#[test]
fn a_missing_folder_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = refused(&dir.path().join("none/connect.sqlite"));
    assert!(matches!(error, OpenError::NoFolder(_)), "{error}");
    assert!(error.to_string().contains("none/connect.sqlite"), "{error}");
    assert!(!dir.path().join("none").exists());
}

#[test]
fn a_folder_is_not_a_database() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(refused(dir.path()), OpenError::Folder(_)));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("notes.txt");
    for text in ["hello".to_owned(), "not a database\n".repeat(1_000)] {
        std::fs::write(&path, &text).unwrap();
        let error = refused(&path);
        assert!(matches!(error, OpenError::NotADatabase(_)), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn another_programs_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("theirs.sqlite");
    rusqlite::Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = refused(&path);
    assert!(matches!(error, OpenError::Foreign(_)), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_both_versions_named() {
    let world = world().await;
    world.meddle("PRAGMA user_version = 4711");
    let World { store, path, _dir } = world;
    drop(store);
    let error = refused(&path);
    let OpenError::Newer { found: 4711, known, .. } = error else { panic!("{error}") };
    assert!(error.to_string().contains(&format!("schema 4711, known here: {known}")), "{error}");
}

#[tokio::test]
async fn a_path_is_a_path_and_never_a_uri() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file:x?mode=memory");
    let store = SqliteStore::open(&path).unwrap();
    store.add_client(client(CLIENT), secret(9)).await.unwrap();
    drop(store);
    assert!(path.is_file());
    let found = SqliteStore::open(&path).unwrap().client_with_secrets(CLIENT).await.unwrap().unwrap();
    assert_eq!(found.1, [secret(9)]);
}
