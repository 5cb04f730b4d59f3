//! Usage of one meter: the days of a month, or the readings of a day.

use axum::extract::Path;
use axum::http::Uri;
use axum::response::Response;
use connect_core::connector::MeterKind;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};

use super::chart::{self, Bar, Chart};
use super::text::{clock_time, long_date, service, short_date, thousandths, unit};
use super::{Customer, Failure, Fields};
use crate::data::{self, Account, Days, Flow, Meter, Quality, Reading};
use crate::logins::Holds;

/// What is shown.
struct View<'a> {
    account: &'a Account,
    meter: &'a Meter,
    date: Date,
    days: Days,
    now: Timestamp,
}

pub(crate) async fn show(customer: Customer, Path(number): Path<String>, uri: Uri) -> Result<Response, Failure> {
    let query = Fields::of_query(&uri);
    let account = customer.account(&number)?;
    let now = customer.visit.app.now();
    let named = account.meters.iter().find(|meter| meter.id.to_string() == query.get("meter"));
    let meter = match (named, query.get("meter")) {
        (Some(meter), _) => meter,
        (None, "") => account.meters.last().ok_or(Failure::NotFound)?,
        (None, _) => return Err(Failure::NotFound),
    };
    let days = data::history(&account, now);
    let yesterday = data::moved(days.end, 1.day(), -1);
    let changed = (customer.login.holds == Holds::QuarterHourly).then(|| clocks_changed(days)).flatten();
    let date = query.get("date").parse().ok().or(changed).unwrap_or(yesterday).clamp(days.start, yesterday);
    let by_hour = match query.get("view") {
        "hour" => true,
        "day" => false,
        _ => changed.is_some(),
    } && meter.resolution.seconds().is_some_and(|seconds| seconds < 86_400);
    let view = View { account: &account, meter, date, days, now };
    let body = html! {
        (heading(&account, "Usage"))
        section.card {
            (choices(&view, by_hour))
            @if meter.resolution.seconds().is_none() {
                div #no-intervals { h2 { "No usage by day" } p { "This meter is read once a month. What you used is on your bills." } }
            } @else if by_hour {
                (hours(&view))
            } @else {
                (month(&view))
            }
        }
    };
    Ok(customer.page("Usage", "usage", &body))
}

/// The top of every page of an account.
pub(crate) fn heading(account: &Account, here: &str) -> Markup {
    let tabs = [("Usage", "usage"), ("Bills", "bills"), ("Green Button", "greenbutton")];
    html! {
        p.crumbs { a href="/account" { "Overview" } " / Account " (account.number) }
        div.heading {
            h1 { (here) }
            p.muted { (account.address) }
        }
        nav.tabs aria-label="Account" {
            @for (label, path) in tabs {
                a href={ "/account/" (account.number) "/" (path) } aria-current=[(label == here).then_some("page")] { (label) }
            }
        }
    }
}

fn choices(view: &View<'_>, by_hour: bool) -> Markup {
    let has_hours = view.meter.resolution.seconds().is_some_and(|seconds| seconds < 86_400);
    html! {
        @if view.account.meters.len() > 1 {
            nav.pills aria-label="Meter" {
                @for meter in &view.account.meters {
                    a href={ "?meter=" (meter.id) } aria-current=[(meter.id == view.meter.id).then_some("true")] { (service(meter.kind)) }
                }
            }
        }
        @if has_hours {
            nav.pills aria-label="Step" {
                a href=(link(view, "day", view.date)) aria-current=[(!by_hour).then_some("true")] { "By day" }
                a href=(link(view, "hour", view.date)) aria-current=[by_hour.then_some("true")] { "By hour" }
            }
        }
    }
}

fn link(view: &View<'_>, kind: &str, date: Date) -> String {
    format!("?meter={}&view={kind}&date={date}", view.meter.id)
}

/// Before and after, as far as there is data.
fn pager(view: &View<'_>, kind: &str, title: &str, before: Date, after: Date) -> Markup {
    html! {
        div.pager {
            @if before >= view.days.start { a rel="prev" href=(link(view, kind, before)) { "‹ Earlier" } } @else { span {} }
            h2 { (title) }
            @if after < view.days.end { a rel="next" href=(link(view, kind, after)) { "Later ›" } } @else { span {} }
        }
    }
}

fn month(view: &View<'_>) -> Markup {
    let first = view.date.first_of_month();
    let next = data::moved(first, 1.month(), 1);
    let mut bars = Vec::new();
    let mut rows = Vec::new();
    let mut date = first;
    while date < next {
        if view.days.start <= date && date < view.days.end {
            let total = |flow| data::day_total(view.account, view.meter, flow, date, view.now);
            let bar =
                Bar { label: long_date(date), delivered: total(Flow::Delivered), received: total(Flow::Received) };
            rows.push((short_date(date), bar.delivered, bar.received, ""));
            bars.push(bar);
        } else {
            bars.push(Bar { label: long_date(date), delivered: 0, received: 0 });
        }
        date = data::moved(date, 1.day(), 1);
    }
    let title = first.strftime("%B %Y").to_string();
    let last = data::moved(next, 1.day(), -1);
    html! {
        (pager(view, "day", &title, data::moved(first, 1.day(), -1), next))
        (chart::draw(&Chart {
            summary: &format!("{} by day in {title}", service(view.meter.kind)),
            unit: unit(view.meter.kind),
            bars: &bars,
            ticks: &[short_date(first), short_date(last)],
        }))
        (table(view, "Day", &rows))
    }
}

fn hours(view: &View<'_>) -> Markup {
    let next = data::moved(view.date, 1.day(), 1);
    let (from, to) = (data::day_start(view.date), data::day_start(next));
    let read = |flow| data::readings(view.account, view.meter, flow, from, to, view.now);
    let (delivered, received) = (read(Flow::Delivered), read(Flow::Received));
    let hours = (to.as_second() - from.as_second()) / 3600;
    let sum = |readings: &[Reading], hour: i64| -> i64 {
        let within = |reading: &&Reading| (reading.start.as_second() - from.as_second()) / 3600 == hour;
        readings.iter().filter(within).map(|reading| reading.value).sum()
    };
    let bars: Vec<_> = (0..hours)
        .map(|hour| Bar {
            label: Timestamp::from_second(from.as_second() + hour * 3600).map(clock_time).unwrap_or_default(),
            delivered: sum(&delivered, hour),
            received: sum(&received, hour),
        })
        .collect();
    let rows: Vec<_> = (0..)
        .zip(&delivered)
        .map(|(at, reading): (usize, _)| {
            let back = received.get(at).map_or(0, |reading| reading.value);
            let note = if reading.quality == Quality::Estimated { "estimate" } else { "" };
            (clock_time(reading.start), reading.value, back, note)
        })
        .collect();
    let ticks = ["Midnight", "Noon", "Midnight"].map(str::to_owned);
    html! {
        (pager(view, "hour", &long_date(view.date), data::moved(view.date, 1.day(), -1), next))
        @if hours != 24 { div.notice #clocks-changed { p { "The clocks changed on this day: it has " (hours) " hours." } } }
        (chart::draw(&Chart {
            summary: &format!("{} by hour on {}", service(view.meter.kind), long_date(view.date)),
            unit: unit(view.meter.kind),
            bars: &bars,
            // Noon is not in the middle of a day of 23 or 25 hours.
            ticks: if hours == 24 { &ticks } else { &[] },
        }))
        (table(view, "Starting at", &rows))
    }
}

fn table(view: &View<'_>, first: &str, rows: &[(String, i64, i64, &str)]) -> Markup {
    let unit = unit(view.meter.kind);
    let net = view.meter.net;
    let total = |value: fn(&(String, i64, i64, &str)) -> i64| thousandths(rows.iter().map(value).sum());
    let delivered = if view.meter.kind == MeterKind::Gas { "Used" } else { "From the grid" };
    let figures = html! {
        table.usage {
            caption.hidden { "The same figures as a table" }
            thead { tr { th scope="col" { (first) } th.number scope="col" { (delivered) ", " (unit) } @if net { th.number scope="col" { "To the grid, " (unit) } } } }
            tbody {
                @for (label, up, down, note) in rows {
                    tr {
                        th scope="row" { (label) @if !note.is_empty() { " " span.badge { (note) } } }
                        td.number { (thousandths(*up)) }
                        @if net { td.number { (thousandths(*down)) } }
                    }
                }
            }
            tfoot { tr { th scope="row" { "Total" } td.number { (total(|row| row.1)) } @if net { td.number { (total(|row| row.2)) } } } }
        }
    };
    // A hundred quarters of an hour are there for who wants them.
    html! {
        @if rows.len() > 31 { details { summary { "Show the " (rows.len()) " readings" } (figures) } } @else { (figures) }
    }
}

/// The latest day on which the clocks changed.
fn clocks_changed(days: Days) -> Option<Date> {
    let mut date = data::moved(days.end, 1.day(), -1);
    while date >= days.start {
        let next = data::moved(date, 1.day(), 1);
        if data::day_start(next).as_second() - data::day_start(date).as_second() != 86_400 {
            return Some(date);
        }
        date = data::moved(date, 1.day(), -1);
    }
    None
}
