//! Which client reaches which utility: production never the sandbox, nobody an unsupported one.

use connect_core::token::Environment;
use connect_wire::{Screen, UtilityCard};

use crate::support::{CHEROKEE, Customer, PASSWORD, PGE, Place, TestApp, Utility, contains, credentials};

/// What nobody must find on the disk.
const USERNAME: &str = "canary-username@example.com";
const SECRET: &str = "canary-password-7f3a";

/// A production client's customer, and the sandbox connector that it must not reach.
async fn production() -> (TestApp, std::sync::Arc<Utility>, Customer) {
    let utility = Utility::prompt();
    let app = Place::new().with(&utility);
    let company = app.company("Real Company", Environment::Production).await;
    let customer = app.customer(&company, "u").await;
    (app, utility, customer)
}

#[tokio::test]
async fn for_a_production_client_no_utility_is_available_and_nothing_is_called_sandbox() {
    let (app, _, mut customer) = production().await;
    assert!(!customer.view.sandbox);
    let screen = customer.act(connect_core::flow::Action::Continue).await.clone();
    let Screen::Select { popular } = screen else { panic!("{screen:?}") };
    assert!(!popular.is_empty() && popular.iter().all(|u: &UtilityCard| !u.available));
    let found = app.service.search(&customer.token, "pge").await.unwrap();
    assert!(found.iter().any(|u| u.id == PGE) && found.iter().all(|u| !u.available));
}

#[tokio::test]
async fn a_production_client_never_reaches_the_sandbox() {
    let (app, utility, mut customer) = production().await;
    customer.go_to_credentials(PGE).await;
    assert!(!credentials(&customer.view.screen).utility.available);
    let screen = customer.sign_in(USERNAME, PASSWORD).await;
    assert!(matches!(screen, Screen::Unsupported { utility, .. } if utility.id == PGE), "{screen:?}");
    assert_eq!(utility.logins(), 0);
    assert!(app.service.hand_over_code(&customer.token).await.is_err());
    assert!(!app.place.rows().iter().any(|r| r.starts_with("users:")));
}

#[tokio::test]
async fn production_tokens_are_marked_as_such() {
    let (app, _, customer) = production().await;
    assert!(customer.token.expose().starts_with("cnt_live_ct_"));
    let company = app.company("Another", Environment::Production).await;
    assert!(company.secret.expose().starts_with("cnt_live_cs_"));
}

#[tokio::test]
async fn credentials_for_an_unsupported_utility_are_not_kept_and_not_sent() {
    let utility = Utility::prompt();
    let (app, company) = TestApp::start_with(&utility).await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(CHEROKEE).await;
    let screen = customer.sign_in(USERNAME, SECRET).await;
    let Screen::Unsupported { utility: card, .. } = screen else { panic!("{screen:?}") };
    assert_eq!((card.id, card.name.as_str()), (CHEROKEE, "Cherokee Electric Cooperative"));
    assert_eq!(utility.logins(), 0);
    let bytes = app.place.bytes();
    assert!(contains(&bytes, "Unsupported"), "the run itself is on the disk");
    assert!(!contains(&bytes, USERNAME) && !contains(&bytes, SECRET));
    // Nor is it shown again to who goes back.
    let screen = customer.act(connect_core::flow::Action::Back).await;
    assert_eq!(credentials(screen).username, "");
}

#[tokio::test]
async fn a_sandbox_client_is_told_that_it_is_the_sandbox() {
    let (app, company) = TestApp::start().await;
    assert!(app.customer(&company, "u").await.view.sandbox);
}

#[tokio::test]
async fn clients_do_not_see_each_others_users() {
    let (app, one) = TestApp::start().await;
    let other = app.company("Somebody Else", Environment::Sandbox).await;
    app.linked(&one, "u", "good").await;
    let customer = app.customer(&other, "u").await;
    assert_eq!(customer.view.mode, connect_wire::Mode::Create);
    assert_eq!(customer.view.company, "Somebody Else");
    app.linked(&other, "v", "good").await;
    // The same login at two companies is two users: neither has taken the other's over.
    let still = app.customer(&one, "u").await;
    assert_eq!(still.view.mode, connect_wire::Mode::Update);
}
