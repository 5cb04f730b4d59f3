//! `GET /connect/frame`: the modal's document, as the loader's iframe asks for it.

use connect_core::origin::Origin;
use connect_core::secret::Secret;
use connect_core::token::Environment;
use connect_server::bootstrap::SandboxClient;

use crate::support::{Answer, PGE, Site, get, handle};

async fn frame(site: &Site, token: &Secret, origin: &str) -> Answer {
    let path = format!("/connect/frame?s={}&o={}", handle(token), origin.replace(':', "%3A").replace('/', "%2F"));
    let answer = site.send(get(&path)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"), "{answer:?}");
    answer
}

/// What is drawn: the document without the words that come along for the app.
fn drawn(html: &str) -> &str {
    html.split_once("<script type=\"text/plain\"").unwrap().0
}

/// A directive of the content security policy.
fn policy<'a>(answer: &'a Answer, directive: &str) -> Option<&'a str> {
    let all = answer.headers.get_all("content-security-policy");
    assert_eq!(all.iter().count(), 1);
    let all = answer.header("content-security-policy");
    all.split(';').find_map(|d| d.trim().strip_prefix(directive)?.strip_prefix(' '))
}

#[tokio::test]
async fn the_first_screen_is_readable_before_any_script_runs() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let html = frame(&site, &token, "https://app.example").await.text();
    assert!(html.starts_with("<!DOCTYPE html>"));
    let heading = html.split("<h1").nth(1).and_then(|h| h.split("</h1>").next()).unwrap();
    assert!(heading.contains("Northwind Solar would like to read your energy data"), "{heading}");
    assert!(drawn(&html).to_lowercase().contains("sandbox"), "it is marked as the sandbox");
    assert!(html.contains("/pkg/connect.css") && html.contains("/pkg/connect.js") && html.contains("/frame.js"));
}

#[tokio::test]
async fn without_scripts_there_is_a_word_of_explanation() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let html = frame(&site, &token, "https://app.example").await.text();
    let shown = html.split_once("<noscript>").and_then(|(_, rest)| rest.split_once("</noscript>")).unwrap().0;
    assert!(shown.starts_with("<p") && shown.contains("JavaScript"), "{shown}");
}

#[tokio::test]
async fn the_document_holds_neither_token_nor_user_id() {
    let site = Site::start().await;
    let token = site.connect_token("user-id-of-the-company").await;
    let answer = frame(&site, &token, "https://app.example").await;
    let text = format!("{:?} {}", answer.headers, answer.text());
    let secret = token.expose().rsplit_once('_').unwrap().1;
    for hidden in [token.expose(), secret, "user-id-of-the-company", site.company.id.as_str()] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn only_the_page_that_asked_may_embed_it_if_it_is_the_companys() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let other = Origin::parse("https://xn--bcher-kva.example").unwrap();
    site.service.add_origin(site.company.uuid(), other).await.unwrap();
    for origin in
        ["https://app.example", "http://localhost:3001", "http://[::1]:8080", "https://xn--bcher-kva.example"]
    {
        let answer = frame(&site, &token, origin).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some(origin));
        assert_eq!(policy(&answer, "default-src"), Some("'none'"));
        assert_eq!(policy(&answer, "frame-src"), Some("'none'"));
    }
}

/// Not even the company's name is told to a page that is not the company's, and no other origin of it.
#[tokio::test]
async fn a_page_that_is_not_registered_embeds_nothing() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    for stranger in ["https://evil.example", "https://app.example.evil.example", "https://app.example:8443"] {
        let answer = frame(&site, &token, stranger).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"), "{stranger}");
        assert!(!answer.text().contains("Northwind"), "{stranger}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
    // What was registered and taken back is a stranger again.
    site.service.remove_origin(site.company.uuid(), Origin::parse("https://app.example").unwrap()).await.unwrap();
    let answer = frame(&site, &token, "https://app.example").await;
    assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"));
}

/// A production client's pages are those that it has registered, and a developer's machine is none.
#[tokio::test]
async fn a_production_client_is_embedded_by_registered_pages_alone() {
    let site = Site::start().await;
    let (id, secret) = site.service.register_client("Real", Environment::Production).await.unwrap();
    let company = SandboxClient { id: id.to_string(), secret };
    let call = crate::support::post("/auth/connect-token").by(&company).form(&[("user_id", "u")]);
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    for stranger in ["http://localhost:3000", "https://app.example"] {
        let answer = frame(&site, &token, stranger).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"), "{stranger}");
    }
    site.service.add_origin(id, Origin::parse("https://app.example").unwrap()).await.unwrap();
    let answer = frame(&site, &token, "https://app.example").await;
    assert_eq!(policy(&answer, "frame-ancestors"), Some("https://app.example"));
    assert!(answer.text().contains("Real"));
}

#[tokio::test]
async fn a_hostile_origin_embeds_nothing_and_reaches_no_header() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let reference = frame(&site, &token, "").await;
    assert_eq!(policy(&reference, "frame-ancestors"), Some("'none'"));
    let hostile = [
        "*",
        "null",
        "https://",
        "https://*",
        "https://*.example",
        "https://a.example/path",
        "https://a.example%20https://b.example",
        "https://a.example%3B%20script-src%20*",
        "https://a.example%2Chttps://b.example",
        "https://a.example%0D%0AX-Injected:%20yes",
        "https://a.example'",
        "https://user@a.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///",
        "'self'",
        "%C3%A9",
    ];
    for origin in hostile {
        let answer = frame(&site, &token, origin).await;
        assert_eq!(policy(&answer, "frame-ancestors"), Some("'none'"), "{origin}");
        assert_eq!(answer.headers.len(), reference.headers.len(), "{origin}");
        assert!(!answer.text().contains("alert(1)"), "{origin}");
    }
}

#[tokio::test]
async fn every_script_that_runs_has_the_nonce_and_every_answer_has_its_own() {
    let site = Site::start().await;
    let token = site.connect_token("u").await;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = frame(&site, &token, "https://app.example").await;
        let scripts = policy(&answer, "script-src").unwrap();
        assert!(!scripts.contains("unsafe-inline") && !scripts.contains("'unsafe-eval'"), "{scripts}");
        let nonce = scripts.split('\'').find_map(|s| s.strip_prefix("nonce-")).unwrap().to_owned();
        assert!(nonce.len() >= 20, "{nonce}");
        let html = answer.text();
        let tags: Vec<_> = html.split("<script").skip(1).map(|rest| rest.split_once('>').unwrap().0).collect();
        // Data for the app is no script.
        let run: Vec<_> = tags.iter().filter(|tag| !tag.contains("text/plain")).collect();
        assert!(run.len() >= 2, "{tags:?}");
        assert!(run.iter().all(|tag| tag.contains(&format!("nonce=\"{nonce}\""))), "{tags:?}");
        seen.push(nonce);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_handle_that_is_not_good_shows_an_empty_run() {
    let site = Site::start().await;
    let unknown = "A".repeat(22);
    for query in [
        "",
        "?s=&o=",
        "?s=x&o=https%3A%2F%2Fapp.example",
        &format!("?s={unknown}"),
        "?s=%3Cscript%3Ealert(1)%3C/script%3E",
    ] {
        let answer = site.send(get(&format!("/connect/frame{query}"))).await;
        assert_eq!(answer.status, 200, "{query}");
        let html = answer.text();
        assert!(
            !drawn(&html).contains("would like to read") && !drawn(&html).contains("<form"),
            "{query}: {html}"
        );
        assert!(drawn(&html).contains("One moment…"), "{query}: {html}");
        assert!(!html.contains("alert(1)"), "{query}");
    }
    for query in ["?s=a&s=b", "?s=%ff"] {
        let answer = site.send(get(&format!("/connect/frame{query}"))).await;
        assert!(answer.status < 500, "{query}: {answer:?}");
    }
}

#[tokio::test]
async fn the_name_of_a_company_is_text() {
    let site = Site::start().await;
    let name = "<script>alert(1)</script> & \"Sons\"";
    let (id, secret) = site.service.register_client(name, Environment::Sandbox).await.unwrap();
    let company = SandboxClient { id: id.to_string(), secret };
    let call = crate::support::post("/auth/connect-token").by(&company).form(&[("user_id", "u")]);
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    let html = frame(&site, &token, "http://localhost:3000").await.text();
    assert!(!html.contains("<script>alert"), "{html}");
    assert!(drawn(&html).contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; "), "{html}");
}

#[tokio::test]
async fn a_named_utility_is_on_the_first_screen() {
    let site = Site::start().await;
    let id = PGE.to_string();
    let call = crate::support::post("/auth/connect-token")
        .by(&site.company)
        .form(&[("user_id", "u"), ("utility_id", &id)]);
    let token = Secret::new(site.send(call).await.json()["connect_token"].as_str().unwrap());
    let html = frame(&site, &token, "https://app.example").await.text();
    assert!(drawn(&html).contains("Link your Pacific Gas and Electric account once."), "{html}");
}
