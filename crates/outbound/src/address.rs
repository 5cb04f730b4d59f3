//! Which IP addresses may be connected to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far a request may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Public addresses: everything that is not named as local.
    Public,
    /// This machine and private networks as well: local, over TLS.
    Network,
    /// This machine only: local, without TLS.
    Machine,
}

impl Reach {
    /// Whether a connection to this address is permitted.
    pub(crate) fn permits(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Network => is_public(address) || is_private(address),
            Self::Machine => address.is_loopback(),
        }
    }
}

/// IPv4 that is not the public internet: IANA's registry of special-purpose addresses (RFC 6890),
/// multicast and what is reserved.
const NOT_PUBLIC_V4: &[(Ipv4Addr, u32)] = &[
    // "This network": Linux connects 0.0.0.0 to the machine itself.
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    // Carriers' NAT; clusters and one cloud's metadata are there as well.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // The link, with the metadata of most clouds.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    // Protocols' own, with the metadata of one cloud.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    // Documentation, here and twice below.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    // 6to4 relays.
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Benchmarks.
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Looks public, and is what Azure's machines ask for their own settings.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // Multicast, reserved, broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Where IPv6 is public (RFC 4291, 2.4). Unspecified, loopback, addresses that hold an IPv4 address
/// (mapped, compatible, translated, NAT64), ULA, link, site and multicast are all outside.
const PUBLIC_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is not public there.
const NOT_PUBLIC_V6: &[(Ipv6Addr, u32)] = &[
    // Protocols' own: Teredo, which holds an IPv4 address, benchmarks, ORCHID.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation, and once more below.
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4, which holds an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Private IPv6 (ULA).
const PRIVATE_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7);

/// Clouds' metadata among it: AWS, Google, Scaleway.
const METADATA_V6: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0xfd00, 0x42, 0, 0, 0, 0, 0, 0x42), 128),
];

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|net| holds_v4(net, address)),
        IpAddr::V6(address) => {
            holds_v6(&PUBLIC_V6, address)
                && !NOT_PUBLIC_V6.iter().any(|net| holds_v6(net, address))
                && !is_isatap(address)
        }
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => {
            let metadata = METADATA_V6.iter().any(|net| holds_v6(net, address));
            address.is_loopback() || (holds_v6(&PRIVATE_V6, address) && !metadata)
        }
    }
}

fn holds_v4((net, bits): &(Ipv4Addr, u32), address: Ipv4Addr) -> bool {
    (net.to_bits() ^ address.to_bits()).leading_zeros() >= *bits
}

fn holds_v6((net, bits): &(Ipv6Addr, u32), address: Ipv6Addr) -> bool {
    (net.to_bits() ^ address.to_bits()).leading_zeros() >= *bits
}

/// An IPv4 address behind any prefix, for tunnels inside a site (RFC 5214, 6.1).
fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[4] & !0x0200 == 0 && segments[5] == 0x5efe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(reach: Reach, address: &str) -> bool {
        reach.permits(address.parse().unwrap())
    }

    /// The first and last of each range are in the table of `crate::tests`; here are their neighbours.
    #[test]
    fn what_borders_on_a_forbidden_range_is_public() {
        for address in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "191.255.255.255",
            "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "2000::",
            "2001:200::",
            "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::",
            "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2003::",
            "2606:4700::6810:84e5",
            "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff:1000::",
        ] {
            assert!(permitted(Reach::Public, address), "{address}");
            assert!(permitted(Reach::Network, address), "{address}");
            assert!(!permitted(Reach::Machine, address), "{address}");
        }
    }

    #[test]
    fn local_is_this_machine_and_private_networks_and_no_more() {
        for (address, machine) in [
            ("127.0.0.1", true),
            ("127.255.255.255", true),
            ("::1", true),
            ("10.0.0.1", false),
            ("172.31.255.255", false),
            ("192.168.0.1", false),
            ("fc00::1", false),
            ("fd12:3456::1", false),
        ] {
            assert!(!permitted(Reach::Public, address), "{address}");
            assert!(permitted(Reach::Network, address), "{address}");
            assert_eq!(permitted(Reach::Machine, address), machine, "{address}");
        }
        for never in [
            "0.0.0.0",
            "100.100.100.200",
            "168.63.129.16",
            "169.254.169.254",
            "192.0.0.192",
            "255.255.255.255",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fd00:42::42",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            for reach in [Reach::Public, Reach::Network, Reach::Machine] {
                assert!(!permitted(reach, never), "{never} {reach:?}");
            }
        }
    }
}
