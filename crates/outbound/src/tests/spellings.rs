//! Forbidden addresses, and the ways to write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// First, last and notable addresses of the ranges that are not public.
pub(super) const V4: &[&str] = &[
    "0.0.0.0",
    "0.255.255.255",
    "10.0.0.0",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.0",
    "100.100.100.200",
    "100.127.255.255",
    "127.0.0.0",
    "127.0.0.1",
    "127.0.0.53",
    "127.1.2.3",
    "127.255.255.255",
    "168.63.129.16",
    "169.254.0.0",
    "169.254.169.254",
    "169.254.170.2",
    "169.254.255.255",
    "172.16.0.0",
    "172.17.0.1",
    "172.31.255.255",
    "192.0.0.0",
    "192.0.0.192",
    "192.0.0.255",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.0",
    "192.168.1.1",
    "192.168.255.255",
    "198.18.0.0",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.0",
    "224.0.0.251",
    "239.255.255.255",
    "240.0.0.0",
    "255.255.255.254",
    "255.255.255.255",
];

/// The same for IPv6, but for addresses that hold an IPv4 address.
pub(super) const V6: &[&str] = &[
    "::",
    "::1",
    "100::1",
    "2001::",
    "2001:2::1",
    "2001:10::1",
    "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db8::",
    "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
    "2002::",
    "3fff::1",
    "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
    "4000::1",
    "5f00::1",
    "fc00::",
    "fd00:42::42",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fe80::",
    "fe80::a9fe:a9fe",
    "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fec0::1",
    "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "ff00::",
    "ff02::1",
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
];

/// All of them, and the IPv6 addresses that hold one of the IPv4 addresses.
pub(super) fn addresses() -> Vec<IpAddr> {
    let v4: Vec<Ipv4Addr> = V4.iter().map(|text| text.parse().unwrap()).collect();
    let held = v4.iter().flat_map(|&address| holding(address)).map(IpAddr::from).collect::<Vec<_>>();
    let v6 = V6.iter().map(|text| text.parse().unwrap());
    v4.into_iter().map(IpAddr::from).chain(v6).chain(held).collect()
}

/// IPv6 addresses that lead to an IPv4 address.
fn holding(address: Ipv4Addr) -> Vec<Ipv6Addr> {
    let bits = u128::from(address.to_bits());
    let at = |prefix: &str, shift: u32| {
        Ipv6Addr::from_bits(prefix.parse::<Ipv6Addr>().unwrap().to_bits() | (bits << shift))
    };
    vec![
        // Mapped, compatible, translated (RFC 2765).
        at("::ffff:0:0", 0),
        at("::", 0),
        at("::ffff:0:0:0", 0),
        // NAT64: well-known and local.
        at("64:ff9b::", 0),
        at("64:ff9b:1::", 0),
        at("64:ff9b:1:abcd::", 0),
        // 6to4.
        at("2002::", 80),
        // Teredo: the client's address is inverted.
        Ipv6Addr::from_bits(at("2001:0:4136:e378::", 0).to_bits() ^ 0xffff_ffff),
        // Tunnels inside a site, behind a prefix that is public.
        at("2606:4700::5efe:0:0", 0),
        at("2606:4700::200:5efe:0:0", 0),
    ]
}

/// Ways to write an address as the host of a URL.
pub(super) fn spellings(address: IpAddr) -> Vec<String> {
    match address {
        IpAddr::V4(address) => spellings_v4(address),
        IpAddr::V6(address) => spellings_v6(address),
    }
}

fn spellings_v4(address: Ipv4Addr) -> Vec<String> {
    let whole = address.to_bits();
    let [a, b, c, d] = address.octets();
    let plain = address.to_string();
    let wide = |text: &str| -> String {
        text.chars().map(|c| c.to_digit(10).map_or(c, |n| char::from_u32(0xff10 + n).unwrap())).collect()
    };
    vec![
        plain.clone(),
        format!("{plain}."),
        // One number, or less than four.
        format!("{whole}"),
        format!("{whole:#x}"),
        format!("{whole:#X}").replace("0X", "0X000"),
        format!("0{whole:o}"),
        format!("{a}.{}", whole & 0xff_ffff),
        format!("{a}.{b}.{}", whole & 0xffff),
        format!("0x{a:x}.0{b:o}.{}", whole & 0xffff),
        // Other bases, and zeroes before.
        format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("000{a:o}.000{b:o}.000{c:o}.000{d:o}"),
        format!("{a}.{b:#x}.0{c:o}.{d}"),
        // Other scripts' digits and dots.
        wide(&plain),
        plain.replace('.', "\u{3002}"),
        plain.replace('.', "\u{ff0e}"),
        wide(&plain).replace('.', "\u{ff61}"),
        // A soft hyphen is nothing.
        plain.replace('.', "\u{ad}."),
        // As an escape.
        plain.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        plain.replace('.', "%2e"),
    ]
}

fn spellings_v6(address: Ipv6Addr) -> Vec<String> {
    let segments = address.segments();
    let full = segments.map(|segment| format!("{segment:04x}")).join(":");
    let short = segments.map(|segment| format!("{segment:x}")).join(":");
    let [.., a, b] = segments;
    let tail = Ipv4Addr::from_bits((u32::from(a) << 16) | u32::from(b));
    let head = segments[..6].iter().map(|segment| format!("{segment:x}")).collect::<Vec<_>>().join(":");
    let texts = [address.to_string(), full.to_uppercase(), full, short, format!("{head}:{tail}")];
    texts.into_iter().map(|text| format!("[{text}]")).collect()
}
