//! The trait, method by method: where it runs, and what runs.

use async_trait::async_trait;
use connect_core::keys::Digest;
use connect_core::store::{
    Account, Advance, Client, ConnectSession, NewLink, Principal, Redeemed, Store, StoreResult, User,
};
use connect_core::token::Handle;
use jiff::Timestamp;
use uuid::Uuid;

use crate::sessions::{self, Change};
use crate::{SqliteStore, accounts, codes, sweep, users};

#[async_trait]
impl Store for SqliteStore {
    async fn add_client(&self, client: Client) -> StoreResult<()> {
        self.writer.submit(move |conn| sessions::add_client(conn, &client)).await
    }

    async fn client(&self, id: Uuid) -> StoreResult<Option<Client>> {
        self.readers.read(move |conn| sessions::client(conn, id)).await
    }

    async fn add_session(&self, session: ConnectSession) -> StoreResult<()> {
        let flow = sessions::flow_text(&session.flow)?;
        self.writer.submit(move |conn| sessions::add(conn, &session, &flow)).await
    }

    async fn session_by_handle(&self, handle: &Handle) -> StoreResult<Option<ConnectSession>> {
        let handle = handle.clone();
        self.readers.read(move |conn| sessions::by_handle(conn, handle.as_str())).await
    }

    async fn session_by_token(&self, digest: &Digest) -> StoreResult<Option<ConnectSession>> {
        let digest = *digest;
        self.readers.read(move |conn| sessions::by_token(conn, &digest)).await
    }

    async fn advance(&self, change: Advance) -> StoreResult<bool> {
        let change = Change::new(change)?;
        self.writer.submit(move |conn| sessions::advance(conn, &change, None)).await
    }

    async fn link(&self, change: Advance, link: NewLink) -> StoreResult<Option<Uuid>> {
        let change = Change::new(change)?;
        self.writer.submit(move |conn| users::link(conn, &change, link)).await
    }

    async fn issue_code(
        &self,
        session_id: Uuid,
        code: Digest,
        at: Timestamp,
        expires_at: Timestamp,
    ) -> StoreResult<bool> {
        self.writer.submit(move |conn| codes::issue(conn, session_id, &code, at, expires_at)).await
    }

    async fn redeem_code(
        &self,
        code: Digest,
        client_id: Uuid,
        access: Digest,
        at: Timestamp,
    ) -> StoreResult<Redeemed> {
        self.writer.submit(move |conn| codes::redeem(conn, &code, client_id, &access, at)).await
    }

    async fn principal(&self, access: &Digest) -> StoreResult<Option<Principal>> {
        let access = *access;
        self.readers.read(move |conn| codes::principal(conn, &access)).await
    }

    async fn user(&self, id: Uuid) -> StoreResult<Option<User>> {
        self.readers.read(move |conn| users::by_id(conn, id)).await
    }

    async fn user_by_ref(&self, client_id: Uuid, user_ref: &str) -> StoreResult<Option<User>> {
        let user_ref = user_ref.to_owned();
        self.readers.read(move |conn| users::by_ref(conn, client_id, &user_ref)).await
    }

    async fn user_by_login(&self, client_id: Uuid, login: &Digest) -> StoreResult<Option<User>> {
        let login = *login;
        self.readers.read(move |conn| users::by_login(conn, client_id, &login)).await
    }

    async fn accounts(&self, user_id: Uuid) -> StoreResult<Vec<Account>> {
        self.readers.read(move |conn| accounts::of_user(conn, user_id)).await
    }

    async fn delete_user(&self, user_id: Uuid) -> StoreResult<bool> {
        self.writer.submit(move |conn| users::delete(conn, user_id)).await
    }

    async fn sweep(&self, before: Timestamp) -> StoreResult<u64> {
        sweep::sweep(&self.writer, before).await
    }
}
