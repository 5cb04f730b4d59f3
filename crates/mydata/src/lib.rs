//! Green Button Connect My Data (ESPI, NAESB REQ.21), from the third party's side: the customer
//! consents at the utility's own site, and the connector reads accounts, readings and bills with a
//! token. It never sees a password.
//!
//! It keeps nothing: a consent is a value with the tokens in it, which the service seals.
//!
//! # The way of a consent
//!
//! 1. [`Connector::consent_url`] is where the customer goes. They come back to
//!    [`MyDataConfig::redirect_uri`] with `code` and `state`, or with `error`.
//! 2. [`Connector::redeem`] turns the code into a session.
//! 3. [`Connector::accounts`], [`Connector::readings`] and [`Connector::bills`] read. When they answer
//!    [`SessionExpired`](ConnectorError::SessionExpired), [`Connector::renew`] gives the next session,
//!    which must be stored in place of the old one: the custodian may have changed both tokens.
//! 4. The custodian announces data by a `POST` of addresses ([`batch_list`]); those of a session begin
//!    with its [`Connector::subscription`].
//!
//! # What its answers mean
//!
//! | custodian | connector |
//! |---|---|
//! | 202 | [`NotReady`](ConnectorError::NotReady) |
//! | 204 | no data |
//! | 401, or a token that ends within a minute | [`SessionExpired`](ConnectorError::SessionExpired) |
//! | 403, or `invalid_grant` for a refresh token | [`InvalidCredentials`](ConnectorError::InvalidCredentials): the consent is over |
//! | `invalid_grant` for a code | [`ChallengeExpired`](ConnectorError::ChallengeExpired): too old, or used |
//! | 429, 5xx, no answer in time | [`SiteDown`](ConnectorError::SiteDown) |
//! | anything else: other codes, redirects, text that is too long or unknown | [`SiteChanged`](ConnectorError::SiteChanged) |
//!
//! # What it holds to
//!
//! - Tokens go to [`MyDataConfig::base_url`] and [`MyDataConfig::allowed_hosts`] and nowhere else,
//!   whatever the custodian names. Redirects are not followed. Those hosts are public
//!   (`connect_outbound`), but for [`MyDataConfig::local_origins`].
//! - Answers are bounded in time and bytes. XML with a DTD is refused.
//! - Values are the integers of the feed.
//!
//! ```
//! use connect_core::connector::Connector;
//! use connect_mydata::{MyDataConfig, MyDataConnector};
//!
//! let config = MyDataConfig::sunrise("http://127.0.0.1:3100", "http://127.0.0.1:3000/back");
//! let connector = MyDataConnector::new(config)?;
//! let url = connector.consent_url("a-random-state").unwrap();
//! assert!(url.starts_with("http://127.0.0.1:3100/oauth/authorize?response_type=code&client_id="));
//! # Ok::<(), connect_mydata::ConfigError>(())
//! ```

mod accounts;
mod bills;
mod config;
mod feed;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod notice;
mod oauth;
mod readings;
mod state;

use std::sync::Arc;

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, RemoteAccount,
    UtilitySession,
};
use connect_core::secret::Secret;
use connect_core::usage::{Bill, Series, Window};

pub use config::{ConfigError, Limits, MyDataConfig, Timeouts};
use http::Http;
pub use notice::{BatchListError, MAX_BATCH_ADDRESSES, MAX_BATCH_BYTES, batch_list};
use state::Consent;

/// A connector to one custodian. Clones share their connections.
#[derive(Clone, Debug)]
pub struct MyDataConnector {
    config: Arc<MyDataConfig>,
    http: Http,
}

impl MyDataConnector {
    /// A connector to this custodian. Nothing is asked of it yet.
    ///
    /// # Errors
    ///
    /// When the configuration contradicts itself or would send tokens in the clear.
    pub fn new(config: MyDataConfig) -> Result<Self, ConfigError> {
        let http = Http::new(&config)?;
        Ok(Self { config: Arc::new(config), http })
    }
}

#[async_trait]
impl Connector for MyDataConnector {
    fn name(&self) -> &'static str {
        self.config.name
    }

    /// There is no password to sign in with.
    async fn begin(&self, _: LoginContext, _: &Login) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::NotOffered)
    }

    async fn resume(
        &self,
        _: LoginContext,
        _: LoginState,
        _: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        Err(ConnectorError::NotOffered)
    }

    fn consent_url(&self, state: &str) -> Option<String> {
        Some(self.consent_address(state))
    }

    async fn redeem(&self, cx: LoginContext, code: &Secret) -> Result<UtilitySession, ConnectorError> {
        self.exchange(cx, code).await
    }

    async fn renew(&self, cx: LoginContext, session: &UtilitySession) -> Result<UtilitySession, ConnectorError> {
        self.refresh(cx, session).await
    }

    async fn give_back(&self, _: LoginContext, session: &UtilitySession) -> Result<(), ConnectorError> {
        let consent = Consent::open(self.config.name, session)?;
        match &consent.authorization {
            Some(address) => self.http.delete(address, &consent.access).await,
            None => Ok(()),
        }
    }

    fn subscription(&self, session: &UtilitySession) -> Option<String> {
        Consent::open(self.config.name, session).ok().map(|consent| consent.resource)
    }

    async fn accounts(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
    ) -> Result<Vec<RemoteAccount>, ConnectorError> {
        self.list(cx, session).await
    }

    async fn readings(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        meter: usize,
        window: Window,
    ) -> Result<Vec<Series>, ConnectorError> {
        self.read_meter(cx, session, account, meter, window).await
    }

    async fn bills(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
    ) -> Result<Vec<Bill>, ConnectorError> {
        self.read_bills(cx, session, account).await
    }
}
