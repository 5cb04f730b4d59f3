//! How fast authorization codes are exchanged, durably, against what the disk allows.
//!
//! ```text
//! cargo run --release -p connect-sqlite --example redeem [FOLDER]
//! ```
//!
//! What to compare with is taken in the same minute on the same file: one thread that runs the
//! same statements with as many codes per transaction as there are callers, without queue,
//! savepoint or async. `limit` stops its clock while it moves the write-ahead log into the
//! database: no store can do without that. `plain` does it as SQLite does by default. FOLDER
//! (default: the system's temporary folder) chooses the disk. Nothing else should run meanwhile.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for a person at a terminal")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connect_core::flow::{Flow, Route, Stage};
use connect_core::keys::Digest;
use connect_core::store::{Exchange, Redeemed, TokenStore};
use connect_sqlite::SqliteStore;
use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Callers at a time, and codes that they exchange in one round.
const LEVELS: [(usize, usize); 3] = [(1, 500), (8, 3_000), (64, 12_000)];
const ROUNDS: usize = 5;
const CLIENT: Uuid = Uuid::from_u128(1);

fn main() {
    let dir = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }
    .unwrap();
    let path = dir.path().join("redeem.sqlite");
    let mut codes = fill(&path).into_iter();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();

    println!(
        "callers  limit/s  plain/s  store/s  of limit  of plain  p50 ms  p99 ms  us CPU  commits  codes/commit"
    );
    for (callers, count) in LEVELS {
        let mut rounds: Vec<Round> = (0..ROUNDS)
            .map(|_| {
                let limit = raw(&path, callers, true, codes.by_ref().take(count));
                let plain = raw(&path, callers, false, codes.by_ref().take(count));
                let store = SqliteStore::open(&path).unwrap();
                let round = runtime.block_on(through_store(store, callers, codes.by_ref().take(count).collect()));
                Round { limit, plain, ..round }
            })
            .collect();
        // The disk's own speed swings: the median of the ratios, not the ratio of the medians.
        rounds.sort_by(|a, b| (a.rate / a.limit).total_cmp(&(b.rate / b.limit)));
        let Round { limit, plain, rate, p50, p99, cpu, commits } = rounds.swap_remove(ROUNDS / 2);
        println!(
            "{callers:7}  {limit:7.0}  {plain:7.0}  {rate:7.0}  {:7.0}%  {:7.0}%  {:6.2}  {:6.2}  {:6.0}  {commits:7}  {:12.1}",
            100.0 * rate / limit,
            100.0 * rate / plain,
            p50.as_secs_f64() * 1e3,
            p99.as_secs_f64() * 1e3,
            cpu.as_secs_f64() * 1e6 / count as f64,
            count as f64 / commits as f64,
        );
    }
}

#[derive(Clone, Copy, Default)]
struct Round {
    limit: f64,
    plain: f64,
    rate: f64,
    p50: Duration,
    p99: Duration,
    cpu: Duration,
    commits: u64,
}

async fn through_store(store: SqliteStore, callers: usize, codes: Vec<Digest>) -> Round {
    let store = Arc::new(store);
    let before = store.stats();
    let (count, cpu, start) = (codes.len(), processor_time(), Instant::now());
    let mut tasks = JoinSet::new();
    for share in codes.chunks(count.div_ceil(callers)) {
        let (store, share) = (store.clone(), share.to_vec());
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(share.len());
            for code in share {
                let start = Instant::now();
                let exchange = Exchange {
                    code,
                    client_id: CLIENT,
                    challenge: None,
                    access: access_of(&code),
                    at: now(),
                    answer: None,
                    record: None,
                };
                assert_eq!(store.redeem_code(exchange).await.unwrap(), Redeemed::Yes);
                times.push(start.elapsed());
            }
            times
        });
    }
    let mut times = tasks.join_all().await.concat();
    let (took, cpu) = (start.elapsed(), processor_time().saturating_sub(cpu));
    times.sort_unstable();
    Round {
        rate: count as f64 / took.as_secs_f64(),
        p50: times[count / 2],
        p99: times[count * 99 / 100],
        cpu,
        commits: store.stats().commits - before.commits,
        ..Round::default()
    }
}

/// The same statements, as many codes per transaction as there would be callers; codes a second.
fn raw(path: &Path, batch: usize, checkpoints_are_free: bool, codes: impl Iterator<Item = Digest>) -> f64 {
    let mut conn = connect(path);
    if checkpoints_are_free {
        conn.pragma_update(None, "wal_autocheckpoint", 0).unwrap();
    }
    let codes: Vec<Digest> = codes.collect();
    let mut took = Duration::ZERO;
    let mut since_checkpoint = 0;
    for batch in codes.chunks(batch) {
        let start = Instant::now();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        for code in batch {
            let at = now().as_millisecond();
            let (session, user): ([u8; 16], [u8; 16]) = tx
                .prepare_cached(
                    "UPDATE authorization_codes SET used_at = ?3 WHERE digest = ?1 AND client_id = ?2
                     AND used_at IS NULL AND expires_at > ?3 RETURNING session_id, user_id",
                )
                .unwrap()
                .query_row(params![code, CLIENT.as_bytes(), at], |row| Ok((row.get(0)?, row.get(1)?)))
                .unwrap();
            tx.prepare_cached(
                "INSERT INTO access_tokens (digest, client_id, user_id, created_at, code) VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .unwrap()
            .execute(params![access_of(code), CLIENT.as_bytes(), user, at, code])
            .unwrap();
            tx.prepare_cached(
                "UPDATE connect_sessions SET finished_at = ?2 WHERE id = ?1 AND finished_at IS NULL",
            )
            .unwrap()
            .execute(params![session, at])
            .unwrap();
        }
        tx.commit().unwrap();
        took += start.elapsed();
        since_checkpoint += batch.len();
        // About as often as the store does. A log that is used again is faster than one that grows.
        if checkpoints_are_free && since_checkpoint >= 500 {
            since_checkpoint = 0;
            conn.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        }
    }
    codes.len() as f64 / took.as_secs_f64()
}

/// A database with a code for every exchange of all rounds, each of a user of its own.
fn fill(path: &Path) -> Vec<Digest> {
    drop(SqliteStore::open(path).unwrap());
    let mut conn = connect(path);
    let stage = Stage::Linked { utility: 1, accounts: vec![] };
    let flow = Flow { stage, ..Flow::create(None, Route::Login) };
    let flow = serde_json::to_string(&flow).unwrap();
    let count = LEVELS.iter().map(|(_, count)| count).sum::<usize>() * ROUNDS * 3;
    let (at, until) = (now().as_millisecond(), now().as_millisecond() + 3_600_000);
    let tx = conn.transaction().unwrap();
    tx.execute("INSERT INTO clients (id, name, environment) VALUES (?1, 'Bench', 'sandbox')", [CLIENT.as_bytes()])
        .unwrap();
    let mut codes = Vec::with_capacity(count);
    for number in 0..count {
        let (user, session, code) = (Uuid::now_v7(), Uuid::now_v7(), random());
        tx.prepare_cached(
            "INSERT INTO users (id, client_id, user_ref, utility, username, login_digest, sealed_login,
                 credentials_valid, linked_at) VALUES (?1, ?2, ?3, 1, 'user@example.com', ?4, ?5, 1, ?6)",
        )
        .unwrap()
        .execute(params![
            user.as_bytes(),
            CLIENT.as_bytes(),
            format!("customer-{number}"),
            random(),
            [7u8; 160],
            at
        ])
        .unwrap();
        tx.prepare_cached(
            "INSERT INTO connect_sessions VALUES (?1, ?2, ?3, ?4, 'x', ?5, ?6, 4, ?7, NULL, ?8, NULL, NULL)",
        )
        .unwrap()
        .execute(params![
            session.as_bytes(),
            format!("{number:022}"),
            random(),
            CLIENT.as_bytes(),
            at,
            until,
            flow,
            user.as_bytes()
        ])
        .unwrap();
        tx.prepare_cached("INSERT INTO authorization_codes VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL)")
            .unwrap()
            .execute(params![code, session.as_bytes(), CLIENT.as_bytes(), user.as_bytes(), at, until])
            .unwrap();
        codes.push(code);
    }
    tx.commit().unwrap();
    println!("{count} codes in {}", path.display());
    codes
}

/// As the store's writer connects.
fn connect(path: &Path) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;",
    )
    .unwrap();
    conn
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn random() -> Digest {
    let mut digest = [0; 32];
    digest[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    digest[16..].copy_from_slice(Uuid::new_v4().as_bytes());
    digest
}

/// The digest of the access token for a code: another place in the other table.
fn access_of(code: &Digest) -> Digest {
    code.map(|byte| byte ^ 0x5a)
}

/// Processor time of this process so far, where the system tells (Linux); else zero.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // utime and stime, counted from the end of the name; in ticks of 10 ms.
    let ticks = stat.rsplit(')').next().map(|rest| rest.split_whitespace().skip(11).take(2));
    let ticks: u64 = ticks.into_iter().flatten().filter_map(|t| t.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}
