//! Answers of the API when all is well: paths, fields and values of the contract.

use connect_core::token::Environment;
use serde_json::{Value, json};

use crate::support::{CHEROKEE, LOGIN, PGE, TestApp, delete, get, post};

/// Takes a token out of an answer, after a look at its shape.
fn without(mut answer: Value, field: &str, prefix: &str) -> Value {
    let slot = answer.pointer_mut(&format!("/{field}")).unwrap();
    assert!(slot.as_str().unwrap().starts_with(prefix), "{slot}");
    *slot = json!("…");
    answer
}

#[tokio::test]
async fn a_connect_token_is_made_from_every_kind_of_body() {
    let (app, company) = TestApp::start().await;
    let pairs = [("user_id", "Zoë & Co / 7"), ("utility_slug", "pge")];
    let ways = [
        ("form", post("/auth/connect-token").form(&pairs)),
        ("multipart", post("/auth/connect-token").multipart(&pairs)),
        ("json", post("/auth/connect-token").json(&json!({"user_id": "Zoë & Co / 7", "utility_slug": "pge"}))),
        (
            "form with a character set",
            post("/auth/connect-token").body(
                "Application/X-WWW-Form-URLencoded; charset=UTF-8",
                "user_id=Zo%C3%AB+%26+Co+%2F+7&utility_slug=pge",
            ),
        ),
    ];
    for (way, call) in ways {
        let answer = app.send(call.by(&company)).await;
        let body = without(answer.ok(), "connect_token", "cnt_test_ct_");
        assert_eq!(body, json!({"connect_token": "…", "expires_in": 1800}), "{way}");
        let token = answer.ok()["connect_token"].as_str().unwrap().to_owned();
        let mut customer =
            crate::support::Customer::open(app.service.clone(), connect_core::secret::Secret::new(token)).await;
        customer.act(connect_core::flow::Action::Continue).await;
        assert_eq!(crate::support::credentials(&customer.view.screen).utility.id, PGE, "{way}");
        customer.sign_in(LOGIN, "password").await;
        let code = customer.code().await;
        let access = app.exchange(&company, &code).await;
        let user = app.send(get("/users/Zo%C3%AB%20%26%20Co%20%2F%207").by(&company).bearer(&access)).await;
        assert_eq!(user.ok()["id"], "Zoë & Co / 7", "{way}");
    }
}

#[tokio::test]
async fn a_connect_token_names_its_utility_by_slug_or_by_number() {
    let (app, company) = TestApp::start().await;
    for pair in [("utility_slug", "pge"), ("utility_id", "1")] {
        let answer = app.send(post("/auth/connect-token").by(&company).form(&[("user_id", "u"), pair])).await;
        let token = answer.ok()["connect_token"].as_str().unwrap().to_owned();
        let mut customer =
            crate::support::Customer::open(app.service.clone(), connect_core::secret::Secret::new(token)).await;
        let screen = customer.act(connect_core::flow::Action::Continue).await;
        assert_eq!(crate::support::credentials(screen).utility.id, PGE, "{pair:?}");
    }
}

#[tokio::test]
async fn the_other_spelling_of_the_path_works_too() {
    let (app, company) = TestApp::start().await;
    let answer = app.send(post("/auth/connect_token").by(&company).form(&[("user_id", "u")])).await;
    assert_eq!(answer.ok()["expires_in"], 1800);
}

#[tokio::test]
async fn empty_parameters_count_as_absent() {
    let (app, company) = TestApp::start().await;
    let pairs = [("user_id", "u"), ("utility_slug", "pge"), ("utility_id", "")];
    app.send(post("/auth/connect-token").by(&company).form(&pairs)).await.ok();
    app.send(post("/auth/connect-token").by(&company).multipart(&pairs)).await.ok();
    let body = json!({"user_id": "u", "utility_slug": null, "utility_id": ""});
    app.send(post("/auth/connect-token").by(&company).json(&body)).await.ok();
}

#[tokio::test]
async fn a_code_becomes_an_access_token_from_every_kind_of_body() {
    let (app, company) = TestApp::start().await;
    for way in ["form", "multipart", "json", "with grant_type"] {
        let code = app.code(&company, "u").await;
        let call = post("/auth/token").by(&company);
        let call = match way {
            "form" => call.form(&[("code", &code)]),
            "multipart" => call.multipart(&[("code", &code)]),
            "json" => call.json(&json!({"code": code})),
            _ => call.form(&[("grant_type", "code"), ("code", &code)]),
        };
        let body = app.send(call).await.ok();
        let body = without(without(body, "access_token", "cnt_test_at_"), "refresh_token", "cnt_test_rt_");
        let expected = json!({
            "access_token": "…",
            "access_token_expires_in": 3600,
            "refresh_token": "…",
            "refresh_token_expires_in": 31_536_000,
        });
        assert_eq!(body, expected, "{way}");
    }
}

#[tokio::test]
async fn the_access_token_reads_user_and_accounts() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "user-1").await;
    let user = app.send(get("/users/user-1").by(&company).bearer(&access)).await;
    insta::assert_json_snapshot!("user", user.ok());
    let accounts = app.send(get("/accounts").by(&company).bearer(&access)).await;
    insta::assert_json_snapshot!("accounts", accounts.ok());
}

#[tokio::test]
async fn accounts_state_their_units_by_what_they_measure() {
    let (app, company) = TestApp::start().await;
    for login in ["gas_only", "elec_gas", "multi_account"] {
        let code = app.linked(&company, login, login).await.code().await;
        let access = app.exchange(&company, &code).await;
        let accounts = app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
        insta::assert_json_snapshot!(login, accounts);
    }
}

#[tokio::test]
async fn an_access_token_does_not_expire() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    app.place.clock.advance(10 * 365 * 24 * 3600);
    app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn a_deleted_user_is_gone_with_all_its_tokens() {
    let (app, company) = TestApp::start().await;
    let first = app.access(&company, "u").await;
    let second = app.access(&company, "u").await;
    let pending = app.code(&company, "u").await;
    let other = {
        let code = app.linked(&company, "somebody else", "good").await.code().await;
        app.exchange(&company, &code).await
    };

    let answer = app.send(delete("/users/u").by(&company).bearer(&first)).await;
    assert_eq!(answer.ok(), json!({"id": "u", "deleted": true}));
    assert_eq!(answer.header("connect-environment"), "sandbox");

    for token in [&first, &second] {
        app.send(get("/accounts").by(&company).bearer(token)).await.refused(401, "token_invalid");
        app.send(get("/users/u").by(&company).bearer(token)).await.refused(401, "token_invalid");
        app.send(delete("/users/u").by(&company).bearer(token)).await.refused(401, "token_invalid");
    }
    app.send(post("/auth/token").by(&company).form(&[("code", &pending)])).await.refused(400, "parameter_invalid");
    app.send(get("/accounts").by(&company).bearer(&other)).await.ok();
    let rows = app.place.rows().join("\n");
    assert!(!rows.contains("1077345636") && !rows.contains(LOGIN), "{rows}");
}

#[tokio::test]
async fn a_deleted_user_may_link_again_from_the_start() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    app.send(delete("/users/u").by(&company).bearer(&access)).await.ok();
    let customer = app.customer(&company, "u").await;
    assert_eq!(customer.view.mode, connect_wire::Mode::Create);
    let again = app.access(&company, "u").await;
    app.send(get("/accounts").by(&company).bearer(&again)).await.ok();
    app.send(get("/accounts").by(&company).bearer(&access)).await.refused(401, "token_invalid");
}

#[tokio::test]
async fn the_utilities_are_listed_for_everybody() {
    let (app, _) = TestApp::start().await;
    let answer = app.send(get("/utilities")).await;
    let list = answer.ok();
    let list = list.as_array().unwrap();
    let by_id = |id: u32| list.iter().find(|u| u["id"] == id).unwrap();
    assert_eq!(
        by_id(PGE),
        &json!({"id": 1, "slug": "pge", "name": "Pacific Gas and Electric", "states": ["CA"], "status": "sandbox"})
    );
    assert_eq!(
        by_id(CHEROKEE),
        &json!({
            "id": 8,
            "slug": "cherokee-electric-cooperative",
            "name": "Cherokee Electric Cooperative",
            "states": ["AL"],
            "status": "unsupported",
        })
    );
    assert_eq!(list.len(), app.service.directory().all().len());
    assert!(answer.header("cache-control").starts_with("public, max-age="));
}

#[tokio::test]
async fn every_answer_to_a_client_says_which_world_it_comes_from() {
    let (app, sandbox) = TestApp::start().await;
    let production = app.company("Real Company", Environment::Production).await;
    for (company, world) in [(&sandbox, "sandbox"), (&production, "production")] {
        let answer = app.send(post("/auth/connect-token").by(company).form(&[("user_id", "u")])).await;
        answer.ok();
        assert_eq!(answer.header("connect-environment"), world);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let code = app.code(&sandbox, "u").await;
    let answer = app.send(post("/auth/token").by(&sandbox).form(&[("code", &code)])).await;
    let access = answer.ok()["access_token"].as_str().unwrap().to_owned();
    let user = app.send(get("/users/u").by(&sandbox).bearer(&access)).await;
    let accounts = app.send(get("/accounts").by(&sandbox).bearer(&access)).await;
    for answer in [answer, user, accounts] {
        answer.ok();
        assert_eq!(answer.header("connect-environment"), "sandbox");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
