//! Cookies of one login, as a value: they are stored between two calls and judged by the clock of
//! the service. The rules are those of RFC 6265.

use std::fmt;

use connect_core::secret::Secret;
use connect_outbound::Url;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Cookies kept at most; a portal has some ten.
const MAX_COOKIES: usize = 60;
/// Longest name and value together, as browsers have it.
const MAX_BYTES: usize = 4096;

/// The cookies of a login.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Jar(Vec<Kept>);

#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    name: String,
    #[serde(serialize_with = "expose", deserialize_with = "hide")]
    value: Secret,
    host: String,
    /// Whether hosts below this one get it as well.
    below: bool,
    path: String,
    secure: bool,
    /// Seconds since 1970; `None` until the session ends, which only the portal knows.
    expires: Option<i64>,
}

/// For fields that are stored, which is done sealed only.
pub(crate) fn expose<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(secret.expose())
}

/// The way back of [`expose`].
pub(crate) fn hide<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
    String::deserialize(from).map(Secret::new)
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|kept| &kept.name)).finish()
    }
}

impl Jar {
    /// Takes what an answer of `url` says in a `Set-Cookie` header. What breaks the rules is left out.
    pub(crate) fn set(&mut self, url: &Url, header: &str, now: Timestamp) {
        let Some(kept) = Kept::read(url, header, now) else { return };
        let same = |old: &Kept| (&old.name, &old.host, &old.path) == (&kept.name, &kept.host, &kept.path);
        self.0.retain(|old| !same(old) && !old.is_over(now));
        if kept.is_over(now) {
            return;
        }
        if self.0.len() >= MAX_COOKIES {
            self.0.remove(0);
        }
        self.0.push(kept);
    }

    /// The `Cookie` header of a request to `url`.
    pub(crate) fn header(&self, url: &Url, now: Timestamp) -> Option<Secret> {
        let mut fitting: Vec<_> = self.0.iter().filter(|kept| !kept.is_over(now) && kept.fits(url)).collect();
        fitting.sort_by_key(|kept| std::cmp::Reverse(kept.path.len()));
        let pairs: Vec<_> = fitting.iter().map(|kept| format!("{}={}", kept.name, kept.value.expose())).collect();
        (!pairs.is_empty()).then(|| Secret::new(pairs.join("; ")))
    }

    /// Only the cookies of these names that still count.
    pub(crate) fn only(&self, names: &[String], now: Timestamp) -> Self {
        Self(self.0.iter().filter(|kept| names.contains(&kept.name) && !kept.is_over(now)).cloned().collect())
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Kept {
    fn read(url: &Url, header: &str, now: Timestamp) -> Option<Self> {
        let cookie = cookie::Cookie::parse(header).ok()?;
        let (name, value) = cookie.name_value();
        let sendable = |text: &str| text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b';');
        if name.is_empty() || name.len() + value.len() > MAX_BYTES || !sendable(name) || !sendable(value) {
            return None;
        }
        let secure = cookie.secure().unwrap_or(false);
        if secure && url.scheme() != "https" {
            return None;
        }
        let host = url.host_str()?.to_lowercase();
        let domain = cookie.domain().map(|domain| domain.trim_start_matches('.').to_lowercase());
        let (host, below) = match domain.filter(|domain| !domain.is_empty()) {
            None => (host, false),
            Some(domain) if domain == host => (domain, true),
            Some(domain) if is_below(&host, &domain) && url.domain().is_some() => (domain, true),
            Some(_) => return None,
        };
        let path = match cookie.path() {
            Some(path) if path.starts_with('/') => path.to_owned(),
            _ => default_path(url.path()),
        };
        let max_age = cookie.max_age().map(|age| now.as_second().saturating_add(age.whole_seconds()));
        let expires = || cookie.expires_datetime().map(|at| at.unix_timestamp());
        Some(Self {
            name: name.to_owned(),
            value: Secret::new(value),
            host,
            below,
            path,
            secure,
            expires: max_age.or_else(expires),
        })
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|at| at <= now.as_second())
    }

    fn fits(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let host_fits = host == self.host || (self.below && is_below(host, &self.host));
        let path_fits = url
            .path()
            .strip_prefix(self.path.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/'));
        host_fits && path_fits && (!self.secure || url.scheme() == "https")
    }
}

fn is_below(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|head| head.ends_with('.'))
}

/// The folder of the page.
fn default_path(path: &str) -> String {
    match path.rsplit_once('/') {
        None | Some(("", _)) => "/".to_owned(),
        Some((folder, _)) => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn sent(jar: &Jar, to: &str, now: i64) -> String {
        jar.header(&url(to), at(now)).map(|header| header.expose().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_cookie_goes_to_its_path_and_host_only() {
        let mut jar = Jar::default();
        let from = url("https://my.example.com/login/code");
        jar.set(&from, "device=d; Path=/login; Secure", at(0));
        jar.set(&from, "session=s; Path=/", at(0));
        jar.set(&from, "here=h", at(0));
        assert_eq!(sent(&jar, "https://my.example.com/login", 0), "device=d; here=h; session=s");
        assert_eq!(sent(&jar, "https://my.example.com/login/x", 0), "device=d; here=h; session=s");
        assert_eq!(sent(&jar, "https://my.example.com/loginx", 0), "session=s");
        assert_eq!(sent(&jar, "https://www.my.example.com/login", 0), "");
        assert_eq!(sent(&jar, "https://example.com/login", 0), "");
        assert_eq!(sent(&jar, "http://my.example.com/login", 0), "here=h; session=s");
    }

    #[test]
    fn a_domain_must_be_the_hosts_own() {
        let mut jar = Jar::default();
        let from = url("https://login.example.com/");
        jar.set(&from, "a=1; Domain=.example.com", at(0));
        jar.set(&from, "b=2; Domain=other.test", at(0));
        jar.set(&from, "c=3; Domain=ample.com", at(0));
        assert_eq!(sent(&jar, "https://my.example.com/", 0), "a=1");
        jar.set(&url("http://127.0.0.1/"), "d=4; Domain=0.0.1", at(0));
        assert_eq!(sent(&jar, "http://127.0.0.1/", 0), "");
    }

    #[test]
    fn cookies_end_and_are_replaced() {
        let mut jar = Jar::default();
        let page = "https://a.test/";
        jar.set(&url(page), "a=1; Max-Age=10", at(100));
        jar.set(&url(page), "b=1; Expires=Thu, 01 Jan 1970 00:03:20 GMT", at(100));
        assert_eq!(sent(&jar, page, 109), "a=1; b=1");
        assert_eq!(sent(&jar, page, 110), "b=1");
        assert_eq!(sent(&jar, page, 200), "");
        jar.set(&url(page), "b=2", at(109));
        assert_eq!(sent(&jar, page, 109), "a=1; b=2");
        jar.set(&url(page), "a=; Max-Age=0", at(109));
        assert_eq!(sent(&jar, page, 109), "b=2");
        assert!(jar.only(&["a".to_owned()], at(109)).is_empty());
    }

    #[test]
    fn what_cannot_be_a_cookie_is_left_out() {
        let mut jar = Jar::default();
        let long = format!("a={}", "x".repeat(MAX_BYTES));
        for bad in ["", "=v", "novalue", "a=b\u{7}", "ä=b", long.as_str()] {
            jar.set(&url("https://a.test/"), bad, at(0));
        }
        jar.set(&url("http://a.test/"), "a=b; Secure", at(0));
        assert!(jar.is_empty());
        for number in 0..500 {
            jar.set(&url("https://a.test/"), &format!("a{number}=b"), at(0));
        }
        assert_eq!(jar.0.len(), MAX_COOKIES);
    }

    #[test]
    fn values_are_stored_and_never_shown() {
        let mut jar = Jar::default();
        jar.set(&url("https://a.test/"), "name=topsecret", at(0));
        assert_eq!(format!("{jar:?}"), "[\"name\"]");
        let stored = serde_json::to_vec(&jar).unwrap();
        let back: Jar = serde_json::from_slice(&stored).unwrap();
        assert_eq!(sent(&back, "https://a.test/", 0), "name=topsecret");
    }
}
