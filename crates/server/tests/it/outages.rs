//! An outage is told before a password is typed, and a customer who would rather wait is not forgotten.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::flow::Action;
use connect_core::health::Met;
use connect_core::store::{OutageStore, UsageStore};
use connect_core::token::Environment;
use connect_wire::{Condition, LoginNotice, PageKind, Screen};
use serde_json::{Value, json};

use crate::support::{Company, Customer, MASTER, PGE, Place, TestApp, credentials, get};

/// A utility whose site is up or down as the test wants.
struct Site {
    up: AtomicBool,
    played: bool,
}

impl Site {
    fn down(played: bool) -> Arc<Self> {
        Arc::new(Self { up: false.into(), played })
    }
}

#[async_trait]
impl Connector for Site {
    fn name(&self) -> &'static str {
        // A connector of the utility's own name stands for the real one.
        if self.played { "sandbox" } else { "pge" }
    }

    fn tries_before_lock(&self) -> Option<u8> {
        (!self.played).then_some(100)
    }

    async fn begin(&self, _: LoginContext, _: &Login) -> Result<LoginStep, ConnectorError> {
        if !self.up.load(Ordering::SeqCst) {
            return Err(ConnectorError::SiteDown);
        }
        Ok(LoginStep::Done(UtilitySession { connector: self.name().into(), version: 1, data: vec![] }))
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::StaleState)
    }

    async fn accounts(&self, _: LoginContext, _: &UtilitySession) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let meters = vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }];
        Ok(vec![RemoteAccount { public_id: None, account_number: "1".into(), address: String::new(), meters }])
    }
}

async fn start(site: &Arc<Site>) -> (TestApp, Company) {
    let app = Place::new().open(site.clone(), MASTER);
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    (app, company)
}

/// A customer who has just met the site.
async fn met(app: &TestApp, company: &Company, user: &str) -> Customer {
    let mut customer = app.customer(company, user).await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in(user, "password").await;
    customer
}

/// What the next customer is shown before a password is typed.
async fn seen(app: &TestApp, company: &Company) -> (Condition, Option<LoginNotice>) {
    let mut next = app.customer(company, "next").await;
    next.act(Action::Continue).await;
    let found = app.service.search(&next.token, "pacific gas").await.unwrap();
    let shown = credentials(next.select(PGE).await).notice.clone();
    (found[0].condition, shown)
}

async fn waiting(app: &TestApp, company: &Company) -> Vec<Value> {
    app.send(get("/outage-requests").by(company)).await.ok().as_array().unwrap().clone()
}

#[tokio::test]
async fn what_customers_in_a_row_have_met_is_told_to_the_next_one() {
    let site = Site::down(false);
    let (app, company) = start(&site).await;
    met(&app, &company, "a").await;
    // The same customer again and again is no outage.
    let mut again = app.customer(&company, "a").await;
    again.go_to_credentials(PGE).await;
    again.sign_in("a", "password").await;
    assert_eq!(seen(&app, &company).await, (Condition::Up, None));
    met(&app, &company, "b").await;
    assert_eq!(seen(&app, &company).await, (Condition::Troubled, Some(LoginNotice::Troubled)));
    for user in ["c", "d", "e"] {
        met(&app, &company, user).await;
    }
    assert_eq!(seen(&app, &company).await, (Condition::Down, Some(LoginNotice::Down)));
    // Nobody tries any more: after a while nothing is known.
    app.place.clock.advance(1800);
    assert_eq!(seen(&app, &company).await, (Condition::Up, None));
    // What was met long ago does not count with what is met now.
    met(&app, &company, "f").await;
    assert_eq!(seen(&app, &company).await.0, Condition::Up);
    met(&app, &company, "a").await;
    assert_eq!(seen(&app, &company).await.0, Condition::Troubled);
    // Whoever tries again keeps it known.
    app.place.clock.advance(1700);
    met(&app, &company, "a").await;
    app.place.clock.advance(1700);
    assert_eq!(seen(&app, &company).await.0, Condition::Troubled);
    site.up.store(true, Ordering::SeqCst);
    assert!(met(&app, &company, "g").await.is_linked());
    assert_eq!(seen(&app, &company).await, (Condition::Up, None));
}

#[tokio::test]
async fn an_outage_that_the_sandbox_plays_is_nobody_elses() {
    let (app, company) = start(&Site::down(true)).await;
    for user in ["a", "b", "c", "d", "e", "f"] {
        met(&app, &company, user).await;
    }
    assert_eq!(seen(&app, &company).await, (Condition::Up, None));
    // Nor does what is played end what others know of the real site.
    let now = app.service.now();
    for _ in 0..5 {
        app.store.note_site(PGE, Met::Failure, now).await.unwrap();
    }
    let before = app.store.failing_sites().await.unwrap();
    met(&app, &company, "g").await;
    assert_eq!(app.store.failing_sites().await.unwrap(), before);
    assert_eq!(seen(&app, &company).await, (Condition::Up, None));
}

#[tokio::test]
async fn who_asks_to_be_told_is_told_by_the_company_once_it_works() {
    let site = Site::down(false);
    let (app, company) = start(&site).await;
    let mut customer = met(&app, &company, "a").await;
    let view = app.service.ask_to_be_told(&customer.token, customer.view.step).await.unwrap();
    assert!(matches!(&view.screen, Screen::Page { kind: PageKind::Told, .. }), "{view:?}");
    let asked = app.service.now().as_second();
    let row = |works_since: Option<i64>| {
        let mut row = json!({ "user_id": "a", "utility_id": PGE, "utility_slug": "pge", "asked_at": asked });
        if let Some(at) = works_since {
            row["works_since"] = json!(at);
        }
        row
    };
    assert_eq!(waiting(&app, &company).await, [row(None)]);
    // It is nobody else's.
    let other = app.company("Southwind", Environment::Sandbox).await;
    assert_eq!(waiting(&app, &other).await, Vec::<Value>::new());

    app.place.clock.advance(600);
    site.up.store(true, Ordering::SeqCst);
    met(&app, &company, "b").await;
    assert_eq!(waiting(&app, &company).await, [row(Some(asked + 600))]);
    // Switched off for maintenance it works for nobody.
    app.store.switch_utility(PGE, Some("maintenance".into()), app.service.now()).await.unwrap();
    assert_eq!(waiting(&app, &company).await, [row(None)]);
    app.store.switch_utility(PGE, None, app.service.now()).await.unwrap();

    customer.reload().await;
    customer.act(Action::Back).await;
    customer.sign_in("a", "password").await;
    assert!(customer.is_linked());
    assert_eq!(waiting(&app, &company).await, Vec::<Value>::new());
}

#[tokio::test]
async fn only_who_stands_before_an_outage_waits_for_its_end() {
    let (app, company) = start(&Site::down(false)).await;
    let mut customer = app.customer(&company, "a").await;
    let ask = async |customer: &Customer, step| app.service.ask_to_be_told(&customer.token, step).await.unwrap();
    assert!(matches!(ask(&customer, customer.view.step).await.screen, Screen::Welcome { .. }));
    // Nothing is known against the site.
    customer.go_to_credentials(PGE).await;
    assert!(matches!(ask(&customer, customer.view.step).await.screen, Screen::Credentials(_)));
    // A screen of before.
    customer.sign_in("a", "password").await;
    assert!(matches!(ask(&customer, customer.view.step - 1).await.screen, Screen::Credentials(_)));
    assert_eq!(waiting(&app, &company).await, Vec::<Value>::new());
    ask(&customer, customer.view.step).await;
    assert_eq!(waiting(&app, &company).await.len(), 1);
}

#[tokio::test]
async fn an_outage_that_is_played_is_over_a_minute_after_it_was_asked() {
    let (app, company) = start(&Site::down(true)).await;
    let customer = met(&app, &company, "a").await;
    app.service.ask_to_be_told(&customer.token, customer.view.step).await.unwrap();
    let asked = app.service.now().as_second();
    app.place.clock.advance(59);
    assert_eq!(waiting(&app, &company).await[0].get("works_since"), None);
    app.place.clock.advance(1);
    assert_eq!(waiting(&app, &company).await[0]["works_since"], asked + 60);
}

/// Behind the login, too: nobody is kept at a code that the utility cannot take.
#[tokio::test]
async fn an_outage_at_the_code_is_one_to_wait_for() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "a").await;
    customer.go_to_credentials(PGE).await;
    customer.sign_in("mfa_site_down", "password").await;
    let ask = async |customer: &Customer| {
        app.service.ask_to_be_told(&customer.token, customer.view.step).await.unwrap().screen
    };
    assert!(matches!(ask(&customer).await, Screen::Code(_)), "nothing is wrong yet");
    customer.answer("123456").await;
    assert!(matches!(ask(&customer).await, Screen::Page { kind: PageKind::Told, .. }));
    assert_eq!(waiting(&app, &company).await.len(), 1);
}
