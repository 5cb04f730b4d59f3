//! Authorization codes and access tokens that are not good, and users that are not the token's.

use connect_core::secret::Secret;
use connect_core::token::{Environment, Token, TokenKind};

use crate::support::{Answer, Company, TestApp, delete, get, post};

async fn exchange(app: &TestApp, company: &Company, code: &str) -> Answer {
    app.send(post("/auth/token").by(company).form(&[("code", code)])).await
}

fn forged(kind: TokenKind) -> String {
    Token::generate(kind, Environment::Sandbox).unwrap().expose().to_owned()
}

/// Texts that are no token of `kind` of ours, derived from one that is.
fn malformed(kind: TokenKind, good: &str) -> Vec<String> {
    let mut changed = good.to_owned();
    let last = changed.pop().unwrap();
    changed.push(if last == 'a' { 'b' } else { 'a' });
    let mut all = vec![
        "x".to_owned(),
        "'; DROP TABLE authorization_codes; --".to_owned(),
        good[..good.len() - 1].to_owned(),
        format!("{good}x"),
        good.to_uppercase(),
        changed,
        good.replace("_test_", "_live_"),
        "x".repeat(1024),
        "é".repeat(100),
        // Well-formed, and never issued.
        forged(kind),
    ];
    use TokenKind::{Access, AuthorizationCode, ClientSecret, Connect, Refresh};
    all.extend([ClientSecret, Connect, AuthorizationCode, Access, Refresh].into_iter().map(forged));
    all
}

#[tokio::test]
async fn a_code_that_is_not_good_is_refused_and_harms_the_good_one_not() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", "user@pelm.com").await;
    let code = customer.code().await;
    let before = app.place.rows();
    let mut bad = malformed(TokenKind::AuthorizationCode, &code);
    // Good ones, of another kind.
    bad.push(customer.token.expose().to_owned());
    bad.push(company.secret.expose().to_owned());
    let reference = exchange(&app, &company, "x").await;
    for bad in bad {
        let answer = exchange(&app, &company, &bad).await;
        answer.refused(400, "parameter_invalid");
        assert_eq!(answer.body, reference.body, "{bad}");
        assert_eq!(app.place.rows(), before, "{bad}");
    }
    exchange(&app, &company, &code).await.ok();
}

#[tokio::test]
async fn another_clients_code_is_refused_and_still_good_for_its_own() {
    let (app, company) = TestApp::start().await;
    let thief = app.company("Thief", Environment::Sandbox).await;
    let code = app.code(&company, "u").await;
    let before = app.place.rows();
    exchange(&app, &thief, &code).await.refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
    exchange(&app, &company, &code).await.ok();
}

#[tokio::test]
async fn a_second_use_of_a_code_ends_what_the_first_one_gave() {
    let (app, company) = TestApp::start().await;
    let thief = app.company("Thief", Environment::Sandbox).await;
    let code = app.code(&company, "u").await;
    let access = app.exchange(&company, &code).await;
    let other = app.access(&company, "u").await;
    let before = app.place.rows();
    let body = [("code", code.as_str())];
    let forged = forged(TokenKind::ClientSecret);
    let nobody = || post("/auth/token").header("pelm-client-id", &company.id).header("pelm-secret", &forged);
    // Whoever is not the code's own client changes nothing.
    app.send(post("/auth/token").form(&body)).await.refused(401, "credentials_invalid");
    app.send(nobody().form(&body)).await.refused(401, "credentials_invalid");
    let reference = exchange(&app, &thief, &code).await;
    reference.refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
    app.send(get("/accounts").by(&company).bearer(&access)).await.ok();

    let replay = exchange(&app, &company, &code).await;
    replay.refused(400, "parameter_invalid");
    assert_eq!(replay.body, reference.body, "the caller is not told");
    app.send(get("/accounts").by(&company).bearer(&access)).await.refused(401, "token_invalid");
    app.send(get("/accounts").by(&company).bearer(&other)).await.ok();
    exchange(&app, &company, &code).await.refused(400, "parameter_invalid");
}

#[tokio::test]
async fn after_the_sweep_of_a_code_its_second_use_is_refused_and_no_more() {
    use connect_core::clock::Clock;
    use connect_core::store::Store;
    let (app, company) = TestApp::start().await;
    let code = app.code(&company, "u").await;
    let access = app.exchange(&company, &code).await;
    app.place.clock.advance(61);
    assert!(app.store.sweep(app.place.clock.now()).await.unwrap() > 0);
    exchange(&app, &company, &code).await.refused(400, "parameter_invalid");
    app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn a_code_works_for_sixty_seconds() {
    let (app, company) = TestApp::start().await;
    let first = app.code(&company, "a").await;
    app.place.clock.advance(59);
    exchange(&app, &company, &first).await.ok();
    let second = app.code(&company, "b").await;
    app.place.clock.advance(60);
    let before = app.place.rows();
    exchange(&app, &company, &second).await.refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
}

#[tokio::test]
async fn an_access_token_that_is_not_good_is_refused() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", "user@pelm.com").await;
    let code = customer.code().await;
    let answer = exchange(&app, &company, &code).await.ok();
    let text = |name: &str| answer[name].as_str().unwrap().to_owned();
    let access = text("access_token");
    let before = app.place.rows();
    let mut bad = malformed(TokenKind::Access, &access);
    bad.retain(|token| token.is_ascii());
    bad.extend([text("refresh_token"), code, customer.token.expose().to_owned(), String::new()]);
    for bad in bad {
        for call in [get("/accounts"), get("/users/u"), delete("/users/u")] {
            let answer = app.send(call.by(&company).bearer(&bad)).await;
            answer.refused(401, "token_invalid");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer ") && challenge.contains("invalid_token"), "{challenge}");
        }
    }
    assert_eq!(app.place.rows(), before);
    app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn an_access_token_must_come_once_and_as_a_bearer() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    let call = || get("/accounts").by(&company);
    app.send(call()).await.refused(401, "token_invalid");
    for header in [&access, "Bearer", "Bearer ", &format!("Basic {access}"), &format!("Bearer{access}"), ""] {
        app.send(call().header("authorization", header)).await.refused(401, "token_invalid");
    }
    app.send(call().header("authorization", b"Bearer \xff")).await.refused(401, "token_invalid");
    app.send(call().bearer(&access).bearer(&access)).await.refused(401, "token_invalid");
    app.send(call().bearer(&"x".repeat(5_000))).await.refused(401, "token_invalid");
    app.send(call().header("authorization", format!("bEARER {access}"))).await.ok();
}

#[tokio::test]
async fn another_clients_access_token_is_refused_and_still_good_for_its_own() {
    let (app, company) = TestApp::start().await;
    let thief = app.company("Thief", Environment::Sandbox).await;
    let access = app.access(&company, "u").await;
    app.access(&thief, "u").await;
    let before = app.place.rows();
    for call in [get("/accounts"), get("/users/u"), delete("/users/u")] {
        app.send(call.by(&thief).bearer(&access)).await.refused(401, "token_invalid");
    }
    assert_eq!(app.place.rows(), before);
    app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn a_token_opens_its_own_user_only() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "mine").await;
    app.linked(&company, "yours", "good").await;
    let before = app.place.rows();
    for id in ["yours", "nobody", "Mine", "mine%20", "%20mine", "min%C3%A9", "mine%00"] {
        for call in [get(&format!("/users/{id}")), delete(&format!("/users/{id}"))] {
            let answer = app.send(call.by(&company).bearer(&access)).await;
            answer.refused(403, "permission_denied");
        }
    }
    let answer = app.send(get("/users/%ff").by(&company).bearer(&access)).await;
    answer.refused(400, "parameter_invalid");
    assert_eq!(app.place.rows(), before);
    app.send(get("/users/mine").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn a_connect_token_that_is_not_good_opens_nothing() {
    let (app, company) = TestApp::start().await;
    let customer = app.customer(&company, "u").await;
    let before = app.place.rows();
    for bad in malformed(TokenKind::Connect, customer.token.expose()) {
        let bad = Secret::new(bad);
        let refused = app.service.load(&bad).await.unwrap_err();
        assert!(matches!(refused, connect_server::service::RunError::TokenInvalid), "{refused}");
        let refused = app.service.submit_login(&bad, 0, "u", Secret::new("p")).await.unwrap_err();
        assert!(matches!(refused, connect_server::service::RunError::TokenInvalid), "{refused}");
    }
    assert_eq!(app.place.rows(), before);
}
