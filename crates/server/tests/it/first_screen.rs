//! What the frame shows to whoever knows the public handle of a token: a handle stands in a URL.

use connect_core::flow::Action;
use connect_core::token::Handle;
use connect_wire::{FlowView, Mode, Screen};

use crate::support::{Customer, LOGIN, PGE, TestApp, credentials};

async fn first(app: &TestApp, customer: &Customer) -> FlowView {
    app.first_screen(&customer.handle()).await.unwrap()
}

#[tokio::test]
async fn a_new_run_shows_company_and_welcome() {
    let (app, company) = TestApp::start().await;
    let customer = app.customer(&company, "u").await;
    let view = first(&app, &customer).await;
    assert_eq!(view, customer.view);
    assert_eq!(view.company, "Northwind Solar");
    assert!(matches!(view.screen, Screen::Welcome { html } if html.contains("fixed: false")));
    let preset = app.customer_at(&company, "u", Some("pge")).await;
    let view = first(&app, &preset).await;
    assert!(matches!(view.screen, Screen::Welcome { html } if html.contains("fixed: true")));
}

#[tokio::test]
async fn what_was_typed_and_found_is_not_shown() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    let mut seen = vec![first(&app, &customer).await];
    customer.act(Action::Continue).await;
    seen.push(first(&app, &customer).await);
    customer.select(PGE).await;
    seen.push(first(&app, &customer).await);
    customer.sign_in("mfa_choose", "wrong").await;
    seen.push(first(&app, &customer).await);
    customer.sign_in("mfa_choose", "password").await;
    seen.push(first(&app, &customer).await);
    customer.choose("sms").await;
    seen.push(first(&app, &customer).await);
    customer.answer("123456").await;
    assert!(customer.is_linked());
    seen.push(first(&app, &customer).await);

    let screens: Vec<_> = seen.iter().map(|v| &v.screen).collect();
    assert!(matches!(screens[0], Screen::Welcome { .. }));
    assert!(screens[1..].iter().all(|s| **s == Screen::Loading), "{screens:?}");
    assert!(!format!("{seen:?}").contains("mfa_choose"));
}

#[tokio::test]
async fn a_renewal_shows_its_utility_but_not_the_user_name() {
    let (app, company) = TestApp::start().await;
    app.linked(&company, "u", LOGIN).await;
    let mut customer = app.customer(&company, "u").await;
    assert_eq!(credentials(&customer.view.screen).username, LOGIN);
    for _ in 0..2 {
        let view = first(&app, &customer).await;
        assert_eq!(view.mode, Mode::Update);
        let shown = credentials(&view.screen);
        assert_eq!((shown.utility.id, shown.username.as_str(), &shown.notice), (PGE, "", &None));
        assert!(!format!("{view:?}").contains(LOGIN));
        customer.sign_in(LOGIN, "wrong").await;
    }
}

#[tokio::test]
async fn accounts_are_not_shown() {
    let (app, company) = TestApp::start().await;
    let customer = app.linked(&company, "u", LOGIN).await;
    let view = first(&app, &customer).await;
    assert_eq!(view.screen, Screen::Loading);
    let account = "1 WARRIORS WAY";
    assert!(format!("{:?}", customer.view).contains(account) && !format!("{view:?}").contains(account));
}

#[tokio::test]
async fn a_handle_that_nobody_has_or_whose_run_is_over_shows_nothing() {
    let (app, company) = TestApp::start().await;
    let unknown = Handle::parse(&"A".repeat(22)).unwrap();
    assert!(app.first_screen(&unknown).await.is_none());
    let customer = app.customer(&company, "u").await;
    app.place.clock.advance(1800);
    assert!(app.first_screen(&customer.handle()).await.is_none());
}
