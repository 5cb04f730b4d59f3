//! First link or renewal: our records of `user_id` decide.

use connect_core::flow::Action;
use connect_wire::{LoginNotice, Mode, Screen};
use serde_json::json;

use crate::support::{Company, LOGIN, PASSWORD, PGE, TestApp, credentials, get, post};

async fn users(app: &TestApp) -> usize {
    app.place.rows().iter().filter(|r| r.starts_with("users:")).count()
}

async fn accounts(app: &TestApp, company: &Company, access: &str) -> serde_json::Value {
    app.send(get("/accounts").by(company).bearer(access)).await.ok()
}

#[tokio::test]
async fn a_known_user_starts_at_the_credentials_with_the_utility_fixed() {
    let (app, company) = TestApp::start().await;
    app.linked(&company, "u", LOGIN).await;
    let mut customer = app.customer(&company, "u").await;
    assert_eq!(customer.view.mode, Mode::Update);
    assert!(!customer.view.can_go_back);
    let shown = credentials(&customer.view.screen).clone();
    assert_eq!((shown.utility.id, shown.username.as_str(), shown.can_change), (PGE, LOGIN, false));
    for action in [Action::Back, Action::ChangeUtility, Action::Continue] {
        let step = customer.view.step;
        assert_eq!(customer.act(action).await, &Screen::Credentials(shown.clone()));
        assert_eq!(customer.view.step, step);
    }
    let step = customer.view.step;
    customer.select(2).await;
    assert_eq!((customer.view.step, &customer.view.screen), (step, &Screen::Credentials(shown)));
}

#[tokio::test]
async fn a_user_that_never_finished_is_not_known() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in("bad_password", PASSWORD).await;
    assert_eq!(app.customer(&company, "u").await.view.mode, Mode::Create);
}

#[tokio::test]
async fn a_renewal_is_of_the_same_user_whose_tokens_go_on_working() {
    let (app, company) = TestApp::start().await;
    let before = app.access(&company, "u").await;
    let listed = accounts(&app, &company, &before).await;
    let mut customer = app.customer(&company, "u").await;
    let screen = customer.sign_in(LOGIN, "wrong").await;
    assert_eq!(credentials(screen).notice, Some(LoginNotice::WrongPassword { left: 4 }));
    customer.sign_in(LOGIN, PASSWORD).await;
    let after = app.exchange(&company, &customer.code().await).await;
    assert_eq!(users(&app).await, 1);
    assert_eq!(accounts(&app, &company, &before).await, listed);
    assert_eq!(accounts(&app, &company, &after).await, listed);
}

#[tokio::test]
async fn a_renewal_with_another_user_name_moves_the_link() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    let mut customer = app.customer(&company, "u").await;
    customer.sign_in("gas_only", PASSWORD).await;
    assert!(customer.is_linked());
    assert_eq!(users(&app).await, 1);
    let user = app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
    assert_eq!(user["utility_username"], "gas_only");
    let listed = accounts(&app, &company, &access).await;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["available_meter_types"], json!(["GAS"]));
}

#[tokio::test]
async fn the_same_login_under_a_new_user_id_overwrites_the_old_one() {
    let (app, company) = TestApp::start().await;
    let old = app.access(&company, "old").await;
    // Another spelling of the same login.
    let code = app.linked(&company, "new", "USER@Pelm.com").await.code().await;
    let new = app.exchange(&company, &code).await;
    assert_eq!(users(&app).await, 1);
    for access in [&old, &new] {
        let user = app.send(get("/users/new").by(&company).bearer(access)).await.ok();
        assert_eq!(user["id"], "new");
        app.send(get("/users/old").by(&company).bearer(access)).await.refused(403, "permission_denied");
    }
    assert_eq!(app.customer(&company, "new").await.view.mode, Mode::Update);
    assert_eq!(app.customer(&company, "old").await.view.mode, Mode::Create);
}

#[tokio::test]
async fn the_same_user_name_at_another_utility_is_another_login() {
    let (app, company) = TestApp::start().await;
    app.linked(&company, "one", "good").await;
    let mut customer = app.customer(&company, "two").await;
    customer.go_to_credentials(2).await;
    customer.sign_in("good", PASSWORD).await;
    assert!(customer.is_linked());
    assert_eq!(users(&app).await, 2);
}

#[tokio::test]
async fn another_utility_for_a_linked_user_id_is_refused() {
    let (app, company) = TestApp::start().await;
    app.linked(&company, "u", LOGIN).await;
    let before = app.place.rows();
    for pair in [("utility_slug", "sce"), ("utility_id", "2"), ("utility_id", "8")] {
        let answer = app.send(post("/auth/connect-token").by(&company).form(&[("user_id", "u"), pair])).await;
        answer.refused(400, "parameter_invalid");
        assert!(answer.message().contains("'pge'"), "{}", answer.message());
        assert_eq!(app.place.rows(), before);
    }
    let same = [("user_id", "u"), ("utility_slug", "pge")];
    app.send(post("/auth/connect-token").by(&company).form(&same)).await.ok();
}

#[tokio::test]
async fn two_runs_of_one_new_user_end_as_one_user_id() {
    let (app, company) = TestApp::start().await;
    let mut first = app.customer(&company, "u").await;
    let mut second = app.customer(&company, "u").await;
    first.go_to_credentials(PGE).await;
    second.go_to_credentials(PGE).await;
    first.sign_in("good", PASSWORD).await;
    second.sign_in("gas_only", PASSWORD).await;
    assert!(first.is_linked() && second.is_linked());
    // Two logins are two users; the user_id belongs to the one that was linked last.
    assert_eq!(users(&app).await, 2);
    let access = app.exchange(&company, &second.code().await).await;
    let user = app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
    assert_eq!(user["utility_username"], "gas_only");
    let access = app.exchange(&company, &first.code().await).await;
    app.send(get("/users/u").by(&company).bearer(&access)).await.refused(403, "permission_denied");
    app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
}

#[tokio::test]
async fn a_renewal_of_a_user_that_is_deleted_meanwhile_links_it_anew() {
    let (app, company) = TestApp::start().await;
    let access = app.access(&company, "u").await;
    let mut customer = app.customer(&company, "u").await;
    app.send(crate::support::delete("/users/u").by(&company).bearer(&access)).await.ok();
    customer.sign_in(LOGIN, PASSWORD).await;
    assert!(customer.is_linked());
    let access = app.exchange(&company, &customer.code().await).await;
    let user = app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
    assert_eq!(user["credentials_valid"], true);
}
