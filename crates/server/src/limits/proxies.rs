//! Whose `X-Forwarded-For` is believed.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Proxies in front of the service. Without any, the header is read from nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Not addresses or networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("trusted-proxy must be empty, or addresses and networks as 127.0.0.1, 10.0.0.0/8, separated by commas")]
pub struct BadProxy;

impl FromStr for TrustedProxies {
    type Err = BadProxy;

    fn from_str(text: &str) -> Result<Self, BadProxy> {
        let one = |entry: &str| {
            let address = entry.parse::<IpAddr>().map(IpNet::from);
            address.or_else(|_| entry.parse::<IpNet>()).map_err(|_| BadProxy)
        };
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        text.split(',').map(|entry| one(entry.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks: the peer, or if that is a trusted proxy, the nearest address of `X-Forwarded-For` that is
    /// none. What stands before it the caller may have written.
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut caller = peer.to_canonical();
        let values: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or("?")).collect();
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            if !self.trust(caller) {
                break;
            }
            // What a proxy of ours does not understand ends with that proxy.
            let Some(address) = address(hop.trim()) else { break };
            caller = address;
        }
        caller
    }
}

/// An address; some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let plain = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = plain.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn caller(proxies: &str, peer: &str, values: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", HeaderValue::from_static(value));
        }
        proxies.parse::<TrustedProxies>().unwrap().caller(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_header_of_whoever_is_no_proxy_of_ours_changes_nothing() {
        assert_eq!(caller("", "127.0.0.1", &["192.0.2.7"]), "127.0.0.1");
        assert_eq!(caller("127.0.0.1", "198.51.100.1", &["192.0.2.7"]), "198.51.100.1");
        assert_eq!(caller("127.0.0.1", "198.51.100.1", &["127.0.0.1"]), "198.51.100.1");
    }

    #[test]
    fn of_a_proxy_of_ours_the_nearest_stranger_counts_and_not_what_he_wrote() {
        let ours = "127.0.0.1, 10.0.0.0/8, ::1";
        assert_eq!(caller(ours, "127.0.0.1", &["192.0.2.7"]), "192.0.2.7");
        assert_eq!(caller(ours, "127.0.0.1", &["203.0.113.9, 192.0.2.7, 10.1.2.3"]), "192.0.2.7");
        assert_eq!(caller(ours, "::1", &["203.0.113.9", "192.0.2.7:4711"]), "192.0.2.7");
        assert_eq!(caller(ours, "::ffff:127.0.0.1", &["[2001:db8::7]:443"]), "2001:db8::7");
        assert_eq!(caller(ours, "127.0.0.1", &[]), "127.0.0.1");
        assert_eq!(caller(ours, "127.0.0.1", &["192.0.2.7, unknown"]), "127.0.0.1");
        assert_eq!(caller(ours, "127.0.0.1", &["10.9.9.9, 10.1.2.3"]), "10.9.9.9");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for bad in ["localhost", "10.0.0.0/40", "127.0.0.1,,", "*"] {
            assert_eq!(bad.parse::<TrustedProxies>(), Err(BadProxy), "{bad}");
        }
    }
}
