//! Where requests may go: a list of origins.

use std::net::IpAddr;

use reqwest::Url;

use crate::address::Reach;

/// A list of origins (scheme, host, port), with how far each may lead.
#[derive(Clone, Debug)]
pub struct Origins {
    base: Url,
    allowed: Vec<(Url, Reach)>,
    local: Vec<Url>,
}

/// What is wrong with an entry of [`Origins`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    /// Not an address of a web site.
    #[error("`{0}` is not an origin such as https://my.example.com")]
    NotAnOrigin(String),
    /// What is sent would travel in the clear.
    #[error("`{0}` must be https: plain http is for this machine only")]
    NotSecure(String),
    /// It could never be connected to.
    #[error(
        "`{0}` is not public: this machine and private networks must be named as local, other addresses are refused"
    )]
    NotPublic(String),
}

/// What is wrong with an [`address()`]. It is not part of the error: it may have been mistaken for a
/// place to put a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No address of a page, or one with a user name or a fragment.
    #[error("not an address such as https://my.example.com/page, without user name and fragment")]
    NotAnAddress,
    /// What is sent would travel in the clear.
    #[error("must be https: plain http is for this machine only")]
    NotSecure,
}

impl Origins {
    /// The origins in `allowed`, as `https://my.example.com`, with the port where it is not the usual
    /// one. Those that stand in `local` as well may be on this machine or a private network; what
    /// stands in `local` alone opens nothing.
    ///
    /// # Errors
    ///
    /// For the first entry that is no origin, or that could never be connected to.
    pub fn new<'a>(allowed: impl IntoIterator<Item = &'a str>, local: &[String]) -> Result<Self, OriginError> {
        let allowed: Vec<_> = allowed.into_iter().map(origin).collect::<Result<_, _>>()?;
        let local: Vec<_> = local.iter().map(|text| origin(text)).collect::<Result<_, _>>()?;
        let base = allowed.first().cloned().ok_or_else(|| OriginError::NotAnOrigin(String::new()))?;
        allowed.into_iter().try_fold(Self { base, allowed: Vec::new(), local }, |list, url| list.and(&url))
    }

    /// The same list with the origin of this address as well. It is local if the list was told so.
    ///
    /// # Errors
    ///
    /// When it could never be connected to.
    pub fn and(mut self, url: &Url) -> Result<Self, OriginError> {
        let local = self.local.iter().any(|local| local.origin() == url.origin());
        let reach = match (local, url.scheme()) {
            (false, _) => Reach::Public,
            (true, "https") => Reach::Network,
            (true, _) => Reach::Machine,
        };
        let open = match literal(url) {
            Some(address) => reach.permits(address),
            None => true,
        };
        // Without TLS nothing is public.
        if !open || (reach == Reach::Public && url.scheme() != "https") {
            return Err(OriginError::NotPublic(url.origin().ascii_serialization()));
        }
        self.allowed.push((url.clone(), reach));
        Ok(self)
    }

    /// The first of the list, which relative addresses are relative to.
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// Whether a request may go there: same scheme, host and port as one on the list, and nobody
    /// has put a user name into the address.
    pub fn allow(&self, url: &Url) -> bool {
        self.reach(url).is_some()
    }

    /// How far it may lead; `None` where no request may go.
    pub(crate) fn reach(&self, url: &Url) -> Option<Reach> {
        let found = self.allowed.iter().find(|(allowed, _)| allowed.origin() == url.origin());
        found.filter(|_| is_plain(url)).map(|(_, reach)| *reach)
    }

    /// The kinds of entries that there are.
    pub(crate) fn reaches(&self) -> impl Iterator<Item = Reach> {
        self.allowed.iter().map(|(_, reach)| *reach)
    }

    /// A list as nobody can make it: its entries have not been looked at.
    #[cfg(test)]
    pub(crate) fn unchecked(allowed: Vec<(Url, Reach)>) -> Self {
        Self { base: allowed[0].0.clone(), allowed, local: Vec::new() }
    }
}

/// An address that secrets may be sent to: `https`, or plain `http` on this machine.
///
/// # Errors
///
/// When it is none, or has a user name or a fragment.
pub fn address(text: &str) -> Result<Url, AddressError> {
    let url = Url::parse(text).map_err(|_| AddressError::NotAnAddress)?;
    if !url.has_host() || !is_plain(&url) || url.fragment().is_some() {
        return Err(AddressError::NotAnAddress);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(&url) => Ok(url),
        "http" => Err(AddressError::NotSecure),
        _ => Err(AddressError::NotAnAddress),
    }
}

fn origin(text: &str) -> Result<Url, OriginError> {
    let url = address(text).map_err(|error| match error {
        AddressError::NotAnAddress => OriginError::NotAnOrigin(text.to_owned()),
        AddressError::NotSecure => OriginError::NotSecure(text.to_owned()),
    })?;
    let bare = url.path() == "/" && url.query().is_none();
    if bare { Ok(url) } else { Err(OriginError::NotAnOrigin(text.to_owned())) }
}

fn is_plain(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

fn is_this_machine(url: &Url) -> bool {
    url.host_str() == Some("localhost") || literal(url).is_some_and(|address| address.is_loopback())
}

/// The IP address that stands in the URL in place of a name. The parser has brought all its spellings
/// (numbers, octal, short forms, other scripts' digits) into one; this reads it as the client does.
pub(crate) fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(allowed: &[&str], local: &[&str]) -> Result<Origins, OriginError> {
        let local: Vec<_> = local.iter().map(|&text| text.to_owned()).collect();
        Origins::new(allowed.iter().copied(), &local)
    }

    #[test]
    fn scheme_host_and_port_must_all_be_on_the_list() {
        let origins = list(&["https://my.example.com", "https://login.example.com:8443"], &[]).unwrap();
        let allow = |text: &str| origins.allow(&Url::parse(text).unwrap());
        assert_eq!(origins.base().as_str(), "https://my.example.com/");
        assert!(allow("https://my.example.com/a?b"));
        assert!(allow("https://MY.example.com:443/"));
        assert!(allow("https://login.example.com:8443/"));
        for foreign in [
            "http://my.example.com/",
            "https://my.example.com:444/",
            "https://my.example.com./",
            "https://login.example.com/",
            "https://example.com/",
            "https://my.example.com.evil.test/",
            "https://my.example.com@evil.test/",
            "https://user@my.example.com/",
            "https://:secret@my.example.com/",
            "data:text/html,hello",
            "file:///etc/passwd",
        ] {
            assert!(!allow(foreign), "{foreign}");
        }
    }

    #[test]
    fn an_entry_is_an_origin_over_tls() {
        for bad in [
            "",
            "my.example.com",
            "ftp://a.test",
            "https://a.test/path",
            "https://a.test?q",
            "https://a.test#f",
            "https://me:secret@a.test",
            "unix:/run/socket",
        ] {
            assert_eq!(list(&[bad], &[]).unwrap_err(), OriginError::NotAnOrigin(bad.to_owned()));
        }
        let plain = "http://my.example.com";
        for local in [&[][..], &[plain]] {
            assert_eq!(list(&[plain], local).unwrap_err(), OriginError::NotSecure(plain.to_owned()));
        }
        assert!(list(&[], &[]).is_err());
    }

    #[test]
    fn this_machine_and_private_networks_are_opened_by_name() {
        for near in ["http://127.0.0.1:3000", "http://[::1]:3000", "http://localhost", "https://10.1.2.3"] {
            assert!(matches!(list(&[near], &[]), Err(OriginError::NotPublic(_))), "{near}");
            assert!(list(&[near], &[near]).is_ok(), "{near}");
            // Neither the port nor the scheme may be another one.
            assert!(list(&[near], &["http://127.0.0.1:3001"]).is_err(), "{near}");
        }
        for never in ["https://169.254.169.254", "https://[fd00:ec2::254]", "https://0.0.0.0:8090"] {
            assert!(matches!(list(&[never], &[never]), Err(OriginError::NotPublic(_))), "{never}");
        }
        // A name that is local is not on the list by that.
        let origins = list(&["https://my.example.com"], &["http://127.0.0.1:3000"]).unwrap();
        assert!(!origins.allow(&Url::parse("http://127.0.0.1:3000/").unwrap()));
    }
}
