//! `Idempotency-Key`: what is sent again with its key is answered as before, and done once.

use connect_core::secret::Secret;
use connect_core::token::Environment;
use serde_json::json;

use crate::support::{Answer, Call, Company, Customer, LOGIN, PASSWORD, PGE, TestApp, contains, get, post};

const DAY: i64 = 24 * 3600;

fn keyed(path: &str, company: &Company, key: &str) -> Call {
    post(path).by(company).header("idempotency-key", key)
}

async fn exchange(app: &TestApp, company: &Company, key: &str, code: &str) -> Answer {
    app.send(keyed("/auth/token", company, key).form(&[("code", code)])).await
}

fn sessions(app: &TestApp) -> usize {
    app.place.rows().iter().filter(|row| row.starts_with("connect_sessions:")).count()
}

/// Asserts that `again` is `first`, byte for byte, and says so.
#[track_caller]
fn replayed(first: &Answer, again: &Answer) {
    assert_eq!((first.status, &first.body), (again.status, &again.body));
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(again.header("idempotent-replayed"), "true");
    for name in ["content-type", "cache-control", "connect-environment"] {
        assert_eq!(first.header(name), again.header(name), "{name}");
    }
}

#[tokio::test]
async fn a_connect_token_is_made_once_under_a_key() {
    let (app, company) = TestApp::start().await;
    let ask = async |call: Call| app.send(call).await;
    let key = "order-17";
    let pairs = [("user_id", "u"), ("utility_slug", "pge")];
    let first = ask(keyed("/auth/connect-token", &company, key).form(&pairs)).await;
    let token = first.ok()["connect_token"].as_str().unwrap().to_owned();
    let one_session = sessions(&app);
    // However it is written, it is the same request.
    let reversed = [("utility_slug", "pge"), ("user_id", "u")];
    for call in [
        keyed("/auth/connect-token", &company, key).form(&pairs),
        keyed("/auth/connect-token", &company, key).form(&reversed),
        keyed("/auth/connect-token", &company, key).multipart(&pairs),
        keyed("/auth/connect_token", &company, key).json(&json!({"user_id": "u", "utility_slug": "pge", "x": ""})),
    ] {
        replayed(&first, &ask(call).await);
    }
    assert_eq!(sessions(&app), one_session);
    Customer::open(app.service.clone(), Secret::new(token)).await;
    assert_eq!(first.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_exchange_is_carried_out_once_under_a_key_and_its_repetition_is_no_replay() {
    let (app, company) = TestApp::start().await;
    let code = app.code(&company, "u").await;
    let first = exchange(&app, &company, "k", &code).await;
    let access = first.ok()["access_token"].as_str().unwrap().to_owned();
    // Long after the code has expired and been swept, until the day is over.
    for seconds in [0, 120, DAY - 121] {
        app.place.clock.advance(seconds);
        use connect_core::clock::Clock;
        use connect_core::store::Store;
        app.store.sweep(app.place.clock.now()).await.unwrap();
        replayed(&first, &exchange(&app, &company, "k", &code).await);
    }
    app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
    app.place.clock.advance(1);
    exchange(&app, &company, "k", &code).await.refused(400, "parameter_invalid");
}

#[tokio::test]
async fn with_another_key_or_none_a_second_exchange_is_a_replay() {
    let (app, company) = TestApp::start().await;
    for key in ["other", ""] {
        let code = app.code(&company, "u").await;
        let access = exchange(&app, &company, &code[20..], &code).await.ok();
        let access = access["access_token"].as_str().unwrap();
        let body = [("code", &*code)];
        let call =
            if key.is_empty() { post("/auth/token").by(&company) } else { keyed("/auth/token", &company, key) };
        app.send(call.form(&body)).await.refused(400, "parameter_invalid");
        app.send(get("/accounts").by(&company).bearer(access)).await.refused(401, "token_invalid");
    }
}

#[tokio::test]
async fn a_key_of_another_request_is_a_conflict_and_changes_nothing() {
    let (app, company) = TestApp::start().await;
    let (one, two) = (app.code(&company, "u").await, app.linked(&company, "v", "good").await.code().await);
    let first = exchange(&app, &company, "k", &one).await;
    first.ok();
    let before = app.place.rows();
    for call in [
        keyed("/auth/token", &company, "k").form(&[("code", &two)]),
        keyed("/auth/token", &company, "k").form(&[("code", &one), ("grant_type", "code")]),
        keyed("/auth/token", &company, "k").form(&[("code", "malformed")]),
        keyed("/auth/connect-token", &company, "k").form(&[("user_id", "u")]),
        keyed("/auth/connect-token", &company, "k").form(&[("user_id", "u"), ("code", &one)]),
    ] {
        app.send(call).await.refused(409, "parameter_invalid");
        assert_eq!(app.place.rows(), before);
    }
    replayed(&first, &exchange(&app, &company, "k", &one).await);
    exchange(&app, &company, "k2", &two).await.ok();
}

#[tokio::test]
async fn keys_belong_to_their_client() {
    let (app, company) = TestApp::start().await;
    let other = app.company("Somebody Else", Environment::Sandbox).await;
    let pairs = [("user_id", "u")];
    let first = app.send(keyed("/auth/connect-token", &company, "k").form(&pairs)).await.ok();
    let second = app.send(keyed("/auth/connect-token", &other, "k").form(&pairs)).await;
    assert_eq!(second.header("idempotent-replayed"), "");
    assert_ne!(first, second.ok());
    // Who cannot show the client's secret is given nothing that was answered to it.
    let call = post("/auth/connect-token").header("pelm-client-id", &company.id).header("idempotency-key", "k");
    app.send(call.form(&pairs)).await.refused(401, "credentials_invalid");
}

#[tokio::test]
async fn a_failure_is_not_remembered() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let code = customer.code().await;
    app.place.clock.advance(61);
    exchange(&app, &company, "k", &code).await.refused(400, "parameter_invalid");
    let wrong = [("user_id", "u"), ("utility_slug", "no-such")];
    app.send(keyed("/auth/connect-token", &company, "k").form(&wrong)).await.refused(400, "parameter_invalid");
    assert!(!app.place.rows().iter().any(|row| row.starts_with("idempotent_answers:")));
    exchange(&app, &company, "k", &customer.code().await).await.ok();
}

#[tokio::test]
async fn an_answer_is_given_again_although_the_request_would_be_refused_by_now() {
    let (app, company) = TestApp::start().await;
    let pairs = [("user_id", "u"), ("utility_slug", "sce")];
    let first = app.send(keyed("/auth/connect-token", &company, "k").form(&pairs)).await;
    first.ok();
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in(LOGIN, PASSWORD).await;
    app.send(post("/auth/connect-token").by(&company).form(&pairs)).await.refused(400, "parameter_invalid");
    replayed(&first, &app.send(keyed("/auth/connect-token", &company, "k").form(&pairs)).await);
}

#[tokio::test]
async fn a_key_must_come_once_in_visible_ascii() {
    let (app, company) = TestApp::start().await;
    let call = || post("/auth/connect-token").by(&company).form(&[("user_id", "u")]);
    let before = app.place.rows();
    for bad in ["".as_bytes(), b" ", b"a b", "é".as_bytes(), b"a\tb", &[b'x'; 256]] {
        let answer = app.send(call().header("idempotency-key", bad)).await;
        answer.refused(400, "parameter_invalid");
        assert!(answer.message().contains("Idempotency-Key"), "{}", answer.message());
    }
    app.send(call().header("idempotency-key", "a").header("idempotency-key", "a"))
        .await
        .refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
    app.send(call().header("idempotency-key", [b'~'; 255])).await.ok();
}

#[tokio::test]
async fn what_is_remembered_is_sealed_for_its_place() {
    let (app, company) = TestApp::start().await;
    let code = app.code(&company, "u").await;
    let access = exchange(&app, &company, "canary-key-91", &code).await.ok();
    let second = app.linked(&company, "v", "good").await.code().await;
    exchange(&app, &company, "k2", &second).await.ok();
    let bytes = app.place.bytes();
    for secret in [access["access_token"].as_str().unwrap(), &code, "canary-key-91"] {
        assert!(!contains(&bytes, secret), "{secret}");
    }
    // Put into the other's row it does not open: an error there, and nobody's token.
    let moved = "UPDATE idempotent_answers SET sealed = (SELECT min(sealed) FROM idempotent_answers)";
    assert_eq!(app.place.meddle(moved), 2);
    let first = exchange(&app, &company, "canary-key-91", &code).await;
    let other = exchange(&app, &company, "k2", &second).await;
    let (good, bad) = if first.status == 200 { (first, other) } else { (other, first) };
    good.ok();
    bad.refused(500, "internal_error");
}
