//! A login that is approved on another device. The run goes on by itself, without a call of the customer's.

use std::sync::Arc;
use std::time::Duration;

use connect_core::connector::Connector;
use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_core::token::Environment;
use connect_sandbox::SandboxConnector;
use connect_wire::{PageKind, Screen};

use crate::support::{Company, Customer, MASTER, PASSWORD, PGE, Place, TestApp, page};

async fn signed_in(app: &TestApp, company: &Company, login: &str) -> Customer {
    let mut customer = app.customer(company, "u").await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in(login, PASSWORD).await;
    customer
}

/// What the screen is drawn of.
#[track_caller]
fn drawn(screen: &Screen) -> &str {
    let (kind, html) = page(screen);
    assert_eq!(kind, PageKind::Approve);
    html
}

#[tokio::test]
async fn an_approval_on_another_device_is_watched_for() {
    let (app, company) = TestApp::start().await;
    let mut customer = signed_in(&app, &company, "mfa_push").await;
    let html = drawn(&customer.view.screen).to_owned();
    for told in ["Pixel 9", "Some(\"42\")", "notice: None", "waits: true"] {
        assert!(html.contains(told), "{told} in {html}");
    }
    // Said too early it does no harm.
    let view = app.service.approved(&customer.token, customer.view.step).await.unwrap();
    assert_eq!(drawn(&view.screen), html);
    customer.view = view;
    app.place.clock.advance(4);
    customer.wait().await;
    assert!(customer.is_linked(), "{:?}", customer.view.screen);
}

#[tokio::test]
async fn who_declines_is_told_and_may_be_asked_again_or_take_another_way() {
    let (app, company) = TestApp::start().await;
    let mut customer = signed_in(&app, &company, "mfa_push_declined").await;
    customer.choose("push").await;
    app.place.clock.advance(4);
    let declined = drawn(customer.wait().await).to_owned();
    assert!(declined.contains("notice: Some(Denied)") && declined.contains("waits: false"), "{declined}");
    customer.act(Action::Back).await;
    customer.choose("push").await;
    app.place.clock.advance(121);
    let over = drawn(customer.wait().await).to_owned();
    assert!(over.contains("notice: Some(Expired)"), "{over}");
    customer.resend().await;
    assert!(drawn(&customer.view.screen).contains("notice: Some(Resent)"));
    app.place.clock.advance(4);
    customer.wait().await;
    assert!(customer.is_linked(), "{:?}", customer.view.screen);
}

/// Without script the screen still asks for the approval when the utility has long had its answer.
#[tokio::test]
async fn who_says_so_late_is_told_at_once_what_came_of_it() {
    let (app, company) = TestApp::start().await;
    let mut customer = signed_in(&app, &company, "mfa_push_declined").await;
    customer.choose("push").await;
    let seen = customer.view.step;
    app.place.clock.advance(4);
    customer.wait().await;
    let told = tokio::time::timeout(Duration::from_secs(10), app.service.approval(&customer.token, seen));
    let told = told.await.expect("not kept waiting for an answer that is there").unwrap();
    assert!(drawn(&told.screen).contains("notice: Some(Denied)"), "{:?}", told.screen);
}

#[tokio::test]
async fn who_goes_back_is_not_called_again() {
    let sandbox: Arc<dyn Connector> = Arc::new(SandboxConnector::new());
    let app = Place::new().open_all(vec![sandbox.clone()], MASTER);
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    let at_rest = Arc::strong_count(&sandbox);
    let mut customer = signed_in(&app, &company, "mfa_push").await;
    assert!(Arc::strong_count(&sandbox) > at_rest, "it is watched for");
    customer.act(Action::Back).await;
    app.place.clock.advance(4);
    // Whoever watches lets go of the connector.
    while Arc::strong_count(&sandbox) > at_rest {
        tokio::task::yield_now().await;
    }
    assert!(matches!(customer.reload().await, Screen::Credentials(_)));
}

/// The work that watches ends with its process; the customer's word takes it up again.
#[test]
fn an_approval_survives_a_restart() {
    let place = Place::new();
    let process = |life: std::pin::Pin<Box<dyn Future<Output = Secret>>>| {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(life)
    };
    let first = place.sandbox();
    let token = process(Box::pin(async move {
        let company = first.company("Northwind Solar", Environment::Sandbox).await;
        signed_in(&first, &company, "mfa_push").await.token
    }));
    process(Box::pin(async move {
        let app = place.sandbox();
        let mut customer = Customer::open(app.service.clone(), token).await;
        app.place.clock.advance(4);
        customer.view = app.service.approved(&customer.token, customer.view.step).await.unwrap();
        customer.wait().await;
        assert!(customer.is_linked(), "{:?}", customer.view.screen);
        customer.token
    }));
}
