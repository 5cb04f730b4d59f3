//! Usage intervals of a link.

use std::collections::BTreeMap;

use connect_core::connector::MeterKind;
use connect_core::directory::Utility;
use connect_core::emissions::{self, EmissionRate};
use connect_core::store::{Account, Meter, Principal, StoreError, StoredSeries};
use connect_core::usage::{Decimal, Flow, Quality, Window};
use uuid::Uuid;

use super::data::AccountView;
use super::{Fault, Service};

/// How old the last fetch may be before newer data counts as on its way: the worker reads once a day.
const STALE_SECONDS: i64 = 2 * 86_400;

/// Which meters are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// One meter.
    Meter(Uuid),
    /// All meters of a kind of an account.
    Account(Uuid, MeterKind),
}

/// Why there are no intervals to give.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// Not of this user, or nobody's: not told apart.
    #[error("the account or meter is not the user's")]
    NotOwn,
    /// The user was deleted meanwhile.
    #[error("the user does not exist any more")]
    Gone,
    /// The account has no meter of this kind, or the meter no intervals.
    #[error("{0}")]
    NotOffered(&'static str),
    /// Not read yet.
    #[error("the data has not been read yet")]
    NotYet,
    /// A fault of ours.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for UsageError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

/// What was asked for.
#[derive(Debug)]
pub struct Usage {
    /// Name of the utility.
    pub utility: String,
    /// IANA time zone of the utility.
    pub time_zone: String,
    /// Kind of the meters.
    pub kind: MeterKind,
    /// The account.
    pub account: AccountView,
    /// The meters, each with its intervals.
    pub meters: Vec<MeterUsage>,
}

/// Intervals of a meter.
#[derive(Debug)]
pub struct MeterUsage {
    /// The meter.
    pub id: Uuid,
    /// By start.
    pub intervals: Vec<Interval>,
}

/// One interval, in kWh or therms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Start, in seconds since 1970.
    pub start: i64,
    /// End (exclusive).
    pub end: i64,
    /// To the customer; where the source gives nothing else, less what came from the customer.
    pub usage: Option<Decimal>,
    /// From the customer.
    pub received: Option<Decimal>,
    /// Emissions of `usage` in kg CO₂e, where a rate is known.
    pub emissions: Option<Decimal>,
}

impl Service {
    /// Intervals that start in `window`.
    pub async fn usage(&self, principal: Principal, which: Which, window: Window) -> Result<Usage, UsageError> {
        let user = self.store.user(principal.user_id).await?.ok_or(UsageError::Gone)?;
        let accounts = self.store.accounts(user.id).await?;
        let (account, kind, meters) = find(accounts, which)?;
        let state = self.store.sync_state(user.id).await?.ok_or(UsageError::NotYet)?;
        let utility = self.directory.by_id(user.utility);
        let rate = utility.and_then(emissions::of_utility).filter(|_| kind == MeterKind::Electric);
        let mut usage = Usage {
            utility: utility.map_or_else(String::new, |utility| utility.name.clone()),
            time_zone: zone_of(utility),
            kind,
            account: account.into(),
            meters: Vec::new(),
        };
        let mut refusal = None;
        let now = self.clock.now().as_second();
        for meter in meters {
            let fetched = state.progress.meters.get(&meter.id).ok_or(UsageError::NotYet)?;
            // The past is read last, and the newest once a day: what is asked for may be on its way.
            let (first, last) = (window.from.max(fetched.floor), window.to.min(now));
            let past = fetched.window.from > first && window.to > fetched.floor;
            if past || last > fetched.window.to + STALE_SECONDS {
                return Err(UsageError::NotYet);
            }
            let series = self.store.readings(user.id, meter.id, window).await?;
            if series.is_empty() && !fetched.has_readings() {
                if !fetched.is_whole() {
                    return Err(UsageError::NotYet);
                }
                refusal = Some("The utility gives no intervals for this meter.");
                continue;
            }
            if !series.is_empty() && series.iter().all(|s| s.kind.scale.value(kind, 0).is_none()) {
                refusal = Some("The utility gives volumes of gas without their energy.");
                continue;
            }
            usage.meters.push(MeterUsage { id: meter.id, intervals: intervals(series, kind, window, rate)? });
        }
        if let (Some(refusal), true) = (refusal, usage.meters.is_empty()) {
            return Err(UsageError::NotOffered(refusal));
        }
        Ok(usage)
    }
}

/// IANA time zone of a utility; UTC for one that has left the directory.
pub(super) fn zone_of(utility: Option<&Utility>) -> String {
    utility.map_or_else(|| "UTC".to_owned(), |utility| utility.timezone.clone())
}

fn find(accounts: Vec<Account>, which: Which) -> Result<(Account, MeterKind, Vec<Meter>), UsageError> {
    let own = |account: &Account| match which {
        Which::Meter(id) => account.meters.iter().any(|meter| meter.id == id),
        Which::Account(id, _) => account.id == id,
    };
    let account = accounts.into_iter().find(own).ok_or(UsageError::NotOwn)?;
    let wanted = |meter: &&Meter| match which {
        Which::Meter(id) => meter.id == id,
        Which::Account(_, kind) => meter.kind == kind,
    };
    let meters: Vec<Meter> = account.meters.iter().filter(wanted).cloned().collect();
    match meters.first() {
        Some(first) => Ok((account, first.kind, meters)),
        None => Err(UsageError::NotOffered("The account has no meter of this type.")),
    }
}

/// The series of a window as intervals, the finest granularity first: of a coarser one only what
/// overlaps nothing finer, since one is part of the other.
fn intervals(
    mut series: Vec<StoredSeries>,
    kind: MeterKind,
    window: Window,
    rate: Option<EmissionRate>,
) -> Result<Vec<Interval>, UsageError> {
    series.sort_by_key(|series| series.kind.grain);
    let mut taken: BTreeMap<i64, Interval> = BTreeMap::new();
    for of_grain in series.chunk_by(|a, b| a.kind.grain == b.kind.grain) {
        let mut found: BTreeMap<i64, Interval> = BTreeMap::new();
        for StoredSeries { kind: what, chunks } in of_grain {
            for chunk in chunks {
                let readings = chunk.unpack().map_err(|_| StoreError::Corrupt("chunk of readings"))?;
                for reading in readings.iter().filter(|r| (window.from..window.to).contains(&r.start)) {
                    // A forecast is no usage, and a volume of gas whose energy nobody has told no energy.
                    let value = what.scale.value(kind, reading.raw);
                    let Some(value) = value.filter(|_| reading.quality != Quality::Projected) else { continue };
                    let new = Interval {
                        start: reading.start,
                        end: reading.end(),
                        usage: None,
                        received: None,
                        emissions: None,
                    };
                    let interval = found.entry(reading.start).or_insert(new);
                    match what.flow {
                        Flow::Received => interval.received = Some(value),
                        Flow::Delivered => interval.usage = Some(value),
                        Flow::Net => interval.usage = interval.usage.or(Some(value)),
                    }
                }
            }
        }
        if taken.is_empty() {
            taken = found;
            continue;
        }
        found.retain(|_, interval| {
            let before = taken.range(..interval.end).next_back();
            before.is_none_or(|(_, other)| other.end <= interval.start)
        });
        taken.append(&mut found);
    }
    // What is sent back earns no credit here.
    let emissions = |usage: Decimal| if usage.units < 0 { None } else { rate?.of(usage) };
    let with_emissions =
        |interval: Interval| Interval { emissions: interval.usage.and_then(emissions), ..interval };
    Ok(taken.into_values().map(with_emissions).collect())
}
