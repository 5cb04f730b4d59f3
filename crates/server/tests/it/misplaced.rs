//! Secrets in a URL, and what keeps token answers out of caches.

use connect_server::api::endpoints;

use crate::support::{Call, TestApp, get, post};

#[tokio::test]
async fn a_secret_in_the_url_is_refused_at_every_endpoint_and_not_used() {
    let (app, company) = TestApp::start().await;
    let code = app.code(&company, "u").await;
    let access = app.access(&company, "v").await;
    let before = app.place.rows();
    for endpoint in endpoints() {
        let path = endpoint.path.replace("{user_id}", "v").replace("{account_id}", "a").replace("{bill_id}", "b");
        for method in endpoint.methods {
            for (name, value, belongs) in [
                ("access_token", &*access, "Authorization: Bearer"),
                ("access%5Ftoken", &*access, "Authorization: Bearer"),
                ("connect_token", "canary-1", "body"),
                ("client_secret", company.secret.expose(), "Pelm-Secret"),
                ("code", &*code, "body"),
                ("code_verifier", "canary-2", "body"),
                ("token", &*access, "body"),
            ] {
                let call = Call::new(method, &format!("{path}?a=b&{name}={value}")).by(&company).bearer(&access);
                let answer = app.send(call).await;
                answer.refused(400, "parameter_invalid");
                let message = answer.message();
                assert!(message.contains(belongs), "{message}");
                assert!(!message.contains(value), "it is not repeated: {message}");
                // Browsers are told as well.
                assert_eq!(answer.header("access-control-allow-origin"), "*");
            }
        }
    }
    assert_eq!(app.place.rows(), before);
    app.send(get("/accounts?access_token=&code=").by(&company).bearer(&access)).await.ok();
    app.exchange(&company, &code).await;
}

#[tokio::test]
async fn no_answer_about_tokens_is_kept_by_a_cache_and_a_401_says_how_to_sign_in() {
    let (app, company) = TestApp::start().await;
    let paths: Vec<_> =
        endpoints().into_iter().map(|e| e.path).filter(|path| path.starts_with("/auth/")).collect();
    assert!(paths.len() >= 5);
    for path in paths {
        let code = app.code(&company, "u").await;
        let good = [("user_id", "u"), ("code", &*code), ("token", &*code)];
        for (status, call) in [
            (200, post(path).by(&company).form(&good)),
            (400, post(path).by(&company)),
            (401, post(path).form(&good)),
            (415, post(path).by(&company).body("text/plain", "x")),
            (405, get(path).by(&company)),
        ] {
            let answer = app.send(call).await;
            assert_eq!(answer.status, status, "{path}: {answer:?}");
            assert_eq!(answer.header("cache-control"), "no-store", "{path}: {status}");
            assert_eq!(answer.header("www-authenticate").is_empty(), status != 401, "{path}: {status}");
        }
    }
}
