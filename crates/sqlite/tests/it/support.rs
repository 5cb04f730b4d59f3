//! A store in a folder of its own, and things to put into it.

use std::path::PathBuf;

use connect_core::connector::MeterKind;
use connect_core::flow::{Flow, Route, Stage};
use connect_core::grant::Grant;
use connect_core::keys::Digest;
use connect_core::store::{
    Access, Account, Advance, Client, ClientSecret, ClientStore, ConnectSession, Exchange, Meter, NewLink,
    SealLogin, Store, TokenStore,
};
use connect_core::token::{Environment, Handle};
use connect_sqlite::SqliteStore;
use jiff::Timestamp;
use tempfile::TempDir;
use uuid::Uuid;

/// The client that most tests are about, and a stranger.
pub const CLIENT: Uuid = Uuid::from_u128(1);
pub const STRANGER: Uuid = Uuid::from_u128(2);

/// A store with two clients.
pub struct World {
    pub store: SqliteStore,
    pub path: PathBuf,
    // Last: the folder goes after the store.
    pub _dir: TempDir,
}

pub async fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("connect.sqlite");
    let store = SqliteStore::open(&path).unwrap();
    for id in [CLIENT, STRANGER] {
        store.add_client(client(id), secret(9)).await.unwrap();
    }
    World { store, path, _dir: dir }
}

impl World {
    /// Closes the store and opens the file again.
    pub fn reopened(self) -> Self {
        let Self { store, path, _dir } = self;
        drop(store);
        Self { store: SqliteStore::open(&path).unwrap(), path, _dir }
    }

    /// Looks into the file beside the store: the first column of the first row.
    pub fn peek<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        rusqlite::Connection::open(&self.path).unwrap().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// Changes the file behind the store's back.
    pub fn meddle(&self, sql: &str) {
        rusqlite::Connection::open(&self.path).unwrap().execute_batch(sql).unwrap();
    }

    /// Adds a session, seen from [`CLIENT`].
    pub async fn session(&self) -> ConnectSession {
        let session = session(CLIENT);
        self.store.add_session(session.clone()).await.unwrap();
        session
    }

    /// A session with a linked user: session, user.
    pub async fn linked(&self, user_ref: &str, login: u64) -> (Uuid, Uuid) {
        let session = self.session().await;
        let link = NewLink { user_ref: user_ref.into(), login_digest: digest(login), ..link() };
        let user = self.store.link(change(session.id, 0), link).await.unwrap().unwrap();
        (session.id, user)
    }

    /// A code that can be exchanged until second 60: session, user.
    pub async fn code(&self, code: u64) -> (Uuid, Uuid) {
        let (session, user) = self.linked(&format!("customer-{code}"), code).await;
        assert!(self.store.issue_code(session, digest(code), at(0), at(60)).await.unwrap());
        (session, user)
    }
}

/// So many seconds after the start of a test.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

/// A digest, different for every number, the numbers scattered.
pub fn digest(number: u64) -> Digest {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    digest[24..].copy_from_slice(&number.to_be_bytes());
    digest
}

pub fn client(id: Uuid) -> Client {
    Client {
        id,
        name: "Example Solar".into(),
        environment: Environment::Sandbox,
        code_seconds: None,
        theme: connect_core::theme::Theme::default(),
        terms: None,
    }
}

pub fn secret(number: u64) -> ClientSecret {
    ClientSecret { digest: digest(number), created_at: at(0) }
}

/// An exchange of [`CLIENT`]'s at second `second`, without proof or key.
pub fn exchange(code: u64, access: u64, second: i64) -> Exchange {
    Exchange {
        code: digest(code),
        client_id: CLIENT,
        challenge: None,
        access: digest(access),
        at: at(second),
        answer: None,
        record: None,
    }
}

pub fn flow(stage: Stage) -> Flow {
    Flow { preset: Some(3), attempts: 1, stage, ..Flow::create(None, Route::Login) }
}

pub fn session(client_id: Uuid) -> ConnectSession {
    let id = Uuid::now_v7();
    ConnectSession {
        id,
        handle: Handle::parse(&id.simple().to_string()[10..]).unwrap(),
        token_digest: digest(id.as_u64_pair().1),
        client_id,
        user_ref: "customer".into(),
        created_at: at(0),
        expires_at: at(1800),
        step: 0,
        flow: flow(Stage::Welcome),
        login_state: None,
        linked_user: None,
        finished_at: None,
        code_challenge: None,
        language: None,
        redirect: None,
        handed: None,
    }
}

pub fn change(session_id: Uuid, from_step: u32) -> Advance {
    Advance { session_id, from_step, flow: flow(Stage::Select), login_state: None }
}

/// A link of [`CLIENT`]'s customer "customer", login 1, without accounts.
pub fn link() -> NewLink {
    NewLink {
        new_user_id: Uuid::now_v7(),
        client_id: CLIENT,
        user_ref: "customer".into(),
        renews: None,
        utility: 3,
        username: "user@example.com".into(),
        login_digest: digest(1),
        seal_login: Some(SealLogin(Box::new(|id| Ok(format!("sealed for {id}").into_bytes())))),
        seal_session: Some(SealLogin(Box::new(|id| Ok(format!("session for {id}").into_bytes())))),
        access: Access::Login,
        subscription: None,
        grant: Grant::default(),
        import: None,
        accounts: Vec::new(),
        at: at(10),
    }
}

pub fn meter(id: u128, kind: MeterKind) -> Meter {
    Meter { id: Uuid::from_u128(id), kind }
}

pub fn account(id: u128, number: &str, meters: &[Meter]) -> Account {
    Account {
        id: Uuid::from_u128(id),
        account_number: number.into(),
        address: format!("{number} Main Street"),
        meters: meters.to_vec(),
    }
}
