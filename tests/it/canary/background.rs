//! What goes on without the customer: the worker's turns with what a session holds, a bill's document, a
//! rotation of the master key, and connectors that break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, MeterKind,
    RemoteAccount, RemoteMeter, UtilitySession,
};
use connect_core::usage::Bill;
use connect_core::vault::{Keyring, Purpose};
use connect_server::worker::rotate;
use connect_wire::Screen;
use jiff::civil::date;

use super::search::{Canary, contains};
use super::utility::USERNAME;
use super::{Watched, logs};
use crate::support::{PGE, get};

const PASSWORD: &str = "canary-STORED-password-8e21";
const FIRST: &str = "canary-FIRST-cookie-a9d4";
const SECOND: &str = "canary-SECOND-cookie-51b7";
const DOCUMENT: &str = "%PDF-1.7 canary-DOCUMENT-c3f0";
/// Whose login breaks the connector.
const BREAKS: &str = "canary-breaks@example.com";

/// A utility whose sessions are canaries. The first one is over as soon as the customer has left.
#[derive(Default)]
struct Keeper {
    breaks: AtomicBool,
}

fn session(cookie: &str) -> UtilitySession {
    UtilitySession { connector: "sandbox".into(), version: 1, data: cookie.into() }
}

#[async_trait]
impl Connector for Keeper {
    fn name(&self) -> &'static str {
        "sandbox"
    }

    async fn begin(&self, cx: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError> {
        assert_ne!(login.username, BREAKS, "with {}", login.password.expose());
        assert_eq!(login.password.expose(), PASSWORD);
        Ok(LoginStep::Done(session(if cx.attended { FIRST } else { SECOND })))
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::ChallengeExpired)
    }

    async fn accounts(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        let cookie = String::from_utf8_lossy(&session.data);
        if !cx.attended {
            assert!(!self.breaks.load(Ordering::SeqCst), "with {cookie} and {PASSWORD}");
            if cookie == FIRST {
                return Err(ConnectorError::SessionExpired);
            }
        }
        Ok(vec![RemoteAccount {
            public_id: None,
            account_number: "0001".into(),
            address: "1 TEST ST TESTVILLE ZZ 00000".into(),
            meters: vec![RemoteMeter { public_id: None, kind: MeterKind::Electric }],
        }])
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
        assert_eq!(session.data, SECOND.as_bytes());
        Ok(DOCUMENT.into())
    }
}

fn canaries() -> Vec<Canary> {
    vec![
        Canary::word("the password", PASSWORD),
        Canary::word("the first cookie", FIRST),
        Canary::word("the second cookie", SECOND),
        Canary::word("a bill", DOCUMENT).belongs("document"),
    ]
}

#[tokio::test]
async fn what_the_worker_carries_is_nowhere_in_plain() {
    let mut watched = Watched::start(vec![Arc::new(Keeper::default())]).await;
    let token = watched.connect_token("background").await;
    let view = watched.choose(&token, PGE).await;
    let view = watched.sign_in(&token, &view, USERNAME, PASSWORD).await;
    assert!(matches!(view.screen, Screen::Linked { .. }), "{view:?}");
    let access = watched.exchanged(&token).await;
    assert_eq!(watched.site.worker.sync_due().await.unwrap(), 1);

    let company = watched.site.company.clone();
    let bills = watched.send("bills", get("/bills").by(&company).bearer(&access)).await.json();
    let bill = bills[0]["bills"][0]["id"].as_str().unwrap().to_owned();
    let document = || get(&format!("/bills/{bill}/pdf")).by(&company).bearer(&access);
    for _ in 0..2 {
        assert_eq!(watched.send("document", document()).await.body, DOCUMENT);
    }
    let mut canaries = canaries();
    canaries.push(Canary::token("the access token", &access).belongs("token"));
    watched.files_hold_none(&canaries, USERNAME, "login accepted").await;

    let mut ring = Keyring::parse(watched.site.ring.text().expose().as_bytes()).unwrap();
    ring.add_version().unwrap();
    watched.site.worker.replace_keys(&ring.derive(Purpose::Credentials).unwrap()).unwrap();
    // Login, session and document at least.
    assert!(rotate(&*watched.site.store, &ring, |_| {}).await.unwrap().done >= 3);
    for line in ring.text().expose().lines().filter_map(|line| line.split_once(':')) {
        if let Ok(key) = STANDARD.decode(line.1.trim()) {
            canaries.push(Canary::key("a master key", &key));
        }
    }
    assert_eq!(canaries.len(), 7, "two versions of the master key");
    watched.answers_hold_none(&canaries);
    watched.files_hold_none(&canaries, USERNAME, "login accepted").await;
}

#[tokio::test]
async fn a_connector_that_panics_says_nothing_of_what_it_was_given() {
    let keeper = Arc::new(Keeper::default());
    let mut watched = Watched::start(vec![keeper.clone()]).await;
    let token = watched.connect_token("login-breaks").await;
    let view = watched.choose(&token, PGE).await;
    let view = watched.sign_in(&token, &view, BREAKS, PASSWORD).await;
    assert!(matches!(view.screen, Screen::Checking { .. }), "{view:?}");

    let token = watched.connect_token("turn-breaks").await;
    let view = watched.choose(&token, PGE).await;
    watched.sign_in(&token, &view, USERNAME, PASSWORD).await;
    keeper.breaks.store(true, Ordering::SeqCst);
    let worker = tokio::spawn(watched.site.worker.clone().sync_forever());
    let told = async {
        while !contains(&logs().0.bytes(), b"a turn broke off") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.unwrap();
    worker.abort();

    let panics = logs().1.json().into_iter().filter(|line| line["message"] == "a panic");
    let places = panics.filter(|line| line["place"].as_str().unwrap().contains("background.rs:"));
    assert_eq!(places.count(), 2, "of the login and of the turn");
    watched.answers_hold_none(&canaries());
    watched.files_hold_none(&canaries(), USERNAME, "a turn broke off").await;
}
