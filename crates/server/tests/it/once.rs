//! What works once, however many try at the same time.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{Company, LOGIN, TestApp, get, post};

/// How many exchange one code at the same time.
const AT_ONCE: usize = 64;

/// Exchanges `code` so many times at once; the statuses, and the access tokens.
async fn race(app: &Arc<TestApp>, company: &Company, code: &str) -> (Vec<u16>, Vec<String>) {
    let start = Arc::new(Barrier::new(AT_ONCE));
    let mut all = JoinSet::new();
    for _ in 0..AT_ONCE {
        let (app, company, code, start) = (app.clone(), company.clone(), code.to_owned(), start.clone());
        all.spawn(async move {
            let call = post("/auth/token").by(&company).form(&[("code", &code)]);
            start.wait().await;
            app.send(call).await
        });
    }
    let answers = all.join_all().await;
    let won = answers.iter().filter(|a| a.status == 200);
    let tokens = won.map(|a| a.ok()["access_token"].as_str().unwrap().to_owned()).collect();
    for lost in answers.iter().filter(|a| a.status != 200) {
        lost.refused(400, "parameter_invalid");
    }
    (answers.iter().map(|a| a.status).collect(), tokens)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_64_simultaneous_exchanges_of_one_code_exactly_one_succeeds() {
    let (app, company) = TestApp::start().await;
    let app = Arc::new(app);
    for round in 0..20 {
        let code = app.code(&company, "u").await;
        let (statuses, tokens) = race(&app, &company, &code).await;
        assert_eq!(tokens.len(), 1, "round {round}: {statuses:?}");
        assert_eq!(statuses.iter().filter(|s| **s == 400).count(), AT_ONCE - 1, "round {round}: {statuses:?}");
        app.send(get("/accounts").by(&company).bearer(&tokens[0])).await.ok();
    }
    let access_tokens = app.place.rows().iter().filter(|r| r.starts_with("access_tokens:")).count();
    assert_eq!(access_tokens, 20);
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
