//! What the connector is told about a portal.

use std::time::Duration;

use connect_core::usage::MAX_DOCUMENT_BYTES;
use connect_outbound::header::HeaderValue;
use connect_outbound::{OriginError, Origins};
use jiff::tz::TimeZone;

/// A portal: where it is, and how far it is trusted.
#[derive(Clone, Debug)]
pub struct PortalConfig {
    /// Name of the connector, part of stored state. Each portal has its own: the state of one is
    /// never sent to another.
    pub name: &'static str,
    /// Where the portal is, as `https://my.example.com`. Plain `http` only on this machine.
    pub base_url: String,
    /// Further origins (`https://login.example.com`, with the port where it is not the usual one)
    /// to which the portal may lead. Passwords and cookies go nowhere else.
    pub allowed_hosts: Vec<String>,
    /// Those of the two above that may be on this machine or a private network. All others must be
    /// public.
    pub local_origins: Vec<String>,
    /// The zone in which the utility keeps its days.
    pub time_zone: TimeZone,
    /// With how many wrong passwords in a row the portal locks a login; `None` for one that is only played.
    pub tries_before_lock: Option<u8>,
    /// Names of the cookies by which the portal remembers a device. They outlive a login.
    pub device_cookies: Vec<String>,
    /// Digits of a code, for the hint.
    pub code_digits: u8,
    /// How long a code works, where its page says that it does not work for ever.
    pub code_lifetime: Duration,
    /// How long to wait before a code may be sent again.
    pub resend_after: Duration,
    /// The longest period of one Green Button file, in days.
    pub max_days: i32,
    /// How the service introduces itself.
    pub user_agent: String,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// How much to read.
    pub limits: Limits,
}

/// How long to wait for a portal.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a request, from the connection to the last byte of the answer.
    pub request: Duration,
    /// For a step of a login, all its requests together.
    pub login: Duration,
    /// The longest wait before a page is asked for a second time. The wait is drawn between half
    /// of it and all of it.
    pub retry: Duration,
}

/// How much to read of a portal.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a page.
    pub html_bytes: usize,
    /// Tags of a page.
    pub html_tags: usize,
    /// Tags that are open at once. The rules for broken pages take a time that grows with tags times
    /// depth, so the length alone is no bound: 2 MB of nested elements keep a parser busy for minutes.
    pub html_depth: usize,
    /// Bytes of a Green Button file.
    pub xml_bytes: usize,
    /// Bytes of a bill.
    pub pdf_bytes: usize,
    /// Redirects from a request to its answer.
    pub redirects: usize,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            request: Duration::from_secs(20),
            login: Duration::from_secs(80),
            retry: Duration::from_millis(1500),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            html_bytes: 2 << 20,
            html_tags: 40_000,
            html_depth: 500,
            xml_bytes: 64 << 20,
            pdf_bytes: MAX_DOCUMENT_BYTES,
            redirects: 8,
        }
    }
}

impl PortalConfig {
    /// Sunrise Power & Gas, the utility that does not exist, at this address, which is local.
    pub fn sunrise(base_url: impl Into<String>) -> Self {
        let base_url = base_url.into();
        Self {
            name: "sunrise",
            local_origins: vec![base_url.clone()],
            base_url,
            allowed_hosts: Vec::new(),
            time_zone: TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC),
            tries_before_lock: None,
            device_cookies: vec!["sunrise_device".to_owned()],
            code_digits: 6,
            code_lifetime: Duration::from_secs(5 * 60),
            resend_after: Duration::from_secs(30),
            max_days: 400,
            user_agent: concat!("connect-portal/", env!("CARGO_PKG_VERSION")).to_owned(),
            timeouts: Timeouts::default(),
            limits: Limits::default(),
        }
    }
}

/// What is wrong with a [`PortalConfig`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Not an address of a web site.
    #[error("`{0}` is not an origin such as https://my.example.com")]
    NotAnOrigin(String),
    /// Passwords would travel in the clear.
    #[error("`{0}` must be https: plain http is for this machine only")]
    NotSecure(String),
    /// It is on this machine or a private network and not in `local_origins`, or where nothing is ever
    /// connected to.
    #[error("`{0}` is not public, and not opened by local_origins")]
    NotPublic(String),
    /// No request can have it.
    #[error("the user agent cannot be sent as a header")]
    UserAgent,
    /// Nothing could be downloaded.
    #[error("the longest period of a file must be at least a day")]
    NoDays,
    /// The client could not be set up.
    #[error("the HTTP client cannot be set up")]
    Client,
}

impl From<OriginError> for ConfigError {
    fn from(error: OriginError) -> Self {
        match error {
            OriginError::NotAnOrigin(text) => Self::NotAnOrigin(text),
            OriginError::NotSecure(text) => Self::NotSecure(text),
            OriginError::NotPublic(text) => Self::NotPublic(text),
        }
    }
}

impl PortalConfig {
    pub(crate) fn check(&self) -> Result<Origins, ConfigError> {
        HeaderValue::from_str(&self.user_agent).map_err(|_| ConfigError::UserAgent)?;
        if self.max_days < 1 {
            return Err(ConfigError::NoDays);
        }
        let allowed = std::iter::once(&self.base_url).chain(&self.allowed_hosts);
        Ok(Origins::new(allowed.map(String::as_str), &self.local_origins)?)
    }
}

#[cfg(test)]
mod tests {
    use connect_outbound::Url;

    use super::*;

    fn check(base_url: &str, allowed: &[&str]) -> Result<Origins, ConfigError> {
        let allowed_hosts = allowed.iter().map(|&host| host.to_owned()).collect();
        PortalConfig { allowed_hosts, ..PortalConfig::sunrise(base_url) }.check()
    }

    #[test]
    fn scheme_host_and_port_must_all_be_on_the_list() {
        let origins = check("https://my.example.com", &["https://login.example.com:8443"]).unwrap();
        let allow = |text: &str| origins.allow(&Url::parse(text).unwrap());
        assert!(allow("https://my.example.com/a?b"));
        assert!(allow("https://MY.example.com:443/"));
        assert!(allow("https://login.example.com:8443/"));
        for foreign in [
            "http://my.example.com/",
            "https://my.example.com:444/",
            "https://login.example.com/",
            "https://example.com/",
            "https://my.example.com.evil.test/",
            "https://my.example.com@evil.test/",
            "https://user@my.example.com/",
            "data:text/html,hello",
        ] {
            assert!(!allow(foreign), "{foreign}");
        }
    }

    #[test]
    fn passwords_never_travel_in_the_clear() {
        let secure = |base: &str| check(base, &[]).map(|_| ());
        assert_eq!(secure("http://127.0.0.1:3000"), Ok(()));
        assert_eq!(secure("http://[::1]:3000"), Ok(()));
        assert_eq!(secure("http://localhost"), Ok(()));
        let plain = "http://my.example.com";
        assert_eq!(secure(plain), Err(ConfigError::NotSecure(plain.to_owned())));
        assert!(check("https://my.example.com", &[plain]).is_err());
        for bad in ["", "my.example.com", "ftp://a.test", "https://a.test/path", "https://me:secret@a.test"] {
            assert!(matches!(secure(bad), Err(ConfigError::NotAnOrigin(_))), "{bad}");
        }
    }

    #[test]
    fn only_what_is_named_as_local_may_be() {
        let local_origins = Vec::new();
        let config = PortalConfig { local_origins, ..PortalConfig::sunrise("http://127.0.0.1:3000") };
        assert!(matches!(config.check(), Err(ConfigError::NotPublic(_))));
        let near = "https://10.0.0.1";
        assert_eq!(check("https://my.example.com", &[near]).err(), Some(ConfigError::NotPublic(near.to_owned())));
    }
}
