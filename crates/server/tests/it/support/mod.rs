//! What the tests stand on.

mod call;
mod customer;
mod linked;
mod utility;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use connect_core::clock::{Clock, ManualClock, after};
use connect_core::connector::Connector;
use connect_core::directory::Directory;
use connect_core::keys::Keys;
use connect_core::origin::Origin;
use connect_core::secret::Secret;
use connect_core::store::{AuditStore, Client, ConnectSession, Store, TokenStore};
use connect_core::token::{Environment, Handle, Token, TokenKind};
use connect_core::vault::Keyring;
use connect_sandbox::SandboxConnector;
use connect_server::api;
use connect_server::service::{ConnectTokenRequest, Service, Settings, UtilityRef};
use connect_server::worker::{Secrets, Worker, together};
use connect_sqlite::SqliteStore;
use connect_wire::{FlowView, PageKind, Screen};
use serde_json::Value;
use tempfile::TempDir;

pub use call::{Answer, Call, delete, get, post};
pub use customer::{Customer, credentials, page};
pub use linked::Linked;
pub use utility::{ENDLESS, PASSWORD, Utility};

/// Number of Pacific Gas and Electric.
pub const PGE: u32 = 1;
/// Number of Cherokee Electric Cooperative, which cannot be linked.
pub const CHEROKEE: u32 = 8;
/// A login of the sandbox that links two accounts.
pub const LOGIN: &str = "user@pelm.com";

/// The master key that tests start with.
pub const MASTER: u8 = 7;

/// One of 256 master keys.
pub fn ring(seed: u8) -> Keyring {
    let bytes: [u8; 32] = std::array::from_fn(|at| (at as u8).wrapping_mul(37) ^ seed.wrapping_mul(101));
    Keyring::parse(&bytes).unwrap()
}

/// What outlives a process: the database, and time.
#[derive(Clone)]
pub struct Place {
    dir: Arc<TempDir>,
    pub clock: ManualClock,
    /// Off for what asks more at once than any caller may, while time stands still.
    rate_limits: bool,
}

impl Place {
    pub fn new() -> Self {
        let clock = ManualClock::at("2026-03-01T12:00:00Z".parse().unwrap());
        Self { dir: Arc::new(tempfile::tempdir().unwrap()), clock, rate_limits: true }
    }

    /// One whose callers are not limited.
    pub fn unlimited() -> Self {
        Self { rate_limits: false, ..Self::new() }
    }

    /// Starts the service here, with the sandbox.
    pub fn sandbox(&self) -> TestApp {
        self.open(Arc::new(SandboxConnector::with_slow(Duration::from_millis(20))), MASTER)
    }

    /// Starts the service here, with a utility of the test's own.
    pub fn with(&self, utility: &Arc<Utility>) -> TestApp {
        self.open(utility.clone(), MASTER)
    }

    pub fn open(&self, connector: Arc<dyn Connector>, master: u8) -> TestApp {
        self.open_all(vec![connector], master)
    }

    /// Starts the service here with several connectors. Screens that the server draws are told as text.
    pub fn open_all(&self, connectors: Vec<Arc<dyn Connector>>, master: u8) -> TestApp {
        let store = Arc::new(SqliteStore::open(&self.database()).unwrap());
        let secrets = Secrets::new([master; 32].into(), &ring(master)).unwrap();
        let (clock, directory) = (Arc::new(self.clock.clone()), Directory::embedded().unwrap());
        let settings = Settings { rate_limits: self.rate_limits, ..Settings::default() };
        let (service, worker) = together(store.clone(), secrets, clock, directory, connectors, settings);
        let service = Arc::new(service.drawing(Box::new(|page| format!("{:?}", page.content))));
        TestApp { router: api::router(service.clone()), service, worker, store, place: self.clone() }
    }

    fn database(&self) -> PathBuf {
        self.dir.path().join("connect.db")
    }

    /// Every byte that is on the disk.
    pub fn bytes(&self) -> Vec<u8> {
        let mut files: Vec<_> = std::fs::read_dir(self.dir.path()).unwrap().map(|f| f.unwrap().path()).collect();
        files.sort();
        files.iter().flat_map(|f| std::fs::read(f).unwrap()).collect()
    }

    /// Changes the database behind the service's back; how many rows.
    pub fn meddle(&self, sql: &str) -> usize {
        rusqlite::Connection::open(self.database()).unwrap().execute(sql, []).unwrap()
    }

    /// Every row of every table but the audit log's, as text: equal before and after when nothing was
    /// changed.
    pub fn rows(&self) -> Vec<String> {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
        let db = rusqlite::Connection::open_with_flags(self.database(), flags).unwrap();
        let mut tables = db
            .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit_log' ORDER BY name")
            .unwrap();
        let tables: Vec<String> = tables.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
        let mut rows = Vec::new();
        for table in tables {
            let mut all = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
            // Not when a token was last used: it is noted beside the answer, some time after it.
            let names: Vec<_> = all.column_names().map(str::to_owned).collect();
            let columns: Vec<_> = (0..names.len()).filter(|c| names[*c] != "last_used_at").collect();
            let mut found = all.query([]).unwrap();
            while let Some(row) = found.next().unwrap() {
                let cells: Vec<_> = columns.iter().map(|c| cell(row.get_ref(*c).unwrap())).collect();
                rows.push(format!("{table}: {}", cells.join(" | ")));
            }
        }
        rows.sort();
        rows
    }
}

fn cell(value: rusqlite::types::ValueRef<'_>) -> String {
    match value {
        rusqlite::types::ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
        other => format!("{other:?}"),
    }
}

/// A running service.
pub struct TestApp {
    pub service: Arc<Service>,
    /// The connectors' side.
    pub worker: Arc<Worker>,
    pub store: Arc<SqliteStore>,
    pub router: Router,
    pub place: Place,
}

impl TestApp {
    /// A new service with the sandbox, and a sandbox client of it.
    pub async fn start() -> (Self, Company) {
        let app = Place::new().sandbox();
        let company = app.company("Northwind Solar", Environment::Sandbox).await;
        (app, company)
    }

    /// The same with a utility of the test's own.
    pub async fn start_with(utility: &Arc<Utility>) -> (Self, Company) {
        let app = Place::new().with(utility);
        let company = app.company("Northwind Solar", Environment::Sandbox).await;
        (app, company)
    }

    /// Registers a client.
    pub async fn company(&self, name: &str, environment: Environment) -> Company {
        let (id, secret) = self.service.register_client(name, environment).await.unwrap();
        let client = self.service.authenticate_client(&id.to_string(), &secret).await.unwrap().unwrap();
        Company { id: id.to_string(), secret, client }
    }

    /// A customer of `company` at the first screen.
    pub async fn customer(&self, company: &Company, user_id: &str) -> Customer {
        self.customer_at(company, user_id, None).await
    }

    /// A customer whose utility the company has named by slug.
    pub async fn customer_at(&self, company: &Company, user_id: &str, slug: Option<&str>) -> Customer {
        let utility = slug.map(|s| UtilityRef::Slug(s.to_owned()));
        let request =
            ConnectTokenRequest { user_id: user_id.to_owned(), utility, code_challenge: None, language: None };
        let issued = self.service.create_connect_token(&company.client, request).await.unwrap();
        Customer::open(self.service.clone(), Secret::new(issued.token.expose())).await
    }

    /// A customer who has just linked `username` at Pacific Gas and Electric.
    pub async fn linked(&self, company: &Company, user_id: &str, username: &str) -> Customer {
        let mut customer = self.customer(company, user_id).await;
        customer.go_to_credentials(PGE).await;
        customer.sign_in(username, PASSWORD).await;
        assert!(customer.is_linked(), "{:?}", customer.view.screen);
        customer
    }

    /// A customer who meets an outage at Pacific Gas and Electric and asks to be told when it is over.
    pub async fn asks_to_be_told(&self, company: &Company, user_id: &str) {
        let mut customer = self.customer(company, user_id).await;
        if matches!(customer.view.screen, Screen::Welcome { .. }) {
            customer.go_to_credentials(PGE).await;
        }
        customer.sign_in("site_down", PASSWORD).await;
        let told = self.service.ask_to_be_told(&customer.token, customer.view.step).await.unwrap();
        assert!(matches!(told.screen, Screen::Page { kind: PageKind::Told, .. }), "{told:?}");
    }

    /// An authorization code of a new link.
    pub async fn code(&self, company: &Company, user_id: &str) -> String {
        self.linked(company, user_id, LOGIN).await.code().await
    }

    /// Codes of as many finished runs of one customer, written into the store directly: linking takes
    /// longer than what is to be tested.
    pub async fn many_codes(&self, company: &Company, count: usize) -> Vec<String> {
        let customer = self.linked(company, "u", LOGIN).await;
        let template = self.store.session_by_handle(&customer.handle()).await.unwrap().unwrap();
        let (keys, now) = (Keys::new(&[MASTER; 32]), self.place.clock.now());
        let mut codes = Vec::with_capacity(count);
        for _ in 0..count {
            let make = |kind| Token::generate(kind, Environment::Sandbox).unwrap();
            let (token, code) = (make(TokenKind::Connect), make(TokenKind::AuthorizationCode));
            let session = ConnectSession {
                id: uuid::Uuid::now_v7(),
                handle: token.handle().unwrap(),
                token_digest: keys.token_digest(&token),
                ..template.clone()
            };
            let id = session.id;
            self.store.add_session(session).await.unwrap();
            assert!(self.store.issue_code(id, keys.token_digest(&code), now, after(now, 60)).await.unwrap());
            codes.push(code.expose().to_owned());
        }
        codes
    }

    /// An access token of a new link.
    pub async fn access(&self, company: &Company, user_id: &str) -> String {
        self.exchange(company, &self.code(company, user_id).await).await
    }

    /// Exchanges a code over the API; the access token.
    pub async fn exchange(&self, company: &Company, code: &str) -> String {
        let answer = self.send(post("/auth/token").by(company).form(&[("code", code)])).await;
        answer.ok()["access_token"].as_str().unwrap().to_owned()
    }

    /// The audit log, with what is counted at the moment, as JSON.
    pub async fn audit(&self) -> Vec<Value> {
        self.service.audit().flush().await.unwrap();
        let records = self.store.audit_page(0, 10_000).await.unwrap();
        records.iter().map(|record| serde_json::from_slice(&record.line).unwrap()).collect()
    }

    /// What a page on the developer's own machine is given to show.
    pub async fn first_screen(&self, handle: &Handle) -> Option<FlowView> {
        let page = Origin::parse("http://localhost:3000").unwrap();
        self.service.framed(Some(handle), Some(&page), None).await.unwrap().view
    }

    /// Sends a request to the API.
    pub async fn send(&self, call: Call) -> Answer {
        call::send(self.router.clone(), call).await
    }
}

/// A client with its secret.
#[derive(Clone)]
pub struct Company {
    pub id: String,
    pub secret: Secret,
    pub client: Client,
}

/// Whether `part` occurs in `bytes`.
pub fn contains(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|w| w == part.as_bytes())
}
