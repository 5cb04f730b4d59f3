//! What a customer shares with a company: which kinds of data, how far back, until when, and of which meters.
//!
//! The customer shapes [`Choices`] before signing in and chooses among several meters after it. A [`Grant`] is what
//! was agreed, kept with the link. It binds twice: what is not shared is not read from the utility, and what is there
//! all the same (from an earlier, wider grant) is not given to the company.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::connector::{MeterKind, RemoteAccount};

/// What the customer chose to share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// Readings of the meters.
    pub usage: bool,
    /// Bills, with their documents.
    pub bills: bool,
    /// How far back.
    pub history: History,
    /// For how long.
    pub lasts: Lasts,
}

impl Default for Choices {
    fn default() -> Self {
        Self { usage: true, bills: true, history: History::Whole, lasts: Lasts::UntilStopped }
    }
}

/// How far back data is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum History {
    /// As far as it is read: two years of readings, and the bills that the utility lists.
    Whole,
    /// Twelve months.
    Year,
    /// Only what comes from now on.
    Nothing,
}

/// For how long data is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lasts {
    /// Until the customer or the company ends it.
    UntilStopped,
    /// Twelve months.
    Year,
    /// Three months.
    Quarter,
}

/// Why choices cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ChoiceError {
    /// Neither usage nor bills: then there is nothing to share.
    #[error("nothing is chosen")]
    Nothing,
    /// Not what the screen offers.
    #[error("that is not on offer")]
    Unknown,
}

impl History {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Whole, Self::Year, Self::Nothing];

    /// As a form names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Whole => "history-whole",
            Self::Year => "history-year",
            Self::Nothing => "history-none",
        }
    }
}

impl Lasts {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::UntilStopped, Self::Year, Self::Quarter];

    /// As a form names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::UntilStopped => "until-stopped",
            Self::Year => "until-year",
            Self::Quarter => "until-quarter",
        }
    }
}

impl Choices {
    /// Reads what a form names, separated by commas: `usage,bills,history-year,until-stopped`.
    pub fn read(chosen: &str) -> Result<Self, ChoiceError> {
        let mut read = Self { usage: false, bills: false, ..Self::default() };
        for name in chosen.split(',').filter(|name| !name.is_empty()) {
            match name {
                "usage" => read.usage = true,
                "bills" => read.bills = true,
                _ => {
                    let history = History::ALL.into_iter().find(|history| history.name() == name);
                    let lasts = Lasts::ALL.into_iter().find(|lasts| lasts.name() == name);
                    match (history, lasts) {
                        (Some(history), _) => read.history = history,
                        (_, Some(lasts)) => read.lasts = lasts,
                        (None, None) => return Err(ChoiceError::Unknown),
                    }
                }
            }
        }
        if read.usage || read.bills { Ok(read) } else { Err(ChoiceError::Nothing) }
    }
}

/// What a customer shares through a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// As chosen.
    pub choices: Choices,
    /// Nothing before this is shared; `None` for no such bound.
    pub from: Option<Timestamp>,
    /// When the sharing ends by itself; `None` for never.
    pub until: Option<Timestamp>,
    /// Which meters; `None` for whatever the login has: there was nothing to choose.
    pub meters: Option<Meters>,
}

impl Default for Grant {
    /// Everything: of links that are older than the choice.
    fn default() -> Self {
        Self { choices: Choices::default(), from: None, until: None, meters: None }
    }
}

impl Grant {
    /// Nothing at all: of what was agreed and cannot be read.
    pub fn nothing() -> Self {
        let choices = Choices { usage: false, bills: false, ..Choices::default() };
        Self { choices, from: None, until: None, meters: Some(Meters::default()) }
    }

    /// What these choices mean at `now`. A renewal with the same history goes back as far as `before` did.
    pub fn give(choices: Choices, meters: Option<Meters>, before: Option<&Self>, now: Timestamp) -> Self {
        let same = before.filter(|before| before.choices.history == choices.history);
        let from = match choices.history {
            History::Whole => None,
            History::Year => Some(months_from(now, -12)),
            History::Nothing => Some(now),
        };
        let until = match choices.lasts {
            Lasts::UntilStopped => None,
            Lasts::Year => Some(months_from(now, 12)),
            Lasts::Quarter => Some(months_from(now, 3)),
        };
        Self { choices, from: same.map_or(from, |before| before.from), until, meters }
    }

    /// Whether it is over.
    pub fn ended(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether an instant, in seconds since 1970, is within the history.
    pub fn reaches(&self, second: i64) -> bool {
        self.from.is_none_or(|from| from.as_second() <= second)
    }

    /// Whether something that ended before this day, in the utility's time zone, is within the history.
    pub fn reaches_day(&self, end: Date, zone: &TimeZone) -> bool {
        self.from.is_none_or(|from| zone.to_datetime(from).date() < end)
    }

    /// What is shared of what a login has.
    pub fn of(&self, remote: Vec<RemoteAccount>) -> Vec<RemoteAccount> {
        match &self.meters {
            None => remote,
            Some(meters) => meters.of(remote),
        }
    }
}

/// As many months later or earlier, on the calendar; `now` where there is no such date.
fn months_from(now: Timestamp, months: i32) -> Timestamp {
    let there = TimeZone::UTC.to_datetime(now).checked_add(months.months());
    there.and_then(|there| TimeZone::UTC.to_timestamp(there)).unwrap_or(now)
}

/// Meters that were chosen, and those that were not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meters {
    /// Shared.
    pub shared: Vec<MeterKey>,
    /// Not shared, though the customer could have.
    pub kept_back: Vec<MeterKey>,
}

/// What a meter is known by the next time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterKey {
    /// The connector's own mark, where it has one that lasts.
    id: Option<Uuid>,
    /// Number of the account.
    account: String,
    kind: MeterKind,
    /// Which of the account's meters of this kind, and of how many: where their number has changed, nobody knows
    /// which is which.
    place: (usize, usize),
}

impl MeterKey {
    fn is(&self, other: &Self) -> bool {
        match (self.id, other.id) {
            (Some(one), Some(other)) => one == other,
            _ => (&self.account, self.kind, self.place) == (&other.account, other.kind, other.place),
        }
    }
}

/// The keys of all meters of these accounts, in order.
fn keys(remote: &[RemoteAccount]) -> Vec<Vec<MeterKey>> {
    let of_account = |account: &RemoteAccount| {
        let mut seen = [0; 2];
        let kinds = |kind| account.meters.iter().filter(|meter| meter.kind == kind).count();
        let key = |meter: &crate::connector::RemoteMeter| {
            let seen = &mut seen[usize::from(meter.kind == MeterKind::Gas)];
            *seen += 1;
            let place = (*seen, kinds(meter.kind));
            MeterKey { id: meter.public_id, account: account.account_number.clone(), kind: meter.kind, place }
        };
        account.meters.iter().map(key).collect()
    };
    remote.iter().map(of_account).collect()
}

impl Meters {
    /// Of the meters of these accounts, counted through, those at `chosen`.
    pub fn choose(remote: &[RemoteAccount], chosen: &[usize]) -> Self {
        let mut meters = Self::default();
        for (place, key) in keys(remote).into_iter().flatten().enumerate() {
            let side = if chosen.contains(&place) { &mut meters.shared } else { &mut meters.kept_back };
            side.push(key);
        }
        meters
    }

    /// Whether the customer has decided about all of these, and shares at least one: then there is no question.
    pub fn decide(&self, remote: &[RemoteAccount]) -> bool {
        let found: Vec<MeterKey> = keys(remote).into_iter().flatten().collect();
        let known = |key: &MeterKey| self.shared.iter().chain(&self.kept_back).any(|one| one.is(key));
        found.iter().all(known) && found.iter().any(|key| self.shares(key))
    }

    /// Whether the customer has kept back the meter at a place, counted through.
    pub fn keeps_back(&self, remote: &[RemoteAccount], place: usize) -> bool {
        let key = keys(remote).into_iter().flatten().nth(place);
        key.is_some_and(|key| self.kept_back.iter().any(|one| one.is(&key)))
    }

    fn shares(&self, key: &MeterKey) -> bool {
        self.shared.iter().any(|one| one.is(key))
    }

    /// The accounts with the meters that are shared; an account without any is not.
    fn of(&self, remote: Vec<RemoteAccount>) -> Vec<RemoteAccount> {
        let keys = keys(&remote);
        let kept = |(account, keys): (RemoteAccount, Vec<MeterKey>)| {
            let pairs = account.meters.into_iter().zip(&keys);
            let meters: Vec<_> = pairs.filter(|(_, key)| self.shares(key)).map(|(meter, _)| meter).collect();
            (!meters.is_empty()).then_some(RemoteAccount { meters, ..account })
        };
        remote.into_iter().zip(keys).filter_map(kept).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::RemoteMeter;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn account(number: &str, meters: &[(MeterKind, Option<u128>)]) -> RemoteAccount {
        let meter = |(kind, id): &(MeterKind, Option<u128>)| RemoteMeter {
            public_id: id.map(Uuid::from_u128),
            kind: *kind,
        };
        RemoteAccount {
            public_id: None,
            account_number: number.into(),
            address: "1 Main St".into(),
            meters: meters.iter().map(meter).collect(),
        }
    }

    use MeterKind::{Electric, Gas};

    #[test]
    fn choices_are_read_as_the_form_names_them() {
        let read = Choices::read("usage,history-year,until-quarter").unwrap();
        let expected = Choices { usage: true, bills: false, history: History::Year, lasts: Lasts::Quarter };
        assert_eq!(read, expected);
        let all = Choices::default();
        let names = ["usage", "bills", all.history.name(), all.lasts.name()];
        assert_eq!(Choices::read(&names.join(",")), Ok(all));
        assert_eq!(Choices::read("history-year"), Err(ChoiceError::Nothing));
        assert_eq!(Choices::read(""), Err(ChoiceError::Nothing));
        assert_eq!(Choices::read("usage,everything"), Err(ChoiceError::Unknown));
    }

    #[test]
    fn times_are_counted_on_the_calendar() {
        let now = at("2028-02-29T10:00:00Z");
        let choices = Choices { history: History::Year, lasts: Lasts::Year, ..Choices::default() };
        let grant = Grant::give(choices, None, None, now);
        assert_eq!(
            (grant.from, grant.until),
            (Some(at("2027-02-28T10:00:00Z")), Some(at("2029-02-28T10:00:00Z")))
        );
        assert!(!grant.ended(at("2029-02-28T09:59:59Z")) && grant.ended(at("2029-02-28T10:00:00Z")));
        assert!(!Grant::default().ended(at("9999-01-01T00:00:00Z")));
        assert!(grant.reaches(grant.from.unwrap().as_second()));
        assert!(!grant.reaches(grant.from.unwrap().as_second() - 1));
    }

    #[test]
    fn a_renewal_moves_the_end_and_not_the_beginning() {
        let choices = Choices { history: History::Nothing, lasts: Lasts::Quarter, ..Choices::default() };
        let first = Grant::give(choices, None, None, at("2026-01-31T00:00:00Z"));
        let again = Grant::give(choices, None, Some(&first), at("2026-04-30T00:00:00Z"));
        assert_eq!(
            (again.from, again.until),
            (Some(at("2026-01-31T00:00:00Z")), Some(at("2026-07-30T00:00:00Z")))
        );
        // Another history counts from now.
        let year = Choices { history: History::Year, ..choices };
        let again = Grant::give(year, None, Some(&first), at("2026-04-30T00:00:00Z"));
        assert_eq!(again.from, Some(at("2025-04-30T00:00:00Z")));
    }

    #[test]
    fn a_bill_that_ended_before_is_not_within_the_history() {
        let grant = Grant { from: Some(at("2026-03-10T03:00:00Z")), ..Grant::default() };
        let zone = TimeZone::get("America/New_York").unwrap();
        // There it is still the 9th; a bill's end is the day after its last.
        assert!(!grant.reaches_day(jiff::civil::date(2026, 3, 9), &zone));
        assert!(grant.reaches_day(jiff::civil::date(2026, 3, 10), &zone));
    }

    #[test]
    fn what_is_not_chosen_is_not_shared() {
        let remote = vec![
            account("1", &[(Electric, None), (Gas, None)]),
            account("2", &[(Electric, None)]),
            account("3", &[(Electric, None), (Electric, None)]),
        ];
        let meters = Meters::choose(&remote, &[1, 4]);
        assert_eq!((meters.shared.len(), meters.kept_back.len()), (2, 3));
        assert!(meters.decide(&remote) && meters.keeps_back(&remote, 3) && !meters.keeps_back(&remote, 4));
        let grant = Grant { meters: Some(meters), ..Grant::default() };
        let shared = grant.of(remote);
        let numbers: Vec<_> = shared.iter().map(|a| (a.account_number.as_str(), a.meters.len())).collect();
        assert_eq!(numbers, [("1", 1), ("3", 1)]);
        assert_eq!(shared[0].meters[0].kind, Gas);
    }

    #[test]
    fn a_meter_that_was_not_there_is_a_question_and_not_shared_unasked() {
        let before = vec![account("1", &[(Electric, None), (Gas, None)])];
        let meters = Meters::choose(&before, &[0, 1]);
        let now = vec![account("1", &[(Electric, None), (Gas, None)]), account("2", &[(Electric, None)])];
        assert!(!meters.decide(&now));
        assert_eq!(Grant { meters: Some(meters), ..Grant::default() }.of(now).len(), 1);
    }

    #[test]
    fn where_nobody_knows_which_is_which_neither_is_shared() {
        let meters = Meters::choose(&[account("1", &[(Electric, None), (Electric, None)])], &[0]);
        let now = vec![account("1", &[(Electric, None), (Electric, None), (Electric, None)])];
        assert!(!meters.decide(&now));
        assert!(Grant { meters: Some(meters), ..Grant::default() }.of(now).is_empty());
    }

    #[test]
    fn a_meter_with_a_mark_is_known_by_it() {
        let meters = Meters::choose(&[account("1", &[(Electric, Some(1)), (Electric, Some(2))])], &[1]);
        // Another order, another number of the account.
        let now = vec![account("7", &[(Electric, Some(3)), (Electric, Some(2)), (Electric, Some(1))])];
        let shared = Grant { meters: Some(meters), ..Grant::default() }.of(now);
        assert_eq!(shared[0].meters, [RemoteMeter { public_id: Some(Uuid::from_u128(2)), kind: Electric }]);
    }

    #[test]
    fn where_everything_decided_about_is_gone_there_is_a_question() {
        let meters = Meters::choose(&[account("1", &[(Electric, None)]), account("2", &[(Gas, None)])], &[0]);
        assert!(!meters.decide(&[account("2", &[(Gas, None)])]));
    }
}
