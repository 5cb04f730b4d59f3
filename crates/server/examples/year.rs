//! How fast a year of readings of 15 minutes is answered, and how many bytes it takes.
//!
//! ```text
//! cargo run --release -p connect-server --example year
//! ```
//!
//! The sandbox's two years of a 15-minute meter are read by the worker into a database of its own; then
//! the request goes through the whole API, without the network. Nothing else should run meanwhile.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for a person at a terminal")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::http::Request;
use connect_core::clock::SystemClock;
use connect_core::directory::Directory;
use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_core::token::Environment;
use connect_core::vault::Keyring;
use connect_sandbox::SandboxConnector;
use connect_server::api;
use connect_server::service::{ConnectTokenRequest, Service, Settings, UtilityRef};
use connect_server::worker::{Secrets, together};
use connect_sqlite::SqliteStore;
use tower::ServiceExt;

const ROUNDS: usize = 50;
const YEAR: i64 = 365 * 86_400;

#[tokio::main]
async fn main() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("year.db");
    let secrets = Secrets::new([7; 32].into(), &Keyring::generate().unwrap()).unwrap();
    let (service, worker) = together(
        Arc::new(SqliteStore::open(&path).unwrap()),
        secrets,
        Arc::new(SystemClock),
        Directory::embedded().unwrap(),
        vec![Arc::new(SandboxConnector::new())],
        Settings::default(),
    );
    let service = Arc::new(service);
    let (id, secret) = service.register_client("Bench", Environment::Sandbox).await.unwrap();
    let client = service.authenticate_client(&id.to_string(), &secret).await.unwrap().unwrap();
    let access = link(&service, &client).await;

    let start = Instant::now();
    worker.sync_due().await.unwrap();
    println!("sync of two accounts, three meters, two years: {:.1?}", start.elapsed());
    print_bytes(&path);

    let now = service.now().as_second();
    let meter = "ea120000-0000-0000-0000-000000000000";
    let uri = format!("/intervals?meter_id={meter}&start_date={}&end_date={now}", now - YEAR);
    let router = api::router(service);
    for (what, accept) in [("JSON", "application/json"), ("CSV", "text/csv")] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..ROUNDS {
            let request = Request::get(&uri)
                .header("pelm-client-id", id.to_string())
                .header("pelm-secret", secret.expose())
                .header("authorization", format!("Bearer {access}"))
                .header("accept", accept)
                .body(Body::empty())
                .unwrap();
            let start = Instant::now();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), 200);
            bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().len();
            times.push(start.elapsed());
        }
        times.sort();
        println!(
            "a year of 15-minute intervals as {what}: median {:.1?}, slowest {:.1?}, {bytes} bytes",
            times[ROUNDS / 2],
            times.last().unwrap_or(&Duration::ZERO)
        );
    }
}

/// Links the sandbox's first login; an access token.
async fn link(service: &Service, client: &connect_core::store::Client) -> String {
    let request = ConnectTokenRequest {
        user_id: "bench".into(),
        utility: Some(UtilityRef::Slug("pge".into())),
        code_challenge: None,
        language: None,
    };
    let issued = service.create_connect_token(client, request).await.unwrap();
    let token = Secret::new(issued.token.expose());
    service.act(&token, 0, Action::Continue).await.unwrap();
    service.submit_login(&token, 1, "user@pelm.com", Secret::new("password")).await.unwrap();
    let code = service.hand_over_code(&token).await.unwrap();
    service.exchange_code(client, code.expose()).await.unwrap().unwrap().access.expose().to_owned()
}

fn print_bytes(path: &std::path::Path) {
    let db = rusqlite::Connection::open(path).unwrap();
    let mut rows = db
        .prepare("SELECT s.kind, count(*), sum(length(c.data)) FROM series s JOIN reading_chunks c ON c.series_id = s.id GROUP BY s.id")
        .unwrap();
    let mut found = rows.query([]).unwrap();
    while let Some(row) = found.next().unwrap() {
        let (kind, chunks, bytes): (String, i64, i64) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        println!("{chunks} monthly chunks of {kind}: {bytes} bytes");
    }
    let pages: i64 = db
        .query_row("SELECT sum(pgsize) FROM dbstat WHERE name = 'reading_chunks'", [], |r| r.get(0))
        .unwrap_or(0);
    println!("on the disk: {pages} bytes for all of them");
}
