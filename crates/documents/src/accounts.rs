//! Accounts and meters of a document, with what it holds of them.

use connect_core::connector::{MeterKind, RemoteAccount, RemoteMeter};
use connect_core::usage::{Bill, Series, Window};
use greenbutton::{Document, Service, UsagePoint};
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::OutOfRange;
use crate::bills::bills_of;
use crate::numbers::unit;
use crate::series::{Kinds, add_series, in_order};

/// All of time.
const ALWAYS: Window = Window { from: i64::MIN, to: i64::MAX };

/// What a document holds that can be kept.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Accounts with at least one meter that has readings or bills, in the order of the document.
    pub accounts: Vec<FoundAccount>,
    /// Series with readings that are not kept: no usage, no unit, no known clock, or not of electricity
    /// or gas.
    pub left_out: usize,
}

/// An account of a document.
#[derive(Clone, Debug)]
pub struct FoundAccount {
    /// The account. Its number is empty where the document names none. Its meters are named by
    /// [`meter_id`], so that the next document of the utility finds them.
    pub account: RemoteAccount,
    /// What there is of each of its meters, in the same order.
    pub meters: Vec<FoundMeter>,
    /// Its bills, by period.
    pub bills: Vec<Bill>,
}

/// What a document holds of a meter.
#[derive(Clone, Debug)]
pub struct FoundMeter {
    /// Series, at most one of each kind.
    pub series: Vec<Series>,
}

/// A meter in the making.
struct Point {
    /// Its places among the document's usage points: several, in an archive.
    places: Vec<usize>,
    number: Option<String>,
    kind: MeterKind,
    public_id: Option<Uuid>,
    kinds: Kinds,
}

impl Point {
    fn new(kind: MeterKind, places: Vec<usize>, number: Option<String>, public_id: Option<Uuid>) -> Self {
        Self { places, number, kind, public_id, kinds: Kinds::new() }
    }
}

/// Reads accounts, meters, readings and bills out of a document. `zone` is the utility's, for the days
/// of bills.
///
/// A usage point is a meter. Meters are of one account unless the document gives them different
/// account numbers.
///
/// # Errors
///
/// When a value cannot be kept exactly.
pub fn found(document: &Document, zone: &TimeZone) -> Result<Found, OutOfRange> {
    let mut left_out = 0;
    let mut points: Vec<Point> = Vec::new();
    for (place, point) in document.usage_points.iter().enumerate() {
        let Some(kind) = kind_of_point(document, place, point) else {
            left_out +=
                document.series.iter().filter(|s| s.usage_point == Some(place) && !s.readings.is_empty()).count();
            continue;
        };
        let public_id = meter_id(point, kind);
        // One meter may be in several files of an archive.
        let same = |known: &&mut Point| {
            let alike = known.public_id == public_id && known.number == point.account && known.kind == kind;
            alike && public_id.is_some()
        };
        match points.iter_mut().find(same) {
            Some(known) => known.places.push(place),
            None => points.push(Point::new(kind, vec![place], point.account.clone(), public_id)),
        }
    }
    for series in document.series.iter().filter(|series| !series.readings.is_empty()) {
        let at = match series.usage_point {
            Some(place) => match points.iter().position(|point| point.places.contains(&place)) {
                Some(at) => at,
                // Counted above.
                None => continue,
            },
            // Readings that no link leads to a usage point: the only one, or one of their own.
            None => match (kind_of_uom(series.reading_type.uom), points.len()) {
                (None, _) => {
                    left_out += 1;
                    continue;
                }
                (Some(kind), 1) if points.iter().all(|point| point.kind == kind) => 0,
                (Some(kind), _) => points
                    .iter()
                    .position(|point| point.places.is_empty() && point.kind == kind)
                    .unwrap_or_else(|| {
                        points.push(Point::new(kind, Vec::new(), None, None));
                        points.len() - 1
                    }),
            },
        };
        let Some(point) = points.get_mut(at) else { continue };
        if !add_series(series, ALWAYS, &mut point.kinds)? {
            left_out += 1;
        }
    }
    let billed = |point: &Point| {
        document.bills.iter().any(|bill| bill.usage_point.is_some_and(|place| point.places.contains(&place)))
    };
    points.retain(|point| !point.kinds.is_empty() || billed(point));
    Ok(Found { accounts: accounts(document, points, zone)?, left_out })
}

fn accounts(document: &Document, points: Vec<Point>, zone: &TimeZone) -> Result<Vec<FoundAccount>, OutOfRange> {
    let mut groups: Vec<(Option<String>, Vec<Point>)> = Vec::new();
    for point in points {
        match groups.iter_mut().find(|(number, _)| *number == point.number) {
            Some((_, group)) => group.push(point),
            None => groups.push((point.number.clone(), vec![point])),
        }
    }
    let single = groups.len() == 1;
    let mut accounts = Vec::new();
    for (number, group) in groups {
        let mut places: Vec<Option<usize>> =
            group.iter().flat_map(|p| &p.places).map(|place| Some(*place)).collect();
        if single {
            places.push(None);
        }
        let bills = bills_of(document, &places, zone)?;
        let first = group.iter().find_map(|point| document.usage_points.get(*point.places.first()?));
        let number = number
            .or_else(|| {
                single.then(|| only(document.customers.accounts.iter().map(|a| a.number.clone()))).flatten()
            })
            .unwrap_or_default();
        let address = single
            .then(|| only(document.customers.locations.iter().map(|location| location.address.as_ref())))
            .flatten()
            .map(one_line)
            .or_else(|| first.and_then(|point| point.title.clone()))
            .unwrap_or_default();
        accounts.push(FoundAccount {
            account: RemoteAccount {
                public_id: None,
                account_number: number,
                address,
                meters: group.iter().map(|p| RemoteMeter { public_id: p.public_id, kind: p.kind }).collect(),
            },
            meters: group.into_iter().map(|point| FoundMeter { series: in_order(point.kinds) }).collect(),
            bills,
        });
    }
    Ok(accounts)
}

/// What a usage point measures: as it says, else by the units of its series. `place` is its place in
/// [`Document::usage_points`].
pub fn kind_of_point(document: &Document, place: usize, point: &UsagePoint) -> Option<MeterKind> {
    match point.service {
        Some(Service::Electricity) => Some(MeterKind::Electric),
        Some(Service::Gas) => Some(MeterKind::Gas),
        Some(_) => None,
        None => {
            let own = document.series.iter().filter(|series| series.usage_point == Some(place));
            own.filter_map(|series| kind_of_uom(series.reading_type.uom)).next()
        }
    }
}

/// The kind of meter that alone counts in this unit. Volumes may also be water.
fn kind_of_uom(uom: Option<u16>) -> Option<MeterKind> {
    use connect_core::usage::Unit;
    match unit(uom)? {
        Unit::WattHour => Some(MeterKind::Electric),
        Unit::Therm | Unit::Btu => Some(MeterKind::Gas),
        Unit::CubicFoot | Unit::CubicMetre => None,
    }
}

/// The name of a meter: the UUID that ends its usage point's address, else one that is made of that
/// address, without a host, or of the delivery point's name. The same in every document of a utility;
/// `None` where the document has nothing to tell meters apart by.
pub(crate) fn meter_id(point: &UsagePoint, kind: MeterKind) -> Option<Uuid> {
    let href = point.href.as_deref().map(|href| href.split_once("://").map_or(href, |(_, rest)| rest));
    let path = href.map(|href| href.trim_end_matches('/')).filter(|href| !href.is_empty());
    let uuid = path.and_then(|path| Uuid::try_parse(path.rsplit('/').next()?).ok());
    let made = || {
        let mark = point.delivery_point.as_deref().or(path)?;
        // Short marks, as `01`, are of the gas meter in one file and of the other one in another.
        let kind = if kind == MeterKind::Gas { "gas" } else { "electric" };
        Some(Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("{kind} {mark}").as_bytes()))
    };
    uuid.or_else(made)
}

/// The only thing there is.
fn only<T>(mut all: impl Iterator<Item = Option<T>>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first).flatten()
}

/// An address on one line, without the country.
pub fn one_line(address: &greenbutton::Address) -> String {
    let region = [&address.state, &address.postal_code];
    let region = region.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ");
    let parts = [address.street.clone(), address.town.clone(), Some(region).filter(|region| !region.is_empty())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
