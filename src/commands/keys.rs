//! `connect keys`: the master key, while the server runs.

use std::fs::{File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use clap::Subcommand;
use connect_core::audit::{Event, Kind};
use connect_core::clock::{Clock, SystemClock, after};
use connect_core::store::{Retirement, StoreError, VaultStore};
use connect_core::vault::Keyring;
use connect_server::bootstrap::{KeySource, StartError};
use connect_server::worker::{Rotated, open_vault, rotate, sealed_under};
use connect_sqlite::SqliteStore;

use super::{Desk, desk, options};

/// How long to wait until a running server has taken up a new version: it looks every two seconds.
const TAKEN_UP: Duration = Duration::from_secs(6);
/// How long a version must have had a successor before it can be retired, in seconds.
const SUPERSEDED_SECONDS: i64 = 60;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the versions, and what is sealed under each.
    Status,
    /// Print a new key, for a master key that you look after yourself.
    New {
        /// Its version: one more than the latest you have.
        #[arg(default_value_t = 1)]
        version: u32,
    },
    /// Add a new version and seal everything under it; or go on where the last rotation broke off.
    Rotate,
    /// Forget an old version for good: backups that need it cannot be read any more.
    Retire {
        /// Its number.
        version: u32,
        /// Give so many damaged items up, which no rotation can open.
        #[arg(long, default_value_t = 0)]
        despite: u64,
    },
}

/// One rotation at a time: two would each make a key, and one of them be lost. Held until it is dropped.
fn alone() -> Result<File, String> {
    let path = options()?.data_dir.join("keys.lock");
    let failed = |error: std::io::Error| format!("{} could not be locked: {error}.", path.display());
    let lock = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err("Another rotation is running: wait until it is through.".into()),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A line for a keyring.
fn new(version: u32) -> Result<(), String> {
    let line = Keyring::line(version).map_err(|error| format!("{error}."))?;
    println!("{}", line.expose());
    Ok(())
}

pub(crate) async fn run(command: Command) -> Result<(), String> {
    let _alone = match command {
        Command::New { version } => return new(version),
        Command::Status => None,
        Command::Rotate | Command::Retire { .. } => Some(alone()?),
    };
    // Read only now: another command may have written the key.
    let desk = desk().await?;
    match command {
        Command::New { .. } => Ok(()),
        Command::Status => status(&desk.store, &desk.ring).await.map_err(failed),
        Command::Rotate => {
            desk.note(Event::of(Kind::AdminKeyRotated)).await?;
            let Desk { store, source, ring, .. } = desk;
            rotation(&store, &source, ring).await
        }
        Command::Retire { version, despite } => {
            desk.note(Event::of(Kind::AdminKeyRotated).because("retired")).await?;
            let Desk { store, source, ring, .. } = desk;
            retire(&store, &source, ring, version, despite).await
        }
    }
}

fn failed(error: StoreError) -> String {
    format!("{error}.")
}

async fn status(store: &SqliteStore, ring: &Keyring) -> Result<(), StoreError> {
    let sealed = sealed_under(store).await?;
    for version in store.key_versions().await? {
        let current = if ring.current() == Some(version.version) { ", current" } else { "" };
        let retired = if version.retired { ", retired" } else { "" };
        println!("version {} of {}{current}{retired}", version.version, version.added_at.strftime("%F"));
        for (kind, counts) in &sealed {
            for (_, items) in counts.iter().filter(|(under, _)| *under == version.version) {
                println!("  {items:>8}  {}", kind.name());
            }
        }
    }
    Ok(())
}

async fn rotation(store: &SqliteStore, source: &KeySource, mut ring: Keyring) -> Result<(), String> {
    // A version that was added a moment ago, by hand or by a rotation that was broken off, counts as new.
    tokio::time::sleep(TAKEN_UP).await;
    let Rotated { done, .. } = seal_anew(store, &ring).await?;
    if done == 0 {
        let version = ring.add_version().map_err(|error| format!("{error}."))?;
        source.write(&ring).map_err(|error| error.to_string())?;
        open_vault(store, &ring, SystemClock.now()).await.map_err(|error| StartError::from(error).to_string())?;
        println!("Version {version} is made. A running server takes it up within seconds.");
        tokio::time::sleep(TAKEN_UP).await;
    } else {
        println!("That was left of an earlier rotation, or of a version that you have added.");
    }
    let Rotated { done: more, failed } = seal_anew(store, &ring).await?;
    println!("{} items are sealed under version {} now.", done + more, ring.current().unwrap_or(0));
    if failed > 0 {
        println!(
            "{failed} items are damaged and stay as they are; the log names them. Their customers must link again."
        );
    }
    println!("An older version can be forgotten with: connect keys retire VERSION");
    Ok(())
}

async fn seal_anew(store: &SqliteStore, ring: &Keyring) -> Result<Rotated, String> {
    let mut told = 0;
    let rotated = rotate(store, ring, |done| {
        if done / 10_000 > told {
            told = done / 10_000;
            println!("{done} items …");
        }
    });
    rotated.await.map_err(|error| format!("{error}. Nothing is lost: start the rotation again."))
}

async fn retire(
    store: &SqliteStore,
    source: &KeySource,
    mut ring: Keyring,
    version: u32,
    despite: u64,
) -> Result<(), String> {
    let now = SystemClock.now();
    let superseded = after(now, -SUPERSEDED_SECONDS);
    match store.retire_key_version(version, superseded, now, despite).await.map_err(failed)? {
        Retirement::Unknown => Err(format!("There is no version {version}: connect keys status lists them.")),
        Retirement::TooSoon => Err(format!(
            "Version {version} is the latest, or has a successor for less than {SUPERSEDED_SECONDS} seconds: rotate first, then wait."
        )),
        Retirement::InUse(items) => Err(format!(
            "{items} items are sealed under version {version}: rotate first. If they are damaged and stay: connect keys retire {version} --despite {items}"
        )),
        Retirement::Done => {
            ring.remove(version);
            match source {
                KeySource::Own(_) => source.write(&ring).map_err(|error| error.to_string())?,
                _ => println!("Take version {version} out of {} as well.", source.name()),
            }
            println!("Version {version} is forgotten: backups from before the rotation cannot be read any more.");
            Ok(())
        }
    }
}
