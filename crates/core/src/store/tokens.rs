//! Authorization codes, access tokens, and answers that are remembered.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use super::{ConnectSession, Principal, StoreResult};
use crate::audit::{Chain, Entry};
use crate::keys::Digest;
use crate::redirect::Redirect;

/// Seconds for which an answer is remembered under its idempotency key.
pub const ANSWER_SECONDS: i64 = 24 * 3600;
/// The use of an access token is noted once in so many seconds: reads stay reads.
pub const USE_NOTED_SECONDS: i64 = 3600;

/// An answer that is to be given again to who sends the same request with the same key.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// Digest of the client and its key ([`crate::keys::Keys::idempotency_key_digest`]).
    pub key: Digest,
    /// Digest of the request ([`crate::keys::Keys::request_digest`]).
    pub request: Digest,
    /// The answer, sealed.
    pub sealed: Vec<u8>,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// A remembered answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAnswer {
    /// Digest of the request that it answers.
    pub request: Digest,
    /// The answer, sealed.
    pub sealed: Vec<u8>,
}

/// The exchange of an authorization code.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Keyed hash of the code.
    pub code: Digest,
    /// The client that exchanges it, which has shown its secret.
    pub client_id: Uuid,
    /// Challenge of the verifier that came with it ([`crate::pkce::challenge_of`]).
    pub challenge: Option<Digest>,
    /// Keyed hash of the access token that it is to give.
    pub access: Digest,
    /// Now.
    pub at: Timestamp,
    /// The answer to remember, should the exchange succeed.
    pub answer: Option<NewAnswer>,
    /// How it is recorded, in the same transaction.
    pub record: Option<ExchangeRecord>,
}

/// Entries of the audit log for what may come of an exchange. The user is added.
#[derive(Clone, Debug)]
pub struct ExchangeRecord {
    /// The log's chain.
    pub chain: Arc<Chain>,
    /// For a code that is exchanged now.
    pub exchanged: Entry,
    /// For one that was exchanged before.
    pub replayed: Entry,
}

/// What came of [`TokenStore::redeem_code`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// The code was good and is now used.
    Yes,
    /// Unknown, another client's, expired, or with another verifier: not told apart.
    No,
    /// Its own client had used it already: it is known to more than one, so what it gave works no more.
    /// For the log; a caller is told the same as by `No`.
    Replayed {
        /// Access tokens that were revoked just now.
        revoked: usize,
    },
    /// The answer's key is in use: nothing was done.
    Known(StoredAnswer),
}

/// An access token, as stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// Who it speaks for.
    pub principal: Principal,
    /// When it was given.
    pub created_at: Timestamp,
    /// When it was last used, to [`USE_NOTED_SECONDS`].
    pub last_used_at: Option<Timestamp>,
    /// When the customer's grant ends by itself, and with it the token; `None` for never.
    pub ends_at: Option<Timestamp>,
}

/// The tokens. Each method is one transaction, as in [`super::Store`].
#[async_trait]
pub trait TokenStore: Send + Sync {
    /// Makes `code` the only usable authorization code of the session: earlier unused ones stop
    /// working. `false` when the session has no linked user or is finished.
    async fn issue_code(
        &self,
        session_id: Uuid,
        code: Digest,
        at: Timestamp,
        expires_at: Timestamp,
    ) -> StoreResult<bool>;
    /// Exchanges an authorization code: marks it used, adds the access token for the code's
    /// user, finishes the session and remembers the answer, if the code is unused, unexpired, the
    /// client's own and the challenge the session's. If it is used but all else is right (expired or
    /// not), every access token that it gave is revoked.
    async fn redeem_code(&self, exchange: Exchange) -> StoreResult<Redeemed>;
    /// Adds a session at step 0 and remembers the answer; where the answer's key is in use nothing is
    /// added, and what was answered is returned.
    async fn add_session_once(
        &self,
        session: ConnectSession,
        answer: NewAnswer,
    ) -> StoreResult<Option<StoredAnswer>>;
    /// The answer that is remembered under a key at `now`.
    async fn answer(&self, client_id: Uuid, key: &Digest, now: Timestamp) -> StoreResult<Option<StoredAnswer>>;

    /// Access token by digest.
    async fn access_token(&self, access: &Digest) -> StoreResult<Option<AccessToken>>;
    /// Notes that an access token was used at `at`, unless that is noted for the
    /// [`USE_NOTED_SECONDS`] before.
    async fn note_token_used(&self, access: &Digest, at: Timestamp) -> StoreResult<()>;
    /// Deletes an access token of this client; `false` when it has none such.
    async fn revoke_access_token(&self, access: &Digest, client_id: Uuid) -> StoreResult<bool>;
    /// Deletes an unused authorization code of this client; `false` when it has none such.
    async fn revoke_code(&self, code: &Digest, client_id: Uuid) -> StoreResult<bool>;
    /// Ends the unfinished session with this token of this client: nothing of it goes on, and its
    /// unused code stops working. The session's id; `None` when there is none such.
    async fn end_session(&self, token: &Digest, client_id: Uuid, at: Timestamp) -> StoreResult<Option<Uuid>>;
    /// Lets a run that is open at `now` go on until then; `false` when it is over or goes on for longer anyway.
    async fn extend_session(&self, session_id: Uuid, now: Timestamp, until: Timestamp) -> StoreResult<bool>;
    /// Hands an unfinished run that is at `step` over by a new link, or no longer with `None`; the step is gone
    /// then. `false`, and nothing changed, if it is not there.
    async fn hand_session(&self, session_id: Uuid, step: u32, at: Option<Timestamp>) -> StoreResult<bool>;
    /// Takes over a run that was handed over, is at `step` and was not taken: once. The step is gone then.
    async fn take_session(&self, session_id: Uuid, step: u32, at: Timestamp) -> StoreResult<bool>;
    /// Sets where an unfinished run returns to.
    async fn set_redirect(&self, session_id: Uuid, redirect: Redirect) -> StoreResult<()>;
}
