//! Several processes on one file. This binary starts itself again as the other process, with
//! one test selected and the task in the environment.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;

use connect_core::store::{AuditStore, ClientStore, Redeemed, TokenStore};
use connect_sqlite::SqliteStore;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::audit::{chain, entry, verify};
use crate::support::{World, client, digest, exchange, secret, world};

const CODES: u64 = 200;
const RECORDS: u64 = 50;
const TASK: &str = "CONNECT_SQLITE_TEST_TASK";
const FILE: &str = "CONNECT_SQLITE_TEST_FILE";
const NUMBER: &str = "CONNECT_SQLITE_TEST_NUMBER";

/// Another process; it says `ready` and waits for a line.
struct Other {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Other {
    fn start(task: &str, path: &Path, number: u64) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::as_the_other_process", "--nocapture"])
            .env(TASK, task)
            .env(FILE, path)
            .env(NUMBER, number.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// The next thing it says; `None` at its end. The test harness talks too.
    fn says(&mut self) -> Option<String> {
        self.lines.by_ref().map_while(Result::ok).find_map(|line| line.strip_prefix("> ").map(str::to_owned))
    }

    fn go(&mut self) {
        assert_eq!(self.says().as_deref(), Some("ready"));
        self.child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }

    fn end(mut self) {
        assert!(self.child.wait().unwrap().success());
    }
}

fn say(text: impl std::fmt::Display) {
    // One write per line: the reader may kill this process in between.
    std::io::stdout().write_all(format!("\n> {text}\n").as_bytes()).unwrap();
}

fn wait_for_go() {
    say("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// Nothing in an ordinary run: the other process's side of the tests below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_the_other_process() {
    let Ok(task) = std::env::var(TASK) else { return };
    let path = std::env::var_os(FILE).unwrap();
    let number: u64 = std::env::var(NUMBER).unwrap().parse().unwrap();
    match task.as_str() {
        "open" => {
            wait_for_go();
            let store = SqliteStore::open(Path::new(&path)).unwrap();
            store.add_client(client(Uuid::from_u128(number.into())), secret(9)).await.unwrap();
        }
        "redeem all" => {
            let store = SqliteStore::open(Path::new(&path)).unwrap();
            wait_for_go();
            say(redeem_all(Arc::new(store), number).await);
        }
        "redeem until killed" => {
            let store = SqliteStore::open(Path::new(&path)).unwrap();
            wait_for_go();
            for code in 0..CODES {
                let answer = store.redeem_code(exchange(code, 1_000 + code, 5)).await.unwrap();
                assert_eq!(answer, Redeemed::Yes);
                say(code);
            }
        }
        "record" => {
            let store = SqliteStore::open(Path::new(&path)).unwrap();
            wait_for_go();
            for record in 0..RECORDS {
                store.append_audit(chain(), vec![entry(1_000 * number + record); 2]).await.unwrap();
            }
        }
        other => panic!("unknown task {other}"),
    }
}

/// Tries every code, all at once; how many it got.
async fn redeem_all(store: Arc<SqliteStore>, number: u64) -> usize {
    let mut tasks = JoinSet::new();
    for code in 0..CODES {
        let store = store.clone();
        let exchange = exchange(code, 1_000 * number + code, 5);
        tasks.spawn(async move { store.redeem_code(exchange).await.unwrap() });
    }
    tasks.join_all().await.into_iter().filter(|answer| *answer == Redeemed::Yes).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_processes_that_exchange_the_same_codes_get_each_once() {
    let world = world().await;
    for code in 0..CODES {
        world.code(code).await;
    }
    let mut others = [2, 3].map(|number| Other::start("redeem all", &world.path, number));
    others.iter_mut().for_each(Other::go);
    let World { store, path, _dir } = world;
    let mut won = redeem_all(Arc::new(store), 1).await;
    for mut other in others {
        won += other.says().unwrap().parse::<usize>().unwrap();
        other.end();
    }
    assert_eq!(won, 200);
    let tokens: i64 = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM access_tokens", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tokens, 0, "what was exchanged three times gives nobody a token that lasts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_record_together_make_one_chain() {
    let world = world().await;
    let mut others = [2, 3].map(|number| Other::start("record", &world.path, number));
    others.iter_mut().for_each(Other::go);
    for record in 0..RECORDS {
        world.store.append_audit(chain(), vec![entry(record)]).await.unwrap();
    }
    others.into_iter().for_each(Other::end);
    assert_eq!(verify(&world.store, None).await.unwrap().sequence, 5 * RECORDS);
}

#[tokio::test]
async fn processes_that_create_the_database_together_all_succeed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("connect.sqlite");
    let mut others = [1, 2, 3, 4].map(|number| Other::start("open", &path, number));
    others.iter_mut().for_each(Other::go);
    others.into_iter().for_each(Other::end);
    let store = SqliteStore::open(&path).unwrap();
    for number in 1..=4 {
        assert!(store.client(Uuid::from_u128(number)).await.unwrap().is_some(), "{number}");
    }
}

#[tokio::test]
async fn what_a_killed_process_had_answered_is_there() {
    let world = world().await;
    for code in 0..CODES {
        world.code(code).await;
    }
    let mut other = Other::start("redeem until killed", &world.path, 0);
    other.go();
    let mut answered = Vec::new();
    while answered.len() < 50 {
        answered.push(other.says().unwrap());
    }
    other.child.kill().unwrap();
    answered.extend(std::iter::from_fn(|| other.says()));
    other.child.wait().unwrap();

    let world = world.reopened();
    for code in answered {
        let code: u64 = code.parse().unwrap();
        assert!(world.store.access_token(&digest(1_000 + code)).await.unwrap().is_some(), "code {code}");
        let again = world.store.redeem_code(exchange(code, 5_000, 5)).await.unwrap();
        assert_eq!(again, Redeemed::Replayed { revoked: 1 }, "code {code}");
    }
    assert_eq!(world.peek::<String>("PRAGMA integrity_check"), "ok");
}
