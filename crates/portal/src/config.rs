//! What the connector is told about a portal.

use std::net::IpAddr;
use std::time::Duration;

use connect_core::usage::MAX_DOCUMENT_BYTES;
use jiff::tz::TimeZone;
use reqwest::Url;
use reqwest::header::HeaderValue;

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
    /// The zone in which the utility keeps its days.
    pub time_zone: TimeZone,
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
    /// Sunrise Power & Gas, the utility that does not exist, at this address.
    pub fn sunrise(base_url: impl Into<String>) -> Self {
        Self {
            name: "sunrise",
            base_url: base_url.into(),
            allowed_hosts: Vec::new(),
            time_zone: TimeZone::get("America/Los_Angeles").unwrap_or(TimeZone::UTC),
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

/// The addresses of a checked configuration.
#[derive(Clone, Debug)]
pub(crate) struct Origins {
    pub(crate) base: Url,
    allowed: Vec<Url>,
}

impl Origins {
    /// Whether a request may go there: same scheme, host and port as one on the list, and nobody
    /// has put a user name into the address.
    pub(crate) fn allow(&self, url: &Url) -> bool {
        let plain = url.username().is_empty() && url.password().is_none();
        plain && self.allowed.iter().any(|allowed| allowed.origin() == url.origin())
    }
}

impl PortalConfig {
    pub(crate) fn check(&self) -> Result<Origins, ConfigError> {
        HeaderValue::from_str(&self.user_agent).map_err(|_| ConfigError::UserAgent)?;
        if self.max_days < 1 {
            return Err(ConfigError::NoDays);
        }
        let base = origin(&self.base_url)?;
        let further = self.allowed_hosts.iter().map(|text| origin(text));
        let allowed = std::iter::once(Ok(base.clone())).chain(further).collect::<Result<_, _>>()?;
        Ok(Origins { base, allowed })
    }
}

fn origin(text: &str) -> Result<Url, ConfigError> {
    let not_an_origin = || ConfigError::NotAnOrigin(text.to_owned());
    let url = Url::parse(text).map_err(|_| not_an_origin())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let host = url.host_str().filter(|_| bare && url.username().is_empty() && url.password().is_none());
    let host = host.ok_or_else(not_an_origin)?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(host) => Ok(url),
        "http" => Err(ConfigError::NotSecure(text.to_owned())),
        _ => Err(not_an_origin()),
    }
}

fn is_this_machine(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
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
}
