//! The step on the screen: what is stale or comes twice changes nothing, and a late answer of a
//! utility is written only where somebody still waits for it.

use std::sync::Arc;

use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_server::service::RunError;
use connect_wire::{Check, LoginNotice, Screen};

use crate::support::{Customer, LOGIN, PASSWORD, PGE, TestApp, Utility, credentials};

async fn at_credentials(utility: &Arc<Utility>) -> (TestApp, Customer) {
    let (app, company) = TestApp::start_with(utility).await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    (app, customer)
}

/// Submits the form without waiting for what comes of it.
fn submit(customer: &Customer, password: &str) -> tokio::task::JoinHandle<Customer> {
    let (mut customer, password) = (customer.clone(), password.to_owned());
    tokio::spawn(async move {
        customer.sign_in(LOGIN, &password).await;
        customer
    })
}

#[tokio::test]
async fn a_stale_step_changes_nothing_and_shows_where_the_customer_is() {
    let utility = Utility::prompt();
    let (app, mut customer) = at_credentials(&utility).await;
    let before = app.place.rows();
    let current = customer.view.clone();
    for stale in 0..current.step {
        for action in [Action::Continue, Action::Back, Action::ChangeUtility] {
            let view = app.service.act(&customer.token, stale, action).await.unwrap();
            assert_eq!(view, current);
        }
        assert_eq!(app.service.select(&customer.token, stale, 2).await.unwrap(), current);
        let login = app.service.submit_login(&customer.token, stale, LOGIN, Secret::new(PASSWORD));
        assert_eq!(login.await.unwrap(), current);
    }
    assert_eq!(app.place.rows(), before);
    assert_eq!(utility.logins(), 0);
    customer.sign_in(LOGIN, PASSWORD).await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn a_step_of_the_future_changes_nothing() {
    let utility = Utility::prompt();
    let (app, customer) = at_credentials(&utility).await;
    let before = app.place.rows();
    let step = customer.view.step + 1;
    let view = app.service.submit_login(&customer.token, step, LOGIN, Secret::new(PASSWORD)).await.unwrap();
    assert_eq!(view, customer.view);
    assert_eq!(app.place.rows(), before);
    assert_eq!(utility.logins(), 0);
}

#[tokio::test]
async fn an_action_of_another_screen_changes_nothing() {
    let utility = Utility::prompt();
    let (app, mut customer) = at_credentials(&utility).await;
    let before = (customer.view.clone(), app.place.rows());
    customer.act(Action::Continue).await;
    customer.answer("123456").await;
    customer.choose("sms").await;
    customer.resend().await;
    customer.select(2).await;
    assert_eq!((customer.view.clone(), app.place.rows()), before);
    let refused = app.service.select(&customer.token, customer.view.step, 999_999).await.unwrap_err();
    assert!(matches!(refused, RunError::OutOfPlace), "{refused}");
    assert_eq!(app.place.rows(), before.1);
}

#[tokio::test]
async fn a_double_submit_asks_the_utility_once_and_shows_both_the_same() {
    let utility = Utility::held();
    let (_app, customer) = at_credentials(&utility).await;
    let both = [submit(&customer, PASSWORD), submit(&customer, PASSWORD)];
    utility.asked().await;
    utility.answer();
    for one in both {
        let customer = one.await.unwrap();
        assert!(customer.is_linked(), "{:?}", customer.view.screen);
    }
    assert_eq!(utility.logins(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_submit_at_once_the_utility_is_asked_once() {
    let utility = Utility::prompt();
    let (_app, customer) = at_credentials(&utility).await;
    let all: Vec<_> = (0..32).map(|n| submit(&customer, if n % 2 == 0 { PASSWORD } else { "wrong" })).collect();
    let mut seen = Vec::new();
    for one in all {
        seen.push(one.await.unwrap().view);
    }
    assert_eq!(utility.logins(), 1);
    assert!(seen.iter().all(|view| *view == seen[0]), "{seen:?}");
}

#[tokio::test]
async fn while_the_utility_works_the_run_says_so_and_takes_nothing_but_back() {
    let utility = Utility::held();
    let (app, customer) = at_credentials(&utility).await;
    let submitted = submit(&customer, PASSWORD);
    utility.asked().await;
    let mut other = customer.clone();
    let screen = other.reload().await.clone();
    assert!(
        matches!(&screen, Screen::Checking { utility, what: Check::Login } if utility.id == PGE),
        "{screen:?}"
    );
    let before = app.place.rows();
    for action in [Action::Continue, Action::ChangeUtility] {
        assert_eq!(other.act(action).await, &screen);
    }
    other.sign_in("somebody else", PASSWORD).await;
    other.answer("123456").await;
    assert_eq!(app.place.rows(), before);
    utility.answer();
    assert!(submitted.await.unwrap().is_linked());
    assert_eq!(utility.logins(), 1);
}

#[tokio::test]
async fn an_accept_after_the_customer_has_gone_back_creates_no_link() {
    let utility = Utility::held();
    let (app, mut customer) = at_credentials(&utility).await;
    let submitted = submit(&customer, PASSWORD);
    utility.asked().await;
    customer.reload().await;
    let screen = customer.act(Action::Back).await;
    assert_eq!((credentials(screen).username.as_str(), &credentials(screen).notice), (LOGIN, &None));
    utility.answer();
    utility.read().await;
    submitted.await.unwrap();
    // One more change of the same run: the store carries changes out in order, so that the late
    // answer has had its turn.
    customer.act(Action::Back).await;
    assert!(matches!(customer.reload().await, Screen::Select { .. }));
    assert!(!app.place.rows().iter().any(|r| r.starts_with("users:")));
    assert!(app.service.hand_over_code(&customer.token).await.is_err());
}

#[tokio::test]
async fn a_late_answer_does_not_end_the_next_check() {
    let utility = Utility::held();
    let (app, mut customer) = at_credentials(&utility).await;
    let first = submit(&customer, PASSWORD);
    utility.asked().await;
    customer.reload().await;
    customer.act(Action::Back).await;
    let second = submit(&customer, "wrong");
    utility.asked().await;
    // The first one's accept comes in while the second is being checked.
    utility.answer();
    utility.read().await;
    customer.reload().await;
    assert!(matches!(customer.view.screen, Screen::Checking { .. }), "{:?}", customer.view.screen);
    utility.answer();
    let seen = second.await.unwrap();
    assert_eq!(credentials(&seen.view.screen).notice, Some(LoginNotice::WrongPassword { left: 4 }));
    first.await.unwrap();
    assert!(!app.place.rows().iter().any(|r| r.starts_with("users:")));
}

#[tokio::test]
async fn waiting_ends_with_the_answer() {
    let utility = Utility::held();
    let (_app, customer) = at_credentials(&utility).await;
    let submitted = submit(&customer, "wrong");
    utility.asked().await;
    let mut waiting = customer.clone();
    waiting.reload().await;
    let waiter = tokio::spawn(async move {
        waiting.wait().await;
        waiting
    });
    utility.answer();
    let seen = waiter.await.unwrap();
    assert_eq!(credentials(&seen.view.screen).notice, Some(LoginNotice::WrongPassword { left: 4 }));
    assert_eq!(submitted.await.unwrap().view, seen.view);
}

#[tokio::test]
async fn a_token_that_expires_in_mid_flow_ends_the_run_there() {
    let utility = Utility::prompt();
    let (app, customer) = at_credentials(&utility).await;
    app.place.clock.advance(1800);
    let before = app.place.rows();
    let (token, step) = (&customer.token, customer.view.step);
    let service = &app.service;
    let refusals = [
        service.load(token).await.unwrap_err(),
        service.act(token, step, Action::Back).await.unwrap_err(),
        service.select(token, step, PGE).await.unwrap_err(),
        service.submit_login(token, step, LOGIN, Secret::new(PASSWORD)).await.unwrap_err(),
        service.submit_answer(token, step, Secret::new("123456")).await.unwrap_err(),
        service.choose(token, step, "sms").await.unwrap_err(),
        service.resend(token, step).await.unwrap_err(),
        service.wait(token, step).await.unwrap_err(),
        service.search(token, "pge").await.unwrap_err(),
        service.hand_over_code(token).await.unwrap_err(),
    ];
    for refused in refusals {
        assert!(matches!(refused, RunError::TokenInvalid), "{refused}");
    }
    assert_eq!(app.place.rows(), before);
    assert_eq!(utility.logins(), 0);
}

#[tokio::test]
async fn a_login_accepted_after_the_tokens_time_is_a_link_all_the_same() {
    let utility = Utility::held();
    let (app, customer) = at_credentials(&utility).await;
    app.place.clock.advance(1799);
    let submitted = submit(&customer, PASSWORD);
    utility.asked().await;
    app.place.clock.advance(2);
    utility.answer();
    assert!(submitted.await.unwrap().is_linked());
    customer.code().await;
}
