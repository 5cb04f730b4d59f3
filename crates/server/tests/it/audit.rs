//! What is recorded of the calls of a company, and of those who are none; and the ids of requests.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::middleware::map_request;
use axum::routing::get as route;
use connect_core::audit::{Event, Kind, REFUSED_OPEN};
use connect_core::store::AuditStore;
use connect_server::limits::TrustedProxies;
use connect_server::origin::{self, Origin, RequestId};
use connect_server::request;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Call, Company, TestApp, contains, delete, get, post};

/// Sends through the layer that is around everything, as from this address.
async fn send(app: &TestApp, call: Call) -> Answer {
    send_to(app, app.router.clone(), call).await
}

async fn send_to(app: &TestApp, router: Router, call: Call) -> Answer {
    let peer: SocketAddr = "192.0.2.7:4711".parse().unwrap();
    let connected = map_request(move |mut request: axum::extract::Request| async move {
        request.extensions_mut().insert(ConnectInfo(peer));
        request
    });
    call.send(request::around(router, app.service.clone(), TrustedProxies::default()).layer(connected)).await
}

fn of_kind<'a>(log: &'a [Value], kind: &str) -> Vec<&'a Value> {
    log.iter().filter(|entry| entry["kind"] == kind).collect()
}

fn stranger(company: &Company) -> Company {
    Company { secret: connect_core::secret::Secret::new("wrong-secret-4711"), ..company.clone() }
}

#[tokio::test]
async fn who_was_let_in_and_who_was_not_is_recorded() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "customer-1").await;
    app.audit().await;
    let seen = app.audit().await.len();
    for n in 1..=3 {
        let call = get("/accounts").by(&company).bearer(&access).header("x-request-id", format!("read-{n}"));
        send(&app, call).await.ok();
    }
    send(&app, get("/accounts").by(&company)).await.refused(401, "token_invalid");
    send(&app, get("/accounts").by(&company).bearer("no-token-0815")).await.refused(401, "token_invalid");
    send(&app, get("/accounts").by(&stranger(&company)).bearer(&access)).await.refused(401, "credentials_invalid");
    send(&app, get("/accounts")).await.refused(401, "credentials_invalid");
    let nobody = Company { id: "nobody-1234".into(), ..stranger(&company) };
    send(&app, get("/accounts").by(&nobody)).await.refused(401, "credentials_invalid");

    let log = app.audit().await.split_off(seen);
    let accepted = of_kind(&log, "token_accepted");
    assert_eq!(accepted.len(), 1, "{log:?}");
    let user = accepted[0]["subject"].as_str().unwrap().strip_prefix("user:").unwrap();
    assert!(Uuid::try_parse(user).is_ok());
    let expected = json!({
        "at": "2026-03-01T12:00:00.000Z", "until": "2026-03-01T12:00:00.000Z", "kind": "token_accepted",
        "actor": "client", "client": company.id, "subject": format!("user:{user}"), "request": "read-1",
        "address": "192.0.2.7", "result": "ok", "count": 3,
    });
    assert_eq!(accepted[0], &expected);
    let told = |kind| {
        let told = |entry: &&Value| (entry["reason"].clone(), entry["client"].clone());
        of_kind(&log, kind).iter().map(told).collect::<Vec<_>>()
    };
    let (known, unknown) = (json!(company.id), Value::Null);
    let mut refused = told("client_refused");
    refused.sort_by_key(|(reason, _)| reason.to_string());
    assert_eq!(
        refused,
        [(json!("missing"), unknown.clone()), (json!("unknown"), unknown), (json!("wrong_secret"), known.clone())]
    );
    let mut refused = told("token_refused");
    refused.sort_by_key(|(reason, _)| reason.to_string());
    assert_eq!(refused, [(json!("invalid"), known.clone()), (json!("missing"), known)]);
    for text in ["wrong-secret-4711", "no-token-0815", "nobody-1234", "customer-1"] {
        assert!(!log.iter().any(|entry| entry.to_string().contains(text)), "{text}");
    }
}

#[tokio::test]
async fn a_deletion_is_on_disk_before_its_answer() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    let call = delete("/users/u").by(&company).bearer(&access).header("x-request-id", "goodbye");
    send(&app, call).await.ok();
    // Nothing was flushed.
    let log = app.store.audit_page(0, 100).await.unwrap();
    let last: Value = serde_json::from_slice(&log.last().unwrap().line).unwrap();
    assert_eq!((&last["kind"], &last["request"]), (&json!("user_deleted"), &json!("goodbye")));
    assert!(contains(&app.place.bytes(), "user_deleted"));
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_done() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    app.place.meddle("CREATE TRIGGER full BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'full'); END");
    send(&app, delete("/users/u").by(&company).bearer(&access)).await.refused(500, "internal_error");
    send(&app, get("/users/u").by(&company).bearer(&access)).await.ok();
    // What was counted meanwhile is not lost.
    assert!(app.service.audit().flush().await.is_err());
    app.place.meddle("DROP TRIGGER full");
    let log = app.audit().await;
    assert_eq!(of_kind(&log, "token_accepted")[0]["count"], 2, "{log:?}");
}

#[tokio::test]
async fn a_flood_of_bad_secrets_writes_a_few_records_a_minute() {
    let (app, company) = TestApp::start().await;
    app.audit().await;
    let before = app.store.audit_head().await.unwrap().sequence;
    for n in 0..300_u128 {
        let nobody = Company { id: Uuid::from_u128(n).to_string(), ..stranger(&company) };
        send(&app, get("/accounts").by(&nobody)).await.refused(401, "credentials_invalid");
        app.service.audit().seen(Event::of(Kind::ClientRefused).client(Uuid::from_u128(n)));
    }
    app.service.audit().flush_due().await.unwrap();
    assert_eq!(app.store.audit_head().await.unwrap().sequence, before, "the minute is not over");
    app.place.clock.advance(60);
    app.service.audit().flush_due().await.unwrap();
    let log = app.audit().await.split_off(before as usize);
    assert!(log.len() <= REFUSED_OPEN + 1, "{}", log.len());
    assert_eq!(log.iter().map(|entry| entry["count"].as_u64().unwrap()).sum::<u64>(), 600);
    let unknown: Vec<_> = log.iter().filter(|entry| entry["reason"] == "unknown").collect();
    assert_eq!((unknown.len(), &unknown[0]["count"]), (1, &json!(300)), "ids that nobody has are no details");
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_request() {
    let (app, company) = TestApp::start().await;
    for id in ["a", "trace-1.2_3", "0af7651916cd43dd8448eb211c80319c"] {
        let answer = send(&app, get("/utilities").header("x-request-id", id)).await;
        assert_eq!((answer.status, answer.header("x-request-id")), (200, id));
        let refused = send(&app, get("/nothing/here").header("x-request-id", id)).await;
        assert_eq!((refused.status, refused.header("x-request-id")), (404, id));
    }
    let token = company.secret.expose();
    let long = "a.".repeat(33);
    let mut made = std::collections::HashSet::new();
    for bad in [
        None,
        Some(""),
        Some("a b"),
        Some("a\tb"),
        Some("\u{85}"),
        Some("a\u{2028}b"),
        Some("{}"),
        Some(token),
        Some(&long),
    ] {
        let call = get("/utilities");
        let answer = send(
            &app,
            match bad {
                Some(id) => call.header("x-request-id", id),
                None => call,
            },
        )
        .await;
        let id = answer.header("x-request-id");
        assert_eq!(Uuid::try_parse(id).unwrap().get_version_num(), 7, "{bad:?}");
        assert!(made.insert(id.to_owned()), "{bad:?}");
    }
    let two = send(&app, get("/utilities").header("x-request-id", "a").header("x-request-id", "b")).await;
    assert!(Uuid::try_parse(two.header("x-request-id")).is_ok());
    let page = send(&app, get("/utilities").header("origin", "https://app.example")).await;
    assert!(page.header("access-control-expose-headers").contains("x-request-id"), "{page:?}");
}

#[tokio::test]
async fn a_panic_is_a_fault_with_the_id_of_its_request() {
    let (app, _) = TestApp::start().await;
    let broken = Router::new().route("/broken", route(async || -> &'static str { panic!("a secret") }));
    let answer = send_to(&app, broken, get("/broken").header("x-request-id", "p-1")).await;
    answer.refused(500, "internal_error");
    assert_eq!(answer.header("x-request-id"), "p-1");
    assert!(!contains(&answer.body, "secret"));
}

#[tokio::test]
async fn work_that_goes_on_behind_an_answer_comes_from_the_same_request() {
    let here = Origin { request: RequestId::parse("r"), address: Some([192, 0, 2, 1].into()) };
    let seen = origin::scope(here.clone(), async {
        let carried = tokio::spawn(origin::carry(async { origin::current() })).await.unwrap();
        let alone = tokio::spawn(async { origin::current() }).await.unwrap();
        (carried, alone)
    });
    assert_eq!(seen.await, (here, Origin::default()));
    assert_eq!(origin::current(), Origin::default());
}

#[tokio::test]
async fn a_caller_who_hangs_up_does_not_undo_a_record() {
    let (app, _) = TestApp::start().await;
    let note = app.service.audit().note(Event::of(Kind::ConsentRedeemed));
    // Asked once, then dropped.
    assert!(futures::poll!(Box::pin(note)).is_pending());
    // Behind it in the queue.
    app.service.audit().note(Event::of(Kind::ConsentGivenBack)).await.unwrap();
    assert_eq!(of_kind(&app.audit().await, "consent_redeemed").len(), 1);
}

/// Every decision about a customer's link and every use of a credential, from the first token to the deletion.
#[tokio::test]
async fn a_links_whole_life_is_on_record() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(crate::support::PGE).await;
    customer.sign_in("user@pelm.com", "wrong").await;
    customer.sign_in("user@pelm.com", crate::support::PASSWORD).await;
    let code = customer.code().await;
    let access = app.exchange(&company, &code).await;
    app.worker.sync_due().await.unwrap();
    let form = |path: &str, name, value: &str| post(path).by(&company).form(&[(name, value)]);
    app.send(form("/auth/token", "code", &code)).await.refused(400, "parameter_invalid");
    app.send(form("/auth/token", "code", "x")).await.refused(400, "parameter_invalid");
    let again = app.access(&company, "u").await;
    app.send(form("/auth/revoke", "token", &again)).await.ok();
    let last = app.access(&company, "u").await;
    send(&app, delete("/users/u").by(&company).bearer(&last)).await.ok();
    let _ = access;

    let log = app.audit().await;
    let count = |kind: &str| -> u64 { of_kind(&log, kind).iter().map(|e| e["count"].as_u64().unwrap_or(1)).sum() };
    for (kind, times) in [
        ("connect_token_issued", 3),
        ("login_sent", 4),
        ("login_refused", 1),
        ("login_accepted", 3),
        ("code_issued", 3),
        ("code_exchanged", 3),
        ("code_replayed", 1),
        ("code_refused", 1),
        ("token_revoked", 1),
        ("user_deleted", 1),
    ] {
        assert_eq!(count(kind), times, "{kind}: {log:#?}");
    }
    assert!(count("credential_opened") >= 1, "the session that the worker read with");
    let user = of_kind(&log, "code_exchanged")[0]["subject"].as_str().unwrap();
    assert!(user.starts_with("user:"), "{user}");
    assert!(of_kind(&log, "credential_opened").iter().all(|entry| entry["subject"] == user));
}
