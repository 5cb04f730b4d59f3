//! Usage intervals of a link.

use connect_core::connector::MeterKind;
use connect_core::directory::Utility;
use connect_core::emissions::{self, EmissionRate};
use connect_core::store::{Account, Meter, Principal, SeriesMonths, StoreError, StoredSeries};
use connect_core::usage::{Interval, Window, intervals};
use jiff::tz::TimeZone;
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
    /// The customer does not share this.
    #[error("{0}")]
    NotShared(&'static str),
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

/// What was asked for, with the intervals of each meter or something else about them.
#[derive(Debug)]
pub struct Usage<M = MeterUsage> {
    /// Name of the utility.
    pub utility: String,
    /// IANA time zone of the utility.
    pub time_zone: String,
    /// Kind of the meters.
    pub kind: MeterKind,
    /// The account.
    pub account: AccountView,
    /// The meters, each with what was asked for.
    pub meters: Vec<M>,
}

/// Intervals of a meter.
#[derive(Debug)]
pub struct MeterUsage {
    /// The meter.
    pub id: Uuid,
    /// By start.
    pub intervals: Vec<Interval>,
}

/// The meters of a question, found and looked at: those that have intervals to give.
pub(super) struct Asked {
    pub(super) user: Uuid,
    pub(super) rate: Option<EmissionRate>,
    /// What was asked for, as far as the customer shares it.
    pub(super) window: Window,
    pub(super) meters: Vec<AskedMeter>,
    utility: String,
    time_zone: String,
    pub(super) kind: MeterKind,
    account: AccountView,
}

/// A meter of [`Asked`].
pub(super) struct AskedMeter {
    pub(super) id: Uuid,
    /// The series that touch the window.
    pub(super) series: Vec<SeriesMonths>,
}

impl Asked {
    /// The answer with `meters`.
    pub(super) fn answer<M>(self, meters: Vec<M>) -> Usage<M> {
        let Self { utility, time_zone, kind, account, .. } = self;
        Usage { utility, time_zone, kind, account, meters }
    }
}

impl Service {
    /// Intervals that start in `window`.
    pub async fn usage(&self, principal: Principal, which: Which, window: Window) -> Result<Usage, UsageError> {
        let asked = self.asked(principal, which, window).await?;
        let window = asked.window;
        let mut meters = Vec::new();
        for meter in &asked.meters {
            let stored = self.store.readings(asked.user, meter.id, window).await?;
            let series = stored.iter().map(StoredSeries::unpack).collect::<Result<Vec<_>, _>>()?;
            let intervals = intervals(series.iter().collect(), asked.kind, window, asked.rate);
            meters.push(MeterUsage { id: meter.id, intervals });
        }
        Ok(asked.answer(meters))
    }

    /// What `which` means to the caller, if its data of `window` is there.
    pub(super) async fn asked(
        &self,
        principal: Principal,
        which: Which,
        window: Window,
    ) -> Result<Asked, UsageError> {
        let user = self.store.user(principal.user_id).await?.ok_or(UsageError::Gone)?;
        let accounts = self.store.accounts(user.id).await?;
        let (account, kind, meters) = find(accounts, which)?;
        if !user.grant.choices.usage {
            return Err(UsageError::NotShared("The customer does not share usage."));
        }
        // What is older is not shared. A window that ends before that holds nothing, and has no months.
        let from = user.grant.from.map_or(i64::MIN, |from| from.as_second());
        let window = Window { from: window.from.max(from).min(window.to), ..window };
        let state = self.store.sync_state(user.id).await?.ok_or(UsageError::NotYet)?;
        let utility = self.directory.by_id(user.utility);
        let mut asked = Asked {
            user: user.id,
            rate: utility.and_then(emissions::of_utility).filter(|_| kind == MeterKind::Electric),
            window,
            meters: Vec::new(),
            utility: utility.map_or_else(String::new, |utility| utility.name.clone()),
            time_zone: zone_of(utility),
            kind,
            account: account.into(),
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
            let series = self.store.reading_months(user.id, meter.id, window).await?;
            if series.is_empty() && !fetched.has_readings() {
                if !fetched.is_whole() {
                    return Err(UsageError::NotYet);
                }
                // Where the past is not shared there may be none yet.
                if user.grant.from.is_none() {
                    refusal = Some("The utility gives no intervals for this meter.");
                    continue;
                }
            }
            if !series.is_empty() && series.iter().all(|s| s.kind.scale.value(kind, 0).is_none()) {
                refusal = Some("The utility gives volumes of gas without their energy.");
                continue;
            }
            asked.meters.push(AskedMeter { id: meter.id, series });
        }
        if let (Some(refusal), true) = (refusal, asked.meters.is_empty()) {
            return Err(UsageError::NotOffered(refusal));
        }
        Ok(asked)
    }
}

/// IANA time zone of a utility; UTC for one that has left the directory.
pub(super) fn zone_of(utility: Option<&Utility>) -> String {
    utility.map_or_else(|| "UTC".to_owned(), |utility| utility.timezone.clone())
}

/// The same, to count days in.
pub(crate) fn days_of(utility: Option<&Utility>) -> TimeZone {
    TimeZone::get(&zone_of(utility)).unwrap_or(TimeZone::UTC)
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
