//! What the connector is told about a custodian: the utility's side of Connect My Data.

use std::time::Duration;

use connect_core::secret::Secret;
use connect_outbound::header::HeaderValue;
use connect_outbound::{AddressError, OriginError, Origins, Url};
use jiff::tz::TimeZone;

/// A custodian: where it is, who Connect is there, and how far it is trusted.
#[derive(Clone, Debug)]
pub struct MyDataConfig {
    /// Name of the connector, part of stored state. Each custodian has its own: the tokens of one
    /// are never sent to another.
    pub name: &'static str,
    /// Origin of the data, as `https://api.example.com`. Plain `http` only on this machine.
    pub base_url: String,
    /// Where the customer consents. Only the browser goes there; a query that it has is kept.
    pub authorize_url: String,
    /// Where codes and refresh tokens are exchanged.
    pub token_url: String,
    /// Who Connect is at the custodian.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: Secret,
    /// Where the customer comes back to, exactly as registered at the custodian.
    pub redirect_uri: String,
    /// What is asked for, in ESPI's notation. The custodian may grant less.
    pub scope: String,
    /// Further origins (`https://data.example.com`, with the port where it is not the usual one) that
    /// the custodian may name for its resources. Tokens go nowhere else.
    pub allowed_hosts: Vec<String>,
    /// Those origins of the data and of `token_url` that may be on this machine or a private network.
    /// All others must be public.
    pub local_origins: Vec<String>,
    /// The zone in which the utility keeps its days.
    pub time_zone: TimeZone,
    /// The longest stretch that is asked for at once, in days.
    pub max_days: u16,
    /// How the service introduces itself.
    pub user_agent: String,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// How much to read.
    pub limits: Limits,
}

/// How long to wait for a custodian.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a request, from the connection to the last byte of the answer.
    pub request: Duration,
}

/// How much to read of a custodian.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of an answer with tokens.
    pub token_bytes: usize,
    /// Bytes of a feed.
    pub xml_bytes: usize,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), request: Duration::from_secs(25) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { token_bytes: 64 << 10, xml_bytes: 64 << 20 }
    }
}

impl MyDataConfig {
    /// Sunrise Power & Gas, the utility that does not exist, at `base`, which is local, as its example
    /// client. Nothing of it is secret. Customers come back to `redirect_uri`, which the sandbox utility must know.
    pub fn sunrise(base: &str, redirect_uri: &str) -> Self {
        Self {
            name: "sunrise-my-data",
            base_url: base.to_owned(),
            authorize_url: format!("{base}/oauth/authorize"),
            token_url: format!("{base}/oauth/token"),
            client_id: "connect-sandbox".to_owned(),
            client_secret: Secret::new("connect-sandbox-secret"),
            redirect_uri: redirect_uri.to_owned(),
            scope: "FB=1_3_4_5_13_15_16_18_31_37_39_44;IntervalDuration=900_3600_86400;BlockDuration=daily;\
                    HistoryLength=24;SubscriptionFrequency=daily"
                .to_owned(),
            allowed_hosts: Vec::new(),
            local_origins: vec![base.to_owned()],
            time_zone: TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC),
            max_days: 92,
            user_agent: concat!("connect-mydata/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
        }
    }
}

/// What is wrong with a [`MyDataConfig`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not an address of a web site.
    #[error("`{0}` is not an origin such as https://api.example.com")]
    NotAnOrigin(String),
    /// Not an address of a page.
    #[error("the {0} is not an address such as https://api.example.com/token, without user name and fragment")]
    NotAnAddress(&'static str),
    /// Tokens would travel in the clear.
    #[error("the {0} must be https: plain http is for this machine only")]
    NotSecure(&'static str),
    /// It is on this machine or a private network and not in `local_origins`, or where nothing is ever
    /// connected to.
    #[error("the {0} is not public, and not opened by local_origins")]
    NotPublic(&'static str),
    /// Connect could not say who it is.
    #[error("client_id and client_secret must not be empty")]
    NoClient,
    /// No request can have it.
    #[error("the user agent cannot be sent as a header")]
    UserAgent,
    /// Nothing could be asked for.
    #[error("the longest stretch must be at least a day")]
    NoDays,
    /// The client could not be set up.
    #[error("the HTTP client cannot be set up")]
    Client,
}

/// The addresses of a checked configuration.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    /// Where tokens may go.
    pub(crate) data: Origins,
    /// These, and where tokens come from: all that is ever connected to.
    pub(crate) all: Origins,
}

impl MyDataConfig {
    pub(crate) fn check(&self) -> Result<Places, ConfigError> {
        HeaderValue::from_str(&self.user_agent).map_err(|_| ConfigError::UserAgent)?;
        if self.max_days < 1 {
            return Err(ConfigError::NoDays);
        }
        if self.client_id.is_empty() || self.client_secret.expose().is_empty() {
            return Err(ConfigError::NoClient);
        }
        address("redirect_uri", &self.redirect_uri)?;
        let authorize = address("authorize_url", &self.authorize_url)?;
        let token = address("token_url", &self.token_url)?;
        let allowed = std::iter::once(&self.base_url).chain(&self.allowed_hosts);
        let data = Origins::new(allowed.map(String::as_str), &self.local_origins);
        let data = data.map_err(|error| refused("base_url", error))?;
        let all = data.clone().and(&token).map_err(|error| refused("token_url", error))?;
        Ok(Places { authorize, token, data, all })
    }
}

fn refused(name: &'static str, error: OriginError) -> ConfigError {
    match error {
        OriginError::NotAnOrigin(text) => ConfigError::NotAnOrigin(text),
        OriginError::NotSecure(_) => ConfigError::NotSecure(name),
        OriginError::NotPublic(_) => ConfigError::NotPublic(name),
    }
}

/// An address that secrets may go to. It is not part of the error: it may have been mistaken for a
/// place to put one.
fn address(name: &'static str, text: &str) -> Result<Url, ConfigError> {
    connect_outbound::address(text).map_err(|error| match error {
        AddressError::NotAnAddress => ConfigError::NotAnAddress(name),
        AddressError::NotSecure => ConfigError::NotSecure(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACK: &str = "https://app.example.com/back";

    fn check(change: impl FnOnce(&mut MyDataConfig)) -> Result<Places, ConfigError> {
        let mut config = MyDataConfig::sunrise("https://api.example.com", BACK);
        change(&mut config);
        config.check()
    }

    #[test]
    fn scheme_host_and_port_must_all_be_on_the_list() {
        let places = check(|c| c.allowed_hosts = vec!["https://data.example.com:8443".to_owned()]).unwrap();
        let allow = |text: &str| places.data.allow(&Url::parse(text).unwrap());
        assert!(allow("https://api.example.com/a?b"));
        assert!(allow("https://API.example.com:443/"));
        assert!(allow("https://data.example.com:8443/"));
        for foreign in [
            "http://api.example.com/",
            "https://api.example.com:444/",
            "https://data.example.com/",
            "https://api.example.com.evil.test/",
            "https://api.example.com@evil.test/",
            "https://user@api.example.com/",
            "data:text/xml,hello",
        ] {
            assert!(!allow(foreign), "{foreign}");
        }
    }

    #[test]
    fn tokens_never_travel_in_the_clear() {
        let plain = "http://api.example.com";
        let not_secure = |name| Err(ConfigError::NotSecure(name));
        let result = |change: fn(&mut MyDataConfig, &str)| check(|c| change(c, plain)).map(|_| ());
        assert_eq!(result(|c, plain| c.base_url = plain.to_owned()), not_secure("base_url"));
        assert_eq!(result(|c, plain| c.allowed_hosts.push(plain.to_owned())), not_secure("base_url"));
        assert_eq!(result(|c, plain| c.authorize_url = plain.to_owned()), not_secure("authorize_url"));
        assert_eq!(result(|c, plain| c.token_url = plain.to_owned()), not_secure("token_url"));
        assert_eq!(result(|c, plain| c.redirect_uri = plain.to_owned()), not_secure("redirect_uri"));
        for near in ["http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost"] {
            assert!(MyDataConfig::sunrise(near, near).check().is_ok(), "{near}");
        }
    }

    #[test]
    fn only_what_is_named_as_local_may_be() {
        let result = |change: fn(&mut MyDataConfig)| check(change).map(|_| ());
        let not_public = |name| Err(ConfigError::NotPublic(name));
        assert_eq!(result(|c| c.base_url = "http://127.0.0.1:3000".to_owned()), not_public("base_url"));
        assert_eq!(result(|c| c.allowed_hosts.push("https://10.0.0.1".to_owned())), not_public("base_url"));
        assert_eq!(result(|c| c.token_url = "https://[::1]/token".to_owned()), not_public("token_url"));
        assert_eq!(result(|c| c.token_url = "http://localhost/token".to_owned()), not_public("token_url"));
        // No connection is made to these two.
        assert_eq!(result(|c| c.redirect_uri = "http://localhost/back".to_owned()), Ok(()));
        assert_eq!(result(|c| c.authorize_url = "http://localhost/login".to_owned()), Ok(()));
        // Tokens come from there, and no address of data may be there.
        let places = check(|c| c.token_url = "https://login.example.com/token".to_owned()).unwrap();
        assert!(places.all.allow(&places.token) && !places.data.allow(&places.token));
    }

    #[test]
    fn what_cannot_work_is_refused() {
        for bad in ["", "api.example.com", "ftp://a.test", "https://a.test/path", "https://me:secret@a.test"] {
            let error = check(|c| c.base_url = bad.to_owned()).unwrap_err();
            assert!(matches!(error, ConfigError::NotAnOrigin(_)), "{bad}: {error}");
        }
        for bad in ["", "/token", "https://me:secret@a.test/", "https://a.test/#x", "javascript:alert(1)"] {
            let error = check(|c| c.token_url = bad.to_owned()).unwrap_err();
            assert_eq!(error, ConfigError::NotAnAddress("token_url"), "{bad}");
        }
        assert_eq!(check(|c| c.max_days = 0).unwrap_err(), ConfigError::NoDays);
        assert_eq!(check(|c| c.client_id = String::new()).unwrap_err(), ConfigError::NoClient);
        assert_eq!(check(|c| c.client_secret = Secret::new("")).unwrap_err(), ConfigError::NoClient);
        assert_eq!(check(|c| c.user_agent = "a\nb".to_owned()).unwrap_err(), ConfigError::UserAgent);
    }

    #[test]
    fn the_secret_is_not_shown() {
        let shown = format!("{:?}", MyDataConfig::sunrise("https://api.example.com", BACK));
        assert!(shown.contains("connect-sandbox") && !shown.contains("connect-sandbox-secret"));
    }
}
