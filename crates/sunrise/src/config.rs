//! What the portal is told when it starts, and what it keeps while it runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use connect_core::clock::{Clock, SystemClock};
use connect_core::secret::Secret;
use jiff::Timestamp;

use crate::custodian::NotificationSink;
use crate::session::Sessions;
use crate::sign::Signer;

/// Settings of the portal.
#[derive(Clone)]
pub struct SunriseConfig {
    /// Source of the time: of sessions, codes and data.
    pub clock: Arc<dyn Clock>,
    /// Where the portal is reached from outside, without a slash at the end.
    pub public_url: String,
    /// Seconds without a request after which a session ends.
    pub session_idle_seconds: i64,
    /// How long the login `slow` takes.
    pub slow: Duration,
    /// Seconds after the first use from which `bad_login_after` is refused.
    pub bad_login_after_seconds: i64,
    /// Whether cookies are sent over HTTPS only.
    pub secure_cookies: bool,
    /// Key under which remembered devices and tokens of third parties are signed. With the same
    /// key they outlive a restart; without one, a new key is drawn at each start.
    pub signing_key: Option<Secret>,
    /// Companies that may ask customers for their data (Green Button Connect My Data).
    pub third_parties: Vec<ThirdParty>,
    /// Takes the news for them.
    pub notifications: Option<NotificationSink>,
}

/// A company registered for Green Button Connect My Data.
#[derive(Clone, Debug)]
pub struct ThirdParty {
    /// Identifier, sent as `client_id`.
    pub client_id: String,
    /// Secret that goes with it.
    pub client_secret: Secret,
    /// Name shown to the customer.
    pub name: String,
    /// The only address to which customers are sent back.
    pub redirect_uri: String,
    /// Where news of data is sent.
    pub notify_uri: Option<String>,
}

impl ThirdParty {
    /// The example: Connect, served at `company` (an address without a slash at the end). Its secret is
    /// public, like everything in the sandbox.
    pub fn example(company: &str) -> Self {
        Self {
            client_id: "connect-sandbox".to_owned(),
            client_secret: Secret::new("connect-sandbox-secret"),
            name: "Connect (sandbox)".to_owned(),
            redirect_uri: format!("{company}/greenbutton/callback"),
            notify_uri: Some(format!("{company}/greenbutton/notify")),
        }
    }
}

impl SunriseConfig {
    /// The portal as the documentation describes it, by the machine's clock.
    pub fn new(public_url: impl Into<String>) -> Self {
        Self {
            clock: Arc::new(SystemClock),
            public_url: public_url.into(),
            session_idle_seconds: 15 * 60,
            slow: Duration::from_secs(6),
            bad_login_after_seconds: 10 * 60,
            secure_cookies: false,
            signing_key: None,
            third_parties: Vec::new(),
            notifications: None,
        }
    }
}

/// The running portal.
pub(crate) struct App {
    pub(crate) config: SunriseConfig,
    pub(crate) sessions: Sessions,
    pub(crate) signer: Signer,
    /// When each login of `bad_login_after` was first used.
    first_use: Mutex<HashMap<&'static str, Timestamp>>,
    /// How many sessions each login of `expire_soon` has had.
    started: Mutex<HashMap<&'static str, u32>>,
    /// Authorizations whose code was exchanged, until it would have expired anyway.
    pub(crate) used_codes: Mutex<HashMap<String, Timestamp>>,
    /// Authorizations that the third party gave back.
    pub(crate) revoked: Mutex<Vec<String>>,
}

impl App {
    /// # Panics
    ///
    /// When the system's random source fails: nothing that the portal hands out would be safe.
    pub(crate) fn new(config: SunriseConfig) -> Self {
        let signer = match &config.signing_key {
            Some(key) => Signer::new(key),
            None => Signer::new(&crate::sign::random().expect("the system has random numbers")),
        };
        Self {
            sessions: Sessions::new(config.session_idle_seconds),
            signer,
            config,
            first_use: Mutex::default(),
            started: Mutex::default(),
            used_codes: Mutex::default(),
            revoked: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    /// Whether `bad_login_after` is refused by now. The first call starts its time.
    pub(crate) fn is_refused_by_now(&self, username: &'static str) -> bool {
        let now = self.now();
        let first = *locked(&self.first_use).entry(username).or_insert(now);
        now.as_second() - first.as_second() >= self.config.bad_login_after_seconds
    }

    /// Counts a session of `expire_soon`: 1 for the first one.
    pub(crate) fn count_session(&self, username: &'static str) -> u32 {
        let mut started = locked(&self.started);
        let count = started.entry(username).or_insert(0);
        *count = count.wrapping_add(1);
        *count
    }
}

/// Locks; a panic elsewhere while the lock was held does not spread.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
