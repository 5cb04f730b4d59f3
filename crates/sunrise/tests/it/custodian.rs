//! Green Button Connect My Data, from consent to data.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, Request, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use connect_sunrise::{Notification, NotificationSink, data};
use jiff::civil::date;
use serde_json::Value;

use crate::download::{expected, read};
use crate::support::{Answer, Browser, REDIRECT, between, form};

fn authorize(query: &[(&str, &str)]) -> String {
    let mut all = form_urlencoded::Serializer::new(String::new());
    all.extend_pairs([
        ("response_type", "code"),
        ("client_id", "app"),
        ("redirect_uri", REDIRECT),
        ("state", "s 1"),
    ]);
    // A later field of the same name does not count: the changed ones go first.
    let mut first = form_urlencoded::Serializer::new(String::new());
    first.extend_pairs(query);
    format!("/oauth/authorize?{}&{}", first.finish(), all.finish())
}

/// Answers the consent page.
async fn decide(browser: &mut Browser, more: &[(&str, &str)]) -> Answer {
    let mut fields =
        vec![("response_type", "code"), ("client_id", "app"), ("redirect_uri", REDIRECT), ("state", "s 1")];
    fields.extend_from_slice(more);
    browser.post("/oauth/authorize", &fields).await
}

/// The code that a customer's consent gives.
async fn consent(browser: &mut Browser, username: &str) -> String {
    browser.get(&authorize(&[])).await;
    let page = browser.post("/login", &[("username", username), ("password", "password")]).await;
    assert_eq!(page.page(), "consent");
    assert!(page.header("content-security-policy").contains("form-action 'self' https://app.example;"));
    let mut fields = vec![("decision", "allow"), ("months", "12")];
    let accounts = data::accounts(username);
    fields.extend(accounts.iter().map(|account| ("account", account.number.as_str())));
    let answer = decide(browser, &fields).await;
    let to = answer.header("location");
    assert!(to.starts_with(&format!("{REDIRECT}?code=")) && to.ends_with("&state=s+1"), "{to}");
    between(to, "code=", "&").unwrap().to_owned()
}

async fn token(browser: &mut Browser, secret: &str, fields: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut request = form("/oauth/token", fields);
    let basic = format!("Basic {}", STANDARD.encode(format!("app:{secret}")));
    request.headers_mut().insert(AUTHORIZATION, basic.parse().unwrap());
    let answer = browser.other().send(request).await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

async fn exchange(browser: &mut Browser, code: &str) -> (StatusCode, Value) {
    let fields = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)];
    token(browser, "app-secret", &fields).await
}

async fn fetch(browser: &mut Browser, method: Method, uri: &str, token: &str) -> Answer {
    let path = uri.strip_prefix("https://sunrise.example").unwrap();
    let bearer = format!("Bearer {token}");
    let request = Request::builder().method(method).uri(path).header(AUTHORIZATION, bearer);
    browser.other().send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn from_consent_to_data() {
    let news: Arc<Mutex<Vec<Notification>>> = Arc::default();
    let sink = news.clone();
    let take = NotificationSink::new(move |notification| sink.lock().unwrap().push(notification));
    let mut browser = Browser::with(|config| config.notifications = Some(take));
    let code = consent(&mut browser, "user@pelm.com").await;
    let (status, tokens) = exchange(&mut browser, &code).await;
    assert_eq!((status, tokens["token_type"].as_str()), (StatusCode::OK, Some("Bearer")));
    let (access, uri) = (tokens["access_token"].as_str().unwrap(), tokens["resourceURI"].as_str().unwrap());
    {
        let news = news.lock().unwrap();
        assert_eq!(news.len(), 1);
        assert_eq!(news[0].uri, "https://app.example/notify");
        assert!(news[0].body.contains(&format!("<resources>{uri}</resources>")));
    }

    let feed = fetch(&mut browser, Method::GET, uri, access).await;
    assert_eq!(feed.status, StatusCode::OK);
    let root = uri.strip_prefix("https://sunrise.example").unwrap().replace("/Batch", "") + "/UsagePoint";
    let accounts = data::accounts("user@pelm.com");
    assert_eq!(read(feed.text()).series, expected(&root, &accounts, date(2025, 11, 24), date(2026, 11, 24)));

    let (from, to) =
        (data::day_start(date(2026, 11, 1)).as_second(), data::day_start(date(2026, 11, 2)).as_second());
    let uri = format!("{uri}?published-min={from}&published-max={}", to - 1);
    let feed = fetch(&mut browser, Method::GET, &uri, access).await;
    assert_eq!(read(feed.text()).series, expected(&root, &accounts, date(2026, 11, 1), date(2026, 11, 2)));

    let customer = tokens["customerResourceURI"].as_str().unwrap();
    let customer = read(fetch(&mut browser, Method::GET, customer, access).await.text());
    assert_eq!(customer.texts["CustomerAccount/accountId"], ["1077345636", "2077345636"]);
    assert_eq!(customer.texts["streetDetail/addressGeneral"][0], "1 WARRIORS WAY SAN FRANCISCO CA 94158");

    // Later, with the refresh token.
    browser.clock.advance(3600);
    assert_eq!(fetch(&mut browser, Method::GET, &uri, access).await.status, StatusCode::UNAUTHORIZED);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
    let (status, renewed) = token(&mut browser, "app-secret", &fields).await;
    assert_eq!(status, StatusCode::OK);
    let access = renewed["access_token"].as_str().unwrap();
    assert_eq!(fetch(&mut browser, Method::GET, &uri, access).await.status, StatusCode::OK);

    // Given back.
    let authorization = renewed["authorizationURI"].as_str().unwrap();
    let status = fetch(&mut browser, Method::GET, authorization, access).await;
    assert!(status.text().contains("<status>1</status>"));
    assert_eq!(fetch(&mut browser, Method::DELETE, authorization, access).await.status, StatusCode::NO_CONTENT);
    assert_eq!(fetch(&mut browser, Method::GET, &uri, access).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(token(&mut browser, "app-secret", &fields).await.1["error"], "invalid_grant");
}

#[tokio::test]
async fn a_code_works_once_for_its_client_and_ten_minutes() {
    let mut browser = Browser::new();
    let code = consent(&mut browser, "good").await;
    let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", REDIRECT)];
    let (status, body) = token(&mut browser, "wrong", &fields).await;
    assert_eq!((status, body["error"].as_str()), (StatusCode::UNAUTHORIZED, Some("invalid_client")));
    let elsewhere = [fields[0], fields[1], ("redirect_uri", "https://evil.example/")];
    assert_eq!(token(&mut browser, "app-secret", &elsewhere).await.1["error"], "invalid_grant");
    let (status, tokens) = exchange(&mut browser, &code).await;
    assert_eq!(status, StatusCode::OK);
    // Used again, it ends what came of it.
    assert_eq!(exchange(&mut browser, &code).await.1["error"], "invalid_grant");
    let (access, uri) = (tokens["access_token"].as_str().unwrap(), tokens["resourceURI"].as_str().unwrap());
    assert_eq!(fetch(&mut browser, Method::GET, uri, access).await.status, StatusCode::UNAUTHORIZED);

    let mut browser = Browser::new();
    let code = consent(&mut browser, "good").await;
    browser.clock.advance(600);
    assert_eq!(exchange(&mut browser, &code).await.1["error"], "invalid_grant");
    assert_eq!(token(&mut browser, "app-secret", &[]).await.1["error"], "invalid_request");
    let other = [("grant_type", "password")];
    assert_eq!(token(&mut browser, "app-secret", &other).await.1["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn data_may_not_be_ready_or_not_exist() {
    let mut browser = Browser::new();
    let code = consent(&mut browser, "not_ready").await;
    let (_, tokens) = exchange(&mut browser, &code).await;
    let (access, uri) = (tokens["access_token"].as_str().unwrap(), tokens["resourceURI"].as_str().unwrap());
    assert_eq!(fetch(&mut browser, Method::GET, uri, access).await.status, StatusCode::ACCEPTED);
    browser.clock.advance(120);
    assert_eq!(fetch(&mut browser, Method::GET, uri, access).await.status, StatusCode::OK);
    // Of another authorization.
    let foreign = uri.replace("Subscription/", "Subscription/x");
    assert_eq!(fetch(&mut browser, Method::GET, &foreign, access).await.status, StatusCode::FORBIDDEN);
    assert_eq!(fetch(&mut browser, Method::GET, uri, "x.y").await.status, StatusCode::UNAUTHORIZED);
    let odd = format!("{uri}?published-min=yesterday");
    assert_eq!(fetch(&mut browser, Method::GET, &odd, access).await.status, StatusCode::BAD_REQUEST);

    // Twelve months are agreed to, and the account was closed before.
    let mut browser = Browser::new();
    let code = consent(&mut browser, "closed_only").await;
    let (_, tokens) = exchange(&mut browser, &code).await;
    let (access, uri) = (tokens["access_token"].as_str().unwrap(), tokens["resourceURI"].as_str().unwrap());
    assert_eq!(fetch(&mut browser, Method::GET, uri, access).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn consent_is_asked_for_and_can_be_refused() {
    let mut browser = Browser::new();
    browser.sign_in("multi_account").await;
    let page = browser.get(&authorize(&[])).await;
    assert_eq!(page.page(), "consent");
    for account in data::accounts("multi_account") {
        assert!(page.text().contains(&format!("name=\"account\" value=\"{}\"", account.number)));
    }
    let none = decide(&mut browser, &[("decision", "allow"), ("months", "12")]).await;
    assert!(none.page() == "consent" && none.tells("choose-first"));
    let foreign = [("decision", "allow"), ("months", "12"), ("account", "1077345636")];
    assert!(decide(&mut browser, &foreign).await.tells("choose-first"));
    let denied = decide(&mut browser, &[("decision", "deny")]).await;
    assert_eq!(denied.header("location"), format!("{REDIRECT}?error=access_denied&state=s+1"));
}

#[tokio::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let mut browser = Browser::new();
    for query in [("client_id", "nobody"), ("redirect_uri", "https://evil.example/")] {
        assert_eq!(browser.get(&authorize(&[query])).await.status, StatusCode::BAD_REQUEST);
    }
    let answer = browser.get(&authorize(&[("response_type", "token")])).await;
    assert!(answer.header("location").starts_with(&format!("{REDIRECT}?error=unsupported_response_type")));
}
