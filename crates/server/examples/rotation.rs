//! Rotation of the master key over many items while the service goes on: `make bench`.
//!
//! ```text
//! cargo run --release -p connect-server --example rotation [ITEMS] [FOLDER]
//! ```
//!
//! Fills a database with ITEMS sealed logins (100,000), then rotates while others create connect tokens. Says how long
//! it took, how many calls went through meanwhile and how long the slowest waited, and checks that every item opens
//! under the new version and none is left under the old one.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a measurement, for the person who runs it")]

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use connect_core::clock::SystemClock;
use connect_core::directory::Directory;
use connect_core::store::VaultStore;
use connect_core::token::Environment;
use connect_core::vault::{Context, Keyring, Kind, Purpose};
use connect_sandbox::SandboxConnector;
use connect_server::service::{ConnectTokenRequest, Settings};
use connect_server::worker::{Secrets, rotate, together};
use connect_sqlite::SqliteStore;
use uuid::Uuid;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let items: u32 = arguments.next().map_or(100_000, |text| text.parse().unwrap());
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(folder).unwrap();
    let path = dir.path().join("rotation.db");
    let store = Arc::new(SqliteStore::open(&path).unwrap());
    let mut ring = Keyring::generate().unwrap();
    let secrets = Secrets::new([7; 32].into(), &ring).unwrap();
    let (service, worker) = together(
        store.clone(),
        secrets,
        Arc::new(SystemClock),
        Directory::embedded().unwrap(),
        vec![Arc::new(SandboxConnector::new())],
        Settings::default(),
    );
    let service = Arc::new(service);
    let (id, secret) = service.register_client("Bench", Environment::Sandbox).await.unwrap();
    let client = service.authenticate_client(&id.to_string(), &secret).await.unwrap().unwrap();
    fill(&path, &ring, client.id, items);

    ring.add_version().unwrap();
    worker.replace_keys(&ring.derive(Purpose::Credentials).unwrap()).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..4)
        .map(|lane| {
            let (service, client, done) = (service.clone(), client.clone(), done.clone());
            tokio::spawn(async move {
                let (mut calls, mut slowest) = (0_u32, Duration::ZERO);
                while !done.load(Ordering::Relaxed) {
                    let request = ConnectTokenRequest {
                        user_id: format!("bench-{lane}-{calls}"),
                        utility: None,
                        code_challenge: None,
                        language: None,
                    };
                    let start = Instant::now();
                    service.create_connect_token(&client, request).await.unwrap();
                    slowest = slowest.max(start.elapsed());
                    calls += 1;
                }
                (calls, slowest)
            })
        })
        .collect();
    let start = Instant::now();
    let rotated = rotate(&*store, &ring, |_| {}).await.unwrap();
    let took = start.elapsed();
    done.store(true, Ordering::Relaxed);
    let (mut calls, mut slowest) = (0, Duration::ZERO);
    for lane in busy {
        let (of_lane, of_its_slowest) = lane.await.unwrap();
        calls += of_lane;
        slowest = slowest.max(of_its_slowest);
    }
    println!(
        "{} items sealed anew in {took:.1?} ({:.0}/s), {} failed; meanwhile {calls} connect tokens ({:.0}/s), the slowest in {slowest:.1?}",
        rotated.done,
        f64::from(u32::try_from(rotated.done).unwrap()) / took.as_secs_f64(),
        rotated.failed,
        f64::from(calls) / took.as_secs_f64(),
    );
    assert!(rotated.done >= u64::from(items) && rotated.failed == 0);
    assert_eq!(store.sealed_counts(Kind::Login).await.unwrap(), [(2, u64::from(items))]);
    ring.remove(1);
    let vault = ring.vault(Purpose::Credentials).unwrap();
    let (mut after, mut opened) = (None, 0_u32);
    loop {
        let page = store.sealed_items(Kind::Login, u32::MAX, after, 1000).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.context.clone());
        for item in &page {
            vault.open(&item.context, &item.sealed).unwrap();
            opened += 1;
        }
    }
    println!("all {opened} open under the new version alone");
}

/// Users with a sealed login each, past the store: its own way takes a link each.
fn fill(path: &std::path::Path, ring: &Keyring, client: Uuid, items: u32) {
    let vault = ring.vault(Purpose::Credentials).unwrap();
    let mut db = rusqlite::Connection::open(path).unwrap();
    let tx = db.transaction().unwrap();
    {
        let mut insert = tx
            .prepare(
                "INSERT INTO users (id, client_id, user_ref, utility, username, login_digest, sealed_login,
                     credentials_valid, linked_at, access)
                 VALUES (?1, ?2, ?3, 1, 'user', ?4, ?5, 1, 0, 'login')",
            )
            .unwrap();
        for number in 0..items {
            let user = Uuid::now_v7();
            let sealed = vault.seal(
                &Context::of(Kind::Login, client, user),
                b"{\"username\":\"user\",\"password\":\"password\"}",
            );
            let mut digest = [0_u8; 32];
            digest[..4].copy_from_slice(&number.to_be_bytes());
            insert
                .execute(rusqlite::params![
                    user.as_bytes(),
                    client.as_bytes(),
                    format!("filled-{number}"),
                    digest,
                    sealed.unwrap()
                ])
                .unwrap();
        }
    }
    tx.commit().unwrap();
}
