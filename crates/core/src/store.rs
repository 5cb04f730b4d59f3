//! What the service keeps, and the interface that every store implements.
//!
//! Rules that concern atomicity live here as contracts of the methods: a store must carry each
//! out as one transaction that is durable when the method returns. Nothing works twice that
//! should work once, however many callers try at the same time.

mod audit;
mod clients;
mod outages;
mod tokens;
mod tries;
mod usage;
mod vault;

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use uuid::Uuid;

use crate::clock::after;
use crate::connector::MeterKind;
use crate::flow::{Flow, Stage};
use crate::grant::Grant;
use crate::keys::Digest;
use crate::language::Language;
use crate::redirect::Redirect;
use crate::token::Handle;
use crate::usage::{Bill, Series};
use crate::vault::VaultError;
pub use audit::AuditStore;
pub use clients::{Client, ClientSecret, ClientStore, MAX_SECRETS, SecretAge};
pub use outages::{OutageStore, REQUEST_DAYS};
pub use tokens::{
    ANSWER_SECONDS, AccessToken, Exchange, ExchangeRecord, NewAnswer, Redeemed, StoredAnswer, TokenStore,
    USE_NOTED_SECONDS,
};
pub use tries::TryStore;
pub use usage::{
    BillDocument, Leave, SealedLogins, SeriesMonths, StoredSeries, SyncJob, SyncProgress, SyncState, Turn,
    TurnEnd, UsageStore,
};
pub use vault::{KeyVersion, Reseal, Retirement, SealedItem, VaultStore};

/// One run of Connect, opened by a connect token.
#[derive(Clone, Debug)]
pub struct ConnectSession {
    /// Row key.
    pub id: Uuid,
    /// Public handle of the connect token.
    pub handle: Handle,
    /// Keyed hash of the connect token.
    pub token_digest: Digest,
    /// Company that created the token.
    pub client_id: Uuid,
    /// The company's own id of its customer (`user_id`).
    pub user_ref: String,
    /// When the token was made.
    pub created_at: Timestamp,
    /// When the token stops working.
    pub expires_at: Timestamp,
    /// Version of `flow`: every change raises it by one.
    pub step: u32,
    /// Where the customer is.
    pub flow: Flow,
    /// A login in progress at the utility, sealed.
    pub login_state: Option<Vec<u8>>,
    /// The user that this run linked, once it did.
    pub linked_user: Option<Uuid>,
    /// When the authorization code of this run was exchanged, or the token revoked: it is used up.
    pub finished_at: Option<Timestamp>,
    /// What the exchange of the code must prove to know ([`crate::pkce`]); `None` without.
    pub code_challenge: Option<Digest>,
    /// The language that the company asked for; `None` leaves it to the page and the browser.
    pub language: Option<Language>,
    /// Where the run returns to, if it has the whole window.
    pub redirect: Option<Redirect>,
    /// That the run goes on on another device; `None` for who has it there.
    pub handed: Option<Handed>,
}

/// A run that goes on on another device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handed {
    /// When its link was made.
    pub at: Timestamp,
    /// When it was taken over there.
    pub taken_at: Option<Timestamp>,
}

/// Seconds that a run whose link exists stays open past its token's time: the customer may look
/// at the confirmation for longer, and closing it is still a success.
pub const LINKED_GRACE_SECONDS: i64 = 3600;

/// Longest life of a run, however often the customer asks for more time: WCAG 2.2 wants ten times (2.2.1), and nobody
/// links for a day.
pub const LONGEST_RUN_SECONDS: i64 = 6 * 3600;

impl ConnectSession {
    /// Until when the run is open if the customer asks for more time now, `life` being that of a new token.
    pub fn longer(&self, now: Timestamp, life: i64) -> Timestamp {
        let most = after(self.created_at, LONGEST_RUN_SECONDS);
        after(now, life).min(most).max(self.expires_at)
    }

    /// When the run closes.
    pub fn open_until(&self) -> Timestamp {
        match (self.linked_user, &self.flow.stage) {
            (Some(_), _) => after(self.expires_at, LINKED_GRACE_SECONDS),
            // A check that began in time is waited for: the utility may accept it.
            (None, Stage::Checking { until, .. }) => self.expires_at.max(*until),
            (None, _) => self.expires_at,
        }
    }
}

/// A change of a session, made only if the session is still at `from_step`.
#[derive(Clone, Debug)]
pub struct Advance {
    /// Session to change.
    pub session_id: Uuid,
    /// Step it must be at.
    pub from_step: u32,
    /// New flow; the step becomes `from_step + 1`.
    pub flow: Flow,
    /// New login state; `None` clears it.
    pub login_state: Option<Vec<u8>>,
}

/// A link to be written together with an [`Advance`].
#[derive(Debug)]
pub struct NewLink {
    /// Row key for the user, if it turns out to be a new one.
    pub new_user_id: Uuid,
    /// Company.
    pub client_id: Uuid,
    /// The company's own id of its customer.
    pub user_ref: String,
    /// User that an `update` run renews.
    pub renews: Option<Uuid>,
    /// Utility.
    pub utility: u32,
    /// User name at the utility.
    pub username: String,
    /// Identity of the login ([`crate::keys::Keys::login_digest`]).
    pub login_digest: Digest,
    /// Seals the login for the user's final id; a failure undoes the transaction. `None` where there is no login.
    pub seal_login: Option<SealLogin>,
    /// Seals the accepted session at the utility for the user's final id, likewise; `None` without one.
    pub seal_session: Option<SealLogin>,
    /// How the data comes in.
    pub access: Access,
    /// The address by which the utility's notifications name the data.
    pub subscription: Option<String>,
    /// What the customer shares.
    pub grant: Grant,
    /// What the customer's file holds, for each of `accounts`. Then nothing is fetched: the job rests.
    pub import: Option<Vec<Import>>,
    /// Accounts found under the login. They replace what is stored, matched by account number:
    /// a known account keeps its ids. None at all are not known yet, which takes nothing away.
    pub accounts: Vec<Account>,
    /// Now.
    pub at: Timestamp,
}

/// Seals the login for the id that the user turns out to have, which is known only inside the
/// transaction: the ciphertext is bound to that id.
pub struct SealLogin(pub Box<dyn FnOnce(Uuid) -> Result<Vec<u8>, VaultError> + Send>);

impl fmt::Debug for SealLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealLogin(…)")
    }
}

/// How the data of a user comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// By the customer's login.
    Login,
    /// By the customer's consent at the utility's own site.
    Consent,
    /// By a file of the customer.
    File,
}

/// What a customer's file holds of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Series of each meter, in the account's order.
    pub meters: Vec<Vec<Series>>,
    /// Bills, each with the id that it gets should it be new.
    pub bills: Vec<(Uuid, Bill)>,
}

/// One utility login of one company's customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Row key.
    pub id: Uuid,
    /// Company.
    pub client_id: Uuid,
    /// The company's own id; `None` once another login has taken it over.
    pub user_ref: Option<String>,
    /// Utility.
    pub utility: u32,
    /// User name at the utility.
    pub username: String,
    /// False when the utility no longer accepts the stored login.
    pub credentials_valid: bool,
    /// How the data comes in.
    pub access: Access,
    /// When it was last linked.
    pub linked_at: Timestamp,
    /// What the customer shares.
    pub grant: Grant,
}

/// A utility account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identifier that clients see. Unique within a user.
    pub id: Uuid,
    /// Number as on the bill.
    pub account_number: String,
    /// Service address.
    pub address: String,
    /// Meters, in the connector's order.
    pub meters: Vec<Meter>,
}

/// A meter of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Identifier that clients see. Unique within a user.
    pub id: Uuid,
    /// What it measures.
    pub kind: MeterKind,
}

/// Who an access token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal {
    /// Company that the token was given to.
    pub client_id: Uuid,
    /// User whose data it reads.
    pub user_id: Uuid,
}

/// The store failed. The message is for the log, never for a caller of the API.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or could not be reached.
    #[error("store: {0}")]
    Backend(String),
    /// A stored value could not be read.
    #[error("store: a stored {0} could not be read")]
    Corrupt(&'static str),
    /// The login could not be sealed.
    #[error("store: {0}")]
    Seal(#[from] VaultError),
    /// The store is closing.
    #[error("store: closed")]
    Closed,
}

/// Result of a store call.
pub type StoreResult<T> = Result<T, StoreError>;

/// Everything that the service keeps.
#[async_trait]
pub trait Store:
    UsageStore + ClientStore + TokenStore + VaultStore + AuditStore + TryStore + OutageStore + Send + Sync
{
    /// Adds a session at step 0.
    async fn add_session(&self, session: ConnectSession) -> StoreResult<()>;
    /// Session by the public handle, whatever its state.
    async fn session_by_handle(&self, handle: &Handle) -> StoreResult<Option<ConnectSession>>;
    /// Session by the token's digest, whatever its state.
    async fn session_by_token(&self, digest: &Digest) -> StoreResult<Option<ConnectSession>>;
    /// The latest session that linked this user, whatever its state.
    async fn session_linked(&self, user: Uuid) -> StoreResult<Option<ConnectSession>>;
    /// Carries out `change` if the session is at `from_step`; `false`, and nothing changed, if not.
    async fn advance(&self, change: Advance) -> StoreResult<bool>;
    /// Like [`Store::advance`], and keeps what was read in a file under the session, sealed. Every
    /// other change of the session to a stage that does not keep it ([`Stage::keeps_upload`]) deletes
    /// it.
    async fn advance_with_upload(&self, change: Advance, sealed: Vec<u8>) -> StoreResult<bool>;
    /// What [`Store::advance_with_upload`] kept.
    async fn upload(&self, session_id: Uuid) -> StoreResult<Option<Vec<u8>>>;
    /// Carries out `change` and writes `link` in one transaction, if the session is at
    /// `from_step`; `None`, and nothing changed, if not.
    ///
    /// The user is the one with this login of this client; else the one that is renewed; else a
    /// new one. It gets `user_ref` (another user of the client that had it loses it), the user
    /// name, the sealed login and session for its id, `credentials_valid`, the accounts, and a sync job
    /// that is due at once. The session gets `linked_user`.
    ///
    /// A user whose data came in another way keeps it; of what is there nothing counts as fetched then.
    /// Whoever wanted to be told when the utility works again has been served.
    ///
    /// With an [`Import`] accounts that it does not name stay, its readings and bills are merged
    /// into what is there, and the job is at rest. The session's upload is deleted.
    ///
    /// Of what is there, months and bills that the grant does not reach any more are deleted. Where other
    /// choices were made than before, everything is fetched anew.
    async fn link(&self, change: Advance, link: NewLink) -> StoreResult<Option<Uuid>>;

    /// User by row key.
    async fn user(&self, id: Uuid) -> StoreResult<Option<User>>;
    /// User by the company's own id.
    async fn user_by_ref(&self, client_id: Uuid, user_ref: &str) -> StoreResult<Option<User>>;
    /// User by login.
    async fn user_by_login(&self, client_id: Uuid, login: &Digest) -> StoreResult<Option<User>>;
    /// Users whose data the utility's notifications name by this address.
    async fn users_by_subscription(&self, subscription: &str) -> StoreResult<Vec<User>>;
    /// Accounts of a user, in the connector's order.
    async fn accounts(&self, user_id: Uuid) -> StoreResult<Vec<Account>>;
    /// Users whose grant has ended by `now`, at most a hundred.
    async fn users_ended(&self, now: Timestamp) -> StoreResult<Vec<Uuid>>;
    /// Deletes a user with everything that hangs on it: accounts, sealed login, access tokens,
    /// unused codes, the sessions that linked it, requests to be told of outages. `false` when it does not exist, or,
    /// with `ended`, when its grant has not ended by then.
    async fn delete_user(&self, user_id: Uuid, ended: Option<Timestamp>) -> StoreResult<bool>;
    /// Deletes sessions, codes and remembered answers that expired before `before`, and tries at utilities
    /// that count no more; how many rows. The caller leaves [`LINKED_GRACE_SECONDS`].
    async fn sweep(&self, before: Timestamp) -> StoreResult<u64>;
}
