//! The flow through the service, with every login that the sandbox has an ending for.

use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_core::store::UsageStore;
use connect_wire::{Channel, CodeNotice, CodePrompt, CodeView, Condition, LoginNotice, Mode, Screen};

use crate::support::{Customer, LOGIN, PASSWORD, PGE, TestApp, credentials, get};

async fn at_credentials(app: &TestApp, company: &crate::support::Company) -> Customer {
    let mut customer = app.customer(company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer
}

#[track_caller]
fn code_screen(screen: &Screen) -> &CodeView {
    match screen {
        Screen::Code(view) => view,
        other => panic!("not the code but {other:?}"),
    }
}

#[tokio::test]
async fn from_welcome_to_the_accounts() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    assert!(matches!(&customer.view.screen, Screen::Welcome { html } if html.contains("fixed: false")));
    assert_eq!(customer.view.mode, Mode::Create);
    assert_eq!(customer.view.seconds_left, 1800);
    let screen = customer.act(Action::Continue).await;
    let Screen::Select { popular } = screen else { panic!("{screen:?}") };
    assert!(popular.iter().any(|u| u.id == PGE && u.available));
    let found = app.service.search(&customer.token, "pacific gas").await.unwrap();
    assert_eq!(found[0].id, PGE);
    customer.select(PGE).await;
    let screen = customer.sign_in(&format!("  {LOGIN} "), PASSWORD).await;
    let Screen::Linked { html } = screen else { panic!("{screen:?}") };
    for account in [
        r#"address: "1 WARRIORS WAY SAN FRANCISCO CA 94158", ending: "5636", electricity: true, gas: true"#,
        r#"address: "1 FERRY BUILDING SAN FRANCISCO CA 94105", ending: "5636", electricity: true, gas: false"#,
    ] {
        assert!(html.contains(account), "{html}");
    }
    assert_eq!(html.matches("AccountCard").count(), 2);
    let access = app.exchange(&company, &customer.code().await).await;
    let user = app.send(get("/users/u").by(&company).bearer(&access)).await.ok();
    assert_eq!(user["utility_username"], LOGIN);
}

#[tokio::test]
async fn a_named_utility_skips_the_selection() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer_at(&company, "u", Some("pge")).await;
    let screen = customer.act(Action::Continue).await;
    assert_eq!(credentials(screen).utility.id, PGE);
    assert_eq!(customer.view.progress.map(|p| (p.at, p.of)), Some((1, 2)));
    customer.sign_in(LOGIN, PASSWORD).await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn a_reload_finds_the_customer_where_they_were() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    for login in ["bad_password", "mfa_sms"] {
        customer.sign_in(login, PASSWORD).await;
        let before = customer.view.clone();
        customer.reload().await;
        assert_eq!(customer.view, before);
    }
}

#[tokio::test]
async fn five_refused_logins_end_the_run() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    for left in (1..=4).rev() {
        let screen = customer.sign_in(LOGIN, "wrong").await;
        assert_eq!(credentials(screen).notice, Some(LoginNotice::WrongPassword { left }));
        assert_eq!(credentials(screen).username, LOGIN);
    }
    let screen = customer.sign_in(LOGIN, "wrong").await;
    assert!(matches!(screen, Screen::Stopped { html } if html.contains("TooManyAttempts")), "{screen:?}");
    // Another way round is no way round.
    customer.act(Action::ChangeUtility).await;
    customer.select(2).await;
    let screen = customer.sign_in(LOGIN, PASSWORD).await;
    assert!(matches!(screen, Screen::Stopped { html } if html.contains("TooManyAttempts")), "{screen:?}");
}

#[tokio::test]
async fn an_outage_is_never_called_a_wrong_password_and_costs_no_try() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    for (login, notice) in [
        ("site_down", LoginNotice::Down),
        ("site_changed", LoginNotice::Internal),
        ("empty", LoginNotice::NoAccounts),
        ("bad_password", LoginNotice::WrongPassword { left: 4 }),
        ("site_down", LoginNotice::Down),
        ("bad_password", LoginNotice::WrongPassword { left: 3 }),
    ] {
        assert_eq!(credentials(customer.sign_in(login, PASSWORD).await).notice, Some(notice), "{login}");
    }
    customer.sign_in(LOGIN, PASSWORD).await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn a_locked_login_ends_the_run() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let screen = customer.sign_in("locked", PASSWORD).await;
    assert!(matches!(screen, Screen::Stopped { html } if html.contains("Locked")), "{screen:?}");
}

#[tokio::test]
async fn what_is_not_filled_in_is_not_sent() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let missing = |username, password| Some(LoginNotice::Missing { username, password });
    for (username, password, notice) in [
        ("", "", missing(true, true)),
        ("   ", PASSWORD, missing(true, false)),
        (LOGIN, "", missing(false, true)),
        (&"u".repeat(1025), PASSWORD, Some(LoginNotice::TooLong)),
        (LOGIN, &"p".repeat(1025), Some(LoginNotice::TooLong)),
    ] {
        assert_eq!(credentials(customer.sign_in(username, password).await).notice, notice);
    }
}

#[tokio::test]
async fn a_password_is_sent_exactly_as_typed() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let screen = customer.sign_in(LOGIN, " password").await;
    assert_eq!(credentials(screen).notice, Some(LoginNotice::WrongPassword { left: 4 }));
}

#[tokio::test]
async fn every_kind_of_code_links() {
    let (app, company) = TestApp::start().await;
    for (login, answer) in [
        ("mfa_sms", "123456"),
        ("mfa_email", " 123 456 "),
        ("mfa_call", "123456"),
        ("mfa_totp", "123-456"),
        ("mfa_question", " Rex "),
    ] {
        let mut customer = app.customer(&company, login).await;
        customer.go_to_credentials(PGE).await;
        code_screen(customer.sign_in(login, PASSWORD).await);
        customer.answer(answer).await;
        assert!(customer.is_linked(), "{login}: {:?}", customer.view.screen);
        app.exchange(&company, &customer.code().await).await;
    }
}

#[tokio::test]
async fn a_method_is_chosen_changed_and_confirmed() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let screen = customer.sign_in("mfa_choose", PASSWORD).await.clone();
    let Screen::Method { html } = &screen else { panic!("{screen:?}") };
    let ids: Vec<_> = html.split("id: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(ids, ["sms", "email", "call"]);
    let code = code_screen(customer.choose("sms").await);
    assert!(code.can_choose);
    assert!(matches!(code.prompt, CodePrompt::Code { channel: Channel::Sms, digits: 6, .. }));
    assert_eq!(customer.act(Action::Back).await, &screen);
    let code = code_screen(customer.choose("email").await);
    assert!(matches!(code.prompt, CodePrompt::Code { channel: Channel::Email, .. }));
    customer.answer("123456").await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn a_method_that_was_not_offered_changes_nothing() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let before = customer.sign_in("mfa_choose", PASSWORD).await.clone();
    for id in ["", "SMS", "pigeon"] {
        let step = customer.view.step;
        assert_eq!(customer.choose(id).await, &before);
        assert_eq!(customer.view.step, step);
    }
}

#[tokio::test]
async fn three_wrong_codes_end_the_login_but_not_the_run() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    customer.sign_in("mfa_sms", PASSWORD).await;
    for left in [2, 1] {
        let screen = customer.answer("000000").await;
        assert_eq!(code_screen(screen).notice, Some(CodeNotice::Wrong { left }));
    }
    let screen = customer.answer("000000").await;
    assert_eq!(credentials(screen).notice, Some(LoginNotice::CodeTooMany));
    customer.sign_in(LOGIN, PASSWORD).await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn empty_and_over_long_answers_cost_no_try() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    customer.sign_in("mfa_sms", PASSWORD).await;
    for (answer, notice) in [
        ("", CodeNotice::Missing),
        ("  ", CodeNotice::Missing),
        (&"1".repeat(257), CodeNotice::TooLong),
        ("1", CodeNotice::Wrong { left: 2 }),
    ] {
        assert_eq!(code_screen(customer.answer(answer).await).notice, Some(notice));
    }
}

#[tokio::test]
async fn an_expired_code_is_sent_again_and_then_works() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let code = code_screen(customer.sign_in("mfa_sms", PASSWORD).await);
    assert_eq!((code.expires_in, code.resend_in), (Some(300), Some(30)));
    assert_eq!(code_screen(customer.resend().await).notice, Some(CodeNotice::TooSoon));
    app.place.clock.advance(300);
    assert_eq!(code_screen(customer.answer("123456").await).notice, Some(CodeNotice::Expired));
    let code = code_screen(customer.resend().await);
    assert_eq!((&code.notice, code.expires_in), (&Some(CodeNotice::Resent), Some(300)));
    customer.answer("123456").await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn an_outage_at_the_code_leaves_the_customer_there() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    customer.sign_in("mfa_site_down", PASSWORD).await;
    for _ in 0..4 {
        assert_eq!(code_screen(customer.answer("123456").await).notice, Some(CodeNotice::Down));
    }
}

#[tokio::test]
async fn a_slow_utility_is_waited_for() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    customer.sign_in("slow", PASSWORD).await;
    customer.wait().await;
    assert!(customer.is_linked());
}

/// WCAG 2.2, 2.2.1: who needs more time gets it by one action, at least ten times; and a run has an end all the same.
#[tokio::test]
async fn a_customer_who_asks_for_more_time_gets_it_up_to_six_hours() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    let began = app.service.now();
    let mut extended = 0;
    loop {
        app.place.clock.advance(1_700);
        let left = customer.view.seconds_left.min(100);
        customer.view = match app.service.keep_open(&customer.token).await {
            Ok(view) => view,
            Err(_) => break,
        };
        assert!(customer.view.seconds_left >= left);
        extended += u32::from(customer.view.seconds_left == 1800);
    }
    assert!(extended >= 10, "{extended}");
    let lasted = app.service.now().as_second() - began.as_second();
    assert!((6 * 3600 - 1_700..=6 * 3600 + 1_700).contains(&lasted), "{lasted}");
    assert!(!customer.is_open().await);
    // What is over stays over.
    assert!(app.service.keep_open(&customer.token).await.is_err());
}

#[tokio::test]
async fn more_time_changes_nothing_but_the_time() {
    let (app, company) = TestApp::start().await;
    let mut customer = at_credentials(&app, &company).await;
    app.place.clock.advance(1_000);
    let view = app.service.keep_open(&customer.token).await.unwrap();
    assert_eq!((view.step, &view.screen, view.seconds_left), (customer.view.step, &customer.view.screen, 1800));
    app.place.clock.advance(1_700);
    customer.sign_in(LOGIN, PASSWORD).await;
    let code = customer.code().await;
    app.exchange(&company, &code).await;
    assert!(app.service.keep_open(&customer.token).await.is_err(), "a run that is used up");
}

/// Whoever is told so does not type a password in vain.
#[tokio::test]
async fn a_utility_that_is_switched_off_is_marked_before_a_password_is_typed() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.act(Action::Continue).await;
    let switch = |off: Option<&str>| app.store.switch_utility(PGE, off.map(str::to_owned), app.service.now());
    let is_down = async |token: &Secret| {
        app.service.search(token, "pacific gas").await.unwrap()[0].condition == Condition::Down
    };
    assert!(!is_down(&customer.token).await);
    switch(Some("their page changed")).await.unwrap();
    assert!(is_down(&customer.token).await);
    let Screen::Select { popular } = customer.reload().await else { panic!("{:?}", customer.view) };
    assert_eq!(
        popular
            .iter()
            .filter(|utility| utility.condition == Condition::Down)
            .map(|utility| utility.id)
            .collect::<Vec<_>>(),
        [PGE]
    );
    let shown = credentials(customer.select(PGE).await);
    assert_eq!((shown.utility.condition == Condition::Down, &shown.notice), (true, &Some(LoginNotice::Down)));
    assert!(!format!("{:?}", customer.view).contains("their page changed"), "the reason is the operator's");
    switch(None).await.unwrap();
    let shown = credentials(customer.reload().await);
    assert_eq!((shown.utility.condition == Condition::Down, &shown.notice), (false, &None));
}
