//! The service is stopped at any moment and started again on the same database.

use std::future::Future;

use connect_core::secret::Secret;
use connect_core::store::{Advance, Store};
use connect_core::token::Environment;
use connect_core::vault::{Context, Kind, Purpose};
use connect_server::service::RunError;
use connect_wire::{CodeNotice, LoginNotice, Screen};

use crate::support::{
    Company, Customer, LOGIN, MASTER, PASSWORD, PGE, Place, TestApp, Utility, contains, credentials, get, ring,
};

/// Runs `life` in a runtime of its own. When it is over, everything that it has started is gone,
/// as at the end of a process.
fn process<T>(life: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(life)
}

async fn company(app: &TestApp) -> Company {
    app.company("Northwind Solar", Environment::Sandbox).await
}

/// A run whose login the utility has not answered when the process ends.
fn interrupted(place: &Place) -> Secret {
    process(async {
        let utility = Utility::held();
        let app = place.with(&utility);
        let company = company(&app).await;
        let mut customer = app.customer(&company, "u").await;
        customer.go_to_credentials(PGE).await;
        let token = customer.token.clone();
        tokio::spawn(async move {
            customer.sign_in(LOGIN, PASSWORD).await;
        });
        utility.asked().await;
        token
    })
}

#[test]
fn a_check_that_a_restart_interrupts_reads_as_timed_out_and_can_be_tried_again() {
    let place = Place::new();
    let token = interrupted(&place);
    process(async {
        let app = place.with(&Utility::prompt());
        let mut customer = Customer::open(app.service.clone(), token).await;
        assert!(matches!(customer.view.screen, Screen::Checking { .. }), "{:?}", customer.view.screen);
        place.clock.advance(89);
        assert!(matches!(customer.reload().await, Screen::Checking { .. }));
        place.clock.advance(1);
        let shown = credentials(customer.reload().await);
        assert_eq!((&shown.notice, shown.username.as_str()), (&Some(LoginNotice::TimedOut), LOGIN));
        customer.sign_in(LOGIN, PASSWORD).await;
        assert!(customer.is_linked());
    });
}

#[test]
fn a_check_that_a_restart_interrupts_can_be_left_at_once() {
    let place = Place::new();
    let token = interrupted(&place);
    process(async {
        let app = place.with(&Utility::prompt());
        let mut customer = Customer::open(app.service.clone(), token).await;
        let shown = credentials(customer.act(connect_core::flow::Action::Back).await);
        assert_eq!(shown.notice, None);
        customer.sign_in(LOGIN, PASSWORD).await;
        assert!(customer.is_linked());
    });
}

/// A run that waits for a code.
async fn at_code(app: &TestApp, company: &Company, user_id: &str, login: &str) -> Customer {
    let mut customer = app.customer(company, user_id).await;
    customer.go_to_credentials(PGE).await;
    let screen = customer.sign_in(login, PASSWORD).await;
    assert!(matches!(screen, Screen::Code(_) | Screen::Method { .. }), "{screen:?}");
    customer
}

#[test]
fn a_login_that_waits_for_a_code_goes_on_after_a_restart() {
    let place = Place::new();
    for (n, login) in ["mfa_sms", "mfa_choose", "mfa_question"].into_iter().enumerate() {
        let user_id = format!("u{n}");
        let (token, before, id, secret) = process(async {
            let app = place.sandbox();
            let company = company(&app).await;
            let customer = at_code(&app, &company, &user_id, login).await;
            (customer.token, customer.view, company.id, company.secret)
        });
        process(async {
            let app = place.sandbox();
            let mut customer = Customer::open(app.service.clone(), token).await;
            assert_eq!(customer.view, before);
            if login == "mfa_choose" {
                customer.choose("email").await;
            }
            customer.answer(if login == "mfa_question" { "rex" } else { "123456" }).await;
            assert!(customer.is_linked(), "{login}: {:?}", customer.view.screen);
            let client = app.service.authenticate_client(&id, &secret).await.unwrap().unwrap();
            let company = Company { id, secret, client };
            let access = app.exchange(&company, &customer.code().await).await;
            app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
        });
    }
}

#[test]
fn wrong_answers_are_counted_over_a_restart() {
    let place = Place::new();
    let token = process(async {
        let app = place.sandbox();
        let company = company(&app).await;
        let mut customer = at_code(&app, &company, "u", "mfa_sms").await;
        customer.answer("000000").await;
        customer.token
    });
    process(async {
        let app = place.sandbox();
        let mut customer = Customer::open(app.service.clone(), token).await;
        let screen = customer.answer("000000").await;
        assert!(
            matches!(screen, Screen::Code(c) if c.notice == Some(CodeNotice::Wrong { left: 1 })),
            "{screen:?}"
        );
    });
}

#[test]
fn codes_and_access_tokens_outlive_a_restart() {
    let place = Place::new();
    let (id, secret, code, access) = process(async {
        let app = place.sandbox();
        let company = company(&app).await;
        let access = app.access(&company, "u").await;
        (company.id.clone(), company.secret.clone(), app.code(&company, "u").await, access)
    });
    process(async {
        let app = place.sandbox();
        let client = app.service.authenticate_client(&id, &secret).await.unwrap().unwrap();
        let company = Company { id, secret, client };
        app.send(get("/accounts").by(&company).bearer(&access)).await.ok();
        app.exchange(&company, &code).await;
    });
}

#[tokio::test]
async fn a_login_in_progress_is_sealed_for_its_run_and_key() {
    let place = Place::new();
    let app = place.sandbox();
    let company = company(&app).await;
    let customer = at_code(&app, &company, "u", "mfa_sms").await;
    let session = app.store.session_by_handle(&customer.handle()).await.unwrap().unwrap();
    let sealed = session.login_state.unwrap();
    assert!(!contains(&sealed, PASSWORD) && !contains(&sealed, "mfa_sms"));
    let context = Context::of(Kind::LoginState, company.client.id, session.id);
    let vault = |master| ring(master).vault(Purpose::Credentials).unwrap();
    let opened = vault(MASTER).open(&context, &sealed).unwrap();
    assert!(contains(&opened, PASSWORD), "the password is needed once the utility has accepted");
    assert!(vault(8).open(&context, &sealed).is_err());
    for other in [
        Context::of(Kind::LoginState, company.client.id, uuid::Uuid::nil()),
        Context::of(Kind::LoginState, uuid::Uuid::nil(), session.id),
        Context::of(Kind::Login, company.client.id, session.id),
    ] {
        assert!(vault(MASTER).open(&other, &sealed).is_err(), "{other:?}");
    }
    // The web's side has other keys.
    assert!(ring(MASTER).vault(Purpose::Documents).unwrap().open(&context, &sealed).is_err());
}

#[tokio::test]
async fn a_login_in_progress_that_is_moved_to_another_run_links_nothing() {
    let place = Place::new();
    let app = place.sandbox();
    let company = company(&app).await;
    let victim = at_code(&app, &company, "victim", "mfa_sms").await;
    let mut thief = at_code(&app, &company, "thief", "mfa_email").await;
    let stolen = app.store.session_by_handle(&victim.handle()).await.unwrap().unwrap().login_state;
    let session = app.store.session_by_handle(&thief.handle()).await.unwrap().unwrap();
    let change =
        Advance { session_id: session.id, from_step: session.step, flow: session.flow, login_state: stolen };
    assert!(app.store.advance(change).await.unwrap());
    thief.reload().await;
    let screen = thief.answer("123456").await;
    assert!(matches!(screen, Screen::Code(c) if c.notice == Some(CodeNotice::Down)), "{screen:?}");
    assert!(!app.place.rows().iter().any(|r| r.starts_with("users:")));
}

#[tokio::test]
async fn with_another_key_the_database_opens_nothing() {
    let place = Place::new();
    let app = place.sandbox();
    let company = company(&app).await;
    let access = app.access(&company, "u").await;
    let customer = at_code(&app, &company, "v", "mfa_sms").await;
    let foreign = place.open(std::sync::Arc::new(connect_sandbox::SandboxConnector::new()), 8);
    let refused = foreign.service.load(&customer.token).await.unwrap_err();
    assert!(matches!(refused, RunError::TokenInvalid), "{refused}");
    assert!(foreign.service.authenticate_client(&company.id, &company.secret).await.unwrap().is_none());
    assert!(foreign.service.principal(&company.client, &access).await.unwrap().is_err());
}

#[tokio::test]
async fn passwords_and_tokens_are_on_the_disk_in_no_plain_form() {
    let place = Place::new();
    let app = place.sandbox();
    let company = company(&app).await;
    let customer = at_code(&app, &company, "u", "mfa_sms").await;
    let mut linked = app.customer(&company, "v").await;
    linked.go_to_credentials(PGE).await;
    linked.sign_in("username_good@gmail.com", "password_good").await;
    let code = linked.code().await;
    let bytes = place.bytes();
    assert!(contains(&bytes, "username_good@gmail.com"), "a user name is shown again, and so is kept");
    assert!(!contains(&bytes, "password_good"));
    for secret in [customer.token.expose(), company.secret.expose(), &code] {
        assert!(!contains(&bytes, secret));
        assert!(!contains(&bytes, &secret[secret.len() - 49..]), "the random part alone");
    }
}
