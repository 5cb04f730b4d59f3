//! Charts and bills of a link, as HTML.

use std::collections::BTreeMap;

use connect_core::connector::MeterKind;
use connect_core::usage::{Amount, Decimal, StoredBill, money};
use connect_server::service::Usage;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use leptos::prelude::*;

use super::chart::{Bar, chart};

/// Bills that are shown.
const BILLS: usize = 6;
/// Bars that are shown.
const DAYS: usize = 30;
const HOURS: usize = 72;
const HOUR: i64 = 3600;

/// What is shown of an account.
pub struct AccountUsage {
    /// Service address.
    pub address: String,
    /// Intervals by kind of meter.
    pub usage: Vec<Usage>,
    /// Newest first.
    pub bills: Vec<StoredBill>,
}

/// The whole part.
pub fn html(accounts: Vec<AccountUsage>, hourly: bool) -> String {
    accounts.into_iter().map(|account| one(account, hourly)).collect_view().to_html()
}

fn one(AccountUsage { address, usage, bills }: AccountUsage, hourly: bool) -> impl IntoView {
    let charts = usage.iter().map(|usage| figure(usage, hourly)).collect_view();
    view! {
        <section class="qs-account">
            <h3>{address.clone()}</h3>
            {charts}
            {(!bills.is_empty()).then(|| table(&bills, &address))}
        </section>
    }
}

fn figure(usage: &Usage, hourly: bool) -> impl IntoView + use<> {
    let (name, unit) = match usage.kind {
        MeterKind::Electric => ("Electricity", "kWh"),
        MeterKind::Gas => ("Gas", "therms"),
    };
    // What is read once a day has no hours.
    let intervals = usage.meters.iter().flat_map(|meter| &meter.intervals);
    let hourly = hourly && intervals.clone().all(|interval| interval.end - interval.start <= HOUR);
    let by = if hourly { "hour" } else { "day" };
    let mut bars = bars(usage, hourly);
    let drawn = bars.len().min(if hourly { HOURS } else { DAYS });
    let bars = bars.split_off(bars.len() - drawn);
    let caption = match bars.is_empty() {
        true => format!("{name}: no readings of the last month"),
        false => format!("{name} by {by}, {unit}"),
    };
    view! {
        <figure class="qs-figure">
            <figcaption>{caption}</figcaption>
            {(!bars.is_empty()).then(|| chart(&bars, name, by, unit))}
        </figure>
    }
}

/// Sums of the intervals by local day or hour, in order. The first one is left out, because the
/// question begins in its middle.
fn bars(usage: &Usage, hourly: bool) -> Vec<Bar> {
    let zone = TimeZone::get(&usage.time_zone).unwrap_or(TimeZone::UTC);
    let none = Decimal { units: 0, exponent: 0 };
    // By the instant at which the day or hour begins: in autumn there are two hours of the same name.
    let mut sums: BTreeMap<i64, (DateTime, Decimal, Decimal)> = BTreeMap::new();
    for interval in usage.meters.iter().flat_map(|meter| &meter.intervals) {
        let Ok(at) = Timestamp::from_second(interval.start) else { continue };
        let local = zone.to_datetime(at);
        let (begin, named) = if hourly {
            (interval.start - interval.start.rem_euclid(HOUR), local.date().at(local.hour(), 0, 0, 0))
        } else {
            let midnight = local.date().at(0, 0, 0, 0);
            (zone.to_timestamp(midnight).map_or(interval.start, Timestamp::as_second), midnight)
        };
        let sum = sums.entry(begin).or_insert((named, none, none));
        for (sum, value) in [(&mut sum.1, interval.usage), (&mut sum.2, interval.received)] {
            if let Some(more) = value.and_then(|value| sum.plus(value)) {
                *sum = more;
            }
        }
    }
    let form = if hourly { "%b %-d, %H:00" } else { "%b %-d" };
    let bar = |(named, usage, received): (DateTime, _, _)| Bar {
        label: named.strftime(form).to_string(),
        usage,
        received,
    };
    sums.into_values().skip(1).map(bar).collect()
}

fn table(bills: &[StoredBill], address: &str) -> impl IntoView + use<> {
    let label = format!("Bills of {address}");
    let usage = |amount: Option<Amount>, kind, unit| {
        let value = amount.and_then(|a| a.scale.value(kind, a.raw))?;
        Some(format!("{} {unit}", value.round(1)))
    };
    let rows = bills
        .iter()
        .take(BILLS)
        .map(|StoredBill { bill, .. }| {
            let used = [
                usage(bill.electric_usage, MeterKind::Electric, "kWh"),
                usage(bill.gas_usage, MeterKind::Gas, "therms"),
            ];
            let used = used.into_iter().flatten().collect::<Vec<_>>().join(", ");
            let last = bill.end.yesterday().unwrap_or(bill.end);
            let day = |date: Date| date.strftime("%b %-d, %Y").to_string();
            let total = bill.total_charges.map(|amount| price(amount, bill.currency.as_deref()));
            view! {
                <tr>
                    <td>{bill.start.strftime("%b %-d").to_string()} " – " {day(last)}</td>
                    <td>{used}</td>
                    <td class="qs-number">{total}</td>
                    // The year stands before it.
                    <td class="qs-number">{bill.due_date.map(|due| due.strftime("%b %-d").to_string())}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll qs-bills" tabindex="0" role="region" aria-label=label>
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Bill"</th>
                        <th scope="col">"Used"</th>
                        <th scope="col" class="qs-number">"Charges"</th>
                        <th scope="col" class="qs-number">"Due"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
}

/// An amount of money with two digits after the point, as `-$3.50` or `3.50 CAD`.
fn price(amount: i64, currency: Option<&str>) -> String {
    let text = money(amount.saturating_abs()).round(2).to_string();
    let (whole, cents) = text.split_once('.').unwrap_or((&text, ""));
    let sign = if amount < 0 { "-" } else { "" };
    match currency {
        Some("USD") => format!("{sign}${whole}.{cents:0<2}"),
        currency => format!("{sign}{whole}.{cents:0<2} {}", currency.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::price;

    #[test]
    fn prices_have_two_digits_and_their_currency() {
        assert_eq!(price(18_700_000, Some("USD")), "$187.00");
        assert_eq!(price(-350_000, Some("USD")), "-$3.50");
        assert_eq!(price(1_234_567, Some("CAD")), "12.35 CAD");
    }
}
