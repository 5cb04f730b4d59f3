//! The API as HTTP: paths, methods, header names, browsers.

use axum::http::Method;
use connect_server::api::endpoints;
use serde_json::json;

use crate::support::{Call, TestApp, get, post};

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_refused_in_json() {
    let (app, company) = TestApp::start().await;
    let before = app.place.rows();
    for endpoint in endpoints() {
        let path = &endpoint.path.replace(['{', '}'], "");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "BREW"] {
            if endpoint.methods.contains(&method) {
                let answer = app.send(Call::new(method, path)).await;
                assert!(![404, 405].contains(&answer.status), "{method} {path} has no handler: {answer:?}");
                continue;
            }
            let answer = app.send(Call::new(method, path).by(&company)).await;
            answer.refused(405, "parameter_invalid");
            assert!(answer.message().contains(method), "{}", answer.message());
            let mut told: Vec<_> = answer.header("allow").split(',').map(str::trim).collect();
            let mut expected = endpoint.methods.to_vec();
            if expected.contains(&"GET") {
                expected.push("HEAD");
            }
            told.sort_unstable();
            expected.sort_unstable();
            assert_eq!(told, expected, "{method} {path}");
        }
    }
    assert_eq!(app.place.rows(), before);
}

#[tokio::test]
async fn an_unknown_path_of_the_api_is_refused_in_json_even_to_a_browser() {
    let (app, company) = TestApp::start().await;
    let paths = [
        "/auth",
        "/auth/",
        "/auth/x",
        "/auth/token/",
        "/auth/token/x",
        "/auth/connect-token/",
        "/auth/Token",
        "/users",
        "/users/",
        "/users/a/",
        "/users/a/b",
        "/accounts/",
        "/accounts/x",
        "/accounts/x/y",
        "/utilities/",
        "/utilities/pge",
    ];
    for path in paths {
        for method in ["GET", "POST", "DELETE"] {
            let call = Call::new(method, path).by(&company).header("accept", "text/html,*/*");
            let answer = app.send(call).await;
            assert_eq!(answer.status, 404, "{method} {path}: {answer:?}");
            answer.refused(404, "parameter_invalid");
            assert!(answer.message().contains(path), "{}", answer.message());
        }
    }
}

#[tokio::test]
async fn an_unknown_path_is_repeated_only_in_part() {
    let (app, _) = TestApp::start().await;
    let answer = app.send(get(&format!("/auth/{}", "x".repeat(5_000)))).await;
    answer.refused(404, "parameter_invalid");
    assert!(answer.message().len() < 300);
}

#[tokio::test]
async fn header_names_may_be_written_in_any_case() {
    // Typed names are lower case as the `http` crate reads them from the wire: this goes over one.
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (app, company) = TestApp::start().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, app.router.clone()).into_future());
    for (id, secret) in [
        ("Pelm-Client-Id", "Pelm-Secret"),
        ("pelm-client-id", "pelm-secret"),
        ("PELM-CLIENT-ID", "PELM-SECRET"),
        ("pElM-cLiEnT-iD", "pElM-sEcReT"),
    ] {
        let body = "user_id=u";
        let request = format!(
            "POST /auth/connect-token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{id}: {}\r\n{secret}: {}\r\n\
             CONTENT-TYPE: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            company.id,
            company.secret.expose(),
            body.len(),
        );
        let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{id}: {answer}");
    }
    server.abort();
}

#[tokio::test]
async fn a_page_of_any_origin_may_call_with_pelms_headers() {
    let (app, _) = TestApp::start().await;
    let asked = ["authorization", "content-type", "pelm-client-id", "pelm-secret", "idempotency-key"];
    for endpoint in endpoints() {
        let (path, method) = (endpoint.path.replace(['{', '}'], ""), endpoint.methods[0]);
        let call = Call::new("OPTIONS", &path)
            .header("origin", "https://app.example")
            .header("access-control-request-method", method)
            .header("access-control-request-headers", asked.join(","));
        let answer = app.send(call).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
        let list =
            |name| answer.header(name).to_ascii_lowercase().split(',').map(|v| v.trim().to_owned()).collect();
        let methods: Vec<String> = list("access-control-allow-methods");
        assert!(methods.contains(&method.to_ascii_lowercase()), "{path}: {methods:?}");
        let headers: Vec<String> = list("access-control-allow-headers");
        assert!(asked.iter().all(|h| headers.iter().any(|have| have == h)), "{path}: {headers:?}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "the API carries no cookies");
    }
}

#[tokio::test]
async fn a_page_can_read_answers_and_errors_alike() {
    let (app, company) = TestApp::start().await;
    let from_page = |call: Call| call.header("origin", "https://app.example");
    let good = app.send(from_page(post("/auth/connect-token").by(&company).form(&[("user_id", "u")]))).await;
    good.ok();
    let refused = app.send(from_page(post("/auth/connect-token").form(&[("user_id", "u")]))).await;
    refused.refused(401, "credentials_invalid");
    let unknown = app.send(from_page(get("/auth/x"))).await;
    unknown.refused(404, "parameter_invalid");
    let wrong = app.send(from_page(get("/auth/token"))).await;
    wrong.refused(405, "parameter_invalid");
    let long = "x".repeat(connect_server::api::BODY_LIMIT + 1);
    let large = app.send(from_page(post("/auth/token").by(&company).form(&[("code", &long)]))).await;
    large.refused(413, "parameter_invalid");
    for answer in [good, refused, unknown, wrong, large] {
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{answer:?}");
        let exposed = answer.header("access-control-expose-headers");
        assert!(exposed.contains("connect-environment"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_head_request_has_the_headers_of_a_get() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    let answer = app.send(Call::new(Method::HEAD.as_str(), "/accounts").by(&company).bearer(&access)).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn parameters_in_the_query_are_no_parameters_of_a_post() {
    let (app, company) = TestApp::start().await;
    let answer = app.send(post("/auth/connect-token?user_id=u").by(&company).json(&json!({}))).await;
    answer.refused(400, "parameter_missing");
}
