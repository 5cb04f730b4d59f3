//! Callers that are not a client. All get one and the same answer.

use connect_core::token::{Environment, Token, TokenKind};

use crate::support::{Call, Company, TestApp, delete, get, post};

/// One request to each path that is for clients only, without the client's headers.
fn requests() -> [(&'static str, Call); 5] {
    [
        ("connect token", post("/auth/connect-token").form(&[("user_id", "u")])),
        ("token", post("/auth/token").form(&[("code", "x")])),
        ("user", get("/users/u").bearer("x")),
        ("deletion", delete("/users/u").bearer("x")),
        ("accounts", get("/accounts").bearer("x")),
    ]
}

/// Headers to send.
type Headers = Vec<(&'static str, Vec<u8>)>;

/// Ways to get the client's headers wrong.
fn disguises(right: &Company, other: &Company) -> Vec<(&'static str, Headers)> {
    let unknown = uuid::Uuid::new_v4().to_string();
    let forged = Token::generate(TokenKind::ClientSecret, Environment::Sandbox).unwrap();
    let secret = right.secret.expose();
    let id = |value: &str| ("pelm-client-id", value.as_bytes().to_vec());
    let key = |value: &str| ("pelm-secret", value.as_bytes().to_vec());
    vec![
        ("no header", vec![]),
        ("no secret", vec![id(&right.id)]),
        ("no id", vec![key(secret)]),
        ("empty secret", vec![id(&right.id), key("")]),
        ("empty id", vec![id(""), key(secret)]),
        ("wrong secret", vec![id(&right.id), key(forged.expose())]),
        ("unknown client", vec![id(&unknown), key(secret)]),
        ("unknown client, unknown secret", vec![id(&unknown), key(forged.expose())]),
        ("nobody's id", vec![id(&uuid::Uuid::nil().to_string()), key(secret)]),
        ("another client's secret", vec![id(&right.id), key(other.secret.expose())]),
        ("id and secret swapped", vec![id(secret), key(&right.id)]),
        ("malformed id", vec![id("not-a-uuid"), key(secret)]),
        ("malformed secret", vec![id(&right.id), key("hunter2")]),
        ("secret cut short", vec![id(&right.id), key(&secret[..secret.len() - 1])]),
        ("secret with more after it", vec![id(&right.id), key(&format!("{secret}x"))]),
        ("secret in another case", vec![id(&right.id), key(&secret.to_uppercase())]),
        ("id twice", vec![id(&right.id), id(&right.id), key(secret)]),
        ("two ids", vec![id(&right.id), id(&other.id), key(secret)]),
        ("secret twice", vec![id(&right.id), key(secret), key(secret)]),
        ("secret not UTF-8", vec![id(&right.id), ("pelm-secret", b"\xff\xfe".to_vec())]),
        ("id not UTF-8", vec![("pelm-client-id", b"\xff\xfe".to_vec()), key(secret)]),
        ("over-long id", vec![id(&"1".repeat(5_000)), key(secret)]),
        ("over-long secret", vec![id(&right.id), key(&"1".repeat(5_000))]),
    ]
}

#[tokio::test]
async fn whoever_is_not_a_client_learns_nothing_and_changes_nothing() {
    let (app, company) = TestApp::start().await;
    let other = app.company("Somebody Else", Environment::Sandbox).await;
    let before = app.place.rows();
    let reference = app.send(post("/auth/token")).await;
    reference.refused(401, "credentials_invalid");
    for (why, headers) in disguises(&company, &other) {
        for (to, call) in requests() {
            let call = headers.iter().fold(call, |call, (name, value)| call.header(name, value));
            let answer = app.send(call).await;
            assert_eq!(answer.status, 401, "{to}: {why}: {answer:?}");
            // Byte for byte: an unknown client cannot be told from a wrong secret.
            assert_eq!(answer.body, reference.body, "{to}: {why}");
            assert_eq!(answer.headers, reference.headers, "{to}: {why}");
        }
    }
    assert_eq!(reference.header("www-authenticate"), "Pelm-Secret realm=\"connect\"");
    assert_eq!(reference.header("connect-environment"), "");
    assert_eq!(app.place.rows(), before);
}

#[tokio::test]
async fn who_calls_is_looked_at_before_what_is_sent() {
    let (app, _) = TestApp::start().await;
    for call in [
        post("/auth/connect-token").body("text/plain", "x"),
        post("/auth/connect-token").body("application/json", "{"),
        post("/auth/connect-token").body("application/json", vec![b'x'; 1 << 20]),
        get("/users/%ff"),
    ] {
        app.send(call).await.refused(401, "credentials_invalid");
    }
}

#[tokio::test]
async fn the_older_header_names_are_not_accepted() {
    let (app, company) = TestApp::start().await;
    let call = post("/auth/connect-token")
        .header("client-id", &company.id)
        .header("client-secret", company.secret.expose())
        .form(&[("user_id", "u"), ("client_id", &company.id), ("client_secret", company.secret.expose())]);
    app.send(call).await.refused(401, "credentials_invalid");
}
