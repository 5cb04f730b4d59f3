//! The accounts under a login: invented, and always the same.

use connect_core::connector::MeterKind;
use uuid::Uuid;

use super::draw::Draw;
use crate::logins::{Holds, PortalLogin};

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
const HOLDERS: [&str; 6] =
    ["Alex Example", "Robin Sample", "Sam Placeholder", "Kim Specimen", "Jo Mockup", "Charlie Fixture"];

/// A customer account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Identifier that never changes.
    pub id: Uuid,
    /// Account number as printed on the bill. Leading zeros matter.
    pub number: String,
    /// Name on the bill.
    pub holder: &'static str,
    /// Service address on one line.
    pub address: String,
    /// Meters, at least one.
    pub meters: Vec<Meter>,
    /// Whether service has ended.
    pub closed: bool,
    /// Whether the latest readings are estimates that change later.
    pub(crate) restated: bool,
}

/// A meter of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meter {
    /// Identifier that never changes.
    pub id: Uuid,
    /// Number on the meter's plate.
    pub serial: String,
    /// What it measures.
    pub kind: MeterKind,
    /// How often it is read.
    pub resolution: Resolution,
    /// Whether it measures energy in both directions.
    pub net: bool,
}

/// How often a meter is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Every quarter of an hour.
    QuarterHour,
    /// Every hour.
    Hour,
    /// Every day.
    Day,
    /// Once a month, for the bill only.
    Bill,
}

/// The direction in which energy flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flow {
    /// To the customer.
    Delivered,
    /// From the customer.
    Received,
}

impl Meter {
    /// The directions that it measures.
    pub fn flows(&self) -> &'static [Flow] {
        if self.net { &[Flow::Delivered, Flow::Received] } else { &[Flow::Delivered] }
    }
}

impl Resolution {
    /// Seconds of one reading, where there are readings.
    pub fn seconds(self) -> Option<u32> {
        match self {
            Self::QuarterHour => Some(900),
            Self::Hour => Some(3600),
            Self::Day => Some(86_400),
            Self::Bill => None,
        }
    }
}

/// An account to invent. Accounts of the same place have the same address.
struct Plan {
    place: u8,
    leading_zeros: bool,
    meters: &'static [Kind],
}

/// What a planned meter is like.
#[derive(Clone, Copy)]
enum Kind {
    Gas,
    Hourly,
    QuarterHourly,
    Solar,
    Monthly,
}

const fn plan(place: u8, meters: &'static [Kind]) -> Plan {
    Plan { place, leading_zeros: false, meters }
}

const SEVERAL: &[Plan] = &[
    plan(0, &[Kind::Hourly]),
    plan(0, &[Kind::Gas]),
    plan(1, &[Kind::Gas, Kind::QuarterHourly]),
    Plan { place: 2, leading_zeros: true, meters: &[Kind::Hourly] },
];

/// The accounts of a login; none for a name that the portal does not know.
pub fn accounts(username: &str) -> Vec<Account> {
    accounts_at(super::UTILITY, username)
}

/// The accounts that the login would have at another utility, where the sandbox plays it: the same in
/// kind and number, with ids, numbers and addresses of their own.
pub fn accounts_at(utility: u32, username: &str) -> Vec<Account> {
    PortalLogin::find(username).map(|row| of(row, utility)).unwrap_or_default()
}

fn of(row: &PortalLogin, utility: u32) -> Vec<Account> {
    let plans: &[Plan] = match row.holds {
        Holds::Classic => return classic(),
        Holds::Electric | Holds::Closed | Holds::Restated => const { &[plan(0, &[Kind::Hourly])] },
        Holds::QuarterHourly => const { &[plan(0, &[Kind::QuarterHourly])] },
        Holds::Solar => const { &[plan(0, &[Kind::Solar])] },
        Holds::NoIntervals => const { &[plan(0, &[Kind::Monthly])] },
        Holds::Gas => const { &[plan(0, &[Kind::Gas])] },
        Holds::GasAndElectric => const { &[plan(0, &[Kind::Gas, Kind::QuarterHourly])] },
        Holds::Several => SEVERAL,
        Holds::Nothing => &[],
    };
    (0..).zip(plans).map(|(index, plan)| invent(row, utility, index, plan)).collect()
}

fn invent(row: &PortalLogin, utility: u32, index: u8, plan: &Plan) -> Account {
    let draw = |what, index| Draw::new(utility, row.username, what, index);
    Account {
        id: draw("account", index).uuid(),
        number: number(draw("number", index), index, plan.leading_zeros),
        holder: HOLDERS[draw("holder", 0).index(HOLDERS.len())],
        address: address(draw("address", plan.place), plan.place),
        meters: (0..)
            .zip(plan.meters)
            .map(|(at, kind): (u8, &Kind)| meter(draw("meter", index * 16 + at).uuid(), *kind))
            .collect(),
        closed: row.holds == Holds::Closed,
        restated: row.holds == Holds::Restated,
    }
}

fn meter(id: Uuid, kind: Kind) -> Meter {
    let (letter, resolution) = match kind {
        Kind::Gas => ('G', Resolution::Day),
        Kind::Hourly => ('E', Resolution::Hour),
        Kind::QuarterHourly | Kind::Solar => ('E', Resolution::QuarterHour),
        Kind::Monthly => ('E', Resolution::Bill),
    };
    let digits = Draw::of([id.as_bytes(), b"serial"]).below(10_000_000);
    Meter {
        id,
        serial: format!("{letter}{digits:07}"),
        kind: if matches!(kind, Kind::Gas) { MeterKind::Gas } else { MeterKind::Electric },
        resolution,
        net: matches!(kind, Kind::Solar),
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
    let street = STREETS[draw.index(STREETS.len())];
    let unit = match draw.below(3) {
        0 => format!(" APT {}", 1 + draw.below(40)),
        _ => String::new(),
    };
    let town = TOWNS[draw.index(TOWNS.len())];
    format!("{house} {street}{unit} {town} ZZ 00000")
}

/// The accounts that integrations of old know by these ids.
fn classic() -> Vec<Account> {
    let id = |high: u32| Uuid::from_fields(high, 0, 0, &[0; 8]);
    let account = |high, number: &str, address: &str, meters| Account {
        id: id(high),
        number: number.to_owned(),
        holder: "Sam Placeholder",
        address: address.to_owned(),
        meters,
        closed: false,
        restated: false,
    };
    vec![
        account(
            0xea10_0000,
            "1077345636",
            "1 WARRIORS WAY SAN FRANCISCO CA 94158",
            vec![meter(id(0xea11_0000), Kind::Gas), meter(id(0xea12_0000), Kind::QuarterHourly)],
        ),
        account(
            0xea20_0000,
            "2077345636",
            "1 FERRY BUILDING SAN FRANCISCO CA 94105",
            vec![meter(id(0xea21_0000), Kind::Hourly)],
        ),
    ]
}
