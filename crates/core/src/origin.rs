//! Origins of web pages (RFC 6454): which pages may embed Connect.
//!
//! A company registers the origins of its pages. They are compared whole and exactly, after both
//! have been brought to one spelling; there are no wildcards and no subdomains.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use crate::token::Environment;

/// Longest origin that is read, in bytes. A host name has at most 253.
const MAX_BYTES: usize = 300;

/// A page's origin, in the one spelling that browsers send: lower case, no default port, no path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Why a text is no origin that may be registered. The message says what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Neither `https://` nor `http://`.
    #[error("an origin begins with https://, as https://www.example.com")]
    Scheme,
    /// `http://` of another machine: what is sent there can be read and changed on its way.
    #[error("http:// is for localhost, 127.0.0.1 and [::1] only: use https://")]
    Insecure,
    /// A path, query, fragment or user name.
    #[error("an origin ends after host and port: no path, not even a slash, and no user name")]
    More,
    /// No host name or address.
    #[error("the host is not right: write it out, without wildcards, in ASCII (xn--… for other letters)")]
    Host,
    /// No port number.
    #[error("the port is not a number from 1 to 65535")]
    Port,
}

impl Origin {
    /// Reads `https://host` or `https://host:port`; `http://` for this machine's own names.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let (scheme, rest) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let (scheme, default_port) = match scheme {
            s if s.eq_ignore_ascii_case("https") => ("https", 443),
            s if s.eq_ignore_ascii_case("http") => ("http", 80),
            _ => return Err(OriginError::Scheme),
        };
        if text.len() > MAX_BYTES {
            return Err(OriginError::Host);
        }
        if rest.contains(['/', '?', '#', '@', '\\']) {
            return Err(OriginError::More);
        }
        // The colons of an IPv6 address stand between brackets.
        let after_brackets = rest.rfind(']').map_or(0, |at| at + 1);
        let (host, port) = match rest[after_brackets..].rfind(':') {
            Some(at) => (&rest[..after_brackets + at], Some(&rest[after_brackets + at + 1..])),
            None => (rest, None),
        };
        let host = host_name(host).ok_or(OriginError::Host)?;
        let port = port.map(port_number).transpose()?.filter(|port| *port != default_port);
        let origin = Self(match port {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        });
        if scheme == "http" && !origin.is_loopback() { Err(OriginError::Insecure) } else { Ok(origin) }
    }

    /// Of a page's whole address.
    pub fn of_address(address: &str) -> Result<Self, OriginError> {
        let host = address.find("://").map_or(0, |at| at + 3);
        let end = address[host..].find(['/', '?', '#']).map_or(address.len(), |at| host + at);
        Self::parse(&address[..end])
    }

    /// The text, as in a browser's `Origin` header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a page of the reader's own machine: localhost, 127.0.0.1 or [::1].
    pub fn is_loopback(&self) -> bool {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|host| rest.strip_prefix(host).is_some_and(|port| port.is_empty() || port.starts_with(':')))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a page of `origin` may embed Connect for a client of `environment` that has registered
/// these origins. A sandbox client may always be tried out on the developer's own machine, on any port.
pub fn may_embed(registered: &[Origin], environment: Environment, origin: &Origin) -> bool {
    registered.contains(origin) || (environment == Environment::Sandbox && origin.is_loopback())
}

/// A host as browsers write it; `None` when it is none.
fn host_name(text: &str) -> Option<String> {
    if let Some(inside) = text.strip_prefix('[') {
        let address: Ipv6Addr = inside.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{}]", six(address)));
    }
    let host = text.to_ascii_lowercase();
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > 253 || !host.split('.').all(label) {
        return None;
    }
    // What ends in a number is an address to browsers, which know spellings that we need not know.
    let number = |label: &str| label.bytes().all(|b| b.is_ascii_digit()) || label.starts_with("0x");
    if host.rsplit('.').next().is_some_and(number) {
        host.parse::<Ipv4Addr>().ok()?;
    }
    Some(host)
}

/// An IPv6 address as browsers write it: never with an IPv4 address at its end (RFC 5952 would).
fn six(address: Ipv6Addr) -> String {
    match address.to_ipv4_mapped() {
        Some(_) => {
            let [.., high, low] = address.segments();
            format!("::ffff:{high:x}:{low:x}")
        }
        None => address.to_string(),
    }
}

fn port_number(text: &str) -> Result<u16, OriginError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| digits).ok_or(OriginError::Port)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, OriginError> {
        Origin::parse(text).map(|origin| origin.0)
    }

    #[test]
    fn one_origin_has_one_spelling() {
        for (text, spelling) in [
            ("https://www.example.com", "https://www.example.com"),
            ("HTTPS://WWW.Example.COM:443", "https://www.example.com"),
            ("https://example.com:8443", "https://example.com:8443"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
            ("https://192.0.2.7:8080", "https://192.0.2.7:8080"),
            ("https://[2001:DB8:0:0::1]", "https://[2001:db8::1]"),
            ("https://[::ffff:192.0.2.7]", "https://[::ffff:c000:207]"),
            ("http://localhost:80", "http://localhost"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://127.0.0.1:443", "http://127.0.0.1:443"),
            ("http://[::1]:5173", "http://[::1]:5173"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(spelling), "{text}");
            assert_eq!(read(spelling).as_deref(), Ok(spelling));
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_with_its_reason() {
        use OriginError::{Host, Insecure, More, Port, Scheme};
        let long = format!("https://{}.example", "a".repeat(64));
        let longer = format!("https://{}example", "a.".repeat(200));
        for (text, reason) in [
            ("", Scheme),
            ("*", Scheme),
            ("null", Scheme),
            ("www.example.com", Scheme),
            ("ftp://example.com", Scheme),
            ("javascript://example.com", Scheme),
            (" https://example.com", Scheme),
            ("http://example.com", Insecure),
            ("http://localhost.example.com", Insecure),
            ("http://127.0.0.1.example.com", Insecure),
            ("http://127.0.0.2", Insecure),
            ("http://[::2]:80", Insecure),
            ("https://example.com/", More),
            ("https://example.com/path", More),
            ("https://example.com?x", More),
            ("https://example.com#x", More),
            ("https://user@example.com", More),
            ("https://example.com\\.evil.example", More),
            ("https://", Host),
            ("https://:443", Host),
            ("https://*.example.com", Host),
            ("https://example..com", Host),
            ("https://example.com.", Host),
            ("https://-example.com", Host),
            ("https://exa mple.com", Host),
            ("https://example.com;script-src", Host),
            ("https://example.com\n", Host),
            ("https://bücher.example", Host),
            ("https://1.2.3", Host),
            ("https://1.2.3.256", Host),
            ("https://0x7f", Host),
            ("https://[::1", Host),
            ("https://::1", Host),
            ("https://[::1]x", Host),
            ("https://example.com:", Port),
            ("https://example.com:0", Port),
            ("https://example.com:0443", Port),
            ("https://example.com:+443", Port),
            ("https://example.com:65536", Port),
            ("https://example.com:*", Port),
            (&long, Host),
            (&longer, Host),
        ] {
            assert_eq!(read(text), Err(reason), "{text}");
        }
    }

    #[test]
    fn only_what_is_registered_may_embed_and_in_the_sandbox_ones_own_machine() {
        let origin = |text| Origin::parse(text).unwrap();
        let registered = [origin("https://shop.example.com"), origin("https://example.com:8443")];
        for environment in [Environment::Sandbox, Environment::Production] {
            let may = |text| may_embed(&registered, environment, &origin(text));
            assert!(may("https://shop.example.com") && may("https://SHOP.example.com:443"));
            assert!(may("https://example.com:8443"));
            for other in [
                "https://example.com",
                "https://example.com:8444",
                "https://www.shop.example.com",
                "https://shop.example.com.evil.example",
                "https://evilshop.example.com",
                "https://localhost.evil.example",
            ] {
                assert!(!may(other), "{other}");
            }
            let own = environment == Environment::Sandbox;
            for local in ["http://localhost", "https://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:1"]
            {
                assert_eq!(may(local), own, "{local}");
            }
        }
        assert!(!may_embed(&[], Environment::Production, &registered[0]));
    }
}
