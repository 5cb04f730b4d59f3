//! The worker against utilities that do not do their part.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::store::UsageStore;
use connect_core::usage::{Bill, Flow, Grain, Quality, Reading, Scale, Series, SeriesKind, Unit, Window};
use jiff::civil::date;
use tokio::sync::Semaphore;

use crate::support::{Company, Place, TestApp, get};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A utility with one meter that reads 7 Wh in every hour there ever was.
struct Feed {
    script: Mutex<Script>,
    /// Permits to answer for readings.
    go: Semaphore,
    /// Permits given for questions that have arrived.
    came: Semaphore,
}

#[derive(Default)]
struct Script {
    logins: Vec<bool>,
    windows: Vec<Window>,
    /// What the next logins answer, once the link exists.
    refuse_login: Option<ConnectorError>,
    /// What the question for readings answers after so many good ones.
    fail_readings: Option<(usize, ConnectorError)>,
    /// The session of this number is over.
    over: Option<u8>,
    /// It gives a reading of before the window.
    outside: bool,
}

impl Feed {
    fn new(permits: usize) -> Arc<Self> {
        Arc::new(Self { script: Mutex::default(), go: Semaphore::new(permits), came: Semaphore::new(0) })
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().unwrap()
    }
}

#[async_trait]
impl Connector for Feed {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn begin(&self, cx: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError> {
        let mut script = self.script();
        script.logins.push(cx.attended);
        if login.password.expose() != crate::support::PASSWORD {
            return Err(ConnectorError::InvalidCredentials);
        }
        if let Some(error) = script.refuse_login.clone().filter(|_| !cx.attended) {
            return Err(error);
        }
        let number = script.logins.len() as u8;
        Ok(LoginStep::Done(UtilitySession { connector: "sandbox".into(), version: 1, data: vec![number] }))
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::StaleState)
    }

    async fn accounts(
        &self,
        _: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        if self.script().over == Some(session.data[0]) {
            return Err(ConnectorError::SessionExpired);
        }
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0042".into(),
            address: "1 TEST ST".into(),
            meters: vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }],
        }])
    }

    async fn readings(
        &self,
        _: LoginContext,
        session: &UtilitySession,
        _: &RemoteAccount,
        _: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        self.came.add_permits(1);
        self.go.acquire().await.unwrap().forget();
        let mut script = self.script();
        if script.over == Some(session.data[0]) {
            return Err(ConnectorError::SessionExpired);
        }
        if let Some((good, error)) = &mut script.fail_readings {
            if *good == 0 {
                return Err(error.clone());
            }
            *good -= 1;
        }
        script.windows.push(window);
        let first = (window.from + HOUR - 1) / HOUR * HOUR;
        let readings = (first..window.to).step_by(HOUR as usize);
        let readings = readings.map(|start| Reading { start, duration: 3600, raw: 7, quality: Quality::Measured });
        let scale = Scale { unit: Unit::WattHour, exponent: 0 };
        let kind = SeriesKind { flow: Flow::Delivered, grain: Grain::Hour, scale };
        let mut readings: Vec<_> = readings.collect();
        if script.outside {
            readings[0].start -= HOUR;
        }
        Ok(vec![Series { kind, readings }])
    }

    async fn bills(
        &self,
        _: LoginContext,
        _: &UtilitySession,
        _: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        Ok(vec![Bill {
            remote_id: "1".into(),
            start: date(2026, 1, 1),
            end: date(2026, 2, 1),
            statement_date: None,
            due_date: None,
            payment_date: None,
            currency: None,
            total_amount_due: None,
            total_charges: None,
            charges: vec![],
            electric_usage: None,
            gas_usage: None,
            pdf: true,
        }])
    }

    async fn bill_pdf(
        &self,
        _: LoginContext,
        session: &UtilitySession,
        _: &RemoteAccount,
        _: &str,
    ) -> Result<Vec<u8>, ConnectorError> {
        match session.data[0] {
            number if self.script().over == Some(number) => Err(ConnectorError::SessionExpired),
            number => Ok(format!("%PDF-1.7 of the session {number}").into_bytes()),
        }
    }
}

struct Linked {
    app: TestApp,
    company: Company,
    token: String,
    account: String,
}

impl Linked {
    async fn new(feed: &Arc<Feed>) -> Self {
        let app = Place::new().open(feed.clone(), crate::support::MASTER);
        let company = app.company("Northwind Solar", connect_core::token::Environment::Sandbox).await;
        let token = app.access(&company, "u").await;
        let accounts = app.send(get("/accounts").by(&company).bearer(&token)).await.ok();
        let account = accounts[0]["id"].as_str().unwrap().to_owned();
        Self { app, company, token, account }
    }

    /// How many hours of the last so many days there are; `None` while they are being read.
    async fn hours(&self, days: i64) -> Option<usize> {
        let now = self.app.service.now().as_second();
        let path = format!(
            "/intervals?account_id={}&type=ELECTRIC&start_date={}&end_date={now}",
            self.account,
            now - days * DAY
        );
        let answer = self.app.send(get(&path).by(&self.company).bearer(&self.token)).await;
        if answer.status == 500 {
            answer.refused(500, "data_unavailable");
            return None;
        }
        let body = answer.ok();
        let intervals = body["intervals"].as_array().unwrap();
        assert!(intervals.windows(2).all(|pair| pair[0]["end"] == pair[1]["start"]), "no hole, nothing twice");
        Some(intervals.len())
    }

    async fn turns(&self) -> usize {
        self.app.worker.sync_due().await.unwrap()
    }

    async fn credentials_valid(&self) -> bool {
        let user = self.app.send(get("/users/u").by(&self.company).bearer(&self.token)).await;
        user.ok()["credentials_valid"].as_bool().unwrap()
    }
}

#[tokio::test]
async fn the_session_of_the_link_is_used_and_what_is_new_comes_first() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    assert_eq!(linked.turns().await, 1);
    assert_eq!(feed.script().logins, [true], "the customer's own, and no other");
    let windows = feed.script().windows.clone();
    assert!(windows.windows(2).all(|pair| pair[1].to == pair[0].from), "newest first: {windows:?}");
    assert_eq!(linked.hours(700).await, Some(700 * 24));
}

#[tokio::test]
async fn an_outage_keeps_what_is_there_and_the_next_turn_goes_on() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    feed.script().fail_readings = Some((1, ConnectorError::SiteDown));
    assert_eq!(linked.turns().await, 1);
    assert_eq!((linked.hours(60).await, linked.hours(90).await), (Some(60 * 24), None));
    assert!(linked.credentials_valid().await, "an outage is not about the password");
    assert_eq!(linked.turns().await, 0, "it waits");
    feed.script().fail_readings = None;
    linked.app.place.clock.advance(61);
    assert_eq!(linked.turns().await, 1);
    assert_eq!(linked.hours(700).await, Some(700 * 24));
    // The way into the past goes on where the first window began.
    let windows = feed.script().windows.clone();
    assert_eq!(windows[2].to, windows[0].from, "{windows:?}");
}

#[tokio::test]
async fn a_worker_that_dies_in_the_middle_loses_and_doubles_nothing() {
    let feed = Feed::new(3);
    let linked = Linked::new(&feed).await;
    let side = linked.app.worker.clone();
    let worker = tokio::spawn(async move { side.sync_due().await });
    // It waits for the fourth window when it dies.
    feed.came.acquire_many(4).await.unwrap().forget();
    worker.abort();
    assert!(worker.await.unwrap_err().is_cancelled());
    assert_eq!(linked.hours(90).await, Some(90 * 24));
    feed.go.add_permits(1000);
    assert_eq!(linked.turns().await, 0, "its lease still runs");
    linked.app.place.clock.advance(121);
    assert_eq!(linked.turns().await, 1);
    assert_eq!(linked.hours(700).await, Some(700 * 24));
}

#[tokio::test]
async fn a_session_that_is_over_is_renewed_once_without_the_customer() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    feed.script().over = Some(1);
    assert_eq!(linked.turns().await, 1);
    assert_eq!(feed.script().logins, [true, false]);
    assert_eq!(linked.hours(700).await, Some(700 * 24));
}

#[tokio::test]
async fn a_refused_login_is_told_and_not_tried_again() {
    for error in [ConnectorError::InvalidCredentials, ConnectorError::Locked, ConnectorError::ChallengeNeeded] {
        let feed = Feed::new(Semaphore::MAX_PERMITS);
        let linked = Linked::new(&feed).await;
        {
            let mut script = feed.script();
            script.over = Some(1);
            script.refuse_login = Some(error.clone());
        }
        assert_eq!(linked.turns().await, 1);
        assert!(!linked.credentials_valid().await, "{error}");
        linked.app.place.clock.advance(30 * 24 * 3600);
        assert_eq!(linked.turns().await, 0, "{error}");
        assert_eq!(feed.script().logins, [true, false], "{error}");

        // The customer comes back, and so does the data.
        feed.script().refuse_login = None;
        linked.app.access(&linked.company, "u").await;
        assert!(linked.credentials_valid().await);
        assert_eq!(linked.turns().await, 1);
        assert_eq!(linked.hours(700).await, Some(700 * 24), "{error}");
    }
}

#[tokio::test]
async fn a_login_without_a_clear_end_is_not_repeated_for_hours() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    {
        let mut script = feed.script();
        script.over = Some(1);
        script.refuse_login = Some(ConnectorError::SiteDown);
    }
    for _ in 0..5 {
        linked.turns().await;
        linked.app.place.clock.advance(3600);
    }
    assert_eq!(feed.script().logins, [true, false], "one password in five hours");
    assert!(linked.credentials_valid().await);
    feed.script().refuse_login = None;
    linked.app.place.clock.advance(6 * 3600);
    assert_eq!(linked.turns().await, 1);
    assert_eq!(linked.hours(700).await, Some(700 * 24));
}

/// Strangers have tried the login until one more wrong password would lock it.
#[tokio::test]
async fn a_login_that_is_tried_by_others_is_left_alone_for_a_day() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    for stranger in ["v", "w", "x"] {
        let mut customer = linked.app.customer(&linked.company, stranger).await;
        customer.go_to_credentials(crate::support::PGE).await;
        customer.sign_in(crate::support::LOGIN, "wrong").await;
    }
    feed.script().over = Some(1);
    for _ in 0..8 {
        linked.turns().await;
        linked.app.place.clock.advance(2 * 3600);
    }
    assert_eq!(feed.script().logins, [true, true, true], "its own, and two wrong ones");
    assert!(linked.credentials_valid().await, "which says nothing of the password that is stored");
    for _ in 0..2 {
        linked.app.place.clock.advance(12 * 3600);
        linked.turns().await;
    }
    assert_eq!(feed.script().logins, [true, true, true, false]);
}

#[tokio::test]
async fn a_utility_that_is_switched_off_is_left_alone() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    let switch = |off: Option<&str>| {
        linked.app.store.switch_utility(crate::support::PGE, off.map(str::to_owned), linked.app.service.now())
    };
    switch(Some("their page changed")).await.unwrap();
    assert_eq!(linked.turns().await, 0);
    let mut customer = linked.app.customer(&linked.company, "another").await;
    customer.go_to_credentials(crate::support::PGE).await;
    let screen = format!("{:?}", customer.sign_in("good", crate::support::PASSWORD).await);
    assert!(screen.contains("Down"), "{screen}");
    assert_eq!(feed.script().logins.len(), 1, "no login was sent");
    switch(None).await.unwrap();
    assert_eq!(linked.turns().await, 1);
    customer.sign_in("good", crate::support::PASSWORD).await;
    assert!(customer.is_linked());
}

#[tokio::test]
async fn what_cannot_be_true_is_not_stored() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    feed.script().outside = true;
    assert_eq!(linked.turns().await, 1);
    assert_eq!(linked.hours(1).await, None, "still on its way");
    feed.script().outside = false;
    linked.app.place.clock.advance(61);
    assert_eq!(linked.turns().await, 1);
    assert_eq!(linked.hours(700).await, Some(700 * 24));
}

#[tokio::test]
async fn a_document_is_never_fetched_with_the_password() {
    let feed = Feed::new(Semaphore::MAX_PERMITS);
    let linked = Linked::new(&feed).await;
    linked.turns().await;
    feed.script().over = Some(1);
    let bills = linked.app.send(get("/bills").by(&linked.company).bearer(&linked.token)).await.ok();
    let bill = bills[0]["bills"][0]["id"].as_str().unwrap().to_owned();
    let ask = || linked.app.send(get(&format!("/bills/{bill}/pdf")).by(&linked.company).bearer(&linked.token));
    for _ in 0..3 {
        ask().await.refused(500, "data_unavailable");
    }
    assert_eq!(feed.script().logins, [true]);
    assert_eq!(linked.turns().await, 1, "the worker was called");
    assert_eq!(feed.script().logins, [true, false]);
    assert_eq!(ask().await.body, "%PDF-1.7 of the session 2");
}

#[tokio::test]
async fn a_sandbox_login_with_a_code_is_never_asked_for_one_in_the_background() {
    let (app, company) = TestApp::start().await;
    let mut customer = app.customer(&company, "u").await;
    customer.go_to_credentials(crate::support::PGE).await;
    customer.sign_in("mfa_sms", crate::support::PASSWORD).await;
    customer.answer("123456").await;
    assert!(customer.is_linked());
    app.worker.sync_due().await.unwrap();
    let user =
        app.store.claim_sync(uuid::Uuid::nil(), app.service.now(), app.service.now(), vec![]).await.unwrap();
    assert!(user.is_none(), "the turn was good: the next is due tomorrow");
}
