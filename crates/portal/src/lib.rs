//! The portal connector: signs in over HTTP to a utility's customer portal, as a customer would
//! with a browser, and reads accounts, readings and bills.
//!
//! It is written for the portal of Sunrise Power & Gas (`connect-sunrise`) and keeps nothing: a
//! login in progress and a session are values, with the cookies in them, which the service seals.
//!
//! # What it holds to
//!
//! - Requests go to the base address and the origins of [`PortalConfig::allowed_hosts`]. Redirects
//!   are followed by hand, a few of them, and never with a form. Those hosts are public
//!   (`connect_outbound`), but for [`PortalConfig::local_origins`].
//! - A form with a password or a code is sent once. A page is asked for again, once, when there was
//!   no connection or a gateway said so.
//! - [`InvalidCredentials`](connect_core::connector::ConnectorError::InvalidCredentials) is the
//!   portal's own notice and nothing else. A site that fails is down; a page that is not known is a
//!   change of the site, named by the place.
//! - Answers are bounded in time, bytes and tags.
//! - Values are the integers of the Green Button file.
//!
//! # Trust
//!
//! Where the portal asks for a confirmation, the box "remember this device" is ticked, and the
//! cookie that comes of it is part of the session. [`Connector::begin_again`] takes that old
//! session: with it the portal does not ask again. Without the customer it is the only safe way to
//! log in again: a session that needed a confirmation and has lost its device ends in
//! [`ChallengeNeeded`](connect_core::connector::ConnectorError::ChallengeNeeded) before the
//! password is sent, because some portals answer a password with a code.
//!
//! # A second portal
//!
//! *Configuration*, a [`PortalConfig`]: where it is, which hosts belong to it, its zone, the names
//! of its device cookies, how long codes work, and all limits. A portal of the same software needs
//! no more.
//!
//! *Code*, where the pages differ: `marks` (names of pages, fields and addresses), `login` (what
//! each page means), `account`, `bills` (how the lists are read). A portal of other software gets
//! these four of its own; cookies (`jar`), requests (`http`), forms (`page`), stored state (`state`)
//! and Green Button files (`download`, `readings`) are the same for all.
//!
//! ```
//! use connect_portal::{PortalConfig, PortalConnector};
//!
//! let connector = PortalConnector::new(PortalConfig::sunrise("http://127.0.0.1:3100"))?;
//! # Ok::<(), connect_portal::ConfigError>(())
//! ```

mod account;
mod bills;
mod config;
mod download;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod jar;
mod login;
mod marks;
mod page;
mod readings;
mod state;

use std::sync::Arc;

use async_trait::async_trait;
use connect_core::connector::{
    ChallengeInput, Connector, ConnectorError, Login, LoginContext, LoginState, LoginStep, RemoteAccount,
    UtilitySession,
};
use connect_core::usage::{Bill, Series, Window};
use tokio::time::timeout;

pub use config::{ConfigError, Limits, PortalConfig, Timeouts};
use http::Http;

/// A connector to one portal. Clones share their connections.
#[derive(Clone, Debug)]
pub struct PortalConnector {
    config: Arc<PortalConfig>,
    http: Http,
}

impl PortalConnector {
    /// A connector to this portal. Nothing is asked of it yet.
    ///
    /// # Errors
    ///
    /// When the configuration contradicts itself or would send passwords in the clear.
    pub fn new(config: PortalConfig) -> Result<Self, ConfigError> {
        let http = Http::new(&config)?;
        Ok(Self { config: Arc::new(config), http })
    }

    /// A login is awaited by a person, so all its requests together are bounded as well.
    async fn in_time<T>(
        &self,
        answer: impl Future<Output = Result<T, ConnectorError>>,
    ) -> Result<T, ConnectorError> {
        timeout(self.config.timeouts.login, answer).await.unwrap_or(Err(ConnectorError::SiteDown))
    }
}

#[async_trait]
impl Connector for PortalConnector {
    fn name(&self) -> &'static str {
        self.config.name
    }

    fn tries_before_lock(&self) -> Option<u8> {
        self.config.tries_before_lock
    }

    async fn begin(&self, cx: LoginContext, login: &Login) -> Result<LoginStep, ConnectorError> {
        self.in_time(self.sign_in(cx, login, None)).await
    }

    async fn begin_again(
        &self,
        cx: LoginContext,
        login: &Login,
        earlier: &UtilitySession,
    ) -> Result<LoginStep, ConnectorError> {
        self.in_time(self.sign_in(cx, login, Some(earlier))).await
    }

    async fn resume(
        &self,
        cx: LoginContext,
        state: LoginState,
        input: ChallengeInput,
    ) -> Result<LoginStep, ConnectorError> {
        self.in_time(self.go_on(cx, &state, &input)).await
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

    async fn bill_pdf(
        &self,
        cx: LoginContext,
        session: &UtilitySession,
        account: &RemoteAccount,
        remote_id: &str,
    ) -> Result<Vec<u8>, ConnectorError> {
        self.read_pdf(cx, session, account, remote_id).await
    }
}
