//! Custodians that lie, hang, send tokens elsewhere or never stop.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use connect_core::connector::{Connector, ConnectorError, RemoteAccount, UtilitySession};
use connect_core::secret::Secret;
use connect_core::usage::Window;
use connect_mydata::{ConfigError, MyDataConfig, MyDataConnector};
use serde_json::{Value, json};

use crate::fake::{CUSTOMER, Fake, json_answer, status, tokens, xml};
use crate::support::{config, connector, context, failed, field, impatient, now, serve};

/// A server that only listens.
async fn listener() -> Fake {
    Fake::with_data(|_| Html("<p>hello").into_response()).await
}

fn to(status: StatusCode, place: &str) -> Response {
    (status, [(LOCATION, place.to_owned())]).into_response()
}

async fn accounts(fake: &Fake, session: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
    fake.connector.accounts(context(now()), session).await
}

/// What comes of this answer to a request for data.
async fn outcome(answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> ConnectorError {
    let fake = Fake::with_data(move |_| answer()).await;
    let session = fake.session().await;
    failed(accounts(&fake, &session).await)
}

/// What comes of these tokens.
async fn redeemed(change: impl Fn(&mut Value) + Clone + Send + Sync + 'static) -> Result<(), ConnectorError> {
    let fake = Fake::with_tokens(move |base| {
        let mut value = tokens(base);
        change(&mut value);
        json_answer(&value)
    })
    .await;
    fake.redeem().await.map(|_| ())
}

#[tokio::test]
async fn no_token_goes_to_a_foreign_origin() {
    let evil = listener().await;
    for name in ["resourceURI", "authorizationURI", "customerResourceURI"] {
        for place in [
            format!("{}/data", evil.base),
            evil.base.replace("127.0.0.1", "localhost"),
            evil.base.replace("http://", "http://127.0.0.1@"),
            evil.base.replace("http:", ""),
            "file:///etc/passwd".to_owned(),
            "/data".to_owned(),
            String::new(),
        ] {
            let error = failed(redeemed(move |value| value[name] = place.clone().into()).await);
            assert!(
                matches!(error, ConnectorError::SiteChanged(text) if text.starts_with("an address")),
                "{error}"
            );
        }
    }
    // Neither from a session that was stored when the list was another one.
    let fake = Fake::with_data(|_| status(204)).await;
    let session = fake.session().await;
    let mut stored: Value = serde_json::from_slice(&session.data).unwrap();
    stored["customer"] = evil.base.clone().into();
    let session = UtilitySession { data: serde_json::to_vec(&stored).unwrap(), ..session };
    assert_eq!(failed(accounts(&fake, &session).await), ConnectorError::SiteChanged("an address at another site"));
    assert_eq!(evil.count(), 0, "the foreign host heard nothing");
}

#[tokio::test]
async fn an_origin_on_the_list_gets_the_token() {
    let other = listener().await;
    let place = other.base.clone();
    let fake = Fake::with_tokens(move |base| {
        let mut value = tokens(base);
        value["customerResourceURI"] = format!("{place}/customer").into();
        json_answer(&value)
    })
    .await;
    let local_origins = vec![fake.base.clone(), other.base.clone()];
    let config = MyDataConfig { allowed_hosts: vec![other.base.clone()], local_origins, ..config(&fake.base) };
    let connector = MyDataConnector::new(config).unwrap();
    let session = connector.redeem(context(now()), &Secret::new("code")).await.unwrap();
    failed(connector.accounts(context(now()), &session).await);
    assert_eq!(other.last().header("authorization"), "Bearer access-secret");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let evil = listener().await;
    for code in [StatusCode::FOUND, StatusCode::SEE_OTHER, StatusCode::TEMPORARY_REDIRECT] {
        for place in [format!("{}/token", evil.base), "/elsewhere".to_owned()] {
            let target = place.clone();
            let fake = Fake::with_tokens(move |_| to(code, &target)).await;
            assert_eq!(failed(fake.redeem().await), ConnectorError::SiteChanged("a redirect"));
            assert_eq!(fake.count(), 1);
            let error = outcome(move || to(code, &place)).await;
            assert_eq!(error, ConnectorError::SiteChanged("a redirect"));
        }
    }
    assert_eq!(evil.count(), 0, "the foreign host heard nothing");
}

#[tokio::test]
async fn an_answer_with_tokens_must_be_one() {
    for body in ["", "{}", "[]", "null", "not json", "{\"access_token\":", "<html>", "\u{1f600}"] {
        let fake = Fake::with_tokens(move |_| body.into_response()).await;
        assert_eq!(failed(fake.redeem().await), ConnectorError::SiteChanged("answer with tokens"), "{body}");
    }
    let with = |name: &'static str, new: Value| redeemed(move |value| value[name] = new.clone());
    let without = |name: &'static str| redeemed(move |value| drop(value.as_object_mut().unwrap().remove(name)));
    let changed = |what| Err(ConnectorError::SiteChanged(what));
    assert_eq!(with("access_token", json!(7)).await, changed("answer with tokens"));
    assert_eq!(with("expires_in", json!("soon")).await, changed("answer with tokens"));
    assert_eq!(with("access_token", json!("")).await, changed("kind of a token"));
    assert_eq!(with("token_type", json!("mac")).await, changed("kind of a token"));
    assert_eq!(without("resourceURI").await, changed("resourceURI"));
    assert_eq!(with("resourceURI", json!("http://a".repeat(1000))).await, changed("an address of data"));
    assert_eq!(without("token_type").await, changed("answer with tokens"));
    // What a custodian may leave out.
    assert_eq!(with("token_type", json!("bearer")).await, Ok(()));
    for name in ["expires_in", "refresh_token", "scope", "authorizationURI", "customerResourceURI"] {
        assert_eq!(without(name).await, Ok(()), "{name}");
    }
    assert_eq!(with("expires_in", json!(i64::MAX)).await, Ok(()));
}

#[tokio::test]
async fn a_refusal_is_told_as_what_it_is() {
    use ConnectorError::*;
    for (code, body, of_code, of_refresh) in [
        (400, json!({"error": "invalid_grant"}), ChallengeExpired, InvalidCredentials),
        (401, json!({"error": "invalid_grant"}), ChallengeExpired, InvalidCredentials),
        (
            401,
            json!({"error": "invalid_client"}),
            SiteChanged("client credentials"),
            SiteChanged("client credentials"),
        ),
        (
            400,
            json!({"error": "invalid_client"}),
            SiteChanged("client credentials"),
            SiteChanged("client credentials"),
        ),
        (401, json!("no"), SiteChanged("client credentials"), SiteChanged("client credentials")),
        (
            400,
            json!({"error": "invalid_scope"}),
            SiteChanged("answer with tokens"),
            SiteChanged("answer with tokens"),
        ),
        (403, json!("forbidden"), SiteChanged("answer with tokens"), SiteChanged("answer with tokens")),
        (400, json!({"error": "temporarily_unavailable"}), SiteDown, SiteDown),
        (429, json!({"error": "invalid_grant"}), SiteDown, SiteDown),
        (500, json!({"error": "invalid_grant"}), SiteDown, SiteDown),
        (503, json!({}), SiteDown, SiteDown),
    ] {
        let good = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
        let (still, text) = (good.clone(), body.to_string());
        let fake = Fake::with_tokens(move |base| {
            if still.load(std::sync::atomic::Ordering::SeqCst) {
                return json_answer(&tokens(base));
            }
            (StatusCode::from_u16(code).unwrap(), text.clone()).into_response()
        })
        .await;
        let session = fake.session().await;
        good.store(false, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(failed(fake.redeem().await), of_code, "{code} {body}");
        assert_eq!(failed(fake.connector.renew(context(now()), &session).await), of_refresh, "{code} {body}");
        assert_eq!(fake.count(), 3, "each is sent once");
    }
}

#[tokio::test]
async fn a_refresh_keeps_what_its_answer_leaves_out() {
    let fake = Fake::new(|base, asked| {
        let form = asked.form();
        match form.get("refresh_token").map(String::as_str) {
            None => json_answer(&tokens(base)),
            Some("refresh-secret") => json_answer(&json!({"access_token": "second", "token_type": "Bearer"})),
            Some(_) => status(500),
        }
    })
    .await;
    let session = fake.session().await;
    let renewed = fake.connector.renew(context(now()), &session).await.unwrap();
    assert_eq!(field(&renewed, "access"), "second");
    for name in ["refresh", "resource", "authorization", "customer", "scope"] {
        assert_eq!(field(&renewed, name), field(&session, name), "{name}");
    }
    let asked = fake.last();
    assert_eq!(asked.form().get("grant_type").map(String::as_str), Some("refresh_token"));
    assert_eq!(asked.header("authorization"), "Basic Y29ubmVjdC1zYW5kYm94OmNvbm5lY3Qtc2FuZGJveC1zZWNyZXQ=");
    assert!(asked.query.is_empty(), "nothing secret is in an address");

    // A refresh token that is replaced.
    let fake = Fake::new(|base, asked| {
        let mut value = tokens(base);
        if let Some(old) = asked.form().get("refresh_token") {
            value["refresh_token"] = format!("{old}-next").into();
        }
        json_answer(&value)
    })
    .await;
    let renewed = fake.connector.renew(context(now()), &fake.session().await).await.unwrap();
    assert_eq!(field(&renewed, "refresh"), "refresh-secret-next");

    // None at all: only the customer can go on.
    let fake = Fake::with_tokens(|base| {
        let mut value = tokens(base);
        value.as_object_mut().unwrap().remove("refresh_token");
        json_answer(&value)
    })
    .await;
    let session = fake.session().await;
    let renewed = fake.connector.renew(context(now()), &session).await;
    assert_eq!((failed(renewed), fake.count()), (ConnectorError::InvalidCredentials, 1));
}

#[tokio::test]
async fn every_status_has_its_meaning() {
    use ConnectorError::*;
    for (code, expected) in [
        (202, NotReady),
        (204, NoAccounts),
        (401, SessionExpired),
        (403, InvalidCredentials),
        (429, SiteDown),
        (500, SiteDown),
        (502, SiteDown),
        (503, SiteDown),
        (206, SiteChanged("answer to a request for data")),
        (400, SiteChanged("answer to a request for data")),
        (404, SiteChanged("answer to a request for data")),
        (410, SiteChanged("answer to a request for data")),
    ] {
        assert_eq!(outcome(move || status(code)).await, expected, "{code}");
    }
}

#[tokio::test]
async fn a_feed_that_is_something_else_is_a_change() {
    let change = ConnectorError::SiteChanged("Green Button feed");
    for body in [
        "<!DOCTYPE feed [<!ENTITY a 'b'>]><feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
        "<!DOCTYPE feed SYSTEM \"http://127.0.0.1/x.dtd\"><feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry>",
        "<html><body>Sign in</body></html>",
        "{\"error\":\"x\"}",
        "not xml",
        "",
    ] {
        assert_eq!(outcome(move || xml(body)).await, change, "{body}");
    }
}

/// A body of these pieces; after the last one it never ends.
struct Pieces(usize, &'static str);

impl futures::Stream for Pieces {
    type Item = Result<&'static str, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.0 == 0 {
            return Poll::Pending;
        }
        self.0 -= 1;
        Poll::Ready(Some(Ok(self.1)))
    }
}

fn endless(count: usize) -> Response {
    ([(CONTENT_TYPE, "application/json")], Body::from_stream(Pieces(count, "0123456789 0123456789")))
        .into_response()
}

#[tokio::test]
async fn an_answer_that_is_too_long_is_not_read() {
    let long = ConnectorError::SiteChanged("an answer that is too long");
    let fake = Fake::with_tokens(|_| " ".repeat(20 << 10).into_response()).await;
    assert_eq!(failed(fake.redeem().await), long);
    assert_eq!(outcome(|| xml(" ".repeat(70 << 10))).await, long);
    // Without a length that would tell, and without an end.
    let fake = Fake::with_tokens(|_| endless(4000)).await;
    assert_eq!(failed(fake.redeem().await), long);
    assert_eq!(outcome(|| endless(8000)).await, long);
}

#[tokio::test]
async fn no_server_and_one_that_hangs_are_down() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let code = Secret::new("code");
    assert_eq!(failed(connector(&closed).redeem(context(now()), &code).await), ConnectorError::SiteDown);
    let start = Instant::now();
    let hangs = serve(|_| Router::new().fallback(any(async || std::future::pending::<()>().await))).await;
    assert_eq!(failed(impatient(&hangs).redeem(context(now()), &code).await), ConnectorError::SiteDown);
    // One piece, and then nothing.
    let drips = serve(|_| Router::new().fallback(any(async || endless(1)))).await;
    assert_eq!(failed(impatient(&drips).redeem(context(now()), &code).await), ConnectorError::SiteDown);
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_session_without_an_end_is_used_until_it_is_refused() {
    let fake = Fake::new(|base, asked| match asked.path.as_str() {
        CUSTOMER => status(401),
        _ => {
            let mut value = tokens(base);
            value.as_object_mut().unwrap().remove("expires_in");
            json_answer(&value)
        }
    })
    .await;
    let session = fake.session().await;
    let later = context(now() + jiff::SignedDuration::from_hours(5000));
    assert_eq!(failed(fake.connector.accounts(later, &session).await), ConnectorError::SessionExpired);
    assert_eq!(fake.last().path, CUSTOMER);
    // One that is known to be over is not sent.
    let fake = Fake::with_data(|_| status(200)).await;
    let session = fake.session().await;
    let account =
        RemoteAccount { public_id: None, account_number: "1".to_owned(), address: String::new(), meters: vec![] };
    let bills = fake.connector.bills(later, &session, &account).await;
    assert_eq!((failed(bills), fake.count()), (ConnectorError::SessionExpired, 1));
    let readings = fake.connector.readings(context(now()), &session, &account, 0, Window { from: 0, to: 9 });
    assert_eq!(failed(readings.await), ConnectorError::NotOffered);
}

#[test]
fn a_configuration_that_would_leak_is_refused() {
    let new = |base: &str| MyDataConnector::new(config(base)).map(|_| ());
    assert!(matches!(new("http://api.example.com"), Err(ConfigError::NotSecure(_))));
    assert_eq!(new("https://api.example.com"), Ok(()));
}
