//! The end of a run: the authorization code is handed over, and its life begins.

use connect_server::service::RunError;
use connect_wire::Screen;

use crate::support::{LOGIN, PGE, TestApp, post};

/// Seconds that a connect token lives.
const TOKEN: i64 = 1800;
/// Seconds that a linked run stays open after that.
const GRACE: i64 = connect_core::store::LINKED_GRACE_SECONDS;

#[tokio::test]
async fn a_run_without_a_link_has_no_code() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    let refused = app.service.hand_over_code(&customer.token).await.unwrap_err();
    assert!(matches!(refused, RunError::OutOfPlace), "{refused}");
    customer.go_to_credentials(PGE).await;
    let screen = customer.sign_in("mfa_sms", "password").await;
    assert!(matches!(screen, Screen::Code(_)), "{screen:?}");
    let refused = app.service.hand_over_code(&customer.token).await.unwrap_err();
    assert!(matches!(refused, RunError::OutOfPlace), "{refused}");
}

#[tokio::test]
async fn the_life_of_a_code_starts_when_it_is_handed_over() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    // The customer reads the confirmation for a long time.
    app.place.clock.advance(TOKEN - 1);
    let code = customer.code().await;
    app.place.clock.advance(59);
    app.exchange(&company, &code).await;
}

#[tokio::test]
async fn a_second_code_stops_the_first() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let first = customer.code().await;
    let second = customer.code().await;
    assert_ne!(first, second);
    let answer = app.send(post("/auth/token").by(&company).form(&[("code", &first)])).await;
    answer.refused(400, "parameter_invalid");
    app.exchange(&company, &second).await;
}

#[tokio::test]
async fn an_expired_code_can_be_asked_for_anew() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let first = customer.code().await;
    app.place.clock.advance(120);
    let answer = app.send(post("/auth/token").by(&company).form(&[("code", &first)])).await;
    answer.refused(400, "parameter_invalid");
    let second = customer.code().await;
    app.exchange(&company, &second).await;
}

#[tokio::test]
async fn the_exchange_uses_up_the_connect_token() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let code = customer.code().await;
    assert!(customer.is_open().await);
    app.exchange(&company, &code).await;
    assert!(!customer.is_open().await);
    let refused = app.service.hand_over_code(&customer.token).await.unwrap_err();
    assert!(matches!(refused, RunError::TokenInvalid), "{refused}");
    assert!(app.first_screen(&customer.handle()).await.is_none());
}

#[tokio::test]
async fn a_linked_run_stays_open_for_the_grace() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.linked(&company, "u", LOGIN).await;
    app.place.clock.advance(TOKEN + GRACE - 1);
    assert!(matches!(customer.reload().await, Screen::Linked { .. }));
    let code = customer.code().await;
    app.place.clock.advance(1);
    assert!(!customer.is_open().await);
    // The code was handed over in time and has a life of its own.
    app.exchange(&company, &code).await;
}

#[tokio::test]
async fn a_run_without_a_link_ends_with_its_token() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    app.place.clock.advance(TOKEN - 1);
    customer.reload().await;
    assert_eq!(customer.view.seconds_left, 1);
    app.place.clock.advance(1);
    assert!(!customer.is_open().await);
}

#[tokio::test]
async fn sweeping_leaves_what_may_still_be_used() {
    use connect_core::clock::{Clock, after};
    use connect_core::store::Store;
    let (app, company) = TestApp::start().await;
    let linked = app.linked(&company, "a", LOGIN).await;
    let abandoned = app.customer(&company, "b").await;
    let sweep = || async { app.store.sweep(after(app.place.clock.now(), -GRACE)).await.unwrap() };
    app.place.clock.advance(TOKEN + GRACE - 1);
    assert_eq!(sweep().await, 0);
    assert!(linked.is_open().await);
    app.place.clock.advance(2);
    assert_eq!(sweep().await, 2);
    assert!(app.first_screen(&abandoned.handle()).await.is_none());
    assert!(!app.place.rows().iter().any(|r| r.starts_with("connect_sessions:")));
}
