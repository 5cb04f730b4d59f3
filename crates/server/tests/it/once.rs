//! What works once, however many try at the same time.

use std::sync::Arc;

use connect_core::token::Environment;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{Answer, Call, LOGIN, Place, TestApp, get, post};

/// How many exchange one code at the same time.
const AT_ONCE: usize = 64;
/// How many codes are tried in an ordinary run; `CONNECT_CODES` tells another number.
const CODES: usize = 500;

/// How many codes are tried.
fn codes() -> usize {
    std::env::var("CONNECT_CODES").map_or(CODES, |text| text.parse().unwrap())
}

/// Sends a request so many times at once, each made by `call`.
async fn at_once(app: &Arc<TestApp>, call: impl Fn() -> Call) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(AT_ONCE));
    let mut all = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (app, call, start) = (app.clone(), call(), start.clone());
        all.spawn(async move {
            start.wait().await;
            app.send(call).await
        });
    }
    all.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_simultaneous_exchanges_of_one_code_exactly_one_succeeds() {
    let app = Place::unlimited().sandbox();
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    let app = Arc::new(app);
    let codes = app.many_codes(&company, codes()).await;
    for (number, code) in codes.iter().enumerate() {
        let answers = at_once(&app, || post("/auth/token").by(&company).form(&[("code", code)])).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((won.len(), lost.len()), (1, AT_ONCE - 1), "code {number}: {answers:?}");
        for lost in lost {
            lost.refused(400, "parameter_invalid");
        }
        // All of them have shown the client's secret: the others are replays, whoever was first.
        let access = won[0].ok()["access_token"].as_str().unwrap().to_owned();
        app.send(get("/accounts").by(&company).bearer(&access)).await.refused(401, "token_invalid");
    }
    assert!(!app.place.rows().iter().any(|row| row.starts_with("access_tokens:")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_simultaneous_exchanges_with_one_key_all_get_the_one_answer() {
    let (app, company) = TestApp::start().await;
    let app = Arc::new(app);
    for code in app.many_codes(&company, 10).await {
        let call = || post("/auth/token").by(&company).header("idempotency-key", &code[20..40]);
        let answers = at_once(&app, || call().form(&[("code", &code)])).await;
        assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
        let new = answers.iter().filter(|answer| answer.header("idempotent-replayed").is_empty());
        assert_eq!(new.count(), 1);
        let access = answers[0].ok()["access_token"].as_str().unwrap().to_owned();
        app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
    }
    assert_eq!(app.place.rows().iter().filter(|row| row.starts_with("access_tokens:")).count(), 10);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_often_a_code_is_asked_for_at_once_one_works() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let mut all = JoinSet::new();
    for _ in 0..AT_ONCE {
        let customer = customer.clone();
        all.spawn(async move { customer.code().await });
    }
    let mut good = 0;
    for code in all.join_all().await {
        let status = app.send(post("/auth/token").by(&company).form(&[("code", &code)])).await.status;
        assert!(status == 200 || status == 400, "{status}");
        good += usize::from(status == 200);
    }
    assert_eq!(good, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_login_linked_by_many_at_once_is_one_user() {
    let (app, company) = TestApp::start().await;
    let app = Arc::new(app);
    let mut all = JoinSet::new();
    for n in 0..16 {
        let (app, company) = (app.clone(), company.clone());
        all.spawn(async move { app.linked(&company, &format!("user-{n}"), LOGIN).await.is_linked() });
    }
    assert!(all.join_all().await.into_iter().all(|linked| linked));
    let rows = app.place.rows();
    assert_eq!(rows.iter().filter(|r| r.starts_with("users:")).count(), 1);
    assert_eq!(rows.iter().filter(|r| r.starts_with("accounts:")).count(), 2);
}
