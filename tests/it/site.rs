//! Everything beside the modal: assets, the quickstart, what is not there, and the API in the
//! whole router.

use std::sync::Arc;

use connect_sandbox::SandboxConnector;

use crate::support::{Call, LOADER, Site, get, post};

#[tokio::test]
async fn the_loader_is_at_both_addresses_for_every_page() {
    let site = Site::start().await;
    for path in ["/initialize.js", "/connect/pelm-connect.js"] {
        let answer = site.send(get(path)).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, LOADER), "{path}");
        assert!(answer.header("content-type").contains("javascript"), "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin", "{path}");
        assert!(answer.header("cache-control").starts_with("public, max-age="), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}

#[tokio::test]
async fn assets_are_served_and_nothing_else_of_the_folder_is() {
    let site = Site::start().await;
    for path in
        ["/frame.js", "/start.js", "/favicon.svg", "/pkg/connect.js", "/pkg/connect.css", "/pkg/connect.wasm"]
    {
        let answer = site.send(get(path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
    }
    assert_eq!(site.send(get("/pkg/connect.wasm")).await.header("content-type"), "application/wasm");
    for path in [
        "/unlisted.txt",
        "/pkg/",
        "/pkg",
        "/pkg/nothing.js",
        "/pkg/../unlisted.txt",
        "/pkg/%2e%2e/unlisted.txt",
        "/pkg/..%2funlisted.txt",
        "/pkg/%2e%2e%2f%2e%2e%2fdata/connect.db",
        "/data/connect.db",
        "/Leptos.toml",
    ] {
        let answer = site.send(get(path)).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn the_quickstart_is_a_page_that_holds_no_secret() {
    let site = Site::start().await;
    let answer = site.send(get("/")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    let html = answer.text();
    assert!(html.contains("/initialize.js"));
    assert!(!html.contains(site.company.secret.expose()) && !html.contains(&site.company.id));
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("frame-src 'self'"), "{policy}");
}

#[tokio::test]
async fn an_outcome_that_cannot_be_read_leads_back_to_the_quickstart() {
    let site = Site::start().await;
    for outcome in ["", "?", "?code=", "?code=a&code=b", "?other=1"] {
        let answer = site.send(get(&format!("/quickstart{outcome}"))).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/"), "{outcome}");
    }
    let refused = site.send(get("/quickstart?code=nobodys")).await;
    assert!(refused.status == 410 && refused.text().contains("Back to the quickstart"), "{refused:?}");
}

#[tokio::test]
async fn the_documentation_is_a_page_that_runs_nothing() {
    let site = Site::start().await;
    let answer = site.send(get("/docs")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self'"), "{policy}");
    assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
    let html = answer.text();
    assert!(!html.contains("<script") && !html.contains(" style=") && !html.contains("javascript:"));
    // What it links is there, and no name leads to two places.
    let values = |name: &str| -> Vec<String> {
        html.split(&format!(" {name}=\"")).skip(1).map(|v| v.split('"').next().unwrap().to_owned()).collect()
    };
    let ids = values("id");
    assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len());
    for target in values("href").into_iter().chain(values("src")) {
        match target.strip_prefix('#') {
            Some(id) => assert!(ids.iter().any(|known| known == id), "{target}"),
            None => assert_eq!(site.send(get(&target)).await.status, 200, "{target}"),
        }
    }
    let described = site.send(get("/openapi.json")).await.json();
    for (path, item) in described["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.iter().any(|known| known == id), "{path}: {id}");
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_json_to_programs_and_in_html_to_people() {
    let site = Site::start().await;
    for path in ["/nothing", "/connect", "/connect/nothing", "/accountsx", "/.env"] {
        for call in [get(path), get(path).header("accept", "*/*"), get(path).header("accept", "application/json")]
        {
            site.send(call).await.refused(404, "parameter_invalid");
        }
        let page = site.send(get(path).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")).await;
        assert_eq!((page.status, page.header("content-type")), (404, "text/html; charset=utf-8"), "{path}");
        assert!(!page.text().contains(path), "{path}");
    }
}

#[tokio::test]
async fn the_api_answers_in_json_whatever_is_accepted() {
    let site = Site::start().await;
    let paths = [
        "/auth",
        "/auth/",
        "/auth/x",
        "/auth/token/x",
        "/auth/token/",
        "/users",
        "/users/",
        "/users/a/",
        "/users/a/b",
        "/accounts/",
        "/accounts/x",
        "/utilities/",
        "/utilities/x",
    ];
    for path in paths {
        for method in ["GET", "POST", "PATCH"] {
            let call = Call::new(method, path).by(&site.company).header("accept", "text/html");
            let answer = site.send(call).await;
            assert_eq!(answer.header("content-type"), "application/json", "{method} {path}: {answer:?}");
            answer.refused(404, "parameter_invalid");
        }
    }
    site.send(get("/auth/token").header("accept", "text/html")).await.refused(405, "parameter_invalid");
    site.send(get("/accounts").header("accept", "text/html")).await.refused(401, "credentials_invalid");
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect() {
    let site = Site::start().await;
    let answers = [
        site.send(get("/")).await,
        site.send(get("/connect/frame")).await,
        site.send(get("/healthz")).await,
        site.send(get("/initialize.js")).await,
        site.send(get("/pkg/connect.js")).await,
        site.send(get("/nothing")).await,
        site.send(get("/utilities")).await,
        site.send(get("/accounts")).await,
        site.send(get("/auth/x")).await,
        site.send(get("/auth/token")).await,
        site.send(post("/auth/connect-token").by(&site.company).form(&[("user_id", "u")])).await,
        site.send(post("/_connect/load").body("application/x-postcard", "")).await,
        site.send(post("/_connect/load").header("sec-fetch-site", "cross-site")).await,
        site.send(get("/docs")).await,
        site.send(get("/openapi.json")).await,
        site.send(get("/greenbutton/callback")).await,
    ];
    for answer in answers {
        assert!(!answer.header("permissions-policy").is_empty(), "{answer:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{answer:?}");
        assert!(!answer.header("cross-origin-opener-policy").is_empty(), "{answer:?}");
        assert!(!answer.header("cross-origin-resource-policy").is_empty(), "{answer:?}");
        assert_eq!(answer.header("strict-transport-security"), "", "not over http");
        assert_eq!(answer.header("server"), "");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer:?}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{answer:?}");
    }
}

/// Over https browsers are told to stay with it, and the cookie of the consent is theirs who set out by it.
#[tokio::test]
async fn over_https_every_answer_asks_to_stay_with_it() {
    let site = Site::secure().await;
    for path in
        ["/", "/connect/frame", "/accounts", "/initialize.js", "/nothing", "/docs", "/greenbutton/callback"]
    {
        let answer = site.send(get(path)).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=63072000", "{path}");
    }
}

/// Pages with a document of their own say what a base, a form and a script may be.
#[tokio::test]
async fn every_page_has_a_whole_policy() {
    let site = Site::start().await;
    for path in
        ["/", "/connect/frame", "/docs", "/design", "/design/code-wrong", "/greenbutton/callback?state=x&code=y"]
    {
        let answer = site.send(get(path)).await;
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "base-uri 'none'", "form-action '", "frame-ancestors '"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
        let scripts = !policy.contains("script-src");
        assert!(scripts || policy.contains("require-trusted-types-for 'script'"), "{path}: {policy}");
        assert!(!answer.text().contains(" style=\"") && !answer.text().contains("<style"), "{path}");
    }
}

#[tokio::test]
async fn texts_name_their_encoding() {
    let site = Site::start().await;
    for path in ["/", "/initialize.js", "/frame.js", "/pkg/connect.css", "/docs", "/greenbutton/callback"] {
        let answer = site.send(get(path)).await;
        assert!(answer.header("content-type").ends_with("charset=utf-8"), "{path}: {answer:?}");
    }
}

#[tokio::test]
async fn it_says_that_it_is_well() {
    let site = Site::start().await;
    let answer = site.send(get("/healthz")).await;
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok"));
    assert_eq!(site.send(post("/healthz")).await.status, 405);
}

/// Without the quickstart, which no operator serves, there is nothing to play with either.
#[tokio::test]
async fn the_states_of_the_modal_are_shown_where_the_quickstart_is() {
    let site = Site::start().await;
    let overview = site.send(get("/design?language=ar&brand=%23ffd400&radius=99&scheme=%22%3E%3Cscript%3E")).await;
    let text = overview.text();
    assert!(overview.status == 200 && text.matches("<iframe").count() > 50 && !text.contains("<script"), "{text}");
    let one = site.send(get("/design/code-wrong?language=ar&brand=%23ffd400&radius=99&scheme=dark")).await.text();
    assert!(one.contains("<html lang=\"ar\" dir=\"rtl\" data-scheme=\"dark\">"), "{one}");
    // What is no radius counts as not given.
    assert!(one.contains("/connect/theme.css?brand=ffd400&amp;scheme=dark"), "{one}");
    assert_eq!(site.send(get("/design/nothing")).await.status, 404);
    let served = Site::with(Arc::new(SandboxConnector::new()), false).await;
    for path in ["/design", "/design/code-wrong"] {
        assert_eq!(served.send(get(path)).await.status, 404, "{path}");
    }
}
