//! Bodies that are wrong. Each gets a sentence and its status, and nothing is changed.

use axum::body::Body;
use bytes::Bytes;
use connect_server::api::BODY_LIMIT;
use connect_wire::Screen;
use serde_json::json;

use crate::support::{Call, Company, TestApp, post};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=edge";
const JSON: &str = "application/json";

/// A part of a multipart body.
fn part(header: &str, value: &[u8]) -> Vec<u8> {
    [b"--edge\r\nContent-Disposition: form-data", header.as_bytes(), b"\r\n\r\n", value, b"\r\n"].concat()
}

fn parts(all: &[Vec<u8>]) -> Vec<u8> {
    [all.concat(), b"--edge--\r\n".to_vec()].concat()
}

fn named(name: &str, value: &[u8]) -> Vec<u8> {
    part(&format!("; name=\"{name}\""), value)
}

struct Case {
    why: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    /// What the sentence names.
    says: &'static str,
}

fn case(why: &'static str, content_type: &'static str, body: impl Into<Vec<u8>>, says: &'static str) -> Case {
    Case { why, content_type, body: body.into(), status: 400, code: "parameter_invalid", says }
}

fn missing(why: &'static str, content_type: &'static str, body: impl Into<Vec<u8>>) -> Case {
    Case { code: "parameter_missing", ..case(why, content_type, body, "user_id") }
}

fn other_type(why: &'static str, content_type: &'static str) -> Case {
    Case { status: 415, ..case(why, content_type, "user_id=u", "application/json") }
}

fn missing_ones() -> Vec<Case> {
    vec![
        missing("nothing at all", FORM, ""),
        missing("another parameter", FORM, "utility_slug=pge"),
        missing("an empty value", FORM, "user_id="),
        missing("a name without a value", FORM, "user_id"),
        missing("another case", FORM, "User_Id=u"),
        missing("no part", MULTIPART, parts(&[])),
        missing("an empty part", MULTIPART, parts(&[named("user_id", b"")])),
        missing("an empty object", JSON, "{}"),
        missing("an empty string", JSON, r#"{"user_id":""}"#),
        missing("null", JSON, r#"{"user_id":null}"#),
    ]
}

fn wrong_values() -> Vec<Case> {
    let long = "x".repeat(1025);
    vec![
        case("given twice", FORM, "user_id=a&user_id=b", "user_id"),
        case("given twice, the same", FORM, "user_id=a&user_id=a", "user_id"),
        case("given twice", MULTIPART, parts(&[named("user_id", b"a"), named("user_id", b"b")]), "user_id"),
        case("given twice", JSON, r#"{"user_id":"a","user_id":"b"}"#, "user_id"),
        case("too long", FORM, format!("user_id={long}"), "1024"),
        case("too long", MULTIPART, parts(&[named("user_id", long.as_bytes())]), "1024"),
        case("too long", JSON, json!({"user_id": long}).to_string(), "1024"),
        case("too long, another one", FORM, format!("user_id=u&x={long}"), "'x'"),
        case("not UTF-8, escaped", FORM, "user_id=%ff", "UTF-8"),
        case("not UTF-8, cut short", FORM, "user_id=%C3", "UTF-8"),
        case("not UTF-8, raw", FORM, *b"user_id=\xff", "UTF-8"),
        case("not UTF-8, in a name", FORM, "user_id=u&%ff=x", "UTF-8"),
        case("not UTF-8, a surrogate", FORM, "user_id=%ED%A0%80", "UTF-8"),
        case("not UTF-8", MULTIPART, parts(&[named("user_id", b"\xff")]), "UTF-8"),
        case("not UTF-8", JSON, *b"{\"user_id\":\"\xff\"}", "JSON"),
        case("a lone surrogate", JSON, r#"{"user_id":"\ud800"}"#, "JSON"),
        case("a NUL", FORM, "user_id=a%00b", "control"),
        case("a line break", FORM, "user_id=a%0D%0Ab", "control"),
        case("DEL", FORM, "user_id=a%7F", "control"),
        case("a C1 control", FORM, "user_id=a%C2%85", "control"),
        case("a line break in a name", FORM, "user_id=a&b%0Ac=1", "control"),
        case("a NUL", MULTIPART, parts(&[named("user_id", b"a\0b")]), "control"),
        case("a bell", JSON, r#"{"user_id":"a\u0007"}"#, "control"),
        case("a number", JSON, r#"{"user_id":5}"#, "user_id"),
        case("a boolean", JSON, r#"{"user_id":true}"#, "user_id"),
        case("a list", JSON, r#"{"user_id":["u"]}"#, "user_id"),
        case("an object", JSON, r#"{"user_id":{"id":"u"}}"#, "user_id"),
    ]
}

fn wrong_bodies() -> Vec<Case> {
    vec![
        case("no JSON", JSON, "user_id=u", "JSON"),
        case("empty", JSON, "", "JSON"),
        case("a list", JSON, r#"["user_id","u"]"#, "JSON"),
        case("a text", JSON, r#""user_id""#, "JSON"),
        case("cut short", JSON, r#"{"user_id":"u""#, "JSON"),
        case("something after it", JSON, r#"{"user_id":"u"} x"#, "JSON"),
        case("a bottomless one", JSON, format!(r#"{{"user_id":{}"#, "[".repeat(20_000)), "JSON"),
        case("no boundary", "multipart/form-data", parts(&[named("user_id", b"u")]), "boundary"),
        case(
            "another boundary",
            "multipart/form-data; boundary=other",
            parts(&[named("user_id", b"u")]),
            "multipart",
        ),
        case("no end", MULTIPART, named("user_id", b"u"), "multipart"),
        case("cut short", MULTIPART, *b"--edge\r\nContent-Dispo", "multipart"),
        case(
            "a backslash in a name",
            MULTIPART,
            parts(&[named("user_id", b"u"), named("a\\b", b"")]),
            "backslash",
        ),
        case("a part without a name", MULTIPART, parts(&[part("", b"u")]), "name"),
        case("empty", MULTIPART, "", "multipart"),
        other_type("text", "text/plain"),
        other_type("XML", "application/xml"),
        other_type("nearly", "application/x-www-form-urlencoded-ish"),
        other_type("several", "application/json, text/plain"),
        other_type("none that is one", ";"),
    ]
}

fn wrong_utilities() -> Vec<Case> {
    let slug = |value: &'static str| case(value, FORM, format!("user_id=u&utility_slug={value}"), "utility_slug");
    let id = |value: &'static str| case(value, FORM, format!("user_id=u&utility_id={value}"), "utility_id");
    vec![
        case("both", FORM, "user_id=u&utility_slug=pge&utility_id=1", "not both"),
        case("both", JSON, r#"{"user_id":"u","utility_slug":"pge","utility_id":"1"}"#, "not both"),
        slug("no-such-utility"),
        slug("PGE"),
        slug("1"),
        slug("pge%20"),
        id("0"),
        id("999999999"),
        id("4294967297"),
        id("-1"),
        id("1.0"),
        id("pge"),
        id("%EF%BC%91"),
        case("a number of JSON", JSON, r#"{"user_id":"u","utility_id":[1]}"#, "utility_id"),
    ]
}

async fn all_are_refused(cases: Vec<Case>) {
    let (app, company) = TestApp::start().await;
    let before = app.place.rows();
    for Case { why, content_type, body, status, code, says } in cases {
        let call = post("/auth/connect-token").by(&company).body(content_type, body);
        let answer = app.send(call).await;
        assert_eq!(answer.error(), (status, code.to_owned()), "{content_type}: {why}: {answer:?}");
        assert!(answer.message().contains(says), "{content_type}: {why}: {}", answer.message());
        assert_eq!(app.place.rows(), before, "{content_type}: {why}: something was changed");
    }
}

#[tokio::test]
async fn missing_parameters_are_refused() {
    all_are_refused(missing_ones()).await;
}

#[tokio::test]
async fn wrong_values_are_refused() {
    all_are_refused(wrong_values()).await;
}

#[tokio::test]
async fn wrong_bodies_are_refused() {
    all_are_refused(wrong_bodies()).await;
}

#[tokio::test]
async fn wrong_utilities_are_refused() {
    all_are_refused(wrong_utilities()).await;
}

#[tokio::test]
async fn a_body_without_a_type_is_refused_and_none_at_all_is_a_missing_parameter() {
    let (app, company) = TestApp::start().await;
    let answer = app.send(post("/auth/connect-token").by(&company).bare("user_id=u")).await;
    answer.refused(415, "parameter_invalid");
    let answer = app.send(post("/auth/connect-token").by(&company)).await;
    answer.refused(400, "parameter_missing");
    let answer = app.send(post("/auth/connect-token").by(&company).body("\u{e9}", "user_id=u")).await;
    answer.refused(415, "parameter_invalid");
}

/// A body of `bytes` bytes with one good parameter, padded by a name that nobody knows.
fn padded(bytes: usize) -> Vec<u8> {
    let mut body = b"user_id=u&".to_vec();
    body.resize(bytes, b'x');
    body
}

/// The same without a length in the headers, in pieces.
fn in_pieces(bytes: usize) -> Body {
    let pieces: Vec<_> =
        padded(bytes).chunks(1000).map(Bytes::copy_from_slice).map(Ok::<_, std::io::Error>).collect();
    Body::from_stream(futures::stream::iter(pieces))
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_and_one_at_the_limit_is_read() {
    let (app, company) = TestApp::start().await;
    let call = || post("/auth/connect-token").by(&company);
    app.send(call().body(FORM, padded(BODY_LIMIT))).await.ok();
    app.send(call().body(FORM, in_pieces(BODY_LIMIT))).await.ok();
    let before = app.place.rows();
    let multipart = parts(&[named("user_id", b"u"), named("x", &vec![b'x'; BODY_LIMIT])]);
    for large in [
        call().body(FORM, padded(BODY_LIMIT + 1)),
        call().body(FORM, in_pieces(BODY_LIMIT + 1)),
        call().body(JSON, padded(BODY_LIMIT + 1)),
        call().body(MULTIPART, multipart),
    ] {
        let answer = app.send(large).await;
        answer.refused(413, "parameter_invalid");
        assert!(answer.message().contains(&BODY_LIMIT.to_string()), "{}", answer.message());
    }
    assert_eq!(app.place.rows(), before);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let (app, company) = TestApp::start().await;
    let before = app.place.rows();
    let pieces = [Ok(Bytes::from_static(b"user_id=u")), Err(std::io::Error::other("the line went dead"))];
    let body = Body::from_stream(futures::stream::iter(pieces));
    app.send(post("/auth/connect-token").by(&company).body(FORM, body)).await.refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
}

#[tokio::test]
async fn values_at_the_edge_are_taken() {
    let (app, company) = TestApp::start().await;
    let long = "x".repeat(1024);
    for user_id in
        [long.as_str(), "'; DROP TABLE users; --", "<script>", "../../x", "100%", "日本語 🏠", "%", "a=b&c"]
    {
        for call in [
            post("/auth/connect-token").form(&[("user_id", user_id)]),
            post("/auth/connect-token").json(&json!({"user_id": user_id})),
            post("/auth/connect-token").multipart(&[("user_id", user_id)]),
        ] {
            app.send(call.by(&company)).await.ok();
        }
        let customer = app.customer(&company, user_id).await;
        assert!(matches!(customer.view.screen, Screen::Welcome { .. }));
    }
    assert!(app.place.rows().iter().any(|row| row.contains("'; DROP TABLE users; --")));
}

#[tokio::test]
async fn the_same_rules_hold_for_the_exchange_of_a_code() {
    let (app, company) = TestApp::start().await;
    let code = app.code(&company, "u").await;
    let before = app.place.rows();
    let call = |content_type: &str, body: String| exchange(&company).body(content_type, body);
    let long = "x".repeat(1025);
    for (answer, status, expected) in [
        (app.send(exchange(&company)).await, 400, "parameter_missing"),
        (app.send(call(FORM, "grant_type=code".into())).await, 400, "parameter_missing"),
        (app.send(call(FORM, "code=".into())).await, 400, "parameter_missing"),
        (app.send(call(FORM, format!("code={code}&code={code}"))).await, 400, "parameter_invalid"),
        (app.send(call(FORM, format!("code={long}"))).await, 400, "parameter_invalid"),
        (app.send(call(FORM, format!("code={code}%00"))).await, 400, "parameter_invalid"),
        (app.send(call(FORM, format!("code={code}%ff"))).await, 400, "parameter_invalid"),
        (app.send(call(JSON, format!(r#"{{"code":["{code}"]}}"#))).await, 400, "parameter_invalid"),
        (app.send(call("text/plain", format!("code={code}"))).await, 415, "parameter_invalid"),
        (app.send(call(FORM, format!("code={code}&{}", "x".repeat(BODY_LIMIT)))).await, 413, "parameter_invalid"),
    ] {
        answer.refused(status, expected);
        assert!(!answer.message().contains(&code));
        assert_eq!(app.place.rows(), before, "{answer:?}");
    }
    app.exchange(&company, &code).await;
}

fn exchange(company: &Company) -> Call {
    post("/auth/token").by(company)
}
