//! The accounts under a login: invented, and the same at every link.

use connect_core::connector::{MeterKind, RemoteAccount, RemoteMeter};
use uuid::{Builder, Uuid};

use crate::scenario::{Holds, SandboxLogin};

const GAS: &[MeterKind] = &[MeterKind::Gas];
const ELECTRIC: &[MeterKind] = &[MeterKind::Electric];
const BOTH: &[MeterKind] = &[MeterKind::Gas, MeterKind::Electric];

const STREETS: [&str; 8] = [
    "SAMPLE ST",
    "EXAMPLE AVE",
    "PLACEHOLDER LN",
    "MOCKUP RD",
    "FIXTURE CT",
    "SPECIMEN BLVD",
    "DEMO DR",
    "PROTOTYPE WAY",
];
const TOWNS: [&str; 6] =
    ["SANDBOX CITY", "TESTVILLE", "EXAMPLETON", "MOCK SPRINGS", "FORT FICTION", "NOWHERE FALLS"];

/// An account to invent. Accounts of the same place have the same address.
struct Plan {
    place: u8,
    leading_zeros: bool,
    meters: &'static [MeterKind],
}

const fn plan(place: u8, meters: &'static [MeterKind]) -> Plan {
    Plan { place, leading_zeros: false, meters }
}

const SEVERAL: &[Plan] =
    &[plan(0, ELECTRIC), plan(0, GAS), plan(1, BOTH), Plan { place: 2, leading_zeros: true, meters: ELECTRIC }];

/// The accounts of a login at a utility.
pub(crate) fn of(row: &SandboxLogin, utility: u32) -> Vec<RemoteAccount> {
    let plans: &[Plan] = match row.holds {
        Holds::Classic => return classic(),
        Holds::Electric => const { &[plan(0, ELECTRIC)] },
        Holds::Gas => const { &[plan(0, GAS)] },
        Holds::GasAndElectric => const { &[plan(0, BOTH)] },
        Holds::Several => SEVERAL,
        Holds::Nothing => &[],
    };
    (0..).zip(plans).map(|(index, plan)| invent(utility, row.username, index, plan)).collect()
}

fn invent(utility: u32, username: &str, index: u8, plan: &Plan) -> RemoteAccount {
    let draw = |what, index| Draw::new(utility, username, what, index);
    let meter = |(at, kind): (u8, &MeterKind)| RemoteMeter {
        public_id: Some(draw("meter", index * 16 + at).uuid()),
        kind: *kind,
    };
    RemoteAccount {
        public_id: Some(draw("account", index).uuid()),
        account_number: number(draw("number", index), index, plan.leading_zeros),
        address: address(draw("address", plan.place), plan.place),
        meters: (0..).zip(plan.meters).map(meter).collect(),
    }
}

/// Ten digits. The last one is the place in the list, so that no two are the same.
fn number(mut draw: Draw, index: u8, leading_zeros: bool) -> String {
    let head = 10 + draw.below(90);
    let middle = draw.below(10_000_000);
    let head = if leading_zeros { 0 } else { head };
    format!("{head:02}{middle:07}{index}")
}

/// One line in upper case. State and postal code are of no country, the house number ends in
/// `place`, so that no two places are the same.
fn address(mut draw: Draw, place: u8) -> String {
    let house = 10 * (1 + draw.below(899)) + u64::from(place);
    let street = draw.pick(&STREETS);
    let unit = match draw.below(3) {
        0 => format!(" APT {}", 1 + draw.below(40)),
        _ => String::new(),
    };
    let town = draw.pick(&TOWNS);
    format!("{house} {street}{unit} {town} ZZ 00000")
}

/// The accounts that Pelm's sandbox had. Integrations of old know them by these ids.
fn classic() -> Vec<RemoteAccount> {
    let id = |high: u32| Some(Uuid::from_fields(high, 0, 0, &[0; 8]));
    let meter = |high, kind| RemoteMeter { public_id: id(high), kind };
    vec![
        RemoteAccount {
            public_id: id(0xea10_0000),
            account_number: "1077345636".to_owned(),
            address: "1 WARRIORS WAY SAN FRANCISCO CA 94158".to_owned(),
            meters: vec![meter(0xea11_0000, MeterKind::Gas), meter(0xea12_0000, MeterKind::Electric)],
        },
        RemoteAccount {
            public_id: id(0xea20_0000),
            account_number: "2077345636".to_owned(),
            address: "1 FERRY BUILDING SAN FRANCISCO CA 94105".to_owned(),
            meters: vec![meter(0xea21_0000, MeterKind::Electric)],
        },
    ]
}

/// Numbers that look drawn and never change: FNV-1a over what they are for, then SplitMix64.
/// Both are written out here because ids of linked accounts hang on every bit of them.
struct Draw(u64);

impl Draw {
    fn new(utility: u32, username: &str, what: &str, index: u8) -> Self {
        let utility = utility.to_le_bytes();
        let parts: [&[u8]; 6] = [&utility, username.as_bytes(), &[0], what.as_bytes(), &[0], &[index]];
        let bytes = parts.into_iter().flatten();
        Self(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `end` - 1.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<const N: usize>(&mut self, from: &[&'static str; N]) -> &'static str {
        const { assert!(N > 0) };
        let at = usize::try_from(self.below(N as u64)).unwrap_or(0);
        from[at]
    }

    /// A UUID of version 8: made from given bits.
    fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        Builder::from_custom_bytes(bits.to_be_bytes()).into_uuid()
    }
}
