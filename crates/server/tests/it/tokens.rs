//! What a client asks about its tokens (`/auth/introspect`), and to end them (`/auth/revoke`).

use connect_core::token::{Environment, Token, TokenKind};
use connect_server::service::RunError;
use serde_json::{Value, json};

use crate::support::{Company, LOGIN, PGE, TestApp, Utility, get, post};

async fn revoke(app: &TestApp, company: &Company, token: &str) {
    let answer = app.send(post("/auth/revoke").by(company).form(&[("token", token)])).await;
    assert_eq!(answer.ok(), json!({}));
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn about(app: &TestApp, company: &Company, token: &str) -> Value {
    let answer = app.send(post("/auth/introspect").by(company).form(&[("token", token)])).await;
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.ok()
}

fn inactive() -> Value {
    json!({"active": false})
}

/// Texts that are no token of anybody's, and tokens that nothing accepts.
fn others(company: &Company) -> Vec<String> {
    let forged = |kind| Token::generate(kind, Environment::Sandbox).unwrap().expose().to_owned();
    let mut all = vec!["x".to_owned(), "cnt_test_at_".to_owned(), "é".repeat(300), "0".repeat(1024)];
    use TokenKind::{Access, AuthorizationCode, ClientSecret, Connect, Refresh};
    all.extend([ClientSecret, Connect, AuthorizationCode, Access, Refresh].map(forged));
    all.push(company.secret.expose().to_owned());
    all
}

#[tokio::test]
async fn a_revoked_access_token_stops_at_once_and_its_user_stays() {
    let (app, company) = TestApp::start().await;
    let (one, other) = (app.access(&company, "u").await, app.access(&company, "u").await);
    revoke(&app, &company, &one).await;
    app.send(get("/accounts").by(&company).bearer(&one)).await.refused(401, "token_invalid");
    app.send(get("/users/u").by(&company).bearer(&other)).await.ok();
    revoke(&app, &company, &one).await;
}

#[tokio::test]
async fn a_revoked_connect_token_ends_its_run() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let code = customer.code().await;
    revoke(&app, &company, customer.token.expose()).await;
    assert!(!customer.is_open().await);
    assert!(app.first_screen(&customer.handle()).await.is_none());
    let refused = app.service.hand_over_code(&customer.token).await.unwrap_err();
    assert!(matches!(refused, RunError::TokenInvalid), "{refused}");
    // The code that the page has by now is of no use any more.
    let answer = app.send(post("/auth/token").by(&company).form(&[("code", &code)])).await;
    answer.refused(400, "parameter_invalid");
}

#[tokio::test]
async fn a_run_that_is_revoked_while_the_utility_checks_links_nothing() {
    let utility = Utility::held();
    let (app, company) = TestApp::start_with(&utility).await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    let (service, token, step) = (customer.service.clone(), customer.token.clone(), customer.view.step);
    let password = connect_core::secret::Secret::new(crate::support::PASSWORD);
    let submit = tokio::spawn(async move { service.submit_login(&token, step, "good", password).await });
    utility.asked().await;
    revoke(&app, &company, customer.token.expose()).await;
    // Who waits for the utility learns it at once.
    let told = submit.await.unwrap().unwrap_err();
    assert!(matches!(told, RunError::TokenInvalid), "{told}");
    utility.answer();
    utility.read().await;
    // One more change through the writer: what came of the answer is written by then, or never.
    app.customer(&company, "another").await;
    assert!(!app.place.rows().iter().any(|row| row.starts_with("users:")));
}

#[tokio::test]
async fn a_revoked_code_is_refused_and_the_customer_gets_another_one() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let code = customer.code().await;
    revoke(&app, &company, &code).await;
    let answer = app.send(post("/auth/token").by(&company).form(&[("code", &code)])).await;
    answer.refused(400, "parameter_invalid");
    let second = customer.code().await;
    let access = app.exchange(&company, &second).await;
    // A used one is not undone by that.
    revoke(&app, &company, &second).await;
    app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn revoking_what_is_not_ones_own_or_nothing_changes_nothing_and_tells_nothing() {
    let (app, company) = TestApp::start().await;
    let thief = app.company("Thief", Environment::Sandbox).await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let code = customer.code().await;
    let answer = app.send(post("/auth/token").by(&company).form(&[("code", &code)])).await.ok();
    let (access, refresh) = (answer["access_token"].as_str().unwrap(), answer["refresh_token"].as_str().unwrap());
    let open = app.linked(&company, "v", "good").await;
    let unused = open.code().await;
    let before = app.place.rows();
    for foreign in [access, &unused, open.token.expose()] {
        revoke(&app, &thief, foreign).await;
        assert_eq!(app.place.rows(), before, "{foreign}");
    }
    for other in others(&company).iter().map(String::as_str).chain([refresh, customer.token.expose()]) {
        revoke(&app, &company, other).await;
        assert_eq!(app.place.rows(), before, "{other}");
    }
    let hinted = [("token", access), ("token_type_hint", "refresh_token")];
    app.send(post("/auth/revoke").by(&company).form(&hinted)).await.ok();
    assert_ne!(app.place.rows(), before, "a wrong hint does not keep a token alive");
}

#[tokio::test]
async fn both_need_a_token_once() {
    let (app, company) = TestApp::start().await;
    for path in ["/auth/revoke", "/auth/introspect"] {
        for none in [post(path), post(path).form(&[("token", "")]), post(path).json(&json!({"access_token": "x"}))]
        {
            app.send(none.by(&company)).await.refused(400, "parameter_missing");
        }
        app.send(post(path).form(&[("token", "x")])).await.refused(401, "credentials_invalid");
        let twice = post(path).by(&company).body("application/x-www-form-urlencoded", "token=a&token=b");
        app.send(twice).await.refused(400, "parameter_invalid");
    }
}

#[tokio::test]
async fn an_access_token_tells_whose_it_is_and_when_it_was_used() {
    let (app, company) = TestApp::start().await;
    let start = app.service.now().as_second();
    let access = app.access(&company, "u").await;
    let mut expected = json!({
        "active": true, "token_type": "access_token", "client_id": company.id,
        "user_id": "u", "utility_id": PGE, "iat": start, "scope": "accounts usage bills",
    });
    app.place.clock.advance(100);
    assert_eq!(about(&app, &company, &access).await, expected, "asking is no use");
    for (seconds, used) in [(0, 100), (3_599, 100), (1, 3_700)] {
        app.place.clock.advance(seconds);
        app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
        expected["last_used_at"] = json!(start + used);
        // Noted beside the answer: soon, not at once.
        let mut told = about(&app, &company, &access).await;
        for _ in 0..10_000 {
            if told["last_used_at"] == expected["last_used_at"] {
                break;
            }
            told = about(&app, &company, &access).await;
        }
        assert_eq!(told, expected);
    }
}

#[tokio::test]
async fn an_access_token_of_a_user_without_a_user_id_has_none() {
    let (app, company) = TestApp::start().await;
    let mut other = app.customer(&company, "u").await;
    let access = app.access(&company, "u").await;
    assert_eq!(about(&app, &company, &access).await["user_id"], "u");
    // Another login takes it over.
    other.go_to_credentials(PGE).await;
    other.sign_in("good", crate::support::PASSWORD).await;
    let told = about(&app, &company, &access).await;
    assert_eq!((&told["active"], told.get("user_id")), (&json!(true), None));
}

#[tokio::test]
async fn a_connect_token_tells_for_whom_and_until_when() {
    let (app, company) = TestApp::start().await;
    let start = app.service.now().as_second();
    let mut customer = app.customer(&company, "u").await;
    let token = customer.token.expose().to_owned();
    let mut expected = json!({
        "active": true, "token_type": "connect_token", "client_id": company.id,
        "user_id": "u", "iat": start, "exp": start + 1_800,
    });
    assert_eq!(about(&app, &company, &token).await, expected);
    customer.go_to_credentials(PGE).await;
    expected["utility_id"] = json!(PGE);
    assert_eq!(about(&app, &company, &token).await, expected);
    app.place.clock.advance(1_799);
    assert_eq!(about(&app, &company, &token).await, expected);
    app.place.clock.advance(1);
    assert_eq!(about(&app, &company, &token).await, inactive());
    let fixed = app.customer_at(&company, "v", Some("pge")).await;
    assert_eq!(about(&app, &company, fixed.token.expose()).await["utility_id"], PGE);
}

#[tokio::test]
async fn of_a_token_that_is_not_good_or_not_ones_own_nothing_is_told() {
    let (app, company) = TestApp::start().await;
    let thief = app.company("Thief", Environment::Sandbox).await;
    let customer = app.linked(&company, "u", LOGIN).await;
    for foreign in [customer.token.expose(), &customer.code().await] {
        assert_eq!(about(&app, &thief, foreign).await, inactive());
    }
    let code = customer.code().await;
    assert_eq!(about(&app, &company, &code).await, inactive(), "a code is for the exchange only");
    let access = app.exchange(&company, &code).await;
    assert_eq!(about(&app, &thief, &access).await, inactive());
    assert_eq!(about(&app, &company, customer.token.expose()).await, inactive(), "used up");
    for other in others(&company) {
        assert_eq!(about(&app, &company, &other).await, inactive(), "{other}");
    }
    assert_eq!(about(&app, &company, &access).await["active"], true);
    revoke(&app, &company, &access).await;
    assert_eq!(about(&app, &company, &access).await, inactive());
    let second = app.access(&company, "u").await;
    app.send(crate::support::delete("/users/u").by(&company).bearer(&second)).await.ok();
    assert_eq!(about(&app, &company, &second).await, inactive(), "its user is deleted");
}
