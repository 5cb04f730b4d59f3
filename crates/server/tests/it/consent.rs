//! Consent at the utility's own site: the way there and back, and what is read afterwards.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::flow::{Action, ConsentNotice};
use connect_core::origin::Origin;
use connect_core::secret::Secret;
use connect_core::store::{Access, Store, UsageStore};
use connect_core::token::Environment;
use connect_sandbox::SandboxConnector;
use connect_server::service::{Back, RunError};
use connect_wire::{PageKind, Screen};

use crate::support::{Company, Customer, Place, TestApp, delete, get, page};

/// Number of Sunrise Power & Gas.
const SUNRISE: u32 = 900_001;
const ADDRESS: &str = "https://utility.example/Batch/Subscription/7";
const PAGE: &str = "https://solar.example/account?tab=energy";

/// A utility whose consent is played: the code says what happens.
#[derive(Default)]
struct Custodian {
    ready: AtomicBool,
    expired: AtomicBool,
    down: AtomicBool,
    given_back: tokio::sync::Notify,
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
        if self.down.load(Ordering::SeqCst) { Err(ConnectorError::SiteDown) } else { Ok(session("second")) }
    }

    async fn give_back(&self, _: LoginContext, session: &UtilitySession) -> Result<(), ConnectorError> {
        // The first token is over by then.
        if session.data == b"first" {
            return Err(ConnectorError::SessionExpired);
        }
        self.given_back.notify_one();
        Ok(())
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
    let app = Place::new().open_all(connectors, crate::support::MASTER);
    let company = app.company("Northwind Solar", Environment::Sandbox).await;
    app.service.add_origin(company.client.id, Origin::parse("https://solar.example").unwrap()).await.unwrap();
    (app, company, custodian)
}

/// A browser that is at the utility's site.
struct There {
    state: String,
    proof: String,
}

impl There {
    async fn of(app: &TestApp, customer: &Customer, page: Option<&str>) -> Self {
        let page = page.map(str::to_owned);
        let set_out = app.service.set_out(&customer.token, customer.view.step, page).await.unwrap();
        let state = set_out.url.split_once("?state=").unwrap().1.to_owned();
        Self { state, proof: set_out.proof.expose().to_owned() }
    }

    async fn back(
        &self,
        app: &TestApp,
        answer: Result<Secret, ConsentNotice>,
    ) -> Result<Option<String>, RunError> {
        Ok(match app.service.come_back(&self.state, &self.proof, answer).await? {
            Back::Page(page) => Some(page),
            Back::There => None,
            Back::Here(key) => panic!("nobody has the whole window: {key:?}"),
        })
    }
}

/// Sets out and comes back.
async fn answer(app: &TestApp, customer: &Customer, answer: Result<Secret, ConsentNotice>) {
    assert_eq!(There::of(app, customer, None).await.back(app, answer).await.unwrap(), None);
}

async fn at_consent(app: &TestApp, company: &Company, user: &str) -> Customer {
    let mut customer = app.customer(company, user).await;
    if matches!(customer.view.screen, Screen::Welcome { .. }) {
        customer.act(Action::Continue).await;
        customer.select(SUNRISE).await;
    }
    assert_eq!(page(&customer.view.screen).0, PageKind::Consent);
    customer
}

fn code(text: &str) -> Result<Secret, ConsentNotice> {
    Ok(Secret::new(text))
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
    answer(&app, &customer, code("good")).await;
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
    answer(&app, &renewed, code("good")).await;
    assert_eq!(app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id, user.id);
}

#[tokio::test]
async fn an_answer_is_taken_once_with_its_own_state_and_from_the_browser_that_set_out() {
    let (app, company, _) = start(true).await;
    let customer = at_consent(&app, &company, "u").await;
    let mut other = at_consent(&app, &company, "other").await;
    let (good, theirs) = (There::of(&app, &customer, None).await, There::of(&app, &other, None).await);
    let (handle, mark) = good.state.split_once('.').unwrap();
    let foreign = format!("{handle}.{}", theirs.state.split_once('.').unwrap().1);
    for bad in ["", "x", handle, &format!("{handle}."), &format!("{handle}.{}", "0".repeat(32)), &foreign, mark] {
        let answer = app.service.come_back(bad, &good.proof, code("good")).await;
        assert!(matches!(answer, Err(RunError::OutOfPlace | RunError::TokenInvalid)), "{bad}: {answer:?}");
    }
    // Somebody who was sent there by the link of another's run.
    for proof in ["", theirs.proof.as_str()] {
        let answer = app.service.come_back(&good.state, proof, code("good")).await;
        assert!(matches!(answer, Err(RunError::OutOfPlace)), "{answer:?}");
    }
    let now = app.service.load(&customer.token).await.unwrap();
    assert_eq!(now.step, customer.view.step, "nothing has changed");
    good.back(&app, code("good")).await.unwrap();
    assert!(matches!(good.back(&app, code("good")).await, Err(RunError::OutOfPlace)));
    // A state is of one step: after a refusal there is a new one.
    theirs.back(&app, Err(ConsentNotice::Denied)).await.unwrap();
    other.reload().await;
    assert_ne!(There::of(&app, &other, None).await.state, theirs.state);
    assert!(matches!(theirs.back(&app, code("good")).await, Err(RunError::OutOfPlace)));
}

#[tokio::test]
async fn what_went_wrong_there_is_said_here() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    let denied = Err(ConsentNotice::Denied);
    for (given, notice) in [(denied, "Denied"), (code("down"), "Down"), (code("old"), "Internal")] {
        answer(&app, &customer, given).await;
        customer.reload().await;
        let (kind, text) = page(&customer.view.screen);
        assert!(kind == PageKind::Consent && text.contains(notice), "{notice}: {text}");
    }
    answer(&app, &customer, code("good")).await;
    customer.reload().await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn an_outage_that_is_known_is_told_before_the_customer_sets_out() {
    let (app, company, _) = start(true).await;
    app.store.switch_utility(SUNRISE, Some("maintenance".into()), app.service.now()).await.unwrap();
    let customer = at_consent(&app, &company, "u").await;
    let (_, told) = page(&customer.view.screen);
    assert!(told.contains("open: true") && told.contains("Some(Down)"), "{told}");
    let told = app.service.ask_to_be_told(&customer.token, customer.view.step).await.unwrap();
    assert!(matches!(told.screen, Screen::Page { kind: PageKind::Told, .. }));
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
    answer(&app, &customer, code("not-ready")).await;
    assert!(matches!(customer.reload().await, Screen::Linked { html } if html.contains("accounts: []")));
    let token = app.exchange(&company, &customer.code().await).await;
    app.worker.sync_due().await.unwrap();
    app.send(get("/accounts").by(&company).bearer(&token)).await.refused(500, "data_unavailable");
    custodian.ready.store(true, Ordering::SeqCst);
    // It would be asked again later; the announcement makes it now.
    assert_eq!(app.worker.sync_due().await.unwrap(), 0);
    app.service.data_announced(&["https://other.example/Subscription/7".into()]).await.unwrap();
    assert_eq!(app.worker.sync_due().await.unwrap(), 0);
    app.service.data_announced(&[ADDRESS.into()]).await.unwrap();
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    let accounts = app.send(get("/accounts").by(&company).bearer(&token)).await.ok();
    assert_eq!(accounts[0]["account_number"], "0042");
}

#[tokio::test]
async fn a_consent_renews_itself_until_it_is_taken_back() {
    let (app, company, custodian) = start(true).await;
    let customer = at_consent(&app, &company, "u").await;
    answer(&app, &customer, code("good")).await;
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id;
    custodian.expired.store(true, Ordering::SeqCst);
    let before = app.store.sealed_logins(user).await.unwrap().unwrap().session;
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    let after = app.store.sealed_logins(user).await.unwrap().unwrap().session;
    assert_ne!(before, after, "the renewed consent is kept");
    assert!(app.store.user(user).await.unwrap().unwrap().credentials_valid);

    app.place.meddle("UPDATE users SET sealed_session = x'00'");
    app.place.clock.advance(30 * 3600);
    app.worker.sync_due().await.unwrap();
    assert!(!app.store.user(user).await.unwrap().unwrap().credentials_valid, "the customer must agree again");
}

#[tokio::test]
async fn a_renewal_that_fails_for_a_while_is_tried_again_soon() {
    let (app, company, custodian) = start(true).await;
    let customer = at_consent(&app, &company, "u").await;
    answer(&app, &customer, code("good")).await;
    let user = app.store.user_by_ref(company.client.id, "u").await.unwrap().unwrap().id;
    custodian.expired.store(true, Ordering::SeqCst);
    custodian.down.store(true, Ordering::SeqCst);
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    custodian.down.store(false, Ordering::SeqCst);
    let before = app.store.sealed_logins(user).await.unwrap().unwrap().session;
    app.place.clock.advance(300);
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    assert_ne!(app.store.sealed_logins(user).await.unwrap().unwrap().session, before);
    assert_eq!(app.store.sync_state(user).await.unwrap().unwrap().error, None);
}

#[tokio::test]
async fn an_announcement_names_the_subscription_or_something_below_and_counts_once_a_minute() {
    let (app, company, custodian) = start(false).await;
    let customer = at_consent(&app, &company, "u").await;
    answer(&app, &customer, code("not-ready")).await;
    app.worker.sync_due().await.unwrap();
    let below = format!("{ADDRESS}/UsagePoint/1?published-min=0");
    app.service.data_announced(&[below.clone(), below.clone()]).await.unwrap();
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
    // Anybody may send it again.
    app.service.data_announced(std::slice::from_ref(&below)).await.unwrap();
    assert_eq!(app.worker.sync_due().await.unwrap(), 0);
    custodian.ready.store(true, Ordering::SeqCst);
    app.place.clock.advance(61);
    app.service.data_announced(&[below]).await.unwrap();
    assert_eq!(app.worker.sync_due().await.unwrap(), 1);
}

#[tokio::test]
async fn the_whole_page_may_go_there_and_finds_the_link_when_it_is_back() {
    let (app, company, _) = start(true).await;
    let customer = at_consent(&app, &company, "u").await;
    let there = There::of(&app, &customer, Some(PAGE)).await;
    assert_eq!(there.back(&app, code("good")).await.unwrap().as_deref(), Some(PAGE));
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
}

#[tokio::test]
async fn a_page_is_kept_for_one_way_only_and_what_is_none_is_left_out() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    let there = There::of(&app, &customer, Some(PAGE)).await;
    assert_eq!(there.back(&app, Err(ConsentNotice::Denied)).await.unwrap().as_deref(), Some(PAGE));
    customer.reload().await;
    // The page again, and then, without an answer, a window.
    There::of(&app, &customer, Some(PAGE)).await;
    customer.reload().await;
    let window = There::of(&app, &customer, None).await;
    assert_eq!(window.back(&app, Err(ConsentNotice::Denied)).await.unwrap(), None);
    for bad in [
        "javascript:alert(1)",
        "//evil.example",
        "https://a b",
        "https://evil.example/page",
        "https://solar.example@evil.example/",
        &format!("https://{}", "a".repeat(3000)),
    ] {
        customer.reload().await;
        let there = There::of(&app, &customer, Some(bad)).await;
        assert_eq!(there.back(&app, Err(ConsentNotice::Denied)).await.unwrap(), None, "{bad}");
    }
}

#[tokio::test]
async fn who_is_deleted_is_given_back_at_the_utility() {
    let (app, company, custodian) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    answer(&app, &customer, code("good")).await;
    customer.reload().await;
    let token = app.exchange(&company, &customer.code().await).await;
    app.send(delete("/users/u").by(&company).bearer(&token)).await.ok();
    custodian.given_back.notified().await;
}

/// A run that has the whole window is gone on with here, by a key of its own.
#[tokio::test]
async fn who_has_the_whole_window_goes_on_here() {
    let (app, company, _) = start(true).await;
    let mut customer = at_consent(&app, &company, "u").await;
    app.service.enter(&customer.token, "http://localhost:3000/back", "").await.unwrap();
    let there = There::of(&app, &customer, None).await;
    let Back::Here(key) = app.service.come_back(&there.state, &there.proof, code("good")).await.unwrap() else {
        panic!("not here");
    };
    assert_ne!(key.expose(), customer.token.expose());
    customer.token = key;
    customer.wait().await;
    assert!(customer.is_linked());
}
