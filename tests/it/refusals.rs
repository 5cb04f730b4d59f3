//! Calls of server functions that are refused before they are carried out.

use axum::body::Body;
use bytes::Bytes;
use connect::calls::finish::Finish;
use connect::calls::go::Go;
use connect::calls::load::Load;
use connect::calls::{CallError, Way};
use connect_wire::{FlowView, Hidden};
use leptos::server_fn::ServerFn;
use leptos::server_fn::axum::server_fn_paths;

use crate::support::{Call, Site, call, post};

const LIMIT: usize = 16 * 1024;

async fn token(site: &Site) -> Hidden {
    Hidden(site.connect_token("u").await.expose().to_owned())
}

async fn step(site: &Site, token: &Hidden) -> u32 {
    site.send(call(&Load { token: token.clone() })).await.returned::<FlowView>().step
}

#[tokio::test]
async fn pages_of_other_sites_are_refused_and_change_nothing() {
    let site = Site::start().await;
    let token = token(&site).await;
    let proceed = || call(&Go { token: token.clone(), step: 0, way: Way::On }).header("host", "connect.example");
    let foreign = [
        proceed().header("sec-fetch-site", "cross-site"),
        proceed().header("sec-fetch-site", "same-site"),
        proceed().header("sec-fetch-site", "none"),
        proceed().header("sec-fetch-site", ""),
        // The header that a page cannot forge counts.
        proceed().header("sec-fetch-site", "cross-site").header("origin", "https://connect.example"),
        proceed().header("origin", "https://evil.example"),
        proceed().header("origin", "https://connect.example.evil.example"),
        proceed().header("origin", "https://connect.example:444"),
        proceed().header("origin", "null"),
    ];
    for call in foreign {
        let answer = site.send(call).await;
        assert_eq!(answer.status, 403, "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert_eq!(step(&site, &token).await, 0);
    }
    let own = proceed().header("sec-fetch-site", "same-origin").header("origin", "https://connect.example");
    assert_eq!(site.send(own).await.status, 200);
    assert_eq!(step(&site, &token).await, 1);
}

#[tokio::test]
async fn a_preflight_of_another_site_gets_no_leave() {
    let site = Site::start().await;
    let ask = Call::new("OPTIONS", Load::PATH)
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let answer = site.send(ask).await;
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!(answer.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn all_of_them_are_posts_below_one_path() {
    let site = Site::start().await;
    let paths: Vec<_> = server_fn_paths().collect();
    assert_eq!(paths.len(), 12, "{paths:?}");
    for (path, method) in paths {
        assert_eq!(method, "POST", "{path}");
        assert!(path.starts_with("/_connect/"), "{path}");
        for method in ["GET", "HEAD", "PUT", "DELETE"] {
            let answer = site.send(Call::new(method, path)).await;
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_long_body_is_refused_and_changes_nothing() {
    let site = Site::start().await;
    let token = token(&site).await;
    let mut body = postcard::to_allocvec(&Go { token: token.clone(), step: 0, way: Way::On }).unwrap();
    body.resize(LIMIT + 1, 0);
    let size = body.len().to_string();
    let told = post(Go::PATH).body("application/x-postcard", body.clone()).header("content-length", &size);
    assert_eq!(site.send(told).await.status, 413);
    // Without a length in the headers it is found out while reading.
    let pieces: Vec<_> = body.chunks(1000).map(Bytes::copy_from_slice).map(Ok::<_, std::io::Error>).collect();
    let untold = post(Go::PATH).body("application/x-postcard", Body::from_stream(futures::stream::iter(pieces)));
    let answer = site.send(untold).await;
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!(step(&site, &token).await, 0);
}

#[tokio::test]
async fn a_body_that_is_none_is_refused_and_not_repeated() {
    let site = Site::start().await;
    for body in [&b""[..], b"\xff", b"secret-looking-garbage", b"{\"token\":\"secret-looking-garbage\"}"] {
        for path in [Load::PATH, Finish::PATH, Go::PATH] {
            let answer = site.send(post(path).body("application/x-postcard", body)).await;
            let told = (answer.status, answer.failed());
            // Bytes that happen to be a text are a token that nobody has.
            assert!(matches!(told, (400, CallError::Malformed) | (401, CallError::TokenInvalid)), "{answer:?}");
            assert!(!format!("{answer:?}").contains("secret-looking"), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn a_plain_form_does_nothing() {
    let site = Site::start().await;
    let token = token(&site).await;
    let form = post(Go::PATH)
        .form(&[("token", &token.0), ("step", "0")])
        .header("accept", "text/html")
        .header("referer", "https://connect.example/page");
    let answer = site.send(form).await;
    assert_ne!(answer.status, 200, "{answer:?}");
    assert!(!format!("{answer:?}").contains(&token.0), "{answer:?}");
    assert_eq!(step(&site, &token).await, 0);
}

#[tokio::test]
async fn an_unknown_function_is_not_found_and_says_nothing_of_what_runs_here() {
    let site = Site::start().await;
    for path in ["/_connect/nothing", "/_connect/load2", "/_connect/load/more", "/_connect/", "/_connect"] {
        let answer = site.send(post(path).body("application/x-postcard", "x")).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
        assert!(!answer.text().contains("server function"), "{path}: {answer:?}");
    }
}
