//! Usage intervals of a link.

use std::collections::BTreeMap;

use connect_core::connector::MeterKind;
use connect_core::directory::Utility;
use connect_core::emissions::{self, EmissionRate};
use connect_core::store::{Account, Meter, Principal, StoreError, StoredSeries, User};
use connect_core::usage::{Decimal, Flow, Grain, Window};
use uuid::Uuid;

use super::data::AccountView;
use super::{Fault, Service};

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
    /// Changes whenever an interval of the window does.
    pub revision: u64,
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
            revision: 0,
        };
        for meter in meters {
            let fetched = state.progress.meters.get(&meter.id).ok_or(UsageError::NotYet)?;
            // The past is read last: what is asked for may still be on its way.
            let first = window.from.max(fetched.floor);
            if fetched.window.from > first && window.to > fetched.floor {
                return Err(UsageError::NotYet);
            }
            let series = self.store.readings(user.id, meter.id, window).await?;
            if series.is_empty() && !self.has_readings(&user, meter.id, fetched.window).await? {
                return Err(UsageError::NotOffered("The utility gives no intervals for this meter."));
            }
            usage.revision = usage.revision.wrapping_add(series.iter().map(|s| s.revision).sum());
            let intervals = intervals(series, kind, window, rate)?;
            usage.meters.push(MeterUsage { id: meter.id, intervals });
        }
        Ok(usage)
    }

    async fn has_readings(&self, user: &User, meter: Uuid, window: Window) -> Result<bool, UsageError> {
        Ok(!self.store.readings(user.id, meter, window).await?.is_empty())
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

/// The finest series that a window has, as intervals: amounts of different granularity are never
/// mixed, since one is part of the other.
fn intervals(
    series: Vec<StoredSeries>,
    kind: MeterKind,
    window: Window,
    rate: Option<EmissionRate>,
) -> Result<Vec<Interval>, UsageError> {
    let mut by_grain: BTreeMap<Grain, BTreeMap<(i64, i64), Interval>> = BTreeMap::new();
    for StoredSeries { kind: what, chunks, .. } in series {
        let found = by_grain.entry(what.grain).or_default();
        for chunk in chunks {
            let readings = chunk.unpack().map_err(|_| StoreError::Corrupt("chunk of readings"))?;
            for reading in readings.iter().filter(|r| (window.from..window.to).contains(&r.start)) {
                // A volume of gas whose energy nobody has told is no amount of energy.
                let Some(value) = what.scale.value(kind, reading.raw) else { continue };
                let key = (reading.start, reading.end());
                let interval = found.entry(key).or_insert(Interval {
                    start: reading.start,
                    end: reading.end(),
                    usage: None,
                    received: None,
                    emissions: None,
                });
                match what.flow {
                    Flow::Received => interval.received = Some(value),
                    Flow::Delivered => interval.usage = Some(value),
                    Flow::Net => interval.usage = interval.usage.or(Some(value)),
                }
            }
        }
    }
    let finest = by_grain.into_values().find(|found| !found.is_empty()).unwrap_or_default();
    let with_emissions = |interval: Interval| Interval {
        emissions: rate.zip(interval.usage).and_then(|(rate, usage)| rate.of(usage)),
        ..interval
    };
    Ok(finest.into_values().map(with_emissions).collect())
}
