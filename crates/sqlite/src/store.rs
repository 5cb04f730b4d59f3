//! The trait, method by method: where it runs, and what runs.

use async_trait::async_trait;
use connect_core::keys::Digest;
use connect_core::origin::Origin;
use connect_core::redirect::{Redirect, RedirectUri};
use connect_core::store::{
    AccessToken, Account, Advance, BillDocument, Client, ClientSecret, ClientStore, ConnectSession, Exchange,
    KeyVersion, Leave, NewAnswer, NewLink, Redeemed, Reseal, Retirement, SealedItem, SealedLogins, SecretAge,
    SeriesMonths, Store, StoreResult, StoredAnswer, StoredSeries, SyncJob, SyncState, TokenStore, Turn, TurnEnd,
    UsageStore, User, VaultStore,
};
use connect_core::theme::{Logo, Theme};
use connect_core::token::Handle;
use connect_core::usage::{Correction, Fetched, Series, StoredBill, Window};
use connect_core::vault::{Check, Context, Kind};
use jiff::Timestamp;
use uuid::Uuid;

use crate::rows::json;
use crate::sessions::{self, Change};
use crate::{
    SqliteStore, accounts, answers, bills, clients, codes, documents, readings, sweep, sync, users, vault,
};

#[async_trait]
impl Store for SqliteStore {
    async fn add_session(&self, session: ConnectSession) -> StoreResult<()> {
        let flow = json(&session.flow)?;
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

    async fn session_linked(&self, user: Uuid) -> StoreResult<Option<ConnectSession>> {
        self.readers.read(move |conn| sessions::linked(conn, user)).await
    }

    async fn advance(&self, change: Advance) -> StoreResult<bool> {
        let change = Change::new(change)?;
        self.writer.submit(move |conn| sessions::advance(conn, &change, None)).await
    }

    async fn advance_with_upload(&self, change: Advance, sealed: Vec<u8>) -> StoreResult<bool> {
        let change = Change::new(change)?;
        self.writer.submit(move |conn| sessions::advance_with_upload(conn, &change, &sealed)).await
    }

    async fn upload(&self, session_id: Uuid) -> StoreResult<Option<Vec<u8>>> {
        self.readers.read(move |conn| sessions::upload(conn, session_id)).await
    }

    async fn link(&self, change: Advance, link: NewLink) -> StoreResult<Option<Uuid>> {
        let change = Change::new(change)?;
        self.writer.submit(move |conn| users::link(conn, &change, link)).await
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

    async fn users_by_subscription(&self, subscription: &str) -> StoreResult<Vec<User>> {
        let subscription = subscription.to_owned();
        self.readers.read(move |conn| users::by_subscription(conn, &subscription)).await
    }

    async fn accounts(&self, user_id: Uuid) -> StoreResult<Vec<Account>> {
        self.readers.read(move |conn| accounts::of_user(conn, user_id)).await
    }

    async fn users_ended(&self, now: Timestamp) -> StoreResult<Vec<Uuid>> {
        self.readers.read(move |conn| users::ended(conn, now)).await
    }

    async fn delete_user(&self, user_id: Uuid, ended: Option<Timestamp>) -> StoreResult<bool> {
        self.writer.shred(move |conn| users::delete(conn, user_id, ended)).await
    }

    async fn sweep(&self, before: Timestamp) -> StoreResult<u64> {
        sweep::sweep(&self.writer, before).await
    }
}

#[async_trait]
impl ClientStore for SqliteStore {
    async fn add_client(&self, client: Client, secret: ClientSecret) -> StoreResult<()> {
        self.writer.submit(move |conn| clients::add(conn, &client, &secret)).await
    }

    async fn client(&self, id: Uuid) -> StoreResult<Option<Client>> {
        self.readers.read(move |conn| clients::by_id(conn, id)).await
    }

    async fn client_with_secrets(&self, id: Uuid) -> StoreResult<Option<(Client, Vec<ClientSecret>)>> {
        self.readers.read(move |conn| clients::with_secrets(conn, id)).await
    }

    async fn clients(&self) -> StoreResult<Vec<Client>> {
        self.readers.read(clients::all).await
    }

    async fn add_client_secret(&self, id: Uuid, secret: ClientSecret) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::add_secret(conn, id, &secret)).await
    }

    async fn remove_client_secret(&self, id: Uuid, which: SecretAge) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::remove_secret(conn, id, which)).await
    }

    async fn client_origins(&self, id: Uuid) -> StoreResult<Vec<Origin>> {
        self.readers.read(move |conn| clients::origins(conn, id)).await
    }

    async fn add_client_origin(&self, id: Uuid, origin: Origin) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::add_origin(conn, id, &origin)).await
    }

    async fn remove_client_origin(&self, id: Uuid, origin: Origin) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::remove_origin(conn, id, &origin)).await
    }

    async fn redirect_uris(&self, id: Uuid) -> StoreResult<Vec<RedirectUri>> {
        self.readers.read(move |conn| clients::redirect_uris(conn, id)).await
    }

    async fn add_redirect_uri(&self, id: Uuid, uri: RedirectUri) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::add_redirect_uri(conn, id, &uri)).await
    }

    async fn remove_redirect_uri(&self, id: Uuid, uri: RedirectUri) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::remove_redirect_uri(conn, id, &uri)).await
    }

    async fn set_code_seconds(&self, id: Uuid, seconds: Option<u32>) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::set_code_seconds(conn, id, seconds)).await
    }

    async fn rename_client(&self, id: Uuid, name: String) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::rename(conn, id, &name)).await
    }

    async fn set_terms(&self, id: Uuid, terms: Option<RedirectUri>) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::set_terms(conn, id, terms.as_ref())).await
    }

    async fn set_client_theme(&self, id: Uuid, theme: Theme, logo: Option<Logo>) -> StoreResult<bool> {
        self.writer.submit(move |conn| clients::set_theme(conn, id, &theme, logo.as_ref())).await
    }

    async fn logo(&self, name: &str) -> StoreResult<Option<Logo>> {
        let name = name.to_owned();
        self.readers.read(move |conn| clients::logo(conn, &name)).await
    }
}

#[async_trait]
impl TokenStore for SqliteStore {
    async fn issue_code(
        &self,
        session_id: Uuid,
        code: Digest,
        at: Timestamp,
        expires_at: Timestamp,
    ) -> StoreResult<bool> {
        self.writer.submit(move |conn| codes::issue(conn, session_id, &code, at, expires_at)).await
    }

    async fn redeem_code(&self, exchange: Exchange) -> StoreResult<Redeemed> {
        self.writer.submit(move |conn| codes::redeem(conn, &exchange)).await
    }

    async fn add_session_once(
        &self,
        session: ConnectSession,
        answer: NewAnswer,
    ) -> StoreResult<Option<StoredAnswer>> {
        let flow = json(&session.flow)?;
        self.writer.submit(move |conn| sessions::add_once(conn, &session, &flow, &answer)).await
    }

    async fn answer(&self, client_id: Uuid, key: &Digest, now: Timestamp) -> StoreResult<Option<StoredAnswer>> {
        let key = *key;
        self.readers.read(move |conn| answers::find(conn, client_id, &key, now)).await
    }

    async fn access_token(&self, access: &Digest) -> StoreResult<Option<AccessToken>> {
        let access = *access;
        self.readers.read(move |conn| codes::access_token(conn, &access)).await
    }

    async fn note_token_used(&self, access: &Digest, at: Timestamp) -> StoreResult<()> {
        let access = *access;
        self.writer.submit(move |conn| codes::note_used(conn, &access, at)).await
    }

    async fn revoke_access_token(&self, access: &Digest, client_id: Uuid) -> StoreResult<bool> {
        let access = *access;
        self.writer.submit(move |conn| codes::revoke_access(conn, &access, client_id)).await
    }

    async fn revoke_code(&self, code: &Digest, client_id: Uuid) -> StoreResult<bool> {
        let code = *code;
        self.writer.submit(move |conn| codes::revoke(conn, &code, client_id)).await
    }

    async fn end_session(&self, token: &Digest, client_id: Uuid, at: Timestamp) -> StoreResult<Option<Uuid>> {
        let token = *token;
        self.writer.submit(move |conn| sessions::end(conn, &token, client_id, at)).await
    }

    async fn extend_session(&self, session_id: Uuid, now: Timestamp, until: Timestamp) -> StoreResult<bool> {
        self.writer.submit(move |conn| sessions::extend(conn, session_id, now, until)).await
    }

    async fn hand_session(&self, session_id: Uuid, step: u32, at: Option<Timestamp>) -> StoreResult<bool> {
        self.writer.submit(move |conn| sessions::hand(conn, session_id, step, at)).await
    }

    async fn take_session(&self, session_id: Uuid, step: u32, at: Timestamp) -> StoreResult<bool> {
        self.writer.submit(move |conn| sessions::take(conn, session_id, step, at)).await
    }

    async fn set_redirect(&self, session_id: Uuid, redirect: Redirect) -> StoreResult<()> {
        self.writer.submit(move |conn| sessions::set_redirect(conn, session_id, &redirect)).await
    }
}

#[async_trait]
impl UsageStore for SqliteStore {
    async fn claim_sync(
        &self,
        lease: Uuid,
        now: Timestamp,
        until: Timestamp,
        except: Vec<u32>,
    ) -> StoreResult<Option<SyncJob>> {
        self.writer.submit(move |conn| sync::claim(conn, lease, now, until, &except)).await
    }

    async fn put_accounts(&self, turn: Turn, found: Vec<Account>) -> StoreResult<Option<Vec<Account>>> {
        self.writer.submit(move |conn| accounts::put(conn, turn, found)).await
    }

    async fn put_readings(
        &self,
        turn: Turn,
        meter: Uuid,
        fetched: Fetched,
        series: Vec<Series>,
    ) -> StoreResult<bool> {
        self.writer.submit(move |conn| readings::put(conn, turn, meter, fetched, series)).await
    }

    async fn may_log_in(&self, turn: Turn, wait_seconds: i64) -> StoreResult<Leave> {
        self.writer.submit(move |conn| sync::may_log_in(conn, turn, wait_seconds)).await
    }

    async fn switch_utility(&self, utility: u32, off: Option<String>, now: Timestamp) -> StoreResult<()> {
        self.writer.submit(move |conn| sync::switch(conn, utility, off.as_deref(), now)).await
    }

    async fn utilities_off(&self) -> StoreResult<Vec<(u32, String)>> {
        self.readers.read(sync::off).await
    }

    async fn hasten_sync(&self, user: Uuid, now: Timestamp) -> StoreResult<()> {
        self.writer.submit(move |conn| sync::hasten(conn, user, now)).await
    }

    async fn data_announced(&self, user: Uuid, now: Timestamp) -> StoreResult<()> {
        self.writer.submit(move |conn| sync::announced(conn, user, now)).await
    }

    async fn put_bills(&self, turn: Turn, account: Uuid, bills: Vec<StoredBill>) -> StoreResult<bool> {
        self.writer.submit(move |conn| bills::put(conn, turn, account, bills)).await
    }

    async fn put_session(&self, turn: Turn, sealed: Vec<u8>) -> StoreResult<bool> {
        self.writer.submit(move |conn| sync::put_session(conn, turn, &sealed)).await
    }

    async fn end_turn(&self, turn: Turn, end: TurnEnd) -> StoreResult<bool> {
        self.writer.submit(move |conn| sync::end(conn, turn, &end)).await
    }

    async fn sealed_logins(&self, user: Uuid) -> StoreResult<Option<SealedLogins>> {
        self.readers.read(move |conn| sync::sealed(conn, user)).await
    }

    async fn sync_state(&self, user: Uuid) -> StoreResult<Option<SyncState>> {
        self.readers.read(move |conn| sync::state(conn, user)).await
    }

    async fn reading_months(&self, user: Uuid, meter: Uuid, window: Window) -> StoreResult<Vec<SeriesMonths>> {
        self.readers.read(move |conn| readings::months_of_meter(conn, user, meter, window)).await
    }

    async fn readings(&self, user: Uuid, meter: Uuid, window: Window) -> StoreResult<Vec<StoredSeries>> {
        self.readers.read(move |conn| readings::of_meter(conn, user, meter, window)).await
    }

    async fn corrections(&self, user: Uuid, meter: Uuid, window: Window) -> StoreResult<Vec<Correction>> {
        self.readers.read(move |conn| readings::corrections(conn, user, meter, window)).await
    }

    async fn bills(&self, user: Uuid) -> StoreResult<Vec<StoredBill>> {
        self.readers.read(move |conn| bills::of_user(conn, user)).await
    }

    async fn put_document(&self, user: Uuid, bill: Uuid, document: BillDocument) -> StoreResult<bool> {
        self.writer.submit(move |conn| documents::put(conn, user, bill, &document)).await
    }

    async fn document(&self, user: Uuid, bill: Uuid) -> StoreResult<Option<BillDocument>> {
        self.readers.read(move |conn| documents::of_bill(conn, user, bill)).await
    }
}

#[async_trait]
impl VaultStore for SqliteStore {
    async fn key_versions(&self) -> StoreResult<Vec<KeyVersion>> {
        self.readers.read(vault::versions).await
    }

    async fn add_key_versions(&self, versions: Vec<(u32, Check)>, at: Timestamp) -> StoreResult<()> {
        self.writer.submit(move |conn| vault::add_versions(conn, &versions, at)).await
    }

    async fn retire_key_version(
        &self,
        version: u32,
        superseded_before: Timestamp,
        at: Timestamp,
        despite: u64,
    ) -> StoreResult<Retirement> {
        self.writer.shred(move |conn| vault::retire(conn, version, superseded_before, at, despite)).await
    }

    async fn has_clients(&self) -> StoreResult<bool> {
        self.readers.read(vault::has_clients).await
    }

    async fn service_secret(&self, name: &str) -> StoreResult<Option<Vec<u8>>> {
        let name = name.to_owned();
        self.readers.read(move |conn| vault::secret(conn, &name)).await
    }

    async fn put_service_secret(&self, name: &str, sealed: Vec<u8>) -> StoreResult<Vec<u8>> {
        let name = name.to_owned();
        self.writer.submit(move |conn| vault::put_secret(conn, &name, &sealed)).await
    }

    async fn sealed_items(
        &self,
        kind: Kind,
        version: u32,
        after: Option<Context>,
        limit: u32,
    ) -> StoreResult<Vec<SealedItem>> {
        self.readers.read(move |conn| vault::items(conn, kind, version, after.as_ref(), limit)).await
    }

    async fn reseal(&self, items: Vec<Reseal>) -> StoreResult<u64> {
        self.writer.submit(move |conn| vault::reseal(conn, &items)).await
    }

    async fn sealed_counts(&self, kind: Kind) -> StoreResult<Vec<(u32, u64)>> {
        self.readers.read(move |conn| vault::counts(conn, kind)).await
    }
}
