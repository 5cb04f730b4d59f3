//! Redirect URIs: where a run that has the whole window goes when it is over.
//!
//! A company registers them. They are compared as they stand, without wildcards and without a part that is
//! free (RFC 9700, 4.1.3): the authorization code goes there.

use std::fmt;

use form_urlencoded::Serializer;

use crate::origin::{Origin, OriginError};
use crate::token::Environment;

/// Longest redirect URI, in bytes.
const MAX_URI_BYTES: usize = 2000;
/// Longest `state`, in bytes.
const MAX_STATE_BYTES: usize = 1000;

/// A page of a company to return to, exactly as it was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectUri {
    text: String,
    origin: Origin,
}

/// Why a text is no redirect URI. The message says what would be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectError {
    /// Its beginning is not right.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// A fragment, which servers never see.
    #[error("such an address has no fragment: leave out what begins with #")]
    Fragment,
    /// Letters that no address has as they are.
    #[error("an address is ASCII without spaces: write other characters as %..")]
    Characters,
    /// Too long.
    #[error("such an address has at most 2000 characters")]
    Long,
}

impl RedirectUri {
    /// Reads `https://host/path?query`; `http://` for this machine's own names.
    pub fn parse(text: &str) -> Result<Self, RedirectError> {
        if text.len() > MAX_URI_BYTES {
            return Err(RedirectError::Long);
        }
        if text.contains('#') {
            return Err(RedirectError::Fragment);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&byte)) {
            return Err(RedirectError::Characters);
        }
        Ok(Self { origin: Origin::of_address(text)?, text: text.to_owned() })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The page's origin.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where a run returns to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The company's page.
    pub uri: RedirectUri,
    /// What the company wants to hear again there (RFC 6749, 4.1.1).
    pub state: Option<String>,
}

impl Redirect {
    /// With a `state` as it came; `None` for one that is too long. An empty one is none.
    pub fn new(uri: RedirectUri, state: &str) -> Option<Self> {
        let state = Some(state).filter(|state| !state.is_empty()).map(str::to_owned);
        (state.as_ref().map_or(0, String::len) <= MAX_STATE_BYTES).then_some(Self { uri, state })
    }

    /// The address with what came of the run in its query, behind what stands there already.
    pub fn with(&self, outcome: &[(&str, &str)]) -> String {
        let (before, query) = self.uri.text.split_once('?').unwrap_or((&self.uri.text, ""));
        let mut parameters = Serializer::new(String::new());
        parameters.extend_pairs(outcome);
        if let Some(state) = &self.state {
            parameters.append_pair("state", state);
        }
        let joint = if query.is_empty() || query.ends_with('&') { "" } else { "&" };
        format!("{before}?{query}{joint}{}", parameters.finish())
    }
}

/// Whether a run of a client of `environment` that has registered these may return to `uri`. A sandbox client may
/// always be tried out on the developer's own machine.
pub fn may_return(registered: &[RedirectUri], environment: Environment, uri: &RedirectUri) -> bool {
    registered.contains(uri) || (environment == Environment::Sandbox && uri.origin.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::parse(text).unwrap()
    }

    #[test]
    fn only_whole_addresses_of_pages_are_redirect_uris() {
        for good in ["https://a.com", "https://a.com/x/y?z=1", "http://localhost:3000/back", "https://a.com?x"] {
            assert_eq!(uri(good).as_str(), good);
        }
        assert_eq!(uri("https://A.com:443/x").origin().as_str(), "https://a.com");
        for (bad, error) in [
            ("https://a.com/#x", RedirectError::Fragment),
            ("https://a.com/ x", RedirectError::Characters),
            ("https://a.com/é", RedirectError::Characters),
            ("https://a.com\\@b.com", RedirectError::Characters),
            ("https://a.com/\"><script>", RedirectError::Characters),
            ("https://a@b.com/", RedirectError::Origin(OriginError::More)),
            ("http://a.com/", RedirectError::Origin(OriginError::Insecure)),
            ("javascript:alert(1)", RedirectError::Origin(OriginError::Scheme)),
            ("//a.com", RedirectError::Origin(OriginError::Scheme)),
            ("", RedirectError::Origin(OriginError::Scheme)),
        ] {
            assert_eq!(RedirectUri::parse(bad), Err(error), "{bad}");
        }
        assert_eq!(RedirectUri::parse(&format!("https://a.com/{}", "x".repeat(2000))), Err(RedirectError::Long));
    }

    #[test]
    fn the_outcome_joins_what_is_in_the_address() {
        let back = |address, state| Redirect::new(uri(address), state).unwrap().with(&[("code", "c d&e")]);
        assert_eq!(back("https://a.com", ""), "https://a.com?code=c+d%26e");
        assert_eq!(
            back("https://a.com/x?y=1", "s=1&code=2"),
            "https://a.com/x?y=1&code=c+d%26e&state=s%3D1%26code%3D2"
        );
        assert_eq!(back("https://a.com/x?", ""), "https://a.com/x?code=c+d%26e");
        assert!(Redirect::new(uri("https://a.com"), &"s".repeat(1001)).is_none());
    }

    #[test]
    fn a_run_returns_to_registered_addresses_only() {
        let registered = [uri("https://a.com/back")];
        let may = |environment, text| may_return(&registered, environment, &uri(text));
        assert!(may(Environment::Production, "https://a.com/back"));
        for other in ["https://a.com/back/", "https://a.com/back?x", "https://a.com", "https://A.com/back"] {
            assert!(!may(Environment::Production, other), "{other}");
        }
        assert!(may(Environment::Sandbox, "http://localhost:3000/any"));
        assert!(!may(Environment::Production, "http://localhost:3000/any"));
        assert!(!may(Environment::Sandbox, "https://b.com/back"));
    }
}
