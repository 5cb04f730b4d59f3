//! Callers who ask too often, and those who are not in their way.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::ConnectInfo;
use connect_core::token::Environment;
use connect_server::limits::{ADDRESS, CLIENT, TrustedProxies};
use connect_server::{api, request};

use crate::support::{Answer, Call, TestApp, get, post};

/// The API as it is reached from an address, behind the proxy 10.0.0.1.
fn from(app: &TestApp, address: &str) -> Router {
    let peer: SocketAddr = format!("{address}:4711").parse().unwrap();
    let proxies: TrustedProxies = "10.0.0.1".parse().unwrap();
    request::around(api::router(app.service.clone()), app.service.clone(), proxies)
        .layer(axum::Extension(ConnectInfo(peer)))
}

#[track_caller]
fn limited(answer: &Answer) {
    answer.refused(429, "quota_reached");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() >= 1, "{answer:?}");
}

fn anonymous() -> Call {
    post("/auth/connect-token").form(&[("user_id", "u")])
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_when_to_go_on_and_others_go_on() {
    let (app, company) = TestApp::start().await;
    let other = app.company("Another", Environment::Sandbox).await;
    let ask = || get("/emission-rates");
    for _ in 0..CLIENT.burst {
        app.send(ask().by(&company)).await.ok();
    }
    limited(&app.send(ask().by(&company)).await);
    app.send(ask().by(&other)).await.ok();
    let recorded = app.audit().await;
    assert!(recorded.iter().any(|entry| entry["kind"] == "rate_limited" && entry["reason"] == "client"));
    app.place.clock.advance(1);
    app.send(ask().by(&company)).await.ok();
}

#[tokio::test]
async fn who_guesses_is_stopped_by_address_and_who_has_a_secret_there_is_not() {
    let (app, company) = TestApp::start().await;
    let here = from(&app, "192.0.2.7");
    for _ in 0..ADDRESS.burst {
        anonymous().send(here.clone()).await.refused(401, "credentials_invalid");
    }
    limited(&anonymous().send(here.clone()).await);
    limited(&get("/openapi.json").send(here.clone()).await);
    // A header that a stranger writes makes him nobody else.
    limited(&anonymous().header("x-forwarded-for", "203.0.113.9").send(here.clone()).await);
    anonymous().by(&company).send(here.clone()).await.ok();
    anonymous().send(from(&app, "192.0.2.8")).await.refused(401, "credentials_invalid");
    // Our proxy is believed.
    let proxied = from(&app, "10.0.0.1");
    limited(&anonymous().header("x-forwarded-for", "203.0.113.9, 192.0.2.7").send(proxied.clone()).await);
    let answer = anonymous().header("x-forwarded-for", "192.0.2.7, 203.0.113.9").send(proxied).await;
    answer.refused(401, "credentials_invalid");
    app.place.clock.advance(1);
    anonymous().send(here).await.refused(401, "credentials_invalid");
}

#[tokio::test]
async fn of_ipv6_a_64_counts_as_one() {
    let (app, _) = TestApp::start().await;
    for n in 0..ADDRESS.burst {
        let router = from(&app, &format!("[2001:db8:1:2::{n:x}]"));
        get("/openapi.json").send(router).await.ok();
    }
    limited(&get("/openapi.json").send(from(&app, "[2001:db8:1:2:ffff::1]")).await);
    get("/openapi.json").send(from(&app, "[2001:db8:1:3::1]")).await.ok();
}

#[tokio::test]
async fn an_unknown_client_a_wrong_secret_and_a_bad_id_get_one_answer() {
    let (app, company) = TestApp::start().await;
    let nobody = uuid::Uuid::from_u128(7).to_string();
    let ask = |id: &str, secret: &str| {
        post("/auth/connect-token").header("pelm-client-id", id).header("pelm-secret", secret)
    };
    let known = app.send(ask(&company.id, "wrong")).await;
    for call in [ask(&nobody, "wrong"), ask("no id", "wrong"), ask(&nobody, company.secret.expose())] {
        let answer = app.send(call).await;
        assert_eq!((answer.status, &answer.headers, &answer.body), (known.status, &known.headers, &known.body));
    }
}
