//! Consent at the utility's own site: the way there and back, and what is read afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::flow::Action;
use connect_core::secret::Secret;
use connect_core::store::{Access, Store, UsageStore};
use connect_core::token::Environment;
use connect_sandbox::SandboxConnector;
use connect_server::service::RunError;
use connect_wire::{PageKind, Screen};

use crate::support::{Company, Customer, Place, TestApp, get, page};

/// Number of Sunrise Power & Gas.
const SUNRISE: u32 = 900_001;
const ADDRESS: &str = "https://utility.example/Batch/Subscription/7";
const PAGE: &str = "https://solar.example/account?tab=energy";

/// A utility whose consent is played: the code says what happens.
#[derive(Default)]
struct Custodian {
    ready: AtomicBool,
    expired: AtomicBool,
    revoked: AtomicBool,
}

fn session(data: &str) -> UtilitySession {
    UtilitySession { connector: "sunrise-my-data".into(), version: 1, data: data.into() }
}

#[async_trait]
impl Connector for Custodian {
    fn name(&self) -> &'static str {
        "sunrise-my-data"
    }

    async fn begin(&self, _: LoginContext, _: &Login) -> Result<LoginStep, ConnectorError> {
        panic!("nobody signs in here with a password")
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        panic!("nobody signs in here with a password")
    }

    fn consent_url(&self, state: &str) -> Option<String> {
        Some(format!("https://utility.example/authorize?state={state}"))
    }

    async fn redeem(&self, _: LoginContext, code: &Secret) -> Result<UtilitySession, ConnectorError> {
        match code.expose() {
            "good" | "not-ready" => Ok(session("first")),
            "down" => Err(ConnectorError::SiteDown),
            _ => Err(ConnectorError::ChallengeExpired),
        }
    }

    async fn renew(&self, _: LoginContext, _: &UtilitySession) -> Result<UtilitySession, ConnectorError> {
        if self.revoked.load(Ordering::SeqCst) {
            Err(ConnectorError::InvalidCredentials)
        } else {
            Ok(session("second"))
        }
    }

    fn subscription(&self, _: &UtilitySession) -> Option<String> {
        Some(ADDRESS.into())
    }

    async fn accounts(
        &self,
        _: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        if !self.ready.load(Ordering::SeqCst) {
            return Err(ConnectorError::NotReady);
        }
        if self.expired.load(Ordering::SeqCst) && session.data == b"first" {
            return Err(ConnectorError::SessionExpired);
        }
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0042".into(),
            address: "1 Main Street".into(),
            meters: vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }],
        }])
    }
}

async fn start(ready: bool) -> (TestApp, Company, Arc<Custodian>) {
    let custodian = Arc::new(Custodian::default());
    custodian.ready.store(ready, Ordering::SeqCst);
    let connectors: Vec<Arc<dyn Connector>> = vec![Arc::new(SandboxConnector::new()), custodian.clone()];
    let app = Place::new().open_all(connectors, &[7; 32]);
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    (app, company, custodian)
}

/// The state that is part of the address on the screen.
fn state(customer: &Customer) -> String {
    let (kind, text) = page(&customer.view.screen);
    assert_eq!(kind, PageKind::Consent);
    text.split_once("?state=").unwrap().1.split('"').next().unwrap().to_owned()
}

async fn at_consent(app: &TestApp, company: &Company, user: &str) -> Customer {
    let mut customer = app.customer(company, user).await;
    if matches!(customer.view.screen, Screen::Welcome { .. }) {
        customer.act(Action::Continue).await;
        customer.select(SUNRISE).await;
    }
    state(&customer);
    customer
}

fn code(text: &str) -> Option<Secret> {
    Some(Secret::new(text))
}

#[tokio::test]
async fn who_agrees_there_is_linked_here() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    let waiting = customer.clone();
    let waited = tokio::spawn(async move {
        let mut customer = waiting;
        customer.wait().await.clone()
    });
    assert_eq!(app.service.come_back(&state(&customer), code("good")).await.unwrap(), None);
    // The modal, which has waited, goes on.
    let screen = waited.await.unwrap();
    assert!(matches!(screen, Screen::Linked { .. } | Screen::Checking { .. }), "{screen:?}");
    customer.reload().await;
    assert!(customer.is_linked());
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap();
    assert_eq!((user.access, user.username.as_str()), (Access::Consent, ""));
    let token = app.exchange(&company, &customer.code().await).await;
    let accounts = app.send(get("/accounts").by(&company).bearer(&token)).await.ok();
    assert_eq!(accounts[0]["account_number"], "0042");
    // The next time it starts there again.
    let renewed = at_consent(&app, &company, "u").await;
    assert!(!renewed.view.can_go_back);
    app.service.come_back(&state(&renewed), code("good")).await.unwrap();
    assert_eq!(app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id, user.id);
}

#[tokio::test]
async fn an_answer_is_taken_once_and_only_with_its_own_state() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    let other = at_consent(&app, &company, "other").await;
    let good = state(&customer);
    let (handle, mark) = good.split_once('.').unwrap();
    let foreign = format!("{handle}.{}", state(&other).split_once('.').unwrap().1);
    for bad in ["", "x", handle, &format!("{handle}."), &format!("{handle}.{}", "0".repeat(32)), &foreign, mark] {
        let answer = app.service.come_back(bad, code("good")).await;
        assert!(matches!(answer, Err(RunError::OutOfPlace | RunError::TokenInvalid)), "{bad}: {answer:?}");
    }
    customer.reload().await;
    assert_eq!(state(&customer), good, "nothing has changed");
    app.service.come_back(&good, code("good")).await.unwrap();
    assert!(matches!(app.service.come_back(&good, code("good")).await, Err(RunError::OutOfPlace)));
    // A state is of one step: after a refusal there is a new one.
    let mut denied = other;
    let before = state(&denied);
    app.service.come_back(&before, None).await.unwrap();
    denied.reload().await;
    assert_ne!(state(&denied), before);
    assert!(matches!(app.service.come_back(&before, code("good")).await, Err(RunError::OutOfPlace)));
}

#[tokio::test]
async fn what_went_wrong_there_is_said_here() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    for (answer, notice) in [(None, "Denied"), (code("down"), "Down"), (code("old"), "Internal")] {
        app.service.come_back(&state(&customer), answer).await.unwrap();
        customer.reload().await;
        let (kind, text) = page(&customer.view.screen);
        assert!(kind == PageKind::Consent && text.contains(notice), "{notice}: {text}");
    }
    app.service.come_back(&state(&customer), code("good")).await.unwrap();
    customer.reload().await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn who_would_rather_sign_in_here_can() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    assert!(matches!(customer.act(Action::SignInHere).await, Screen::Credentials(_)));
    customer.sign_in("good", "password").await;
    assert!(customer.is_linked());
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap();
    assert_eq!(user.access, Access::Login);
}

#[tokio::test]
async fn a_utility_that_still_prepares_the_data_is_linked_and_announces_it() {
    let (app, company, custodian) = start(false).await;
    let mut customer = at_consent(&app, &company, "u").await;
    app.service.come_back(&state(&customer), code("not-ready")).await.unwrap();
    assert!(matches!(customer.reload().await, Screen::Linked { accounts, .. } if accounts.is_empty()));
    let token = app.exchange(&company, &customer.code().await).await;
    app.service.sync_due().await.unwrap();
    app.send(get("/accounts").by(&company).bearer(&token)).await.refused(500, "data_unavailable");
    custodian.ready.store(true, Ordering::SeqCst);
    // It would be asked again later; the announcement makes it now.
    assert_eq!(app.service.sync_due().await.unwrap(), 0);
    app.service.data_announced(&["https://utility.example/other".into()]).await.unwrap();
    assert_eq!(app.service.sync_due().await.unwrap(), 0);
    app.service.data_announced(&[ADDRESS.into()]).await.unwrap();
    assert_eq!(app.service.sync_due().await.unwrap(), 1);
    let accounts = app.send(get("/accounts").by(&company).bearer(&token)).await.ok();
    assert_eq!(accounts[0]["account_number"], "0042");
}

#[tokio::test]
async fn a_consent_renews_itself_until_it_is_taken_back() {
    let (app, company, custodian) = start(true).await;
    let customer = at_consent(&app, &company, "u").await;
    app.service.come_back(&state(&customer), code("good")).await.unwrap();
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id;
    custodian.expired.store(true, Ordering::SeqCst);
    let before = app.store.sealed_logins(user).await.unwrap().unwrap().session;
    assert_eq!(app.service.sync_due().await.unwrap(), 1);
    let after = app.store.sealed_logins(user).await.unwrap().unwrap().session;
    assert_ne!(before, after, "the renewed consent is kept");
    assert!(app.store.user(user).await.unwrap().unwrap().credentials_valid);

    app.place.meddle("UPDATE users SET sealed_session = x'00'");
    app.place.clock.advance(30 * 3600);
    app.service.sync_due().await.unwrap();
    assert!(!app.store.user(user).await.unwrap().unwrap().credentials_valid, "the customer must agree again");
}

#[tokio::test]
async fn the_whole_page_may_go_there_and_finds_the_link_when_it_is_back() {
    let (app, company, _) = start(true).await;
    let customer = at_consent(&app, &company, "u").await;
    let url = app.service.leave(&customer.token, customer.view.step, PAGE.into()).await.unwrap();
    let sent = url.split_once("?state=").unwrap().1;
    assert_ne!(sent, state(&customer), "the state is of the new step");
    assert_eq!(app.service.come_back(sent, code("good")).await.unwrap().as_deref(), Some(PAGE));
    // The page has forgotten its token and made a new one, and another: the confirmation is there, and
    // the code works.
    let mut again = customer;
    for _ in 0..2 {
        app.place.clock.advance(1);
        again = app.customer(&company, "u").await;
        assert!(again.is_linked(), "{:?}", again.view.screen);
    }
    app.exchange(&company, &again.code().await).await;
    // After that a token starts over.
    app.place.clock.advance(1);
    let renewed = app.customer(&company, "u").await;
    assert_eq!(page(&renewed.view.screen).0, PageKind::Consent);

    for bad in
        ["javascript:alert(1)", "//evil.example", "", "https://a b", &format!("https://{}", "a".repeat(3000))]
    {
        let customer = at_consent(&app, &company, "v").await;
        let answer = app.service.leave(&customer.token, customer.view.step, bad.to_owned()).await;
        assert!(matches!(answer, Err(RunError::OutOfPlace)), "{bad}");
    }
}
