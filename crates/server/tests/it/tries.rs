//! Passwords that strangers try at a utility through Connect.

use connect_core::store::TryStore;
use connect_core::token::Environment;
use connect_core::tries::{TRIES_PER_HOUR, TRIES_PER_RUN, Try, TryEnd};
use connect_wire::{CodeNotice, Screen};
use uuid::Uuid;

use crate::support::{Company, ENDLESS, PASSWORD, PGE, Place, TestApp, Utility};

/// One customer more of this company, who tries a password for this login.
async fn try_at(app: &TestApp, company: &Company, number: usize, login: &str, password: &str) -> Screen {
    let mut customer = app.customer(company, &format!("u{number}")).await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in(login, password).await.clone()
}

fn is_stopped(screen: &Screen) -> bool {
    matches!(screen, Screen::Stopped { html } if html.contains("TooManyAttempts"))
}

#[tokio::test]
async fn whoever_tries_a_login_it_is_never_tried_until_the_utility_locks_it() {
    let (utility, place) = (Utility::prompt(), Place::new());
    let app = place.with(&utility);
    let companies = [app.company("A", Environment::Sandbox).await, app.company("B", Environment::Sandbox).await];
    let mut stopped = 0;
    for n in 0..120 {
        let login = ["known", "Known ", "nobody"][n % 3];
        let screen = try_at(&app, &companies[n % 2], n, login, "wrong").await;
        stopped += usize::from(is_stopped(&screen));
    }
    // Two logins in three spellings, two wrong passwords each: the third would lock.
    assert_eq!((utility.logins(), stopped), (4, 116));
    drop(app);
    let app = place.with(&utility);
    assert!(is_stopped(&try_at(&app, &companies[0], 200, "known", PASSWORD).await), "also after a restart");
    assert_eq!(utility.logins(), 4);
    let limited = app.worker.audit().flush().await.map(|()| app.audit());
    let limited = limited.unwrap().await.into_iter().filter(|entry| entry["kind"] == "rate_limited").count();
    assert!(limited > 0, "it is recorded");
    place.clock.advance(86_401);
    let screen = try_at(&app, &companies[0], 201, "known", PASSWORD).await;
    assert!(matches!(screen, Screen::Linked { .. }), "a day later it may be tried again: {screen:?}");
}

#[tokio::test]
async fn a_good_end_forgets_the_wrong_passwords_before_it() {
    let utility = Utility::prompt();
    let (app, company) = TestApp::start_with(&utility).await;
    for round in 0..3 {
        assert!(!is_stopped(&try_at(&app, &company, round * 10, "me", "wrong").await));
        let screen = try_at(&app, &company, round * 10 + 1, "me", PASSWORD).await;
        assert!(matches!(screen, Screen::Linked { .. }), "round {round}: {screen:?}");
    }
}

/// The utility would look at a hundred answers; the customer is told the tries that there are.
#[tokio::test]
async fn of_one_login_five_answers_are_sent_and_no_more() {
    let utility = Utility::prompt();
    let (app, company) = TestApp::start_with(&utility).await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in(ENDLESS, PASSWORD).await;
    for left in [4, 3, 2, 1] {
        let screen = customer.answer("Rex").await;
        let Screen::Code(code) = screen else { panic!("{screen:?}") };
        assert_eq!(code.notice, Some(CodeNotice::Wrong { left }));
    }
    let screen = customer.answer("Rex").await.clone();
    assert!(!matches!(screen, Screen::Code(_) | Screen::Linked { .. }), "{screen:?}");
    assert_eq!(utility.guesses(), 5);
}

/// A utility that would lock late: the hour's limit is the one that counts.
#[tokio::test]
async fn of_ten_thousand_tries_at_once_no_more_than_the_limits_get_leave() {
    let (app, _) = TestApp::start().await;
    let now = connect_core::clock::Clock::now(&app.place.clock);
    let attempt = move |n: u128, at| Try {
        id: Uuid::from_u128(n),
        login: [(n % 4) as u8; 32],
        session: Some(Uuid::from_u128(n % 5_000)),
        at,
        before_lock: Some(100),
    };
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..10_000 {
        let store = app.store.clone();
        asked.spawn(async move { store.begin_try(attempt(n, now)).await.unwrap() });
    }
    let given = asked.join_all().await.into_iter().filter(|given| *given).count();
    assert_eq!(given, 4 * TRIES_PER_HOUR as usize);
    app.place.clock.advance(3601);
    let later = connect_core::clock::Clock::now(&app.place.clock);
    assert!(app.store.begin_try(attempt(20_000, later)).await.unwrap(), "an hour later");
}

#[tokio::test]
async fn a_run_sends_five_passwords_of_whatever_logins_and_an_outage_costs_none() {
    let (app, _) = TestApp::start().await;
    let now = connect_core::clock::Clock::now(&app.place.clock);
    let attempt = |n: u8| Try {
        id: Uuid::from_u128(n.into()),
        login: [n; 32],
        session: Some(Uuid::from_u128(1)),
        at: now,
        before_lock: None,
    };
    assert!(app.store.begin_try(attempt(100)).await.unwrap());
    app.store.end_try(Uuid::from_u128(100), TryEnd::Down).await.unwrap();
    for n in 0..TRIES_PER_RUN as u8 {
        assert!(app.store.begin_try(attempt(n)).await.unwrap(), "{n}");
        app.store.end_try(Uuid::from_u128(n.into()), TryEnd::Refused).await.unwrap();
    }
    assert!(!app.store.begin_try(attempt(50)).await.unwrap());
}
